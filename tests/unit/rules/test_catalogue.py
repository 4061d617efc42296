"""The catalogue in the docs: every item, every rule, and no class that does not exist."""

from __future__ import annotations

import re
from pathlib import Path

from rmatch import objectives, rules, scoring

PAGE = (Path(__file__).parents[3] / "docs" / "concepts" / "rules.md").read_text(encoding="utf-8")
SCORES = (Path(__file__).parents[3] / "docs" / "concepts" / "scores.md").read_text("utf-8")
TABLE = [line for line in PAGE.splitlines() if re.match(r"\| C\d+ ", line)]
NAMED = set(re.findall(r"`([A-Z]\w+)", PAGE))


def test_every_item_of_the_catalogue_has_one_line():
    """C1 to C40, in order."""
    assert [line.split("|")[1].strip() for line in TABLE] == [f"C{n}" for n in range(1, 41)]


def test_every_registered_rule_is_on_the_page():
    """A new rule cannot be forgotten here."""
    assert {*rules.RULES, *rules.COHORT_RULES} <= NAMED


def test_every_score_part_is_on_the_page_of_scores():
    """With the weight of the default score, where it has one."""
    rows = dict(re.findall(r"(?m)^\| `(\w+)` \| ([\d.]+) \|", SCORES))
    parts = {type(part).__name__: part.weight for part in scoring.default_score()}
    assert {name: float(weight) for name, weight in rows.items()} == parts
    assert {*scoring.PARTS, "CustomScore"} <= set(re.findall(r"`([A-Z]\w+)", SCORES))


def test_every_class_on_the_page_exists():
    """Names in the table are names of rmatch."""
    known = {*rules.__all__, *scoring.__all__, *dir(objectives)}
    assert {name for name in NAMED if name not in known} == set()


def test_the_table_says_what_the_classes_say():
    """Safety and private rules, and what missing data does, are the classes' own."""
    for line in TABLE:
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        for name in re.findall(r"`([A-Z]\w+)", cells[2]):
            rule = rules.RULES.get(name)
            if rule is not None:
                assert rule.safety == ("safety" in cells[4]), name
                default = rule.__dataclass_fields__["missing"].default
                assert cells[5] not in ("fail", "flag", "pass") or cells[5] == default, name
