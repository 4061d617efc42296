"""The reporting line of whole rosters: where it ends, and what is not known of it."""

from __future__ import annotations

import pytest

import rmatch
from rmatch.rules import ReportingLine


def test_unknown_managers_are_all_named():
    """Without the whole line, who is above whom is not known."""
    mentors = [{"id": "m", "skills": "AI", "manager": "x"}]
    mentees = [{"id": "s", "goals": "AI", "manager": "y"}]
    with pytest.raises(rmatch.InvalidInputError) as caught:
        rmatch.match(mentors, mentees, rules=[ReportingLine()])
    assert [str(problem).partition(" (")[0] for problem in caught.value.problems] == [
        "manager 'x' is on no roster",
        "manager 'y' is on no roster",
    ]
    rules = [ReportingLine(unknown_managers="head")]
    assert len(rmatch.match(mentors, mentees, rules=rules)) == 1


def test_several_people_without_a_manager_are_all_named():
    """One is the head; of several, it is not known who is above them."""
    mentors = [{"id": "m", "skills": "AI"}, {"id": "n", "skills": "AI", "manager": "s"}]
    mentees = [{"id": "s", "goals": "AI"}]
    with pytest.raises(rmatch.InvalidInputError) as caught:
        rmatch.match(mentors, mentees, rules=[ReportingLine()])
    assert [str(problem).partition(" (")[0] for problem in caught.value.problems] == [
        "'m' has no manager",
        "'s' has no manager",
    ]
    for stated in (
        ReportingLine(org={"m": None, "s": None}),
        ReportingLine(org={"m": "n"}),  # then s alone has none
        ReportingLine(unknown_managers="head"),
    ):
        matching = rmatch.match(mentors, mentees, rules=[stated])
        assert matching.partners("s") == (() if stated.org.get("m") else ("m",))


def test_a_side_without_the_column_is_not_safe_by_that():
    """A manager who is on a roster is known; whom the others of that side report to is not."""
    mentors = [{"id": "m", "skills": "AI"}, {"id": "n", "skills": "AI"}]
    mentees = [{"id": "s", "goals": "AI", "manager": "m"}]
    with pytest.raises(rmatch.InvalidInputError, match="'m' has no manager"):
        rmatch.match(mentors, mentees, rules=[ReportingLine()])
    matching = rmatch.match(mentors[:1], mentees, rules=[ReportingLine()])
    assert len(matching) == 0  # m, alone without a manager, is the head, and above s


def test_where_lines_end_is_noted():
    """Who counts as a head because nothing else is known is counted, not named."""
    mentors = [{"id": "m", "skills": "AI", "manager": "x"}, {"id": "n", "skills": "AI"}]
    mentees = [{"id": "s", "goals": "AI"}]
    matching = rmatch.match(mentors, mentees, rules=[ReportingLine(unknown_managers="head")])
    note = (
        "reporting lines end at 1 manager who is on no roster and at 2 people without a manager: "
        "nobody counts as above them"
    )
    assert note in matching.notes
    alone = rmatch.match(mentors[:1], mentees, rules=[ReportingLine(org={"x": "s"})])
    assert not [said for said in alone.notes if "reporting lines" in said]
