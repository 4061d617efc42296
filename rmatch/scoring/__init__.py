"""Score parts: the named components of compatibility.

Add a part by writing one class in the file of its family, and its name here.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from rmatch.errors import InvalidInputError
from rmatch.parameters import listed
from rmatch.scoring.affinity import Convenience, SharedInterests, SharedValues
from rmatch.scoring.base import ScorePart, Term
from rmatch.scoring.coverage import MutualLearning, ReturnCoverage, TeachingCoverage
from rmatch.scoring.perspective import PerspectiveDistance
from rmatch.scoring.preference import StatedPreference
from rmatch.scoring.soft import CustomScore, Soft, TableScore

if TYPE_CHECKING:
    from rmatch.people import Roster

#: Every part that files and tests know by name. A user's own part needs no registration.
PARTS: dict[str, type[ScorePart]] = {
    part.__name__: part
    for part in (
        Convenience,
        MutualLearning,
        PerspectiveDistance,
        ReturnCoverage,
        SharedInterests,
        SharedValues,
        Soft,
        StatedPreference,
        TableScore,
        TeachingCoverage,
    )
}


def default_score() -> tuple[ScorePart, ...]:
    """Return the default score: what research on mentoring found to matter, and how much.

    Teaching coverage 0.55, return coverage 0.15, values and working style 0.20, interests 0.05 and
    practical convenience 0.05. Problems leave out the parts that their rosters have no data for.

    Examples
    --------
    >>> [(part.name, part.weight) for part in default_score()][:2]
    [('teaching_coverage', 0.55), ('return_coverage', 0.15)]
    """
    return (
        TeachingCoverage(weight=0.55),
        ReturnCoverage(weight=0.15),
        SharedValues(weight=0.20),
        SharedInterests(weight=0.05),
        Convenience(weight=0.05),
    )


def score_parts(score: Any, mentors: Roster, mentees: Roster) -> tuple[ScorePart, ...]:
    """Return the parts of a score, checked to fit two aligned rosters, and bound to them.

    ``None`` stands for the default score without the parts that the rosters have no data for.
    """
    parts = _default_parts(mentors, mentees) if score is None else _given_parts(score)
    for part in parts:
        part.validate(mentors, mentees)
    parts = tuple(part.bound(mentors, mentees) for part in parts)
    if len({part.name for part in parts}) < len(parts):
        raise InvalidInputError("two score parts have the same name; give each its own")
    total = sum(part.weight for part in parts)
    if parts and total <= 0:
        raise InvalidInputError("all weights are 0; at least one must be above 0")
    if not math.isfinite(total):
        raise InvalidInputError("the weights add up beyond floats; scale them down")
    return parts


def _given_parts(score: Any) -> tuple[ScorePart, ...]:
    parts = listed("score", score)
    for part in parts:
        if isinstance(part, type) and issubclass(part, ScorePart):
            raise InvalidInputError(
                f"score part {part.__name__} is a class; write {part.__name__}()"
            )
        if not isinstance(part, ScorePart):
            raise InvalidInputError(f"{part!r} is not a score part: give parts of rmatch.scoring")
    return parts


def _default_parts(mentors: Roster, mentees: Roster) -> tuple[ScorePart, ...]:
    parts = tuple(part for part in default_score() if part.available(mentors, mentees))
    if not parts:
        raise InvalidInputError(
            "the rosters have nothing that the default score reads (goals, values, interests, "
            "site or timezone); add columns, or give score=[...]"
        )
    return parts


__all__ = [
    "PARTS",
    "Convenience",
    "CustomScore",
    "MutualLearning",
    "PerspectiveDistance",
    "ReturnCoverage",
    "ScorePart",
    "SharedInterests",
    "SharedValues",
    "Soft",
    "StatedPreference",
    "TableScore",
    "TeachingCoverage",
    "Term",
    "default_score",
]
