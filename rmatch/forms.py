"""The few shapes that rules and score parts take over all pairs, and their blocks.

A rule or part describes itself once, over two aligned rosters, as a *form*. From the form follow
the dense block (any rectangle of mentors x mentees), and, where the form is structured, the fused
kernels that price ten billion pairs without ever building a matrix: a pair form says which
``conditions`` it is made of, a gain form is ``Linear`` or ``Sparse``. Whatever has no structure is
a callable form, evaluated block by block.

Pair forms answer ``block(rows, cols) -> bool``; gain forms answer ``block(rows, cols) -> int32`` in
units of the score grid (§C3). Rows are mentors, columns are mentees, always.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from rmatch.columns import Rows
from rmatch.conditions import Condition, Kind, reaches
from rmatch.errors import InvalidInputError

Bools = NDArray[np.bool_]
Ints = NDArray[np.integer]
Floats = NDArray[np.float64]

#: One unit of score inside: gains are whole multiples of 1 / GRID (§C3).
GRID = 1 << 20

#: Multiplications from which a dense product pays for waking its threads.
_MANY = 1 << 27


class PairForm(Protocol):
    """Which pairs a rule allows."""

    def block(self, rows: Rows, cols: Rows) -> Bools:
        """Return (mentors, mentees) booleans for a rectangle of pairs."""
        ...

    def conditions(self) -> tuple[Condition, ...] | None:
        """Return conditions that say the same together; ``None`` where only ``block`` does."""
        ...


class GainForm(Protocol):
    """What a score part adds to each pair, in whole units of 1 / GRID."""

    def block(self, rows: Rows, cols: Rows) -> NDArray[np.int32]:
        """Return (mentors, mentees) integer gains for a rectangle of pairs."""
        ...


# ---- pair forms ----------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Interval:
    """Allowed when ``low[j] <= key_low[i]`` and ``key_high[i] <= high[j]``.

    A mentor's key may be an interval itself (an age band); infinite bounds switch a side off.
    """

    key_low: Floats  # (mentors,)
    key_high: Floats  # (mentors,)
    low: Floats  # (mentees,)
    high: Floats  # (mentees,)

    def block(self, rows: Rows, cols: Rows) -> Bools:
        mentors, mentees = len(self.key_low[rows]), len(self.low[cols])
        inside = np.ones((mentors, mentees), dtype=bool)
        if np.isfinite(self.low).any() or (self.low == np.inf).any():
            inside &= self.low[None, cols] <= self.key_low[rows, None]
        if np.isfinite(self.high).any() or (self.high == -np.inf).any():
            inside &= self.key_high[rows, None] <= self.high[None, cols]
        return inside

    def conditions(self) -> tuple[Condition, ...]:
        found = []
        if np.isfinite(self.low).any() or (self.low == np.inf).any():
            found.append(reaches(self.key_low, self.low))
        if np.isfinite(self.high).any() or (self.high == -np.inf).any():
            found.append(reaches(-self.key_high, -self.high))
        return tuple(found)


@dataclass(frozen=True, eq=False)
class Bits:
    """Allowed when mentor and mentee share at least one bit: languages, slots."""

    mentors: NDArray[np.uint64]  # (mentors, words)
    mentees: NDArray[np.uint64]  # (mentees, words)

    def block(self, rows: Rows, cols: Rows) -> Bools:
        left, right = self.mentors[rows], self.mentees[cols]
        shared = np.zeros((len(left), len(right)), dtype=bool)
        for word in range(self.mentors.shape[1]):
            shared |= (left[:, word, None] & right[None, :, word]) != 0
        return shared

    def conditions(self) -> tuple[Condition, ...]:
        return (Condition(Kind.SHARES, self.mentors, self.mentees),)


@dataclass(frozen=True, eq=False)
class Table:
    """Allowed when ``table[mentor_code, mentee_code]``: sites, time zones, any two categories."""

    mentors: NDArray[np.intp]  # (mentors,), rows of the table
    mentees: NDArray[np.intp]  # (mentees,), columns of the table
    table: Bools

    def block(self, rows: Rows, cols: Rows) -> Bools:
        # Take columns first: the rows are then whole contiguous copies.
        return self.table[:, self.mentees[cols]][self.mentors[rows]]

    def conditions(self) -> tuple[Condition, ...]:
        rows, columns = self.table.shape  # codes may count from the end, as indices do
        return (Condition(Kind.ALLOWED, self.mentors % rows, self.mentees % columns, self.table),)


@dataclass(frozen=True, eq=False)
class Exceptions:
    """Every pair allowed but these few: reporting lines, conflicts, previous pairs."""

    mentors: NDArray[np.intp]  # (exceptions,)
    mentees: NDArray[np.intp]  # (exceptions,)
    shape: tuple[int, int]

    def block(self, rows: Rows, cols: Rows) -> Bools:
        row_of, rows_taken = _positions(rows, self.shape[0])
        col_of, cols_taken = _positions(cols, self.shape[1])
        allowed = np.ones((rows_taken, cols_taken), dtype=bool)
        at_row, at_col = row_of[self.mentors], col_of[self.mentees]
        inside = (at_row >= 0) & (at_col >= 0)
        allowed[at_row[inside], at_col[inside]] = False
        return allowed

    def conditions(self) -> tuple[Condition, ...]:
        return (Condition(Kind.EXCEPT, self.mentors, self.mentees),)


@dataclass(frozen=True, eq=False)
class Each:
    """Allowed when both people pass on their own: consent, tenure, training, dates."""

    mentors: Bools  # (mentors,)
    mentees: Bools  # (mentees,)

    def block(self, rows: Rows, cols: Rows) -> Bools:
        return self.mentors[rows, None] & self.mentees[None, cols]

    def conditions(self) -> tuple[Condition, ...]:
        # Those who fail reach nothing, and ask for more than anybody reaches.
        return (reaches(self.mentors.astype(float), np.where(self.mentees, 1.0, 2.0)),)


@dataclass(frozen=True, eq=False)
class Known:
    """Decides only pairs in which both people have data; ``passes`` decides the rest."""

    form: PairForm
    mentors: Bools  # (mentors,), who has data
    mentees: Bools
    passes: bool

    def block(self, rows: Rows, cols: Rows) -> Bools:
        decided = self.form.block(rows, cols)
        if self.passes:
            return decided | ~self.mentors[rows, None] | ~self.mentees[None, cols]
        return decided & self.mentors[rows, None] & self.mentees[None, cols]

    def conditions(self) -> tuple[Condition, ...] | None:
        within = self.form.conditions()
        if within is None:
            return None
        if self.passes:
            return tuple(each.where_known(self.mentors, self.mentees) for each in within)
        return (*Each(self.mentors, self.mentees).conditions(), *within)


@dataclass(frozen=True, eq=False)
class AtLeast:
    """Allowed when a sum of sparse features reaches a whole number: the teaching margin."""

    linear: Linear
    least: int

    def block(self, rows: Rows, cols: Rows) -> Bools:
        return self.linear.block(rows, cols) >= self.least

    def conditions(self) -> tuple[Condition, ...]:
        one, other = self.linear.mentors, self.linear.mentees
        return (Condition(Kind.SUMS, one, other, least=self.least),)


@dataclass(frozen=True, eq=False)
class All:
    """Allowed when every form allows."""

    forms: tuple[PairForm, ...]

    def block(self, rows: Rows, cols: Rows) -> Bools:
        allowed = self.forms[0].block(rows, cols)
        for form in self.forms[1:]:
            allowed &= form.block(rows, cols)
        return allowed

    def conditions(self) -> tuple[Condition, ...] | None:
        found: list[Condition] = []
        for form in self.forms:
            each = form.conditions()
            if each is None:
                return None
            found += each
        return tuple(found)


@dataclass(frozen=True, eq=False)
class Either:
    """Allowed when one of two forms allows; compiled loops know no such choice."""

    one: PairForm
    other: PairForm

    def block(self, rows: Rows, cols: Rows) -> Bools:
        return self.one.block(rows, cols) | self.other.block(rows, cols)

    def conditions(self) -> None:
        return None


@dataclass(frozen=True, eq=False)
class Mask:
    """Any rule without structure: a callable on a rectangle."""

    compute: Callable[[Rows, Rows], Bools]

    def block(self, rows: Rows, cols: Rows) -> Bools:
        return self.compute(rows, cols)

    def conditions(self) -> None:
        return None


def rectangle(
    who: str, given: Any, shape: tuple[int, int], kinds: str, missing: Any
) -> NDArray[Any]:
    """Return what a rule or a score part gave for a rectangle of pairs, one value for each.

    ``kinds`` are the kinds of numpy arrays that are allowed; masked entries are ``missing``.
    """
    values = given.filled(missing) if np.ma.isMaskedArray(given) else np.asarray(given)
    if values.dtype.kind not in kinds:
        needed = "booleans" if kinds == "b" else "numbers"
        raise InvalidInputError(f"{who} gave an array of {values.dtype}; {needed} are needed")
    if values.shape != shape:
        raise InvalidInputError(
            f"{who} gave an array of shape {values.shape}; (mentors, mentees) = {shape} is needed"
        )
    return values


# ---- gain forms ----------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Linear:
    """The sum over shared features of ``mentors[i, f] * mentees[j, f]``, both whole numbers.

    One of the two holds only 0 and 1, so every sum is exact in any order. Sums must stay below
    2**24, the whole numbers that float32 holds exactly; gains of weights that sum to 1 do.
    """

    mentors: sp.csr_array  # (mentors, features), int32
    mentees: sp.csr_array  # (mentees, features), int32

    def block(self, rows: Rows, cols: Rows) -> NDArray[np.int32]:
        left, right = _part(self._floats[0], rows), _part(self._floats[1], cols)
        by_left, by_right = left.nnz * right.shape[0], right.nnz * left.shape[0]
        # A dense product does some twenty multiplications in the time a sparse one takes for one.
        dense = left.shape[0] * right.shape[0] * left.shape[1]
        if dense > _MANY and dense / 20 <= min(by_left, by_right):
            product = left.toarray() @ right.toarray().T
        elif by_left <= by_right:
            product = left @ right.T.toarray(order="C")
        else:
            product = (right @ left.T.toarray(order="C")).T
        gains: NDArray[np.int32] = product.astype(np.int32)
        return gains

    @cached_property
    def _floats(self) -> tuple[sp.csr_array, sp.csr_array]:
        """Both sides as float32, over the features that somebody has on both sides if few."""
        width = self.mentors.shape[1]
        have = np.zeros((2, width), dtype=bool)
        have[0, self.mentors.indices] = True
        have[1, self.mentees.indices] = True
        used = np.flatnonzero(have.all(axis=0))
        sides = (self.mentors, self.mentees)
        if 2 * len(used) < width:
            sides = (self.mentors[:, used], self.mentees[:, used])
        return _as_floats(sides[0]), _as_floats(sides[1])


@dataclass(frozen=True, eq=False)
class Sparse:
    """Zero but for these few pairs: stated preferences. A pair listed twice gets both gains."""

    mentors: NDArray[np.intp]  # (entries,)
    mentees: NDArray[np.intp]
    gains: NDArray[np.int32]
    shape: tuple[int, int]

    def block(self, rows: Rows, cols: Rows) -> NDArray[np.int32]:
        row_of, rows_taken = _positions(rows, self.shape[0])
        col_of, cols_taken = _positions(cols, self.shape[1])
        at_row, at_col = row_of[self.mentors], col_of[self.mentees]
        inside = (at_row >= 0) & (at_col >= 0)
        gains = np.zeros((rows_taken, cols_taken), dtype=np.int32)
        np.add.at(gains, (at_row[inside], at_col[inside]), self.gains[inside])
        return gains


@dataclass(frozen=True, eq=False)
class Gains:
    """Any score part without structure: a callable that returns values in [0, 1] on a rectangle."""

    compute: Callable[[Rows, Rows], Floats]
    weight: float

    def block(self, rows: Rows, cols: Rows) -> NDArray[np.int32]:
        return on_grid(self.weight * self.compute(rows, cols))


def csr(
    rows: NDArray[np.integer],
    columns: NDArray[np.integer],
    data: NDArray[np.integer],
    shape: tuple[int, int],
) -> sp.csr_array:
    """Return a sparse matrix of entries in any order, no place twice."""
    starts = np.zeros(shape[0] + 1, dtype=np.int64)
    np.cumsum(np.bincount(rows, minlength=shape[0]), out=starts[1:])
    if (rows[1:] < rows[:-1]).any():
        order = np.argsort(rows, kind="stable")
        data, columns = data[order], columns[order]
    return sp.csr_array((data, columns, starts), shape=shape)


def _as_floats(matrix: sp.csr_array) -> sp.csr_array:
    values = matrix.data.astype(np.float32)
    return sp.csr_array((values, matrix.indices, matrix.indptr), shape=matrix.shape)


def _part(matrix: sp.csr_array, rows: Rows) -> sp.csr_array:
    """Return some rows; all of them, as small problems take them, are not copied."""
    everybody = isinstance(rows, slice) and rows.indices(matrix.shape[0]) == (0, matrix.shape[0], 1)
    return matrix if everybody else matrix[rows]


def side_by_side(forms: Sequence[Linear]) -> Linear:
    """Add linear forms by putting their features side by side: one product instead of several."""
    if len(forms) == 1:
        return forms[0]
    return Linear(
        _stacked([form.mentors for form in forms]), _stacked([form.mentees for form in forms])
    )


def _stacked(matrices: Sequence[sp.csr_array]) -> sp.csr_array:
    height = matrices[0].shape[0]
    rows = [np.repeat(np.arange(height), np.diff(each.indptr)) for each in matrices]
    offsets = np.cumsum([0, *(each.shape[1] for each in matrices)])
    columns = [each.indices + offset for each, offset in zip(matrices, offsets[:-1], strict=True)]
    data = np.concatenate([each.data for each in matrices])
    shape = (height, int(offsets[-1]))
    return csr(np.concatenate(rows), np.concatenate(columns), data, shape)


#: Units by which a score may fall short of a limit: half a unit for each of its terms.
_ROUNDED = 32


def on_grid(score: Floats) -> NDArray[np.int32]:
    """Put scores on the grid, once: the nearest whole multiple of 1 / GRID, ties to even."""
    return np.rint(score * GRID).astype(np.int32)


def least_units(score: float) -> int:
    """Return the least whole number of units that counts as a score of at least this much.

    A score is a sum of terms, each rounded to the grid: three thirds are a unit less than 1. So a
    limit leaves room for the rounding of some sixty terms, 0.00003 in all; but whoever asks for
    more than nothing does not get nothing.

    Examples
    --------
    >>> least_units(1.0), GRID
    (1048544, 1048576)
    """
    units = int(on_grid(np.array(score)))
    return max(units - _ROUNDED, min(units, 1))


def _positions(rows: Rows, size: int) -> tuple[NDArray[np.intp], int]:
    """Where each person stands within the rectangle, -1 for those outside it."""
    taken = np.arange(size)[rows]
    place = np.full(size, -1, dtype=np.intp)
    place[taken] = np.arange(len(taken))
    return place, len(taken)
