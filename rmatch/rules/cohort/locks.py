"""Pairs that are settled before anything is optimised."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rmatch.errors import InputProblem, InvalidInputError
from rmatch.parameters import id_pairs
from rmatch.rules.cohort.base import Breach, CohortRule, Pairs

if TYPE_CHECKING:
    from rmatch.people import Roster
    from rmatch.problem import Problem


@dataclass(frozen=True)
class LockedPairs(CohortRule):
    """These pairs are in the result, each (mentor id, mentee id).

    A lock outranks every rule but safety: one that breaks a safety rule raises, one that breaks
    another rule is kept with a warning (§C6). Locked pairs count towards everybody's capacity.

    Examples
    --------
    >>> import rmatch
    >>> from rmatch.rules import LockedPairs
    >>> juniors = [{"id": "m1", "skills": "AI:4"}, {"id": "m2", "skills": "AI:2"}]
    >>> seniors = [{"id": "s1", "goals": "AI"}]
    >>> rmatch.match(juniors, seniors, rules=[LockedPairs([("m2", "s1")])]).partners("s1")
    ('m2',)
    """

    pairs: Sequence[tuple[str, str]] = ()

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "pairs", id_pairs(self.name, self.pairs))

    def validate(self, mentors: Roster, mentees: Roster) -> None:
        """Raise where a locked person is on no roster, or is locked with themself."""
        on_side = {"mentor": set(mentors.ids), "mentee": set(mentees.ids)}
        problems = [
            InputProblem(f"the lock {mentor!r} with {mentee!r}: no {side} has the id {person!r}")
            for mentor, mentee in self.pairs
            for side, person in (("mentor", mentor), ("mentee", mentee))
            if person not in on_side[side]
        ]
        problems += [
            InputProblem(f"{mentor!r} is locked with themself")
            for mentor, mentee in self.pairs
            if mentor == mentee
        ]
        if problems:
            raise InvalidInputError.from_problems(problems)

    def locked(self, problem: Problem) -> Pairs:
        mentors, mentees = problem.mentors, problem.mentees
        return [(mentors.index(mentor), mentees.index(mentee)) for mentor, mentee in self.pairs]

    def breaches(self, problem: Problem, pairs: Pairs) -> Sequence[Breach]:
        there = {(problem.mentors.ids[row], problem.mentees.ids[col]) for row, col in pairs}
        return [
            Breach(f"{mentor} is not paired with {mentee}")
            for mentor, mentee in self.pairs
            if (mentor, mentee) not in there
        ]

    def remarks(self, problem: Problem, pairs: Pairs) -> Sequence[str]:
        """Name the rules that locks break; safety rules have been checked before."""
        found = []
        for row, col in self.locked(problem):
            mentor, mentee = problem.mentors.person(row), problem.mentees.person(col)
            found += [
                f"the locked pair {mentor.id} with {mentee.id} is kept although it breaks: "
                + ("a private rule" if rule.private else rule.describe())
                for rule in problem.pair_rules
                if not rule.allows(mentor, mentee)
            ]
        return found

    def describe(self) -> str:
        shown = ", ".join(f"{mentor} with {mentee}" for mentor, mentee in self.pairs[:3])
        more = len(self.pairs) - 3
        return f"locked: {shown or 'nobody'}" + (f" and {more} more" if more > 0 else "")

    def loosened(self) -> Iterator[CohortRule]:
        for pair in self.pairs:
            yield self.replace(pairs=tuple(other for other in self.pairs if other != pair))
