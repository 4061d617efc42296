"""Safety rules: nobody is paired with somebody who has power over them, or must not meet them.

They outrank everything else, locks included (§C6), and fail where data is missing (§C10).
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import permutations
from typing import TYPE_CHECKING, ClassVar, Literal

import numpy as np

from rmatch.errors import InputProblem, InvalidInputError
from rmatch.forms import Exceptions
from rmatch.names import amount, label
from rmatch.parameters import Frozen, id_pairs
from rmatch.reading.structure import circles
from rmatch.rules.base import Missing, PairRule, Shape
from rmatch.sides import strangers

if TYPE_CHECKING:
    from rmatch.people import Person, Roster

_DEPTHS = {"direct": 1, "skip": 2, "chain": None}


@dataclass(frozen=True)
class ReportingLine(PairRule):
    """Neither person is above the other in the reporting line.

    Parameters
    ----------
    depth
        ``"chain"`` forbids at any distance, ``"skip"`` up to the manager's manager, ``"direct"``
        the manager only; a number forbids up to so many steps.
    siblings
        Forbid two people with the same manager too.
    org
        Manager by person id, for people who are on no roster (``None`` for a head, whom nobody is
        above). Rosters' ``manager`` column is added to it.
    unknown_managers
        What it means that a manager is on no roster and not in ``org``, or that several people have
        no manager: ``"error"`` (default; all are named), or ``"head"``: nobody is above them. One
        person alone without a manager is the head.
    dotted
        Pairs of ids with a dotted line between them, forbidden as a direct line is.
    waived
        Pairs of ids that the programme owner allows by name in spite of the line, as in a flat
        firm whose head is above everybody. They are part of the rule, so the record shows them.

    Examples
    --------
    >>> from rmatch import Person
    >>> from rmatch.rules import ReportingLine
    >>> rule = ReportingLine(org={"ann": "bob", "bob": "cyd", "cyd": None})
    >>> rule.allows(Person(id="ann"), Person(id="cyd"))
    False
    """

    depth: Literal["chain", "skip", "direct"] | int = "chain"
    siblings: bool = False
    org: Mapping[str, str | None] = field(default_factory=dict)
    unknown_managers: Literal["error", "head"] = "error"
    dotted: Iterable[Iterable[str]] = ()
    waived: Iterable[Iterable[str]] = ()
    missing: Missing = field(default="fail", kw_only=True)
    safety: ClassVar[bool] = True
    fields: ClassVar[tuple[str, ...]] = ()

    def __post_init__(self) -> None:
        super().__post_init__()
        if not isinstance(self.depth, str) and self.depth < 1:
            raise InvalidInputError(
                f"reporting_line: depth={self.depth!r}; allowed are 'direct', 'skip', 'chain' and "
                "numbers of steps from 1"
            )
        for name in ("dotted", "waived"):
            pairs = frozenset(map(frozenset, id_pairs(f"{self.name}: {name}", getattr(self, name))))
            if any(len(pair) != 2 for pair in pairs):
                raise InvalidInputError(f"reporting_line: {name} holds pairs of two different ids")
            object.__setattr__(self, name, pairs)
        org = {label(p): None if m is None else label(m) for p, m in self.org.items()}
        object.__setattr__(self, "org", Frozen(org))

    def bound(self, mentors: Roster, mentees: Roster) -> ReportingLine:
        """Complete the organisation chart from the rosters, and refuse a broken one."""
        org: dict[str, str | None] = dict(self.org)
        problems = []
        for roster in (mentors, mentees):
            if "manager" not in roster.columns:
                continue
            managers = roster.categories("manager")
            for row, person in enumerate(roster.ids):
                manager = managers.label(row)
                if manager is not None and org.setdefault(person, manager) != manager:
                    problems.append(
                        InputProblem(f"{person!r} reports to {org[person]!r} and to {manager!r}")
                    )
        if not org and not any("manager" in roster.columns for roster in (mentors, mentees)):
            raise InvalidInputError(
                "rule reporting_line needs the column 'manager', or org={person: manager}"
            )
        problems += self._unknown(org, dict.fromkeys((*mentors.ids, *mentees.ids)))
        problems += [
            InputProblem(
                f"the reporting line goes in a circle: {' -> '.join([*circle, circle[0]])}"
            )
            for circle in circles({p: m for p, m in org.items() if m is not None})
        ]
        if problems:
            raise InvalidInputError.from_problems(problems)
        return dataclasses.replace(self, org=org)

    def _unknown(self, org: dict[str, str | None], people: Iterable[str]) -> list[InputProblem]:
        """Put whoever has no known manager at the head, or name them where they are several."""
        if self.unknown_managers == "head":
            return []
        silent = [person for person in people if person not in org]
        org.update(dict.fromkeys(silent))
        off = sorted({m for m in org.values() if m is not None and m not in org})
        hint = "add them to org={person: manager}, or use unknown_managers='head'"
        found = [InputProblem(f"manager {manager!r} is on no roster", hint=hint) for manager in off]
        if sum(manager is None for manager in org.values()) > 1:
            hint = "give it, org={person: None} for a head, or unknown_managers='head' for all"
            found += [InputProblem(f"{person!r} has no manager", hint=hint) for person in silent]
        return found

    def joined_by(self, newcomers: Sequence[str]) -> ReportingLine:
        """Nobody is above them."""
        return dataclasses.replace(self, org={**self.org, **dict.fromkeys(newcomers)})

    def notes(self, mentors: Roster, mentees: Roster) -> Sequence[str]:
        """Count where the reporting line ends: who might be above these people is not known."""
        people = {*mentors.ids, *mentees.ids}
        above = people.union(manager for manager in self.org.values() if manager is not None)
        ends = {person for person in above.union(self.org) if self.org.get(person) is None}
        if self.unknown_managers == "error" or len(ends) < 2:
            return ()
        without = len(people & ends)
        off = len(ends) - without
        where = [
            f"{count} {one if count == 1 else more}"
            for count, one, more in (
                (off, "manager who is on no roster", "managers who are on no roster"),
                (without, "person without a manager", "people without a manager"),
            )
            if count
        ]
        return (f"reporting lines end at {' and at '.join(where)}: nobody counts as above them",)

    def above(self, person: str) -> Iterator[str]:
        """Yield the managers of a person, the nearest first, within the depth."""
        limit = self.depth if isinstance(self.depth, int) else _DEPTHS[self.depth]
        manager, steps = self.org.get(person), 0
        while manager is not None and (limit is None or steps < limit):
            yield manager
            manager, steps = self.org.get(manager), steps + 1

    def holds(self, mentor: Person, mentee: Person) -> bool | None:
        both = {mentor.id, mentee.id}
        if both in self.waived or both in self.dotted:
            return both in self.waived
        if mentee.id in self.above(mentor.id) or mentor.id in self.above(mentee.id):
            return False
        manager = self.org.get(mentor.id)
        same = manager is not None and manager == self.org.get(mentee.id)
        return not (self.siblings and same)

    def shape(self, mentors: Roster, mentees: Roster) -> Shape:
        row = {person: at for at, person in enumerate(mentors.ids)}
        col = {person: at for at, person in enumerate(mentees.ids)}
        pairs = {(row[p], col[m]) for p in row for m in self.above(p) if m in col}
        pairs |= {(row[m], col[p]) for p in col for m in self.above(p) if m in row}
        if self.siblings:
            teams: dict[str, list[int]] = {}
            for person, at in col.items():
                manager = self.org.get(person)
                if manager is not None:
                    teams.setdefault(manager, []).append(at)
            pairs |= {
                (at, other)
                for p, at in row.items()
                for other in teams.get(self.org.get(p) or "", ())
            }
        for listed, add in ((self.dotted, pairs.update), (self.waived, pairs.difference_update)):
            add(
                (row[one], col[other])
                for one, other in (order for pair in listed for order in permutations(pair))
                if one in row and other in col
            )
        return excepting(pairs, mentors, mentees)

    def describe(self) -> str:
        words = {"chain": "any", "skip": "up to two", "direct": "one"}
        reach = words.get(str(self.depth), f"up to {self.depth}")
        same = ", nor under the same manager" if self.siblings else ""
        return f"neither is above the other in the reporting line ({reach} steps){same}"

    def explain(self, mentor: Person, mentee: Person) -> str:
        for one, other in ((mentor, mentee), (mentee, mentor)):
            for steps, manager in enumerate(self.above(one.id), start=1):
                if manager == other.id:
                    up = amount(steps, "step")
                    return f"{other.id} is {up} above {one.id} in the reporting line"
        verdict = "holds" if self.holds(mentor, mentee) else "they have the same manager"
        return f"{self.describe()}: {verdict}"

    def loosened(self) -> Iterator[PairRule]:
        """A safety rule has no looser form."""
        return iter(())


@dataclass(frozen=True)
class Conflicts(PairRule):
    """Listed pairs never meet, in either direction: grievances, panels, close relations, walls.

    Examples
    --------
    >>> from rmatch import Person
    >>> from rmatch.rules import Conflicts
    >>> Conflicts([("ann", "bob")]).allows(Person(id="bob"), Person(id="ann"))
    False
    """

    pairs: frozenset[frozenset[str]] = frozenset()
    missing: Missing = field(default="fail", kw_only=True)
    safety: ClassVar[bool] = True

    def __post_init__(self) -> None:
        super().__post_init__()
        pairs = frozenset(map(frozenset, id_pairs(self.name, self.pairs)))
        wrong = [sorted(pair) for pair in pairs if len(pair) != 2]
        if wrong:
            raise InvalidInputError(
                f"conflicts: {wrong[:5]}; pairs of two different ids are needed"
            )
        object.__setattr__(self, "pairs", pairs)

    def notes(self, mentors: Roster, mentees: Roster) -> Sequence[str]:
        """Count pairs with a person whom nobody is: a slip in an id would forbid nothing."""
        known = {*mentors.ids, *mentees.ids}
        without = sum(not pair <= known for pair in self.pairs)
        if not without:
            return ()
        names = "names" if without == 1 else "name"
        listed = f"{without} of {len(self.pairs)} pairs on the list of conflicts"
        return (f"{listed} {names} somebody who is on no roster",)

    def holds(self, mentor: Person, mentee: Person) -> bool | None:
        return frozenset((mentor.id, mentee.id)) not in self.pairs

    def shape(self, mentors: Roster, mentees: Roster) -> Shape:
        row = {person: at for at, person in enumerate(mentors.ids)}
        col = {person: at for at, person in enumerate(mentees.ids)}
        found = set()
        for one, other in map(sorted, self.pairs):
            found |= {
                (row[mentor], col[mentee])
                for mentor, mentee in ((one, other), (other, one))
                if mentor in row and mentee in col
            }
        return excepting(found, mentors, mentees)

    def describe(self) -> str:
        return "the two are not on the list of conflicts"


@dataclass(frozen=True)
class Vetoes(PairRule):
    """Neither person is on the other's private list (column ``vetoes``). Never named to anybody.

    Parameters
    ----------
    max_share
        Whoever excludes more than this share of the other side is counted in the notes of a
        matching, without names: too many exclusions are the first cause of nobody being left.
    """

    max_share: float = 0.1
    missing: Missing = field(default="fail", kw_only=True)
    safety: ClassVar[bool] = True
    private: ClassVar[bool] = True

    def holds(self, mentor: Person, mentee: Person) -> bool | None:
        return mentee.id not in mentor.vetoes and mentor.id not in mentee.vetoes

    def __post_init__(self) -> None:
        super().__post_init__()
        if not 0 <= self.max_share <= 1:
            raise InvalidInputError(f"vetoes: max_share={self.max_share!r}; 0 to 1 is allowed")

    def notes(self, mentors: Roster, mentees: Roster) -> Sequence[str]:
        """Count who excludes more than the share, without naming anybody."""
        found = []
        for side, one, others, other in (
            ("mentor", mentors, "mentees", mentees),
            ("mentee", mentees, "mentors", mentors),
        ):
            lists = Counter(row for row, _ in _named(one, other))
            many = sum(number > self.max_share * len(other) for number in lists.values())
            if many:
                people = f"{side} excludes" if many == 1 else f"{side}s exclude"
                found.append(f"{many} {people} more than {self.max_share:.0%} of the {others}")
        if strange := strangers(mentors, mentees, "vetoes"):
            names = "veto names" if strange == 1 else "vetoes name"
            found.append(f"{strange} {names} somebody who is on no roster")
        return found

    def shape(self, mentors: Roster, mentees: Roster) -> Shape:
        found = {(i, j) for i, j in _named(mentors, mentees)}
        found |= {(i, j) for j, i in _named(mentees, mentors)}
        return excepting(found, mentors, mentees)

    def describe(self) -> str:
        return "not eligible"

    def explain(self, mentor: Person, mentee: Person) -> str:
        return "not eligible" if not self.holds(mentor, mentee) else "eligible"


def _named(owners: Roster, others: Roster) -> Iterator[tuple[int, int]]:
    """Yield (row of an owner, row of another) wherever the owner's vetoes name the other."""
    if "vetoes" not in owners.columns:
        return
    place = {person: at for at, person in enumerate(others.ids)}
    vetoes = owners.ragged("vetoes")
    for row, code in zip(vetoes.rows.tolist(), vetoes.codes.tolist(), strict=True):
        if (person := vetoes.labels[code]) in place:
            yield row, place[person]


def excepting(pairs: set[tuple[int, int]], mentors: Roster, mentees: Roster) -> Shape:
    """Allow every pair but these; nobody's data is missing."""
    listed = np.array(sorted(pairs), dtype=np.intp).reshape(-1, 2)
    form = Exceptions(listed[:, 0], listed[:, 1], (len(mentors), len(mentees)))
    return Shape(form, np.ones(len(mentors), dtype=bool), np.ones(len(mentees), dtype=bool))
