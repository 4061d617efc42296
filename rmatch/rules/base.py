"""What a pair rule is, and what follows from writing one."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import numpy as np

from rmatch.errors import InvalidInputError
from rmatch.fields import ALIASES, header_key, written
from rmatch.forms import Bools, Known, Mask, PairForm, rectangle
from rmatch.names import did_you_mean, snake_case
from rmatch.parameters import called, check_parameters

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from rmatch.people import Person, Roster
    from rmatch.scoring.base import ScorePart

Missing = Literal["fail", "pass", "flag"]


@dataclass(frozen=True)
class PairRule:
    """Allows or forbids one pair at a time. Rules combine with AND (§C6).

    A rule is a frozen dataclass of its parameters that writes ``holds`` and one of ``shape`` (fast,
    structured), ``mask`` (any numpy code) or nothing (``holds`` is then called pair by pair).

    Parameters
    ----------
    missing
        What happens to a pair whose data is missing: ``"fail"`` forbids it, ``"pass"`` allows it,
        ``"flag"`` allows it and lists it for review (§C10). Default: ``"flag"``; safety rules
        ``"fail"``.
    """

    missing: Missing = field(default="flag", kw_only=True)

    #: Safety rules outrank locks (§C6).
    safety: ClassVar[bool] = False
    #: Private rules are never named to a participant (§C11).
    private: ClassVar[bool] = False
    #: The roster columns the rule reads.
    fields: ClassVar[tuple[str, ...]] = ()

    def __post_init__(self) -> None:
        check_parameters(self)

    @property
    def name(self) -> str:
        """The rule's name in tables and files: its class name in snake case."""
        return snake_case(type(self).__name__)

    @property
    def minimum_score(self) -> float | None:
        """The least total score of an allowed pair; only ``MinimumScore`` sets one."""
        return None

    def bound(self, mentors: Roster, mentees: Roster) -> PairRule:
        """Return the rule with what it needs to know of all people; most rules need nothing."""
        return self

    def joined_by(self, newcomers: Sequence[str]) -> PairRule:
        """Return the rule where people who are made up join, of whom nothing is to be feared."""
        return self

    def holds(self, mentor: Person, mentee: Person) -> bool | None:
        """Decide one pair from plain data; ``None`` when the data is missing. The scalar twin."""
        raise NotImplementedError(f"{type(self).__name__} must define holds(mentor, mentee)")

    def allows(self, mentor: Person, mentee: Person) -> bool:
        """Say whether the pair is allowed, missing data decided by the policy."""
        verdict = self.holds(mentor, mentee)
        if verdict is True or verdict is False:
            return verdict
        known = _verdict(self, verdict, mentor, mentee)
        return self.missing != "fail" if known is None else known

    def shape(self, mentors: Roster, mentees: Roster) -> Shape:
        """Describe the rule as a form over two aligned rosters, and say who has the data for it."""
        raise NotImplementedError

    def form(self, mentors: Roster, mentees: Roster) -> PairForm:
        """Return the rule over two aligned rosters, missing data decided by the policy."""
        if type(self).shape is not PairRule.shape:
            shape = self.shape(mentors, mentees)
            if shape.mentors.all() and shape.mentees.all():
                return shape.form
            return Known(shape.form, shape.mentors, shape.mentees, self.missing != "fail")

        def compute(rows: Any, cols: Any) -> Bools:
            some, others = mentors[rows], mentees[cols]
            shape = (len(some), len(others))
            return rectangle(f"rule {self.name}", self.mask(some, others), shape, "b", False)

        return Mask(compute)

    def mask(self, mentors: Roster, mentees: Roster) -> Bools:
        """Return (mentors, mentees) booleans for any slices of two aligned rosters."""
        if type(self).shape is not PairRule.shape:
            return self.form(mentors, mentees).block(slice(None), slice(None))
        return np.array(
            [[self.allows(mentor, mentee) for mentee in mentees] for mentor in mentors], dtype=bool
        ).reshape(len(mentors), len(mentees))

    def validate(self, mentors: Roster, mentees: Roster) -> None:
        """Raise where the rosters cannot serve this rule: a column that nobody has."""
        for name in self.fields:
            require_column(self, name, mentors, mentees)

    def notes(self, mentors: Roster, mentees: Roster) -> Sequence[str]:
        """Return what the owner should look at in the people's data for this rule."""
        return ()

    def describe(self) -> str:
        """Say in words what the rule asks for."""
        parameters = ", ".join(f"{key}={value!r}" for key, value in self.parameters().items())
        return f"{self.name}({parameters})"

    def explain(self, mentor: Person, mentee: Person) -> str:
        """Say in words why this pair passes or fails, with the two values."""
        verdict = self.holds(mentor, mentee)
        outcome = {True: "holds", False: "fails", None: "cannot be decided, data is missing"}
        return f"{self.describe()}: {outcome[verdict]}"

    def loosened(self) -> Iterator[PairRule]:
        """Yield the rule with its parameter loosened step by step, the smallest step first."""
        return iter(())

    def parameters(self) -> dict[str, Any]:
        """Return the parameters that differ from their defaults, as plain data."""
        return _parameters(self)

    def replace(self, **changes: Any) -> PairRule:
        """Return a copy with some parameters changed."""
        return dataclasses.replace(self, **changes)

    def soft(self, weight: float = 1.0) -> ScorePart:
        """Turn the rule into a score part: worth ``weight`` where it holds, never forbidding."""
        from rmatch.scoring.soft import Soft

        return Soft(self, weight=weight)


@dataclass(frozen=True, eq=False)
class Shape:
    """A rule's form, and for which mentors and mentees the data it needs is there."""

    form: PairForm
    mentors: Bools
    mentees: Bools


@dataclass(frozen=True)
class Predicate(PairRule):
    """A rule from any function of two people: ``True``, ``False``, or ``None`` for missing data.

    A plain function in ``rules=[...]`` is wrapped in one.

    Examples
    --------
    >>> from rmatch import Person
    >>> from rmatch.rules import Predicate
    >>> rule = Predicate(function=lambda mentor, mentee: mentor.site != mentee.site)
    >>> rule.allows(Person(id="a", site="Oslo"), Person(id="b", site="Rome"))
    True
    """

    function: Callable[[Person, Person], bool | None]
    label: str = ""

    def __post_init__(self) -> None:
        super().__post_init__()
        if not callable(self.function):
            raise InvalidInputError(
                f"predicate: function={self.function!r}; a function of (mentor, mentee) is needed"
            )

    @property
    def name(self) -> str:
        return self.label or called(self.function)

    def describe(self) -> str:
        return self.name.replace("_", " ")

    def holds(self, mentor: Person, mentee: Person) -> bool | None:
        return _verdict(self, self.function(mentor, mentee), mentor, mentee)


def _verdict(rule: PairRule, answer: Any, mentor: Person, mentee: Person) -> bool | None:
    """Return what a rule says of a pair; anything but yes, no or missing is an error."""
    if answer is True or answer is False or answer is None:
        return answer
    if isinstance(answer, np.bool_):
        return bool(answer)
    raise InvalidInputError(
        f"rule {rule.name} gave {answer!r:.60} for mentor {mentor.id!r} and mentee "
        f"{mentee.id!r}; True, False, or None for missing data is needed"
    )


def require_column(rule: Any, name: str, mentors: Roster, mentees: Roster) -> None:
    """Raise where nobody has a column that a rule reads; who had it last may have left since."""
    if not (mentors.had(name) or mentees.had(name)):
        there = {*mentors.columns, *mentees.columns} - {name}
        hint = did_you_mean(name, there)
        if field := ALIASES.get(header_key(name)):
            hint = f" (a column of that name is read as {field.name!r})"
        raise InvalidInputError(
            f"rule {rule.name} reads the column {written(name)}, which nobody has{hint}; add it, "
            f"or leave the rule out (there are: {', '.join(sorted(there))})"
        )


def _parameters(owner: Any) -> dict[str, Any]:
    """Return a dataclass's fields that differ from their defaults."""
    return {
        each.name: getattr(owner, each.name)
        for each in dataclasses.fields(owner)
        if each.init and getattr(owner, each.name) != each.default
    }


#: Numbers beyond are as good as infinite, and a million of them are not.
_HUGE = 1e300


@lru_cache(maxsize=1024)  # the checker asks for the same few levels and years again and again
def millionths(number: float) -> float:
    """Return a number in whole millionths, so that limits hold for numbers as they are written.

    Floats do not hold most decimals: in them, 4.1 is less than 1 above 3.1.

    Examples
    --------
    >>> 4.1 - 3.1 >= 1, millionths(4.1) - millionths(3.1) >= millionths(1)
    (False, True)
    """
    scaled = min(max(number, -_HUGE), _HUGE) * 1e6
    return float(round(scaled)) if abs(scaled) < 1 << 53 else scaled


def all_millionths(numbers: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return :func:`millionths` of each number."""
    return np.asarray(np.rint(np.clip(numbers, -_HUGE, _HUGE) * 1e6), dtype=float)
