"""The loop over all pairs of a ready-made matrix."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from rmatch.kernels.compiler import compiled
from rmatch.kernels.heaps import first_turn, keep, later

if TYPE_CHECKING:
    from rmatch.kernels.scan import Best

#: Mentees who are looked at together.
SIZE = 64


@compiled
def scan_matrix(
    gains: Any, allowed: Any, price: Any, best: Best, start: int, floor: Any, slack: Any, fall: Any
) -> int:
    """Find the best pairs of the mentees from ``start`` in a ready-made matrix.

    Pairs are passed over where the mentor's price fell by no more than the mentee's ``slack``.
    Returns how many were looked at.
    """
    heap, held, least = best.starts, best.held, best.threshold
    mentor_of, value_of = best.mentor, best.value
    mentors, mentees = gains.shape
    turn = np.arange(mentors)
    many, touched = len(least), 0
    for mentee in range(many):
        least[mentee] = floor[mentee] + 1
    tight = np.empty((many + SIZE - 1) // SIZE, np.int64)
    for n in range(len(tight)):
        tight[n] = slack[n * SIZE : (n + 1) * SIZE].min()
    for mentor in range(mentors):
        row, paid = gains[mentor, start : start + many], price[mentor]
        for begin in range(0, many, SIZE):
            if fall[mentor] <= tight[begin // SIZE]:
                continue
            end = min(begin + SIZE, many)
            touched += end - begin
            above = False
            for mentee in range(np.uint64(begin), np.uint64(end)):
                above |= row[mentee] - paid >= least[mentee]
            if not above:
                continue
            for mentee in range(begin, end):
                value = row[mentee] - paid
                if value < least[mentee] or not allowed[mentor, start + mentee]:
                    continue
                base, size = heap[mentee], held[mentee]
                room = heap[mentee + 1] - base
                first = first_turn(start + mentee, mentees, mentors)
                if size < room:
                    held[mentee] = size + 1
                elif value == value_of[base] and later(
                    turn, first, mentors, mentor, mentor_of[base]
                ):
                    continue
                keep(mentor_of, value_of, base, size, room, turn, first, mentors, mentor, value)
                if held[mentee] == room:
                    least[mentee] = max(value_of[base], floor[mentee] + 1)
    return touched
