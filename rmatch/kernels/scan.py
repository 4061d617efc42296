"""The loop over all pairs, fused: score, price, threshold and permission, block by block.

A mentee's pairs with a block of mentors are first bounded together, by the block's peaks and least
price; where that may pass, each is bounded by a few multiply-adds in single precision over
contiguous rows; where that may pass, gain and permission are computed exactly, in whole numbers.
Bounds are never too low, so what is found does not depend on them (see docs/concepts/pricing.md).
"""

# mypy: disable-error-code="no-any-return"

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from rmatch import scan as plain

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeVar

    F = TypeVar("F", bound=Callable[..., Any])

    def njit(**options: Any) -> Callable[[F], F]:
        """Compile a function."""
        ...

else:
    from numba import njit

Array = NDArray[Any]

first_turn = njit(cache=True, nogil=True)(plain.first_turn)

#: Mentors per block, and blocks per group; a group's rows stay in the cache for many mentees.
SIZE, GROUP = 256, 4
#: No gain is larger; sums and prices up to twice that are whole numbers in single precision.
REACH = 1 << 22
#: Pairs that wait for an exact look; more than any value.
PENDING, FAR = 1024, 1 << 62


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
    extra: Array  # (mentees of the slice, mentors) int32 gains without structure, or nothing
    permitted: Array  # the same, uint8


class Best(NamedTuple):
    """Everybody's best pairs so far, heaps with the worst on top."""

    starts: Array  # (mentees of the slice + 1,)
    held: Array  # (mentees of the slice,), how many
    threshold: Array  # (mentees of the slice,), below which nothing is of interest any more
    mentor: Array  # int32
    value: Array  # int64
    gain: Array  # int64


REACHES, SHARES, ALLOWED, EXCEPT, SUMS = range(5)


# A function that takes a tuple of arrays counts references to all of them at every call. So the
# loops below collect what passes the bounds, and look at it exactly a few hundred pairs at a time.


@njit(cache=True, nogil=True)
def scan(
    bounding: Bounding,
    sums: Sums,
    conditions: Conditions,
    listed: Listed,
    task: Task,
    best: Best,
    start: int,
    weight: Any,
) -> int:
    """Find the best pairs of the mentees from ``start``; return how many pairs were looked at.

    ``weight`` is memory for one whole number per feature, all zero.
    """
    mentors, many = len(task.price), len(task.floor)
    rows, peaks, starts = bounding.rows.ravel(), bounding.peaks.ravel(), bounding.starts
    row, slope = bounding.row, bounding.slope
    keys, asked = bounding.keys.ravel(), bounding.asked
    key_least, key_most = bounding.key_least, bounding.key_most
    blocks, width, key_count = len(bounding.rows), bounding.rows.shape[1], asked.shape[1]
    threshold, extra, dense = best.threshold, task.extra, len(task.extra) > 0
    dear, acc = np.empty(SIZE, np.float32), np.empty(SIZE, np.float32)
    peak = np.empty(many * GROUP, np.float32)
    pending, upper = np.empty((PENDING, 2), np.int32), np.empty(PENDING, np.int64)
    count, touched = 0, 0
    for mentee in range(many):
        for k in range(listed.starts[start + mentee], listed.starts[start + mentee + 1]):
            pending[count, 0], pending[count, 1] = mentee, listed.mentor[k]
            upper[count] = FAR
            count += 1
            touched += 1
            if count == PENDING:
                count = _look_at(
                    pending, upper, count, True, sums, conditions, listed, task, best, start, weight
                )
    count = _look_at(
        pending, upper, count, True, sums, conditions, listed, task, best, start, weight
    )
    for mentee in range(many):
        for k in range(task.few[mentee]):
            pending[count, 0], pending[count, 1] = mentee, task.fallen[k]
            upper[count] = FAR
            count += 1
            touched += 1
            if count == PENDING:
                count = _look_at(
                    pending,
                    upper,
                    count,
                    False,
                    sums,
                    conditions,
                    listed,
                    task,
                    best,
                    start,
                    weight,
                )
    # A block needs room for all its pairs.
    count = _look_at(
        pending, upper, count, False, sums, conditions, listed, task, best, start, weight
    )
    slack, fall, few = task.slack, task.fall, task.few
    for block in range(blocks):
        if block % GROUP == 0:
            group = peaks[block * width : (block + GROUP) * width]
            for mentee in range(many):
                at = mentee * GROUP
                begin, end = starts[start + mentee], starts[start + mentee + 1]
                _bound_blocks(group, row, slope, begin, end, peak, at)
        at = block * SIZE
        least = _relative_prices(task.price, at, dear)
        for mentee in range(many):
            limit = threshold[mentee] + least
            if limit >= REACH or few[mentee] >= 0 or fall[block] <= slack[mentee]:
                continue
            person = start + mentee
            begin, end = starts[person], starts[person + 1]
            bar = np.float32(max(limit, -4 * REACH)) - np.float32(end - begin + 8)
            if peak[mentee * GROUP + block % GROUP] <= bar and not dense:
                continue
            out = False
            for key in range(key_count):
                out |= key_most[block, key] < asked[person, key]
            if out:
                continue
            touched += min(SIZE, mentors - at)
            _bound_pairs(rows, at * width, row, slope, begin, end, dear, acc)
            for key in range(key_count):
                if key_least[block, key] < asked[person, key]:
                    _rule_out(keys, (block * key_count + key) * SIZE, asked[person, key], acc)
            if dense:
                for i in range(min(SIZE, mentors - at)):
                    acc[i] += extra[mentee, at + i]
            if not _any_above(acc, 0, SIZE, bar):
                continue
            before = count
            for part in range(0, SIZE, 32):
                if _any_above(acc, part, part + 32, bar):
                    for i in range(part, part + 32):
                        if acc[i] > bar:
                            pending[count, 0] = mentee
                            pending[count, 1] = at + i
                            upper[count] = np.int64(acc[i]) + end - begin + 9 - least
                            count += 1
            # Many have passed: time to raise the bar, or to make room.
            if count - before >= 32 or count > PENDING - SIZE:
                count = _look_at(
                    pending,
                    upper,
                    count,
                    False,
                    sums,
                    conditions,
                    listed,
                    task,
                    best,
                    start,
                    weight,
                )
        count = _look_at(
            pending, upper, count, False, sums, conditions, listed, task, best, start, weight
        )
    return touched


@njit(cache=True, nogil=True)
def _look_at(
    pending: Any,
    upper: Any,
    count: int,
    single: bool,
    sums: Sums,
    conditions: Conditions,
    listed: Listed,
    task: Task,
    best: Best,
    start: int,
    weight: Any,
) -> int:
    """Compute pairs exactly; keep those that are allowed and among their mentee's best.

    Listed pairs are looked at as such, in calls with ``single``, and passed over in others.
    """
    price, floor, turn, extra = task.price, task.floor, task.turn, task.extra
    permitted, least_gain = task.permitted, task.least_gain
    lines, floats, words, codes, cells, places, values = conditions
    theirs, feature, times = sums.mentor_starts, sums.mentor_feature, sums.mentor_gain
    wishes, wish, worth = sums.mentee_starts, sums.mentee_feature, sums.mentee_gain
    lists, alone, more, locked = listed
    heap, held, threshold = best.starts, best.held, best.threshold
    mentor_of, value_of, gain_of = best.mentor, best.value, best.gain
    last = -1
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
            last = mentee
        gain: Any = 0
        for k in range(theirs[mentor], theirs[mentor + 1]):
            gain += times[k] * weight[feature[k]]
        if len(extra) > 0:
            gain += extra[mentee, mentor]
        certain = False
        if lists[person] < lists[person + 1]:
            k = _find(alone, lists[person], lists[person + 1], mentor)
            if (k >= 0) != single:
                continue
            if k >= 0:
                gain += more[k]
                certain = locked[k] != 0
        value = gain - price[mentor]
        # Above the floor; and as good as the worst kept, where the heap is full.
        if value <= floor[mentee] or value < threshold[mentee]:
            continue
        base, size = heap[mentee], held[mentee]
        room = heap[mentee + 1] - base
        first = first_turn(person, task.mentees, len(turn))
        full_of_equals = size == room and value == value_of[base]
        if full_of_equals and later(turn, first, mentor, mentor_of[base]):
            continue
        if not certain:
            if gain < least_gain:
                continue
            if len(permitted) > 0 and permitted[mentee, mentor] == 0:
                continue
            if not _allows(lines, floats, words, codes, cells, places, values, mentor, person):
                continue
        if size < room:
            held[mentee] = size + 1
        keep(
            mentor_of,
            value_of,
            gain_of,
            base,
            size,
            room,
            turn,
            first,
            mentor,
            value,
            gain,
        )
        if held[mentee] == room:
            threshold[mentee] = max(value_of[base], floor[mentee])
    if last >= 0:
        for k in range(wishes[start + last], wishes[start + last + 1]):
            weight[wish[k]] = 0
    return 0


@njit(cache=True, nogil=True)
def _allows(
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
            met = _find(codes, places[begin], places[begin + 1], mentor) < 0
        else:
            met = _product(codes, values, places, one, other) >= third
        if not met:
            return False
    return True


@njit(cache=True, nogil=True)
def _find(values: Any, begin: int, end: int, wanted: int) -> int:
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


@njit(cache=True, nogil=True)
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


@njit(cache=True, nogil=True)
def later(turn: Any, first: int, one: int, other: int) -> bool:
    """Say whether one comes after another where the round begins with turn ``first``."""
    a, b = turn[one] - first, turn[other] - first
    return a + (len(turn) if a < 0 else 0) > b + (len(turn) if b < 0 else 0)


@njit(cache=True, nogil=True)
def _worse(mentors: Any, values: Any, turn: Any, first: int, a: int, b: int) -> bool:
    """Say whether pair ``a`` of a heap comes after ``b``: by value, then by turn."""
    if values[a] != values[b]:
        return values[a] < values[b]
    return later(turn, first, mentors[a], mentors[b])


@njit(cache=True, nogil=True)
def keep(
    mentors: Any,
    values: Any,
    gains: Any,
    base: int,
    size: int,
    room: int,
    turn: Any,
    first: int,
    mentor: int,
    value: int,
    gain: int,
) -> None:
    """Add a pair to a heap, or where that is full, replace the worst."""
    at = base + size if size < room else base
    mentors[at], values[at], gains[at] = mentor, value, gain
    if size < room:
        while at > base:
            above = base + ((at - base - 1) >> 1)
            if not _worse(mentors, values, turn, first, at, above):
                return
            _swap(mentors, values, gains, at, above)
            at = above
        return
    while True:
        below = base + 2 * (at - base) + 1
        if below >= base + room:
            return
        if below + 1 < base + room and _worse(mentors, values, turn, first, below + 1, below):
            below += 1
        if not _worse(mentors, values, turn, first, below, at):
            return
        _swap(mentors, values, gains, below, at)
        at = below


@njit(cache=True, nogil=True)
def _swap(mentors: Any, values: Any, gains: Any, a: int, b: int) -> None:
    mentors[a], mentors[b] = mentors[b], mentors[a]
    values[a], values[b] = values[b], values[a]
    gains[a], gains[b] = gains[b], gains[a]


@njit(cache=True, nogil=True)
def _relative_prices(price: Any, at: int, dear: Any) -> int:
    """Return the least price of a block; store what the others are above it, in single precision.

    Whoever is dearer than twice any gain can only pass where the bar is that low; exact then.
    """
    here = min(SIZE, len(price) - at)
    least = price[at : at + here].min()
    for i in range(SIZE):
        dear[i] = np.float32(min(price[at + i] - least, 2 * REACH)) if i < here else np.inf
    return least


@njit(cache=True, nogil=True, error_model="numpy", fastmath={"contract", "nsz"})
def _bound_blocks(
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


@njit(cache=True, nogil=True, error_model="numpy", fastmath={"contract", "nsz"})
def _bound_pairs(
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


@njit(cache=True, nogil=True)
def _rule_out(keys: Any, base: int, asked: float, acc: Any) -> None:
    """Bound by nothing who does not reach what is asked for."""
    for i in range(np.uint64(SIZE)):
        acc[i] = acc[i] if keys[np.uint64(base) + i] >= asked else np.float32(-np.inf)


@njit(cache=True, nogil=True)
def _any_above(acc: Any, begin: int, end: int, bar: Any) -> bool:
    above = False
    for i in range(np.uint64(begin), np.uint64(end)):
        above |= acc[i] > bar
    return above


@njit(cache=True, nogil=True)
def scan_matrix(gains: Any, allowed: Any, price: Any, best: Best, start: int, floor: Any) -> None:
    """Find the best pairs of the mentees from ``start`` in a ready-made matrix."""
    heap, held, least = best.starts, best.held, best.threshold
    mentor_of, value_of, gain_of = best.mentor, best.value, best.gain
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
                gain = row[mentee]
                value = gain - paid
                if value < least[mentee] or not allowed[mentor, start + mentee]:
                    continue
                base, size = heap[mentee], held[mentee]
                room = heap[mentee + 1] - base
                first = first_turn(start + mentee, mentees, mentors)
                if size < room:
                    held[mentee] = size + 1
                elif value == value_of[base] and later(turn, first, mentor, mentor_of[base]):
                    continue
                keep(
                    mentor_of, value_of, gain_of, base, size, room, turn, first, mentor, value, gain
                )
                if held[mentee] == room:
                    least[mentee] = max(value_of[base], floor[mentee] + 1)
