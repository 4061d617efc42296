"""The shipped survey: what is derived from it, recomputed here from the raw answers."""

from __future__ import annotations

import csv
from importlib.resources import files

import pytest

import rmatch
from rmatch.datasets import ATTRIBUTION, developer_survey, developer_survey_programme

DATA = files("rmatch.datasets")


@pytest.fixture(scope="module")
def answers():
    """The raw rows, by the id that people have."""
    with (DATA / "developer_survey.csv").open(encoding="utf-8") as file:
        return {f"R{int(row['ResponseId']):04}": row for row in csv.DictReader(file)}


@pytest.fixture(scope="module")
def sides():
    return developer_survey()


def words(row, question):
    """All names of a question, however many families ask it."""
    cells = [
        value
        for name, value in row.items()
        if name.endswith(question) and not name.startswith("CommPlatform")
    ]
    return {
        name.replace(":", "") for cell in cells for name in cell.split(";") if cell != "NA"
    }  # fmt: skip


def test_the_survey_is_whole(answers):
    """All 1,000 answers travel with the package."""
    assert len(answers) == 1000


def test_source_and_licence_travel_with_the_data():
    """The Open Database License asks for attribution with every copy."""
    source = (DATA / "developer_survey.md").read_text(encoding="utf-8")
    assert "Open Database" in source
    assert "ODbL" in source
    assert "ODbL" in ATTRIBUTION


def test_goals_are_wanted_and_not_yet_worked_with(sides, answers):
    """A goal is derived: nobody learns what they already use."""
    for person in (*sides[0], *sides[1]):
        row = answers[person["id"]]
        have = words(row, "HaveWorkedWith")
        assert set(person["skills"]) == have
        assert set(person["goals"]) == words(row, "WantToWorkWith") - have


def test_levels_follow_the_documented_ladder(sides, answers):
    """1 below 3 years, then 2, 3 from 7, 4 from 13, 5 from 21; a people manager is one higher."""
    for person in (*sides[0], *sides[1]):
        row = answers[person["id"]]
        years = float(row["WorkExp"])
        level = 1 if years < 3 else 2 if years < 7 else 3 if years < 13 else 4 if years < 21 else 5
        assert person["level"] == level + (row["ICorPM"] == "People manager")


def test_mentors_are_younger_and_less_senior(sides):
    """The direction of reverse mentoring: the middle may be on both sides, nobody else."""
    mentors, mentees = sides
    assert max(person["level"] for person in mentors) == 3
    assert min(person["level"] for person in mentees) == 3
    ages = [{person["age_band"][:2] for person in side} for side in sides]
    assert ages == [{"18", "25", "35"}, {"35", "45", "55", "65"}]
    both = {person["id"] for person in mentors} & {person["id"] for person in mentees}
    assert len(both) == 33


def test_mentors_take_as_many_as_their_level(sides):
    """Up to 3, an assumption of the demonstration; mentees have one mentor."""
    mentors, mentees = sides
    assert {(person["level"], person["capacity"]) for person in mentors} == {(1, 1), (2, 2), (3, 3)}
    assert all("capacity" not in person for person in mentees)


def test_a_freelancer_shares_a_workplace_with_nobody(sides, answers):
    """Alone is alone, also where another freelancer lives in the same country."""
    alone = [
        person["workplace"]
        for person in sides[1]
        if answers[person["id"]]["OrgSize"].startswith("Just me")
    ]
    assert len(alone) > 1
    assert len(set(alone)) == len(alone)


def test_callers_get_their_own_people():
    """Changing what was returned changes nothing for the next caller."""
    developer_survey()[0][0]["level"] = 99
    assert developer_survey()[0][0]["level"] != 99


def test_the_programme_gives_a_proven_and_checked_matching(sides):
    """The demonstration's main claim, by the certificate and not by the solver's word."""
    matching = rmatch.match(*sides, **developer_survey_programme())
    assert matching.certificate.verify(matching.problem)
    assert not matching.check()
    greedy = rmatch.solve(matching.problem, solver="greedy")
    assert greedy.units < matching.units
