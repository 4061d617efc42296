"""Exact permissions of single pairs: one line for each condition of a rule."""

# mypy: disable-error-code="no-any-return"

from __future__ import annotations

from typing import Any

import numpy as np

from rmatch.conditions import Kind
from rmatch.kernels.compiler import inner

REACHES, SHARES, ALLOWED, EXCEPT = map(int, (Kind.REACHES, Kind.SHARES, Kind.ALLOWED, Kind.EXCEPT))


@inner
def allows(
    lines: Any,
    floats: Any,
    words: Any,
    codes: Any,
    cells: Any,
    places: Any,
    values: Any,
    mentor: int,
    mentee: int,
) -> bool:
    """Say whether a pair meets every condition."""
    for n in range(len(lines)):
        one, other, third = lines[n, 1] + mentor, lines[n, 2] + mentee, lines[n, 3]
        if lines[n, 5] >= 0 and cells[lines[n, 5] + mentor] & cells[lines[n, 6] + mentee] == 0:
            continue
        kind, met = lines[n, 0], False
        if kind == REACHES:
            met = floats[other] <= floats[one]
        elif kind == SHARES:
            one, other = lines[n, 1] + mentor * third, lines[n, 2] + mentee * third
            for word in range(third):
                met |= words[one + word] & words[other + word] != 0
        elif kind == ALLOWED:
            met = cells[third + codes[one] * lines[n, 4] + codes[other]] != 0
        elif kind == EXCEPT:
            begin = lines[n, 1] + mentee
            met = find(codes, places[begin], places[begin + 1], mentor) < 0
        else:
            met = _product(codes, values, places, one, other) >= third
        if not met:
            return False
    return True


@inner
def find(values: Any, begin: int, end: int, wanted: int) -> int:
    """Return where a value stands among ascending ones, -1 where it does not."""
    while begin < end:
        middle = (begin + end) >> 1
        if values[middle] < wanted:
            begin = middle + 1
        elif values[middle] > wanted:
            end = middle
        else:
            return middle
    return -1


@inner
def _product(codes: Any, values: Any, places: Any, one: int, other: int) -> int:
    """Return the sum of products over the shared codes of two ascending lists."""
    at, end = places[one], places[one + 1]
    also, last = places[other], places[other + 1]
    total: Any = 0
    while at < end and also < last:
        if codes[at] == codes[also]:
            total += np.int64(values[at]) * np.int64(values[also])
            at += 1
            also += 1
        elif codes[at] < codes[also]:
            at += 1
        else:
            also += 1
    return total
