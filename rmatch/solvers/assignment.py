"""SciPy's linear sum assignment: exact, one-to-one or with capacities on one side."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from rmatch.candidates import Candidates, Feature, folded
from rmatch.solvers import Options, Selection, Status


class Assignment:
    """The modified Jonker-Volgenant algorithm on the dense matrix of gains.

    A person with several places becomes as many rows, on one side only: copied on both sides, one
    pair could be chosen twice. A forbidden pair is worth exactly as much as no pair at all, less
    one unit, so leaving somebody out is never worse than an unwanted pair.

    References
    ----------
    D. F. Crouse, "On implementing 2D rectangular assignment algorithms", IEEE Transactions on
    Aerospace and Electronic Systems 52(4), 2016.
    """

    name: ClassVar[str] = "assignment"
    features: ClassVar[frozenset[Feature]] = frozenset({Feature.CAPACITIES})
    exact: ClassVar[bool] = True

    def solve(self, candidates: Candidates, options: Options) -> Selection:
        """Return the optimum. ``options`` has no effect: the method is deterministic."""
        from scipy.optimize import linear_sum_assignment

        bounds, (mentors, mentees) = candidates.bounds, candidates.shape
        gains = folded(candidates)
        useful = gains > 0  # an edge that gains nothing is never needed
        matrix = np.zeros((mentors, mentees))
        matrix[candidates.mentor[useful], candidates.mentee[useful]] = gains[useful]
        rows = np.repeat(np.arange(mentors), np.minimum(bounds.mentor_most, mentees))
        cols = np.repeat(np.arange(mentees), np.minimum(bounds.mentee_most, mentors))
        slots = matrix[rows][:, cols]
        row, col = linear_sum_assignment(slots, maximize=True)
        paired = slots[row, col] > 0
        edge_of = np.full((mentors, mentees), -1, dtype=np.intp)
        edge_of[candidates.mentor, candidates.mentee] = np.arange(len(candidates))
        chosen = np.sort(edge_of[rows[row[paired]], cols[col[paired]]])
        value = candidates.value(chosen)
        return Selection(chosen, Status.OPTIMAL, value, value)
