"""Score parts: the named components of compatibility.

Add a part by writing one class in the file of its family, and its name here.
"""

from rmatch.scoring.affinity import Convenience, SharedInterests, SharedValues
from rmatch.scoring.base import ScorePart, Term
from rmatch.scoring.coverage import MutualLearning, ReturnCoverage, TeachingCoverage
from rmatch.scoring.perspective import PerspectiveDistance
from rmatch.scoring.preference import StatedPreference
from rmatch.scoring.soft import CustomScore, Soft, TableScore

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
