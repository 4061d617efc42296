"""Rules about earlier cycles of the programme."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rmatch.errors import InvalidInputError
from rmatch.rules.base import PairRule, Shape
from rmatch.rules.safety import excepting

if TYPE_CHECKING:
    from rmatch.people import Person, Roster


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
    """

    pairs: tuple[tuple[str, ...], ...] = ()
    cycles: int | None = None
    either_way: bool = False

    def __post_init__(self) -> None:
        super().__post_init__()
        pairs = tuple(sorted({tuple(pair) for pair in self.pairs}))
        wrong = [pair for pair in pairs if len(pair) not in (2, 3)]
        if wrong:
            raise InvalidInputError(
                f"not_previous: {wrong[:5]}; (mentor, mentee) or (mentor, mentee, cycle) is needed"
            )
        if self.cycles is not None and any(len(pair) == 2 for pair in pairs):
            raise InvalidInputError(
                "not_previous: cycles= needs the cycle of every pair: (mentor, mentee, cycle)"
            )
        object.__setattr__(self, "pairs", pairs)

    @property
    def _banned(self) -> frozenset[tuple[str, str]]:
        recent = self.pairs
        if self.cycles is not None:
            numbers = sorted({pair[2] for pair in self.pairs})[-self.cycles :]
            recent = tuple(pair for pair in self.pairs if self.cycles and pair[2] in numbers)
        met = {(str(pair[0]), str(pair[1])) for pair in recent}
        if self.either_way:
            met |= {(mentee, mentor) for mentor, mentee in met}
        return frozenset(met)

    def holds(self, mentor: Person, mentee: Person) -> bool | None:
        return (mentor.id, mentee.id) not in self._banned

    def shape(self, mentors: Roster, mentees: Roster) -> Shape:
        row = {person: at for at, person in enumerate(mentors.ids)}
        col = {person: at for at, person in enumerate(mentees.ids)}
        met = {(row[m], col[s]) for m, s in self._banned if m in row and s in col}
        return excepting(met, mentors, mentees)

    def describe(self) -> str:
        span = "before" if self.cycles is None else f"in the last {self.cycles} cycles"
        return f"the two did not meet {span}"
