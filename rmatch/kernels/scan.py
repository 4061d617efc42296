"""The loop over all pairs, fused: score, price, threshold and permission, block by block.

A mentee's pairs with a block of mentors are first bounded together, by the block's peaks and least
price; where that may pass, each is bounded by a few multiply-adds in single precision over
contiguous rows; where that may pass, gain and permission are computed exactly, in whole numbers.
Bounds are never too low, so what is found does not depend on them (see docs/concepts/pricing.md).
"""

# mypy: disable-error-code="no-any-return"

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from rmatch.kernels.bounds import (
    GROUP,
    REACH,
    SIZE,
    any_above,
    bound_blocks,
    bound_pairs,
    relative_prices,
    rule_out,
)
from rmatch.kernels.compiler import Array, compiled, inner
from rmatch.kernels.guess import EVERY, FAR, guesses, ruled_out, sampled
from rmatch.kernels.heaps import first_turn, keep, later
from rmatch.kernels.permits import allows, find

#: Pairs that wait for an exact look.
PENDING = 1024


class Bounding(NamedTuple):
    """Rows over mentors in scan order, in blocks of ``SIZE``; mentees as short sums of rows."""

    rows: Array  # (blocks, rows, SIZE), float32
    peaks: Array  # (groups, rows, GROUP), float32, the largest of each block
    starts: Array  # (mentees + 1,), where everybody's terms begin
    row: Array  # (terms,)
    slope: Array  # (terms,), float32
    keys: Array  # (blocks, keys, SIZE), float32: a mentee passes who asks for no more
    key_least: Array  # (blocks, keys)
    key_most: Array  # (blocks, keys)
    asked: Array  # (mentees, keys), float32


class Sums(NamedTuple):
    """Exact gains: the sum over shared features of the products of both."""

    mentor_starts: Array  # (mentors + 1,)
    mentor_feature: Array
    mentor_gain: Array
    mentee_starts: Array  # (mentees + 1,)
    mentee_feature: Array
    mentee_gain: Array


class Conditions(NamedTuple):
    """Exact permissions: one line for each condition, its data in shared arrays."""

    lines: Array  # (conditions, 7): kind, four places of data, two of who is known or -1
    floats: Array
    words: Array  # uint64
    codes: Array  # int32
    cells: Array  # uint8
    starts: Array  # int64
    values: Array  # int32, beside the codes that ``starts`` points to


class Listed(NamedTuple):
    """Pairs looked at one by one: with a gain of their own, or locked."""

    starts: Array  # (mentees + 1,)
    mentor: Array  # ascending for each mentee
    gain: Array  # int64, added
    locked: Array  # uint8


class Task(NamedTuple):
    """What to find for a slice of mentees."""

    price: Array  # (mentors,), in scan order
    floor: Array  # (mentees of the slice,), only pairs worth more
    turn: Array  # (mentors,), each mentor's place in the order of all
    mentees: int  # in all slices
    slack: Array  # (mentees of the slice,), how far prices may have fallen without effect
    fall: Array  # (blocks,), how far a price fell at most since the scan before
    fallen: Array  # places of those mentors whose prices fell most, the most first
    few: Array  # (mentees of the slice,), how many of these to look at and no others; -1: all
    least_gain: int  # no smaller gain is allowed
    guess: bool  # whether to guess first what the best pairs are worth
    extra: Array  # (mentees of the slice, mentors) int32 gains without structure, or nothing
    permitted: Array  # the same, uint8


class Best(NamedTuple):
    """Everybody's best pairs so far, heaps with the worst on top (see ``heaps``)."""

    starts: Array  # (mentees of the slice + 1,)
    held: Array  # (mentees of the slice,), how many
    threshold: Array  # (mentees of the slice,), below which nothing is of interest any more
    mentor: Array  # int32, by place of the scan
    value: Array  # int64, gain less price


class Scene(NamedTuple):
    """What an exact look at pairs needs, and the pairs that wait for it."""

    sums: Sums
    conditions: Conditions
    listed: Listed
    task: Task
    best: Best
    ceiling: Array  # (mentees of the slice,), only pairs worth less
    weight: Array  # (features,), memory, all zero
    pending: Array  # (PENDING, 2), mentees of the slice, and places of mentors
    upper: Array  # (PENDING,), what these pairs are worth at most


@compiled
def scan(
    bounding: Bounding,
    sums: Sums,
    conditions: Conditions,
    listed: Listed,
    task: Task,
    best: Best,
    start: int,
    features: int,
) -> int:
    """Find the best pairs of the mentees from ``start``; return how many pairs were looked at."""
    many, blocks = len(task.floor), len(bounding.rows)
    held, threshold, ceiling = best.held, best.threshold, np.full(many, FAR)
    pending, upper = np.empty((PENDING, 2), np.int32), np.empty(PENDING, np.int64)
    weight, skip = np.zeros(features, np.int64), task.few >= 0
    scene = Scene(sums, conditions, listed, task, best, ceiling, weight, pending, upper)
    touched = _one_by_one(scene, start)
    if not task.guess or not blocks:
        return touched + _sweep(bounding, scene, skip, 0, start)
    every = min(EVERY, blocks)
    guessed, looked_at = guesses(bounding, conditions, task.price, best.starts, every, start)
    threshold[:] = np.maximum(threshold, guessed)
    touched += looked_at + _sweep(bounding, scene, skip, every, start)
    # Where too few pairs reach the value guessed, those below it are looked at after all.
    enough = True
    for mentee in range(many):
        begin, least = best.starts[mentee], task.floor[mentee]
        if held[mentee] == best.starts[mentee + 1] - begin:
            least = max(least, best.value[begin])
        skip[mentee] = guessed[mentee] <= least
        threshold[mentee], ceiling[mentee] = least, guessed[mentee]
        enough &= skip[mentee]
    return touched if enough else touched + _sweep(bounding, scene, skip, every, start)


# A function that takes a tuple of arrays copies all of it at every call. So the loops below collect
# what passes the bounds, and look at it exactly a few hundred pairs at a time.


@compiled
def _one_by_one(scene: Scene, start: int) -> int:
    """Look at listed pairs, and at the few mentors whose prices fell most; return how many."""
    listed, task, pending, upper = scene.listed, scene.task, scene.pending, scene.upper
    count, touched = 0, 0
    for single in (True, False):
        for mentee in range(len(task.floor)):
            first = listed.starts[start + mentee]
            more = listed.starts[start + mentee + 1] - first if single else task.few[mentee]
            for k in range(more):
                pending[count, 0] = mentee
                pending[count, 1] = listed.mentor[first + k] if single else task.fallen[k]
                upper[count] = FAR
                count += 1
                touched += 1
                if count == PENDING:
                    count = _look_at(scene, count, single, start)
        count = _look_at(scene, count, single, start)
    return touched


@compiled
def _sweep(bounding: Bounding, scene: Scene, skip: Any, every: int, start: int) -> int:
    """Look at all mentors block by block, for mentees not to ``skip``; return at how many pairs.

    One block in ``every`` counts as looked at before.
    """
    task, best, pending, upper = scene.task, scene.best, scene.pending, scene.upper
    mentors, many = len(task.price), len(task.floor)
    rows, peaks, starts = bounding.rows.ravel(), bounding.peaks.ravel(), bounding.starts
    row, slope = bounding.row, bounding.slope
    keys, asked = bounding.keys.ravel(), bounding.asked
    key_least, key_most = bounding.key_least, bounding.key_most
    blocks, width, key_count = len(bounding.rows), bounding.rows.shape[1], asked.shape[1]
    threshold, extra, dense = best.threshold, task.extra, len(task.extra) > 0
    slack, fall = task.slack, task.fall
    dear, acc = np.empty(SIZE, np.float32), np.empty(SIZE, np.float32)
    peak = np.empty(many * GROUP, np.float32)
    count, touched = 0, 0
    for block in range(blocks):
        if block % GROUP == 0:
            group = peaks[block * width : (block + GROUP) * width]
            for mentee in range(many):
                if not skip[mentee]:
                    begin, end = starts[start + mentee], starts[start + mentee + 1]
                    bound_blocks(group, row, slope, begin, end, peak, mentee * GROUP)
        at = block * SIZE
        least = relative_prices(task.price, at, dear)
        fresh = 0 if sampled(block, every) else min(SIZE, mentors - at)
        for mentee in range(many):
            limit = threshold[mentee] + least
            if limit >= REACH or skip[mentee] or fall[block] <= slack[mentee]:
                continue
            person = start + mentee
            begin, end = starts[person], starts[person + 1]
            bar = np.float32(max(limit, -4 * REACH)) - np.float32(end - begin + 8)
            if peak[mentee * GROUP + block % GROUP] <= bar and not dense:
                continue
            if ruled_out(key_most, asked, block, person):
                continue
            touched += fresh
            bound_pairs(rows, at * width, row, slope, begin, end, dear, acc)
            for key in range(key_count):
                if key_least[block, key] < asked[person, key]:
                    rule_out(keys, (block * key_count + key) * SIZE, asked[person, key], acc)
            if dense:
                for i in range(min(SIZE, mentors - at)):
                    acc[i] += extra[mentee, at + i]
            if not any_above(acc, 0, SIZE, bar):
                continue
            before = count
            for part in range(0, SIZE, 32):
                if any_above(acc, part, part + 32, bar):
                    for i in range(part, part + 32):
                        if acc[i] > bar:
                            pending[count, 0] = mentee
                            pending[count, 1] = at + i
                            upper[count] = np.int64(acc[i]) + end - begin + 9 - least
                            count += 1
            # Many have passed: time to raise the bar. And a block needs room for all its pairs.
            if count - before >= 32 or count > PENDING - SIZE:
                count = _look_at(scene, count, False, start)
        count = _look_at(scene, count, False, start)
    return touched


@inner
def _look_at(scene: Scene, count: int, single: bool, start: int) -> int:
    """Compute pairs exactly; keep those that are allowed and among their mentee's best.

    Listed pairs are looked at as such, in calls with ``single``, and passed over in others.
    """
    sums, conditions, listed, task, best, ceiling, weight, pending, upper = scene
    price, floor, turn, extra = task.price, task.floor, task.turn, task.extra
    permitted, least_gain = task.permitted, task.least_gain
    lines, floats, words, codes, cells, places, values = conditions
    theirs, feature, times = sums.mentor_starts, sums.mentor_feature, sums.mentor_gain
    wishes, wish, worth = sums.mentee_starts, sums.mentee_feature, sums.mentee_gain
    lists, alone, more, locked = listed
    heap, held, threshold = best.starts, best.held, best.threshold
    mentor_of, value_of, turns = best.mentor, best.value, len(turn)
    last, first = -1, 0
    for n in range(count):
        mentee: Any = np.int64(pending[n, 0])
        mentor: Any = np.int64(pending[n, 1])
        if upper[n] < threshold[mentee]:
            continue  # the threshold has risen since
        person = start + mentee
        if mentee != last:
            if last >= 0:
                for k in range(wishes[start + last], wishes[start + last + 1]):
                    weight[wish[k]] = 0
            for k in range(wishes[person], wishes[person + 1]):
                weight[wish[k]] = worth[k]
            first = first_turn(person, task.mentees, turns)
            last = mentee
        gain: Any = 0
        for k in range(theirs[mentor], theirs[mentor + 1]):
            gain += times[k] * weight[feature[k]]
        if len(extra) > 0:
            gain += extra[mentee, mentor]
        certain = False
        if lists[person] < lists[person + 1]:
            k = find(alone, lists[person], lists[person + 1], mentor)
            if (k >= 0) != single:
                continue
            if k >= 0:
                gain += more[k]
                certain = locked[k] != 0
        value = gain - price[mentor]
        # Above the floor; and as good as the worst kept, where the heap is full.
        if value <= floor[mentee] or value < threshold[mentee] or value >= ceiling[mentee]:
            continue
        base, size = heap[mentee], held[mentee]
        room = heap[mentee + 1] - base
        full_of_equals = size == room and value == value_of[base]
        if full_of_equals and later(turn, first, turns, mentor, mentor_of[base]):
            continue
        if not certain:
            if gain < least_gain:
                continue
            if len(permitted) > 0 and permitted[mentee, mentor] == 0:
                continue
            if not allows(lines, floats, words, codes, cells, places, values, mentor, person):
                continue
        if size < room:
            held[mentee] = size + 1
        keep(mentor_of, value_of, base, size, room, turn, first, turns, mentor, value)
        if held[mentee] == room:  # it never falls: listed pairs may be worth less than the guess
            threshold[mentee] = max(value_of[base], threshold[mentee])
    if last >= 0:
        for k in range(wishes[start + last], wishes[start + last + 1]):
            weight[wish[k]] = 0
    return 0
