"""What a programme changed, measured with a comparison that deserves the name."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import isfinite
from typing import Any, Literal

import numpy as np

from rmatch.answers.wording import counted
from rmatch.errors import InvalidInputError
from rmatch.intervals import wilson
from rmatch.names import label, labels
from rmatch.parameters import is_finite, listed

Method = Literal["lottery", "did", "matched"]
Outcomes = Mapping[str, float]

_LARGE_DIFFERENCE = 0.1  # Austin, 2009: below it a covariate counts as balanced

_WARNINGS: dict[str, tuple[str, ...]] = {
    "lottery": (
        (
            "everybody in a lottery applied: the effect is that of a place offered to people who "
            "apply; count all winners as treated, also those who did not take part"
        ),
    ),
    "did": (
        (
            "difference in differences holds only if both groups would have changed alike "
            "without the programme; nothing in the data can show that"
        ),
        "volunteers differ from others, also in how they would have changed",
    ),
    "matched": (
        (
            "volunteers differ from others in ways that no covariate records; matched controls "
            "take care of the recorded ones only"
        ),
    ),
}


@dataclass(frozen=True)
class Uplift:
    """The effect on an outcome, with its 95 % interval.

    ``balance`` holds, for each covariate, the standardised mean difference between the groups:
    below 0.1 in size counts as balanced. ``balance_before`` is the same before controls were
    matched, empty for other methods.
    """

    effect: float
    low: float
    high: float
    method: Method
    treated: int
    control: int
    balance: Mapping[str, float]
    warnings: tuple[str, ...]
    balance_before: Mapping[str, float] = field(default_factory=dict)

    @property
    def conclusive(self) -> bool:
        """Whether the interval leaves out no effect at all; never where it has no width."""
        return (self.low > 0 or self.high < 0) and self.low < self.high

    def to_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        return {
            "effect": self.effect,
            "interval": [self.low, self.high],
            "method": self.method,
            "treated": self.treated,
            "control": self.control,
            "balance": _finite(self.balance),
            "balance_before": _finite(self.balance_before),
            "warnings": list(self.warnings),
        }

    def __str__(self) -> str:
        said = "the interval leaves out 0" if self.conclusive else "the data cannot tell it from 0"
        lines = [
            (
                f"effect {self.effect:+.3f}, 95 % interval {self.low:+.3f} to {self.high:+.3f} "
                f"({self.treated} against {self.control}); {said}"
            )
        ]
        lines += [
            f"{name}: standardised difference {_told(d)}"
            + (f", {_told(self.balance_before[name])} before" if self.balance_before else "")
            for name, d in self.balance.items()
        ]
        return "\n".join([*lines, *(f"warning: {warning}" for warning in self.warnings)])


def _told(difference: float) -> str:
    return f"{difference:+.2f}" if isfinite(difference) else "beyond measure (no spread)"


def _finite(balance: Mapping[str, float]) -> dict[str, float | None]:
    """Return differences as JSON holds them: none of those where neither group has any spread."""
    return {name: d if isfinite(d) else None for name, d in balance.items()}


def uplift(
    outcome: Outcomes,
    treated: Iterable[str],
    control: Iterable[str],
    *,
    method: Method = "lottery",
    before: Outcomes | None = None,
    strata: Mapping[str, Any] | None = None,
    covariates: Mapping[str, Outcomes] | None = None,
) -> Uplift:
    """Return the effect of taking part.

    Parameters
    ----------
    outcome
        What is measured, by person: retained (0 or 1), a score, a count.
    treated, control
        Who took part and who did not. For ``"lottery"``: the winners and the losers.
    method
        ``"lottery"``: difference of means within each stratum, weighted by its people. ``"did"``:
        difference in differences, needs ``before``. ``"matched"``: each treated person against the
        most similar control by ``covariates``, each control once, found by rmatch's own matcher.
    before
        The same outcome before the programme.
    strata
        The lottery's strata, by person; default one.
    covariates
        Numbers known before the programme, by name and person: for the balance table, and to find
        matched controls.

    Raises
    ------
    InvalidInputError
        For groups that overlap, groups and strata of fewer than two people, fewer controls than are
        to be matched, and outcomes that are missing or no numbers.

    Notes
    -----
    Intervals are Welch's, with Satterthwaite's degrees of freedom, over all strata; for outcomes
    that are all 0 or 1, Newcombe's, made of Wilson's intervals of the shares; for matched controls,
    Student's over the differences of pairs.

    References
    ----------
    J. Neyman, 1923 (the stratified difference of means); P. C. Austin, "Balance diagnostics for
    comparing the distribution of baseline covariates", Statistics in Medicine 28, 2009; R. G.
    Newcombe, "Interval estimation for the difference between independent proportions", Statistics
    in Medicine 17, 1998; for strata, G. Y. Zou, A. Donner, "Construction of confidence limits about
    effect measures: a general approach", Statistics in Medicine 27, 2008.

    Examples
    --------
    >>> stayed = {"a": 1, "b": 1, "c": 1, "d": 0, "e": 0, "f": 1, "g": 0, "h": 0}
    >>> result = uplift(stayed, treated=["a", "b", "c", "d"], control=["e", "f", "g", "h"])
    >>> result.effect
    0.5
    """
    one, other = labels(listed("treated", treated)), labels(listed("control", control))
    values = _by_label("outcome", outcome)
    earlier = None if before is None else _by_label("before", before)
    known = {} if covariates is None else _by_label("covariates", covariates)
    known = {name: _by_label(name, column) for name, column in known.items()}
    everybody = (*one, *other)
    drawn = dict.fromkeys(everybody) if strata is None else _by_label("strata", strata)
    _check(one, other, method, values, earlier, known, drawn)
    values = {person: float(values[person]) for person in everybody}
    if method == "did" and earlier is not None:
        values = {person: value - float(earlier[person]) for person, value in values.items()}
    warnings = list(_WARNINGS[method])
    balance_before: dict[str, float] = {}
    if method == "matched":
        balance_before = _balance(known, one, other)
        effect, low, high, other = _matched(values, one, other, known)
    else:
        effect, low, high = _stratified(values, one, other, drawn)
    balance = _balance(known, one, other)
    if method != "did" and {*values.values()} <= {0.0, 1.0}:  # shares differ by 1 at most
        low, high = max(low, -1.0), min(high, 1.0)
    if low == high:
        warnings.append(
            "all outcomes within each group are the same; the interval says nothing of others"
        )
    warnings += [
        f"the groups differ in {name} by {_told(difference)} standard deviations"
        for name, difference in balance.items()
        if abs(difference) > _LARGE_DIFFERENCE
    ]
    return Uplift(
        effect, low, high, method, len(one), len(other), balance, tuple(warnings), balance_before
    )


def _by_label(name: str, table: Any) -> dict[str, Any]:
    """Return a dict or a series by the labels of its keys: 7, 7.0 and "7" are one person."""
    if not callable(getattr(table, "items", None)):
        raise InvalidInputError(f"{name}={table!r:.80}; a dict is needed")
    return {label(person): value for person, value in table.items()}


def _check(
    one: Sequence[str],
    other: Sequence[str],
    method: str,
    outcome: Outcomes,
    before: Outcomes | None,
    covariates: Mapping[str, Outcomes],
    strata: Mapping[str, Any],
) -> None:
    wrong = []
    if method not in tuple(_WARNINGS):
        wrong.append(f"method={method!r}; allowed are {', '.join(_WARNINGS)}")
    if method == "did" and before is None:
        wrong.append("method='did' needs before={person: outcome before}")
    if method == "matched" and not covariates:
        wrong.append("method='matched' needs covariates={name: {person: number}}")
    both = sorted({*one} & {*other})
    if both:
        wrong.append(f"{', '.join(both[:5])} are in both groups")
    for side, people in (("treated", one), ("control", other)):
        twice = [person for person, count in Counter(people).items() if count > 1]
        if twice:
            wrong.append(f"{side}: {', '.join(twice[:5])} are there more than once")
    earlier = {} if before is None else {"before": before}
    columns = [("outcome", outcome), *earlier.items(), *covariates.items()]
    for name, table in columns:
        lacking = [person for person in (*one, *other) if person not in table]
        if lacking:
            wrong.append(f"{name} is missing for {_people(lacking)}")
            continue
        odd = [person for person in (*one, *other) if not _number(table[person])]
        if odd:
            said = ", ".join(f"{person}: {table[person]!r}" for person in odd[:5])
            wrong.append(
                f"{name} is no number for {said} ({counted(len(odd), 'person', 'people')})"
            )
    lacking = [person for person in (*one, *other) if person not in strata]
    if lacking:
        wrong.append(f"strata is missing for {_people(lacking)}")
    if min(len(one), len(other)) < 2:
        wrong.append(f"groups of {len(one)} and {len(other)}; each needs at least 2 people")
    if wrong:
        raise InvalidInputError("; ".join(wrong))


def _people(lacking: Sequence[str]) -> str:
    return f"{', '.join(lacking[:5])} ({counted(len(lacking), 'person', 'people')})"


def _number(value: Any) -> bool:
    return isinstance(value, bool | np.bool_) or is_finite(value)


def _stratified(
    values: Outcomes, one: Sequence[str], other: Sequence[str], strata: Mapping[str, Any]
) -> tuple[float, float, float]:
    groups: dict[Any, tuple[list[float], list[float]]] = defaultdict(lambda: ([], []))
    for place, people in enumerate((one, other)):
        for person in people:
            groups[strata[person]][place].append(float(values[person]))
    few = [name for name, (left, right) in groups.items() if min(len(left), len(right)) < 2]
    if few:
        raise InvalidInputError(
            f"strata {few} have fewer than 2 people in a group; join them with others"
        )
    total = len(one) + len(other)
    if {float(values[person]) for person in (*one, *other)} <= {0.0, 1.0}:
        return _shares(list(groups.values()))
    effect, variance, spread = 0.0, 0.0, 0.0
    for left, right in groups.values():
        weight = (len(left) + len(right)) / total
        effect += weight * (float(np.mean(left)) - float(np.mean(right)))
        for sample in (left, right):
            part = weight**2 * float(np.var(sample, ddof=1)) / len(sample)
            variance += part
            spread += part**2 / (len(sample) - 1)
    return effect, *_interval(effect, variance, variance**2 / spread if spread else 1.0)


def _shares(groups: Sequence[tuple[list[float], list[float]]]) -> tuple[float, float, float]:
    """Return the difference of shares, its interval made of Wilson's of each share."""
    total = sum(len(left) + len(right) for left, right in groups)
    effect, below, above = 0.0, 0.0, 0.0
    for left, right in groups:
        weight = (len(left) + len(right)) / total
        for sample, sign in ((left, 1), (right, -1)):
            share = sum(sample) / len(sample)
            limits = wilson(int(sum(sample)), len(sample))
            assert limits is not None  # nobody compares with an empty group, see _check
            down, up = weight * (share - limits.low), weight * (limits.high - share)
            effect += sign * weight * share
            below += (down if sign > 0 else up) ** 2
            above += (up if sign > 0 else down) ** 2
    return effect, effect - below**0.5, effect + above**0.5


def _matched(
    values: Outcomes, one: Sequence[str], other: Sequence[str], covariates: Mapping[str, Outcomes]
) -> tuple[float, float, float, tuple[str, ...]]:
    from rmatch.pipeline import match_matrix

    if len(other) < len(one):
        raise InvalidInputError(
            f"{len(other)} controls for {len(one)} treated people; give at least as many"
        )
    columns = [
        [[known[p] for p in people] for known in covariates.values()] for people in (one, other)
    ]
    left, right = (np.array(column, dtype=float).T for column in columns)
    scale = np.vstack([left, right]).std(axis=0)
    scale[scale == 0] = 1.0
    distance = np.linalg.norm((left[:, None, :] - right[None, :, :]) / scale, axis=2)
    matching = match_matrix(distance.max() - distance, objective="coverage_first")
    chosen = tuple(other[col] for col in matching.cols.tolist())
    differences = np.array(
        [
            values[one[row]] - values[person]
            for row, person in zip(matching.rows, chosen, strict=True)
        ]
    )
    effect = float(differences.mean())
    variance = float(differences.var(ddof=1)) / len(differences)
    return effect, *_interval(effect, variance, len(differences) - 1), chosen


def _interval(effect: float, variance: float, freedom: float) -> tuple[float, float]:
    from scipy.stats import t

    margin = float(t.ppf(0.975, max(freedom, 1.0))) * variance**0.5
    return effect - margin, effect + margin


def _balance(
    covariates: Mapping[str, Outcomes], one: Sequence[str], other: Sequence[str]
) -> dict[str, float]:
    return {name: _standardised(column, one, other) for name, column in covariates.items()}


def _standardised(column: Outcomes, one: Sequence[str], other: Sequence[str]) -> float:
    left, right = (np.array([column[p] for p in people], dtype=float) for people in (one, other))
    pooled = ((left.var(ddof=1) + right.var(ddof=1)) / 2) ** 0.5
    difference = float(left.mean() - right.mean())
    return difference / float(pooled) if pooled > 0 else (0.0 if difference == 0 else float("inf"))
