"""What would be lost or misread in silence is told: in notes, in errors, on the command line."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

import rmatch
from rmatch.cli import main
from rmatch.living import RiskRules, checkin_plan, health, uplift
from rmatch.living.earlier import read_earlier
from rmatch.rules import (
    ChangeBudget,
    Clearance,
    Consent,
    PartnerWish,
    ReleaseCap,
    Vetoes,
    WorkingHoursOverlap,
)
from rmatch.scoring import StatedPreference, TableScore


def run(*arguments):
    """Run one command; return its exit code."""
    with pytest.raises(SystemExit) as end:
        main(arguments)
    return end.value.code or 0


START = date(2026, 3, 2)


@pytest.mark.parametrize("objective", ["leximin", "max_min", "nash", "stable", "total_score"])
def test_who_has_nobody_is_shown_for_every_objective(objective, tmp_path, monkeypatch, capsys):
    """What a change would bring is told in score; other objectives have the cause alone."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "p.csv").write_text(
        "id,role,level,skills,goals\nm1,mentor,1,AI:4,\ns1,mentee,5,,AI:4\ns2,mentee,1,,AI:4\n"
    )
    asked = ["match", "p.csv", "--seniority-gap", "2", "--objective", objective]
    assert run(*asked, "--report", "r.html") == 0
    out = capsys.readouterr().out
    assert "s2" in out
    assert "r.html" in out


def test_pairs_whose_people_left_are_named(tmp_path, monkeypatch, capsys):
    """A mentor who keeps another mentee is told of the one who left."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "p.csv").write_text(
        "id,role,skills,goals,capacity\nm1,mentor,AI:5,,2\ns1,mentee,,AI:5,\ns2,mentee,,AI:5,\n"
    )
    assert run("match", "p.csv", "--out", "old.csv", "--quiet") == 0
    asked = ["rematch", "p.csv", "--previous", "old.csv", "--drop", "s1", "--out", "new.csv"]
    assert run(*asked) == 0
    assert "m1 with s1: s1 left" in capsys.readouterr().out


def test_columns_that_protect_and_that_no_rule_reads():
    """On the command line these rules are added; in Python somebody has to ask for them."""
    mentors = [{"id": "m", "skills": "AI:4", "vetoes": "s", "consent": "no"}]
    mentees = [{"id": "s", "goals": "AI:4", "consent": "no"}]
    (note,) = rmatch.match(mentors, mentees).notes
    assert note == (
        "no rule reads 'vetoes' and 'consent'; Vetoes() and Consent() would, in rules=[...]"
    )
    notes = rmatch.match(mentors, mentees, rules=[Vetoes(max_share=1), Consent()]).notes
    assert not [said for said in notes if "no rule reads" in said]


def test_vetoes_that_name_nobody_are_counted():
    """Not whom they name: that is private."""
    mentors = [{"id": "m", "skills": "AI:4", "vetoes": "S; t"}, {"id": "t", "skills": "AI:2"}]
    matching = rmatch.match(mentors, [{"id": "s", "goals": "AI:4"}], rules=[Vetoes()])
    assert "1 veto names somebody who is on no roster" in matching.notes
    both = [{"id": "m", "skills": "AI:4", "goals": "SQL:3", "vetoes": "S"}]
    once = rmatch.match(both, both, rules=[Vetoes()]).notes
    assert "1 veto names somebody who is on no roster" in once


def test_wishes_that_no_part_reads_or_that_name_nobody():
    mentors = [{"id": "m", "skills": "AI:4", "preferences": "s; Dr. S"}]
    mentees = [{"id": "s", "goals": "AI:4", "preferences": "m"}]
    unread = "no score part reads 'preferences'; StatedPreference() would, in score=[...]"
    strange = "1 wish names somebody who is on no roster"
    notes = rmatch.match(mentors, mentees).notes
    assert unread in notes
    assert strange not in notes
    notes = rmatch.match(mentors, mentees, score=[StatedPreference()]).notes
    assert unread not in notes
    assert strange in notes
    mentors[0]["preferences"] = "s"
    assert not rmatch.match(mentors, mentees, score=[StatedPreference()]).notes


def test_sides_that_may_be_swapped():
    junior, senior = {"id": "a", "skills": "AI:4"}, {"id": "s", "skills": "Law:4", "goals": "AI:4"}
    asks = "no mentee has a goal, and mentors have: are the sides swapped?"
    assert asks in rmatch.match([senior], [junior]).notes
    assert asks not in rmatch.match([junior], [senior]).notes
    report = rmatch.reading.check_people(mentors=[senior], mentees=[junior])
    assert asks in [str(warning) for warning in report.warnings]


def test_nine_to_five_is_no_night_shift():
    """Twenty hours into the next day are a slip; eight are not."""
    with pytest.raises(rmatch.InvalidInputError, match="'9-5' are 20 hours, to the next day"):
        rmatch.read_roster([{"id": "x", "working_hours": "9-5"}])
    with pytest.raises(rmatch.InvalidInputError, match=r"'09:00-09:00' are 24 hours.* 00:00-24:00"):
        rmatch.read_roster([{"id": "x", "working_hours": "09:00-09:00"}])
    night = rmatch.read_roster([{"id": "x", "working_hours": "22:00-06:00"}])
    assert night[0].working_hours == "22:00-06:00"
    matching = rmatch.match([{"id": "m", "skills": "AI"}], [{"id": "s", "goals": "AI"}])
    with pytest.raises(rmatch.InvalidInputError, match="hours='9-5'"):
        checkin_plan(matching, start=START, weeks=1, sessions=1, hours="9-5")
    assert WorkingHoursOverlap(1).describe() == "working hours overlap by at least 1 minute"


def test_slots_without_a_meaning_are_refused():
    """Who states slots is only booked in them, so they need one; ``{}`` leaves them out."""
    slots = {"slots": "wed am"}
    matching = rmatch.match(
        [{"id": "m", "skills": "AI", **slots}], [{"id": "s", "goals": "AI", **slots}]
    )
    with pytest.raises(rmatch.InvalidInputError, match=r"slots= does not say .*\['wed am'\]"):
        checkin_plan(matching, start=START, weeks=1, sessions=1)
    assert len(checkin_plan(matching, start=START, weeks=1, sessions=1, slots={}).sessions) == 1


def test_numbers_of_numpy_are_numbers():
    matching = rmatch.match([{"id": "m", "skills": "AI"}], [{"id": "s", "goals": "AI"}])
    plan = checkin_plan(matching, start=START, weeks=np.int64(4), sessions=np.int64(2))
    assert len(plan.sessions) == 2
    with pytest.raises(rmatch.InvalidInputError, match=r"^weeks='4'; a whole number[^;]*$"):
        checkin_plan(matching, start=START, weeks="4", sessions=2)


def test_limits_of_risk_are_numbers():
    with pytest.raises(rmatch.InvalidInputError, match=r"contact=-3; .*session='30'"):
        RiskRules(days_to_first_session="30", days_without_contact=-3)
    started = {"mentor": "a", "mentee": "s", "kind": "started", "on": "2026-03-02"}
    rules = RiskRules(days_to_first_session=30.5)
    assert health([started], on="2026-04-20", rules=rules).pairs[0].risks


def test_people_without_a_stratum_are_named():
    outcome = {f"p{n}": n % 3 == 0 for n in range(12)}
    one, other = [f"p{n}" for n in range(6)], [f"p{n}" for n in range(6, 12)]
    with pytest.raises(rmatch.InvalidInputError, match=r"strata is missing for p0, .*12 people"):
        uplift(outcome, treated=one, control=other, strata={f"P{n}": 0 for n in range(12)})


def test_a_budget_of_changes_is_loosened_in_few_steps():
    """Each step is solved anew, so of a hundred pairs there are seven, to all of them."""
    budget = ChangeBudget([(f"m{n}", f"s{n}") for n in range(100)], most=0)
    assert [step.most for step in budget.loosened()] == [1, 3, 7, 15, 31, 63, 100]


def test_a_stored_matching_and_states_in_capitals(tmp_path):
    """What ``to_dict`` gives serves as the earlier pairs, and a file may say Declined."""
    mentors, mentees = [{"id": "m", "skills": "AI"}], [{"id": "s", "goals": "AI"}]
    stored = rmatch.match(mentors, mentees).to_dict()
    assert rmatch.rematch(stored, mentors, mentees).kept == (("m", "s"),)
    (tmp_path / "old.csv").write_text("mentor,mentee,state\nm,s,Declined\n")
    assert read_earlier(tmp_path / "old.csv") == {("m", "s"): "declined"}


def test_earlier_pairs_lose_the_point_that_a_program_wrote(tmp_path):
    """A merge with a gap makes 101.0 of 101, in the file of pairs as in that of people."""
    (tmp_path / "old.csv").write_text("mentor,mentee\n101.0,7.0\n102.0,8.0\n", encoding="utf-8")
    assert set(read_earlier(tmp_path / "old.csv")) == {("101", "7"), ("102", "8")}


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: rmatch.read_people([{"id": "a", "role": "mentor"}]), "mentees: nobody is on this"),
        (lambda: rmatch.read_roster("x" * 300 + ".csv"), "cannot be read: File name too long"),
        (lambda: rmatch.Programme.from_toml('objective=["a"]'), r"no objective \['a'\]"),
        (lambda: rmatch.Programme.from_toml("a=" + "[" * 100_000), "this is not TOML"),
        (lambda: rmatch.Programme.from_json("[" * 100_000), "this is not JSON"),
        (lambda: rmatch.Programme.from_json(None), "None is no text of JSON"),
        (lambda: rmatch.Programme.from_json('{"seats": 1, "seats": 2}'), "each name once"),
        (lambda: matched().audit({"m": {"kind": "a"}}, seed=-1), "seed=-1"),
        (lambda: matched().audit({"m": {"kind": "a"}}, shuffles=True), "shuffles=True"),
        (lambda: matched([PartnerWish("gendr")]), "the column 'gendr', which nobody has"),
        (lambda: matched([ReleaseCap(1, "site", penalty=1e300)]), "beyond 64-bit integers"),
        (lambda: matched([Clearance(clearance=3)]), "clearance=3; the name of a column is needed"),
    ],
)
def test_what_cannot_be_is_told_where_it_is_given(make, words):
    """Never from inside a library."""
    with pytest.raises(rmatch.InvalidInputError, match=words):
        make()


def matched(rules=()):
    mentors = [{"id": "m", "skills": "AI", "site": "A", "partner_gender": "f"}]
    return rmatch.match(mentors, [{"id": "s", "goals": "AI", "site": "B"}], rules=list(rules))


def test_limits_beyond_all_pairs_are_none():
    assert len(matched([ReleaseCap(2**70, "site")])) == 1


def test_a_table_that_changes_afterwards_changes_nothing():
    table = {("A", "B"): 1.0}
    part = TableScore("site", "site", table)
    table["A", "B"] = 5
    assert part.table == {("A", "B"): 1.0}
