"""Rules as score parts, and parts from functions and tables."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from rmatch.errors import InvalidInputError
from rmatch.forms import Floats, GainForm, Gains
from rmatch.names import did_you_mean, name_key
from rmatch.parameters import ColumnName, is_finite
from rmatch.rules.base import PairRule
from rmatch.scoring.base import ScorePart, Term

if TYPE_CHECKING:
    from rmatch.columns import Rows
    from rmatch.people import Person, Roster


@dataclass(frozen=True)
class Soft(ScorePart):
    """A rule that is wished for, not required: 1 where it holds, 0 where not or not known.

    ``Different("department").soft(weight=0.1)`` is short for one. A safety rule cannot be: nothing
    outweighs it (§C6).
    """

    rule: PairRule

    def __post_init__(self) -> None:
        super().__post_init__()
        if not isinstance(self.rule, PairRule):
            raise InvalidInputError(f"soft: rule={self.rule!r}; a pair rule is allowed")
        if self.rule.safety or self.rule.minimum_score is not None:
            why = "is a safety rule, which nothing outweighs" if self.rule.safety else (
                "is about the score itself"
            )  # fmt: skip
            raise InvalidInputError(
                f"{self.rule.name} {why}, so it cannot be soft; it belongs into rules=[...]"
            )

    @property
    def name(self) -> str:
        return self.rule.name

    def bound(self, mentors: Roster, mentees: Roster) -> Soft:
        return dataclasses.replace(self, rule=self.rule.bound(mentors, mentees))

    def terms(self, mentor: Person, mentee: Person) -> list[Term]:
        words = "" if self.rule.private else self.rule.describe()
        return [Term(1.0, words)] if self.rule.holds(mentor, mentee) else []

    def form(self, mentors: Roster, mentees: Roster, weight: float) -> GainForm:
        form = self.rule.replace(missing="fail").bound(mentors, mentees).form(mentors, mentees)

        def compute(rows: Rows, cols: Rows) -> Floats:
            return form.block(rows, cols).astype(float)

        return Gains(compute, weight)

    def validate(self, mentors: Roster, mentees: Roster) -> None:
        self.rule.validate(mentors, mentees)


@dataclass(frozen=True)
class TableScore(ScorePart):
    """A score for each combination of a field of the mentor and a field of the mentee.

    Combinations that the table does not name, and missing values, score 0. Labels are compared
    without case, accents and needless spaces.
    """

    mentor_field: ColumnName
    mentee_field: ColumnName
    table: Mapping[tuple[Any, Any], float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        super().__post_init__()
        wrong = {
            key: value
            for key, value in self.table.items()
            if not (
                isinstance(key, tuple) and len(key) == 2 and is_finite(value) and 0 <= value <= 1
            )
        }
        if wrong:
            raise InvalidInputError(
                f"table_score: {wrong}; keys are pairs of two, and values must lie in [0, 1]"
            )
        if len(self._scores) < len(self.table):
            raise InvalidInputError("table_score: the table has a pair of values twice")

    def validate(self, mentors: Roster, mentees: Roster) -> None:
        for side, name, roster in (
            ("mentors", self.mentor_field, mentors),
            ("mentees", self.mentee_field, mentees),
        ):
            if not roster.had(name):
                raise InvalidInputError(
                    f"score part table_score reads the column {name!r} of {side}, which none has"
                    f"{did_you_mean(name, {*roster.columns} - {name})}"
                )

    @cached_property
    def _scores(self) -> dict[tuple[Any, Any], float]:
        return {tuple(map(_compared, key)): float(score) for key, score in self.table.items()}

    def value(self, mentor: Person, mentee: Person) -> float:
        key = (mentor.get(self.mentor_field), mentee.get(self.mentee_field))
        return self._scores.get((_compared(key[0]), _compared(key[1])), 0.0)


def _compared(value: Any) -> Any:
    return name_key(value) if isinstance(value, str) else value


@dataclass(frozen=True)
class CustomScore(ScorePart):
    """A score from any function of (mentor, mentee) that returns a number in [0, 1]."""

    function: Callable[[Person, Person], float]
    label: str = "custom_score"

    def __post_init__(self) -> None:
        super().__post_init__()
        if not callable(self.function):
            raise InvalidInputError(
                f"custom_score: function={self.function!r:.60}; a function of (mentor, mentee) is "
                "needed"
            )

    @property
    def name(self) -> str:
        return self.label

    def value(self, mentor: Person, mentee: Person) -> float:
        return self._number(self.function(mentor, mentee), mentor, mentee)
