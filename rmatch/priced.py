"""What pricing finds, and what of it a later repair begins with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from rmatch.solvers import Prices, Status

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from rmatch.candidates import Candidates


@dataclass(frozen=True, eq=False)
class Basis:
    """What a later repair begins with: prices fair at every pair, and the candidate pairs.

    Every other pair of a mentee gains at least their ``margin`` less than its two people's prices.
    """

    pool: Candidates
    prices: Prices
    chosen: NDArray[np.intp]  # (pairs,), where the pairs of the matching stand among them
    margin: NDArray[np.int64]  # (mentees,)


@dataclass(frozen=True, eq=False)
class Priced:
    """What pricing found: pairs as positions of mentors and mentees, by mentor, then mentee."""

    status: Status
    objective: int
    bound: int
    prices: Prices
    rounds: int
    edges: int  # candidate edges in the last program
    touched: int  # pairs whose gain was computed, in all scans together
    seconds: dict[str, float]
    pool: Candidates  # those near the prices
    chosen: NDArray[np.intp]  # (pairs,), where the pairs stand in it, by mentor, then mentee
    margin: NDArray[np.int64]  # (mentees,), pairs outside it gain that much less than prices

    @property
    def rows(self) -> NDArray[np.intp]:
        """The mentors of the pairs."""
        return self.pool.mentor[self.chosen].astype(np.intp)

    @property
    def cols(self) -> NDArray[np.intp]:
        """The mentees of the pairs."""
        return self.pool.mentee[self.chosen].astype(np.intp)

    @property
    def basis(self) -> Basis | None:
        """What a later repair begins with, ``None`` where the prices prove no optimum."""
        if self.status is not Status.OPTIMAL:
            return None
        return Basis(self.pool, self.prices, self.chosen, self.margin)
