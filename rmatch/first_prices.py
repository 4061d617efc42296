"""The prices that pricing begins with, from the gains of a few mentees."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from rmatch.candidates import blocks

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from rmatch.candidates import Matchable

#: Mentees whose gains give the first prices, and how many of these pairs are computed at a time.
_SOME, _SOME_PAIRS = 128, 1 << 20


def first_prices(problem: Matchable) -> NDArray[np.int64]:
    """Return prices to begin with: the cubic mean of what mentors gain with some mentees.

    Else all mentees would list those few mentors first who know what everybody wants. Prices
    are made by those who gain most, so larger gains count for more than in a plain mean.
    Mentors are drawn together as far as they differ by chance (see Efron and Morris, "Data
    analysis using Stein's estimator and its generalizations", Journal of the American
    Statistical Association 70, 1975); else all would list the same lucky few.
    """
    mentors, mentees = problem.shape
    if not mentors or not mentees:
        return np.zeros(mentors, np.int64)
    some = np.unique(np.linspace(0, mentees - 1, min(mentees, _SOME)).astype(np.intp))
    mean, square = np.zeros(mentors), np.zeros(mentors)
    largest = np.float32(max(problem.gain_limit, 1))
    for rows, cols in blocks((mentors, len(some)), _SOME_PAIRS):
        gains, allowed = problem.block(rows, some[cols])
        worth = np.maximum(gains.astype(np.float32) / largest, 0)  # of the largest gain
        worth *= allowed
        cubes = worth * worth * worth
        mean += cubes.sum(axis=1) / len(some)
        cubes *= cubes
        square += cubes.sum(axis=1) / len(some)
    between, by_chance = mean.var(), (square - mean * mean).mean() / len(some)
    share = max(0.0, 1 - by_chance / between) if between > 0 else 0.0
    prices: NDArray[np.float64] = np.cbrt(mean.mean() + share * (mean - mean.mean()))
    return (prices * float(largest)).astype(np.int64)
