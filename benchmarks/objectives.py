"""What objectives cost against the total score: the same people, the same rules."""

from __future__ import annotations

from collections.abc import Mapping

import rmatch
from benchmarks.cases import SIX_RULES
from benchmarks.people import frames
from benchmarks.registry import Contestant, Outcome, Run, case
from rmatch.objectives import Matched, Objective, Pairs, Score, Tiers
from rmatch.reading import read_sides

KINDS: dict[str, str | Objective] = {
    "total_score": "total_score",
    "tiers of people": Tiers([Matched("mentees", "level", at_least=7), Matched(), Score()]),
    "tiers with pairs": Tiers([Matched("mentees"), Pairs(), Score()]),
    "max_min": "max_min",
    "leximin": "leximin",
    "nash": "nash",
    "stable": "stable",
}


@case("objectives", sizes=(1_000, 2_000, 5_000))
def objectives(size: int) -> Mapping[str, Contestant]:
    """Each objective on people with six rules and the default score, against the total score;
    from rosters to a checked matching. Objectives differ, so nothing is compared but time."""

    def contestant(objective: str | Objective) -> Contestant:
        def begin() -> Run:
            people = rmatch.Problem.of(*read_sides(*frames(size)), rules=SIX_RULES)
            problem = people.with_objective(objective)

            def run() -> Outcome:
                matching = rmatch.solve(problem)
                worst = float(matching.gains.min(initial=1 << 40)) * problem.unit
                figures = {"score": matching.score, "worst pair": worst}
                return Outcome(None, matching.seconds, figures)

            return run

        return begin

    return {name: contestant(objective) for name, objective in KINDS.items()}
