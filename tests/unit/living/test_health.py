"""Health: figures by hand, and the reasons that call a pair at risk."""

from __future__ import annotations

import math
import warnings
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import CensoredData, ecdf

import rmatch
from rmatch.living.pair_health import PairEvent, RiskRules, health, kaplan_meier

START = date(2026, 1, 5)


def events(*happened, mentor="m", mentee="s"):
    """Events of a pair that started on the first day: (day, kind) or (day, kind, value)."""
    return [PairEvent(mentor, mentee, "started", START)] + [
        PairEvent(mentor, mentee, kind, START + timedelta(days=day), *value)
        for day, kind, *value in happened
    ]


@pytest.mark.parametrize(
    ("happened", "risks"),
    [
        ([(10, "planned"), (10, "held")], ()),
        ([], ("no session yet, 50 days after the start",)),
        ([(2, "planned"), (2, "held"), (40, "planned"), (45, "planned")], (
            "no contact for 48 days", "1 of 3 sessions held")),
        ([(30, "held"), (31, "rated", 2), (40, "rated", 3)], ("mean rating 2.5",)),
        ([(20, "ended")], ()),
    ],
)  # fmt: skip
def test_risks_are_said_with_their_figures(happened, risks):
    """Each rule names what it saw; an ended pair is not at risk any more."""
    found = health(events(*happened), on=START + timedelta(days=50))
    assert found.pairs[0].risks == risks
    assert len(found.at_risk) == bool(risks)


def test_rules_are_the_callers():
    """The limits are parameters, not constants."""
    late = health(events((2, "held")), on=START + timedelta(days=20),
                  rules=RiskRules(days_without_contact=10))  # fmt: skip
    assert late.pairs[0].risks == ("no contact for 18 days",)


def test_the_future_does_not_count():
    """Events after the day looked from are left out."""
    found = health(events((5, "planned"), (60, "ended")), on=START + timedelta(days=10))
    assert not found.pairs[0].ended
    assert found.sessions_held == 0


def test_the_curve_by_hand():
    """Six pairs, by hand: 1 - 1/6 = 5/6, then times 1 - 1/4 (one censored in between), then 1/2."""
    curve = kaplan_meier([10, 20, 30, 40, 50, 60], [True, False, True, False, True, False])
    assert curve.days == (10, 30, 50)
    assert curve.at_risk == (6, 4, 2)
    expected = [5 / 6, 5 / 6 * 3 / 4, 5 / 6 * 3 / 4 / 2]
    assert curve.share == pytest.approx(expected)
    variance = 1 / (6 * 5)
    low = (5 / 6) ** math.exp(1.959963984540054 * math.sqrt(variance) / abs(math.log(5 / 6)))
    assert curve.low[0] == pytest.approx(low)


@given(st.lists(st.tuples(st.integers(0, 40), st.booleans()), max_size=30))
def test_the_curve_only_falls_and_its_limits_hold_it(pairs):
    """Any data gives a falling curve within [0, 1] between its limits."""
    curve = kaplan_meier([days for days, _ in pairs], [ended for _, ended in pairs])
    assert list(curve.share) == sorted(curve.share, reverse=True)
    for low, share, high in zip(curve.low, curve.share, curve.high, strict=True):
        assert 0 <= low <= share <= high <= 1


@settings(max_examples=50)
@given(st.lists(st.tuples(st.integers(1, 15), st.booleans()), min_size=2, max_size=30))
def test_the_curve_is_scipys(pairs):
    """SciPy's Kaplan-Meier curve and its log-log limits, with ties and censoring."""
    days, ended = [day for day, _ in pairs], [end for _, end in pairs]
    curve = kaplan_meier(days, ended)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # SciPy warns where a limit is not defined
        sample = CensoredData.right_censored(days, [not end for end in ended])
        expected = ecdf(sample).sf
        limits = expected.confidence_interval(method="log-log")
        low, high = limits.low, limits.high
    for day, share, below, above in zip(curve.days, curve.share, curve.low, curve.high,
                                        strict=True):  # fmt: skip
        assert share == pytest.approx(expected.evaluate(day))
        if 0 < share < 1:
            assert below == pytest.approx(low.evaluate(day))
            assert above == pytest.approx(high.evaluate(day))


def test_days_may_be_texts_and_times():
    """An event log from a file says its days as ISO texts."""
    happened = [
        {"mentor": "m", "mentee": "s", "kind": "started", "on": "2026-01-05"},
        {"mentor": "m", "mentee": "s", "kind": "held", "on": datetime(2026, 1, 9, 14, tzinfo=UTC)},
    ]
    (pair,) = health(happened, on="2026-01-19").pairs
    assert pair.days_since_contact == 10
    with pytest.raises(rmatch.InvalidInputError, match="on='soon'; a date"):
        health(happened, on="soon")
    with pytest.raises(rmatch.InvalidInputError, match="row 1: on=7; a date"):
        health([{**happened[0], "on": 7}], on=START)


@pytest.mark.parametrize(
    "day", [np.datetime64("2026-01-09"), "2026-01-09T23:30:00+01:00", pd.Timestamp("2026-01-09")]
)
def test_figures_and_days_of_data_frames_are_read(day):
    """What tables and databases hold is a day, and a number of theirs is a rating."""
    happened = [
        {"mentor": 1, "mentee": 2.0, "kind": "held", "on": day},
        {"mentor": "1", "mentee": "2", "kind": "rated", "on": day, "value": np.float32(4)},
        {"mentor": 1, "mentee": 2, "kind": "rated", "on": day, "value": np.int64(5)},
    ]
    (pair,) = health(happened, on="2026-01-19").pairs
    assert (pair.days_since_contact, pair.mean_rating) == (10, 4.5)
    with pytest.raises(rmatch.InvalidInputError, match="rating True; 1 to 5"):
        health([{**happened[1], "value": True}], on=START)
    with pytest.raises(rmatch.InvalidInputError, match="row 1: the id of the mentor or of the"):
        health([{**happened[1], "mentor": None}], on=START)


def test_a_pair_that_starts_again_is_looked_at_from_there():
    """Its first time together ended, and counts as ended in the curve; now it runs."""
    first = [(0, "planned"), (3, "rated", 1), (30, "ended")]
    happened = events(*first, (100, "started"), (110, "held"))
    found = health(reversed(happened), on=START + timedelta(days=120))
    (pair,) = found.pairs
    assert (pair.ended, pair.planned, pair.mean_rating, pair.days_since_contact) == (
        False, 0, None, 10)  # fmt: skip
    assert (found.survival.days, found.survival.at_risk, found.survival.ended) == (
        (30,), (1,), (1,))  # fmt: skip


def test_a_rating_is_no_contact():
    """Somebody who says that they never met has not met."""
    found = health(events((5, "rated", 1)), on=START + timedelta(days=40))
    assert found.pairs[0].risks == ("no session yet, 40 days after the start", "mean rating 1.0")
    assert found.pairs[0].days_since_contact is None


def test_an_end_before_any_start_lasted_no_time():
    """No pair lasts fewer than 0 days."""
    ended = PairEvent("m", "s", "ended", START - timedelta(days=9))
    found = health([ended, *events()], on=START + timedelta(days=1))
    assert found.survival.days == (0,)
    assert not found.pairs[0].ended


def test_bad_events_are_named_by_row():
    """All bad events come in one error."""
    with pytest.raises(rmatch.InvalidInputError) as caught:
        health(
            [
                {"mentor": "m", "mentee": "s", "kind": "met", "on": START},
                {"mentor": "m", "mentee": "s", "kind": "rated", "on": START, "value": 9},
                {"mentor": "m"},
            ],
            on=START,
        )
    assert [problem.row for problem in caught.value.problems] == [1, 2, 3]


def test_a_frame_has_a_row_per_pair():
    """The figures leave as a table."""
    found = health([*events((3, "held")), *events(mentor="n")], on=START)
    assert len(found.to_frame("pandas")) == 2


@pytest.mark.parametrize(
    ("events", "message"),
    [
        (None, "events=None; a list of dicts"),
        (["held"], "row 1: 'held' is no event, give a dict"),
        ([{"mentor": "m", "mentee": "s", "kind": "held", "on": pd.NaT}], "row 1: on=NaT"),
    ],
)
def test_what_is_no_event_is_named(events, message):
    """Rows that are no events, and days that are none, are named like every other bad row."""
    with pytest.raises(rmatch.InvalidInputError, match=message):
        health(events, on="2026-04-01")
