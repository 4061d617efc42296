"""Fairness: how evenly load and scores are spread, and the widest gap between groups."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import numpy as np

from rmatch.metrics.base import Measure, Measured, figure, metric, present
from rmatch.metrics.facts import Facts

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from rmatch.audit.figures import GroupFigure

    Floats = NDArray[np.float64]


def gini(values: Floats, axis: int = -1) -> Floats:
    """Return the Gini coefficient: 0 where all have the same, near 1 where one has all.

    Examples
    --------
    >>> float(gini(np.array([1.0, 1.0, 1.0]))), float(gini(np.array([0.0, 0.0, 0.0, 1.0])))
    (0.0, 0.75)
    """
    ascending = np.sort(np.moveaxis(np.asarray(values, dtype=float), axis, -1), axis=-1)
    n = ascending.shape[-1]
    total = ascending.sum(axis=-1)
    weighted = (ascending * (2 * np.arange(1, n + 1) - n - 1)).sum(axis=-1)
    found: Floats = np.divide(weighted, n * total, out=np.zeros_like(total), where=total > 0)
    return found


def jain(values: Floats, axis: int = -1) -> Floats:
    """Return Jain's index: 1 where all have the same, 1 / n where one has all.

    R. Jain, D.-M. Chiu, W. Hawe, "A quantitative measure of fairness", DEC TR-301, 1984.

    Examples
    --------
    >>> float(jain(np.array([0.0, 0.0, 3.0])))
    0.3333333333333333
    """
    values = np.asarray(values, dtype=float)
    squares = values.shape[axis] * (values**2).sum(axis=axis)
    found: Floats = np.divide(
        values.sum(axis=axis) ** 2, squares, out=np.ones_like(squares), where=squares > 0
    )
    return found


@metric("Gini and Jain of the pairs of each mentor")
def load_spread(facts: Facts) -> Measured:
    """Over all mentors, those without a pair included."""
    load = facts.load["mentors"].astype(float)
    return present(figure(load, gini, of="Gini"), figure(load, jain, of="Jain"))


@metric("Gini and Jain of the best score of each mentee")
def score_spread(facts: Facts) -> Measured:
    """Over all mentees; the unmatched have 0."""
    received = facts.received["mentees"]
    return present(figure(received, gini, of="Gini"), figure(received, jain, of="Jain"))


@metric("match rate of a group / highest match rate: the lowest of each attribute", "groups")
def impact_ratio_match(facts: Facts) -> Measured:
    """Below 0.80 flags (29 CFR 1607.4(D)). Groups too small to show are left out, and who is in
    none; where one group is left, there is nothing to compare it with."""
    return _lowest_ratio(facts, "match_rate")


@metric("share of a group above the median score / highest share: the lowest", "groups")
def impact_ratio_score(facts: Facts) -> Measured:
    """Below 0.80 flags, in the way of New York City's Local Law 144."""
    return _lowest_ratio(facts, "scoring_rate")


@metric("share of a group with an eligible partner / highest share: the lowest", "groups")
def eligibility_impact(facts: Facts) -> Measured:
    """Below 0.80 flags; the audit's table of rules names the rule."""
    return _lowest_ratio(facts, "eligible_rate")


@metric("mean score of a group - mean of the others, in standard deviations: the widest", "groups")
def quality_gap(facts: Facts) -> Measured:
    """Beyond 0.2 either way flags; below 0 the group's scores are lower."""
    return _widest_gap(facts, "score")


@metric("mean regret of a group - mean of the others, in standard deviations: the widest", "groups")
def regret_gap(facts: Facts) -> Measured:
    """Beyond 0.2 either way flags; above 0 the group has more to regret."""
    return _widest_gap(facts, "regret")


@metric("mean rank of a group - mean of the others, in standard deviations: the widest", "groups")
def rank_gap(facts: Facts) -> Measured:
    """Beyond 0.2 either way flags; above 0 the group's partners are farther down its lists."""
    return _widest_gap(facts, "rank")


@metric("pairs per mentor of a group / pairs per mentor: the highest", "groups")
def burden_ratio(facts: Facts) -> Measured:
    """Above 1.25 flags: the few of a group are asked to teach many."""
    every = _by_attribute(facts, "burden")
    return [_of(max(rows, key=lambda row: row.ratio or 0.0), "ratio") for rows in every]


def _lowest_ratio(facts: Facts, name: str) -> Iterator[Measure]:
    for rows in _by_attribute(facts, name):
        judged = [row for row in rows if row.ratio is not None]
        if len(judged) > 1:
            yield _of(min(judged, key=lambda row: row.ratio or 0.0), "ratio")


def _widest_gap(facts: Facts, name: str) -> Iterator[Measure]:
    for rows in _by_attribute(facts, name):
        judged = [row for row in rows if row.gap is not None]
        if judged:
            yield _of(max(judged, key=lambda row: abs(row.gap or 0.0)), "gap")


def _by_attribute(facts: Facts, name: str) -> Iterable[list[GroupFigure]]:
    """Return the figures shown of groups, without the unknown, of each attribute and side."""
    from rmatch.audit.figures import group_figures
    from rmatch.audit.groups import read_groups

    groups = read_groups(facts.observed.groups)
    found: dict[tuple[str, str], list[GroupFigure]] = {}
    for row in group_figures(facts, groups, min_cell=facts.min_cell, measures=(name,)):
        if row.known and not row.suppressed:
            found.setdefault((row.attribute, row.side), []).append(row)
    return found.values()


def _of(row: GroupFigure, name: str) -> Measure:
    """Return a figure of the group that stands out most."""
    return Measure(
        getattr(row, name), row.n or 0, of=f"{row.attribute}, {row.side}", note=row.group
    )
