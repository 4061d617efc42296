"""Everybody's best pairs as heaps in shared arrays, the worst on top; of equals, by turn."""

# mypy: disable-error-code="no-any-return"

from __future__ import annotations

from typing import Any

from rmatch import scan
from rmatch.kernels.compiler import compiled

first_turn = compiled(scan.first_turn)


@compiled
def later(turn: Any, first: int, one: int, other: int) -> bool:
    """Say whether one comes after another where the round begins with turn ``first``."""
    a, b = turn[one] - first, turn[other] - first
    return a + (len(turn) if a < 0 else 0) > b + (len(turn) if b < 0 else 0)


@compiled
def keep(
    mentors: Any,
    values: Any,
    gains: Any,
    base: int,
    size: int,
    room: int,
    turn: Any,
    first: int,
    mentor: int,
    value: int,
    gain: int,
) -> None:
    """Add a pair to a heap, or where that is full, replace the worst."""
    at = base + size if size < room else base
    mentors[at], values[at], gains[at] = mentor, value, gain
    if size < room:
        while at > base:
            above = base + ((at - base - 1) >> 1)
            if not _worse(mentors, values, turn, first, at, above):
                return
            _swap(mentors, values, gains, at, above)
            at = above
        return
    while True:
        below = base + 2 * (at - base) + 1
        if below >= base + room:
            return
        if below + 1 < base + room and _worse(mentors, values, turn, first, below + 1, below):
            below += 1
        if not _worse(mentors, values, turn, first, below, at):
            return
        _swap(mentors, values, gains, below, at)
        at = below


@compiled
def _worse(mentors: Any, values: Any, turn: Any, first: int, a: int, b: int) -> bool:
    """Say whether pair ``a`` of a heap comes after ``b``: by value, then by turn."""
    if values[a] != values[b]:
        return values[a] < values[b]
    return later(turn, first, mentors[a], mentors[b])


@compiled
def _swap(mentors: Any, values: Any, gains: Any, a: int, b: int) -> None:
    mentors[a], mentors[b] = mentors[b], mentors[a]
    values[a], values[b] = values[b], values[a]
    gains[a], gains[b] = gains[b], gains[a]
