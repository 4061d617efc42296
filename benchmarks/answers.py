"""What questions cost, against one solve of the same problem."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any

import rmatch
from benchmarks.cases import SIX_RULES
from benchmarks.people import frames
from benchmarks.registry import Contestant, Outcome, case


@case("answers", sizes=(200, 1_000))
def answers(size: int) -> Mapping[str, Contestant]:
    """One solve from rosters with six rules, and questions, each to a matching that has answered
    none before; "why_not, again" to one that has."""
    mentors, mentees = frames(size)
    problem = rmatch.match(mentors, mentees, rules=SIX_RULES).problem
    solved = rmatch.solve(problem)
    mentor, mentee = solved.pairs[0].mentor, solved.pairs[-1].mentee

    def asked(question: Callable[[Any], object], fresh: bool = True) -> Contestant:
        def ask() -> Outcome:
            question(dataclasses.replace(solved) if fresh else solved)
            return Outcome(None)

        return ask

    def why_not(matching: Any) -> object:
        return matching.why_not(mentor, mentee)

    why_not(solved)

    def solve() -> Outcome:
        return Outcome(rmatch.solve(problem).units)

    return {
        "one solve": solve,
        "why_not": asked(why_not),
        "why_not, again": asked(why_not, fresh=False),
        "alternatives": asked(lambda matching: matching.alternatives(mentee)),
        "rule_costs, six rules": asked(lambda matching: matching.rule_costs()),
        "recruit": asked(lambda matching: matching.recruit()),
    }
