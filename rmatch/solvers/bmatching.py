"""The sparse solver: exact b-matching with dual prices, for large problems and for pricing.

Bids (Bertsekas's auction with similar objects) give a near-optimal start with prices; the prices
are then made fair for all edges, and shortest augmenting paths settle whoever is left, in integers.
The result proves itself: its prices bound every matching by exactly its objective.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from time import perf_counter
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from rmatch import kernels
from rmatch.ascending import among
from rmatch.candidates import LONGEST, Bounds, Candidates, Feature
from rmatch.edges import above, reduced
from rmatch.errors import InvalidInputError, SolverError
from rmatch.solvers import Infeasible, Options, Prices, Selection, Status

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from rmatch.kernels.network import Network, State

#: How often there are ten bids for each mentee, at most. Programs of many people, or of people who
#: are alike, would need many of these turns; so steps become larger, after the first turn where
#: only prices are asked for, after the second where paths have to settle what bids leave.
_TURNS, _FINE = 10, 2
#: How often mentors' and mentees' prices are lowered after bids, as far as edges stay fair.
_SWEEPS = 2
#: Edges looked at between two looks at the clock.
_WORK = 20_000_000


class Sparse:
    """Exact for every kind of count; its time grows with the edges, not with all pairs.

    References
    ----------
    D. P. Bertsekas, D. A. Castañon, "The auction algorithm for the transportation problem", Annals
    of Operations Research 20, 1989. R. K. Ahuja, T. L. Magnanti, J. B. Orlin, "Network Flows",
    1993, chapter 9 (successive shortest paths).
    """

    name: ClassVar[str] = "sparse"
    features: ClassVar[frozenset[Feature]] = frozenset(Feature) - {
        Feature.COHORT_ROWS,
        Feature.PEOPLE_ROWS,
        Feature.BIG_PATHS,
    }
    exact: ClassVar[bool] = True

    def solve(self, candidates: Candidates, options: Options) -> Selection:
        """Return the optimum; within ``options.time_limit`` the best so far and its bound."""
        return solve_sparse(candidates, time_limit=options.time_limit)


def solve_sparse(
    candidates: Candidates,
    *,
    warm: Prices | None = None,
    start: NDArray[np.intp] | None = None,
    time_limit: float | None = None,
) -> Selection:
    """Return an optimal selection with the prices that prove it.

    Parameters
    ----------
    candidates
        The program; cohort rows are not looked at.
    warm
        Prices of a similar program, to repair instead of starting from bids.
    start
        Edges to begin with, of a matching of a similar program; used with ``warm``.
    time_limit
        Seconds after which the selection so far is returned with the bound that its prices prove.

    Raises
    ------
    Infeasible
        When minimums or locks cannot be met.
    InvalidInputError
        When numbers are so large that path lengths could overflow 64-bit integers.
    """
    deadline = None if time_limit is None else perf_counter() + time_limit
    largest = candidates.largest_gain
    selection = optimise(candidates, largest, warm=warm, start=start, deadline=deadline)
    if not meets_minimums(candidates, selection.edges):
        if selection.status is Status.OPTIMAL:
            raise Infeasible
        raise SolverError("time was up before the minimum numbers of pairs were met", "time limit")
    return selection


def optimise(
    candidates: Candidates,
    largest: int,
    *,
    warm: Prices | None = None,
    start: NDArray[np.intp] | None = None,
    fair: bool = False,
    deadline: float | None = None,
) -> Selection:
    """Return the optimum, in which as many minimums as possible are met (perhaps not all).

    No gain that could ever be among the candidates is larger than ``largest``; so programs with
    more and more edges of one problem value minimums alike. From prices ``warm`` only those move
    of people whose edges gain more than they say, and those along augmenting paths. Where they are
    known to be ``fair``, to the edges of ``start``, which all fit, and to all others, the first are
    not looked for.
    """
    free = _without_locks(candidates)
    network, state = _network(free, largest, warm, free.positions(start))
    bids = 0
    if warm is None:
        bids = _bid(network, state, deadline, _FINE)
        network = kernels.load("network").both_ways(network)
        kernels.load("bidding").tighten(network, state, _SWEEPS)
    elif not fair:
        kernels.load("bidding").rise(network, state)
    finished = _settle(network, state, deadline)
    seat = _seats(network, state, free.bounds.seats)
    chosen = free.selection(np.flatnonzero(state.chosen))
    prices = _prices(candidates, state, seat, free)
    value, bound = candidates.value(chosen), bound_over(candidates, prices)
    if not finished:
        return Selection(chosen, Status.FEASIBLE, value, bound, prices, bids=bids)
    if value != bound and meets_minimums(candidates, chosen):
        raise SolverError(f"the sparse solver proved {bound} but found {value}", "gap")
    return Selection(chosen, Status.OPTIMAL, value, bound, prices, bids=bids)


def by_bids(candidates: Candidates, largest: int, deadline: float | None) -> Selection:
    """Return what bids alone find, near the optimum, with prices that are fair at all edges.

    That is enough to learn which edges a program lacks. Seats, which bids know nothing of, may be
    too few for it, and minimums need not be met.
    """
    free = _without_locks(candidates)
    network, state = _network(free, largest, None, np.zeros(0, np.intp))
    bids = _bid(network, state, deadline, 1)
    chosen = free.selection(np.flatnonzero(state.chosen))
    network = kernels.load("network").both_ways(network)
    kernels.load("bidding").tighten(network, state, _SWEEPS)
    prices = _prices(candidates, state, 0, free)
    value = candidates.value(chosen)
    return Selection(chosen, Status.HEURISTIC, value, None, prices, bids=bids)


def worth_repairing(changed: int, bids: int) -> bool:
    """Say whether so few mentees have new edges that a warm start is faster than bids anew.

    The path that settles one of them takes as long as some 55 of the bids did last time.
    """
    return changed * 55 <= bids


def meets_minimums(candidates: Candidates, chosen: NDArray[np.intp]) -> bool:
    """Say whether everybody has their least number of pairs."""
    bounds, (mentors, mentees) = candidates.bounds, candidates.shape
    one = np.bincount(candidates.mentor[chosen], minlength=mentors)
    other = np.bincount(candidates.mentee[chosen], minlength=mentees)
    return bool((one >= bounds.mentor_least).all() and (other >= bounds.mentee_least).all())


def bound_over(candidates: Candidates, prices: Prices) -> int:
    """Return the bound that prices prove over these edges (see ``certificate``)."""
    from rmatch.certificate import people_bound

    total = above(candidates, prices)
    if len(candidates.locked):
        total += int(np.minimum(reduced(candidates, prices)[candidates.locked], 0).sum())
    return total + people_bound(candidates.bounds, prices)


@dataclass(frozen=True, eq=False)
class _Free:
    """The program without its locked edges, their places taken."""

    candidates: Candidates
    bounds: Bounds
    locked: NDArray[np.intp]  # (locked edges,), positions in the whole program
    pairs: NDArray[np.intp]  # (mentors + mentees,), locked pairs of each

    def positions(self, edges: NDArray[np.intp] | None) -> NDArray[np.intp]:
        """Return where some edges of the whole program, ascending, stand among these."""
        if edges is None:
            return np.zeros(0, np.intp)
        free = edges[~among(edges, self.locked)]
        return free - np.searchsorted(self.locked, free)

    def selection(self, chosen: NDArray[np.intp]) -> NDArray[np.intp]:
        """Return, in the whole program, some of these edges with all locked ones."""
        if not len(self.locked):
            return chosen
        edges = np.delete(np.arange(len(self.candidates) + len(self.locked)), self.locked)
        return np.sort(np.concatenate([edges[chosen], self.locked]))


def _without_locks(candidates: Candidates) -> _Free:
    bounds, locked = candidates.bounds, candidates.locked
    if not len(locked):
        return _Free(candidates, bounds, locked, np.zeros(sum(candidates.shape), np.intp))
    mentors = np.bincount(candidates.mentor[locked], minlength=candidates.shape[0])
    mentees = np.bincount(candidates.mentee[locked], minlength=candidates.shape[1])
    seats = None if bounds.seats is None else bounds.seats - len(locked)
    left = replace(
        bounds,
        mentor_least=np.maximum(bounds.mentor_least - mentors, 0),
        mentor_most=bounds.mentor_most - mentors,
        mentor_bonus=np.where(mentors > 0, 0, bounds.mentor_bonus),
        mentee_least=np.maximum(bounds.mentee_least - mentees, 0),
        mentee_most=bounds.mentee_most - mentees,
        mentee_bonus=np.where(mentees > 0, 0, bounds.mentee_bonus),
        seats=seats,
    )
    if min(left.mentor_most.min(), left.mentee_most.min(), 0 if seats is None else seats) < 0:
        raise Infeasible
    edges = np.delete(np.arange(len(candidates)), locked)
    rest = candidates.replace(
        mentor=candidates.mentor[edges],
        mentee=candidates.mentee[edges],
        gain=candidates.gain[edges],
        bounds=left,
        cohort=None,
        locked=np.zeros(0, np.intp),
    )
    return _Free(rest, left, locked, np.concatenate([mentors, mentees]))


def _network(
    free: _Free, largest: int, warm: Prices | None, start: NDArray[np.intp]
) -> tuple[Network, State]:
    """Lay the program out for the kernels."""
    kernel = kernels.load("network")
    candidates, bounds = free.candidates, free.bounds
    mentors, mentees = candidates.shape
    edges = len(candidates)
    least, most, bonus = (
        np.concatenate([getattr(bounds, f"mentor_{what}"), getattr(bounds, f"mentee_{what}")])
        for what in ("least", "most", "bonus")
    )
    if (least > most).any():
        raise Infeasible
    network = kernel.layout(
        mentors,
        candidates.mentor,
        candidates.mentee,
        candidates.gain,
        least,
        most,
        bonus,
        _must(candidates, largest),
    )
    state = kernel.State(
        np.zeros(mentors + mentees, np.int64),
        np.zeros(mentors + mentees, np.int64),
        np.zeros(edges, np.uint8),
        np.zeros(network.first[-1], np.int32),
        np.zeros(network.first[-1], np.int64),
        np.zeros(mentors + mentees, np.uint8),
    )
    if warm is None:
        empty = np.arange(mentors)
        worth = bonus[empty] + network.must * (least[empty] > 0)
        state.price[:mentors] = np.where(most[:mentors] > 0, -worth, LONGEST // 2)
    else:
        state.price[:mentors] = warm.mentor + warm.seat
        state.price[mentors:] = warm.mentee
        kernel.begin(network, state, start)
    return network, state


def _must(candidates: Candidates, largest: int) -> int:
    """Return what a pair up to a minimum is worth: more than any change brings."""
    bounds = candidates.bounds
    if 8 * bounds.longest_path(largest) >= LONGEST:
        raise InvalidInputError(
            f"gains up to {largest} between {candidates.shape[0]} and {candidates.shape[1]} people "
            "are too large for the sparse solver; scale the scores down, or use solver='networkx'"
        )
    return bounds.largest_change(largest) + 1 if bounds.has_minimums else 0


def _bid(network: Network, state: State, deadline: float | None, fine: int) -> int:
    """Let mentees bid, in longer steps after so many ``fine`` turns; return the number of bids."""
    kernel = kernels.load("bidding")
    queue = np.zeros(len(network.most) - network.mentors + 1, np.int32)
    spread = int(np.ptp(network.gains)) if len(network.gains) else 0
    bids = 0
    for turn in range(_TURNS):
        step = 1 + spread // max(256 >> 2 * max(turn + 1 - fine, 0), 1)
        made = kernel.bid(network, state, step, 10 * len(queue), queue)
        bids += made
        if made < 10 * len(queue) or (deadline is not None and perf_counter() > deadline):
            break
    return bids


def _settle(network: Network, state: State, deadline: float | None) -> bool:
    """Settle everybody by shortest paths, edges being fair; return whether the end was reached.

    Mentees come first: most often no mentor wants anything then, whose edges need not be listed.
    """
    kernel, layout = kernels.load("paths"), kernels.load("network")
    mentors, people = network.mentors, len(network.most)
    search = kernel.search_for(people)

    def settled(net: Network, begin: int, end: int) -> bool:
        order = np.arange(begin, end, dtype=np.int32)
        return _in_slices(
            lambda at: kernel.settle(net, state, search, order, at, _WORK), len(order), deadline
        )

    if not settled(network, mentors, people):
        return False
    return not layout.in_want(network, state) or settled(layout.both_ways(network), 0, mentors)


def _in_slices(step: Callable[[int], int], end: int, deadline: float | None) -> bool:
    """Call ``step`` until it reaches the end, the deadline or Ctrl-C, between two calls."""
    at = 0
    try:
        with kernels.interruptible():
            while at < end:
                if deadline is not None and perf_counter() > deadline:
                    return False
                at = int(step(at))
    except KeyboardInterrupt:
        return False
    return True


def _seats(network: Network, state: State, seats: int | None) -> int:
    """Take out pairs beyond the seats, the cheapest first; return the price of a seat."""
    if seats is None:
        return 0
    paths = kernels.load("paths")
    network = kernels.load("network").both_ways(network)
    search = paths.search_for(len(network.most))
    return int(paths.leave(network, state, search, seats, 0))


def _prices(candidates: Candidates, state: State, seat: int, free: _Free) -> Prices:
    """Return the prices of all places, those of locked pairs included.

    Who has locked pairs only, as many as they need, could do with fewer as far as the bounds say; a
    price of at least 0 keeps that from being worth anything.
    """
    mentors, price = candidates.shape[0], state.price
    if len(free.locked):
        alone = (free.pairs > 0) & (state.degree == 0)
        alone &= np.concatenate([free.bounds.mentor_least, free.bounds.mentee_least]) == 0
        price = np.where(alone, np.maximum(price, 0), price)
    return Prices(price[:mentors], price[mentors:], seat)
