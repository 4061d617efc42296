"""The optimum over all pairs without ever listing them: restricted programs, priced until proven.

A few good pairs per mentee make a small program, which the sparse solver solves exactly, with
prices. A scan of all pairs then finds those that gain more than the prices of their two people.
They join the program, which is solved again. When no pair anywhere gains more, the prices prove
the matching optimal over all pairs (see ``certificate``); before that, they bound what it misses.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from time import perf_counter
from typing import TYPE_CHECKING, Any

import numpy as np

from rmatch import kernels
from rmatch.candidates import Bounds, Candidates
from rmatch.certificate import people_bound
from rmatch.edges import Edges, reduced
from rmatch.errors import SolverError, UnsupportedFeatureError
from rmatch.first_prices import first_prices
from rmatch.fused import FusedScanner, MatrixScanner
from rmatch.matrix import MatrixProblem
from rmatch.priced import Priced
from rmatch.problem import Problem
from rmatch.scan import ALONE, LOWEST, BlockScanner, Found, Scanner, Wanted, scan_all, threads_of
from rmatch.solvers import Infeasible, Options, Prices, Selection, Status
from rmatch.solvers.bmatching import by_bids, meets_minimums, optimise, worth_repairing

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from rmatch.candidates import Matchable

#: From so many pairs on, pricing is faster than listing them all.
LARGE = 1_000_000
#: Pairs per mentee in the first program, and new ones per mentee and round.
_FIRST, _MORE = 20, 10
#: With so many mentees, each has so many more, or more rounds are needed.
_MANY, _EXTRA = 1 << 15, 10
#: Candidate pairs per mentee that are near their prices. A scan lists all pairs that are as near,
#: so that a later repair knows how far prices may move before it has to look again.
_NEAR = 6
#: So many of the candidate pairs, spread evenly, tell well enough what all of them gain.
_SAMPLE = 1 << 13
#: Bytes that one candidate edge takes, all told, while the restricted program is solved.
_EDGE_BYTES = 160


def suits(problem: Any, solver: str) -> bool:
    """Say whether a problem is to be priced: asked for by name, or large and of the right kind."""
    if solver not in ("auto", "pricing"):
        return False
    mentors, mentees = problem.shape
    possible = able(problem)
    if solver == "pricing" and not possible:
        raise UnsupportedFeatureError(
            "solver 'pricing' handles counts, seats, locks and an objective of one program, not "
            "cohort rules that join pairs; use solver='auto'"
        )
    return possible and (solver == "pricing" or mentors * mentees >= LARGE)


def able(problem: Any) -> bool:
    """Say whether a problem is of the kind that can be priced: one program, no row joins pairs."""
    none = np.zeros(0, np.int32)
    return bool(problem.objective.one_program(problem)) and (
        problem.cohort_rows(none, none) is None
    )


def solve_priced(problem: Matchable, options: Options, scanner: Scanner | None = None) -> Priced:
    """Return the optimum over all pairs, or when time or memory is up, the best so far.

    Parameters
    ----------
    problem
        People, gains and permissions; only blocks of pairs are ever asked for.
    options
        ``time_limit``, ``memory_limit``, ``threads``, ``engine`` and ``callback``. At the limit
        of time, or on Ctrl-C, the best matching so far is returned with the bound known by then.
        At the limit of memory no more candidate edges are added, which ends the search likewise.
    scanner
        How to look at all pairs; default the fastest that can.

    Raises
    ------
    Infeasible
        When minimums or locks cannot be met.
    SolverError
        When a limit is too low for any matching at all.
    """
    if options.engine == "joblib":
        from rmatch import cluster

        cluster.preflight()
    loop = _Loop.of(problem, options, scanner or scanner_of(problem, options))
    try:
        with kernels.interruptible():
            loop.run()
    except KeyboardInterrupt:
        if loop.best is None:
            raise
    return loop.result()


def scanner_of(problem: Matchable, options: Options) -> Scanner:
    """Return the fastest way to look at all pairs of a problem."""
    if isinstance(problem, Problem):
        return FusedScanner.of(problem, options)
    if isinstance(problem, MatrixProblem):
        return MatrixScanner.of(problem, options)
    return BlockScanner.of(problem, options)


@dataclass(eq=False)
class _Loop:
    """One solve: the candidate edges so far, the best matching, the best bound."""

    problem: Matchable
    options: Options
    scanner: Scanner
    started: float
    bounds: Bounds
    largest: int
    edges: Edges  # the candidates so far
    seconds: dict[str, float] = field(default_factory=dict)
    best: int | None = None  # the objective of the best matching so far
    pairs: NDArray[np.int64] | None = None  # its keys
    prices: Prices | None = None  # of the last restricted program
    bound: int = 1 << 62
    proof: Prices | None = None  # the prices of the best bound
    status: Status = Status.FEASIBLE
    stopped: bool = False
    rounds: int = 0
    touched: int = 0
    fresh: int = 0  # mentees with new edges
    bids: int = 0  # that the last program which was not repaired took
    unfair: int = 0  # new edges that gain more than the prices
    near: int = 0  # how much less than its prices a pair near them may gain
    scanned: NDArray[np.int64] | None = None  # mentors' prices at the last scan
    known: NDArray[np.int64] | None = None  # what no pair but the edges was worth more than then
    margin: NDArray[np.int64] | None = None  # how far that is below the prices
    whole: bool = False  # whether the last scan listed all pairs that gain more than the prices

    @classmethod
    def of(cls, problem: Matchable, options: Options, scanner: Scanner) -> _Loop:
        """Begin with nothing but the locked pairs."""
        return cls(
            problem,
            options,
            scanner,
            perf_counter(),
            problem.bounds,
            problem.gain_limit,
            Edges.locked(problem),
        )

    def run(self) -> None:
        """Take each mentee's best pairs, then solve and price until proven or stopped."""
        mentees = self.problem.shape[1]
        if self._room() < 1:
            least = self.scanner.memory(threads_of(self.options)) + mentees * _EDGE_BYTES
            raise SolverError(
                f"memory_limit={self.options.memory_limit} is too little for these people: one "
                f"candidate pair for each mentee takes about {least:,} bytes; allow more",
                "memory",
            )
        guess = Prices(first_prices(self.problem, self._left()), np.full(mentees, LOWEST))
        self._price(guess, _FIRST, "first scan")
        while self.status is Status.FEASIBLE and not self.stopped:
            self._round()

    def _round(self) -> None:
        candidates = self._candidates()
        selection = self._solve(candidates)
        self.rounds += 1
        complete = meets_minimums(candidates, selection.edges)
        if complete and (self.best is None or selection.objective > self.best):
            self.best, self.pairs = selection.objective, self.edges.key[selection.edges]
        if selection.prices is None or selection.status is Status.FEASIBLE or self._out_of_time():
            self.stopped = True
            return
        self.prices = selection.prices
        self._price(selection.prices, _MORE, "pricing")
        solved = selection.status is Status.OPTIMAL
        if solved and not self.unfair and self.whole:
            if not complete:
                raise Infeasible
            self.status = Status.OPTIMAL
            self.bound, self.proof = selection.objective, selection.prices
        # Nothing new though not all is listed: there was no time, or no room, for more.
        self.stopped = (solved and not self.unfair) or self._out_of_time()
        self._report("round", added=self.unfair)

    def _solve(self, candidates: Candidates) -> Selection:
        """Solve the program; of the first one, bids tell well enough what it lacks."""
        before = perf_counter()
        self._report("solving")
        largest, deadline = self.largest, self._deadline
        if worth_repairing(self.fresh, self.bids):
            start = None if self.pairs is None else self.edges.at(self.pairs)
            selection = optimise(
                candidates, largest, warm=self.prices, start=start, deadline=deadline
            )
        elif self.prices is None and self.bounds.seats is None:
            selection = by_bids(candidates, largest, deadline)
        else:
            selection = optimise(candidates, largest, deadline=deadline)
        self.bids = selection.bids or self.bids
        self._lap("solving", before)
        return selection

    def _price(self, prices: Prices, more: int, phase: str) -> None:
        """Scan all pairs; add those above the prices, or near them; and bound the optimum."""
        before = perf_counter()
        more += _EXTRA if len(prices.mentee) >= _MANY else 0
        most = np.minimum(self.bounds.mentee_most + more, self._room())
        price = prices.mentee + prices.seat
        self._set_near(prices)
        fall = None if self.scanned is None else self.scanned - prices.mentor
        wanted = Wanted(prices.mentor, self._asked(price, fall), most, self.known, fall)
        found = Found.joined(self._scans(wanted, phase))
        self.touched += found.touched
        self.margin = price - found.covering
        self.whole = bool((self.margin >= 0).all())
        self.scanned, self.known = prices.mentor, found.covering
        self.edges, new = self.edges.with_found(found, self.problem.shape[0])
        value = found.gain - prices.mentor[found.mentor]
        above = np.flatnonzero(new & (value > price[found.mentee]))
        self.unfair = len(above)
        self.fresh = int(np.count_nonzero(np.bincount(found.mentee[above])))
        if self.unfair or not self.whole or self.proof is None:
            self._bound(prices, found.covering)
        self._lap(phase, before)

    def _asked(self, price: NDArray[np.int64], fall: NDArray[np.int64] | None) -> NDArray[np.int64]:
        """Return what mentees ask for: pairs near their prices, unless what is known is enough.

        It is where no pair, or only some of the few mentors whose prices fell most, can be worth
        more than a mentee's price, and some margin is left for what comes after.
        """
        near, most = price - self.near, price - self.near // 4
        if self.known is None or fall is None or not len(fall):
            return near
        few = len(fall) - 1 - len(fall) // ALONE
        fell = np.partition(fall, few)
        but_few, all_but_none = self.known + fell[few], self.known + fell[few:].max()
        enough = np.where(all_but_none > most, but_few, all_but_none)
        return np.where(enough > most, near, np.maximum(near, enough))

    def _set_near(self, prices: Prices) -> None:
        edges, few = len(self.edges), _NEAR * self.problem.shape[1]
        if self.prices is not None and edges > few:
            every = 1 + edges // _SAMPLE
            some = reduced(self.edges.take(np.arange(0, edges, every)), prices)
            place = len(some) - 1 - few // every
            self.near = max(0, -int(np.partition(some, place)[place]))

    def _drop_far(self, prices: Prices) -> None:
        """Keep those candidates only that are near the prices, and locked ones."""
        stay = reduced(self.edges, prices) >= -self.near
        stay[self.edges.at(self._locked_keys)] = True
        self.edges = self.edges.take(np.flatnonzero(stay))

    def _scans(self, wanted: Wanted, phase: str) -> Iterator[Found]:
        """Yield what each task finds; report every further hundredth of all mentees."""
        mentees = self.problem.shape[1]
        ceiling = self.largest - (int(wanted.mentor.min()) if len(wanted.mentor) else 0)
        done, said = 0, -1
        for found in scan_all(self.scanner, mentees, wanted, self.options, ceiling, self._deadline):
            yield found
            done += len(found.covering)
            if 100 * done // mentees > said:
                said = 100 * done // mentees
                self._report(phase, scanned=done / mentees)

    def _room(self) -> int:
        """Return for how many more pairs per mentee there is memory."""
        left = self._left()
        if left is None:
            return 1 << 31
        return max(left // _EDGE_BYTES - len(self.edges), 0) // max(self.problem.shape[1], 1)

    def _left(self) -> int | None:
        """Return the bytes that edges may take, ``None`` without a limit."""
        limit = self.options.memory_limit
        if limit is None:
            return None
        return int(limit) - self.scanner.memory(threads_of(self.options))

    def _bound(self, prices: Prices, covering: NDArray[np.int64]) -> None:
        """Keep the bound that these prices prove, mentees' prices put where they prove most.

        No pair that is not an edge is worth more than what covers its mentee.
        """
        mentor, seat = prices.mentor, prices.seat
        more = reduced(self.edges, Prices(mentor, covering))
        above = np.flatnonzero(more > 0)
        mentee = self.edges.mentee[above]
        value = more[above] + covering[mentee]
        best = covering.copy()
        starts = np.searchsorted(mentee, np.arange(len(best) + 1))
        # A mentee with n places takes their n best pairs; at the value of the last of them as
        # price, no other pair adds to the bound.
        kernels.load("listed").raise_to_last_place(starts, value, self.bounds.mentee_most, best)
        # No threshold, and fewer pairs than places: all of them are listed, and any price is valid.
        best[best <= LOWEST] = 0
        better = Prices(mentor, best - seat, seat)
        total = int(np.maximum(value - best[mentee], 0).sum())
        total += people_bound(self.bounds, better)
        for key in self._locked_keys.tolist():
            learner, teacher = divmod(key, self.problem.shape[0])
            gain = int(self.edges.gain[self.edges.at(key)])
            total += min(gain - int(mentor[teacher]) - int(best[learner]), 0)
        if total < self.bound:
            self.bound, self.proof = total, better

    def _candidates(self) -> Candidates:
        edges = self.edges
        return Candidates(
            edges.mentor,
            edges.mentee,
            edges.gain,
            self.bounds,
            None,
            self.problem.arrival,
            edges.at(self._locked_keys),
        )

    @property
    def _locked_keys(self) -> NDArray[np.int64]:
        rows, cols = self.problem.locks
        return np.sort(cols * self.problem.shape[0] + rows).astype(np.int64)

    @property
    def _deadline(self) -> float | None:
        limit = self.options.time_limit
        return None if limit is None else self.started + limit

    def _out_of_time(self) -> bool:
        return self._deadline is not None and perf_counter() > self._deadline

    def _lap(self, phase: str, before: float) -> None:
        self.seconds[phase] = self.seconds.get(phase, 0.0) + perf_counter() - before

    def _report(self, phase: str, **more: object) -> None:
        self.options.report(
            phase,
            objective=self.best,
            bound=None if self.proof is None else self.bound,
            round=self.rounds,
            pairs=0 if self.pairs is None else len(self.pairs),
            edges=len(self.edges),
            touched=self.touched,
            seconds=perf_counter() - self.started,
            **more,
        )

    def result(self) -> Priced:
        """Return the best matching with what is proven about it."""
        if self.best is None or self.pairs is None or self.proof is None:
            up = "time" if self._out_of_time() else "memory"
            raise SolverError(
                f"{up} was up before a first matching that meets all minimums was found; allow "
                "more",
                "time limit" if up == "time" else "memory",
            )
        edges = len(self.edges)
        if self.status is Status.OPTIMAL:
            self._drop_far(self.proof)
        pool = self._candidates()
        return Priced(
            self.status,
            self.best,
            self.bound,
            self.proof,
            self.rounds,
            edges,
            self.touched,
            self.seconds,
            pool,
            pool.by_mentor(self.edges.at(self.pairs)),
            np.zeros(self.problem.shape[1], np.int64) if self.margin is None else self.margin,
        )
