"""One person has one id, however it is spelled or typed (§C1); tables give it back as it was."""

from __future__ import annotations

import json
from datetime import date

import pandas as pd
import polars as pl
import pytest

import rmatch
from rmatch.living.acceptance import Event
from rmatch.living.log import PairLog
from rmatch.living.pair_health import PairEvent, health
from rmatch.reading import roster_to_records
from rmatch.rules import (
    ChangeBudget,
    Conflicts,
    LockedPairs,
    NotPrevious,
    NoTwoCycles,
    PeopleCount,
    ReleaseCap,
    ReportingLine,
    Same,
    Vetoes,
)

NFC, NFD = "Ren\u00e9", "Rene\u0301"  # the same name: one letter, or a letter and an accent


def match(mentors, mentees, *rules, **options):
    return rmatch.match(mentors, mentees, rules=rules, **options)


def junior(who, **more):
    return {"id": who, "skills": "AI:4", **more}


def senior(who, **more):
    return {"id": who, "goals": "AI:4", **more}


@pytest.mark.parametrize(("one", "other"), [(NFC, NFD), (NFD, NFC), (NFC, f"  {NFD} ")])
def test_nobody_is_paired_with_themself_in_another_spelling(one, other):
    assert len(match([junior(one)], [senior(other)])) == 0


def test_two_rows_with_one_id_in_two_spellings_are_an_error_that_names_both():
    with pytest.raises(rmatch.InvalidInputError, match=r"in rows 1, 3"):
        match([junior(NFC), junior("b"), junior(NFD)], [senior("c")])


@pytest.mark.parametrize(
    "rule",
    [
        Conflicts([(NFD, "s")]),
        NotPrevious([(NFD, "s")]),
        NotPrevious([("s", NFD)], either_way=True),
        ReportingLine(org={NFD: "s", "s": None}),
        ReportingLine(org={"s": None, NFD: None}, dotted=[("s", NFD)]),
        PeopleCount([NFD], most=0),
        ReleaseCap({NFD: 0}),
    ],
    ids=lambda rule: rule.name,
)
def test_rules_know_people_and_units_in_any_spelling(rule):
    assert len(match([junior(NFC, department=NFC)], [senior("s")], rule)) == 0


def test_columns_that_name_people_know_them_in_any_spelling():
    people = [junior(NFC)], [senior("s", vetoes=[NFD])]
    assert len(match(*people, Vetoes())) == 0
    people = [junior(NFC, manager=None)], [senior("s", manager=NFD)]
    assert len(match(*people, ReportingLine())) == 0
    people = [junior(NFC), junior("A")], [senior("s", preferences=[NFD])]
    score = [rmatch.scoring.StatedPreference()]
    assert match(*people, score=score).partners("s") == (NFC,)


def test_labels_and_headers_have_one_spelling():
    people = [junior("m", **{NFC: NFD})], [senior("s", **{NFD: NFC})]
    assert len(match(*people, Same(NFC))) == 1
    with pytest.raises(rmatch.InvalidInputError, match="two columns have one name"):
        rmatch.read_roster({"id": ["m"], NFC: ["a"], NFD: ["b"]})


def test_locks_budgets_and_earlier_pairs_know_people_in_any_spelling():
    people = [junior("a"), junior(NFC)], [senior("s")]
    assert match(*people, LockedPairs([(NFD, "s")])).partners("s") == (NFC,)
    assert match(*people, ChangeBudget([(NFD, "s")], most=0)).partners("s") == (NFC,)
    assert rmatch.rematch([(NFD, "s")], *people).kept == ((NFC, "s"),)
    found = rmatch.rematch(match(*people, LockedPairs([(NFC, "s")])), drop=[NFD])
    assert found.matching.partners("s") == ("a",)
    both = [
        {"id": who, "skills": f"{skill}:4", "goals": "A; B"}
        for who, skill in ((NFC, "A"), ("b", "B"))
    ]
    assert len(match(both, both, NoTwoCycles())) == 1
    assert len(match(both, both, NoTwoCycles([(NFD, "b")]))) == 2


def test_logs_and_events_know_people_in_any_spelling_and_type():
    with PairLog(":memory:") as log:
        log.record(Event("proposed", NFC, 7, date(2026, 3, 2)))
        log.record(Event("approved", NFD, 7.0, date(2026, 3, 3), by="Kim"))
        log.record(Event("accepted", NFC, "7", date(2026, 3, 4), by=NFD))
        assert log.standings()[NFC, "7"].accepted == (NFC,)
        assert log.leave(7, on=date(2026, 3, 5)) == ((NFC, "7"),)
    events = [PairEvent(who, 1, "started", date(2026, 3, 2)) for who in (NFC, NFD)]
    assert [(pair.mentor, pair.mentee) for pair in health(events, on=date(2026, 3, 3)).pairs] == [
        (NFC, "1")
    ]


@pytest.fixture
def numbered():
    mentors = pd.DataFrame({"id": [1, 2], "skills": ["AI:4", "AI:2"], "team": ["x", "y"]})
    mentees = pd.DataFrame({"id": [11, 12], "goals": ["AI:4", "AI:5"]})
    return mentors, mentees, rmatch.match(mentors, mentees)


def test_a_table_of_pairs_joins_the_table_that_people_came_from(numbered):
    mentors, _, matching = numbered
    pairs = matching.to_frame("pandas")
    assert pairs["mentor"].dtype == mentors["id"].dtype
    joined = pairs.merge(mentors, left_on="mentor", right_on="id")
    assert dict(zip(joined["mentor"], joined["team"], strict=True)) == {1: "x", 2: "y"}
    assert matching.to_frame("polars")["mentee"].dtype == pl.Int64
    assert {(row["mentor"], row["mentee"]) for row in matching.to_records()} == {(1, 11), (2, 12)}


def test_questions_take_ids_as_numbers_and_as_text(numbered):
    _, _, matching = numbered
    for mentor, mentee in ((1, 11), ("1", "11"), (1.0, 11.0)):
        assert str(matching.why(mentor, mentee)) == str(matching.why("1", "11"))
        assert str(matching.why_not(mentor, 12)) == str(matching.why_not("1", "12"))
        assert matching.partners(mentor) == ("11",)
        assert str(matching.alternatives(mentor)) == str(matching.alternatives("1"))
        assert matching.agreement(mentor, mentee).to_dict()
    with pytest.raises(rmatch.UnknownPersonError, match="nobody has the id 3"):
        matching.partners(3)
    with pytest.raises(rmatch.UnknownPersonError, match="11 is a mentee, no mentor"):
        matching.why(11, 1)


def test_rules_and_rematch_take_ids_as_numbers(numbered):
    mentors, mentees, matching = numbered
    for rule in (Conflicts([(1, 11)]), NotPrevious([(1, 11)])):
        assert match(mentors, mentees, rule).partners(1) == ("12",)
    assert match(mentors, mentees, LockedPairs([(1, 12)])).partners(12) == ("1",)
    gone = rmatch.rematch(matching, drop=[1])
    assert gone.matching.mentor_ids == ("2",)
    assert gone.matching.to_records()[0]["mentor"] == 2
    stored = rmatch.rematch([(row["mentor"], row["mentee"]) for row in matching.to_records()],
                            mentors, mentees)  # fmt: skip
    assert stored.kept == (("1", "11"), ("2", "12"))
    assert json.loads(json.dumps(matching.to_dict()))["pairs"][0]["mentor"] == "1"


def test_whole_numbers_stay_so_through_rosters_and_sides():
    rows = [{"id": 1, "role": "mentor"}, {"id": 2.0, "role": "both"}]
    mentors, mentees = rmatch.read_people(rows)
    assert mentors.given_ids == (1, 2)
    assert mentees.given_ids == (2,)
    assert roster_to_records(mentors)[0]["id"] == 1
    assert rmatch.read_roster(roster_to_records(mentors)).given_ids == (1, 2)
    assert rmatch.read_roster([{"id": 1}, {"id": "b"}]).given_ids == ("1", "b")
    assert rmatch.read_roster([{"id": "007"}]).given_ids == ("007",)
    assert rmatch.read_roster([{"id": True}]).given_ids == ("yes",)


def test_a_matrix_goes_by_position():
    matching = rmatch.match_matrix([[3, 1], [2, 2]])
    assert matching.partners(0) == (0, 0)
    with pytest.raises(rmatch.UnknownPersonError, match="mentors are 0 to 1"):
        matching.why("0", 0)
    with pytest.raises(rmatch.UnknownPersonError):
        matching.why(2, 0)
