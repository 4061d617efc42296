"""Repeated one-to-one rounds: what programmes do whose tool can only pair one with one."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from rmatch import solvers
from rmatch.candidates import Bounds, Candidates, Feature
from rmatch.solvers import Options, Selection, Status
from rmatch.solvers.heuristics import COUNTS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Bools = NDArray[np.bool_]


class Rounds:
    """The best one-to-one assignment of all who have a place left, again and again.

    Each round is proven best, all together are not: an early round takes partners that a later one
    would have used better. It stops when a round adds no pair.

    References
    ----------
    The way of the package mentor-match, but with forbidden pairs left out rather than scored 0.
    """

    name: ClassVar[str] = "rounds"
    features: ClassVar[frozenset[Feature]] = COUNTS
    exact: ClassVar[bool] = False

    def solve(self, candidates: Candidates, options: Options) -> Selection:
        """Return the pairs of all rounds."""
        taken = np.zeros(len(candidates), dtype=bool)
        while True:
            bounds = _one_each(candidates, taken)
            places = bounds.mentor_most[candidates.mentor] * bounds.mentee_most[candidates.mentee]
            open_edges = np.flatnonzero((places > 0) & ~taken)
            program = candidates.take(open_edges).replace(bounds=bounds)
            added = solvers.choose("auto", program).solve(program, options).edges
            if not len(added):
                chosen = np.flatnonzero(taken)
                return Selection(chosen, Status.HEURISTIC, candidates.value(chosen), None)
            taken[open_edges[added]] = True


def _one_each(candidates: Candidates, taken: Bools) -> Bounds:
    """Return one place for everybody who has one left; a bonus is earned with the first pair."""
    bounds = candidates.bounds
    mentors, mentees = candidates.shape
    mentor_pairs = np.bincount(candidates.mentor[taken], minlength=mentors)
    mentee_pairs = np.bincount(candidates.mentee[taken], minlength=mentees)
    return replace(
        bounds,
        mentor_most=np.minimum(bounds.mentor_most - mentor_pairs, 1),
        mentee_most=np.minimum(bounds.mentee_most - mentee_pairs, 1),
        mentor_bonus=np.where(mentor_pairs > 0, 0, bounds.mentor_bonus),
        mentee_bonus=np.where(mentee_pairs > 0, 0, bounds.mentee_bonus),
        seats=None if bounds.seats is None else bounds.seats - int(taken.sum()),
    )
