"""Re-matching in small programmes: what changes, why, in which words, and what is refused."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest

import rmatch
from rmatch.check import check
from rmatch.problem import Problem
from rmatch.rules import (
    Conflicts,
    Different,
    LockedPairs,
    MinimumScore,
    PartnerWish,
    ReleaseCap,
    Same,
    SeniorityGap,
    Vetoes,
)
from rmatch.scoring import SharedInterests, TeachingCoverage


def mentor(name, level=5, **more):
    return {"id": name, "skills": {"AI": level}, **more}


def mentee(name, target=5, **more):
    return {"id": name, "goals": {"AI": target}, **more}


def words(result):
    return {change.person: change.words for change in result.changes}


def test_a_leaver_is_replaced_and_nobody_else_moves():
    """The mentee left behind gets the best who is free; the words say so."""
    mentors = [mentor("u-201"), mentor("u-377", 4), mentor("u-400", 5)]
    mentees = [mentee("u-044"), mentee("u-045")]
    before = rmatch.match(mentors, mentees)
    (left,) = before.partners("u-044")
    free = ({"u-201", "u-377", "u-400"} - {left, *before.partners("u-045")}).pop()
    result = rmatch.rematch(before, drop=[left])
    assert str(result) == f"u-044: {left} left; {free} was next, nobody else moves"
    assert result.kept == ((before.partners("u-045")[0], "u-045"),)
    assert [pair.words for pair in result.ended] == [f"{left} with u-044: {left} left"]
    assert result.matching.status.value == "optimal"
    assert result.matching.check() == []


def test_a_pair_that_ends_is_told_though_nobody_is_left_who_could_tell_it():
    """Of a mentor's two mentees one leaves; or both of a pair do: something changes."""
    mentors, mentees = [mentor("m1", capacity=2)], [mentee("s1"), mentee("s2")]
    before = rmatch.match(mentors, mentees)
    assert str(rmatch.rematch(before, drop=["s1"])) == "m1 with s1: s1 left"
    assert str(rmatch.rematch(before, mentors, [mentee("s2"), mentee("s3")])) == (
        "s3: joined; m1 was next, nobody else moves\nm1 with s1: s1 left"
    )
    everybody = rmatch.rematch(before, drop=["m1", "s1", "s2"])
    assert str(everybody) == "m1 with s1: m1 and s1 left\nm1 with s2: m1 and s2 left"
    assert everybody.to_dict()["words"] == str(everybody)


def test_nothing_moves_for_late_joiners():
    """A better partner who joins does not break up a pair; with a free hand it does."""
    before = rmatch.match([mentor("m1", 3)], [mentee("s1")])
    mentors, mentees = [mentor("m1", 3), mentor("m2", 5)], [mentee("s1"), mentee("s2", 3)]
    result = rmatch.rematch(before, mentors, mentees)
    assert result.kept == (("m1", "s1"),)
    assert words(result) == {"s2": "s2: joined; m2 joined, nobody else moves"}
    moved = rmatch.rematch(before, mentors, mentees, max_changes=math.inf)
    assert moved.given_up == 1
    assert words(moved) == {
        "s1": "s1: goes from m1 to m2, as s2 gets m1",
        "s2": "s2: joined; m1 was next, s1 moves for it",
    }


def test_a_change_for_a_better_whole_says_what_it_brings():
    """Nobody takes the partner given up: the gain is the reason."""
    mentors, mentees = [mentor("m1", 3), mentor("m2", 5)], [mentee("s1")]
    result = rmatch.rematch([("m1", "s1")], mentors, mentees, max_changes=1)
    assert words(result) == {
        "s1": "s1: goes from m1 to m2; the change brings 0.40 in all",
        "m1": "m1: s1 moved; nobody was next",
    }


def test_what_is_declined_does_not_come_back():
    """The next best steps in; the declined pair is forbidden, also in the next round."""
    mentors, mentees = [mentor("m1"), mentor("m2", 4)], [mentee("s1")]
    before = rmatch.match(mentors, mentees)
    result = rmatch.rematch(before, states={("m1", "s1"): "declined"})
    assert words(result)["s1"] == ("s1: the pair was declined (m1); m2 was next, nobody else moves")
    again = rmatch.rematch(result, drop=["m2"])
    assert len(again.matching) == 0
    assert words(again) == {"s1": "s1: m2 left; nobody was next, nobody else moves"}


def test_a_pair_that_breaks_a_safety_rule_now_is_ended():
    """Safety is checked again whatever the state: a locked pair is ended too, and it is told."""
    mentors, mentees = [mentor("m1"), mentor("m2", 4)], [mentee("s1")]
    result = rmatch.rematch(
        {("m1", "s1"): "locked"}, mentors, mentees, rules=[Conflicts([("s1", "m1")])]
    )
    assert result.ended[0].reason.value == "safety rule"
    assert words(result)["s1"] == (
        "s1: m1, the safety rule “the two are not on the list of conflicts” forbids the pair now; "
        "m2 was next, nobody else moves"
    )


def test_one_of_somebodys_pairs_breaks_a_rule_now():
    """Of two pairs of one mentor, the right one is ended."""
    mentees = [mentee("s1"), mentee("s2")]
    earlier, rules = [("m1", "s1"), ("m1", "s2")], [Conflicts([("m1", "s1")])]
    result = rmatch.rematch(earlier, [mentor("m1", capacity=2)], mentees, rules=rules)
    assert [(pair.mentee, pair.reason.value) for pair in result.ended] == [("s1", "safety rule")]
    assert result.kept == (("m1", "s2"),)


def test_a_veto_is_never_named():
    """What ended the pair stays private."""
    mentors = [mentor("m1")]
    mentees = [mentee("s1", vetoes="m1")]
    result = rmatch.rematch([("m1", "s1")], mentors, mentees, rules=[Vetoes()])
    assert words(result)["s1"].startswith("s1: m1, not eligible any more; nobody was next")
    assert "veto" not in json.dumps(result.to_dict())


def test_a_rule_ends_a_pair_and_a_lock_outranks_it():
    """Another rule forbids the pair now; a lock keeps it with a warning (§C6)."""
    mentors, mentees = [mentor("m1", level=5) | {"level": 3}], [mentee("s1") | {"level": 3}]
    rules = [SeniorityGap(1)]
    result = rmatch.rematch([("m1", "s1")], mentors, mentees, rules=rules)
    assert "1 level above" in words(result)["s1"]
    with pytest.warns(UserWarning, match="kept although it breaks"):
        kept = rmatch.rematch({("m1", "s1"): "locked"}, mentors, mentees, rules=rules)
    assert kept.kept == (("m1", "s1"),)
    assert kept.words == "Nothing changes: the 1 pair goes on."


def test_a_minimum_score_can_end_a_pair():
    """The rule that only knows the score is named."""
    result = rmatch.rematch(
        [("m1", "s1")], [mentor("m1", 1)], [mentee("s1")], rules=[MinimumScore(0.5)]
    )
    assert result.ended[0].reason.value == "rule"
    assert "0.5" in result.ended[0].words


def test_locks_of_the_earlier_matching_stay_locks():
    """A lock survives a re-match, and goes with its people."""
    mentors, mentees = [mentor("m1", 2), mentor("m2", 5)], [mentee("s1")]
    before = rmatch.match(mentors, mentees, rules=[LockedPairs([("m1", "s1")])])
    result = rmatch.rematch(before, max_changes=math.inf)
    assert result.kept == (("m1", "s1"),)
    assert rmatch.rematch(result, drop=["m1"]).matching.partners("s1") == ("m2",)


def test_fewer_places_end_as_few_pairs_as_they_must():
    """A smaller capacity is met by giving up one pair, the one that is worth least."""
    mentors = [mentor("m1", capacity=1)]
    mentees = [mentee("s1", 5), mentee("s2", 5, skills={"AI": 4})]
    result = rmatch.rematch([("m1", "s1"), ("m1", "s2")], mentors, mentees)
    assert result.kept == (("m1", "s1"),)
    assert result.given_up == 1
    assert words(result) == {"s2": "s2: gives up m1, as the limits allow no more"}


@pytest.mark.parametrize("given", [True, False])
@pytest.mark.parametrize("left", [["s1"], ["s1", "s2"], ["m1", "m2"], ["m1", "m2", "s1", "s2"]])
def test_the_last_one_with_a_value_or_all_of_a_side_may_leave(left, given):
    """No column is misspelt because whoever had something in it left."""
    mentors = [mentor("m1", site="Oslo"), mentor("m2", 4)]
    mentees = [mentee("s1", site="Oslo"), mentee("s2", 3)]
    before = rmatch.match(mentors, mentees, rules=[Same("site", missing="pass")])
    today = (mentors, mentees) if given else ()
    result = rmatch.rematch(before, *today, drop=left)
    assert not {one for pair in result.matching.pairs for one in (pair.mentor, pair.mentee)} & {
        *left
    }
    assert len(result.matching) == (1 if left == ["s1"] else 0)
    assert all(pair.reason.value == "left" for pair in result.ended)
    again = rmatch.rematch(result, mentors, mentees)
    assert len(again.matching) == 2


@pytest.mark.parametrize("points", [0, 1, 2.5, "x", True])
def test_a_frontier_needs_two_points(points):
    result = rmatch.rematch([("m1", "s1")], [mentor("m1", 3), mentor("m2")], [mentee("s1")])
    with pytest.raises(rmatch.InvalidInputError, match=f"points={points!r}; None or a whole"):
        result.frontier(points=points)
    assert len(result.frontier(points=2).points) == 2


def test_a_budget_is_written_into_the_record():
    """The rules of the new problem say what the matching is the best under."""
    mentors, mentees = [mentor("m1", 3), mentor("m2", 5)], [mentee("s1")]
    result = rmatch.rematch([("m1", "s1")], mentors, mentees, price=0.1, max_changes=1)
    described = [rule.describe() for rule in result.matching.problem.rules]
    assert described == [
        "at most 0 of the 1 previous pairs given up",
        "at most 1 of the 1 previous pairs given up",
    ]
    assert result.matching.objective == pytest.approx(1 - 0.1)
    assert result.matching.score == 1
    next_rules = rmatch.rematch(result, max_changes=math.inf).matching.problem.rules
    assert next_rules == ()


def test_the_answer_leaves_as_plain_data():
    """A dict for JSON, a table, and the frontier, all from one result."""
    mentors, mentees = [mentor("m1", 3), mentor("m2", 5)], [mentee("s1")]
    result = rmatch.rematch([("m1", "s1")], mentors, mentees)
    assert result.to_dict()["kept"] == [["m1", "s1"]]
    json.dumps(result.to_dict())
    front = result.frontier()
    assert [(p.changes, p.objective) for p in front.points] == [(0, pytest.approx(0.6)), (1, 1.0)]
    assert "1 change would raise it to 1" in front.words
    moved = rmatch.rematch([("m1", "s1")], mentors, mentees, max_changes=1)
    assert list(moved.to_frame("pandas")["person"]) == ["s1", "m1"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"max_changes": -1}, "max_changes=-1"),
        ({"max_changes": 1.5}, "max_changes=1.5"),
        ({"max_changes": math.nan}, "max_changes=nan"),
        ({"price": "x"}, "price='x'"),
        ({"states": [1]}, r"states=\[1\]; a dict"),
        ({"price": -0.1}, "price=-0.1"),
        ({"price": 1e12}, "for each of 1 pairs is more than sums can hold"),
        ({"price": 1e300}, "for each of 1 pairs is more than sums can hold"),
        ({"drop": ["nobody"]}, "nobody has the id 'nobody'"),
        ({"states": {("m1", "s1"): "gone"}}, "state 'gone'; allowed are"),
        ({"states": {"m1": "active"}}, "earlier pair 'm1'"),
    ],
)
def test_bad_input_is_one_clear_error(arguments, message):
    """What is wrong, and what is allowed."""
    with pytest.raises(rmatch.InvalidInputError, match=message):
        rmatch.rematch([("m1", "s1")], [mentor("m1")], [mentee("s1")], **arguments)


def test_people_are_needed():
    """Ids alone are no people, and neither is a bare matrix."""
    with pytest.raises(rmatch.InvalidInputError, match="needs mentors and mentees"):
        rmatch.rematch([("m1", "s1")])
    with pytest.raises(rmatch.InvalidInputError, match="previous=None; a list is needed"):
        rmatch.rematch(None)
    with pytest.raises(rmatch.InvalidInputError, match="bare matrix"):
        rmatch.rematch(rmatch.match_matrix([[1]]))


def test_the_checker_asks_safety_rules_about_known_pairs_too():
    """What a pair gains may be known from before; that it is safe is asked again."""
    sides = [mentor("m1", 4)], [mentee("s1")]
    known = np.array([True]), np.array([777])

    def faults(rule):
        problem = rmatch.Problem.of(
            *map(rmatch.read_roster, sides), rules=[rule], score=[TeachingCoverage()]
        )
        return [str(fault) for fault in check(problem, [(0, 0)], 777, known=known)]

    (fault,) = faults(Conflicts([("m1", "s1")]))
    assert "breaks the two are not on the list of conflicts" in fault
    assert faults(MinimumScore(0.9)) == []


@pytest.mark.parametrize(
    "asked",
    [
        {"rules": [Different("department")]},
        {"rules": [PartnerWish("department", "wish")]},
        {"rules": [ReleaseCap(2)]},
        {"score": [TeachingCoverage(), SharedInterests()]},
    ],
    ids=["pair rule", "wish", "unit", "score"],
)
def test_the_last_who_has_a_column_may_leave(asked):
    """The rule goes on, with nobody to judge; answers change people and rules."""
    has = {"department": "Law", "wish": "Law", "interests": "chess"}
    mentors = [mentor("a", 5, **has), mentor("b", 4), mentor("c", 3), mentor("d", 2)]
    mentees = [mentee("s"), mentee("t")]
    before = rmatch.match(mentors, mentees, **asked)
    after = rmatch.rematch(before, drop=["a"])
    again = rmatch.rematch(after, drop=["b"], states={("c", "s"): "locked"})
    assert again.matching.partners("s") == ("c",)
    for matching in (after.matching, again.matching):
        assert len(matching.pairs) == 2
        assert str(matching.rule_costs())
        audit = matching.audit([{"id": "c", "x": 1}, {"id": "s", "x": 2}])
        assert str(audit)
    with pytest.raises(rmatch.InvalidInputError, match="which nobody has"):
        rmatch.match(mentors[1:], mentees, **asked)


def test_what_the_last_had_is_known_however_people_stand():
    """A problem that is changed puts people in order again: by id, or shuffled."""
    people = [{**mentor(name), **mentee(name)} for name in "bcdefgh"]
    mentors = rmatch.read_roster([mentor("a", department="Law"), *people])
    problem = Problem.of(mentors, rmatch.read_roster(people), rules=[Different("department")])
    for seed in range(4):
        shuffled = problem.replace(seed=seed)
        stay = np.flatnonzero([name != "a" for name in shuffled.mentors.ids])
        left = shuffled.drawn(stay, np.arange(7))
        assert left.replace(seats=3).replace(seed=seed + 1).replace(seats=2).seats == 2
