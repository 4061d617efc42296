"""The independent checker: slow, obvious, and it knows no solver.

It reads a matching as a list of pairs of ids and asks every rule's scalar twin about every pair,
counts everybody's pairs, and adds up the objective again from the scalar twins of the score parts.
A violation found here is a bug of rmatch.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain, compress
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from rmatch.matrix import MatrixProblem
    from rmatch.people import Person
    from rmatch.problem import Problem
    from rmatch.solvers import Stage


@dataclass(frozen=True, slots=True)
class Violation:
    """Something a matching gets wrong, in words."""

    what: str

    def __str__(self) -> str:
        return self.what


def pair_gain(problem: Problem, mentor: Person, mentee: Person) -> int:
    """Return a pair's gain from the scalar twins of the score parts."""
    return sum(
        part.gain(mentor, mentee, weight)
        for part, weight in zip(problem.score, problem.weights, strict=True)
    )


def check(
    problem: Problem | MatrixProblem,
    pairs: Sequence[tuple[int, int]],
    objective: int | None,
    stages: Sequence[Stage] = (),
    known: tuple[NDArray[np.bool_], NDArray[np.int64]] | None = None,
) -> list[Violation]:
    """Return everything wrong with a set of pairs (rows of the problem's mentors and mentees).

    ``objective`` is what the solver claims, in whole units; ``None`` claims nothing. ``stages`` are
    what it claims to have reached one after the other; each is counted again. ``known``
    says of each pair whether it was checked before, between the same people under the same rules,
    and what it gains then. Safety rules are asked about those pairs again, all else is not.
    """
    from rmatch.problem import Problem

    ends = np.fromiter(chain.from_iterable(pairs), np.intp, 2 * len(pairs))
    rows, cols = ends.reshape(-1, 2).T
    found = _counts(problem, rows, cols)
    if isinstance(problem, Problem):
        gains = _check_people(problem, pairs, found, known)
    else:
        gains = problem.gains[rows, cols].tolist()
        allowed = problem.allowed[rows, cols].tolist()
        found += [
            Violation(f"pair {pair} is not allowed")
            for pair, may in zip(pairs, allowed, strict=True)
            if not may
        ]
    if objective is not None:
        bounds = problem.bounds
        total = sum(gains)
        total += int(bounds.mentor_bonus[np.bincount(rows).nonzero()].sum())
        total += int(bounds.mentee_bonus[np.bincount(cols).nonzero()].sum())
        if isinstance(problem, Problem):
            total -= sum(rule.cost(problem, pairs) for rule in problem.cohort_rules)
        if total != objective:
            found.append(Violation(f"the objective is {total}, not {objective} as claimed"))
    if stages:
        counted = problem.objective.recount(problem, pairs, gains)
        found += [
            Violation(f"{stage.name}: {count}, not {stage.value} as claimed")
            for stage, count in zip(stages, counted, strict=False)
            if count != stage.value
        ]
    return found


def _check_people(
    problem: Problem,
    pairs: Sequence[tuple[int, int]],
    found: list[Violation],
    known: tuple[NDArray[np.bool_], NDArray[np.int64]] | None,
) -> list[int]:
    """Ask every rule about every pair, and cohort rules about all; return the pairs' gains."""
    for cohort_rule in problem.cohort_rules:
        found.extend(cohort_rule.violations(problem, pairs))
    locked = {pair for rule in problem.cohort_rules for pair in rule.locked(problem)}
    before = np.zeros(len(pairs), bool) if known is None else known[0]
    kept = [] if known is None else known[1][before].tolist()
    people = _people(problem, list(compress(pairs, (~before).tolist())))
    everybody = people
    if kept and any(rule.safety for rule in problem.pair_rules):
        everybody = _people(problem, pairs)
    found.extend(
        Violation(f"{_named(mentor, mentee)} is one person")
        for _, mentor, mentee in people
        if mentor.id == mentee.id
    )
    # Rule by rule and part by part: pair by pair, the same calls take a third longer.
    for rule in problem.pair_rules:
        found.extend(
            Violation(f"{_named(mentor, mentee)} breaks {rule.describe()}")
            for pair, mentor, mentee in (everybody if rule.safety else people)
            if (rule.safety or pair not in locked) and not rule.allows(mentor, mentee)
        )
    gains = [0] * len(people)
    for part, weight in zip(problem.score, problem.weights, strict=True):
        each = (part.gain(mentor, mentee, weight) for _, mentor, mentee in people)
        gains = [gain + more for gain, more in zip(gains, each, strict=True)]
    if problem.min_gain is not None:
        found.extend(
            Violation(f"{_named(mentor, mentee)} scores {gain} units, below {problem.min_gain}")
            for (pair, mentor, mentee), gain in zip(people, gains, strict=True)
            if pair not in locked and gain < problem.min_gain
        )
    return kept + gains


def _people(
    problem: Problem, pairs: Sequence[tuple[int, int]]
) -> list[tuple[tuple[int, int], Person, Person]]:
    mentors = problem.mentors.persons([row for row, _ in pairs])
    mentees = problem.mentees.persons([col for _, col in pairs])
    return list(zip(pairs, mentors, mentees, strict=True))


def _named(mentor: Person, mentee: Person) -> str:
    return f"pair {mentor.id!r} with {mentee.id!r}"


def _counts(
    problem: Problem | MatrixProblem, rows: NDArray[np.intp], cols: NDArray[np.intp]
) -> list[Violation]:
    """Count everybody's pairs against their least and most, and all pairs against the seats."""
    bounds, (mentors, _) = problem.bounds, problem.shape
    keys, times = np.unique(cols * mentors + rows, return_counts=True)
    found = [
        Violation(f"pair {(key % mentors, key // mentors)} is there {count} times")
        for key, count in zip(keys[times > 1].tolist(), times[times > 1].tolist(), strict=True)
    ]
    for side, people, least, most in (
        ("mentor", rows, bounds.mentor_least, bounds.mentor_most),
        ("mentee", cols, bounds.mentee_least, bounds.mentee_most),
    ):
        count = np.bincount(people, minlength=len(most))
        for person in np.flatnonzero((count < least) | (count > most)).tolist():
            allowed = f"{least[person]} to {most[person]}"
            found.append(Violation(f"{side} {person} has {count[person]} pairs, not {allowed}"))
    if bounds.seats is not None and len(rows) > bounds.seats:
        found.append(Violation(f"{len(rows)} pairs, but only {bounds.seats} seats"))
    return found
