"""Circles in words, what they refuse, and what ties them to pairs."""

from __future__ import annotations

import numpy as np
import pytest

import rmatch
from rmatch.living import circles
from rmatch.living.circle_check import Members, check_circles
from rmatch.living.teams import Shape
from rmatch.rules import (
    Conflicts,
    Different,
    InformationBarrier,
    MinimumScore,
    ReportingLine,
    SeniorityGap,
    Vetoes,
)

SKILLS = ("AI", "SQL", "law", "sales", "video")


def roster(prefix, count, seed):
    rng = np.random.default_rng(seed)
    return [
        {
            "id": f"{prefix}{number}",
            "skills": {s: int(rng.integers(1, 6)) for s in rng.choice(SKILLS, 2, replace=False)},
            "goals": {s: {"target": 5} for s in rng.choice(SKILLS, 2, replace=False)},
            "department": f"d{rng.integers(3)}",
        }
        for number in range(count)
    ]


def test_circles_of_two_are_pairs():
    """One mentor with one mentee is the matching, by another road."""
    left, right = roster("m", 8, 1), roster("s", 9, 2)
    rules = [Different("department"), MinimumScore(0.2)]
    matching = rmatch.match(left, right, rules=rules)
    found = circles(left, right, rules=rules, mentors_per_circle=(1, 1), mentees_per_circle=(1, 1))
    assert found.objective == matching.objective
    assert found.status.value == "optimal"


def test_a_group_is_formed_for_the_group():
    """Two mentors who each lack what the other teaches score more together than the pairs' best."""
    left = [{"id": "m1", "skills": "AI:4"}, {"id": "m2", "skills": "SQL:4"}]
    right = [{"id": f"s{n}", "goals": "AI:4; SQL:4"} for n in range(3)]
    alone = circles(left, right, mentors_per_circle=(1, 1))
    both = circles(left, right)
    assert (alone.score, both.score) == (1.5, 3.0)
    assert both.circles[0].reasons[0] == "s0: AI from m1; SQL from m2"


def test_all_members_share_language_and_slots():
    """Each two share a language, all three do not; slots likewise; who states none is flagged."""
    left = [{"id": "m", "skills": "AI:4", "languages": "English; French", "slots": "mon; tue"}]
    right = [
        {"id": "s1", "goals": "AI:4", "languages": "English:C1", "slots": "mon"},
        {"id": "s2", "goals": "AI:4", "languages": "French:C1", "slots": "mon"},
        {"id": "s3", "goals": "AI:4", "languages": "English:A2; French:B2"},
    ]
    options = {"mentors_per_circle": (1, 1), "mentees_per_circle": (2, 3)}
    found = circles(left, right, **options, common_language="B2", common_slots=1)
    (circle,) = found.circles
    assert (circle.mentees, circle.language, circle.slots) == (("s2", "s3"), "French", ("mon",))
    assert circle.flags == ("s3 states no slots",)
    assert not circles(left, right, **options, common_slots=2, common_language="B2").circles
    with pytest.raises(rmatch.InvalidInputError, match="nobody has the column 'languages'"):
        circles([{"id": "m", "skills": "AI"}], [{"id": "s", "goals": "AI"}], common_language="B2")


@pytest.mark.parametrize(
    "rule",
    [
        Conflicts([("s0", "s1"), ("m0", "m1")]),
        Vetoes(),
        ReportingLine(unknown_managers="head"),
        InformationBarrier("department", [("A", "B")]),
    ],
    ids=lambda rule: rule.name,
)
def test_safety_holds_between_all_members(rule):
    """Two mentees, or two mentors, that a safety rule keeps apart never sit together."""
    apart = [{"vetoes": "s1", "department": "A", "manager": "s1"}, {"department": "B"}, {}, {}]
    right = [{"id": f"s{n}", "goals": "AI:4", **apart[n]} for n in range(4)]
    left = [{"id": "m", "skills": "AI:4"}]
    if rule.name == "information_barrier":
        for person in (*left, *right[2:]):
            person["department"] = "C"
    found = circles(left, right, rules=[rule], mentees_per_circle=(2, 4))
    assert not {"s0", "s1"} <= set(found.circles[0].mentees)
    assert found.score == 3
    teachers = [{**right[n], "id": f"m{n}", "skills": f"{'AI' if n else 'law'}:4"} for n in (0, 1)]
    teachers[0] |= {"vetoes": "m1", "manager": "m1", "goals": ""}
    both = {"mentors_per_circle": (2, 2), "mentees_per_circle": (1, 1), "rules": [rule]}
    learner = [{"id": "z", "goals": "AI:4; law:4", "department": "C"}]
    assert circles(teachers, learner, **both).circles == ()
    assert len(circles(teachers, learner, **both | {"rules": []}).circles) == 1


def test_causes_are_said():
    """Everybody in no circle is there with the cause."""
    left = [
        {"id": "m", "skills": "AI:4", "level": 2},
        {"id": "alone", "skills": "AI:4", "level": 7},
        {"id": "away", "skills": "AI:4", "level": 2, "capacity": 0},
    ]
    right = [{"id": f"s{n}", "goals": "AI:4", "level": 8 if n else 4} for n in range(3)]
    right += [{"id": "junior", "goals": "AI:4", "level": 1}]
    found = circles(
        left, right, rules=[SeniorityGap(2)], mentors_per_circle=(1, 1), mentees_per_circle=(2, 2)
    )
    said = {each.id: each.words for each in found.unplaced}
    assert said["away"] == "no place: capacity 0"
    assert said["alone"] == (
        "no eligible partner: the mentee is at least 2 levels above the mentor removes 4"
    )
    assert said["junior"].startswith("no eligible partner: ")
    (left_out,) = {"s0", "s1", "s2"} & set(said)
    assert said[left_out] == ("the best choice for all leaves them out; they could sit in circle 1")
    few = circles(left, right, rules=[SeniorityGap(2)], mentees_per_circle=(4, 4))
    assert {each.id: each.cause.name for each in few.unplaced}["s0"] == "NO_POSSIBLE_CIRCLE"
    assert few.words.startswith("no circles with 0 of 3 mentors and 0 of 4 mentees; score 0; ")


def test_nobody_to_sit_with_is_a_cause():
    """A mentee whom safety keeps from all others can be in no circle of two."""
    left = [{"id": "m", "skills": "AI:4"}]
    right = [{"id": f"s{n}", "goals": "AI:4"} for n in range(3)]
    rules = [Conflicts([("s0", "s1"), ("s0", "s2")])]
    found = circles(left, right, rules=rules, mentees_per_circle=(2, 3))
    assert [(each.id, each.cause.name) for each in found.unplaced] == [("s0", "NO_POSSIBLE_CIRCLE")]


def test_results_leave_as_tables_and_plain_data():
    """One row per person in a circle; the dict holds everything."""
    found = circles(roster("m", 4, 1), roster("s", 12, 2))
    rows = found.to_frame("pandas")
    placed = [person for each in found.circles for person in (*each.mentors, *each.mentees)]
    assert sorted(rows["person"]) == sorted(placed)
    assert found.to_dict()["circles"][0]["scores"] == dict(found.circles[0].scores)
    scores = sum(sum(each.scores.values()) for each in found.circles)
    assert found.score == pytest.approx(scores)


def test_the_input_order_decides_nothing():
    """The same people in another order sit in the same circles."""
    left, right = roster("m", 4, 3), roster("s", 9, 4)
    assert circles(left, right).to_dict() == circles(left[::-1], right[::-1]).to_dict()


def test_time_that_runs_out_leaves_a_bound():
    """A hopeless limit still gives checked circles, and a limit on what the best could be."""
    found = circles(
        roster("m", 7, 1), roster("s", 24, 2), mentors_per_circle=(1, 2), time_limit=0.001
    )
    assert found.objective <= found.bound
    best = circles(roster("m", 7, 1), roster("s", 24, 2), mentors_per_circle=(1, 2))
    assert found.objective <= best.objective <= found.bound
    assert best.status.value == "optimal"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"mentors_per_circle": (2, 1)}, r"mentors_per_circle=\(2, 1\); give \(least, most\)"),
        (
            {"mentees_per_circle": (0, 3), "common_slots": -1},
            "mentees_per_circle=.*common_slots=-1",
        ),
        ({"common_language": "B9"}, "common_language='B9'; allowed are A1"),
        ({"time_limit": "x"}, "time_limit='x'; allowed are"),
        ({"solver": "magic"}, "solver='magic'.*'auto', 'milp', 'cpsat'"),
        ({"rules": [rmatch.rules.LockedPairs([("m0", "s0")])]}, "circles know pair rules only"),
    ],
)
def test_bad_wishes_are_refused(options, message):
    """What cannot be done is said with the value and what is allowed."""
    with pytest.raises(rmatch.InvalidInputError, match=message):
        circles(roster("m", 3, 1), roster("s", 6, 2), **options)


def test_too_many_teams_say_what_to_do():
    """Teams that would not fit into memory are refused before they are made."""
    with pytest.raises(rmatch.UnsupportedFeatureError, match="mentors_per_circle="):
        circles(roster("m", 300, 1), roster("s", 600, 2))


def test_the_check_finds_every_kind_of_fault():
    """Circles that were tampered with do not pass."""
    left, right = roster("m", 4, 1), roster("s", 8, 2)
    right[0]["department"] = left[0]["department"]
    found = circles(left, right, rules=[Different("department"), Conflicts([("s2", "s3")])])
    problem, shape = found.problem, Shape((1, 1), (2, 3), "B2", 1)
    bad = [Members((0,), (0, 2, 3), None, ()), Members((0, 1), (0,), "French", ("mon",))]
    words = [str(each) for each in check_circles(problem, bad, shape, 0, 10**9)]
    for expected in (
        "mentor 0 has 2 places in circles",
        "mentee 0 has 2 places in circles",
        "the circle of m0: 'm0' with 's0' breaks a different department",
        "the circle of m0: 's2' and 's3' break the two are not on the list of conflicts",
        "the circle of m0, m1 has 2 mentors, not 1 to 1",
        "the circle of m0, m1 has 1 mentees, not 2 to 3",
        "the circle of m0 has 0 common slots, not 1",
        "the circle of m0 has the language None",
    ):
        assert expected in words
    assert words[-1].endswith("not 1000000000 as claimed")


@pytest.mark.parametrize("value", [1, "12", (2, 1), (0, 1), (1.0, 2.0), None])
def test_sizes_that_are_no_range_are_refused(value):
    """Sizes are two whole numbers; anything else is named with its value."""
    with pytest.raises(rmatch.InvalidInputError, match="mentors_per_circle="):
        circles([{"id": "m", "skills": "AI:4"}], [{"id": "s", "goals": "AI"}],
                mentors_per_circle=value)  # fmt: skip


@pytest.mark.parametrize("solver", ["milp", "cpsat"])
def test_the_order_of_rows_decides_nothing_not_even_between_equally_good_circles(solver):
    """Two kinds of people, all alike: nearly everything is a tie (§C4)."""
    mentors = [{"id": f"m{n}", "skills": f"S{n % 2}:4"} for n in range(6)]
    mentees = [{"id": f"s{n}", "goals": f"S{n % 2}:4"} for n in range(10)]
    rng = np.random.default_rng(1)
    found = set()
    for _ in range(3):
        rng.shuffle(mentors)
        rng.shuffle(mentees)
        formed = circles(mentors, mentees, mentees_per_circle=(1, 3), solver=solver).circles
        found.add(tuple((each.mentors, each.mentees) for each in formed))
    assert len(found) == 1
