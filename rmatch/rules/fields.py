"""Rules about fields: any column in which two people must agree or differ."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from rmatch.columns import Categories
from rmatch.errors import InvalidInputError
from rmatch.forms import Table
from rmatch.names import label, name_key
from rmatch.parameters import ColumnName, is_list, listed
from rmatch.rules.base import PairRule, Shape, require_column

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from rmatch.people import Person, Roster


@dataclass(frozen=True)
class Same(PairRule):
    """Both people have the same value of a field: department, site, country or any extra field.

    Parameters
    ----------
    field
        The column to compare.
    also
        Pairs of values that pass too, in either order: legal entities between which data may go.

    Examples
    --------
    >>> from rmatch import Person
    >>> from rmatch.rules import Different, Same
    >>> ann, bob = Person(id="ann", site="Oslo"), Person(id="bob", site="Rome")
    >>> Same("site").allows(ann, bob), Different("site").allows(ann, bob)
    (False, True)
    >>> Same("site", also=[("Oslo", "Rome")]).allows(ann, bob)
    True
    """

    field: ColumnName
    also: Iterable[Iterable[str]] = ()

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "also", value_pairs(f"{self.name}: also", self.also))

    def bound(self, mentors: Roster, mentees: Roster) -> Same:
        """Take over how the people's values are spelled."""
        return dataclasses.replace(self, also=as_spelled(self._also, self.field, mentors))

    def notes(self, mentors: Roster, mentees: Roster) -> Sequence[str]:
        """Name the values of ``also`` that nobody has."""
        return unknown_values(self, self._also, self.field, mentors, mentees)

    @property
    def name(self) -> str:
        return f"same_{self.field}"

    def holds(self, mentor: Person, mentee: Person) -> bool | None:
        one, other = mentor.get(self.field), mentee.get(self.field)
        if one is None or other is None:
            return None
        return bool(one == other) or {one, other} in self._also

    @property
    def _also(self) -> frozenset[frozenset[Any]]:
        return self.also  # type: ignore[return-value]  # frozen sets since __post_init__

    def shape(self, mentors: Roster, mentees: Roster) -> Shape:
        return _equality(mentors, mentees, self.field, equal=True, also=self._also)

    def validate(self, mentors: Roster, mentees: Roster) -> None:
        require_column(self, self.field, mentors, mentees)

    def describe(self) -> str:
        also = "; ".join(sorted(" and ".join(sorted(map(str, pair))) for pair in self._also))
        return f"the same {self.field}" + (f", or {also}" if also else "")

    def explain(self, mentor: Person, mentee: Person) -> str:
        return f"{self.describe()}: {mentor.get(self.field)} and {mentee.get(self.field)}"


@dataclass(frozen=True)
class Different(PairRule):
    """The two people differ in a field: department, site, country or any extra field."""

    field: ColumnName

    @property
    def name(self) -> str:
        return f"different_{self.field}"

    def holds(self, mentor: Person, mentee: Person) -> bool | None:
        one, other = mentor.get(self.field), mentee.get(self.field)
        return None if one is None or other is None else bool(one != other)

    def shape(self, mentors: Roster, mentees: Roster) -> Shape:
        return _equality(mentors, mentees, self.field, equal=False)

    def validate(self, mentors: Roster, mentees: Roster) -> None:
        require_column(self, self.field, mentors, mentees)

    def describe(self) -> str:
        return f"a different {self.field}"

    def explain(self, mentor: Person, mentee: Person) -> str:
        return f"{self.describe()}: {mentor.get(self.field)} and {mentee.get(self.field)}"


def value_pairs(name: str, pairs: Any) -> frozenset[frozenset[Any]]:
    """Return pairs of two different values of a field; what is no pair is named."""
    given = listed(name, pairs)
    found = [frozenset(each) if is_list(each) else frozenset() for each in given]
    wrong = [each for each, pair in zip(given, found, strict=True) if len(pair) != 2]
    if wrong:
        raise InvalidInputError(f"{name}: {wrong[:5]}; pairs of two different values are allowed")
    return frozenset(found)


def as_spelled(
    pairs: frozenset[frozenset[Any]], field: str, mentors: Roster
) -> frozenset[frozenset[Any]]:
    """Return pairs of values of a field as an aligned roster spells them (both sides do alike)."""
    column = mentors.columns.get(field)
    if not isinstance(column, Categories):
        return pairs
    there = set(column.labels)
    spelled = {name_key(each): each for each in column.labels}

    def one(value: Any) -> str:
        written = label(value)
        return written if written in there else spelled.get(name_key(written), written)

    return frozenset(frozenset(map(one, pair)) for pair in pairs)


def unknown_values(
    rule: PairRule, pairs: frozenset[frozenset[Any]], field: str, mentors: Roster, mentees: Roster
) -> Sequence[str]:
    """Count the pairs with a value that nobody has: a slip in one would change nothing."""
    column = mentors.columns.get(field)
    if isinstance(column, Categories):
        codes = np.union1d(column.codes, mentees.categories(field).codes).tolist()
        there: set[Any] = {column.labels[code] for code in codes if code >= 0}
    else:
        there = {*mentors.numbers(field).values.tolist(), *mentees.numbers(field).values.tolist()}
    unknown = sorted({str(value) for pair in pairs for value in pair if value not in there})
    if not unknown:
        return ()
    return (f"rule {rule.name} names what nobody has as {field}: {', '.join(unknown)}",)


def _equality(
    mentors: Roster,
    mentees: Roster,
    name: str,
    *,
    equal: bool,
    also: Iterable[Iterable[Any]] = (),
) -> Shape:
    one, other = mentors.columns[name], mentees.columns[name]
    if isinstance(one, Categories) and isinstance(other, Categories):
        left, right = one.codes.astype(np.intp), other.codes.astype(np.intp)
        place: dict[Any, int] = {label: code for code, label in enumerate(one.labels)}
        width = len(one.labels)
    else:
        numbers = mentors.numbers(name).values, mentees.numbers(name).values
        values = np.unique(np.concatenate(numbers))
        left, right = (np.searchsorted(values, side) for side in numbers)
        place = {value: code for code, value in enumerate(values.tolist())}
        width = len(values)
    table = np.eye(width + 1, dtype=bool)
    for pair in also:
        here = [place[value] for value in pair if value in place]
        if len(here) == 2:
            table[np.ix_(here, here)] = True
    return Shape(code_table(left, right, table if equal else ~table), one.known, other.known)


def code_table(
    one: NDArray[np.integer], other: NDArray[np.integer], table: NDArray[np.bool_]
) -> Table:
    """Return a table form; code -1 (missing) falls on the last row and column."""
    return Table(
        np.where(one < 0, table.shape[0] - 1, one).astype(np.intp),
        np.where(other < 0, table.shape[1] - 1, other).astype(np.intp),
        table,
    )
