"""Rules about earlier cycles of the programme."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from rmatch.candidates import blocks
from rmatch.errors import InvalidInputError
from rmatch.names import labels
from rmatch.parameters import check_count, is_finite, listed
from rmatch.rules.base import PairRule, Shape
from rmatch.rules.safety import excepting

if TYPE_CHECKING:
    from rmatch.people import Person, Roster


def _is_meeting(pair: Any) -> bool:
    if isinstance(pair, str) or not isinstance(pair, Iterable):
        return False
    parts = tuple(pair)
    return len(parts) == 2 or (len(parts) == 3 and is_finite(parts[2]))


@dataclass(frozen=True)
class NotPrevious(PairRule):
    """No pair meets again that met in the last ``cycles`` cycles; all history by default.

    Parameters
    ----------
    pairs
        (mentor, mentee) ids, or (mentor, mentee, cycle) with the number of the cycle, a higher one
        being later.
    cycles
        How many of the latest cycles count. Needs cycle numbers.
    either_way
        Forbid the pair with the roles swapped too.
    until_all_seen
        Allow a repeat once either of the two has met everybody they could, as often as each other:
        history then never leaves anybody without a partner for good. "Everybody" are the people of
        the other roster whom the rules in ``among`` allow.
    among
        The pair rules that say whom one could meet; default nobody is left out.

    Examples
    --------
    >>> import rmatch
    >>> from rmatch.rules import NotPrevious
    >>> juniors = [{"id": "m", "skills": "AI:4"}]
    >>> seniors = [{"id": "s1", "goals": "AI"}, {"id": "s2", "goals": "AI"}]
    >>> met = [("m", "s1"), ("m", "s2")]
    >>> len(rmatch.match(juniors, seniors, rules=[NotPrevious(met)]))
    0
    >>> len(rmatch.match(juniors, seniors, rules=[NotPrevious(met, until_all_seen=True)]))
    1
    """

    pairs: Sequence[Sequence[Any]] = ()
    cycles: int | None = None
    either_way: bool = False
    until_all_seen: bool = False
    among: Sequence[PairRule] = ()

    #: The repeats that are allowed again; set by ``bound``, which knows everybody.
    _again: frozenset[tuple[str, str]] = field(default=frozenset(), init=False, repr=False)

    def __post_init__(self) -> None:
        super().__post_init__()
        given = listed("not_previous", self.pairs)
        wrong = [pair for pair in given if not _is_meeting(pair)]
        if wrong:
            raise InvalidInputError(
                f"not_previous: {wrong[:5]}; (mentor, mentee) or (mentor, mentee, cycle), a "
                "number, is needed"
            )
        pairs = tuple(sorted({(*labels(pair[:2]), *pair[2:]) for pair in map(tuple, given)}))
        if self.cycles is not None:
            check_count("not_previous: cycles", self.cycles)
        if self.cycles is not None and any(len(pair) == 2 for pair in pairs):
            raise InvalidInputError(
                "not_previous: cycles= needs the cycle of every pair: (mentor, mentee, cycle)"
            )
        object.__setattr__(self, "pairs", pairs)
        among = listed("not_previous: among", self.among)
        if not all(isinstance(rule, PairRule) for rule in among):
            raise InvalidInputError(f"not_previous: among={self.among!r}; pair rules are allowed")
        object.__setattr__(self, "among", among)

    def validate(self, mentors: Roster, mentees: Roster) -> None:
        for rule in self.among:
            rule.validate(mentors, mentees)

    def bound(self, mentors: Roster, mentees: Roster) -> NotPrevious:
        """Find the repeats that are allowed again."""
        if not self.until_all_seen:
            return self
        among = tuple(rule.bound(mentors, mentees) for rule in self.among)
        bound = dataclasses.replace(self, among=among)
        object.__setattr__(bound, "_again", bound._allowed_again(mentors, mentees))
        return bound

    def joined_by(self, newcomers: Sequence[str]) -> NotPrevious:
        among = tuple(rule.joined_by(newcomers) for rule in self.among)
        return dataclasses.replace(self, among=among)

    def _allowed_again(self, mentors: Roster, mentees: Roster) -> frozenset[tuple[str, str]]:
        """Return the pairs that met no oftener than one of the two met everybody."""
        forms = [rule.form(mentors, mentees) for rule in self.among]
        row = {person: at for at, person in enumerate(mentors.ids)}
        col = {person: at for at, person in enumerate(mentees.ids)}
        could = [np.zeros(len(mentors), np.int64), np.zeros(len(mentees), np.int64)]
        times = Counter(
            (row[m], col[s]) for m, s in self._meetings if m in row and s in col and m != s
        )
        for rows, cols in blocks((len(mentors), len(mentees))):
            allowed = np.ones((rows.stop - rows.start, cols.stop - cols.start), dtype=bool)
            for form in forms:
                allowed &= form.block(rows, cols)
            for person in row.keys() & col.keys():  # nobody meets themself
                if cols.start <= col[person] < cols.stop:
                    allowed[row[person], col[person] - cols.start] = False
            could[0][rows] += allowed.sum(axis=1)
            could[1][cols] += allowed.sum(axis=0)
            for pair in [p for p in times if cols.start <= p[1] < cols.stop]:
                if not allowed[pair[0], pair[1] - cols.start]:
                    del times[pair]
        rounds = [np.zeros_like(counts) for counts in could]
        for number in range(1, max(times.values(), default=0) + 1):
            for axis, counts in enumerate(could):
                met = Counter(pair[axis] for pair, count in times.items() if count >= number)
                done = [at for at, count in met.items() if count == counts[at]]
                rounds[axis][done] = number
        return frozenset(
            (mentors.ids[i], mentees.ids[j])
            for (i, j), count in times.items()
            if count <= max(rounds[0][i], rounds[1][j])
        )

    @property
    def _banned(self) -> frozenset[tuple[str, str]]:
        return frozenset(self._meetings) - self._again

    @property
    def _meetings(self) -> list[tuple[str, str]]:
        """Return the pairs that met, once for each time."""
        recent = self.pairs
        if self.cycles is not None:
            numbers = sorted({pair[2] for pair in self.pairs})[-self.cycles :]
            recent = tuple(pair for pair in self.pairs if self.cycles and pair[2] in numbers)
        met = [(pair[0], pair[1]) for pair in recent]
        if self.either_way:
            met += [(mentee, mentor) for mentor, mentee in met]
        return met

    def holds(self, mentor: Person, mentee: Person) -> bool | None:
        return (mentor.id, mentee.id) not in self._banned

    def shape(self, mentors: Roster, mentees: Roster) -> Shape:
        row = {person: at for at, person in enumerate(mentors.ids)}
        col = {person: at for at, person in enumerate(mentees.ids)}
        met = {(row[m], col[s]) for m, s in self._banned if m in row and s in col}
        return excepting(met, mentors, mentees)

    def describe(self) -> str:
        span = "before" if self.cycles is None else f"in the last {self.cycles} cycles"
        return f"the two did not meet {span}" + (
            ", until they have met everybody else" if self.until_all_seen else ""
        )
