"""Every objective against the best of all legal sets of pairs, found one by one."""

from __future__ import annotations

from math import prod

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import rmatch
from rmatch import levels, listed, sequence
from rmatch.objectives import Matched, Pairs, Score, Tiers, fair
from rmatch.stability import blocking
from tests.helpers import selections


@st.composite
def matrices(draw, most_per_mentee=2, minimums=True, seats=True, smallest=0):
    """Up to four by four, with ties, zeros, forbidden pairs, empty sides, counts and seats."""
    mentors, mentees = draw(st.integers(smallest, 3)), draw(st.integers(smallest, 4))
    scores = np.array(
        [[draw(st.integers(0, 4)) for _ in range(mentees)] for _ in range(mentors)], dtype=int
    ).reshape(mentors, mentees)
    allowed = np.array(
        [[draw(st.sampled_from([True, True, False])) for _ in range(mentees)] for _ in scores]
    ).reshape(mentors, mentees)
    capacity = [
        np.array([draw(st.integers(0, most)) for _ in range(size)], dtype=int)
        for size, most in ((mentors, 2), (mentees, most_per_mentee))
    ]
    least = [
        np.array([draw(st.integers(0, min(1, c))) if minimums else 0 for c in side], dtype=int)
        for side in capacity
    ]
    if draw(st.booleans()):
        least = [side * 0 for side in least]
    return {
        "scores": scores,
        "allowed": allowed.astype(bool),
        "mentor_capacity": capacity[0],
        "mentee_capacity": capacity[1],
        "mentor_minimum": least[0],
        "mentee_minimum": least[1],
        "seats": draw(st.none() | st.integers(0, 4)) if seats else None,
    }


def gains(problem, pairs):
    return sorted(int(problem.gains[pair]) for pair in pairs)


def mentees(pairs):
    return len({mentee for _, mentee in pairs})


def mentors(pairs):
    return len({mentor for mentor, _ in pairs})


def ones(pairs):
    """How many of the two people with the number 1 are matched."""
    return (1 in {i for i, _ in pairs}) + (1 in {j for _, j in pairs})


#: What each objective promises, as a value to be the largest; written without the library.
PROMISES = {
    "max_min": lambda p, s: (mentees(s), len(s), gains(p, s)[:1], sum(gains(p, s))),
    "leximin": lambda p, s: (mentees(s), len(s), gains(p, s)),
}
TIERS = {
    Tiers([Matched("mentees"), Matched("mentors"), Score()]): lambda p, s: (
        mentees(s),
        mentors(s),
        sum(gains(p, s)),
    ),
    Tiers([Matched(ids=[1]), Matched()]): lambda p, s: (
        ones(s),
        mentees(s) + mentors(s),
        sum(gains(p, s)),
    ),
    Tiers([Pairs(), Matched("mentors")]): lambda p, s: (len(s), mentors(s), sum(gains(p, s))),
    Tiers([Score(), Matched("mentors"), Pairs()]): lambda p, s: (
        sum(gains(p, s)),
        mentors(s),
        len(s),
    ),
}


def agree(case, objective, promise, solver="auto"):
    """The matching keeps the promise exactly as well as the best of all sets of pairs."""
    problem = rmatch.match_matrix(np.zeros((0, 0))).problem.of(**case)
    best = max((promise(problem, pairs) for pairs in selections(problem)), default=None)
    try:
        matching = rmatch.match_matrix(**case, objective=objective, solver=solver)
    except rmatch.InfeasibleError:
        assert best is None
        return None
    pairs = list(zip(matching.rows.tolist(), matching.cols.tolist(), strict=True))
    assert promise(problem, pairs) == best
    assert matching.status.value == "optimal"
    assert all(stage.proven for stage in matching.stages)
    return matching


@pytest.mark.parametrize("objective", sorted(PROMISES))
@settings(max_examples=80, deadline=None)
@given(case=matrices(), solver=st.sampled_from(["auto", "sparse", "milp"]))
def test_named_objectives_keep_their_promise(objective, case, solver):
    """Leximin, max-min and the plain ones, by whichever solver."""
    agree(case, objective, PROMISES[objective], solver)


@pytest.mark.parametrize("tiers", TIERS, ids=lambda t: "-".join(x.describe() for x in t.tiers))
@settings(max_examples=40, deadline=None)
@given(case=matrices(smallest=2), solver=st.sampled_from(["auto", "sparse"]))
def test_tiers_keep_their_promise(tiers, solver, case):
    """People first, pairs first, even the score first: each tier exactly."""
    agree(case, tiers, TIERS[tiers], solver)


@settings(max_examples=80, deadline=None)
@given(case=matrices(most_per_mentee=1))
def test_nash_is_the_largest_product(case):
    """As many scores above 0 as possible, then the largest product: in whole numbers, exactly."""

    def promise(problem, pairs):
        positive = [gain for gain in gains(problem, pairs) if gain]
        return len(positive), prod(positive), len(pairs)

    agree(case, "nash", promise)


@pytest.mark.parametrize("proposers", ["mentees", "mentors"])
@settings(max_examples=40, deadline=None)
@given(case=matrices(minimums=False, seats=False))
def test_stable_has_no_blocking_pair(proposers, case):
    """Two people who would both rather have each other: there are none, with ties and places."""
    matching = rmatch.match_matrix(**case, objective=rmatch.objectives.Stable(proposers))
    taken = set(zip(matching.rows.tolist(), matching.cols.tolist(), strict=True))
    assert naive_blocking(matching.problem, taken) == []


@settings(max_examples=40, deadline=None)
@given(case=matrices(minimums=False))
def test_blocking_pairs_are_all_found(case):
    """For any matching, against a loop over all pairs."""
    matching = rmatch.match_matrix(**case)
    taken = set(zip(matching.rows.tolist(), matching.cols.tolist(), strict=True))
    assert blocking(matching.problem, sorted(taken)) == naive_blocking(matching.problem, taken)


def naive_blocking(problem, taken):
    found = []
    for i, j in np.argwhere(problem.allowed).tolist():
        if (i, j) in taken:
            continue
        gain = problem.gains[i, j]
        wish = []
        for axis, person, most in (
            (0, i, problem.bounds.mentor_most[i]),
            (1, j, problem.bounds.mentee_most[j]),
        ):
            had = [problem.gains[pair] for pair in taken if pair[axis] == person]
            wish.append(most > 0 and (len(had) < most or gain > min(had)))
        if all(wish):
            found.append((i, j))
    return found


@pytest.mark.parametrize("objective", ["max_min", "leximin"])
@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(case=matrices(), poor=st.booleans())
def test_compiled_levels_keep_their_promise(objective, monkeypatch, case, poor):
    """The loops for millions of pairs, tried where all is small, from a good or a poor start."""
    # A poor one is chosen by those who are best off.
    few_at_a_time(
        monkeypatch, (lambda gain: gain**3) if poor else (lambda gain: -((9 - gain) ** 6))
    )
    agree(case, objective, PROMISES[objective])


def few_at_a_time(monkeypatch, start=levels.close_to_leximin):
    """What is done for millions of pairs: levels in loops, one pair of everybody to begin with."""
    monkeypatch.setattr(fair, "MANY", 0)
    monkeypatch.setattr(sequence, "VERY_MANY", 0)
    monkeypatch.setattr(listed, "FIRST", 1)
    monkeypatch.setattr(listed, "MORE", 1)
    monkeypatch.setattr(levels, "MORE", 1)
    monkeypatch.setattr(levels, "close_to_leximin", start)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(case=matrices(smallest=2), tiers=st.sampled_from(list(TIERS)))
def test_tiers_over_few_pairs_keep_their_promise(monkeypatch, case, tiers):
    """Programs of very many pairs, solved over few of them and proven over all."""
    few_at_a_time(monkeypatch)
    agree(case, tiers, TIERS[tiers])


@pytest.mark.parametrize("seed", [*range(60), 771])
def test_levels_over_few_pairs_are_those_over_all(seed, monkeypatch):
    """Up to fourteen by fourteen: against one solve for each level, over all pairs.

    Number 771 needs a pair of a level's own score that was not listed, for a level after it.
    """
    rng = np.random.default_rng(seed)
    mentors, mentees = rng.integers(1, 15, 2)
    top = int(rng.choice([2, 4, 10, 1000]))
    scores = rng.integers(0, top, (mentors, mentees))
    if seed % 3 == 0:  # some are wanted by all
        scores += rng.integers(0, top, (mentors, 1))
    case = {
        "scores": scores,
        "allowed": rng.random(scores.shape) < rng.choice([0.3, 0.6, 1.0]),
        "mentor_capacity": rng.integers(0, rng.integers(2, 5), mentors),
        "mentee_capacity": rng.integers(0, rng.integers(2, 5), mentees),
        "seats": None if seed % 2 else int(rng.integers(0, min(mentors, mentees) + 3)),
        "objective": "max_min" if seed % 5 == 0 else "leximin",
    }
    slow = rmatch.match_matrix(**case)
    few_at_a_time(monkeypatch, *[lambda gain: gain**3][: seed % 4 < 2])
    quick = rmatch.match_matrix(**case)
    assert quick.stages == slow.stages
    if case["objective"] == "leximin":
        assert sorted(quick.gains.tolist()) == sorted(slow.gains.tolist())


def test_seats_that_a_tier_fills_stay_filled():
    """As many pairs as there are seats, although every pair costs something in the next tier."""
    matching = rmatch.match_matrix(
        [[-1, -2], [-2, -3]], seats=1, objective=Tiers([Pairs(), Score()])
    )
    assert [(pair.mentor, pair.mentee) for pair in matching.pairs] == [(0, 0)]
    assert [stage.value for stage in matching.stages] == [1, -1]
