"""A sparse b-matching program as flat arrays, and how edges come into its matching and leave it.

People are numbered through, mentors first, then mentees. The loops of ``solvers.bmatching`` work on
this: bids (``bidding``), then shortest augmenting paths (``paths``). Invariant between their calls,
"edges are fair": a chosen edge gains at least the prices of its two people, an edge not chosen at
most that. What may still be unfair are people: with a free place that is worth more than nothing at
their price. No price ever falls below what a person's last pair is worth.

A function that takes a tuple of arrays counts references to all of them at every call. Only the
outer loops take tuples; what they call many times takes arrays.
"""

# mypy: disable-error-code="no-any-return"

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from rmatch.kernels.compiler import Array, compiled, inner

FAR = 1 << 61  # further than any path is long


class Network(NamedTuple):
    """The program, as flat arrays: at first with mentees' edges only, see ``both_ways``."""

    mentors: int
    starts: Array  # (people + 1,), where everybody's edges begin in the next three
    ends: Array  # the person at the other end; mentors' lists come first, if they are there
    edges: Array  # the edge
    gains: Array  # its gain
    tail: Array  # (edges,), the mentor
    head: Array  # (edges,), the mentee, numbered through
    least: Array  # (people,)
    most: Array
    bonus: Array
    must: int  # what a pair up to a person's minimum is worth
    first: Array  # (people + 1,), where everybody's places begin


class State(NamedTuple):
    """Prices and the matching so far."""

    price: Array  # (people,)
    degree: Array  # (people,), pairs of each
    chosen: Array  # (edges,)
    held: Array  # (places,), the edges chosen, packed from everybody's first place
    offer: Array  # (places,), what each was bid for
    queued: Array  # (people,), who waits for a turn to bid


def layout(
    mentors: int,
    tail: Array,
    mentee: Array,
    gain: Array,
    least: Array,
    most: Array,
    bonus: Array,
    must: int,
) -> Network:
    """Return the network with mentees' edges listed; edges come by mentee."""
    first, starts, edges, head = _of_mentees(mentors, tail, mentee, most)
    return Network(mentors, starts, tail, edges, gain, tail, head, least, most, bonus, must, first)


@compiled
def _of_mentees(mentors: int, tail: Any, mentee: Any, most: Any) -> tuple[Any, Any, Any, Any]:
    """Return where everybody's places and mentees' edges begin, the edges, and their mentees."""
    people, size = len(most), len(tail)
    first, starts = np.zeros(people + 1, np.int64), np.zeros(people + 1, np.int64)
    edges, head = np.empty(size, np.int32), np.empty(size, np.int32)
    for edge in range(size):
        edges[edge], head[edge] = edge, mentee[edge] + mentors
        first[tail[edge] + 1] += 1
        starts[head[edge] + 1] += 1
    for person in range(people):
        pairs = first[person + 1] + starts[person + 1]  # edges of a mentor, or of a mentee
        first[person + 1] = first[person] + min(pairs, most[person])
        starts[person + 1] += starts[person]
    return first, starts, edges, head


def both_ways(net: Network) -> Network:
    """Return the network with mentors' edges listed too."""
    mentors, edges = net.mentors, len(net.tail)
    if net.starts[mentors] == edges:
        return net
    starts = net.starts + edges
    starts[0] = 0
    np.bincount(net.tail, minlength=mentors).cumsum(out=starts[1 : mentors + 1])
    # Made by numpy, which asks for large pages of memory: they are looked up at random.
    ends, listed = np.empty(2 * edges, np.int32), np.empty(2 * edges, np.int32)
    gains = np.empty(2 * edges, np.int64)
    ends[edges:], listed[edges:], gains[edges:] = net.ends, net.edges, net.gains
    _list_edges(net.tail, net.head, net.gains, starts[:mentors].copy(), ends, listed, gains)
    return net._replace(starts=starts, ends=ends, edges=listed, gains=gains)


@compiled
def _list_edges(
    tail: Any, head: Any, gain: Any, place: Any, ends: Any, listed: Any, gains: Any
) -> None:
    """List mentors' edges, each mentor's from their ``place`` on."""
    for edge in range(len(tail)):
        at = place[tail[edge]]
        place[tail[edge]] = at + 1
        ends[at] = head[edge]
        listed[at] = edge
        gains[at] = gain[edge]


@compiled
def in_want(net: Network, state: State) -> bool:
    """Say whether a mentor has a free place that is worth more than nothing at their price."""
    least, most, bonus, must = net.least, net.most, net.bonus, net.must
    price, degree = state.price, state.degree
    for person in range(net.mentors):
        free = degree[person] < most[person]
        if free and price[person] + worth(least, bonus, must, person, degree[person] + 1) > 0:
            return True
    return False


@compiled
def begin(net: Network, state: State, wanted: Any) -> None:
    """Choose edges, as far as both people have places for them."""
    tail, head, most, first = net.tail, net.head, net.most, net.first
    degree, chosen, held = state.degree, state.chosen, state.held
    for edge in wanted:
        one, other = tail[edge], head[edge]
        if degree[one] < most[one] and degree[other] < most[other]:
            choose(tail, head, first, degree, chosen, held, edge)


@inner
def worth(least: Any, bonus: Any, must: int, person: int, pair: int) -> int:
    """Return what the ``pair``-th pair of a person (from 1) is worth by itself."""
    value = 0
    if must > 0 and pair <= least[person]:
        value += must
    if pair == 1:
        value += bonus[person]
    return value


@inner
def choose(
    tail: Any, head: Any, first: Any, degree: Any, chosen: Any, held: Any, edge: int
) -> None:
    """Add an edge to the matching."""
    chosen[edge] = 1
    for person in (tail[edge], head[edge]):
        held[first[person] + degree[person]] = edge
        degree[person] += 1


@inner
def release(
    tail: Any, head: Any, first: Any, degree: Any, chosen: Any, held: Any, offer: Any, edge: int
) -> None:
    """Take an edge out of the matching."""
    chosen[edge] = 0
    for person in (tail[edge], head[edge]):
        degree[person] -= 1
        last = first[person] + degree[person]
        for k in range(first[person], last):
            if held[k] == edge:
                held[k] = held[last]
                offer[k] = offer[last]
                break
