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

# A function that takes a tuple of arrays counts references to all of them at every call. Only the
# outer loops take tuples; what they call many times takes arrays.

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
    mentee: Array,
    gain: Array,
    least: Array,
    most: Array,
    bonus: Array,
    must: int,
) -> Network:
    """Return the network with everybody's edges listed; edges come by mentee."""
    starts, ends, edges, gains, head = _list_edges(mentors, len(most), tail, mentee, gain)
    first = np.zeros(len(starts), np.int64)
    np.minimum(np.diff(starts), most).cumsum(out=first[1:])
    return Network(mentors, starts, ends, edges, gains, tail, head, least, most, bonus, must, first)


@njit(cache=True, nogil=True)
def _list_edges(
    mentors: int, people: int, tail: Any, mentee: Any, gain: Any
) -> tuple[Any, Any, Any, Any, Any]:
    """Return where everybody's edges begin, their other ends, the edges, gains; and all heads."""
    edges = len(tail)
    starts = np.zeros(people + 1, np.int64)
    head = np.empty(edges, np.int32)
    ends = np.empty(2 * edges, np.int32)
    listed = np.empty(2 * edges, np.int32)
    gains = np.empty(2 * edges, np.int64)
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
    return starts, ends, listed, gains, head


@njit(cache=True, nogil=True)
def begin(net: Network, state: State, wanted: Any) -> None:
    """Choose edges, as far as both people have places for them."""
    tail, head, most, first = net.tail, net.head, net.most, net.first
    degree, chosen, held = state.degree, state.chosen, state.held
    for edge in wanted:
        one, other = tail[edge], head[edge]
        if degree[one] < most[one] and degree[other] < most[other]:
            choose(tail, head, first, degree, chosen, held, edge)


@njit(cache=True, nogil=True)
def worth(least: Any, bonus: Any, must: int, person: int, pair: int) -> int:
    """Return what the ``pair``-th pair of a person (from 1) is worth by itself."""
    value = 0
    if pair <= least[person]:
        value += must
    if pair == 1:
        value += bonus[person]
    return value


@njit(cache=True, nogil=True)
def choose(
    tail: Any, head: Any, first: Any, degree: Any, chosen: Any, held: Any, edge: int
) -> None:
    """Add an edge to the matching."""
    chosen[edge] = 1
    for person in (tail[edge], head[edge]):
        held[first[person] + degree[person]] = edge
        degree[person] += 1


@njit(cache=True, nogil=True)
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


@njit(cache=True, nogil=True)
def bid(net: Network, state: State, step: int, limit: int, queue: Any) -> int:
    """Let mentees bid for places of mentors until all are content or ``limit`` bids are made.

    A mentor's place costs the lowest bid they hold, an empty one what it is worth to them to fill
    it. A bid goes up to where the mentee would do as well elsewhere, and ``step`` further.
    """
    mentors, starts, ends, edges, gains, tail = (
        net.mentors,
        net.starts,
        net.ends,
        net.edges,
        net.gains,
        net.tail,
    )
    head, least, most, bonus, must, first = (
        net.head,
        net.least,
        net.most,
        net.bonus,
        net.must,
        net.first,
    )
    prices, degree, chosen = state.price, state.degree, state.chosen
    held, offer, queued = state.held, state.offer, state.queued
    size = len(queue)
    count = 0
    for person in range(mentors, len(most)):
        if degree[person] < most[person]:
            queue[count] = person
            queued[person] = 1
            count += 1
    at, bids = 0, 0
    while count > 0 and bids < limit:
        person = queue[at]
        at = at + 1 if at + 1 < size else 0
        count -= 1
        queued[person] = 0
        while degree[person] < most[person]:
            floor = -worth(least, bonus, must, person, degree[person] + 1)
            best, second, wanted = floor, floor, -1
            for k in range(starts[person], starts[person + 1]):
                value = gains[k] - prices[ends[k]]
                if value > second and chosen[edges[k]] == 0:
                    if value > best:
                        best, second, wanted = value, best, k
                    else:
                        second = value
            if wanted < 0:
                break
            bids += 1
            mentor, edge = ends[wanted], edges[wanted]
            empty = FAR
            if degree[mentor] < most[mentor]:
                empty = -worth(least, bonus, must, mentor, degree[mentor] + 1)
            _, slot = _cheapest(first, degree, offer, empty, mentor)
            if slot >= 0:
                lost = held[slot]
                loser = head[lost]
                if loser != person and not queued[loser]:
                    queued[loser] = 1
                    behind = at + count
                    queue[behind if behind < size else behind - size] = loser
                    count += 1
                release(tail, head, first, degree, chosen, held, offer, lost)
            choose(tail, head, first, degree, chosen, held, edge)
            slot = first[mentor] + degree[mentor] - 1
            offer[slot] = prices[mentor] + (best - second) + step
            empty = FAR
            if degree[mentor] < most[mentor]:
                empty = -worth(least, bonus, must, mentor, degree[mentor] + 1)
            prices[mentor], _ = _cheapest(first, degree, offer, empty, mentor)
    return bids


@njit(cache=True, nogil=True)
def _cheapest(first: Any, degree: Any, offer: Any, empty: int, mentor: int) -> tuple[int, int]:
    """Return what the cheapest place of a mentor costs, and where it is held; -1 if ``empty``."""
    price, slot = empty, -1
    for k in range(first[mentor], first[mentor] + degree[mentor]):
        if offer[k] < price:
            price, slot = offer[k], k
    return price, slot


@njit(cache=True, nogil=True)
def _lowest_free(degree: Any, most: Any, least: Any, bonus: Any, must: int, person: int) -> int:
    """Return below which price a person would rather have another pair, or keep the last one."""
    if degree[person] < most[person]:
        return -worth(least, bonus, must, person, degree[person] + 1)
    if degree[person] > 0:
        return -worth(least, bonus, must, person, degree[person])
    return -FAR


@njit(cache=True, nogil=True)
def _fair_price(
    starts: Any,
    ends: Any,
    edges: Any,
    gains: Any,
    chosen: Any,
    prices: Any,
    person: int,
    lowest: int,
) -> int:
    """Return the lowest price at which a person's edges that are not chosen are fair."""
    price = lowest
    for k in range(starts[person], starts[person + 1]):
        value = gains[k] - prices[ends[k]]
        if value > price and chosen[edges[k]] == 0:
            price = value
    return price if price > -FAR else 0


@njit(cache=True, nogil=True)
def tighten(net: Network, state: State, passes: int) -> None:
    """Make all edges fair: set mentees' prices, lower mentors' to what is needed, drop the rest."""
    mentors, starts, ends, edges, gains = net.mentors, net.starts, net.ends, net.edges, net.gains
    least, most, bonus, must = net.least, net.most, net.bonus, net.must
    prices, degree, chosen = state.price, state.degree, state.chosen
    people = len(most)
    for person in range(mentors):  # no price below what the last pair is worth
        if degree[person] > 0:
            lowest = -worth(least, bonus, must, person, degree[person])
            prices[person] = max(prices[person], lowest)
    for sweep in range(2 * passes + 1):  # mentees, then mentors and mentees in turn
        begin, end = (mentors, people) if sweep % 2 == 0 else (0, mentors)
        for person in range(begin, end):
            lowest = _lowest_free(degree, most, least, bonus, must, person)
            fair = _fair_price(starts, ends, edges, gains, chosen, prices, person, lowest)
            prices[person] = fair if sweep == 0 else min(prices[person], fair)
    _drop_unfair(net, state)


@njit(cache=True, nogil=True)
def rise(net: Network, state: State) -> None:
    """Make all edges fair: raise prices that are too low, mentees' for their edges; drop the rest.

    Prices that are fair already stay, and so does all that is known about pairs at those prices.
    """
    mentors, starts, ends, edges, gains = net.mentors, net.starts, net.ends, net.edges, net.gains
    least, most, bonus, must = net.least, net.most, net.bonus, net.must
    prices, degree, chosen = state.price, state.degree, state.chosen
    for person in range(len(most)):
        lowest = _lowest_free(degree, most, least, bonus, must, person)
        prices[person] = max(prices[person], lowest)
        if person >= mentors:
            prices[person] = _fair_price(
                starts, ends, edges, gains, chosen, prices, person, prices[person]
            )
    _drop_unfair(net, state)


@njit(cache=True, nogil=True)
def _drop_unfair(net: Network, state: State) -> None:
    """Take out chosen edges that gain less than the prices of their people."""
    tail, head, first, gains = net.tail, net.head, net.first, net.gains
    prices, degree, chosen = state.price, state.degree, state.chosen
    held, offer = state.held, state.offer
    by_mentee = net.starts[net.mentors]
    for edge in range(len(tail)):
        price = prices[tail[edge]] + prices[head[edge]]
        if chosen[edge] == 1 and gains[by_mentee + edge] < price:
            release(tail, head, first, degree, chosen, held, offer, edge)


@njit(cache=True, nogil=True)
def settle(net: Network, state: State, search: Search, people: Any, start: int, work: int) -> int:
    """Treat the people listed from ``start`` until about ``work`` edges were looked at.

    Each either gets another pair by a shortest augmenting path, or a price at which no free place
    of theirs is worth anything. Returns how many of the list are done; prices only move so that
    edges stay fair.
    """
    least, most, bonus, must = net.least, net.most, net.bonus, net.must
    prices, degree = state.price, state.degree
    seen = 0
    for at in range(start, len(people)):
        person = people[at]
        while degree[person] < most[person]:
            wish = prices[person] + worth(least, bonus, must, person, degree[person] + 1)
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
    mentors, starts, ends, edges, gains, tail = (
        net.mentors,
        net.starts,
        net.ends,
        net.edges,
        net.gains,
        net.tail,
    )
    head, least, most, bonus, must, first = (
        net.head,
        net.least,
        net.most,
        net.bonus,
        net.must,
        net.first,
    )
    prices, degree, chosen = state.price, state.degree, state.chosen
    held, offer = state.held, state.offer
    distance, via, heap = search.distance, search.via, search.heap
    place, reached = search.place, search.reached
    side = root < mentors
    best, last = wish, -1
    distance[root] = 0
    via[root] = -1
    reached[0] = root
    count, seen = 1, 0
    size = _push(heap, place, distance, 0, root)
    while size > 0:
        person = heap[0]
        here = distance[person]
        if here >= best:
            break
        size = _pop(heap, place, distance, size)
        price = prices[person]
        if (person < mentors) == side:
            if person != root:
                cost = here + price + worth(least, bonus, must, person, degree[person])
                if cost < best:
                    best, last = cost, person
            seen += starts[person + 1] - starts[person]
            base = here + price
            for k in range(starts[person], starts[person + 1]):
                other = ends[k]
                far = base + prices[other] - gains[k]
                if far < best and far < distance[other] and chosen[edges[k]] == 0:
                    if distance[other] == FAR:
                        reached[count] = other
                        count += 1
                        distance[other] = far
                        via[other] = edges[k]
                        size = _push(heap, place, distance, size, other)
                    else:
                        distance[other] = far
                        via[other] = edges[k]
                        _rise(heap, place, distance, place[other])
        else:
            pairs = degree[person]
            if pairs < most[person]:
                cost = here + max(0, -price - worth(least, bonus, must, person, pairs + 1))
                if cost < best:
                    best, last = cost, person
            for slot in range(first[person], first[person] + pairs):
                edge = held[slot]
                other = tail[edge] if side else head[edge]
                far = here + gains[starts[mentors] + edge] - price - prices[other]
                if far < best and far < distance[other]:
                    if distance[other] == FAR:
                        reached[count] = other
                        count += 1
                        distance[other] = far
                        via[other] = edge
                        size = _push(heap, place, distance, size, other)
                    else:
                        distance[other] = far
                        via[other] = edge
                        _rise(heap, place, distance, place[other])
    for k in range(count):
        person = reached[k]
        if distance[person] < best:
            change = best - distance[person]
            prices[person] += -change if (person < mentors) == side else change
        distance[person] = FAR
    if last >= 0:
        _flip(tail, head, first, degree, chosen, held, offer, via, last, root)
    return seen + count


@njit(cache=True, nogil=True)
def _flip(
    tail: Any,
    head: Any,
    first: Any,
    degree: Any,
    chosen: Any,
    held: Any,
    offer: Any,
    via: Any,
    last: int,
    root: int,
) -> None:
    """Swap chosen and not chosen along the path that ends at ``last``."""
    # Edges leave before edges come: nobody ever holds more than their places.
    for phase in range(2):
        person = last
        while person != root:
            edge = via[person]
            if phase == 0 and chosen[edge] == 1:
                release(tail, head, first, degree, chosen, held, offer, edge)
                chosen[edge] = 2
            elif phase == 1:
                if chosen[edge] == 2:
                    chosen[edge] = 0
                else:
                    choose(tail, head, first, degree, chosen, held, edge)
            person = tail[edge] if head[edge] == person else head[edge]


@njit(cache=True, nogil=True)
def _push(heap: Any, place: Any, distance: Any, size: int, person: int) -> int:
    heap[size] = person
    place[person] = size
    _rise(heap, place, distance, size)
    return size + 1


@njit(cache=True, nogil=True)
def _rise(heap: Any, place: Any, distance: Any, at: int) -> None:
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
def _pop(heap: Any, place: Any, distance: Any, size: int) -> int:
    """Take the first off the heap; return the new size."""
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
    mentors, starts, ends, edges, gains, tail = (
        net.mentors,
        net.starts,
        net.ends,
        net.edges,
        net.gains,
        net.tail,
    )
    head, least, most, bonus, must, first = (
        net.head,
        net.least,
        net.most,
        net.bonus,
        net.must,
        net.first,
    )
    prices, degree, chosen = state.price, state.degree, state.chosen
    held, offer = state.held, state.offer
    distance, via, heap = search.distance, search.via, search.heap
    place, reached = search.place, search.reached
    people = len(most)
    total = 0
    for person in range(mentors):
        total += degree[person]
    while total > pairs:
        size, count = 0, 0
        for person in range(mentors, people):
            if degree[person] > 0:
                distance[person] = prices[person] + worth(
                    least, bonus, must, person, degree[person]
                )
                via[person] = -1
                reached[count] = person
                count += 1
                size = _push(heap, place, distance, size, person)
        best, last = FAR, -1
        while size > 0:
            person = heap[0]
            here = distance[person]
            if here >= best:
                break
            size = _pop(heap, place, distance, size)
            price = prices[person]
            if person >= mentors:
                for slot in range(first[person], first[person] + degree[person]):
                    edge = held[slot]
                    other = tail[edge]
                    gain = gains[starts[mentors] + edge]
                    far = here + gain - seat - price - prices[other]
                    if far < best and far < distance[other]:
                        fresh = distance[other] == FAR
                        distance[other], via[other] = far, edge
                        if fresh:
                            reached[count] = other
                            count += 1
                            size = _push(heap, place, distance, size, other)
                        else:
                            _rise(heap, place, distance, place[other])
            else:
                cost = here + price + worth(least, bonus, must, person, degree[person])
                if cost < best:
                    best, last = cost, person
                for k in range(starts[person], starts[person + 1]):
                    other = ends[k]
                    far = here + seat + price + prices[other] - gains[k]
                    if far < best and far < distance[other] and chosen[edges[k]] == 0:
                        fresh = distance[other] == FAR
                        distance[other], via[other] = far, edges[k]
                        if fresh:
                            reached[count] = other
                            count += 1
                            size = _push(heap, place, distance, size, other)
                        else:
                            _rise(heap, place, distance, place[other])
        for person in range(people):
            far = min(distance[person], best)
            prices[person] -= far if person >= mentors else best - far
        seat += best
        for k in range(count):
            distance[reached[k]] = FAR
        root = last
        while via[root] >= 0:
            edge = via[root]
            root = tail[edge] if head[edge] == root else head[edge]
        _flip(tail, head, first, degree, chosen, held, offer, via, last, root)
        total -= 1
    return seat
