"""What a score part is, and what follows from writing one."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

import numpy as np

from rmatch.errors import InvalidInputError
from rmatch.forms import GRID, Floats, GainForm, Gains, rectangle
from rmatch.names import snake_case
from rmatch.parameters import check_parameters

if TYPE_CHECKING:
    from rmatch.people import Person, Roster


class Term(NamedTuple):
    """One summand of a score part, with the words for it: "Python, level 2 to 4"."""

    value: float
    words: str = ""


@dataclass(frozen=True)
class ScorePart:
    """One named component of compatibility, in [0, 1] before its weight.

    A part is a frozen dataclass of its parameters that writes ``terms`` (or ``value``) and one of
    ``form`` (fast, structured), ``block`` (any numpy code) or nothing (``terms`` is then called
    pair by pair). The total score of a pair is the weighted sum, the weights divided by their sum.

    Every term is put on the score grid once (§C3), so both ways of computing a part give the same
    whole number: ``gain = sum(round(weight * term * 2**20) for each term)``.

    Parameters
    ----------
    weight
        Importance against the other parts, at least 0.
    """

    weight: float = field(default=1.0, kw_only=True)

    #: The roster columns the part reads.
    fields: ClassVar[tuple[str, ...]] = ()

    def __post_init__(self) -> None:
        check_parameters(self)
        if self.weight < 0:
            raise InvalidInputError(
                f"{self.name}: weight={self.weight!r}; a weight is a finite number of at least 0"
            )

    @property
    def name(self) -> str:
        """The part's name in tables and files: its class name in snake case."""
        return snake_case(type(self).__name__)

    def bound(self, mentors: Roster, mentees: Roster) -> ScorePart:
        """Return the part with what it needs to know of all people; most parts need nothing."""
        return self

    def terms(self, mentor: Person, mentee: Person) -> Sequence[Term]:
        """Return the summands for one pair, from plain data. The scalar twin."""
        return (Term(self.value(mentor, mentee)),)

    def values(self, mentor: Person, mentee: Person) -> Sequence[float]:
        """Return the values of ``terms``; a part whose words take time writes these apart."""
        return [term.value for term in self.terms(mentor, mentee)]

    def value(self, mentor: Person, mentee: Person) -> float:
        """Return the part for one pair, in [0, 1], before its weight."""
        if type(self).terms is ScorePart.terms:
            raise NotImplementedError(f"{type(self).__name__} must define value(mentor, mentee)")
        total = 0.0
        for value in self.values(mentor, mentee):
            total += value
        return total

    def gain(self, mentor: Person, mentee: Person, weight: float) -> int:
        """Return the part's whole-number contribution to one pair at a normalised weight."""
        gain = 0
        if not weight:  # then nothing is asked of the part, as in ``form``
            return gain
        for value in self.values(mentor, mentee):
            try:
                gain += round(weight * value * GRID)
            except (TypeError, ValueError, OverflowError):
                self._number(value, mentor, mentee)  # says what is wrong
                raise
        return gain

    def form(self, mentors: Roster, mentees: Roster, weight: float) -> GainForm:
        """Return the part over two aligned rosters, at a normalised weight."""

        def compute(rows: Any, cols: Any) -> Floats:
            some, others = mentors[rows], mentees[cols]
            given, shape = self.block(some, others), (len(some), len(others))
            values = rectangle(f"score part {self.name}", given, shape, "biuf", np.nan)
            self._check_range(values, some, others)
            return values.astype(float, copy=False)

        return Gains(compute, weight)

    def block(self, mentors: Roster, mentees: Roster) -> Floats:
        """Return (mentors, mentees) values in [0, 1] for any slices of two aligned rosters."""
        if type(self).form is not ScorePart.form:
            gains = self.form(mentors, mentees, 1.0).block(slice(None), slice(None))
            return gains / GRID
        return np.array(
            [
                [self._number(self.value(mentor, mentee), mentor, mentee) for mentee in mentees]
                for mentor in mentors
            ],
            dtype=float,
        ).reshape(len(mentors), len(mentees))

    def validate(self, mentors: Roster, mentees: Roster) -> None:
        """Raise where the rosters cannot serve this part: a column that nobody has."""
        if self.fields and not self.available(mentors, mentees):
            columns = " or ".join(map(repr, self.fields))
            raise InvalidInputError(
                f"score part {self.name} reads the column {columns}, which nobody has; "
                f"add it, or leave the part out of score=[...]"
            )

    def notes(self, mentors: Roster, mentees: Roster) -> Sequence[str]:
        """Return what the owner should look at in the people's data for this part."""
        return ()

    def available(self, mentors: Roster, mentees: Roster) -> bool:
        """Say whether the rosters have anything for this part to read."""
        return any(mentors.had(name) or mentees.had(name) for name in self.fields)

    def parameters(self) -> dict[str, Any]:
        """Return the parameters that differ from their defaults, as plain data."""
        return {
            each.name: getattr(self, each.name)
            for each in dataclasses.fields(self)
            if getattr(self, each.name) != each.default
        }

    def replace(self, **changes: Any) -> ScorePart:
        """Return a copy with some parameters changed."""
        return dataclasses.replace(self, **changes)

    def _number(self, value: Any, mentor: Person, mentee: Person) -> float:
        """Return a value that the part gave for a pair; what is none is named."""
        if isinstance(value, float | int | np.number | np.bool_) and math.isfinite(value):
            return float(value)
        raise InvalidInputError(
            f"score part {self.name} gave {value!r:.60} for mentor {mentor.id!r} and mentee "
            f"{mentee.id!r}; values must lie in [0, 1]"
        )

    def _check_range(self, values: Floats, mentors: Roster, mentees: Roster) -> None:
        wrong = ~((values >= 0) & (values <= 1 + 1e-9))  # NaN counts as wrong
        if wrong.any():
            row, col = (int(place[0]) for place in np.nonzero(wrong))
            raise InvalidInputError(
                f"score part {self.name} gave {float(values[row, col])!r} for mentor "
                f"{mentors.ids[row]!r} and mentee {mentees.ids[col]!r}; values must lie in [0, 1]"
            )
