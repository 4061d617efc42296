"""Who is asking: what an explanation may say to the owner, a participant or an auditor (§C11)."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

from rmatch.errors import InvalidInputError
from rmatch.fields import KNOWN

if TYPE_CHECKING:
    from rmatch.rules.base import PairRule
    from rmatch.scoring.base import ScorePart


class Viewer(Enum):
    """Who is asking.

    The *owner* runs the programme and sees people, numbers and rules, but never whose veto or which
    accessibility need is behind a pair that is not possible. A *participant* sees only what both
    people of a pair may know: no other person, no number about anybody else, no private field. An
    *auditor* sees what the owner sees, and the verdict of every rule besides those that forbid.

    Examples
    --------
    >>> Viewer.named("participant")
    <Viewer.PARTICIPANT: 'participant'>
    """

    OWNER = "owner"
    PARTICIPANT = "participant"
    AUDITOR = "auditor"

    @classmethod
    def named(cls, viewer: str | Viewer) -> Viewer:
        """Return the viewer for a name; a viewer is returned as it is."""
        try:
            return cls(viewer)
        except ValueError:
            allowed = ", ".join(repr(each.value) for each in cls)
            raise InvalidInputError(f"viewer={viewer!r}; allowed are {allowed}") from None

    @property
    def participates(self) -> bool:
        """Say whether this is a participant, who is told the least."""
        return self is Viewer.PARTICIPANT

    def may_read(self, rule: PairRule) -> bool:
        """Say whether the rule may be named to this viewer, with the two people's values.

        Nobody is told about a private rule. A participant is not told about safety rules either,
        nor about rules that read private fields or that say nothing of what they read: if vetoes
        alone were passed over in silence, silence would mean a veto.
        """
        if rule.private:
            return False
        return not self.participates or (not rule.safety and _is_open(rule))

    def may_weigh(self, part: ScorePart) -> bool:
        """Say whether this viewer may read the words of a score part."""
        rule = getattr(part, "rule", None)
        if rule is not None:
            return self.may_read(rule)
        return not self.participates or _is_open(part)


#: Columns besides the private ones that a participant is not told of: a partner's ranking is the
#: partner's own.
_CONFIDENTIAL = frozenset({"preferences", "consent"})

#: Parameters of rules and score parts that name a column.
_NAMING = ("field", "site", "timezone")


def _is_open(owner: PairRule | ScorePart) -> bool:
    """Say whether a rule or part says what it reads, and all of it may be known to both people.

    A column that rmatch does not know may hold anything, so it counts as private.
    """
    named = [getattr(owner, name, None) for name in _NAMING]
    columns = [*owner.fields, *(name for name in named if isinstance(name, str))]
    return bool(columns) and all(_is_known(name) for name in columns)


def _is_known(column: str) -> bool:
    if column in ("hours_from", "hours_to"):  # how a roster stores working hours
        return True
    return column in KNOWN and not KNOWN[column].private and column not in _CONFIDENTIAL
