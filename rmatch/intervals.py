"""Intervals for shares, means and other figures of a sample, and which differences are real."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from rmatch.errors import InvalidInputError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    Statistic = Callable[..., Any]

RESAMPLES = 2_000


class Interval(NamedTuple):
    """The two ends of an interval."""

    low: float
    high: float


def wilson(count: int, of: int, *, level: float = 0.95) -> Interval | None:
    """Return Wilson's score interval for a share; ``None`` where there is nothing to count.

    Parameters
    ----------
    count, of
        How many of how many.
    level
        Confidence level, between 0 and 1.

    References
    ----------
    E. B. Wilson, "Probable inference, the law of succession, and statistical inference", JASA 22,
    1927.

    Examples
    --------
    >>> low, high = wilson(8, 10)
    >>> round(low, 3), round(high, 3)
    (0.49, 0.943)
    """
    from scipy.stats import binomtest

    if not 0 <= count <= of:
        raise InvalidInputError(f"{count} of {of} is no share; 0 <= count <= of is needed")
    if of == 0:
        return None
    found = binomtest(count, of).proportion_ci(level, method="wilson")
    return Interval(float(found.low), float(found.high))


def bootstrap(
    values: ArrayLike,
    statistic: Statistic = np.mean,
    *,
    level: float = 0.95,
    seed: int = 0,
) -> Interval | None:
    """Return a bootstrap interval for a figure of a sample, drawn again 2,000 times.

    Bias corrected and accelerated; percentiles where that is not defined (a figure that hardly
    changes when one value is left out). Values that are all the same give an interval of no width:
    the sample says nothing about how others differ. ``None`` below two values.

    Parameters
    ----------
    values
        One number per person or pair; those drawn again together are those in one entry.
    statistic
        A function of values and ``axis``.
    level
        Confidence level, between 0 and 1.
    seed
        Of the resamples: the same seed, the same interval.

    References
    ----------
    B. Efron, "Better bootstrap confidence intervals", JASA 82, 1987.

    Examples
    --------
    >>> low, high = bootstrap([0.2, 0.4, 0.4, 0.6, 0.9])
    >>> low < 0.5 < high
    True
    """
    import warnings

    from scipy.stats import bootstrap as resample

    sample = np.asarray(values, dtype=float)
    if len(sample) < 2:
        return None
    if (sample == sample[0]).all():
        same = float(statistic(sample, axis=-1))
        return Interval(same, same)
    for method in ("BCa", "percentile"):
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")  # a degenerate BCa is seen by its NaN
            found = resample(
                (sample,),
                statistic,
                n_resamples=RESAMPLES,
                confidence_level=level,
                batch=max(1, 1_000_000 // len(sample)),
                method=method if len(sample) <= 5_000 else "percentile",  # BCa leaves each out
                rng=np.random.default_rng(seed),
            ).confidence_interval
        if np.isfinite(found).all():
            break
    return Interval(float(found.low), float(found.high))


def paired_difference(
    one: Sequence[float], other: Sequence[float], *, level: float = 0.95, seed: int = 0
) -> Interval | None:
    """Return a bootstrap interval for the mean of ``one - other``, person by person.

    People are drawn again whole, with both of their values, so what makes people differ cancels.

    Examples
    --------
    >>> interval = paired_difference([3, 5, 9, 4], [1, 4, 7, 3])
    >>> interval.low > 0
    True
    """
    return bootstrap(
        np.asarray(one, dtype=float) - np.asarray(other, dtype=float), level=level, seed=seed
    )
