"""Lists of ids, such as vetoes: entries that are several ids, and ids that became several."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence, Set
from typing import TYPE_CHECKING

import numpy as np

from rmatch.columns import Ragged
from rmatch.errors import InputProblem
from rmatch.fields import KNOWN, Kind
from rmatch.names import labels
from rmatch.reading.lists import SEPARATOR

if TYPE_CHECKING:
    from rmatch.columns import Column


def id_list_problems(
    columns: Mapping[str, Column], rows: Sequence[int], side: str | None, ids: Set[str]
) -> list[InputProblem]:
    """Return the entries of a side's lists of ids that cannot be as they were meant.

    A column has one separator. Where somebody writes "s3; s4", another's "s1, s2" is one entry, and
    where nobody does, the id "Miller, Ann" is two: a veto would stop counting. That shows only once
    the ids of everybody are known.
    """
    return [
        InputProblem(text, rows[row], name, side, hint)
        for name, column in columns.items()
        if isinstance(column, Ragged) and name in KNOWN
        if KNOWN[name].kind in (Kind.IDS, Kind.RANKING)
        for row, text, hint in dict.fromkeys(_misread(column, ids, KNOWN[name].private))
    ]


def _misread(column: Ragged, ids: Set[str], private: bool) -> Iterator[tuple[int, str, str]]:
    """Yield row, what is wrong and what to do; private entries are not shown (§C11)."""
    known = np.array([label in ids for label in column.labels], dtype=bool)
    strange = np.flatnonzero(~known[column.codes]).tolist()
    whole = _with_separators(ids) if strange else {}
    for at in strange:
        row, entry = int(column.rows[at]), column.labels[column.codes[at]]
        if SEPARATOR.search(entry) and _parts(entry) & ids:
            shown = "an entry" if private else repr(entry)
            hint = "separate ids by ';' in every cell of this column"
            yield row, f"{shown} is nobody's id, but a part of it is", hint
        for person in whole.get(entry, ()):
            if _parts(person) <= {label for label, _, _ in column.entries(row)}:
                shown = "an id" if private else repr(person)
                hint = """write the list as JSON, as in '["one, two"]'"""
                yield row, f"{shown} was read as several: it has a separator in it", hint


def _with_separators(ids: Set[str]) -> dict[str, list[str]]:
    """Return the ids that have a separator in them, by each of their parts."""
    found = defaultdict(list)
    for person in ids:
        if SEPARATOR.search(person):
            for part in _parts(person):
                found[part].append(person)
    return found


def _parts(entry: str) -> set[str]:
    return {*filter(None, labels(SEPARATOR.split(entry)))}
