"""A guess at what a mentee's best pairs are worth, from a sample, before any is looked at.

Without it a scan looks at ever better pairs one by one, most of which leave again.
"""

# mypy: disable-error-code="no-any-return"

from __future__ import annotations

from typing import Any

import numpy as np

from rmatch.kernels.bounds import SIZE, any_above, bound_pairs, relative_prices, rule_out
from rmatch.kernels.compiler import compiled, inner
from rmatch.kernels.permits import allows

#: One block in so many is the sample.
EVERY = 8
#: More than any pair is worth.
FAR = 1 << 62
#: How sure it is to be that enough pairs are as good: so many standard deviations.
SURE = 2.5


@compiled
def guesses(
    bounding: Any, conditions: Any, price: Any, begins: Any, every: int, start: int
) -> tuple[Any, int]:
    """Return for each mentee from ``start`` a value that about as many pairs reach as they want.

    ``begins`` says where each one's list of those pairs begins and, last, where all end. Where the
    sample tells too little, all pairs reach the value. The second number is that of the pairs in
    the sample, which is one block in ``every``.
    """
    many, blocks, width = len(begins) - 1, len(bounding.rows), bounding.rows.shape[1]
    rows, keys = bounding.rows.ravel(), bounding.keys.ravel()
    starts, row, slope, asked = bounding.starts, bounding.row, bounding.slope, bounding.asked
    key_least, key_most, key_count = bounding.key_least, bounding.key_most, asked.shape[1]
    lines, floats, words, codes, cells, places, values = conditions
    mentors = len(price)
    dear, acc = np.empty(SIZE, np.float32), np.empty(SIZE, np.float32)
    best, tops = np.full(begins[-1], -np.inf), np.zeros(many, np.int64)
    found, looked_at = np.full(many, -FAR), 0
    for mentee in range(many):
        share = _share(key_most, asked, start + mentee, every)
        tops[mentee] = rank(begins[mentee + 1] - begins[mentee], share)
    for block in range(blocks):
        if not sampled(block, every):
            continue
        at = block * SIZE
        least = relative_prices(price, at, dear)
        for mentee in range(many):
            person, first, top = start + mentee, begins[mentee], tops[mentee]
            if ruled_out(key_most, asked, block, person) or not top:
                continue
            looked_at += min(SIZE, mentors - at)
            bound_pairs(rows, at * width, row, slope, starts[person], starts[person + 1], dear, acc)
            for key in range(key_count):
                if key_least[block, key] < asked[person, key]:
                    rule_out(keys, (block * key_count + key) * SIZE, asked[person, key], acc)
            for part in range(0, SIZE, 32):
                if any_above(acc, part, part + 32, np.float32(best[first] + least)):
                    for i in range(part, min(part + 32, mentors - at)):
                        value = np.float64(acc[i]) - least
                        if value > best[first] and allows(
                            lines, floats, words, codes, cells, places, values, at + i, person
                        ):
                            insert(best, first, top, value)
    for mentee in range(many):
        if tops[mentee] and best[begins[mentee]] > -np.inf:
            terms = starts[start + mentee + 1] - starts[start + mentee]
            found[mentee] = np.int64(best[begins[mentee]]) - terms - 9
    return found, looked_at


@inner
def sampled(block: int, every: int) -> bool:
    """Say whether a block is in the sample of one in ``every``; 0 is no sample."""
    return every > 0 and block % every == every // 2


@inner
def ruled_out(key_most: Any, asked: Any, block: int, person: int) -> bool:
    """Say whether nobody of a block reaches what a mentee asks for."""
    out = False
    for key in range(asked.shape[1]):
        out |= key_most[block, key] < asked[person, key]
    return out


@inner
def _share(key_most: Any, asked: Any, person: int, every: int) -> float:
    """Return which part of the blocks that may hold pairs of a mentee is in the sample."""
    there, seen = 0, 0
    for block in range(len(key_most)):
        if not ruled_out(key_most, asked, block, person):
            there += 1
            seen += sampled(block, every)
    return seen / there if there else 0.0


@inner
def rank(room: int, share: float) -> int:
    """Return which value of a sample, from the best, about as many of all reach as there is room.

    The sample is a ``share`` of all; 0 where there is none.
    """
    spread = SURE * np.sqrt(room * share * (1 - share))
    return min(room, int(np.ceil(room * share + spread)))


@inner
def insert(best: Any, first: int, top: int, value: Any) -> None:
    """Put a value among the ``top`` best, ascending from ``first``; the least leaves."""
    at = first
    while at + 1 < first + top and best[at + 1] < value:
        best[at] = best[at + 1]
        at += 1
    best[at] = value
