"""The checker finds every pair that a rule forbids, and whoever is asked for is the same person."""

from __future__ import annotations

import dataclasses
import pickle

import numpy as np
import pytest

import rmatch
from rmatch import Roster, read_roster
from rmatch.check import check
from rmatch.columns import Numbers
from rmatch.objectives import Pairs, Score, Tiers
from rmatch.problem import Problem
from rmatch.rules import (
    CommonLanguage,
    Conflicts,
    LockedPairs,
    MinimumScore,
    PairCount,
    PartAtLeast,
    Same,
    SeniorityGap,
    TeachingMargin,
)
from rmatch.scoring import Convenience, TeachingCoverage
from rmatch.solvers import Stage


def _people(prefix: str, levels: list[int]) -> Roster:
    return read_roster(
        [
            {
                "id": f"{prefix}{number}",
                "level": level,
                "skills": f"AI:{1 + number % 5}; law:{5 - number % 4}",
                "goals": f"AI:{4 - number % 3}; law:5; music",
                "languages": ("English:C1", "English:B1; French:C2", "French:B2")[number % 3],
                "site": ("Oslo", "Rome")[number % 2],
                "capacity": (1, None, 3)[number % 3],
                "tenure_months": 6 + number / 2,
            }
            for number, level in enumerate(levels)
        ]
    )


MENTORS, MENTEES = _people("m", [1, 2, 3, 4, 5, 6]), _people("s", [7, 3, 5, 2, 6, 4, 1])
RULES = (
    SeniorityGap(2),
    TeachingMargin(1),
    CommonLanguage("B2"),
    Conflicts([("m0", "s0"), ("m1", "s0")]),
)
SCORE = [TeachingCoverage(weight=0.9), Convenience(weight=0.1)]


def _words(problem: Problem, row: int, col: int) -> set[str]:
    """Return what the checker says of one pair alone, all but counts and objective."""
    found = check(problem, [(row, col)], None)
    return {str(fault) for fault in found if str(fault).startswith("pair ")}


def test_one_forbidden_pair_is_named_with_each_rule_that_it_breaks():
    least = 0.3
    problem = Problem.of(MENTORS, MENTEES, rules=[*RULES, MinimumScore(least)], score=SCORE)
    gains, allowed = problem.block(slice(None), slice(None))
    broken = 0
    for row, col in np.ndindex(problem.shape):
        mentor, mentee = problem.mentors.person(row), problem.mentees.person(col)
        expected = {
            f"pair {mentor.id!r} with {mentee.id!r} breaks {rule.describe()}"
            for rule in problem.pair_rules
            if not rule.allows(mentor, mentee)
        }
        if problem.min_gain is not None and gains[row, col] < problem.min_gain:
            expected.add(
                f"pair {mentor.id!r} with {mentee.id!r} scores {gains[row, col]} units, "
                f"below {problem.min_gain}"
            )
        assert _words(problem, row, col) == expected
        assert bool(expected) != allowed[row, col]
        broken += bool(expected)
    assert 0 < broken < len(MENTORS) * len(MENTEES)


def test_a_lock_outranks_all_rules_but_safety():
    locked = [("m5", "s6"), ("m2", "s2")]
    problem = Problem.of(
        MENTORS, MENTEES, rules=[*RULES, MinimumScore(0.9), LockedPairs(locked)], score=SCORE
    )
    row, col = problem.mentors.index("m5"), problem.mentees.index("s6")
    assert not SeniorityGap(2).allows(problem.mentors.person(row), problem.mentees.person(col))
    assert _words(problem, row, col) == set()
    row, col = problem.mentors.index("m4"), problem.mentees.index("s6")
    assert any("levels above" in words for words in _words(problem, row, col))
    # A problem with such a lock is refused; one that slipped through would be found here.
    forced = dataclasses.replace(problem, rules=(*RULES, LockedPairs([("m1", "s0")])))
    row, col = problem.mentors.index("m1"), problem.mentees.index("s0")
    (words,) = _words(forced, row, col)
    assert "list of conflicts" in words


@pytest.mark.parametrize(("covered", "of"), [(2, 3), (3, 3), (3, 5), (4, 5), (5, 5), (3, 7)])
def test_a_minimum_that_a_pair_just_reaches(covered, of):
    """Thirds are rounded one by one, and yet 2 of 3 goals are 2/3; a hair more is not reached."""
    goals = {f"skill {n}": 4 for n in range(of)}
    mentors = [{"id": "m", "skills": dict(list(goals.items())[:covered])}]
    mentees = [{"id": "s", "goals": goals}]
    options = {"score": [TeachingCoverage()], "scale": "1-5"}
    for least, pairs in ((covered / of, 1), (covered / of + 1e-4, 0)):
        if least <= 1:
            matching = rmatch.match(mentors, mentees, rules=[MinimumScore(least)], **options)
            assert len(matching) == pairs
            part = PartAtLeast(TeachingCoverage(), least)
            assert len(rmatch.match(mentors, mentees, rules=[part], **options)) == pairs
            assert matching.check() == []


def test_the_objective_is_added_up_again():
    problem = Problem.of(MENTORS, MENTEES, score=SCORE)
    gains = problem.gains(slice(None), slice(None))
    pairs = [(row, row + 1) for row in range(len(MENTORS))]
    total = sum(int(gains[pair]) for pair in pairs)
    assert check(problem, pairs, total) == []
    (fault,) = check(problem, pairs, total + 1)
    assert str(fault) == f"the objective is {total}, not {total + 1} as claimed"


@pytest.mark.parametrize("first", [[], [3], [0, 2], [5, 4, 3, 2, 1], list(range(6))])
@pytest.mark.parametrize("drawn", [False, True])
def test_people_are_the_same_however_many_are_asked_for_at_a_time(first: list[int], drawn: bool):
    fresh = _people("m", [1, 2, 3, 4, 5, 6])
    roster = fresh.take(np.array([5, 3, 1, 0, 2, 4])) if drawn else fresh
    expected = [_people("m", [1, 2, 3, 4, 5, 6])[fresh.index(person)] for person in roster.ids]
    assert roster.persons(first) == [expected[row] for row in first]
    assert list(roster) == expected
    assert [person.capacity for person in fresh] == [1, 1, 3, 1, 1, 3]
    assert [repr(person.tenure_months) for person in fresh] == ["6", "6.5", "7", "7.5", "8", "8.5"]


def test_people_drawn_from_others_have_their_ids():
    fresh = _people("m", [1, 2, 3, 4, 5, 6])
    some = fresh.take(np.array([5, 3, 1, 0]))
    fewer = some.take([2, 0])
    assert (len(some), some.named([1, 0]), fewer.named([1])) == (4, ["m3", "m5"], ["m5"])
    assert some.ids == ("m5", "m3", "m1", "m0")
    assert fewer.ids == pickle.loads(pickle.dumps(fewer)).ids == ("m1", "m5")
    assert fewer.replace(capacity=Numbers(np.ones(2))).ids == ("m1", "m5")
    with pytest.raises(AttributeError, match="no attribute 'idz'"):
        _ = some.idz


@pytest.mark.parametrize(
    "objective",
    ["max_min", "leximin", "nash", "stable", Tiers([Score(), Pairs()]), Tiers([Pairs()])],
    ids=str,
)
def test_every_stage_is_counted_again(objective):
    """One more or one less in any stage is found, the total score's and later ones too."""
    people = _people("m", [1, 1, 2]), _people("s", [7, 6, 5])
    # Stable matchings take no rule that joins pairs, and what comes after the score no penalty.
    penalised = objective not in ("stable", Tiers([Score(), Pairs()]))
    rules = [PairCount(Same("site"), most=0, penalty=0.25)] if penalised else []
    people = [side.replace(capacity=Numbers(np.ones(len(side)))) for side in people]
    matching = rmatch.match(*people, rules=rules, score=SCORE, objective=objective)
    pairs = np.column_stack((matching.rows, matching.cols))
    stages = matching.stages
    assert len(stages) > 0
    assert check(matching.problem, pairs, matching.units, stages) == []
    for at, stage in enumerate(stages):
        for change in (1, -1):
            wrong = list(stages)
            wrong[at] = dataclasses.replace(stage, value=stage.value + change)
            assert len(check(matching.problem, pairs, matching.units, wrong)) == 1
    (fault,) = check(matching.problem, pairs, None, [*stages, Stage("luck", 7, 7)])
    assert str(fault) == "luck is no stage of this objective"
