"""Bidding and augmenting on a sparse b-matching program: the loops of ``solvers.bmatching``.

People are numbered through, mentors first, then mentees. Invariant between calls, "edges are fair":
a chosen edge gains at least the prices of its two people, an edge not chosen at most that. What may
still be unfair are people: with a free place that is worth more than nothing at their price, and
``settle`` treats them one by one. No price ever falls below what a person's last pair is worth.
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


class Search(NamedTuple):
    """What one shortest-path search needs; kept between searches."""

    distance: Array  # (people,), FAR where not reached
    via: Array  # (people,), the edge by which a person was reached
    heap: Array  # (people,)
    place: Array  # (people,), position in the heap
    reached: Array  # (people,), everybody reached, in order


def search_for(people: int) -> Search:
    """Return the memory of searches among so many people."""
    return Search(np.full(people, FAR), *(np.zeros(people, np.int32) for _ in range(4)))


def layout(
    mentors: int,
    tail: Array,
    head: Array,
    gain: Array,
    starts: Array,
    *people: Any,
) -> Network:
    """Return the network with everybody's edges listed; edges come by mentee."""
    edges = len(tail)
    ends = np.empty(2 * edges, np.int32)
    listed = np.empty(2 * edges, np.int32)
    gains = np.empty(2 * edges, np.int64)
    _list_edges(mentors, tail, head, gain, starts.copy(), ends, listed, gains)
    least, most, bonus, must, first = people
    return Network(
        mentors, starts, ends, listed, gains, tail, head, least, most, bonus, must, first
    )


@njit(cache=True, nogil=True)
def _list_edges(
    mentors: int,
    tail: Any,
    head: Any,
    gain: Any,
    next_free: Any,
    ends: Any,
    listed: Any,
    gains: Any,
) -> None:
    for edge in range(len(tail)):
        for person, other in ((tail[edge], head[edge]), (head[edge], tail[edge])):
            at = next_free[person]
            next_free[person] += 1
            ends[at] = other
            listed[at] = edge
            gains[at] = gain[edge]


@njit(cache=True, nogil=True)
def begin(net: Network, state: State, edges: Any) -> None:
    """Choose edges, as far as both people have places for them."""
    for edge in edges:
        one, other = net.tail[edge], net.head[edge]
        if state.degree[one] < net.most[one] and state.degree[other] < net.most[other]:
            choose(net, state, edge)


@njit(cache=True, nogil=True)
def worth(net: Network, person: int, pair: int) -> int:
    """Return what the ``pair``-th pair of a person (from 1) is worth by itself."""
    value = 0
    if pair <= net.least[person]:
        value += net.must
    if pair == 1:
        value += net.bonus[person]
    return value


@njit(cache=True, nogil=True)
def choose(net: Network, state: State, edge: int) -> None:
    """Add an edge to the matching."""
    state.chosen[edge] = 1
    for person in (net.tail[edge], net.head[edge]):
        state.held[net.first[person] + state.degree[person]] = edge
        state.degree[person] += 1


@njit(cache=True, nogil=True)
def release(net: Network, state: State, edge: int) -> None:
    """Take an edge out of the matching."""
    state.chosen[edge] = 0
    for person in (net.tail[edge], net.head[edge]):
        state.degree[person] -= 1
        last = net.first[person] + state.degree[person]
        for k in range(net.first[person], last):
            if state.held[k] == edge:
                state.held[k] = state.held[last]
                state.offer[k] = state.offer[last]
                break


@njit(cache=True, nogil=True)
def bid(net: Network, state: State, step: int, limit: int, queue: Any) -> int:
    """Let mentees bid for places of mentors until all are content or ``limit`` bids are made.

    A mentor's place costs the lowest bid they hold, an empty one what it is worth to them to fill
    it. A bid goes up to where the mentee would do as well elsewhere, and ``step`` further.
    """
    size = len(queue)
    count = 0
    for person in range(net.mentors, len(net.most)):
        if state.degree[person] < net.most[person]:
            queue[count] = person
            state.queued[person] = 1
            count += 1
    at, bids = 0, 0
    while count > 0 and bids < limit:
        person = queue[at]
        at = at + 1 if at + 1 < size else 0
        count -= 1
        state.queued[person] = 0
        while state.degree[person] < net.most[person]:
            floor = -worth(net, person, state.degree[person] + 1)
            best, second, wanted = floor, floor, -1
            for k in range(net.starts[person], net.starts[person + 1]):
                value = net.gains[k] - state.price[net.ends[k]]
                if value > second and state.chosen[net.edges[k]] == 0:
                    if value > best:
                        best, second, wanted = value, best, k
                    else:
                        second = value
            if wanted < 0:
                break
            bids += 1
            mentor, edge = net.ends[wanted], net.edges[wanted]
            lost = _outbid(net, state, mentor)
            if lost >= 0:
                loser = net.head[lost]
                if loser != person and not state.queued[loser]:
                    state.queued[loser] = 1
                    tail = at + count
                    queue[tail if tail < size else tail - size] = loser
                    count += 1
                release(net, state, lost)
            choose(net, state, edge)
            slot = net.first[mentor] + state.degree[mentor] - 1
            state.offer[slot] = state.price[mentor] + (best - second) + step
            state.price[mentor] = place_price(net, state, mentor)
    return bids


@njit(cache=True, nogil=True)
def place_price(net: Network, state: State, mentor: int) -> int:
    """Return what the cheapest place of a mentor costs: an empty one, or the lowest bid held."""
    price = FAR
    if state.degree[mentor] < net.most[mentor]:
        price = -worth(net, mentor, state.degree[mentor] + 1)
    for k in range(net.first[mentor], net.first[mentor] + state.degree[mentor]):
        price = min(price, state.offer[k])
    return price


@njit(cache=True, nogil=True)
def _outbid(net: Network, state: State, mentor: int) -> int:
    """Return the edge that has to go for a new bid, -1 where an empty place is the cheapest."""
    price, lost = FAR, -1
    if state.degree[mentor] < net.most[mentor]:
        price = -worth(net, mentor, state.degree[mentor] + 1)
    for k in range(net.first[mentor], net.first[mentor] + state.degree[mentor]):
        if state.offer[k] < price:
            price, lost = state.offer[k], state.held[k]
    return lost


@njit(cache=True, nogil=True)
def fair_price(net: Network, state: State, person: int) -> int:
    """Return the lowest price at which a person's edges that are not chosen are fair."""
    degree = state.degree[person]
    if degree < net.most[person]:
        price = -worth(net, person, degree + 1)
    elif degree > 0:
        price = -worth(net, person, degree)
    else:
        price = -FAR
    for k in range(net.starts[person], net.starts[person + 1]):
        value = net.gains[k] - state.price[net.ends[k]]
        if value > price and state.chosen[net.edges[k]] == 0:
            price = value
    return price if price > -FAR else 0


@njit(cache=True, nogil=True)
def tighten(net: Network, state: State, passes: int) -> None:
    """Make all edges fair: set mentees' prices, lower mentors' to what is needed, drop the rest."""
    people = len(net.most)
    for person in range(net.mentors):  # no price below what the last pair is worth
        if state.degree[person] > 0:
            lowest = -worth(net, person, state.degree[person])
            state.price[person] = max(state.price[person], lowest)
    for person in range(net.mentors, people):
        state.price[person] = fair_price(net, state, person)
    for _ in range(passes):
        for person in range(net.mentors):
            state.price[person] = min(state.price[person], fair_price(net, state, person))
        for person in range(net.mentors, people):
            state.price[person] = min(state.price[person], fair_price(net, state, person))
    for edge in range(len(net.tail)):
        if state.chosen[edge] == 1:
            k = _position(net, edge)
            if net.gains[k] < state.price[net.tail[edge]] + state.price[net.head[edge]]:
                release(net, state, edge)


@njit(cache=True, nogil=True)
def _position(net: Network, edge: int) -> int:
    """Return where an edge stands in the lists: mentees' edges come in the order of edges."""
    return net.starts[net.mentors] + edge


@njit(cache=True, nogil=True)
def settle(net: Network, state: State, search: Search, people: Any, start: int, work: int) -> int:
    """Treat the people listed from ``start`` until about ``work`` edges were looked at.

    Each either gets another pair by a shortest augmenting path, or a price at which no free place
    of theirs is worth anything. Returns how many of the list are done; prices only move so that
    edges stay fair.
    """
    seen = 0
    for at in range(start, len(people)):
        person = people[at]
        while state.degree[person] < net.most[person]:
            wish = state.price[person] + worth(net, person, state.degree[person] + 1)
            if wish <= 0:
                break
            if seen > work:
                return at
            seen += _augment(net, state, search, person, wish)
    return len(people)


@njit(cache=True, nogil=True)
def _augment(net: Network, state: State, search: Search, root: int, wish: int) -> int:
    """Find the cheapest way to give ``root`` a pair; take it where it costs less than ``wish``.

    People on the root's side are reached by edges that are chosen (they would lose one), people on
    the other side by edges that are not. A path ends at whoever would rather lose a pair, or has a
    free place. Returns the number of edges looked at.
    """
    distance, via, reached = search.distance, search.via, search.reached
    mentors = net.mentors
    side = root < mentors
    best, last = wish, -1
    distance[root] = 0
    via[root] = -1
    reached[0] = root
    count, seen = 1, 0
    size = _push(search, 0, root)
    while size > 0:
        person = search.heap[0]
        here = distance[person]
        if here >= best:
            break
        size = _pop(search, size)
        price = state.price[person]
        if (person < mentors) == side:
            if person != root:
                cost = here + price + worth(net, person, state.degree[person])
                if cost < best:
                    best, last = cost, person
            seen += net.starts[person + 1] - net.starts[person]
            base = here + price
            for k in range(net.starts[person], net.starts[person + 1]):
                other = net.ends[k]
                far = base + state.price[other] - net.gains[k]
                if far < best and far < distance[other] and state.chosen[net.edges[k]] == 0:
                    if distance[other] == FAR:
                        reached[count] = other
                        count += 1
                        distance[other] = far
                        via[other] = net.edges[k]
                        size = _push(search, size, other)
                    else:
                        distance[other] = far
                        via[other] = net.edges[k]
                        _rise(search, search.place[other])
        else:
            degree = state.degree[person]
            if degree < net.most[person]:
                cost = here + max(0, -price - worth(net, person, degree + 1))
                if cost < best:
                    best, last = cost, person
            for slot in range(net.first[person], net.first[person] + degree):
                edge = state.held[slot]
                other = net.tail[edge] if side else net.head[edge]
                far = here + net.gains[_position(net, edge)] - price - state.price[other]
                if far < best and far < distance[other]:
                    if distance[other] == FAR:
                        reached[count] = other
                        count += 1
                        distance[other] = far
                        via[other] = edge
                        size = _push(search, size, other)
                    else:
                        distance[other] = far
                        via[other] = edge
                        _rise(search, search.place[other])
    for k in range(count):
        person = reached[k]
        if distance[person] < best:
            change = best - distance[person]
            state.price[person] += -change if (person < mentors) == side else change
        distance[person] = FAR
    if last >= 0:
        _flip(net, state, search, last, root)
    return seen + count


@njit(cache=True, nogil=True)
def _flip(net: Network, state: State, search: Search, last: int, root: int) -> None:
    """Swap chosen and not chosen along the path that ends at ``last``."""
    # Edges leave before edges come: nobody ever holds more than their places.
    for phase in range(2):
        person = last
        while person != root:
            edge = search.via[person]
            if phase == 0 and state.chosen[edge] == 1:
                release(net, state, edge)
                state.chosen[edge] = 2
            elif phase == 1:
                if state.chosen[edge] == 2:
                    state.chosen[edge] = 0
                else:
                    choose(net, state, edge)
            person = net.tail[edge] if net.head[edge] == person else net.head[edge]


@njit(cache=True, nogil=True)
def _push(search: Search, size: int, person: int) -> int:
    search.heap[size] = person
    search.place[person] = size
    _rise(search, size)
    return size + 1


@njit(cache=True, nogil=True)
def _rise(search: Search, at: int) -> None:
    heap, place, distance = search.heap, search.place, search.distance
    person = heap[at]
    far = distance[person]
    while at > 0:
        above = (at - 1) >> 1
        if distance[heap[above]] <= far:
            break
        heap[at] = heap[above]
        place[heap[at]] = at
        at = above
    heap[at] = person
    place[person] = at


@njit(cache=True, nogil=True)
def _pop(search: Search, size: int) -> int:
    """Take the first off the heap; return the new size."""
    heap, place, distance = search.heap, search.place, search.distance
    size -= 1
    person = heap[size]
    far = distance[person]
    at = 0
    while True:
        below = 2 * at + 1
        if below >= size:
            break
        if below + 1 < size and distance[heap[below + 1]] < distance[heap[below]]:
            below += 1
        if distance[heap[below]] >= far:
            break
        heap[at] = heap[below]
        place[heap[at]] = at
        at = below
    if size > 0:
        heap[at] = person
        place[person] = at
    return size


@njit(cache=True, nogil=True)
def leave(net: Network, state: State, search: Search, pairs: int, seat: int) -> int:
    """Take out pairs, the cheapest way each time, until ``pairs`` are left; return a seat's price.

    A path leads from a mentee who gives up a pair to a mentor who does, with swaps between.
    """
    distance, via, reached = search.distance, search.via, search.reached
    people = len(net.most)
    total = 0
    for person in range(net.mentors):
        total += state.degree[person]
    while total > pairs:
        size, count = 0, 0
        for person in range(net.mentors, people):
            if state.degree[person] > 0:
                distance[person] = state.price[person] + worth(net, person, state.degree[person])
                via[person] = -1
                reached[count] = person
                count += 1
                size = _push(search, size, person)
        best, last = FAR, -1
        while size > 0:
            person = search.heap[0]
            here = distance[person]
            if here >= best:
                break
            size = _pop(search, size)
            price = state.price[person]
            if person >= net.mentors:
                for slot in range(net.first[person], net.first[person] + state.degree[person]):
                    edge = state.held[slot]
                    other = net.tail[edge]
                    gain = net.gains[_position(net, edge)]
                    far = here + gain - seat - price - state.price[other]
                    if far < best and far < distance[other]:
                        fresh = distance[other] == FAR
                        distance[other], via[other] = far, edge
                        if fresh:
                            reached[count] = other
                            count += 1
                            size = _push(search, size, other)
                        else:
                            _rise(search, search.place[other])
            else:
                cost = here + price + worth(net, person, state.degree[person])
                if cost < best:
                    best, last = cost, person
                for k in range(net.starts[person], net.starts[person + 1]):
                    other = net.ends[k]
                    far = here + seat + price + state.price[other] - net.gains[k]
                    if far < best and far < distance[other] and state.chosen[net.edges[k]] == 0:
                        fresh = distance[other] == FAR
                        distance[other], via[other] = far, net.edges[k]
                        if fresh:
                            reached[count] = other
                            count += 1
                            size = _push(search, size, other)
                        else:
                            _rise(search, search.place[other])
        for person in range(people):
            far = min(distance[person], best)
            state.price[person] -= far if person >= net.mentors else best - far
        seat += best
        for k in range(count):
            distance[reached[k]] = FAR
        root = last
        while via[root] >= 0:
            edge = via[root]
            root = net.tail[edge] if net.head[edge] == root else net.head[edge]
        _flip(net, state, search, last, root)
        total -= 1
    return seat
