"""The independent check of circles: slow, obvious, and it knows no solver and no team.

It asks every rule's scalar twin about every mentor with every mentee of a circle, counts, and adds
up the objective again from the scalar twins of the score parts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, product
from typing import TYPE_CHECKING

from rmatch.check import Violation
from rmatch.fields import CEFR
from rmatch.forms import GRID
from rmatch.scoring import TeachingCoverage
from rmatch.scoring.coverage import covered_goals

if TYPE_CHECKING:
    from rmatch.living.teams import Shape
    from rmatch.people import Person
    from rmatch.problem import Problem

#: Rules that hold between all members of a circle, by name: what the docs promise.
_BETWEEN_ALL = ("Conflicts", "InformationBarrier", "ReportingLine", "Vetoes")


@dataclass(frozen=True)
class Members:
    """One circle to check: rows of its mentors and mentees, and what all of them are to share."""

    mentors: tuple[int, ...]
    mentees: tuple[int, ...]
    language: str | None
    slots: tuple[str, ...]


def check_circles(
    problem: Problem, circles: Sequence[Members], shape: Shape, bonus: int, units: int
) -> list[Violation]:
    """Return everything wrong with some circles; ``bonus`` is gained for each person placed."""
    found: list[Violation] = []
    for side, groups in (
        ("mentor", [circle.mentors for circle in circles]),
        ("mentee", [circle.mentees for circle in circles]),
    ):
        count = Counter(row for group in groups for row in group)
        found += [
            Violation(f"{side} {row} has {number} places in circles")
            for row, number in count.items()
            if number > 1
        ]
    total = 0
    for circle in circles:
        found += map(Violation, _wrong(problem, circle, shape))
        mentors = [problem.mentors.person(row) for row in circle.mentors]
        total += bonus * (len(circle.mentors) + len(circle.mentees))
        for row in circle.mentees:
            gains = gains_in(problem, mentors, problem.mentees.person(row))
            total += sum(gain for gain, _ in gains.values())
    if total != units:
        found.append(Violation(f"the objective is {total}, not {units} as claimed"))
    return found


def gains_in(
    problem: Problem, mentors: Sequence[Person], mentee: Person
) -> dict[tuple[str, str], tuple[int, int]]:
    """Return what a mentee gains from each item, and with which of the mentors it is best.

    Items are (part, skill) for each goal of teaching coverage, and (part, "") for other parts.
    """
    best: dict[tuple[str, str], tuple[int, int]] = {}
    for place, mentor in enumerate(mentors):
        for item, gain in _items(problem, mentor, mentee):
            if gain > best.get(item, (0, 0))[0]:
                best[item] = gain, place
    return best


def _items(
    problem: Problem, mentor: Person, mentee: Person
) -> Iterator[tuple[tuple[str, str], int]]:
    for part, weight in zip(problem.score, problem.weights, strict=True):
        if isinstance(part, TeachingCoverage):
            for skill, share, covered, _, _ in covered_goals(mentor, mentee):
                yield (part.name, skill), round(weight * (share * covered) * GRID)
        else:
            yield (part.name, ""), part.gain(mentor, mentee, weight)


def _wrong(problem: Problem, circle: Members, shape: Shape) -> Iterator[str]:
    """Yield in words what is wrong with one circle."""
    mentors = [problem.mentors.person(row) for row in circle.mentors]
    mentees = [problem.mentees.person(row) for row in circle.mentees]
    everybody = [*mentors, *mentees]
    name = f"the circle of {', '.join(person.id for person in mentors)}"
    for people, (least, most), side in (
        (mentors, shape.mentors, "mentors"),
        (mentees, shape.mentees, "mentees"),
    ):
        if not least <= len(people) <= most:
            yield f"{name} has {len(people)} {side}, not {least} to {most}"
    yield from (f"{name}: {each.id!r} has no place" for each in everybody if each.capacity == 0)
    for mentor, mentee in product(mentors, mentees):
        if mentor.id == mentee.id:
            yield f"{name}: {mentor.id!r} is on both sides"
        for rule in problem.pair_rules:
            if rule.minimum_score is None and not rule.allows(mentor, mentee):
                yield f"{name}: {mentor.id!r} with {mentee.id!r} breaks {rule.describe()}"
        gain = sum(gain for _, gain in _items(problem, mentor, mentee))
        if problem.min_gain is not None and gain < problem.min_gain:
            yield f"{name}: {mentor.id!r} with {mentee.id!r} is below the minimum score"
    for one, other in (*combinations(mentors, 2), *combinations(mentees, 2)):
        for rule in problem.pair_rules:
            if type(rule).__name__ in _BETWEEN_ALL and not (
                rule.allows(one, other) and rule.allows(other, one)
            ):
                yield f"{name}: {one.id!r} and {other.id!r} break {rule.describe()}"
    yield from _not_shared(everybody, circle, shape, name)


def _not_shared(
    people: Sequence[Person], circle: Members, shape: Shape, name: str
) -> Iterator[str]:
    if len(set(circle.slots)) != shape.common_slots:
        yield f"{name} has {len(circle.slots)} common slots, not {shape.common_slots}"
    if (circle.language is None) != (shape.common_language is None):
        yield f"{name} has the language {circle.language!r}"
    for person in people:
        lacking = sorted(set(circle.slots) - person.slots) if person.slots else []
        if lacking:
            yield f"{name}: {person.id!r} is not free at {', '.join(lacking)}"
        if circle.language is not None and shape.common_language is not None and person.languages:
            level = person.languages.get(circle.language)
            if level is None or CEFR.index(level) < CEFR.index(shape.common_language):
                yield f"{name}: {person.id!r} does not speak {circle.language} well enough"
