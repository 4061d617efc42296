"""People in groups: who has had equal potentials at all levels so far (see ``kernels.levels``).

Everybody stands in line, group after group. A cut between two neighbours is the level that set them
apart; so the lowest cut between any two people is the first level that did, and who had the lower
potential there stands further behind.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from rmatch.kernels.compiler import compiled


@compiled
def set_apart(
    potential: Any,
    moved: Any,
    people: int,
    level: int,
    line: Any,
    spot: Any,
    group: Any,
    size: Any,
    cut: Any,
) -> None:
    """Split groups by potential: who has the lowest goes to the end of the group's part in line."""
    lowest_first = moved[np.argsort(potential[moved], kind="mergesort")]
    for person in lowest_first:
        if person < people:
            begin_at = group[person]
            size[begin_at] -= 1
            at, last = spot[person], begin_at + size[begin_at]
            other = line[last]
            line[at], line[last] = other, person
            spot[other], spot[person] = at, last
    for person in lowest_first[::-1]:
        if person < people:
            begin_at = at = spot[person]
            if at > group[person]:
                before = line[at - 1]
                if potential[before] == potential[person]:
                    begin_at = group[before]
                else:
                    cut[at] = level
            if begin_at == at:
                size[at] = 0
            group[person] = begin_at
            size[begin_at] += 1


@compiled
def missing(
    mentors: int, mentor: Any, mentee: Any, gain: Any, listed: Any, spot: Any, least: Any, wish: Any
) -> Any:
    """Return the edges that are not listed and that a level would want: see ``rmatch.levels``.

    ``least[k, at]`` is the least score of a cut among the 2**k in line from ``at``.
    """
    found, count = np.empty(1024, np.int64), 0
    for edge in range(len(gain)):
        behind, before = spot[mentor[edge]], spot[mentors + mentee[edge]]
        if behind <= before or listed[edge]:
            continue
        k = 0
        while (behind - before) >> (k + 1):
            k += 1
        apart = min(least[k, before + 1], least[k, behind + 1 - (1 << k)])
        if gain[edge] > apart or (gain[edge] == apart and wish[mentor[edge]] >= apart):
            if count == len(found):
                found = np.concatenate((found, np.empty(count, np.int64)))
            found[count] = edge
            count += 1
    return found[:count]
