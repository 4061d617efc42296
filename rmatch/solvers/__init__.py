"""Solvers: one protocol, one registry. A solver sees integers, never a person.

Add a solver by writing one class with ``name``, ``features``, ``exact`` and ``solve`` in a file of
its own, and one line in ``SOLVERS``.
"""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, ClassVar, Protocol

from rmatch.errors import InvalidInputError, UnsupportedFeatureError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import numpy as np
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


@dataclass(frozen=True, eq=False)
class Selection:
    """The edges a solver chose, before checking, and what it proved.

    ``bound`` is a proven upper limit on the objective, ``None`` where nothing is proven.
    """

    edges: NDArray[np.intp]  # indices into the candidates, ascending
    status: Status
    objective: int
    bound: int | None
    prices: Prices | None = None


@dataclass(frozen=True, kw_only=True)
class Options:
    """Limits and choices for one solve. Times are in seconds, memory in bytes.

    ``engine="joblib"`` runs the scans of large problems as tasks of joblib, on whatever backend
    ``joblib.parallel_config`` has chosen; default are ``threads`` threads, one for each processor.
    """

    time_limit: float | None = None
    memory_limit: int | None = None
    seed: int = 0
    threads: int | None = None
    engine: str | None = None
    callback: Callable[[dict[str, object]], None] | None = None


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


def get(name: str) -> Solver:
    """Return a solver by name."""
    if name not in SOLVERS:
        raise InvalidInputError(
            f"no solver {name!r}; there are: {', '.join(sorted(SOLVERS))}, and 'auto'"
        )
    module, _, attribute = SOLVERS[name].partition(":")
    solver: Solver = getattr(importlib.import_module(module), attribute)()
    return solver


def draws_lots(name: str) -> bool:
    """Say whether a solver's selection depends on ``Options.seed``: it is ``randomised``."""
    return name != "auto" and getattr(get(name), "randomised", False)


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
