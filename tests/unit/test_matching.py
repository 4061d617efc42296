"""The result: what it holds, how it leaves, and that it says what it knows."""

from __future__ import annotations

import json
from dataclasses import asdict, replace

import pytest
from pydantic import TypeAdapter

import rmatch
from rmatch.rules import CommonLanguage, Conflicts, MinimumScore, SeniorityGap, Vetoes
from rmatch.schema import MatchingRecord, json_schema

MENTORS = [
    {"id": "m1", "name": "Mia", "level": 2, "skills": "AI:4; SQL:3", "goals": "law:4"},
    {"id": "m2", "name": "Max", "level": 1, "skills": "AI:3", "vetoes": "s2"},
    {"id": "m3", "name": "Moe", "level": 9, "skills": "AI:5"},
]
MENTEES = [
    {"id": "s1", "level": 6, "skills": "law:5", "goals": "AI:4*2; SQL:3"},
    {"id": "s2", "level": 5, "skills": "AI:2", "goals": "AI:4; Sailing"},
    {"id": "s3", "level": 1, "goals": "AI"},
]


@pytest.fixture
def matching():
    return rmatch.match(MENTORS, MENTEES, rules=[SeniorityGap(2), Vetoes()])


def test_pairs_come_with_score_parts_and_reasons(matching):
    """The parts of a pair add up to its score, and the reasons name what is taught."""
    assert [(pair.mentor, pair.mentee) for pair in matching.pairs] == [("m1", "s1")]
    for pair in matching.pairs:
        assert sum(pair.parts.values()) == pair.score
        assert pair.reasons[0].startswith("teaching coverage: AI, level ")
    assert matching.score == sum(pair.score for pair in matching.pairs)


def test_the_unmatched_have_causes(matching):
    """Everybody without a pair is told why, in words that name the rule."""
    causes = {person.id: person.words for person in matching.unmatched_mentees}
    assert causes["s3"] == (
        "no eligible partner: the mentee is at least 2 levels above the mentor removes 3"
    )
    (moe,) = (person for person in matching.unmatched_mentors if person.id == "m3")
    assert moe.cause.name == "NO_ELIGIBLE_PARTNER"
    assert moe.eligible == 0


def test_a_veto_is_never_named(matching):
    """A private rule counts without its name, in every way a result leaves (§C11)."""
    text = json.dumps(matching.to_dict()) + matching.summary() + matching._repr_html_()
    assert "veto" not in text.replace('"name": "vetoes"', "").lower()


def test_below_the_minimum_score_is_a_cause_of_its_own():
    """Somebody whom the rules allow, but only with weak pairs, is told so."""
    result = rmatch.match(MENTORS[1:2], MENTEES[:1], rules=[MinimumScore(0.9)])
    assert [person.cause.name for person in result.unmatched_mentees] == ["BELOW_MINIMUM_SCORE"]


def test_missing_data_is_flagged_for_review():
    """A rule that cannot be decided lets the pair pass and says so on it (§C10)."""
    mentors = [{**MENTORS[0], "languages": "English"}]
    result = rmatch.match(mentors, MENTEES[:1], rules=[CommonLanguage()])
    assert len(result.pairs[0].flags) == 1
    assert any("1 pair to review" in note for note in result.notes)


def test_notes_name_what_to_look_at(matching):
    """Goals that nobody can teach are in the summary, not in the way."""
    assert any(note.startswith("1 goal is nobody's skill") for note in matching.notes)
    assert "note: 1 goal" in matching.summary()
    assert "note" not in repr(matching)


def test_the_dict_follows_its_schema(matching):
    """What is stored validates against the published layout, and survives JSON."""
    record = matching.to_dict()
    read = TypeAdapter(MatchingRecord).validate_json(json.dumps(record))
    assert asdict(read) == json.loads(json.dumps(record))
    assert set(json_schema()["properties"]) == set(record)


def test_frames_come_in_the_asked_library(matching):
    """pandas, polars and pyarrow frames hold the same rows."""
    for backend in ("pandas", "polars", "pyarrow"):
        frame = matching.to_frame(backend)
        assert type(frame).__module__.startswith(backend)
        assert len(frame) == len(matching)
    with pytest.raises(rmatch.InvalidInputError, match="backend='excel'; allowed are pandas"):
        matching.to_frame("excel")


def test_the_graph_keeps_the_sides_apart():
    """One person on both sides is two nodes; edges are the pairs."""
    people = [{"id": "x", "skills": "AI:4", "goals": "law"}, {"id": "y", "skills": "law:5"}]
    result = rmatch.match(people, [{"id": "x", "goals": "law"}], scale="1-5")
    graph = result.to_networkx()
    assert set(graph) == {("mentor", "x"), ("mentor", "y"), ("mentee", "x")}
    assert [set(edge) for edge in graph.edges] == [{("mentor", "y"), ("mentee", "x")}]


def test_html_is_escaped():
    """A name with a script tag is shown, not run (§C14)."""
    evil = "<script>alert(1)</script>"
    result = rmatch.match([{"id": evil, "skills": "AI"}], [{"id": "s", "goals": "AI"}])
    assert evil not in result._repr_html_()
    assert "&lt;script&gt;" in result._repr_html_()


def test_partners_of_a_person(matching):
    """Partners are found from either side; an unknown id is an error that is a KeyError too."""
    for pair in matching.pairs:
        assert matching.partners(pair.mentor) == (pair.mentee,)
        assert matching.partners(pair.mentee) == (pair.mentor,)
    assert matching.partners("s3") == ()
    with pytest.raises(KeyError, match="nobody has the id 'nobody'"):
        matching.partners("nobody")


def test_a_matching_is_frozen(matching):
    """A result is a value."""
    with pytest.raises(AttributeError):
        matching.units = 0


def test_provenance_says_what_decided(matching):
    """Versions, rules with parameters, weights that sum to 1, data, seed and seconds."""
    record = matching.provenance
    assert [rule["name"] for rule in record["rules"]] == ["seniority_gap", "vetoes"]
    assert sum(part["weight"] for part in record["score"]) == pytest.approx(1)
    assert len(record["data"]) == 64
    assert set(record["seconds"]) == {"read", "prepare", "candidates", "solve", "check"}
    assert record["rmatch"] == rmatch.__version__


@pytest.mark.parametrize("function", [rmatch.solve, rmatch.compare])
def test_what_is_no_problem_is_refused_by_name(function):
    """A matching given instead of its problem, and anything else."""
    matching = rmatch.match_matrix([[1]])
    with pytest.raises(rmatch.InvalidInputError, match=r"type Matching; .* give its \.problem"):
        function(matching)
    with pytest.raises(rmatch.InvalidInputError, match="problem is of type int; a Problem is"):
        function(5)


def test_a_seed_shuffles_the_sides_apart():
    """Where everybody is alike, who is whose partner is chance, not the place in the list."""
    mentors = [{"id": f"m{at}", "skills": "AI:4"} for at in range(3)]
    mentees = [{"id": f"s{at}", "goals": "AI:3"} for at in range(3)]
    found = {rmatch.match(mentors, mentees, seed=seed).partners("m0") for seed in range(20)}
    assert found == {("s0",), ("s1",), ("s2",)}


def test_a_problem_is_made_of_rosters():
    """People as they came are named, with what reads them."""
    with pytest.raises(rmatch.InvalidInputError, match=r"mentors are of type list; a Roster"):
        rmatch.Problem.of([{"id": "m"}], [{"id": "s"}])


def test_a_slip_in_the_list_of_conflicts_is_noted():
    """A pair that names nobody forbids nothing, without a word before."""
    mentors, mentees = [{"id": "m", "skills": "AI:4"}], [{"id": "s", "goals": "AI:3"}]
    noted = [
        rmatch.match(mentors, mentees, rules=[Conflicts(pairs)]).notes
        for pairs in ([("m", "x")], [("m", "x"), ("x", "y"), ("m", "s")], [("m", "s")])
    ]
    assert noted == [
        ("1 of 1 pairs on the list of conflicts names somebody who is on no roster",),
        ("2 of 3 pairs on the list of conflicts name somebody who is on no roster",),
        (),
    ]


def test_the_table_of_pairs_has_names_where_people_have_them() -> None:
    """Beside the ids, in every form of the table; nothing where somebody has none, nor codes."""
    mentors = [{"id": 1, "name": "Ada", "skills": "AI"}, {"id": 2, "skills": "AI"}]
    mentees = [{"id": 8, "name": "Bo", "goals": "AI"}, {"id": 9, "name": "Cy", "goals": "AI"}]
    matching = rmatch.match(mentors, mentees)
    rows = matching.to_records()
    assert [(row["mentor"], row["mentor_name"]) for row in rows] == [(1, "Ada"), (2, None)]
    assert [row["mentee_name"] for row in rows] == ["Bo", "Cy"]
    assert list(rows[0]) == list(matching.to_frame("pandas").columns)
    assert list(rows[0])[:4] == ["mentor", "mentee", "mentor_name", "mentee_name"]
    aliases = {"mentors": ("P1", "P2"), "mentees": ("P3", "P4")}
    assert "mentor_name" not in replace(matching, aliases=aliases).to_records()[0]
    nameless = rmatch.match(mentors[1:], [{"id": 8, "goals": "AI"}])
    assert "mentor_name" not in nameless.to_frame("pandas").columns


def test_two_minimum_scores_are_counted_each_for_itself():
    """What the laxer one removes is not what the stricter one does."""
    mentors = [{"id": "m1", "skills": "AI:2"}, {"id": "m2", "skills": "AI:1"}]
    rules = [MinimumScore(0.3), MinimumScore(0.9)]
    matching = rmatch.match(mentors, [{"id": "s", "goals": "AI:5"}], rules=rules)
    (mentee,) = matching.unmatched_mentees
    assert mentee.removed_by == {"the score is at least 0.3": 1, "the score is at least 0.9": 2}


def test_the_weights_of_the_parts_are_printed():
    """A default score says what it is made of; one part alone needs no weight."""
    mentors = [{"id": "m", "skills": "AI:4", "goals": "law:3"}]
    mentees = [{"id": "s", "skills": "law:4", "goals": "AI:4"}]
    summary = rmatch.match(mentors, mentees).summary()
    assert "weights: teaching coverage 0.79, return coverage 0.21" in summary.splitlines()
    assert "weights" not in rmatch.match_matrix([[1.0]]).summary()
