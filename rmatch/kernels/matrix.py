"""The loop over all pairs of a ready-made matrix."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from rmatch.kernels.compiler import compiled
from rmatch.kernels.heaps import first_turn, keep, later

if TYPE_CHECKING:
    from rmatch.kernels.scan import Best


@compiled
def scan_matrix(gains: Any, allowed: Any, price: Any, best: Best, start: int, floor: Any) -> None:
    """Find the best pairs of the mentees from ``start`` in a ready-made matrix."""
    heap, held, least = best.starts, best.held, best.threshold
    mentor_of, value_of = best.mentor, best.value
    mentors, mentees = gains.shape
    turn = np.arange(mentors)
    many = len(least)
    for mentee in range(many):
        least[mentee] = floor[mentee] + 1
    for mentor in range(mentors):
        row, paid = gains[mentor, start : start + many], price[mentor]
        for begin in range(0, many, 64):
            end = min(begin + 64, many)
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
