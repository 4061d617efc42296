"""Who is in no circle, and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING

import numpy as np

from rmatch.answers.wording import listed
from rmatch.living.teams import Shape, Teams, conflicts
from rmatch.unmatched import removed_by

if TYPE_CHECKING:
    from rmatch.forms import Bools
    from rmatch.living.circle_check import Members
    from rmatch.problem import Problem


class LeftOut(Enum):
    """The cause for which somebody is in no circle, or in no reciprocal pair."""

    NO_PLACE = "no place: capacity 0"
    NO_ELIGIBLE_PARTNER = "no eligible partner"
    NO_POSSIBLE_CIRCLE = "no circle that is large enough could be formed with them"
    NOT_CHOSEN = "the best choice for all leaves them out"


@dataclass(frozen=True)
class Unplaced:
    """Somebody in no circle, and why.

    ``removed_by`` counts, for each rule, the people of the other side it forbids; ``circles`` are
    the numbers (from 1) of the circles formed in which a mentee could sit if there were a place.
    """

    id: str
    side: str
    cause: LeftOut
    removed_by: Mapping[str, int] = field(default_factory=dict)
    circles: tuple[int, ...] = ()

    @property
    def words(self) -> str:
        """The cause in a sentence."""
        if self.cause is LeftOut.NO_ELIGIBLE_PARTNER:
            rules = ", ".join(f"{name} removes {count}" for name, count in self.removed_by.items())
            return f"{self.cause.value}: {rules or 'there is nobody on the other side'}"
        if self.cause is LeftOut.NOT_CHOSEN and self.side == "mentee":
            which = listed([f"circle {number}" for number in self.circles], "or")
            return f"{self.cause.value}; they could sit in {which or 'none of the circles formed'}"
        return str(self.cause.value)


def unplaced(
    problem: Problem, teams: Teams, circles: Sequence[Members], shape: Shape
) -> list[Unplaced]:
    """Return everybody in no circle with the cause, in the problem's order."""
    everybody = slice(None), slice(None)
    _, allowed = problem.block(*everybody)
    apart = conflicts(problem, problem.mentees)
    leading = {mentor for team in teams.mentors for mentor in team}
    result = []
    for side, roster, axis in (("mentor", problem.mentors, 1), ("mentee", problem.mentees, 0)):
        placed = {row for circle in circles for row in getattr(circle, f"{side}s")}
        _, removed = removed_by(problem, *everybody, axis=axis)
        partners: Bools = np.asarray(allowed.any(axis=axis))
        capacity = roster.counts("capacity", 1)
        for row, person in enumerate(roster.ids):
            if row in placed:
                continue
            numbers: tuple[int, ...] = ()
            if capacity[row] == 0:
                cause = LeftOut.NO_PLACE
            elif not partners[row]:
                cause = LeftOut.NO_ELIGIBLE_PARTNER
            elif not (row in leading if side == "mentor" else _possible(teams, apart, row, shape)):
                cause = LeftOut.NO_POSSIBLE_CIRCLE
            else:
                cause = LeftOut.NOT_CHOSEN
                if side == "mentee":
                    numbers = _could_join(teams, apart, row, circles)
            counts = {name: int(count[row]) for name, count in removed.items() if count[row]}
            result.append(Unplaced(person, side, cause, counts, numbers))
    return result


def _possible(teams: Teams, apart: Bools, mentee: int, shape: Shape) -> bool:
    """Say whether some team could take a mentee with enough others who may sit with them."""
    company = (teams.joins & ~apart[mentee]).sum(axis=1) >= shape.mentees[0]
    return bool((teams.joins[:, mentee] & company).any())


def _could_join(
    teams: Teams, apart: Bools, mentee: int, circles: Sequence[Members]
) -> tuple[int, ...]:
    """Return the numbers of the circles in which a mentee could sit if there were a place."""
    keys = zip(teams.mentors, teams.language, teams.slots, strict=True)
    at = {team: place for place, team in enumerate(keys)}
    return tuple(
        number
        for number, circle in enumerate(circles, 1)
        if teams.joins[at[circle.mentors, circle.language, circle.slots], mentee]
        and not apart[mentee, list(circle.mentees)].any()
    )
