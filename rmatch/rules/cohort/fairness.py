"""How evenly groups are matched."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import permutations
from typing import TYPE_CHECKING, Any

import numpy as np

from rmatch.errors import InvalidInputError
from rmatch.names import percent
from rmatch.parameters import ColumnName
from rmatch.rows import Row
from rmatch.rules.base import require_column
from rmatch.rules.cohort.base import (
    Breach,
    CohortRule,
    Pairs,
    Side,
    ends,
    fraction,
    groups,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from rmatch.people import Roster
    from rmatch.problem import Problem


@dataclass(frozen=True)
class _BetweenGroups(CohortRule):
    """What rules that compare the match rates of groups share. People without a value do not count.

    The rate of a group is the share of its members who have at least one pair.
    """

    field: ColumnName
    side: Side = "mentees"

    def validate(self, mentors: Roster, mentees: Roster) -> None:
        require_column(self, self.field, mentors, mentees)

    def _rates(self, problem: Problem, pairs: Pairs) -> dict[Any, Fraction]:
        """Return each group's rate, counted person by person."""
        matched = set(ends(pairs, self.side))
        size: Counter[Any] = Counter()
        taken: Counter[Any] = Counter()
        for row, person in enumerate(getattr(problem, self.side)):
            size[person.get(self.field)] += 1
            taken[person.get(self.field)] += row in matched
        return {group: Fraction(taken[group], size[group]) for group in size if group is not None}

    def _rows(self, problem: Problem, scale: Fraction, band: Fraction) -> list[Row]:
        """Return a count of matched people for each group, and for any two of them the row

        rate of the one >= ``scale`` * rate of the other - ``band``.

        Multiplied by both sizes and the denominators, everything in it is whole.
        """
        members = groups(getattr(problem, self.side), self.field)
        whole = scale.denominator * band.denominator
        rows = [
            Row(f"matched of {group}", None, None, mentors=people)
            if self.side == "mentors"
            else Row(f"matched of {group}", None, None, mentees=people)
            for group, people in members.items()
        ]
        sizes = [len(people) for people in members.values()]
        for (better, more), (worse, less) in permutations(enumerate(sizes), 2):
            factors = np.array([more * whole, -int(less * scale * whole)])
            low = -int(band * whole * more * less)
            rows.append(Row("two groups", low, None, rows=np.array([worse, better]),
                            per_row=factors))  # fmt: skip
        return rows


@dataclass(frozen=True)
class GroupBalance(_BetweenGroups):
    """The shares of matched people of any two groups differ by at most ``band``.

    Parameters
    ----------
    field
        The roster column that names the group.
    side
        Whose groups: ``"mentees"`` or ``"mentors"``.
    band
        The largest difference of two groups' shares, from 0 to 1.

    Examples
    --------
    >>> from rmatch.rules import GroupBalance
    >>> GroupBalance("site", band=0.2).describe()
    'the shares of matched mentees of any two groups of site differ by at most 0.2'
    """

    band: float = 0.1

    def __post_init__(self) -> None:
        super().__post_init__()
        fraction(self, "band", self.band)

    def rows(
        self, problem: Problem, mentor: NDArray[np.int32], mentee: NDArray[np.int32]
    ) -> Sequence[Row]:
        return self._rows(problem, Fraction(1), fraction(self, "band", self.band))

    def breaches(self, problem: Problem, pairs: Pairs) -> Sequence[Breach]:
        rates, band = self._rates(problem, pairs), fraction(self, "band", self.band)
        return [
            Breach(
                " and ".join(f"{percent(float(rates[each]))} of {each}" for each in (one, two))
                + " matched"
            )
            for one, two in permutations(rates, 2)
            if rates[one] - rates[two] > band
        ]

    def describe(self) -> str:
        return (
            f"the shares of matched {self.side} of any two groups of {self.field} differ "
            f"by at most {self.band:g}"
        )

    def loosened(self) -> Iterator[CohortRule]:
        for twentieths in range(int(self.band * 20) + 1, 20):
            yield self.replace(band=twentieths / 20)


@dataclass(frozen=True)
class FairnessFloor(_BetweenGroups):
    """Every group's share of matched people is at least ``ratio`` of every other group's.

    This is the impact ratio of employment law's four-fifths rule (US EEOC, Uniform Guidelines on
    Employee Selection Procedures, 29 CFR 1607.4 D). By default it only warns. Enforcing it lets
    the group decide who is matched, which needs a legal basis: say which.

    Parameters
    ----------
    field
        The roster column that names the group.
    side
        Whose groups: ``"mentees"`` or ``"mentors"``.
    ratio
        The least ratio of two groups' shares, from 0 to 1.
    enforce
        ``True`` makes the rule hold; needs ``reason``.
    reason
        The legal basis, kept with the result.

    Examples
    --------
    >>> from rmatch.rules import FairnessFloor
    >>> FairnessFloor("site").describe()
    'the share of matched mentees of each group of site is at least 0.8 of any other (warns)'
    """

    ratio: float = 0.8
    enforce: bool = False
    reason: str = ""

    def __post_init__(self) -> None:
        super().__post_init__()
        fraction(self, "ratio", self.ratio)
        if self.enforce and not self.reason.strip():
            raise InvalidInputError(
                f"{self.name}: enforce=True lets {self.field} decide who is matched; "
                "give reason= with the legal basis"
            )

    @property
    def hard(self) -> bool:
        return self.enforce

    def rows(
        self, problem: Problem, mentor: NDArray[np.int32], mentee: NDArray[np.int32]
    ) -> Sequence[Row]:
        if not self.enforce:
            return []
        return self._rows(problem, fraction(self, "ratio", self.ratio), Fraction(0))

    def breaches(self, problem: Problem, pairs: Pairs) -> Sequence[Breach]:
        rates, ratio = self._rates(problem, pairs), fraction(self, "ratio", self.ratio)
        return [
            Breach(
                f"{percent(float(rates[worse]))} of {worse} are matched, "
                f"against {percent(float(rates[better]))} of {better}"
            )
            for better, worse in permutations(rates, 2)
            if rates[worse] < ratio * rates[better]
        ]

    def worst(self, problem: Problem, pairs: int) -> int:
        """A warning costs nothing."""
        return 0

    def remarks(self, problem: Problem, pairs: Pairs) -> Sequence[str]:
        """Warn of groups that are matched less than the floor."""
        if self.enforce:
            return []
        return [
            f"{self.name}: {breach.what}, below the ratio {self.ratio:g}"
            for breach in self.breaches(problem, pairs)
        ]

    def describe(self) -> str:
        how = "" if self.enforce else " (warns)"
        return (
            f"the share of matched {self.side} of each group of {self.field} is at least "
            f"{self.ratio:g} of any other{how}"
        )

    def loosened(self) -> Iterator[CohortRule]:
        for twentieths in range(int(self.ratio * 20) - 1, 0, -1):
            yield self.replace(ratio=twentieths / 20)
