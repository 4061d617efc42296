"""Rules about practical fit: fields that must agree or differ, languages, time, access."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import scipy.sparse as sp

from rmatch.columns import Categories
from rmatch.errors import InvalidInputError
from rmatch.fields import CEFR
from rmatch.forms import All, AtLeast, Bits, Linear, Table
from rmatch.rules.base import Missing, PairRule, Shape, require_column
from rmatch.zones import REFERENCE_DAYS, difference_hours, overlap_minutes

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from rmatch.columns import Ragged
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

    field: str
    also: Iterable[Iterable[str]] = ()

    def __post_init__(self) -> None:
        super().__post_init__()
        also = frozenset(frozenset(pair) for pair in self.also)
        if isinstance(self.also, str) or any(len(pair) != 2 for pair in also):
            raise InvalidInputError(
                f"{self.name}: also={self.also!r}; pairs of two different values are allowed"
            )
        object.__setattr__(self, "also", also)

    @property
    def name(self) -> str:
        return f"same_{self.field}"

    def holds(self, mentor: Person, mentee: Person) -> bool | None:
        one, other = mentor.get(self.field), mentee.get(self.field)
        if one is None or other is None:
            return None
        return bool(one == other) or {one, other} in self._also

    @property
    def _also(self) -> frozenset[frozenset[str]]:
        return self.also  # type: ignore[return-value]  # frozen sets since __post_init__

    def shape(self, mentors: Roster, mentees: Roster) -> Shape:
        return _equality(mentors, mentees, self.field, equal=True, also=self._also)

    def validate(self, mentors: Roster, mentees: Roster) -> None:
        require_column(self, self.field, mentors, mentees)

    def describe(self) -> str:
        also = "; ".join(sorted(" and ".join(sorted(pair)) for pair in self._also))
        return f"the same {self.field}" + (f", or {also}" if also else "")

    def explain(self, mentor: Person, mentee: Person) -> str:
        return f"{self.describe()}: {mentor.get(self.field)} and {mentee.get(self.field)}"


@dataclass(frozen=True)
class Different(PairRule):
    """The two people differ in a field: department, site, country or any extra field."""

    field: str

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


@dataclass(frozen=True)
class CommonLanguage(PairRule):
    """Both speak a language at ``level`` or better (CEFR, A1 to C2).

    References
    ----------
    Council of Europe, "Common European Framework of Reference for Languages", 2001.
    """

    level: str = "B2"
    fields: ClassVar[tuple[str, ...]] = ("languages",)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.level not in CEFR:
            raise InvalidInputError(
                f"common_language: level={self.level!r}; allowed are {', '.join(CEFR)}"
            )

    def holds(self, mentor: Person, mentee: Person) -> bool | None:
        if not mentor.languages or not mentee.languages:
            return None
        enough, others = self._enough, mentee.languages
        return any(
            level in enough and others.get(language) in enough
            for language, level in mentor.languages.items()
        )

    @cached_property
    def _enough(self) -> frozenset[str]:
        return frozenset(CEFR[CEFR.index(self.level) :])

    def _fluent(self, person: Person) -> set[str]:
        return {name for name, level in person.languages.items() if level in self._enough}

    def shape(self, mentors: Roster, mentees: Roster) -> Shape:
        one, other = mentors.ragged("languages"), mentees.ragged("languages")
        least = CEFR.index(self.level) + 1
        return Shape(Bits(_bits(one, least), _bits(other, least)), one.known, other.known)

    def describe(self) -> str:
        return f"a common language at {self.level} or better"

    def explain(self, mentor: Person, mentee: Person) -> str:
        common = ", ".join(sorted(self._fluent(mentor) & self._fluent(mentee)))
        return f"{self.describe()}: {common or 'none'}"

    def loosened(self) -> Iterator[PairRule]:
        for level in CEFR[: CEFR.index(self.level)][::-1]:
            yield self.replace(level=level)


@dataclass(frozen=True)
class TimeZoneDifference(PairRule):
    """The two time zones are at most ``max_hours`` apart.

    Zones are names such as ``Asia/Kolkata``, so half hours and daylight saving count. ``on`` is the
    day that counts (ISO date); without it the largest difference over the year counts.
    """

    max_hours: float = 3
    on: str | None = None
    fields: ClassVar[tuple[str, ...]] = ("timezone",)

    @property
    def _days(self) -> tuple[date, ...]:
        return REFERENCE_DAYS if self.on is None else (date.fromisoformat(self.on),)

    def holds(self, mentor: Person, mentee: Person) -> bool | None:
        if mentor.timezone is None or mentee.timezone is None:
            return None
        return difference_hours(mentor.timezone, mentee.timezone, self._days) <= self.max_hours

    def shape(self, mentors: Roster, mentees: Roster) -> Shape:
        one, other = mentors.categories("timezone"), mentees.categories("timezone")
        near = np.zeros((len(one.labels) + 1, len(other.labels) + 1), dtype=bool)
        for i in np.unique(one.codes[one.known]):
            for j in np.unique(other.codes[other.known]):
                hours = difference_hours(one.labels[i], other.labels[j], self._days)
                near[i, j] = hours <= self.max_hours
        return Shape(_table(one.codes, other.codes, near), one.known, other.known)

    def describe(self) -> str:
        return f"time zones at most {self.max_hours:g} hours apart"

    def explain(self, mentor: Person, mentee: Person) -> str:
        if mentor.timezone is None or mentee.timezone is None:
            return f"{self.describe()}: a time zone is not known"
        hours = difference_hours(mentor.timezone, mentee.timezone, self._days)
        return f"{self.describe()}: {hours:g} hours"

    def loosened(self) -> Iterator[PairRule]:
        for step in (0.5, 1, 2, 4, 8):
            yield self.replace(max_hours=self.max_hours + step)


@dataclass(frozen=True)
class WorkingHoursOverlap(PairRule):
    """Working hours overlap by ``min_minutes`` a day, on the worst day of the programme.

    ``programme`` is its first and last day (ISO dates); the first day of each week counts, so
    changes to and from daylight saving do. Without it, a whole year counts.
    """

    min_minutes: float = 120
    programme: tuple[str, str] | None = None
    fields: ClassVar[tuple[str, ...]] = ("timezone", "hours_from", "hours_to")

    @property
    def _days(self) -> tuple[date, ...]:
        if self.programme is None:
            return REFERENCE_DAYS
        first, last = map(date.fromisoformat, self.programme)
        days = range(first.toordinal(), last.toordinal() + 1, 7)
        return tuple(date.fromordinal(day) for day in days)

    def holds(self, mentor: Person, mentee: Person) -> bool | None:
        one, other = _window(mentor), _window(mentee)
        if one is None or other is None:
            return None
        return overlap_minutes(one, other, self._days) >= self.min_minutes

    def shape(self, mentors: Roster, mentees: Roster) -> Shape:
        one, one_known, one_windows = _windows(mentors)
        other, other_known, other_windows = _windows(mentees)
        enough = np.array(
            [
                [overlap_minutes(a, b, self._days) >= self.min_minutes for b in other_windows]
                for a in one_windows
            ],
            dtype=bool,
        ).reshape(len(one_windows), len(other_windows))
        enough = np.pad(enough, ((0, 1), (0, 1)))  # the last row and column are for missing data
        return Shape(_table(one, other, enough), one_known, other_known)

    def describe(self) -> str:
        return f"working hours overlap by at least {self.min_minutes:g} minutes"

    def explain(self, mentor: Person, mentee: Person) -> str:
        one, other = _window(mentor), _window(mentee)
        if one is None or other is None:
            return f"{self.describe()}: working hours or a time zone are not known"
        minutes = overlap_minutes(one, other, self._days)
        return f"{self.describe()}: {minutes:g} minutes on the worst day"

    def loosened(self) -> Iterator[PairRule]:
        for share in (0.75, 0.5, 0.25, 0):
            yield self.replace(min_minutes=self.min_minutes * share)


@dataclass(frozen=True)
class SharedSlots(PairRule):
    """Both are free in at least ``at_least`` slots (column ``slots``, any labels).

    Few slots never raise anybody's priority: the rule only forbids.
    """

    at_least: int = 2
    fields: ClassVar[tuple[str, ...]] = ("slots",)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.at_least < 1:
            raise InvalidInputError(f"shared_slots: at_least={self.at_least}; at least 1")

    def holds(self, mentor: Person, mentee: Person) -> bool | None:
        if not mentor.slots or not mentee.slots:
            return None
        return len(mentor.slots & mentee.slots) >= self.at_least

    def shape(self, mentors: Roster, mentees: Roster) -> Shape:
        one, other = mentors.ragged("slots"), mentees.ragged("slots")
        linear = Linear(ones_matrix(one), ones_matrix(other))
        return Shape(AtLeast(linear, self.at_least), one.known, other.known)

    def describe(self) -> str:
        return f"at least {self.at_least} free slots in common"

    def explain(self, mentor: Person, mentee: Person) -> str:
        return f"{self.describe()}: {len(mentor.slots & mentee.slots)}"

    def loosened(self) -> Iterator[PairRule]:
        for count in range(self.at_least - 1, 0, -1):
            yield self.replace(at_least=count)


@dataclass(frozen=True)
class Accessibility(PairRule):
    """Everything one needs (column ``needs``) the other can meet (column ``accepts``).

    Private: needs never appear in an explanation (§C11).
    """

    missing: Missing = field(default="fail", kw_only=True)
    private: ClassVar[bool] = True
    safety: ClassVar[bool] = True

    def holds(self, mentor: Person, mentee: Person) -> bool | None:
        return mentor.needs <= mentee.accepts and mentee.needs <= mentor.accepts

    def shape(self, mentors: Roster, mentees: Roster) -> Shape:
        forms = tuple(
            form
            for form in (
                _meets(mentors, mentees, needy_are_mentors=True),
                _meets(mentees, mentors, needy_are_mentors=False),
            )
            if form is not None
        )
        everybody = np.ones(len(mentors), dtype=bool), np.ones(len(mentees), dtype=bool)
        whole = forms[0] if len(forms) == 1 else All(forms)
        return Shape(whole, *everybody)

    def describe(self) -> str:
        return "not eligible"

    def explain(self, mentor: Person, mentee: Person) -> str:
        return "eligible" if self.holds(mentor, mentee) else "not eligible"


def _meets(needy: Roster, helpers: Roster, *, needy_are_mentors: bool) -> Table:
    """Return who can meet all needs, as a table over the distinct sets of needs and of offers."""
    wants, want_sets = _distinct_sets(needy, "needs")
    offers, offer_sets = _distinct_sets(helpers, "accepts")
    met = np.array([[need <= offer for offer in offer_sets] for need in want_sets], dtype=bool)
    if needy_are_mentors:
        return Table(wants, offers, met)
    return Table(offers, wants, met.T)


def _distinct_sets(roster: Roster, name: str) -> tuple[NDArray[np.intp], list[frozenset[str]]]:
    place: dict[frozenset[str], int] = {}
    codes = []
    for row in range(len(roster)):
        column = roster.columns.get(name)
        held: frozenset[str] = frozenset()
        if column is not None:
            held = frozenset(label for label, _, _ in roster.ragged(name).entries(row))
        codes.append(place.setdefault(held, len(place)))
    return np.array(codes, dtype=np.intp), list(place) or [frozenset()]


def ones_matrix(column: Ragged) -> sp.csr_array:
    """Return (people, labels) with a 1 wherever a person lists the label."""
    return column.matrix(np.ones(len(column.codes), dtype=np.int32))


def _equality(
    mentors: Roster,
    mentees: Roster,
    name: str,
    *,
    equal: bool,
    also: Iterable[Iterable[str]] = (),
) -> Shape:
    one, other = mentors.columns[name], mentees.columns[name]
    place: dict[str, int] = {}
    if isinstance(one, Categories) and isinstance(other, Categories):
        left, right, width = one.codes.astype(np.intp), other.codes.astype(np.intp), len(one.labels)
        place = {label: code for code, label in enumerate(one.labels)}
    else:
        numbers = mentors.numbers(name).values, mentees.numbers(name).values
        values = np.unique(np.concatenate(numbers))
        left, right = (np.searchsorted(values, side) for side in numbers)
        width = len(values)
    table = np.eye(width + 1, dtype=bool)
    for pair in also:
        here = [place[value] for value in pair if value in place]
        if len(here) == 2:
            table[np.ix_(here, here)] = True
    return Shape(_table(left, right, table if equal else ~table), one.known, other.known)


def _table(one: NDArray[np.integer], other: NDArray[np.integer], table: NDArray[np.bool_]) -> Table:
    """Return a table form; code -1 (missing) falls on the last row and column."""
    return Table(
        np.where(one < 0, table.shape[0] - 1, one).astype(np.intp),
        np.where(other < 0, table.shape[1] - 1, other).astype(np.intp),
        table,
    )


def _bits(column: Ragged, least: float) -> NDArray[np.uint64]:
    """Return (people, words) with a bit for every label held at ``least`` or better."""
    words = max(1, -(-len(column.labels) // 64))
    bits = np.zeros((len(column), words), dtype=np.uint64)
    good = column.values >= least
    rows, codes = column.rows[good], column.codes[good]
    mask = np.left_shift(np.uint64(1), (codes % 64).astype(np.uint64))
    np.bitwise_or.at(bits, (rows, codes // 64), mask)
    return bits


def _window(person: Person) -> tuple[str, float, float] | None:
    if person.timezone is None or person.working_hours is None:
        return None
    begin, end = person.working_hours.split("-")
    return person.timezone, _minutes(begin), _minutes(end)


def _minutes(clock: str) -> int:
    hours, minutes = clock.split(":")
    return int(hours) * 60 + int(minutes)


def _windows(
    roster: Roster,
) -> tuple[NDArray[np.intp], NDArray[np.bool_], list[tuple[str, float, float]]]:
    """Return everybody's code of their distinct (zone, from, to), who has one, and the list."""
    zone = roster.categories("timezone")
    begin, end = roster.numbers("hours_from").values, roster.numbers("hours_to").values
    known = zone.known & ~np.isnan(begin) & ~np.isnan(end)
    place: dict[tuple[str, float, float], int] = {}
    codes = np.full(len(roster), -1, dtype=np.intp)
    for row in np.flatnonzero(known).tolist():
        key = (zone.labels[zone.codes[row]], float(begin[row]), float(end[row]))
        codes[row] = place.setdefault(key, len(place))
    return codes, known, list(place)
