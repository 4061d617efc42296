"""Columns as plain data, one value per person: how a roster's rows become people."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from rmatch.columns import Categories, Column, Numbers, Ragged
from rmatch.fields import CEFR, KNOWN, Kind
from rmatch.people import Goal, Person

if TYPE_CHECKING:
    from rmatch.people import Roster

#: Columns that a roster holds in two, and people in one field.
_HALVES = ("id", "birth_earliest", "birth_latest", "hours_from", "hours_to")


def build(roster: Roster) -> list[Person]:
    """Return everybody on the roster as plain data; missing values take their defaults."""
    known: list[dict[str, Any]] = [{"id": person} for person in roster.ids]
    extra: list[dict[str, Any]] = [{} for _ in roster.ids]
    for name, column in roster.columns.items():
        if name in _HALVES:
            continue
        target = known if name in KNOWN else extra
        for person, value in zip(target, plain_values(name, column), strict=True):
            if value is not None:
                person[name] = value
    _join(roster, known, "birth_earliest", "birth_latest", "birth_year", _birth)
    _join(roster, known, "hours_from", "hours_to", "working_hours", _hours)
    return [Person(**one, extra=rest) for one, rest in zip(known, extra, strict=True)]


def plain_values(name: str, column: Column) -> list[Any]:
    """Return one plain value per person, ``None`` where it is missing."""
    kind = KNOWN[name].kind if name in KNOWN else None
    if isinstance(column, Numbers):
        convert = _NUMBERS.get(kind, _number)
        return [None if value != value else convert(value) for value in column.values.tolist()]
    if isinstance(column, Categories):
        labels = (*column.labels, None)
        return [labels[code] for code in column.codes.tolist()]
    return _lists(kind, column)


def _lists(kind: Kind | None, column: Ragged) -> list[Any]:
    labels = [column.labels[code] for code in column.codes.tolist()]
    bounds = column.starts.tolist()
    spans = list(pairwise(bounds))
    if kind in (Kind.SET, Kind.IDS):
        return [frozenset(labels[a:b]) if a < b else None for a, b in spans]
    values: list[Any] = column.values.tolist()
    if kind is Kind.GOALS:
        values = list(map(_goal, values, column.weights.tolist()))
    elif kind is Kind.LANGUAGES:
        values = [CEFR[int(rank) - 1] for rank in values]
    elif kind is not Kind.LEVELS:
        return [tuple(labels[a:b]) if a < b else None for a, b in spans]
    return [dict(zip(labels[a:b], values[a:b], strict=True)) if a < b else None for a, b in spans]


@lru_cache(maxsize=1024)
def _goal(target: float, importance: float) -> Goal:
    return Goal(None if target != target else target, importance)


def _number(value: float) -> float:
    return int(value) if value.is_integer() else value


_NUMBERS: dict[Kind | None, Callable[[float], Any]] = {
    Kind.FLAG: bool,
    Kind.DATE: lambda value: str(np.datetime64(int(value), "D")),
}


def _join(
    roster: Roster,
    people: list[dict[str, Any]],
    first: str,
    second: str,
    name: str,
    combine: Callable[[float, float], Any],
) -> None:
    if first in roster.columns and second in roster.columns:
        one, other = roster.numbers(first).values.tolist(), roster.numbers(second).values.tolist()
        for person, low, high in zip(people, one, other, strict=True):
            if low == low and high == high:
                person[name] = combine(_number(low), _number(high))


def _birth(earliest: float, latest: float) -> float | tuple[float, float]:
    return earliest if earliest == latest else (earliest, latest)


def _hours(begin: float, end: float) -> str:
    return f"{_clock(begin)}-{_clock(end)}"


def _clock(minutes: float) -> str:
    return f"{int(minutes) // 60:02d}:{int(minutes) % 60:02d}"
