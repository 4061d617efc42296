"""Which rules, locks and minimums cannot hold together: a smallest set of them, in words (§C7).

A set of demands is searched that no matching meets, while every part of it can be met: drop any one
and there is a matching. The search is QuickXplain (U. Junker, "QUICKXPLAIN: Preferred explanations
and relaxations for over-constrained problems", AAAI 2004): halves are left out as long as what
remains is infeasible, so few of many demands are found with few solves. Capacities, and that nobody
is paired with themself, are never given up.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from rmatch import solvers
from rmatch.answers.wording import counted
from rmatch.candidates import all_candidates
from rmatch.columns import Numbers
from rmatch.errors import InfeasibleError, SolverError
from rmatch.problem import Problem
from rmatch.rules.base import PairRule
from rmatch.rules.cohort import LockedPairs, PairsIfAny, PairsPerPerson
from rmatch.solvers import Infeasible, Options

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from rmatch.matrix import MatrixProblem

_SHOWN = 10


@dataclass(frozen=True, slots=True)
class Demand:
    """One thing that must hold: a rule, a lock, somebody's minimum, or the limit of seats.

    ``rule`` is the position in the problem's rules; ``row`` and ``col`` are those of a mentor and a
    mentee, -1 where none is meant.
    """

    kind: Literal["rule", "lock", "minimum", "seats"]
    rule: int = -1
    row: int = -1
    col: int = -1


def infeasible(problem: Problem | MatrixProblem) -> InfeasibleError:
    """Return the error that says what cannot hold together."""
    plain, demands = demands_of(problem)
    if feasible(plain):
        raise SolverError(
            "a solver found no matching although there is one; please report it", "infeasible"
        )
    found = smallest_conflict(plain, demands)
    words = in_words(plain, found)
    return InfeasibleError(f"these cannot hold together: {'; '.join(words)}", words)


def demands_of(
    problem: Problem | MatrixProblem,
) -> tuple[Problem | MatrixProblem, tuple[Demand, ...]]:
    """Return the problem with all counts written into its rosters, and all that it demands."""
    bounds = problem.bounds
    if isinstance(problem, Problem):
        problem = _with_plain_counts(problem)
        bounds = problem.bounds
        rules = [
            Demand("rule", at)
            for at, rule in enumerate(problem.rules)
            if not isinstance(rule, LockedPairs) and (isinstance(rule, PairRule) or rule.hard)
        ]
        seats = problem.seats
    else:
        rules, seats = [], bounds.seats
    demands = [
        *(Demand("minimum", row=int(row)) for row in np.flatnonzero(bounds.mentor_least)),
        *(Demand("minimum", col=int(col)) for col in np.flatnonzero(bounds.mentee_least)),
        *(Demand("lock", row=int(i), col=int(j)) for i, j in zip(*problem.locks, strict=True)),
        *rules,
        *([Demand("seats")] if seats is not None else []),
    ]
    return problem, tuple(demands)


def _with_plain_counts(problem: Problem) -> Problem:
    """Write the counts that rules set for everybody into the rosters.

    After this, leaving out a rule or a minimum only ever allows more.
    """
    counts = problem.counts
    rosters = {
        side: getattr(problem, side).replace(
            capacity=Numbers(getattr(counts, f"{one}_most").astype(float)),
            minimum=Numbers(getattr(counts, f"{one}_least").astype(float)),
        )
        for side, one in (("mentors", "mentor"), ("mentees", "mentee"))
    }
    rules = tuple(
        rule.replace(most=None) if isinstance(rule, PairsIfAny) else rule
        for rule in problem.rules
        if not isinstance(rule, PairsPerPerson)
    )
    return dataclasses.replace(problem, rules=rules, origin=None, **rosters)


def kept(problem: Problem | MatrixProblem, demands: Sequence[Demand]) -> Problem | MatrixProblem:
    """Return the problem with these demands only."""
    rows = [demand.row for demand in demands if demand.kind == "minimum" and demand.row >= 0]
    cols = [demand.col for demand in demands if demand.kind == "minimum" and demand.col >= 0]
    seats = any(demand.kind == "seats" for demand in demands)
    if not isinstance(problem, Problem):
        bounds = problem.bounds
        changed = dataclasses.replace(
            bounds,
            mentor_least=_only(bounds.mentor_least, rows),
            mentee_least=_only(bounds.mentee_least, cols),
            seats=bounds.seats if seats else None,
        )
        return dataclasses.replace(problem, bounds=changed)
    ids = problem.mentors.ids, problem.mentees.ids
    locks = [(ids[0][d.row], ids[1][d.col]) for d in demands if d.kind == "lock"]
    rules = [problem.rules[demand.rule] for demand in demands if demand.kind == "rule"]
    mentors = problem.mentors.replace(
        minimum=Numbers(_only(problem.mentors.numbers("minimum").values, rows))
    )
    mentees = problem.mentees.replace(
        minimum=Numbers(_only(problem.mentees.numbers("minimum").values, cols))
    )
    less = dataclasses.replace(
        problem,
        mentors=mentors,
        mentees=mentees,
        rules=(*rules, *([LockedPairs(locks)] if locks else [])),
        seats=problem.seats if seats else None,
    )
    if less.cohort_rules:
        return less
    # Without rules about many pairs, only those who need a pair decide, and if all of them are on
    # one side, the others of that side are in nobody's way.
    if not rows:
        return dataclasses.replace(less, mentees=mentees.take(np.array(cols, dtype=np.intp)))
    if not cols:
        return dataclasses.replace(less, mentors=mentors.take(np.array(rows, dtype=np.intp)))
    return less


def _only(values: NDArray[Any], at: list[int]) -> NDArray[Any]:
    """Return the values at some places and 0 elsewhere."""
    chosen = np.zeros_like(values)
    chosen[at] = values[at]
    return chosen


def feasible(problem: Problem | MatrixProblem) -> bool:
    """Say whether there is any matching at all."""
    candidates = all_candidates(problem)
    nothing = np.zeros_like(candidates.gain)
    indifferent = candidates.replace(gain=nothing, bounds=candidates.bounds.times(0))
    try:
        solvers.choose("auto", indifferent).solve(indifferent, Options())
    except Infeasible:
        return False
    return True


def smallest_conflict(
    problem: Problem | MatrixProblem, demands: Sequence[Demand]
) -> tuple[Demand, ...]:
    """Return demands that cannot hold together, though all but any one of them can.

    Two searches, from either end, and the smaller outcome.
    """

    def holds(some: Sequence[Demand]) -> bool:
        return feasible(kept(problem, some))

    one, other = quick_xplain(demands, holds), quick_xplain(demands[::-1], holds)
    return tuple(sorted(one if len(one) <= len(other) else other, key=demands.index))


def quick_xplain(
    demands: Sequence[Demand], holds: Callable[[Sequence[Demand]], bool]
) -> tuple[Demand, ...]:
    """Return an irreducible subset of demands that do not hold together."""

    def search(
        base: tuple[Demand, ...], fresh: bool, rest: tuple[Demand, ...]
    ) -> tuple[Demand, ...]:
        if fresh and not holds(base):
            return ()
        if len(rest) == 1:
            return rest
        middle = len(rest) // 2
        first, second = rest[:middle], rest[middle:]
        late = search(base + first, True, second)
        early = search(base + late, bool(late), first)
        return early + late

    return search((), False, tuple(demands)) if demands else ()


def in_words(problem: Problem | MatrixProblem, demands: Sequence[Demand]) -> tuple[str, ...]:
    """Say each demand in words, those of several people's minimums together."""
    rules = problem
    if isinstance(problem, Problem):
        used = tuple(problem.rules[demand.rule] for demand in demands if demand.kind == "rule")
        rules = dataclasses.replace(problem, rules=used)
    words = [*_minimums(rules, demands, "mentor"), *_minimums(rules, demands, "mentee")]
    for demand in demands:
        if demand.kind == "seats":
            words.append(_seats(problem.bounds.seats or 0))
        elif isinstance(problem, Problem) and demand.kind == "lock":
            mentor, mentee = problem.mentors.ids[demand.row], problem.mentees.ids[demand.col]
            words.append(f"lock {mentor} with {mentee}")
        elif isinstance(problem, Problem) and demand.kind == "rule":
            rule = problem.rules[demand.rule]
            words.append("a private rule" if rule.private else f"rule: {rule.describe()}")
    return tuple(words)


def _seats(seats: int) -> str:
    if seats:
        return f"there {'is' if seats == 1 else 'are'} only {counted(seats, 'seat')}"
    return "there are no seats"


def _minimums(problem: Problem | MatrixProblem, demands: Sequence[Demand], side: str) -> list[str]:
    """Name the people of one side who need pairs, and how many partners they have in all."""
    places = [demand.row if side == "mentor" else demand.col for demand in demands]
    people = [p for p, d in zip(places, demands, strict=True) if d.kind == "minimum" and p >= 0]
    if not people:
        return []
    at = np.array(people, dtype=np.intp)
    bounds = problem.bounds
    least = bounds.mentor_least if side == "mentor" else bounds.mentee_least
    most = bounds.mentee_most if side == "mentor" else bounds.mentor_most
    _, allowed = (
        problem.block(at, slice(None)) if side == "mentor" else problem.block(slice(None), at)
    )
    partners = allowed.any(axis=0 if side == "mentor" else 1) & (most > 0)
    other = "mentee" if side == "mentor" else "mentor"
    roster = getattr(problem, f"{side}s", None)
    ids = people if roster is None else [roster.ids[p] for p in people]
    shown = ", ".join(map(str, ids[:_SHOWN])) + (", ..." if len(ids) > _SHOWN else "")
    own = bounds.mentor_most if side == "mentor" else bounds.mentee_most
    if len(ids) == 1 and least[at[0]] > own[at[0]] < len(most):  # too few places of their own
        has = counted(int(own[at[0]]), "place")
        return [f"{side} {shown} needs {counted(int(least[at[0]]), 'pair')}, and has {has}"]
    who = f"{side} {shown} needs" if len(ids) == 1 else f"these {len(ids)} {side}s need"
    names = "" if len(ids) == 1 else f" ({shown})"
    count, room = int(partners.sum()), int(most[partners].sum())
    there = f"there {'is' if count == 1 else 'are'} {counted(count, other)}"
    needed = counted(int(least[at].sum()), "pair")
    return [f"{who} {needed} in all{names}, and {there} with {counted(room, 'place')} for them"]
