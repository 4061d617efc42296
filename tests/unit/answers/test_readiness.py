"""Before solving and for the next round: supply and demand, stranded people, whom to recruit."""

from __future__ import annotations

import json
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

import rmatch
from rmatch.rules import (
    Different,
    NotPrevious,
    ReportingLine,
    SeatLimit,
    SeniorityGap,
    Vetoes,
)
from tests.unit.answers.programme import programme

MENTORS = [
    {"id": "m-1", "level": 2, "skills": "AI:4; SQL:2", "site": "Oslo", "languages": "English:C1"},
    {"id": "m-2", "level": 5, "skills": "AI:3", "site": "Rome", "trained": "yes"},
]
MENTEES = [
    {"id": "s-1", "level": 6, "goals": "AI:4", "site": "Oslo"},
    {"id": "s-2", "level": 6, "goals": "AI:5; SQL:4", "skills": "AI:3", "site": "Rome"},
    {"id": "s-3", "level": 4, "goals": "Python:3", "site": "Rome"},
    {"id": "s-4", "level": 1, "goals": "AI:3", "site": "Rome"},
]
RULES = [SeniorityGap(2)]


def test_skills_count_those_who_want_and_those_who_may_teach() -> None:
    """m-2 may teach nobody (the gap), so AI rests on m-1, who is above s-1 and s-2."""
    needs = {need.skill: need for need in rmatch.readiness(MENTORS, MENTEES, rules=RULES).skills}
    assert (needs["AI"].wanting, needs["AI"].able, needs["AI"].served) == (3, 1, 1)
    assert (needs["AI"].shortfall, needs["AI"].places, needs["AI"].level) == (2, 1, 4)
    assert (needs["Python"].able, needs["Python"].level, needs["Python"].shortfall) == (0, None, 1)


def test_stranded_people_come_with_the_rule_that_strands_them() -> None:
    """A rule that alone forbids all is named; where several are needed, none is."""
    stranded = rmatch.readiness(MENTORS, MENTEES, rules=RULES).stranded
    gap = "the mentee is at least 2 levels above the mentor"
    assert [(each.person, each.rules) for each in stranded] == [("s-4", (gap,)), ("m-2", (gap,))]
    both = rmatch.readiness(MENTORS[:1], [{**MENTEES[3], "site": "Oslo"}],
                            rules=[*RULES, Different("site")])  # fmt: skip
    assert both.stranded[0].rules == ()
    assert "several rules together" in both.words


def test_a_veto_that_strands_somebody_is_not_named() -> None:
    """Private rules are never the cause given."""
    mentees = [{**MENTEES[0], "vetoes": "m-1"}]
    answer = rmatch.readiness(MENTORS[:1], mentees, rules=[Vetoes()])
    assert answer.stranded[0].rules == ()
    assert "veto" not in (answer.words + json.dumps(answer.to_dict())).lower()


def test_goals_resting_on_mentors_add_up_to_the_goals_that_can_be_taught() -> None:
    """Every goal somebody may teach is shared among those who may."""
    answer = rmatch.readiness(MENTORS, MENTEES)
    taught = 0
    for mentee in rmatch.read_roster(MENTEES):
        for skill, goal in mentee.goals.items():
            now = mentee.skills.get(skill, 0)
            able = [m for m in rmatch.read_roster(MENTORS) if m.skills.get(skill, 0) > now]
            taught += bool(able) and goal.target > now
    assert sum(suit.goals for suit in answer.suitability) == pytest.approx(taught)
    assert [suit.trained for suit in answer.suitability if suit.mentor == "m-2"] == [True]


def test_people_who_did_not_sign_up_are_ranked_by_what_they_miss() -> None:
    """Those with the largest gaps first, with the goals that the mentors could teach."""
    others = [
        {"id": "x-1", "level": 6, "goals": "AI:4", "skills": "AI:3"},
        {"id": "x-2", "level": 6, "goals": "AI:4; Python:5"},
        {"id": "x-3", "level": 6, "goals": "AI:2", "skills": "AI:2"},
    ]
    answer = rmatch.readiness(MENTORS, MENTEES, rules=RULES, not_signed_up=others)
    found = [(each.person, each.goals, each.levels, each.teachable) for each in answer.invitations]
    assert found == [("x-2", 2, 9, 1), ("x-1", 1, 1, 1)]


def test_the_words_of_readiness_are_made_of_its_data() -> None:
    """The text is fixed as an example of the style."""
    answer = rmatch.readiness(MENTORS, MENTEES, rules=RULES)
    assert answer.words == (
        "2 mentors and 4 mentees: all rules allow 3 of 8 pairs. AI: 3 mentees want it, but only 1 "
        "could be taught it at once, by 1 mentor with 1 place. Python: 1 mentee wants it, and no "
        "mentor may teach it. 1 mentee has no eligible mentor: s-4 (“the mentee is at least 2 "
        "levels above the mentor”). 1 mentor has no eligible mentee: m-2 (“the mentee is at least "
        "2 levels above the mentor”). Most rests on m-1, who may teach 3 mentees."
    )
    assert json.loads(json.dumps(answer.to_dict()))["words"] == answer.words
    assert len(answer.to_frame("pandas")) == len(answer.skills)


@given(
    levels=st.lists(st.integers(1, 5), min_size=1, max_size=4),
    wanted=st.lists(st.integers(0, 4), min_size=1, max_size=4),
    places=st.integers(1, 2),
)
def test_served_is_the_most_that_any_choice_of_teachers_serves(levels, wanted, places) -> None:
    """The maximum flow against trying every set of mentees."""
    mentors = [
        {"id": f"m{at}", "skills": {"AI": level}, "capacity": places}
        for at, level in enumerate(levels)
    ]
    mentees = [
        {"id": f"s{at}", "goals": {"AI": 5}, "skills": {"AI": now} if now else {}}
        for at, now in enumerate(wanted)
    ]
    need = rmatch.readiness(mentors, mentees, scale="1-5").skills[0]
    best = 0
    for size in range(len(wanted) + 1):
        for group in combinations(wanted, size):
            # The strongest teachers for the strongest learners, place by place.
            seats = sorted([level for level in levels for _ in range(places)], reverse=True)
            fits = all(
                seat > now for seat, now in zip(seats, sorted(group, reverse=True), strict=False)
            )
            if fits and len(group) <= len(seats):
                best = max(best, size)
    assert need.served == best


def test_recruit_tells_skill_level_site_and_the_place_worth_most() -> None:
    """One more mentor for Python, in whichever site fits; the words state the data."""
    matching = rmatch.match(MENTORS, MENTEES, rules=RULES)
    answer = rmatch.recruit(matching, n=2)
    assert answer.hires[0].profile.gain == max(profile.gain for profile in answer.skills)
    assert answer.words.startswith("Now 1 of 4 mentees have a mentor. Most would be gained by")
    for hire in answer.hires:
        assert f"{hire.profile.skill} at level {hire.profile.level:g}" in answer.words
        assert hire.effect.words in answer.words
    assert json.loads(json.dumps(answer.to_dict()))["words"] == answer.words
    assert matching.recruit(n=2).words == answer.words


@pytest.mark.parametrize(
    "rule",
    [ReportingLine(), NotPrevious([("n", "t")], until_all_seen=True, among=[ReportingLine()])],
    ids=lambda rule: rule.name,
)
def test_a_newcomer_reports_to_nobody(rule) -> None:
    """The line of those who are there is known; who would come is below and above nobody."""
    mentors = [
        {"id": "m", "skills": "AI:4", "manager": "s"},
        {"id": "n", "skills": "SQL:3", "manager": "s"},
    ]
    mentees = [
        {"id": "s", "goals": "AI:4"},
        {"id": "t", "goals": "SQL:4", "manager": "s"},
    ]
    answer = rmatch.match(mentors, mentees, rules=[rule, ReportingLine()]).recruit(n=2)
    assert "a mentor who brings AI at level 4" in answer.words
    assert answer.hires[0].mentees == 2


def test_a_mentee_with_places_for_all_has_one_for_a_newcomer() -> None:
    """Both mentors fit then: nobody is displaced."""
    mentors, mentees = [{"id": "m", "skills": "AI:3"}], [{"id": "s", "goals": "AI:4"}]
    for seats, gain in ((None, 1.0), (2, 1.0), (1, 0.25)):  # with one seat, one replaces the other
        matching = rmatch.match(mentors, [{**mentees[0], "capacity": 2}], seats=seats)
        (hire,) = rmatch.recruit(matching, n=1).hires
        assert (hire.profile.gain, hire.score) == (gain, matching.score + gain)


def test_recruit_refuses_what_it_cannot_answer() -> None:
    """Participants, matrices and rules over many pairs are told why."""
    with pytest.raises(rmatch.InvalidInputError, match="viewer='owner'"):
        rmatch.recruit(programme(), viewer="participant")
    with pytest.raises(rmatch.InvalidInputError, match="no skills"):
        rmatch.recruit(rmatch.match_matrix([[1]]))
    with pytest.raises(rmatch.UnsupportedFeatureError, match="rules over many pairs"):
        rmatch.recruit(programme(SeatLimit(1)))
    with pytest.raises(rmatch.InvalidInputError, match="at least 1"):
        rmatch.recruit(programme(), n=0)


def test_coverage_first_is_told_as_people_and_score() -> None:
    """The bonus for a person matched never shows as a score."""
    matching = rmatch.match_matrix([[3, 5], [0, 2]], [[True, True], [False, True]],
                                   objective="coverage_first")  # fmt: skip
    answer = matching.why_not(0, 1)
    assert answer.words == (
        "Mentor 0 and Mentee 1 may be paired and would score 5. If they were, 2 fewer people would "
        "be matched, as Mentee 0 would be left without a mentor and Mentor 1 would be left without "
        "a mentee."
    )
    assert (answer.effect.people, answer.effect.score) == (-2, 0)
