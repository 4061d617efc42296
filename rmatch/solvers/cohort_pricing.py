"""Cohort rules over millions of pairs: few of them can be in an optimum, and prices say which.

1. The linear relaxation is solved by column generation: over some edges first, then over those too
   that its prices say would improve it, until no edge does (P. Gilmore, R. Gomory, "A linear
   programming approach to the cutting-stock problem", Operations Research 9, 1961).
2. Its prices, put on whole numbers, bound every matching by weak duality, whatever the floats did.
   An edge with reduced gain -d is in no matching above that bound less d.
3. The integer program over the edges with small d gives a matching. Where what it lacks to the
   bound is no more than d of every edge left out, it is the optimum; otherwise once more, with
   every edge that could still matter (reduced cost fixing: H. Crowder, E. Johnson, M. Padberg,
   "Solving large-scale zero-one linear programming problems", Operations Research 31, 1983).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from time import perf_counter
from typing import TYPE_CHECKING

import numpy as np
import scipy.sparse as sp
from scipy.optimize import linprog

from rmatch.candidates import folded
from rmatch.errors import SolverError
from rmatch.rows import NO_LIMIT
from rmatch.solvers import Infeasible, Options, Selection, Status
from rmatch.solvers.program import frame

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from rmatch.candidates import Candidates
    from rmatch.solvers.program import Frame, Program

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]
    Places = NDArray[np.intp]
    Direct = Callable[[Candidates, Options], Selection]

#: Edges of each person that the first relaxation starts with, and that a round adds at most.
_START, _ADD = 8, 6
#: Edges for each person in the first integer program; each further one has four times as many.
_FIRST, _MORE = 6, 4
#: The relaxation is good enough when its proven bound is this near, as a share of its value.
_NEAR = 1e-7
#: The finest prices: 2**-20 of a whole unit of gain.
_FINEST = 20


@dataclass(frozen=True, eq=False)
class Bounding:
    """A bound on every matching, and how much below it every matching with an edge stays.

    Both are in units of 1 / ``grid`` of a whole unit of gain.
    """

    bound: int
    loss: Ints  # (edges,), at least 0
    grid: int

    @property
    def height(self) -> float:
        """The bound in units of gain."""
        return self.bound / self.grid


def solve(candidates: Candidates, options: Options, direct: Direct) -> Selection:
    """Return the optimum by prices; ``direct`` solves the integer programs that are left."""
    started = perf_counter()
    base = frame(candidates)
    bounding = relaxation(candidates, base)
    ceiling = bounding.bound // bounding.grid
    options.report("relaxation", bound=ceiling)
    order = np.argsort(bounding.loss, kind="stable")
    few = int(_FIRST * sum(candidates.shape))
    best: Selection | None = None
    while True:
        few = min(few, len(order))
        left = np.union1d(order[:few], candidates.locked)
        everything = few == len(order)
        try:
            selection = direct(candidates.take(left), _remaining(options, started))
        except KeyboardInterrupt:
            if best is None:
                raise
            return best
        except Infeasible:
            if everything:
                raise
            few *= _MORE
            continue
        value = selection.objective
        bound = value if selection.bound is None else selection.bound
        if not everything:
            outside = (bounding.bound - int(bounding.loss[order[few]])) // bounding.grid
            bound = max(bound, outside)
        bound = max(min(bound, ceiling), value)
        options.report(
            "integer program",
            objective=value,
            bound=bound,
            pairs=len(selection.edges),
            edges=len(left),
        )
        stopped = selection.status is not Status.OPTIMAL or _over(options, started)
        status = Status.OPTIMAL if bound == value else Status.FEASIBLE
        best = Selection(left[selection.edges], status, value, bound)
        if bound == value or stopped:
            return best
        # Only edges that leave room for a better matching can still matter.
        slack = bounding.bound - (value + 1) * bounding.grid
        matter = int(np.searchsorted(bounding.loss[order], slack, side="right"))
        few = min(few * _MORE, max(matter, few + 1))


def relaxation(candidates: Candidates, base: Frame) -> Bounding:
    """Return the bound of the linear relaxation, and all edges' losses, by column generation.

    It ends as soon as the bound proven by the prices is near the value of the relaxation over the
    edges found so far: further rounds would change the last digits only, and the rest of the
    method asks for no more.
    """
    gain = folded(candidates)
    used = np.union1d(_leading(candidates, np.arange(len(gain)), gain, _START), candidates.locked)
    if ((base.low > 0) | (base.high < 0)).any():
        used = _repaired(candidates, base, used)
    best: Bounding | None = None
    while True:
        prices, value = _linear(base.program(candidates.take(used)))
        found = bounded(candidates, base, prices)
        if best is None or found.height < best.height:
            best = found
        if best.height - value <= _NEAR * max(abs(value), 1.0):
            return best
        reduced = gain - base.over_edges(candidates, prices)
        further = _further(candidates, used, reduced, 1e-3)
        if not len(further):
            return best
        used = np.union1d(used, further)


def _repaired(candidates: Candidates, base: Frame, used: Places) -> Places:
    """Add edges until all rows can hold, where choosing nothing breaks one."""
    nothing = candidates.replace(gain=np.zeros_like(candidates.gain))
    none = np.zeros_like(candidates.gain)
    while True:
        prices, value = _linear(_repairable(base.program(nothing.take(used))))
        if value > -1e-7:
            return used
        further = _further(nothing, used, none - base.over_edges(nothing, prices), 1e-7)
        if not len(further):
            raise Infeasible
        used = np.union1d(used, further)


def _further(candidates: Candidates, used: Places, reduced: Floats, tolerance: float) -> Places:
    """Return each person's best edges that are not used yet and would improve the relaxation."""
    reduced[used] = 0
    better = np.flatnonzero(reduced > tolerance)
    return _leading(candidates, better, reduced[better], _ADD)


def _leading(
    candidates: Candidates, edges: Places, worth: NDArray[np.generic], most: int
) -> Places:
    """Return the ``most`` most worthy of some edges of each person."""
    chosen = []
    for ends in (candidates.mentor[edges], candidates.mentee[edges]):
        order = np.lexsort((np.negative(worth), ends))
        ordered = ends[order]
        first = np.r_[True, ordered[1:] != ordered[:-1]]
        start = np.maximum.accumulate(np.where(first, np.arange(len(order)), 0))
        chosen.append(edges[order[np.arange(len(order)) - start < most]])
    return np.union1d(*chosen)


def _repairable(written: Program) -> Program:
    """Return the program that minimises how far rows are outside their limits."""
    below, above = np.flatnonzero(written.low > 0), np.flatnonzero(written.high < 0)
    wrong = np.concatenate([below, above])
    signs = np.repeat(np.array([1, -1], dtype=np.int64), [len(below), len(above)])
    shape = (len(written.low), len(wrong))
    extra = sp.csr_array((signs, (wrong, np.arange(len(wrong)))), shape=shape)
    return replace(
        written,
        gain=np.concatenate([np.zeros_like(written.gain), -np.ones(len(wrong), np.int64)]),
        lower=np.concatenate([written.lower, np.zeros(len(wrong), np.int64)]),
        upper=np.concatenate([written.upper, np.full(len(wrong), NO_LIMIT)]),
        matrix=sp.csr_array(sp.hstack([written.matrix, extra], format="csr")),
    )


def _linear(written: Program) -> tuple[Floats, float]:
    """Return the prices of the rows of the linear relaxation, and its value."""
    equal = written.low == written.high
    most = np.flatnonzero((written.high < NO_LIMIT) & ~equal)
    least = np.flatnonzero((written.low > -NO_LIMIT) & ~equal)
    same = np.flatnonzero(equal)
    matrix = written.matrix.astype(float)
    upper = written.upper.astype(float)
    upper[written.upper >= NO_LIMIT] = np.inf
    result = linprog(
        -written.gain.astype(float),
        A_ub=sp.vstack([matrix[most], -matrix[least]], format="csr"),
        b_ub=np.concatenate([written.high[most], -written.low[least]]),
        A_eq=matrix[same],
        b_eq=written.low[same],
        bounds=np.stack([written.lower, upper], axis=1),
        method="highs",
    )
    if result.status == 2:
        raise Infeasible
    if result.x is None:
        raise SolverError(f"HiGHS ended without prices: {result.message}", result.message)
    prices = np.zeros(len(written.low))
    marginal = result.ineqlin.marginals
    prices[most] -= marginal[: len(most)]
    prices[least] += marginal[len(most) :]
    prices[same] -= result.eqlin.marginals
    return prices, -float(result.fun)


def bounded(candidates: Candidates, base: Frame, prices: Floats) -> Bounding:
    """Return the bound of weak duality at prices, all of it in whole numbers.

    For prices y, at least 0 where a row has no low limit and at most 0 where it has no high one,

        sum of y * (high where y > 0, else low) + sum of max(0, gain - cost at y) over columns

    is at least the objective of every matching; a locked edge counts without the max. Prices of
    soft rows are between the penalty and its negative, so that being outside never pays; that of a
    count is what the rows that sum it make of it, so that its column is worth exactly nothing.
    """
    limits = np.where(prices > 0, base.high, base.low)
    used = np.abs(limits) < NO_LIMIT
    size = float(np.abs(prices[used] * limits[used]).sum() + np.abs(candidates.gain).sum())
    grid = 1 << int(np.clip(60 - np.ceil(np.log2(size + 2)), 0, _FINEST))
    whole = np.rint(prices * grid).astype(np.int64)
    whole[(base.high >= NO_LIMIT) & (whole > 0)] = 0
    whole[(base.low <= -NO_LIMIT) & (whole < 0)] = 0
    if candidates.cohort is not None and len(candidates.cohort):
        cohort = slice(-len(candidates.cohort), None)
        penalty = candidates.cohort.penalty * grid
        soft = penalty > 0
        clipped = np.clip(whole[cohort], -penalty, penalty)
        whole[cohort] = np.where(soft, clipped, whole[cohort])
        counts = candidates.cohort.counts
        whole[cohort][counts] = (candidates.cohort.links.T @ whole[cohort])[counts]
    limits = np.where(whole > 0, base.high, base.low)
    total = int((whole * np.where(whole == 0, 0, limits)).sum())
    further = base.gain * grid - base.matrix.T @ whole
    total += int(np.maximum(further[base.upper < NO_LIMIT], 0).sum())
    reduced = folded(candidates) * grid - base.over_edges(candidates, whole)
    total += int(np.maximum(reduced, 0).sum()) + int(
        np.minimum(reduced[candidates.locked], 0).sum()
    )
    return Bounding(total, np.maximum(-reduced, 0), grid)


def _remaining(options: Options, started: float) -> Options:
    if options.time_limit is None:
        return options
    return replace(options, time_limit=max(options.time_limit - (perf_counter() - started), 1.0))


def _over(options: Options, started: float) -> bool:
    return options.time_limit is not None and perf_counter() - started > options.time_limit
