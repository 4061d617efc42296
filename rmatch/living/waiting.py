"""Waiting lists of both sides: who has nobody, since when, and what waiting is worth."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np

from rmatch.answers.answer import Answer, plain
from rmatch.answers.wording import counted, paragraph
from rmatch.columns import Numbers
from rmatch.errors import InvalidInputError

if TYPE_CHECKING:
    from rmatch.living.acceptance import Ledger
    from rmatch.people import Roster


@dataclass(frozen=True, slots=True)
class Waiting:
    """Somebody who takes part and has no pair: since when, and for how many days."""

    person: str
    side: str
    since: date
    days: int


@dataclass(frozen=True)
class WaitingList(Answer):
    """Who waits on each side on a day, those who have waited longest first."""

    on: date
    mentors: tuple[Waiting, ...]
    mentees: tuple[Waiting, ...]

    def rows(self) -> list[dict[str, Any]]:
        """Return one record for everybody who waits."""
        every = (*self.mentors, *self.mentees)
        names = Waiting.__slots__
        return [plain({name: _cell(getattr(each, name)) for name in names}) for each in every]

    @property
    def words(self) -> str:
        said = []
        for side, waiting in (("mentor", self.mentors), ("mentee", self.mentees)):
            who = f"{counted(len(waiting), side)} {'waits' if len(waiting) == 1 else 'wait'}"
            first = (
                f", {waiting[0].person} for {counted(waiting[0].days, 'day')}" if waiting else ""
            )
            said.append(f"{who[0].upper()}{who[1:]}{first}")
        return paragraph(said)

    def to_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        return {"on": self.on.isoformat(), "waiting": self.rows(), "words": self.words}

    def added_to(self, roster: Roster, side: str = "mentees") -> Roster:
        """Return a roster with the days waited as column ``waited``, 0 for all who have a pair.

        ``rmatch.rules.Priority("waited", 0.01)`` then makes each day worth so much: whoever waits
        comes nearer every day; of mentors with ``side="mentors"`` in both places.
        """
        if side not in ("mentors", "mentees"):
            raise InvalidInputError(f"side={side!r}; allowed are 'mentors' and 'mentees'")
        days = {each.person: each.days for each in getattr(self, side)}
        values = [float(days.get(person, 0)) for person in roster.ids]
        return roster.replace(waited=Numbers(np.array(values)))


def waiting_list(ledger: Ledger, on: date) -> WaitingList:
    """Return who has joined and has no running pair; see :meth:`PairLog.waiting`."""
    busy = {
        who
        for (mentor, mentee), standing in ledger.pairs.items()
        if not standing.state.over
        for who in (("mentors", mentor), ("mentees", mentee))
    }
    found: dict[str, list[Waiting]] = {"mentors": [], "mentees": []}
    for (side, person), presence in ledger.people.items():
        if presence.here and (side, person) not in busy:
            since = max(presence.since, ledger.served.get((side, person), presence.since))
            found[side].append(Waiting(person, side, since, (on - since).days))
    first, second = (
        tuple(sorted(found[side], key=lambda w: (w.since, w.person))) for side in found
    )
    return WaitingList(on, first, second)


def _cell(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value
