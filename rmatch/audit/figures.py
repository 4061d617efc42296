"""Figures by group: rates with impact ratios, means with gaps, small groups hidden."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from rmatch.audit.groups import UNKNOWN, joined, lines, looked_at, members
from rmatch.intervals import Interval, bootstrap, wilson
from rmatch.metrics.observed import SIDES
from rmatch.metrics.suppression import hidden

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from rmatch.audit.groups import Groups, Label
    from rmatch.metrics.facts import Facts

    Floats = NDArray[np.float64]
    Rows = NDArray[np.intp]

FOUR_FIFTHS = 0.8
_WIDE_GAP = 0.2  # standard deviations
_HEAVY = 1.25


@dataclass(frozen=True, slots=True)
class GroupFigure:
    """One figure of one group.

    ``ratio`` is the rate over the highest rate of the shown groups (for ``burden`` over the mean of
    all mentors), ``p`` Fisher's exact probability of a difference from that group as large by
    chance, ``gap`` the mean less that of everybody else, in standard deviations. Everything is
    ``None`` where the group, or one that would give it away, is too small to show. Groups of people
    of whom an attribute is not ``known`` are never a yardstick, nor flagged.
    """

    measure: str
    attribute: str
    side: str
    group: str
    n: int | None
    value: float | None = None
    interval: Interval | None = None
    ratio: float | None = None
    p: float | None = None
    gap: float | None = None
    flagged: bool = False
    known: bool = True

    @property
    def suppressed(self) -> bool:
        """Whether the figure is hidden because of a small group."""
        return self.n is None

    def to_record(self) -> dict[str, Any]:
        """Return the figure as a flat record."""
        low, high = self.interval or (None, None)
        return {
            "measure": self.measure,
            "attribute": self.attribute,
            "side": self.side,
            "group": self.group,
            "n": self.n,
            "value": self.value,
            "low": low,
            "high": high,
            "ratio": self.ratio,
            "p": self.p,
            "gap": self.gap,
            "flagged": self.flagged,
            "suppressed": self.suppressed,
        }


@dataclass(frozen=True, eq=False)
class Table:
    """The groups of one attribute, or of two crossed, on one side."""

    attribute: str
    side: str
    groups: dict[Label, Rows]
    min_cell: int

    def row(self, measure: str, label: Label) -> Callable[..., GroupFigure]:
        """Return what makes a figure of a group from its numbers."""
        group, known = joined(label), UNKNOWN not in label
        return partial(GroupFigure, measure, self.attribute, self.side, group, known=known)

    def shown(self, known: NDArray[np.bool_]) -> dict[Label, Rows]:
        """Return the rows with a known value, of the groups that are large enough to show."""
        rows = {label: group[known[group]] for label, group in self.groups.items()}
        hide = hidden(
            [len(group) for group in rows.values()], lines(list(rows)), min_cell=self.min_cell
        )
        return {
            label: group
            for at, (label, group) in enumerate(rows.items())
            if at not in hide and len(group)
        }


def group_figures(
    facts: Facts,
    groups: Groups,
    *,
    min_cell: int = 5,
    measures: Sequence[str] | None = None,
) -> tuple[GroupFigure, ...]:
    """Return every measure of every group and intersection, by attribute and side."""
    return tuple(
        row
        for table in tables(facts, groups, min_cell)
        for name, compute in MEASURES.items()
        if measures is None or name in measures
        for row in compute(facts, table, name)
    )


def tables(facts: Facts, groups: Groups, min_cell: int) -> Iterator[Table]:
    """Yield the groups of each attribute and intersection on each side."""
    for names, labels in looked_at(groups):
        for side in SIDES:
            found = members(labels, facts.ids(side), (UNKNOWN,) * len(names))
            yield Table(joined(names), side, found, min_cell)


# ---- what is measured ---------------------------------------------------------------------------


def _rates(
    facts: Facts, table: Table, name: str, *, hit: Callable[[Facts, str], Any]
) -> Iterator[GroupFigure]:
    """Yield a share of each group, against the highest."""
    hits: NDArray[np.bool_] = hit(facts, table.side)
    shown = table.shown(np.ones(len(hits), dtype=bool))
    counts = {label: (int(hits[rows].sum()), len(rows)) for label, rows in shown.items()}
    judged = {label: k / n for label, (k, n) in counts.items() if UNKNOWN not in label}
    best = max(judged, key=lambda label: (judged[label], label), default=None)
    for label in table.groups:
        row = table.row(name, label)
        if label not in counts:
            yield row(None)
            continue
        count, n = counts[label]
        ratio = p = None
        if best is not None and judged[best] > 0:
            ratio = count / n / judged[best]
            p = _fisher(counts[label], counts[best])
        low = ratio is not None and ratio < FOUR_FIFTHS and label in judged
        yield row(n, count / n, wilson(count, n), ratio, p, flagged=low)


def _fisher(one: tuple[int, int], other: tuple[int, int]) -> float:
    from scipy.stats import fisher_exact

    table = [[count, n - count] for count, n in (one, other)]
    return float(fisher_exact(table).pvalue)


def _means(
    facts: Facts, table: Table, name: str, *, value: Callable[[Facts, str], Floats]
) -> Iterator[GroupFigure]:
    """Yield a mean of each group, and its gap to everybody else in standard deviations."""
    values = value(facts, table.side)
    known = ~np.isnan(values)
    spread = float(values[known].std()) if known.any() else 0.0
    shown = table.shown(known)
    for label in table.groups:
        row = table.row(name, label)
        if label not in shown:
            yield row(None)
            continue
        own = values[shown[label]]
        others = np.delete(values, shown[label])
        others = others[~np.isnan(others)]
        gap = float((own.mean() - others.mean()) / spread) if len(others) and spread else None
        wide = gap is not None and abs(gap) > _WIDE_GAP and UNKNOWN not in label
        yield row(len(own), float(own.mean()), bootstrap(own), gap=gap, flagged=wide)


def _burden(facts: Facts, table: Table, name: str) -> Iterator[GroupFigure]:
    """Yield the pairs per mentor of each group, over those of all mentors."""
    if table.side != "mentors" or not len(facts.matching):
        return
    load = facts.load["mentors"]
    shown = table.shown(np.ones(len(load), dtype=bool))
    for label in table.groups:
        row = table.row(name, label)
        if label not in shown:
            yield row(None)
            continue
        own = load[shown[label]]
        ratio = float(own.mean() / load.mean())
        heavy = ratio > _HEAVY and UNKNOWN not in label
        yield row(len(own), float(own.mean()), bootstrap(own), ratio, flagged=heavy)


def _matched(facts: Facts, side: str) -> NDArray[np.bool_]:
    return facts.load[side] > 0


def _eligible(facts: Facts, side: str) -> NDArray[np.bool_]:
    return facts.options.count[side] > 0


def _above_median(facts: Facts, side: str) -> NDArray[np.bool_]:
    received = facts.received[side]
    return received > np.median(received) if len(received) else received > 0


def _score(facts: Facts, side: str) -> Floats:
    return facts.received[side]


def _regret(facts: Facts, side: str) -> Floats:
    return facts.regret[side]


def _rank(facts: Facts, side: str) -> Floats:
    return np.where(facts.load[side] > 0, facts.options.better[side] + 1.0, np.nan)


Compute = Callable[["Facts", Table, str], Iterator[GroupFigure]]

#: What is looked at for every group, in the order of the table.
MEASURES: dict[str, Compute] = {
    "match_rate": partial(_rates, hit=_matched),
    "scoring_rate": partial(_rates, hit=_above_median),
    "eligible_rate": partial(_rates, hit=_eligible),
    "score": partial(_means, value=_score),
    "regret": partial(_means, value=_regret),
    "rank": partial(_means, value=_rank),
    "burden": _burden,
}
