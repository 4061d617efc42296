"""The strategies that programmes use today, to compare with: none of them proves anything."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import numpy as np

from rmatch.candidates import SIZES, Candidates, Feature
from rmatch.solvers import Options, Selection, Status

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

#: What whoever goes pair by pair can do.
COUNTS = SIZES | {
    Feature.CAPACITIES,
    Feature.TWO_SIDED_CAPACITIES,
    Feature.SEATS,
    Feature.COVERAGE,
}


class Greedy:
    """The best pair of all first, then the best that is still possible, and so on."""

    name: ClassVar[str] = "greedy"
    features: ClassVar[frozenset[Feature]] = COUNTS
    exact: ClassVar[bool] = False

    def solve(self, candidates: Candidates, options: Options) -> Selection:
        """Return the greedy selection; ties go to the first in canonical order."""
        return take_in_order(candidates, np.argsort(-candidates.gain, kind="stable"))


class FirstCome:
    """Mentees in the order they signed up; each takes the best mentors that still have a place."""

    name: ClassVar[str] = "first_come"
    features: ClassVar[frozenset[Feature]] = COUNTS
    exact: ClassVar[bool] = False

    def solve(self, candidates: Candidates, options: Options) -> Selection:
        """Return the first-come selection."""
        turn = np.empty(candidates.shape[1], dtype=np.intp)
        arrival = candidates.arrival
        turn[np.arange(len(turn)) if arrival is None else arrival] = np.arange(len(turn))
        return take_in_order(candidates, np.lexsort((-candidates.gain, turn[candidates.mentee])))


class Random:
    """Mentees in random order; each takes random mentors that still have a place."""

    name: ClassVar[str] = "random"
    features: ClassVar[frozenset[Feature]] = COUNTS
    exact: ClassVar[bool] = False
    randomised: ClassVar[bool] = True

    def solve(self, candidates: Candidates, options: Options) -> Selection:
        """Return the selection for ``options.seed``."""
        rng = np.random.default_rng(options.seed)
        turn = rng.permutation(candidates.shape[1])
        luck = rng.random(len(candidates))
        return take_in_order(candidates, np.lexsort((luck, turn[candidates.mentee])))


def take_in_order(candidates: Candidates, order: NDArray[np.intp]) -> Selection:
    """Take each edge, in the order given, whose two people and seats still have a place."""
    bounds = candidates.bounds
    mentor_places, mentee_places = bounds.mentor_most.tolist(), bounds.mentee_most.tolist()
    seats = bounds.most_pairs
    taken: list[int] = []
    edges: Iterable[tuple[int, int, int]] = zip(
        order.tolist(),
        candidates.mentor[order].tolist(),
        candidates.mentee[order].tolist(),
        strict=True,
    )
    for edge, mentor, mentee in edges:
        if len(taken) == seats:
            break
        if mentor_places[mentor] and mentee_places[mentee]:
            mentor_places[mentor] -= 1
            mentee_places[mentee] -= 1
            taken.append(edge)
    chosen = np.sort(np.array(taken, dtype=np.intp))
    return Selection(chosen, Status.HEURISTIC, candidates.value(chosen), None)
