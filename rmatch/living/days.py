"""Days as callers write them: dates, times, ISO texts, and what data frames hold."""

from __future__ import annotations

from datetime import date
from typing import Any

from rmatch.errors import InvalidInputError
from rmatch.reading.cells import Bad, calendar_day


def day(name: str, value: Any) -> date:
    """Return a day; of a time the day that its own clock shows.

    Raises
    ------
    InvalidInputError
        For what is no day, by its name.

    Examples
    --------
    >>> day("on", "2026-01-31T23:30:00+01:00")
    datetime.date(2026, 1, 31)
    """
    try:
        return calendar_day(value)
    except Bad:
        raise InvalidInputError(f"{name}={value!r}; a date or '2026-01-31' is allowed") from None
