"""What may become of a pair: states, events, and the table of what may follow what.

A matching proposes, a person approves, both people accept; or somebody declines, time runs out, a
person overrides and says why. Nothing is overwritten: where everybody stands is what the events
lead to, one after the other.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import Enum
from typing import Any

from rmatch.errors import InvalidInputError
from rmatch.living.written import day, text


class State(Enum):
    """Where a pair stands."""

    PROPOSED = "proposed"  # by a matching; nobody has looked at it
    APPROVED = "approved"  # by a person; the two are asked
    ACCEPTED = "accepted"  # by one of the two
    ACTIVE = "active"  # both have accepted
    LOCKED = "locked"  # active, and not up for change
    DECLINED = "declined"
    LAPSED = "lapsed"  # not answered in time
    ENDED = "ended"

    @classmethod
    def named(cls, state: object) -> State:
        """Return the state for a name; a state, or something that has one, is returned as it is."""
        state = getattr(state, "state", state)
        try:
            return cls(state)
        except ValueError:
            allowed = ", ".join(each.value for each in cls)
            raise InvalidInputError(f"state {state!r}; allowed are {allowed}") from None

    @property
    def over(self) -> bool:
        """Whether the pair is no more."""
        return self in (State.DECLINED, State.LAPSED, State.ENDED)


_RUNNING = [state for state in State if not state.over]
_ASKED = [State.APPROVED, State.ACCEPTED]
_MET = (State.ACTIVE, State.LOCKED)  # both have said yes

#: For each kind of event, the states it may follow (``None``: no such pair yet) and where it leads.
#: ``"overridden"`` may follow anything and leads where the event says.
TRANSITIONS: Mapping[str, Mapping[State | None, State]] = {
    "proposed": dict.fromkeys([None, State.LAPSED, State.ENDED], State.PROPOSED),
    "approved": {State.PROPOSED: State.APPROVED},
    "accepted": {State.APPROVED: State.ACCEPTED, State.ACCEPTED: State.ACTIVE},
    "declined": dict.fromkeys([State.PROPOSED, *_ASKED], State.DECLINED),
    "lapsed": dict.fromkeys(_ASKED, State.LAPSED),
    "locked": {State.ACTIVE: State.LOCKED},
    "unlocked": {State.LOCKED: State.ACTIVE},
    "ended": dict.fromkeys(_RUNNING, State.ENDED),
    "overridden": {},
}
#: Kinds of events of one person: the other side of the event is empty.
PERSONAL = ("joined", "left")
#: Kinds that somebody answers for by name.
_SIGNED = ("approved", "accepted", "declined", "locked", "unlocked", "overridden")


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to a pair, or to a person: then the other of the two is "".

    Parameters
    ----------
    kind
        ``"proposed"``, ``"approved"``, ``"accepted"``, ``"declined"``, ``"lapsed"``, ``"locked"``,
        ``"unlocked"``, ``"ended"`` or ``"overridden"``; of a person ``"joined"`` or ``"left"``.
    on
        The day: a date, or ISO text; of a time only the day counts.
    by
        Who did it. ``"accepted"`` needs the id of one of the two.
    to
        The state that ``"overridden"`` leads to; it needs a ``reason``.
    """

    kind: str
    mentor: str
    mentee: str
    on: date
    by: str = ""
    reason: str = ""
    to: str = ""

    def __post_init__(self) -> None:
        for name in ("kind", "mentor", "mentee", "by", "reason", "to"):
            object.__setattr__(self, name, text(name, getattr(self, name)))
        object.__setattr__(self, "on", day("on", self.on))

    @property
    def about(self) -> str:
        """Who it is about, in words."""
        return " with ".join(filter(None, (self.mentor, self.mentee)))


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a pair stands: since when, who said yes, and who or what brought it there.

    ``asked`` is the day on which the two were asked, while an answer is awaited.
    """

    state: State
    since: date
    accepted: tuple[str, ...] = ()
    by: str = ""
    reason: str = ""
    asked: date | None = None


@dataclass(frozen=True, slots=True)
class Presence:
    """Whether a person takes part in a role, and since when."""

    here: bool
    since: date


@dataclass
class Ledger:
    """Where all pairs and people stand after some events.

    ``served`` is the day on which somebody's last pair ended that both had said yes to.
    """

    pairs: dict[tuple[str, str], Standing] = field(default_factory=dict)
    people: dict[tuple[str, str], Presence] = field(default_factory=dict)  # by (side, id)
    served: dict[tuple[str, str], date] = field(default_factory=dict)  # by (side, id)

    @classmethod
    def of(cls, events: Iterable[Event]) -> Ledger:
        """Return where everything stands after these events.

        Examples
        --------
        >>> from datetime import date
        >>> day = date(2026, 3, 2)
        >>> events = [Event("proposed", "m", "s", day), Event("approved", "m", "s", day, by="Kim")]
        >>> Ledger.of(events).pairs["m", "s"].state
        <State.APPROVED: 'approved'>
        """
        ledger = cls()
        for event in events:
            ledger.apply(event)
        return ledger

    def copy(self) -> Ledger:
        """Return a copy to try events on."""
        return Ledger(dict(self.pairs), dict(self.people), dict(self.served))

    def apply(self, event: Event) -> None:
        """Take one more event in, or raise where it cannot follow."""
        if event.kind in PERSONAL:
            self._person(event)
        elif event.kind in TRANSITIONS:
            self._pair(event)
        else:
            allowed = ", ".join((*TRANSITIONS, *PERSONAL))
            raise InvalidInputError(f"event {event.kind!r}; allowed are {allowed}")

    def running(self, side: str, person: str) -> list[tuple[str, str]]:
        """Return the pairs of a person that are not over."""
        at = 0 if side == "mentors" else 1
        return [
            pair
            for pair, standing in self.pairs.items()
            if pair[at] == person and not standing.state.over
        ]

    def _pair(self, event: Event) -> None:
        pair = event.mentor, event.mentee
        if not all(pair) or event.mentor == event.mentee:
            raise InvalidInputError(f"{event.kind}: {pair}; two different ids are needed")
        was = self.pairs.get(pair)
        state = None if was is None else was.state
        if was is not None and event.on < was.since:
            raise _refused(event, f"it has been {was.state.value} since {was.since}")
        to = self._override(event) if event.kind == "overridden" else None
        to = to or TRANSITIONS[event.kind].get(state)
        if to is None or to is state:
            now = "there is no such pair" if state is None else f"the pair is {state.value}"
            raise _refused(event, f"{now}; possible now: {', '.join(_possible(state))}")
        if event.kind in _SIGNED and not event.by:
            raise _refused(event, "by= must say who")
        accepted = () if was is None or state is None or state.over else was.accepted
        if event.kind == "accepted":
            if event.by not in pair or event.by in accepted:
                left = " or ".join(repr(each) for each in pair if each not in accepted)
                raise _refused(event, f"by={event.by!r}; {left} is asked")
            accepted = (*accepted, event.by)
        # The answer of one does not let the other wait longer.
        asked = ((was and was.asked) or event.on) if to in _ASKED else None
        people = (("mentors", event.mentor), ("mentees", event.mentee))
        for who in people if not to.over else ():
            self._must_be_here(event, who)
        if state in _MET and to not in _MET:
            self.served |= dict.fromkeys(people, event.on)
        self.pairs[pair] = Standing(to, event.on, accepted, event.by, event.reason, asked)

    def _override(self, event: Event) -> State:
        if not event.reason:
            raise _refused(event, "an override needs a reason")
        return State.named(event.to)

    def _must_be_here(self, event: Event, who: tuple[str, str]) -> None:
        presence = self.people.get(who)
        if presence is not None and not presence.here:
            raise _refused(event, f"{who[1]} left on {presence.since}")
        if presence is not None and event.on < presence.since:
            raise _refused(event, f"{who[1]} joined on {presence.since}")

    def _person(self, event: Event) -> None:
        if bool(event.mentor) == bool(event.mentee):
            raise InvalidInputError(f"{event.kind}: give the mentor or the mentee, the other as ''")
        side, person = ("mentors", event.mentor) if event.mentor else ("mentees", event.mentee)
        was, here = self.people.get((side, person)), event.kind == "joined"
        if was is not None and event.on < was.since:
            raise _refused(event, f"the last was on {was.since}")
        if here == (was is not None and was.here):
            raise _refused(event, "is here already" if here else "is not here")
        running = self.running(side, person)
        if not here and running:
            run = "1 pair runs" if len(running) == 1 else f"{len(running)} pairs run"
            raise _refused(event, f"{run}; end what runs with it (PairLog.leave)")
        at = 0 if side == "mentors" else 1
        last = max((s.since for p, s in self.pairs.items() if p[at] == person), default=event.on)
        if not here and event.on < last:
            raise _refused(event, f"a pair of theirs changed on {last}")
        self.people[side, person] = Presence(here, event.on)


def _possible(state: State | None) -> list[str]:
    """Return the kinds of events that may follow a state."""
    return [kind for kind, after in TRANSITIONS.items() if state in after or kind == "overridden"]


def _refused(event: Event, why: str) -> InvalidInputError:
    return InvalidInputError(f"{event.about} cannot be {event.kind} on {event.on}: {why}")


def as_event(event: Event | Mapping[str, Any]) -> Event:
    """Return an event; a dict with the names of its fields is made one."""
    if isinstance(event, Event):
        return event
    try:
        return Event(**event)
    except TypeError as error:
        raise InvalidInputError(str(error).replace("Event.__init__() ", "event: ")) from None
