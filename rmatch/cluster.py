"""Scans as tasks of joblib, on the backend that the user has chosen: processes, Dask, Ray, Spark.

rmatch brings no engine. A task is a scanner, prices and some mentees; its result depends on nothing
else, so it may run anywhere, and again elsewhere when a worker is lost. What is large travels as
one array of bytes, which joblib shares between tasks, and is opened once by each worker.
"""

from __future__ import annotations

import logging
import pickle
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING, Any
from uuid import uuid4
from weakref import WeakKeyDictionary

import numpy as np

import rmatch
from rmatch.errors import MissingDependencyError, SolverError
from rmatch.scan import Found

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from rmatch.scan import Scanner, Wanted

logger = logging.getLogger("rmatch")

#: Tasks for each worker and scan: enough to share the work evenly, few enough to cost little.
_TASKS = 8
#: Asks a worker who it is, with nothing but the standard library: unpickling a function of rmatch
#: where there is no rmatch kills Dask's workers, and the job would wait for ever.
_PROBE = (
    "__import__('rmatch').__version__, __import__('socket').gethostname(), "
    "__import__('os').getpid()"
)


def scan_all(
    scanner: Scanner,
    slices: Sequence[slice],
    wanted: Wanted,
    ceiling: int,
    late: Callable[[], bool],
) -> Iterator[Found]:
    """Scan slices of mentees on the workers; results come in the order of the slices.

    The tasks of a lost worker are run again by the engine, as long as one worker is left.
    """
    from joblib import Parallel, delayed, effective_n_jobs

    if scanner not in _packed:
        _packed[scanner] = _Parcel.of(scanner)
    parcels = (_packed[scanner], _Parcel.of(wanted))
    each = max(1, len(slices) // (_TASKS * effective_n_jobs(None)))
    groups = [slices[at : at + each] for at in range(0, len(slices), each)]
    # joblib takes tasks from here as workers get free, so that late ones can be left out.
    tasks = (
        delayed(_unknown)(group, ceiling) if late() else delayed(_scan)(*parcels, group)
        for group in groups
    )
    try:
        with _shared(parcels):
            outcomes = Parallel()(tasks)
    except Exception as error:  # of the engine: those of tasks come back as results
        raise SolverError(
            f"the workers were lost: {error!r}; see their logs, or solve with engine=None",
            "workers",
        ) from error
    for outcome in outcomes:
        if isinstance(outcome, _Fault):
            raise outcome.error
        yield outcome


def preflight() -> None:
    """Raise where workers have no rmatch, or another version of it; log how many there are."""
    try:
        from joblib import Parallel, delayed, effective_n_jobs
    except ImportError as error:
        raise MissingDependencyError(
            "engine='joblib' needs joblib: pip install 'rmatch[cluster]'"
        ) from error
    workers = effective_n_jobs(None)
    try:
        found = set(Parallel(batch_size=1)(delayed(eval)(_PROBE) for _ in range(2 * workers)))
    except ImportError as error:
        raise MissingDependencyError(
            f"the workers cannot import what rmatch needs: {error}; install "
            f"rmatch=={rmatch.__version__} where they run"
        ) from error
    others = sorted({version for version, _, _ in found} - {rmatch.__version__})
    if others:
        raise SolverError(
            f"workers have rmatch {', '.join(others)}, and this process {rmatch.__version__}; "
            "install the same version on all",
            "workers",
        )
    if workers == 1:
        logger.warning("joblib runs one task at a time; see n_jobs of joblib.parallel_config")
    hosts = {host for _, host, _ in found}
    logger.info("%d places for tasks; %d processes on %d machines answered",
                workers, len(found), len(hosts))  # fmt: skip


@dataclass(frozen=True, eq=False)
class _Parcel:
    """A pickled object, and a name by which a worker knows that it has opened it before."""

    name: str
    cargo: NDArray[np.uint8]

    @classmethod
    def of(cls, thing: Any) -> _Parcel:
        import cloudpickle  # of joblib's and Dask's own dependencies

        return cls(uuid4().hex, np.frombuffer(cloudpickle.dumps(thing), np.uint8))

    def opened(self) -> Any:
        """Return the object; the last few stay open, those of the current scan among them."""
        with _opening:  # a worker may run several threads
            if self.name not in _opened:
                thing = pickle.loads(self.cargo.tobytes())
                for old in list(_opened)[:-3]:
                    del _opened[old]
                _opened[self.name] = thing
            return _opened[self.name]


@dataclass(frozen=True)
class _Fault:
    """An error of the task itself, which would come again anywhere."""

    error: Exception


#: What was packed here, as long as the scanner lives; and what was last opened here.
_packed: WeakKeyDictionary[Any, _Parcel] = WeakKeyDictionary()
_opened: dict[str, Any] = {}
_opening = Lock()


@contextmanager
def _shared(parcels: Sequence[_Parcel]) -> Iterator[None]:
    """Have Dask hold the parcels as results of tasks, which it can make again.

    By itself joblib scatters large data to one worker, and with that worker it is lost for good.
    Other backends share the arrays of parcels by themselves.
    """
    from joblib.parallel import get_active_backend

    backend = get_active_backend()[0]
    given = getattr(backend, "data_futures", None)
    if given is None:
        yield
        return
    names = [id(parcel) for parcel in parcels]
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Sending large graph")
        held = [backend.client.submit(_same, parcel, pure=False) for parcel in parcels]
    given |= zip(names, held, strict=True)
    try:
        yield
    finally:
        for name in names:
            given.pop(name)


def _same(parcel: _Parcel) -> _Parcel:
    return parcel


def _scan(scanner: _Parcel, wanted: _Parcel, slices: Sequence[slice]) -> Found | _Fault:
    """Scan on a worker."""
    try:
        look, prices = scanner.opened(), wanted.opened()
        return Found.joined(look.scan(cols, prices) for cols in slices)
    except Exception as error:
        return _Fault(error)


def _unknown(slices: Sequence[slice], ceiling: int) -> Found:
    return Found.joined(Found.unknown(cols, ceiling) for cols in slices)
