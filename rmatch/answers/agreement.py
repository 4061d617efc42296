"""What a pair could agree on: learning objectives in both directions, as data and as one page."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np

from rmatch.answers.answer import Answer, plain
from rmatch.answers.people import Lesson, lessons, open_goals, row_of
from rmatch.answers.wording import counted, listed, name_of, paragraph
from rmatch.errors import InvalidInputError
from rmatch.parameters import check_count
from rmatch.problem import Problem
from rmatch.viewer import Viewer

if TYPE_CHECKING:
    from rmatch.matching import Matching
    from rmatch.people import Person

#: Six sessions in six months, as the reverse mentoring agreement of the NHS in Yorkshire and the
#: Humber has it.
SESSIONS = 6


@dataclass(frozen=True)
class LearningObjective:
    """One goal that the partner can help with; levels now, agreed on, wanted, and the teacher's.

    ``weight`` is the goal's share of the learner's open goals by importance, ``order`` when to turn
    to it, and ``sessions`` how many of the pair's sessions to plan for it.
    """

    order: int
    learner: Any
    teacher: Any
    skill: str
    now: float
    agreed: float
    target: float
    teacher_level: float
    weight: float
    sessions: int


@dataclass(frozen=True)
class Agreement(Answer):
    """The learning objectives of a pair. ``open`` are goals of each that the other cannot teach."""

    mentor: Any
    mentee: Any
    names: tuple[str, str]
    sessions: int
    objectives: tuple[LearningObjective, ...]
    open_mentee: tuple[str, ...]
    open_mentor: tuple[str, ...]

    def rows(self) -> list[dict[str, Any]]:
        """Return one record for each objective, in order."""
        return [plain(vars(objective)) for objective in self.objectives]

    @property
    def words(self) -> str:
        said = []
        for learner, teacher, person in (
            (self.names[1], self.names[0], self.mentee),
            (self.names[0], self.names[1], self.mentor),
        ):
            own = [each for each in self.objectives if each.learner == person]
            goals = [f"{_to(each)} {_when(each)}" for each in own]
            if goals:
                said.append(f"{learner} learns from {teacher}: {listed(goals)}")
        for learner, missing in (
            (self.names[1], self.open_mentee),
            (self.names[0], self.open_mentor),
        ):
            if missing:
                said.append(f"Somebody else has to help {learner} with {listed(missing)}")
        return (
            paragraph(said) or f"{listed(self.names)} have no goals that the other can help with."
        )

    def to_markdown(self) -> str:
        """Return the agreement as one page of Markdown, to be filled in and signed."""
        mentor, mentee = (_markdown(name) for name in self.names)
        number = counted(self.sessions, "session")
        lines = [
            "# Learning agreement",
            "",
            f"Between **{mentor}** (mentor) and **{mentee}** (mentee), {number}.",
            "",
            "| Order | Who learns | Skill | Level now | Agreed level | Goal | Sessions |",
            "| --- | --- | --- | --- | --- | --- | --- |",
        ]
        lines += [
            "| " + " | ".join(_markdown(cell) for cell in self._cells(each)) + " |"
            for each in self.objectives
        ]
        lines += ["", *(f"- {_markdown(line)}" for line in self._closing()), ""]
        return "\n".join(lines)

    def to_html(self) -> str:
        """Return the agreement as one page of HTML, everything escaped (§C14)."""
        head = ("Order", "Who learns", "Skill", "Level now", "Agreed level", "Goal", "Sessions")
        columns = "".join(f'<th scope="col">{name}</th>' for name in head)
        rows = "".join(
            "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in self._cells(each)) + "</tr>"
            for each in self.objectives
        )
        closing = "".join(f"<li>{escape(line)}</li>" for line in self._closing())
        mentor, mentee = (escape(name) for name in self.names)
        return (
            '<!doctype html><html lang="en"><head><meta charset="utf-8">'
            "<title>Learning agreement</title></head><body><h1>Learning agreement</h1>"
            f"<p>Between <strong>{mentor}</strong> (mentor) and <strong>{mentee}</strong> "
            f"(mentee), {counted(self.sessions, 'session')}.</p>"
            f"<table><thead><tr>{columns}</tr></thead><tbody>{rows}</tbody></table>"
            f"<ul>{closing}</ul></body></html>"
        )

    def _cells(self, each: LearningObjective) -> tuple[str, ...]:
        learner = self.names[1] if each.learner == self.mentee else self.names[0]
        levels = (f"{level:g}" for level in (each.now, each.agreed, each.target))
        return (str(each.order), learner, each.skill, *levels, str(each.sessions))

    def _closing(self) -> list[str]:
        lines = [
            f"Not part of this agreement, for {name}: {listed(missing)}"
            for name, missing in (
                (self.names[1], self.open_mentee),
                (self.names[0], self.open_mentor),
            )
            if missing
        ]
        return [
            *lines,
            "What is said stays between the two; either may end the pair without giving a reason.",
            "Date and signatures:",
        ]


def agreement(
    matching: Matching,
    mentor: Any,
    mentee: Any,
    *,
    sessions: int = SESSIONS,
    viewer: str | Viewer = "owner",
) -> Agreement:
    """Return a pair's learning objectives; see :meth:`Matching.agreement`."""
    who = Viewer.named(viewer)
    check_count("sessions", sessions)
    problem = matching.problem
    if not isinstance(problem, Problem):
        raise InvalidInputError("a ready-made matrix has no goals; agreement() needs rosters")
    row, col = row_of(matching, "mentor", mentor), row_of(matching, "mentee", mentee)
    if not ((matching.rows == row) & (matching.cols == col)).any():
        raise InvalidInputError(f"{mentor!r} and {mentee!r} are not a pair of this matching")
    one, other = problem.mentors.person(row), problem.mentees.person(col)
    # What the mentee came for goes first, then what flows back.
    planned = [(other, one, lesson) for lesson in lessons(one, other)]
    planned += [(one, other, lesson) for lesson in lessons(other, one)]
    shares = _shares(
        np.array([lesson.share * lesson.covered for _, _, lesson in planned]), sessions
    )
    objectives = tuple(
        _objective(order, learner, teacher, lesson, count)
        for order, ((learner, teacher, lesson), count) in enumerate(
            zip(planned, shares, strict=True), 1
        )
    )
    return Agreement(
        mentor,
        mentee,
        (name_of(matching, "mentor", row, who), name_of(matching, "mentee", col, who)),
        sessions,
        objectives,
        _missing(other, objectives),
        _missing(one, objectives),
    )


def _objective(
    order: int, learner: Person, teacher: Person, lesson: Lesson, sessions: int
) -> LearningObjective:
    return LearningObjective(
        order,
        learner.id,
        teacher.id,
        lesson.skill,
        lesson.now,
        lesson.reached,
        lesson.target,
        lesson.teacher,
        lesson.share,
        sessions,
    )


def _missing(person: Person, objectives: tuple[LearningObjective, ...]) -> tuple[str, ...]:
    """Return the open goals that are in no objective of this person."""
    planned = {each.skill for each in objectives if each.learner == person.id}
    return tuple(skill for skill in open_goals(person) if skill not in planned)


def _shares(weights: np.ndarray[Any, Any], sessions: int) -> list[int]:
    """Divide sessions by weight with largest remainders; one each first, as far as they go."""
    counts = np.zeros(len(weights), dtype=np.int64)
    counts[: min(sessions, len(weights))] = 1
    left = sessions - int(counts.sum())
    if left and len(weights):
        exact = weights / weights.sum() * left
        counts += np.floor(exact).astype(np.int64)
        rest = sessions - int(counts.sum())
        counts[np.argsort(-(exact - np.floor(exact)), kind="stable")[:rest]] += 1
    return [int(count) for count in counts]


def _when(each: LearningObjective) -> str:
    return f"in {counted(each.sessions, 'session')}" if each.sessions else "if time allows"


def _to(each: LearningObjective) -> str:
    if each.now == 0 and each.agreed == 1:
        return each.skill  # presence only
    short = f" (the goal is {each.target:g})" if each.agreed < each.target else ""
    return f"{each.skill} from level {each.now:g} to {each.agreed:g}{short}"


def _markdown(text: str) -> str:
    """Return text that Markdown shows as it is, also inside a table."""
    for character in "\\`*_[]<>#|":
        text = text.replace(character, f"\\{character}")
    return " ".join(text.split())
