"""Shortest augmenting paths: who still wants a pair gets one, or who has one too many gives it up.

Prices only move so that edges stay fair (see ``network``).
"""

# mypy: disable-error-code="no-any-return"

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from rmatch.kernels.compiler import Array, compiled, inner
from rmatch.kernels.network import FAR, Network, State, choose, release, worth


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


@compiled
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


@compiled
def leave(net: Network, state: State, search: Search, pairs: int, seat: int) -> int:
    """Take out pairs, the cheapest way each time, until ``pairs`` are left; return a seat's price.

    A path leads from a mentee who gives up a pair to a mentor who does, with swaps between.
    """
    mentors, starts, ends, edges, gains, tail, head, least, most, bonus, must, first = net
    prices, degree, chosen, held, offer, _ = state
    distance, via, heap, place, reached = search
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
                        size, count = _reach(
                            distance, via, heap, place, reached, size, count, other, far, edge
                        )
            else:
                cost = here + price + worth(least, bonus, must, person, degree[person])
                if cost < best:
                    best, last = cost, person
                for k in range(starts[person], starts[person + 1]):
                    other = ends[k]
                    far = here + seat + price + prices[other] - gains[k]
                    if far < best and far < distance[other] and chosen[edges[k]] == 0:
                        size, count = _reach(
                            distance, via, heap, place, reached, size, count, other, far, edges[k]
                        )
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


@inner
def _augment(net: Network, state: State, search: Search, root: int, wish: int) -> int:
    """Find the cheapest way to give ``root`` a pair; take it where it costs less than ``wish``.

    People on the root's side are reached by edges that are chosen (they would lose one), people on
    the other side by edges that are not. A path ends at whoever would rather lose a pair, or has a
    free place. Returns the number of edges looked at.
    """
    mentors, starts, ends, edges, gains, tail, head, least, most, bonus, must, first = net
    prices, degree, chosen, held, offer, _ = state
    distance, via, heap, place, reached = search
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
                    size, count = _reach(
                        distance, via, heap, place, reached, size, count, other, far, edges[k]
                    )
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
                    size, count = _reach(
                        distance, via, heap, place, reached, size, count, other, far, edge
                    )
    for k in range(count):
        person = reached[k]
        if distance[person] < best:
            change = best - distance[person]
            prices[person] += -change if (person < mentors) == side else change
        distance[person] = FAR
    if last >= 0:
        _flip(tail, head, first, degree, chosen, held, offer, via, last, root)
    return seen + count


@inner
def _reach(
    distance: Any,
    via: Any,
    heap: Any,
    place: Any,
    reached: Any,
    size: int,
    count: int,
    person: int,
    far: int,
    edge: int,
) -> tuple[int, int]:
    """Note a shorter way to a person; return the sizes of the heap and of all reached."""
    fresh = distance[person] == FAR
    distance[person], via[person] = far, edge
    if not fresh:
        _rise(heap, place, distance, place[person])
        return size, count
    reached[count] = person
    return _push(heap, place, distance, size, person), count + 1


@inner
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


@inner
def _push(heap: Any, place: Any, distance: Any, size: int, person: int) -> int:
    heap[size] = person
    place[person] = size
    _rise(heap, place, distance, size)
    return size + 1


@inner
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


@inner
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
