"""Lexicographic tiers: one thing first, then the next, each exactly."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import numpy as np

from rmatch.candidates import blocks
from rmatch.columns import Categories, Numbers, Ragged
from rmatch.errors import InvalidInputError
from rmatch.forms import GRID
from rmatch.objectives.base import Objective, Staged
from rmatch.parameters import ColumnName, check_parameters
from rmatch.rules.base import PairRule
from rmatch.scoring.base import ScorePart
from rmatch.sequence import Sequence as Stages
from rmatch.solvers import Options, Selection

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from rmatch.candidates import Bounds, Candidates
    from rmatch.objectives.base import PairList
    from rmatch.people import Person, Roster

    Ints = NDArray[np.int64]

SIDES = ("mentors", "mentees")
#: Bonuses and totals of one program stay below these; beyond, every tier is a solve of its own.
#: Where rows join pairs, a solver calculates in floats: beside larger bonuses it would lose scores.
_LARGEST_BONUS, _LARGEST_TOTAL, _LARGEST_JOINED = 1 << 55, 1 << 60, 1 << 32


@dataclass(frozen=True)
class Tier:
    """One thing that counts, in whole numbers: per edge, or per person with a pair."""

    #: Whether people with a pair are counted, and nothing about pairs.
    of_people: ClassVar[bool] = False

    def __post_init__(self) -> None:
        check_parameters(self)

    def validate(self, problem: Any) -> None:
        """Raise where the problem has not what this tier reads."""

    def people(self, problem: Any) -> tuple[Ints, Ints]:
        """Return what each mentor and each mentee with a pair counts."""
        return tuple(np.zeros(size, dtype=np.int64) for size in problem.shape)  # type: ignore[return-value]

    def edges(self, problem: Any, candidates: Candidates) -> Ints:
        """Return what each edge counts."""
        return np.zeros(len(candidates), dtype=np.int64)

    def count(self, problem: Any, pairs: PairList, total: int) -> int:
        """Count for pairs with that objective in all, from plain people: the slow twin."""
        raise NotImplementedError

    def describe(self) -> str:
        """Say in a few words what counts."""
        raise NotImplementedError


@dataclass(frozen=True)
class Matched(Tier):
    """The number of people who have a pair.

    Parameters
    ----------
    side
        ``"mentees"``, ``"mentors"`` or ``"both"``; a person in both roles counts once for each.
    field, values
        Only those with one of these values in a field.
    at_least
        Only those with at least this number in the field, such as a level.
    ids
        Only those with these ids. For a matrix these are positions.

    Examples
    --------
    >>> from rmatch.objectives import Matched
    >>> Matched("mentees", "grade", values=["executive"]).describe()
    'mentees with grade executive'
    """

    side: Literal["mentees", "mentors", "both"] = "both"
    field: ColumnName | None = None
    values: Sequence[Any] = ()
    at_least: float | None = None
    ids: Sequence[Any] = ()

    of_people: ClassVar[bool] = True

    def __post_init__(self) -> None:
        super().__post_init__()
        for name in ("values", "ids"):
            object.__setattr__(self, name, tuple(getattr(self, name)))
        if (self.field is None) == (bool(self.values) or self.at_least is not None):
            raise InvalidInputError(
                "Matched: give field= together with values= or at_least=, or none of them"
            )

    def validate(self, problem: Any) -> None:
        """Everybody named must exist, and the field be there."""
        rosters = _rosters(problem)
        known: set[Any] = set(range(max(problem.shape)))
        if rosters is not None:
            known = {one for roster in rosters.values() for one in roster.ids}
        unknown = [one for one in self.ids if one not in known]
        if unknown:
            raise InvalidInputError(f"Matched: nobody has the ids {unknown[:5]}")
        if self.field is None:
            return
        if rosters is None:
            raise InvalidInputError("Matched: a matrix has no fields; give ids=[positions]")
        if not any(rosters[side].had(self.field) for side in self._sides):
            raise InvalidInputError(f"Matched: nobody among the {self.side} has {self.field!r}")

    def people(self, problem: Any) -> tuple[Ints, Ints]:
        """Return 1 for everybody who counts."""
        rosters = _rosters(problem)
        found = []
        for side, size in zip(SIDES, problem.shape, strict=True):
            counts = np.full(size, side in self._sides)
            roster = None if rosters is None else rosters[side]
            if self.ids:
                ids = range(size) if roster is None else roster.ids
                wanted = set(self.ids)
                counts &= np.fromiter((one in wanted for one in ids), bool, size)
            if self.field is not None and roster is not None and side in self._sides:
                counts &= _having(roster, self.field, self.values, self.at_least)
            found.append(counts.astype(np.int64))
        return found[0], found[1]

    def count(self, problem: Any, pairs: PairList, total: int) -> int:
        """Ask everybody with a pair."""
        rosters = _rosters(problem)
        matched = 0
        for axis, side in enumerate(SIDES):
            if side not in self._sides:
                continue
            for row in {pair[axis] for pair in pairs}:
                person = None if rosters is None else rosters[side][row]
                matched += self._counts(row if person is None else person.id, person)
        return matched

    def _counts(self, one: Any, person: Person | None) -> bool:
        if self.ids and one not in self.ids:
            return False
        if self.field is None:
            return True
        assert person is not None
        value = person.get(self.field)
        if value is None:
            return False
        if self.at_least is not None:
            return bool(value >= self.at_least)
        return bool(value in self.values)

    @property
    def _sides(self) -> tuple[str, ...]:
        return SIDES if self.side == "both" else (self.side,)

    def describe(self) -> str:
        """Say in a few words who counts."""
        said: str = "people" if self.side == "both" else self.side
        if self.field is not None:
            wanted = " or ".join(map(str, self.values))
            said += f" with {self.field} "
            said += wanted if self.at_least is None else f"at least {self.at_least:g}"
        if self.ids:
            said += f" of {len(self.ids)} named"
        return said


@dataclass(frozen=True)
class Pairs(Tier):
    """The number of pairs, or of those that a pair rule would allow.

    Parameters
    ----------
    rule
        A rule of :mod:`rmatch.rules`; default every pair counts.

    Examples
    --------
    >>> from rmatch.objectives import Pairs
    >>> from rmatch.rules import Different
    >>> Pairs(Different("site")).describe()
    'pairs with a different site'
    """

    rule: PairRule | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if not isinstance(self.rule, PairRule | None):
            raise InvalidInputError(
                f"Pairs: rule={self.rule!r}; a pair rule, such as Different('department'), or None "
                "for every pair is allowed"
            )

    def validate(self, problem: Any) -> None:
        """The rule must fit the rosters."""
        rosters = _rosters(problem)
        if self.rule is None:
            return
        if rosters is None:
            raise InvalidInputError("Pairs: a matrix has no people to ask a rule about")
        self.rule.validate(rosters["mentors"], rosters["mentees"])

    def edges(self, problem: Any, candidates: Candidates) -> Ints:
        """Return 1 for every pair that counts."""
        if self.rule is None:
            return np.ones(len(candidates), dtype=np.int64)
        form = self._bound(problem).form(problem.mentors, problem.mentees)
        return over_edges(form, candidates)

    def count(self, problem: Any, pairs: PairList, total: int) -> int:
        """Ask the rule about every pair."""
        if self.rule is None:
            return len(pairs)
        rule = self._bound(problem)
        return sum(rule.allows(problem.mentors[i], problem.mentees[j]) for i, j in pairs)

    def _bound(self, problem: Any) -> Any:
        assert self.rule is not None
        return self.rule.bound(problem.mentors, problem.mentees)

    def describe(self) -> str:
        """Say in a few words which pairs count."""
        return "pairs" if self.rule is None else f"pairs with {self.rule.describe()}"


@dataclass(frozen=True)
class Score(Tier):
    """The total score, or the total of one score part, its weight left out.

    Parameters
    ----------
    part
        A score part of :mod:`rmatch.scoring`, which need not be in the problem's own score.
    """

    part: ScorePart | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if not isinstance(self.part, ScorePart | None):
            raise InvalidInputError(
                f"Score: part={self.part!r}; a score part, such as TeachingCoverage(), or None for "
                "the total is allowed"
            )

    def validate(self, problem: Any) -> None:
        """The part must fit the rosters."""
        rosters = _rosters(problem)
        if self.part is None:
            return
        if rosters is None:
            raise InvalidInputError("Score: a matrix has no score parts")
        self.part.validate(rosters["mentors"], rosters["mentees"])

    def edges(self, problem: Any, candidates: Candidates) -> Ints:
        """Return the part's gain of every edge, at weight 1."""
        if self.part is None:
            return candidates.gain
        return over_edges(self.part.form(problem.mentors, problem.mentees, 1.0), candidates)

    def count(self, problem: Any, pairs: PairList, total: int) -> int:
        """Add up, pair by pair."""
        if self.part is None:
            return total
        return sum(self.part.gain(problem.mentors[i], problem.mentees[j], 1.0) for i, j in pairs)

    def describe(self) -> str:
        """Say in a few words what is added up."""
        return "total score" if self.part is None else f"total {self.part.name}"


@dataclass(frozen=True)
class Tiers(Staged):
    """One thing first, then the next: no amount of a later tier outweighs one unit of an earlier.

    What all tiers leave open goes to the total score. Where every tier counts people and the
    numbers fit into 64 bits, all of it is one program with a bonus for each person; otherwise each
    tier is a solve among all that is best in the tiers before.

    Parameters
    ----------
    tiers
        :class:`Matched`, :class:`Pairs` and :class:`Score`, the most important first.

    References
    ----------
    H. Isermann, "Linear lexicographic optimization", OR Spektrum 4, 1982.

    Examples
    --------
    The second mentee is an executive, whom the best total leaves out:

    >>> import rmatch
    >>> from rmatch.objectives import Matched, Score, Tiers
    >>> scores = [[5, 2]]
    >>> executives = Matched("mentees", ids=[1])
    >>> matching = rmatch.match_matrix(scores, objective=Tiers([executives, Matched(), Score()]))
    >>> [(pair.mentor, pair.mentee) for pair in matching.pairs]
    [(0, 1)]
    """

    name: ClassVar[str] = "tiers"

    tiers: Sequence[Tier]

    def __post_init__(self) -> None:
        if isinstance(self.tiers, Tier):
            object.__setattr__(self, "tiers", (self.tiers,))
        super().__post_init__()
        tiers = tuple(self.tiers)
        wrong = [each for each in tiers if not isinstance(each, Tier)]
        if wrong or not tiers:
            raise InvalidInputError(
                f"tiers: {wrong or 'none'}; give a list of Matched(...), Pairs(...) and Score(...)"
            )
        object.__setattr__(self, "tiers", tiers)

    def validate(self, problem: Any) -> None:
        """Every tier must fit the problem."""
        for tier in self.tiers:
            tier.validate(problem)

    def bounds(self, problem: Any, bounds: Bounds, gain_limit: int) -> Bounds:
        """Return the bounds with the bonuses of all tiers, where one program can hold them."""
        bonuses = self._bonuses(problem, bounds, gain_limit)
        if bonuses is None:
            return bounds
        return replace(bounds, mentor_bonus=bonuses[0], mentee_bonus=bonuses[1])

    def one_program(self, problem: Any) -> bool:
        """Say whether bonuses can hold all tiers."""
        return self._bonuses(problem, *problem.before_objective) is not None

    def _bonuses(self, problem: Any, bounds: Bounds, gain_limit: int) -> tuple[Ints, Ints] | None:
        tiers = list(self.tiers)
        while tiers and tiers[-1] == Score():
            tiers.pop()
        if not all(tier.of_people for tier in tiers):
            return None
        total = 2 * gain_limit * max(bounds.most_pairs, 1)  # more than the score can change
        none = np.zeros(0, np.int32)
        joined = problem.cohort_rows(none, none) is not None
        most = _LARGEST_JOINED if joined else _LARGEST_BONUS
        mentors, mentees = [0] * problem.shape[0], [0] * problem.shape[1]
        one, other = np.array(mentors, np.int64), np.array(mentees, np.int64)
        for tier in reversed(tiers):
            weight = total + 1
            if weight >= most:
                return None
            mentor, mentee = tier.people(problem)
            one, other = one + weight * mentor, other + weight * mentee
            total += weight * int(mentor.sum() + mentee.sum())
            largest = max(one.max(initial=0), other.max(initial=0))
            if total >= _LARGEST_TOTAL or largest >= most:
                return None
        return one, other

    def optimise(
        self, problem: Any, candidates: Candidates, solver: str, options: Options
    ) -> Selection:
        """Return the best selection: one program, or one after the other."""
        if self.one_program(problem):
            return Objective.optimise(self, problem, candidates, solver, options)
        return super().optimise(problem, candidates, solver, options)

    def go_through(self, stages: Stages, problem: Any) -> None:
        """Go from one tier to the next; what all leave open goes to the total score."""
        for tier in self.tiers:
            if tier == Score():
                stages.score(problem.unit)
                continue
            unit = 1 / GRID if isinstance(tier, Score) else 1.0
            edges = tier.edges(problem, stages.candidates)
            stages.maximise(tier.describe(), edges, *tier.people(problem), unit=unit)
        if Score() not in self.tiers:
            stages.score(problem.unit)

    def recount(
        self, problem: Any, pairs: PairList, gains: Sequence[int], total: int
    ) -> tuple[int, ...]:
        """Count every tier, the total score last where it is none of them."""
        tiers = self.tiers if Score() in self.tiers else (*self.tiers, Score())
        return tuple(tier.count(problem, pairs, total) for tier in tiers)


def over_edges(form: Any, candidates: Candidates) -> Ints:
    """Return the values of a form of all pairs at the edges, block by block."""
    found = np.zeros(len(candidates), dtype=np.int64)
    for rows, cols in blocks(candidates.shape):
        at = slice(*np.searchsorted(candidates.mentee, [cols.start, cols.stop]).tolist())
        block = form.block(rows, cols)
        found[at] = block[candidates.mentor[at], candidates.mentee[at] - cols.start]
    return found


def _rosters(problem: Any) -> dict[str, Roster] | None:
    """Return the rosters of both sides; a matrix has none."""
    mentors = getattr(problem, "mentors", None)
    return None if mentors is None else {"mentors": mentors, "mentees": problem.mentees}


def _having(
    roster: Roster, name: str, values: Sequence[Any], at_least: float | None
) -> NDArray[np.bool_]:
    """Say who has one of some values in a column, or at least a number."""
    column = roster.columns.get(name)
    if column is None:
        return np.zeros(len(roster), dtype=bool)
    if isinstance(column, Numbers):
        if at_least is not None:
            return column.values >= at_least
        return np.isin(column.values, np.array(values, dtype=float))
    if isinstance(column, Ragged) or at_least is not None:
        raise InvalidInputError(
            f"Matched: {name!r} holds {'lists' if isinstance(column, Ragged) else 'labels'}; "
            "give a field of labels with values=, or of numbers with at_least="
        )
    assert isinstance(column, Categories)
    wanted = [code for code, label in enumerate(column.labels) if label in values]
    return np.isin(column.codes, wanted)
