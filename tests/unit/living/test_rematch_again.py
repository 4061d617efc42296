"""What depends on who is there, or on the order of people, is right in a re-match too."""

from __future__ import annotations

import math
import random
from datetime import date

import pytest

import rmatch
from rmatch.living import checkin_plan
from rmatch.rules import Different, NotPrevious, ReportingLine, SeniorityGap


def test_a_newcomer_makes_a_repeat_forbidden_again() -> None:
    """Whoever met everybody may meet anybody again, until there is somebody new."""
    rng = random.Random(1)
    mentors = [{"id": f"m{n:03}", "skills": f"AI:{rng.randint(1, 5)}"} for n in range(40)]
    mentors[0]["skills"] = "AI:5"
    mentees = [{"id": f"s{n:03}", "goals": "AI:5"} for n in range(40)]
    met = NotPrevious([("m000", each["id"]) for each in mentees], until_all_seen=True)
    before = rmatch.match(mentors, mentees, rules=[met], solver="pricing")
    assert before.partners("m000")
    today = [*mentees, {"id": "s999", "goals": "SQL:1"}]
    after = rmatch.rematch(before, mentors, today).matching
    assert after.check() == []
    assert after.units == rmatch.match(mentors, today, rules=[met]).units


@pytest.mark.parametrize("soft", [False, True])
def test_a_repeat_is_allowed_when_the_other_leaves(soft: bool) -> None:
    mentors = [{"id": "m", "skills": "AI:4"}, {"id": "n", "skills": "SQL:1"}]
    mentees = [{"id": "s1", "goals": "AI"}, {"id": "s2", "goals": "AI"}]
    met = NotPrevious([("m", "s1")], until_all_seen=True)
    asked = {"score": [rmatch.scoring.TeachingCoverage(), met.soft()]} if soft else {"rules": [met]}
    before = rmatch.match(mentors, mentees, **asked)
    after = rmatch.rematch(before, drop=["s2"], max_changes=math.inf).matching
    assert after.units == rmatch.match(mentors, mentees[:1], **asked).units > 0


def test_locks_keep_the_order_that_a_seed_drew() -> None:
    """Positions of earlier pairs are those of the people whatever is asked for besides."""
    mentors = [{"id": f"m{n}", "skills": f"AI:{n + 1}"} for n in range(3)]
    mentees = [{"id": f"s{n}", "goals": "AI:5"} for n in range(3)]
    for seed in range(6):
        before = rmatch.match(mentors, mentees, seed=seed)
        pairs = {(pair.mentor, pair.mentee) for pair in before.pairs}
        stays = {pair for pair in pairs if pair[0] != "m0"}
        locked = {next(iter(stays)): "locked"}
        after = rmatch.rematch(before, drop=["m0"], states=locked)
        assert {*after.kept} == stays == {(p.mentor, p.mentee) for p in after.matching.pairs}
        assert after.given_up == 0


def test_a_rematch_answers_as_a_matching_does() -> None:
    """Audit, and whom to recruit, of people whose order a seed drew."""
    mentors = [
        {"id": f"m{n}", "skills": f"AI:{n % 5 + 1}; SQL:2", "site": "AB"[n % 2], "level": n % 4}
        for n in range(6)
    ]
    mentees = [
        {"id": f"s{n}", "goals": "AI:5; SQL:4", "site": "AB"[n % 2], "level": 3 + n % 3}
        for n in range(6)
    ]
    rules = [Different("site"), SeniorityGap(1)]
    before = rmatch.match(mentors, mentees, rules=rules, seed=7)
    after = rmatch.rematch(before, drop=["m2", "s3"], max_changes=math.inf).matching
    table = [{"id": person["id"], "site": person["site"]} for person in mentors + mentees]
    assert "site" in str(after.audit(table, attributes=["site"]))
    hires = after.recruit(n=3).hires
    total = after.score
    for hire in hires:
        assert hire.effect.score == pytest.approx(hire.score - total)
        total = hire.score


def test_a_head_that_was_guessed_may_turn_out_to_have_a_manager() -> None:
    """A manager on no roster counted as a head; now they sign up, and their own is known."""
    mentors = [{"id": "m", "skills": "AI:4", "manager": "zed"}]
    mentees = [{"id": "boss", "goals": "AI:4"}]
    before = rmatch.match(mentors, mentees, rules=[ReportingLine(unknown_managers="head")])
    assert len(before) == 1
    zed = {"id": "zed", "goals": "AI:2", "manager": "boss"}
    assert len(rmatch.rematch(before, mentors, [*mentees, zed]).matching) == 0


def test_who_did_not_sign_up_reports_to_those_who_did() -> None:
    mentors = [{"id": "m", "skills": "AI:4", "manager": "top"}, {"id": "top", "skills": "SQL:1"}]
    mentees = [{"id": "s", "goals": "AI:4", "manager": "m"}]
    others = [{"id": "x", "goals": "AI:4", "manager": "s"}]
    for line in (ReportingLine(), ReportingLine(unknown_managers="head")):
        found = rmatch.readiness(mentors, mentees, rules=[line], not_signed_up=others)
        assert [each.teachable for each in found.invitations] == [0]  # m is above x


def test_a_person_may_be_called_rooms() -> None:
    """And 4.1 hours are three times 82 minutes."""
    plan = {"start": date(2026, 3, 2), "weeks": 2}
    mentees = [{"id": "s1", "goals": "AI:4"}, {"id": "s2", "goals": "AI:4"}]
    rooms = rmatch.match([{"id": "rooms", "skills": "AI:4", "capacity": 2}], mentees)
    assert len(checkin_plan(rooms, sessions=2, rooms=1, **plan).sessions) == 4
    hours = rmatch.match([{"id": "m", "skills": "AI:4", "hours_per_month": 4.1}], mentees[:1])
    assert len(checkin_plan(hours, sessions=3, minutes=82, **plan).sessions) == 3
