"""A problem tilted towards earlier pairs: the same program, in which keeping is worth something.

Keeping enters as gain, so that plain flows stay enough: no row joins pairs. With whole numbers

    scale * (what the problem maximises) + extra * (earlier pairs kept)

one solve answers each of these, exactly:

* the best, and among equally good ones the one that keeps most: ``scale`` above the number of
  earlier pairs, ``extra`` 1;
* every pair given up costs ``price`` units: ``extra`` is ``scale * price + 1``;
* the most kept, and among those the best: ``scale`` 1, ``extra`` above all that changes can gain.

Only a budget of changes that lies between the last and the first needs a row over many pairs.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from rmatch import pricing
from rmatch.ascending import among, marked
from rmatch.candidates import FLOAT_EXACT, all_candidates
from rmatch.errors import UnsupportedFeatureError
from rmatch.forms import Exceptions
from rmatch.priced import Basis, Priced
from rmatch.rows import CohortRows, Row
from rmatch.solvers import Prices, Status

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from rmatch.candidates import Bounds
    from rmatch.columns import Rows
    from rmatch.forms import Bools
    from rmatch.objectives import Objective
    from rmatch.problem import Problem
    from rmatch.repricing import Repricing
    from rmatch.solvers import Options

    Places = NDArray[np.intp]
    Begin = Callable[["Tilted"], Repricing]  # a repair of what is known of an earlier problem


@dataclass(frozen=True, eq=False)
class Tilted:
    """A problem in a finer unit, with something extra for each earlier pair.

    At least ``least`` of the earlier pairs are kept. ``plain`` are everybody's counts, bonuses in
    the problem's own unit.
    """

    problem: Problem
    plain: Bounds
    rows: Places  # of the earlier pairs, mentors
    cols: Places  # mentees
    scale: int
    extra: int
    least: int = 0

    @classmethod
    def keeping(cls, problem: Problem, plain: Bounds, rows: Places, cols: Places) -> Tilted:
        """Keep the most; among those matchings, the best."""
        _must_be_a_sum(problem)
        return cls(problem, plain, rows, cols, 1, _reach(problem, plain) + 1)

    @classmethod
    def priced(
        cls,
        problem: Problem,
        plain: Bounds,
        rows: Places,
        cols: Places,
        price: int = 0,
        least: int = 0,
    ) -> Tilted:
        """The best with so many units of gain for each pair kept; among equals, keep the most."""
        _must_be_a_sum(problem)
        scale = len(rows) + 1
        if not _fits(problem, plain, scale, scale * price + 1, len(rows), least):
            scale = 1  # finer units would be too large for the machine: ties go as they go
        return cls(problem, plain, rows, cols, scale, scale * price + (scale > 1), least)

    @property
    def shape(self) -> tuple[int, int]:
        """The numbers of mentors and mentees."""
        return self.problem.shape

    @property
    def arrival(self) -> Places | None:
        """Mentees in the order they were given."""
        return self.problem.arrival

    @property
    def locks(self) -> tuple[Places, Places]:
        """The pairs that must be chosen."""
        return self.problem.locks

    @property
    def objective(self) -> Objective:
        """What is maximised."""
        return self.problem.objective

    @property
    def gain_limit(self) -> int:
        """No pair's gain is larger."""
        return self.problem.gain_limit * self.scale + self.extra

    @cached_property
    def bounds(self) -> Bounds:
        """Everybody's counts, bonuses in the finer unit."""
        return self.plain.times(self.scale)

    def block(self, rows: Rows, cols: Rows) -> tuple[NDArray[np.integer], Bools]:
        """Return gains and permissions of a rectangle of pairs."""
        gains, allowed = self.problem.block(rows, cols)
        tilted = gains.astype(np.int64) * self.scale
        tilted[~self._earlier.block(rows, cols)] += self.extra
        return tilted, allowed

    @cached_property
    def keys(self) -> NDArray[np.int64]:
        """The earlier pairs as mentee * mentors + mentor, ascending."""
        return np.sort(self.cols * self.shape[0] + self.rows).astype(np.int64)

    @cached_property
    def _earlier(self) -> Exceptions:
        return Exceptions(self.rows, self.cols, self.shape)

    def cohort_rows(
        self, mentor: NDArray[np.int32], mentee: NDArray[np.int32]
    ) -> CohortRows | None:
        """Return the problem's conditions over these edges, and the one that pairs are kept."""
        own = self.problem.cohort_rows(mentor, mentee)
        if own is not None:
            own = replace(own, penalty=own.penalty * self.scale)
        if not self.least:
            return own
        keys = mentee.astype(np.int64) * self.shape[0] + mentor  # ascending, as edges are
        kept = np.flatnonzero(marked(keys, self.keys))
        row = CohortRows.of([Row("kept", self.least, None, kept)], len(mentor), self.shape)
        return row if own is None else own.and_also(row)

    def told(self, found: Selected, price: int) -> Best:
        """Return a selection of this problem in the plain problem's own terms."""
        kept = found.kept
        given_up = price * (len(self.rows) - kept)
        units = (found.objective - self.extra * kept) // self.scale - given_up
        bound = None
        if found.bound is not None and self.extra == self.scale * price + (self.scale > 1):
            bound = found.bound // self.scale - price * len(self.rows)
        return Best(found.rows, found.cols, found.status, units, bound, kept, found.basis)

    def selected(self, found: Priced, earlier: Bools) -> Selected:
        """Return what was found of this problem, of whose candidates some are earlier pairs."""
        basis = found.basis if found.prices.seat == 0 else None
        return Selected(
            found.rows,
            found.cols,
            found.status,
            found.objective,
            found.bound,
            int(earlier[found.chosen].sum()),
            None if basis is None else self._plain_basis(basis, earlier),
        )

    def _plain_basis(self, basis: Basis, earlier: Bools) -> Basis:
        """Return candidate pairs and prices in the plain problem's unit, as fair as before.

        Prices are divided by the scale and rounded, mentors' up and mentees' down from the same
        threshold t: ``floor((u + t) / scale)`` and ``-floor((t - v) / scale)``. That keeps every
        ``scale * gain <= u + v``. A chosen earlier pair may fall short of its prices by the 1 it
        gains for being kept: only where ``t - v`` is one less than a multiple of the scale. There
        are fewer earlier pairs than thresholds, so one of them suits all.
        """
        pool, prices, chosen = basis.pool, basis.prices, basis.chosen
        gain = pool.gain // self.scale
        if self.extra >= self.scale:  # what is left of it is less than a unit
            gain[earlier] -= self.extra // self.scale
        kept = pool.mentee[chosen[earlier[chosen]]]
        free = np.ones(self.scale, dtype=bool)
        free[(prices.mentee[kept] - 1) % self.scale] = False
        t = int(free.argmax())
        plain = Prices(
            (prices.mentor + prices.seat + t) // self.scale, -((t - prices.mentee) // self.scale)
        )
        margin = np.maximum((basis.margin + 1) // self.scale - 1, 0)  # prices moved by rounding
        return Basis(pool.replace(gain=gain, bounds=self.plain), plain, chosen, margin)


def _must_be_a_sum(problem: Problem) -> None:
    if not problem.objective.told_as_score:
        raise UnsupportedFeatureError(
            f"a rematch weighs pairs kept against a sum, and the objective "
            f"{problem.objective.name!r} is none; use 'total_score' or 'coverage_first'"
        )


def _total(problem: Problem, plain: Bounds) -> int:
    """Return a limit on the size of the objective of any matching."""
    return plain.largest_total(problem.gain_limit) + sum(
        rule.unit_penalty(problem.unit) * rule.worst(problem, plain.most_pairs)
        for rule in problem.cohort_rules
        if not rule.hard
    )


def _reach(problem: Problem, plain: Bounds) -> int:
    """Return a limit on what giving up one more pair can bring."""
    if _joins(problem):
        return 2 * _total(problem, plain)
    return plain.largest_change(problem.gain_limit)


def _fits(problem: Problem, plain: Bounds, scale: int, extra: int, pairs: int, least: int) -> bool:
    """Say whether all totals fit: into 64 bits, or where rows join pairs, into exact floats."""
    total = scale * _total(problem, plain) + extra * pairs
    if least or _joins(problem):
        return total < FLOAT_EXACT
    longest = scale * _reach(problem, plain) + 2 * extra * (min(problem.shape) + 1)
    return total < 1 << 62 and 16 * longest < 1 << 61


def _joins(problem: Problem) -> bool:
    none = np.zeros(0, np.int32)
    return problem.cohort_rows(none, none) is not None


@dataclass(frozen=True, eq=False)
class Selected:
    """What was chosen of a tilted problem, as positions, and what is proven about it."""

    rows: Places
    cols: Places
    status: Status
    objective: int
    bound: int | None
    kept: int  # earlier pairs in it
    basis: Basis | None = None  # in the plain problem's unit


@dataclass(frozen=True, eq=False)
class Best:
    """A best selection, as positions of mentors and mentees.

    ``units`` is its objective less the price of the pairs given up, ``bound`` a limit on that of
    any other, ``kept`` the number of earlier pairs in it.
    """

    rows: Places
    cols: Places
    status: Status
    units: int
    bound: int | None
    kept: int
    basis: Basis | None = None


def best_within(
    problem: Problem,
    plain: Bounds,
    legal: tuple[Places, Places],
    price: int,
    budget: float,
    options: Options,
    begin: Begin | None = None,
) -> tuple[Best, int | None]:
    """Return the best with at most so many changes more than any matching needs.

    Also the most earlier pairs that any matching keeps, ``None`` without a limit on changes.

    Raises
    ------
    Infeasible
        When minimums, locks and rules cannot hold together.
    """
    if budget == 0:
        best = solve(Tilted.keeping(problem, plain, *legal), price, options, begin)
        return best, best.kept
    free = solve(Tilted.priced(problem, plain, *legal, price), price, options, begin)
    if budget == math.inf:
        return free, None
    most = solve(Tilted.keeping(problem, plain, *legal), price, options, begin).kept
    least = int(most - budget)
    if free.kept >= least:
        return free, most
    return solve(Tilted.priced(problem, plain, *legal, price, least), price, options), most


def solve(tilted: Tilted, price: int, options: Options, begin: Begin | None = None) -> Best:
    """Return the best selection of a tilted problem, from what is known of an earlier one."""
    if begin is not None and pricing.able(tilted):
        repair = begin(tilted)
        found = repair.run()
        return tilted.told(tilted.selected(found, repair.earlier), price)
    if pricing.suits(tilted, "auto"):
        found = pricing.solve_priced(tilted, options)
        return tilted.told(tilted.selected(found, marked(found.pool.keys, tilted.keys)), price)
    candidates = all_candidates(tilted)
    selection = tilted.objective.optimise(tilted.problem, candidates, "auto", options)
    rows, cols = candidates.pairs(candidates.by_mentor(selection.edges))
    kept = int(among(cols * tilted.shape[0] + rows, tilted.keys).sum())
    return tilted.told(
        Selected(rows, cols, selection.status, selection.objective, selection.bound, kept), price
    )
