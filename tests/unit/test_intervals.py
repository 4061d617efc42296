"""Intervals: the known values, the edges, and that they cover as often as they say."""

from __future__ import annotations

import numpy as np
import pytest

from rmatch.errors import InvalidInputError
from rmatch.intervals import bootstrap, paired_difference, wilson


def test_wilson_is_the_published_interval():
    """Newcombe (1998), table I: 81 of 263 and 0 of 20, by Wilson's method without correction."""
    assert np.round(wilson(81, 263), 4).tolist() == [0.2553, 0.3662]
    assert np.round(wilson(0, 20), 4).tolist() == [0.0, 0.1611]


def test_a_share_of_nothing_has_no_interval_and_more_than_all_is_an_error():
    """Empty groups are common; counts above the total are a mistake of the caller."""
    assert wilson(0, 0) is None
    with pytest.raises(InvalidInputError, match="3 of 2"):
        wilson(3, 2)


def test_bootstrap_is_the_same_for_the_same_seed():
    """Reports must not change from run to run."""
    values = [0.1, 0.5, 0.3, 0.9, 0.2]
    assert bootstrap(values, seed=3) == bootstrap(values, seed=3)
    assert bootstrap(values, seed=3) != bootstrap(values, seed=4)


def test_bootstrap_covers_the_truth_about_as_often_as_it_says():
    """Of 200 samples of 40 numbers around 5, a 95 % interval must hold 5 in most: 180 to 198."""
    rng = np.random.default_rng(1)
    intervals = [bootstrap(rng.normal(5, 1, 40)) for _ in range(200)]
    assert 180 <= sum(each.low <= 5 <= each.high for each in intervals) <= 198


def test_bootstrap_at_its_edges():
    """One value says nothing about spread; equal values say only themselves."""
    assert bootstrap([1.0]) is None
    assert bootstrap([2.0, 2.0, 2.0]) == (2.0, 2.0)
    assert bootstrap([0.0, 0.0, 0.0, 0.0, 1.0], np.median) is not None


def test_pairing_finds_a_difference_that_people_hide():
    """People differ by far more than the strategies; only pairing shows that one is better."""
    rng = np.random.default_rng(2)
    people = rng.uniform(0, 100, 60)
    better = people + rng.normal(1, 0.5, 60)
    assert paired_difference(better, people).low > 0
    assert bootstrap(better).low < bootstrap(people).high
