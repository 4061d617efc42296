"""Lists in one cell: skills with levels, goals with targets, languages, interests, rankings."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from rmatch.columns import Ragged
from rmatch.fields import CEFR
from rmatch.people import Goal
from rmatch.reading.cells import MISSING, Bad, Cells, missing, number, text

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: One entry of a list: its label, value and weight.
Item = tuple[str, float, float]


#: Importances are relative; beyond this, sums of them would no longer be told apart.
MOST_IMPORTANT = 1_000_000


def ragged(
    cells: Sequence[Any],
    where: Cells,
    read: Callable[[str, Any], Item],
    *,
    split: Callable[[Any], tuple[str, Any]] | None = None,
    ranked: bool = False,
) -> Ragged:
    """Parse a column of lists.

    Cells are text with separators, JSON, a mapping of label to value, or a sequence of labels.

    Parameters
    ----------
    read
        Turns a label and its raw value (``None`` where none is given) into an item.
    split
        Takes the raw value off a written item: ``"Python:4"`` is ``("Python", "4")``.
    ranked
        The value of an item is its place in the list, from 1.
    """
    separator = _separator(cells)
    items: list[Any] = []
    counts = np.zeros(len(cells), dtype=np.int64)
    for at, cell in enumerate(cells):
        try:
            found = _items(cell, separator)
        except Bad as error:
            where.bad(at, *error.problem)
            continue
        items.extend(found)
        counts[at] = len(found)
    # Few items are different: each is read once, the rest is looking up.
    keys = items if set(map(type, items)) <= {str} else list(map(_key, items))
    distinct = dict(zip(keys, items, strict=True))
    place = {key: number for number, key in enumerate(distinct)}
    at_item = np.fromiter(map(place.__getitem__, keys), np.intp, len(keys))
    labels, table, wrong = _read_all(distinct.values(), read, split or _whole)
    row = np.repeat(np.arange(len(cells)), counts)
    for entry in np.flatnonzero(np.isin(at_item, list(wrong))).tolist() if wrong else ():
        where.bad(int(row[entry]), *wrong[int(at_item[entry])].problem)
    entries = table[at_item]
    kept = entries[:, 0] >= 0  # empty and bad items are left out
    starts = np.concatenate(([0], np.cumsum(np.bincount(row[kept], minlength=len(cells)))))
    codes, values, weights = entries[kept].T
    column = Ragged(starts, codes.astype(np.int32), values.copy(), weights.copy(), labels)
    return with_ranks(column) if ranked else column


def _key(item: Any) -> Any:
    """Return what an item is remembered by: True, 1 and 1.0 are equal and different items."""
    if isinstance(item, tuple):
        value = item[1]
        return item[0], type(value), str(value) if isinstance(value, Mapping) else value
    return type(item), item


def _read_all(
    items: Iterable[Any],
    read: Callable[[str, Any], Item],
    split: Callable[[Any], tuple[str, Any]],
) -> tuple[tuple[str, ...], NDArray[np.float64], dict[int, Bad]]:
    """Return all labels, (items, 3) of code, value and weight, and what cannot be read."""
    labels: dict[str, int] = {}
    rows: list[tuple[float, float, float]] = []
    wrong: dict[int, Bad] = {}
    for at, raw in enumerate(items):
        try:
            label, value = raw if isinstance(raw, tuple) else split(raw)
            name, level, weight = read(text(label), value)
            rows.append((labels.setdefault(name, len(labels)) if name else -1, level, weight))
        except Bad as error:
            wrong[at] = error
            rows.append((-1, 0.0, 0.0))
    return tuple(labels), np.array(rows, dtype=float).reshape(-1, 3), wrong


def _whole(raw: Any) -> tuple[str, None]:
    return text(raw), None


def with_ranks(column: Ragged) -> Ragged:
    """Return the list with the place of each entry, from 1, as its value."""
    ranks = np.arange(len(column.codes)) - column.starts[column.rows] + 1
    return Ragged(column.starts, column.codes, ranks.astype(float), column.weights, column.labels)


def _separator(cells: Sequence[Any]) -> str:
    """The strongest separator that any cell of the column uses: one column, one way of writing."""
    written = [cell for cell in cells if isinstance(cell, str)]
    for separator in (";", "|", "\n"):
        if any(separator in cell for cell in written):
            return separator
    return ","


def _items(cell: Any, separator: str) -> Collection[Any]:
    if isinstance(cell, str):
        if cell.startswith(("{", "[")):
            return _items(_json(cell), separator)
        if cell.casefold() in MISSING:
            return ()
        # The same item after a space is the same key.
        return cell.replace(f"{separator} ", separator).split(separator)
    if isinstance(cell, Mapping):
        return cell.items()
    if isinstance(cell, set | frozenset):
        return sorted(cell)
    if isinstance(cell, list | tuple | np.ndarray):
        return _listed(cell)
    if missing(cell):
        return ()
    raise Bad(f"{cell!r:.60} is no list", "write items separated by ';'")


def _listed(cell: Iterable[Any]) -> list[Any]:
    items: list[Any] = []
    for item in cell:
        if isinstance(item, Mapping):
            rest = dict(item)
            items.append((rest.pop("name", rest.pop("skill", "")), rest))
        elif isinstance(item, list | tuple):
            if len(item) != 2:
                raise Bad(f"{item!r:.60} is no pair of name and level")
            items.append((item[0], item[1]))
        else:
            items.append(item)
    return items


def _json(cell: str) -> Any:
    try:
        return json.loads(cell)
    except ValueError as error:
        raise Bad(f"{cell[:40]!r} begins like JSON but is not: {error}") from None


def split_level(item: Any) -> tuple[str, str | None]:
    """Take the level off ``"Python:4"``."""
    name, colon, level = text(item).rpartition(":")
    return (name.rstrip(), level) if colon else (level, None)


def split_goal(item: Any) -> tuple[str, Any]:
    """Take target level and importance off ``"Python:4*2"``, ``"Python*2"`` or ``"Python"``."""
    rest, star, importance = text(item).rpartition("*")
    if not star:
        return split_level(item)
    name, level = split_level(rest)
    return name, {"target": level, "importance": importance}


def level_item(name: str, value: Any) -> Item:
    """Read a skill or a value with its level; NaN where none is given."""
    if value is None:
        return name, math.nan, 1.0
    if not isinstance(value, str | float | int) and isinstance(value, Mapping):
        value = value.get("level")
    return name, _level(name, value), 1.0


def goal_item(name: str, value: Any) -> Item:
    """Read a goal with its target level (NaN: the top of the scale) and importance (default 1)."""
    importance: Any = None
    target = value
    if isinstance(value, Goal):
        target, importance = value.target, value.importance
    elif isinstance(value, dict):
        unknown = value.keys() - {"target", "importance"}
        if unknown:
            raise Bad(f"goal {name!r} has {sorted(unknown)}; target and importance are allowed")
        target, importance = value.get("target"), value.get("importance")
    weight = 1.0 if importance is None else _level(name, importance)
    if weight <= 0 or weight > MOST_IMPORTANT:
        raise Bad(
            f"goal {name!r} has importance {weight:g}; "
            f"it must be above 0 and at most {MOST_IMPORTANT:,}"
        )
    return name, _level(name, target), 1.0 if math.isnan(weight) else weight


def _level(name: str, value: Any) -> float:
    """Read a level, NaN where it is missing."""
    try:
        return _written(value) if type(value) is str else _amount(value)
    except Bad as error:
        raise Bad(f"{name!r}: {error.problem[0]}", "write the level as in 'Python:4'") from None


def _amount(value: Any) -> float:
    return math.nan if missing(value) else number(value)


#: Many items have one of few levels: what is written is read once.
_written = lru_cache(maxsize=1024)(_amount)

_CEFR = {level: float(rank) for rank, level in enumerate(CEFR, 1)} | {"NATIVE": 6.0}


def language_item(name: str, value: Any) -> Item:
    """Read a language with its CEFR level as a rank from 1 to 6; without a level, C2."""
    if value is None or missing(value):
        return name, 6.0, 1.0
    rank = _CEFR.get(str(value).strip().upper())
    if rank is None:
        raise Bad(f"{name!r}: level {value!r}; {', '.join(CEFR)} and native are allowed")
    return name, rank, 1.0


def set_item(name: str, value: Any) -> Item:
    """Read a label that is there or not."""
    return name, 1.0, 1.0
