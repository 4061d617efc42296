"""Slow, obvious answers to compare with, and small builders."""

from __future__ import annotations

from itertools import combinations, product
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rmatch.candidates import Bounds


def selections(problem: Any) -> Iterator[tuple[tuple[int, int], ...]]:
    """Yield every set of allowed pairs that keeps the bounds. For tiny problems only."""
    mentors, mentees = problem.shape
    _, allowed = problem.block(slice(None), slice(None))
    edges = [pair for pair in product(range(mentors), range(mentees)) if allowed[pair]]
    for size in range(len(edges) + 1):
        for pairs in combinations(edges, size):
            if keeps_bounds(problem.bounds, pairs):
                yield pairs


def keeps_bounds(bounds: Bounds, pairs: tuple[tuple[int, int], ...]) -> bool:
    if bounds.seats is not None and len(pairs) > bounds.seats:
        return False
    for axis, least, most in (
        (0, bounds.mentor_least, bounds.mentor_most),
        (1, bounds.mentee_least, bounds.mentee_most),
    ):
        for person in range(len(most)):
            count = sum(pair[axis] == person for pair in pairs)
            if not least[person] <= count <= most[person]:
                return False
    return True


def total(problem: Any, pairs: tuple[tuple[int, int], ...]) -> int:
    gains, _ = problem.block(slice(None), slice(None))
    return sum(int(gains[pair]) for pair in pairs)


def people_matched(pairs: tuple[tuple[int, int], ...]) -> int:
    return len({mentor for mentor, _ in pairs}) + len({mentee for _, mentee in pairs})


def best_total(problem: Any) -> int | None:
    """The largest total gain of any legal selection; None when there is none."""
    return max((total(problem, pairs) for pairs in selections(problem)), default=None)


def best_coverage(problem: Any) -> tuple[int, int] | None:
    """The most people matched, and the largest total gain among those selections."""
    return max(
        ((people_matched(pairs), total(problem, pairs)) for pairs in selections(problem)),
        default=None,
    )
