"""Reciprocal pairs in words, and what they refuse."""

from __future__ import annotations

import pytest

import rmatch
from rmatch.living import pool, reciprocal
from rmatch.rules import Conflicts, SeniorityGap

POOL = [
    {"id": "ann", "skills": "AI:4", "goals": "SQL:3"},
    {"id": "bob", "skills": "SQL:3", "goals": "AI:4"},
    {"id": "cyd", "skills": "SQL:2", "goals": "AI:4"},
    {"id": "dan", "skills": "law:2", "goals": "AI:4", "capacity": 0},
]


def test_pairs_say_both_directions():
    """Each pair is two pairs, with the reasons of both; its score is their mean."""
    found = reciprocal(POOL)
    (pair,) = found.pairs
    forth, back = pair.directions
    assert (forth.mentor, forth.mentee, back.mentor, back.mentee) == ("ann", "bob", "bob", "ann")
    assert pair.score == (forth.score + back.score) / 2
    assert forth.reasons[0].startswith("teaching coverage: AI")
    assert back.reasons[0].startswith("teaching coverage: SQL")
    assert found.to_dict()["pairs"][0]["one"] == "ann"
    assert list(found.to_frame("pandas")["other"]) == ["bob"]


def test_causes_are_said():
    """No place, nobody eligible in both directions, or the partner wanted is taken."""
    said = {each.id: each.words for each in reciprocal(POOL).unpaired}
    assert said["dan"] == "no place: capacity 0"
    assert said["cyd"] == (
        "the best choice for all leaves them out; the best possible partner, ann, is with bob"
    )
    barred = [("cyd", other) for other in ("ann", "bob", "dan")]
    said = {each.id: each.words for each in reciprocal(POOL, rules=[Conflicts(barred)]).unpaired}
    assert said["cyd"] == (
        "no eligible partner: the two are not on the list of conflicts removes 3"
    )


def test_a_one_way_rule_forbids_all():
    """Nobody is two levels above somebody who is two levels above them."""
    levels = [{**person, "level": at} for at, person in enumerate(POOL, 1)]
    assert reciprocal(levels, rules=[SeniorityGap(2)]).pairs == ()


def test_a_gap_either_way_is_one_in_both_directions():
    """Ann and Bob are one level apart, Ann and Cyd two."""
    levels = [{**person, "level": at} for at, person in enumerate(POOL, 1)]
    (pair,) = reciprocal(levels, rules=[SeniorityGap(2, either_way=True)]).pairs
    assert (pair.one, pair.other) == ("ann", "cyd")


def test_what_pools_do_not_know_is_refused():
    """Minimums, cohort rules and an empty pool each have their own words."""
    with pytest.raises(rmatch.InvalidInputError, match="leave the column 'minimum' out"):
        reciprocal([{**POOL[0], "minimum": 1}, POOL[1]])
    with pytest.raises(rmatch.InvalidInputError, match="reciprocal pairs know pair rules only"):
        reciprocal(POOL, rules=[rmatch.rules.LockedPairs([("ann", "bob")])])


def test_the_check_finds_faults():
    """Pairs that were tampered with do not pass."""
    problem = reciprocal(POOL, rules=[Conflicts([("ann", "cyd")])]).problem
    words = [str(each) for each in pool._check(problem, [(0, 2), (2, 3)], 5)]
    assert "person 2 has 2 partners" in words
    assert "'ann' with 'cyd' breaks the two are not on the list of conflicts" in words
    assert "'dan' cannot be with 'cyd'" in words
    assert words[-1].endswith("not 5 as claimed")
