"""Objectives of large and of small numbers in parts, the large ones first.

HiGHS calculates in floats and takes for equal what differs by a millionth of the largest number. So
where one person matched outweighs all scores together, scores would be lost. But then the best is
the best by score among all that match the most people: two programs, each of numbers alike.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]

#: Numbers up to this size are not taken apart: a millionth of it is a thousandth of a score of 1.
LARGE = 1 << 30


class Part(NamedTuple):
    """One part of an objective: it is the sum of ``base * gain @ x`` over all parts."""

    base: int
    gain: Ints  # (columns,)
    rest: int  # no more than this is gained or lost by the later part


def in_parts(gain: Ints, bases: Iterable[int], reach: Callable[[int], int]) -> list[Part]:
    """Take an objective apart, so that the least change of a part outweighs all later parts.

    Parameters
    ----------
    gain
        What one unit of each column is worth.
    bases
        Numbers of which the large gains may be multiples: what being matched is worth.
    reach
        A limit on what multiples of a base leave of the objective, of any solution.

    Examples
    --------
    >>> import numpy as np
    >>> gain = np.array([2 * 10**12 + 5, 10**12 + 7, 10**12])
    >>> [(part.base, part.gain.tolist()) for part in in_parts(gain, [10**12], lambda base: 100)]
    [(1000000000000, [2, 1, 1]), (1, [5, 7, 0])]
    """
    for base in sorted(bases, reverse=True):
        if base > LARGE and 2 * (rest := reach(base)) < base:
            times = nearest(gain, base)
            return [Part(base, times, rest), Part(1, gain - base * times, 0)]
    return [Part(1, gain, 0)]


def nearest(numbers: Ints, base: int) -> Ints:
    """Return how many times the base is in each number, to the nearest."""
    times: Ints = numbers // base
    rest = numbers - times * base
    return times + (rest > base - rest)
