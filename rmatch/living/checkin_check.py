"""The independent check of a check-in plan: slow, obvious, by the clocks on people's walls."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from rmatch.check import Violation

if TYPE_CHECKING:
    from rmatch.living.calendars import Windows
    from rmatch.living.checkins import Session
    from rmatch.people import Person

_DAY, _MINUTE = 24 * 60, timedelta(minutes=1)


def check_sessions(
    sessions: Sequence[Session],
    mentors: Mapping[str, Person],
    mentees: Mapping[str, Person],
    windows: Windows,
    rooms: int | None,
) -> list[Violation]:
    """Return every session that somebody cannot attend, and every limit that is broken."""
    found = []
    diary: dict[str, list[Session]] = defaultdict(list)
    for session in sorted(sessions, key=lambda each: each.start):
        for person in (mentors[session.mentor], mentees[session.mentee]):
            diary[person.id].append(session)
            if not _works(session, person, windows):
                found.append(Violation(f"{person.id!r} does not work at {session.start}"))
    for name, own in diary.items():
        for one, other in pairwise(own):
            if other.start < _end(one):
                found.append(Violation(f"{name!r} is in two sessions at {other.start}"))
        spent: dict[tuple[int, int], int] = defaultdict(int)
        for session in own:
            spent[session.start.year, session.start.month] += session.minutes
        for person in (side[name] for side in (mentors, mentees) if name in side):
            hours = person.hours_per_month
            if hours is not None and max(spent.values()) > round(hours * 60, 6):
                found.append(Violation(f"{name!r} has more than {hours:g} hours in a month"))
    for session in sessions:
        held = sum(each.start <= session.start < _end(each) for each in sessions) if rooms else 0
        if rooms is not None and held > rooms:
            found.append(Violation(f"{held} sessions at {session.start} in {rooms} rooms"))
    return found


def _end(session: Session) -> datetime:
    return session.start + timedelta(minutes=session.minutes)


def _works(session: Session, person: Person, windows: Windows) -> bool:
    """Say whether somebody works for the whole session: that day, or in the night before it."""
    zone = ZoneInfo(person.timezone or windows.timezone)
    first, last = (_shown(when, zone) for when in (session.start, _end(session) - _MINUTE))
    for day in (first.date(), first.date() - timedelta(days=1)):
        midnight = datetime.combine(day, time())
        clock = [int((when - midnight).total_seconds()) // 60 for when in (first, last)]
        stated = [windows.slots[label] for label in person.slots if label in windows.slots]
        free = any(weekday == day.weekday() and _within(clock, span) for weekday, span in stated)
        if (
            day.weekday() in windows.weekdays
            and _within(clock, person.working_hours or windows.hours)
            and (free or not (person.slots and windows.slots))
        ):
            return True
    return False


def _shown(when: datetime, zone: ZoneInfo) -> datetime:
    """Return what a clock shows; in an hour that comes twice, what it showed before it went back.

    So it never goes back: who has begun to work, or gone home, does not do so again.
    """
    while when.astimezone(zone).fold:
        when -= _MINUTE
    return when.astimezone(zone).replace(tzinfo=None)


def _within(clock: Sequence[int], hours: str) -> bool:
    """Say whether the first and the last minute lie in hours, in minutes from midnight."""
    low, high = (
        int(hour) * 60 + int(minute or 0)
        for hour, _, minute in (clock.strip().partition(":") for clock in hours.split("-"))
    )
    return low <= clock[0] and clock[1] < (high if low < high else high + _DAY)
