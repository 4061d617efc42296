"""Stability: no two people would both rather have each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from rmatch.candidates import SIZES, Feature
from rmatch.errors import UnsupportedFeatureError
from rmatch.objectives.base import Objective
from rmatch.objectives.tiers import Score
from rmatch.scoring.base import ScorePart
from rmatch.sequence import heuristic
from rmatch.solvers import Options, Selection, Stage, Status

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from rmatch.candidates import Candidates
    from rmatch.objectives.base import PairList

_ABLE = SIZES | {Feature.CAPACITIES, Feature.TWO_SIDED_CAPACITIES}


@dataclass(frozen=True)
class Stable(Objective):
    """A stable matching: no pair outside it that both would rather have (a blocking pair).

    Everybody ranks the partners that the rules allow them; others are not acceptable. Two people
    block where each has a free place or prefers the other, strictly, to one of their partners. The
    side that proposes gets the stable matching that is best for all of them at once, the other side
    their worst. Of partners ranked alike the first in canonical order is taken as the better one:
    what is then stable is stable with ties as well. Whoever may have several partners judges each
    of them alone.

    Parameters
    ----------
    proposers
        ``"mentees"`` or ``"mentors"``: whose best stable matching it is.
    mentees_by, mentors_by
        The score part each side ranks by, such as ``TeachingCoverage()`` for mentees and
        ``ReturnCoverage()`` for mentors; default the total score.

    References
    ----------
    D. Gale and L. S. Shapley, "College admissions and the stability of marriage", The American
    Mathematical Monthly 69(1), 1962; A. E. Roth, "Stability and polarization of interests in job
    matching", Econometrica 52(1), 1984 (several partners on both sides); R. W. Irving, "Stable
    marriage and indifference", Discrete Applied Mathematics 48(3), 1994 (ties).

    Examples
    --------
    The best total breaks up the two who want each other most:

    >>> import rmatch
    >>> scores = [[9, 8], [8, 1]]
    >>> best = rmatch.match_matrix(scores)
    >>> best.score, best.blocking_pairs()
    (16.0, ((0, 0),))
    >>> stable = rmatch.match_matrix(scores, objective="stable")
    >>> stable.score, stable.blocking_pairs()
    (10.0, ())
    """

    name: ClassVar[str] = "stable"

    proposers: Literal["mentees", "mentors"] = "mentees"
    mentees_by: ScorePart | None = None
    mentors_by: ScorePart | None = None

    def validate(self, problem: Any) -> None:
        """The parts to rank by must fit the rosters."""
        for part in (self.mentees_by, self.mentors_by):
            Score(part).validate(problem)

    def one_program(self, problem: Any) -> bool:
        """Nothing is maximised."""
        return False

    def optimise(
        self, problem: Any, candidates: Candidates, solver: str, options: Options
    ) -> Selection:
        """Return the stable selection by deferred acceptance."""
        from rmatch.solvers.stable import deferred_acceptance

        if (found := heuristic(candidates, solver, options)) is not None:
            return found
        lacking = candidates.features - _ABLE
        if lacking or solver != "auto":
            needs = ", ".join(sorted(feature.value for feature in lacking)) or f"solver={solver!r}"
            raise UnsupportedFeatureError(
                f"objective 'stable' is deferred acceptance and cannot handle {needs}; "
                "'total_score', 'coverage_first', 'max_min' and 'leximin' can"
            )
        mentees, mentors = (
            Score(part).edges(problem, candidates) for part in (self.mentees_by, self.mentors_by)
        )
        chosen = deferred_acceptance(candidates, mentees, mentors, self.proposers)
        value = candidates.value(chosen)
        stage = Stage("blocking pairs", 0, 0)
        return Selection(chosen, Status.OPTIMAL, value, None, None, (stage,))

    def recount(
        self, problem: Any, pairs: PairList, gains: Sequence[int], total: int
    ) -> tuple[int, ...]:
        """Count blocking pairs."""
        from rmatch.stability import blocking

        return (len(blocking(problem, pairs)),)

    def ranked_by(self, problem: Any, rows: Any, cols: Any) -> list[NDArray[Any] | None]:
        """Return a block of what mentors, and mentees, rank by; ``None`` for the score."""
        return [
            None
            if part is None
            else part.form(problem.mentors, problem.mentees, 1.0).block(rows, cols)
            for part in (self.mentors_by, self.mentees_by)
        ]
