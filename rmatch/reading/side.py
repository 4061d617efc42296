"""One side: a table of raw cells into ids and columns, problem by problem."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any, Literal

import numpy as np

from rmatch.columns import Categories, Column, Numbers
from rmatch.errors import InputProblem, InvalidInputError
from rmatch.fields import ALIASES, KNOWN, MADE, Field, Kind, header_key, written
from rmatch.names import closest, labels, name_key
from rmatch.parameters import is_whole
from rmatch.people import Roster, Scale
from rmatch.reading import cells as parsing
from rmatch.reading import lists
from rmatch.reading.cells import Bad, Cells
from rmatch.reading.tables import Table, load

ScaleChoice = Scale | Literal["auto", "1-5", "0-7", "presence"]

SCALES: dict[str, Scale] = {
    "1-5": Scale(1, 5),
    "0-7": Scale(0, 7),
    "presence": Scale(0, 1),
}


@dataclass(frozen=True, kw_only=True)
class Reading:
    """How people are read; the options of :func:`read_roster`."""

    scale: ScaleChoice = "auto"
    synonyms: Mapping[str, str] | None = None
    as_of: int | date | None = None
    rename: Mapping[str, str] | None = None
    sheet: str | int | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.scale, Scale) and self.scale not in ("auto", *SCALES):
            raise InvalidInputError(
                f"scale={self.scale!r}; allowed are 'auto', {', '.join(map(repr, SCALES))} "
                "or a Scale"
            )
        for name in ("synonyms", "rename"):
            value = getattr(self, name)
            if value is not None and not (
                isinstance(value, Mapping)
                and all(isinstance(each, str) for pair in value.items() for each in pair)
            ):
                raise InvalidInputError(f"{name}={value!r}; a dict of names to names is allowed")
        year = self.as_of.year if isinstance(self.as_of, date) else self.as_of
        if year is not None and not (is_whole(year) and 1900 <= year <= 9999):
            raise InvalidInputError(
                f"as_of={self.as_of!r}; a year from 1900, such as 2026, or a date is allowed"
            )
        sheet = self.sheet
        if not (sheet is None or isinstance(sheet, str) or (is_whole(sheet) and sheet >= 0)):
            raise InvalidInputError(
                f"sheet={sheet!r}; the name of a sheet, or its number from 0 is allowed"
            )

    @property
    def year(self) -> int:
        """The year in which ages were true."""
        if self.as_of is None:
            return date.today().year  # noqa: DTZ011  # the user's own calendar decides
        return self.as_of.year if isinstance(self.as_of, date) else self.as_of


@dataclass(eq=False)
class Side:
    """The people of one side as parsed, before names and levels are looked at together."""

    name: str | None
    ids: list[str]
    columns: dict[str, Column]
    rows: Sequence[int]
    whole_ids: bool = False
    unused: frozenset[str] = frozenset()  # headers of ``rename`` that are not there
    scale: Scale | None = None  # of people read before
    roster: Roster | None = None
    own: Mapping[str, tuple[Sequence[Any], Cells]] = field(default_factory=dict)  # as written


def parse_side(
    source: Any, name: str | None, options: Reading, problems: list[InputProblem]
) -> Side:
    """Parse all columns of one source; what is wrong is added to ``problems``."""
    if isinstance(source, Roster):
        return Side(
            name, list(source.ids), dict(source.columns), range(1, len(source) + 1),
            source.whole_ids, frozenset(), source.scale, source,
        )  # fmt: skip
    table = load(source, options.sheet)
    problems += [replace(each, side=name) for each in table.problems]
    headers = _headers(table, name, options, problems)
    known = {header for field_name, header in headers.items() if field_name in KNOWN}
    problems += [replace(each, side=name) for each in table.faults if each.column in known]
    columns: dict[str, Column] = {}
    own: dict[str, tuple[Sequence[Any], Cells]] = {}
    ids: list[str] = []
    whole_ids = False
    for field_name, header in headers.items():
        where = Cells(header, table.rows, name, problems)
        cells = table.columns[header]
        if field_name == "id":
            ids = _ids(cells, where)
            whole_ids = all(map(_is_whole, cells))
        elif field_name in KNOWN:
            columns |= _known(KNOWN[field_name], cells, where, options)
        else:
            own[field_name] = cells, where
            columns[field_name] = _extra(cells, where)
    return Side(
        name, ids or [""] * len(table), columns, table.rows, whole_ids, _unused(table, options),
        own=own,
    )  # fmt: skip


def _headers(
    table: Table, side: str | None, options: Reading, problems: list[InputProblem]
) -> dict[str, str]:
    """Return the header of each field: known fields by name or alias, all others as they are."""
    rename = {header_key(old): new for old, new in (options.rename or {}).items()}
    found: dict[str, str] = {}
    rest: list[str] = []

    def take(name: str, header: str) -> None:
        if name in found:
            text = f"two columns are {name!r}: {found[name]!r}, {header!r}"
            problems.append(InputProblem(text, column=header, side=side))
        elif name in MADE:
            text = f"rmatch makes a column of this name of {written(name)}"
            hint = f"rename={{{header!r}: 'my {header}'}} keeps it under another name"
            problems.append(InputProblem(text, column=header, side=side, hint=hint))
        found.setdefault(name, header)

    for header in table.columns:
        key = header_key(header)
        name = rename.get(key, key.replace(" ", "_"))
        if name in KNOWN or name == "role" or key in rename:
            take(name, header)
        else:
            rest.append(header)
    for header in rest:
        alias = ALIASES.get(header_key(header))
        if alias is not None and alias.name not in found:
            found[alias.name] = header
            continue
        meant = closest(header, [name for name in KNOWN if name not in found], 0.85)
        if meant is not None:
            hint = f"did you mean {meant!r}? rename={{{header!r}: {header!r}}} keeps it as it is"
            problems.append(InputProblem("unknown column", None, header, side, hint))
        take(header, header)
    if "id" not in found and (table.columns or len(table)):
        have = ", ".join(table.columns)
        problems.append(InputProblem(f"no column 'id'; there are: {have}", side=side))
    return found


def _unused(table: Table, options: Reading) -> frozenset[str]:
    there = set(map(header_key, table.columns))
    return frozenset(old for old in options.rename or {} if header_key(old) not in there)


def _ids(cells: Sequence[Any], where: Cells) -> list[str]:
    cells = parsing.without_point(cells)
    if set(map(type, cells)) == {str}:
        with suppress(InvalidInputError):  # told below, by its row
            written = list(labels(cells))
            if not any(len(person) < 5 and parsing.missing(person) for person in written):
                return written
    ids, which = parsing.read_each(cells, where, _id, "")
    return [ids[at] for at in which.tolist()]


def _id(cell: Any) -> str:
    name = "" if parsing.missing(cell) else parsing.text(cell)
    if parsing.missing(name):
        raise Bad("the id is missing")
    return name


def _is_whole(cell: Any) -> bool:
    """Excel, and columns that had a gap, hold whole numbers as floats."""
    return is_whole(cell) or (isinstance(cell, float) and cell.is_integer())


def _known(known: Field, cells: Sequence[Any], where: Cells, options: Reading) -> dict[str, Column]:
    """Return the one or two columns of a known field."""
    if known.kind is Kind.BIRTH:
        earliest, latest = parsing.birth(cells, where, known.name, options.year)
        return {"birth_earliest": earliest, "birth_latest": latest}
    if known.kind is Kind.HOURS:
        begin, end = parsing.hours(cells, where)
        return {"hours_from": begin, "hours_to": end}
    return {known.name: _PARSERS[known.kind](cells, where)}


def _check_zone(label: str) -> None:
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

    try:
        ZoneInfo(label)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        meant = closest(label, available_timezones(), 0.6)
        hint = f"did you mean {meant!r}?" if meant else "write it as Europe/Paris"
        raise Bad(f"{label!r} is no IANA time zone", hint) from None


_PARSERS: dict[Kind, Any] = {
    Kind.NUMBER: parsing.numbers,
    Kind.COUNT: lambda cells, where: parsing.numbers(cells, where, parsing.whole),
    Kind.AMOUNT: lambda cells, where: parsing.numbers(cells, where, parsing.positive),
    Kind.DATE: lambda cells, where: parsing.numbers(cells, where, parsing.day),
    Kind.FLAG: lambda cells, where: parsing.numbers(cells, where, parsing.flag),
    Kind.CATEGORY: parsing.categories,
    Kind.TEXT: parsing.categories,
    Kind.ID: lambda cells, where: parsing.categories(cells, where, absent=parsing.missing),
    Kind.ZONE: lambda cells, where: parsing.categories(
        cells, where, _check_zone, parsing.missing
    ),
    Kind.LEVELS: lambda cells, where: lists.ragged(
        cells, where, lists.level_of, split=lists.split_level
    ),
    Kind.GOALS: lambda cells, where: lists.ragged(
        cells, where, lists.target_of, split=lists.split_goal
    ),
    Kind.LANGUAGES: lambda cells, where: lists.ragged(
        cells, where, lists.rank_of, split=lists.split_level
    ),
    Kind.SET: lambda cells, where: lists.ragged(cells, where, lists.presence),
    Kind.IDS: lambda cells, where: lists.ragged(cells, where, lists.presence),
    Kind.RANKING: lambda cells, where: lists.ragged(
        cells, where, lists.presence, ranked=True
    ),
}  # fmt: skip

_PLAIN_NUMBER = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?")


def _extra(cells: Sequence[Any], where: Cells) -> Column:
    """Return a column that rmatch does not know: numbers if all cells are, otherwise labels.

    ``"12"`` in a file and 12 in a data frame are the same number; ``"007"`` is a label. So are
    ``"TRUE"`` in a file and True in a data frame. A number that no float holds is a label too, so
    that two long codes never become one.
    """
    known = [cell for cell in cells if not parsing.missing(cell)]
    if not known:  # "NA" alone may say anything
        return parsing.categories([None] * len(cells), where)
    if all(_is_number(cell) for cell in known):
        return parsing.numbers(cells, where)
    if all(isinstance(cell, str) and cell.strip().casefold() in _TRUTHS for cell in known):
        cells = [_TRUTHS.get(str(cell).strip().casefold()) for cell in cells]
    return parsing.categories(cells, where)


_TRUTHS = {"true": True, "false": False}


def _is_number(cell: Any) -> bool:
    if isinstance(cell, str):
        return _PLAIN_NUMBER.fullmatch(cell.strip()) is not None and _comes_back(cell)
    if isinstance(cell, bool):
        return False
    if isinstance(cell, int | np.integer):
        return _comes_back(int(cell))
    return isinstance(cell, float | complex | np.number) or (
        isinstance(cell, Decimal) and _comes_back(cell)
    )


def _comes_back(number: str | int | Decimal) -> bool:
    """Say whether a float still says the number that was written."""
    try:
        return Decimal(number) == Decimal(repr(float(number)))
    except OverflowError:  # told as a number that is not finite
        return True


def labels_on_both_sides(sides: Sequence[Side]) -> None:
    """Read a column of one's own as labels where the other side has labels in it.

    So it is read where both sides stand in one table. Numbers of a roster that was read before
    become labels when the rosters are aligned.
    """
    labelled = {
        name
        for side in sides
        for name, column in side.columns.items()
        if isinstance(column, Categories) and column.known.any()
    }
    for side in sides:
        for name in labelled.intersection(side.own):
            if isinstance(side.columns[name], Numbers) or not side.columns[name].known.any():
                side.columns[name] = parsing.categories(*side.own[name])


_ROLES = {
    "mentor": (True, False), "mentors": (True, False), "teaches": (True, False),
    "mentee": (False, True), "mentees": (False, True), "learns": (False, True),
    "both": (True, True), "mentor mentee": (True, True),
}  # fmt: skip


def split_roles(everybody: Side, problems: list[InputProblem]) -> list[Side]:
    """Return mentors and mentees by the column ``role``."""
    role = everybody.columns.pop("role", None)
    if not isinstance(role, Categories):
        hint = "write mentor, mentee or both for each person"
        problems.append(InputProblem("no column 'role'", hint=hint))
        return [everybody]
    allowed = [_ROLES.get(" ".join(re.findall(r"\w+", name_key(name)))) for name in role.labels]
    for at, code in enumerate(role.codes.tolist()):
        if code < 0 or allowed[code] is None:
            value = "missing" if code < 0 else repr(role.labels[code])
            text = f"the role is {value}; mentor, mentee and both are allowed"
            problems.append(InputProblem(text, everybody.rows[at], "role"))
    sides = []
    for place, name in enumerate(("mentors", "mentees")):
        member = np.array([choice is not None and choice[place] for choice in allowed] + [False])
        taken = np.flatnonzero(member[role.codes])
        rows = taken.tolist()
        columns = {each: column.take(taken) for each, column in everybody.columns.items()}
        ids = [everybody.ids[row] for row in rows]
        rows = [everybody.rows[row] for row in rows]
        sides.append(Side(name, ids, columns, rows, everybody.whole_ids, everybody.unused))
    return sides
