"""Faces: all optimal selections of a program, as a program again.

At prices that prove an optimum, a selection is optimal exactly if it takes every edge that gains
more than its prices, no edge that gains less, gives everybody a number of pairs that is best at
their price, and fills the seats where a seat has a price (complementary slackness). These are
conditions of the same kind as before: so the best of a second aim among all that are best in a
first one is a plain solve, with no weights to choose and no numbers that grow.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from rmatch.candidates import Bounds, Candidates
    from rmatch.solvers import Prices, Selection

    Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Face:
    """What every optimal selection has in common, over the edges of the program."""

    possible: NDArray[np.bool_]  # (edges,), edges that an optimal selection may take
    forced: NDArray[np.bool_]  # (edges,), edges that every one takes
    bounds: Bounds  # the numbers of pairs that are best for everybody
    full: bool  # every one fills all seats

    @classmethod
    def of(cls, candidates: Candidates, selection: Selection) -> Face:
        """Return the face of an optimal selection of a program without cohort rows."""
        from rmatch.certificate import prices_of

        prices = selection.prices or prices_of(candidates, selection.edges)
        reduced = candidates.gain - prices.mentor[candidates.mentor] - prices.seat
        reduced -= prices.mentee[candidates.mentee]
        locked = np.zeros(len(candidates), dtype=bool)
        locked[candidates.locked] = True
        return cls(
            (reduced >= 0) | locked,
            (reduced > 0) | locked,
            _best_counts(candidates.bounds, prices),
            prices.seat > 0,
        )


def _best_counts(bounds: Bounds, prices: Prices) -> Bounds:
    changes = {}
    for side in ("mentor", "mentee"):
        price = getattr(prices, side)
        least, most, bonus = (
            getattr(bounds, f"{side}_{what}") for what in ("least", "most", "bonus")
        )
        # price * d + bonus * [d >= 1] is linear but for the step at 1.
        counts = np.array([least, np.clip(1, least, most), most])
        worth = price * counts + bonus * (counts >= 1)
        best = worth == worth.max(axis=0)
        changes[f"{side}_least"] = np.where(best, counts, np.iinfo(np.int64).max).min(axis=0)
        changes[f"{side}_most"] = np.where(best, counts, -1).max(axis=0)
    return replace(bounds, **changes)
