"""Before any solving: is there a mentor for every goal, and who has nobody to be matched with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import scipy.sparse as sp
from scipy.sparse.csgraph import maximum_flow

from rmatch.answers.answer import Answer, plain
from rmatch.answers.masks import masks
from rmatch.answers.wording import counted, listed, paragraph
from rmatch.parameters import check_keywords
from rmatch.problem import Problem
from rmatch.scoring.coverage import TeachingCoverage, levels_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from rmatch.objectives import Objective
    from rmatch.problem import Rule
    from rmatch.scoring.base import ScorePart

    Bools = NDArray[np.bool_]
    Floats = NDArray[np.float64]

_SHOWN = 3


@dataclass(frozen=True)
class SkillNeed:
    """Supply and demand of one skill, all under the rules.

    ``wanting`` mentees have it as an open goal, up to ``target``; ``able`` mentors, with
    ``places`` in all and levels up to ``level``, are above at least one of them whom they may
    teach. ``served`` is the most mentees who could be taught it at once, ``shortfall`` the rest.
    """

    skill: str
    wanting: int
    target: float
    able: int
    places: int
    level: float | None
    served: int
    shortfall: int


@dataclass(frozen=True)
class Stranded:
    """Somebody with no eligible partner, and the rules each of which alone stands in the way.

    Where no rule alone does, ``rules`` is empty: several forbid every pair together.
    """

    person: Any
    side: str
    rules: tuple[str, ...]


@dataclass(frozen=True)
class Suitability:
    """How much rests on one mentor.

    ``goals`` counts the open goals that this mentor may teach, each divided by the number of
    mentors who may teach it: 1 for a goal nobody else can help with. Over all mentors it adds up
    to the number of goals that anybody can help with.
    """

    mentor: Any
    eligible: int
    goals: float
    trained: bool | None


@dataclass(frozen=True)
class Invitation:
    """Somebody who did not sign up: open goals, levels missing, goals that a mentor could teach."""

    person: Any
    goals: int
    levels: float
    teachable: int


@dataclass(frozen=True)
class Readiness(Answer):
    """What a programme can hope for before it is solved."""

    mentors: int
    mentees: int
    eligible_pairs: int
    skills: tuple[SkillNeed, ...]
    stranded: tuple[Stranded, ...]
    suitability: tuple[Suitability, ...]
    invitations: tuple[Invitation, ...] = ()

    def rows(self) -> list[dict[str, Any]]:
        """Return one record for each skill, the largest shortfall first."""
        return [plain(vars(need)) for need in self.skills]

    @property
    def words(self) -> str:
        pairs = self.mentors * self.mentees
        who = f"{counted(self.mentors, 'mentor')} and {counted(self.mentees, 'mentee')}"
        said = [f"{who}: all rules allow {self.eligible_pairs} of {counted(pairs, 'pair')}"]
        short = [need for need in self.skills if need.shortfall]
        said += [_short(need) for need in short[:_SHOWN]]
        if len(short) > _SHOWN:
            said.append(f"{counted(len(short) - _SHOWN, 'more skill')} fall short too")
        if not short and self.skills:
            said.append("Every goal could be taught to everybody who has it, one skill at a time")
        for side in ("mentee", "mentor"):
            left = [each for each in self.stranded if each.side == side]
            if left:
                said.append(_left(side, left))
        if self.suitability and self.suitability[0].goals > 0:
            first = self.suitability[0]
            said.append(
                f"Most rests on {first.mentor}, who may teach {counted(first.eligible, 'mentee')}"
            )
        if self.invitations:
            names = [str(each.person) for each in self.invitations[:_SHOWN]]
            said.append(f"Worth inviting, for the levels they miss: {listed(names)}")
        return paragraph(said)

    def plot(self, ax: Any = None) -> Any:
        """Draw supply and demand of each skill, see :func:`rmatch.plots.skill_supply`."""
        from rmatch.plots import skill_supply

        return skill_supply(self, ax)


def readiness(
    mentors: Any,
    mentees: Any,
    *,
    rules: Sequence[Rule] = (),
    score: Sequence[ScorePart] | None = None,
    objective: str | Objective = "total_score",
    not_signed_up: Any = None,
    **reading: Any,
) -> Readiness:
    """Return supply and demand per skill, stranded people and whom to invite, before any solving.

    Parameters
    ----------
    mentors, mentees, rules, score, objective, reading
        As in :func:`rmatch.match`.
    not_signed_up
        People like mentees who did not sign up; those who miss most come first.

    Raises
    ------
    InvalidInputError
        Naming every bad row at once, as :func:`rmatch.match` does.

    Examples
    --------
    >>> import rmatch
    >>> from rmatch.rules import SeniorityGap
    >>> mentors = [{"id": "m-1", "level": 2, "skills": "AI:4"}]
    >>> mentees = [
    ...     {"id": "s-1", "level": 6, "goals": "AI:4"},
    ...     {"id": "s-2", "level": 2, "goals": "AI:3"},
    ... ]
    >>> print(rmatch.readiness(mentors, mentees, rules=[SeniorityGap(2)]))
    1 mentor and 2 mentees: all rules allow 1 of 2 pairs. AI: 2 mentees want it, but \
only 1 could be taught it at once, by 1 mentor with 1 place. 1 mentee has no eligible mentor: \
s-2 (“the mentee is at least 2 levels above the mentor”). Most rests on m-1, who may teach 1 mentee.
    """
    from rmatch.reading import Reading, read_sides

    check_keywords(readiness, reading, Reading)
    left, right = read_sides(mentors, mentees, **reading)
    problem = Problem.of(left, right, rules=rules, score=score, objective=objective)
    invited: tuple[Invitation, ...] = ()
    if not_signed_up is not None:
        teachers, others = read_sides(mentors, not_signed_up, **reading)
        # Only rules and goals count here; those who did not sign up said little else. Rules know
        # all others already, as those who did are among their managers too.
        asked = Problem.of(teachers, others, rules=problem.rules, score=[TeachingCoverage()])
        invited = _invitations(asked)
    return of_problem(problem, invited)


def of_problem(problem: Problem, invitations: tuple[Invitation, ...] = ()) -> Readiness:
    """Return the readiness of a problem that is already there."""
    allowed, sole = _permissions(problem)
    places = problem.bounds.mentor_most
    needs, resting = [], np.zeros(len(problem.mentors))
    for skill, able, target, levels in _teaching(problem, allowed):
        needs.append(_need(skill, able, target, levels, places, problem.bounds.mentee_most))
        teachers = able.sum(axis=0)
        shares = np.divide(1.0, teachers, out=np.zeros(len(teachers)), where=teachers > 0)
        resting += able @ shares
    trained = [person.trained for person in problem.mentors]
    suits = [
        Suitability(problem.mentors.ids[row], int(allowed[row].sum()), float(resting[row]), done)
        for row, done in enumerate(trained)
    ]
    return Readiness(
        *problem.shape,
        int(allowed.sum()),
        tuple(sorted(needs, key=lambda need: (-need.shortfall, -need.wanting, need.skill))),
        (
            *_stranded(problem, "mentee", allowed, sole),
            *_stranded(problem, "mentor", allowed, sole),
        ),
        tuple(sorted(suits, key=lambda suit: -suit.goals)),
        invitations,
    )


def _permissions(problem: Problem) -> tuple[Bools, list[tuple[str, Bools]]]:
    """Return the allowed pairs, and for each rule that may be named those it alone forbids."""
    everybody = slice(None), slice(None)
    rules = problem.pair_rules
    _, two, each = masks(problem, rules, *everybody)
    forbidding = np.zeros(two.shape, dtype=np.int16)
    for mask in each:
        forbidding += ~mask
    sole = [
        (rule.describe(), two & ~mask & (forbidding == 1))
        for rule, mask in zip(rules, each, strict=True)
        if not rule.private
    ]
    return problem.block(*everybody)[1], sole


def _teaching(problem: Problem, allowed: Bools) -> list[tuple[str, Bools, Floats, Floats]]:
    """Return, for each wanted skill: who may teach whom, the targets, and the mentors' levels.

    Columns are all mentees; those who do not want the skill have nobody and target NaN.
    """
    goals, skills = problem.mentees.ragged("goals"), problem.mentors.ragged("skills")
    now = levels_of(problem.mentees.ragged("skills"), goals)
    is_open = goals.values > now
    found = []
    for code in np.unique(goals.codes[is_open]).tolist():
        wanted, held = is_open & (goals.codes == code), skills.codes == code
        start = np.full(len(problem.mentees), np.inf)
        target = np.full(len(problem.mentees), np.nan)
        start[goals.rows[wanted]] = now[wanted]
        target[goals.rows[wanted]] = goals.values[wanted]
        level = np.full(len(problem.mentors), -np.inf)
        level[skills.rows[held]] = skills.values[held]
        able = allowed & (level[:, None] > start[None, :])
        found.append((goals.labels[code], able, target, level))
    return found


def _need(
    skill: str,
    able: Bools,
    target: Floats,
    levels: Floats,
    places: NDArray[np.int64],
    most: NDArray[np.int64],
) -> SkillNeed:
    wanting = int((~np.isnan(target)).sum())
    teachers = able.any(axis=1)
    served = _served(able, places, most)
    return SkillNeed(
        skill,
        wanting,
        float(np.nanmax(target)),
        int(teachers.sum()),
        int(places[teachers].sum()),
        float(levels[teachers].max()) if teachers.any() else None,
        served,
        wanting - served,
    )


def _served(able: Bools, places: NDArray[np.int64], most: NDArray[np.int64]) -> int:
    """Return the most mentees who can have an able mentor at once: a maximum flow."""
    mentors, mentees = able.shape
    rows, cols = np.nonzero(able)
    if not len(rows):
        return 0
    source, sink = mentors + mentees, mentors + mentees + 1
    tails = np.concatenate([np.full(mentors, source), rows, mentors + np.arange(mentees)])
    heads = np.concatenate([np.arange(mentors), mentors + cols, np.full(mentees, sink)])
    capacity = np.concatenate([places, np.ones(len(rows)), np.minimum(most, 1)]).astype(np.int32)
    network = sp.csr_array((capacity, (tails, heads)), shape=(sink + 1, sink + 1))
    return int(maximum_flow(sp.csr_matrix(network), source, sink).flow_value)


def _stranded(
    problem: Problem, side: str, allowed: Bools, sole: list[tuple[str, Bools]]
) -> tuple[Stranded, ...]:
    axis = 1 if side == "mentor" else 0
    ids = (problem.mentors if side == "mentor" else problem.mentees).ids
    alone = [(words, np.asarray(mask.any(axis=axis))) for words, mask in sole]
    return tuple(
        Stranded(ids[row], side, tuple(words for words, blocked in alone if blocked[row]))
        for row in np.flatnonzero(~allowed.any(axis=axis)).tolist()
    )


def _invitations(problem: Problem) -> tuple[Invitation, ...]:
    """Return people by the levels they miss, with what the mentors could teach them."""
    _, allowed = problem.block(slice(None), slice(None))
    goals = problem.mentees.ragged("goals")
    missing = np.maximum(0, goals.values - levels_of(problem.mentees.ragged("skills"), goals))
    size = len(problem.mentees)
    levels = np.bincount(goals.rows, missing, minlength=size)
    number = np.bincount(goals.rows[missing > 0], minlength=size)
    teachable = np.zeros(size, dtype=np.int64)
    for _, able, _, _ in _teaching(problem, allowed):
        teachable += able.any(axis=0)
    order = np.argsort(-levels, kind="stable")
    return tuple(
        Invitation(
            problem.mentees.ids[row], int(number[row]), float(levels[row]), int(teachable[row])
        )
        for row in order[levels[order] > 0].tolist()
    )


def _short(need: SkillNeed) -> str:
    want = "mentees want" if need.wanting > 1 else "mentee wants"
    if not need.able:
        return f"{need.skill}: {need.wanting} {want} it, and no mentor may teach it"
    return (
        f"{need.skill}: {need.wanting} {want} it, but only {need.served} could be taught it at "
        f"once, by {counted(need.able, 'mentor')} with {counted(need.places, 'place')}"
    )


def _left(side: str, left: list[Stranded]) -> str:
    other = "mentor" if side == "mentee" else "mentee"
    have = f"{side} has" if len(left) == 1 else f"{side}s have"
    shown = [f"{each.person} ({_blocked(each)})" for each in left[:_SHOWN]]
    more = [f"{len(left) - _SHOWN} more"] if len(left) > _SHOWN else []
    return f"{len(left)} {have} no eligible {other}: {listed(shown + more)}"


def _blocked(stranded: Stranded) -> str:
    if not stranded.rules:
        return "several rules together"
    return listed([f"“{rule}”" for rule in stranded.rules], "or")
