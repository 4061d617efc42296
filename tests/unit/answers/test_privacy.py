"""Attempts to make an explanation leak what its reader may not know (§C11)."""

from __future__ import annotations

import json
from typing import Any

import pytest

import rmatch
from rmatch.rules import Conflicts, Different, PartnerWish, Predicate, Vetoes
from rmatch.scoring import Soft, StatedPreference, TeachingCoverage
from tests.unit.answers.programme import MENTEES, MENTORS, programme

PRIVATE = ("veto", "access", "quiet", "captions", "birth", "1999", "1967", "years", "eligible (")


def told(answer: Any) -> str:
    """Everything an answer says: data, words, table, repr."""
    return json.dumps(answer.to_dict()) + str(answer) + repr(answer) + repr(answer.rows())


def every_answer(matching: rmatch.Matching, viewer: str) -> list[tuple[set[Any], Any]]:
    """All answers for a viewer, each with the people it is about."""
    found: list[tuple[set[Any], Any]] = []
    pairs = {(pair.mentor, pair.mentee) for pair in matching.pairs}
    for mentor in matching.mentor_ids:
        for mentee in matching.mentee_ids:
            ask = matching.why if (mentor, mentee) in pairs else matching.why_not
            found.append(({mentor, mentee}, ask(mentor, mentee, viewer=viewer)))
    for side, people, unmatched in (
        ("mentor", matching.mentor_ids, matching.unmatched_mentors),
        ("mentee", matching.mentee_ids, matching.unmatched_mentees),
    ):
        for person in people:
            answer = matching.alternatives(person, side=side, viewer=viewer)
            found.append(({person}, answer))
        found += [
            ({each.id}, matching.why_unmatched(each.id, side=side, viewer=viewer))
            for each in unmatched
        ]
    return found


@pytest.mark.parametrize("viewer", ["owner", "participant", "auditor"])
def test_nobody_is_told_of_vetoes_or_accessibility(viewer: str) -> None:
    """The rules, their columns and their values appear in no answer to anybody."""
    matching = programme()
    for _, answer in every_answer(matching, viewer):
        text = told(answer).lower()
        for secret in ("veto", "access", "quiet room", "captions"):
            assert secret not in text


def test_a_participant_reads_nothing_private() -> None:
    """No private field, no rule about ages, no word of needs."""
    for _, answer in every_answer(programme(), "participant"):
        text = told(answer).lower()
        for secret in PRIVATE:
            assert secret not in text


def test_a_participant_reads_of_nobody_else() -> None:
    """No id and no name of a third person, whichever question is asked."""
    matching = programme()
    names = {person["id"]: person["name"] for person in [*MENTORS, *MENTEES]}
    for about, answer in every_answer(matching, "participant"):
        text = told(answer)
        for person, name in names.items():
            if person not in about:
                assert person not in text
                assert name not in text


def test_a_participant_reads_no_costs_and_no_scores() -> None:
    """Costs are about other people; a total less the parts shown would tell the hidden ones."""
    for _, answer in every_answer(programme(), "participant"):
        data = answer.to_dict()
        for name in ("score", "cost", "worth", "waived_gain", "anyway"):
            assert data.get(name) is None
        assert not data.get("parts")
        assert not data.get("options")
        assert not data.get("holders")
        assert not data.get("remedies")


def test_a_veto_looks_like_any_rule_that_is_not_disclosed() -> None:
    """Who asks cannot tell a veto from the conflict list or from a rule of the programme's own."""
    mentees = [{**person, "vetoes": ""} for person in MENTEES]
    texts = []
    for people, rule in (
        (MENTEES, Vetoes()),
        (mentees, Conflicts(pairs=frozenset({("m-3", "s-1")}))),
        (mentees, Predicate(function=lambda mentor, mentee: mentor.id != "m-3")),
    ):
        matching = rmatch.match(MENTORS, people, rules=[rule])
        texts.append(told(matching.why_not("m-3", "s-1", viewer="participant")))
    assert len(set(texts)) == 1


def test_the_owner_is_not_told_what_overriding_a_veto_would_bring() -> None:
    """A pair that only a veto forbids is said to be impossible, and nothing more."""
    answer = rmatch.match(MENTORS, MENTEES, rules=[Vetoes()]).why_not("m-3", "s-1")
    assert answer.words == "Lu and Ben may not be paired under the rules of this programme."
    assert answer.waived_gain is None


def test_private_rules_as_wishes_stay_private() -> None:
    """A wish turned into a score part is a number without a name, for a participant nothing."""
    mentors = [{**person, "gender": "f"} for person in MENTORS]
    mentees = [{**person, "partner_gender": "f"} for person in MENTEES]
    score = [TeachingCoverage(weight=0.9), Soft(PartnerWish(), weight=0.1)]
    matching = rmatch.match(mentors, mentees, score=score)
    pair = matching.pairs[0]
    answer = matching.why(pair.mentor, pair.mentee)
    assert set(answer.parts) == {"teaching_coverage", "other"}
    for viewer in ("owner", "participant"):
        words = told(matching.why(pair.mentor, pair.mentee, viewer=viewer)).lower()
        assert not any(word in words for word in ("wish", "gender"))


def test_columns_that_are_not_known_count_as_private() -> None:
    """A column of the user's own may be about anything; a participant reads no value of it."""
    mentors = [{**person, "faith": "A"} for person in MENTORS]
    mentees = [{**person, "faith": "A"} for person in MENTEES]
    matching = rmatch.match(mentors, mentees, rules=[Different("faith")])
    assert "faith" in told(matching.why_not("m-1", "s-1"))
    assert "faith" not in told(matching.why_not("m-1", "s-1", viewer="participant"))


def test_a_partners_ranking_is_the_partners_own() -> None:
    """That the other wished for you is not told."""
    mentees = [{**MENTEES[0], "preferences": "m-1"}]
    score = [TeachingCoverage(), StatedPreference()]
    matching = rmatch.match(MENTORS, mentees, score=score)
    assert "wish" in told(matching.why("m-1", "s-1"))
    assert "wish" not in told(matching.why("m-1", "s-1", viewer="participant"))


def test_an_unknown_viewer_is_an_error() -> None:
    """A misspelt viewer must never fall back to the owner."""
    with pytest.raises(rmatch.InvalidInputError, match="'owner', 'participant', 'auditor'"):
        programme().why("m-1", "s-1", viewer="particpant")
