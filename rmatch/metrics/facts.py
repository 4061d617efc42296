"""What metrics read: a matching, what everybody could have had, and what was observed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from rmatch.answers.people import Lesson, lessons
from rmatch.candidates import blocks
from rmatch.columns import Categories, Numbers
from rmatch.metrics.observed import SIDES, Observed
from rmatch.problem import Problem

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from rmatch.candidates import Candidates
    from rmatch.columns import Column
    from rmatch.living.pair_health import Health, PairEvent
    from rmatch.matching import Matching

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]
    Edges = tuple[NDArray[np.integer], NDArray[np.integer], NDArray[np.integer]]

_NONE = np.iinfo(np.int64).min


@dataclass(frozen=True, eq=False)
class Options:
    """What everybody could have had: all eligible pairs, looked at once.

    Each array has one entry per person of a side: how many partners are eligible, the best gain
    among them, and how many of them are better than the best partner this person has.
    """

    count: dict[str, Ints]
    best: dict[str, Ints]  # the least integer where nobody is eligible
    better: dict[str, Ints]
    blocking: int


@dataclass(frozen=True, eq=False)
class Facts:
    """A matching and what is known about it. Everything is computed once, when first asked for.

    ``program`` may hold every eligible pair of the problem where that is at hand; otherwise they
    are computed block by block and never held at once. Groups of fewer than ``min_cell`` people
    are not compared.
    """

    matching: Matching
    observed: Observed = field(default_factory=Observed)
    program: Candidates | None = None
    min_cell: int = 5

    @property
    def problem(self) -> Any:
        """The problem of the matching."""
        return self.matching.problem

    @property
    def with_people(self) -> bool:
        """Whether there are rosters: a matrix problem has none."""
        return isinstance(self.problem, Problem)

    def size(self, side: str) -> int:
        """Return the number of people of a side."""
        return int(self.problem.shape[0 if side == "mentors" else 1])

    def ids(self, side: str) -> tuple[Any, ...]:
        """Return the ids of a side."""
        return self.matching.mentor_ids if side == "mentors" else self.matching.mentee_ids

    def paired(self, side: str) -> NDArray[np.intp]:
        """Return each pair's person of a side."""
        return self.matching.rows if side == "mentors" else self.matching.cols

    @cached_property
    def pair_ids(self) -> tuple[tuple[Any, Any], ...]:
        """The ids of each pair."""
        mentors, mentees = self.matching.mentor_ids, self.matching.mentee_ids
        places = zip(self.matching.rows.tolist(), self.matching.cols.tolist(), strict=True)
        return tuple((mentors[row], mentees[col]) for row, col in places)

    @cached_property
    def scores(self) -> Floats:
        """Each pair's score."""
        return self.matching.gains.astype(np.float64) * float(self.problem.unit)

    @cached_property
    def load(self) -> dict[str, Ints]:
        """How many pairs everybody has."""
        return {side: np.bincount(self.paired(side), minlength=self.size(side)) for side in SIDES}

    @cached_property
    def received(self) -> dict[str, Floats]:
        """The score of everybody's best pair; 0 for the unmatched."""
        unit = float(self.problem.unit)
        return {side: self._best_had(side, 0).astype(np.float64) * unit for side in SIDES}

    @cached_property
    def regret(self) -> dict[str, Floats]:
        """How much better the best eligible partner would be; NaN for people without any."""
        found = {}
        for side in SIDES:
            best = self.options.best[side]
            lost = np.maximum(best - self._best_had(side, 0), 0) * float(self.problem.unit)
            found[side] = np.where(best == _NONE, np.nan, lost)
        return found

    @cached_property
    def pair_lessons(self) -> dict[str, list[tuple[Lesson, ...]]]:
        """What each pair's person of a side can learn from the other, pair by pair."""
        mentors = self.problem.mentors.persons(self.matching.rows.tolist())
        mentees = self.problem.mentees.persons(self.matching.cols.tolist())
        pairs = list(zip(mentors, mentees, strict=True))
        return {
            "mentees": [lessons(mentor, mentee) for mentor, mentee in pairs],
            "mentors": [lessons(mentee, mentor) for mentor, mentee in pairs],
        }

    @cached_property
    def lessons(self) -> dict[str, dict[int, list[Lesson]]]:
        """What everybody can learn from all their partners together, by row."""
        found: dict[str, dict[int, list[Lesson]]] = {side: {} for side in SIDES}
        for side in SIDES:
            for row, taught in zip(self.paired(side), self.pair_lessons[side], strict=True):
                found[side].setdefault(int(row), []).extend(taught)
        return found

    @cached_property
    def coverage(self) -> Floats:
        """Teaching and return coverage of each pair, (pairs, 2)."""
        both = [
            [sum(lesson.share * lesson.covered for lesson in taught) for taught in per_side]
            for per_side in (self.pair_lessons["mentees"], self.pair_lessons["mentors"])
        ]
        return np.array(both, dtype=float).T.reshape(-1, 2)

    @cached_property
    def options(self) -> Options:
        """What everybody could have had."""
        return scan(self, self._edges())

    def happened(self, kind: str) -> list[PairEvent]:
        """Return the events of a kind, up to the day observed if there is one."""
        on = self.observed.on
        return [
            event
            for event in self.observed.events
            if event.kind == kind and (on is None or event.on <= on)
        ]

    @cached_property
    def health(self) -> Health:
        """How the pairs are doing on the day observed."""
        from rmatch.living.pair_health import health

        assert self.observed.on is not None
        return health(self.observed.events, on=self.observed.on)

    def labels(self, side: str, name: str) -> Counter[str]:
        """Count a side's people by a column of labels or numbers; nobody where there is none."""
        column = getattr(self.problem, side).columns.get(name) if self.with_people else None
        if isinstance(column, Numbers):
            return Counter(f"{value:g}" for value in column.values.tolist())
        if isinstance(column, Categories):
            return Counter(str(column.label(row)) for row in range(len(column)))
        return Counter()

    def columns(self, name: str) -> tuple[Column, Column] | None:
        """Return a column of both sides; ``None`` where one side has nothing in it."""
        if not self.with_people:
            return None
        mentors, mentees = self.problem.mentors, self.problem.mentees
        if not (mentors.has(name) and mentees.has(name)):
            return None
        return mentors.columns[name], mentees.columns[name]

    def _best_had(self, side: str, nobody: int) -> Ints:
        best = np.full(self.size(side), _NONE)
        np.maximum.at(best, self.paired(side), self.matching.gains)
        return np.where(self.load[side] > 0, best, nobody)

    def _worst_had(self, side: str) -> Ints:
        """Return what a new pair must beat: the worst one, or nothing where a place is free."""
        most = getattr(self.problem.bounds, f"{side[:-1]}_most")
        worst = np.full(self.size(side), np.iinfo(np.int64).max)
        np.minimum.at(worst, self.paired(side), self.matching.gains)
        return np.where(self.load[side] < most, _NONE, worst)

    def _edges(self) -> Iterator[Edges]:
        if self.program is not None:
            yield self.program.mentor, self.program.mentee, self.program.gain
            return
        for rows, cols in blocks(self.problem.shape):
            gains, allowed = self.problem.block(rows, cols)
            mentor, mentee = np.nonzero(allowed)
            yield mentor + rows.start, mentee + cols.start, gains[mentor, mentee]


def scan(facts: Facts, edges: Iterable[Edges]) -> Options:
    """Look at every eligible pair once, block by block."""
    matching, width = facts.matching, facts.size("mentees")
    had = {side: facts._best_had(side, _NONE) for side in SIDES}
    beaten = {side: facts._worst_had(side) for side in SIDES}
    chosen = np.sort(matching.rows * width + matching.cols)
    count = {side: np.zeros(facts.size(side), np.int64) for side in SIDES}
    best = {side: np.full(facts.size(side), _NONE) for side in SIDES}
    better = {side: np.zeros(facts.size(side), np.int64) for side in SIDES}
    blocking = 0
    for mentor, mentee, gain in edges:
        both = {"mentors": mentor, "mentees": mentee}
        wanted = np.ones(len(gain), dtype=bool)
        for side, person in both.items():
            size = facts.size(side)
            count[side] += np.bincount(person, minlength=size)
            np.maximum.at(best[side], person, gain)
            better[side] += np.bincount(person[gain > had[side][person]], minlength=size)
            wanted &= gain > beaten[side][person]
        keys = mentor[wanted].astype(np.int64) * width + mentee[wanted]
        blocking += int((~np.isin(keys, chosen)).sum())
    return Options(count, best, better, blocking)
