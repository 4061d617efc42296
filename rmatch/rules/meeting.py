"""Where and how two people meet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from rmatch.columns import Categories
from rmatch.errors import InputProblem, InvalidInputError
from rmatch.names import name_key
from rmatch.parameters import ColumnName
from rmatch.rules.base import PairRule, require_column

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from rmatch.people import Person, Roster

_FORMATS = {"remote": "remote", "in person": "in person", "in-person": "in person"}
_FORMATS |= {"either": "either", "both": "either"}


@dataclass(frozen=True)
class PlaceAndFormat(PairRule):
    """The two can meet: remotely if both accept that, else in person at the same site.

    Parameters
    ----------
    format
        The column that says how a person wants to meet: ``"remote"``, ``"in person"`` or
        ``"either"``. Somebody without a value takes either.
    site
        The column of the place of work. Two people who can only meet in person, one of whose sites
        is not known, are decided by ``missing``.

    Examples
    --------
    >>> from rmatch import Person
    >>> from rmatch.rules import PlaceAndFormat
    >>> ann = Person(id="ann", site="Oslo", extra={"format": "in person"})
    >>> bob, cyd = Person(id="bob", site="Rome"), Person(id="cyd", site="Oslo")
    >>> PlaceAndFormat().allows(ann, bob), PlaceAndFormat().allows(ann, cyd)
    (False, True)
    """

    format: ColumnName = "format"
    site: ColumnName = "site"

    def holds(self, mentor: Person, mentee: Person) -> bool | None:
        wanted = {_format(mentor.get(self.format)), _format(mentee.get(self.format))}
        if "in person" not in wanted:
            return True
        if "remote" in wanted:
            return False
        one, other = mentor.get(self.site), mentee.get(self.site)
        return None if one is None or other is None else bool(one == other)

    def validate(self, mentors: Roster, mentees: Roster) -> None:
        require_column(self, self.format, mentors, mentees)
        problems = [
            InputProblem(
                f"nobody can want the format {label!r}",
                column=self.format,
                hint="allowed are 'remote', 'in person' and 'either'",
            )
            for label in sorted(
                {*_column(mentors, self.format).labels, *_column(mentees, self.format).labels}
            )
            if name_key(label) not in _FORMATS
        ]
        if problems:
            raise InvalidInputError.from_problems(problems)

    def mask(self, mentors: Roster, mentees: Roster) -> NDArray[np.bool_]:
        one, other = (self._wanted(roster) for roster in (mentors, mentees))
        remotely = (one != "in person")[:, None] & (other != "in person")[None, :]
        in_person = (one != "remote")[:, None] & (other != "remote")[None, :]
        here, there = (_column(roster, self.site).codes for roster in (mentors, mentees))
        near = here[:, None] == there[None, :]
        unknown = (here < 0)[:, None] | (there < 0)[None, :]
        near = near & ~unknown if self.missing == "fail" else near | unknown
        allowed: NDArray[np.bool_] = remotely | (in_person & near)
        return allowed

    def _wanted(self, roster: Roster) -> NDArray[np.str_]:
        column = _column(roster, self.format)
        return np.array([*map(_format, column.labels), "either"])[column.codes]

    def describe(self) -> str:
        return f"the two can meet: remotely, or in person at the same {self.site}"


def _format(label: Any) -> str:
    return "either" if label is None else _FORMATS[name_key(str(label))]


def _column(roster: Roster, name: str) -> Categories:
    """Return a column of labels, one without any where there is none."""
    if name in roster.columns:
        return roster.categories(name)
    return Categories(np.full(len(roster), -1, dtype=np.int32), ())
