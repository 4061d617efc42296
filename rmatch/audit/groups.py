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
    #: The names of the attributes looked at together, one or two; or a group's label of each.
    Label = tuple[str, ...]

UNKNOWN = "unknown"


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
    problems = [*table.problems, *table.faults]
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
    from rmatch.reading.cells import Bad, missing, no_label, text

    absent = missing if name == "id" else no_label
    labels = []
    for cell, row in zip(table.columns[name], table.rows, strict=True):
        try:
            labels.append("" if absent(cell) else text(cell))
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


def looked_at(groups: Groups) -> Iterator[tuple[Label, dict[str, Label]]]:
    """Yield each attribute, then each two, by name, with everybody's labels."""
    for size in (1, 2):
        for names in combinations(groups, size):
            people = {person for name in names for person in groups[name]}
            yield (
                names,
                {
                    person: tuple(groups[name].get(person, UNKNOWN) for name in names)
                    for person in people
                },
            )


def joined(label: Label) -> str:
    """Return names or labels of an intersection as one: "f & 40+"."""
    return " & ".join(label)


def members(
    labels: Mapping[str, Label], ids: Sequence[Any], unknown: Label
) -> dict[Label, NDArray[np.intp]]:
    """Return the rows of each label among some people, labels in order; the others are unknown."""
    found: dict[Label, list[int]] = {}
    for row, person in enumerate(ids):
        found.setdefault(labels.get(str(person), unknown), []).append(row)
    return {label: np.array(found[label], dtype=np.intp) for label in sorted(found)}


def lines(labels: Sequence[Label]) -> list[list[int]]:
    """Return which cells add up to a total that is shown: those that are alike but in one place.

    Of one attribute that is all cells; of a crossing its rows and columns, whose totals are the
    groups of the two attributes.
    """
    found: dict[tuple[int, Label], list[int]] = {}
    for at, label in enumerate(labels):
        for place in range(len(label)):
            found.setdefault((place, label[:place] + label[place + 1 :]), []).append(at)
    return list(found.values())
