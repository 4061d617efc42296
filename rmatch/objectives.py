"""Objectives: what the best matching is best at, each a named choice."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from rmatch import solvers
from rmatch.errors import InvalidInputError
from rmatch.solvers import Options, Selection

if TYPE_CHECKING:
    from rmatch.candidates import Bounds, Candidates


@dataclass(frozen=True)
class Objective:
    """What is maximised. Every objective is exact integer arithmetic on the gains of pairs.

    The two that follow are one solve: the sum of gains, plus a bonus for each person matched.
    """

    name: ClassVar[str] = ""

    def bounds(self, bounds: Bounds, gain_limit: int) -> Bounds:
        """Return the bounds with the bonuses of this objective; no gain exceeds ``gain_limit``."""
        return bounds

    def optimise(self, candidates: Candidates, solver: str, options: Options) -> Selection:
        """Return the best selection of the candidates."""
        return solvers.choose(solver, candidates).solve(candidates, options)


@dataclass(frozen=True)
class TotalScore(Objective):
    """The largest sum of the scores of all pairs."""

    name: ClassVar[str] = "total_score"


@dataclass(frozen=True)
class CoverageFirst(Objective):
    """As many people matched as possible, both sides counted; among those, the largest total score.

    Each matched person earns a bonus above what any change of scores could be worth, so one more
    person always outweighs better pairs.
    """

    name: ClassVar[str] = "coverage_first"

    def bounds(self, bounds: Bounds, gain_limit: int) -> Bounds:
        """Return the bounds with a bonus for everybody."""
        bonus = 2 * gain_limit * max(bounds.most_pairs, 1) + 1
        return replace(
            bounds,
            mentor_bonus=np.full_like(bounds.mentor_most, bonus),
            mentee_bonus=np.full_like(bounds.mentee_most, bonus),
        )


TOTAL_SCORE = TotalScore()

OBJECTIVES: dict[str, type[Objective]] = {
    objective.name: objective for objective in (TotalScore, CoverageFirst)
}


def objective_named(objective: str | Objective) -> Objective:
    """Return the objective for a name; an objective is returned as it is."""
    if isinstance(objective, Objective):
        return objective
    if objective not in OBJECTIVES:
        raise InvalidInputError(
            f"no objective {objective!r}; there are: {', '.join(sorted(OBJECTIVES))}"
        )
    return OBJECTIVES[objective]()
