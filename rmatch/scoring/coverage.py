"""How much of a person's goals the partner can teach: teaching, return and mutual coverage."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import scipy.sparse as sp

from rmatch.ascending import places
from rmatch.errors import InvalidInputError
from rmatch.forms import GRID, Floats, Gains, Linear, csr, on_grid
from rmatch.scoring.base import ScorePart, Term

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from rmatch.columns import Ragged, Rows
    from rmatch.people import Person, Roster


@dataclass(frozen=True, kw_only=True)
class TeachingCoverage(ScorePart):
    r"""The share of the mentee's goals that the mentor can teach, weighted by their importance.

    .. math:: c_{ij} = \frac{\sum_k w_{jk} \min(1, \max(0, s_{ik} - s_{jk}) / (t_{jk} - s_{jk}))}
                            {\sum_k w_{jk}}

    over the mentee's goals *k* with a gap (target above the present level); :math:`s` are levels,
    :math:`t` targets, :math:`w` importances. It is bounded by 1 and does not reward ticking many
    boxes. A mentee without an open goal has coverage 0.

    Examples
    --------
    >>> from rmatch import Goal, Person
    >>> from rmatch.scoring import TeachingCoverage
    >>> mentor = Person(id="m", skills={"AI": 4})
    >>> mentee = Person(id="s", skills={"AI": 2}, goals={"AI": Goal(target=5)})
    >>> round(TeachingCoverage().value(mentor, mentee), 3)  # 2 of 3 levels
    0.667
    """

    fields: ClassVar[tuple[str, ...]] = ("goals",)

    def available(self, mentors: Roster, mentees: Roster) -> bool:
        return mentees.had("goals")

    def terms(self, mentor: Person, mentee: Person) -> list[Term]:
        return _terms(mentor, mentee)

    def values(self, mentor: Person, mentee: Person) -> list[float]:
        return _values(mentor, mentee)

    def form(self, mentors: Roster, mentees: Roster, weight: float) -> Linear:
        has, gains = coverage_features(mentors, mentees, weight)
        return Linear(has, gains)


@dataclass(frozen=True, kw_only=True)
class ReturnCoverage(ScorePart):
    """The share of the mentor's own goals that the mentee can teach: learning that flows back.

    The formula of :class:`TeachingCoverage` with the roles swapped.
    """

    fields: ClassVar[tuple[str, ...]] = ("goals",)

    def available(self, mentors: Roster, mentees: Roster) -> bool:
        return mentors.had("goals")

    def terms(self, mentor: Person, mentee: Person) -> list[Term]:
        return _terms(mentee, mentor)

    def values(self, mentor: Person, mentee: Person) -> list[float]:
        return _values(mentee, mentor)

    def form(self, mentors: Roster, mentees: Roster, weight: float) -> Linear:
        has, gains = coverage_features(mentees, mentors, weight)
        return Linear(gains, has)


@dataclass(frozen=True, kw_only=True)
class MutualLearning(ScorePart):
    """The harmonic mean of teaching and return coverage: high only when both people learn.

    ``2 c r / (c + r)``, 0 where either is 0; ``mean="geometric"`` gives ``sqrt(c r)`` and
    ``mean="min"`` the smaller of the two. Both coverages are put on the score grid first.
    """

    mean: str = "harmonic"
    fields: ClassVar[tuple[str, ...]] = ("goals",)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.mean not in ("harmonic", "geometric", "min"):
            raise InvalidInputError(
                f"mutual_learning: mean={self.mean!r}; "
                "allowed are 'harmonic', 'geometric' and 'min'"
            )

    def terms(self, mentor: Person, mentee: Person) -> list[Term]:
        teaching, back = (
            _TEACHING.gain(mentor, mentee, 1.0) / GRID,
            _RETURN.gain(mentor, mentee, 1.0) / GRID,
        )
        value = float(self._mean(np.array([[teaching]]), np.array([[back]]))[0, 0])
        words = f"mentee's goals covered {teaching:.0%}, mentor's {back:.0%}"
        return [Term(value, words)] if value else []

    def form(self, mentors: Roster, mentees: Roster, weight: float) -> Gains:
        teaching = _TEACHING.form(mentors, mentees, 1.0)
        back = _RETURN.form(mentors, mentees, 1.0)

        def compute(rows: Rows, cols: Rows) -> Floats:
            return self._mean(teaching.block(rows, cols) / GRID, back.block(rows, cols) / GRID)

        return Gains(compute, weight)

    def _mean(self, one: Floats, other: Floats) -> Floats:
        if self.mean == "min":
            return np.minimum(one, other)
        product = one * other
        if self.mean == "geometric":
            return np.sqrt(product)
        total = one + other
        return np.divide(2.0 * product, total, out=np.zeros_like(total), where=product > 0)


_TEACHING, _RETURN = TeachingCoverage(), ReturnCoverage()


def _terms(teacher: Person, learner: Person) -> list[Term]:
    return [
        Term(share * covered, _step(skill, start, reached))
        for skill, share, covered, start, reached in covered_goals(teacher, learner)
    ]


def _values(teacher: Person, learner: Person) -> list[float]:
    total, taught = _taught(teacher, learner)
    return [importance / total * covered for _, importance, covered, _, _ in taught]


def _step(skill: str, start: float, reached: float) -> str:
    """Say what is learned; from nothing to 1, all that presence-only rosters know, says nothing."""
    return skill if (start, reached) == (0, 1) else f"{skill}, level {start:g} to {reached:g}"


def covered_goals(teacher: Person, learner: Person) -> list[tuple[str, float, float, float, float]]:
    """Return (skill, share of all open goals, part covered, level now, level reached) where > 0."""
    total, taught = _taught(teacher, learner)
    return [
        (skill, importance / total, covered, now, reached)
        for skill, importance, covered, now, reached in taught
    ]


def _taught(
    teacher: Person, learner: Person
) -> tuple[float, list[tuple[str, float, float, float, float]]]:
    """Return the importance of all open goals, and what of them the teacher covers, each as

    (skill, importance, part covered, level now, level reached).
    """
    teaches, knows, goals = teacher.skills, learner.skills, learner.goals
    taught: list[tuple[str, float, float, float, float]] = []
    total = 0.0
    # The order of summing is fixed, so that the vector form adds the same floats the same way.
    for skill in sorted(goals):
        goal, now = goals[skill], knows.get(skill, 0.0)
        target = goal.target
        if target is None:
            raise InvalidInputError(
                f"goal {skill!r} of {learner.id!r} has no target level; "
                "people of a Problem always have one, the top of the scale"
            )
        if target > now:
            total += goal.importance
            level = teaches.get(skill, 0.0)
            if level >= target:
                taught.append((skill, goal.importance, 1.0, now, target))
            elif level > now:
                covered = (level - now) / (target - now)
                taught.append((skill, goal.importance, covered, now, level))
    return total, taught


def coverage_features(
    teachers: Roster, learners: Roster, weight: float
) -> tuple[sp.csr_array, sp.csr_array]:
    """Write coverage as shared features "has skill k at level l".

    Returns (teachers, features) 0/1 and (learners, features) whole-number gains: what a learner
    gains from a teacher who has exactly that skill at exactly that level.
    """
    has, features, levels = teachers.ragged("skills").features
    own = learners.ragged("skills")
    return has, _gain_entries(learners.ragged("goals"), own, features, levels, weight)


def _gain_entries(
    goals: Ragged, own: Ragged, features: NDArray[np.int64], levels: Floats, weight: float
) -> sp.csr_array:
    start = levels_of(own, goals)
    gap = goals.values - start
    is_open = gap > 0
    total = np.bincount(goals.rows, goals.weights * is_open, minlength=len(goals))
    width = max(len(levels), 1)
    # Each open goal meets every feature of its skill.
    begins = np.searchsorted(features, np.arange(len(goals.labels) + 1) * width)
    first, last = begins[goals.codes], begins[goals.codes + 1]
    counts = np.where(is_open, last - first, 0)
    goal = np.repeat(np.arange(len(goals.codes)), counts)
    begin = np.repeat(np.cumsum(counts) - counts, counts)
    feature = first[goal] + np.arange(len(goal)) - begin
    taught = levels[features[feature] % width] - start[goal]
    covered = np.minimum(1.0, np.maximum(0.0, taught) / gap[goal])
    share = goals.weights[goal] / total[goals.rows[goal]]
    gain = on_grid(weight * (share * covered))
    keep = gain > 0
    shape = (len(goals), len(features))
    return csr(goals.rows[goal][keep], feature[keep], gain[keep], shape)


def levels_of(own: Ragged, wanted: Ragged) -> Floats:
    """Return each person's own level of every entry of ``wanted``, 0 where they lack the skill."""
    width = max(len(own.labels), 1)
    keys = own.rows * width + own.codes  # ascending: entries are sorted by label within a person
    asked = wanted.rows * width + wanted.codes
    at, there = places(asked, keys)
    levels = np.zeros(len(asked))
    levels[there] = own.values[at[there]]
    return levels
