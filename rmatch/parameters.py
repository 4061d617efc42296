"""Checks of what callers pass: every wrong parameter is named where it is given (§C12)."""

from __future__ import annotations

import dataclasses
import inspect
import math
import sys
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence, Set
from datetime import date, datetime
from functools import lru_cache, partial
from numbers import Real
from types import SimpleNamespace, UnionType
from typing import (
    Annotated,
    Any,
    Literal,
    NamedTuple,
    NoReturn,
    Union,
    get_args,
    get_origin,
    get_type_hints,
)

import numpy as np

from rmatch.errors import InvalidInputError
from rmatch.names import did_you_mean, labels, snake_case

#: The name of a roster column.
ColumnName = Annotated[str, "column"]


class Frozen(dict[Any, Any]):
    """A dict that cannot be changed: it prints, compares, copies and pickles as one."""

    def _refused(self, *_: Any, **__: Any) -> NoReturn:
        raise TypeError("this dict belongs to a frozen value; make a changed one with replace()")

    __setitem__ = __delitem__ = __ior__ = _refused
    clear = pop = popitem = setdefault = update = _refused

    def __reduce__(self) -> tuple[Any, ...]:
        return (Frozen, (dict(self),))

    def __hash__(self) -> int:  # type: ignore[override]
        return hash(frozenset(self.items()))


def check_parameters(owner: Any) -> None:
    """Raise where a parameter of a rule, score part or objective is not what it is declared to be.

    ``owner`` is a dataclass. Looked at are fields declared as truth values, numbers, text, choices,
    lists or dicts, and unions of these. Any other type, and a default, is its class's own affair.

    What is as good as the declared type becomes it: a fraction is a float from here on, and a
    ``Mapping`` a dict of the owner's own, which nobody can change.
    """
    for name, (kinds, default) in _declared(owner.__class__).items():
        value = getattr(owner, name)
        if value is default:
            continue
        kind = next((kind for kind in kinds if kind.fits(value)), None)
        if kind is None:
            cls = type(owner)
            called = snake_case(cls.__name__) if hasattr(cls, "name") else cls.__name__
            needed = " or ".join(kind.words for kind in kinds if kind is not _NONE)
            needed += ", or None," if _NONE in kinds else ""
            raise InvalidInputError(f"{called}: {name}={value!r:.60}; {needed} is needed")
        if kind.make is not None:
            object.__setattr__(owner, name, kind.make(value))


class _Kind(NamedTuple):
    """What a declared type takes, the words for it, and what a value of it becomes."""

    fits: Callable[[Any], bool]
    words: str
    make: Callable[[Any], Any] | None = None


@lru_cache(maxsize=256)
def _declared(cls: Any) -> dict[str, tuple[tuple[_Kind, ...], Any]]:
    """Return what each field of a dataclass takes, where all of it is known here; its default."""
    found = {}
    for each in dataclasses.fields(cls):
        hint = _hint(cls, each)
        union = get_origin(hint) in (Union, UnionType)
        kinds = [_kind(one) for one in (get_args(hint) if union else (hint,))]
        known = tuple(kind for kind in kinds if kind is not None)
        if len(known) == len(kinds):
            found[each.name] = (known, each.default)
    return found


def _hint(cls: Any, each: dataclasses.Field[Any]) -> Any:
    """Return the type of a field; one that only type checkers can find is ``Any``."""
    home = next(base for base in cls.__mro__ if each.name in inspect.get_annotations(base))
    alone = SimpleNamespace(__annotations__={each.name: each.type})
    try:
        names = vars(sys.modules[home.__module__])
        return get_type_hints(alone, names, include_extras=True)[each.name]
    except Exception:  # whatever the words of somebody's own class come to
        return Any


def _kind(hint: Any) -> _Kind | None:
    if get_origin(hint) is Literal:
        choices = get_args(hint)
        words = f"one of {', '.join(map(repr, choices))}"
        return _Kind(lambda value: isinstance(value, str | int) and value in choices, words)
    return _KINDS.get(hint if hint is ColumnName else get_origin(hint) or hint)


def is_list(value: Any) -> bool:
    """Say whether a value is a list of some sort; text and single numbers are none."""
    alone = isinstance(value, str | bytes) or getattr(value, "ndim", 1) == 0
    return isinstance(value, Iterable) and not alone


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


def _as_float(value: Any) -> Any:
    return value if isinstance(value, int | float) else float(value)


_NONE = _Kind(lambda value: value is None, "None")
_LIST = _Kind(is_list, "a list")
_KINDS: dict[Any, _Kind] = {
    bool: _Kind(lambda value: isinstance(value, bool | np.bool_), "True or False", bool),
    int: _Kind(is_whole, "a whole number", int),
    float: _Kind(is_finite, "a finite number", _as_float),
    str: _Kind(lambda value: isinstance(value, str), "text"),
    ColumnName: _Kind(lambda value: isinstance(value, str) and value != "", "the name of a column"),
    type(None): _NONE,
    Mapping: _Kind(lambda value: isinstance(value, Mapping), "a dict", Frozen),
    dict: _Kind(lambda value: isinstance(value, Mapping), "a dict"),
    **dict.fromkeys((Iterable, Collection, Sequence, Set, list, tuple, set, frozenset), _LIST),
}


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
        day = value.date() if isinstance(value, datetime) else value
        written = day.isoformat() if isinstance(day, date) else day
        return date.fromisoformat(written).isoformat()  # read even so: a missing day is a date too
    except (TypeError, ValueError):
        raise InvalidInputError(
            f"{name}={value!r}; a day such as '2026-01-31' is allowed"
        ) from None


def listed(name: str, values: Any) -> tuple[Any, ...]:
    """Return a list of rules or score parts as a tuple; something alone is no list."""
    if not is_list(values):
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
    found = [labels(each) if is_list(each) else () for each in given]
    wrong = [each for each, both in zip(given, found, strict=True) if len(both) != 2]
    if wrong:
        raise InvalidInputError(f"{name}: {wrong[:5]}; pairs of two different ids are needed")
    return tuple((both[0], both[1]) for both in found)
