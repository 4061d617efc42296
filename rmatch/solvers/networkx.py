"""NetworkX: slow, plain, written by others; an oracle for tests."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from rmatch.candidates import Candidates, Feature
from rmatch.solvers import Infeasible, Options, Selection, Status

if TYPE_CHECKING:
    from rmatch.candidates import Bounds


class NetworkX:
    """The network simplex of NetworkX on a graph with a node for each person and place.

    References
    ----------
    A. Hagberg, D. Schult, P. Swart, "Exploring network structure, dynamics, and function using
    NetworkX", Proceedings of SciPy 2008.
    """

    name: ClassVar[str] = "networkx"
    features: ClassVar[frozenset[Feature]] = frozenset(Feature) - {
        Feature.COHORT_ROWS,
        Feature.PEOPLE_ROWS,
    }
    exact: ClassVar[bool] = True

    def solve(self, candidates: Candidates, options: Options) -> Selection:
        """Return the optimum. ``options`` has no effect: the method is deterministic."""
        import networkx as nx

        graph = network(candidates)
        try:
            _, flow = nx.network_simplex(graph)
        except nx.NetworkXUnfeasible:
            raise Infeasible from None
        used = [
            edge
            for edge, (mentor, mentee) in enumerate(
                zip(candidates.mentor.tolist(), candidates.mentee.tolist(), strict=True)
            )
            if flow[("mentor", mentor)][("mentee", mentee)]
        ]
        chosen = np.union1d(candidates.locked, np.array(used, dtype=np.intp))
        value = candidates.value(chosen)
        return Selection(chosen, Status.OPTIMAL, value, value)


def network(candidates: Candidates) -> Any:
    """Return the min-cost-flow network of the candidates as a ``networkx.DiGraph``.

    Nodes are tuples such as ``("mentor", 3)``, so the two sides never merge. Everybody's first pair
    passes an own node that carries the bonus; a minimum is demand that must be met.
    """
    import networkx as nx

    bounds = candidates.bounds
    graph = nx.DiGraph()
    units = min(int(bounds.mentor_most.sum()), int(bounds.mentee_most.sum()))
    graph.add_node("source", demand=-units)
    graph.add_node("sink", demand=units)
    graph.add_node("hub", demand=0)
    graph.add_edge("source", "sink", capacity=units, weight=0)
    seats = units if bounds.seats is None else bounds.seats
    graph.add_edge("source", "hub", capacity=seats, weight=0)
    _add_people(graph, "mentor", "hub", bounds)
    _add_people(graph, "mentee", "sink", bounds)
    locked = set(candidates.locked.tolist())
    for edge, (mentor, mentee, gain) in enumerate(
        zip(
            candidates.mentor.tolist(),
            candidates.mentee.tolist(),
            candidates.gain.tolist(),
            strict=True,
        )
    ):
        one, other = ("mentor", mentor), ("mentee", mentee)
        # A locked pair always flows: one unit is taken off at the mentor and put on at the mentee.
        must = 1 if edge in locked else 0
        graph.add_edge(one, other, capacity=1 - must, weight=-gain)
        graph.nodes[one]["demand"] += must
        graph.nodes[other]["demand"] -= must
    return graph


def _add_people(graph: Any, side: str, end: str, bounds: Bounds) -> None:
    """Join each person to the hub or the sink by three ways: the minimum, the first, the rest."""
    least, most, bonus = (
        getattr(bounds, f"{side}_{what}").tolist() for what in ("least", "most", "bonus")
    )
    out = 1 if side == "mentor" else -1
    for person in range(len(most)):
        node, must = (side, person), min(least[person], most[person])
        first = max(min(most[person], 1) - must, 0)
        if least[person] > most[person]:
            graph.nodes[end]["demand"] += 1 << 40  # nobody can meet this: infeasible
        # Units that must flow are taken off one node's supply and put on the other's.
        graph.add_node(node, demand=-out * must)
        graph.nodes[end]["demand"] = graph.nodes[end].get("demand", 0) + out * must
        for way, capacity, weight in (
            ("first", first, -bonus[person]),
            ("rest", most[person] - must - first, 0),
        ):
            middle = (side, person, way)
            ends = (end, middle, node) if side == "mentor" else (node, middle, end)
            graph.add_edge(ends[0], ends[1], capacity=capacity, weight=weight)
            graph.add_edge(ends[1], ends[2], capacity=capacity, weight=0)
