"""What one person can carry: pairs and hours, over both roles and several programmes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import combinations, pairwise
from typing import TYPE_CHECKING, Literal

import numpy as np

from rmatch.ascending import places
from rmatch.errors import InvalidInputError
from rmatch.parameters import ColumnName, id_pairs
from rmatch.rows import Row
from rmatch.rules.base import require_column
from rmatch.rules.cohort.base import (
    Breach,
    CohortRule,
    Pairs,
    PricedRule,
    both_roles,
    groups,
    pairs_between,
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

    For a cap in hours, see :class:`TimeBudget`.

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
    field, values
        Cap only people whose value of this column is one of these: mentors who share lived
        experience, or the few of a small group whom everybody asks for. Default: everybody.

    Examples
    --------
    >>> from rmatch.rules import BurdenCap
    >>> BurdenCap(2, running="pairs_elsewhere").describe()
    'at most 2 pairs per person, those in pairs_elsewhere included'
    >>> BurdenCap(1, field="lived_experience", values=["yes"]).describe()
    'at most 1 pair per person whose lived_experience is yes'
    """

    most: int = 2
    running: ColumnName | None = None
    side: Literal["both", "mentors", "mentees"] = "both"
    field: ColumnName | None = None
    values: Sequence[str] = ()

    def __post_init__(self) -> None:
        super().__post_init__()
        whole(self, "most", self.most)
        object.__setattr__(self, "values", tuple(self.values))
        if (self.field is None) != (not self.values):
            raise InvalidInputError(
                f"{self.name}: field={self.field!r}, values={self.values!r}; "
                "give a column and a list of its values, or neither"
            )

    def validate(self, mentors: Roster, mentees: Roster) -> None:
        for name in (self.running, self.field):
            if name is not None:
                require_column(self, name, mentors, mentees)

    def _free(self, roster: Roster) -> NDArray[np.float64]:
        """Return how many more pairs everybody may have, capped or not."""
        if self.running is None:
            return np.full(len(roster), float(self.most))
        return self.most - np.nan_to_num(roster.numbers(self.running).values, nan=0.0)

    def _capped(self, roster: Roster) -> NDArray[np.bool_]:
        """Say who is meant."""
        if self.field is None:
            return np.ones(len(roster), dtype=bool)
        members, none = groups(roster, self.field), np.zeros(0, np.intp)
        capped = np.zeros(len(roster), dtype=bool)
        capped[np.concatenate([members.get(value, none) for value in self.values])] = True
        return capped

    def _limit(self, roster: Roster) -> NDArray[np.float64]:
        return np.where(self._capped(roster), self._free(roster), np.inf)

    def bounds(self, problem: Problem, bounds: Bounds) -> Bounds:
        if self.side != "mentees":
            most = _lowered(bounds.mentor_most, self._limit(problem.mentors))
            bounds = replace(bounds, mentor_most=most)
        if self.side != "mentors":
            most = _lowered(bounds.mentee_most, self._limit(problem.mentees))
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
        capped = self._capped(problem.mentors), self._capped(problem.mentees)
        return [
            Row(
                f"{problem.mentors.ids[i]}: {self.describe()}",
                None,
                max(int(np.floor(min(left[i], right[j]))), 0),
                np.concatenate([as_mentor.get(i, none), as_mentee.get(j, none)]),
            )
            for i, j in both_roles(problem)
            if capped[0][i] or capped[1][j]
        ]

    def breaches(self, problem: Problem, pairs: Pairs) -> Sequence[Breach]:
        count: Counter[str] = Counter()
        running: dict[str, float] = {}
        capped = set()
        for axis, side in ((0, "mentors"), (1, "mentees")):
            if self.side in ("both", side):
                roster = getattr(problem, side)
                count.update(roster.ids[pair[axis]] for pair in pairs)
                for person in roster:
                    before = (person.get(self.running) if self.running else 0) or 0
                    running[person.id] = max(running.get(person.id, 0), before)
                    if self.field is None or person.get(self.field) in self.values:
                        capped.add(person.id)
        return [
            Breach(f"{person} has {number} pairs and {running[person]:g} elsewhere", 1)
            for person, number in count.items()
            if person in capped and number + running[person] > self.most
        ]

    def describe(self) -> str:
        where = "person" if self.side == "both" else self.side.removesuffix("s")
        if self.field is not None:
            where += f" whose {self.field} is {' or '.join(self.values)}"
        also = f", those in {self.running} included" if self.running else ""
        return f"{pairs_between(None, self.most)} per {where}{also}"

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
    most
        The most hours per month of anybody, whatever their own; ``None`` is no such cap.
    running
        A roster column with the hours that pairs of other programmes take already; ``None`` where
        there are none. Of different values on both rosters, the higher counts.

    Examples
    --------
    >>> from rmatch.rules import TimeBudget
    >>> TimeBudget(mentor_hours=2).describe()
    'pairs fit into hours_per_month: 2 hours for a mentor, 1 for a mentee'
    """

    mentor_hours: float = 1.0
    mentee_hours: float = 1.0
    field: ColumnName = "hours_per_month"
    most: float | None = None
    running: ColumnName | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        for name in ("mentor_hours", "mentee_hours", "most"):
            value = getattr(self, name)
            if value is not None and value < 0:
                raise InvalidInputError(f"{self.name}: {name}={value!r}; a number of at least 0")

    def validate(self, mentors: Roster, mentees: Roster) -> None:
        if self.most is None:
            require_column(self, self.field, mentors, mentees)
        if self.running is not None:
            require_column(self, self.running, mentors, mentees)

    def bounds(self, problem: Problem, bounds: Bounds) -> Bounds:
        hours = self._left(problem)
        return replace(
            bounds,
            mentor_most=_lowered(bounds.mentor_most, _whole_pairs(hours[0], self.mentor_hours)),
            mentee_most=_lowered(bounds.mentee_most, _whole_pairs(hours[1], self.mentee_hours)),
        )

    def rows(
        self, problem: Problem, mentor: NDArray[np.int32], mentee: NDArray[np.int32]
    ) -> Sequence[Row]:
        """Return rows for everybody in both roles: which numbers of pairs go together.

        Hours would say the same in one row, but these say it so that no fraction of a pair fits.
        """
        none = np.zeros(0, np.intp)
        as_mentor, as_mentee = _edges_by(mentor), _edges_by(mentee)
        rows, (hours, _) = [], self._left(problem)
        for i, j in both_roles(problem):
            one, other = as_mentor.get(i, none), as_mentee.get(j, none)
            name = f"{problem.mentors.ids[i]}: {self.describe()}"
            for left, right, high in self._together(hours[i], *problem.shape[::-1]):
                factors = np.repeat([left, right], [len(one), len(other)])
                rows.append(Row(name, None, high, np.concatenate([one, other]), factors))
        return rows

    def _together(
        self, hours: Fraction | None, most: int, other_most: int
    ) -> list[tuple[int, int, int]]:
        """Return ``a, b, c`` with ``a x + b y <= c`` for x pairs as a mentor and y as a mentee.

        The upper hull of the whole points that fit into the hours; limits of x or y alone are
        bounds.
        """
        one, other = _exact(self.mentor_hours), _exact(self.mentee_hours)
        if hours is None or hours < 0 or not one or not other:
            return []
        hull: list[tuple[int, int]] = []
        for x in range(min(most, int(hours // one)) + 1):
            point = (x, min(other_most, int((hours - one * x) // other)))
            while len(hull) > 1 and _turn(hull[-2], hull[-1], point) >= 0:
                hull.pop()
            hull.append(point)
        return [
            (y - to_y, to_x - x, (y - to_y) * x + (to_x - x) * y)
            for (x, y), (to_x, to_y) in pairwise(hull)
            if to_y < y
        ]

    def _left(self, problem: Problem) -> tuple[list[Fraction | None], ...]:
        """Return the hours that everybody has left, for both rosters; ``None`` is no limit."""
        sides: list[list[Fraction | None]] = []
        for roster in (problem.mentors, problem.mentees):
            left = _values(roster, self.field)
            if self.most is not None:
                left = np.fmin(left, self.most)
            taken = np.nan_to_num(_values(roster, self.running), nan=0.0)
            exact = [
                None if np.isnan(hours) else _exact(hours) - _exact(gone)
                for hours, gone in zip(left.tolist(), taken.tolist(), strict=True)
            ]
            sides.append(exact)
        for i, j in both_roles(problem):
            known = [hours for hours in (sides[0][i], sides[1][j]) if hours is not None]
            sides[0][i] = sides[1][j] = min(known, default=None)
        return tuple(sides)

    def breaches(self, problem: Problem, pairs: Pairs) -> Sequence[Breach]:
        used: dict[str, Fraction] = {}
        for pair in pairs:
            for person, hours in (
                (problem.mentors.person(pair[0]), self.mentor_hours),
                (problem.mentees.person(pair[1]), self.mentee_hours),
            ):
                used[person.id] = used.get(person.id, Fraction(0)) + _exact(hours)
        left: dict[str, Fraction] = {}
        for side in (problem.mentors, problem.mentees):
            for person in side:
                limits = [h for h in (person.get(self.field), self.most) if h is not None]
                if limits:
                    taken = (person.get(self.running) if self.running else 0) or 0
                    room = _exact(min(limits)) - _exact(taken)
                    left[person.id] = min(left.get(person.id, room), room)
        return [
            Breach(f"{person} needs {float(hours):g} hours of {float(left[person]):g}")
            for person, hours in used.items()
            if person in left and hours > left[person]
        ]

    def describe(self) -> str:
        also = f", those in {self.running} included" if self.running else ""
        cap = "" if self.most is None else f" and {self.most:g}"
        return (
            f"pairs fit into {self.field}{cap}: {self.mentor_hours:g} hours for a mentor, "
            f"{self.mentee_hours:g} for a mentee{also}"
        )


def _exact(hours: float) -> Fraction:
    """Hours as people mean them: 0.1 is a tenth, not the float next to it."""
    return Fraction(hours).limit_denominator(10_000)


def _values(roster: Roster, field: str | None) -> NDArray[np.float64]:
    if field is None or field not in roster.columns:
        return np.full(len(roster), np.nan)
    return roster.numbers(field).values


def _whole_pairs(left: Sequence[Fraction | None], hours: float) -> NDArray[np.float64]:
    """Return how many pairs fit into everybody's hours; NaN where there is no limit."""
    per_pair = _exact(hours)
    return np.array(
        [np.nan if h is None or (h >= 0 and not per_pair) else
         0.0 if h < 0 else float(h // per_pair) for h in left]
    )  # fmt: skip


def _turn(one: tuple[int, int], two: tuple[int, int], three: tuple[int, int]) -> int:
    """Return above 0 where three points turn left, below where they turn right."""
    (a, b), (c, d), (e, f) = one, two, three
    return (c - a) * (f - b) - (d - b) * (e - a)


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

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "reciprocal", id_pairs(self.name, self.reciprocal))

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
            at, there = places(wanted, keys)
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
