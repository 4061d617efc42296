"""Rules about seniority."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from rmatch.errors import InvalidInputError
from rmatch.forms import Either, Interval
from rmatch.names import amount
from rmatch.rules.base import PairRule, Shape, all_millionths, millionths

if TYPE_CHECKING:
    from rmatch.forms import PairForm
    from rmatch.people import Person, Roster


@dataclass(frozen=True)
class SeniorityGap(PairRule):
    """The mentee is at least ``min_levels`` (and at most ``max_levels``) above the mentor.

    With ``either_way`` either of the two may be the senior one, as in a pool whose people teach
    each other.

    Examples
    --------
    >>> from rmatch import Person
    >>> from rmatch.rules import SeniorityGap
    >>> SeniorityGap(2).allows(Person(id="m", level=3), Person(id="s", level=4))
    False
    """

    min_levels: float = 1
    max_levels: float | None = None
    either_way: bool = False
    fields: ClassVar[tuple[str, ...]] = ("level",)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.max_levels is not None and self.max_levels < self.min_levels:
            raise InvalidInputError(
                f"seniority_gap: max_levels={self.max_levels} is below min_levels={self.min_levels}"
            )

    def holds(self, mentor: Person, mentee: Person) -> bool | None:
        if mentor.level is None or mentee.level is None:
            return None
        one, other = millionths(mentor.level), millionths(mentee.level)
        return self._apart(one, other) or (self.either_way and self._apart(other, one))

    def _apart(self, junior: float, senior: float) -> bool:
        return junior <= senior - millionths(self.min_levels) and (
            self.max_levels is None or junior >= senior - millionths(self.max_levels)
        )

    def shape(self, mentors: Roster, mentees: Roster) -> Shape:
        junior, senior = mentors.numbers("level"), mentees.numbers("level")
        low, high = all_millionths(junior.values), all_millionths(senior.values)
        least = millionths(self.min_levels)
        most = np.inf if self.max_levels is None else millionths(self.max_levels)
        # junior <= senior - min and junior >= senior - max
        form: PairForm = Interval(low, low, high - most, high - least)
        if self.either_way:
            form = Either(form, Interval(low - least, low - most, high, high))
        return Shape(form, junior.known, senior.known)

    def describe(self) -> str:
        most = "" if self.max_levels is None else f" and at most {amount(self.max_levels, 'level')}"
        who, whom = ("one", "the other") if self.either_way else ("the mentee", "the mentor")
        return f"{who} is at least {amount(self.min_levels, 'level')}{most} above {whom}"

    def explain(self, mentor: Person, mentee: Person) -> str:
        if mentor.level is None or mentee.level is None:
            return f"{self.describe()}: a level is not known"
        gap = mentee.level - mentor.level
        return f"{self.describe()}: the gap is {abs(gap) if self.either_way else gap:g}"

    def loosened(self) -> Iterator[PairRule]:
        for levels in range(int(np.ceil(self.min_levels)) - 1, -1, -1):
            yield self.replace(min_levels=levels)
