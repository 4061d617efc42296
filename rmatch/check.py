"""The independent checker: slow, obvious, and it knows no solver.

It reads a matching as a list of pairs of ids and asks every rule's scalar twin about every pair,
counts everybody's pairs, and adds up the objective again from the scalar twins of the score parts.
A violation found here is a bug of rmatch.
"""

from __future__ import annotations

import gc
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
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

    Place = tuple[int, int]


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


@contextmanager
def _records_only() -> Iterator[None]:
    """Keep Python from looking for cycles among thousands of people, plain records without any.

    It would look through all of them again and again: half of the time that a check takes.
    """
    before = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if before:
            gc.enable()


def check(
    problem: Problem | MatrixProblem,
    pairs: Sequence[Place] | NDArray[np.intp],
    objective: int | None,
    stages: Sequence[Stage] = (),
    known: tuple[NDArray[np.bool_], NDArray[np.int64]] | None = None,
) -> list[Violation]:
    """Return everything wrong with a set of pairs (rows of the problem's mentors and mentees).

    ``pairs`` may be an array of (pairs, 2). ``objective`` is what the solver claims, in whole
    units; ``None`` claims nothing. ``stages`` are what it claims to have reached one after the
    other; each is counted again. ``known`` says of each pair whether it was checked before, between
    the same people under the same rules, and what it gains then. Safety rules are asked about those
    pairs again, all else is not.
    """
    from rmatch.problem import Problem

    if not isinstance(pairs, np.ndarray):
        pairs = np.fromiter(chain.from_iterable(pairs), np.intp, 2 * len(pairs)).reshape(-1, 2)
    rows, cols = pairs.T
    mentors, mentees = problem.shape
    nobody = (rows < 0) | (rows >= mentors) | (cols < 0) | (cols >= mentees)
    if nobody.any():
        return [
            Violation(f"pair {pair} is of somebody who is not there")
            for pair in _tuples(pairs[nobody])
        ]
    degrees = np.bincount(rows, minlength=mentors), np.bincount(cols, minlength=mentees)
    found = _counts(problem, rows * mentees + cols, degrees)
    if isinstance(problem, Problem):
        with _records_only():
            gains = _check_people(problem, pairs, found, known)
    else:
        gains = problem.gains[rows, cols]
        found += [
            Violation(f"pair {pair} is not allowed")
            for pair in _tuples(pairs[~problem.allowed[rows, cols]])
        ]
    if objective is None and not stages:
        return found
    bounds = problem.bounds
    total = int(gains.sum())
    total += int(bounds.mentor_bonus[degrees[0] > 0].sum())
    total += int(bounds.mentee_bonus[degrees[1] > 0].sum())
    if isinstance(problem, Problem) and problem.cohort_rules:
        places = _tuples(pairs)
        total -= sum(rule.cost(problem, places) for rule in problem.cohort_rules)
    if objective is not None and total != objective:
        found.append(Violation(f"the objective is {total}, not {objective} as claimed"))
    if stages:
        counted = problem.objective.recount(problem, _tuples(pairs), gains.tolist(), total)
        found += [
            Violation(f"{stage.name}: {count}, not {stage.value} as claimed")
            for stage, count in zip(stages, counted, strict=False)
            if count != stage.value
        ]
        found += [
            Violation(f"{stage.name} is no stage of this objective")
            for stage in stages[len(counted) :]
        ]
    return found


def _check_people(
    problem: Problem,
    pairs: NDArray[np.intp],
    found: list[Violation],
    known: tuple[NDArray[np.bool_], NDArray[np.int64]] | None,
) -> NDArray[np.int64]:
    """Ask every rule about every pair, and cohort rules about all; return the pairs' gains."""
    locked: set[Place] = set()
    if problem.cohort_rules:
        places = _tuples(pairs)
        for cohort_rule in problem.cohort_rules:
            found.extend(cohort_rule.violations(problem, places))
            locked.update(cohort_rule.locked(problem))
    fresh = np.ones(len(pairs), bool) if known is None else ~known[0]
    people = everybody = _people(problem, pairs[fresh])  # safety rules look at everybody
    if len(people) < len(pairs) and any(rule.safety for rule in problem.pair_rules):
        everybody = _people(problem, pairs)
    free = [place not in locked for place in _tuples(pairs[fresh])]  # a lock outranks the others
    ruled = list(compress(people, free))
    found.extend(
        Violation(f"{_named(mentor, mentee)} is one person")
        for mentor, mentee in people
        if mentor.id == mentee.id
    )
    # Rule by rule and part by part: pair by pair, the same calls take a third longer.
    for rule in problem.pair_rules:
        broken = [
            (mentor, mentee)
            for mentor, mentee in (everybody if rule.safety else ruled)
            if not rule.allows(mentor, mentee)
        ]
        found += [Violation(f"{_named(*pair)} breaks {rule.describe()}") for pair in broken]
    gains = [0] * len(people)
    for part, weight in zip(problem.score, problem.weights, strict=True):
        gains = [
            gain + part.gain(mentor, mentee, weight)
            for gain, (mentor, mentee) in zip(gains, people, strict=True)
        ]
    if problem.min_gain is not None:
        found.extend(
            Violation(f"{_named(*pair)} scores {gain} units, below {problem.min_gain}")
            for pair, gain in compress(zip(people, gains, strict=True), free)
            if gain < problem.min_gain
        )
    every = np.zeros(len(pairs), np.int64) if known is None else known[1].copy()
    every[fresh] = gains
    return every


def _tuples(pairs: NDArray[np.intp]) -> list[Place]:
    rows, cols = pairs.T
    return list(zip(rows.tolist(), cols.tolist(), strict=True))


def _people(problem: Problem, pairs: NDArray[np.intp]) -> list[tuple[Person, Person]]:
    rows, cols = pairs.T
    mentors, mentees = problem.mentors.persons(rows), problem.mentees.persons(cols)
    return list(zip(mentors, mentees, strict=True))


def _named(mentor: Person, mentee: Person) -> str:
    return f"pair {mentor.id!r} with {mentee.id!r}"


def _counts(
    problem: Problem | MatrixProblem,
    keys: NDArray[np.intp],
    degrees: tuple[NDArray[np.intp], NDArray[np.intp]],
) -> list[Violation]:
    """Compare everybody's pairs with their least and most, and all pairs with the seats."""
    bounds, (_, mentees), again = problem.bounds, problem.shape, Counter[int]()
    if not (keys[1:] > keys[:-1]).all():  # as those of a matching are
        keys.sort()
        again.update(keys[1:][keys[1:] == keys[:-1]].tolist())
    found = [
        Violation(f"pair {divmod(key, mentees)} is there {more + 1} times")
        for key, more in again.items()
    ]
    for side, count, least, most in (
        ("mentor", degrees[0], bounds.mentor_least, bounds.mentor_most),
        ("mentee", degrees[1], bounds.mentee_least, bounds.mentee_most),
    ):
        for person in np.flatnonzero((count < least) | (count > most)).tolist():
            allowed = f"{least[person]} to {most[person]}"
            found.append(Violation(f"{side} {person} has {count[person]} pairs, not {allowed}"))
    if bounds.seats is not None and len(keys) > bounds.seats:
        found.append(Violation(f"{len(keys)} pairs, but only {bounds.seats} seats"))
    return found
