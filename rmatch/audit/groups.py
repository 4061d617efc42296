"""The audit's own table: attributes by person, joined to a matching only here (§C11)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np

from rmatch.errors import InputProblem, InvalidInputError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from rmatch.reading.tables import Table

    #: For each attribute, the label of each person.
    Groups = dict[str, dict[str, str]]

UNKNOWN = "unknown"
_JOIN = " & "


def read_groups(source: Any) -> Groups:
    """Return the attributes of people, by attribute, then by id.

    Parameters
    ----------
    source
        A mapping of id to a mapping of attributes, or any table that rosters are read from (list
        of dicts, data frame, CSV, Excel) with a column ``id``. Labels are compared as text; empty
        ones become "unknown", which is counted and shown but never a yardstick.

    Raises
    ------
    InvalidInputError
        No column ``id``, no attribute, an id that is missing or there twice: all at once.

    Examples
    --------
    >>> read_groups([{"id": "a", "gender": "f"}, {"id": "b", "gender": None}])
    {'gender': {'a': 'f', 'b': 'unknown'}}
    """
    from rmatch.reading.tables import load

    if isinstance(source, Mapping) and all(isinstance(row, Mapping) for row in source.values()):
        source = [{"id": person, **row} for person, row in source.items()]
    table = load(source)
    ids = table.columns.get("id")
    names = [name for name in table.columns if name != "id"]
    if ids is None or not names:
        raise InvalidInputError(
            f"the table of groups has the columns {', '.join(map(repr, table.columns)) or 'none'}; "
            "a column 'id' and at least one attribute are needed"
        )
    problems = list(table.problems)
    columns = {name: _labels(table, name, problems) for name in ("id", *names)}
    keys = columns.pop("id")
    problems += _bad_ids(keys, table.rows)
    if problems:
        raise InvalidInputError.from_problems(problems)
    return {
        name: dict(zip(keys, (label or UNKNOWN for label in labels), strict=True))
        for name, labels in columns.items()
    }


def _labels(table: Table, name: str, problems: list[InputProblem]) -> list[str]:
    """Return a column of ids or labels, read as rosters read them; "" where there is none."""
    from rmatch.reading.cells import Bad, missing, text

    labels = []
    for cell, row in zip(table.columns[name], table.rows, strict=True):
        try:
            labels.append("" if missing(cell) else text(cell))
        except Bad as error:
            labels.append("")
            problems.append(InputProblem(error.problem[0], row, name))
    return labels


def _bad_ids(ids: Sequence[str], rows: Sequence[int]) -> Iterator[InputProblem]:
    seen: dict[str, int] = {}
    for person, row in zip(ids, rows, strict=True):
        if not person:
            yield InputProblem("no id", row, "id")
        elif person in seen:
            yield InputProblem(f"{person!r} is there twice, first in row {seen[person]}", row)
        seen.setdefault(person, row)


def crossed(groups: Groups) -> dict[tuple[str, str], dict[str, str]]:
    """Return the intersections of each two attributes, labelled "f & 40+"."""
    return {
        (one, other): {
            person: f"{label}{_JOIN}{groups[other].get(person, UNKNOWN)}"
            for person, label in groups[one].items()
        }
        for one, other in combinations(groups, 2)
    }


def members(labels: Mapping[str, str], ids: Sequence[Any]) -> dict[str, NDArray[np.intp]]:
    """Return the rows of each label among some people, labels in order; the others are unknown."""
    found: dict[str, list[int]] = {}
    for row, person in enumerate(ids):
        found.setdefault(labels.get(str(person), UNKNOWN), []).append(row)
    return {label: np.array(found[label], dtype=np.intp) for label in sorted(found)}


def lines(labels: Sequence[str], *, crossing: bool) -> list[list[int]]:
    """Return which cells add up to a total that is shown: all, or rows and columns of a crossing.

    The totals of an intersection are the groups of its two attributes.
    """
    if not crossing:
        return [list(range(len(labels)))]
    found: dict[tuple[int, str], list[int]] = {}
    for at, label in enumerate(labels):
        parts = label.split(_JOIN) if _JOIN in label else [label, label]
        found.setdefault((0, parts[0]), []).append(at)
        found.setdefault((1, parts[-1]), []).append(at)
    return list(found.values())
