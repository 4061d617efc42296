"""The loop over all pairs of a ready-made matrix."""

# mypy: disable-error-code="no-any-return"

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from rmatch.kernels.compiler import compiled
from rmatch.kernels.guess import EVERY, FAR, insert, rank
from rmatch.kernels.heaps import first_turn, keep, later

if TYPE_CHECKING:
    from rmatch.kernels.scan import Best

#: Mentees who are looked at together.
SIZE = 64


@compiled
def scan_matrix(
    gains: Any,
    allowed: Any,
    price: Any,
    best: Best,
    start: int,
    floor: Any,
    slack: Any,
    fall: Any,
    guess: bool,
) -> int:
    """Find the best pairs of the mentees from ``start`` in a ready-made matrix.

    Pairs are passed over where the mentor's price fell by no more than the mentee's ``slack``. With
    ``guess``, what a mentee's best pairs are worth is guessed first. Returns how many pairs were
    looked at.
    """
    heap, held, least = best.starts, best.held, best.threshold
    many = len(least)
    least[:] = floor + 1
    if not guess:
        return _sweep(gains, allowed, price, best, start, floor, slack, fall)
    guessed = _guesses(gains, allowed, price, heap, start)
    least[:] = np.maximum(least, guessed)
    touched = _sweep(gains, allowed, price, best, start, floor, slack, fall)
    # Where too few pairs reach the value guessed, all are looked at again.
    slack, enough = slack.copy(), True
    for mentee in range(many):
        full = held[mentee] == heap[mentee + 1] - heap[mentee]
        if full or guessed[mentee] <= floor[mentee] + 1:
            least[mentee] = slack[mentee] = FAR
        else:
            held[mentee], least[mentee], enough = 0, floor[mentee] + 1, False
    if not enough:
        _sweep(gains, allowed, price, best, start, floor, slack, fall)
    return touched


@compiled
def _guesses(gains: Any, allowed: Any, price: Any, heap: Any, start: int) -> Any:
    """Return for each mentee a value that about as many pairs reach as they want, from a sample."""
    many, mentors = len(heap) - 1, len(price)
    sample = range(EVERY // 2, mentors, EVERY)
    values, top = np.full(heap[-1], -FAR), np.empty(many, np.int64)
    for mentee in range(many):
        top[mentee] = rank(heap[mentee + 1] - heap[mentee], len(sample) / max(mentors, 1))
    for mentor in sample:
        row, paid = gains[mentor, start : start + many], price[mentor]
        for mentee in range(many):
            value = row[mentee] - paid
            if value > values[heap[mentee]] and allowed[mentor, start + mentee]:
                insert(values, heap[mentee], top[mentee], value)
    return values[heap[:-1]]


@compiled
def _sweep(
    gains: Any, allowed: Any, price: Any, best: Best, start: int, floor: Any, slack: Any, fall: Any
) -> int:
    """Look at all mentors row by row; return at how many pairs."""
    heap, held, least = best.starts, best.held, best.threshold
    mentor_of, value_of = best.mentor, best.value
    mentors, mentees = gains.shape
    turn = np.arange(mentors)
    many, touched = len(least), 0
    firsts = np.empty(many, np.int64)
    for mentee in range(many):
        firsts[mentee] = first_turn(start + mentee, mentees, mentors)
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
                first = firsts[mentee]
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
