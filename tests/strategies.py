"""Random people for property tests: every field, gaps, ties, and the same ids on both sides."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from random import Random
from typing import Any

import numpy as np
from hypothesis import strategies as st

from rmatch.reading import read_sides
from rmatch.sides import align

IDS = tuple("abcdefg")
SKILLS = ("AI", "SQL", "law", "video")
#: What belongs to a person, not to a side: one truth for each id.
_MANAGERS = {"a": None, "b": "a", "c": "b", "d": "a", "e": None, "f": "outside", "g": "f"}


FIELDS: dict[str, Callable[[Random], Any]] = {
    "skills": lambda rng: {name: rng.randint(1, 5) for name in _few(rng, SKILLS)},
    "goals": lambda rng: {
        name: {"target": rng.choice([None, 1, 3, 5]), "importance": rng.choice([0.5, 1, 3])}
        for name in _few(rng, SKILLS)
    },
    "values": lambda rng: {name: rng.randint(1, 5) for name in _few(rng, ("pace", "risk"))},
    "interests": lambda rng: _few(rng, ("chess", "jazz", "golf", "film")),
    "department": lambda rng: rng.choice([None, "Sales", "Law", "IT"]),
    "site": lambda rng: rng.choice([None, "Oslo", "Rome"]),
    "country": lambda rng: rng.choice([None, "NO", "IT"]),
    "languages": lambda rng: rng.choice(
        [None, "English", "English:B1; French", "French:B2", "German:A1"]
    ),
    "timezone": lambda rng: rng.choice(
        [None, "Europe/Paris", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe"]
    ),
    "working_hours": lambda rng: rng.choice([None, "09:00-17:00", "22:00-06:00", "07:30-11:15"]),
    "slots": lambda rng: _few(rng, ("mon", "tue", "wed", "thu")),
    "needs": lambda rng: _few(rng, ("captions", "ramp")),
    "accepts": lambda rng: _few(rng, ("captions", "ramp")),
    "vetoes": lambda rng: _few(rng, IDS),
    "preferences": lambda rng: _few(rng, IDS),
    "tenure_months": lambda rng: rng.choice([None, 0, 6, 12, 40]),
    "trained": lambda rng: rng.choice([None, "yes", "no"]),
    "consent": lambda rng: rng.choice([None, "yes", "no"]),
    "active_from": lambda rng: rng.choice([None, "2026-01-01", "2026-06-01"]),
    "active_to": lambda rng: rng.choice([None, "2026-05-01", "2026-12-31"]),
    "capacity": lambda rng: rng.randint(0, 3),
    "hours_per_month": lambda rng: rng.choice([None, 1, 2.5, 8]),
    "wish": lambda rng: rng.choice([None, None, "no", "IT"]),  # of a partner's country
    "how": lambda rng: rng.choice([None, "remote", "In person", "either"]),  # to meet
    "agreed": lambda rng: rng.choice([None, "yes", "no"]),
    "badge": lambda rng: rng.choice([None, 3, 7, 9.5]),  # a field that rmatch does not know
}


def _few(rng: Random, values: tuple[str, ...]) -> list[str]:
    return rng.sample(values, rng.randint(0, min(len(values), 4)))


def _truth(rng: Random, person: str) -> dict[str, Any]:
    """Return what is the same for one person on both sides."""
    return {
        "level": rng.choice([None, 1, 2, 3, 5.5, 8]),
        "manager": _MANAGERS[person],
        "birth_year": rng.choice([None, 1960, 1975, (1960, 1970), (1985, 1994), 1998]),
    }


def people(mentors: int, mentees: int, seed: int) -> tuple[list[dict[str, Any]], ...]:
    """Return people as dicts: everything follows from the seed; some are on both sides."""
    rng = Random(seed)
    truths = {person: _truth(rng, person) for person in IDS}
    return tuple(
        [
            {"id": person, **truths[person], **{name: make(rng) for name, make in FIELDS.items()}}
            for person in rng.sample(IDS, count)
        ]
        for count in (mentors, mentees)
    )


@cache
def aligned(mentors: int, mentees: int, seed: int) -> Any:
    """Return two aligned rosters: everything follows from the seed."""
    return align(*read_sides(*people(mentors, mentees, seed), scale="1-5"))


# Sizes are drawn first, so that failures shrink to few people; few seeds, so that rosters are
# built once and shared by all tests.
_DRAWN = (st.integers(1, 5), st.integers(1, 5), st.integers(0, 40))


def records() -> Any:
    """Draw mentors and mentees as dicts."""
    return st.builds(people, *_DRAWN)


def rosters() -> Any:
    """Draw two aligned rosters."""
    return st.builds(aligned, *_DRAWN)


@st.composite
def rectangles(draw: Any, shape: tuple[int, int]) -> Any:
    """Draw rows and columns to look at: slices and index arrays, empty and repeated ones too."""

    def side(size: int) -> Any:
        one = st.slices(size).filter(lambda cut: cut.step is None or cut.step > 0)
        several = st.lists(st.integers(0, size - 1), max_size=size, unique=True)
        return draw(st.just(slice(None)) | one | several.map(lambda at: np.array(at, np.intp)))

    return side(shape[0]), side(shape[1])
