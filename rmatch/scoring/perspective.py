"""How unlike two people's perspectives are, on what they chose to tell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from rmatch.columns import Categories
from rmatch.errors import InvalidInputError
from rmatch.forms import Floats, GainForm, Gains
from rmatch.names import name_key
from rmatch.parameters import ColumnName, is_finite
from rmatch.scoring.base import ScorePart, Term

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from rmatch.columns import Rows
    from rmatch.people import Person, Roster


@dataclass(frozen=True, kw_only=True)
class PerspectiveDistance(ScorePart):
    """The mean distance over self-declared fields, of people who both agreed to its use.

    Two labels are 0 apart where equal, else 1; two numbers ``min(1, |difference| / span)``. A field
    that either left empty counts 0, and so does everything where either did not agree. Fields are
    never named in an explanation.

    Parameters
    ----------
    on
        The columns compared. None is read unless it is named here.
    spans
        For columns of numbers, the difference that counts in full; default 1.
    consent
        The column that says whether a person agreed to this use: ``yes`` or ``no``. ``None`` where
        filling in the columns was the consent.

    References
    ----------
    J. C. Gower, "A general coefficient of similarity and some of its properties", Biometrics 27,
    1971.

    Examples
    --------
    >>> from rmatch import Person
    >>> from rmatch.scoring import PerspectiveDistance
    >>> one = Person(id="a", extra={"background": "rural", "agreed": "yes"})
    >>> other = Person(id="b", extra={"background": "urban", "agreed": "yes"})
    >>> PerspectiveDistance(on=["background"], consent="agreed").value(one, other)
    1.0
    """

    on: Sequence[str] = ()
    spans: Mapping[str, float] = field(default_factory=dict)
    consent: ColumnName | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "on", tuple(self.on))
        if not self.on or not all(isinstance(name, str) for name in self.on):
            raise InvalidInputError(
                f"perspective_distance: on={list(self.on)!r:.60}; the names of one or more columns "
                "are needed"
            )
        wrong = {n: span for n, span in self.spans.items() if not (is_finite(span) and span > 0)}
        if wrong or set(self.spans) - set(self.on):
            raise InvalidInputError(
                f"perspective_distance: spans={dict(self.spans)!r}; numbers above 0 for columns "
                "named in on= are allowed"
            )

    def available(self, mentors: Roster, mentees: Roster) -> bool:
        """Say whether both sides have all that is named."""
        names = (*self.on, *([] if self.consent is None else [self.consent]))
        return all(mentors.had(name) and mentees.had(name) for name in names)

    def validate(self, mentors: Roster, mentees: Roster) -> None:
        names = (*self.on, *([] if self.consent is None else [self.consent]))
        lacking = [name for name in names if not (mentors.had(name) and mentees.had(name))]
        if lacking:
            raise InvalidInputError(
                f"score part perspective_distance reads {', '.join(map(repr, lacking))}, which is "
                "not known on both sides; add it, or leave the part out of score=[...]"
            )

    def terms(self, mentor: Person, mentee: Person) -> list[Term]:
        if not (self._agreed(mentor.get(self.consent or "")) and
                self._agreed(mentee.get(self.consent or ""))):  # fmt: skip
            return []
        total = 0.0
        for name in self.on:
            total += self._apart(name, mentor.get(name), mentee.get(name)) / len(self.on)
        return [Term(total, "a different perspective")] if total else []

    def _agreed(self, answer: Any) -> bool:
        return self.consent is None or (
            answer is not None and name_key(str(answer)) in ("yes", "true", "1", "1.0")
        )

    def _apart(self, name: str, one: Any, other: Any) -> float:
        if one is None or other is None:
            return 0.0
        if isinstance(one, str):
            return float(one != other)
        return float(min(1.0, abs(one - other) / self.spans.get(name, 1.0)))

    def form(self, mentors: Roster, mentees: Roster, weight: float) -> GainForm:
        sides = [[self._column(roster, name) for name in self.on] for roster in (mentors, mentees)]
        agreed = [self._agreeing(roster) for roster in (mentors, mentees)]

        def compute(rows: Rows, cols: Rows) -> Floats:
            both = agreed[0][rows, None] & agreed[1][None, cols]
            total = np.zeros(both.shape)
            for name, left, right in zip(self.on, *sides, strict=True):
                one, other = left[0][rows, None], right[0][None, cols]
                if left[1]:
                    apart = ((one != other) & (one >= 0) & (other >= 0)).astype(float)
                else:
                    gap = np.abs(one - other) / self.spans.get(name, 1.0)
                    apart = np.nan_to_num(np.minimum(1.0, gap), nan=0.0)
                total += apart / len(self.on)
            return np.where(both, total, 0.0)

        return Gains(compute, weight)

    def _column(self, roster: Roster, name: str) -> tuple[NDArray[Any], bool]:
        """Return a column's codes or numbers, and whether it holds labels."""
        column = roster.columns[name]
        if isinstance(column, Categories):
            return column.codes, True
        return roster.numbers(name).values, False

    def _agreeing(self, roster: Roster) -> NDArray[np.bool_]:
        if self.consent is None:
            return np.ones(len(roster), dtype=bool)
        column = roster.columns[self.consent]
        if isinstance(column, Categories):
            answers = np.array([*map(self._agreed, column.labels), False])
            return np.asarray(answers[column.codes], dtype=bool)
        return np.asarray(roster.numbers(self.consent).values == 1, dtype=bool)
