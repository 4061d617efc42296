"""What a change does to the objective, told as people matched and score."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from rmatch.answers.wording import figure, listed
from rmatch.errors import UnsupportedFeatureError

if TYPE_CHECKING:
    from rmatch.matching import Matching


@dataclass(frozen=True)
class Effect:
    """What a change brings: the objective, in units of score, and what it consists of.

    Where the objective pays for people matched, ``people`` is how many more are (both sides
    counted) and ``score`` how much the total score rises; otherwise ``people`` is 0 and ``score``
    is all of it. Losses are negative. Where rules earn or cost something too, prices do not tell
    how much of it is theirs: then both are ``None``.
    """

    objective: float
    people: int | None
    score: float | None

    @property
    def words(self) -> str:
        """The effect as a clause: "the total would rise by 0.41"."""
        if self.score is None:
            how = "rise" if self.objective > 0 else "fall"
            by = f"{how} by {figure(abs(self.objective))}" if self.objective else "stay the same"
            return f"the objective (scores, with what rules earn and cost) would {by}"
        said = []
        if self.people:
            who = "person" if abs(self.people) == 1 else "people"
            more = "more" if self.people > 0 else "fewer"
            said.append(f"{abs(self.people)} {more} {who} would be matched")
        if self.score:
            verb = "rise" if self.score > 0 else "fall"
            said.append(f"the total would {verb} by {figure(abs(self.score))}")
        return listed(said) or "the total would stay the same"


def effect_of(matching: Matching, gained: int) -> Effect:
    """Return what a gain of the objective, in whole units, consists of.

    The bonus for each person matched is more than twice what all scores together can change, so a
    gain is a number of bonuses and a rest in one way only.
    """
    require_score(matching, "what a change brings")
    bounds, unit = matching.problem.bounds, matching.problem.unit
    if getattr(matching.problem, "rules_pay", False):
        return Effect(gained * unit, None, None)
    bonuses = np.unique(np.concatenate([bounds.mentor_bonus, bounds.mentee_bonus]))
    if len(bonuses) != 1 or bonuses[0] == 0:
        return Effect(gained * unit, 0, gained * unit)
    bonus = int(bonuses[0])
    people = (2 * gained + bonus) // (2 * bonus)
    return Effect(gained * unit, people, (gained - people * bonus) * unit)


def require_score(matching: Matching, what: str) -> None:
    """Raise where the objective is not told as people matched and score."""
    objective = matching.problem.objective
    if not objective.told_as_score:
        raise UnsupportedFeatureError(
            f"{what} is told as people matched and score, which is not what objective "
            f"{objective.name!r} goes by; ask a matching by 'total_score' or 'coverage_first'"
        )
