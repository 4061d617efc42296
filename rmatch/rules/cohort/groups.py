"""Rules about groups of people: how many of them take part, and with whom."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from rmatch.errors import InputProblem, InvalidInputError
from rmatch.names import label, labels
from rmatch.parameters import ColumnName, Frozen
from rmatch.rows import Row
from rmatch.rules.base import require_column
from rmatch.rules.cohort.base import (
    Breach,
    CohortRule,
    Pairs,
    PricedRule,
    between,
    groups,
    limits,
    outside,
    whole,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from rmatch.people import Roster
    from rmatch.problem import Problem


@dataclass(frozen=True)
class ReleaseCap(PricedRule):
    """At most ``most`` people of one unit take part at once.

    Parameters
    ----------
    most
        One number for every unit, or a number by unit; units that are not named have no limit.
    field
        The roster column that names the unit. Nobody without one is counted.
    side
        Who counts: ``"both"``, ``"mentors"`` or ``"mentees"``. A person in both roles counts twice,
        for each role takes their time.
    penalty
        ``None`` for a rule that must hold, or the score that each person too many costs.

    Examples
    --------
    >>> from rmatch.rules import ReleaseCap
    >>> ReleaseCap({"Sales": 2}, side="mentors").describe()
    'at most 2 mentors of the department Sales'
    """

    most: int | Mapping[str, int]
    field: ColumnName = "department"
    side: Literal["both", "mentors", "mentees"] = "both"

    def __post_init__(self) -> None:
        super().__post_init__()
        if isinstance(self.most, Mapping):
            named = {
                label(unit) if isinstance(unit, str) else unit: n for unit, n in self.most.items()
            }
            object.__setattr__(self, "most", Frozen(named))
        for value in self.most.values() if isinstance(self.most, Mapping) else (self.most,):
            whole(self, "most", value)

    def validate(self, mentors: Roster, mentees: Roster) -> None:
        require_column(self, self.field, mentors, mentees)
        if isinstance(self.most, Mapping):
            known = {*groups(mentors, self.field), *groups(mentees, self.field)}
            unknown = [str(unit) for unit in self.most if unit not in known]
            if unknown:
                raise InvalidInputError(
                    f"{self.name}: nobody's {self.field} is {', '.join(unknown)}; "
                    f"there are: {', '.join(sorted(map(str, known)))}"
                )

    def _limit(self, unit: str) -> int | None:
        return self.most.get(unit) if isinstance(self.most, Mapping) else self.most

    def rows(
        self, problem: Problem, mentor: NDArray[np.int32], mentee: NDArray[np.int32]
    ) -> Sequence[Row]:
        nobody = np.zeros(0, np.intp)
        left = groups(problem.mentors, self.field) if self.side != "mentees" else {}
        right = groups(problem.mentees, self.field) if self.side != "mentors" else {}
        return [
            Row(
                f"at most {self._limit(unit)} of {unit}",
                None,
                self._limit(unit),
                mentors=left.get(unit, nobody),
                mentees=right.get(unit, nobody),
            )
            for unit in sorted({*left, *right})
            if self._limit(unit) is not None
        ]

    def breaches(self, problem: Problem, pairs: Pairs) -> Sequence[Breach]:
        matched = [problem.mentors.person(row) for row in {i for i, _ in pairs}]
        others = [problem.mentees.person(col) for col in {j for _, j in pairs}]
        counted = {"both": matched + others, "mentors": matched, "mentees": others}[self.side]
        count = Counter(person.get(self.field) for person in counted)
        return [
            Breach(f"{number} people of {unit}, {limit} allowed", number - limit)
            for unit, number in count.items()
            if unit is not None and (limit := self._limit(unit)) is not None and number > limit
        ]

    def worst(self, problem: Problem, pairs: int) -> int:
        return 2 * pairs

    def describe(self) -> str:
        who = "people" if self.side == "both" else self.side
        if not isinstance(self.most, Mapping):
            return f"at most {self.most} {who} of one {self.field}"
        caps = (f"{limit} {who} of the {self.field} {unit}" for unit, limit in self.most.items())
        return f"at most {', '.join(caps)}"

    def loosened(self) -> Iterator[CohortRule]:
        if isinstance(self.most, Mapping):
            for unit, limit in self.most.items():
                yield self.replace(most={**self.most, unit: limit + 1})
        else:
            yield self.replace(most=self.most + 1)


@dataclass(frozen=True)
class _OfPeople(PricedRule):
    """What rules about named people share."""

    people: Sequence[str] = ()

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "people", tuple(dict.fromkeys(labels(self.people))))

    def validate(self, mentors: Roster, mentees: Roster) -> None:
        """Raise where somebody is on neither roster."""
        known = {*mentors.ids, *mentees.ids}
        unknown = [
            InputProblem(f"{self.name}: nobody has the id {person!r}")
            for person in self.people
            if person not in known
        ]
        if unknown:
            raise InvalidInputError.from_problems(unknown)

    def _rows_of(self, roster: Roster) -> NDArray[np.intp]:
        wanted = set(self.people)
        return np.array([r for r, one in enumerate(roster.ids) if one in wanted], dtype=np.intp)


@dataclass(frozen=True)
class PeopleCount(_OfPeople):
    """Between ``least`` and ``most`` of these people are matched at all.

    ``most=1`` of two says that not both take part; ``least=3`` of the executives that three do. A
    person in both roles counts once for each.

    Examples
    --------
    >>> from rmatch.rules import PeopleCount
    >>> PeopleCount(["m1", "m2"], most=1).describe()
    'at most 1 of m1, m2 matched'
    """

    least: int | None = None
    most: int | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        limits(self, self.least, self.most)

    def rows(
        self, problem: Problem, mentor: NDArray[np.int32], mentee: NDArray[np.int32]
    ) -> Sequence[Row]:
        mentors, mentees = self._rows_of(problem.mentors), self._rows_of(problem.mentees)
        return [Row(self.describe(), self.least, self.most, mentors=mentors, mentees=mentees)]

    def breaches(self, problem: Problem, pairs: Pairs) -> Sequence[Breach]:
        matched = [problem.mentors.ids[row] for row in {i for i, _ in pairs}]
        matched += [problem.mentees.ids[col] for col in {j for _, j in pairs}]
        count = sum(person in self.people for person in matched)
        far = outside(count, self.least, self.most)
        return [Breach(f"{count} matched, not {self.describe()}", far)] if far else []

    def worst(self, problem: Problem, pairs: int) -> int:
        return max(self.least or 0, 2 * len(self.people))

    def describe(self) -> str:
        return f"{between(self.least, self.most)} of {', '.join(self.people)} matched"

    def loosened(self) -> Iterator[CohortRule]:
        for least in range((self.least or 0) - 1, 0, -1):
            yield self.replace(least=least)
        if self.most is not None:
            yield self.replace(most=self.most + 1)


@dataclass(frozen=True)
class SeparatePartners(_OfPeople):
    """No two of these people are paired with the same person, in one role of that person.

    Somebody who teaches one of them may learn from another.

    Examples
    --------
    >>> from rmatch.rules import SeparatePartners
    >>> SeparatePartners(["s1", "s2"]).describe()
    'no two of s1, s2 with the same partner'
    """

    def rows(
        self, problem: Problem, mentor: NDArray[np.int32], mentee: NDArray[np.int32]
    ) -> Sequence[Row]:
        rows = []
        for roster, end, others, other_end in (
            (problem.mentees, mentee, problem.mentors.ids, mentor),
            (problem.mentors, mentor, problem.mentees.ids, mentee),
        ):
            listed = np.zeros(len(roster), dtype=bool)
            listed[self._rows_of(roster)] = True
            edges = np.flatnonzero(listed[end])
            edges = edges[np.argsort(other_end[edges], kind="stable")]
            starts = np.searchsorted(other_end[edges], np.arange(len(others) + 1))
            rows += [
                Row(f"{self.describe()}: {other}", None, 1, edges[starts[row] : starts[row + 1]])
                for row, other in enumerate(others)
            ]
        return rows

    def breaches(self, problem: Problem, pairs: Pairs) -> Sequence[Breach]:
        found = []
        for axis, here, there in (
            (0, problem.mentors, problem.mentees),
            (1, problem.mentees, problem.mentors),
        ):
            shared = Counter(p[axis] for p in pairs if there.ids[p[1 - axis]] in self.people)
            found += [
                Breach(f"{here.ids[row]} is paired with {count} of them", count - 1)
                for row, count in shared.items()
                if count > 1
            ]
        return found

    def worst(self, problem: Problem, pairs: int) -> int:
        return 2 * pairs

    def describe(self) -> str:
        return f"no two of {', '.join(self.people)} with the same partner"
