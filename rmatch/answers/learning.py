"""All goals of a programme: which are covered by a pair, and which are left for other training."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from rmatch.answers.answer import Answer, plain
from rmatch.answers.wording import counted, listed, paragraph
from rmatch.errors import InvalidInputError
from rmatch.problem import Problem

if TYPE_CHECKING:
    from rmatch.matching import Matching
    from rmatch.people import Person, Roster

_SHOWN = 5


@dataclass(frozen=True)
class GoalStatus:
    """One open goal of one person, and the level that the best of their partners can take them to.

    ``by`` is that partner, ``None`` where nobody they are paired with can teach it.
    """

    person: Any
    side: str
    skill: str
    now: float
    target: float
    reached: float
    by: Any

    @property
    def covered(self) -> bool:
        """Whether the target can be reached."""
        return self.reached >= self.target


@dataclass(frozen=True)
class SkillGap:
    """One skill over all people: open goals, and how many are reached, partly reached, left."""

    skill: str
    goals: int
    reached: int
    partly: int
    left: int


@dataclass(frozen=True)
class LearningGoals(Answer):
    """Every open goal of everybody with its status, and each skill's sums, the most left first."""

    goals: tuple[GoalStatus, ...]
    skills: tuple[SkillGap, ...]

    def rows(self) -> list[dict[str, Any]]:
        """Return one record for each goal of each person."""
        return [{**plain(vars(goal)), "covered": goal.covered} for goal in self.goals]

    @property
    def words(self) -> str:
        if not self.goals:
            return "Nobody has an open goal."
        reached, partly = (
            sum(getattr(each, name) for each in self.skills) for name in ("reached", "partly")
        )
        open_now = [f"{each.skill} ({each.left})" for each in self.skills if each.left]
        more = [f"{len(open_now) - _SHOWN} more"] if len(open_now) > _SHOWN else []
        of = f"Of {counted(len(self.goals), 'open goal')}"
        said = [f"{of}, {reached} can be reached with a partner and {partly} in part"]
        if open_now:
            said.append(f"Left for other training: {listed(open_now[:_SHOWN] + more)}")
        return paragraph(said)


def learning_goals(matching: Matching) -> LearningGoals:
    """Return the goals of the whole programme; see :meth:`Matching.learning_goals`."""
    problem = matching.problem
    if not isinstance(problem, Problem):
        raise InvalidInputError("a ready-made matrix has no goals; learning_goals() needs rosters")
    goals = (
        *_of_side("mentee", problem.mentees, problem.mentors, matching.cols, matching.rows),
        *_of_side("mentor", problem.mentors, problem.mentees, matching.rows, matching.cols),
    )
    by_skill: dict[str, list[GoalStatus]] = {}
    for goal in goals:
        by_skill.setdefault(goal.skill, []).append(goal)
    skills = [_sums(skill, by_skill[skill]) for skill in sorted(by_skill)]
    return LearningGoals(goals, tuple(sorted(skills, key=lambda each: (-each.left, each.skill))))


def _of_side(
    side: str,
    learners: Roster,
    teachers: Roster,
    own: np.ndarray[Any, Any],
    other: np.ndarray[Any, Any],
) -> Iterator[GoalStatus]:
    """Yield the open goals of one side, with the best of each person's partners."""
    order = np.argsort(own, kind="stable")
    starts = np.searchsorted(own[order], np.arange(len(learners) + 1))
    for row, person in enumerate(learners):
        partners = other[order[starts[row] : starts[row + 1]]]
        yield from _of_person(side, person, [teachers.person(int(at)) for at in partners])


def _of_person(side: str, person: Person, partners: list[Person]) -> Iterator[GoalStatus]:
    for skill, goal in sorted(person.goals.items()):
        now, target = person.skills.get(skill, 0.0), goal.target
        if target is None or target <= now:
            continue
        best = max(partners, key=lambda partner: partner.skills.get(skill, 0.0), default=None)
        level = 0.0 if best is None else best.skills.get(skill, 0.0)
        able = best is not None and level > now
        reached = min(level, target) if able else now
        by = best.id if best is not None and able else None
        yield GoalStatus(person.id, side, skill, float(now), float(target), float(reached), by)


def _sums(skill: str, goals: list[GoalStatus]) -> SkillGap:
    reached = sum(goal.covered for goal in goals)
    partly = sum(goal.by is not None and not goal.covered for goal in goals)
    return SkillGap(skill, len(goals), reached, partly, len(goals) - reached - partly)
