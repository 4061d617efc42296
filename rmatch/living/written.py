"""What events are written in: days and texts as callers have them, made plain."""

from __future__ import annotations

from datetime import date
from enum import Enum
from typing import Any

from rmatch.errors import InvalidInputError
from rmatch.names import label
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


def text(name: str, value: Any) -> str:
    """Return a text that a file can hold; "" for what is missing.

    Examples
    --------
    >>> text("mentor", 7), text("reason", None)
    ('7', '')
    """
    value = value.value if isinstance(value, Enum) else value
    try:
        return "" if value is None or value != value else label(value)
    except InvalidInputError as error:
        raise InvalidInputError(f"{name}={error}") from None
