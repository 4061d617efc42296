"""Scanning: which pairs, of all pairs, are worth more than the prices of their two people?

One scan looks at all mentors for a slice of mentees. It is a plain function of picklable things, so
that slices can run as tasks anywhere: in threads, or on a cluster through joblib.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from rmatch.candidates import Matchable
    from rmatch.solvers import Options

#: Below any reduced gain, and far from overflow.
LOWEST = -(1 << 61)


@dataclass(frozen=True, eq=False)
class Wanted:
    """What to look for: each mentee's best pairs, by gain less the mentor's price."""

    mentor: NDArray[np.int64]  # (mentors,), prices
    mentee: NDArray[np.int64]  # (mentees,), only pairs worth more than this
    most: NDArray[np.int64]  # (mentees,), how many pairs at most


@dataclass(frozen=True, eq=False)
class Found:
    """The pairs found for a slice of mentees, by mentee, then mentor.

    ``covering`` is for each mentee a value above which the pairs listed are all there are: the
    threshold, or where there were too many, the best value of those left out.
    """

    mentor: NDArray[np.int32]
    mentee: NDArray[np.int32]
    gain: NDArray[np.int64]
    covering: NDArray[np.int64]  # (mentees of the slice,)
    touched: int  # pairs whose gain was computed

    @classmethod
    def joined(cls, parts: Iterable[Found]) -> Found:
        """Return the findings of all slices, in their order, as one."""
        every = list(parts)
        names = ("mentor", "mentee", "gain", "covering")
        arrays = [np.concatenate([getattr(part, name) for part in every]) for name in names]
        return cls(arrays[0], arrays[1], arrays[2], arrays[3], sum(p.touched for p in every))


class Scanner(Protocol):
    """Something that can scan the pairs of a problem."""

    @property
    def width(self) -> int:
        """Mentees per task."""
        ...

    def scan(self, cols: slice, wanted: Wanted) -> Found:
        """Scan all mentors for the mentees ``cols``."""
        ...


@dataclass(frozen=True, eq=False)
class BlockScanner:
    """Scans by computing dense blocks: works for every rule and every score part."""

    problem: Matchable
    width: int

    @classmethod
    def of(cls, problem: Matchable, pairs: int = 1 << 21) -> BlockScanner:
        """Return a scanner whose blocks hold about ``pairs`` pairs."""
        return cls(problem, max(1, pairs // max(problem.shape[0], 1)))

    def scan(self, cols: slice, wanted: Wanted) -> Found:
        """Scan all mentors for the mentees ``cols``."""
        gains, allowed = self.problem.block(slice(None), cols)
        gains = np.ascontiguousarray(gains.T).astype(np.int64)
        value = gains - wanted.mentor
        value[~allowed.T] = LOWEST
        covering = wanted.mentee[cols].copy()
        above = value > covering[:, None]
        for row in np.flatnonzero(above.sum(axis=1) > wanted.most[cols]):
            # More than asked for: keep the best; ties go to the first mentors.
            most = wanted.most[cols.start + row]
            order = np.argsort(-value[row], kind="stable")
            covering[row] = value[row, order[most]]
            above[row] = False
            above[row, order[:most]] = True
        mentee, mentor = np.nonzero(above)
        return Found(
            mentor.astype(np.int32),
            (mentee + cols.start).astype(np.int32),
            gains[mentee, mentor].astype(np.int64),
            covering,
            value.size,
        )


def scan_all(scanner: Scanner, mentees: int, wanted: Wanted, options: Options) -> Iterator[Found]:
    """Scan every mentee, in tasks; results come in the order of mentees whatever runs them."""
    starts = range(0, mentees, scanner.width)
    slices = [slice(at, min(at + scanner.width, mentees)) for at in starts]
    threads = options.threads or os.cpu_count() or 1
    if options.engine == "joblib":
        from joblib import Parallel, delayed

        yield from Parallel()(delayed(scanner.scan)(cols, wanted) for cols in slices)
    elif threads == 1 or len(slices) == 1:
        yield from (scanner.scan(cols, wanted) for cols in slices)
    else:
        pool = ThreadPoolExecutor(threads)
        try:
            yield from pool.map(lambda cols: scanner.scan(cols, wanted), slices)
        finally:
            pool.shutdown(cancel_futures=True)
