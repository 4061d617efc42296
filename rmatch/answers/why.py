"""Why two people are a pair, and who else would have come next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from rmatch.answers.answer import Answer
from rmatch.answers.effect import Effect, effect_of
from rmatch.answers.moves import Move, moves_of, spoken
from rmatch.answers.people import Lesson, lessons, line, open_goals, other_reasons, row_of, side_of
from rmatch.answers.residual import NO_WAY
from rmatch.answers.wording import counted, figure, listed, name_of, paragraph, shortened
from rmatch.errors import InvalidInputError
from rmatch.parameters import check_count
from rmatch.problem import Problem
from rmatch.viewer import Viewer

if TYPE_CHECKING:
    from rmatch.matching import Matching


@dataclass(frozen=True)
class Option(Answer):
    """A partner somebody could have instead (or, with several places, as well).

    ``score`` is the pair's own; ``cost`` what the whole programme's objective would lose, exactly;
    ``moves`` who else would change.
    """

    partner: Any
    name: str
    score: float
    cost: float
    effect: Effect
    moves: tuple[Move, ...] = ()

    @property
    def words(self) -> str:
        return f"{self.name} ({figure(self.score)} as a pair): {because(self.effect, self.moves)}"


def because(effect: Effect, moves: tuple[Move, ...]) -> str:
    """Return what a choice does to the total, and to whom."""
    if not moves:
        return effect.words
    if effect.objective == 0:
        return f"{effect.words}; {spoken(moves)}"
    return f"{effect.words}, as {spoken(moves)}"


@dataclass(frozen=True)
class Alternatives(Answer):
    """The next best partners of one person, the cheapest for the programme first."""

    person: Any
    side: str
    name: str
    partners: tuple[str, ...]
    options: tuple[Option, ...]
    told: bool = True

    @property
    def words(self) -> str:
        other = "mentee" if self.side == "mentor" else "mentor"
        if not self.told:
            return f"Which other {other}s are possible is shown to those who run the programme."
        now = (
            f"{self.name} has {listed(self.partners)}"
            if self.partners
            else (f"{self.name} has no {other}")
        )
        if not self.options:
            return f"{now}, and nobody else could be chosen."
        lines = [f"{at}. {option.words}." for at, option in enumerate(self.options, 1)]
        return "\n".join([f"{now}. The next best {other}s:", *lines])

    def rows(self) -> list[dict[str, Any]]:
        return [
            {
                "person": self.person,
                "partner": option.partner,
                "score": option.score,
                "cost": option.cost,
                "moves": spoken(option.moves),
            }
            for option in self.options
        ]


@dataclass(frozen=True)
class Why(Answer):
    """Why a pair was chosen: what each teaches the other, what else fits, who came next.

    ``worth`` is what the objective would lose without the pair, exactly, and ``without`` the same
    as people and score; ``None`` where the pair cannot be done without, or where the objective is
    not told as people and score. A participant is shown neither numbers nor other people.
    """

    mentor: Any
    mentee: Any
    names: tuple[str, str]
    score: float | None
    parts: Mapping[str, float]
    teaches: tuple[Lesson, ...]
    returns: tuple[Lesson, ...]
    goals: tuple[int, int]  # open goals of the mentee, of the mentor
    not_covered: tuple[str, ...]
    others: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    worth: float | None = None
    without: Effect | None = None
    next_mentor: Option | None = None
    next_mentee: Option | None = None

    @property
    def words(self) -> str:
        mentor, mentee = self.names
        said = [*_taught(mentor, mentee, self.teaches, self.goals[0], self.not_covered)]
        if self.returns:
            said.append(f"In return, {mentee} can help {mentor} with {_phrases(self.returns)}")
        if self.others:
            said.append(f"Also in their favour: {_other_words(self.others)}")
        if self.score is not None:
            said.append(_scored(self.score, self.parts))
            said += self._rivals()
        return paragraph(said)

    def _rivals(self) -> list[str]:
        mentor, mentee = self.names
        said = []
        if self.without is not None:
            same = "another matching would be just as good"
            said.append(f"Without this pair, {self.without.words if self.worth else same}")
        for who, other, option in (
            (mentee, "mentor", self.next_mentor),
            (mentor, "mentee", self.next_mentee),
        ):
            if option is not None:
                said.append(f"The next best {other} for {who} would be {option.words}")
        return said


def why(matching: Matching, mentor: Any, mentee: Any, viewer: str | Viewer = "owner") -> Why:
    """Return why two people are a pair of this matching; see :meth:`Matching.why`."""
    who = Viewer.named(viewer)
    row, col = row_of(matching, "mentor", mentor), row_of(matching, "mentee", mentee)
    at = np.flatnonzero((matching.rows == row) & (matching.cols == col))
    if not len(at):
        raise InvalidInputError(
            f"{mentor!r} and {mentee!r} are not a pair; ask why_not({mentor!r}, {mentee!r})"
        )
    names = (name_of(matching, "mentor", row, who), name_of(matching, "mentee", col, who))
    facts = _facts(matching, row, col, who)
    if who.participates:
        return Why(mentor, mentee, names, None, {}, **facts)
    parts = _parts(matching, int(at[0]), who)
    unit = matching.problem.unit
    if not matching.problem.objective.told_as_score:
        return Why(mentor, mentee, names, int(matching.gains[at[0]]) * unit, parts, **facts)
    without = matching._what_if.forbid(row, col)
    return Why(
        mentor,
        mentee,
        names,
        int(matching.gains[at[0]]) * unit,
        parts,
        **facts,
        worth=None if without is None else without.cost * unit,
        without=None if without is None else effect_of(matching, -without.cost),
        next_mentor=next(iter(options(matching, "mentee", col, 1, who)), None),
        next_mentee=next(iter(options(matching, "mentor", row, 1, who)), None),
    )


def alternatives(
    matching: Matching,
    person: Any,
    n: int = 3,
    *,
    side: str | None = None,
    viewer: str | Viewer = "owner",
) -> Alternatives:
    """Return somebody's next best partners; see :meth:`Matching.alternatives`."""
    who = Viewer.named(viewer)
    check_count("n", n)
    place, row = side_of(matching, person, side)
    name = name_of(matching, place, row, who)
    if who.participates:
        return Alternatives(person, place, name, (), (), told=False)
    if place == "mentor":
        partners = [
            name_of(matching, "mentee", c, who) for c in matching.cols[matching.rows == row]
        ]
    else:
        partners = [
            name_of(matching, "mentor", r, who) for r in matching.rows[matching.cols == row]
        ]
    found = options(matching, place, row, n, who)
    return Alternatives(person, place, name, tuple(partners), found)


def options(
    matching: Matching, side: str, person: int, n: int, viewer: Viewer
) -> tuple[Option, ...]:
    """Return the ``n`` partners that cost the programme least, ties by score, then by order."""
    engine = matching._what_if
    gains, allowed = line(matching, side, person)
    if side == "mentor":
        costs = engine.costs_for_mentor(person, gains)
        allowed[matching.cols[matching.rows == person]] = False
    else:
        costs = engine.costs_for_mentee(person, gains)
        allowed[matching.rows[matching.cols == person]] = False
    open_to = np.flatnonzero(allowed & (costs < NO_WAY))
    best = open_to[np.lexsort((-gains[open_to], costs[open_to]))[:n]]
    found = []
    for other in best.tolist():
        row, col = (person, other) if side == "mentor" else (other, person)
        change = engine.force(row, col, int(gains[other]))
        assert change is not None  # its cost is known
        ids = matching.mentee_ids if side == "mentor" else matching.mentor_ids
        partner_side = "mentee" if side == "mentor" else "mentor"
        unit = matching.problem.unit
        found.append(
            Option(
                ids[other],
                name_of(matching, partner_side, other, viewer),
                int(gains[other]) * unit,
                change.cost * unit,
                effect_of(matching, -change.cost),
                moves_of(matching, change, viewer, asked=(row, col)),
            )
        )
    return tuple(found)


def _parts(matching: Matching, at: int, viewer: Viewer) -> dict[str, float]:
    """Return the parts of a pair's score; those of private rules are one sum without a name."""
    parts = matching.pairs[at].parts
    problem = matching.problem
    if not isinstance(problem, Problem):
        return dict(parts)
    named = {part.name for part in problem.score if viewer.may_weigh(part)}
    shown = {name: value for name, value in parts.items() if name in named}
    rest = sum(value for name, value in parts.items() if name not in named)
    return {**shown, "other": rest} if len(shown) < len(parts) else shown


def _facts(matching: Matching, row: int, col: int, viewer: Viewer) -> dict[str, Any]:
    """Return what the two people can give each other."""
    problem = matching.problem
    if not isinstance(problem, Problem):
        return {"teaches": (), "returns": (), "goals": (0, 0), "not_covered": (), "others": {}}
    mentor, mentee = problem.mentors.person(row), problem.mentees.person(col)
    teaches, wanted = lessons(mentor, mentee), open_goals(mentee)
    taught = {lesson.skill for lesson in teaches}
    return {
        "teaches": teaches,
        "returns": lessons(mentee, mentor),
        "goals": (len(wanted), len(open_goals(mentor))),
        "not_covered": tuple(skill for skill in wanted if skill not in taught),
        "others": other_reasons(matching, mentor, mentee, viewer),
    }


def _taught(
    mentor: str, mentee: str, teaches: tuple[Lesson, ...], goals: int, missing: tuple[str, ...]
) -> list[str]:
    if not goals:
        return []
    if not teaches:
        return [f"{mentor} can teach none of the goals of {mentee}"]
    said = [f"{mentor} can teach {mentee} {_phrases(teaches)}"]
    if missing:
        stays = "stays" if len(missing) == 1 else "stay"
        said.append(
            f"That is {len(teaches)} of {counted(goals, 'goal')}; {shortened(missing)} {stays} open"
        )
    elif goals > 1:
        said.append(f"That is {'both' if goals == 2 else f'all {goals}'} of {mentee}'s goals")
    return said


def _phrases(taught: tuple[Lesson, ...]) -> str:
    return shortened([lesson.words for lesson in taught])


def _other_words(others: Mapping[str, tuple[str, ...]]) -> str:
    return listed(
        [f"{name.replace('_', ' ')} ({listed(list(words))})" for name, words in others.items()]
    )


def _scored(score: float, parts: Mapping[str, float]) -> str:
    told = [
        f"{figure(value)} from {name.replace('_', ' ')}"
        for name, value in sorted(parts.items(), key=lambda part: -part[1])
        if value
    ]
    if len(told) < 2:
        return f"The pair scores {figure(score)}"
    return f"The pair scores {figure(score)}: {listed(told)}"
