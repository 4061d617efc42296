"""What is known of a programme beyond its matching: events, answers, decisions, comparisons."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from rmatch.errors import InputProblem, InvalidInputError
from rmatch.living.pair_health import read_events
from rmatch.living.written import day
from rmatch.names import label
from rmatch.parameters import is_finite, is_whole

if TYPE_CHECKING:
    from datetime import date

    from rmatch.answers.costs import RuleCosts
    from rmatch.living.impact import Uplift
    from rmatch.living.pair_health import PairEvent
    from rmatch.matching import Matching

SIDES = ("mentees", "mentors")
DECISIONS = ("accepted", "declined", "overridden")


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
        What happened to pairs: sessions planned and held, ratings, ends; dicts are taken, too.
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

    Raises
    ------
    InvalidInputError
        Naming every value that cannot be. Who gave no answer is left out, not given as ``None``.

    Examples
    --------
    >>> from rmatch.metrics import Observed
    >>> Observed(satisfaction={"ana": 4, "ben": 9})
    Traceback (most recent call last):
    ...
    rmatch.errors.InvalidInputError: 1 problem in the input:
      - satisfaction of 'ben': 9; a number from 1 to 5 is allowed
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

    def __post_init__(self) -> None:
        problems = [InputProblem(said) for said in self._wrong()]
        if problems:
            raise InvalidInputError.from_problems(problems)
        plain: dict[str, Any] = {
            "events": tuple(read_events(self.events)),
            "signed_up": {label(who): day("signed_up", on) for who, on in self.signed_up.items()},
            "invited_by": {
                side: {
                    name: {label(unit): many for unit, many in units.items()}
                    for name, units in columns.items()
                }
                for side, columns in self.invited_by.items()
            },
        }
        for name in ("on", "planned_end"):
            if (given := getattr(self, name)) is not None:
                plain[name] = day(name, given)
        for name, value in plain.items():
            object.__setattr__(self, name, value)

    def _wrong(self) -> Iterator[str]:
        """Yield every value that cannot be, in words."""
        for name, (fits, allowed) in _ANSWERS.items():
            answers = getattr(self, name)
            if not isinstance(answers, Mapping):
                yield f"{name}={answers!r:.60}; a dict by person or pair is needed"
                continue
            for of, value in answers.items():
                if not fits(value):
                    yield f"{name} of {of!r}: {value!r:.60}; {allowed} is allowed"
        for scale, people in self.scales.items():
            for of, value in people.items():
                if not is_finite(value):
                    yield f"scale {scale!r} of {of!r}: {value!r:.60}; a number is allowed"
        for given in (self.invited, self.invited_by):
            for side in given:
                if side not in SIDES:
                    yield f"invited: there is no side {side!r}; 'mentors' and 'mentees' are allowed"
        for name in ("session_hours", "hourly_cost"):
            value = getattr(self, name)
            if value is not None and not (is_finite(value) and value >= 0):
                yield f"{name}={value!r:.60}; a number of at least 0 is allowed"

    def lacks(self, names: Iterable[str]) -> tuple[str, ...]:
        """Return those of the names for which nothing is known."""
        return tuple(name for name in names if _empty(getattr(self, name)))


def _empty(value: Any) -> bool:
    return value is None or (isinstance(value, Mapping | tuple) and not value)


def _within(least: float, most: float) -> Callable[[Any], bool]:
    return lambda value: is_finite(value) and least <= value <= most


def _levels(value: Any) -> bool:
    return isinstance(value, tuple | list) and len(value) == 2 and all(map(is_finite, value))


#: What answers and decisions may be, with the words for it.
_ANSWERS: dict[str, tuple[Callable[[Any], bool], str]] = {
    "satisfaction": (_within(1, 5), "a number from 1 to 5"),
    "recommend": (_within(0, 10), "a number from 0 to 10"),
    "would_repeat": (lambda value: isinstance(value, bool | np.bool_), "True or False"),
    "assessments": (_levels, "a level before and one after"),
    "decisions": (lambda value: value in DECISIONS, " or ".join(map(repr, DECISIONS))),
    "invited": (lambda value: is_whole(value) and value >= 0, "a whole number of at least 0"),
}
