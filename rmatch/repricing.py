"""A new optimum from an old one: after a few people came, left or changed, few pairs are looked at.

Prices are *fair* at a pair that is not chosen when it gains no more than its two people's prices.
The prices that prove an optimum are fair at every pair of the programme, listed or not. That does
not depend on who else is there: take people out, and the prices of the others are as fair as
before; what was optimal is wrong only about those who now have a free place they pay for. So

1. everybody who stays unchanged keeps their price and their pair; whoever is new or changed starts
   without a pair, at the lowest price that is fair at all their pairs: one row of pairs each;
2. shortest augmenting paths settle the few who are not content, over the candidate pairs of the
   old solve. Prices only move as far as a path is long;
3. a pair that was fair can only become unfair where the price of one of its two people fell, and
   a pair that is no candidate only where they fell by more than it was below its prices: by more
   than the margin that the old solve proved for its mentee. Pairs of such people, and no others,
   are looked at. If some gain more than the prices, they join the candidates, their people start
   anew as in step 1, and step 2 follows.

When none do, the prices are fair at every pair again, and prove the new optimum over all pairs.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from time import perf_counter
from typing import TYPE_CHECKING

import numpy as np

from rmatch import kernels
from rmatch.ascending import among, merged, places
from rmatch.candidates import Candidates, of_pairs
from rmatch.forms import Exceptions
from rmatch.priced import Priced
from rmatch.scan import LOWEST
from rmatch.solvers import Prices
from rmatch.solvers.bmatching import optimise

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from rmatch.candidates import Matchable
    from rmatch.solvers import Selection

    Ints = NDArray[np.int64]
    Places = NDArray[np.intp]
    Bools = NDArray[np.bool_]

#: Pairs that somebody who begins anew brings to the candidates.
_EACH = 20
#: Pairs looked at in one block.
_BLOCK = 1 << 21
#: The price of a mentor who is not to be looked at yet.
_NOBODY = 1 << 60


@dataclass(eq=False)
class Repricing:
    """One repair: candidate pairs, prices and the pairs to begin with, in the problem's units.

    ``problem`` may be a tilted one: it is asked for blocks, counts and locks only.
    """

    problem: Matchable
    rows: NDArray[np.int32]  # (candidates,), by mentee, then mentor
    cols: NDArray[np.int32]
    gain: Ints
    chosen: Bools  # pairs to begin with
    earlier: Bools  # pairs that are worth something extra
    mentor: Ints  # prices
    mentee: Ints
    margin: Ints  # (mentees,), pairs that are no candidates gain that much less than the prices
    missing: Ints  # other pairs that are worth something extra
    new_mentors: Places  # or changed, who begin without prices
    new_mentees: Places
    touched: int = 0  # pairs whose gain was computed
    rounds: int = 0

    def run(self) -> Priced:
        """Repair until the prices are fair at every pair; return the optimum they prove.

        Raises
        ------
        Infeasible
            When locks do not fit.
        """
        started = perf_counter()
        self._add(self.missing, earlier=True)
        self._add(self._locked)
        self._begin(self.new_mentors, merged(self.new_mentees, self._drop_unfair()))
        while True:
            before = self.mentor, self.mentee
            candidates, selection = self._solve()
            self.rounds += 1
            again = self._look(*self._doubtful(before[0] - self.mentor, before[1] - self.mentee))
            if not sum(map(len, again)):
                break
            self._begin(*again)
        assert selection.bound is not None
        prices = Prices(self.mentor, self.mentee)
        seconds = {"repair": perf_counter() - started}
        return Priced(
            selection.status,
            selection.objective,
            selection.bound,
            prices,
            self.rounds,
            len(candidates),
            self.touched,
            seconds,
            candidates,
            candidates.by_mentor(selection.edges),
            self.margin * (not self._loose.any()),
        )

    @cached_property
    def _loose(self) -> Bools:
        """Mentors whose pairs the margins say nothing about: at them, prices are just fair."""
        return np.zeros(self.problem.shape[0], dtype=bool)

    def _doubtful(self, mentor: Ints, mentee: Ints) -> tuple[Places, Places]:
        """Return whose pairs may have become unfair after prices fell by so much.

        Either mentors whose price fell are looked at one by one, or their fall counts against the
        margins of all mentees: whichever leaves fewer to look at.
        """
        fell = self._loose | (mentor > 0)
        deepest = int(mentor[~self._loose].max(initial=0))
        one_by_one = int(fell.sum()) + int((mentee > self.margin).sum())
        if one_by_one <= int(self._loose.sum()) + int((mentee + deepest > self.margin).sum()):
            self._loose |= fell
            deepest = 0
        self.margin = self.margin - mentee - deepest
        doubtful = np.flatnonzero(self.margin < 0)
        self.margin[doubtful] = 0
        return np.flatnonzero(self._loose), doubtful

    @cached_property
    def _locked(self) -> Ints:
        rows, cols = self.problem.locks
        return np.sort(cols * self.problem.shape[0] + rows).astype(np.int64)

    @property
    def _keys(self) -> Ints:
        """The candidates as mentee * mentors + mentor, ascending."""
        return self._pairs(self.rows, self.cols)

    def _add(self, keys: Ints, gain: Ints | None = None, *, earlier: bool = False) -> None:
        """Add those of some pairs (ascending, none twice) that are no candidates yet."""
        if not len(keys):
            return
        at, there = places(keys, self._keys)
        at, new = at[~there], np.flatnonzero(~there)
        cols, rows = np.divmod(keys[new], self.problem.shape[0])
        gain = of_pairs(self.problem, rows, cols)[0] if gain is None else gain[new]
        self.rows, self.cols = np.insert(self.rows, at, rows), np.insert(self.cols, at, cols)
        self.gain = np.insert(self.gain, at, gain)
        self.chosen = np.insert(self.chosen, at, False)
        self.earlier = np.insert(self.earlier, at, earlier)

    def _candidates(self) -> Candidates:
        locked = self._locked
        return Candidates(
            self.rows,
            self.cols,
            self.gain,
            self.problem.bounds,
            None,
            self.problem.arrival,
            np.searchsorted(self._keys, locked) if len(locked) else np.zeros(0, np.intp),
        )

    def _drop_unfair(self) -> Places:
        """Let go of chosen pairs that gain less than the prices; return mentees to begin anew.

        Those have a candidate pair that gains more than the prices and is not chosen. Prices were
        fair before some pairs were worth something extra, so only these can be unfair.
        """
        wrong = kernels.load("edges").wrong(
            self.earlier, self.rows, self.cols, self.gain, self.mentor, self.mentee, self.chosen
        )
        keys = self._pairs(self.rows[wrong], self.cols[wrong])
        wrong = wrong[~among(keys, self._locked)]  # those are chosen at any price
        taken = self.chosen[wrong]
        self.chosen[wrong[taken]] = False
        return merged(self.cols[wrong[~taken]].astype(np.int64))

    def _begin(self, rows: Places, cols: Places) -> None:
        """Let people begin anew: without a pair, at the lowest price fair at all their pairs."""
        if not len(rows) and not len(cols):
            return
        at = np.flatnonzero(self.chosen)
        self.chosen[at[among(self.rows[at], rows) | among(self.cols[at], cols)]] = False
        self.mentor, self.mentee = self.mentor.copy(), self.mentee.copy()
        self._loose[rows] = True
        self.margin[cols] = 0
        self.mentor[rows] = _NOBODY  # their own prices come after the mentees'
        self.mentee[cols] = -self.problem.bounds.mentee_bonus[cols]
        for some, gains in self._blocks(None, cols):
            value = gains - self.mentor[:, None]
            self.mentee[some] = np.maximum(self.mentee[some], value.max(axis=0, initial=LOWEST))
            self._bring(value.T, some, gains.T, mentees=True)
        self.mentor[rows] = -self.problem.bounds.mentor_bonus[rows]
        for some, gains in self._blocks(rows, None):
            value = gains - self.mentee
            self.mentor[some] = np.maximum(self.mentor[some], value.max(axis=1, initial=LOWEST))
            self._bring(value, some, gains, mentees=False)

    def _bring(self, value: Ints, people: Places, gains: Ints, *, mentees: bool) -> None:
        """Add each one's best few pairs to the candidates: of (people, others) values."""
        few = min(_EACH, value.shape[1])
        if not few:
            return
        best = np.argpartition(-value, few - 1, axis=1)[:, :few]
        at, other = np.repeat(np.arange(len(people)), few), best.ravel()
        fit = gains[at, other] > LOWEST
        at, other = at[fit], other[fit]
        gain = gains[at, other]
        keys = self._pairs(people[at], other, mentees=mentees)
        order = np.argsort(keys)
        self._add(keys[order], gain[order])

    def _blocks(self, rows: Places | None, cols: Places | None) -> Iterator[tuple[Places, Ints]]:
        """Yield the gains of all pairs of some people, ``LOWEST`` where they may not be chosen."""
        people = rows if cols is None else cols
        assert people is not None
        width = max(1, _BLOCK // max(self.problem.shape[1 if cols is None else 0], 1))
        settled = Exceptions(*self.problem.locks, self.problem.shape)
        for start in range(0, len(people), width):
            some = people[start : start + width]
            place = (some, slice(None)) if cols is None else (slice(None), some)
            gains, allowed = self.problem.block(*place)
            self.touched += gains.size
            yield some, np.where(allowed & settled.block(*place), gains, LOWEST).astype(np.int64)

    def _solve(self) -> tuple[Candidates, Selection]:
        """Solve over the candidate pairs, whose prices are fair but where locks take places."""
        candidates = self._candidates()
        self.chosen[candidates.locked] = True
        selection = optimise(
            candidates,
            self.problem.gain_limit,
            warm=Prices(self.mentor, self.mentee),
            start=np.flatnonzero(self.chosen),
            fair=not len(candidates.locked),
        )
        assert selection.prices is not None
        self.mentor, self.mentee = selection.prices.mentor, selection.prices.mentee
        self.chosen = np.zeros(len(candidates), dtype=bool)
        self.chosen[selection.edges] = True
        return candidates, selection

    def _look(self, rows: Places, cols: Places) -> tuple[Places, Places]:
        """Look at all pairs of some people, and add those that are unfair.

        Returns the people looked at who have some.
        """
        unfair: tuple[list[Places], list[Places]] = ([], [])
        for some, gains in self._blocks(None, cols):
            value = gains - self.mentor[:, None] - self.mentee[some]
            unfair[1].append(self._add_unfair(value.T, some, gains.T, mentees=True))
        for some, gains in self._blocks(rows, None):
            value = gains - self.mentee - self.mentor[some, None]
            unfair[0].append(self._add_unfair(value, some, gains, mentees=False))
        none = np.zeros(0, np.intp)
        return np.concatenate([none, *unfair[0]]), np.concatenate([none, *unfair[1]])

    def _add_unfair(self, value: Ints, people: Places, gains: Ints, *, mentees: bool) -> Places:
        """Add each one's best few pairs above the prices, of (people, others) values."""
        at, other = np.nonzero(value > 0)
        keys = self._pairs(people[at], other, mentees=mentees)
        new = np.flatnonzero(~among(keys, self._keys))
        new = new[np.lexsort((-value[at[new], other[new]], at[new]))]
        place = np.arange(len(new)) - np.searchsorted(at[new], at[new])
        new = new[place < _EACH]
        order = new[np.argsort(keys[new])]
        self._add(keys[order], gains[at[order], other[order]])
        return people[np.unique(at[new])]

    def _pairs(
        self,
        people: NDArray[np.integer],
        others: NDArray[np.integer],
        *,
        mentees: bool = False,
    ) -> Ints:
        """Return pairs of mentors and mentees, or of mentees and mentors, as keys."""
        row, col = (others, people) if mentees else (people, others)
        return col.astype(np.int64) * self.problem.shape[0] + row
