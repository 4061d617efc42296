"""What ratings of past pairs say about the weights; never applied by itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from rmatch.candidates import of_pairs
from rmatch.errors import InputProblem, InvalidInputError
from rmatch.forms import GRID
from rmatch.living.results import matching_of_people
from rmatch.names import label, labels
from rmatch.parameters import check_count, check_seed, id_pairs, is_finite
from rmatch.problem import Problem
from rmatch.solvers import Status

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from rmatch.living.rematch import Rematch
    from rmatch.matching import Matching

    Floats = NDArray[np.float64]

_FEW_PER_PART = 10  # pairs per score part, below which nothing is concluded
_HIGH, _LOW = 97.5, 2.5
_NOTHING = 1e-12  # a sum of coefficients that is none


@dataclass(frozen=True)
class Weight:
    """One part's weight: now, as the ratings suggest it, and the 95 % interval of that."""

    part: str
    now: float
    suggested: float
    low: float
    high: float


@dataclass(frozen=True)
class WeightSuggestion:
    """Weights that fit past ratings, for a person to accept or not.

    ``expected_change`` is the change of the mean rating per pair that the fitted model expects of
    the best matching with the suggested weights, against the best with the present ones.
    ``fairness`` compares these two: share of mentees matched, worst and mean expected rating, and
    each group's match rate where given.
    ``doubts`` say why the data cannot tell; empty when it can.
    """

    weights: tuple[Weight, ...]
    expected_change: float
    fairness: Mapping[str, tuple[float, float]]
    pairs: int
    doubts: tuple[str, ...]

    @property
    def conclusive(self) -> bool:
        """Whether the data can tell at all."""
        return not self.doubts

    def to_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        from dataclasses import asdict

        return {**asdict(self), "conclusive": self.conclusive}

    def __str__(self) -> str:
        lines = [f"from the ratings of {self.pairs} pairs:"]
        lines += [
            f"{w.part}: now {w.now:.2f}, suggested {w.suggested:.2f} ({w.low:.2f} to {w.high:.2f})"
            for w in self.weights
        ]
        lines.append(f"expected change of the mean rating: {self.expected_change:+.2f}")
        lines += [f"{name}: {a:.2f} -> {b:.2f}" for name, (a, b) in self.fairness.items()]
        return "\n".join([*lines, *(f"the data cannot tell: {doubt}" for doubt in self.doubts)])


def suggest_weights(
    matching: Matching | Rematch,
    ratings: Mapping[tuple[str, str], float],
    *,
    groups: Mapping[str, Any] | None = None,
    resamples: int = 400,
    seed: int = 0,
) -> WeightSuggestion:
    """Return the weights under which scores explain the ratings best.

    Parameters
    ----------
    matching
        The matching, or re-match, whose pairs were rated.
    ratings
        Rating of each (mentor, mentee), any scale on which more is better.
    groups
        A mentee attribute from a table of its own, for the fairness figures only.
    resamples, seed
        Bootstrap samples of pairs for the intervals, and their seed.

    Raises
    ------
    InvalidInputError
        For a score of one part only, fewer than three ratings, and ratings of what is no pair.

    Notes
    -----
    Least squares of the rating on the parts' values, all coefficients but the constant at least 0,
    then divided by their sum. Ratings exist only for pairs that a matching chose, so they say
    little about pairs it would never choose: weights are a suggestion, and a person decides.
    """
    matching, problem = matching_of_people("matching", matching)
    if len(problem.score) < 2:
        raise InvalidInputError("weights need a matching with at least two score parts")
    if not isinstance(ratings, Mapping):
        raise InvalidInputError(
            f"ratings={ratings!r:.80}; a dict of (mentor, mentee) to their rating is needed"
        )
    check_count("resamples", resamples)
    check_seed(seed)
    values, rated = _values(matching, ratings)
    fit = _fit(values, rated)
    rng = np.random.default_rng(seed)
    samples = np.array(
        [
            _shares(_fit(values[pick], rated[pick])[1:])
            for pick in (rng.integers(0, len(rated), len(rated)) for _ in range(resamples))
        ]
    )
    low, high = np.percentile(samples, [_LOW, _HIGH], axis=0)
    shares = _shares(fit[1:])
    if _silent(fit):  # the present weights are as good as any others
        shares, low, high = np.array(problem.weights), np.zeros_like(low), np.ones_like(high)
    weights = tuple(
        Weight(part.name, now, float(share), float(below), float(above))
        for part, now, share, below, above in zip(
            problem.score, problem.weights, shares, low, high, strict=True
        )
    )
    fairness = _fairness(
        matching if matching.status is Status.OPTIMAL else _rematched(matching, problem.weights),
        _rematched(matching, shares),
        fit,
        {label(person): group for person, group in (groups or {}).items()},
    )
    before, after = fairness["mean expected rating"]
    doubts = _doubts(values, rated, fit, weights)
    return WeightSuggestion(weights, after - before, fairness, len(rated), doubts)


def _values(matching: Matching, ratings: Mapping[tuple[str, str], float]) -> tuple[Floats, Floats]:
    """Return (pairs, parts) values in [0, 1] and the ratings of rated pairs."""
    problem = matching.problem
    known = {labels((pair.mentor, pair.mentee)): at for at, pair in enumerate(matching.pairs)}
    ids = id_pairs("ratings", ratings)
    problems = [
        InputProblem(f"{mentor!r} with {mentee!r} is no pair of the matching")
        for mentor, mentee in ids
        if (mentor, mentee) not in known
    ]
    problems += [
        InputProblem(f"{mentor!r} with {mentee!r} is rated {count} times")
        for (mentor, mentee), count in Counter(ids).items()
        if count > 1
    ]
    problems += [
        InputProblem(f"the rating of {mentor!r} with {mentee!r} is {value!r}, no number")
        for (mentor, mentee), value in ratings.items()
        if not is_finite(value)
    ]
    if problems:
        raise InvalidInputError.from_problems(problems)
    if len(ratings) < 3:
        raise InvalidInputError(f"{len(ratings)} ratings; at least 3 are needed")
    rows = np.array([known[pair] for pair in ids])
    parts = part_values(problem, matching.rows[rows], matching.cols[rows])
    return parts, np.array(list(ratings.values()), dtype=float)


def part_values(problem: Any, rows: NDArray[np.intp], cols: NDArray[np.intp]) -> Floats:
    """Return (pairs, parts) values of the score parts, before weights, in [0, 1]."""
    columns = []
    for part in problem.score:
        alone = replace(problem, rules=(), score=(part.replace(weight=1.0),))
        columns.append(of_pairs(alone, rows, cols)[0] / GRID)
    return np.stack(columns, axis=1)


def _fit(values: Floats, rated: Floats) -> Floats:
    """Return the constant and the coefficients, the latter at least 0."""
    from scipy.optimize import lsq_linear

    design = np.hstack([np.ones((len(rated), 1)), values])
    least = np.r_[-np.inf, np.zeros(values.shape[1])]
    fit: Floats = lsq_linear(design, rated, bounds=(least, np.inf), method="bvls").x
    return fit


def _shares(coefficients: Floats) -> Floats:
    total = coefficients.sum()
    equal = np.full(len(coefficients), 1 / len(coefficients))
    shares: Floats = coefficients / total if total > _NOTHING else equal
    return shares


def _silent(fit: Floats) -> bool:
    """Say whether no part goes with better ratings."""
    return bool(fit[1:].sum() <= _NOTHING)


def _rematched(matching: Matching, shares: Iterable[float]) -> Matching:
    from rmatch.pipeline import solve

    problem = matching.problem
    assert isinstance(problem, Problem)
    parts = [
        part.replace(weight=float(share))
        for part, share in zip(problem.score, shares, strict=True)
    ]  # fmt: skip
    return solve(problem.replace(score=parts))


def _fairness(
    one: Matching, other: Matching, fit: Floats, groups: Mapping[str, Any]
) -> dict[str, tuple[float, float]]:
    figures = []
    for matching in (one, other):
        expected = fit[0] + part_values(matching.problem, matching.rows, matching.cols) @ fit[1:]
        ids = matching.mentee_ids
        matched = {ids[col] for col in matching.cols.tolist()}
        figures.append(
            {
                "share of mentees matched": matching.coverage["mentees"],
                "worst expected rating": float(expected.min(initial=np.inf)),
                "mean expected rating": float(expected.mean()) if len(expected) else 0.0,
                **{
                    f"match rate of {group}": _rate(ids, matched, groups, group)
                    for group in sorted(set(groups.values()), key=str)
                },
            }
        )
    return {name: (value, figures[1][name]) for name, value in figures[0].items()}


def _rate(ids: tuple[Any, ...], matched: set[Any], groups: Mapping[str, Any], group: Any) -> float:
    members = [person for person in ids if groups.get(label(person)) == group]
    return sum(person in matched for person in members) / len(members) if members else 0.0


def _doubts(
    values: Floats, rated: Floats, fit: Floats, weights: tuple[Weight, ...]
) -> tuple[str, ...]:
    parts = values.shape[1]
    doubts = []
    if len(rated) < _FEW_PER_PART * parts:
        doubts.append(
            f"{len(rated)} rated pairs for {parts} parts; {_FEW_PER_PART * parts} are few"
        )
    flat = [w.part for w, column in zip(weights, values.T, strict=True) if column.std() < 1e-6]
    if flat:
        doubts.append(f"all pairs have the same {', '.join(flat)}")
    if _silent(fit):
        doubts.append("no part goes with better ratings")
    spread = 1 - np.var(rated - fit[0] - values @ fit[1:]) / max(np.var(rated), 1e-12)
    if spread < 0.05:
        doubts.append(f"scores explain {max(spread, 0):.0%} of the differences between ratings")
    if all(w.low <= w.now <= w.high for w in weights):
        doubts.append("every present weight lies within its interval: no reason to change")
    return tuple(doubts)
