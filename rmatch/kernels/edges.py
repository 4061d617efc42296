"""One pass over many edges, for what numpy would take several for."""

# mypy: disable-error-code="no-any-return"

from __future__ import annotations

from typing import Any

import numpy as np

from rmatch.kernels.compiler import compiled
from rmatch.kernels.permits import find

#: More than any key.
FAR = 1 << 62


@compiled
def merged(
    key: Any,
    mentor: Any,
    mentee: Any,
    gain: Any,
    more_mentor: Any,
    more_mentee: Any,
    more_gain: Any,
    mentors: int,
) -> tuple[Any, Any, Any, Any, Any, bool]:
    """Return edges, by key, with those of others that are not among them; and which these are.

    Both come by mentee, then mentor: a key is mentee * mentors + mentor. Last, whether the others
    did, none of them twice.
    """
    size, more = len(key), len(more_mentor)
    keys, gains = np.empty(size + more, np.int64), np.empty(size + more, np.int64)
    one, other = np.empty(size + more, np.int32), np.empty(size + more, np.int32)
    new = np.zeros(more, np.bool_)
    at, count, last, ascend = 0, 0, -1, True
    for n in range(more + 1):
        wanted = FAR if n == more else np.int64(more_mentee[n]) * mentors + more_mentor[n]
        ascend &= wanted > last
        last = wanted
        while at < size and key[at] < wanted:
            keys[count], gains[count] = key[at], gain[at]
            one[count], other[count] = mentor[at], mentee[at]
            at, count = at + 1, count + 1
        if n < more and (at == size or key[at] > wanted):
            keys[count], gains[count] = wanted, more_gain[n]
            one[count], other[count] = more_mentor[n], more_mentee[n]
            new[n] = True
            count += 1
    return keys[:count], one[:count], other[:count], gains[:count], new, ascend


@compiled
def reduced(mentor: Any, mentee: Any, gain: Any, price: Any, other: Any) -> Any:
    """Return what edges gain more than the prices of their mentors and mentees."""
    more = np.empty(len(gain), np.int64)
    for edge in range(len(gain)):
        more[edge] = gain[edge] - price[mentor[edge]] - other[mentee[edge]]
    return more


@compiled
def above(mentor: Any, mentee: Any, gain: Any, price: Any, other: Any) -> int:
    """Return what all edges that gain more than the prices of their two people gain above them."""
    total = 0
    for edge in range(len(gain)):
        total += max(gain[edge] - price[mentor[edge]] - other[mentee[edge]], 0)
    return total


@compiled
def wrong(
    asked: Any, mentor: Any, mentee: Any, gain: Any, price: Any, other: Any, chosen: Any
) -> Any:
    """Return which edges gain more than the prices and are not chosen, or are and gain less.

    Only edges ``asked`` about are looked at.
    """
    found, count = np.empty(len(gain), np.int64), 0
    for edge in range(len(gain)):
        if not asked[edge]:
            continue
        more = gain[edge] - price[mentor[edge]] - other[mentee[edge]]
        if more < 0 if chosen[edge] else more > 0:
            found[count] = edge
            count += 1
    return found[:count]


@compiled
def carried(
    mentor: Any, mentee: Any, gain: Any, row_of: Any, col_of: Any, mentors: int, asked: Any
) -> tuple[Any, Any, Any, Any, bool]:
    """Return where each edge stands among those whose people have a new position, else -1.

    Those ``asked``, as keys mentee * mentors + mentor of new positions, do not stand among them.
    Then, of those who do, new positions of mentors and mentees, and gains; and whether they come by
    mentee, then mentor, still.
    """
    place = np.full(len(mentor), -1)
    rows, cols = np.empty(len(mentor), np.int32), np.empty(len(mentor), np.int32)
    gains = np.empty(len(mentor), np.int64)
    count, last, ascend = 0, -1, True
    for edge in range(len(mentor)):
        row, col = row_of[mentor[edge]], col_of[mentee[edge]]
        key = col * mentors + row
        if row < 0 or col < 0 or find(asked, 0, len(asked), key) >= 0:
            continue
        place[edge] = count
        rows[count], cols[count], gains[count] = row, col, gain[edge]
        ascend &= key > last
        last = key
        count += 1
    return place, rows[:count], cols[:count], gains[:count], ascend
