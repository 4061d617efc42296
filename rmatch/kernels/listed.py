"""Everybody's best of many edges: the loops of ``rmatch.listed`` and of ``rmatch.pricing``."""

from __future__ import annotations

from typing import Any

import numpy as np

from rmatch.kernels.compiler import compiled
from rmatch.kernels.heaps import first_turn, keep, later


@compiled
def best(
    person: Any, other: Any, value: Any, few: int, held: Any, others: int, chosen: Any
) -> None:
    """Mark the ``few`` most valuable edges of every person; who prefers whom of equals goes round.

    ``other`` is the person at the other end of each edge, of so many ``others``.
    """
    people = len(held)
    values, edges = np.empty(people * few, np.int64), np.empty(people * few, np.int64)
    for edge in range(len(person)):
        one = person[edge]
        base, size = one * few, held[one]
        if size == few and value[edge] < values[base]:
            continue
        first = first_turn(one, people, others)
        if size < few:
            held[one] += 1
        elif value[edge] == values[base] and later(other, first, others, edge, edges[base]):
            continue
        keep(edges, values, base, size, few, other, first, others, edge, value[edge])
    for one in range(people):
        for at in range(one * few, one * few + held[one]):
            chosen[edges[at]] = True


@compiled
def raise_to_last_place(starts: Any, value: Any, places: Any, price: Any) -> None:
    """Raise prices to what the last of everybody's places is worth, filled by their best edges.

    Person *p* has the edges from ``starts[p]`` to ``starts[p + 1]``; with fewer edges than places
    the price stays.
    """
    for person in range(len(places)):
        begin, end, last = starts[person], starts[person + 1], max(places[person], 1) - 1
        if end - begin <= last:
            continue
        top = np.full(last + 1, value[begin])  # descending
        count = 0
        for edge in range(begin, end):
            if count > last and value[edge] <= top[last]:
                continue
            at = min(count, last)
            while at > 0 and top[at - 1] < value[edge]:
                top[at] = top[at - 1]
                at -= 1
            top[at] = value[edge]
            count += 1
        price[person] = max(price[person], top[last])
