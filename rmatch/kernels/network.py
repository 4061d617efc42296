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
    """The program, as flat arrays."""

    mentors: int
    starts: Array  # (people + 1,), where everybody's edges begin in the next three
    ends: Array  # (2 edges,), the person at the other end
    edges: Array  # (2 edges,), the edge
    gains: Array  # (2 edges,), its gain
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
    """Return the network with everybody's edges listed; edges come by mentee."""
    edges = len(tail)
    starts, head = np.zeros(len(most) + 1, np.int64), np.empty(edges, np.int32)
    # Made by numpy, which asks for large pages of memory: they are looked up at random.
    ends, listed = np.empty(2 * edges, np.int32), np.empty(2 * edges, np.int32)
    gains = np.empty(2 * edges, np.int64)
    _list_edges(mentors, tail, mentee, gain, starts, head, ends, listed, gains)
    first = np.zeros(len(starts), np.int64)
    np.minimum(np.diff(starts), most).cumsum(out=first[1:])
    return Network(
        mentors, starts, ends, listed, gains, tail, head, least, most, bonus, must, first
    )


@compiled
def _list_edges(
    mentors: int,
    tail: Any,
    mentee: Any,
    gain: Any,
    starts: Any,
    head: Any,
    ends: Any,
    listed: Any,
    gains: Any,
) -> None:
    """Fill in where everybody's edges begin, all heads; and other ends, edges and gains."""
    edges, people = len(tail), len(starts) - 1
    for edge in range(edges):
        head[edge] = mentors + mentee[edge]
        starts[tail[edge] + 1] += 1
        starts[head[edge] + 1] += 1
        at = edges + edge  # mentees' edges come in that order already
        ends[at] = tail[edge]
        listed[at] = edge
        gains[at] = gain[edge]
    for person in range(people):
        starts[person + 1] += starts[person]
    next_free = starts[: mentors + 1].copy()
    for edge in range(edges):
        at = next_free[tail[edge]]
        next_free[tail[edge]] += 1
        ends[at] = head[edge]
        listed[at] = edge
        gains[at] = gain[edge]


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
    if pair <= least[person]:
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
