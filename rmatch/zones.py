"""Time zones by name: offsets and common working hours over days, daylight saving included."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

#: A first and a last day.
Span = tuple[date, date]

#: Where no date is given, the worst day of this year counts, so results do not depend on the day
#: they are computed.
YEAR: Span = (date(2025, 1, 1), date(2025, 12, 31))
_DAY, _LONGEST = 24 * 60, 16 * 60


def is_slip(begin: float, end: float) -> bool:
    """Say whether hours (minutes after midnight) cross it and are too long: 9-5 would be 20 hours.

    And 9-9 would be 24; a whole day is from 0 to 24.

    Examples
    --------
    >>> is_slip(9 * 60, 5 * 60), is_slip(22 * 60, 6 * 60), is_slip(9 * 60, 17 * 60)
    (True, False, False)
    """
    return end <= begin and end + _DAY - begin > _LONGEST


@lru_cache(maxsize=65536)
def offset_minutes(zone: str, day: date) -> int:
    """Return a zone's offset from UTC at noon UTC of a day, in minutes.

    Examples
    --------
    >>> from datetime import date
    >>> offset_minutes("Asia/Kolkata", date(2025, 7, 1))
    330
    """
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    offset = noon.astimezone(ZoneInfo(zone)).utcoffset() or timedelta(0)
    return round(offset.total_seconds() / 60)


@lru_cache(maxsize=4096)
def _changes(zone: str, span: Span) -> frozenset[date]:
    """Return the days of a span on which a zone's offset is not that of the day before."""
    days = [date.fromordinal(day) for day in range(span[0].toordinal(), span[1].toordinal() + 1)]
    offsets = [offset_minutes(zone, day) for day in days]
    return frozenset(
        day for day, now, before in zip(days[1:], offsets[1:], offsets[:-1], strict=True)
        if now != before
    )  # fmt: skip


@lru_cache(maxsize=65536)
def _days(one: str, other: str, span: Span) -> tuple[date, ...]:
    """Return the days of a span that tell of all: between them neither offset changes."""
    return (span[0], *sorted(_changes(one, span) | _changes(other, span)))


@lru_cache(maxsize=65536)
def difference_hours(one: str, other: str, span: Span = YEAR) -> float:
    """Return the largest difference of two zones on a day of the span, in hours.

    Examples
    --------
    >>> from datetime import date
    >>> difference_hours("Europe/Berlin", "Africa/Cairo", (date(2026, 10, 1), date(2026, 12, 31)))
    2.0
    """
    return (
        max(
            abs(offset_minutes(one, day) - offset_minutes(other, day))
            for day in _days(one, other, span)
        )
        / 60
    )


def overlap_minutes(
    one: tuple[str, float, float], other: tuple[str, float, float], span: Span = YEAR
) -> float:
    """Return the common working minutes of the worst day of a span.

    Each side is (zone, from, to) in minutes after local midnight; a window that ends before it
    begins crosses midnight.
    """
    return min(
        _common(_in_utc(one, day), _in_utc(other, day)) for day in _days(one[0], other[0], span)
    )


def _in_utc(window: tuple[str, float, float], day: date) -> tuple[float, float]:
    zone, begin, end = window
    length = (end - begin) % 1440 or (1440 if end != begin else 0)
    start = (begin - offset_minutes(zone, day)) % 1440
    return start, start + length


def _common(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Return the overlap of two windows that repeat every day."""
    total = 0.0
    for shift in (-1440, 0, 1440):
        total += max(0.0, min(one[1], other[1] + shift) - max(one[0], other[0] + shift))
    return total
