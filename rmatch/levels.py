"""Levels of score: the worst pair as good as possible, and so on, among millions of pairs.

The compiled loops of ``kernels.levels`` do what ``objectives.fair`` does with one solve for each
level: the same proof, level by level, at a cost that goes with what each level changes.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from rmatch.listed import MORE, first_edges, next_edges
from rmatch.solvers import Stage

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from rmatch.kernels.levels import Graph
    from rmatch.sequence import Sequence

    Ints = NDArray[np.int64]

#: How much a pair of the worst score weighs against one of the best in the matching to begin with,
#: on a scale of so many steps from the best score to the worst.
_STEEP, _FINE, _STEPS = 14.0, 1 << 24, 1 << 16


def close_to_leximin(gain: Ints) -> Ints:
    """Return amounts at most 0 whose sum is about the worst pairs most: a good beginning."""
    low, high = int(gain.min(initial=0)), int(gain.max(initial=0))
    amounts = [-round(_FINE * math.exp(-_STEEP * step / _STEPS)) for step in range(_STEPS + 1)]
    return np.array(amounts)[(gain - low) // (-(low - high) // _STEPS + 1)]


def leximin(stages: Sequence, unit: float) -> None:
    """Go through all levels from a matching that is best in all stages so far."""
    _treat(stages, first_only=False)
    values, counts = np.unique(stages.candidates.gain[_chosen(stages)], return_counts=True)
    stages.settle(
        *(
            Stage(f"pairs at {value * unit:.6g}", -count, -count, -1.0)
            for value, count in zip(values.tolist(), counts.tolist(), strict=True)
        )
    )


def raise_worst(stages: Sequence, unit: float) -> None:
    """Find the worst score that cannot be avoided, and do without pairs below it."""
    _treat(stages, first_only=True)
    gain = stages.candidates.gain
    if len(_chosen(stages)):
        worst = int(gain[_chosen(stages)].min())
        stages.keep(gain >= worst)
        stages.settle(Stage("worst pair", worst, worst, unit))


def _treat(stages: Sequence, *, first_only: bool) -> None:
    """Treat levels from the worst on, over the best edges of everybody, until all are proven.

    An edge of score *s* that is not listed costs nothing at the levels below *s*. Where at the
    first of these that sets its people apart the mentor has the lower potential, it would have
    been a way out, and joins. Where the mentee has, it is in no optimum, nor where nothing below
    *s* sets them apart: then it costs 1 at its own level, as much as doing without one saves. If it
    is worth that there, it joins only where a later level gives the mentor a potential.
    """
    from rmatch import kernels

    kernel = kernels.load("levels")
    candidates = stages.candidates
    listed = first_edges(candidates) & stages.possible
    listed[_chosen(stages)] = True
    listed |= stages.forced
    more = MORE
    while True:
        graph, state, edges, values = _lay_out(stages, np.flatnonzero(listed))
        taken = np.zeros(graph.place[graph.mentors], np.int32)
        kernel.treat_all(graph, state, len(values), taken, first_only)
        stages.chosen = np.sort(edges[state.status & kernel.CHOSEN > 0])
        missing = kernels.load("groups").missing(
            candidates.shape[0],
            candidates.mentor,
            candidates.mentee,
            candidates.gain,
            listed | ~stages.possible,
            state.spot,
            _least_cuts(state.cut, values),
            np.append(values, np.iinfo(np.int64).min)[state.wish],
        )
        if not len(missing):
            return
        listed[next_edges(candidates, missing, candidates.gain[missing], more)] = True
        more *= 2  # of equal scores there may be very many


def _least_cuts(cut: NDArray[np.int32], values: Ints) -> Ints:
    """Return the least score of a cut among the 2**k in line from each, for every k."""
    scores = np.append(values, np.iinfo(np.int64).max)[np.minimum(cut, len(values))]
    table = [scores]
    while 2 << len(table) - 1 <= len(scores):
        here, step = table[-1], 1 << len(table) - 1
        table.append(np.append(np.minimum(here[:-step], here[step:]), here[-step:]))
    return np.array(table)


def _lay_out(
    stages: Sequence, edges: NDArray[np.intp]
) -> tuple[Graph, Any, NDArray[np.intp], Ints]:
    """Return the graph of these edges, the matching in it, the edges as it numbers them, levels."""
    from rmatch import kernels

    kernel = kernels.load("levels")
    candidates, bounds = stages.candidates, stages.bounds
    mentors, mentees = candidates.shape
    edges = edges[np.lexsort((-candidates.gain[edges], candidates.mentor[edges]))]
    tail = candidates.mentor[edges]
    head = candidates.mentee[edges] + np.int32(mentors)
    values, rank = np.unique(candidates.gain[edges], return_inverse=True)
    rank = rank.astype(np.int32)
    order = np.argsort(rank, kind="stable").astype(np.int32)
    count, into_count = (np.bincount(ends, minlength=mentors + mentees) for ends in (tail, head))
    most = np.concatenate([bounds.mentor_most, bounds.mentee_most])
    graph = kernel.Graph(
        mentors,
        _starts(count[:mentors]),
        tail,
        head,
        rank,
        _starts(into_count[mentors:]),
        np.argsort(head, kind="stable").astype(np.int32),
        order,
        np.searchsorted(rank[order], np.arange(len(values) + 1)),
        _starts(np.minimum(most, count + into_count)),
        np.concatenate([bounds.mentor_least, bounds.mentee_least]),
        most,
    )
    chosen = np.flatnonzero(np.isin(edges, _chosen(stages)))
    return graph, kernel.state_for(graph, chosen, ~stages.forced[edges]), edges, values


def _starts(counts: NDArray[np.intp]) -> Ints:
    return np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)


def _chosen(stages: Sequence) -> NDArray[np.intp]:
    assert stages.chosen is not None
    return stages.chosen
