"""Shapes: which people value the features of a run alike, up to a factor (see ``bounding``)."""

# mypy: disable-error-code="no-any-return"

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from rmatch.kernels.compiler import Array, compiled, inner


class Lists(NamedTuple):
    """What people gain from the features of one run, as one list of entries each."""

    starts: Array  # (lists + 1,), where the entries of each begin
    person: Array  # (lists,)
    slope: Array  # (lists,), no entry gains more than that times its value
    shape: Array  # (lists,), the same number where features and values are the same
    first: Array  # (shapes,), the first list of each
    uses: Array  # (shapes,), how many lists have it
    value: Array  # (entries,) float32, what an entry gains, as a part of the best of its list


@compiled
def lists_of(begins: Any, feature: Any, gain: Any, run: Any, steps: int) -> Lists:
    """Return the lists of people whose entries begin at ``begins``, by feature; all are gains.

    Values are rounded to multiples of one in so many ``steps``, and to one step at least.
    """
    entries, people = len(feature), len(begins) - 1
    starts, count = np.empty(entries + 1, np.int64), 0
    for who in range(people):
        for k in range(begins[who], begins[who + 1]):
            if k == begins[who] or run[feature[k]] != run[feature[k - 1]]:
                starts[count] = k
                count += 1
    starts[count] = entries
    person, slope, shape = np.empty(count, np.int64), np.zeros(count), np.empty(count, np.int64)
    first, uses, shapes = np.empty(count, np.int64), np.zeros(count, np.int64), 0
    word, value = np.empty(entries, np.int64), np.empty(entries, np.float32)
    part = (np.arange(steps + 1) / steps).astype(np.float32)
    places = 8
    while places < 2 * count:
        places *= 2
    table = np.full(places, -1)  # shapes, each at the first free place from where its hash says
    who = 0
    for n in range(count):
        begin, end = starts[n], starts[n + 1]
        while begins[who + 1] <= begin:
            who += 1
        best = gain[begin:end].max()
        for k in range(begin, end):
            step: Any = max(np.int64(np.rint(gain[k] / best * steps)), 1)
            word[k], value[k] = feature[k] * (steps + 1) + step, part[step]
            slope[n] = max(slope[n], gain[k] / np.float64(value[k]))
        at = _hashed(word, begin, end) & (places - 1)
        while table[at] >= 0:
            model = first[table[at]]
            if _same(word, begin, end, starts[model], starts[model + 1]):
                break
            at = (at + 1) & (places - 1)
        if table[at] < 0:
            table[at], first[shapes] = shapes, n
            shapes += 1
        person[n], shape[n] = who, table[at]
        uses[table[at]] += 1
    return Lists(starts[: count + 1], person, slope, shape, first[:shapes], uses[:shapes], value)


@inner
def _hashed(word: Any, begin: int, end: int) -> Any:
    """Return a hash of a list (FNV-1a of words, folded)."""
    mixed = np.uint64(0xCBF29CE484222325)
    for k in range(begin, end):
        mixed = (mixed ^ np.uint64(word[k])) * np.uint64(0x100000001B3)
        mixed ^= mixed >> np.uint64(32)
    return np.int64(mixed >> np.uint64(1))


@inner
def _same(word: Any, begin: int, end: int, other: int, others_end: int) -> bool:
    if end - begin != others_end - other:
        return False
    same = True
    for k in range(end - begin):
        same &= word[begin + k] == word[other + k]
    return same
