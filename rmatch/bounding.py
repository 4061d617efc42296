"""Rows over mentors whose short sums bound every pair's gain: the first look of the fused kernel.

Features that no mentor has two of (the levels of one skill) form a run, and what a mentee gains
from a run is one row times one number where many mentees value its levels alike. So a goal costs
one multiply-add per pair, however many levels there are. Rows and numbers are rounded up.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from rmatch import kernels

if TYPE_CHECKING:
    from collections.abc import Sequence

    import scipy.sparse as sp
    from numpy.typing import NDArray

    from rmatch.conditions import Condition
    from rmatch.kernels.scan import Bounding

    Ints = NDArray[np.int64]

#: Steps of what a level is worth, as parts of the best one: multiples of all numbers up to 10.
_STEPS = 2520
#: Numbers in the rows of one kind, of shapes and of single features (float32).
_NUMBERS = 1 << 26


class _Terms(NamedTuple):
    """A mentee's gains from one run of features each: ``slope`` times the shape's row."""

    mentee: Ints
    row: Ints
    slope: NDArray[np.float32]


class _Shapes(NamedTuple):
    """What rows are made of: in each row, a mentor with that feature counts ``value`` times."""

    row: Ints
    feature: Ints
    value: NDArray[np.float32]


def bounding_of(
    mentors: sp.csr_array, mentees: sp.csr_array, keys: Sequence[Condition], order: NDArray[np.intp]
) -> Bounding:
    """Return rows and terms for mentors in scan order; no number in either matrix is negative."""
    kernel = kernels.load("bounds")
    size, group = kernel.SIZE, kernel.GROUP
    terms, shapes = _terms(mentees, _runs(mentors), max(1, _NUMBERS // max(mentors.shape[0], 1)))
    count = int(shapes.row.max(initial=-1)) + 1
    blocks = -(-mentors.shape[0] // size)
    rows = np.zeros((blocks, count, size), np.float32)
    by_feature = mentors.tocsc()
    lengths = np.diff(by_feature.indptr)[shapes.feature]
    entry = _ranges(by_feature.indptr[shapes.feature].astype(np.int64), lengths)
    mentor, row = by_feature.indices[entry], np.repeat(shapes.row, lengths)
    value = by_feature.data[entry].astype(np.float32) * np.repeat(shapes.value, lengths)
    # A mentor has one feature of a run, so this is the sum; of pooled features, a bound on each.
    at = (mentor // size * count + row) * size + mentor % size
    np.maximum.at(rows.ravel(), at, value)  # in one dimension numpy takes a third of the time
    groups = -(-blocks // group)
    peaks = np.zeros((groups * group, count), np.float32)
    peaks[:blocks] = rows.max(axis=2, initial=0)
    peaks = np.ascontiguousarray(peaks.reshape(groups, group, count).transpose(0, 2, 1))
    starts = np.searchsorted(terms.mentee, np.arange(mentees.shape[0] + 1)).astype(np.int64)
    bounding: Bounding = kernels.load("scan").Bounding(
        rows, peaks, starts, terms.row, terms.slope, *_keys(keys, order, mentees)
    )
    return bounding


def _runs(mentors: sp.csr_array) -> Ints:
    """Return the run of each feature: a run goes on while no mentor has two of it.

    Features with other numbers than 1 on the mentors' side are runs of their own.
    """
    features = mentors.shape[1]
    before = np.full(features, -1)  # the nearest earlier feature that a mentor with this has too
    follows = np.ones(len(mentors.indices), bool)
    follows[mentors.indptr[:-1][np.diff(mentors.indptr) > 0]] = False
    at = np.flatnonzero(follows)
    np.maximum.at(before, mentors.indices[at], mentors.indices[at - 1])
    alone = np.zeros(features, bool)
    alone[mentors.indices[mentors.data != 1]] = True
    run, start = np.zeros(features, np.int64), 0
    ends = alone.tolist()
    for feature, earlier in enumerate(before.tolist()):
        if feature and (earlier >= start or ends[feature] or ends[feature - 1]):
            start = feature
        run[feature] = start
    return run


def _terms(mentees: sp.csr_array, run: Ints, most: int) -> tuple[_Terms, _Shapes]:
    """Sum up each mentee's gains by runs; the ``most`` usual shapes get a row of their own."""
    begins, feature = mentees.indptr.astype(np.int64), mentees.indices.astype(np.int64)
    gain = mentees.data.astype(np.float64)
    lists = kernels.load("shapes").lists_of(begins, feature, gain, run, _STEPS)
    sizes, value = np.diff(lists.starts), lists.value
    usual = np.sort(np.argsort(-lists.uses, kind="stable")[:most])
    own = np.full(len(lists.uses), -1)
    own[usual] = np.arange(len(usual))
    row, model = own[lists.shape], lists.first[usual]
    whole, rare = row >= 0, np.flatnonzero(row < 0)
    parts = _ranges(lists.starts[rare], sizes[rare])  # entries of rare shapes, one by one
    used, pooled = np.unique(feature[parts], return_inverse=True)
    terms = _Terms(
        np.concatenate([lists.person[whole], np.repeat(lists.person[rare], sizes[rare])]),
        np.concatenate([row[whole], len(model) + pooled % most]),
        _up(np.concatenate([lists.slope[whole], gain[parts]])),
    )
    order = np.argsort(terms.mentee, kind="stable")
    entries = _ranges(lists.starts[model], sizes[model])
    shapes = _Shapes(
        np.concatenate([np.repeat(np.arange(len(model)), sizes[model]),
                        len(model) + np.arange(len(used)) % most]),
        np.concatenate([feature[entries], used]),
        np.concatenate([value[entries], np.ones(len(used), np.float32)]),
    )  # fmt: skip
    return _Terms(terms.mentee[order], terms.row[order], terms.slope[order]), shapes


def _keys(
    conditions: Sequence[Condition], order: NDArray[np.intp], mentees: sp.csr_array
) -> tuple[NDArray[np.float32], ...]:
    """Return the keys of mentors in blocks, least and most of each block, and what is asked."""
    size = kernels.load("bounds").SIZE
    blocks = -(-len(order) // size)
    keys = np.full((len(conditions), blocks * size), np.inf, np.float32)
    most = np.full_like(keys, -np.inf)
    asked = np.zeros((mentees.shape[0], len(conditions)), np.float32)
    for n, condition in enumerate(conditions):
        key, wish = _key(condition)
        keys[n, : len(order)] = most[n, : len(order)] = _up(key[order])
        asked[:, n] = -_up(-wish)
    keys = np.ascontiguousarray(keys.reshape(-1, blocks, size).transpose(1, 0, 2))
    most = most.reshape(-1, blocks, size).max(axis=2, initial=-np.inf).T
    return keys, np.ascontiguousarray(keys.min(axis=2, initial=np.inf)), most.copy(), asked


def _key(condition: Condition) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return what mentors reach and what mentees ask for: who is unknown passes everywhere."""
    key = np.where(np.isnan(condition.mentors), -np.inf, condition.mentors)
    wish = np.where(np.isnan(condition.mentees), np.inf, condition.mentees)
    if condition.known is not None:
        key = np.where(condition.known[0], key, np.inf)
        wish = np.where(condition.known[1], wish, -np.inf)
    return key, wish


def in_order(conditions: Sequence[Condition], mentors: int) -> NDArray[np.intp]:
    """Return mentors sorted by the key that rules out most, then by the others.

    So a block's keys are alike, and whoever asks for more passes over the whole block.
    """
    keys = [np.zeros(mentors)]
    shares = [float(mentors)]
    for condition in conditions:
        key, wish = _key(condition)
        shares.append(float(np.searchsorted(np.sort(wish), key, side="right").mean()))
        keys.append(key)
    return np.lexsort([keys[n] for n in np.argsort(shares)[::-1]])


def _up(values: NDArray[np.float64]) -> NDArray[np.float32]:
    """Return the least single-precision numbers that are not below the values."""
    near = values.astype(np.float32)
    return np.where(near < values, np.nextafter(near, np.float32(np.inf)), near)


def _ranges(starts: Ints, lengths: Ints) -> Ints:
    """Return ``starts[k] ... starts[k] + lengths[k] - 1`` for every k, one after the other."""
    return np.repeat(starts - (np.cumsum(lengths) - lengths), lengths) + np.arange(lengths.sum())
