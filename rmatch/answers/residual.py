"""The residual network of an optimal matching: what every other choice costs, by shortest paths.

A matching is a flow of one unit per pair: from a hub through the mentor and the mentee to an end,
and from there, through the seats, back to the hub. What could change about it is the residual
network; an arc's cost is what the change takes from the objective. At an optimum no cycle is
negative, so choosing a pair (i, j) that is not chosen costs exactly the shortest path from *j* back
to *i*, less the pair's own gain (R. Ahuja, T. Magnanti, J. Orlin, "Network Flows", 1993, chapter 9:
pushing one unit along a shortest path keeps a flow optimal). The dual prices make all costs
nonnegative, so Dijkstra's method finds it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import scipy.sparse as sp

from rmatch.candidates import FLOAT_EXACT
from rmatch.errors import SolverError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from rmatch.candidates import Candidates
    from rmatch.solvers import Prices

    Ints = NDArray[np.int64]

#: Farther than any path: there is no way.
NO_WAY = np.int64(1 << 62)


class Arcs(NamedTuple):
    """Arcs sorted by the node they leave, so that those of a node are one run."""

    start: NDArray[np.int32]  # (nodes + 1,)
    head: NDArray[np.int32]
    reduced: Ints  # nonnegative
    edge: NDArray[np.intp]  # the candidate that changes; -1 for a person's count
    graph: sp.csr_array  # the same, reduced costs as floats


@dataclass(frozen=True, eq=False)
class Residual:
    """The residual network of chosen candidates. Nodes: mentors, mentees, hub, end."""

    candidates: Candidates
    chosen: NDArray[np.intp]
    prices: Prices

    @property
    def hub(self) -> int:
        return sum(self.candidates.shape)

    @property
    def end(self) -> int:
        return self.hub + 1

    def mentee(self, col: int) -> int:
        """Return a mentee's node; a mentor's node is the mentor's row."""
        return self.candidates.shape[0] + col

    @cached_property
    def potential(self) -> Ints:
        """The prices as potentials of the nodes, the end at 0."""
        prices = self.prices
        return np.concatenate(
            [prices.mentor + prices.seat, -prices.mentee, [prices.seat, 0]]
        ).astype(np.int64)

    @cached_property
    def _all(self) -> tuple[NDArray[np.intp], NDArray[np.intp], Ints, NDArray[np.intp]]:
        """Return every arc as (tail, head, cost, edge)."""
        program, bounds = self.candidates, self.candidates.bounds
        taken = np.zeros(len(program), dtype=bool)
        taken[self.chosen] = True
        free = np.flatnonzero(~taken)
        loose = self.chosen[~np.isin(self.chosen, program.locked)]
        mentees = program.mentee.astype(np.intp) + program.shape[0]
        mentors = program.mentor.astype(np.intp)
        parts = [
            (mentors[free], mentees[free], -program.gain[free], free),
            (mentees[loose], mentors[loose], program.gain[loose], loose),
        ]
        for side, people, node, outward in (
            ("mentor", program.mentor, self.hub, True),
            ("mentee", program.mentee, self.end, False),
        ):
            least, most, bonus = (
                getattr(bounds, f"{side}_{what}") for what in ("least", "most", "bonus")
            )
            count = np.bincount(people[self.chosen], minlength=len(most))
            grow, shrink = np.flatnonzero(count < most), np.flatnonzero(count > least)
            first = 0 if outward else program.shape[0]
            more = np.where(count[grow] == 0, -bonus[grow], 0)
            less = np.where(count[shrink] == 1, bonus[shrink], 0)
            for who, cost, out in ((grow, more, outward), (shrink, less, not outward)):
                there = np.full(len(who), node, dtype=np.intp)
                ends = (there, who + first) if out else (who + first, there)
                parts.append((*ends, cost, np.full(len(who), -1, dtype=np.intp)))
        seats = [(self.hub, self.end)]
        if bounds.seats is None or len(self.chosen) < bounds.seats:
            seats.append((self.end, self.hub))
        tails, heads = np.array(seats, dtype=np.intp).T
        parts.append((tails, heads, np.zeros(len(seats), np.int64), np.full(len(seats), -1)))
        tail, head, cost, edge = (np.concatenate(column) for column in zip(*parts, strict=True))
        return tail, head, cost.astype(np.int64), edge

    def _sorted(self, *, backward: bool) -> Arcs:
        tail, head, cost, edge = self._all
        reduced = cost + self.potential[tail] - self.potential[head]
        if len(reduced) and int(reduced.min()) < 0:
            raise SolverError("the prices do not prove this matching optimal", "not optimal")
        if backward:
            tail, head = head, tail
        number, nodes = np.arange(len(tail)), self.end + 1
        # One row for each node: SciPy sorts by counting, in a fraction of a sort's time.
        by_tail = sp.coo_array((number, (tail, number)), shape=(nodes, len(tail))).tocsr()
        order, start = by_tail.data, by_tail.indptr.astype(np.int32)
        head, reduced = head[order].astype(np.int32), reduced[order]
        graph = sp.csr_array((reduced.astype(np.float64), head, start), shape=(nodes, nodes))
        return Arcs(start, head, reduced, edge[order], graph)

    @cached_property
    def forward(self) -> Arcs:
        """The arcs by the node they leave."""
        return self._sorted(backward=False)

    @cached_property
    def backward(self) -> Arcs:
        """The arcs turned around, by the node they enter."""
        return self._sorted(backward=True)

    def costs_from(self, node: int) -> Ints:
        """Return the cost of the cheapest way from a node to every node; ``NO_WAY`` if none."""
        near = _shortest(self.forward, node)
        return np.where(near == NO_WAY, NO_WAY, near - self.potential[node] + self.potential)

    def costs_to(self, node: int) -> Ints:
        """Return the cost of the cheapest way to a node from every node; ``NO_WAY`` if none."""
        near = _shortest(self.backward, node)
        return np.where(near == NO_WAY, NO_WAY, near - self.potential + self.potential[node])

    def way(self, start: int, goal: int) -> tuple[int, list[int]] | None:
        """Return the cheapest way between two nodes: its cost, and the candidates it changes.

        Of equally cheap ways, one of the fewest changes; ``None`` where there is no way.
        """
        near = _shortest(self.forward, start)
        if near[goal] == NO_WAY:
            return None
        cost = int(near[goal] - self.potential[start] + self.potential[goal])
        return cost, [edge for edge in _chain(self.forward, near, start, goal) if edge >= 0]


def _chain(arcs: Arcs, near: Ints, start: int, goal: int) -> list[int]:
    """Return the edges of arcs from start to goal, the fewest that are as short as ``near``."""
    from scipy.sparse.csgraph import breadth_first_order

    nodes = len(near)
    tail = np.repeat(np.arange(nodes), np.diff(arcs.start))
    tight = np.flatnonzero((near[tail] + arcs.reduced == near[arcs.head]) & (near[tail] < NO_WAY))
    tail, head, edge = tail[tight], arcs.head[tight], arcs.edge[tight]
    starts = np.searchsorted(tail, np.arange(nodes + 1))
    graph = sp.csr_array((np.ones(len(tight)), head, starts), shape=(nodes, nodes))
    _, before = breadth_first_order(graph, start)
    edges, node = [], goal
    while node != start:
        first, last = starts[before[node]], starts[before[node] + 1]
        edges.append(int(edge[first + (head[first:last] == node).argmax()]))
        node = int(before[node])
    return edges[::-1]


def _shortest(arcs: Arcs, source: int) -> Ints:
    """Return reduced distances from a node.

    SciPy's are floats, which hold every whole number up to 2**53; a sum beyond never rounds to less
    than that. So distances are exact while all are smaller, as nearly always.
    """
    from scipy.sparse.csgraph import dijkstra

    far = dijkstra(arcs.graph, indices=source)
    reached = np.isfinite(far)
    if far[reached].max() >= FLOAT_EXACT:
        return _in_integers(arcs, source)
    near = np.full(len(far), NO_WAY)
    near[reached] = far[reached].astype(np.int64)
    return near


def _in_integers(arcs: Arcs, source: int) -> Ints:
    """Return what ``_shortest`` does, for numbers of any size. Nodes are picked by a scan."""
    near = np.full(len(arcs.start) - 1, NO_WAY)
    near[source] = 0
    waiting = near.copy()
    while True:
        node = int(waiting.argmin())
        here = waiting[node]
        if here == NO_WAY:
            return near
        waiting[node] = NO_WAY
        first, last = arcs.start[node], arcs.start[node + 1]
        head = arcs.head[first:last]
        offer = here + arcs.reduced[first:last]
        better = offer < near[head]
        head, offer = head[better], offer[better]
        near[head] = waiting[head] = offer
