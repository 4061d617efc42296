"""Finding people by id on the sides of a matching, and what two of them would teach each other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from rmatch.errors import InvalidInputError, UnknownPersonError
from rmatch.names import did_you_mean
from rmatch.parameters import is_whole
from rmatch.problem import Problem
from rmatch.scoring.coverage import ReturnCoverage, TeachingCoverage, covered_goals

if TYPE_CHECKING:
    from rmatch.matching import Matching
    from rmatch.people import Person
    from rmatch.rules.base import PairRule
    from rmatch.viewer import Viewer


def check_matching(function: str, matching: Any) -> None:
    """Raise unless a function was given a matching."""
    from rmatch.matching import Matching

    if not isinstance(matching, Matching):
        raise InvalidInputError(
            f"{function}: matching is of type {type(matching).__name__}; a Matching is needed, as "
            "match() and solve() return it"
        )


@dataclass(frozen=True)
class Lesson:
    """A goal that somebody can help with: levels now, reached with this partner, and wanted.

    ``share`` is the goal's share of all open goals by importance; ``covered`` the part of the way
    to the target that this partner can teach, in (0, 1].
    """

    skill: str
    now: float
    reached: float
    target: float
    teacher: float
    share: float
    covered: float

    @property
    def words(self) -> str:
        """The lesson as a phrase: "Python from level 1 to 3 (the goal is 4)"."""
        if self.target == 1 and self.now == 0:
            return self.skill  # presence only: there are no levels to speak of
        short = f" (the goal is {self.target:g})" if self.reached < self.target else ""
        return f"{self.skill} from level {self.now:g} to {self.reached:g}{short}"


def lessons(teacher: Person, learner: Person) -> tuple[Lesson, ...]:
    """Return what one person can teach the other of the other's open goals, the weightiest first.

    The formula is that of :class:`rmatch.scoring.TeachingCoverage`.
    """
    found = [
        Lesson(
            skill,
            now,
            reached,
            float(learner.goals[skill].target or 0.0),
            float(teacher.skills.get(skill, 0.0)),
            share,
            covered,
        )
        for skill, share, covered, now, reached in covered_goals(teacher, learner)
    ]
    return tuple(sorted(found, key=lambda lesson: (-lesson.share * lesson.covered, lesson.skill)))


def open_goals(person: Person) -> tuple[str, ...]:
    """Return the goals whose target lies above the present level, the most important first."""
    goals = [
        (-goal.importance, skill)
        for skill, goal in person.goals.items()
        if goal.target is None or goal.target > person.skills.get(skill, 0.0)
    ]
    return tuple(skill for _, skill in sorted(goals))


def other_reasons(
    matching: Matching, mentor: Person, mentee: Person, viewer: Viewer
) -> dict[str, tuple[str, ...]]:
    """Return the words of the score parts that are not about goals, by part."""
    problem = matching.problem
    assert isinstance(problem, Problem)
    found = {}
    for part in problem.score:
        if isinstance(part, TeachingCoverage | ReturnCoverage) or not viewer.may_weigh(part):
            continue
        if not part.weight:
            continue
        terms = part.terms(mentor, mentee)
        words = tuple(term.words for term in terms if term.words and term.value > 0)
        if words:
            found[part.name] = words
    return found


def row_of(matching: Matching, side: str, person: Any) -> int:
    """Return somebody's row on one side."""
    row = _found(matching, side, person)
    if row is not None:
        return row
    ids = matching.mentor_ids if side == "mentor" else matching.mentee_ids
    if isinstance(matching.problem, Problem):
        other = "mentee" if side == "mentor" else "mentor"
        if _found(matching, other, person) is not None:
            raise UnknownPersonError(
                f"{person!r} is a {other}, no {side}; a mentor is named first, then a mentee"
            )
        raise UnknownPersonError(f"no {side} has the id {person!r}{did_you_mean(person, ids)}")
    raise UnknownPersonError(f"there is no {side} {person!r}; {side}s are 0 to {len(ids) - 1}")


def rows_of(matching: Matching, person: Any) -> dict[str, int | None]:
    """Return somebody's row on each side, ``None`` on the side where they are not."""
    found = {side: _found(matching, side, person) for side in ("mentor", "mentee")}
    if found == {"mentor": None, "mentee": None}:
        meant = did_you_mean(person, (*matching.mentor_ids, *matching.mentee_ids))
        raise UnknownPersonError(f"nobody has the id {person!r}{meant}")
    return found


def _found(matching: Matching, side: str, person: Any) -> int | None:
    """Return somebody's row, or ``None``; people of a bare matrix go by their positions."""
    roster = getattr(matching.problem, f"{side}s", None)
    if roster is None:
        size = matching.problem.shape[0 if side == "mentor" else 1]
        return int(person) if is_whole(person) and 0 <= person < size else None
    try:
        return int(roster.index(person))
    except UnknownPersonError:
        return None


def side_of(matching: Matching, person: Any, side: str | None) -> tuple[str, int]:
    """Return somebody's side and row; a person on both sides needs ``side``."""
    if side not in (None, "mentor", "mentee"):
        raise InvalidInputError(f"side={side!r}; allowed are 'mentor' and 'mentee'")
    if side is not None:
        return side, row_of(matching, side, person)
    rows = {one: row for one, row in rows_of(matching, person).items() if row is not None}
    if len(rows) > 1:
        raise InvalidInputError(f"{person!r} is on both sides; say side='mentor' or side='mentee'")
    return next(iter(rows.items()))


def line(matching: Matching, side: str, row: int) -> tuple[Any, Any]:
    """Return one person's gains and permissions against everybody of the other side."""
    one = np.array([row])
    if side == "mentor":
        gains, allowed = matching.problem.block(one, slice(None))
        return gains[0].astype(np.int64), allowed[0]
    gains, allowed = matching.problem.block(slice(None), one)
    return gains[:, 0].astype(np.int64), allowed[:, 0]


def one_gain(matching: Matching, row: int, col: int) -> tuple[int, bool]:
    """Return one pair's gain, and whether all rules allow it."""
    gains, allowed = matching.problem.block(np.array([row]), np.array([col]))
    return int(gains[0, 0]), bool(allowed[0, 0])


def pair_rules(matching: Matching) -> tuple[PairRule, ...]:
    """Return the rules of the problem that are about one pair at a time."""
    return matching.problem.pair_rules if isinstance(matching.problem, Problem) else ()
