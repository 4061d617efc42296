"""Checks of what callers pass: every wrong parameter is named where it is given (§C12)."""

from __future__ import annotations

import dataclasses
import inspect
import math
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from functools import partial
from numbers import Real
from typing import Any

import numpy as np

from rmatch.errors import InvalidInputError
from rmatch.names import did_you_mean, labels

#: What a parameter is declared as, whether a value is that, and the words for it.
_DECLARED: dict[str, tuple[Callable[[Any], bool], str]] = {
    "int": (lambda value: is_whole(value), "a whole number"),
    "float": (lambda value: is_finite(value), "a finite number"),
    "bool": (lambda value: isinstance(value, bool | np.bool_), "True or False"),
    "str": (lambda value: isinstance(value, str), "a text"),
}


def check_parameters(owner: Any) -> None:
    """Raise where a parameter of a rule or score part is not what it is declared as.

    ``owner`` is a dataclass; fields declared ``int``, ``float``, ``bool`` or ``str``, with or
    without ``| None``, are looked at.
    """
    for each in dataclasses.fields(owner):
        declared = each.type.__name__ if isinstance(each.type, type) else str(each.type)
        kind, _, rest = declared.partition(" | ")
        value = getattr(owner, each.name)
        if kind not in _DECLARED or rest not in ("", "None") or (rest and value is None):
            continue
        fits, needed = _DECLARED[kind]
        if not fits(value):
            by_class = kind == "str" or not hasattr(owner, "name")  # a name may hold a column's
            raise InvalidInputError(
                f"{type(owner).__name__ if by_class else owner.name}: {each.name}={value!r:.60}; "
                f"{needed}{', or None,' if rest else ''} is needed"
            )


def check_seed(seed: Any) -> None:
    """Raise unless a seed is a whole number of at least 0, or ``None``."""
    if seed is not None and not (is_whole(seed) and seed >= 0):
        raise InvalidInputError(f"seed={seed!r}; a whole number of at least 0, or None is allowed")


def check_count(name: str, value: Any) -> None:
    """Raise unless a value is a whole number of at least 1."""
    if not (is_whole(value) and value >= 1):
        raise InvalidInputError(f"{name}={value!r}; a whole number of at least 1 is allowed")


def iso_day(name: str, value: Any) -> str:
    """Return a day as an ISO date; text and dates are taken, anything else is named."""
    try:
        day = value if isinstance(value, date) else date.fromisoformat(value)
    except (TypeError, ValueError):
        raise InvalidInputError(
            f"{name}={value!r}; a day such as '2026-01-31' is allowed"
        ) from None
    return day.date().isoformat() if isinstance(day, datetime) else day.isoformat()


def listed(name: str, values: Any) -> tuple[Any, ...]:
    """Return a list of rules or score parts as a tuple; something alone is no list."""
    if isinstance(values, str) or not isinstance(values, Iterable):
        raise InvalidInputError(f"{name}={values!r}; a list is needed: {name}=[...]")
    return tuple(values)


def check_keywords(function: Callable[..., Any], given: Mapping[str, Any], options: type) -> None:
    """Raise where further keywords of a function are no fields of ``options``, as Python would.

    The error names the function that was called, and what may be meant.
    """
    known = [each.name for each in dataclasses.fields(options)] if given else []
    for name in given:
        if name not in known:
            own = inspect.signature(function).parameters.values()
            named = [each.name for each in own if each.kind is not each.VAR_KEYWORD]
            raise TypeError(
                f"{function.__name__}() got an unexpected keyword argument {name!r}"
                f"{did_you_mean(name, [*named, *known])}"
            )


def called(function: Callable[..., Any]) -> str:
    """Return what a user's function goes by: its name, never where in memory it is.

    Examples
    --------
    >>> from functools import partial
    >>> called(len), called(partial(round, 2))
    ('len', 'round')
    """
    while isinstance(function, partial):
        function = function.func
    name: str = getattr(function, "__name__", type(function).__name__)
    if name == "<lambda>":  # several on one page are told apart by their lines
        return f"lambda in line {function.__code__.co_firstlineno}"
    return name


def id_pairs(name: str, pairs: Any) -> tuple[tuple[str, str], ...]:
    """Return pairs of ids as they are compared; what is no pair is named."""
    given = listed(name, pairs)
    found = [
        labels(each) if isinstance(each, Iterable) and not isinstance(each, str) else ()
        for each in given
    ]
    wrong = [each for each, both in zip(given, found, strict=True) if len(both) != 2]
    if wrong:
        raise InvalidInputError(f"{name}: {wrong[:5]}; pairs of two different ids are needed")
    return tuple((both[0], both[1]) for both in found)


def is_whole(value: Any) -> bool:
    """Say whether a value is a whole number; booleans are none."""
    return isinstance(value, int | np.integer) and not isinstance(value, bool)


def is_finite(value: Any) -> bool:
    """Say whether a value is a finite real number that a float can hold; booleans are none."""
    if not isinstance(value, Real) or isinstance(value, bool):
        return False
    try:
        return math.isfinite(value)
    except OverflowError:
        return False
