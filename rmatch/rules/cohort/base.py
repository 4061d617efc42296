"""What a cohort rule is, and what follows from writing one."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import numpy as np

from rmatch.check import Violation
from rmatch.columns import Categories, Ragged
from rmatch.errors import InvalidInputError
from rmatch.names import snake_case
from rmatch.parameters import check_parameters
from rmatch.rules.base import _parameters

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from rmatch.candidates import Bounds
    from rmatch.people import Roster
    from rmatch.problem import Problem
    from rmatch.rows import Row

Side = Literal["mentors", "mentees"]
Pairs = Sequence[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Breach:
    """One condition that a set of pairs does not keep, and by how many of the row's whole units."""

    what: str
    amount: int = 1


@dataclass(frozen=True)
class CohortRule:
    """A rule about many pairs at once; it goes into the same ``rules=[...]`` as pair rules.

    A rule is a frozen dataclass of its parameters that writes one of

    - ``bounds``: what it changes about how many pairs each person may and must have, how many
      there may be in all, or what it is worth to be matched. Prefer this where it can be said so:
      every solver understands it, and problems stay as fast as without the rule;
    - ``locked``: pairs that must be chosen;
    - ``rows``: linear conditions with whole-number factors over pairs and over who is matched;

    and ``breaches``, which says from plain people and pairs what is not kept: the slow, obvious
    twin that the independent checker asks. A rule of your own needs no registration.

    Examples
    --------
    At most three pairs between people of two sites:

    >>> from dataclasses import dataclass
    >>> import numpy as np, rmatch
    >>> from rmatch.rows import Row
    >>> from rmatch.rules.cohort import Breach, CohortRule
    >>> @dataclass(frozen=True)
    ... class FewTrips(CohortRule):
    ...     most: int = 3
    ...
    ...     def rows(self, problem, mentor, mentee):
    ...         left, right = problem.mentors.categories("site"), problem.mentees.categories("site")
    ...         apart = np.flatnonzero(left.codes[mentor] != right.codes[mentee])
    ...         return [Row("trips", None, self.most, pairs=apart)]
    ...
    ...     def breaches(self, problem, pairs):
    ...         people = [(problem.mentors[i], problem.mentees[j]) for i, j in pairs]
    ...         trips = sum(mentor.site != mentee.site for mentor, mentee in people)
    ...         return [Breach(f"{trips} trips", trips - self.most)] if trips > self.most else []
    >>> people = [{"id": f"m{n}", "site": "Oslo", "skills": "AI:4"} for n in range(5)]
    >>> others = [{"id": f"s{n}", "site": "Rome", "goals": "AI"} for n in range(5)]
    >>> len(rmatch.match(people, others, rules=[FewTrips(2)]))
    2
    """

    #: Private rules are never named to a participant (§C11).
    private: ClassVar[bool] = False

    def __post_init__(self) -> None:
        check_parameters(self)

    @property
    def name(self) -> str:
        """The rule's name in tables and files: its class name in snake case."""
        return snake_case(type(self).__name__)

    @property
    def hard(self) -> bool:
        """Whether the rule must hold; a soft rule has a price instead."""
        return True

    @property
    def counts(self) -> Mapping[str, int]:
        """Counts that hold for everybody instead of the rosters', by field of ``Bounds``.

        Where several rules set the same, the strictest holds.
        """
        return {}

    def bound(self, mentors: Roster, mentees: Roster) -> CohortRule:
        """Return the rule with what it needs to know of all people; most rules need nothing."""
        return self

    def validate(self, mentors: Roster, mentees: Roster) -> None:
        """Raise where the rosters cannot serve this rule."""

    def bounds(self, problem: Problem, bounds: Bounds) -> Bounds:
        """Return the bounds as this rule changes them; bonuses are in whole units of gain."""
        return bounds

    def locked(self, problem: Problem) -> Pairs:
        """Return the pairs (rows of the two rosters) that must be chosen."""
        return ()

    def rows(
        self, problem: Problem, mentor: NDArray[np.int32], mentee: NDArray[np.int32]
    ) -> Sequence[Row]:
        """Return linear conditions over the edges ``mentor[e], mentee[e]``.

        The same rows in the same order for any edges: pairs may be looked at block by block.
        """
        return ()

    def breaches(self, problem: Problem, pairs: Pairs) -> Sequence[Breach]:
        """Say what a set of pairs does not keep, from plain people. The slow twin of ``rows``."""
        raise NotImplementedError(f"{type(self).__name__} must define breaches(problem, pairs)")

    def unit_penalty(self, unit: float) -> int:
        """Return the price, in units of gain, of one whole unit of a row; 0 for a hard rule."""
        return 0

    def worst(self, problem: Problem, pairs: int) -> int:
        """Return a limit on the sum of all breaches' amounts with at most ``pairs`` pairs.

        Only soft rules are asked: objectives that go before all scores go before penalties too.
        """
        if self.hard:
            return 0
        raise NotImplementedError(f"{type(self).__name__} is soft and must define worst()")

    def violations(self, problem: Problem, pairs: Pairs) -> list[Violation]:
        """Return what makes a set of pairs illegal; a soft rule makes nothing illegal."""
        if not self.hard:
            return []
        return [Violation(f"{self.name}: {b.what}") for b in self.breaches(problem, pairs)]

    def cost(self, problem: Problem, pairs: Pairs) -> int:
        """Return what a soft rule takes off the objective, in whole units of gain."""
        if self.hard:
            return 0
        amount = sum(breach.amount for breach in self.breaches(problem, pairs))
        return amount * self.unit_penalty(problem.unit)

    def remarks(self, problem: Problem, pairs: Pairs) -> Sequence[str]:
        """Return what the owner should be warned of in a finished matching."""
        return ()

    def describe(self) -> str:
        """Say in words what the rule asks for."""
        parameters = ", ".join(f"{key}={value!r}" for key, value in self.parameters().items())
        return f"{self.name}({parameters})"

    def loosened(self) -> Iterator[CohortRule]:
        """Yield the rule with its parameter loosened step by step, the smallest step first."""
        return iter(())

    def parameters(self) -> dict[str, Any]:
        """Return the parameters that differ from their defaults, as plain data."""
        return _parameters(self)

    def replace(self, **changes: Any) -> Any:
        """Return a copy with some parameters changed."""
        return dataclasses.replace(self, **changes)


@dataclass(frozen=True)
class PricedRule(CohortRule):
    """A cohort rule that is hard or soft as the caller says.

    Parameters
    ----------
    penalty
        ``None`` makes the rule hard. A number is the score that each pair (or person) too few or
        too many costs; a perfect pair scores 1.
    """

    penalty: float | None = dataclasses.field(default=None, kw_only=True)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.penalty is not None and self.penalty <= 0:
            raise InvalidInputError(
                f"{self.name}: penalty={self.penalty!r}; a finite number above 0 is allowed, "
                "or None for a rule that must hold"
            )

    @property
    def hard(self) -> bool:
        return self.penalty is None

    @property
    def units(self) -> int:
        """How many whole units of a row make one pair."""
        return 1

    def unit_penalty(self, unit: float) -> int:
        if self.penalty is None:
            return 0
        if self.penalty / unit >= 1 << 61:
            raise InvalidInputError(
                f"{self.name}: penalty={self.penalty!r} is beyond 64-bit integers; a rule that "
                "outweighs everything is a hard one: leave the penalty out"
            )
        return max(1, round(self.penalty / unit / self.units))


def ends(pairs: Pairs, side: Side) -> list[int]:
    """Return the row of each pair's person on one side."""
    return [pair[0 if side == "mentors" else 1] for pair in pairs]


def groups(roster: Roster, field: str) -> dict[Any, NDArray[np.intp]]:
    """Return the rows of everybody with each value of a field; nobody with a missing value."""
    column = roster.columns[field]
    if isinstance(column, Ragged):
        raise InvalidInputError(f"column {field!r} holds lists; a rule on groups needs one value")
    codes = column.codes if isinstance(column, Categories) else column.values
    values = np.unique(codes[column.known])
    names: list[Any] = [
        column.labels[value] if isinstance(column, Categories) else float(value) for value in values
    ]
    return {name: np.flatnonzero(codes == value) for name, value in zip(names, values, strict=True)}


def both_roles(problem: Problem) -> list[tuple[int, int]]:
    """Return the two rows of everybody who is on both rosters."""
    rows = {person: row for row, person in enumerate(problem.mentors.ids)}
    return [(rows[person], col) for col, person in enumerate(problem.mentees.ids) if person in rows]


def fraction(rule: CohortRule, name: str, value: Any) -> Fraction:
    """Return a share between 0 and 1 as the nearest fraction of at most ten thousandths."""
    if (
        isinstance(value, bool)
        or not isinstance(value, int | float | Fraction)
        or not 0 <= value <= 1
    ):
        raise InvalidInputError(f"{rule.name}: {name}={value!r}; a number from 0 to 1 is allowed")
    return Fraction(value).limit_denominator(10_000)


def whole(rule: CohortRule, name: str, value: Any, least: int = 0) -> int:
    """Return a whole number of at least ``least``, or raise."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < least:
        raise InvalidInputError(
            f"{rule.name}: {name}={value!r}; a whole number of at least {least} is allowed"
        )
    return int(value)


def limits(rule: CohortRule, least: int | None, most: int | None) -> None:
    """Raise unless there is a least or a most, both whole, in this order."""
    if least is None and most is None:
        raise InvalidInputError(f"{rule.name} needs least=, most= or both")
    for name, value in (("least", least), ("most", most)):
        if value is not None:
            whole(rule, name, value)
    if least is not None and most is not None and least > most:
        raise InvalidInputError(f"{rule.name}: least={least} is above most={most}")


def between(least: Any, most: Any) -> str:
    """Say limits in words."""
    if most is None:
        return f"at least {least}"
    if least is None:
        return f"at most {most}"
    return f"exactly {least}" if least == most else f"{least} to {most}"


def pairs_between(least: Any, most: Any) -> str:
    """Say limits on pairs in words: "at most 1 pair", "2 to 3 pairs"."""
    return f"{between(least, most)} {'pair' if (least if most is None else most) == 1 else 'pairs'}"


def outside(count: Any, least: Any, most: Any) -> Any:
    """Return how far a number lies outside its limits; 0 within them."""
    if least is not None and count < least:
        return least - count
    return count - most if most is not None and count > most else 0
