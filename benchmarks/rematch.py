"""Re-matching a large programme after somebody left, against solving it anew."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

import rmatch
from benchmarks.families import skills
from benchmarks.registry import Contestant, Outcome, Run, case


@case("one leaver", sizes=(1_000, 5_000))
def leaver(size: int) -> Mapping[str, Contestant]:
    """One mentor left: rmatch.rematch with every pair free to move, from the earlier prices,
    against rmatch.match for those who are still there. Whole calls, checks and words included;
    the objectives are the same."""

    def ours() -> Run:
        before, left = _before(size)

        def run() -> Outcome:
            result = rmatch.rematch(before, drop=[left], max_changes=math.inf)
            matching = result.matching
            return Outcome(matching.units, matching.seconds, {"changes": len(result.changes)})

        return run

    def anew() -> Run:
        before, left = _before(size)
        problem: Any = before.problem
        stay = np.array([row for row, who in enumerate(problem.mentors.ids) if who != left])
        mentors = problem.mentors.take(stay)

        def run() -> Outcome:
            matching = rmatch.match(
                mentors, problem.mentees, rules=problem.rules, score=problem.score
            )
            return Outcome(matching.units, matching.seconds)

        return run

    return {"rematch": ours, "match": anew}


def _before(size: int) -> tuple[rmatch.Matching, str]:
    """Return a matching, and a mentor in it who leaves."""
    before = rmatch.solve(skills(size))
    return before, before.mentor_ids[int(before.rows[len(before) // 2])]
