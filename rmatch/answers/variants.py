"""The same people under other rules: exact optima of many variants, from a few pairs each.

A variant is solved over a pool of promising pairs only. Its dual prices then say of every other
pair whether it could improve the result; those that could join the pool, until none could, which
proves the optimum over all pairs (column generation: P. Gilmore, R. Gomory, "A linear programming
approach to the cutting-stock problem", Operations Research 9(6), 1961). The pool grows from variant
to variant, so later ones need a round or two.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from rmatch.answers.effect import require_score
from rmatch.answers.masks import rule_mask
from rmatch.candidates import Candidates
from rmatch.certificate import prices_of
from rmatch.rules.base import PairRule
from rmatch.solvers import Options

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from rmatch.matching import Matching
    from rmatch.problem import Problem
    from rmatch.rules.cohort import CohortRule
    from rmatch.solvers import Prices

    Bools = NDArray[np.bool_]

#: The state of a rule: as it is, without it, or loosened by so many steps (1, 2, ...).
AS_IS, DROPPED = 0, -1

#: Pairs that each person brings into the pool at a time.
_EACH = 8


@dataclass(frozen=True)
class Outcome:
    """What a matching achieves: pairs, people matched, sum of scores, objective, lowest score."""

    pairs: int
    mentees: int
    mentors: int
    score: float
    objective: float
    worst: float | None


@dataclass(frozen=True, eq=False)
class _Best:
    """The best of a variant; the prices prove it there, and wherever else they are tried."""

    variant: tuple[int, ...]
    units: int
    outcome: Outcome
    prices: Prices | None


class Variants:
    """Optima of a problem under changed rules, each solved once.

    A variant is a tuple with the state of each rule that may change. Loosening only ever allows
    more, so a variant between two of equal objective has that objective too, and needs no solve.
    """

    def __init__(self, matching: Matching, rules: Sequence[PairRule | CohortRule]) -> None:
        require_score(matching, "what a rule costs")
        self.matching = matching
        self.problem: Problem = matching.problem  # type: ignore[assignment]
        self.rules: tuple[PairRule | CohortRule, ...] = tuple(rules)
        self.steps: tuple[tuple[PairRule | CohortRule, ...], ...] = tuple(
            tuple(rule.loosened()) for rule in self.rules
        )
        self.solves = 0
        self._known: dict[tuple[int, ...], _Best] = {}
        self._masks: dict[tuple[int, int], Bools] = {}

    @property
    def now(self) -> tuple[int, ...]:
        """The variant with all rules as they are."""
        return (AS_IS,) * len(self.rules)

    def units(self, variant: tuple[int, ...]) -> int:
        """Return the best objective of a variant in whole units."""
        return self._best(variant).units

    def outcome(self, variant: tuple[int, ...]) -> Outcome:
        """Return what a best matching of a variant achieves."""
        return self._best(variant).outcome

    def _best(self, variant: tuple[int, ...]) -> _Best:
        if variant not in self._known:
            self._known[variant] = self._solve(variant)
        return self._known[variant]

    def _solve(self, variant: tuple[int, ...]) -> _Best:
        """Return the best of a variant, from the best stricter one that is known."""
        if self._whole:
            return self._solve_whole(variant)
        below = [best for known, best in self._known.items() if _looser(variant, known)]
        above = [best.units for known, best in self._known.items() if _looser(known, variant)]
        start = max(below, key=lambda best: best.units, default=None)
        if start is not None and above and start.units == min(above):
            return start
        allowed = self._allowed(variant)
        if start is not None and start.prices is not None:
            came = allowed & ~self._allowed(start.variant)
            if not self._grow(start.prices, came):
                return start  # its prices bound this variant too: no pair that came gains
        self.solves += 1
        while True:
            program = self._program(np.flatnonzero(self._pool & allowed))
            found = self.problem.objective.optimise(self.problem, program, "auto", Options())
            prices = found.prices or prices_of(program, found.edges)
            if not self._grow(prices, allowed & ~self._pool):
                gains = program.gain[found.edges]
                people = program.mentor[found.edges], program.mentee[found.edges]
                outcome = self._outcome(found.objective, gains, *people)
                return _Best(variant, found.objective, outcome, prices)

    def _grow(self, prices: Prices, among: Bools) -> bool:
        """Add pairs that would gain at these prices to the pool; say whether there were any."""
        wanted = (self._reduced(prices) > 0) & among
        number = int(np.count_nonzero(wanted))
        if number > 2 * _EACH * sum(wanted.shape):
            least = np.iinfo(np.int64).min
            wanted &= _best_of_each(np.where(wanted, self._reduced(prices), least))
        self._pool |= wanted
        return number > 0

    def _changes(self, rule: PairRule | CohortRule) -> bool:
        return any(rule is other for other in self.rules)

    def _in_state(self, at: int, state: int) -> PairRule | CohortRule:
        return self.rules[at] if state == AS_IS else self.steps[at][state - 1]

    def _solve_whole(self, variant: tuple[int, ...]) -> _Best:
        """Solve from the rosters again."""
        from rmatch.pipeline import solve

        self.solves += 1
        rules = [rule for rule in self.problem.rules if not self._changes(rule)]
        rules += [self._in_state(at, state) for at, state in enumerate(variant) if state != DROPPED]
        found = solve(self.problem.replace(rules=rules))
        outcome = self._outcome(found.units, found.gains, found.rows, found.cols)
        return _Best(variant, found.units, outcome, None)

    def _outcome(
        self,
        units: int,
        gains: NDArray[np.int64],
        mentors: NDArray[np.integer],
        mentees: NDArray[np.integer],
    ) -> Outcome:
        unit = self.problem.unit
        return Outcome(
            len(gains),
            len(np.unique(mentees)),
            len(np.unique(mentors)),
            int(gains.sum()) * unit,
            units * unit,
            int(gains.min()) * unit if len(gains) else None,
        )

    # ---- all pairs, mentees first, so that flat positions are the canonical order of edges ----

    @cached_property
    def _whole(self) -> bool:
        """Whether every variant needs a solve from the rosters.

        Rules over many pairs may change everybody's counts, and what is gained or paid for them.
        """
        return bool(self.problem.cohort_rules)

    @cached_property
    def _gains(self) -> NDArray[np.int64]:
        gains = self.problem.gains(slice(None), slice(None))
        return np.ascontiguousarray(gains.T).astype(np.int64)

    @cached_property
    def _fixed(self) -> Bools:
        """What the rules that never change allow, to people who have places at all."""
        bounds = self.problem.bounds
        fixed = self.problem.pair_forms[-1].block(slice(None), slice(None)).T.copy()
        fixed &= (bounds.mentor_most > 0)[None, :] & (bounds.mentee_most > 0)[:, None]
        for rule in self.problem.pair_rules:
            if not self._changes(rule):
                fixed &= self._mask_of(rule)
        return fixed

    def _mask_of(self, rule: PairRule) -> Bools:
        everybody = slice(None), slice(None)
        return rule_mask(self.problem, rule, *everybody, self._gains.T).T

    def _allowed(self, variant: tuple[int, ...]) -> Bools:
        allowed = self._fixed.copy()
        for at, state in enumerate(variant):
            if state != DROPPED:
                if (at, state) not in self._masks:
                    rule = self._in_state(at, state)
                    assert isinstance(rule, PairRule)
                    self._masks[at, state] = np.ascontiguousarray(self._mask_of(rule))
                allowed &= self._masks[at, state]
        return allowed

    @cached_property
    def _pool(self) -> Bools:
        """The pairs to start from: the present ones, and everybody's best at present prices."""
        mentors, mentees = self.problem.shape
        pool = np.zeros((mentees, mentors), dtype=bool)
        proven = self.matching.bound_units == self.matching.units
        reduced = self._reduced(self.matching.prices) if proven else self._gains.copy()
        for allowed in (self._allowed(self.now), self._fixed):
            pool |= _best_of_each(np.where(allowed, reduced, np.iinfo(np.int64).min)) & allowed
        pool[self.matching.cols, self.matching.rows] = True
        return pool

    def _reduced(self, prices: Prices) -> NDArray[np.int64]:
        reduced = self._gains - prices.mentor[None, :]
        reduced -= prices.mentee[:, None] + prices.seat
        return reduced

    def _program(self, flat: NDArray[np.intp]) -> Candidates:
        mentors = self.problem.shape[0]
        return Candidates(
            (flat % max(mentors, 1)).astype(np.int32),
            (flat // max(mentors, 1)).astype(np.int32),
            self._gains.ravel()[flat],
            self.problem.bounds,
        )


def _looser(one: tuple[int, ...], other: tuple[int, ...]) -> bool:
    """Say whether a variant allows all that the other allows, by the states alone.

    Steps of one rule are not compared with each other: a rule may loosen several parameters.
    """
    return all(a in (b, DROPPED) or b == AS_IS for a, b in zip(one, other, strict=True))


def _best_of_each(values: NDArray[np.int64]) -> Bools:
    """Mark the largest few values of each row and of each column."""
    marked = np.zeros(values.shape, dtype=bool)
    for axis in (0, 1):
        size = values.shape[axis]
        if size <= _EACH:
            return np.ones(values.shape, dtype=bool)
        best = np.argpartition(values, size - _EACH, axis=axis)
        best = np.take(best, np.arange(size - _EACH, size), axis=axis)
        np.put_along_axis(marked, best, True, axis=axis)
    return marked
