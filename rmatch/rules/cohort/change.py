"""How much of an earlier matching may change."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from rmatch.errors import InvalidInputError
from rmatch.parameters import id_pairs
from rmatch.rows import Row
from rmatch.rules.cohort.base import Breach, CohortRule, Pairs, PricedRule, fraction, whole

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from rmatch.problem import Problem


@dataclass(frozen=True)
class ChangeBudget(PricedRule):
    """At most so many of the previous pairs, both of whose people are still there, are given up.

    New pairs of people who were free cost nothing. A previous pair that today's rules forbid counts
    as given up.

    Parameters
    ----------
    previous
        The earlier pairs, each (mentor id, mentee id).
    most
        The most previous pairs that may go; or
    share
        the largest share of them, rounded down. Default: 0.1.
    penalty
        ``None`` for a rule that must hold, or the score that each pair more costs.

    Examples
    --------
    >>> import rmatch
    >>> from rmatch.rules import ChangeBudget
    >>> juniors = [{"id": "m1", "skills": "AI:2"}, {"id": "m2", "skills": "AI:4"}]
    >>> seniors = [{"id": "s1", "goals": "AI"}]
    >>> rmatch.match(juniors, seniors).partners("s1")
    ('m2',)
    >>> rmatch.match(juniors, seniors, rules=[ChangeBudget([("m1", "s1")], most=0)]).partners("s1")
    ('m1',)
    """

    previous: Sequence[tuple[str, str]] = ()
    most: int | None = None
    share: float | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        pairs = tuple(dict.fromkeys(id_pairs(self.name, self.previous)))
        object.__setattr__(self, "previous", pairs)
        if self.most is not None and self.share is not None:
            raise InvalidInputError(f"{self.name}: give most= or share=, not both")
        if self.most is not None:
            whole(self, "most", self.most)
        elif self.share is None:
            object.__setattr__(self, "share", 0.1)
        else:
            fraction(self, "share", self.share)

    def _still_there(self, problem: Problem) -> list[tuple[str, str]]:
        mentors, mentees = set(problem.mentors.ids), set(problem.mentees.ids)
        return [pair for pair in self.previous if pair[0] in mentors and pair[1] in mentees]

    def _budget(self, pairs: int) -> int:
        return int(fraction(self, "share", self.share) * pairs) if self.most is None else self.most

    def rows(
        self, problem: Problem, mentor: NDArray[np.int32], mentee: NDArray[np.int32]
    ) -> Sequence[Row]:
        there = self._still_there(problem)
        keys = mentee.astype(np.int64) * problem.shape[0] + mentor
        wanted = [
            problem.mentees.index(two) * problem.shape[0] + problem.mentors.index(one)
            for one, two in there
        ]
        kept = np.flatnonzero(np.isin(keys, np.array(wanted, dtype=np.int64)))
        return [Row(self.describe(), len(there) - self._budget(len(there)), None, kept)]

    def breaches(self, problem: Problem, pairs: Pairs) -> Sequence[Breach]:
        there = self._still_there(problem)
        now = {(problem.mentors.ids[i], problem.mentees.ids[j]) for i, j in pairs}
        gone = [pair for pair in there if pair not in now]
        extra = len(gone) - self._budget(len(there))
        what = f"{len(gone)} of {len(there)} previous pairs are given up"
        return [Breach(what, extra)] if extra > 0 else []

    def worst(self, problem: Problem, pairs: int) -> int:
        return len(self.previous)

    def describe(self) -> str:
        if self.most is None:
            return f"at most {self.share:g} of the {len(self.previous)} previous pairs given up"
        return f"at most {self.most} of the {len(self.previous)} previous pairs given up"

    def loosened(self) -> Iterator[CohortRule]:
        pairs = len(self.previous)
        budget, step = self._budget(pairs), 1
        while budget < pairs:  # each step is solved: so twice as long ones, and few of them
            budget, step = min(budget + step, pairs), 2 * step
            yield self.replace(most=budget, share=None)
