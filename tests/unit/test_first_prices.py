"""First prices: means of gains, or what mentors cost in a sample, spread by what they know."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from benchmarks.families import SPEED_FAMILIES, skills
from rmatch import first_prices as module
from rmatch.columns import Numbers
from rmatch.first_prices import first_prices
from rmatch.people import Person
from rmatch.pricing import solve_priced
from rmatch.problem import Problem
from rmatch.rules import GenerationGap
from rmatch.scoring import ScorePart
from rmatch.solvers import Options


@pytest.fixture
def sampled(monkeypatch: pytest.MonkeyPatch) -> None:
    """A sample of 150 people a side, of however few."""
    monkeypatch.setattr(module, "LARGE", 0)
    for name in ("_LEAST", "_MOST"):
        monkeypatch.setattr(module, name, 150 * 150)


def error(prices: np.ndarray, last: np.ndarray) -> float:
    """The share of the last prices' variance that is not told; a level for all tells nothing."""
    return float(np.var(prices - last) / np.var(last))


@pytest.mark.usefixtures("sampled")
@pytest.mark.parametrize("family", ["skills", "several", "shortage", "dense_goals"])
def test_a_sample_tells_more_than_means(family: str) -> None:
    problem = SPEED_FAMILIES[family](600)
    last = solve_priced(problem, Options()).prices.mentor
    learned = first_prices(problem)
    assert learned.dtype == np.int64
    assert learned.min() >= 0
    assert error(learned, last) < error(module._means(problem), last)


@pytest.mark.usefixtures("sampled")
def test_means_do_where_a_sample_tells_too_little(monkeypatch: pytest.MonkeyPatch) -> None:
    """Too few pairs, too little memory, mentors on nobody's list, nothing that is known of them."""
    problem = skills(200)
    means = module._means(problem).tolist()
    assert first_prices(problem).tolist() != means
    assert first_prices(problem, 150 * 150 * 24).tolist() != means
    assert first_prices(problem, 150 * 150 * 24 - 1).tolist() == means
    with monkeypatch.context() as patch:
        patch.setattr(module, "_LISTED", 1.1)
        assert first_prices(problem).tolist() == means
    with monkeypatch.context() as patch:
        patch.setattr(module, "LARGE", 200 * 200 + 1)
        assert first_prices(problem).tolist() == means
    unknown = Problem.of(problem.mentors, problem.mentees, score=[Fair()])
    assert module._traits(unknown).shape == (200, 1)
    assert first_prices(unknown).tolist() == module._means(unknown).tolist()


@pytest.mark.usefixtures("sampled")
def test_who_takes_nobody_tells_nothing() -> None:
    """In the sample they would have a price beyond all others, and spoil those of their like."""
    problem = skills(300)
    places = np.ones(300)
    places[::2] = 0
    half = problem.replace(mentors=problem.mentors.replace(capacity=Numbers(places)))
    assert first_prices(half).max() < half.gain_limit
    none = problem.replace(mentors=problem.mentors.replace(capacity=Numbers(np.zeros(300))))
    assert first_prices(none).tolist() == module._means(none).tolist()


@dataclass(frozen=True, kw_only=True)
class Fair(ScorePart):
    """A part that says nothing of how it adds up."""

    def value(self, mentor: Person, mentee: Person) -> float:
        return len({*mentor.skills} & {*mentee.goals}) / 20


def test_groups_are_of_equal_size_and_those_without_a_key_are_the_last():
    key = np.concatenate([np.arange(160.0), [np.nan, np.inf], [-np.inf]])
    groups = module._groups(key)
    assert groups.sum(axis=1).tolist() == [1] * len(key)
    assert groups.sum(axis=0).tolist() == [11, *[10] * 14, 12]
    assert groups[[160, 161]].indices.tolist() == [15, 15]
    assert module._groups(np.full(3, np.nan)).toarray().tolist() == [[1]] * 3
    assert module._groups(np.array([7.0, 7.0])).toarray().tolist() == [[0, 1]] * 2


def test_traits_are_what_gains_and_rules_know():
    problem = skills(60)
    traits = module._traits(problem)
    (linear,) = (form for form in problem.gain_forms)
    groups = module._groups(problem.mentors.numbers("birth_earliest").values)
    assert isinstance(problem.pair_rules[0], GenerationGap)
    assert traits.shape == (60, 1 + linear.mentors.shape[1] + groups.shape[1])
    assert (traits[:, [0]].toarray() == 1000).all()
    assert traits.max(axis=0).toarray()[1:].max() == 1
    held = np.asarray(linear.mentors.toarray() != 0)
    assert ((traits.toarray() != 0)[:, 1 : 1 + held.shape[1]] == held).all()
