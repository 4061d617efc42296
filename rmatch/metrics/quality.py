"""Quality of the match: scores, coverage both ways, regret, rank, stability, what rules cost."""

from __future__ import annotations

from functools import partial

import numpy as np

from rmatch.metrics.base import Measure, Measured, figure, mean, metric, present, share
from rmatch.metrics.facts import Facts
from rmatch.metrics.observed import SIDES

_BOTH = 0.3  # a pair in which each side has at least this much of their goals covered is mutual
_TOPS = (1, 3, 5)


@metric("mean over pairs of the mentee's goals covered by the mentor, by importance")
def teaching_coverage(facts: Facts) -> Measured:
    """The formula is that of :class:`rmatch.scoring.TeachingCoverage`."""
    return mean(facts.coverage[:, 0]) if facts.with_people else None


@metric("mean over pairs of the mentor's goals covered by the mentee, by importance")
def return_coverage(facts: Facts) -> Measured:
    """The formula is that of :class:`rmatch.scoring.ReturnCoverage`."""
    return mean(facts.coverage[:, 1]) if facts.with_people else None


@metric(
    "harmonic mean of teaching and return coverage, also geometric and least; both at least 0.3"
)
def mutual_learning(facts: Facts) -> Measured:
    """The harmonic mean is 0 where one of the two is, so one-sided pairs count for nothing."""
    if not facts.with_people or not len(facts.matching):
        return None
    teach, back = facts.coverage.T
    index = np.divide(
        2 * teach * back, teach + back, out=np.zeros_like(teach), where=teach * back > 0
    )
    both = int(((teach >= _BOTH) & (back >= _BOTH)).sum())
    return present(
        mean(index, of="index"),
        mean(np.sqrt(teach * back), of="geometric"),
        mean(np.minimum(teach, back), of="least"),
        share(both, len(index), of="both at least 0.3"),
    )


@metric("sum, mean, median, 10th percentile and minimum of the scores of pairs")
def score(facts: Facts) -> Measured:
    """The weakest pairs decide what is told about a programme: look at the last two."""
    scores = facts.scores
    if not len(scores):
        return None
    return present(
        Measure(facts.matching.score, len(scores), of="total"),
        mean(scores, of="mean"),
        figure(scores, np.median, of="median"),
        figure(scores, partial(np.quantile, q=0.1), of="p10"),
        # A minimum has no bootstrap: no resample ever goes below it.
        Measure(float(scores.min()), len(scores), of="minimum"),
    )


@metric("(bound - objective) / bound")
def optimality_gap(facts: Facts) -> Measured:
    """0 where the matching is proven optimal; absent where nothing is proven."""
    gap = facts.matching.gap
    return None if gap is None else Measure(gap, len(facts.matching))


@metric("total score without the rule - total score with it", "costs")
def price_of_rules(facts: Facts) -> Measured:
    """From ``matching.rule_costs()``; the note says how many mentees more would be matched, which
    may be worth a lower score to the objective."""
    costs = facts.observed.costs
    assert costs is not None
    return [
        Measure(
            change.outcome.score - costs.now.score,
            len(facts.matching),
            of=change.asks,
            note=f"{change.outcome.mentees - costs.now.mentees:+d} mentees",
        )
        for change in costs.changes
        if not change.step
    ]


@metric("best eligible score - best score received, over people with an eligible partner")
def regret(facts: Facts) -> Measured:
    """Where it is high, somebody will ask why: ``matching.why_not`` answers."""
    found = []
    for side in SIDES:
        lost = facts.regret[side][~np.isnan(facts.regret[side])]
        if len(lost):
            found += present(mean(lost, of=f"{side}, mean"))
            found.append(Measure(float(lost.max()), len(lost), of=f"{side}, maximum"))
    return found


@metric("place of the partner in one's own list by score (1 is the top), over the matched")
def rank_achieved(facts: Facts) -> Measured:
    """Mean rank, and the share of people who have one of their top 1, 3 and 5."""
    found = []
    for side in SIDES:
        ranks = facts.options.better[side][facts.load[side] > 0] + 1
        if len(ranks):
            found += present(mean(ranks, of=f"{side}, mean"))
            found += present(
                *(
                    share(int((ranks <= top).sum()), len(ranks), of=f"{side}, in top {top}")
                    for top in _TOPS
                )
            )
    return found


@metric("eligible pairs who would both gain by leaving a pair, or a free place, for each other")
def blocking_pairs(facts: Facts) -> Measured:
    """0 for a stable matching. Both sides rank by the score, or by what its objective says."""
    blocking = facts.options.blocking
    if getattr(facts.problem.objective, "ranked_by", None) is not None:
        blocking = len(facts.matching.blocking_pairs())
    return Measure(float(blocking), int(facts.options.count["mentees"].sum()))


@metric("total score / total score of the baseline - 1", "baselines")
def score_gain(facts: Facts) -> Measured:
    """Against first come, greedy or random matchings of the same problem.

    Of nothing, or of less, there is no share to gain.
    """
    return [
        Measure(facts.matching.score / other.score - 1, len(other), of=name)
        for name, other in facts.observed.baselines.items()
        if other.score > 0
    ]
