"""A lottery among matchings that are all good enough: drawn by a logged seed, with exact chances.

Where places are fewer than people, or several matchings are equally good, chance is fairer than the
order of ids; and who won and who lost by chance alone can be compared later, honestly.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from rmatch.errors import InvalidInputError, UnsupportedFeatureError
from rmatch.parameters import check_count, check_seed, is_finite
from rmatch.sequence import Sequence
from rmatch.solvers import Infeasible, Options, Status

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from rmatch.candidates import Candidates
    from rmatch.matching import Matching
    from rmatch.matrix import MatrixProblem
    from rmatch.problem import Problem

    Ints = NDArray[np.int64]
    Chances = Mapping[Any, Fraction]

#: A mentee who had so many turns fewer than others is favoured no further.
_TURNS = 7


@dataclass(frozen=True, eq=False)
class Lottery:
    """One matching drawn from several, all equally likely; the same may be among them repeatedly.

    ``matchings`` holds the pairs of each as positions of mentors and mentees. ``loss`` is how far
    each may be below the best, in units of score.
    """

    matching: Matching
    matchings: tuple[tuple[tuple[int, int], ...], ...]
    drawn: int
    loss: float
    seed: int

    @cached_property
    def probabilities(self) -> Chances:
        """The chance of every pair that had one, by (mentor, mentee), before the draw."""
        one, other = self.matching.mentor_ids, self.matching.mentee_ids
        count = Counter(pair for pairs in self.matchings for pair in pairs)
        return {
            (one[row], other[col]): Fraction(times, len(self.matchings))
            for (row, col), times in sorted(count.items())
        }

    @cached_property
    def chances(self) -> Chances:
        """The chance of every mentee to have a mentor, before the draw."""
        count = Counter(col for pairs in self.matchings for col in {col for _, col in pairs})
        return {
            mentee: Fraction(count[col], len(self.matchings))
            for col, mentee in enumerate(self.matching.mentee_ids)
        }

    @property
    def winners(self) -> tuple[Any, ...]:
        """The mentees who have a mentor and by chance might have had none."""
        return tuple(mentee for mentee in self._open if mentee in self._matched)

    @property
    def losers(self) -> tuple[Any, ...]:
        """The mentees who have no mentor and by chance might have had one."""
        return tuple(mentee for mentee in self._open if mentee not in self._matched)

    @property
    def strata(self) -> Mapping[Any, Fraction]:
        """The chance of everybody whom chance decided about: only equals are to be compared."""
        return {mentee: self.chances[mentee] for mentee in self._open}

    @property
    def provenance(self) -> Mapping[str, Any]:
        """What decided the matching, the lottery included."""
        return {
            **self.matching.provenance,
            "lottery": {
                "seed": self.seed,
                "generator": "numpy PCG64",
                "matchings": len(self.matchings),
                "drawn": self.drawn,
                "loss": self.loss,
            },
        }

    @cached_property
    def _open(self) -> tuple[Any, ...]:
        return tuple(mentee for mentee, chance in self.chances.items() if 0 < chance < 1)

    @cached_property
    def _matched(self) -> set[Any]:
        return {self.matching.mentee_ids[col] for col in self.matching.cols.tolist()}


def lottery(
    problem: Problem | MatrixProblem,
    *,
    seed: int,
    loss: float = 0.0,
    draws: int = 60,
) -> Lottery:
    """Draw a matching by lot from matchings that are best, or within a loss of the best.

    ``draws`` matchings are found, one after the other: each is the one, among all that are good
    enough, that favours those mentees most who had the fewest turns so far, the rest decided by
    the seed. So chances come out as even as the rules allow, to about one turn. Then one of them is
    drawn, all with the same probability: every chance is a whole number of turns over ``draws``.

    Parameters
    ----------
    problem
        As ``matching.problem``, or made by ``Problem.of``. Its objective must be one program:
        ``"total_score"``, ``"coverage_first"`` or ``Tiers`` of people.
    seed
        Decides everything by chance; the same seed draws the same.
    loss
        How far below the best objective a matching may be, in units of score.
    draws
        How many matchings there are to draw from.

    Raises
    ------
    InvalidInputError
        For anything but a problem, and for a seed, a loss or draws that cannot be.
    InfeasibleError
        When rules, locks and minimums cannot hold together.
    UnsupportedFeatureError
        Where the objective takes several solves, and for soft rules, which a draw cannot weigh.

    References
    ----------
    A. Bogomolnaia, H. Moulin, "Random matching under dichotomous preferences", Econometrica 72,
    2004 (even chances); B. Flanigan, P. Gölz, A. Gupta, B. Hennig, A. D. Procaccia, "Fair
    algorithms for selecting citizens' assemblies", Nature 596, 2021 (a lottery over a list).

    Examples
    --------
    Four mentees want two mentors; every two of them would be as good:

    >>> import rmatch
    >>> problem = rmatch.match_matrix([[1, 1, 1, 1], [1, 1, 1, 1]]).problem
    >>> drawn = rmatch.lottery(problem, seed=2026)
    >>> {str(chance) for chance in drawn.chances.values()}
    {'1/2'}
    >>> len(drawn.winners), len(drawn.losers)
    (2, 2)
    """
    from rmatch.candidates import all_candidates
    from rmatch.conflicts import infeasible
    from rmatch.pipeline import check_problem

    check_problem("lottery", problem)
    check_count("draws", draws)
    check_seed(seed)
    if not (is_finite(loss) and loss >= 0):
        raise InvalidInputError(f"loss={loss!r}; a number of at least 0, in units of score")
    if not problem.objective.one_program(problem):
        raise UnsupportedFeatureError(
            f"a lottery draws among matchings by one number, and objective "
            f"{problem.objective.name!r} goes by several; use 'total_score', 'coverage_first' or "
            "Tiers of people"
        )
    candidates = all_candidates(problem)
    if candidates.cohort is not None and (candidates.cohort.penalty > 0).any():
        raise UnsupportedFeatureError(
            "a lottery cannot weigh what soft rules cost; make the rules hard, or leave them out"
        )
    rng = np.random.default_rng(seed)
    try:
        best, found = _matchings(candidates, math.floor(loss / problem.unit), int(draws), rng)
    except Infeasible:
        raise infeasible(problem) from None
    drawn = int(rng.integers(len(found)))
    matching = _matching(problem, candidates, found[drawn], best)
    pairs = tuple(
        tuple(zip(candidates.mentor[e].tolist(), candidates.mentee[e].tolist(), strict=True))
        for e in found
    )
    return Lottery(matching, pairs, drawn, loss, seed)


def _matchings(
    candidates: Candidates, loss: int, draws: int, rng: np.random.Generator
) -> tuple[int, list[NDArray[np.intp]]]:
    """Return the best objective, and the edges of so many selections within the loss of it."""
    stages = Sequence(candidates, "auto", Options())
    stages.score()
    assert stages.chosen is not None
    best = candidates.value(stages.chosen)
    mentors = np.zeros(candidates.shape[0], dtype=np.int64)
    if loss and not stages.by_faces:
        stages.allow(loss)
    # Nobody has a turn who is in no pair.
    able = np.bincount(candidates.mentee, minlength=candidates.shape[1]) > 0
    turns = np.zeros(candidates.shape[1], dtype=np.int64)
    found = []
    for _ in range(draws):
        luck = rng.integers(0, 4, len(candidates))
        behind = np.minimum(turns.max(initial=0) - turns, _TURNS)
        favour = (2 * behind + rng.integers(0, 2, len(turns)) + 1) * able
        favour *= (
            4 * candidates.bounds.most_pairs + 1
        )  # a mentee's turn outweighs all luck of pairs
        if loss and stages.by_faces:
            edges = _within(candidates, loss, luck, favour)
        else:
            edges = stages.favouring(luck, mentors, favour)
        turns[np.unique(candidates.mentee[edges])] += 1
        found.append(np.sort(edges))
    return best, found


def _within(candidates: Candidates, loss: int, luck: Ints, favour: Ints) -> NDArray[np.intp]:
    """Return the edges that favour most, at about that loss and certainly no more.

    ``scale * (loss + 1)`` is above all favour there is: so a selection of the largest
    ``scale * objective + favour`` does not miss the best by ``loss + 1``, which would cost more.
    Where the loss is in finer units than favour, favour is raised to it, or it would weigh nothing.
    """
    from rmatch import solvers

    bounds = candidates.bounds
    most = int(favour.sum()) + int(luck.max(initial=0)) * bounds.most_pairs
    at_stake = candidates.largest_gain * bounds.most_pairs
    raised = max(1, min(loss, at_stake) // max(1, most))
    luck, favour, most = luck * raised, favour * raised, most * raised
    scale = most // (loss + 1) + 1
    program = candidates.replace(
        gain=candidates.gain * scale + luck,
        bounds=replace(
            bounds,
            mentor_bonus=bounds.mentor_bonus * scale,
            mentee_bonus=bounds.mentee_bonus * scale + favour,
        ),
    )
    return solvers.choose("auto", program).solve(program, Options()).edges


def _matching(
    problem: Problem | MatrixProblem, candidates: Candidates, edges: NDArray[np.intp], best: int
) -> Matching:
    """Return a selection as a checked matching."""
    from rmatch.matching import Matching
    from rmatch.pipeline import refuse_faults

    value = candidates.value(edges)
    status = Status.OPTIMAL if value == best else Status.FEASIBLE
    pairs = candidates.pairs(candidates.by_mentor(edges))
    matching = Matching(problem, *pairs, status, value, best, "lottery", {}, candidates)
    refuse_faults(matching.check())
    return matching
