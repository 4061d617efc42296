"""The same people give the same matching from whatever source they are read."""

from __future__ import annotations

import datetime as dt
from random import Random

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import rmatch
from rmatch.rules import Vetoes
from rmatch.scoring import CustomScore, StatedPreference, TeachingCoverage

SKILLS = ("Python", "AI", "Ü-Kultur", "Café")
SEEDS = range(12)


def _person(rng, number, partners):
    """Return one person as HR systems hold them: numbers, booleans and dates, with gaps."""
    return {
        "id": number,
        "name": rng.choice(["Åsa Öst", "李雷", 'O"Neil; Jr', "Zoë, B."]),
        "skills": {name: rng.randint(1, 5) for name in rng.sample(SKILLS, rng.randint(0, 3))},
        "goals": {name: rng.choice([2.5, 3, 5]) for name in rng.sample(SKILLS, rng.randint(0, 3))},
        "level": rng.choice([1, 3.1, None]),
        "birth_year": rng.choice([1970, 1990, None]),
        "manager": rng.choice([900, 901, None]),
        "department": rng.choice([10, 20, None]),
        "preferences": rng.sample(partners, rng.randint(0, 2)),
        "vetoes": rng.sample(partners, rng.choice([0, 0, 1])),
        "capacity": rng.choice([0, 1, 2, None]),
        "trained": rng.choice([True, False, None]),
        "active_from": rng.choice([dt.date(2025, 3, 1), None]),
        "floor": rng.choice([1, 2, None]),
        "remote": rng.choice([True, False, None]),
        "hired": rng.choice([dt.date(2020, 1, 1), dt.date(2021, 5, 5), None]),
    }


def _people(seed):
    rng = Random(seed)
    mentors, mentees = list(range(1, 7)), list(range(101, 107))
    sizes = rng.choice([1, 2, 5]), rng.choice([1, 3, 5])
    return (
        [_person(rng, number, mentees) for number in rng.sample(mentors, sizes[0])],
        [_person(rng, number, mentors) for number in rng.sample(mentees, sizes[1])],
    )


def _flat(people):
    """Return people with lists written into one cell, as tables hold them."""
    written = {
        "skills": lambda cell: "; ".join(f"{name}:{level}" for name, level in cell.items()),
        "preferences": lambda cell: "; ".join(map(str, cell)),
    }
    written |= {"goals": written["skills"], "vetoes": written["preferences"]}
    return [{name: written.get(name, lambda cell: cell)(cell) for name, cell in person.items()}
            for person in people]  # fmt: skip


def _persons(people):
    extra = ("floor", "remote", "hired")
    return [
        rmatch.Person(
            **{name: cell for name, cell in person.items()
               if cell is not None and name not in (*extra, "goals", "active_from")},
            active_from=person["active_from"] and person["active_from"].isoformat(),
            goals={name: rmatch.Goal(target) for name, target in person["goals"].items()},
            extra={name: person[name] for name in extra},
        )
        for person in people
    ]  # fmt: skip


def _with_times(people):
    """Return a data frame whose days are times at midnight, as most databases give them."""
    frame = pd.DataFrame(_flat(people))
    return frame.assign(**{name: pd.to_datetime(frame[name]) for name in ("active_from", "hired")})


def _csv(people, path):
    pd.DataFrame(_flat(people)).to_csv(path, index=False)
    return path


def _excel(people, path):
    _with_times(people).to_excel(path, index=False, engine="xlsxwriter")
    return path


def _parquet(people, path):
    pl.DataFrame(_flat(people), infer_schema_length=None).write_parquet(path)
    return path


SOURCES = {
    "persons": lambda people, path: _persons(people),
    "columns": lambda people, path: {name: [p[name] for p in people] for name in people[0]},
    "pandas": lambda people, path: pd.DataFrame(people),
    "nullable": lambda people, path: pd.DataFrame(_flat(people)).convert_dtypes(),
    "arrow types": lambda people, path: pd.DataFrame(_flat(people)).convert_dtypes(
        dtype_backend="pyarrow"
    ),
    "times": lambda people, path: _with_times(people),
    "categories": lambda people, path: pd.DataFrame(_flat(people)).astype(
        {"department": "category", "hired": "category", "id": "category"}
    ),
    "polars": lambda people, path: pl.DataFrame(people, infer_schema_length=None),
    "polars lazy": lambda people, path: pl.DataFrame(
        _flat(people), infer_schema_length=None
    ).lazy(),
    "pyarrow": lambda people, path: pa.Table.from_pylist(people),
    "csv": lambda people, path: _csv(people, path / "people.csv"),
    "csv by pandas": lambda people, path: pd.read_csv(_csv(people, path / "people.csv")),
    "csv by polars": lambda people, path: pl.read_csv(_csv(people, path / "people.csv")),
    "excel": lambda people, path: _excel(people, path / "people.xlsx"),
    "parquet": lambda people, path: _parquet(people, path / "people.parquet"),
}  # fmt: skip


def _result(mentors, mentees, goals):
    """Return the people as read, and all of the matching but how it came about."""
    score = [CustomScore(lambda mentor, mentee: 0.5)]
    score += [TeachingCoverage()] if goals else []
    score += [StatedPreference()] if goals else []
    matching = rmatch.match(mentors, mentees, rules=[Vetoes()], score=score, scale="1-5")
    problem = matching.problem
    result = matching.to_dict()
    del result["provenance"]
    return [list(problem.mentors), list(problem.mentees)], result


@pytest.mark.parametrize("name", SOURCES)
def test_the_source_decides_nothing(name, tmp_path):
    """Ids as numbers, gaps that make floats, dates as times, booleans as text: all the same."""
    for seed in SEEDS:
        sides = _people(seed)
        goals = all(
            any(person[field] for person in sides[side])
            for field, side in (("goals", 1), ("preferences", 0))
        )
        read = []
        for number, people in enumerate(sides):
            place = tmp_path / f"{seed}-{number}"
            place.mkdir()
            read.append(SOURCES[name](people, place))
        assert _result(*read, goals) == _result(*sides, goals)
