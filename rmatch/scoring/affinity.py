"""How alike two people are, and how easily they can meet."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import numpy as np

from rmatch.errors import InvalidInputError
from rmatch.forms import Floats, GainForm, Gains, Linear, csr, on_grid, side_by_side
from rmatch.names import amount
from rmatch.parameters import ColumnName
from rmatch.scoring.base import ScorePart, Term
from rmatch.zones import difference_hours

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from rmatch.columns import Rows
    from rmatch.people import Person, Roster


@dataclass(frozen=True, kw_only=True)
class SharedInterests(ScorePart):
    """The share of the mentee's interests that the mentor has too.

    ``of="jaccard"`` divides by the interests of both instead: the number in common over the number
    in all (P. Jaccard, 1912). 0 where the mentee states none.
    """

    of: Literal["mentee", "jaccard"] = "mentee"
    fields: ClassVar[tuple[str, ...]] = ("interests",)

    def terms(self, mentor: Person, mentee: Person) -> list[Term]:
        common = sorted(mentor.interests & mentee.interests)
        words = [", ".join(common)] if self.of == "jaccard" else common
        return list(map(Term, self.values(mentor, mentee), words))

    def values(self, mentor: Person, mentee: Person) -> list[float]:
        common = len(mentor.interests & mentee.interests)
        if self.of == "jaccard":
            return [common / len(mentor.interests | mentee.interests)] if common else []
        return [1 / len(mentee.interests)] * common if common else []

    def form(self, mentors: Roster, mentees: Roster, weight: float) -> GainForm:
        one, other = mentors.ragged("interests"), mentees.ragged("interests")
        if self.of == "mentee":
            each = on_grid(weight * (1 / np.maximum(other.counts, 1)))
            gains = other.matrix(each[other.rows])
            return Linear(one.matrix(np.ones(len(one.codes), np.int32)), gains)
        common = Linear(
            one.matrix(np.ones(len(one.codes), np.int32)),
            other.matrix(np.ones(len(other.codes), np.int32)),
        )

        def compute(rows: Rows, cols: Rows) -> Floats:
            shared = common.block(rows, cols).astype(float)
            both = one.counts[rows, None] + other.counts[None, cols] - shared
            part: Floats = np.divide(shared, both, out=np.zeros_like(shared), where=both > 0)
            return part

        return Gains(compute, weight)


@dataclass(frozen=True, kw_only=True)
class SharedValues(ScorePart):
    """How close the answers on values and working style are.

    For each item that the mentee answered, ``1 - |difference| / (high - low)``, 0 where the mentor
    did not answer; the mean over the mentee's items.

    References
    ----------
    L. T. Eby et al., "An interdisciplinary meta-analysis of the potential antecedents, correlates,
    and consequences of protege perceptions of mentoring", Psychological Bulletin 139(2), 2013:
    similar attitudes and values go with better relationships.
    """

    low: float = 1
    high: float = 5
    fields: ClassVar[tuple[str, ...]] = ("values",)

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.low < self.high:
            raise InvalidInputError(f"shared_values: low={self.low} must be below high={self.high}")

    def terms(self, mentor: Person, mentee: Person) -> list[Term]:
        terms = []
        for item, answer in sorted(mentee.values.items()):
            if item in mentor.values:
                apart = abs(mentor.values[item] - answer) / (self.high - self.low)
                closeness = max(0.0, 1 - apart)
                words = item if closeness >= 0.75 else ""
                terms.append(Term(closeness / len(mentee.values), words))
        return terms

    def form(self, mentors: Roster, mentees: Roster, weight: float) -> Linear:
        answers = mentees.ragged("values")
        has, features, levels = mentors.ragged("values").features
        width = max(len(levels), 1)
        first = np.searchsorted(features, answers.codes.astype(np.int64) * width)
        last = np.searchsorted(features, (answers.codes.astype(np.int64) + 1) * width)
        counts = last - first
        answer = np.repeat(np.arange(len(answers.codes)), counts)
        feature = np.repeat(first - (np.cumsum(counts) - counts), counts) + np.arange(len(answer))
        given = levels[features[feature] % width]
        apart = np.abs(given - answers.values[answer]) / (self.high - self.low)
        person = answers.rows[answer]
        gain = on_grid(weight * (np.maximum(0.0, 1 - apart) / answers.counts[person]))
        shape = (len(mentees), len(features))
        return Linear(has, csr(person, feature, gain, shape))


@dataclass(frozen=True, kw_only=True)
class Convenience(ScorePart):
    """How easily two people can meet: half for the same site, half for close time zones.

    Closeness is ``max(0, 1 - hours apart / max_hours)`` with the largest difference on the first
    days of the months of a year.
    ``site`` names the field of the place of work; ``site=None`` or ``timezone=None`` leaves that
    half out, and the other counts in full.
    """

    site: ColumnName | None = "site"
    timezone: ColumnName | None = "timezone"
    max_hours: float = 8

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.site is None and self.timezone is None:
            raise InvalidInputError("convenience: site and timezone are both None; give one")
        if self.max_hours <= 0:
            raise InvalidInputError(
                f"convenience: max_hours={self.max_hours}; a number above 0 is allowed"
            )

    @cached_property
    def _share(self) -> float:
        return 1.0 if self.site is None or self.timezone is None else 0.5

    def available(self, mentors: Roster, mentees: Roster) -> bool:
        """Say whether either half has data on both sides."""
        names = [name for name in (self.site, self.timezone) if name is not None]
        return any(mentors.had(name) and mentees.had(name) for name in names)

    def validate(self, mentors: Roster, mentees: Roster) -> None:
        if not self.available(mentors, mentees):
            raise InvalidInputError(
                f"score part convenience reads {self.site!r} and {self.timezone!r}, which are not "
                "known on both sides; add one, or leave the part out of score=[...]"
            )

    def terms(self, mentor: Person, mentee: Person) -> list[Term]:
        place, hours = self._place(mentor, mentee), self._hours(mentor, mentee)
        words = [] if place is None else [f"same {self.site}, {place}"]
        if hours is not None:
            words.append("same time zone" if hours == 0 else f"{amount(hours, 'hour')} apart")
        return list(map(Term, self.values(mentor, mentee), words))

    def values(self, mentor: Person, mentee: Person) -> list[float]:
        values = [] if self._place(mentor, mentee) is None else [self._share]
        hours = self._hours(mentor, mentee)
        if hours is not None:
            values.append(self._share * max(0.0, 1 - hours / self.max_hours))
        return values

    def _place(self, mentor: Person, mentee: Person) -> Any:
        """Return the site of both, ``None`` where they have none in common."""
        if self.site is None:
            return None
        place = mentor.get(self.site)
        return place if place == mentee.get(self.site) else None

    def _hours(self, mentor: Person, mentee: Person) -> float | None:
        """Return the hours between their time zones, ``None`` where one is not known."""
        if self.timezone is None:
            return None
        one, other = mentor.get(self.timezone), mentee.get(self.timezone)
        return None if one is None or other is None else difference_hours(one, other)

    def form(self, mentors: Roster, mentees: Roster, weight: float) -> Linear:
        pieces = []
        if self.site is not None and self.site in mentors.columns:
            one, other = mentors.categories(self.site), mentees.categories(self.site)
            same = np.eye(len(one.labels)) * self._share
            pieces.append(_by_codes(one.codes, other.codes, same, weight))
        if self.timezone is not None and self.timezone in mentors.columns:
            one, other = mentors.categories(self.timezone), mentees.categories(self.timezone)
            near = np.zeros((len(one.labels), len(other.labels)))
            for i in np.unique(one.codes[one.known]):
                for j in np.unique(other.codes[other.known]):
                    hours = difference_hours(one.labels[i], other.labels[j])
                    near[i, j] = self._share * max(0.0, 1 - hours / self.max_hours)
            pieces.append(_by_codes(one.codes, other.codes, near, weight))
        return side_by_side(pieces)


def _by_codes(
    one: NDArray[np.int32], other: NDArray[np.int32], values: Floats, weight: float
) -> Linear:
    """Write a table of values over two codes as features: one per code of the mentees."""
    gains = on_grid(weight * values)
    code, column = np.nonzero(gains)
    first = np.searchsorted(code, np.arange(len(gains) + 1))
    counts = np.append(np.diff(first), 0)[one]  # the last, 0, is for a mentor's missing code, -1
    row = np.repeat(np.arange(len(one)), counts)
    entry = np.arange(len(row)) - np.repeat(np.cumsum(counts) - counts, counts) + first[one[row]]
    left = csr(row, column[entry], gains[code[entry], column[entry]], (len(one), gains.shape[1]))
    known = np.flatnonzero(other >= 0)
    ones = np.ones(len(known), np.int32)
    return Linear(left, csr(known, other[known], ones, (len(other), gains.shape[1])))
