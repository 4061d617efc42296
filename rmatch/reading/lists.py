"""Lists in one cell: skills with levels, goals with targets, languages, interests, rankings."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from decimal import Decimal
from itertools import accumulate, chain
from typing import TYPE_CHECKING, Any

import numpy as np

from rmatch.columns import Ragged
from rmatch.fields import CEFR
from rmatch.people import Goal
from rmatch.reading.cells import MISSING, Bad, Cells, distinct, missing, number, text, without_point

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: What an entry of a list says of its label: value and weight.
Amount = tuple[float, float]

#: What separates the items of a cell, the strongest first: a column is written in one way.
SEPARATORS = (";", "|", "\n", ",")
SEPARATOR = re.compile("[" + "".join(SEPARATORS) + "]")

#: Importances are relative; beyond this, sums of them would no longer be told apart.
MOST_IMPORTANT = 1_000_000


def ragged(
    cells: Sequence[Any],
    where: Cells,
    read: Callable[[str, Any], Amount],
    *,
    split: Callable[[str], tuple[str, Any]] | None = None,
    ranked: bool = False,
) -> Ragged:
    """Parse a column of lists.

    Cells are text with separators, JSON, a mapping of label to value, or a sequence of labels.

    Parameters
    ----------
    read
        Turns a raw value (``None`` where none is given) into value and weight; what is wrong with
        it is said with the label.
    split
        Takes the raw value off a written item: ``"Python:4"`` is ``("Python", "4")``.
    ranked
        The value of an item is its place in the list, from 1.
    """
    if split is None:
        cells = _one_in_each(cells)
    lists, which = distinct(cells)
    unread: dict[int, list[Bad]] = {}
    items, ends = _all_items(lists, unread)
    where.report(unread, which)
    # Few items are different: each is read once, the rest is looking up.
    unlike, entry = distinct(items)
    labels, codes, values, weights, wrong = _read_all(unlike, read, split or _whole)
    starts = np.array(ends)
    faults: dict[int, list[Bad]] = {}
    for at in np.flatnonzero(np.isin(entry, list(wrong))).tolist() if wrong else ():
        cell = int(np.searchsorted(starts, at, side="right")) - 1
        faults.setdefault(cell, []).append(wrong[int(entry[at])])
    where.report(faults, which)
    kept = codes[entry] >= 0  # empty and bad items are left out
    entry = entry[kept]
    starts = np.concatenate(([0], np.cumsum(kept)))[starts]
    column = Ragged(starts, codes[entry], values[entry], weights[entry], labels)
    if len(lists) < len(cells):
        column = column.take(which)
    return with_ranks(column) if ranked else column


def _one_in_each(cells: Sequence[Any]) -> Sequence[Any]:
    """Return a column with a list in place of each number: one id for a person, or none."""
    cells = without_point(cells)
    kinds = {kind for kind in set(map(type, cells)) if issubclass(kind, _NUMBERS)} - {bool}
    if not kinds:
        return cells
    return [(cell,) if type(cell) in kinds and not missing(cell) else cell for cell in cells]


def _all_items(cells: Sequence[Any], unread: dict[int, list[Bad]]) -> tuple[list[Any], list[int]]:
    """Return the items of all lists, one after another, and where each list begins and ends."""
    if set(map(type, cells)) == {str}:
        lists = list(map(str.strip, cells))
        text = "".join(lists)
        if "{" not in text and "[" not in text:  # no JSON: all is split in one go
            separator = _separator(text)
            texts = ["" if len(cell) <= _LONGEST_MISSING and cell.casefold() in MISSING else cell
                     for cell in lists]  # fmt: skip
            counts = [cell.count(separator) + 1 for cell in texts]
            return _split(separator.join(texts), separator), [0, *accumulate(counts)]
    lists = [cell.strip() if isinstance(cell, str) else cell for cell in cells]
    written = (cell for cell in lists if isinstance(cell, str) and not cell.startswith(_JSON))
    separator = _separator("".join(written))
    items: list[Any] = []
    ends = [0]
    for at, cell in enumerate(lists):
        try:
            items += _items(cell, separator)
        except Bad as error:
            unread[at] = [error]
        ends.append(len(items))
    return items, ends


def _read_all(
    items: Iterable[Any],
    read: Callable[[str, Any], Amount],
    split: Callable[[str], tuple[str, Any]],
) -> tuple[
    tuple[str, ...], NDArray[np.int32], NDArray[np.float64], NDArray[np.float64], dict[int, Bad]
]:
    """Return all labels; code, value and weight of each item; and what cannot be read."""
    labels: dict[str, int] = {}
    codes: list[int] = []
    amounts: list[Amount] = []
    wrong: dict[int, Bad] = {}
    # Items that differ often have the same of few labels and of few levels.
    code_of: dict[str, int] = {}
    amount_of: dict[Any, Amount] = {}
    for at, item in enumerate(items):
        try:
            if type(item) is not str and not isinstance(item, tuple):
                item = _named(item, None)
            label, value = split(item) if type(item) is str else item
            code = code_of.get(label) if type(label) is str else None
            amount = amount_of.get(value) if type(value) in _REMEMBERED else None
            if code is None or amount is None:
                name = _named(label, value)
                amount = amount or read(name, value)
                code = labels.setdefault(name, len(labels)) if name else -1
                if name and type(label) is str:
                    code_of[label] = code
                if type(value) in _REMEMBERED:
                    amount_of[value] = amount
        except Bad as error:
            wrong[at] = error
            code, amount = -1, (0.0, 0.0)
        codes.append(code)
        amounts.append(amount)
    values, weights = np.fromiter(chain.from_iterable(amounts), float).reshape(-1, 2).T
    return tuple(labels), np.array(codes, dtype=np.int32), values, weights, wrong


_NUMBERS = (int, float, np.integer, np.floating, Decimal)

#: Types of values that say the same wherever they are equal.
_REMEMBERED = (type(None), str, int, float)


def _named(label: Any, value: Any) -> str:
    """Return the label of an item; there is none where all of the item is missing."""
    name = "" if missing(label) else text(label)
    if not name and not missing(value):
        raise Bad("an item with a level has no name", "write it as in 'Python:4'")
    return name


def _whole(item: str) -> tuple[str, None]:
    return item, None


def with_ranks(column: Ragged) -> Ragged:
    """Return the list with the place of each entry, from 1, as its value."""
    ranks = np.arange(len(column.codes)) - column.starts[column.rows] + 1
    return Ragged(column.starts, column.codes, ranks.astype(float), column.weights, column.labels)


def _separator(text: str) -> str:
    """The strongest separator in all lists of a column: one column, one way of writing."""
    return next((separator for separator in SEPARATORS if separator in text), SEPARATORS[-1])


#: JSON begins so, and has its own commas.
_JSON = ("{", "[")

_LONGEST_MISSING = max(map(len, MISSING))


def _split(text: str, separator: str) -> list[str]:
    # The same item after a space is the same key.
    return text.replace(separator + " ", separator).split(separator)


def _items(cell: Any, separator: str) -> Collection[Any]:
    if isinstance(cell, str):
        if len(cell) <= _LONGEST_MISSING and cell.casefold() in MISSING:
            return ()
        if cell.startswith(_JSON):
            return _items(_json(cell), separator)
        return _split(cell, separator)
    if isinstance(cell, Mapping):
        return cell.items()
    if isinstance(cell, set | frozenset):
        return _listed(sorted(cell, key=str))
    if isinstance(cell, list | tuple) or (isinstance(cell, np.ndarray) and cell.ndim):
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
        return json.loads(cell, object_pairs_hook=_object)
    except (ValueError, RecursionError) as error:
        raise Bad(f"{cell[:40]!r} begins like JSON but is not: {error}") from None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object of JSON; of a name that is there twice, JSON itself keeps the last value."""
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise Bad(f"{twice!r} is there twice in {{...}}")
    return found


def split_level(item: str) -> tuple[str, str | None]:
    """Take the level off ``"Python:4"``."""
    name, colon, level = item.rpartition(":")
    return (name, level) if colon else (level, None)


def split_goal(item: str) -> tuple[str, Any]:
    """Take target level and importance off ``"Python:4*2"``, ``"Python*2"`` or ``"Python"``."""
    rest, star, importance = item.rpartition("*")
    if not star:
        return split_level(item)
    name, level = split_level(rest)
    return name, {"target": level, "importance": importance}


def level_of(name: str, value: Any) -> Amount:
    """Read the level of a skill or of an answer; NaN where none is given."""
    if isinstance(value, Mapping):
        _only(name, value, "level")
        value = value.get("level")
    return _level(name, value), 1.0


def _only(name: str, value: Mapping[Any, Any], *allowed: str) -> None:
    unknown = value.keys() - {*allowed}
    if unknown:
        are = "is" if len(allowed) == 1 else "are"
        shown = sorted(map(str, unknown))
        raise Bad(f"{name!r} has {shown}; {' and '.join(allowed)} {are} allowed")


def target_of(name: str, value: Any) -> Amount:
    """Read the target level (NaN: the top of the scale) and importance (default 1) of a goal."""
    importance: Any = None
    target = value
    if isinstance(value, Goal):
        target, importance = value.target, value.importance
    elif isinstance(value, Mapping):
        _only(name, value, "target", "importance")
        target, importance = value.get("target"), value.get("importance")
    weight = 1.0 if importance is None else _level(name, importance)
    if weight <= 0 or weight > MOST_IMPORTANT:
        raise Bad(
            f"goal {name!r} has importance {weight:g}; "
            f"it must be above 0 and at most {MOST_IMPORTANT:,}"
        )
    return _level(name, target), 1.0 if math.isnan(weight) else weight


def _level(name: str, value: Any) -> float:
    """Read a level, NaN where it is missing."""
    try:
        return math.nan if missing(value) else number(value)
    except Bad as error:
        hint = "write the level as in 'Python:4'"
        if isinstance(value, str) and any(each in value for each in SEPARATORS):
            hint += ", and separate the items of a column all alike"
        raise Bad(f"{name!r}: {error.problem[0]}", hint) from None


_CEFR = {level: float(rank) for rank, level in enumerate(CEFR, 1)} | {"NATIVE": 6.0}


def rank_of(name: str, value: Any) -> Amount:
    """Read the CEFR level of a language as a rank from 1 to 6; without a level, C2."""
    if value is None or missing(value):
        return 6.0, 1.0
    rank = _CEFR.get(str(value).strip().upper())
    if rank is None:
        raise Bad(f"{name!r}: level {value!r}; {', '.join(CEFR)} and native are allowed")
    return rank, 1.0


def presence(name: str, value: Any) -> Amount:
    """Read a label that is there or not."""
    return 1.0, 1.0
