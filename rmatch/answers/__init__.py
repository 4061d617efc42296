"""Answers: why, why not, what a rule costs, whom to recruit, what to agree on.

Each answer is a frozen dataclass of plain data with ``to_dict()``, ``to_frame()`` and ``words``.
Costs are exact: what a plain solve with the change made would say.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from rmatch.answers.agreement import Agreement
    from rmatch.answers.costs import RuleCosts
    from rmatch.answers.frontier import Frontier
    from rmatch.answers.learning import LearningGoals
    from rmatch.answers.recruit import Recruiting
    from rmatch.answers.training import TrainingPlan
    from rmatch.answers.whatif import WhatIf
    from rmatch.answers.why import Alternatives, Why
    from rmatch.answers.why_not import WhyNot
    from rmatch.answers.why_unmatched import WhyUnmatched
    from rmatch.matching import Matching
    from rmatch.viewer import Viewer


class Answers:
    """The questions a matching answers; :class:`rmatch.Matching` has all of these methods.

    ``viewer`` says who is asking: "owner" (the default), "participant" or "auditor". What is made
    for a participant names no other person, no veto, no accessibility need and no private field.
    """

    def why(self, mentor: Any, mentee: Any, *, viewer: str | Viewer = "owner") -> Why:
        """Say why two people are a pair: goals covered both ways, the rest, and the runners-up.

        Examples
        --------
        >>> import rmatch
        >>> matching = rmatch.match(
        ...     [{"id": "Ana", "skills": "AI:4; SQL:3"}],
        ...     [{"id": "Ben", "skills": "AI:1", "goals": "AI:4; Python:3"}],
        ... )
        >>> print(matching.why("Ana", "Ben", viewer="participant"))
        Ana can teach Ben AI from level 1 to 4. That is 1 of 2 goals; Python stays open.
        """
        from rmatch.answers.why import why

        return why(self._matching, mentor, mentee, viewer)

    def why_not(self, mentor: Any, mentee: Any, *, viewer: str | Viewer = "owner") -> WhyNot:
        """Say which rules forbid a pair, or what choosing it would cost and who would change.

        Examples
        --------
        >>> import rmatch
        >>> matching = rmatch.match_matrix([[5, 4], [3, 1]])
        >>> print(matching.why_not(0, 0))
        Mentor 0 and Mentee 0 may be paired and would score 5. If they were, the total \
would fall by 1, as Mentee 1 would go from Mentor 0 to Mentor 1.
        """
        from rmatch.answers.why_not import why_not

        return why_not(self._matching, mentor, mentee, viewer)

    def alternatives(
        self,
        person: Any,
        n: int = 3,
        *,
        side: str | None = None,
        viewer: str | Viewer = "owner",
    ) -> Alternatives:
        """Return the ``n`` next best partners of a person, each with its exact cost.

        ``side`` ("mentor" or "mentee") is needed for somebody who is on both sides.
        """
        from rmatch.answers.why import alternatives

        return alternatives(self._matching, person, n, side=side, viewer=viewer)

    def why_unmatched(
        self, person: Any, *, side: str | None = None, viewer: str | Viewer = "owner"
    ) -> WhyUnmatched:
        """Say why somebody has no partner, and the smallest change that would match them.

        Examples
        --------
        >>> import rmatch
        >>> matching = rmatch.match_matrix([[5, 4]])
        >>> print(matching.why_unmatched(1, side="mentee"))
        Mentee 1 has no mentor. 1 mentor would fit, but is taken: Mentor 0 (4 as a pair, has \
Mentee 0). Matching Mentee 1 anyway would cost least with Mentor 0 (4 as a pair): the total would \
fall by 1, as Mentee 0 would be left without a mentor. If Mentor 0 had one more place, Mentee 1 \
would be matched and the total would rise by 4.
        """
        from rmatch.answers.why_unmatched import why_unmatched

        return why_unmatched(self._matching, person, side=side, viewer=viewer)

    def rule_costs(self, *, viewer: str | Viewer = "owner", seed: int = 0) -> RuleCosts:
        """Say what every rule costs: dropped, loosened step by step, with another, as a share.

        Safety rules are not up for negotiation and are left out, but for an auditor. ``seed``
        serves the Shapley shares of more than eight rules, which are sampled.

        Examples
        --------
        >>> import rmatch
        >>> from rmatch.rules import SeniorityGap
        >>> mentors = [{"id": "m-1", "level": 3, "skills": "AI:4"}]
        >>> mentees = [{"id": "s-1", "level": 4, "goals": "AI:4"}]
        >>> matching = rmatch.match(mentors, mentees, rules=[SeniorityGap(2)])
        >>> print(matching.rule_costs())
        Under all rules, 0 of 1 mentees have a mentor, with a total score of 0. Without “the \
mentee is at least 2 levels above the mentor”, the best would match 1 more mentee and raise the \
total by 1; “the mentee is at least 1 level above the mentor” instead would match 1 more mentee \
and raise the total by 1.
        """
        from rmatch.answers.costs import rule_costs

        return rule_costs(self._matching, viewer=viewer, seed=seed)

    def recruit(self, n: int = 3, *, viewer: str | Viewer = "owner") -> Recruiting:
        """Say what ``n`` more mentors should bring, and whose extra place is worth most.

        See :func:`rmatch.recruit`.
        """
        from rmatch.answers.recruit import recruit

        return recruit(self._matching, n, viewer=viewer)

    def agreement(
        self, mentor: Any, mentee: Any, *, sessions: int = 6, viewer: str | Viewer = "owner"
    ) -> Agreement:
        """Return a pair's learning objectives in both directions, with order and sessions.

        The answer also leaves as one page: ``to_markdown()`` and ``to_html()``. Sessions are
        divided by how much of each goal the partner can cover, at least one for each goal.

        Examples
        --------
        >>> import rmatch
        >>> matching = rmatch.match(
        ...     [{"id": "Ana", "skills": "AI:4", "goals": "Negotiation:3"}],
        ...     [{"id": "Ben", "skills": "Negotiation:5", "goals": "AI:4"}],
        ... )
        >>> print(matching.agreement("Ana", "Ben"))
        Ben learns from Ana: AI from level 0 to 4 in 3 sessions. Ana learns from Ben: \
Negotiation from level 0 to 3 in 3 sessions.
        """
        from rmatch.answers.agreement import agreement

        return agreement(self._matching, mentor, mentee, sessions=sessions, viewer=viewer)

    def learning_goals(self) -> LearningGoals:
        """Return every open goal of the programme: reached with a partner, in part, or left."""
        from rmatch.answers.learning import learning_goals

        return learning_goals(self._matching)

    def training_plan(self, *, share: float = 1.0) -> TrainingPlan:
        """Return the smallest list of workshops for goals left open; see
        :func:`rmatch.training_plan`.
        """
        from rmatch.answers.training import training_plan

        return training_plan(self._matching, share=share)

    def frontier(
        self, first: str = "pairs", second: str = "score", *, points: int | None = 20
    ) -> Frontier:
        """Return the trade between two aims: matchings that nothing beats in both.

        An aim is "pairs" (how many), "score" (in total) or the name of a score part (its total
        before the weight). For "pairs" the points are the best second aim for each number of pairs,
        fewer but better pairs included. ``points`` limits their number, spread evenly; each is
        exact. ``None`` asks for all, unsupported ones included.

        Examples
        --------
        >>> import rmatch
        >>> matching = rmatch.match_matrix([[9, 6], [6, 1]])
        >>> [(point.pairs, point.second) for point in matching.frontier().points]
        [(0, 0.0), (1, 9.0), (2, 12.0)]
        """
        from rmatch.answers.frontier import frontier

        return frontier(self._matching, first, second, points=points)

    @cached_property
    def _what_if(self) -> WhatIf:
        from rmatch.answers.effect import require_score
        from rmatch.answers.whatif import what_if

        require_score(self._matching, "what a change costs")
        return what_if(self._matching)

    @property
    def _matching(self) -> Matching:
        return cast("Matching", self)
