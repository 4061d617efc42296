"""Bounds on what pairs gain, in single precision over contiguous rows: never too low."""

# mypy: disable-error-code="no-any-return"

from __future__ import annotations

from typing import Any

import numpy as np

from rmatch.kernels.compiler import compiled, inner, multiply_adds

#: Mentors per block, and blocks per group; a group's rows stay in the cache for many mentees.
SIZE, GROUP = 256, 4
#: No gain is larger; sums and prices up to twice that are whole numbers in single precision.
REACH = 1 << 22


@compiled
def relative_prices(price: Any, at: int, dear: Any) -> int:
    """Return the least price of a block; store what the others are above it, in single precision.

    Whoever is dearer than twice any gain can only pass where the bar is that low; exact then.
    """
    here = min(SIZE, len(price) - at)
    least = price[at : at + here].min()
    for i in range(SIZE):
        dear[i] = np.float32(min(price[at + i] - least, 2 * REACH)) if i < here else np.inf
    return least


@multiply_adds
def bound_blocks(
    group: Any, row: Any, slope: Any, begin: int, end: int, peak: Any, to: int
) -> None:
    """Bound a mentee's gain with each block of a group."""
    base = np.uint64(to)
    for q in range(np.uint64(GROUP)):
        peak[base + q] = 0
    for k in range(begin, end):
        at, by = np.uint64(row[k] * GROUP), slope[k]
        for q in range(np.uint64(GROUP)):
            peak[base + q] += by * group[at + q]


@multiply_adds
def bound_pairs(
    rows: Any, base: int, row: Any, slope: Any, begin: int, end: int, dear: Any, acc: Any
) -> None:
    """Bound each pair of a mentee with a block: the sum of the terms, less the price."""
    size = np.uint64(SIZE)
    k = begin
    if (end - begin) & 1:
        r0, s0 = np.uint64(base + row[k] * SIZE), slope[k]
        for i in range(size):
            acc[i] = s0 * rows[r0 + i] - dear[i]
        k += 1
    else:
        for i in range(size):
            acc[i] = -dear[i]
    if (end - begin) & 2:
        r0, s0 = np.uint64(base + row[k] * SIZE), slope[k]
        r1, s1 = np.uint64(base + row[k + 1] * SIZE), slope[k + 1]
        for i in range(size):
            acc[i] += s0 * rows[r0 + i] + s1 * rows[r1 + i]
        k += 2
    while k < end:
        r0, s0 = np.uint64(base + row[k] * SIZE), slope[k]
        r1, s1 = np.uint64(base + row[k + 1] * SIZE), slope[k + 1]
        r2, s2 = np.uint64(base + row[k + 2] * SIZE), slope[k + 2]
        r3, s3 = np.uint64(base + row[k + 3] * SIZE), slope[k + 3]
        for i in range(size):
            acc[i] += s0 * rows[r0 + i] + s1 * rows[r1 + i] + s2 * rows[r2 + i] + s3 * rows[r3 + i]
        k += 4


@inner
def rule_out(keys: Any, base: int, asked: float, acc: Any) -> None:
    """Bound by nothing who does not reach what is asked for."""
    for i in range(np.uint64(SIZE)):
        acc[i] = acc[i] if keys[np.uint64(base) + i] >= asked else np.float32(-np.inf)


@inner
def any_above(acc: Any, begin: int, end: int, bar: Any) -> bool:
    """Say whether any of some bounds is above the bar."""
    above = False
    for i in range(np.uint64(begin), np.uint64(end)):
        above |= acc[i] > bar
    return above
