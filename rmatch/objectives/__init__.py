"""Objectives: what the best matching is best at, each a named choice."""

from __future__ import annotations

from rmatch.errors import InvalidInputError
from rmatch.names import did_you_mean
from rmatch.objectives.base import TOTAL_SCORE, CoverageFirst, Objective, TotalScore
from rmatch.objectives.fair import Leximin, MaxMin, Nash
from rmatch.objectives.stable import Stable
from rmatch.objectives.tiers import Matched, Pairs, Score, Tier, Tiers

#: Every objective that a name alone says; ``Tiers`` are given as an instance.
OBJECTIVES: dict[str, type[Objective]] = {
    objective.name: objective
    for objective in (TotalScore, CoverageFirst, MaxMin, Leximin, Nash, Stable)
}
#: :class:`Tiers` and what they are made of, by the names that files know.
TIERS: dict[str, type[Objective | Tier]] = {
    each.__name__: each for each in (Tiers, Matched, Pairs, Score)
}


def objective_named(objective: str | Objective) -> Objective:
    """Return the objective for a name; an objective is returned as it is."""
    if isinstance(objective, Objective):
        return objective
    if objective == Tiers.name:
        raise InvalidInputError(
            "objective 'tiers' needs to know which; give "
            "rmatch.objectives.Tiers([Matched(...), Pairs(...), Score(...)])"
        )
    if objective not in OBJECTIVES:
        raise InvalidInputError(
            f"no objective {objective!r}; there are: {', '.join(sorted(OBJECTIVES))}, and Tiers"
            + did_you_mean(objective, OBJECTIVES)
        )
    return OBJECTIVES[objective]()


__all__ = [
    "OBJECTIVES",
    "TIERS",
    "TOTAL_SCORE",
    "CoverageFirst",
    "Leximin",
    "Matched",
    "MaxMin",
    "Nash",
    "Objective",
    "Pairs",
    "Score",
    "Stable",
    "Tier",
    "Tiers",
    "TotalScore",
    "objective_named",
]
