"""Floors and caps on how many, or what share, of the pairs have a property."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm
from typing import TYPE_CHECKING, Any

import numpy as np

from rmatch.candidates import BLOCK_PAIRS
from rmatch.errors import InvalidInputError
from rmatch.rows import Row
from rmatch.rules.base import PairRule, Predicate
from rmatch.rules.cohort.base import (
    Breach,
    CohortRule,
    Pairs,
    PricedRule,
    between,
    fraction,
    limits,
    outside,
    pairs_between,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from rmatch.people import Roster
    from rmatch.problem import Problem


@dataclass(frozen=True)
class _OfPairs(PricedRule):
    """What the two rules share: a property, which is any pair rule or function of two people."""

    of: PairRule | Callable[..., bool | None]
    least: Any = None
    most: Any = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if isinstance(self.of, type) or not (isinstance(self.of, PairRule) or callable(self.of)):
            raise InvalidInputError(
                f"{self.name}: of={self.of!r}; a pair rule such as Different('department'), or a "
                "function of (mentor, mentee), is allowed"
            )
        if not isinstance(self.of, PairRule):
            object.__setattr__(self, "of", Predicate(function=self.of))

    @property
    def _rule(self) -> PairRule:
        assert isinstance(self.of, PairRule)
        return self.of

    def bound(self, mentors: Roster, mentees: Roster) -> CohortRule:
        changed: CohortRule = self.replace(of=self._rule.bound(mentors, mentees))
        return changed

    def validate(self, mentors: Roster, mentees: Roster) -> None:
        self._rule.validate(mentors, mentees)

    def _count(self, problem: Problem, pairs: Pairs) -> int:
        """Count the pairs with the property, each from plain people."""
        mentors, mentees = problem.mentors, problem.mentees
        return sum(self._rule.allows(mentors.person(i), mentees.person(j)) for i, j in pairs)


@dataclass(frozen=True)
class PairCount(_OfPairs):
    """At least ``least`` and at most ``most`` pairs have a property.

    Parameters
    ----------
    of
        The property: a pair rule, or a function of (mentor, mentee).
    least, most
        Whole numbers of pairs; ``None`` is no limit.
    penalty
        ``None`` for a rule that must hold, or the score that each pair outside costs.

    Examples
    --------
    >>> from rmatch.rules import Different, PairCount
    >>> PairCount(Different("department"), least=10).describe()
    'at least 10 pairs with a different department'
    """

    def __post_init__(self) -> None:
        super().__post_init__()
        limits(self, self.least, self.most)

    def rows(
        self, problem: Problem, mentor: NDArray[np.int32], mentee: NDArray[np.int32]
    ) -> Sequence[Row]:
        have = having(self._rule, problem, mentor, mentee)
        return [Row(self.describe(), self.least, self.most, np.flatnonzero(have))]

    def breaches(self, problem: Problem, pairs: Pairs) -> Sequence[Breach]:
        count = self._count(problem, pairs)
        far = outside(count, self.least, self.most)
        return [Breach(f"{count} pairs, not {self.describe()}", far)] if far else []

    def worst(self, problem: Problem, pairs: int) -> int:
        return max(self.least or 0, pairs)

    def describe(self) -> str:
        return f"{pairs_between(self.least, self.most)} with {self._rule.describe()}"

    def loosened(self) -> Iterator[CohortRule]:
        for least in range((self.least or 0) - 1, 0, -1):
            yield self.replace(least=least)
        if self.most is not None:
            yield self.replace(most=self.most + 1)


@dataclass(frozen=True)
class PairShare(_OfPairs):
    """A share of all pairs between ``least`` and ``most`` has a property.

    With no pairs at all the rule holds. A pair with missing data counts as the property's own
    policy says.

    Parameters
    ----------
    of
        The property: a pair rule, or a function of (mentor, mentee).
    least, most
        Shares from 0 to 1, taken as fractions with a denominator of at most 10,000.
    penalty
        ``None`` for a rule that must hold, or the score that each pair short (or over) costs.

    Examples
    --------
    At least half of the pairs cross departments:

    >>> from rmatch.rules import Different, PairShare
    >>> PairShare(Different("department"), least=0.5).describe()
    'at least 1/2 of the pairs with a different department'
    """

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.least is None and self.most is None:
            raise InvalidInputError(f"{self.name} needs least=, most= or both")
        if self._low is not None and self._high is not None and self._low > self._high:
            raise InvalidInputError(f"{self.name}: least={self.least} is above most={self.most}")

    @property
    def _low(self) -> Fraction | None:
        return None if self.least is None else fraction(self, "least", self.least)

    @property
    def _high(self) -> Fraction | None:
        return None if self.most is None else fraction(self, "most", self.most)

    @property
    def units(self) -> int:
        return lcm(*(share.denominator for share in (self._low, self._high) if share is not None))

    def rows(
        self, problem: Problem, mentor: NDArray[np.int32], mentee: NDArray[np.int32]
    ) -> Sequence[Row]:
        have = having(self._rule, problem, mentor, mentee).astype(np.int64)
        every, rows = np.arange(len(mentor)), []
        if self._low is not None:
            factors = self.units * have - int(self._low * self.units)
            rows.append(Row(self.describe(), 0, None, every, factors))
        if self._high is not None:
            factors = self.units * have - int(self._high * self.units)
            rows.append(Row(self.describe(), None, 0, every, factors))
        return rows

    def breaches(self, problem: Problem, pairs: Pairs) -> Sequence[Breach]:
        if not pairs:
            return []
        count = self._count(problem, pairs)
        far = outside(Fraction(count, len(pairs)), self._low, self._high)
        what = f"{count} of {len(pairs)} pairs, not {self.describe()}"
        return [Breach(what, int(far * len(pairs) * self.units))] if far else []

    def worst(self, problem: Problem, pairs: int) -> int:
        return pairs * self.units

    def describe(self) -> str:
        return f"{between(self._low, self._high)} of the pairs with {self._rule.describe()}"

    def loosened(self) -> Iterator[CohortRule]:
        if self._low is not None:
            for percent in range(int(self._low * 20) - 1, 0, -1):
                yield self.replace(least=percent / 20)
        if self._high is not None:
            for percent in range(int(self._high * 20) + 1, 20):
                yield self.replace(most=percent / 20)


def having(
    rule: PairRule, problem: Problem, mentor: NDArray[np.int32], mentee: NDArray[np.int32]
) -> NDArray[np.bool_]:
    """Say for each edge whether a rule allows it, a block of mentees at a time."""
    form = rule.form(problem.mentors, problem.mentees)
    mentees, column = np.unique(mentee, return_inverse=True)
    have = np.zeros(len(mentor), dtype=bool)
    order = np.argsort(column, kind="stable")
    width = max(1, BLOCK_PAIRS // max(problem.shape[0], 1))
    for start in range(0, len(mentees), width):
        cols = mentees[start : start + width].astype(np.intp)
        inside = slice(*np.searchsorted(column[order], (start, start + len(cols))))
        edges = order[inside]
        have[edges] = form.block(slice(None), cols)[mentor[edges], column[edges] - start]
    return have
