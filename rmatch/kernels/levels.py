"""Leximin, one level of score after the other: the loops of ``rmatch.levels``.

Nodes are the mentors, the mentees (numbered through) and one hub for each side. One unit of flow is
one pair, from mentor to mentee; the hub of a side joins those of it who could do with a pair more
to those who could do with one less, so the number of pairs stays as it is. At a level, an edge of
just this score costs 1, any better one nothing, and worse ones are out already.

All pairs of the level are taken out and put back by shortest augmenting paths, so that as few as
possible are of the level again. What a path finds out about distances stays as potentials; edges
and places that are not worth their potentials at the end are in no optimum of this level and are
closed (dropped, or kept for good), which is all that the next level needs to know.
"""

# mypy: disable-error-code="no-any-return"

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeVar

    F = TypeVar("F", bound=Callable[..., Any])

    def njit(**options: Any) -> Callable[[F], F]:
        """Compile a function."""
        ...

else:
    from numba import njit

Array = NDArray[Any]

FAR = 1 << 30


class Graph(NamedTuple):
    """The edges, listed for every mentor and mentee from the best score down."""

    mentors: int
    starts: Array  # (people + 1,)
    edges: Array  # (2 edges,), everybody's edges, the best first
    tail: Array  # (edges,), the mentor
    head: Array  # (edges,), the mentee, numbered through
    rank: Array  # (edges,), the rank of the score, 0 the worst
    order: Array  # (edges,), all edges, the worst first
    first: Array  # (levels + 1,), where each level begins in order
    place: Array  # (people + 1,), where everybody's places begin
    least: Array  # (people,), pairs everybody must have
    most: Array  # (people,), pairs everybody may have


class State(NamedTuple):
    """The matching, what is closed, and what one search needs."""

    chosen: Array  # (edges,)
    open: Array  # (edges,), 1 while an edge may come or go
    settled: Array  # (edges,), 1 for an open edge of a level that is done: it costs nothing now
    settled_of: Array  # (people,), how many of these everybody has
    degree: Array  # (people,), pairs
    supply: Array  # (people,), pairs that they are to have when all paths are found
    held: Array  # (places,), the edges chosen, packed from everybody's first place
    potential: Array  # (people + 2,), 0 between levels
    distance: Array  # (people + 2,), FAR where not reached
    came: Array  # (people + 2,), the node before
    via: Array  # (people + 2,), the edge from there, -1 for a hub's
    reached: Array  # (people + 2,), everybody reached
    moved: Array  # (people + 2,), everybody with a potential
    queue: Array  # (people + 2,)


def state_for(graph: Graph, chosen: Array, opened: Array) -> State:
    """Return the state of a matching, its searches to be done."""
    people, edges = len(graph.most), len(graph.tail)
    state = State(
        np.zeros(edges, np.uint8),
        opened.astype(np.uint8),
        np.zeros(edges, np.uint8),
        np.zeros(people, np.int32),
        np.zeros(people, np.int64),
        np.zeros(people, np.int64),
        np.zeros(graph.place[-1], np.int32),
        np.zeros(people + 2, np.int64),
        np.full(people + 2, FAR, np.int64),
        *(np.zeros(people + 2, np.int32) for _ in range(5)),
    )
    begin(graph, state, chosen)
    return state


@njit(cache=True, nogil=True)
def begin(graph: Graph, state: State, edges: Any) -> None:
    """Choose the edges of the matching to start from."""
    for edge in edges:
        choose(graph, state, edge)
    state.supply[:] = state.degree


@njit(cache=True, nogil=True)
def choose(graph: Graph, state: State, edge: int) -> None:
    """Add an edge to the matching."""
    state.chosen[edge] = 1
    for person in (graph.tail[edge], graph.head[edge]):
        state.held[graph.place[person] + state.degree[person]] = edge
        state.degree[person] += 1


@njit(cache=True, nogil=True)
def release(graph: Graph, state: State, edge: int) -> None:
    """Take an edge out of the matching."""
    state.chosen[edge] = 0
    for person in (graph.tail[edge], graph.head[edge]):
        state.degree[person] -= 1
        last = graph.place[person] + state.degree[person]
        for k in range(graph.place[person], last):
            if state.held[k] == edge:
                state.held[k] = state.held[last]
                break


@njit(cache=True, nogil=True)
def treat_all(graph: Graph, state: State, levels: int, taken: Any, first_only: bool) -> int:
    """Treat one level after the other; return the last that cannot be avoided, -1 for none.

    With ``first_only``, stop at the first of these.
    """
    last = -1
    for level in range(levels):
        kept = treat(graph, state, level, taken)
        for at in range(graph.first[level], graph.first[level + 1]):
            edge = graph.order[at]
            if state.chosen[edge]:
                kept += 1
        if kept > 0:
            last = level
            if first_only:
                break
    return last


@njit(cache=True, nogil=True)
def treat(graph: Graph, state: State, level: int, taken: Any) -> int:
    """Take as few edges of a level as possible; return how many of those that are open."""
    count = 0
    for at in range(graph.first[level], graph.first[level + 1]):
        edge = graph.order[at]
        if state.open[edge] and state.chosen[edge]:
            taken[count] = edge
            count += 1
    if count == 0:
        return 0
    for at in range(count):
        release(graph, state, taken[at])
    moved = 0
    for at in range(count):
        moved = _augment(graph, state, level, graph.tail[taken[at]], moved)
    return _close(graph, state, level, moved)


@njit(cache=True, nogil=True)
def _augment(graph: Graph, state: State, level: int, root: int, moved: int) -> int:
    """Give a mentor the pair back that was taken, the cheapest way; return who has a potential."""
    people, mentors = len(graph.most), graph.mentors
    distance, potential = state.distance, state.potential
    distance[root] = 0
    state.reached[0] = root
    state.queue[0] = root
    count, begin_at, end, here, last = 1, 0, 1, 0, -1
    while last < 0:
        while begin_at < end and last < 0:
            node = state.queue[begin_at]
            begin_at += 1
            base = here + potential[node]
            if node < mentors:
                if state.supply[node] > graph.least[node]:
                    count, end = _reach(state, node, people, -1, base, here, count, end)
                for k in range(graph.starts[node], graph.starts[node + 1]):
                    edge = graph.edges[k]
                    if graph.rank[edge] < level and state.settled_of[node] == 0:
                        break
                    if not state.open[edge] or state.chosen[edge]:
                        continue
                    if state.settled[edge] or graph.rank[edge] > level:
                        cost = 0
                    elif graph.rank[edge] == level:
                        cost = 1
                    else:
                        continue
                    other = graph.head[edge]
                    count, end = _reach(state, node, other, edge, base + cost, here, count, end)
            elif node < people:
                if state.degree[node] < state.supply[node]:
                    last = node
                    break
                if state.supply[node] < graph.most[node]:
                    count, end = _reach(state, node, people + 1, -1, base, here, count, end)
                for k in range(graph.place[node], graph.place[node] + state.degree[node]):
                    edge = state.held[k]
                    if state.open[edge]:
                        cost = -1 if _costs(graph, state, edge, level) else 0
                        other = graph.tail[edge]
                        count, end = _reach(state, node, other, edge, base + cost, here, count, end)
            elif node == people:
                for other in range(mentors):
                    if state.supply[other] < graph.most[other]:
                        count, end = _reach(state, node, other, -1, base, here, count, end)
            else:
                for other in range(mentors, people):
                    if state.supply[other] > graph.least[other]:
                        count, end = _reach(state, node, other, -1, base, here, count, end)
        if last < 0:  # nobody left at this distance: on to the next
            nearest = FAR
            for k in range(count):
                far = distance[state.reached[k]]
                if far > here and far < nearest:
                    nearest = far
            here, begin_at, end = nearest, 0, 0
            for k in range(count):
                if distance[state.reached[k]] == here:
                    state.queue[end] = state.reached[k]
                    end += 1
    for k in range(count):
        node = state.reached[k]
        if distance[node] < here:
            if potential[node] == 0:
                state.moved[moved] = node
                moved += 1
            potential[node] += distance[node] - here
        distance[node] = FAR
    _flip(graph, state, root, last)
    return moved


@njit(cache=True, nogil=True)
def _costs(graph: Graph, state: State, edge: int, level: int) -> bool:
    """Say whether an edge is of the level that is treated."""
    return graph.rank[edge] == level and not state.settled[edge]


@njit(cache=True, nogil=True)
def _reach(
    state: State, node: int, other: int, edge: int, far: int, here: int, count: int, end: int
) -> tuple[int, int]:
    """Note a way to a node, if it is the shortest so far; queue it where it is as near as here."""
    far = far - state.potential[other]
    if far < state.distance[other]:
        if state.distance[other] == FAR:
            state.reached[count] = other
            count += 1
        state.distance[other] = far
        state.came[other] = node
        state.via[other] = edge
        if far == here:
            state.queue[end] = other
            end += 1
    return count, end


@njit(cache=True, nogil=True)
def _flip(graph: Graph, state: State, root: int, last: int) -> None:
    """Send one pair along the path to ``last``; edges leave before edges come."""
    people = len(graph.most)
    for phase in range(2):
        node = last
        while node != root:
            before, edge = state.came[node], state.via[node]
            if edge < 0:
                if phase == 0:
                    # From a mentor to the hub and from the hub to a mentee: one pair less.
                    if before == people:
                        state.supply[node] += 1
                    elif node == people:
                        state.supply[before] -= 1
                    elif node == people + 1:
                        state.supply[before] += 1
                    else:
                        state.supply[node] -= 1
            elif before < graph.mentors:
                if phase == 1:
                    choose(graph, state, edge)
            elif phase == 0:
                release(graph, state, edge)
            node = before


@njit(cache=True, nogil=True)
def _close(graph: Graph, state: State, level: int, moved: int) -> int:
    """Close what no optimum of the level changes; return how many of its open edges are chosen."""
    people, potential = len(graph.most), state.potential
    left, free = 0, 0
    for at in range(graph.first[level], graph.first[level + 1]):
        edge = graph.order[at]
        if not state.open[edge]:
            continue
        worth = 1 + potential[graph.tail[edge]] - potential[graph.head[edge]]
        if state.chosen[edge]:
            left += 1
        if worth != 0:
            state.open[edge] = 0
        elif not state.chosen[edge]:
            free += 1
    for k in range(moved):
        node = state.moved[k]
        if node >= people:
            continue
        for at in range(graph.starts[node], graph.starts[node + 1]):
            edge = graph.edges[at]
            if graph.rank[edge] <= level and state.settled_of[node] == 0:
                break
            if not state.open[edge] or (graph.rank[edge] <= level and not state.settled[edge]):
                continue
            if potential[graph.tail[edge]] != potential[graph.head[edge]]:
                state.open[edge] = 0
                if state.settled[edge]:
                    state.settled_of[graph.tail[edge]] -= 1
                    state.settled_of[graph.head[edge]] -= 1
    for at in range(graph.first[level], graph.first[level + 1]):
        edge = graph.order[at]
        if state.open[edge]:
            if free == 0:  # nothing to swap with: all that are chosen stay
                state.open[edge] = 0
                continue
            state.settled[edge] = 1
            state.settled_of[graph.tail[edge]] += 1
            state.settled_of[graph.head[edge]] += 1
    if potential[people] != 0 or potential[people + 1] != 0:
        for person in range(people):
            _close_places(graph, state, person)
    else:
        for k in range(moved):
            if state.moved[k] < people:
                _close_places(graph, state, state.moved[k])
    for k in range(moved):
        potential[state.moved[k]] = 0
    return left


@njit(cache=True, nogil=True)
def _close_places(graph: Graph, state: State, person: int) -> None:
    """Fix how few or how many pairs a person has, where another number is in no optimum."""
    people = len(graph.most)
    hub = people if person < graph.mentors else people + 1
    # Towards the hub a mentor loses a pair and a mentee wins one.
    away = state.potential[person] - state.potential[hub]
    if person >= graph.mentors:
        away = -away
    if away > 0:
        graph.least[person] = state.supply[person]
    elif away < 0:
        graph.most[person] = state.supply[person]
