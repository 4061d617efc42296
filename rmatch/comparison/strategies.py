"""Strategies: ways of pairing, and what each of them makes of one problem."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import KW_ONLY, MISSING, dataclass, fields, replace
from typing import TYPE_CHECKING

import numpy as np

from rmatch import solvers
from rmatch.candidates import all_candidates, of_pairs
from rmatch.errors import InvalidInputError, UnsupportedFeatureError
from rmatch.matching import MOST_PAIRS, Matching
from rmatch.metrics import Facts
from rmatch.names import did_you_mean
from rmatch.objectives import OBJECTIVES, Objective
from rmatch.pipeline import solve
from rmatch.problem import Problem
from rmatch.solvers import CHOICES, SOLVERS, Options

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from rmatch.candidates import Candidates
    from rmatch.matrix import MatrixProblem
    from rmatch.problem import Rule
    from rmatch.scoring.base import ScorePart

    Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Strategy:
    """One way of pairing: what is left out is as in the problem that is compared.

    Parameters
    ----------
    name
        What to call it.
    solver, objective, score, rules
        As in :func:`rmatch.match`. Solvers that are not exact look at the score alone. A minimum
        score that rules ask for is one of the score that is compared by, not of this one.

    Examples
    --------
    >>> from rmatch import Strategy
    >>> from rmatch.rules import SeniorityGap
    >>> Strategy("a step looser", rules=[SeniorityGap(1)]).name
    'a step looser'
    """

    name: str
    _: KW_ONLY
    solver: str = "auto"
    objective: str | Objective | None = None
    score: Sequence[ScorePart] | None = None
    rules: Sequence[Rule] | None = None


def standard() -> list[Strategy]:
    """Return every solver that proves nothing, and every objective that needs no arguments."""
    ready = [
        name
        for name, kind in OBJECTIVES.items()
        if all(f.default is not MISSING or f.default_factory is not MISSING for f in fields(kind))
    ]
    names = [name for name in SOLVERS if not solvers.get(name).exact]
    return [strategy_named(name) for name in dict.fromkeys([*names, *ready])]


def strategy_named(given: str | Strategy) -> Strategy:
    """Return the strategy of a solver's or an objective's name; a strategy as it is."""
    if isinstance(given, Strategy):
        return given
    if given in OBJECTIVES:
        return Strategy(given, objective=given)
    named = CHOICES[1:]
    if given in named:
        return Strategy(given, solver=given, objective="total_score")
    meant = did_you_mean(given, [*named, *OBJECTIVES])
    raise InvalidInputError(
        f"no strategy {given!r}{meant}; there are the solvers {', '.join(named)} and the "
        f"objectives {', '.join(OBJECTIVES)}; or make your own: "
        "rmatch.Strategy(name, solver=..., rules=...)"
    )


@dataclass(frozen=True, eq=False)
class Tried:
    """What a strategy found in each draw, and the same measured by the problem's own score."""

    matchings: tuple[Matching, ...]
    facts: tuple[Facts, ...]

    @property
    def per_mentee(self) -> tuple[Floats, Floats]:
        """Each mentee's score received, and whether they have a mentor; means over draws."""
        size = self.facts[0].size("mentees")
        score = [
            np.bincount(each.matching.cols, each.scores, minlength=size) for each in self.facts
        ]
        matched = [each.load["mentees"] > 0 for each in self.facts]
        return np.mean(score, axis=0), np.mean(matched, axis=0)


class Programs:
    """The problem under each strategy's rules; candidates are listed once for each."""

    def __init__(self, problem: Problem | MatrixProblem) -> None:
        mentors, mentees = problem.shape
        if mentors * mentees > MOST_PAIRS:
            raise UnsupportedFeatureError(
                f"compare() lists all pairs, and {mentors:,} x {mentees:,} of them do not fit into "
                "memory; compare on a part of the people"
            )
        self._problem = problem
        self._known: dict[int, tuple[Problem | MatrixProblem, Candidates]] = {}

    def run(self, strategy: Strategy, draws: Sequence[Options]) -> Tried:
        """Solve once for each draw."""
        problem, candidates = judged, every = self._program(strategy.rules)
        if strategy.score is not None:
            problem, candidates = _scored(judged, every, strategy.score)
        if strategy.objective is not None:
            problem = problem.with_objective(strategy.objective)
            candidates = candidates.replace(bounds=problem.bounds)
        found = [
            solve(problem, solver=strategy.solver, options=each, candidates=candidates)
            for each in draws
        ]
        alike = [replace(each, problem=judged, candidates=every) for each in found]
        return Tried(tuple(found), tuple(Facts(each, program=every) for each in alike))

    def _program(self, rules: Sequence[Rule] | None) -> tuple[Problem | MatrixProblem, Candidates]:
        key = id(rules)  # a list that a strategy holds: the same one is the same key
        if key not in self._known:
            problem = self._problem
            if rules is not None:
                problem = _rosters(problem, "rules").replace(rules=rules)
            self._known[key] = problem, all_candidates(problem)
        return self._known[key]


def _scored(
    judged: Problem | MatrixProblem, every: Candidates, score: Sequence[ScorePart]
) -> tuple[Problem, Candidates]:
    """Return the problem and its candidates with another score.

    Which pairs are good enough to be allowed is still a matter of the score that all are judged by.
    """
    problem = _rosters(judged, "score")
    rules = [rule for rule in problem.rules if getattr(rule, "minimum_score", None) is None]
    problem = problem.replace(score=score, rules=rules)
    gain, _ = of_pairs(problem, every.mentor.astype(np.intp), every.mentee.astype(np.intp))
    return problem, every.replace(gain=gain, bounds=problem.bounds)


def _rosters(problem: Problem | MatrixProblem, changed: str) -> Problem:
    if isinstance(problem, Problem):
        return problem
    raise InvalidInputError(
        f"a strategy has its own {changed}, but the problem is a ready-made matrix, which has "
        "neither rules nor score parts; compare solvers and objectives, or give a roster problem"
    )
