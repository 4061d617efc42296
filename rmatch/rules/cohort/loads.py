"""What one person can carry: pairs and hours, over both roles and several programmes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import combinations
from math import isfinite, lcm
from typing import TYPE_CHECKING, Literal

import numpy as np

from rmatch.errors import InvalidInputError
from rmatch.rows import Row
from rmatch.rules.cohort.base import (
    Breach,
    CohortRule,
    Pairs,
    PricedRule,
    both_roles,
    check_side,
    require_field,
    whole,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from rmatch.candidates import Bounds
    from rmatch.people import Roster
    from rmatch.problem import Problem


def _edges_by(end: NDArray[np.int32]) -> dict[int, NDArray[np.intp]]:
    """Return the edges of each person on one side."""
    order = np.argsort(end, kind="stable")
    people, starts = np.unique(end[order], return_index=True)
    stops = np.append(starts, len(order))[1:]
    return {
        int(person): order[start:stop]
        for person, start, stop in zip(people, starts, stops, strict=True)
    }


def _lowered(most: NDArray[np.int64], limit: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return the most lowered to a limit; NaN is no limit."""
    known = np.nan_to_num(limit, nan=np.inf)
    return np.maximum(np.minimum(most, known), 0).astype(np.int64)


@dataclass(frozen=True)
class BurdenCap(CohortRule):
    """Nobody has more than ``most`` pairs, those of other programmes included.

    Parameters
    ----------
    most
        The most pairs of one person, in both roles and all programmes together.
    running
        A roster column with the number of pairs a person has already; ``None`` where nobody has
        any. Somebody without a value has none.
    side
        Whose pairs count: ``"both"`` (one cap over both roles of a person), ``"mentors"`` or
        ``"mentees"``.

    Examples
    --------
    >>> from rmatch.rules import BurdenCap
    >>> BurdenCap(2, running="pairs_elsewhere").describe()
    'at most 2 pairs per person, those in pairs_elsewhere included'
    """

    most: int = 2
    running: str | None = None
    side: Literal["both", "mentors", "mentees"] = "both"

    def __post_init__(self) -> None:
        whole(self, "most", self.most)
        check_side(self, self.side, ("both", "mentors", "mentees"))

    def validate(self, mentors: Roster, mentees: Roster) -> None:
        if self.running is not None:
            require_field(self, self.running, mentors, mentees)

    def _free(self, roster: Roster) -> NDArray[np.float64]:
        """Return how many more pairs everybody may have."""
        if self.running is None:
            return np.full(len(roster), float(self.most))
        return self.most - np.nan_to_num(roster.numbers(self.running).values, nan=0.0)

    def bounds(self, problem: Problem, bounds: Bounds) -> Bounds:
        if self.side != "mentees":
            most = _lowered(bounds.mentor_most, self._free(problem.mentors))
            bounds = replace(bounds, mentor_most=most)
        if self.side != "mentors":
            most = _lowered(bounds.mentee_most, self._free(problem.mentees))
            bounds = replace(bounds, mentee_most=most)
        return bounds

    def rows(
        self, problem: Problem, mentor: NDArray[np.int32], mentee: NDArray[np.int32]
    ) -> Sequence[Row]:
        """Return one row for everybody in both roles; one role is a matter of bounds."""
        if self.side != "both":
            return []
        none = np.zeros(0, np.intp)
        as_mentor, as_mentee = _edges_by(mentor), _edges_by(mentee)
        left, right = self._free(problem.mentors), self._free(problem.mentees)
        return [
            Row(
                f"{problem.mentors.ids[i]}: {self.describe()}",
                None,
                max(int(np.floor(min(left[i], right[j]))), 0),
                np.concatenate([as_mentor.get(i, none), as_mentee.get(j, none)]),
            )
            for i, j in both_roles(problem)
        ]

    def breaches(self, problem: Problem, pairs: Pairs) -> Sequence[Breach]:
        count: Counter[str] = Counter()
        running: dict[str, float] = {}
        for axis, side in ((0, "mentors"), (1, "mentees")):
            if self.side in ("both", side):
                roster = getattr(problem, side)
                count.update(roster.ids[pair[axis]] for pair in pairs)
                for person in roster:
                    before = (person.get(self.running) if self.running else 0) or 0
                    running[person.id] = max(running.get(person.id, 0), before)
        return [
            Breach(f"{person} has {number} pairs and {running[person]:g} elsewhere", 1)
            for person, number in count.items()
            if number + running[person] > self.most
        ]

    def describe(self) -> str:
        where = "person" if self.side == "both" else self.side.removesuffix("s")
        also = f", those in {self.running} included" if self.running else ""
        return f"at most {self.most} pairs per {where}{also}"

    def loosened(self) -> Iterator[CohortRule]:
        yield self.replace(most=self.most + 1)


@dataclass(frozen=True)
class TimeBudget(CohortRule):
    """The hours of a person's pairs, in both roles, fit into their hours per month.

    Parameters
    ----------
    mentor_hours, mentee_hours
        Hours per month that one pair takes its mentor and its mentee: sessions times length, and
        preparation.
    field
        The roster column with everybody's hours. Nobody without a value is limited; of somebody
        who is on both rosters with different hours, the fewer count.

    Examples
    --------
    >>> from rmatch.rules import TimeBudget
    >>> TimeBudget(mentor_hours=2).describe()
    'pairs fit into hours_per_month: 2 hours for a mentor, 1 for a mentee'
    """

    mentor_hours: float = 1.0
    mentee_hours: float = 1.0
    field: str = "hours_per_month"

    def __post_init__(self) -> None:
        for name in ("mentor_hours", "mentee_hours"):
            value = getattr(self, name)
            if not (isfinite(value) and value >= 0):
                raise InvalidInputError(f"{self.name}: {name}={value!r}; a number of at least 0")

    def validate(self, mentors: Roster, mentees: Roster) -> None:
        require_field(self, self.field, mentors, mentees)

    def bounds(self, problem: Problem, bounds: Bounds) -> Bounds:
        return replace(
            bounds,
            mentor_most=_lowered(
                bounds.mentor_most, _whole_pairs(problem.mentors, self.field, self.mentor_hours)
            ),
            mentee_most=_lowered(
                bounds.mentee_most, _whole_pairs(problem.mentees, self.field, self.mentee_hours)
            ),
        )

    def rows(
        self, problem: Problem, mentor: NDArray[np.int32], mentee: NDArray[np.int32]
    ) -> Sequence[Row]:
        """Return one row for everybody in both roles, in whole parts of an hour."""
        none = np.zeros(0, np.intp)
        as_mentor, as_mentee = _edges_by(mentor), _edges_by(mentee)
        left, right = _exact(self.mentor_hours), _exact(self.mentee_hours)
        parts = lcm(left.denominator, right.denominator)
        rows = []
        for i, j in both_roles(problem):
            hours = _hours(problem, i, j, self.field)
            if hours is None:
                continue
            one, other = as_mentor.get(i, none), as_mentee.get(j, none)
            factors = np.repeat([int(left * parts), int(right * parts)], [len(one), len(other)])
            name = f"{problem.mentors.ids[i]}: {self.describe()}"
            high = int(_exact(hours) * parts // 1)
            rows.append(Row(name, None, high, np.concatenate([one, other]), factors))
        return rows

    def breaches(self, problem: Problem, pairs: Pairs) -> Sequence[Breach]:
        used: dict[str, Fraction] = {}
        budget: dict[str, float] = {}
        for pair in pairs:
            for person, hours in (
                (problem.mentors.person(pair[0]), self.mentor_hours),
                (problem.mentees.person(pair[1]), self.mentee_hours),
            ):
                used[person.id] = used.get(person.id, Fraction(0)) + _exact(hours)
        for side in (problem.mentors, problem.mentees):
            for person in side:
                hours = person.get(self.field)
                if hours is not None:
                    budget[person.id] = min(budget.get(person.id, hours), hours)
        return [
            Breach(f"{person} needs {float(hours):g} hours of {budget[person]:g}")
            for person, hours in used.items()
            if person in budget and hours > _exact(budget[person])
        ]

    def describe(self) -> str:
        return (
            f"pairs fit into {self.field}: {self.mentor_hours:g} hours for a mentor, "
            f"{self.mentee_hours:g} for a mentee"
        )


def _exact(hours: float) -> Fraction:
    """Hours as people mean them: 0.1 is a tenth, not the float next to it."""
    return Fraction(hours).limit_denominator(10_000)


def _whole_pairs(roster: Roster, field: str, hours: float) -> NDArray[np.float64]:
    """Return how many pairs fit into everybody's hours; NaN where these are not known."""
    per_pair = _exact(hours)
    if per_pair == 0:
        return np.full(len(roster), np.nan)
    return np.array(
        [
            np.nan if np.isnan(value) else float(_exact(value) // per_pair)
            for value in roster.numbers(field).values.tolist()
        ]
    )


def _hours(problem: Problem, i: int, j: int, field: str) -> float | None:
    both = (problem.mentors.numbers(field).values[i], problem.mentees.numbers(field).values[j])
    known = [float(value) for value in both if not np.isnan(value)]
    return min(known, default=None)


@dataclass(frozen=True)
class NoTwoCycles(PricedRule):
    """Two people who are each in both roles do not both teach and learn from each other.

    Parameters
    ----------
    reciprocal
        Pairs of ids, in any order, who may: their exchange is meant to be mutual.
    penalty
        ``None`` for a rule that must hold, or the score that each such exchange costs.

    Examples
    --------
    >>> import rmatch
    >>> from rmatch.rules import NoTwoCycles
    >>> people = [{"id": name, "skills": f"{name}:4", "goals": "A; B"} for name in "AB"]
    >>> len(rmatch.match(people, people)), len(rmatch.match(people, people, rules=[NoTwoCycles()]))
    (2, 1)
    """

    reciprocal: Sequence[tuple[str, str]] = ()

    def rows(
        self, problem: Problem, mentor: NDArray[np.int32], mentee: NDArray[np.int32]
    ) -> Sequence[Row]:
        both = both_roles(problem)
        keys = mentee.astype(np.int64) * problem.shape[0] + mentor
        order = np.argsort(keys, kind="stable")
        keys, exempt, rows = keys[order], self._exempt, []
        for (i, j), (other_i, other_j) in combinations(both, 2):
            names = (problem.mentors.ids[i], problem.mentors.ids[other_i])
            if frozenset(names) in exempt:
                continue
            wanted = np.array([other_j * problem.shape[0] + i, j * problem.shape[0] + other_i])
            at = np.searchsorted(keys, wanted)
            there = at < len(keys)
            there[there] = keys[at[there]] == wanted[there]
            rows.append(Row(f"{names[0]} and {names[1]} one way only", None, 1, order[at[there]]))
        return rows

    @property
    def _exempt(self) -> set[frozenset[str]]:
        return {frozenset(pair) for pair in self.reciprocal}

    def breaches(self, problem: Problem, pairs: Pairs) -> Sequence[Breach]:
        named = {(problem.mentors.ids[i], problem.mentees.ids[j]) for i, j in pairs}
        return [
            Breach(f"{one} and {other} teach each other")
            for one, other in sorted(named)
            if one < other and (other, one) in named and frozenset((one, other)) not in self._exempt
        ]

    def worst(self, problem: Problem, pairs: int) -> int:
        return pairs

    def describe(self) -> str:
        return "no two people teach each other" + (", but for named pairs" * bool(self.reciprocal))
