"""Distinct values and their numbers, by a table or by sorting: what numpy says."""

from __future__ import annotations

import numpy as np
import pytest

from rmatch.ascending import numbered
from rmatch.columns import Ragged


@pytest.mark.parametrize("end", [40, 10_000])
@pytest.mark.parametrize("size", [0, 1, 200])
def test_distinct_values_are_numbered_as_by_sorting(end: int, size: int):
    values = np.random.default_rng(3).integers(0, 40, size)
    for one, other in zip(
        numbered(values, end), np.unique(values, return_inverse=True), strict=True
    ):
        assert one.tolist() == other.tolist()


@pytest.mark.parametrize("values", [[3, 1, 3, 0], [2.5, 1, 2.5, 4], [-1, 3, -1, 3], [1e300] * 4])
def test_features_are_the_labels_at_the_levels_there_are(values: list[float]):
    """Whole levels from 0, and any others."""
    codes = np.array([0, 2, 1, 2], np.int32)
    column = Ragged(np.array([0, 2, 4]), codes, np.array(values), np.ones(4), ("a", "b", "c"))
    has, features, levels = column.features
    assert levels.tolist() == sorted(set(values))
    known = [(feature // len(levels), levels[feature % len(levels)]) for feature in features]
    assert known == sorted(set(zip(codes.tolist(), values, strict=True)))
    for person, entries in enumerate(([0, 1], [2, 3])):
        held = sorted((codes[at], values[at]) for at in entries)
        assert [known[at] for at in sorted(has[[person]].indices)] == held
    nobody = Ragged(np.zeros(1, np.int64), codes[:0], np.zeros(0), np.zeros(0), ())
    assert [part.shape for part in nobody.features] == [(0, 0), (0,), (0,)]
