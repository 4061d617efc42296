"""Solvers: one protocol, one registry. A solver sees integers, never a person.

Add a solver by writing one class with ``name``, ``features``, ``exact`` and ``solve`` in a file of
its own, and one line in ``SOLVERS``.
"""

from __future__ import annotations

import importlib
import math
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

import numpy as np

from rmatch.errors import InvalidInputError, UnsupportedFeatureError
from rmatch.names import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    from rmatch.candidates import Candidates, Feature


class Status(Enum):
    """What is proven about a selection (§C8)."""

    OPTIMAL = "optimal"
    FEASIBLE = "feasible"
    HEURISTIC = "heuristic"


@dataclass(frozen=True, eq=False)
class Prices:
    """Dual prices in whole grid units: what one more place of each person, or a seat, is worth."""

    mentor: NDArray[np.int64]
    mentee: NDArray[np.int64]
    seat: int = 0


@dataclass(frozen=True)
class Stage:
    """One step of an objective that takes several: what was maximised, and what was reached.

    No matching as good in all stages before has more than ``bound``; ``None`` where nothing is
    proven. Both are whole numbers of ``unit``.
    """

    name: str
    value: int
    bound: int | None
    unit: float = 1.0

    @property
    def proven(self) -> bool:
        """Whether nothing can be better in this stage."""
        return self.value == self.bound

    def __str__(self) -> str:
        amount = self.value if self.unit == 1 else f"{self.value * self.unit:.6g}"
        if self.proven:
            return f"{self.name} {amount}, proven"
        if self.bound is None:
            return f"{self.name} {amount}, nothing proven"
        limit = self.bound if self.unit == 1 else f"{self.bound * self.unit:.6g}"
        return f"{self.name} {amount}, {limit} at best"


@dataclass(frozen=True, eq=False)
class Selection:
    """The edges a solver chose, before checking, and what it proved.

    ``bound`` is a proven upper limit on the objective, ``None`` where nothing is proven. An
    objective of several stages says in ``stages`` what each proved; ``objective`` is then the sum
    that any program of these candidates would have.
    """

    edges: NDArray[np.intp]  # indices into the candidates, ascending
    status: Status
    objective: int
    bound: int | None
    prices: Prices | None = None
    stages: tuple[Stage, ...] = ()
    bids: int = 0  # that the sparse solver made for it


#: What can run the scans of large problems, besides threads of this process (``None``).
ENGINES = ("joblib",)


@dataclass(frozen=True, kw_only=True)
class Options:
    """Limits and choices for one solve.

    ``time_limit`` is in seconds. ``memory_limit`` is in bytes, counted from what the process holds
    when the solve begins; large problems keep to it. ``engine="joblib"`` runs the scans of large
    problems as tasks of joblib, on whatever backend ``joblib.parallel_config`` has chosen; default
    are ``threads`` threads, one for each processor. ``callback`` gets what :meth:`report` says.
    """

    time_limit: float | None = None
    memory_limit: int | None = None
    seed: int = 0
    threads: int | None = None
    engine: str | None = None
    callback: Callable[[dict[str, Any]], None] | None = None

    def __post_init__(self) -> None:
        for name, value, right, allowed in (
            ("seed", self.seed, _number(self.seed, 0, whole=True), "a whole number >= 0"),
            ("time_limit", self.time_limit, _number(self.time_limit, 0), "seconds, at least 0"),
            ("memory_limit", self.memory_limit, _number(self.memory_limit, 1), "bytes, at least 1"),
            ("threads", self.threads, _number(self.threads, 1, whole=True), "a whole number >= 1"),
            ("engine", self.engine, self.engine in ENGINES, " or ".join(map(repr, ENGINES))),
            ("callback", self.callback, callable(self.callback), "a function of one dict"),
        ):
            if value is not None and not right:
                raise InvalidInputError(f"{name}={value!r}; {allowed}, or None is allowed")
        if self.memory_limit == math.inf:
            object.__setattr__(self, "memory_limit", None)

    def report(
        self, phase: str, *, objective: int | None = None, bound: int | None = None, **more: object
    ) -> None:
        """Tell the callback how far a solve is.

        Every report has ``phase``, and ``objective``, ``bound`` (both in whole grid units) and
        ``gap`` (a share), each ``None`` while unknown. Priced solves add ``round``, ``pairs``,
        ``edges``, ``touched`` (pairs whose gain was computed so far) and ``seconds``; during a scan
        also ``scanned``, the share of it that is done.
        """
        if self.callback is not None:
            gap = None if objective is None or bound is None else gap_of(objective, bound)
            self.callback(
                {"phase": phase, "objective": objective, "bound": bound, "gap": gap, **more}
            )


def gap_of(objective: int, bound: int) -> float:
    """Return (bound - objective) / bound: at most so much of the best is missing."""
    missing = bound - objective
    return 0.0 if missing == 0 else missing / max(abs(bound), 1)


def _number(value: object, least: float, *, whole: bool = False) -> bool:
    kinds = (int, np.integer) if whole else (int, float, np.number)
    right = isinstance(value, kinds) and not isinstance(value, bool)
    return right and bool(value >= least)  # type: ignore[operator]


class Solver(Protocol):
    """What every solver offers."""

    name: ClassVar[str]
    features: ClassVar[frozenset[Feature]]
    exact: ClassVar[bool]

    def solve(self, candidates: Candidates, options: Options) -> Selection:
        """Return the best selection, or raise ``Infeasible`` where minimums cannot be met."""
        ...


class Infeasible(Exception):
    """Signal from a solver that the minimums cannot be met; the pipeline finds out why."""


#: Where each solver lives. ``solver="auto"`` takes the first exact one that can.
SOLVERS: dict[str, str] = {
    "flow": "rmatch.solvers.flow:Flow",
    "assignment": "rmatch.solvers.assignment:Assignment",
    "sparse": "rmatch.solvers.bmatching:Sparse",
    "milp": "rmatch.solvers.milp:Milp",
    "cpsat": "rmatch.solvers.cpsat:CpSat",
    "networkx": "rmatch.solvers.networkx:NetworkX",
    "greedy": "rmatch.solvers.heuristics:Greedy",
    "first_come": "rmatch.solvers.heuristics:FirstCome",
    "random": "rmatch.solvers.heuristics:Random",
    "stable": "rmatch.solvers.stable:Stable",
    "rounds": "rmatch.solvers.rounds:Rounds",
}
#: All that may be asked for: the best that can, pricing (which sees a problem, not candidates), or
#: one of these.
CHOICES = ("auto", "pricing", *SOLVERS)


def check_name(name: str) -> None:
    """Raise unless a name is one of ``CHOICES``."""
    if name not in CHOICES:
        raise InvalidInputError(
            f"no solver {name!r}{did_you_mean(name, CHOICES)}; there are: "
            f"{', '.join(sorted(CHOICES[1:]))}, and 'auto'"
        )


def get(name: str) -> Solver:
    """Return a solver of candidates by name."""
    check_name(name)
    module, _, attribute = SOLVERS[name].partition(":")
    solver: Solver = getattr(importlib.import_module(module), attribute)()
    return solver


def draws_lots(name: str) -> bool:
    """Say whether a solver's selection depends on ``Options.seed``: it is ``randomised``."""
    check_name(name)
    return name in SOLVERS and getattr(get(name), "randomised", False)


def missing(solver: Solver, candidates: Candidates) -> frozenset[Feature]:
    """Return what the candidates need and the solver cannot do."""
    return candidates.features - solver.features


def choose(name: str, candidates: Candidates) -> Solver:
    """Return the solver asked for, or for ``"auto"`` the first exact one that can.

    Raises ``UnsupportedFeatureError`` that names the solvers that can.
    """
    if name != "auto":
        solver = get(name)
        lacking = missing(solver, candidates)
        if lacking:
            raise _unsupported(name, lacking, candidates)
        return solver
    for other in _order(candidates):
        solver = get(other)
        if solver.exact and not missing(solver, candidates):
            return solver
    raise _unsupported("auto", candidates.features, candidates)


#: Up to this many cells a dense matrix is quick to build, and the assignment method to solve.
DENSE_CELLS = 1 << 24


def _order(candidates: Candidates) -> Iterator[str]:
    """Yield solvers in the order to try: the dense method first where a dense matrix is small."""
    mentors, mentees = candidates.shape
    dense = mentors * mentees <= DENSE_CELLS and 8 * len(candidates) >= mentors * mentees
    yield from ("assignment", *SOLVERS) if dense else SOLVERS


def _unsupported(
    name: str, lacking: frozenset[Feature], candidates: Candidates
) -> UnsupportedFeatureError:
    able = [other for other in SOLVERS if not missing(get(other), candidates)]
    needs = ", ".join(sorted(feature.value for feature in lacking))
    use = f"these can: {', '.join(able)}" if able else "no solver can do all of it"
    return UnsupportedFeatureError(f"solver {name!r} cannot handle {needs}; {use}")
