"""Objectives of several stages on people, with rules about many pairs, against brute force."""

from __future__ import annotations

import warnings
from itertools import combinations, permutations
from math import prod

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import rmatch
from rmatch.objectives import Matched, Pairs, Score, Stable, Tiers
from rmatch.rules import Different, LockedPairs, PairCount, PeopleCount, Priority, ReleaseCap
from rmatch.scoring import ReturnCoverage, TableScore, TeachingCoverage
from rmatch.stability import blocking
from tests.helpers import keeps_bounds

SITES = Different("site")
SENIOR = Matched("mentees", "level", at_least=6)
ROME = Matched("both", "site", values=["Rome"])
COHORT = (
    PairCount(SITES, most=1),
    PairCount(SITES, least=1),
    ReleaseCap(1, "site", "mentees"),
    PeopleCount(["m1", "s2"], most=1),
    LockedPairs([("m1", "s2")]),
    Priority("waited", 0.3, "mentees"),
    PairCount(SITES, most=0, penalty=0.2),
)


@st.composite
def programmes(draw):
    """Three mentors and three mentees, with ties."""

    def person(name):
        return {
            "id": name,
            "level": draw(st.sampled_from([2, 5, 6, 8])),
            "site": draw(st.sampled_from(["Oslo", "Rome", None])),
            "skills": {"AI": draw(st.integers(1, 3)), "Rust": draw(st.integers(1, 3))},
            "goals": draw(st.sampled_from(["AI:5", "Rust:4", "AI:4*2; Rust:3"])),
            "capacity": draw(st.integers(0, 2)),
            "waited": draw(st.integers(0, 2)),
        }

    mentors, mentees = [[person(f"{side}{n}") for n in range(3)] for side in "ms"]
    mentors[1] |= {"site": "Oslo", "capacity": 1}
    mentees[2] |= {"site": "Rome", "capacity": 1}
    return mentors, mentees, draw(st.lists(st.sampled_from(COHORT), max_size=2, unique=True))


def legal(problem):
    gains, allowed = problem.block(slice(None), slice(None))
    edges = [(i, j) for i in range(3) for j in range(3) if allowed[i, j]]
    for size in range(len(edges) + 1):
        for pairs in combinations(edges, size):
            if keeps_bounds(problem.bounds, pairs) and not any(
                rule.violations(problem, pairs) for rule in problem.cohort_rules
            ):
                yield pairs, sorted(int(gains[pair]) for pair in pairs)


def score(problem, pairs, gains):
    """All that the total score counts: gains, what waiting is worth, less penalties."""
    total = sum(gains)
    for rule in problem.cohort_rules:
        total -= rule.cost(problem, pairs)
        if isinstance(rule, Priority):
            waited = [problem.mentees[j].get("waited") for j in {j for _, j in pairs}]
            total += sum(round(rule.weight * years * 2**20) for years in waited)
    return total


def matched(problem, pairs, side, who):
    axis, people = (0, problem.mentors) if side == "mentors" else (1, problem.mentees)
    return sum(who(people[row]) for row in {pair[axis] for pair in pairs})


PROMISES = {
    "max_min": lambda p, s, g: (len({j for _, j in s}), len(s), g[:1], score(p, s, g)),
    "leximin": lambda p, s, g: (len({j for _, j in s}), len(s), g),
    Tiers([SENIOR, Matched(), Score()]): lambda p, s, g: (
        matched(p, s, "mentees", lambda each: each.level >= 6),
        len({j for _, j in s}) + len({i for i, _ in s}),
        score(p, s, g),
    ),
    Tiers([ROME, Pairs(SITES)]): lambda p, s, g: (
        sum(matched(p, s, x, lambda each: each.site == "Rome") for x in ("mentors", "mentees")),
        sum(SITES.allows(p.mentors[i], p.mentees[j]) for i, j in s),
        score(p, s, g),
    ),
    Tiers([Score(ReturnCoverage()), Matched("mentors")]): lambda p, s, g: (
        sum(ReturnCoverage().gain(p.mentors[i], p.mentees[j], 1.0) for i, j in s),
        len({i for i, _ in s}),
        score(p, s, g),
    ),
}  # fmt: skip


def name(objective):
    if isinstance(objective, str):
        return objective
    return "-".join(tier.describe() for tier in objective.tiers)


@pytest.mark.parametrize("objective", PROMISES, ids=name)
@settings(max_examples=25, deadline=None)
@given(case=programmes(), solver=st.sampled_from(["auto", "auto", "cpsat"]))
def test_objectives_under_cohort_rules(objective, case, solver):
    """What linear rules leave, each objective takes the best of, exactly."""
    mentors, mentees, rules = case
    sides = rmatch.read_roster(mentors), rmatch.read_roster(mentees)
    promise = PROMISES[objective]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        problem = rmatch.Problem.of(
            *sides, rules=rules, score=[TeachingCoverage()], objective=objective
        )
        best = max((promise(problem, *each) for each in legal(problem)), default=None)
        try:
            matching = rmatch.solve(problem, solver=solver)
        except rmatch.InfeasibleError:
            assert best is None
            return
    pairs = tuple(zip(matching.rows.tolist(), matching.cols.tolist(), strict=True))
    assert promise(problem, pairs, sorted(matching.gains.tolist())) == best
    assert matching.status.value == "optimal"


@settings(max_examples=25, deadline=None)
@given(case=programmes())
def test_nash_under_cohort_rules(case):
    """The product of the scores of mentees with one pair each."""
    mentors, mentees, rules = case
    mentees = [person | {"capacity": 1} for person in mentees]
    sides = rmatch.read_roster(mentors), rmatch.read_roster(mentees)
    problem = rmatch.Problem.of(*sides, rules=rules, score=[TeachingCoverage()], objective="nash")

    def promise(gains):
        return sum(gain > 0 for gain in gains), prod(gain for gain in gains if gain), len(gains)

    best = max((promise(gains) for _, gains in legal(problem)), default=None)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        try:
            matching = rmatch.solve(problem)
        except rmatch.InfeasibleError:
            assert best is None
            return
    assert promise(matching.gains.tolist()) == best


@pytest.mark.parametrize("proposers", ["mentees", "mentors"])
@pytest.mark.parametrize("seed", range(12))
def test_stable_is_best_for_the_side_that_proposes(proposers, seed):
    """Of all stable matchings, everybody who proposes has their best, the others their worst."""
    rng = np.random.default_rng(seed)
    tables = [
        TableScore("key", "key", {(f"m{i}", f"s{j}"): v for (i, j), v in np.ndenumerate(values)})
        for values in rng.permutation(32).reshape(2, 4, 4) / 31
    ]
    sides = [[{"id": f"{side}{n}", "key": f"{side}{n}"} for n in range(4)] for side in "ms"]
    matching = rmatch.match(*sides, objective=Stable(proposers, *tables), score=tables[:1])
    ranks = [table.block(matching.problem.mentors, matching.problem.mentees) for table in tables]
    mine = list(zip(matching.rows.tolist(), matching.cols.tolist(), strict=True))
    stable = [
        list(enumerate(order))
        for order in permutations(range(4))
        if not blocking(matching.problem, list(enumerate(order)))
    ]
    assert mine in stable
    for axis, rank in ((1, ranks[0]), (0, ranks[1])):
        best = max if (axis == 1) == (proposers == "mentees") else min
        for person in range(4):
            mine_is = next(rank[pair] for pair in mine if pair[axis] == person)
            others = [rank[pair] for each in stable for pair in each if pair[axis] == person]
            assert mine_is == best(others)
    assert matching.stages[0].proven
