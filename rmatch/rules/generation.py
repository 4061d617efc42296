"""Rules about generations: a gap in years, or in named cohorts (off unless asked for, §C11)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from rmatch.errors import InvalidInputError
from rmatch.forms import Either, Interval
from rmatch.names import amount
from rmatch.rules.base import PairRule, Shape, all_millionths, millionths

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from rmatch.forms import PairForm
    from rmatch.people import Person, Roster

_BIRTH = ("birth_earliest", "birth_latest")


@dataclass(frozen=True)
class GenerationGap(PairRule):
    """The mentee is at least ``min_years`` (and at most ``max_years``) older than the mentor.

    Birth years may be known as bands only; the gap must then hold for every year in both bands.

    Parameters
    ----------
    min_years, max_years
        Limits of the gap; ``None`` is no limit.
    either_way
        Either of the two may be the older one, as in a pool whose people teach each other.
    reason
        Why age decides here, for the record: age is protected in many places.

    Examples
    --------
    >>> from rmatch import Person
    >>> from rmatch.rules import GenerationGap
    >>> rule = GenerationGap(15)
    >>> rule.allows(Person(id="m", birth_year=1998), Person(id="s", birth_year=(1960, 1983)))
    True
    >>> rule.allows(Person(id="m", birth_year=1998), Person(id="s", birth_year=(1960, 1984)))
    False
    """

    min_years: float = 15
    max_years: float | None = None
    either_way: bool = False
    reason: str = field(default="", kw_only=True)
    fields: ClassVar[tuple[str, ...]] = _BIRTH

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.max_years is not None and self.max_years < self.min_years:
            raise InvalidInputError(
                f"generation_gap: max_years={self.max_years} is below min_years={self.min_years}"
            )

    def holds(self, mentor: Person, mentee: Person) -> bool | None:
        one, other = _in_millionths(mentor.birth_year), _in_millionths(mentee.birth_year)
        if one is None or other is None:
            return None
        return self._apart(one, other) or (self.either_way and self._apart(other, one))

    def _apart(self, young: tuple[float, float], old: tuple[float, float]) -> bool:
        """Say whether the gap holds for every year in two bands."""
        (low, high), (first, last) = young, old
        return last + millionths(self.min_years) <= low and (
            self.max_years is None or high <= first + millionths(self.max_years)
        )

    def shape(self, mentors: Roster, mentees: Roster) -> Shape:
        young, old = map(all_millionths, _births(mentors)), map(all_millionths, _births(mentees))
        (low, high), (first, last) = young, old
        least = millionths(self.min_years)
        most = np.inf if self.max_years is None else millionths(self.max_years)
        # mentor's earliest - mentee's latest >= min; mentor's latest - mentee's earliest <= max
        form: PairForm = Interval(low, high, last + least, first + most)
        if self.either_way:
            form = Either(form, Interval(low + most, high + least, last, first))
        return Shape(form, ~np.isnan(low), ~np.isnan(first))

    def describe(self) -> str:
        most = "" if self.max_years is None else f" and at most {self.max_years:g}"
        who, than = ("one", " than the other") if self.either_way else ("the mentee", "")
        years = "year" if self.max_years is None and self.min_years == 1 else "years"
        return f"{who} is at least {self.min_years:g}{most} {years} older{than}"

    def explain(self, mentor: Person, mentee: Person) -> str:
        young, old = birth_years(mentor), birth_years(mentee)
        if young is None or old is None:
            return f"{self.describe()}: an age is not known"
        # Only the gap is said, never an age (§C11).
        low, high = young[0] - old[1], young[1] - old[0]
        if self.either_way and high <= 0:
            low, high = -high, -low
        gap = f"{low:g}" if low == high else f"{low:g} to {high:g}"
        return f"{self.describe()}: the gap is {gap} years"

    def loosened(self) -> Iterator[PairRule]:
        for step in (1, 2, 5, 10):
            if self.min_years - step >= 0:
                yield self.replace(min_years=self.min_years - step)


#: First birth years of the cohorts of the Pew Research Center: Silent, Baby Boomers, Generation X,
#: Millennials, Generation Z (M. Dimock, "Defining generations", Pew Research Center, 2019).
COHORT_STARTS = (1928, 1946, 1965, 1981, 1997)


@dataclass(frozen=True)
class CohortGap(PairRule):
    """The mentor belongs to a cohort at least ``min_steps`` younger than the mentee's.

    Cohorts are those of the Pew Research Center (2019). They are labels, not science: people at a
    border get odd results, and :class:`GenerationGap` in years is usually better. Where a band of
    birth years spans two cohorts, the gap must hold for both. With ``either_way`` either of the two
    may be the younger one. ``reason`` says for the record why age decides here.
    """

    min_steps: int = 1
    either_way: bool = False
    reason: str = field(default="", kw_only=True)
    fields: ClassVar[tuple[str, ...]] = _BIRTH

    def holds(self, mentor: Person, mentee: Person) -> bool | None:
        young, old = birth_years(mentor), birth_years(mentee)
        if young is None or old is None:
            return None
        steps = _cohort(young[0]) - _cohort(old[1])
        if self.either_way:
            steps = max(steps, _cohort(old[0]) - _cohort(young[1]))
        return steps >= self.min_steps

    def shape(self, mentors: Roster, mentees: Roster) -> Shape:
        (low, high), (first, last) = map(_births, (mentors, mentees))
        key, top, none = _cohorts(low), _cohorts(high), np.full(len(last), np.inf)
        form: PairForm = Interval(key, top, _cohorts(last) + self.min_steps, none)
        if self.either_way:
            form = Either(form, Interval(key, top, -none, _cohorts(first) - self.min_steps))
        return Shape(form, ~np.isnan(low), ~np.isnan(first))

    def describe(self) -> str:
        who, than = ("one", " than the other") if self.either_way else ("the mentor", "")
        return f"{who} is at least {amount(self.min_steps, 'generation cohort')} younger{than}"

    def loosened(self) -> Iterator[PairRule]:
        for steps in range(self.min_steps - 1, -1, -1):
            yield self.replace(min_steps=steps)


def birth_years(person: Person) -> tuple[float, float] | None:
    """Return the earliest and the latest possible birth year, ``None`` where not known."""
    return _both_ends(person.birth_year)


def _both_ends(years: float | tuple[float, float] | None) -> tuple[float, float] | None:
    return years if years is None or isinstance(years, tuple) else (years, years)


@lru_cache(maxsize=1024)  # the checker asks for the same few years again and again
def _in_millionths(years: float | tuple[float, float] | None) -> tuple[float, float] | None:
    """Return the earliest and the latest of a person's birth years, as ``millionths`` has them."""
    ends = _both_ends(years)
    return None if ends is None else (millionths(ends[0]), millionths(ends[1]))


def _births(roster: Roster) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    return roster.numbers("birth_earliest").values, roster.numbers("birth_latest").values


def _cohort(year: float) -> int:
    return sum(year >= start for start in COHORT_STARTS)


def _cohorts(years: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.searchsorted(COHORT_STARTS, np.nan_to_num(years), side="right").astype(float)
