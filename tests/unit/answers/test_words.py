"""Answers in words: their numbers are those of the data, and they read like sentences."""

from __future__ import annotations

import json
import re

import pytest

import rmatch
from rmatch.answers.wording import figure
from rmatch.rules import SeniorityGap, TeachingMargin
from tests.unit.answers.programme import programme


def numbers(words: str) -> list[str]:
    """All numbers in a text that are not part of an id."""
    return re.findall(r"(?<![\w-])\d+(?:\.\d+)?", words)


def test_why_tells_lessons_both_ways_and_the_runners_up() -> None:
    """The whole text is fixed, as an example of the style."""
    answer = programme().why("m-1", "s-1")
    assert str(answer) == (
        "Ana can teach Ben AI from level 1 to 4. That is 1 of 2 goals; Python stays open. "
        "In return, Ben can help Ana with Negotiation from level 0 to 3. Also in their favour: "
        "shared interests (chess and jazz) and convenience (same site, Oslo). The pair scores "
        "0.72: 0.46 from teaching coverage, 0.19 from return coverage, 0.04 from shared interests "
        "and 0.03 from convenience. Without this pair, the total would fall by 0.29. The next "
        "best mentor for Ben would be Kai (0.69 as a pair): the total would fall by 0.29, as Eve "
        "would go from Kai to Ana. The next best mentee for Ana would be Eve (0.46 as a pair): the "
        "total would fall by 0.29, as Ben would go from Ana to Kai."
    )


def test_the_numbers_of_why_are_those_of_the_matching() -> None:
    """Nothing explained contradicts the pair, its parts or the alternatives."""
    matching = programme()
    for pair in matching.pairs:
        answer = matching.why(pair.mentor, pair.mentee)
        assert answer.score == pair.score
        assert dict(answer.parts) == dict(pair.parts)
        stated = [pair.score, answer.worth, *pair.parts.values()]
        for option in (answer.next_mentor, answer.next_mentee):
            assert option is not None
            stated += [option.score, option.cost]
        known = {figure(value) for value in stated if value is not None}
        for lesson in (*answer.teaches, *answer.returns):
            known |= {f"{level:g}" for level in (lesson.now, lesson.reached, lesson.target)}
        known |= {str(len(answer.teaches)), *map(str, answer.goals)}
        assert set(numbers(answer.words)) <= known


def test_why_refuses_what_is_not_a_pair_and_says_whom_to_ask() -> None:
    """Asking why for two people who are not paired is an error that names why_not."""
    with pytest.raises(rmatch.InvalidInputError, match=r"not a pair; ask why_not\('m-1', 's-2'\)"):
        programme().why("m-1", "s-2")


def test_why_not_names_every_rule_that_forbids_the_pair() -> None:
    """All rules are told with what they found, and what waiving them would bring."""
    answer = programme().why_not("m-3", "s-3")
    assert [verdict.rule for verdict in answer.rules] == ["seniority_gap"]
    assert "“the mentee is at least 2 levels above the mentor” does not hold (the gap is -1)" in (
        answer.words
    )
    answer = programme().why_not("m-1", "s-3")
    assert "“the score is at least 0.2” does not hold (they would score 0)" in answer.words


def test_why_not_of_a_possible_pair_states_the_cost_and_who_moves() -> None:
    """The chain is told by the mentees who change."""
    answer = programme().why_not("m-1", "s-2")
    assert answer.words == (
        "Ana and Eve may be paired and would score 0.46. If they were, the total would fall by "
        "0.29, as Ben would go from Ana to Kai."
    )
    assert answer.cost is not None
    assert figure(answer.cost) == "0.29"
    assert [(move.person, move.was, move.now) for move in answer.moves] == [
        ("s-1", ("m-1",), ("m-2",))
    ]


def test_an_auditor_reads_the_verdict_of_every_disclosed_rule() -> None:
    """Rules that hold are listed too; private ones are not named even here."""
    answer = programme().why_not("m-1", "s-2", viewer="auditor")
    assert [(verdict.rule, verdict.allows) for verdict in answer.verdicts] == [
        ("seniority_gap", True),
        ("generation_gap", True),
        ("minimum_score", True),
    ]


def test_why_unmatched_counts_rules_and_proposes_the_smallest_change() -> None:
    """Causes come with counts; the change is a step of a rule or a place."""
    answer = programme().why_unmatched("m-3")
    assert answer.eligible == 0
    assert [(each.rule, each.count) for each in answer.removed_by] == [("seniority_gap", 3)]
    assert answer.remedies[0].kind == "loosen"
    assert answer.words.startswith(
        "Lu has no mentee. None of the 3 mentees meets every rule: 3 fail “the mentee is at least "
        "2 levels above the mentor”. If “the mentee is at least 0 levels above the mentor” were "
        "enough for Lu alone, Eve could be the mentee and the total would rise by 0.58."
    )


def test_why_unmatched_says_who_has_nothing_to_teach_or_to_learn() -> None:
    """Rules alone would leave the owner to find out that the sheet is empty there."""
    matching = rmatch.match(
        [{"id": "ana", "skills": "AI:5"}, {"id": "bo", "skills": "Art:4"}, {"id": "cy"}],
        [{"id": "eve", "goals": "AI:4"}, {"id": "fay"}, {"id": "gil", "goals": "Law; Tax"}],
        rules=[TeachingMargin()],
    )
    said = {who: matching.why_unmatched(who).gap for who in ("bo", "cy", "fay", "gil")}
    assert said == {
        "bo": "No mentee wants to learn any of the skills of bo",
        "cy": "cy states no skills",
        "fay": "fay states no goals",
        "gil": "No mentor has any of the skills that gil wants to learn",
    }
    assert matching.why_unmatched("fay").words.startswith("fay has no mentor. fay states no goals.")
    assert "states" not in matching.why_unmatched("fay", viewer="participant").words
    levels = [{"id": "ana", "level": 1}], [{"id": "eve", "level": 1}]
    nobody = rmatch.match(*levels, rules=[SeniorityGap(2)], score=[])
    assert nobody.why_unmatched("eve").gap == ""


def test_why_unmatched_refuses_somebody_who_is_matched() -> None:
    """The error says with whom."""
    with pytest.raises(rmatch.InvalidInputError, match="'s-1' is matched, with"):
        programme().why_unmatched("s-1")


def test_somebody_on_both_sides_needs_a_side() -> None:
    """An id that is a mentor and a mentee is ambiguous; the error says what to add."""
    matching = rmatch.match(
        [{"id": "a", "skills": "AI:4"}], [{"id": "a", "goals": "AI:2"}, {"id": "b", "goals": "AI"}]
    )
    with pytest.raises(rmatch.InvalidInputError, match="side='mentor' or side='mentee'"):
        matching.alternatives("a")
    assert matching.alternatives("a", side="mentee").options == ()
    answer = matching.why_not("a", "a")
    assert "both are one person" in answer.words
    assert answer.waived_gain is None


def test_people_of_one_name_are_told_apart_by_id() -> None:
    """Two people called Ana are shown with their ids, others by name alone."""
    matching = rmatch.match(
        [{"id": "m-1", "name": "Ana", "skills": "AI:4"}, {"id": "m-2", "name": "Ana"}],
        [{"id": "s-1", "name": "Ben", "goals": "AI:4"}],
    )
    assert "Ana (m-1) can teach Ben AI" in matching.why("m-1", "s-1").words


@pytest.mark.parametrize("person", ["m-9", "s-9"])
def test_unknown_people_are_an_error(person: str) -> None:
    """Every question about nobody says so."""
    with pytest.raises(rmatch.UnknownPersonError, match=person):
        programme().alternatives(person)


def test_answers_leave_as_json_and_tables() -> None:
    """to_dict is plain data with the words; to_frame has a row per option."""
    matching = programme()
    for answer in (
        matching.why("m-1", "s-1"),
        matching.why_not("m-1", "s-2"),
        matching.why_unmatched("m-3"),
        matching.alternatives("s-2", n=2),
    ):
        data = json.loads(json.dumps(answer.to_dict()))
        assert data["words"] == answer.words
    table = matching.alternatives("s-1", n=2).to_frame("pandas")
    assert table["partner"].tolist() == ["m-2"]
    assert table["cost"].tolist() == [matching.why_not("m-2", "s-1").cost]
