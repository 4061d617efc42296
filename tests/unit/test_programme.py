"""Programmes as files: everything comes back as it was, and every slip is named."""

from __future__ import annotations

import pytest

import rmatch
from rmatch.objectives import OBJECTIVES
from rmatch.programme import (
    PROFILES,
    Programme,
    components,
    json_schema,
    profile,
    read_programme,
)
from rmatch.rules import (
    RULES,
    BurdenCap,
    ChangeBudget,
    Different,
    FairnessFloor,
    GroupBalance,
    LockedPairs,
    NotPrevious,
    PairShare,
    PairsIfAny,
    PairsPerPerson,
    PeopleCount,
    Priority,
    ReleaseCap,
    ReportingLine,
    SeatLimit,
    SeniorityGap,
    SeparatePartners,
)
from rmatch.scoring import PARTS, Convenience, CustomScore, TableScore
from tests.parameters import PART_OPTIONS, RULE_ARGUMENTS

COHORT = [
    BurdenCap(1),
    ChangeBudget([("a", "b")], most=1, penalty=0.2),
    FairnessFloor("site", ratio=0.7),
    GroupBalance("site"),
    LockedPairs([("a", "b")]),
    PairShare(Different("site"), least=0.5),
    PairsIfAny("mentors", 2),
    PairsPerPerson("mentees", most=2),
    PeopleCount(["a"], least=1),
    Priority("level"),
    ReleaseCap(2),
    ReleaseCap({"Sales": 1}),
    SeatLimit(4),
    SeparatePartners(["a", "b"]),
]
RULE_CASES = [
    RULES[name](*arguments, missing="pass")
    for name in RULES
    for arguments in RULE_ARGUMENTS.get(name, [()])
]
PART_CASES = [
    PARTS[name](**options, weight=0.3) for name in PARTS for options in PART_OPTIONS.get(name, [{}])
]


@pytest.mark.parametrize("rule", RULE_CASES + COHORT)
def test_rules_come_back_as_they_were(rule):
    """Every registered rule with every set of parameters survives TOML and JSON, exactly."""
    programme = Programme(rules=[rule])
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
    with pytest.raises(rmatch.InvalidInputError, match="this is not TOML"):
        read_programme(tmp_path / "broken.toml")
    with pytest.raises(rmatch.InvalidInputError, match=r"a programme is a \.toml or \.json file"):
        read_programme(tmp_path / "p.yaml")
    with pytest.raises(rmatch.InvalidInputError, match=r"no profile .inovation.*innovation"):
        profile("inovation")


def test_the_schema_knows_every_component():
    """Each rule and part is in the schema with its parameters."""
    schema = json_schema()
    listed = {
        each["properties"]["type"]["const"]: set(each["properties"])
        for kind in ("rules", "score")
        for each in schema["properties"][kind]["items"]["oneOf"]
    }
    assert set(listed) <= set(components())
    assert listed["SeniorityGap"] >= {"min_levels", "max_levels", "missing", "type"}
