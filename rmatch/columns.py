"""The columns of a roster: numbers, categories and ragged lists, immutable and sliceable.

A missing number is NaN, a missing category is code -1, a missing list is empty.
Labels are sorted, so codes do not depend on the order of the input rows.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from rmatch.ascending import numbered
from rmatch.names import label

Floats = NDArray[np.float64]
Codes = NDArray[np.int32]
Rows = slice | NDArray[np.intp]


@dataclass(frozen=True)
class Numbers:
    """One float per person; NaN is missing. Dates are days since 1970-01-01, flags 0 or 1."""

    values: Floats  # (people,)

    def __len__(self) -> int:
        return len(self.values)

    def take(self, rows: Rows) -> Numbers:
        return Numbers(self.values[rows])

    @property
    def known(self) -> NDArray[np.bool_]:
        return ~np.isnan(self.values)


@dataclass(frozen=True)
class Categories:
    """One label per person, as a code into ``labels``; -1 is missing."""

    codes: Codes  # (people,)
    labels: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.codes)

    def take(self, rows: Rows) -> Categories:
        return Categories(self.codes[rows], self.labels)

    def relabel(self, labels: tuple[str, ...]) -> Categories:
        """Return the same column with codes into ``labels``, a superset of the present labels."""
        if labels == self.labels:
            return self
        return Categories(_remap(self.codes, self.labels, labels), labels)

    @property
    def known(self) -> NDArray[np.bool_]:
        return self.codes >= 0

    def label(self, row: int) -> str | None:
        code = int(self.codes[row])
        return None if code < 0 else self.labels[code]


@dataclass(frozen=True)
class Ragged:
    """A list of (label, value, weight) per person: skills, goals, languages, interests and so on.

    ``values`` holds levels (skills), targets (goals), CEFR ranks (languages) or ranks
    (preferences, in the order stated); ``weights`` holds importances of goals and is 1 elsewhere.
    """

    starts: NDArray[np.int64]  # (people + 1,)
    codes: Codes  # (entries,)
    values: Floats  # (entries,)
    weights: Floats  # (entries,)
    labels: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.starts) - 1

    def take(self, rows: Rows) -> Ragged:
        if isinstance(rows, slice) and rows == slice(None):
            return self
        counts = self.counts[rows]
        starts = np.zeros(len(counts) + 1, np.int64)
        counts.cumsum(out=starts[1:])
        entries = np.repeat(self.starts[:-1][rows] - starts[:-1], counts)
        entries += np.arange(len(entries))
        return self.rearranged(entries, starts)

    def rearranged(self, entries: NDArray[np.intp], starts: NDArray[np.int64]) -> Ragged:
        """Return the column of these entries, of people who each begin at ``starts``."""
        return Ragged(
            starts, self.codes[entries], self.values[entries], self.weights[entries], self.labels
        )

    def relabel(self, labels: tuple[str, ...]) -> Ragged:
        """Return the same column with codes into ``labels``, a superset of the present labels."""
        if labels == self.labels:
            return self
        codes = _remap(self.codes, self.labels, labels)
        return Ragged(self.starts, codes, self.values, self.weights, labels)

    @cached_property
    def counts(self) -> NDArray[np.int64]:
        return np.diff(self.starts)

    @cached_property
    def rows(self) -> NDArray[np.int64]:
        """The person each entry belongs to."""
        return np.repeat(np.arange(len(self)), self.counts)

    @property
    def known(self) -> NDArray[np.bool_]:
        return self.counts > 0

    @cached_property
    def features(self) -> tuple[sp.csr_array, NDArray[np.int64], Floats]:
        """Return (people, features) 0/1, what each feature is, and the levels there are.

        Feature ``code * len(levels) + rank`` is "has label ``code`` at exactly ``levels[rank]``";
        features ascend, so those of one label are a contiguous run.
        """
        levels, rank = _distinct(self.values)
        width = max(len(levels), 1)
        features, column = numbered(self.codes * np.int64(width) + rank, width * len(self.labels))
        ones = np.ones(len(column), np.int32)
        has = sp.csr_array((ones, column, self.starts), shape=(len(self), len(features)))
        return has, features, levels

    def matrix(self, data: NDArray[np.generic] | None = None) -> sp.csr_array:
        """Return the column as a sparse (people, labels) matrix of ``data`` (default: values)."""
        data = self.values if data is None else data
        return sp.csr_array((data, self.codes, self.starts), shape=(len(self), len(self.labels)))

    def entries(self, row: int) -> Iterator[tuple[str, float, float]]:
        """Yield (label, value, weight) of one person, in the order stored."""
        for at in range(int(self.starts[row]), int(self.starts[row + 1])):
            yield self.labels[self.codes[at]], float(self.values[at]), float(self.weights[at])


Column = Numbers | Categories | Ragged


def _distinct(values: Floats) -> tuple[Floats, NDArray[np.intp]]:
    """Return the distinct values, ascending, and which of them each value is."""
    low, top = values.min(initial=0), values.max(initial=-1)
    if low >= 0 and top < len(values) and (values == np.floor(values)).all():
        levels, rank = numbered(values.astype(np.int64), int(top) + 1)
        return levels.astype(np.float64), rank
    return np.unique(values, return_inverse=True)


def _remap(codes: Codes, old: Sequence[str], new: Sequence[str]) -> Codes:
    place = {label: code for code, label in enumerate(new)}
    lookup = np.array([place[label] for label in old] + [-1], dtype=np.int32)
    return lookup[codes]


def share_labels(one: Column, other: Column) -> tuple[Column, Column]:
    """Give two columns of the same field one common, sorted label list."""
    if isinstance(one, Numbers) or isinstance(other, Numbers) or one.labels == other.labels:
        return one, other
    labels = tuple(sorted(dict.fromkeys((*one.labels, *other.labels))))
    return one.relabel(labels), other.relabel(labels)


def as_labels(column: Numbers | Categories) -> Categories:
    """Return numbers as the labels that tell them."""
    if isinstance(column, Categories):
        return column
    told = [label(value) if value == value else "" for value in column.values.tolist()]
    labels = tuple(sorted({*told} - {""}))
    place = {each: code for code, each in enumerate(labels)}
    return Categories(np.array([place.get(each, -1) for each in told], np.int32), labels)


def empty_like(column: Column, size: int) -> Column:
    """Return a column of the same type in which everybody's value is missing."""
    if isinstance(column, Numbers):
        return Numbers(np.full(size, np.nan))
    if isinstance(column, Categories):
        return Categories(np.full(size, -1, dtype=np.int32), column.labels)
    none = np.zeros(0)
    starts = np.zeros(size + 1, dtype=np.int64)
    return Ragged(starts, none.astype(np.int32), none, none, column.labels)


def nobody_has(kind: type[Column], size: int) -> Column:
    """Return a column of a type in which everybody's value is missing."""
    return empty_like(_EMPTY[kind], size)


_EMPTY: dict[type, Column] = {
    Numbers: Numbers(np.zeros(0)),
    Categories: Categories(np.zeros(0, np.int32), ()),
    Ragged: Ragged(np.zeros(1, np.int64), np.zeros(0, np.int32), np.zeros(0), np.zeros(0), ()),
}
