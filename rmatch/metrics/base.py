"""What a metric is: a function of the facts, in a registry that everything iterates over."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from rmatch.intervals import Interval, bootstrap, wilson

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from rmatch.answers.costs import RuleCosts
    from rmatch.living.impact import Uplift
    from rmatch.living.pair_health import PairEvent
    from rmatch.matching import Matching
    from rmatch.metrics.facts import Facts


@dataclass(frozen=True, slots=True)
class Measure:
    """A figure: its value, how many people or pairs it rests on, and its 95 % interval.

    ``of`` says of whom or what: a side, a field, a skill. Figures of one ``partition`` add up to a
    known total, so that where one must be hidden, two are.
    """

    value: float
    n: int
    spread: Interval | Callable[[], Interval | None] | None = None
    of: str = ""
    partition: str = ""
    note: str = ""

    @property
    def interval(self) -> Interval | None:
        """The 95 % interval; where people are drawn again for it, only when asked."""
        return self.spread() if callable(self.spread) else self.spread


Measured = Measure | Iterable[Measure] | None


@dataclass(frozen=True)
class Metric:
    """A metric: its name, family, formula, and what it needs to be known beyond the matching."""

    name: str
    family: str
    formula: str
    needs: tuple[str, ...]
    compute: Callable[[Facts], Measured]

    def measures(self, facts: Facts) -> list[Measure]:
        """Return the metric's figures; none where it is not defined for these people."""
        found = self.compute(facts)
        if found is None:
            return []
        return [found] if isinstance(found, Measure) else list(found)


#: All metrics, in the order of the table.
METRICS: dict[str, Metric] = {}


def metric(
    formula: str, *needs: str
) -> Callable[[Callable[[Facts], Measured]], Callable[[Facts], Measured]]:
    """Register a function of :class:`Facts` as a metric named like it, in its module's family.

    Parameters
    ----------
    formula
        What it is, as a formula in words.
    needs
        The fields of :class:`Observed` without which there is nothing to measure.
    """

    def register(function: Callable[[Facts], Measured]) -> Callable[[Facts], Measured]:
        family = function.__module__.rpartition(".")[2]
        METRICS[function.__name__] = Metric(function.__name__, family, formula, needs, function)
        return function

    return register


@dataclass(frozen=True, kw_only=True)
class Observed:
    """What a programme knows beyond its matching; give what there is, nothing is required.

    Parameters
    ----------
    invited
        People asked to take part, by side: ``{"mentors": 400, "mentees": 120}``.
    invited_by
        The same by side, column and label: ``{"mentees": {"department": {"IT": 40, "HR": 30}}}``.
    signed_up
        The day on which somebody signed up, by id.
    decisions
        What was decided on a proposed pair, by (mentor, mentee): "accepted", "declined" or
        "overridden" (changed by an administrator).
    events
        What happened to pairs: sessions planned and held, ratings, ends.
    on
        The day to look from; needed with ``events``.
    planned_end
        The day on which pairs were meant to end.
    session_hours, hourly_cost
        Length of a session, and what an hour of one person costs.
    assessments
        Levels before and after, by (person, skill).
    scales
        Mean of each person's items of a questionnaire, by its name, then by id.
    satisfaction
        1 to 5, by id.
    recommend
        0 to 10, "would you recommend the programme", by id.
    would_repeat
        Whether somebody would take part again, by id.
    contacts
        Pairs (in any order) who knew each other before.
    baselines
        Other matchings of the same problem to compare with, by name.
    costs
        The answer of ``matching.rule_costs()``.
    uplifts
        Effects on outcomes, from :func:`rmatch.living.impact.uplift`, by name.
    groups
        The audit's table: attributes by id. The matching never reads it.
    """

    invited: Mapping[str, int] = field(default_factory=dict)
    invited_by: Mapping[str, Mapping[str, Mapping[str, int]]] = field(default_factory=dict)
    signed_up: Mapping[str, date] = field(default_factory=dict)
    decisions: Mapping[tuple[str, str], str] = field(default_factory=dict)
    events: tuple[PairEvent, ...] = ()
    on: date | None = None
    planned_end: date | None = None
    session_hours: float | None = None
    hourly_cost: float | None = None
    assessments: Mapping[tuple[str, str], tuple[float, float]] = field(default_factory=dict)
    scales: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    satisfaction: Mapping[str, float] = field(default_factory=dict)
    recommend: Mapping[str, int] = field(default_factory=dict)
    would_repeat: Mapping[str, bool] = field(default_factory=dict)
    contacts: frozenset[tuple[str, str]] | None = None
    baselines: Mapping[str, Matching] = field(default_factory=dict)
    costs: RuleCosts | None = None
    uplifts: Mapping[str, Uplift] = field(default_factory=dict)
    groups: Any = None

    def lacks(self, names: Iterable[str]) -> tuple[str, ...]:
        """Return those of the names for which nothing is known."""
        return tuple(name for name in names if _empty(getattr(self, name)))


def _empty(value: Any) -> bool:
    return value is None or (isinstance(value, Mapping | tuple) and not value)


# ---- the three kinds of figure ------------------------------------------------------------------


def share(count: int, total: int, /, **labels: str) -> Measure | None:
    """Return a share with Wilson's interval; ``None`` of nothing."""
    return Measure(count / total, total, wilson(count, total), **labels) if total else None


def mean(values: ArrayLike, /, **labels: str) -> Measure | None:
    """Return a mean with its bootstrap interval; ``None`` of nothing."""
    return figure(values, np.mean, **labels)


def figure(values: ArrayLike, statistic: Callable[..., Any], /, **labels: str) -> Measure | None:
    """Return any figure of a sample with its bootstrap interval; ``None`` of nothing."""
    sample = np.asarray(values, dtype=float)
    if not len(sample):
        return None
    value = float(statistic(sample, axis=-1))
    return Measure(value, len(sample), partial(bootstrap, sample, statistic), **labels)


def present(*measures: Measure | None) -> list[Measure]:
    """Return those that are defined."""
    return [each for each in measures if each is not None]
