"""What another choice would cost, exactly: from the prices, or by solving again."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

import numpy as np

from rmatch.answers.residual import NO_WAY, Residual
from rmatch.certificate import prices_of
from rmatch.errors import SolverError
from rmatch.solvers import Infeasible, Options

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from rmatch.candidates import Candidates
    from rmatch.matching import Matching

    Pairs = tuple[tuple[int, int], ...]
    Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Change:
    """What the objective loses, in whole units, and the pairs that go and come, along the chain."""

    cost: int
    removed: Pairs
    added: Pairs


class WhatIf(Protocol):
    """The questions that both ways of answering know. Rows are mentors, cols mentees."""

    def force(self, row: int, col: int, gain: int) -> Change | None:
        """Choose a pair that is not chosen; ``None`` where nothing legal contains it."""
        ...

    def forbid(self, row: int, col: int) -> Change | None:
        """Do without a chosen pair; ``None`` where minimums or locks need it."""
        ...

    def costs_for_mentor(self, row: int, gains: Ints) -> Ints:
        """Return what choosing each mentee for a mentor costs, ``NO_WAY`` where it cannot be."""
        ...

    def costs_for_mentee(self, col: int, gains: Ints) -> Ints:
        """Return what choosing each mentor for a mentee costs, ``NO_WAY`` where it cannot be."""
        ...

    @property
    def extra_mentor_places(self) -> Ints:
        """What one more place of each mentor would bring."""
        ...


def what_if(matching: Matching) -> WhatIf:
    """Return the fast way where the matching is an optimum with prices, else the slow way."""
    program, chosen = matching._edges, matching._chosen
    plain = program.cohort is None and program.value(chosen) == matching.units
    if plain and matching.bound_units == matching.units:
        for known in (matching.known_prices, None):
            try:
                prices = known if known is not None else prices_of(program, chosen)
                network = Residual(program, chosen, prices)
                _ = network.forward
            except SolverError:
                continue
            return FromPrices(network)
    return BySolving(matching, program)


@dataclass(frozen=True, eq=False)
class FromPrices:
    """One shortest path for each question."""

    network: Residual

    def force(self, row: int, col: int, gain: int) -> Change | None:
        way = self.network.way(self.network.mentee(col), row)
        if way is None:
            return None
        cost, edges = way
        removed, added = self._split(edges)
        return Change(cost - gain, removed, ((row, col), *added))

    def forbid(self, row: int, col: int) -> Change | None:
        way = self.network.way(row, self.network.mentee(col))
        at = self._edge(row, col)
        if way is None or at in self.network.candidates.locked:
            return None
        cost, edges = way
        removed, added = self._split(edges)
        return Change(cost + int(self.network.candidates.gain[at]), ((row, col), *removed), added)

    def costs_for_mentor(self, row: int, gains: Ints) -> Ints:
        first = self.network.candidates.shape[0]
        ways = self.network.costs_to(row)[first : self.network.hub]
        return np.where(ways == NO_WAY, NO_WAY, ways - gains)

    def costs_for_mentee(self, col: int, gains: Ints) -> Ints:
        ways = self.network.costs_from(self.network.mentee(col))
        ways = ways[: self.network.candidates.shape[0]]
        return np.where(ways == NO_WAY, NO_WAY, ways - gains)

    @cached_property
    def to_hub(self) -> Ints:
        """What it costs to place one more unit that starts at each node."""
        return self.network.costs_to(self.network.hub)

    @cached_property
    def extra_mentor_places(self) -> Ints:
        bounds = self.network.candidates.bounds
        mentors = self.network.candidates.shape[0]
        worth = bounds.mentor_bonus * (bounds.mentor_most == 0) - self.to_hub[:mentors]
        return np.where(self.to_hub[:mentors] == NO_WAY, 0, np.maximum(worth, 0))

    def worth_of_newcomer(self, bonus: int, cols: NDArray[np.intp], gains: Ints) -> int:
        """Return what a mentor of capacity 1 with these eligible mentees would bring."""
        ways = self.to_hub[self.network.candidates.shape[0] + cols]
        reached = ways < NO_WAY
        best = int((gains[reached] - ways[reached]).max(initial=-bonus))
        return max(best + bonus, 0)

    def _edge(self, row: int, col: int) -> int:
        edges = self.network.candidates
        keys = edges.mentee.astype(np.int64) * edges.shape[0] + edges.mentor
        return int(np.searchsorted(keys, col * edges.shape[0] + row))

    def _split(self, edges: list[int]) -> tuple[Pairs, Pairs]:
        """Return the pairs that go and those that come."""
        program, chosen = self.network.candidates, set(self.network.chosen.tolist())
        pairs = [(int(program.mentor[e]), int(program.mentee[e]), e in chosen) for e in edges]
        return (
            tuple((row, col) for row, col, was in pairs if was),
            tuple((row, col) for row, col, was in pairs if not was),
        )


@dataclass(frozen=True, eq=False)
class BySolving:
    """A whole new solve for each question: for cohort rules, and where nothing is proven.

    What is not proven optimal may gain from a change: then the cost is negative.
    """

    matching: Matching
    program: Candidates

    def force(self, row: int, col: int, gain: int) -> Change | None:
        at = self._edge(row, col)
        if at is None:
            return None
        return self._solve(self.program.replace(locked=np.union1d(self.program.locked, [at])))

    def forbid(self, row: int, col: int) -> Change | None:
        at = self._edge(row, col)
        if at is None or at in self.program.locked:
            return None
        return self._solve(self.program.take(np.delete(np.arange(len(self.program)), at)))

    def costs_for_mentor(self, row: int, gains: Ints) -> Ints:
        return self._costs([(row, col) for col in range(self.program.shape[1])])

    def costs_for_mentee(self, col: int, gains: Ints) -> Ints:
        return self._costs([(row, col) for row in range(self.program.shape[0])])

    @property
    def extra_mentor_places(self) -> Ints:
        bounds, worth = self.program.bounds, []
        for row in range(self.program.shape[0]):
            most = bounds.mentor_most.copy()
            most[row] += 1
            changed = self._solve(self.program.replace(bounds=replace(bounds, mentor_most=most)))
            worth.append(max(0, -changed.cost) if changed else 0)
        return np.array(worth, dtype=np.int64)

    def _costs(self, pairs: list[tuple[int, int]]) -> Ints:
        changes = [self.force(row, col, 0) for row, col in pairs]
        return np.array([NO_WAY if c is None else c.cost for c in changes], dtype=np.int64)

    def _solve(self, program: Candidates) -> Change | None:
        try:
            found = self.matching.problem.objective.optimise(
                self.matching.problem, program, "auto", Options()
            )
        except Infeasible:
            return None
        rows, cols = program.mentor[found.edges].tolist(), program.mentee[found.edges].tolist()
        new = set(zip(rows, cols, strict=True))
        old = set(zip(self.matching.rows.tolist(), self.matching.cols.tolist(), strict=True))
        cost = self.matching.units - found.objective
        return Change(cost, tuple(sorted(old - new)), tuple(sorted(new - old)))

    def _edge(self, row: int, col: int) -> int | None:
        at = np.flatnonzero((self.program.mentor == row) & (self.program.mentee == col))
        return int(at[0]) if len(at) else None
