"""What may become of a pair: states, events, and the table of what may follow what.

A programme owner's people propose, approve, accept and decline; none of it is overwritten. The
state of a pair is what its events, one after the other, lead to.
"""

from __future__ import annotations

from enum import Enum

from rmatch.errors import InvalidInputError


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
