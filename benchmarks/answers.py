"""What questions cost, against one solve of the same problem."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any

import rmatch
from benchmarks.cases import SIX_RULES
from benchmarks.people import frames
from benchmarks.registry import Contestant, Outcome, Run, case


@case("answers", sizes=(200, 1_000))
def answers(size: int) -> Mapping[str, Contestant]:
    """One solve from rosters with six rules, and questions, each to a matching that has answered
    none before; "why_not, again" to one that has."""

    def solved() -> rmatch.Matching:
        return rmatch.match(*frames(size), rules=SIX_RULES)

    def solve() -> Run:
        problem = solved().problem
        return lambda: Outcome(rmatch.solve(problem).units)

    def asked(question: Callable[[Any, Any, Any], object], fresh: bool = True) -> Contestant:
        def ready() -> Run:
            matching = solved()
            mentor, mentee = matching.pairs[0].mentor, matching.pairs[-1].mentee
            question(matching, mentor, mentee)

            def ask() -> Outcome:
                one = dataclasses.replace(matching) if fresh else matching
                question(one, mentor, mentee)
                return Outcome(None)

            return ask

        return ready

    def why_not(matching: Any, mentor: Any, mentee: Any) -> object:
        return matching.why_not(mentor, mentee)

    return {
        "one solve": solve,
        "why_not": asked(why_not),
        "why_not, again": asked(why_not, fresh=False),
        "alternatives": asked(lambda matching, _, mentee: matching.alternatives(mentee)),
        "rule_costs, six rules": asked(lambda matching, *_: matching.rule_costs()),
        "recruit": asked(lambda matching, *_: matching.recruit()),
    }
