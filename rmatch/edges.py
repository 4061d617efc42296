"""The candidate pairs of a large problem, as a list that grows from scan to scan."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from rmatch import kernels
from rmatch.candidates import of_pairs
from rmatch.errors import SolverError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from rmatch.candidates import Candidates, Matchable
    from rmatch.scan import Found
    from rmatch.solvers import Prices


@dataclass(frozen=True, eq=False)
class Edges:
    """Some pairs with their gains, by mentee, then mentor."""

    key: NDArray[np.int64]  # (edges,), mentee * mentors + mentor, ascending
    mentor: NDArray[np.int32]
    mentee: NDArray[np.int32]
    gain: NDArray[np.int64]

    @classmethod
    def locked(cls, problem: Matchable) -> Edges:
        """Return the pairs that are locked."""
        mentor, mentee = problem.locks
        key = mentee.astype(np.int64) * problem.shape[0] + mentor
        order = np.argsort(key)
        mentor, mentee = mentor[order], mentee[order]
        gain, _ = of_pairs(problem, mentor, mentee)
        return cls(key[order], mentor.astype(np.int32), mentee.astype(np.int32), gain)

    def __len__(self) -> int:
        return len(self.key)

    def at(self, keys: NDArray[np.int64]) -> NDArray[np.intp]:
        """Return where pairs stand that are among these."""
        return np.searchsorted(self.key, keys)

    def with_found(self, found: Found, mentors: int) -> tuple[Edges, NDArray[np.bool_]]:
        """Return these with those found that are not among them; and which of the found are new."""
        *more, new, ascend = kernels.load("edges").merged(
            self.key, self.mentor, self.mentee, self.gain,
            found.mentor, found.mentee, found.gain, mentors,
        )  # fmt: skip
        if not ascend:  # doubles would lead the solver round in circles
            raise SolverError("a scan found a pair twice; please report it", "check failed")
        return Edges(*more), new

    def take(self, stay: NDArray[np.intp]) -> Edges:
        """Return some of them."""
        return Edges(self.key[stay], self.mentor[stay], self.mentee[stay], self.gain[stay])


def reduced(pairs: Edges | Candidates, prices: Prices) -> NDArray[np.int64]:
    """Return what pairs gain more than the prices of their two people and of a seat."""
    more: NDArray[np.int64] = kernels.load("edges").reduced(
        pairs.mentor, pairs.mentee, pairs.gain, prices.mentor + prices.seat, prices.mentee
    )
    return more


def above(pairs: Edges | Candidates, prices: Prices) -> int:
    """Return what all pairs together gain above the prices, those that do."""
    return int(
        kernels.load("edges").above(
            pairs.mentor, pairs.mentee, pairs.gain, prices.mentor + prices.seat, prices.mentee
        )
    )
