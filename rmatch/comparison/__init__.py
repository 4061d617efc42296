"""compare(): the same people matched in several ways, measured alike; which differences are real.

Strategies differ in solver, objective, weights or rules. Whatever chose its pairs, each is measured
by the score of the problem that was given.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from rmatch import solvers
from rmatch.comparison.strategies import Programs, Strategy, Tried, standard, strategy_named
from rmatch.comparison.table import Compared, Comparison, Difference, Figure
from rmatch.errors import (
    InfeasibleError,
    InvalidInputError,
    SolverError,
    UnsupportedFeatureError,
)
from rmatch.intervals import paired_difference
from rmatch.metrics import METRICS
from rmatch.pipeline import check_problem
from rmatch.solvers import Options

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from rmatch.matrix import MatrixProblem
    from rmatch.metrics import Facts
    from rmatch.problem import Problem

    Floats = NDArray[np.float64]

__all__ = ["BASELINE", "FIGURES", "Comparison", "Strategy", "compare"]

#: What is shown of each strategy: figures of :data:`rmatch.metrics.METRICS`.
FIGURES = (
    "match_rate, mentees",
    "score, total",
    "score, mean",
    "score, p10",
    "score, minimum",
    "mutual_learning, index",
    "blocking_pairs",
)

#: What a strategy is compared with unless somebody says otherwise: people helping themselves.
BASELINE = "first_come"


def compare(
    problem: Problem | MatrixProblem,
    strategies: Sequence[str | Strategy] | None = None,
    *,
    baseline: str | None = None,
    seeds: int | Sequence[int] = 20,
    figures: Sequence[str] = FIGURES,
    level: float = 0.95,
    time_limit: float | None = None,
) -> Comparison:
    """Match the same people in several ways, and say which differences are real.

    Parameters
    ----------
    problem
        The people, score and rules: ``matching.problem``, or :meth:`rmatch.Problem.of`.
    strategies
        Names of solvers ("first_come", "greedy", "stable", "rounds", "random" ...) or objectives
        ("total_score", "coverage_first" ...), and :class:`Strategy` objects. Default: every solver
        that proves nothing and every objective.
    baseline
        The name of the strategy to compare with; default "first_come", the first if it is not
        there.
    seeds
        Draws of a strategy that draws lots: their number, or their seeds.
    figures
        Names of metrics of :data:`rmatch.metrics.METRICS`, or of single figures of theirs, such as
        "score, p10".
    level
        Of the intervals of differences. Each holds for itself: of 20 true nothings, one looks real.
    time_limit
        Seconds for each solve.

    Notes
    -----
    Candidates are built once, and again only for strategies with rules of their own. All figures
    are in the problem's own score, and so is a minimum score. Differences are over mentees, each
    with and without (paired bootstrap): a mentee counts with the sum of the scores of their pairs,
    0 without any.

    Raises
    ------
    InvalidInputError
        For strategies, figures and a baseline that there are not.
    UnsupportedFeatureError
        Where not one of the strategies can be tried; others that cannot are in ``left_out``.

    Examples
    --------
    >>> import rmatch
    >>> matching = rmatch.match_matrix([[9, 8], [7, 1]])
    >>> comparison = rmatch.compare(matching.problem, ["first_come", "total_score"])
    >>> comparison["total_score"].score.value
    5.0
    >>> print(comparison.to_markdown().splitlines()[2])
    | first come | 1 | 10 | 5 | 1.80 | 1 | 0 |  |
    """
    check_problem("compare", problem)
    chosen = standard() if strategies is None else [strategy_named(each) for each in strategies]
    _check_names(chosen, figures)
    if not 0 < level < 1:
        raise InvalidInputError(f"level={level!r}; a share between 0 and 1, such as 0.95")
    options = [Options(seed=seed, time_limit=time_limit) for seed in _seeds(seeds)]
    programs = Programs(problem)
    tried: dict[str, Tried] = {}
    left_out = {}
    for strategy in chosen:
        draws = options if solvers.draws_lots(strategy.solver) else options[:1]
        try:
            tried[strategy.name] = programs.run(strategy, draws)
        except (UnsupportedFeatureError, InfeasibleError) as error:
            left_out[strategy.name] = str(error)
        except InvalidInputError as error:
            if strategies is not None:  # of those nobody asked for, some do not suit the scores
                raise
            left_out[strategy.name] = str(error)
        except SolverError as error:
            if error.status not in ("time limit", "memory"):
                raise
            left_out[strategy.name] = str(error)
    base = _baseline(baseline, tried, left_out)
    rows = tuple(
        _compared(name, each, None if name == base else tried[base], figures, level)
        for name, each in tried.items()
    )
    return Comparison(
        base,
        problem.shape[1],
        tuple(dict.fromkeys(label for row in rows for label in row.figures)),
        rows,
        left_out,
        {name: each.matchings for name, each in tried.items()},
    )


def _seeds(seeds: int | Sequence[int]) -> Sequence[int]:
    given = range(seeds) if isinstance(seeds, int) else seeds
    if not isinstance(given, Sequence) or not given or not all(_is_seed(each) for each in given):
        raise InvalidInputError(
            f"seeds={seeds!r}; a number of at least 1, or a list of whole numbers of at least 0"
        )
    return given


def _is_seed(value: object) -> bool:
    return isinstance(value, int) and value >= 0


def _check_names(strategies: Sequence[Strategy], figures: Sequence[str]) -> None:
    names = [strategy.name for strategy in strategies]
    twice = sorted({name for name in names if names.count(name) > 1})
    if not names:
        raise InvalidInputError("strategies is empty; give at least one")
    if twice:
        found = ", ".join(map(repr, twice))
        raise InvalidInputError(f"there are two strategies named {found}; give each its own name")
    for label in figures:
        name = label.partition(", ")[0]
        if name not in METRICS or METRICS[name].needs:
            able = ", ".join(each.name for each in METRICS.values() if not each.needs)
            raise InvalidInputError(f"no figure {label!r} of a matching alone; there are: {able}")


def _baseline(asked: str | None, tried: Mapping[str, Tried], left_out: Mapping[str, str]) -> str:
    if not tried:
        reasons = "; ".join(f"{name}: {reason}" for name, reason in left_out.items())
        raise UnsupportedFeatureError(f"none of the strategies can be tried: {reasons}")
    if asked is None:
        return BASELINE if BASELINE in tried else next(iter(tried))
    if asked not in tried:
        why = left_out.get(asked, f"there are: {', '.join(map(repr, tried))}")
        raise InvalidInputError(f"baseline={asked!r} is not among what was tried: {why}")
    return asked


def _compared(
    name: str, tried: Tried, base: Tried | None, figures: Sequence[str], level: float
) -> Compared:
    """Return one row; ``base`` is ``None`` for the baseline itself."""
    draws = [dict(_measured(facts, figures)) for facts in tried.facts]
    labels = dict.fromkeys(label for draw in draws for label in draw)
    differences: list[Difference | None] = [None, None]
    if base is not None:
        both = zip(tried.per_mentee, base.per_mentee, strict=True)
        differences = [_difference(ours, theirs, level) for ours, theirs in both]
    return Compared(
        name,
        tried.matchings[0].status.value,
        len(draws),
        {label: _spread([draw[label] for draw in draws if label in draw]) for label in labels},
        differences[0],
        differences[1],
        tuple(facts.scores for facts in tried.facts),
    )


def _measured(facts: Facts, figures: Sequence[str]) -> Iterator[tuple[str, float]]:
    """Yield the figures asked for, those that are defined."""
    for asked in figures:
        metric = asked.partition(", ")[0]
        for each in METRICS[metric].measures(facts):
            label = f"{metric}, {each.of}" if each.of else metric
            if asked in (metric, label):
                yield label, each.value


def _spread(values: Sequence[float]) -> Figure:
    if len(values) == 1:
        return Figure(values[0])
    low, high = np.quantile(values, [0.025, 0.975])
    return Figure(float(np.mean(values)), float(low), float(high))


def _difference(ours: Floats, theirs: Floats, level: float) -> Difference:
    """Return the sum of differences over mentees; what means of draws lose in rounding is none."""
    ours = np.where(np.isclose(ours, theirs, rtol=1e-9, atol=1e-12), theirs, ours)
    interval = paired_difference(ours.tolist(), theirs.tolist(), level=level)
    low, high = (None, None) if interval is None else (end * len(ours) for end in interval)
    more, less = np.maximum(ours - theirs, 0).sum(), np.maximum(theirs - ours, 0).sum()
    value = 0.0 if np.isclose(more, less, rtol=1e-9, atol=0) else float(more - less)
    return Difference(value, low, high, int(np.count_nonzero(ours != theirs)))
