"""Rules about practical fit: languages, time zones and hours, slots, access."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import scipy.sparse as sp

from rmatch.errors import InvalidInputError
from rmatch.fields import CEFR
from rmatch.forms import All, AtLeast, Bits, Linear, Table
from rmatch.names import amount
from rmatch.parameters import iso_day, listed
from rmatch.rules.base import Missing, PairRule, Shape
from rmatch.rules.fields import code_table
from rmatch.zones import YEAR, Span, difference_hours, overlap_minutes

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from rmatch.columns import Ragged
    from rmatch.people import Person, Roster


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
    day that counts (ISO date); without it the largest difference on a day of a year counts (2025).
    """

    max_hours: float = 3
    on: str | None = None
    fields: ClassVar[tuple[str, ...]] = ("timezone",)

    def __post_init__(self) -> None:
        if self.on is not None:
            object.__setattr__(self, "on", iso_day("time_zone_difference: on", self.on))
        super().__post_init__()
        if self.max_hours < 0:
            raise InvalidInputError(
                f"time_zone_difference: max_hours={self.max_hours}; at least 0 is allowed"
            )

    @property
    def _span(self) -> Span:
        day = None if self.on is None else date.fromisoformat(self.on)
        return YEAR if day is None else (day, day)

    def holds(self, mentor: Person, mentee: Person) -> bool | None:
        if mentor.timezone is None or mentee.timezone is None:
            return None
        return difference_hours(mentor.timezone, mentee.timezone, self._span) <= self.max_hours

    def shape(self, mentors: Roster, mentees: Roster) -> Shape:
        one, other = mentors.categories("timezone"), mentees.categories("timezone")
        near = np.zeros((len(one.labels) + 1, len(other.labels) + 1), dtype=bool)
        for i in np.unique(one.codes[one.known]):
            for j in np.unique(other.codes[other.known]):
                hours = difference_hours(one.labels[i], other.labels[j], self._span)
                near[i, j] = hours <= self.max_hours
        return Shape(code_table(one.codes, other.codes, near), one.known, other.known)

    def describe(self) -> str:
        return f"time zones at most {amount(self.max_hours, 'hour')} apart"

    def explain(self, mentor: Person, mentee: Person) -> str:
        if mentor.timezone is None or mentee.timezone is None:
            return f"{self.describe()}: a time zone is not known"
        hours = difference_hours(mentor.timezone, mentee.timezone, self._span)
        return f"{self.describe()}: {amount(hours, 'hour')}"

    def loosened(self) -> Iterator[PairRule]:
        for step in (0.5, 1, 2, 4, 8):
            yield self.replace(max_hours=self.max_hours + step)


@dataclass(frozen=True)
class WorkingHoursOverlap(PairRule):
    """Working hours overlap by ``min_minutes`` a day, on the worst day of the programme.

    ``programme`` is its first and last day (ISO dates). All days between them count, so those do on
    which one zone has changed to or from daylight saving, and the other has not. Without it, all
    days of a year count (2025).
    """

    min_minutes: float = 120
    programme: tuple[str, str] | None = None
    fields: ClassVar[tuple[str, ...]] = ("timezone", "hours_from", "hours_to")

    def __post_init__(self) -> None:
        super().__post_init__()
        if not 0 <= self.min_minutes <= 24 * 60:
            raise InvalidInputError(
                f"working_hours_overlap: min_minutes={self.min_minutes}; 0 to 1440 is allowed"
            )
        if self.programme is not None:
            days = listed("working_hours_overlap: programme", self.programme)
            days = tuple(iso_day("working_hours_overlap: programme", day) for day in days)
            if len(days) != 2 or days[1] < days[0]:
                raise InvalidInputError(
                    f"working_hours_overlap: programme={self.programme!r}; its first and its last "
                    "day are needed"
                )
            object.__setattr__(self, "programme", days)

    @property
    def _span(self) -> Span:
        if self.programme is None:
            return YEAR
        first, last = map(date.fromisoformat, self.programme)
        return first, last

    def holds(self, mentor: Person, mentee: Person) -> bool | None:
        one, other = _window(mentor), _window(mentee)
        if one is None or other is None:
            return None
        return overlap_minutes(one, other, self._span) >= self.min_minutes

    def shape(self, mentors: Roster, mentees: Roster) -> Shape:
        one, one_known, one_windows = _windows(mentors)
        other, other_known, other_windows = _windows(mentees)
        enough = np.array(
            [
                [overlap_minutes(a, b, self._span) >= self.min_minutes for b in other_windows]
                for a in one_windows
            ],
            dtype=bool,
        ).reshape(len(one_windows), len(other_windows))
        enough = np.pad(enough, ((0, 1), (0, 1)))  # the last row and column are for missing data
        return Shape(code_table(one, other, enough), one_known, other_known)

    def describe(self) -> str:
        return f"working hours overlap by at least {amount(self.min_minutes, 'minute')}"

    def explain(self, mentor: Person, mentee: Person) -> str:
        one, other = _window(mentor), _window(mentee)
        if one is None or other is None:
            return f"{self.describe()}: working hours or a time zone are not known"
        minutes = overlap_minutes(one, other, self._span)
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
        return f"at least {amount(self.at_least, 'free slot')} in common"

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
        both_ways = (
            _meets(mentors, mentees, needy_are_mentors=True),
            _meets(mentees, mentors, needy_are_mentors=False),
        )
        everybody = np.ones(len(mentors), dtype=bool), np.ones(len(mentees), dtype=bool)
        return Shape(All(both_ways), *everybody)

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
