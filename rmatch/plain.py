"""Columns as plain data, one value per person: how a roster's rows become people."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np

from rmatch.columns import Categories, Column, Numbers, Ragged
from rmatch.fields import CEFR, KNOWN, Kind
from rmatch.people import Goal, Person, people_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from rmatch.people import Roster

    Floats = NDArray[np.float64]

#: The ids, which a roster holds besides its columns, and what it holds in two columns.
_ELSEWHERE = ("id", "birth_earliest", "birth_latest", "hours_from", "hours_to")


def build(roster: Roster) -> list[Person]:
    """Return everybody on the roster as plain data; missing values take their defaults."""
    known: dict[str, Sequence[Any]] = {"id": roster.ids}
    extra: dict[str, Sequence[Any]] = {}
    for name, column in roster.columns.items():
        if name in _ELSEWHERE:
            continue
        if name in KNOWN:
            known[name] = plain_values(column, KNOWN[name].kind, getattr(Person, name, None))
        else:
            extra[name] = plain_values(column)
    for first, second, name, combine in _JOINED:
        if first in roster.columns and second in roster.columns:
            one, other = roster.numbers(first).values, roster.numbers(second).values
            known[name] = combine(one, other)
    if extra:
        known["extra"] = [
            {name: value for name, value in zip(extra, row, strict=True) if value not in (None, ())}
            for row in zip(*extra.values(), strict=True)
        ]
    return people_of(known)


def plain_values(column: Column, kind: Kind | None = None, missing: Any = None) -> list[Any]:
    """Return one plain value per person, ``missing`` where there is none; a list may be empty."""
    if isinstance(column, Numbers):
        return _numbers(column.values.tolist(), _NUMBERS.get(kind, _number), missing)
    if isinstance(column, Categories):
        labels = (*column.labels, missing)
        return [labels[code] for code in column.codes.tolist()]
    return _lists(kind, column)


def _numbers(values: list[float], convert: Callable[[float], Any], missing: Any) -> list[Any]:
    if convert is _number and all(map(float.is_integer, values)):
        return list(map(int, values))
    return [missing if value != value else convert(value) for value in values]


def _lists(kind: Kind | None, column: Ragged) -> list[Any]:
    counts = column.counts.tolist()
    labels = iter(_picked(column.labels, column.codes))
    if kind in (Kind.SET, Kind.IDS):
        return [frozenset(islice(labels, count)) for count in counts]
    if kind is Kind.GOALS:
        values: list[Any] = list(map(_goal, column.values.tolist(), column.weights.tolist()))
    elif kind is Kind.LANGUAGES:
        values = _picked(CEFR, column.values.astype(np.intp) - 1)
    elif kind is Kind.LEVELS:
        values = column.values.tolist()
    else:
        return [tuple(islice(labels, count)) for count in counts]
    entries = zip(labels, values, strict=True)
    return [dict(islice(entries, count)) for count in counts]


def _picked(labels: Sequence[str], codes: NDArray[np.integer]) -> list[str]:
    """Return the label of each code, all at once."""
    picked: list[str] = np.array(labels, dtype=object)[codes].tolist()
    return picked


@lru_cache(maxsize=1024)
def _goal(target: float, importance: float) -> Goal:
    return Goal(None if target != target else target, importance)


def _number(value: float) -> float:
    return int(value) if value.is_integer() else value


_NUMBERS: dict[Kind | None, Callable[[float], Any]] = {
    Kind.FLAG: bool,
    Kind.DATE: lambda value: str(np.datetime64(int(value), "D")),
}


def _births(earliest: Floats, latest: Floats) -> list[Any]:
    """Return birth years: of most people a year, of others the earliest and the latest."""
    years = _numbers(earliest.tolist(), _number, None)
    bands = np.flatnonzero(earliest != latest)  # NaN, not known, is unequal to itself
    ends = _numbers(latest[bands].tolist(), _number, None)
    for at, end in zip(bands.tolist(), ends, strict=True):
        years[at] = None if years[at] is None or end is None else (years[at], end)
    return years


def _hours(begin: Floats, end: Floats) -> list[Any]:
    """Return working hours as text."""
    known = (begin == begin) & (end == end)
    return [
        f"{_clock(one)}-{_clock(other)}" if told else None
        for one, other, told in zip(begin.tolist(), end.tolist(), known.tolist(), strict=True)
    ]


def _clock(minutes: float) -> str:
    return f"{int(minutes) // 60:02d}:{int(minutes) % 60:02d}"


#: Fields of a person that a roster holds in two columns.
_JOINED = (
    ("birth_earliest", "birth_latest", "birth_year", _births),
    ("hours_from", "hours_to", "working_hours", _hours),
)
