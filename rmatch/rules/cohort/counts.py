"""How many pairs: in all, for each person, and for each person who has any."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, cast

import numpy as np

from rmatch.parameters import ColumnName
from rmatch.rows import Row
from rmatch.rules.base import require_column
from rmatch.rules.cohort.base import (
    Breach,
    CohortRule,
    Pairs,
    PricedRule,
    Side,
    between,
    ends,
    limits,
    outside,
    pairs_between,
    whole,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from rmatch.candidates import Bounds
    from rmatch.people import Roster
    from rmatch.problem import Problem


@dataclass(frozen=True)
class SeatLimit(CohortRule):
    """At most ``most`` pairs in all; the same as ``seats=most``.

    Examples
    --------
    >>> from rmatch.rules import SeatLimit
    >>> SeatLimit(40).describe()
    'at most 40 pairs in all'
    """

    most: int

    def __post_init__(self) -> None:
        super().__post_init__()
        whole(self, "most", self.most)

    def bounds(self, problem: Problem, bounds: Bounds) -> Bounds:
        seats = self.most if bounds.seats is None else min(self.most, bounds.seats)
        return replace(bounds, seats=seats)

    def breaches(self, problem: Problem, pairs: Pairs) -> Sequence[Breach]:
        extra = len(pairs) - self.most
        return [Breach(f"{len(pairs)} pairs, {self.most} allowed", extra)] if extra > 0 else []

    def describe(self) -> str:
        return f"{pairs_between(None, self.most)} in all"

    def loosened(self) -> Iterator[CohortRule]:
        yield self.replace(most=self.most + 1)


@dataclass(frozen=True)
class PairsPerPerson(CohortRule):
    """Everybody on a side has between ``least`` and ``most`` pairs, whatever the roster says.

    ``least`` forces pairs: a matching that leaves somebody below it does not exist. For "exactly
    two, or none" use :class:`PairsIfAny`.

    Examples
    --------
    Every senior gets exactly two juniors:

    >>> import rmatch
    >>> from rmatch.rules import PairsPerPerson
    >>> juniors = [{"id": f"m{n}", "skills": "AI:4"} for n in range(3)]
    >>> seniors = [{"id": "s", "goals": "AI"}]
    >>> len(rmatch.match(juniors, seniors, rules=[PairsPerPerson("mentees", 2, 2)]))
    2
    """

    side: Side
    least: int | None = None
    most: int | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        limits(self, self.least, self.most)

    @property
    def counts(self) -> Mapping[str, int]:
        one = self.side.removesuffix("s")
        given = {f"{one}_least": self.least, f"{one}_most": self.most}
        return {name: value for name, value in given.items() if value is not None}

    def breaches(self, problem: Problem, pairs: Pairs) -> Sequence[Breach]:
        count = Counter(ends(pairs, self.side))
        return [
            Breach(f"{person} has {count[row]} pairs, not {between(self.least, self.most)}", far)
            for row, person in enumerate(getattr(problem, self.side).ids)
            if (far := outside(count[row], self.least, self.most))
        ]

    def describe(self) -> str:
        return f"each of the {self.side} has {pairs_between(self.least, self.most)}"

    def loosened(self) -> Iterator[CohortRule]:
        for least in range((self.least or 0) - 1, -1, -1):
            yield self.replace(least=least, most=self.most)


@dataclass(frozen=True)
class RunningPairs(CohortRule):
    """Pairs that are running already take places: everybody has as many fewer.

    Parameters
    ----------
    field
        The roster column with the number of a person's running pairs in that role; somebody
        without a value has none.

    Examples
    --------
    >>> import rmatch
    >>> from rmatch.rules import RunningPairs
    >>> juniors = [{"id": "m", "skills": "AI:4", "capacity": 2, "running": 1}]
    >>> seniors = [{"id": f"s{n}", "goals": "AI"} for n in range(3)]
    >>> len(rmatch.match(juniors, seniors, rules=[RunningPairs()]))
    1
    """

    field: ColumnName = "running"

    def validate(self, mentors: Roster, mentees: Roster) -> None:
        require_column(self, self.field, mentors, mentees)

    def bounds(self, problem: Problem, bounds: Bounds) -> Bounds:
        changes = {}
        for one in ("mentor", "mentee"):
            roster, name = getattr(problem, f"{one}s"), f"{one}_most"
            if self.field in roster.columns:
                taken = np.nan_to_num(roster.numbers(self.field).values, nan=0.0)
                left = np.floor(getattr(problem.counts, name) - taken).astype(np.int64)
                changes[name] = np.minimum(getattr(bounds, name), np.maximum(left, 0))
        return replace(bounds, **changes)

    def breaches(self, problem: Problem, pairs: Pairs) -> Sequence[Breach]:
        found = []
        for side, most in (
            ("mentors", problem.counts.mentor_most),
            ("mentees", problem.counts.mentee_most),
        ):
            roster = getattr(problem, side)
            for row, count in Counter(ends(pairs, cast("Side", side))).items():
                running = roster.person(row).get(self.field) or 0
                extra = count + running - int(most[row])
                if extra > 0:
                    what = f"{roster.ids[row]} has {count} pairs and {running:g} running"
                    found.append(Breach(f"{what}, {most[row]} allowed", math.ceil(extra)))
        return found

    def describe(self) -> str:
        return f"running pairs ({self.field}) take places"


@dataclass(frozen=True)
class PairsIfAny(PricedRule):
    """Whoever on a side has a pair at all has at least ``least``; they may have up to ``most``.

    A junior is trained only for two seniors or more; a senior has two juniors or nobody. ``most``
    replaces the roster's ``capacity``; ``None`` keeps that.

    Examples
    --------
    >>> import rmatch
    >>> from rmatch.rules import PairsIfAny
    >>> juniors = [{"id": "m", "skills": "AI:4"}]
    >>> seniors = [{"id": "s", "goals": "AI"}]
    >>> len(rmatch.match(juniors, seniors, rules=[PairsIfAny("mentees", 2, 2)]))
    0
    """

    side: Side
    least: int = 2
    most: int | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        limits(self, self.least, self.most)

    @property
    def counts(self) -> Mapping[str, int]:
        return {} if self.most is None else {f"{self.side.removesuffix('s')}_most": self.most}

    def rows(
        self, problem: Problem, mentor: NDArray[np.int32], mentee: NDArray[np.int32]
    ) -> Sequence[Row]:
        end = mentor if self.side == "mentors" else mentee
        order = np.argsort(end, kind="stable")
        people = getattr(problem, self.side).ids
        starts = np.searchsorted(end[order], np.arange(len(people) + 1))
        rows = []
        for row, person in enumerate(people):
            one = np.array([row], dtype=np.intp)
            pairs = order[starts[row] : starts[row + 1]]
            name = f"{person} has {self.least} pairs if any"
            if self.side == "mentors":
                rows.append(Row(name, 0, None, pairs, mentors=one, per_mentor=-self.least))
            else:
                rows.append(Row(name, 0, None, pairs, mentees=one, per_mentee=-self.least))
        return rows

    def breaches(self, problem: Problem, pairs: Pairs) -> Sequence[Breach]:
        people = getattr(problem, self.side).ids
        return [
            Breach(f"{people[row]} has {count} pairs, not {self.least} or none", self.least - count)
            for row, count in Counter(ends(pairs, self.side)).items()
            if count < self.least
        ]

    def worst(self, problem: Problem, pairs: int) -> int:
        return self.least * min(pairs, len(getattr(problem, self.side)))

    def describe(self) -> str:
        return f"each of the {self.side} has {pairs_between(self.least, self.most)}, or none"

    def loosened(self) -> Iterator[CohortRule]:
        for least in range(self.least - 1, 0, -1):
            yield self.replace(least=least)
