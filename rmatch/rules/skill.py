"""Rules about what the mentor can teach."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from rmatch.errors import InvalidInputError
from rmatch.forms import AtLeast, Each, Linear, Mask, PairForm, csr, least_units
from rmatch.names import amount
from rmatch.rules.base import PairRule, Shape, all_millionths, millionths
from rmatch.scoring.base import ScorePart
from rmatch.scoring.coverage import levels_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from rmatch.people import Person, Roster


@dataclass(frozen=True)
class TeachingMargin(PairRule):
    """On at least ``goals`` of the mentee's goals, the mentor is at least ``margin`` levels above.

    The point of reverse mentoring: somebody who really knows more teaches somebody who wants to
    learn it. A mentee without goals has nobody who could teach them.

    Examples
    --------
    >>> from rmatch import Goal, Person
    >>> from rmatch.rules import TeachingMargin
    >>> senior = Person(id="s", skills={"AI": 2}, goals={"AI": Goal()})
    >>> TeachingMargin(2).allows(Person(id="m", skills={"AI": 4}), senior)
    True
    >>> TeachingMargin(2).allows(Person(id="n", skills={"AI": 3}), senior)
    False
    """

    margin: float = 1
    goals: int = 1
    fields: ClassVar[tuple[str, ...]] = ("goals",)

    def __post_init__(self) -> None:
        super().__post_init__()
        if millionths(self.margin) <= 0 or self.goals < 1:
            raise InvalidInputError(
                f"teaching_margin: margin={self.margin}, goals={self.goals}; "
                "a margin above 0 on at least 1 goal is allowed"
            )

    def holds(self, mentor: Person, mentee: Person) -> bool | None:
        return len(self._taught(mentor, mentee)) >= self.goals

    def _taught(self, mentor: Person, mentee: Person) -> list[str]:
        return [skill for skill in mentee.goals if is_ahead(mentor, mentee, skill, self.margin)]

    def shape(self, mentors: Roster, mentees: Roster) -> Shape:
        goals = mentees.ragged("goals")
        linear = reaching(mentors, mentees, self.margin, np.ones(len(goals.codes), dtype=bool))
        everybody = np.ones(len(mentors), dtype=bool), np.ones(len(mentees), dtype=bool)
        return Shape(AtLeast(linear, self.goals), *everybody)

    def describe(self) -> str:
        goals = "one of the mentee's goals" if self.goals == 1 else f"{self.goals} goals"
        return f"the mentor is at least {amount(self.margin, 'level')} ahead on {goals}"

    def explain(self, mentor: Person, mentee: Person) -> str:
        taught = ", ".join(sorted(self._taught(mentor, mentee)))
        return f"{self.describe()}: {taught or 'none'}"

    def loosened(self) -> Iterator[PairRule]:
        for goals in range(self.goals - 1, 0, -1):
            yield self.replace(goals=goals)
        for margin in range(int(np.ceil(self.margin)) - 1, 0, -1):
            yield self.replace(margin=margin, goals=1)


@dataclass(frozen=True)
class MustCoverTopGoal(PairRule):
    """The mentor is at least ``margin`` levels above on a goal that matters most to the mentee.

    A mentee's top goals are those of the highest importance.
    """

    margin: float = 1
    fields: ClassVar[tuple[str, ...]] = ("goals",)

    def __post_init__(self) -> None:
        super().__post_init__()
        if millionths(self.margin) <= 0:
            raise InvalidInputError(
                f"must_cover_top_goal: margin={self.margin}; a margin above 0 is allowed"
            )

    def holds(self, mentor: Person, mentee: Person) -> bool | None:
        if not mentee.goals:
            return None
        most = max(goal.importance for goal in mentee.goals.values())
        return any(
            is_ahead(mentor, mentee, skill, self.margin)
            for skill, goal in mentee.goals.items()
            if goal.importance == most
        )

    def shape(self, mentors: Roster, mentees: Roster) -> Shape:
        goals = mentees.ragged("goals")
        most = np.zeros(len(goals))
        np.maximum.at(most, goals.rows, goals.weights)
        linear = reaching(mentors, mentees, self.margin, goals.weights == most[goals.rows])
        return Shape(AtLeast(linear, 1), np.ones(len(mentors), dtype=bool), goals.known)

    def describe(self) -> str:
        return (
            f"the mentor is at least {amount(self.margin, 'level')} ahead on the mentee's top goal"
        )


@dataclass(frozen=True)
class MinimumScore(PairRule):
    """The pair's total score is at least ``least``: better no pair than a bad one.

    Examples
    --------
    >>> from rmatch.rules import MinimumScore
    >>> MinimumScore(0.2).describe()
    'the score is at least 0.2'
    """

    least: float = 0.2

    def __post_init__(self) -> None:
        super().__post_init__()
        if not 0 <= self.least <= 1:
            raise InvalidInputError(f"minimum_score: least={self.least!r}; 0 to 1 is allowed")

    @property
    def minimum_score(self) -> float | None:
        return self.least

    def holds(self, mentor: Person, mentee: Person) -> bool | None:
        """Leave the decision to the problem, which knows the score; people alone pass."""
        return True

    def shape(self, mentors: Roster, mentees: Roster) -> Shape:
        everybody = np.ones(len(mentors), dtype=bool), np.ones(len(mentees), dtype=bool)
        return Shape(Each(*everybody), *everybody)

    def describe(self) -> str:
        return f"the score is at least {self.least:g}"

    def loosened(self) -> Iterator[PairRule]:
        for least in (0.9 * self.least, 0.75 * self.least, 0.5 * self.least):
            yield self.replace(least=least)


@dataclass(frozen=True)
class PartAtLeast(PairRule):
    """One part of the score is at least ``least`` by itself, whatever its weight.

    What a part cannot know counts 0, so ``missing`` decides nothing here.

    Parameters
    ----------
    part
        A score part: ``ReturnCoverage()`` for mentors who must get something back.
    least
        The least value, from 0 to 1.

    Examples
    --------
    >>> from rmatch import Goal, Person
    >>> from rmatch.rules import PartAtLeast
    >>> from rmatch.scoring import ReturnCoverage
    >>> rule = PartAtLeast(ReturnCoverage(), 0.2)
    >>> rule.describe()
    'return coverage is at least 0.2'
    >>> mentor = Person(id="m", goals={"law": Goal(4)})
    >>> rule.allows(mentor, Person(id="s", skills={"law": 4})), rule.allows(mentor, Person(id="t"))
    (True, False)
    """

    part: ScorePart
    least: float = 0.2

    def __post_init__(self) -> None:
        super().__post_init__()
        if not isinstance(self.part, ScorePart):
            raise InvalidInputError(f"part_at_least: part={self.part!r}; a score part is allowed")
        if not 0 <= self.least <= 1:
            raise InvalidInputError(f"part_at_least: least={self.least!r}; 0 to 1 is allowed")

    @property
    def name(self) -> str:
        return f"{self.part.name}_at_least"

    def bound(self, mentors: Roster, mentees: Roster) -> PartAtLeast:
        return dataclasses.replace(self, part=self.part.bound(mentors, mentees))

    @property
    def _units(self) -> int:
        return least_units(self.least)

    def holds(self, mentor: Person, mentee: Person) -> bool | None:
        return self.part.gain(mentor, mentee, 1.0) >= self._units

    def validate(self, mentors: Roster, mentees: Roster) -> None:
        self.part.validate(mentors, mentees)

    def form(self, mentors: Roster, mentees: Roster) -> PairForm:
        gains = self.part.form(mentors, mentees, 1.0)
        return Mask(lambda rows, cols: gains.block(rows, cols) >= self._units)

    def mask(self, mentors: Roster, mentees: Roster) -> NDArray[np.bool_]:
        return self.form(mentors, mentees).block(slice(None), slice(None))

    def describe(self) -> str:
        return f"{self.part.name.replace('_', ' ')} is at least {self.least:g}"

    def explain(self, mentor: Person, mentee: Person) -> str:
        return f"{self.describe()}: {self.part.value(mentor, mentee):.2f}"

    def loosened(self) -> Iterator[PairRule]:
        for least in (0.75 * self.least, 0.5 * self.least, 0.25 * self.least):
            yield self.replace(least=least)


def is_ahead(mentor: Person, mentee: Person, skill: str, margin: float) -> bool:
    """Say whether the mentor is at least ``margin`` levels above the mentee in a skill."""
    needed = millionths(mentee.skills.get(skill, 0)) + millionths(margin)
    return millionths(mentor.skills.get(skill, 0)) >= needed


def reaching(mentors: Roster, mentees: Roster, margin: float, counted: NDArray[np.bool_]) -> Linear:
    """Count, for each pair, the counted goals on which the mentor is ``margin`` levels above.

    Features are "has skill k at exactly level l"; a mentee has a 1 for every feature that reaches.
    """
    has, features, levels = mentors.ragged("skills").features
    goals, width = mentees.ragged("goals"), max(len(levels), 1)
    needed = all_millionths(levels_of(mentees.ragged("skills"), goals)) + millionths(margin)
    code = goals.codes.astype(np.int64) * width
    reached = np.searchsorted(all_millionths(levels), needed, side="left")
    first = np.searchsorted(features, code + reached)
    last = np.searchsorted(features, code + width)
    counts = np.where(counted, np.maximum(last - first, 0), 0)
    feature = np.repeat(first - (np.cumsum(counts) - counts), counts) + np.arange(counts.sum())
    ones = np.ones(len(feature), np.int32)
    rows = np.repeat(goals.rows, counts)
    return Linear(has, csr(rows, feature, ones, (len(mentees), len(features))))
