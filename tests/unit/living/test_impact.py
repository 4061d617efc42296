"""Uplift: figures by hand and by simulation with a known effect."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from scipy.stats import ttest_ind

import rmatch
from rmatch.living.impact import uplift


def people(prefix, count):
    return [f"{prefix}{number}" for number in range(count)]


def test_without_strata_it_is_welchs_interval():
    """SciPy's Welch interval of the same two samples."""
    rng = np.random.default_rng(1)
    one, other = rng.normal(1, 1, 30), rng.normal(0, 2, 20)
    outcome = dict(zip(people("t", 30) + people("c", 20), [*one, *other], strict=True))
    result = uplift(outcome, people("t", 30), people("c", 20))
    expected = ttest_ind(one, other, equal_var=False).confidence_interval()
    assert result.effect == pytest.approx(one.mean() - other.mean())
    assert (result.low, result.high) == pytest.approx(tuple(expected))


def test_shares_have_newcombes_interval():
    """56 of 70 against 48 of 80, as published: 0.2, 0.0524 to 0.3339 (Newcombe 1998, method 10)."""
    outcome = {p: float(n < 56) for n, p in enumerate(people("t", 70))}
    outcome |= {p: float(n < 48) for n, p in enumerate(people("c", 80))}
    result = uplift(outcome, people("t", 70), people("c", 80))
    assert result.effect == pytest.approx(0.2)
    assert (result.low, result.high) == pytest.approx((0.0524, 0.3339), abs=5e-5)
    halves = {p: int(p[1:]) % 2 for p in outcome}
    strata = uplift(outcome, people("t", 70), people("c", 80), strata=halves)
    assert strata.effect == pytest.approx(0.2)
    assert strata.low < strata.effect < strata.high


def test_intervals_hold_the_truth_as_often_as_they_say():
    """Lotteries with a known effect of 0.15 on a share: about 95 % of intervals hold it."""
    rng = np.random.default_rng(7)
    holds = 0
    for _ in range(200):
        outcome = {p: float(rng.random() < 0.75) for p in people("t", 60)}
        outcome |= {p: float(rng.random() < 0.6) for p in people("c", 60)}
        result = uplift(outcome, people("t", 60), people("c", 60))
        holds += result.low <= 0.15 <= result.high
    assert 180 <= holds <= 200


def test_no_spread_is_no_proof():
    """Everybody of a group the same, and no share: a difference, but nothing that is conclusive."""
    result = uplift({"a": 3, "b": 3, "c": 2, "d": 2}, [*"ab"], [*"cd"])
    assert result.effect == 1
    assert not result.conclusive
    assert "the interval says nothing of others" in result.warnings[-1]


@pytest.mark.parametrize("method", ["lottery", "did", "matched"])
def test_every_method_says_what_it_rests_on(method):
    """No effect leaves without the words for what it assumes."""
    numbers = {"a": 1.0, "b": 2.0, "c": 3.5, "d": 4.0}
    result = uplift(
        numbers, [*"ab"], [*"cd"], method=method, before=numbers, covariates={"x": numbers}
    )
    assert {"lottery": "applied", "did": "changed alike", "matched": "volunteers"}[method] in str(
        result.warnings
    )
    assert "warning: " in str(result)


def test_strata_take_out_what_differs_between_them():
    """Two strata with unequal shares of winners: the plain difference misleads."""
    outcome, strata = {}, {}
    treated, control = [], []
    for name, level, winners, losers in (("A", 10, 8, 2), ("B", 0, 2, 8)):
        for group, count, effect in ((treated, winners, 1), (control, losers, 0)):
            for number in range(count):
                person = f"{name}{effect}{number}"
                outcome[person], strata[person] = level + effect, name
                group.append(person)
    assert uplift(outcome, treated, control).effect == pytest.approx(7.0)
    assert uplift(outcome, treated, control, strata=strata).effect == pytest.approx(1.0)


def test_difference_in_differences_by_hand():
    """(T1 - T0) - (C1 - C0), with its own warning."""
    before = {"a": 1, "b": 2, "c": 5, "d": 6}
    after = {"a": 4, "b": 5, "c": 6, "d": 7}
    result = uplift(after, ["a", "b"], ["c", "d"], method="did", before=before)
    assert result.effect == 2
    assert "changed alike" in result.warnings[0]


def test_differences_of_shares_and_columns_without_spread_are_told_as_they_can_be():
    """Of three who stayed and three of whom one did; all of one group are 30, of the other 40."""
    people = [f"t{n}" for n in range(3)], [f"c{n}" for n in range(3)]
    stayed = {"t0": 1, "t1": 1, "t2": 1, "c0": 1, "c1": 0, "c2": 0}
    age = {**dict.fromkeys(people[0], 30), **dict.fromkeys(people[1], 40)}
    found = uplift(stayed, *people, method="matched", covariates={"age": age})
    assert -1 <= found.low <= found.effect <= found.high <= 1
    assert json.loads(json.dumps(found.to_dict(), allow_nan=False))["balance"] == {"age": None}
    assert "age: standardised difference beyond measure (no spread)" in str(found)


def test_matched_controls_recover_a_known_effect():
    """Volunteers are older and do better anyway; matching on age leaves the true effect of 1."""
    rng = np.random.default_rng(2)
    age = {**{p: rng.normal(50, 5) for p in people("t", 60)},
           **{p: rng.normal(40, 8) for p in people("c", 400)}}  # fmt: skip
    outcome = {p: a / 10 + (p[0] == "t") + rng.normal(0, 0.1) for p, a in age.items()}
    plain = uplift(outcome, people("t", 60), people("c", 400))
    result = uplift(outcome, people("t", 60), people("c", 400), method="matched",
                    covariates={"age": age})  # fmt: skip
    assert plain.low > 1.5
    assert result.effect == pytest.approx(1.0, abs=0.1)
    assert result.control == 60
    assert abs(result.balance["age"]) < 0.1 < result.balance_before["age"]
    assert f"{result.balance_before['age']:+.2f} before" in str(result)


def test_unbalanced_groups_are_warned_of():
    """A covariate that differs is named with its size."""
    age = {"a": 60, "b": 62, "c": 30, "d": 32}
    result = uplift(dict.fromkeys("abcd", 1.0), [*"ab"], [*"cd"], covariates={"age": age})
    assert result.warnings[-1].startswith("the groups differ in age by +")
    assert not result.conclusive


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"method": "magic"}, "method='magic'; allowed are lottery, did, matched"),
        ({"method": "did"}, "method='did' needs before="),
        ({"method": "matched"}, "method='matched' needs covariates="),
        ({"covariates": {"age": {**dict.fromkeys("abc", 1), "d": "x"}}}, "age is no number for d"),
        ({"control": [*"ab"]}, "a, b are in both groups"),
        ({"treated": [*"axy"]}, r"outcome is missing for x, y \(2 people\)"),
        ({"treated": [*"aab"]}, "treated: a are there more than once"),
        ({"treated": "ab"}, "treated='ab'; a list is needed"),
        ({"control": None}, "control=None; a list is needed"),
        ({"outcome": [1, 2]}, r"outcome=\[1, 2\]; a dict is needed"),
        ({"strata": [1]}, r"strata=\[1\]; a dict is needed"),
        ({"covariates": ["age"]}, r"covariates=\['age'\]; a dict is needed"),
        ({"method": ["did"]}, r"method=\['did'\]; allowed"),
        ({"outcome": {1: 1}, "treated": [1, 2], "control": [3, 4]}, "is missing for 2, 3, 4"),
        ({"outcome": {1: 1}, "treated": [1, "b"], "control": ["b", 1]}, "1, b are in both"),
        ({"strata": {"a": 1, "b": 2, "c": 1, "d": 2}}, "fewer than 2 people in a group"),
    ],
)
def test_bad_input_is_refused(options, message):
    """What cannot be computed is said, not guessed."""
    arguments = {"treated": [*"ab"], "control": [*"cd"]} | options
    with pytest.raises(rmatch.InvalidInputError, match=message):
        uplift(**{"outcome": dict.fromkeys("abcd", 1.0), **arguments})


@pytest.mark.parametrize("method", ["lottery", "did", "matched"])
def test_whole_numbers_and_booleans_of_tables_are_ids_and_outcomes(method):
    """Outcomes of a data frame, ids as numbers here and as text there: the same people."""
    stayed = pd.Series([True, True, False, False], index=[1, 2, 3, 4])
    more = {"before": {1: 0, 2: np.False_, 3: 0, 4: 0}, "covariates": {"before": {
        "1": 5, "2": 6, "3": 5, "4": 6}}}  # fmt: skip
    result = uplift(stayed, ["1", "2"], [3.0, 4], method=method, **more)
    assert (result.effect, list(result.balance)) == (1, ["before"])
