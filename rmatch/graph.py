"""A matching as a networkx graph."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rmatch.matching import Matching


def to_networkx(matching: Matching) -> Any:
    """Return a bipartite ``networkx.Graph`` of all people and the chosen pairs.

    Nodes are ``("mentor", id)`` and ``("mentee", id)``, so that one person on both sides is two
    nodes; they have ``bipartite`` 0 and 1. Edges have ``score``, and ``parts`` where known.
    """
    import networkx as nx

    graph = nx.Graph()
    graph.add_nodes_from((("mentor", person) for person in matching.mentor_ids), bipartite=0)
    graph.add_nodes_from((("mentee", person) for person in matching.mentee_ids), bipartite=1)
    for pair in matching.pairs:
        graph.add_edge(
            ("mentor", pair.mentor), ("mentee", pair.mentee),
            score=pair.score, parts=dict(pair.parts),
        )  # fmt: skip
    return graph
