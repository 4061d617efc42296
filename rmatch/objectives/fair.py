"""Fair objectives: the worst-off first, or everybody in proportion."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from rmatch import levels as compiled
from rmatch.errors import InvalidInputError, SolverError, UnsupportedFeatureError
from rmatch.objectives.base import Staged
from rmatch.sequence import Sequence as Stages
from rmatch.solvers import Stage

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from rmatch.objectives.base import PairList

#: Logarithms of scores are put once on this grid.
LOG_GRID = 1 << 32
#: From so many edges on, levels are treated in compiled loops.
MANY = 5_000


@dataclass(frozen=True)
class MaxMin(Staged):
    """The worst pair as good as possible, among as many mentees matched as possible.

    First as many mentees as possible have a pair, then there are as many pairs as possible; then
    the lowest score of a pair is as high as possible, and with that the total score. A mentee
    without a pair is worse off than any mentee with one: ``MinimumScore`` forbids pairs that are
    worse than none.

    References
    ----------
    D. R. Fulkerson, I. Glicksberg, O. Gross, "A production-line assignment problem", RAND, 1953
    (the bottleneck assignment).

    Examples
    --------
    Two mentees; the best total leaves one of them with a pair that scores 1:

    >>> import rmatch
    >>> scores = [[9, 5], [4, 1]]
    >>> rmatch.match_matrix(scores).score
    10.0
    >>> [pair.score for pair in rmatch.match_matrix(scores, objective="max_min").pairs]
    [5.0, 4.0]
    """

    name: ClassVar[str] = "max_min"

    def go_through(self, stages: Stages, problem: Any) -> None:
        """Find a bottleneck between two flows."""
        as_many_as_possible(stages)
        raise_worst = compiled.raise_worst if many(stages) else _raise_worst
        raise_worst(stages, problem.unit)
        stages.score(problem.unit)

    def recount(
        self, problem: Any, pairs: PairList, gains: Sequence[int], total: int
    ) -> tuple[int, ...]:
        """Count mentees and pairs, look for the worst, add up."""
        worst = (min(gains),) if len(gains) else ()
        return (len({mentee for _, mentee in pairs}), len(pairs), *worst, total)


@dataclass(frozen=True)
class Leximin(Staged):
    """The worst-off first, then the next: scores sorted from the worst, compared one by one.

    As in :class:`MaxMin` as many mentees as possible have a pair and there are as many pairs as
    possible; then the sorted list of all pairs' scores is the largest in the order of a dictionary:
    the worst as good as possible and as rare as possible, then the second worst, to the end. For
    mentees who have one pair each this is leximin over mentees; a mentee with several pairs counts
    with each of them.

    References
    ----------
    A. Sen, "Collective Choice and Social Welfare", 1970 (leximin); R. E. Burkard, F. Rendl,
    "Lexicographic bottleneck problems", Operations Research Letters 10, 1991; C.-C. Huang,
    T. Kavitha, K. Mehlhorn, D. Michail, "Fair matchings and related problems", Algorithmica 74,
    2016 (one level after the other, each within the prices of those before).

    Examples
    --------
    Both have a worst pair of 2; leximin then looks at the next, max_min at the total:

    >>> import rmatch
    >>> scores = [[2, 0, 0], [0, 3, 9], [0, 1, 4]]
    >>> allowed = [[True, False, False], [False, True, True], [False, True, True]]
    >>> scores[2][1] = 2
    >>> for objective in ("max_min", "leximin"):
    ...     matching = rmatch.match_matrix(scores, allowed, objective=objective)
    ...     print(objective, sorted(pair.score for pair in matching.pairs))
    max_min [2.0, 2.0, 9.0]
    leximin [2.0, 3.0, 4.0]
    """

    name: ClassVar[str] = "leximin"

    def go_through(self, stages: Stages, problem: Any) -> None:
        """Go from one level of score to the next."""
        as_many_as_possible(stages)
        through_all = compiled.leximin if many(stages) else levels
        through_all(stages, problem.unit)

    def recount(
        self, problem: Any, pairs: PairList, gains: Sequence[int], total: int
    ) -> tuple[int, ...]:
        """Count mentees, pairs, and the pairs of each level of score."""
        counts = [-sum(gain == level for gain in gains) for level in sorted(set(gains))]
        return (len({mentee for _, mentee in pairs}), len(pairs), *counts)


@dataclass(frozen=True)
class Nash(Staged):
    """Proportional fairness over mentees: the product of their scores as large as possible.

    As many mentees as possible have a score above 0, and among those matchings the product of these
    scores, the sum of their logarithms, is the largest: in another matching of the same mentees,
    whatever factors the scores of some rise by, those of others fall by as much or more, all
    factors multiplied. What is then still open goes to as many pairs as possible.

    Logarithms are put once on a grid of 2**-32, which can change their sum by at most 2**-33 for
    each pair; the optimum on the grid is exact.

    Every mentee may have one pair at most: with several, the product is one of sums, which no
    linear program maximises.

    References
    ----------
    J. F. Nash, "The bargaining problem", Econometrica 18, 1950; I. Caragiannis, D. Kurokawa,
    H. Moulin, A. D. Procaccia, N. Shah, J. Wang, "The unreasonable fairness of maximum Nash
    welfare", ACM Transactions on Economics and Computation 7(3), 2019.

    Examples
    --------
    >>> import rmatch
    >>> scores = [[12, 5], [6, 1]]
    >>> for objective in ("total_score", "nash"):
    ...     print([pair.score for pair in rmatch.match_matrix(scores, objective=objective).pairs])
    [12.0, 1.0]
    [5.0, 6.0]
    """

    name: ClassVar[str] = "nash"

    def validate(self, problem: Any) -> None:
        """Refuse several pairs per mentee, and scores below 0."""
        most = int(problem.bounds.mentee_most.max(initial=0))
        if most > 1:
            raise UnsupportedFeatureError(
                f"objective 'nash' with up to {most} pairs per mentee would be a product of sums, "
                "which no linear program maximises; give mentees a capacity of 1, or take "
                "'leximin' or 'max_min', which count every pair"
            )

    def go_through(self, stages: Stages, problem: Any) -> None:
        """Solve three flows."""
        gain = stages.candidates.gain
        if (gain < 0).any():
            raise InvalidInputError(
                "objective 'nash' multiplies scores, and some are below 0; raise all scores"
            )
        stages.maximise("mentees with a score above 0", (gain > 0).astype(np.int64))
        logs = log_units(gain)
        stages.maximise("sum of logarithms (base 2) of scores", logs, unit=1 / LOG_GRID)
        stages.maximise("pairs", np.ones_like(gain))

    def recount(
        self, problem: Any, pairs: PairList, gains: Sequence[int], total: int
    ) -> tuple[int, ...]:
        """Count, and add up logarithms one by one."""
        logs = [round(math.log2(gain) * LOG_GRID) for gain in gains if gain > 0]
        return (len(logs), sum(logs), len(pairs))


def log_units(gain: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the logarithms (base 2) of whole gains in units of the grid; 0 for a gain of 0."""
    values, places = np.unique(np.maximum(gain, 1), return_inverse=True)
    logs = [round(math.log2(value) * LOG_GRID) for value in values.tolist()]
    return np.array(logs, dtype=np.int64)[places]


def many(stages: Stages) -> bool:
    """Say whether compiled loops can, and are worth it."""
    return stages.by_faces and not stages.stopped and len(stages.candidates) >= MANY


def as_many_as_possible(stages: Stages) -> None:
    """Match as many mentees as possible, then as many pairs as possible.

    Where mentees have one pair each, that is the same. The matching to go on from is one whose
    worst pairs are good already, where that costs nothing.
    """
    nothing = np.zeros_like(stages.candidates.gain)
    several = bool((stages.bounds.mentee_most > 1).any())
    if several:
        mentees = np.ones_like(stages.bounds.mentee_bonus)
        stages.maximise("mentees matched", nothing, mentees=mentees)
    begin = compiled.close_to_leximin(stages.candidates.gain) if stages.by_faces else nothing
    stages.most_pairs(begin)
    if not several:
        stages.stages.insert(0, replace(stages.stages[0], name="mentees matched"))


def _raise_worst(stages: Stages, unit: float) -> None:
    """Raise the score of the worst pair as far as possible."""
    assert stages.chosen is not None
    gain = stages.candidates.gain
    if stages.stopped or not len(stages.chosen):
        return
    worst = int(gain[stages.chosen].min())
    most = int(gain[stages.forced].min(initial=np.iinfo(np.int64).max))
    values = np.unique(gain[stages.possible & (gain >= worst) & (gain <= most)])
    low, high = 0, len(values)
    while high - low > 1:
        middle = (low + high) // 2
        try:
            fits = stages.fits(gain >= values[middle])
        except SolverError:  # time is up
            stages.settle(Stage("worst pair", worst, None, unit))
            return
        low, high = (middle, high) if fits else (low, middle)
    worst = int(values[low])
    stages.keep(gain >= worst)
    stages.settle(Stage("worst pair", worst, worst, unit))


def levels(stages: Stages, unit: float) -> None:
    """Take as few pairs as possible of the worst level, then of the next, to the best."""
    gain = stages.candidates.gain
    done: int | None = None
    while not stages.stopped:
        assert stages.chosen is not None
        reached = gain[stages.chosen]
        ahead = reached if done is None else reached[reached > done]
        if not len(ahead):
            return
        level = int(ahead.min())
        # The selection at hand does without all edges between two levels: so does the best.
        between = (gain < level) if done is None else (gain < level) & (gain > done)
        stages.keep(~between)
        here = -(gain == level).astype(np.int64)
        stages.maximise(f"pairs at {level * unit:.6g}", here, unit=-1.0)
        if not stages.stages[-1].value:
            stages.stages.pop()
            stages.keep(gain != level)
            continue
        done = level
