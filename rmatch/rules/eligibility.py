"""Rules about one person at a time: who may take part at all."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, ClassVar, Literal

import numpy as np

from rmatch.errors import InvalidInputError
from rmatch.forms import Each
from rmatch.names import amount
from rmatch.parameters import iso_day
from rmatch.rules.base import Missing, PairRule, Shape

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from rmatch.people import Person, Roster

Who = Literal["both", "mentor", "mentee"]


@dataclass(frozen=True)
class PersonRule(PairRule):
    """A rule that each person passes alone; ``who`` says which side it asks.

    Whoever is known not to pass has no pair. ``missing`` decides for those of whom it is not known.

    Write ``passes`` (one person, ``None`` for missing data) and ``column`` (all people).
    """

    who: Who = field(default="both", kw_only=True)

    def passes(self, person: Person) -> bool | None:
        """Decide one person from plain data."""
        raise NotImplementedError

    def column(self, roster: Roster) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """Return who passes, and whose data is known."""
        raise NotImplementedError

    def holds(self, mentor: Person, mentee: Person) -> bool | None:
        asked = {"both": (mentor, mentee), "mentor": (mentor,), "mentee": (mentee,)}[self.who]
        verdicts = [self.passes(person) for person in asked]
        if not all(verdict is None or verdict for verdict in verdicts):
            return False  # whatever is not known of the other
        return None if None in verdicts else True

    def shape(self, mentors: Roster, mentees: Roster) -> Shape:
        sides, everybody = [], []
        for side, roster in (("mentor", mentors), ("mentee", mentees)):
            passes = everyone = np.ones(len(roster), dtype=bool)
            if self.who in ("both", side):
                passes, known = self.column(roster)
                passes = np.where(known, passes, self.missing != "fail")
            sides.append(passes)
            everybody.append(everyone)
        return Shape(Each(*sides), *everybody)

    def explain(self, mentor: Person, mentee: Person) -> str:
        verdicts = {"mentor": self.passes(mentor), "mentee": self.passes(mentee)}
        asked = verdicts if self.who == "both" else {self.who: verdicts[self.who]}
        words = {True: "passes", False: "does not pass", None: "is not known"}
        return f"{self.describe()}: " + ", ".join(
            f"the {side} {words[verdict]}" for side, verdict in asked.items()
        )


@dataclass(frozen=True)
class Tenure(PersonRule):
    """The mentor (by default) has been with the organisation for at least ``min_months``."""

    min_months: float = 12
    who: Who = field(default="mentor", kw_only=True)
    fields: ClassVar[tuple[str, ...]] = ("tenure_months",)

    def passes(self, person: Person) -> bool | None:
        return None if person.tenure_months is None else person.tenure_months >= self.min_months

    def column(self, roster: Roster) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        months = roster.numbers("tenure_months")
        return months.values >= self.min_months, months.known

    def describe(self) -> str:
        return f"tenure of at least {amount(self.min_months, 'month')}"

    def loosened(self) -> Iterator[PairRule]:
        for months in (self.min_months * 0.75, self.min_months * 0.5, 0.0):
            yield self.replace(min_months=months)


@dataclass(frozen=True)
class Trained(PersonRule):
    """The programme's training is done (column ``trained``)."""

    fields: ClassVar[tuple[str, ...]] = ("trained",)

    def passes(self, person: Person) -> bool | None:
        return person.trained

    def column(self, roster: Roster) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        done = roster.numbers("trained")
        return done.values == 1, done.known

    def describe(self) -> str:
        return "the programme's training is done"


@dataclass(frozen=True)
class Consent(PersonRule):
    """The person agreed to take part (column ``consent``). Without an answer, nobody is paired."""

    missing: Missing = field(default="fail", kw_only=True)
    safety: ClassVar[bool] = True
    fields: ClassVar[tuple[str, ...]] = ("consent",)

    def passes(self, person: Person) -> bool | None:
        return person.consent

    def column(self, roster: Roster) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        agreed = roster.numbers("consent")
        return agreed.values == 1, agreed.known

    def describe(self) -> str:
        return "agreed to take part"


@dataclass(frozen=True)
class ActiveDuring(PairRule):
    """Both people are there for at least ``min_days`` of the programme, together.

    ``start`` and ``end`` are its first and last day (ISO dates); ``min_days`` is all of it unless
    given. A person without ``active_from`` or ``active_to`` is there from, or to, any day.
    """

    start: str
    end: str
    min_days: int | None = None

    def __post_init__(self) -> None:
        for name in ("start", "end"):
            object.__setattr__(self, name, iso_day(f"active_during: {name}", getattr(self, name)))
        super().__post_init__()
        if self.end < self.start:
            raise InvalidInputError(f"active_during: end {self.end} is before start {self.start}")
        first, last, needed = self._range
        if not 0 <= needed <= last - first + 1:
            raise InvalidInputError(
                f"active_during: min_days={needed}; 0 to {last - first + 1}, the days from start "
                "to end, are allowed"
            )

    @property
    def _range(self) -> tuple[int, int, int]:
        epoch = date(1970, 1, 1).toordinal()
        first = date.fromisoformat(self.start).toordinal() - epoch
        last = date.fromisoformat(self.end).toordinal() - epoch
        return first, last, last - first + 1 if self.min_days is None else self.min_days

    def holds(self, mentor: Person, mentee: Person) -> bool | None:
        first, last, needed = self._range
        epoch = date(1970, 1, 1).toordinal()
        for person in (mentor, mentee):
            if person.active_from is not None:
                first = max(first, date.fromisoformat(person.active_from).toordinal() - epoch)
            if person.active_to is not None:
                last = min(last, date.fromisoformat(person.active_to).toordinal() - epoch)
        return last - first + 1 >= needed

    def mask(self, mentors: Roster, mentees: Roster) -> NDArray[np.bool_]:
        first, last, needed = self._range
        begin, end = zip(
            *(_presence(roster, first, last) for roster in (mentors, mentees)), strict=True
        )
        starts = np.maximum(begin[0][:, None], begin[1][None, :])
        ends = np.minimum(end[0][:, None], end[1][None, :])
        together: NDArray[np.bool_] = ends - starts + 1 >= needed
        return together

    def describe(self) -> str:
        return f"both are there for {self._range[2]} days from {self.start} to {self.end}"


def _presence(
    roster: Roster, first: int, last: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return everybody's first and last day within the programme, as days since 1970."""
    days = []
    for name, limit, inner in (("active_from", first, np.fmax), ("active_to", last, np.fmin)):
        values = np.full(len(roster), float(limit))
        if name in roster.columns:
            values = inner(values, roster.numbers(name).values)
        days.append(values)
    return days[0], days[1]
