"""KPIs: every figure with its formula, how many it rests on, its interval; small groups hidden.

Add one by writing one function of :class:`Facts` with ``@metric`` in the module of its family.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rmatch.answers.answer import Answer
from rmatch.errors import InvalidInputError
from rmatch.metrics import fairness, goals, quality, reach, running, structure
from rmatch.metrics.base import METRICS, Measure, Metric, metric
from rmatch.metrics.facts import Facts
from rmatch.metrics.observed import Observed
from rmatch.metrics.suppression import hidden
from rmatch.parameters import check_count

if TYPE_CHECKING:
    from rmatch.matching import Matching

__all__ = ["METRICS", "Facts", "Kpi", "Kpis", "Measure", "Metric", "Observed", "kpis", "metric"]

#: The families, in the order of the table.
FAMILIES = tuple(
    module.__name__.rpartition(".")[2]
    for module in (reach, quality, goals, structure, running, fairness)
)


@dataclass(frozen=True, slots=True)
class Kpi:
    """A figure in a table. ``value``, ``n`` and the interval are ``None`` where suppressed."""

    family: str
    name: str
    of: str
    value: float | None
    n: int | None
    low: float | None
    high: float | None
    suppressed: bool
    formula: str
    note: str

    def __str__(self) -> str:
        label = f"{self.name} ({self.of})" if self.of else self.name
        if self.value is None:
            return f"{label}: not shown, too few people"
        ends = "" if self.low is None else f" [{self.low:.4g}, {self.high:.4g}]"
        note = f"; {self.note}" if self.note else ""
        return f"{label}: {self.value:.4g}{ends} (n = {self.n}){note}"


@dataclass(frozen=True)
class Kpis(Answer):
    """All figures that can be computed, and what those that cannot would need."""

    figures: tuple[Kpi, ...]
    missing: dict[str, tuple[str, ...]]
    min_cell: int

    def __getitem__(self, name: str) -> tuple[Kpi, ...]:
        """Return the figures of one metric."""
        if name not in METRICS:
            raise InvalidInputError(f"no metric {name!r}; there are: {', '.join(METRICS)}")
        return tuple(each for each in self.figures if each.name == name)

    def rows(self) -> list[dict[str, Any]]:
        """Return one flat record per figure."""
        names = Kpi.__dataclass_fields__
        return [{name: getattr(each, name) for name in names} for each in self.figures]

    @property
    def words(self) -> str:
        return "\n".join(map(str, self.figures))


def kpis(
    matching: Matching,
    observed: Observed | None = None,
    *,
    min_cell: int = 5,
    only: Sequence[str] | None = None,
) -> Kpis:
    """Return the KPIs of a matching.

    Parameters
    ----------
    matching
        What to measure.
    observed
        What is known beyond it: events, answers, baselines, groups ...
    min_cell
        Figures over fewer people or pairs are hidden, and with them the next smallest where their
        total would give them away.
    only
        Names of metrics or families; default all.

    Examples
    --------
    >>> import rmatch
    >>> matching = rmatch.match_matrix([[4, 1, 0], [2, 3, 1]])
    >>> print(matching.kpis(min_cell=1)["match_rate"][0])
    match_rate (mentees): 0.6667 [0.2077, 0.9385] (n = 3)
    """
    check_count("min_cell", min_cell)
    facts = Facts(matching, observed or Observed(), min_cell=min_cell)
    figures: list[Kpi] = []
    missing = {}
    for chosen in _chosen(only):
        lacking = facts.observed.lacks(chosen.needs)
        if lacking:
            missing[chosen.name] = lacking
        else:
            figures += _table(chosen, chosen.measures(facts), min_cell)
    return Kpis(tuple(figures), missing, min_cell)


def _chosen(only: Sequence[str] | None) -> list[Metric]:
    known = {*METRICS, *FAMILIES}
    wrong = [name for name in only or () if name not in known]
    if wrong:
        raise InvalidInputError(
            f"no metric or family {', '.join(map(repr, wrong))}; there are: "
            f"{', '.join((*FAMILIES, *METRICS))}"
        )
    return [
        each
        for each in sorted(METRICS.values(), key=lambda each: FAMILIES.index(each.family))
        if only is None or each.name in only or each.family in only
    ]


def _table(chosen: Metric, measures: list[Measure], min_cell: int) -> list[Kpi]:
    hide = {at for at, each in enumerate(measures) if each.n < min_cell}
    for partition in {each.partition for each in measures if each.partition}:
        places = [at for at, each in enumerate(measures) if each.partition == partition]
        found = hidden([measures[at].n for at in places], min_cell=min_cell)
        hide |= {places[at] for at in found}
    return [_kpi(chosen, each, at in hide) for at, each in enumerate(measures)]


def _kpi(chosen: Metric, each: Measure, hide: bool) -> Kpi:
    label = chosen.family, chosen.name, each.of
    if hide:
        return Kpi(*label, None, None, None, None, True, chosen.formula, "")
    low, high = each.interval or (None, None)
    return Kpi(*label, each.value, each.n, low, high, False, chosen.formula, each.note)
