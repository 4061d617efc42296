"""A programme while it runs: circles, check-ins, health, ratings, impact, and simulated programmes.

The names are loaded on first use, as those of ``rmatch`` are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

#: Where each public name lives.
_PUBLIC: dict[str, str] = {
    "Assumptions": "rmatch.living.simulation",
    "PairEvent": "rmatch.living.pair_health",
    "PairLog": "rmatch.living.log",
    "RiskRules": "rmatch.living.pair_health",
    "checkin_plan": "rmatch.living.checkins",
    "circles": "rmatch.living.groups",
    "health": "rmatch.living.pair_health",
    "reciprocal": "rmatch.living.pool",
    "simulate": "rmatch.living.simulation",
    "suggest_weights": "rmatch.living.feedback",
    "uplift": "rmatch.living.impact",
}

__all__ = [
    "Assumptions",
    "PairEvent",
    "PairLog",
    "RiskRules",
    "checkin_plan",
    "circles",
    "health",
    "reciprocal",
    "simulate",
    "suggest_weights",
    "uplift",
]

if TYPE_CHECKING:
    from rmatch.living.checkins import checkin_plan
    from rmatch.living.feedback import suggest_weights
    from rmatch.living.groups import circles
    from rmatch.living.impact import uplift
    from rmatch.living.log import PairLog
    from rmatch.living.pair_health import PairEvent, RiskRules, health
    from rmatch.living.pool import reciprocal
    from rmatch.living.simulation import Assumptions, simulate
else:

    def __getattr__(name: str) -> Any:
        """Load a public name on first use (PEP 562)."""
        from importlib import import_module

        if name not in _PUBLIC:
            raise AttributeError(f"module 'rmatch.living' has no attribute {name!r}")
        value = globals()[name] = getattr(import_module(_PUBLIC[name]), name)
        return value


def __dir__() -> list[str]:
    return __all__
