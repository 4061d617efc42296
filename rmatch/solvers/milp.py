"""Mixed-integer programming with HiGHS (through scipy): exact, linear cohort rules included."""

from __future__ import annotations

import dataclasses
from time import perf_counter
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from scipy.optimize import Bounds as Limits
from scipy.optimize import LinearConstraint, milp

from rmatch.candidates import Candidates, Feature
from rmatch.errors import SolverError
from rmatch.rows import NO_LIMIT
from rmatch.solvers import Infeasible, Options, Selection, Status, cohort_pricing
from rmatch.solvers.kinds import Kinds
from rmatch.solvers.parts import in_parts, nearest
from rmatch.solvers.program import Solution, out_of_time, program

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from rmatch.solvers.program import Program

#: Above so many edges, prices say first which of them can matter at all.
LARGE = 50_000


class Milp:
    """Branch and bound over linear relaxations, to a gap of exactly zero.

    HiGHS calculates in floats. So objectives of large and small numbers are maximised in parts.
    What it chooses is rounded, counted again in whole numbers and checked against every row, and
    must come to the objective that HiGHS claims.
    """

    name: ClassVar[str] = "milp"
    features: ClassVar[frozenset[Feature]] = frozenset(Feature) - {Feature.BIG_NUMBERS}
    exact: ClassVar[bool] = True

    def solve(self, candidates: Candidates, options: Options) -> Selection:
        """Return the optimum, or at the time limit the best so far with a bound."""
        bounds = candidates.bounds
        usable = (bounds.mentor_most[candidates.mentor] > 0) & (
            bounds.mentee_most[candidates.mentee] > 0
        )
        if not usable[candidates.locked].all():
            raise Infeasible
        edges = np.flatnonzero(usable)
        possible = candidates.take(edges)
        kinds = Kinds.of(possible)
        if len(edges) <= LARGE or kinds is not None:
            found = _given(possible, kinds, options)
        else:
            found = cohort_pricing.solve(possible, options, direct)
        return dataclasses.replace(found, edges=edges[found.edges])


def direct(candidates: Candidates, options: Options) -> Selection:
    """Give the whole program to HiGHS, people who are alike together."""
    return _given(candidates, Kinds.of(candidates), options)


def _given(candidates: Candidates, kinds: Kinds | None, options: Options) -> Selection:
    """Give a program to HiGHS, over kinds of people where there are some."""
    written = (program(candidates) if kinds is None else kinds.program()).reduced()
    if not len(written.gain):
        return nothing(candidates)
    found = _in_parts(written, candidates, options)
    if kinds is None:
        chosen = np.flatnonzero(found.values[: len(candidates)])
    else:
        chosen = kinds.edges(found.values[: len(kinds.first)])
    value = candidates.value(chosen)
    if breaks(candidates, chosen) or (found.best and value != found.bound):
        raise rounded()
    status = Status.OPTIMAL if found.best else Status.FEASIBLE
    return Selection(chosen, status, value, max(found.bound, value))


def _in_parts(written: Program, candidates: Candidates, options: Options) -> Solution:
    """Maximise one part of the objective after the other, see ``parts``."""
    bounds, found, value, rest = candidates.bounds, None, 0, 0
    until = None if options.time_limit is None else perf_counter() + options.time_limit
    bases = {*bounds.mentor_bonus.tolist(), *bounds.mentee_bonus.tolist()}
    for part in in_parts(written.gain, bases, _reach(candidates)):
        if until is not None:
            options = dataclasses.replace(options, time_limit=max(until - perf_counter(), 0))
        try:
            solution = maximise(dataclasses.replace(written, gain=part.gain), options)
        except SolverError as error:
            if found is None or error.status != "time limit":
                raise
            return Solution(found.values, value + rest, False)
        found, rest = solution, part.rest
        if not found.best:
            return Solution(found.values, value + part.base * found.bound + rest, False)
        reached = int(part.gain @ found.values)
        value += part.base * reached
        written = written.keeping(part.gain, reached)
    assert found is not None
    return Solution(found.values, value, True)


def _reach(candidates: Candidates) -> Callable[[int], int]:
    """Return a limit on what multiples of a base leave of the objective, of any selection."""
    bounds, cohort = candidates.bounds, candidates.cohort
    left = candidates.largest_gain * bounds.most_pairs
    if cohort is not None:
        left += cohort.dearest(bounds.most_pairs)
    bonus = np.concatenate([bounds.mentor_bonus, bounds.mentee_bonus])

    def reach(base: int) -> int:
        return left + int(np.abs(bonus - base * nearest(bonus, base)).sum())

    return reach


def maximise(written: Program, options: Options) -> Solution:
    """Return the best values of the columns, or at the time limit the best so far with a bound."""
    if written.crossed:
        raise Infeasible
    limits: dict[str, float] = {"mip_rel_gap": 0.0}
    if options.time_limit is not None:
        limits["time_limit"] = options.time_limit
    result = milp(
        -written.gain.astype(float),
        integrality=np.ones(len(written.gain)),
        bounds=Limits(written.lower, as_floats(written.upper)),
        constraints=LinearConstraint(
            written.matrix.astype(float), as_floats(written.low), as_floats(written.high)
        ),
        options=limits,
    )
    if result.status == 2:
        raise Infeasible
    if result.x is None and result.status == 1:
        raise out_of_time("HiGHS", options)
    if result.x is None:
        raise SolverError(f"HiGHS ended without a matching: {result.message}", result.message)
    values = np.rint(result.x).astype(np.int64)
    if result.status == 0:
        return Solution(values, round(-result.fun), True)
    # The dual bound is a float; what it may be off by is far below one whole unit of 2**53.
    return Solution(values, int(np.floor(-result.mip_dual_bound + 1e-3)), False)


def rounded() -> SolverError:
    """Return the error for a float solver that lost whole units."""
    return SolverError(
        "HiGHS rounded beyond a whole unit on this problem; solver='cpsat' calculates in "
        "whole numbers",
        "rounding",
    )


def as_floats(limits: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return limits as floats, no limit as infinity."""
    floats = limits.astype(float)
    floats[limits >= NO_LIMIT] = np.inf
    floats[limits <= -NO_LIMIT] = -np.inf
    return floats


def nothing(candidates: Candidates) -> Selection:
    """Return the selection of no edges, the only one where there are none."""
    none = np.zeros(0, dtype=np.intp)
    if breaks(candidates, none):
        raise Infeasible
    value = candidates.value(none)
    return Selection(none, Status.OPTIMAL, value, value)


def breaks(candidates: Candidates, chosen: NDArray[np.intp]) -> bool:
    """Say whether a selection breaks anything that must hold, in whole numbers."""
    bounds = candidates.bounds
    for ends, least, most in (
        (candidates.mentor, bounds.mentor_least, bounds.mentor_most),
        (candidates.mentee, bounds.mentee_least, bounds.mentee_most),
    ):
        count = np.bincount(ends[chosen], minlength=len(most))
        if (count < least).any() or (count > most).any():
            return True
    if bounds.seats is not None and len(chosen) > bounds.seats:
        return True
    if not np.isin(candidates.locked, chosen).all():
        return True
    if candidates.cohort is None:
        return False
    people = np.unique(candidates.mentor[chosen]), np.unique(candidates.mentee[chosen])
    hard = candidates.cohort.penalty == 0
    return bool((candidates.cohort.excess(chosen, *people)[hard] > 0).any())
