"""Who goes first when there is not enough for everybody."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from rmatch.errors import InvalidInputError
from rmatch.parameters import ColumnName
from rmatch.rules.base import require_column
from rmatch.rules.cohort.base import Breach, CohortRule, Pairs, Side

if TYPE_CHECKING:
    from rmatch.candidates import Bounds
    from rmatch.people import Roster
    from rmatch.problem import Problem


@dataclass(frozen=True)
class Priority(CohortRule):
    """Matching somebody is worth more the higher their value of a column: waiting lists age.

    Whoever has a pair adds ``weight`` times their value, in units of score, to the objective, once
    whatever their number of pairs. It changes who is matched, never a pair's score. For priority
    before everything else use the objective with tiers.

    Parameters
    ----------
    field
        A roster column of numbers of at least 0, such as cycles waited; 0 where missing.
    weight
        The worth, in score, of one unit of it; a perfect pair scores 1.
    side
        Whose column: ``"mentees"`` or ``"mentors"``.

    Examples
    --------
    >>> import rmatch
    >>> from rmatch.rules import Priority
    >>> juniors = [{"id": "m", "skills": "AI:4"}]
    >>> seniors = [
    ...     {"id": "new", "goals": "AI"},
    ...     {"id": "waiting", "goals": "AI; Rust", "waited": 6},
    ... ]
    >>> rmatch.match(juniors, seniors).pairs[0].mentee
    'new'
    >>> rmatch.match(juniors, seniors, rules=[Priority("waited", 0.1)]).pairs[0].mentee
    'waiting'
    """

    field: ColumnName
    weight: float = 0.1
    side: Side = "mentees"

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.weight < 0:
            raise InvalidInputError(
                f"{self.name}: weight={self.weight!r}; a finite number of at least 0 is allowed"
            )

    def validate(self, mentors: Roster, mentees: Roster) -> None:
        require_column(self, self.field, mentors, mentees)
        values = (mentors if self.side == "mentors" else mentees).numbers(self.field).values
        if (values[~np.isnan(values)] < 0).any():
            raise InvalidInputError(f"{self.name}: {self.field} holds numbers below 0")

    def bounds(self, problem: Problem, bounds: Bounds) -> Bounds:
        name = f"{self.side.removesuffix('s')}_bonus"
        values = np.nan_to_num(getattr(problem, self.side).numbers(self.field).values, nan=0.0)
        bonus = np.rint(values * self.weight / problem.unit).astype(np.int64)
        return replace(bounds, **{name: getattr(bounds, name) + bonus})

    def breaches(self, problem: Problem, pairs: Pairs) -> Sequence[Breach]:
        """Nothing breaks a priority; it is a gain."""
        return []

    def describe(self) -> str:
        return f"matching one of the {self.side} is worth {self.weight:g} more per {self.field}"
