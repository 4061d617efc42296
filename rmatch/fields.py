"""The fields a person may have: one table that reading, checking, docs and rosters iterate over.

Any other column of the input is kept as an extra field, a category or a number, so that rules such
as ``Different("cost_centre")`` can read it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum


class Kind(Enum):
    """How a field is written by people and stored in a roster."""

    NUMBER = "number"
    COUNT = "whole number of at least 0"
    AMOUNT = "number of at least 0"
    DATE = "ISO date"  # stored as days since 1970-01-01
    FLAG = "yes or no"
    CATEGORY = "label"  # spellings that differ in case, spaces or accents are one label
    TEXT = "text, kept as it is"
    ID = "id"
    ZONE = "IANA time zone"
    LEVELS = "names with levels"  # {"Python": 4} or "Python:4; SQL:2"
    GOALS = "names with targets and importance"  # {"AI": Goal(4, 2)} or "AI:4*2; SQL"
    LANGUAGES = "languages with CEFR levels"  # {"English": "C1"} or "English:C1; French"
    SET = "labels"  # ["chess", "jazz"] or "chess; jazz"
    IDS = "ids"  # ["s-2", "s-7"] or "s-2; s-7"
    RANKING = "ids, the most wanted first"
    HOURS = "clock times"  # "09:00-17:00"; stored as two numbers, minutes after local midnight
    BIRTH = "age"  # age, age band or birth year; stored as earliest and latest birth year


@dataclass(frozen=True, slots=True)
class Field:
    """One known field: its name, kind, meaning and the other headers it goes by.

    ``private`` fields never appear in explanations for participants (§C11).
    """

    name: str
    kind: Kind
    help: str
    aliases: tuple[str, ...] = ()
    private: bool = False


FIELDS: tuple[Field, ...] = (
    Field(
        "id",
        Kind.ID,
        "what the person is known by",
        ("person id", "employee id", "employee number", "user id"),
    ),
    Field("name", Kind.TEXT, "display name", ("full name", "display name")),
    Field("skills", Kind.LEVELS, "what the person can do, with a level", ("skill", "can teach")),
    Field("goals", Kind.GOALS, "what the person wants to learn", ("goal", "wants to learn")),
    Field("level", Kind.NUMBER, "seniority, higher is more senior", ("grade", "seniority")),
    Field("birth_year", Kind.BIRTH, "year of birth", ("year of birth", "born"), private=True),
    Field("age", Kind.BIRTH, "age in years", (), private=True),
    Field(
        "age_band", Kind.BIRTH, "age band such as 25-34", ("age group", "age range"), private=True
    ),
    Field("manager", Kind.ID, "id of the direct manager", ("manager_id", "reports to")),
    Field("department", Kind.CATEGORY, "department or unit", ("unit", "division", "team")),
    Field("site", Kind.CATEGORY, "usual place of work", ("location", "office")),
    Field("country", Kind.CATEGORY, "country of work"),
    Field("languages", Kind.LANGUAGES, "languages spoken, with a CEFR level", ("language",)),
    Field("timezone", Kind.ZONE, "IANA zone such as Europe/Paris", ("time zone", "tz")),
    Field("working_hours", Kind.HOURS, "local working hours, 09:00-17:00", ("hours",)),
    Field("interests", Kind.SET, "interests", ("hobbies",)),
    Field("values", Kind.LEVELS, "answers on values and working style, with a level", ("style",)),
    Field("preferences", Kind.RANKING, "ids of wanted partners, best first", ("preferred",)),
    Field("vetoes", Kind.IDS, "ids this person will not work with", ("veto",), private=True),
    Field("slots", Kind.SET, "free slots, any labels both sides share", ("availability",)),
    Field("needs", Kind.SET, "accessibility needs a partner must accept", (), private=True),
    Field("accepts", Kind.SET, "accessibility needs this person can meet", (), private=True),
    Field("capacity", Kind.COUNT, "most pairs at once", ("max_pairs", "places")),
    Field("minimum", Kind.COUNT, "least pairs", ("min_pairs",)),
    Field("hours_per_month", Kind.AMOUNT, "hours available for pairs a month", ("time budget",)),
    Field("tenure_months", Kind.AMOUNT, "months with the organisation", ("tenure",)),
    Field("trained", Kind.FLAG, "programme training done", ("training",)),
    Field("consent", Kind.FLAG, "agreed to take part", ("opt_in", "consented")),
    Field("active_from", Kind.DATE, "first day available", ("start date",)),
    Field("active_to", Kind.DATE, "last day available", ("end date",)),
)
KNOWN: dict[str, Field] = {field.name: field for field in FIELDS}

#: Columns of a roster that are made of others.
MADE: dict[str, Kind] = {
    "birth_earliest": Kind.BIRTH, "birth_latest": Kind.BIRTH,
    "hours_from": Kind.HOURS, "hours_to": Kind.HOURS,
}  # fmt: skip


def written(column: str) -> str:
    """Return the headers that people write for a column of a roster, in quotes.

    Examples
    --------
    >>> written("birth_earliest"), written("site")
    ("'birth_year' or 'age' or 'age_band'", "'site'")
    """
    kind = MADE.get(column)
    names = [column] if kind is None else [field.name for field in FIELDS if field.kind is kind]
    return " or ".join(map(repr, names))


def header_key(header: str) -> str:
    """Return what is the same for all ways to write a header: case, spaces, "_" and "-" differ."""
    return re.sub(r"[\s_-]+", " ", header).strip().casefold()


#: The fields by the other headers they go by, as keys.
ALIASES = {header_key(alias): field for field in FIELDS for alias in field.aliases}


CEFR: tuple[str, ...] = ("A1", "A2", "B1", "B2", "C1", "C2")  # ranks 1..6
