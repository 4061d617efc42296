"""What an objective is; the plain one, and the one that counts people first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from rmatch import solvers
from rmatch.parameters import check_parameters
from rmatch.sequence import Sequence as Stages
from rmatch.sequence import heuristic
from rmatch.solvers import Options, Selection

if TYPE_CHECKING:
    from rmatch.candidates import Bounds, Candidates

    PairList = Sequence[tuple[int, int]]


@dataclass(frozen=True)
class Objective:
    """What is maximised. Every objective is exact integer arithmetic.

    An objective of one program is the sum of the pairs' gains plus a bonus for each person matched,
    which ``bounds`` sets; any solver can maximise it. Others take several solves, see
    :mod:`rmatch.sequence`, and say in ``Selection.stages`` what each of them proved.
    """

    name: ClassVar[str] = ""
    #: Whether any two matchings differ by people matched and score alone, as answers tell it.
    told_as_score: ClassVar[bool] = False

    def __post_init__(self) -> None:
        check_parameters(self)

    def validate(self, problem: Any) -> None:
        """Raise where the problem has not what this objective reads."""

    def bounds(self, problem: Any, bounds: Bounds, gain_limit: int) -> Bounds:
        """Return the bounds with the bonuses of this objective; no gain exceeds ``gain_limit``."""
        return bounds

    def one_program(self, problem: Any) -> bool:
        """Say whether gains and bonuses are all there is to maximise."""
        return True

    def optimise(
        self, problem: Any, candidates: Candidates, solver: str, options: Options
    ) -> Selection:
        """Return the best selection of the candidates."""
        return solvers.choose(solver, candidates).solve(candidates, options)

    def recount(
        self, problem: Any, pairs: PairList, gains: Sequence[int], total: int
    ) -> tuple[int, ...]:
        """Return the value of each stage for a set of pairs, counted plainly: for the checker.

        ``gains`` are those of the pairs, ``total`` the objective that they add up to.
        """
        return ()


@dataclass(frozen=True)
class Staged(Objective):
    """An objective of several solves, each among what is best in those before."""

    def one_program(self, problem: Any) -> bool:
        """It takes one solve for each thing that comes first."""
        return False

    def optimise(
        self, problem: Any, candidates: Candidates, solver: str, options: Options
    ) -> Selection:
        """Return the best selection, stage after stage; a strategy's own where that is wanted."""
        if (found := heuristic(candidates, solver, options)) is not None:
            return found
        stages = Stages(candidates, solver, options)
        self.go_through(stages, problem)
        return stages.selection()

    def go_through(self, stages: Stages, problem: Any) -> None:
        """Go through all stages."""
        raise NotImplementedError


@dataclass(frozen=True)
class TotalScore(Objective):
    """The largest sum of the scores of all pairs.

    Examples
    --------
    One good pair beats two poor ones:

    >>> import rmatch
    >>> matching = rmatch.match_matrix([[9, 1], [1, 0]], allowed=[[True, True], [True, False]])
    >>> [(pair.mentor, pair.mentee) for pair in matching.pairs]
    [(0, 0)]
    """

    name: ClassVar[str] = "total_score"
    told_as_score: ClassVar[bool] = True


@dataclass(frozen=True)
class CoverageFirst(Objective):
    """As many people matched as possible, both sides counted; among those, the largest total score.

    Each matched person earns a bonus above what any change of scores could be worth, so one more
    person always outweighs better pairs.

    Examples
    --------
    >>> import rmatch
    >>> scores, allowed = [[9, 1], [1, 0]], [[True, True], [True, False]]
    >>> matching = rmatch.match_matrix(scores, allowed, objective="coverage_first")
    >>> [(pair.mentor, pair.mentee) for pair in matching.pairs]
    [(0, 1), (1, 0)]
    """

    name: ClassVar[str] = "coverage_first"
    told_as_score: ClassVar[bool] = True

    def bounds(self, problem: Any, bounds: Bounds, gain_limit: int) -> Bounds:
        """Return the bounds with a bonus for everybody."""
        bonus = 2 * gain_limit * max(bounds.most_pairs, 1) + 1
        return replace(
            bounds,
            mentor_bonus=np.full_like(bounds.mentor_bonus, bonus),
            mentee_bonus=np.full_like(bounds.mentee_bonus, bonus),
        )


TOTAL_SCORE = TotalScore()
