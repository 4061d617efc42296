"""What the fused kernel can test about one pair: the shapes that structured pair forms reduce to.

A pair form may say which conditions it is made of; the kernel then knows it, whatever its class.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import IntEnum
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Bools = NDArray[np.bool_]


class Kind(IntEnum):
    """How a condition reads its data."""

    REACHES = 0  # mentees[j] <= mentors[i], floats
    SHARES = 1  # a bit in common, (people, words)
    ALLOWED = 2  # table[mentors[i], mentees[j]]
    EXCEPT = 3  # no pair (mentors[k], mentees[k])
    SUMS = 4  # the product of two sparse matrices is at least ``least``


@dataclass(frozen=True, eq=False)
class Condition:
    """One thing a pair must meet, unless one of the two is not among the ``known``."""

    kind: Kind
    mentors: Any
    mentees: Any
    table: Bools | None = None
    least: int = 0
    known: tuple[Bools, Bools] | None = None

    def where_known(self, mentors: Bools, mentees: Bools) -> Condition:
        """Return the same for those who have data; all others pass."""
        if self.known is not None:
            mentors, mentees = self.known[0] & mentors, self.known[1] & mentees
        return replace(self, known=(mentors, mentees))


def reaches(mentors: NDArray[np.float64], mentees: NDArray[np.float64]) -> Condition:
    """Return the condition that a mentor's key is at least what the mentee asks for."""
    return Condition(Kind.REACHES, mentors, mentees)
