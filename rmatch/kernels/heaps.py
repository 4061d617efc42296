"""Everybody's best pairs as heaps in shared arrays, the worst on top; of equals, by turn."""

# mypy: disable-error-code="no-any-return"

from __future__ import annotations

from typing import Any

import numpy as np

from rmatch import scan
from rmatch.kernels.compiler import compiled, inner

first_turn = compiled(scan.first_turn)

#: So many are sorted by moving each to its place; it takes as long as a better method from then on.
_FEW = 64


@inner
def later(turn: Any, first: int, turns: int, one: int, other: int) -> bool:
    """Say whether one comes after another where the round of all turns begins with ``first``."""
    a, b = turn[one] - first, turn[other] - first
    return a + (turns if a < 0 else 0) > b + (turns if b < 0 else 0)


@inner
def keep(
    items: Any,
    values: Any,
    base: int,
    size: int,
    room: int,
    turn: Any,
    first: int,
    turns: int,
    item: int,
    value: int,
) -> None:
    """Add an item to the heap of ``size`` from ``base``, or where it is full, replace the worst."""
    at = base + size
    if size < room:
        while at > base:
            above = base + ((at - base - 1) >> 1)
            if not _worse(turn, first, turns, item, value, items[above], values[above]):
                break
            items[at], values[at] = items[above], values[above]
            at = above
    else:
        at, below = base, base + 1
        while below < base + room:
            if below + 1 < base + room and _worse(
                turn, first, turns, items[below + 1], values[below + 1], items[below], values[below]
            ):
                below += 1
            if not _worse(turn, first, turns, items[below], values[below], item, value):
                break
            items[at], values[at] = items[below], values[below]
            at, below = below, 2 * below - base + 1
    items[at], values[at] = item, value


@inner
def _worse(
    turn: Any, first: int, turns: int, item: int, value: int, other: int, others_value: int
) -> bool:
    """Say whether one item comes after another: by value, then by turn."""
    if value != others_value:
        return value < others_value
    return later(turn, first, turns, item, other)


@compiled
def taken_out(
    starts: Any, held: Any, most: Any, items: Any, values: Any, number: Any
) -> tuple[Any, Any, Any]:
    """Return how many items everybody keeps, at most so many, and these by number, with values.

    Of those who hold one too many, the worst goes.
    """
    kept = np.minimum(held, most)
    numbers, worth = np.empty(kept.sum(), np.int32), np.empty(kept.sum(), np.int64)
    begin = 0
    for person in range(len(held)):
        end, shift = begin + kept[person], starts[person] + held[person] - kept[person] - begin
        if kept[person] > _FEW:
            theirs = number[items[begin + shift : end + shift]]
            for at, k in enumerate(np.argsort(theirs)):
                numbers[begin + at], worth[begin + at] = theirs[k], values[begin + shift + k]
            begin = end
        for k in range(begin, end):
            at, one = k, number[items[k + shift]]
            while at > begin and numbers[at - 1] > one:
                numbers[at], worth[at] = numbers[at - 1], worth[at - 1]
                at -= 1
            numbers[at], worth[at] = one, values[k + shift]
        begin = end
    return kept, numbers, worth
