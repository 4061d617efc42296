"""Programs of many listed edges, solved over few of them and proven over all.

Everybody's best edges make a small program. Its prices tell which of the other edges would gain
more than their two people's prices; these join it, until there are none (sifting). Where pairs need
not be listed at all, see ``pricing``.
"""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING, Any

import numpy as np

from rmatch.edges import reduced
from rmatch.errors import SolverError
from rmatch.solvers import Infeasible, Options, Selection, Status

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from rmatch.candidates import Candidates

    Bools = NDArray[np.bool_]
    Ints = NDArray[np.int64]

#: Edges of each person in the first program, and new ones per mentee and round.
FIRST, MORE = 20, 10


def solve_listed(candidates: Candidates, options: Options) -> Selection:
    """Return an optimal selection with prices that prove it over all edges.

    References
    ----------
    R. E. Bixby, J. W. Gregory, I. J. Lustig, R. E. Marsten, D. F. Shanno, "Very large-scale linear
    programming: a case study in combining interior point and simplex methods", Operations Research
    40, 1992 (sifting).
    """
    from rmatch.solvers.bmatching import bound_over, meets_minimums, optimise, worth_repairing

    deadline = None if options.time_limit is None else perf_counter() + options.time_limit
    largest = candidates.largest_gain
    listed = first_edges(candidates)
    chosen, warm, bids = candidates.locked, None, 0
    while True:
        edges = np.flatnonzero(listed)
        start = np.searchsorted(edges, chosen)
        few = candidates.take(edges)
        found = optimise(few, largest, warm=warm, start=start, deadline=deadline)
        chosen, prices = edges[found.edges], found.prices
        assert prices is not None
        more = reduced(candidates, prices)
        missing = np.flatnonzero((more > 0) & ~listed)
        proven = found.status is Status.OPTIMAL
        if not proven or not len(missing):
            if not meets_minimums(candidates, chosen):
                if proven:
                    raise Infeasible
                raise SolverError("time was up before all minimums were met", "time limit")
            bound = bound_over(candidates, prices)
            return Selection(chosen, found.status, candidates.value(chosen), bound, prices)
        listed[next_edges(candidates, missing, more[missing], MORE)] = True
        fresh = len(np.unique(candidates.mentee[missing]))
        bids = found.bids or bids
        warm = prices if worth_repairing(fresh, bids) else None


def first_edges(candidates: Candidates) -> Bools:
    """Say which edges to begin with: locked ones, and the best ones of everybody."""
    listed = np.zeros(len(candidates), dtype=bool)
    listed[candidates.locked] = True
    for side in (0, 1):
        listed |= _best(candidates, slice(None), candidates.gain, FIRST, side)
    return listed


def next_edges(
    candidates: Candidates, edges: NDArray[np.intp], value: Ints, few: int
) -> NDArray[np.intp]:
    """Return of these edges the ``few`` most valuable of each mentee."""
    return edges[_best(candidates, edges, value, few, side=1)]


def _best(candidates: Candidates, edges: Any, value: Ints, few: int, side: int) -> Bools:
    """Say which of some edges are among the ``few`` most valuable of their mentor, or mentee."""
    from rmatch import kernels

    ends = candidates.mentor[edges], candidates.mentee[edges]
    people, others = candidates.shape[side], candidates.shape[1 - side]
    found, held = np.zeros(len(value), dtype=bool), np.zeros(people, np.int64)
    kernels.load("listed").best(ends[side], ends[1 - side], value, few, held, others, found)
    return found
