"""SciPy's linear sum assignment: exact, one-to-one or with capacities on one side."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import numpy as np

from rmatch.candidates import Candidates, Feature, folded
from rmatch.solvers import Options, Selection, Status

if TYPE_CHECKING:
    from numpy.typing import NDArray


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
        cell = _cells(candidates)
        costs = np.zeros((mentees, mentors))
        # An edge that gains nothing is never needed: it stands as 0, like a forbidden pair.
        costs.ravel()[cell] = -np.maximum(folded(candidates), 0)
        places = np.minimum(bounds.mentor_most, mentees), np.minimum(bounds.mentee_most, mentors)
        slots = _repeated(_repeated(costs, places[1], 0), places[0], 1)
        row, col = linear_sum_assignment(slots)
        paired = slots[row, col] < 0
        taken = np.zeros((mentees, mentors), dtype=bool)
        taken[
            np.repeat(np.arange(mentees), places[1])[row[paired]],
            np.repeat(np.arange(mentors), places[0])[col[paired]],
        ] = True
        chosen = np.flatnonzero(taken.ravel()[cell])
        value = candidates.value(chosen)
        return Selection(chosen, Status.OPTIMAL, value, value)


def _cells(candidates: Candidates) -> NDArray[np.intp] | slice:
    """Return where the edges stand in a (mentees, mentors) matrix, row by row; they ascend."""
    mentors, mentees = candidates.shape
    if len(candidates) == mentors * mentees:
        return slice(None)
    cell = candidates.mentee.astype(np.intp)
    cell *= mentors
    cell += candidates.mentor
    return cell


def _repeated(
    matrix: NDArray[np.float64], places: NDArray[np.int64], axis: int
) -> NDArray[np.float64]:
    """Return the matrix with as many copies of each row or column as there are places."""
    return matrix if (places == 1).all() else np.repeat(matrix, places, axis)
