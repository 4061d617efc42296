"""Time zones by name: offsets and common working hours on given days, daylight saving included."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

#: The first of each month of a year without a rule change under way: where no date is given, the
#: worst of these days counts, so results do not depend on the day they are computed.
REFERENCE_DAYS = tuple(date(2025, month, 1) for month in range(1, 13))
_DAY, _LONGEST = 24 * 60, 16 * 60


def is_slip(begin: float, end: float) -> bool:
    """Say whether hours (minutes after midnight) cross it and are too long: 9-5 would be 20 hours.

    Examples
    --------
    >>> is_slip(9 * 60, 5 * 60), is_slip(22 * 60, 6 * 60), is_slip(9 * 60, 17 * 60)
    (True, False, False)
    """
    return end < begin and end + _DAY - begin > _LONGEST


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


@lru_cache(maxsize=65536)
def difference_hours(one: str, other: str, days: tuple[date, ...] = REFERENCE_DAYS) -> float:
    """Return the largest difference of two zones over the days, in hours."""
    return max(abs(offset_minutes(one, day) - offset_minutes(other, day)) for day in days) / 60


def overlap_minutes(
    one: tuple[str, float, float],
    other: tuple[str, float, float],
    days: tuple[date, ...] = REFERENCE_DAYS,
) -> float:
    """Return the common working minutes of the worst day.

    Each side is (zone, from, to) in minutes after local midnight; a window that ends before it
    begins crosses midnight.
    """
    return min(_common(_in_utc(one, day), _in_utc(other, day)) for day in days)


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
