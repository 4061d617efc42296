"""People in: any source as rosters, with every bad row of both sides in one error."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from rmatch.errors import InputProblem, InvalidInputError
from rmatch.parameters import check_keywords
from rmatch.people import Roster
from rmatch.reading.checking import CheckReport, check_people
from rmatch.reading.joint import finish
from rmatch.reading.records import roster_to_records
from rmatch.reading.scim import from_scim
from rmatch.reading.side import Reading, ScaleChoice, Side, parse_side, split_roles

__all__ = [
    "CheckReport",
    "Reading",
    "ScaleChoice",
    "check_people",
    "from_scim",
    "read_people",
    "read_roster",
    "read_sides",
    "roster_to_records",
]


def read_roster(
    source: Any,
    *,
    scale: ScaleChoice = "auto",
    synonyms: Mapping[str, str] | None = None,
    as_of: int | date | None = None,
    rename: Mapping[str, str] | None = None,
    sheet: str | int | None = None,
) -> Roster:
    """Read people from wherever they are.

    Parameters
    ----------
    source
        A list of dicts or of :class:`Person`; a dict of columns; a pandas, polars, pyarrow or
        other data frame that narwhals reads; the path of a CSV, TSV, Excel or parquet file. A
        :class:`Roster` is returned as it is. Where a column of a frame is a struct, everybody has
        all of its fields, and those that are null say nothing.
    scale
        The scale of skill levels: ``"1-5"``, ``"0-7"``, ``"presence"`` (no levels) or a
        :class:`Scale`. ``"auto"`` is presence where no level is given anywhere, else 1-5.
    synonyms
        Names to merge: ``{"PowerBI": "Power BI"}``.
    as_of
        The year in which ages and age bands were true; default this year.
    rename
        Headers to read under another name: ``{"Skills 2026": "skills"}``. A header renamed to
        itself is kept as an extra field, however much it looks like a known one.
    sheet
        Name or number (from 0) of an Excel sheet; default the first.

    Raises
    ------
    InvalidInputError
        Every bad cell, with its row number; ``.problems`` holds them as data.

    Examples
    --------
    >>> import rmatch
    >>> roster = rmatch.read_roster(
    ...     [{"id": "m1", "skills": "Python:4; SQL:2"}, {"id": "m2", "skills": {"python": 3}}]
    ... )
    >>> roster[1].skills
    {'Python': 3.0}
    """
    options = Reading(scale=scale, synonyms=synonyms, as_of=as_of, rename=rename, sheet=sheet)
    problems: list[InputProblem] = []
    (roster,) = finish([parse_side(source, None, options, problems)], options, problems)
    return roster


def read_people(source: Any, **options: Any) -> tuple[Roster, Roster]:
    """Read mentors and mentees from one table with a column ``role``.

    ``role`` is ``mentor`` (teaches), ``mentee`` (learns) or ``both``. ``options`` are those of
    :func:`read_roster`.

    Raises
    ------
    InvalidInputError
        Every bad cell and role, with its row number; ``.problems`` holds them as data.

    Examples
    --------
    >>> import rmatch
    >>> mentors, mentees = rmatch.read_people(
    ...     [{"id": "a", "role": "mentor"}, {"id": "b", "role": "both"}]
    ... )
    >>> mentors.ids, mentees.ids
    (('a', 'b'), ('b',))
    """
    check_keywords(read_people, options, Reading)
    reading = Reading(**options)
    problems: list[InputProblem] = []
    everybody = parse_side(source, None, reading, problems)
    sides = split_roles(everybody, problems)
    if not problems:  # whose role is wrong may be the one who is missed
        problems += _empty(sides)
    mentors, mentees = finish(sides, reading, problems)
    return mentors, mentees


def _empty(sides: Iterable[Side]) -> list[InputProblem]:
    return [
        InputProblem("nobody is on this side", side=side.name)
        for side in sides
        if not len(side.ids) and side.roster is None
    ]


def read_sides(mentors: Any, mentees: Any, **options: Any) -> tuple[Roster, Roster]:
    """Read both sides with one scale and one spelling of every name, problems joined."""
    reading = Reading(**options)
    problems: list[InputProblem] = []
    sides = []
    for name, source in (("mentors", mentors), ("mentees", mentees)):
        try:
            sides.append(parse_side(source, name, reading, problems))
        except InvalidInputError as error:  # a file or a table that cannot be read at all
            problems += [replace(each, side=name) for each in error.problems]
            if not error.problems:
                problems.append(InputProblem(str(error), side=name))
    if len(sides) < 2:
        raise InvalidInputError.from_problems(problems)
    problems += _empty(sides)
    left, right = finish(sides, reading, problems)
    return left, right
