"""Levels of score: the worst pair as good as possible, and so on, among millions of pairs.

The compiled loops of ``kernels.levels`` do what ``objectives.fair`` does with one solve for each
level: the same proof, level by level, at a cost that goes with what each level changes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from rmatch.solvers import Stage

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from rmatch.kernels.levels import Graph
    from rmatch.sequence import Sequence

    Ints = NDArray[np.int64]

#: How much a pair of the worst score weighs against one of the best in the matching to begin with.
_STEEP, _FINE = 14.0, 1 << 24


def close_to_leximin(gain: Ints) -> Ints:
    """Return amounts at most 0 whose sum is about the worst pairs most: a good beginning."""
    low, high = int(gain.min(initial=0)), int(gain.max(initial=0))
    share = (gain - low) / max(high - low, 1)
    amount: Ints = -np.rint(_FINE * np.exp(-_STEEP * share)).astype(np.int64)
    return amount


def leximin(stages: Sequence, unit: float) -> None:
    """Go through all levels from a matching that is best in all stages so far."""
    graph, state, edges, values = _lay_out(stages)
    _treat(graph, state, len(values))
    _take_over(stages, state, edges)
    counts = np.bincount(np.searchsorted(values, stages.candidates.gain[_chosen(stages)]))
    stages.settle(
        *(
            Stage(f"pairs at {int(values[at]) * unit:.6g}", -count, -count, -1.0)
            for at, count in enumerate(counts.tolist())
            if count
        )
    )


def raise_worst(stages: Sequence, unit: float) -> None:
    """Find the worst score that cannot be avoided, and do without pairs below it."""
    graph, state, edges, values = _lay_out(stages)
    level = _treat(graph, state, len(values), first_only=True)
    _take_over(stages, state, edges)
    if level < 0:
        return
    worst = int(values[level])
    stages.keep(stages.candidates.gain >= worst)
    stages.settle(Stage("worst pair", worst, worst, unit))


def _lay_out(stages: Sequence) -> tuple[Graph, Any, NDArray[np.intp], Ints]:
    """Return the graph of all edges that are possible, the matching in it, and the levels."""
    from rmatch import kernels

    kernel = kernels.load("levels")
    edges = np.flatnonzero(stages.possible)
    candidates, bounds = stages.candidates, stages.bounds
    tail = candidates.mentor[edges]
    head = candidates.mentee[edges] + np.int32(candidates.shape[0])
    values, rank = np.unique(candidates.gain[edges], return_inverse=True)
    rank = rank.astype(np.int32)
    order = np.argsort(rank, kind="stable").astype(np.int32)
    people = sum(candidates.shape)
    listed, starts = _listed(tail, head, order, people)
    most = np.concatenate([bounds.mentor_most, bounds.mentee_most])
    places = np.minimum(most, np.diff(starts))
    graph = kernel.Graph(
        candidates.shape[0],
        starts,
        listed,
        tail,
        head,
        rank,
        order,
        np.searchsorted(rank[order], np.arange(len(values) + 1)),
        np.concatenate([[0], np.cumsum(places)]).astype(np.int64),
        np.concatenate([bounds.mentor_least, bounds.mentee_least]),
        most,
    )
    chosen = np.searchsorted(edges, _chosen(stages))
    return graph, kernel.state_for(graph, chosen, ~stages.forced[edges]), edges, values


def _listed(
    tail: NDArray[np.int32], head: NDArray[np.int32], order: NDArray[np.int32], people: int
) -> tuple[NDArray[np.int32], Ints]:
    """Return everybody's edges, the best first, and where each person's begin."""
    best = order[::-1]
    sides = [best[np.argsort(ends[best], kind="stable")] for ends in (tail, head)]
    count = np.bincount(tail, minlength=people) + np.bincount(head, minlength=people)
    return np.concatenate(sides), np.concatenate([[0], np.cumsum(count)]).astype(np.int64)


def _treat(graph: Graph, state: Any, levels: int, *, first_only: bool = False) -> int:
    """Treat levels from the worst on; return the last one treated that cannot be avoided."""
    from rmatch import kernels

    kernel = kernels.load("levels")
    taken = np.zeros(len(graph.tail) and int(graph.place[graph.mentors]), np.int32)
    return int(kernel.treat_all(graph, state, levels, taken, first_only))


def _take_over(stages: Sequence, state: Any, edges: NDArray[np.intp]) -> None:
    stages.chosen = edges[state.chosen.astype(bool)]


def _chosen(stages: Sequence) -> NDArray[np.intp]:
    assert stages.chosen is not None
    return stages.chosen
