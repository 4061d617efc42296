"""rmatch: provably optimal, explainable pairs for reverse mentoring programmes.

The public names are loaded on first use, so that ``import rmatch`` costs next to nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

#: Where each public name lives.
_PUBLIC: dict[str, str] = {
    "Goal": "rmatch.people",
    "InfeasibleError": "rmatch.errors",
    "InvalidInputError": "rmatch.errors",
    "Matching": "rmatch.matching",
    "MissingDependencyError": "rmatch.errors",
    "Pair": "rmatch.matching",
    "Person": "rmatch.people",
    "Problem": "rmatch.problem",
    "Programme": "rmatch.programme",
    "RmatchError": "rmatch.errors",
    "Roster": "rmatch.people",
    "Scale": "rmatch.people",
    "SolverError": "rmatch.errors",
    "Strategy": "rmatch.comparison",
    "UnknownPersonError": "rmatch.errors",
    "UnsupportedFeatureError": "rmatch.errors",
    "compare": "rmatch.comparison",
    "lottery": "rmatch.lotteries",
    "match": "rmatch.pipeline",
    "match_matrix": "rmatch.pipeline",
    "profile": "rmatch.programme",
    "read_people": "rmatch.reading",
    "read_programme": "rmatch.programme",
    "read_roster": "rmatch.reading",
    "readiness": "rmatch.answers.readiness",
    "recruit": "rmatch.answers.recruit",
    "rematch": "rmatch.living.rematch",
    "solve": "rmatch.pipeline",
    "training_plan": "rmatch.answers.training",
}
_MODULES = ("living", "objectives", "plots", "progress", "rules", "scoring")

__all__ = [
    "Goal",
    "InfeasibleError",
    "InvalidInputError",
    "Matching",
    "MissingDependencyError",
    "Pair",
    "Person",
    "Problem",
    "Programme",
    "RmatchError",
    "Roster",
    "Scale",
    "SolverError",
    "Strategy",
    "UnknownPersonError",
    "UnsupportedFeatureError",
    "compare",
    "living",
    "lottery",
    "match",
    "match_matrix",
    "objectives",
    "plots",
    "profile",
    "progress",
    "read_people",
    "read_programme",
    "read_roster",
    "readiness",
    "recruit",
    "rematch",
    "rules",
    "scoring",
    "solve",
    "training_plan",
]

if TYPE_CHECKING:
    from rmatch import living, objectives, plots, progress, rules, scoring
    from rmatch.answers.readiness import readiness
    from rmatch.answers.recruit import recruit
    from rmatch.answers.training import training_plan
    from rmatch.comparison import Strategy, compare
    from rmatch.errors import (
        InfeasibleError,
        InvalidInputError,
        MissingDependencyError,
        RmatchError,
        SolverError,
        UnknownPersonError,
        UnsupportedFeatureError,
    )
    from rmatch.living.rematch import rematch
    from rmatch.lotteries import lottery
    from rmatch.matching import Matching, Pair
    from rmatch.people import Goal, Person, Roster, Scale
    from rmatch.pipeline import match, match_matrix, solve
    from rmatch.problem import Problem
    from rmatch.programme import Programme, profile, read_programme
    from rmatch.reading import read_people, read_roster
else:

    def __getattr__(name: str) -> Any:
        """Load a public name on first use (PEP 562)."""
        from importlib import import_module

        if name in _PUBLIC:
            value = getattr(import_module(_PUBLIC[name]), name)
        elif name in _MODULES:
            value = import_module(f"rmatch.{name}")
        else:
            raise AttributeError(f"module 'rmatch' has no attribute {name!r}")
        globals()[name] = value
        return value


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
