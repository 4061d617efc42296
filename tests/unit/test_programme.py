"""Programmes as files: everything comes back as it was, and every slip is named."""

from __future__ import annotations

import jsonschema
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import rmatch
from rmatch.components import components
from rmatch.objectives import OBJECTIVES
from rmatch.programme import (
    PROFILES,
    Programme,
    json_schema,
    profile,
    read_programme,
)
from rmatch.rules import COHORT_RULES, RULES, NotPrevious, ReportingLine, SeniorityGap
from rmatch.scoring import PARTS, Convenience, CustomScore, TableScore
from tests.oracle.test_cohort import RULES as COHORT_STRATEGIES
from tests.parameters import PART_OPTIONS, RULE_ARGUMENTS

RULE_CASES = [
    RULES[name](*arguments, missing="pass")
    for name in RULES
    for arguments in RULE_ARGUMENTS.get(name, [()])
]
PART_CASES = [
    PARTS[name](**options, weight=0.3) for name in PARTS for options in PART_OPTIONS.get(name, [{}])
]


SLIPS = [
    ({"seats": "40"}, "seats: '40' is not a whole number"),
    ({"rules": {"type": "Consent"}}, "rules: {'type': 'Consent'} is not a list"),
    ({"rules": ["Consent"]}, "rules[0]: 'Consent' is not a table with the type of a pair rule or"),
    (
        {"rules": [{"type": "SeniorityGap", "min_levels": "2"}]},
        "rules[0].min_levels: '2' is not a number",
    ),
    (
        {"rules": [{"type": "SeniorityGap", "missing": "flagged"}]},
        "rules[0].missing: 'flagged' is not one of 'fail', 'pass', 'flag'",
    ),
    (
        {"rules": [{"type": "SeniorityGap", "min_level": 2}]},
        "rules[0]: SeniorityGap has no 'min_level' (did you mean 'min_levels'?)",
    ),
    (
        {"rules": [{"type": "LockedPairs", "pairs": [["m"]]}]},
        "rules[0].pairs[0]: ['m'] has not 2 entries",
    ),
    (
        {"rules": [{"type": "ReleaseCap", "most": {"Sales": "two"}}]},
        "rules[0].most: {'Sales': 'two'} is not a whole number or a table",
    ),
    (
        {"rules": [{"type": "SharedInterests"}]},
        "rules[0]: 'SharedInterests', which is no pair rule",
    ),
    (
        {"score": [{"type": "Soft", "rule": {"type": "SeatLimit", "most": 1}}]},
        "score[0].rule: 'SeatLimit', which is no pair rule",
    ),
    ({"objective": 3}, "no objective 3"),
    ({"synonyms": {"PowerBI": 2}}, "synonyms.PowerBI: 2 is not text"),
]


@pytest.mark.parametrize("rule", RULE_CASES)
def test_rules_come_back_as_they_were(rule):
    """Every registered rule with every set of parameters survives TOML and JSON, exactly."""
    programme = Programme(rules=[rule])
    assert Programme.from_toml(programme.to_toml()) == programme
    assert Programme.from_json(programme.to_json()) == programme


@pytest.mark.parametrize("name", sorted(COHORT_RULES))
@settings(max_examples=20)
@given(data=st.data())
def test_cohort_rules_come_back_as_they_were(name, data):
    """Every registered cohort rule with any parameters survives TOML and JSON, exactly."""
    programme = Programme(rules=[data.draw(COHORT_STRATEGIES[name])])
    assert Programme.from_toml(programme.to_toml()) == programme
    assert Programme.from_json(programme.to_json()) == programme


@pytest.mark.parametrize("part", PART_CASES)
def test_parts_come_back_as_they_were(part):
    """Every registered part with every set of parameters survives TOML and JSON, exactly."""
    programme = Programme(score=[part])
    assert Programme.from_toml(programme.to_toml()) == programme
    assert Programme.from_json(programme.to_json()) == programme


@pytest.mark.parametrize("objective", sorted(OBJECTIVES))
def test_objectives_come_back_by_name(objective):
    """An objective is written by its name."""
    programme = Programme(objective=objective)
    assert Programme.from_toml(programme.to_toml()).objective == objective


def test_a_whole_programme_comes_back():
    """Names, seats, seed, scale and synonyms too; None where the default is not."""
    programme = Programme(
        "Spring", "for everybody", [ReportingLine(org={"ceo": None, "vp": "ceo"})],
        [Convenience(site=None), TableScore("a", "b", {("x", "y"): 0.5})],
        "coverage_first", 40, 7, "0-7", {"PowerBI": "Power BI"},
    )  # fmt: skip
    assert Programme.from_toml(programme.to_toml()) == programme
    assert Programme.from_json(programme.to_json()) == programme


@pytest.mark.parametrize("name", PROFILES)
def test_profiles_read_and_match(name):
    """Every preset is a programme that matches people who have its data."""
    preset = profile(name)
    assert preset.name
    assert preset.about
    mentors = [
        {"id": f"m{n}", "level": 1 + n, "skills": {"AI": 4}, "goals": {"law": 3}, "site": "Oslo",
         "department": "IT", "interests": ["chess"], "values": {"pace": 3}, "consent": "yes",
         "timezone": "Europe/Paris", "manager": None}
        for n in range(2)
    ]  # fmt: skip
    mentees = [
        {**person, "id": f"s{n}", "level": 4, "skills": {"law": 4}, "goals": {"AI": 4},
         "site": "Rome", "department": "Law"}
        for n, person in enumerate(mentors)
    ]  # fmt: skip
    matching = preset.match(mentors, mentees)
    assert len(matching) == 2
    assert matching.check() == []


def test_every_slip_is_named_with_a_suggestion():
    """Unknown keys, misspelt components and parameters, wrong values: all in one error."""
    record = {
        "nmae": "x",
        "objective": "coverage",
        "rules": [
            {"type": "SenorityGap"},
            {"type": "SeniorityGap", "min_level": 2},
            {"type": "SeniorityGap", "min_levels": 3, "max_levels": 1},
            {"min_levels": 2},
        ],
        "score": [{"type": "Soft", "rule": {"type": "Diferent", "field": "site"}}],
    }
    with pytest.raises(rmatch.InvalidInputError) as caught:
        Programme.from_dict(record)
    found = [str(problem) for problem in caught.value.problems]
    assert found[0] == "unknown key 'nmae' (did you mean 'name'?)"
    assert "rules[0]: no component is called 'SenorityGap' (did you mean 'SeniorityGap'?)" in found
    assert "rules[1]: SeniorityGap has no 'min_level' (did you mean 'min_levels'?)" in found
    assert any(text.startswith("rules[2]: ") and "max_levels" in text for text in found)
    assert "rules[3]: {'min_levels': 2} has no 'type'" in found
    assert any("'Diferent'" in text for text in found)
    assert any(text.startswith("no objective 'coverage'") for text in found)


@pytest.mark.parametrize(
    "programme",
    [Programme(rules=[lambda mentor, mentee: True]), Programme(score=[CustomScore(max)])],
)
def test_python_code_cannot_be_written(programme):
    """A function has no place in a file, and the error says what to do."""
    with pytest.raises(
        rmatch.InvalidInputError, match="your own Python code and cannot be written"
    ):
        programme.to_dict()


def test_files_are_read_by_their_kind(tmp_path):
    """TOML and JSON files; anything else, or a broken one, is refused."""
    programme = Programme("Spring", rules=[SeniorityGap(2), NotPrevious([("a", "b")])])
    (tmp_path / "p.toml").write_text(programme.to_toml())
    (tmp_path / "p.json").write_text(programme.to_json())
    (tmp_path / "broken.toml").write_text("rules = [")
    assert read_programme(tmp_path / "p.toml") == read_programme(tmp_path / "p.json") == programme
    with pytest.raises(rmatch.InvalidInputError, match=r"^broken\.toml: this is not TOML"):
        read_programme(tmp_path / "broken.toml")
    (tmp_path / "slip.toml").write_text('[[rules]]\ntype = "SeniorityGapp"\n')
    with pytest.raises(rmatch.InvalidInputError, match=r"^slip\.toml: 1 problem") as caught:
        read_programme(tmp_path / "slip.toml")
    assert len(caught.value.problems) == 1
    with pytest.raises(rmatch.InvalidInputError, match=r"a programme is a \.toml or \.json file"):
        read_programme(tmp_path / "p.yaml")
    with pytest.raises(rmatch.InvalidInputError, match=r"no profile .inovation.*innovation"):
        profile("inovation")


def test_the_schema_knows_every_component():
    """Each rule and part is in the schema with its parameters."""
    defined = json_schema()["$defs"]
    listed = {
        case["if"]["properties"]["type"]["const"]: set(case["then"]["properties"])
        for kind in defined.values()
        for case in kind["allOf"]
    }
    assert set(listed) == set(components())
    assert listed["SeniorityGap"] >= {"min_levels", "max_levels", "missing", "type"}


@pytest.mark.parametrize(
    "programme",
    [Programme(rules=RULE_CASES), Programme(score=PART_CASES), *map(profile, PROFILES)],
)
def test_what_is_written_fits_the_schema(programme):
    """An editor with the schema has nothing to say about what rmatch writes."""
    jsonschema.Draft202012Validator.check_schema(json_schema())
    jsonschema.Draft202012Validator(json_schema()).validate(programme.to_dict())


@pytest.mark.parametrize(("record", "message"), SLIPS)
def test_the_schema_and_the_reader_refuse_the_same_slips(record, message):
    """Wrong types, misspelt parameters, components in the wrong place: one clear line each."""
    with pytest.raises(rmatch.InvalidInputError) as caught:
        Programme.from_dict(record)
    (problem,) = caught.value.problems
    assert str(problem).startswith(message)
    assert not jsonschema.Draft202012Validator(json_schema()).is_valid(record)


def test_numbers_of_numpy_are_written_as_numbers():
    """Counts often come out of a calculation; a file knows only plain numbers."""
    programme = Programme(name="x", seats=np.int64(4), rules=[SeniorityGap(np.float64(2))])
    assert Programme.from_json(programme.to_json()) == programme
    assert Programme.from_toml(programme.to_toml()) == programme


def test_what_is_no_programme_is_refused(tmp_path):
    """Nothing, other text and other bytes get one clear error."""
    with pytest.raises(rmatch.InvalidInputError, match="None is no programme"):
        Programme.from_dict(None)
    file = tmp_path / "programme.json"
    file.write_bytes(b"\xff\xfe")
    with pytest.raises(rmatch.InvalidInputError, match=r"programme\.json is not UTF-8 text"):
        rmatch.read_programme(file)
    with pytest.raises(rmatch.InvalidInputError, match="no profile None"):
        rmatch.profile(None)
    file.write_text('{"name": "x"}', encoding="utf-8-sig")
    assert rmatch.read_programme(file).name == "x"
