"""Re-matching a large programme after somebody left, against solving it anew."""

from __future__ import annotations

import math
from collections.abc import Mapping
from itertools import cycle
from typing import Any

import numpy as np

import rmatch
from benchmarks.families import skills
from benchmarks.registry import Contestant, Outcome, Run, case

#: Mentors who leave, another in each run: after some of them a repair looks at more pairs.
_LEAVERS = 15


@case("one leaver", sizes=(1_000, 5_000))
def leaver(size: int) -> Mapping[str, Contestant]:
    """One mentor left, another in each run: rmatch.rematch with every pair free to move, from the
    earlier prices, against rmatch.match for those who are still there. Whole calls, checks and
    words included; the objectives are the same."""

    def ours() -> Run:
        before, leavers = _before(size)
        turns = cycle(leavers)

        def run() -> Outcome:
            result = rmatch.rematch(before, drop=[next(turns)], max_changes=math.inf)
            matching = result.matching
            return Outcome(matching.units, matching.seconds, {"changes": len(result.changes)})

        return run

    def anew() -> Run:
        before, leavers = _before(size)
        problem: Any = before.problem
        at = [problem.mentors.index(who) for who in leavers]
        everybody = np.arange(size)
        turns = cycle([problem.mentors.take(np.delete(everybody, each)) for each in at])

        def run() -> Outcome:
            matching = rmatch.match(
                next(turns), problem.mentees, rules=problem.rules, score=problem.score
            )
            return Outcome(matching.units, matching.seconds)

        return run

    return {"rematch": ours, "match": anew}


def _before(size: int) -> tuple[rmatch.Matching, list[str]]:
    """Return a matching, and mentors in it who leave one at a time."""
    before = rmatch.solve(skills(size))
    spread = np.linspace(0, len(before) - 1, _LEAVERS).astype(int)
    return before, [before.mentor_ids[row] for row in before.rows[spread].tolist()]
