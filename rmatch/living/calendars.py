"""When two people can meet: working hours and free slots, day by day, in UTC."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from rmatch.errors import InvalidInputError
from rmatch.zones import is_slip

if TYPE_CHECKING:
    from rmatch.people import Person

_GRID_MINUTES = 30
_DAY = 24 * 60


@dataclass(frozen=True)
class Windows:
    """When people work: intervals of UTC minutes since 1970, day by day."""

    hours: str
    timezone: str
    weekdays: tuple[int, ...]
    slots: Mapping[str, tuple[int, str]]

    def problems(self) -> list[str]:
        """Say what of this cannot be read as hours, zone, days of the week and slots."""
        if not isinstance(self.slots, Mapping):
            return [f"slots={self.slots!r}; give {{label: (weekday, '09:00-12:00')}}"]
        wrong = []
        try:
            ZoneInfo(self.timezone)
        except (KeyError, ValueError, OSError):
            wrong.append(f"timezone={self.timezone!r}; an IANA name such as 'Europe/Paris'")
        if not self.weekdays or not {*self.weekdays} <= set(range(7)):
            wrong.append(f"weekdays={self.weekdays!r}; numbers from 0 (Monday) to 6 are allowed")
        if not _readable(self.hours):
            wrong.append(f"hours={self.hours!r}; write '09:00-17:00'")
        wrong += [
            f"slots[{label!r}]={slot!r}; give (weekday, '09:00-12:00')"
            for label, slot in self.slots.items()
            if not (isinstance(slot, tuple) and len(slot) == 2)
            or slot[0] not in range(7)
            or not _readable(slot[1])
        ]
        return wrong

    def common(
        self, mentor: Person, mentee: Person, first: date, last: date, minutes: int
    ) -> tuple[int, ...]:
        """Return the starts from which both work for the whole session.

        These are all half hours (UTC), and the beginning of each time in which both work.
        """
        theirs = list(self._intervals(mentee, first, last))
        starts: set[int] = set()
        for begin, end in self._intervals(mentor, first, last):
            for other_begin, other_end in theirs:
                low, high = max(begin, other_begin), min(end, other_end) - minutes
                if low <= high:
                    starts.add(low)
                    starts.update(range(low + -low % _GRID_MINUTES, high + 1, _GRID_MINUTES))
        return tuple(sorted(starts))

    def _intervals(self, person: Person, first: date, last: date) -> Iterator[tuple[int, int]]:
        zone = person.timezone or self.timezone
        for offset in range((last - first).days + 1):
            day = first + timedelta(days=offset)
            if day.weekday() not in self.weekdays:
                continue
            yield from _cut(
                _interval(zone, person.working_hours or self.hours, day),
                [_interval(zone, span, day) for span in self._slots(person, day)],
                bool(person.slots and self.slots),
            )

    def _slots(self, person: Person, day: date) -> list[str]:
        unknown = sorted(person.slots - set(self.slots)) if self.slots else []
        if unknown:
            raise InvalidInputError(
                f"{person.id!r} states slots {unknown} that slots={{...}} does not explain; "
                "give each label as (weekday, '09:00-12:00')"
            )
        stated = (self.slots[label] for label in sorted(person.slots) if label in self.slots)
        return [span for weekday, span in stated if weekday == day.weekday()]


def _readable(hours: str) -> bool:
    clock = r"\s*([01]?\d|2[0-3])(:[0-5]\d)?\s*"
    if not isinstance(hours, str):
        return False
    if re.fullmatch(f"{clock}-({clock}|\\s*24(:00)?\\s*)", hours) is None:
        return False
    return not is_slip(*map(_minutes, hours.split("-")))


def _cut(
    work: tuple[int, int], spans: list[tuple[int, int]], only_slots: bool
) -> Iterator[tuple[int, int]]:
    """Yield the working time, or what of it lies in somebody's slots."""
    if not only_slots:
        yield work
        return
    for begin, end in spans:
        low, high = max(begin, work[0]), min(end, work[1])
        if low < high:
            yield low, high


@lru_cache(maxsize=65536)
def _interval(zone: str, hours: str, day: date) -> tuple[int, int]:
    """Return local hours of one day in UTC minutes; hours that end before they begin cross over."""
    low, high = map(_minutes, hours.split("-"))
    return _first(zone, day, low), _first(zone, day, high if low < high else high + _DAY)


def _minutes(clock: str) -> int:
    hour, _, minute = clock.strip().partition(":")
    return int(hour) * 60 + int(minute or 0)


def _first(zone: str, day: date, minutes: int) -> int:
    """Return the first UTC minute at which a clock shows so many minutes from a day's midnight.

    Where clocks are put forward over that time, it is the first minute after.
    """
    asked = datetime.combine(day, time()) + timedelta(minutes=minutes)
    here = ZoneInfo(zone)
    at = int(asked.replace(tzinfo=here).timestamp()) // 60
    while datetime.fromtimestamp((at - 1) * 60, here).replace(tzinfo=None) >= asked:
        at -= 1
    return at


def moment(minute: int) -> datetime:
    """Return the time of a UTC minute since 1970."""
    return datetime.fromtimestamp(minute * 60, tz=UTC)


def month(minute: int) -> tuple[int, int]:
    """Return the calendar month of a UTC minute since 1970."""
    when = moment(minute)
    return when.year, when.month
