"""How good strategies are, on real and synthetic people: ``python -m benchmarks.quality``.

Speed is measured by :mod:`benchmarks.run`; here only what is found. Every figure comes from
``rmatch.compare``, so that what is printed is what a user gets.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import fmean
from typing import Any

import numpy as np

import rmatch
from benchmarks import machine
from benchmarks.families import FAMILIES
from rmatch.comparison import Comparison
from rmatch.datasets import ATTRIBUTION, developer_survey, developer_survey_programme
from rmatch.intervals import bootstrap
from rmatch.problem import Problem
from rmatch.reading import read_sides
from rmatch.rules import Different, MinimumScore, SeniorityGap, TimeZoneDifference
from rmatch.scoring import TeachingCoverage

RESULTS = Path(__file__).parent / "results"
#: Columns of the tables over several problems: figure of the comparison, heading, per mentee.
COLUMNS = (
    ("match_rate, mentees", "mentees matched", False),
    ("score, total", "total per mentee", True),
    ("score, mean", "mean", False),
    ("score, p10", "p10", False),
    ("score, minimum", "minimum", False),
    ("blocking_pairs", "blocking pairs", False),
)
_BRACKETS = (
    "Brackets hold where 95 % of 20 draws lie, and in the last column the 95 % interval of a "
    "paired bootstrap over mentees."
)
_MEANS = (
    "Means over problems, each drawn anew. The last column is how much more total score the proven "
    "best has, problem by problem, with a 95 % bootstrap interval over problems. These people are "
    "invented: only orders of magnitude count."
)
_DRAWS = 5  # of strategies that draw lots, on each problem
_SKILLS, _MENTORS, _MENTEES = 24, 120, 180
_ZONES = (
    ("Europe/London", 0.35), ("Europe/Paris", 0.35), ("Asia/Kolkata", 0.15),
    ("America/New_York", 0.15),
)  # fmt: skip


# ---- the problems --------------------------------------------------------------------------------


def programme(seed: int, *, places: int = 198, level_gap: int = 1, hours: float = 3.0) -> Problem:
    """120 mentors and 180 mentees of a company: 24 skills, some wanted by many; 3 weighted goals
    per mentee, 4 skills per mentor, levels 0 to 7; another department, near time zones, score > 0.
    """
    rng = np.random.default_rng(seed)
    popularity = 1 / np.arange(1, _SKILLS + 1) ** 0.7
    popularity /= popularity.sum()
    zones, shares = zip(*_ZONES, strict=True)

    def skills(many: int, levels: tuple[int, int]) -> dict[str, int]:
        chosen = rng.choice(_SKILLS, many, replace=False, p=popularity)
        return {f"skill {skill:02d}": int(rng.integers(*levels)) for skill in chosen}

    def person(side: str, at: int, levels: tuple[int, int]) -> dict[str, Any]:
        return {
            "id": f"{side}{at:03d}",
            "level": int(rng.integers(*levels)),
            "department": f"department {rng.integers(8)}",
            "timezone": str(rng.choice(zones, p=shares)),
        }

    spread = np.bincount(rng.integers(0, _MENTORS, places - _MENTORS), minlength=_MENTORS) + 1
    mentors = [
        {**person("m", at, (1, 5)), "skills": skills(4, (3, 8)), "capacity": int(spread[at])}
        for at in range(_MENTORS)
    ]
    mentees = []
    for at in range(_MENTEES):
        wanted = skills(3, (4, 8))
        goals = {
            name: {"target": target, "importance": float(rng.integers(1, 4))}
            for name, target in wanted.items()
        }
        have = {name: int(rng.integers(0, target)) for name, target in wanted.items()}
        mentees.append({**person("s", at, (3, 9)), "skills": have, "goals": goals})
    return Problem.of(
        *read_sides(mentors, mentees, scale="0-7"),
        rules=[
            SeniorityGap(level_gap),
            TimeZoneDifference(hours),
            Different("department"),
            MinimumScore(0.01),
        ],
        score=[TeachingCoverage()],
    )


def _tight(seed: int) -> Problem:
    return programme(seed, places=150)


def _strict(seed: int) -> Problem:
    return programme(seed, level_gap=4, hours=1.0)


def _family(name: str, size: int) -> Callable[[int], Problem]:
    return lambda seed: FAMILIES[name](size, seed)  # type: ignore[call-arg]


def problems(size: int) -> dict[str, tuple[str, Callable[[int], Problem]]]:
    """Return every kind of problem: what it is, and how one is drawn."""
    mix = "120 mentors, 180 mentees, 24 skills, 4 rules"
    found = {
        "programme, ample places": (f"{mix}; 198 places", programme),
        "programme, tight places": (f"{mix}; 150 places", _tight),
        "programme, strict rules": (f"{mix}; 198 places, level gap 4, zones 1 hour", _strict),
    }
    for name, make in FAMILIES.items():
        about = " ".join((make.__doc__ or "").split()).rstrip(".")
        found[name] = (f"{size} mentors; {about}", _family(name, size))
    return found


# ---- the tables ----------------------------------------------------------------------------------


def survey() -> tuple[list[str], dict[str, Any]]:
    """Compare all strategies on the developer survey."""
    sides = read_sides(*developer_survey(), as_of=developer_survey_programme()["as_of"])
    given = {k: v for k, v in developer_survey_programme().items() if k != "as_of"}
    found = rmatch.compare(Problem.of(*sides, **given))
    about = f"{found.of_mentees} mentees. {ATTRIBUTION} {_BRACKETS}"
    lines = ["## The developer survey", "", about, "", found.to_markdown(), "", found.words]
    return lines, found.to_dict()


def synthetic(name: str, about: str, make: Callable[[int], Problem], seeds: int) -> dict[str, Any]:
    """Compare all strategies on one problem for each seed."""
    found = [rmatch.compare(make(seed), seeds=_DRAWS) for seed in range(1, seeds + 1)]
    names = [way.name for way in found[0].strategies]
    rows = [_row(name, found) for name in names if all(name in each.matchings for each in found)]
    reasons = _left_out(found)
    return {"name": name, "about": about, "seeds": seeds, "rows": rows, "left out": reasons}


def _row(name: str, found: list[Comparison]) -> dict[str, Any]:
    """Return the means over problems, and what the proven best has more, with its interval."""
    row: dict[str, Any] = {"strategy": name}
    for column, heading, per_mentee in COLUMNS:
        values = [_value(each, name, column) for each in found]
        over = [each.of_mentees if per_mentee else 1 for each in found]
        row[heading] = fmean(value / many for value, many in zip(values, over, strict=True))
    total = [[_value(each, way, "score, total") for each in found] for way in ("total_score", name)]
    more = [best / other - 1 for best, other in zip(*total, strict=True)]
    ends = bootstrap(more)
    row["best is above by"] = fmean(more)
    row["interval"] = None if ends is None else list(ends)
    return row


def _value(found: Comparison, name: str, column: str) -> float:
    figure = found[name].figures.get(column)
    return 0.0 if figure is None else figure.value


def _left_out(found: list[Comparison]) -> list[str]:
    reasons = {name: why for each in found for name, why in each.left_out.items()}
    return [f"Not tried: {name}: {why}" for name, why in reasons.items()]


def table(result: dict[str, Any]) -> Iterator[str]:
    """Yield one result as Markdown."""
    headings = [heading for _, heading, _ in COLUMNS]
    yield from (f"### {result['name']}", "", f"{result['about']}. {result['seeds']} problems.", "")
    yield f"| strategy | {' | '.join(headings)} | proven best is above by |"
    yield f"| --- |{' ---: |' * (len(headings) + 1)}"
    for row in result["rows"]:
        cells = [
            f"{row[heading]:.1%}" if "matched" in heading
            else f"{row[heading]:,.0f}" if "blocking" in heading
            else f"{row[heading]:.3f}"
            for heading in headings
        ]  # fmt: skip
        ends = row["interval"]
        above = "" if row["strategy"] == "total_score" else f"{row['best is above by']:.1%}"
        if above and ends is not None:
            above += f" [{ends[0]:.1%}, {ends[1]:.1%}]"
        yield f"| {row['strategy'].replace('_', ' ')} | {' | '.join(cells)} | {above} |"
    yield from ("", *result["left out"])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=10, help="problems of each kind")
    parser.add_argument("--size", type=int, default=200, help="mentors in the families")
    parser.add_argument("--only", nargs="+", help="kinds of problems; default all")
    parser.add_argument("--out", type=Path, default=RESULTS, help="folder of the results")
    options = parser.parse_args()
    date, head = dt.datetime.now(dt.UTC).date().isoformat(), machine.header()
    lines = [f"# How good strategies are, {date}", ""]
    lines += [f"- {key}: {value}" for key, value in head.items()]
    command = f"python -m benchmarks.quality --seeds {options.seeds} --size {options.size}"
    lines += [f"- command: `{command}`; problems are drawn with seeds 1 to {options.seeds}", ""]
    said, survey_record = survey()
    lines += [*said, "", "## Synthetic people", "", _MEANS, ""]
    results = []
    for name, (about, make) in problems(options.size).items():
        if options.only is None or name in options.only:
            results.append(synthetic(name, about, make, options.seeds))
            lines += table(results[-1])
            print(name, flush=True)
    text = "\n".join(lines).rstrip() + "\n"
    print(text)
    options.out.mkdir(parents=True, exist_ok=True)
    (options.out / f"quality-{date}.md").write_text(text, encoding="utf-8")
    record = {"date": date, "machine": head, "survey": survey_record, "synthetic": results}
    (options.out / f"quality-{date}.json").write_text(json.dumps(record, indent=1) + "\n")


if __name__ == "__main__":
    main()
