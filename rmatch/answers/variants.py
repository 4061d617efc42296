"""The same people under other rules: exact optima of many variants, from a few pairs each.

A variant starts from the best matching known that its rules allow. The dual prices of that matching
say of every pair whether it could improve the result; those that could join a pool of promising
pairs, over which the variant is solved, and so on until no pair could: that proves the optimum over
all pairs (column generation: P. Gilmore, R. Gomory, "A linear programming approach to the
cutting-stock problem", Operations Research 9(6), 1961). All variants share one pool, so that later
ones need a round or two; and many need none, as a matching known already is their best.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, reduce
from typing import TYPE_CHECKING

import numpy as np

from rmatch.answers.effect import require_score
from rmatch.answers.masks import rule_mask
from rmatch.candidates import Candidates, blocks
from rmatch.certificate import prices_of
from rmatch.errors import InfeasibleError
from rmatch.pricing import suits
from rmatch.rules.base import PairRule
from rmatch.solvers import Options
from rmatch.solvers.bmatching import optimise

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from rmatch.matching import Matching
    from rmatch.problem import Problem
    from rmatch.rules.cohort import CohortRule
    from rmatch.solvers import Prices

    Ints = NDArray[np.int64]
    #: A set of pairs: one bit for each pair, mentees first, in the canonical order of edges.
    Bits = NDArray[np.uint8]

#: The state of a rule: as it is, without it, or loosened by so many steps (1, 2, ...).
AS_IS, DROPPED = 0, -1

#: Pairs that each mentee brings into the pool at a time; and how near the prices pairs have to be
#: for that: within such a part of the largest gain.
_EACH, _NEAR = 16, 16
#: Pairs looked at in one go: few enough to stay in a processor's cache.
_BLOCK = 1 << 16


@dataclass(frozen=True)
class Outcome:
    """What a matching achieves: pairs, people matched, sum of scores, objective, lowest score.

    Nothing, where rules, minimums and locks leave no matching ``possible``.
    """

    pairs: int
    mentees: int
    mentors: int
    score: float
    objective: float
    worst: float | None
    possible: bool = True


#: What no matching achieves.
IMPOSSIBLE = Outcome(0, 0, 0, 0.0, 0.0, None, possible=False)


@dataclass(frozen=True, eq=False)
class _Best:
    """The best of a variant; the prices prove it there, and wherever nothing gains more than them.

    ``breaks`` are the states of rules that forbid some of its pairs, and ``gaining`` all pairs that
    would gain more than the prices where rules allowed them.
    """

    units: int
    outcome: Outcome
    prices: Prices | None
    breaks: frozenset[tuple[int, int]]
    gaining: Bits


class Variants:
    """Optima of a problem under changed rules, each solved once.

    A variant is a tuple with the state of each rule that may change. Loosening only ever allows
    more, so a variant has no more than any looser one, and no less than any matching it allows.
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
        self._pool: Bits = np.zeros(0, np.uint8)
        if not self._whole:
            here = np.sort(matching.cols * self.problem.shape[0] + matching.rows)
            self._pool = self._set_of(here)
            if matching.has_prices:
                now = self._proven(matching.units, here, matching.prices, self._allowed(self.now))
                self._known[self.now] = now

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
        """Return the best of a variant, from the best matching known that it allows."""
        if self._whole:
            return self._solve_whole(variant)
        known = self._known.items()
        allows = [best for _, best in known if best.breaks.isdisjoint(enumerate(variant))]
        limits = [best.units for other, best in known if _looser(other, variant)]
        best = max(allows, key=lambda best: best.units, default=None)
        if best is not None and best.units == min(limits, default=None):
            return best
        allowed = self._allowed(variant)
        if best is None:
            best = self._solve_pool(allowed)
        while (gaining := best.gaining & allowed).any():
            assert best.prices is not None
            self._bring(gaining, best.prices)
            best = self._solve_pool(allowed)
        return best

    def _solve_pool(self, allowed: Bits) -> _Best:
        """Return the best that is allowed among the pairs of the pool, and put it to the proof."""
        self.solves += 1
        pairs = _keys(self._pool & allowed)
        mentee, mentor = np.divmod(pairs, self.problem.shape[0])
        program = Candidates(
            mentor.astype(np.int32),
            mentee.astype(np.int32),
            self._gains.take(pairs),
            self.problem.bounds,
        )
        if self._large:
            found = optimise(program, self._largest)
        else:
            found = self.problem.objective.optimise(self.problem, program, "auto", Options())
        prices = found.prices or prices_of(program, found.edges)
        return self._proven(found.objective, pairs[found.edges], prices, allowed)

    def _proven(self, units: int, chosen: Ints, prices: Prices, allowed: Bits) -> _Best:
        """Look which pairs gain more than the prices; those near them come into the pool."""
        gaining, near = self._look(prices)
        here = self._set_of(chosen)
        self._bring(near & allowed, prices)
        breaks = [state for state, allows in self._masks.items() if (here & ~allows).any()]
        mentees, mentors = np.divmod(chosen, self.problem.shape[0])
        outcome = self._outcome(units, self._gains.take(chosen), mentors, mentees)
        return _Best(units, outcome, prices, frozenset(breaks), gaining & ~here)

    def _look(self, prices: Prices) -> tuple[Bits, Bits]:
        """Return the pairs that gain more than the prices, and those that are near them."""
        floor = (prices.mentee + prices.seat)[:, None]
        above, near = (np.empty(self._gains.shape, dtype=bool) for _ in range(2))
        for _, cols in blocks(self.problem.shape, _BLOCK):
            value = self._gains[cols] - prices.mentor
            value -= floor[cols]
            np.greater(value, 0, out=above[cols])
            np.greater(value, -self._largest // _NEAR, out=near[cols])
        return np.packbits(above), np.packbits(near)

    def _bring(self, some: Bits, prices: Prices) -> None:
        """Add pairs to the pool: of each mentee the best few at the prices."""
        pairs, (mentors, mentees) = _keys(some), self.problem.shape
        if len(pairs) > _EACH * mentees:
            mentee, mentor = np.divmod(pairs, mentors)
            worth = self._gains.take(pairs) - prices.mentor[mentor]
            # Of equals, other mentors for each mentee: together they have enough to choose from.
            order = np.lexsort(((mentor - mentee) % mentors, -worth, mentee))
            place = np.arange(len(order)) - np.searchsorted(mentee, mentee)
            pairs = pairs[order[place < _EACH]]
        self._pool |= self._set_of(pairs)

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
        try:
            found = solve(self.problem.replace(rules=rules))
        except InfeasibleError:  # a lock, or other counts, made up for what is asked
            return _Best(0, IMPOSSIBLE, None, frozenset(), np.zeros(0, np.uint8))
        outcome = self._outcome(found.units, found.gains, found.rows, found.cols)
        return _Best(found.units, outcome, None, frozenset(), np.zeros(0, np.uint8))

    def _outcome(
        self,
        units: int,
        gains: Ints,
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

    # ---- all pairs ---------------------------------------------------------------------------

    @property
    def _whole(self) -> bool:
        """Whether every variant needs a solve from the rosters.

        Rules over many pairs may change everybody's counts, and what is gained or paid for them.
        """
        return bool(self.problem.cohort_rules)

    @cached_property
    def _large(self) -> bool:
        """Whether to solve in compiled loops, which small problems do not load."""
        return suits(self.problem, "auto")

    @cached_property
    def _gains(self) -> Ints:
        """What all pairs gain, (mentees, mentors)."""
        gains = self.problem.gains(slice(None), slice(None))
        return np.ascontiguousarray(gains.T, dtype=np.int64)

    @cached_property
    def _largest(self) -> int:
        return int(np.abs(self._gains).max(initial=0))

    @cached_property
    def _fixed(self) -> Bits:
        """What the rules that never change allow, to people who have places at all."""
        bounds = self.problem.bounds
        fixed = self.problem.pair_forms[-1].block(slice(None), slice(None))
        fixed &= (bounds.mentor_most > 0)[:, None] & (bounds.mentee_most > 0)
        masks = [self._mask(rule) for rule in self.problem.pair_rules if not self._changes(rule)]
        return reduce(np.bitwise_and, masks, np.packbits(fixed.T))

    def _mask(self, rule: PairRule) -> Bits:
        everybody = slice(None), slice(None)
        return np.packbits(rule_mask(self.problem, rule, *everybody, self._gains.T).T)

    @cached_property
    def _masks(self) -> dict[tuple[int, int], Bits]:
        """What each rule that changes allows in each of its states."""
        masks = {}
        for at, steps in enumerate(self.steps):
            for state in range(len(steps) + 1):
                rule = self._in_state(at, state)
                assert isinstance(rule, PairRule)
                masks[at, state] = self._mask(rule)
        return masks

    def _allowed(self, variant: tuple[int, ...]) -> Bits:
        masks = [self._masks[at, state] for at, state in enumerate(variant) if state != DROPPED]
        return reduce(np.bitwise_and, masks, self._fixed)

    def _set_of(self, pairs: Ints) -> Bits:
        """Return pairs, numbered mentee * mentors + mentor, as a set."""
        bits = np.zeros(self._gains.size, dtype=bool)
        bits[pairs] = True
        return np.packbits(bits)


def _keys(pairs: Bits) -> Ints:
    """Return a set of pairs as ascending numbers."""
    return np.flatnonzero(np.unpackbits(pairs).view(np.bool_))


def _looser(one: tuple[int, ...], other: tuple[int, ...]) -> bool:
    """Say whether a variant allows all that the other allows, by the states alone.

    Steps of one rule are not compared with each other: a rule may loosen several parameters.
    """
    return all(a in (b, DROPPED) or b == AS_IS for a, b in zip(one, other, strict=True))
