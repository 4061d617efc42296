"""The fused scanner: a problem's forms laid out once for the kernel that looks at all pairs.

Linear and sparse gains and the conditions of structured rules run compiled, in ``kernels.scan``.
Forms without structure are asked for their blocks, which the same kernel then takes into account.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import scipy.sparse as sp

from rmatch import kernels
from rmatch.bounding import bounding_of, in_order
from rmatch.conditions import Condition, Kind
from rmatch.forms import GainForm, Linear, PairForm, Sparse, side_by_side
from rmatch.scan import ALONE, BlockScanner, Found, Wanted, threads_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from rmatch.kernels.scan import Best, Bounding, Conditions, Listed, Sums
    from rmatch.matrix import MatrixProblem
    from rmatch.problem import Problem
    from rmatch.solvers import Options

#: Most mentees per task, where no blocks of unstructured forms are made: the more there are, the
#: fewer times rows of mentors come into the cache.
_WIDTH = 1280
#: Bytes for each pair of a block of unstructured forms, while it is made and used.
_BLOCK_BYTES = 40
#: More than any price falls.
_FAR = 1 << 62
#: Bytes for each pair kept, and how many a mentee usually keeps.
_PAIR_BYTES, _KEPT = 24, 32


@dataclass(frozen=True, eq=False)
class FusedScanner:
    """Scans in compiled loops, mentors in an order of its own. Picklable."""

    order: NDArray[np.intp]  # (mentors,), the mentor at each place of the scan
    bounding: Bounding
    sums: Sums
    conditions: Conditions
    listed: Listed
    least_gain: int
    gains: tuple[GainForm, ...]  # those without structure
    pairs: tuple[PairForm, ...]
    features: int
    width: int

    @cached_property
    def place(self) -> NDArray[np.intp]:
        """Return where each mentor stands in the scan."""
        return np.argsort(self.order)

    @classmethod
    def of(cls, problem: Problem, options: Options) -> FusedScanner:
        """Lay a problem out."""
        shape = problem.shape
        linear, sparse, gains = _gains(problem.gain_forms, shape)
        met = [(form, form.conditions()) for form in problem.pair_forms]
        conditions = [each for _, found in met for each in found or ()]
        pairs = tuple(form for form, found in met if found is None)
        keys = [each for each in conditions if each.kind is Kind.REACHES]
        order = in_order(keys, shape[0])
        mentors, mentees = _sorted(linear.mentors[order]), _sorted(linear.mentees)
        return cls(
            order,
            bounding_of(mentors, mentees, keys, order),
            _sums(mentors, mentees),
            _conditions(conditions, order, shape),
            _listed(sparse, problem.locks, order, shape),
            -(1 << 40) if problem.min_gain is None else problem.min_gain,
            gains,
            pairs,
            mentors.shape[1],
            BlockScanner.of(problem, options).width if gains or pairs else _width(shape, options),
        )

    def memory(self, threads: int) -> int:
        """Return the bytes that scanning takes, with so many tasks at once."""
        arrays = (*self.bounding, *self.sums, *self.conditions, *self.listed)
        task = self.width * _KEPT * _PAIR_BYTES + 16 * len(self.order)
        if self.gains or self.pairs:
            task += self.width * len(self.order) * _BLOCK_BYTES
        return sum(array.nbytes for array in arrays) + threads * task

    def scan(self, cols: slice, wanted: Wanted) -> Found:
        """Scan all mentors for the mentees ``cols``."""
        kernel = kernels.load("scan")
        extra, permitted = self._blocks(cols)
        best = _nothing_yet(cols, wanted)
        task = kernel.Task(
            wanted.mentor[self.order],
            wanted.mentee[cols],
            self.order,
            len(wanted.mentee),
            *self._changes(cols, wanted),
            self.least_gain,
            wanted.known is None and not self.gains and not self.pairs,
            extra,
            permitted,
        )
        touched = kernel.scan(
            self.bounding,
            self.sums,
            self.conditions,
            self.listed,
            task,
            best,
            cols.start,
            self.features,
        )
        return _found(cols, wanted, best, self.order, int(touched))

    def _changes(self, cols: slice, wanted: Wanted) -> tuple[NDArray[np.int64], ...]:
        """Return what need not be looked at again: see ``Task``."""
        size = kernels.load("bounds").SIZE
        mentors = len(self.order)
        slack, falls = _slack(cols, wanted)
        fall = np.full(-(-mentors // size) * size, -_FAR)
        fall[:mentors] = falls[self.order]
        fall = fall.reshape(-1, size).max(axis=1, initial=-_FAR)
        if wanted.fall is None:
            return slack, fall, np.zeros(0, np.int64), np.full(len(slack), -1)
        few = mentors - np.searchsorted(wanted.fall, slack, side="right", sorter=wanted.rising)
        few[few * ALONE > mentors] = -1
        fallen = self.place[wanted.rising[::-1][: mentors // ALONE]]  # nobody looks at more
        return slack, fall, fallen, few

    def _blocks(self, cols: slice) -> tuple[NDArray[np.int32], NDArray[np.uint8]]:
        """Return (mentees, mentors) gains and permissions of the forms without structure."""
        extra, permitted = np.zeros((0, 0), np.int32), np.zeros((0, 0), np.uint8)
        if self.gains:
            extra = np.add.reduce([form.block(slice(None), cols) for form in self.gains])
            extra = extra[self.order].T
        if self.pairs:
            allowed = np.logical_and.reduce([form.block(slice(None), cols) for form in self.pairs])
            permitted = allowed[self.order].T.astype(np.uint8)
        return np.ascontiguousarray(extra), np.ascontiguousarray(permitted)


@dataclass(frozen=True, eq=False)
class MatrixScanner:
    """Scans a ready-made matrix of whole numbers, in one compiled pass over its rows."""

    gains: NDArray[np.int64]  # (mentors, mentees)
    allowed: NDArray[np.bool_]
    width: int

    @classmethod
    def of(cls, problem: MatrixProblem, options: Options) -> MatrixScanner:
        """Take the matrix as it is."""
        return cls(problem.gains, problem.allowed, _width(problem.shape, options))

    def memory(self, threads: int) -> int:
        """Return the bytes that scanning takes, with so many tasks at once."""
        return threads * (self.width * _KEPT * _PAIR_BYTES + 8 * len(self.gains))

    def scan(self, cols: slice, wanted: Wanted) -> Found:
        """Scan all mentors for the mentees ``cols``."""
        best, order = _nothing_yet(cols, wanted), np.arange(len(self.gains))
        slack, fall = _slack(cols, wanted)
        touched = kernels.load("matrix").scan_matrix(
            self.gains, self.allowed, wanted.mentor, best, cols.start, wanted.mentee[cols],
            slack, fall, wanted.known is None,
        )  # fmt: skip
        return _found(cols, wanted, best, order, int(touched))


def _width(shape: tuple[int, int], options: Options) -> int:
    """Return how many mentees a task takes: all tasks are alike, and all threads have as many.

    What mentees keep is at most a quarter of the memory.
    """
    threads = threads_of(options)
    each = -(-shape[1] // (threads * _WIDTH))
    width = max(1, -(-shape[1] // (threads * max(each, 1))))
    if options.memory_limit is None:
        return width
    share = int(options.memory_limit) // 4 // threads
    return min(max(1, share // (_KEPT * _PAIR_BYTES)), width)


def _slack(cols: slice, wanted: Wanted) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return how far prices may have fallen without effect on mentees, and how far they fell."""
    if wanted.known is None or wanted.fall is None:
        return np.full(cols.stop - cols.start, -_FAR), np.full(len(wanted.mentor), _FAR)
    return wanted.mentee[cols] - wanted.known[cols], wanted.fall


def _nothing_yet(cols: slice, wanted: Wanted) -> Best:
    """Return empty heaps, with room for one pair more than wanted: the one that covers the rest."""
    starts = np.concatenate([[0], np.cumsum(wanted.most[cols] + 1)])
    best: Best = kernels.load("scan").Best(
        starts,
        np.zeros(len(starts) - 1, np.int64),
        wanted.mentee[cols].copy(),
        np.zeros(starts[-1], np.int32),
        np.zeros(starts[-1], np.int64),
    )
    return best


def _found(cols: slice, wanted: Wanted, best: Best, order: NDArray[np.intp], touched: int) -> Found:
    """Take out what the kernel kept; of those with one too many, the worst only covers."""
    most = wanted.most[cols]
    full = np.flatnonzero(best.held > most)
    covering = wanted.mentee[cols].copy()
    covering[full] = best.value[best.starts[full]]
    kept, mentor, value = kernels.load("heaps").taken_out(
        best.starts, best.held, most, best.mentor, best.value, order
    )
    mentee = np.repeat(np.arange(cols.start, cols.stop, dtype=np.int32), kept)
    return Found(mentor, mentee, value + wanted.mentor[mentor], covering, touched)


def _gains(
    forms: Sequence[GainForm], shape: tuple[int, int]
) -> tuple[Linear, list[Sparse], tuple[GainForm, ...]]:
    """Return linear gains as one form, sparse ones, and those without structure."""
    linear = [each for each in forms if isinstance(each, Linear) and _bounded(each)]
    sparse = [each for each in forms if isinstance(each, Sparse)]
    known = {id(each) for each in (*linear, *sparse)}
    nothing = Linear(
        sp.csr_array((shape[0], 0), dtype=np.int32), sp.csr_array((shape[1], 0), dtype=np.int32)
    )
    rest = tuple(each for each in forms if id(each) not in known)
    return side_by_side(linear or [nothing]), sparse, rest


def _bounded(linear: Linear) -> bool:
    """Say whether all terms are gains: bounds are sums of the best, so nothing may be negative."""
    return all(side.data.min(initial=0) >= 0 for side in (linear.mentors, linear.mentees))


def _sorted(matrix: sp.csr_array) -> sp.csr_array:
    copy = matrix.copy()
    copy.eliminate_zeros()
    copy.sort_indices()
    return copy


def _sums(mentors: sp.csr_array, mentees: sp.csr_array) -> Sums:
    types = (np.int64, np.int32, np.int32)
    arrays = [
        getattr(side, name).astype(kind)
        for side in (mentors, mentees)
        for name, kind in zip(("indptr", "indices", "data"), types, strict=True)
    ]
    sums: Sums = kernels.load("scan").Sums(*arrays)
    return sums


class _Store:
    """Arrays of one type put one after the other."""

    def __init__(self, kind: type) -> None:
        self.kind = kind
        self.arrays: list[NDArray[Any]] = [np.zeros(0, kind)]
        self.size = 0

    def add(self, values: Any) -> int:
        """Append values; return where they begin."""
        array: NDArray[Any] = np.ascontiguousarray(values, self.kind).ravel()
        self.arrays.append(array)
        self.size += len(array)
        return self.size - len(array)

    def whole(self) -> NDArray[Any]:
        return np.concatenate(self.arrays)


def _conditions(
    conditions: Sequence[Condition], order: NDArray[np.intp], shape: tuple[int, int]
) -> Conditions:
    """Put the data of all conditions into shared arrays, mentors in scan order."""
    floats, words, codes = _Store(np.float64), _Store(np.uint64), _Store(np.int32)
    cells, starts, values = _Store(np.uint8), _Store(np.int64), _Store(np.int32)

    def listed(matrix: sp.csr_array) -> int:
        matrix = _sorted(matrix)
        at = codes.add(matrix.indices)
        values.add(np.zeros(at - values.size))
        values.add(matrix.data)
        return starts.add(matrix.indptr.astype(np.int64) + at)

    def line(each: Condition) -> list[int]:
        if each.kind is Kind.REACHES:
            return [floats.add(each.mentors[order]), floats.add(each.mentees), 0, 0]
        if each.kind is Kind.SHARES:
            return [
                words.add(each.mentors[order]),
                words.add(each.mentees),
                each.mentors.shape[1],
                0,
            ]
        if each.kind is Kind.ALLOWED:
            table = each.table if each.table is not None else np.zeros((0, 0), bool)
            places = codes.add(each.mentors[order]), codes.add(each.mentees)
            return [*places, cells.add(table), table.shape[1]]
        if each.kind is Kind.EXCEPT:
            return [listed(_lists(each.mentees, place[each.mentors], shape)), 0, 0, 0]
        return [listed(each.mentors[order]), listed(each.mentees), each.least, 0]

    place = np.argsort(order)
    lines = []
    for each in conditions:
        data = line(each)
        known = each.known
        flags = (-1, -1) if known is None else (cells.add(known[0][order]), cells.add(known[1]))
        lines.append([each.kind, *data, *flags])
    table = np.array(lines, np.int64).reshape(-1, 7)
    values.add(np.zeros(codes.size - values.size))
    found: Conditions = kernels.load("scan").Conditions(
        table,
        floats.whole(),
        words.whole(),
        codes.whole(),
        cells.whole(),
        starts.whole(),
        values.whole(),
    )
    return found


def _listed(
    forms: Sequence[Sparse],
    locks: tuple[NDArray[np.intp], NDArray[np.intp]],
    order: NDArray[np.intp],
    shape: tuple[int, int],
) -> Listed:
    """Return the pairs with gains of their own, and the locked ones, by mentee."""
    place = np.argsort(order)
    mentor = np.concatenate([place[locks[0]], *(place[each.mentors] for each in forms)])
    mentee = np.concatenate([locks[1], *(each.mentees for each in forms)])
    gain = np.concatenate([np.zeros(len(locks[0]), np.int64), *(each.gains for each in forms)])
    pairs, at = np.unique(mentee.astype(np.int64) * shape[0] + mentor, return_inverse=True)
    total = np.zeros(len(pairs), np.int64)
    np.add.at(total, at, gain)
    locked = np.zeros(len(pairs), np.uint8)
    locked[at[: len(locks[0])]] = 1
    mentees, mentors = np.divmod(pairs, max(shape[0], 1))
    listed: Listed = kernels.load("scan").Listed(
        np.searchsorted(mentees, np.arange(shape[1] + 1)), mentors, total, locked
    )
    return listed


def _lists(
    mentee: NDArray[np.intp], mentor: NDArray[np.intp], shape: tuple[int, int]
) -> sp.csr_array:
    """Return (mentees, mentors) with an entry for each pair."""
    ones = np.ones(len(mentee), np.int32)
    return sp.csr_array(sp.coo_array((ones, (mentee, mentor)), shape=shape[::-1]))
