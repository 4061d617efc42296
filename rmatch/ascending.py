"""Sets as ascending arrays of whole numbers, such as pairs as keys: what is there, and where."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Places = NDArray[np.intp]
    Bools = NDArray[np.bool_]


def places(values: NDArray[np.integer], ascending: Ints) -> tuple[Places, Bools]:
    """Return where values stand among ascending ones, or would stand, and which are there."""
    at = np.searchsorted(ascending, values)
    if not len(ascending):
        return at, np.zeros(len(values), dtype=bool)
    return at, ascending[np.minimum(at, len(ascending) - 1)] == values


def among(values: NDArray[np.integer], ascending: Ints) -> Bools:
    """Say which values are among ascending ones."""
    return places(values, ascending)[1]


def marked(ascending: Ints, values: Ints) -> Bools:
    """Say which ascending values are among others: ``among`` for many values and few others."""
    found = np.zeros(len(ascending), dtype=bool)
    at, there = places(values, ascending)
    found[at[there]] = True
    return found


def numbered(values: Ints, end: int) -> tuple[Ints, Places]:
    """Return the distinct values, ascending, and which of them each value is.

    All are from 0 to below ``end``; where that is not many more than there are values, a table
    takes a fraction of the time that sorting does.
    """
    if end > 8 * len(values):
        return np.unique(values, return_inverse=True)
    there = np.zeros(end, dtype=bool)
    there[values] = True
    distinct = np.flatnonzero(there)
    number = np.zeros(end, np.intp)
    number[distinct] = np.arange(len(distinct))
    return distinct, number[values]


def merged(*parts: Ints) -> Ints:
    """Return all values, ascending, none twice."""
    values = np.sort(np.concatenate(parts))
    fresh = np.ones(len(values), dtype=bool)
    fresh[1:] = values[1:] != values[:-1]
    return values[fresh]
