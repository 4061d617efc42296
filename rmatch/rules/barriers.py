"""What two people may know of each other's work, and what a person asks of a partner."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from rmatch.columns import Categories
from rmatch.errors import InvalidInputError
from rmatch.forms import All, Interval, Table
from rmatch.names import name_key
from rmatch.parameters import ColumnName
from rmatch.rules.base import Missing, PairRule, Shape, require_column
from rmatch.rules.fields import as_spelled, unknown_values, value_pairs

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from rmatch.people import Person, Roster


@dataclass(frozen=True)
class InformationBarrier(PairRule):
    """People on two sides of a wall are never paired.

    Parameters
    ----------
    field
        The column that holds each person's group.
    walls
        Pairs of groups between which there is a wall; the order within a pair is nothing.

    Examples
    --------
    >>> from rmatch import Person
    >>> from rmatch.rules import InformationBarrier
    >>> rule = InformationBarrier("department", [("Audit", "Sales")])
    >>> rule.allows(Person(id="a", department="Sales"), Person(id="b", department="Audit"))
    False
    """

    field: ColumnName
    walls: Iterable[Iterable[str]] = ()
    missing: Missing = dataclasses.field(default="fail", kw_only=True)
    safety: ClassVar[bool] = True

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "walls", value_pairs("information_barrier: walls", self.walls))

    def bound(self, mentors: Roster, mentees: Roster) -> InformationBarrier:
        """Take over how the people's groups are spelled."""
        return dataclasses.replace(self, walls=as_spelled(self._walls, self.field, mentors))

    def notes(self, mentors: Roster, mentees: Roster) -> Sequence[str]:
        """Name the groups that nobody is in: a wall with a slip in it keeps nobody apart."""
        return unknown_values(self, self._walls, self.field, mentors, mentees)

    def validate(self, mentors: Roster, mentees: Roster) -> None:
        require_column(self, self.field, mentors, mentees)

    def holds(self, mentor: Person, mentee: Person) -> bool | None:
        one, other = mentor.get(self.field), mentee.get(self.field)
        return None if one is None or other is None else {one, other} not in self._walls

    @property
    def _walls(self) -> frozenset[frozenset[str]]:
        return self.walls  # type: ignore[return-value]  # frozen sets since __post_init__

    def shape(self, mentors: Roster, mentees: Roster) -> Shape:
        one, other = mentors.categories(self.field), mentees.categories(self.field)
        table = np.ones((len(one.labels) + 1, len(other.labels) + 1), dtype=bool)
        place = {label: code for code, label in enumerate(one.labels)}
        for wall in self._walls:
            left, right = (place.get(group) for group in wall)
            if left is not None and right is not None:
                table[left, right] = table[right, left] = False
        form = Table(one.codes.astype(np.intp), other.codes.astype(np.intp), table)
        return Shape(form, one.known, other.known)

    def describe(self) -> str:
        walls = "; ".join(sorted(" and ".join(sorted(wall)) for wall in self._walls))
        return f"no wall between the two in {self.field} ({walls})"


@dataclass(frozen=True)
class Clearance(PairRule):
    """Each person is cleared for what the other works on: clearance at least the other's need.

    Parameters
    ----------
    clearance, need
        The columns of numbers. A person without a ``need`` works on nothing that asks for one.
    """

    clearance: ColumnName = "clearance"
    need: ColumnName = "need"
    missing: Missing = dataclasses.field(default="fail", kw_only=True)
    safety: ClassVar[bool] = True

    def holds(self, mentor: Person, mentee: Person) -> bool | None:
        have = mentor.get(self.clearance), mentee.get(self.clearance)
        if None in have:
            return None
        asked = mentee.get(self.need), mentor.get(self.need)
        return all(need is None or own >= need for own, need in zip(have, asked, strict=True))

    def validate(self, mentors: Roster, mentees: Roster) -> None:
        require_column(self, self.clearance, mentors, mentees)

    def shape(self, mentors: Roster, mentees: Roster) -> Shape:
        have = [roster.numbers(self.clearance) for roster in (mentors, mentees)]
        asked = [self._needs(roster) for roster in (mentors, mentees)]
        form = Interval(have[0].values, asked[0], asked[1], have[1].values)
        return Shape(form, have[0].known, have[1].known)

    def _needs(self, roster: Roster) -> NDArray[np.float64]:
        if self.need not in roster.columns:
            return np.full(len(roster), -np.inf)
        values = roster.numbers(self.need).values
        return np.where(np.isnan(values), -np.inf, values)

    def describe(self) -> str:
        return f"each is cleared ({self.clearance}) for the other's work ({self.need})"


@dataclass(frozen=True)
class PartnerWish(PairRule):
    """What a person marked as essential in a partner: the partner's field has the wished value.

    Only people's own wishes count, and only attributes that the caller names are read (§C11).

    Parameters
    ----------
    field
        The column that holds the attribute, for example ``"gender"``.
    wish
        The column that holds each person's own wish for it; empty is no wish.
    """

    field: ColumnName = "gender"
    wish: ColumnName = "partner_gender"
    missing: Missing = dataclasses.field(default="fail", kw_only=True)
    private: ClassVar[bool] = True

    def holds(self, mentor: Person, mentee: Person) -> bool | None:
        verdicts = [self._granted(mentor, mentee), self._granted(mentee, mentor)]
        if False in verdicts:
            return False
        return None if None in verdicts else True

    def _granted(self, person: Person, partner: Person) -> bool | None:
        wish, value = person.get(self.wish), partner.get(self.field)
        if wish is None:
            return True
        return None if value is None else name_key(str(wish)) == name_key(str(value))

    def validate(self, mentors: Roster, mentees: Roster) -> None:
        for name in (self.wish, self.field):
            require_column(self, name, mentors, mentees)

    def shape(self, mentors: Roster, mentees: Roster) -> Shape:
        passes = self.missing != "fail"
        forms = All(
            (
                _granting(mentors, self.wish, mentees, self.field, passes, wisher_is_mentor=True),
                _granting(mentees, self.wish, mentors, self.field, passes, wisher_is_mentor=False),
            )
        )
        return Shape(forms, np.ones(len(mentors), dtype=bool), np.ones(len(mentees), dtype=bool))

    def describe(self) -> str:
        return f"what either marked as essential about the partner's {self.field}"

    def explain(self, mentor: Person, mentee: Person) -> str:
        return "eligible" if self.allows(mentor, mentee) else "not eligible"


def _granting(
    wishers: Roster, wish: str, partners: Roster, name: str, passes: bool, *, wisher_is_mentor: bool
) -> Table:
    """Return whether each wish is granted, over codes of wishes and of partners' values."""
    wishes, wanted = _keys(wishers, wish)
    values, had = _keys(partners, name)
    table = np.array([[w == v for v in had] for w in wanted], dtype=bool)
    table = table.reshape(len(wanted), len(had))
    # The last column is a partner whose value is missing, the last row somebody without a wish.
    table = np.hstack([table, np.full((len(wanted), 1), passes)])
    table = np.vstack([table, np.ones((1, len(had) + 1), dtype=bool)])
    if wisher_is_mentor:
        return Table(wishes, values, table)
    return Table(values, wishes, np.ascontiguousarray(table.T))


def _keys(roster: Roster, name: str) -> tuple[NDArray[np.intp], list[str]]:
    column: Any = roster.columns.get(name)
    if column is None:
        return np.full(len(roster), -1, dtype=np.intp), []
    if not isinstance(column, Categories):
        raise InvalidInputError(f"column {name!r} holds no labels; partner_wish compares labels")
    return column.codes.astype(np.intp), [name_key(label) for label in column.labels]
