"""Certificates: prices that prove to anyone that no matching is better (§C9).

For any whole-number prices *u* of mentors, *v* of mentees and *z* >= 0 of a seat (0 where seats
have no limit),

    sum over allowed pairs of max(0, g_ij - u_i - v_j - z)   [over locked pairs without the max]
    + sum over mentors of max over d in [least, most] of (u_i d + bonus_i [d >= 1])
    + the same over mentees + z seats

is at least the objective of every matching (weak duality: charge each pair to its people and its
seat). Prices at which this equals the objective of a matching prove that matching optimal. Because
the constraint matrix is totally unimodular such whole-number prices exist at every optimum.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property, reduce
from typing import TYPE_CHECKING, Any

import numpy as np

from rmatch.candidates import blocks, exact_sum
from rmatch.check import Violation, check
from rmatch.errors import InvalidInputError, SolverError
from rmatch.parameters import is_whole
from rmatch.solvers import Prices

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from rmatch.candidates import Bounds, Candidates, Matchable


#: No sum of a gain and prices reaches it: beyond, whole numbers of 64 bits begin anew.
_COUNTED = 1 << 63


@dataclass(frozen=True, slots=True)
class Verification:
    """The outcome of checking a certificate: it holds, or what is wrong with it."""

    holds: bool
    bound: int
    objective: int
    pairs_priced: int
    violations: tuple[Violation, ...]

    def __bool__(self) -> bool:
        return self.holds

    def __str__(self) -> str:
        if self.holds:
            return (
                f"proven optimal: the prices bound every matching by {self.bound} units, and this "
                f"one reaches it ({self.pairs_priced:,} pairs priced)"
            )
        wrong = "; ".join(map(str, self.violations[:3])) or "the bound is not reached"
        return f"not proven: bound {self.bound}, objective {self.objective}; {wrong}"


@dataclass(frozen=True, eq=False)
class Certificate:
    """Pairs, their objective in whole units, and the prices that prove it cannot be beaten."""

    pairs: tuple[tuple[int, int], ...]
    objective: int
    prices: Prices

    def verify(self, problem: Any) -> Verification:
        """Recompute the proof over all pairs, allowed or not, without any solver.

        Raises
        ------
        InvalidInputError
            Where this is no problem, or the certificate holds no whole numbers where it must.
        """
        if not hasattr(problem, "shape"):
            hint = "; give its .problem" if hasattr(problem, "problem") else ""
            raise InvalidInputError(
                f"verify: problem is of type {type(problem).__name__}; a Problem is needed{hint}"
            )
        self._refuse_malformed()
        mentors, mentees = problem.shape
        no_prices = _no_prices(problem, self.prices)
        wrong = (*check(problem, self.pairs, self.objective), *no_prices)
        if no_prices:  # what no matching exceeds, whatever prices say
            bound = problem.bounds.largest_total(problem.gain_limit)
        else:
            bound = dual_bound(problem, self.prices)
        holds = not wrong and bound == self.objective
        priced = 0 if no_prices else mentors * mentees
        return Verification(holds, bound, self.objective, priced, wrong)

    def _refuse_malformed(self) -> None:
        """Raise where something, as read from a file, is not of the kind that it must be."""
        pairs = [tuple(pair) if isinstance(pair, Iterable) else (pair,) for pair in self.pairs]
        wrong = [
            pair
            for pair in pairs
            if len(pair) != 2 or not all(is_whole(at) and abs(at) < _COUNTED for at in pair)
        ]
        if wrong:
            raise InvalidInputError(f"pairs: {wrong[:5]}; two whole numbers each are needed")
        for name, number in (("objective", self.objective), ("seat", self.prices.seat)):
            if not is_whole(number):
                raise InvalidInputError(f"{name}={number!r}; a whole number is needed")
        for side in ("mentor", "mentee"):
            prices = getattr(self.prices, side)
            if not isinstance(prices, np.ndarray):
                raise InvalidInputError(
                    f"prices of {side}s are of type {type(prices).__name__}; an array is needed"
                )


def _no_prices(problem: Matchable, prices: Prices) -> list[Violation]:
    """Return why numbers are no prices, which bound nothing."""
    bounds, largest = problem.bounds, problem.gain_limit + abs(prices.seat)
    found = []
    for side, price, most, bonus in (
        ("mentor", prices.mentor, bounds.mentor_most, bounds.mentor_bonus),
        ("mentee", prices.mentee, bounds.mentee_most, bounds.mentee_bonus),
    ):
        if price.shape != most.shape or price.dtype != np.int64:
            found.append(
                Violation(f"one whole number of 64 bits is needed as price of each {side}")
            )
            continue
        size = np.abs(price.astype(float))
        largest += int(size.max(initial=0))
        if (size * np.maximum(most, 1) + bonus >= _COUNTED).any():
            found.append(Violation(f"prices of {side}s are too large to be counted"))
    if largest >= _COUNTED:
        found.append(Violation(f"gains and prices up to {largest} are too large to be counted"))
    if prices.seat < 0 or (prices.seat and bounds.seats is None):
        limit = "no limit" if bounds.seats is None else f"the limit {bounds.seats}"
        found.append(Violation(f"a seat has the price {prices.seat}, and seats have {limit}"))
    return found


def dual_bound(problem: Matchable, prices: Prices) -> int:
    """Return the bound of the module docstring, over all pairs, block by block."""
    total = people_bound(problem.bounds, prices)
    for rows, cols in blocks(problem.shape):
        gains, allowed = problem.block(rows, cols)
        reduced = gains.astype(np.int64)
        reduced -= prices.mentor[rows, None] + prices.seat
        reduced -= prices.mentee[None, cols]
        total += exact_sum(reduced[allowed & (reduced > 0)])
    for row, col in zip(*problem.locks, strict=True):
        gain = int(problem.block(np.array([row]), np.array([col]))[0][0, 0])
        total += min(gain - int(prices.mentor[row] + prices.mentee[col]) - prices.seat, 0)
    return total


def people_bound(bounds: Bounds, prices: Prices) -> int:
    """Return the part of the bound that is about people and seats."""
    if prices.seat < 0:
        raise SolverError(f"a seat has the negative price {prices.seat}")
    total = _best_counts(
        prices.mentor, bounds.mentor_least, bounds.mentor_most, bounds.mentor_bonus
    )
    total += _best_counts(
        prices.mentee, bounds.mentee_least, bounds.mentee_most, bounds.mentee_bonus
    )
    return total + (prices.seat * bounds.seats if bounds.seats is not None else 0)


def _best_counts(
    price: NDArray[np.int64],
    least: NDArray[np.int64],
    most: NDArray[np.int64],
    bonus: NDArray[np.int64],
) -> int:
    """Sum over people the best of price * d + bonus * [d >= 1]; one of three counts is best.

    Where a first pair earns nothing, one of two is: the fewest or the most.
    """
    if not bonus.any():
        return exact_sum(np.maximum(price * least, price * most))
    counts = (least, np.clip(1, least, most), most)
    worth = (price * count + bonus * (count >= 1) for count in counts)
    return exact_sum(reduce(np.maximum, worth))


def prices_of(candidates: Candidates, chosen: NDArray[np.intp]) -> Prices:
    """Return prices that prove an optimal selection of the candidates.

    Complementary slackness turns into difference constraints between a_i = u_i + z, b_j = -v_j and
    z, which Bellman-Ford solves; it ends exactly when the selection is optimal, and otherwise
    finds a cycle of changes that would improve it.
    """
    bounds = candidates.bounds
    taken = np.zeros(len(candidates), dtype=bool)
    taken[chosen] = True
    mentors = _Degrees(
        np.bincount(candidates.mentor[chosen], minlength=candidates.shape[0]),
        bounds.mentor_least,
        bounds.mentor_most,
        bounds.mentor_bonus,
    )
    mentees = _Degrees(
        np.bincount(candidates.mentee[chosen], minlength=candidates.shape[1]),
        bounds.mentee_least,
        bounds.mentee_most,
        bounds.mentee_bonus,
    )
    seats_full = bounds.seats is not None and len(chosen) >= bounds.seats
    could_go = chosen[~np.isin(chosen, candidates.locked)]
    free = np.flatnonzero(~taken)
    free_starts, free_mentees = _runs(candidates.mentee[free])
    a = np.zeros(candidates.shape[0], dtype=np.int64)
    b = np.zeros(candidates.shape[1], dtype=np.int64)
    z = end = 0
    for _ in range(sum(candidates.shape) + 3):
        before = (int(a.sum()), int(b.sum()), z, end)
        if len(free):
            offers = a[candidates.mentor[free]] - candidates.gain[free]
            best = np.minimum.reduceat(offers, free_starts)
            b[free_mentees] = np.minimum(b[free_mentees], best)
        b = np.where(mentees.can_shrink, np.minimum(b, end + mentees.last), b)
        np.minimum.at(
            a,
            candidates.mentor[could_go],
            b[candidates.mentee[could_go]] + candidates.gain[could_go],
        )
        a = np.where(mentors.can_grow, np.minimum(a, z - mentors.next), a)
        z = min([z, *(a + mentors.last)[mentors.can_shrink].tolist()])
        z = z if seats_full else min(z, end)
        end = min([end, z, *(b - mentees.next)[mentees.can_grow].tolist()])
        if before == (int(a.sum()), int(b.sum()), z, end):
            return Prices(a - z, end - b, z - end)
    raise SolverError("the selection can be improved: it is not optimal", "not optimal")


@dataclass(frozen=True, eq=False)
class _Degrees:
    """How everybody's number of pairs could change, and the bonus that would come or go."""

    count: NDArray[np.int64]
    least: NDArray[np.int64]
    most: NDArray[np.int64]
    bonus: NDArray[np.int64]

    @cached_property
    def can_grow(self) -> NDArray[np.bool_]:
        return self.count < self.most

    @cached_property
    def can_shrink(self) -> NDArray[np.bool_]:
        return self.count > self.least

    @cached_property
    def next(self) -> NDArray[np.int64]:
        """The bonus that one more pair would bring."""
        return np.where(self.count == 0, self.bonus, 0)

    @cached_property
    def last(self) -> NDArray[np.int64]:
        """The bonus that one pair less would cost."""
        return np.where(self.count == 1, self.bonus, 0)


def _runs(sorted_values: NDArray[np.int32]) -> tuple[NDArray[np.intp], NDArray[np.int32]]:
    """Return where each run of equal values starts, and its value."""
    if not len(sorted_values):
        return np.zeros(0, np.intp), sorted_values
    starts = np.flatnonzero(np.r_[True, sorted_values[1:] != sorted_values[:-1]])
    return starts, sorted_values[starts]
