"""What the ways of pairing that people use today would have given, on the same problem."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from rmatch.matching import Matching

_DRAWS = 20


@dataclass(frozen=True, slots=True)
class Strategy:
    """One way of pairing: means over its draws, where it draws lots."""

    name: str
    mentees: float
    score: float
    per_pair: float
    share_of_best: float


def other_strategies(best: Matching) -> tuple[Strategy, ...]:
    """Return the optimum, then what each other strategy gives under the same rules."""
    from rmatch.pipeline import solve
    from rmatch.solvers import Options

    found = [_row("proven best (rmatch)", [best], best)]
    for name, solver in (
        ("greedy (best pair first)", "greedy"),
        ("stable (no pair defects)", "stable"),
        ("first come, first served", "first_come"),
    ):
        found.append(_row(name, [solve(best.problem, solver=solver)], best))
    draws = [
        solve(best.problem, solver="random", options=Options(seed=seed)) for seed in range(_DRAWS)
    ]
    found.append(_row(f"random ({_DRAWS} draws, mean)", draws, best))
    return tuple(found)


def _row(name: str, draws: Sequence[Matching], best: Matching) -> Strategy:
    score = fmean(draw.score for draw in draws)
    pairs = fmean(len(draw) for draw in draws)
    return Strategy(
        name,
        fmean(len(np.unique(draw.cols)) for draw in draws),
        score,
        score / pairs if pairs else 0.0,
        score / best.score if best.score else 1.0,
    )
