"""Circles: groups of mentors with mentees, formed for the group and not by merging pairs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from rmatch.answers.answer import Answer, plain
from rmatch.answers.wording import counted, figure
from rmatch.errors import InvalidInputError, SolverError
from rmatch.forms import GRID
from rmatch.living import circle_solver
from rmatch.living.circle_check import Members, check_circles, gains_in
from rmatch.living.left_out import Unplaced, unplaced
from rmatch.living.teams import Shape, all_teams, conflicts
from rmatch.parameters import check_keywords, is_finite
from rmatch.problem import Problem
from rmatch.scoring import TeachingCoverage

if TYPE_CHECKING:
    from rmatch.objectives import Objective
    from rmatch.problem import Rule
    from rmatch.scoring.base import ScorePart
    from rmatch.solvers import Status

_SOLVERS = ("auto", "milp", "cpsat")
_OBJECTIVES = ("total_score", "coverage_first")


@dataclass(frozen=True)
class Circle:
    """One circle: who teaches, who learns, and what it is worth to each mentee.

    ``score`` is the sum of ``scores``, one for each mentee, each in [0, 1]. ``language`` and
    ``slots`` are what all members share, where that was asked for. ``reasons`` say who learns what
    from whom; ``flags`` name what could not be decided because data is missing.
    """

    mentors: tuple[str, ...]
    mentees: tuple[str, ...]
    score: float
    scores: Mapping[str, float]
    language: str | None = None
    slots: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()


@dataclass(frozen=True)
class Circles(Answer):
    """Checked circles, and everybody who is in none with the cause.

    ``objective`` is what was maximised and ``bound`` a proven limit on it, both in units of score;
    ``status`` is ``optimal`` where they are equal.
    """

    circles: tuple[Circle, ...]
    unplaced: tuple[Unplaced, ...]
    status: Status
    objective: float
    bound: float
    problem: Problem = field(repr=False, compare=False)

    @property
    def score(self) -> float:
        """The sum of the scores of all circles."""
        return sum(circle.score for circle in self.circles)

    @property
    def gap(self) -> float:
        """How far the objective may be below the best, as a share of the bound."""
        return (self.bound - self.objective) / self.bound if self.bound else 0.0

    @property
    def words(self) -> str:
        """The circles, one a line, and who is in none."""
        lines = [self.summary()]
        for number, circle in enumerate(self.circles, 1):
            shared = [*([circle.language] if circle.language else []), *circle.slots]
            lines.append(
                f"{number}. {', '.join(circle.mentors)} with {', '.join(circle.mentees)} "
                f"({figure(circle.score)}{''.join(f'; {each}' for each in shared)})"
            )
        lines += [f"{each.side} {each.id}: {each.words}" for each in self.unplaced]
        return "\n".join(lines)

    def summary(self) -> str:
        """Say in a line what was found and how it is known."""
        placed = [
            f"{sum(len(getattr(circle, side)) for circle in self.circles)} of "
            f"{len(getattr(self.problem, side))} {side}"
            for side in ("mentors", "mentees")
        ]
        known = "proven optimal" if self.gap == 0 else f"at most {self.gap:.2%} below the best"
        return (
            f"{counted(len(self.circles), 'circle')} with {' and '.join(placed)}; "
            f"score {figure(self.score)}; {known}; checked"
        )

    def rows(self) -> list[dict[str, Any]]:
        """Return one record per person in a circle: circle, side, person, score, language, slots.

        ``circle`` counts from 1; ``score`` is a mentee's, and ``None`` for mentors.
        """
        return [
            {
                "circle": number,
                "side": side,
                "person": person,
                "score": circle.scores.get(person) if side == "mentee" else None,
                "language": circle.language,
                "slots": "; ".join(circle.slots),
            }
            for number, circle in enumerate(self.circles, 1)
            for side, people in (("mentor", circle.mentors), ("mentee", circle.mentees))
            for person in people
        ]

    def to_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        return {
            "status": self.status.value,
            "objective": self.objective,
            "bound": self.bound,
            "score": self.score,
            "circles": [plain(vars(circle)) for circle in self.circles],
            "unplaced": [
                {
                    "id": each.id,
                    "side": each.side,
                    "cause": each.cause.name.lower(),
                    "words": each.words,
                    "removed_by": dict(each.removed_by),
                    "circles": list(each.circles),
                }
                for each in self.unplaced
            ],
            "words": self.words,
        }


def circles(
    mentors: Any,
    mentees: Any,
    *,
    mentors_per_circle: tuple[int, int] = (1, 3),
    mentees_per_circle: tuple[int, int] = (3, 5),
    common_language: str | None = None,
    common_slots: int = 0,
    rules: Sequence[Rule] = (),
    score: Sequence[ScorePart] | None = None,
    objective: str | Objective = "total_score",
    solver: str = "auto",
    time_limit: float = 60.0,
    seed: int | None = None,
    **reading: Any,
) -> Circles:
    r"""Form the best circles: some mentors with several mentees, everybody in at most one.

    Parameters
    ----------
    mentors, mentees, rules, score, seed, reading
        As in :func:`rmatch.match`. Pair rules hold between each mentor and each mentee of a
        circle. ``Conflicts``, ``InformationBarrier``, ``ReportingLine`` and ``Vetoes`` hold between
        all its members, whatever their role.
    mentors_per_circle, mentees_per_circle
        The least and the most of each in a circle.
    common_language
        A CEFR level, such as ``"B2"``: everybody in a circle speaks one language at that level or
        better. People who state no languages are taken to, and flagged.
    common_slots
        How many free slots (column ``slots``) everybody in a circle must have in common. People
        who state none are taken to be free, and flagged.
    objective
        ``"total_score"``, or ``"coverage_first"``: as many people in circles as possible first.
    solver
        ``"milp"`` (HiGHS), ``"cpsat"`` (OR-Tools CP-SAT, whole numbers throughout), or ``"auto"``:
        HiGHS where few teams matter, CP-SAT where many do. All prove the same optimum.
    time_limit
        Seconds after which the best circles so far are returned, with a bound.

    Notes
    -----
    A circle is worth to a mentee what its mentors can give together. Each goal counts once, with
    the mentor who teaches it best, and each other score part once, with the mentor with whom it is
    best:

    .. math:: S(C) = \sum_{j \in C} \sum_t \max_{i \in C} g_t(i, j)

    over mentees *j*, mentors *i* and the items *t* of the score (goals, other parts), in whole
    grid units. So a circle of one mentor scores what its pairs would, and a second mentor adds what
    the first lacks.

    Capacities are 1: everybody is in at most one circle; capacity 0 means no place.

    Raises
    ------
    InvalidInputError
        For bad people, sizes and options, and for what circles do not know: cohort rules, minimums
        and other objectives.

    Examples
    --------
    >>> from rmatch.living import circles
    >>> mentors = [{"id": "m1", "skills": "AI:4"}, {"id": "m2", "skills": "SQL:4"}]
    >>> mentees = [{"id": f"s{n}", "goals": "AI:4; SQL:4"} for n in range(3)]
    >>> print(circles(mentors, mentees))
    1 circle with 2 of 2 mentors and 3 of 3 mentees; score 3; proven optimal; checked
    1. m1, m2 with s0, s1, s2 (3)
    """
    from rmatch.reading import Reading, read_sides

    check_keywords(circles, reading, Reading)
    if solver not in _SOLVERS or not (is_finite(time_limit) and time_limit > 0):
        raise InvalidInputError(
            f"solver={solver!r}, time_limit={time_limit!r}; allowed are the solvers "
            f"{', '.join(map(repr, _SOLVERS))} and seconds above 0"
        )
    shape = Shape(mentors_per_circle, mentees_per_circle, common_language, common_slots)
    left, right = read_sides(mentors, mentees, **reading)
    problem = Problem.of(left, right, rules=rules, score=score, objective=objective, seed=seed)
    refuse(problem, "circles")
    teams = all_teams(problem, shape)
    bonus = 0
    if problem.objective.name == "coverage_first":
        # One more person outweighs all scores: nobody's is above the gain of a pair.
        bonus = problem.gain_limit * len(problem.mentees) + 1
    found = circle_solver.solve(
        circle_solver.Program(
            teams,
            np.where(teams.joins, teams.gain + np.int64(bonus), -1),
            np.array([bonus * len(team) for team in teams.mentors], dtype=np.int64),
            shape.mentees[0],
            shape.mentees[1],
            np.argwhere(np.triu(conflicts(problem, problem.mentees))),
            len(problem.mentors),
        ),
        solver,
        time_limit,
        seed or 0,
    )
    members = sorted(
        (
            Members(teams.mentors[team], people, teams.language[team], teams.slots[team])
            for team, people in found.circles
        ),
        key=lambda circle: circle.mentors,
    )
    violations = check_circles(problem, members, shape, bonus, found.units)
    if violations:
        raise SolverError(
            f"rmatch found a fault in its own circles and does not return them: {violations[0]} "
            f"({len(violations)} in all); please report it",
            "check failed",
        )
    return Circles(
        tuple(_circle(problem, each, shape) for each in members),
        tuple(unplaced(problem, teams, members, shape)),
        found.status,
        found.units / GRID,
        found.bound / GRID,
        problem,
    )


def refuse(problem: Problem, what: str) -> None:
    """Raise, all at once, for what is asked of pairs only and not of circles or pools."""
    wrong = []
    if problem.objective.name not in _OBJECTIVES:
        wrong.append(
            f"objective={problem.objective.name!r}; {what} know {' and '.join(_OBJECTIVES)}"
        )
    if problem.cohort_rules:
        said = ", ".join(rule.describe() for rule in problem.cohort_rules)
        wrong.append(f"{what} know pair rules only; leave out: {said}")
    if any((side.counts("minimum", 0) > 0).any() for side in (problem.mentors, problem.mentees)):
        wrong.append(
            f"{what} know no minimum of places; leave the column 'minimum' out, "
            "objective='coverage_first' places as many people as possible"
        )
    if wrong:
        raise InvalidInputError("; ".join(wrong))


# ---- in words ------------------------------------------------------------------------------------


def _circle(problem: Problem, members: Members, shape: Shape) -> Circle:
    mentors = problem.mentors.persons(members.mentors)
    mentees = problem.mentees.persons(members.mentees)
    scores, reasons = {}, []
    for mentee in mentees:
        best = gains_in(problem, mentors, mentee)
        scores[mentee.id] = sum(gain for gain, _ in best.values()) / GRID
        teaching = [part.name for part in problem.score if isinstance(part, TeachingCoverage)]
        taught = [
            f"{skill} from {mentors[place].id}"
            for (part, skill), (_, place) in sorted(best.items())
            if part in teaching
        ]
        others = [
            f"{part.replace('_', ' ')} with {mentors[place].id}"
            for (part, _), (_, place) in sorted(best.items())
            if part not in teaching
        ]
        if taught or others:
            reasons.append(f"{mentee.id}: {'; '.join([*taught, *others])}")
    flags = [
        f"{mentor.id} with {mentee.id}: {rule.describe()}"
        for mentor in mentors
        for mentee in mentees
        for rule in problem.pair_rules
        if rule.missing == "flag" and rule.holds(mentor, mentee) is None
    ]
    for person in (*mentors, *mentees):
        if shape.common_language is not None and not person.languages:
            flags.append(f"{person.id} states no languages")
        if shape.common_slots and not person.slots:
            flags.append(f"{person.id} states no slots")
    return Circle(
        tuple(person.id for person in mentors),
        tuple(person.id for person in mentees),
        sum(scores.values()),
        scores,
        members.language,
        members.slots,
        tuple(reasons),
        tuple(flags),
    )
