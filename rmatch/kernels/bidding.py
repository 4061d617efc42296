"""Bids, and prices at which all edges are fair (see ``network``)."""

# mypy: disable-error-code="no-any-return"

from __future__ import annotations

from typing import Any

import numpy as np

from rmatch.kernels.compiler import compiled, inner
from rmatch.kernels.network import FAR, Network, State, release, worth


@compiled
def bid(net: Network, state: State, step: int, limit: int, queue: Any) -> int:
    """Let mentees bid for places of mentors until all are content or ``limit`` bids are made.

    A mentor's place costs the lowest bid they hold, an empty one what it is worth to them to fill
    it. A bid goes up to where the mentee would do as well elsewhere, and ``step`` further.
    """
    mentors, starts, ends, edges, gains, _, head, least, most, bonus, must, first = net
    prices, degree, chosen, held, offer, queued = state
    # While bids are made, only mentors' places say who is with whom: few lists change at a bid.
    owner = np.empty(first[mentors], np.int32)
    for mentor in range(mentors):
        for slot in range(first[mentor], first[mentor] + degree[mentor]):
            owner[slot] = head[held[slot]]
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
            alone = degree[person] == 0
            for k in range(starts[person], starts[person + 1]):
                value = gains[k] - prices[ends[k]]
                if value > second and (alone or chosen[edges[k]] == 0):
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
            if slot < 0:
                slot = first[mentor] + degree[mentor]
                degree[mentor] += 1
            else:
                loser = owner[slot]
                chosen[held[slot]] = 0
                degree[loser] -= 1
                if not queued[loser]:
                    queued[loser] = 1
                    behind = at + count
                    queue[behind if behind < size else behind - size] = loser
                    count += 1
            owner[slot], held[slot], chosen[edge] = person, edge, 1
            degree[person] += 1
            offer[slot] = prices[mentor] + (best - second) + step
            empty = FAR
            if degree[mentor] < most[mentor]:
                empty = -worth(least, bonus, must, mentor, degree[mentor] + 1)
            prices[mentor], _ = _cheapest(first, degree, offer, empty, mentor)
    _list_mentees(mentors, first, degree, held, owner)
    return bids


@inner
def _list_mentees(mentors: int, first: Any, degree: Any, held: Any, owner: Any) -> None:
    """List for mentees the edges that mentors hold."""
    for person in range(mentors, len(degree)):
        degree[person] = 0
    for mentor in range(mentors):
        for slot in range(first[mentor], first[mentor] + degree[mentor]):
            person = owner[slot]
            held[first[person] + degree[person]] = held[slot]
            degree[person] += 1


@inner
def _cheapest(first: Any, degree: Any, offer: Any, empty: int, mentor: int) -> tuple[int, int]:
    """Return what the cheapest place of a mentor costs, and where it is held; -1 if ``empty``."""
    price, slot = empty, -1
    for k in range(first[mentor], first[mentor] + degree[mentor]):
        if offer[k] < price:
            price, slot = offer[k], k
    return price, slot


@inner
def _lowest_free(degree: Any, most: Any, least: Any, bonus: Any, must: int, person: int) -> int:
    """Return below which price a person would rather have another pair, or keep the last one."""
    if degree[person] < most[person]:
        return -worth(least, bonus, must, person, degree[person] + 1)
    if degree[person] > 0:
        return -worth(least, bonus, must, person, degree[person])
    return -FAR


@inner
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


@compiled
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


@compiled
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


@inner
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
