"""The lottery: every matching within the loss, chances that add up, even among equals."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import rmatch
from rmatch.errors import UnsupportedFeatureError
from rmatch.living.impact import uplift
from rmatch.rules import Different, PairCount, PeopleCount, ReleaseCap
from rmatch.scoring import TeachingCoverage
from tests.helpers import best_total, keeps_bounds, total
from tests.oracle.test_objectives import matrices


@settings(max_examples=80, deadline=None)
@given(case=matrices(), loss=st.integers(0, 3), seed=st.integers(0, 9))
def test_every_matching_is_legal_and_within_the_loss(case, loss, seed):
    """And the chances are the shares of the list, exactly."""
    problem = rmatch.match_matrix(np.zeros((0, 0))).problem.of(**case)
    best = best_total(problem)
    try:
        drawn = rmatch.lottery(problem, seed=seed, loss=loss, draws=6)
    except rmatch.InfeasibleError:
        assert best is None
        return
    assert len(drawn.matchings) == 6
    for pairs in drawn.matchings:
        assert keeps_bounds(problem.bounds, pairs)
        assert all(problem.allowed[pair] for pair in pairs)
        assert best - loss <= total(problem, pairs) <= best
    count = Counter(pair for pairs in drawn.matchings for pair in pairs)
    assert drawn.probabilities == {pair: Fraction(n, 6) for pair, n in count.items()}
    mean_pairs = Fraction(sum(map(len, drawn.matchings)), 6)
    assert sum(drawn.probabilities.values()) == mean_pairs
    mine = tuple(zip(drawn.matching.rows.tolist(), drawn.matching.cols.tolist(), strict=True))
    assert sorted(mine) == sorted(drawn.matchings[drawn.drawn])
    for mentee, chance in drawn.chances.items():
        among = sum(any(col == mentee for _, col in pairs) for pairs in drawn.matchings)
        assert chance == Fraction(among, 6)
    assert {*drawn.winners} | {*drawn.losers} == {*drawn.strata}
    assert drawn.matching.bound_units == best


@pytest.mark.parametrize("objective", ["total_score", "coverage_first"])
def test_equals_have_equal_chances_and_every_matching_its_turn(objective):
    """Twelve mentees, five mentors with places for six: half a chance for everybody."""
    problem = rmatch.match_matrix(
        np.ones((5, 12), dtype=int), mentor_capacity=[2, 1, 1, 1, 1], objective=objective
    ).problem
    drawn = rmatch.lottery(problem, seed=3, draws=40)
    assert set(drawn.chances.values()) == {Fraction(1, 2)}
    assert len(set(drawn.matchings)) > 30
    assert len(drawn.winners) == len(drawn.losers) == 6


def test_a_loss_gives_a_chance_to_those_who_are_a_little_worse():
    """Without a loss the best two always win; with one, everybody has a chance."""
    problem = rmatch.match_matrix([[10, 10, 9, 9], [10, 10, 9, 9]]).problem
    sure = rmatch.lottery(problem, seed=1)
    assert [str(chance) for chance in sure.chances.values()] == ["1", "1", "0", "0"]
    fair = rmatch.lottery(problem, seed=1, loss=2)
    assert min(fair.chances.values()) > 0
    assert all(total(problem, pairs) >= 18 for pairs in fair.matchings)


def test_the_seed_decides_and_is_written_down():
    """The same seed draws the same, another one another; the draw is uniform over the list."""
    problem = rmatch.match_matrix(np.ones((2, 6), dtype=int)).problem
    one, again = (rmatch.lottery(problem, seed=7) for _ in range(2))
    assert one.matchings == again.matchings
    assert one.drawn == again.drawn
    assert one.provenance["lottery"] == {
        "seed": 7, "generator": "numpy PCG64", "matchings": 60, "drawn": one.drawn, "loss": 0.0,
    }  # fmt: skip
    drawn = Counter(rmatch.lottery(problem, seed=n, draws=3).drawn for n in range(60))
    assert set(drawn) == {0, 1, 2}


def test_cohort_rules_hold_in_every_matching():
    """Through linear programs, with and without a loss."""
    mentors = [{"id": f"m{n}", "site": "Oslo", "skills": "AI:4"} for n in range(3)]
    mentees = [
        {"id": f"s{n}", "site": "Rome" if n % 2 else "Oslo", "goals": "AI:4"} for n in range(6)
    ]
    rules = [PairCount(Different("site"), most=1), PeopleCount(["s0", "s2"], most=1)]
    sides = rmatch.read_roster(mentors), rmatch.read_roster(mentees)
    problem = rmatch.Problem.of(*sides, rules=rules, score=[TeachingCoverage()])
    for loss in (0.0, 1.0):
        drawn = rmatch.lottery(problem, seed=1, loss=loss, draws=8)
        assert len(set(drawn.matchings)) > 1
        for pairs in drawn.matchings:
            assert not any(rule.violations(problem, pairs) for rule in problem.cohort_rules)
            assert len(pairs) >= 3 - loss


def test_impact_is_measured_by_winners_and_losers():
    """What the lottery says goes into ``uplift`` as it is."""
    ids = [f"s{n}" for n in range(20)]
    sides = (
        [{"id": f"m{n}", "skills": "AI:4"} for n in range(10)],
        [{"id": one, "goals": "AI:4"} for one in ids],
    )
    problem = rmatch.match(*sides).problem
    drawn = rmatch.lottery(problem, seed=5)
    outcome = {one: 1.0 if one in drawn.winners else 0.5 for one in ids}
    found = uplift(outcome, drawn.winners, drawn.losers, strata=drawn.strata)
    assert found.effect == 0.5
    assert found.treated == found.control == 10


@pytest.mark.parametrize(
    ("options", "says"),
    [({"draws": 0}, "draws=0"), ({"loss": -1}, "loss=-1"), ({"loss": float("nan")}, "loss=nan")],
)
def test_what_makes_no_sense_is_refused(options, says):
    """Before anything is solved."""
    with pytest.raises(rmatch.InvalidInputError, match=says):
        rmatch.lottery(rmatch.match_matrix([[1]]).problem, seed=1, **options)


def test_objectives_of_several_numbers_are_refused():
    """With the names of those that can."""
    problem = rmatch.match_matrix([[1]], objective="leximin").problem
    with pytest.raises(rmatch.UnsupportedFeatureError, match="'coverage_first'"):
        rmatch.lottery(problem, seed=1)


def test_a_loss_evens_chances_among_people_too():
    """Scores of people are in far finer units than those of a matrix; a loss counts the same."""
    mentors = [{"id": f"m{n}", "skills": "AI:5"} for n in range(2)]
    mentees = [{"id": f"s{n}", "goals": f"AI:5*{1 + n}; SQL:3"} for n in range(4)]
    problem = rmatch.match(mentors, mentees).problem
    drawn = rmatch.lottery(problem, seed=2026, loss=1, draws=40)
    assert all(abs(chance - 0.5) <= 0.1 for chance in drawn.chances.values())
    assert drawn.matching.objective >= rmatch.solve(problem).objective - 1


@pytest.mark.parametrize("others", [1, 3])
def test_who_can_have_no_pair_takes_no_turn_from_others(others):
    """Two who may have the one mentor, within the loss, have even chances; the others none."""
    scores = [[10, 9] + [0] * others]
    allowed = np.array([[True, True] + [False] * others])
    drawn = rmatch.lottery(rmatch.match_matrix(scores, allowed).problem, seed=2026, loss=1)
    chances = list(drawn.chances.values())
    assert chances[2:] == [0] * others
    assert abs(chances[0] - chances[1]) <= Fraction(4, 60)


def test_soft_rules_are_refused():
    """A draw among all that keep the hard rules was not among the best."""
    rules = [ReleaseCap(1, "site", side="mentors", penalty=1.0)]
    mentors = [{"id": f"m{n}", "site": "A", "skills": "AI:4"} for n in range(2)]
    mentees = [{"id": f"s{n}", "goals": "AI:4"} for n in range(2)]
    with pytest.raises(UnsupportedFeatureError, match="cannot weigh what soft rules cost"):
        rmatch.lottery(rmatch.match(mentors, mentees, rules=rules).problem, seed=1)
