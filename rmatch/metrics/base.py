"""What a metric is: a function of the facts, in a registry that everything iterates over."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from rmatch.intervals import Interval, bootstrap, wilson

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

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
        The fields of :class:`rmatch.metrics.Observed` without which there is nothing to measure.
    """

    def register(function: Callable[[Facts], Measured]) -> Callable[[Facts], Measured]:
        family = function.__module__.rpartition(".")[2]
        METRICS[function.__name__] = Metric(function.__name__, family, formula, needs, function)
        return function

    return register


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
