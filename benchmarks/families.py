"""Families of large problems, as rosters in columns: the usual one, and harder ones."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from rmatch import Problem
from rmatch.columns import Categories, Numbers, Ragged
from rmatch.datasets import developer_survey, developer_survey_programme
from rmatch.people import Roster
from rmatch.reading import read_sides
from rmatch.rules import GenerationGap
from rmatch.scoring import Convenience, ScorePart, TeachingCoverage

SITES = 12


def skills(size: int, seed: int = 1, *, mentees: int | None = None, **options: Any) -> Problem:
    """200 skills of Zipf popularity, 5-15 per mentor, 3-8 goals per mentee, a generation apart."""
    rng = np.random.default_rng(seed)
    popularity = 1 / np.arange(1, 201)
    demand = popularity * rng.lognormal(0, 0.5, 200)
    return _problem(rng, size, mentees or size, popularity, demand, **options)


def few_skills(size: int, seed: int = 1) -> Problem:
    """Six skills at two levels: thousands of people are alike, nearly everything is a tie."""
    rng = np.random.default_rng(seed)
    even = np.ones(6)
    return _problem(rng, size, size, even, even, own=(1, 4), wanted=(1, 3), levels=2)


def tight(size: int, seed: int = 1) -> Problem:
    """Everybody wants the same ten skills, and a pair needs 30 years between the two."""
    rng = np.random.default_rng(seed)
    popularity = 1 / np.arange(1, 11)
    return _problem(rng, size, size, popularity, popularity, own=(2, 6), wanted=(2, 4), years=30)


def shortage(size: int, seed: int = 1) -> Problem:
    """Three mentees for each mentor."""
    return skills(size, seed, mentees=3 * size)


def dense_goals(size: int, seed: int = 1) -> Problem:
    """20-40 goals per mentee among 60 skills: scores hardly differ."""
    rng = np.random.default_rng(seed)
    even = np.ones(60)
    return _problem(rng, size, size, even, even, own=(15, 30), wanted=(20, 41))


def several(size: int, seed: int = 1) -> Problem:
    """The usual family with 1-3 places per mentor and 1-2 per mentee."""
    return skills(size, seed, places=(4, 3))


def mentor_places(size: int, seed: int = 1) -> Problem:
    """The usual family with 1-3 places per mentor."""
    return skills(size, seed, places=(4, 2))


def survey(size: int, seed: int = 1) -> Problem:
    """People of a real survey, drawn again and again, under the five rules of the demo."""
    rng = np.random.default_rng(seed)
    programme = developer_survey_programme()
    sides = read_sides(*developer_survey(), as_of=programme.pop("as_of"))
    young, old = (_drawn(rng, side, size, letter) for side, letter in zip(sides, "ms", strict=True))
    return Problem.of(young, old, **programme)


def _drawn(rng: np.random.Generator, roster: Roster, size: int, letter: str) -> Roster:
    taken = roster.take(rng.integers(0, len(roster), size))
    columns = {name: column for name, column in taken.columns.items() if name != "id"}
    return Roster(tuple(f"{letter}{number:07d}" for number in range(size)), columns, taken.scale)


FAMILIES: dict[str, Callable[[int], Problem]] = {
    each.__name__: each
    for each in (
        skills,
        few_skills,
        tight,
        shortage,
        dense_goals,
        several,
    )
}
#: With those of which only speed is of interest.
SPEED_FAMILIES = FAMILIES | {each.__name__: each for each in (mentor_places, survey)}


def _problem(
    rng: np.random.Generator,
    mentors: int,
    mentees: int,
    popularity: Any,
    demand: Any,
    *,
    own: tuple[int, int] = (5, 16),
    wanted: tuple[int, int] = (3, 9),
    levels: int = 5,
    years: int = 15,
    places: tuple[int, int] = (2, 2),
    objective: str = "total_score",
) -> Problem:
    labels = tuple(f"skill {number:03d}" for number in range(len(popularity)))
    born = (2026 - np.clip(np.rint(rng.normal(29, 5, mentors)), 21, 45)).astype(float)
    senior = (2026 - np.clip(np.rint(rng.normal(47, 8, mentees)), 30, 65)).astype(float)
    young = {
        "skills": _lists(rng, mentors, popularity, own, levels, labels),
        **_person(rng, born, places[0]),
    }
    old = {
        "goals": _lists(rng, mentees, demand, wanted, levels, labels, target=5.0),
        **_person(rng, senior, places[1]),
    }
    score: list[ScorePart] = [
        TeachingCoverage(weight=0.97),
        Convenience(weight=0.03, timezone=None),
    ]
    return Problem.of(
        Roster(tuple(f"m{number:07d}" for number in range(mentors)), young),
        Roster(tuple(f"s{number:07d}" for number in range(mentees)), old),
        rules=[GenerationGap(years)],
        score=score,
        objective=objective,
    )


def _person(rng: np.random.Generator, born: Any, places: int) -> dict[str, Any]:
    people = len(born)
    sites = tuple(f"site {number:02d}" for number in range(SITES))
    return {
        "birth_earliest": Numbers(born),
        "birth_latest": Numbers(born),
        "site": Categories(rng.integers(0, SITES, people).astype(np.int32), sites),
        "capacity": Numbers(rng.integers(1, places, people).astype(float)),
    }


def _lists(
    rng: np.random.Generator,
    people: int,
    popularity: Any,
    counts: tuple[int, int],
    levels: int,
    labels: tuple[str, ...],
    target: float | None = None,
) -> Ragged:
    """Draw lists without repeats: the largest of exponential keys (Efraimidis and Spirakis)."""
    count = rng.integers(*counts, people)
    codes = []
    for start in range(0, people, 10_000):
        part = count[start : start + 10_000]
        keys = np.log(rng.random((len(part), len(popularity)))) / popularity
        order = np.argsort(-keys, axis=1)
        codes += [np.sort(row[:many]) for row, many in zip(order, part, strict=True)]
    flat = np.concatenate(codes).astype(np.int32)
    given = rng.integers(1, levels + 1, len(flat)).astype(float)
    starts = np.concatenate(([0], np.cumsum(count)))
    if target is None:
        return Ragged(starts, flat, given, np.ones(len(flat)), labels)
    return Ragged(starts, flat, np.full(len(flat), target), given, labels)
