"""Leximin, one level of score after the other: the loops of ``rmatch.levels``.

Nodes are the mentors, the mentees (numbered through) and one hub for each side. One unit of flow is
one pair, from mentor to mentee; the hub of a side joins those of it who could do with a pair more
to those who could do with one less, so the number of pairs stays as it is. At a level, an edge of
just this score costs 1, any better one nothing, and worse ones are out already.

All pairs of the level are taken out and put back by shortest augmenting paths, so that as few as
possible are of the level again. What a path finds out about distances stays as potentials. An edge
that is not worth its potentials at the end is in no optimum of this level: it is dropped, or kept
for good. A better edge costs nothing, so it stays in play between people of equal potential only.
Hence people are set apart in groups by their potentials; between groups only those edges of a level
that is done stay in play which may still be swapped for each other ("settled").
"""

# mypy: disable-error-code="no-any-return"

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from rmatch.kernels.compiler import Array, compiled, inner
from rmatch.kernels.groups import set_apart

FAR = 1 << 30
#: What is known of an edge: it may come or go; it is chosen; it costs nothing, its level is done.
OPEN, CHOSEN, SETTLED = 1, 2, 4

# A function that takes a tuple of arrays counts references to all of them at every call. Only the
# outer loops take tuples; what they call many times takes arrays.


class Graph(NamedTuple):
    """The edges, numbered by mentor, for each from the best score down."""

    mentors: int
    starts: Array  # (mentors + 1,), where each mentor's edges begin
    tail: Array  # (edges,), the mentor
    head: Array  # (edges,), the mentee, numbered through
    rank: Array  # (edges,), the rank of the score, 0 the worst
    into_starts: Array  # (mentees + 1,), where each mentee's edges begin in the next
    into: Array  # (edges,)
    order: Array  # (edges,), all edges, the worst first
    first: Array  # (levels + 1,), where each level begins in order
    place: Array  # (people + 1,), where everybody's places begin
    least: Array  # (people,), pairs everybody must have
    most: Array  # (people,), pairs everybody may have


class State(NamedTuple):
    """The matching, what is closed, and what one search needs."""

    status: Array  # (edges,), OPEN | CHOSEN | SETTLED
    settled_of: Array  # (people,), how many open settled edges everybody has
    degree: Array  # (people,), pairs
    supply: Array  # (people,), pairs that they are to have when all paths are found
    held: Array  # (places,), the edges chosen, packed from everybody's first place
    potential: Array  # (people + 2,), 0 between levels
    distance: Array  # (people + 2,), FAR where not reached
    line: Array  # (people,), everybody in line, group after group
    spot: Array  # (people,), where everybody stands in line
    group: Array  # (people,), where everybody's group begins in line
    size: Array  # (people,), how many are in the group that begins here
    cut: Array  # (people,), the level that set this one in line apart from the one before, or FAR
    wish: Array  # (people,), the last level with a potential below -1, or before one of -1; or -1
    came: Array  # (people + 2,), the node before
    via: Array  # (people + 2,), the edge from there, -1 for a hub's
    reached: Array  # (people + 2,), everybody reached
    moved: Array  # (people + 2,), everybody with a potential
    queue: Array  # (people + 2,)


def state_for(graph: Graph, chosen: Array, opened: Array) -> State:
    """Return the state of a matching, its searches to be done."""
    people = len(graph.most)
    state = State(
        opened.astype(np.uint8) * np.uint8(OPEN),
        np.zeros(people, np.int32),
        np.zeros(people, np.int64),
        np.zeros(people, np.int64),
        np.zeros(graph.place[-1], np.int32),
        np.zeros(people + 2, np.int64),
        np.full(people + 2, FAR, np.int64),
        np.arange(people, dtype=np.int32),
        np.arange(people, dtype=np.int32),
        np.zeros(people, np.int32),
        np.zeros(people, np.int32),
        np.full(people, FAR, np.int32),
        np.full(people, -1, np.int32),
        *(np.zeros(people + 2, np.int32) for _ in range(5)),
    )
    state.size[:1] = people
    begin(graph, state, chosen)
    return state


@compiled
def begin(graph: Graph, state: State, edges: Any) -> None:
    """Choose the edges of the matching to start from."""
    for edge in edges:
        choose(graph.tail, graph.head, graph.place, state.status, state.held, state.degree, edge)
    state.supply[:] = state.degree


@inner
def choose(
    tail: Any, head: Any, place: Any, status: Any, held: Any, degree: Any, edge: int
) -> None:
    """Add an edge to the matching."""
    status[edge] |= CHOSEN
    for person in (tail[edge], head[edge]):
        held[place[person] + degree[person]] = edge
        degree[person] += 1


@inner
def release(
    tail: Any, head: Any, place: Any, status: Any, held: Any, degree: Any, edge: int
) -> None:
    """Take an edge out of the matching."""
    status[edge] &= ~CHOSEN
    for person in (tail[edge], head[edge]):
        degree[person] -= 1
        last = place[person] + degree[person]
        for k in range(place[person], last):
            if held[k] == edge:
                held[k] = held[last]
                break


@compiled
def treat_all(graph: Graph, state: State, levels: int, taken: Any, first_only: bool) -> int:
    """Treat one level after the other; return the last that cannot be avoided, -1 for none.

    With ``first_only``, stop at the first of these.
    """
    last = -1
    for level in range(levels):
        treat(graph, state, level, taken)
        for at in range(graph.first[level], graph.first[level + 1]):
            if state.status[graph.order[at]] & CHOSEN:
                last = level
        if first_only and last >= 0:
            break
    return last


@compiled
def treat(graph: Graph, state: State, level: int, taken: Any) -> None:
    """Take as few edges of a level as possible."""
    tail, head, place, group = graph.tail, graph.head, graph.place, state.group
    status, held, degree = state.status, state.held, state.degree
    count = 0
    for at in range(graph.first[level], graph.first[level + 1]):
        edge = graph.order[at]
        if status[edge] == OPEN | CHOSEN and group[tail[edge]] == group[head[edge]]:
            taken[count] = edge
            count += 1
    if count == 0:
        return
    for at in range(count):
        release(tail, head, place, status, held, degree, taken[at])
    moved = 0
    for at in range(count):
        moved = _augment(graph, state, level, tail[taken[at]], moved)
    _close(graph, state, level, moved)


@inner
def _augment(graph: Graph, state: State, level: int, root: int, moved: int) -> int:
    """Give a mentor the pair back that was taken, the cheapest way; return who has a potential."""
    people, mentors, starts, place = len(graph.most), graph.mentors, graph.starts, graph.place
    tail, head, rank, least, most = graph.tail, graph.head, graph.rank, graph.least, graph.most
    status, settled_of, group, held = state.status, state.settled_of, state.group, state.held
    degree, supply, potential = state.degree, state.supply, state.potential
    distance, came, via = state.distance, state.came, state.via
    reached, queue = state.reached, state.queue
    distance[root] = 0
    reached[0] = queue[0] = root
    count, begin_at, end, here, last = 1, 0, 1, 0, -1
    while last < 0:
        if begin_at == end:  # nobody left at this distance: on to the next
            nearest = FAR
            for k in range(count):
                far = distance[reached[k]]
                if far > here and far < nearest:
                    nearest = far
            here, begin_at, end = nearest, 0, 0
            for k in range(count):
                node = reached[k]
                if distance[node] == here:
                    queue[end] = node
                    end += 1
                    if mentors <= node < people and degree[node] < supply[node]:
                        last = node
            continue
        node = queue[begin_at]
        begin_at += 1
        base = here + potential[node]
        before = end
        if node < mentors:
            if supply[node] > least[node]:
                count, end = _reach(
                    potential, distance, came, via, reached, queue,
                    node, people, -1, base, here, count, end,
                )  # fmt: skip
            for edge in range(starts[node], starts[node + 1]):
                if rank[edge] < level and settled_of[node] == 0:
                    break
                if status[edge] & (OPEN | CHOSEN) != OPEN:
                    continue
                other = head[edge]
                far = base
                if status[edge] & SETTLED == 0:
                    if rank[edge] < level or group[node] != group[other]:
                        continue
                    if rank[edge] == level:
                        far += 1
                count, end = _reach(
                    potential, distance, came, via, reached, queue,
                    node, other, edge, far, here, count, end,
                )  # fmt: skip
        elif node < people:
            if supply[node] < most[node]:
                count, end = _reach(
                    potential, distance, came, via, reached, queue,
                    node, people + 1, -1, base, here, count, end,
                )  # fmt: skip
            for k in range(place[node], place[node] + degree[node]):
                edge = held[k]
                if status[edge] & OPEN == 0:
                    continue
                other = tail[edge]
                far = base
                if status[edge] & SETTLED == 0:
                    if rank[edge] < level or group[node] != group[other]:
                        continue
                    if rank[edge] == level:
                        far -= 1
                count, end = _reach(
                    potential, distance, came, via, reached, queue,
                    node, other, edge, far, here, count, end,
                )  # fmt: skip
        elif node == people:
            for other in range(mentors):
                if supply[other] < most[other]:
                    count, end = _reach(
                        potential, distance, came, via, reached, queue,
                        node, other, -1, base, here, count, end,
                    )  # fmt: skip
        else:
            for other in range(mentors, people):
                if supply[other] > least[other]:
                    count, end = _reach(
                        potential, distance, came, via, reached, queue,
                        node, other, -1, base, here, count, end,
                    )  # fmt: skip
        for k in range(before, end):  # whoever is as near as here may be where the path ends
            if mentors <= queue[k] < people and degree[queue[k]] < supply[queue[k]]:
                last = queue[k]
                break
    for k in range(count):
        node = reached[k]
        if distance[node] < here:
            if potential[node] == 0:
                state.moved[moved] = node
                moved += 1
            potential[node] += distance[node] - here
        distance[node] = FAR
    _flip(graph, state, root, last)
    return moved


@inner
def _reach(
    potential: Any,
    distance: Any,
    came: Any,
    via: Any,
    reached: Any,
    queue: Any,
    node: int,
    other: int,
    edge: int,
    far: int,
    here: int,
    count: int,
    end: int,
) -> tuple[int, int]:
    """Note a way to a node, if it is the shortest so far; queue it where it is as near as here."""
    far = far - potential[other]
    if far < distance[other]:
        if distance[other] == FAR:
            reached[count] = other
            count += 1
        distance[other] = far
        came[other] = node
        via[other] = edge
        if far == here:
            queue[end] = other
            end += 1
    return count, end


@inner
def _flip(graph: Graph, state: State, root: int, last: int) -> None:
    """Send one pair along the path to ``last``; edges leave before edges come."""
    tail, head, place = graph.tail, graph.head, graph.place
    status, held, degree = state.status, state.held, state.degree
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
                    choose(tail, head, place, status, held, degree, edge)
            elif phase == 0:
                release(tail, head, place, status, held, degree, edge)
            node = before


@compiled
def _close(graph: Graph, state: State, level: int, moved: int) -> None:
    """Close what no optimum of the level changes, and set people apart."""
    people, potential = len(graph.most), state.potential
    tail, head, status, group = graph.tail, graph.head, state.status, state.group
    begin_at, end = graph.first[level], graph.first[level + 1]
    for k in range(moved):  # before edges of this level are settled
        person = state.moved[k]
        if person < people and state.settled_of[person] > 0:
            _close_settled(graph, state, person)
    free = 0
    for at in range(begin_at, end):
        edge = graph.order[at]
        one, other = tail[edge], head[edge]
        alike = status[edge] & OPEN and group[one] == group[other]
        if alike and 1 + potential[one] - potential[other] == 0:
            status[edge] |= SETTLED
            free += status[edge] & CHOSEN == 0
    for at in range(begin_at, end):
        edge = graph.order[at]
        if status[edge] & SETTLED:
            if free == 0:  # nothing to swap with: all that are chosen stay
                status[edge] &= ~(OPEN | SETTLED)
            else:
                state.settled_of[tail[edge]] += 1
                state.settled_of[head[edge]] += 1
    if potential[people] != 0 or potential[people + 1] != 0:
        for person in range(people):
            _close_places(graph, state, person)
    else:
        for k in range(moved):
            if state.moved[k] < people:
                _close_places(graph, state, state.moved[k])
    if moved:
        set_apart(
            potential, state.moved[:moved], people, level,
            state.line, state.spot, group, state.size, state.cut,
        )  # fmt: skip
    for k in range(moved):
        person = state.moved[k]
        if person < people:
            state.wish[person] = level if potential[person] < -1 else level - 1
        potential[person] = 0


@inner
def _close_settled(graph: Graph, state: State, person: int) -> None:
    """Close a person's settled edges to people of another potential."""
    mentors, tail, head, status = graph.mentors, graph.tail, graph.head, state.status
    potential = state.potential
    if person < mentors:
        begin_at, end = graph.starts[person], graph.starts[person + 1]
    else:
        begin_at, end = graph.into_starts[person - mentors], graph.into_starts[person - mentors + 1]
    for at in range(begin_at, end):
        edge = at if person < mentors else graph.into[at]
        if status[edge] & OPEN and status[edge] & SETTLED:
            one, other = tail[edge], head[edge]
            if potential[one] != potential[other]:
                status[edge] &= ~(OPEN | SETTLED)
                state.settled_of[one] -= 1
                state.settled_of[other] -= 1


@inner
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
