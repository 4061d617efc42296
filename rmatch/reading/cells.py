"""Cells as people write them, column by column, into the columns of a roster.

Every parser takes a whole column of raw cells and a :class:`Cells`, which knows where the column
stands and collects what is wrong. A bad cell becomes missing, so that all other problems are found
in the same pass. Labels come out as written; one spelling for all is chosen later, over both sides.
"""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from itertools import count
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from rmatch.columns import Categories, Numbers
from rmatch.errors import InputProblem, InvalidInputError
from rmatch.names import label
from rmatch.zones import is_slip

if TYPE_CHECKING:
    from numpy.typing import NDArray

T = TypeVar("T")

#: Text that means "no value", compared without case.
MISSING = frozenset({"", "na", "n/a", "#n/a", "nan", "nat", "null", "none", "<na>", "-", "?"})

#: What of these is also a name or a label where it is spelled so: Namibia, Ms Null, Nat.
NAMES = frozenset({"NA", "Na", "NAN", "Nan", "NAT", "Nat", "Null"})

_YES = frozenset({"yes", "y", "true", "1", "x"})
_NO = frozenset({"no", "n", "false", "0"})


class Bad(Exception):
    """A cell cannot be read: what is wrong, and what to do."""

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.problem = (message, hint)


@dataclass(frozen=True, eq=False)
class Cells:
    """Where a column stands, and the list of all problems that its parser adds to."""

    name: str
    rows: Sequence[int]
    side: str | None = None
    problems: list[InputProblem] = field(default_factory=list)

    def bad(self, at: int, message: str, hint: str | None = None) -> None:
        """Add one problem of the cell at a position."""
        self.problems.append(InputProblem(message, self.rows[at], self.name, self.side, hint))

    def report(self, wrong: Mapping[int, Sequence[Bad]], which: NDArray[np.intp]) -> None:
        """Add what is wrong with the different cells, for every cell that is one of them."""
        for at, cell in enumerate(which.tolist() if wrong else ()):
            for error in wrong.get(cell, ()):
                self.bad(at, *error.problem)


def missing(cell: Any) -> bool:
    """Say whether a cell means "no value"."""
    if cell is None:
        return True
    if isinstance(cell, str):
        return cell.strip().casefold() in MISSING
    return bool(cell != cell) if isinstance(cell, float | np.floating | Decimal) else _is_nat(cell)


def no_label(cell: Any) -> bool:
    """Say whether a cell of names or labels means "no value"."""
    return missing(cell) and not (isinstance(cell, str) and cell.strip() in NAMES)


def _is_nat(cell: Any) -> bool:
    return type(cell).__name__ in ("NaTType", "NAType") or (
        isinstance(cell, np.datetime64) and bool(np.isnat(cell))
    )


# ---- one value per person ------------------------------------------------------------------------


def distinct(cells: Sequence[Any]) -> tuple[Sequence[Any], NDArray[np.intp]]:
    """Return the different cells of a column, and which of them each cell is.

    True, 1 and 1.0 are equal keys and different cells: a column with several kinds of values, or
    with values that are no keys, is returned as it is.
    """
    kinds = set(map(type, cells)) - {str, type(None)}
    if len(kinds) > 1 or not kinds <= {bool, int, float, date}:
        return cells, np.arange(len(cells))
    place: dict[Any, int] = defaultdict(count().__next__)  # a new cell gets the next number
    which = np.fromiter(map(place.__getitem__, cells), np.intp, len(cells))
    return list(place), which


def read_each(
    cells: Sequence[Any], where: Cells, read: Callable[[Any], T], otherwise: T
) -> tuple[list[T], NDArray[np.intp]]:
    """Read each different cell, ``otherwise`` for bad ones; return also which one each cell is."""
    different, which = distinct(cells)
    values: list[T] = []
    wrong: dict[int, list[Bad]] = {}
    for at, cell in enumerate(different):
        try:
            values.append(read(cell))
        except Bad as error:
            wrong[at] = [error]
            values.append(otherwise)
    where.report(wrong, which)
    return values, which


def numbers(
    cells: Sequence[Any], where: Cells, read: Callable[[Any], float] | None = None
) -> Numbers:
    """Parse a column of numbers; ``read`` turns one cell into a float or raises ``Bad``."""
    if read is None and set(map(type, cells)) <= {int, float}:
        with suppress(OverflowError):  # a whole number that no float can hold
            values = np.array(cells, dtype=float)
            if not np.isinf(values).any():
                return Numbers(values)
    one = read or number
    found, which = read_each(
        cells, where, lambda cell: math.nan if missing(cell) else one(cell), math.nan
    )
    return Numbers(np.array(found, dtype=float)[which])


#: float() takes these, and "1_000" too, for numbers that nobody wrote.
_NO_NUMBERS = (bool, np.bool_, bytes, complex, np.complexfloating)


def number(cell: Any) -> float:
    """Read one finite number."""
    if isinstance(cell, str):
        cell = cell.strip()
    if isinstance(cell, _NO_NUMBERS) or (isinstance(cell, str) and "_" in cell):
        raise Bad(f"{cell!r:.60} is no number")
    try:
        value = float(cell)
    except (TypeError, ValueError):
        decimal_comma = isinstance(cell, str) and re.fullmatch(r"-?\d+,\d+", cell)
        hint = "write a decimal point" if decimal_comma else None
        raise Bad(f"{cell!r:.60} is no number", hint) from None
    except OverflowError:  # a whole number that no float can hold
        value = math.inf
    if not math.isfinite(value):
        raise Bad(f"{cell!r:.60} is not a finite number")
    return value


def whole(cell: Any) -> float:
    """Read a whole number of at least 0."""
    value = number(cell)
    if value < 0 or value != int(value):
        raise Bad(f"{cell!r}: whole numbers of at least 0 are allowed")
    return value


def positive(cell: Any) -> float:
    """Read a number of at least 0."""
    value = number(cell)
    if value < 0:
        raise Bad(f"{cell!r}: numbers of at least 0 are allowed")
    return value


def flag(cell: Any) -> float:
    """Read yes or no as 1 or 0."""
    if isinstance(cell, float) and cell in (0.0, 1.0):
        return cell
    text = str(cell).strip().casefold()
    if text in _YES:
        return 1.0
    if text in _NO:
        return 0.0
    raise Bad(f"{cell!r} is neither yes nor no")


def day(cell: Any) -> float:
    """Read a date as days since 1970-01-01."""
    return float(calendar_day(cell).toordinal() - date(1970, 1, 1).toordinal())


def calendar_day(cell: Any) -> date:
    """Read a date; of a time the day that its own clock shows."""
    if isinstance(cell, np.datetime64):
        cell = cell.astype("datetime64[D]").item()
    if isinstance(cell, datetime):
        cell = cell.date()
    if isinstance(cell, date) and cell == cell:  # pandas' NaT is a date, and none
        return cell
    text = str(cell).strip()
    try:
        return date.fromisoformat(text.partition("T")[0].partition(" ")[0])
    except ValueError:
        raise Bad(f"{text!r} is no date", "write it as 2026-01-31") from None


def text(cell: Any) -> str:
    """Read a label; lists and bytes are none."""
    if isinstance(cell, bytes):
        raise Bad(f"{cell!r:.60} is bytes, no text", "decode it first")
    if isinstance(cell, list | tuple | set | frozenset | Mapping | np.ndarray):
        raise Bad(f"{cell!r:.60} is no single value")
    try:
        return label(cell)
    except InvalidInputError as error:
        raise Bad(str(error), "write it whole or leave it out") from None


_POINT_ZERO = re.compile(r"\s*-?\d+\.0\s*")


def without_point(cells: Sequence[Any]) -> Sequence[Any]:
    """Return labels without the ".0" that files have of whole numbers in a column with gaps.

    Only where every cell with a value has it: then no person wrote it.
    """
    known = (cell for cell in cells if not missing(cell))
    first = next(known, None)
    if not isinstance(first, str) or not _POINT_ZERO.fullmatch(first):
        return cells
    if not all(isinstance(cell, str) and _POINT_ZERO.fullmatch(cell) for cell in known):
        return cells
    return [cell if missing(cell) else cell.strip()[:-2] for cell in cells]


def categories(
    cells: Sequence[Any],
    where: Cells,
    check: Callable[[str], None] | None = None,
    absent: Callable[[Any], bool] = no_label,
) -> Categories:
    """Parse a column of labels; ``check`` raises ``Bad`` for a label that is not allowed."""
    codes: dict[str, int] = {}
    cells = without_point(cells)

    def read(cell: Any) -> int:
        name = "" if absent(cell) else text(cell)
        if name and check is not None:
            check(name)
        return codes.setdefault(name, len(codes)) if name else -1

    found, which = read_each(cells, where, read, -1)
    return Categories(np.array(found, dtype=np.int32)[which], tuple(codes))


# ---- birth and hours: one cell, two numbers ------------------------------------------------------


def birth(cells: Sequence[Any], where: Cells, kind: str, as_of: int) -> tuple[Numbers, Numbers]:
    """Parse birth years, ages or age bands as the earliest and latest possible year of birth.

    Somebody aged ``a`` in the year ``as_of`` counts as born in ``as_of - a``. An open band ends at
    100 years, and begins at 14.
    """
    read = {"birth_year": _birth_year, "age": _age, "age_band": _age_band}[kind]
    return _two_numbers(cells, where, lambda cell: read(cell, as_of))


def _two_numbers(
    cells: Sequence[Any], where: Cells, read: Callable[[Any], tuple[float, float]]
) -> tuple[Numbers, Numbers]:
    nothing = (math.nan, math.nan)
    found, which = read_each(
        cells, where, lambda cell: nothing if missing(cell) else read(cell), nothing
    )
    one, other = np.array(found, dtype=float).reshape(-1, 2).T
    return Numbers(one[which]), Numbers(other[which])


def _birth_year(cell: Any, as_of: int) -> tuple[float, float]:
    both = cell if isinstance(cell, tuple | list) else (cell, cell)
    if len(both) != 2:
        raise Bad(f"{cell!r} is no year of birth", "give a year, or (earliest, latest)")
    earliest, latest = number(both[0]), number(both[1])
    if not (1900 <= earliest <= latest <= as_of):
        raise Bad(f"{cell!r}: years of birth from 1900 to {as_of} are allowed")
    return earliest, latest


def _age(cell: Any, as_of: int) -> tuple[float, float]:
    if isinstance(cell, str) and not re.fullmatch(r"\d+([.,]\d+)?", cell.strip()):
        return _age_band(cell, as_of)
    age = number(cell)
    if not 14 <= age <= 100:
        raise Bad(f"{cell!r}: ages from 14 to 100 are allowed")
    return as_of - age, as_of - age


def _age_band(cell: Any, as_of: int) -> tuple[float, float]:
    words = text(cell).casefold().replace("–", "-")
    years = [float(found) for found in re.findall(r"\d+", words)]
    if len(years) == 2 and years[0] <= years[1]:
        youngest, oldest = years
    elif len(years) == 1 and re.search(r"under|below|younger|<", words):
        youngest, oldest = 14, years[0] - 1
    elif len(years) == 1 and re.search(r"\+|over|older|above|>|more", words):
        youngest, oldest = years[0], 100
    elif len(years) == 1 and re.fullmatch(r"\d+( years?( old)?)?", words):
        youngest = oldest = years[0]
    else:
        raise Bad(f"{cell!r:.60} is no age", "write 54, 25-34, 65+ or under 18")
    if not (youngest <= oldest and 14 <= oldest <= 100):
        raise Bad(f"{cell!r:.60}: ages from 14 to 100 are allowed")
    return as_of - oldest, as_of - youngest


_DAY = 24 * 60
_CLOCK = r"(\d{1,2})(?:[:.h](\d{2}))?"
_HOURS = re.compile(rf"\s*{_CLOCK}\s*(?:-|–|to)\s*{_CLOCK}\s*")


def hours(cells: Sequence[Any], where: Cells) -> tuple[Numbers, Numbers]:
    """Parse local working hours as minutes after midnight; they may cross midnight."""
    return _two_numbers(cells, where, _hours)


def _hours(cell: Any) -> tuple[float, float]:
    found = _HOURS.fullmatch(str(cell))
    clock = [int(part or 0) for part in found.groups()] if found else [99, 0, 99, 0]
    begin, end = clock[0] * 60 + clock[1], clock[2] * 60 + clock[3]
    if max(begin, end) > _DAY or max(clock[1], clock[3]) > 59:
        raise Bad(f"{cell!r} are no working hours", "write 09:00-17:00")
    if is_slip(begin, end):
        raise Bad(
            f"{cell!r} are {(end + _DAY - begin) / 60:g} hours, to the next day",
            "write 17:00 for five in the afternoon, 00:00-24:00 for a whole day",
        )
    return begin, end
