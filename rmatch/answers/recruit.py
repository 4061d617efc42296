"""Whom to recruit: what one more mentor should bring, and whose extra place is worth most."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from rmatch.answers.answer import Answer, plain
from rmatch.answers.effect import Effect, effect_of
from rmatch.answers.people import check_matching
from rmatch.answers.residual import NO_WAY
from rmatch.answers.whatif import FromPrices
from rmatch.answers.wording import listed, name_of, paragraph
from rmatch.columns import Categories, Numbers, Ragged, empty_like
from rmatch.errors import InvalidInputError, UnsupportedFeatureError
from rmatch.parameters import check_count
from rmatch.people import Roster
from rmatch.problem import Problem
from rmatch.sides import align
from rmatch.viewer import Viewer

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from rmatch.columns import Column
    from rmatch.matching import Matching

#: What a newcomer does not take over from the mentor they are modelled on.
_OWN = ("name", "goals", "interests", "values", "preferences", "vetoes", "needs", "manager")

#: At most so many kinds of present mentors serve as models, the most frequent first.
_MODELS = 40
_PROFILES_AT_ONCE = 1024


@dataclass(frozen=True)
class Profile:
    """One more mentor: a skill at the lowest level that brings this gain, and where they fit in.

    Everything else (site, languages, seniority, hours ...) is as with ``like``, a present mentor.
    ``level`` is ``None`` where skills have no levels. ``gain`` is what the objective gains,
    exactly; ``effect`` the same as people and score.
    """

    skill: str
    level: float | None
    like: Any
    site: str | None
    languages: tuple[str, ...]
    gain: float
    effect: Effect

    @property
    def words(self) -> str:
        """The newcomer in a phrase."""
        at = "" if self.level is None else f" at level {self.level:g}"
        place = f", in {self.site}" if self.site else ""
        speaks = f", speaking {listed(self.languages)}" if self.languages else ""
        return f"a mentor who brings {self.skill}{at}{place}{speaks}"


@dataclass(frozen=True)
class Hire:
    """The best newcomer after those before, and what a solve with all of them finds."""

    profile: Profile
    mentees: int
    score: float
    effect: Effect


@dataclass(frozen=True)
class Place:
    """What one more place of a present mentor would bring the objective, exactly."""

    mentor: Any
    name: str
    gain: float
    effect: Effect


@dataclass(frozen=True)
class Recruiting(Answer):
    """Whom to recruit: the best newcomers one after the other, each skill's best, extra places."""

    mentees: int
    matched: int
    hires: tuple[Hire, ...]
    skills: tuple[Profile, ...]
    places: tuple[Place, ...]

    def rows(self) -> list[dict[str, Any]]:
        """Return one record for each skill: what one mentor with it would bring at best."""
        return [plain(vars(profile)) for profile in self.skills]

    @property
    def words(self) -> str:
        said = [f"Now {self.matched} of {self.mentees} mentees have a mentor"]
        if not self.hires:
            said.append("No mentor with a single skill would raise the total")
        for at, hire in enumerate(self.hires):
            start = "Most would be gained by" if at == 0 else "Next would be"
            reached = f"{hire.mentees} of {self.mentees} mentees matched"
            said.append(f"{start} {hire.profile.words}: {hire.effect.words}, with {reached}")
        worth = [place for place in self.places if place.gain > 0]
        if worth:
            said.append(
                f"Of the present mentors, one more place is worth most with {worth[0].name}: "
                f"{worth[0].effect.words}"
            )
        else:
            said.append("One more place of a present mentor would bring nothing")
        return paragraph(said)


def recruit(matching: Matching, n: int = 3, *, viewer: str | Viewer = "owner") -> Recruiting:
    """Return what up to ``n`` more mentors should bring, one after the other, for the most gain.

    A newcomer brings one skill at one level, and is otherwise like one of the present mentors.
    What each of thousands of such profiles would bring is read from the dual prices, exactly (one
    shortest path prices them all); each chosen one is then added and the problem solved again.

    Parameters
    ----------
    matching
        A proven optimum of rosters by ``"total_score"`` or ``"coverage_first"``.
    n
        The most mentors to recruit, at least 1; fewer are named where more would bring nothing.
    viewer
        "owner" or "auditor".

    Raises
    ------
    InvalidInputError
        For a participant, a count below 1, and a ready-made matrix, which has no skills.
    UnsupportedFeatureError
        For other objectives, cohort rules, and what is not proven optimal.

    Examples
    --------
    >>> import rmatch
    >>> matching = rmatch.match(
    ...     [{"id": "m-1", "skills": "AI:4", "site": "Oslo"}],
    ...     [{"id": "s-1", "goals": "AI:4"}, {"id": "s-2", "goals": "Python:3"}],
    ... )
    >>> print(rmatch.recruit(matching, n=1))
    Now 1 of 2 mentees have a mentor. Most would be gained by a mentor who brings Python at \
level 3, in Oslo: the total would rise by 1, with 2 of 2 mentees matched. One more place of a \
present mentor would bring nothing.
    """
    check_matching("recruit", matching)
    who = Viewer.named(viewer)
    if who.participates:
        raise InvalidInputError("recruit() is for viewer='owner' or viewer='auditor'")
    check_count("n", n)
    if not isinstance(matching.problem, Problem):
        raise InvalidInputError("a ready-made matrix has no skills; recruit() needs rosters")
    worth = _engine(matching).extra_mentor_places
    places = [
        Place(
            matching.mentor_ids[row],
            name_of(matching, "mentor", row, who),
            int(worth[row]) * matching.problem.unit,
            effect_of(matching, int(worth[row])),
        )
        for row in np.argsort(-worth, kind="stable").tolist()
    ]
    hires: list[Hire] = []
    first: tuple[Profile, ...] = ()
    now = matching
    for _ in range(n):
        found = _best(now)
        first = first or tuple(profile for profile, _ in found)
        if not found or found[0][0].gain <= 0:
            break
        profile, newcomer = found[0]
        after = _with(now, newcomer)
        hires.append(Hire(profile, len(np.unique(after.cols)), after.score, profile.effect))
        now = after
    matched = len(np.unique(matching.cols))
    return Recruiting(len(matching.mentee_ids), matched, tuple(hires), first, tuple(places))


def _engine(matching: Matching) -> FromPrices:
    engine = matching._what_if
    problem = matching.problem
    joined = isinstance(problem, Problem) and problem.cohort_rules
    if joined or not isinstance(engine, FromPrices):
        raise UnsupportedFeatureError(
            "recruit() reads the dual prices, which exist only for a proven optimum without rules "
            "over many pairs; leave those rules out, or solve with solver='auto'"
        )
    return engine


def _best(matching: Matching) -> list[tuple[Profile, Roster]]:
    """Return each skill's best profile with its newcomer, the best first."""
    problem, engine = matching.problem, _engine(matching)
    assert isinstance(problem, Problem)
    newcomers, skill, level = _newcomers(problem)
    if not len(newcomers):
        return []
    others = _against(problem, newcomers)
    # The objective may pay for a person matched, and pays for a newcomer what it pays for others.
    bonus = int(problem.bounds.mentor_bonus.max(initial=0))
    ways = engine.to_hub[problem.shape[0] : engine.network.hub].copy()
    # Whoever has places for all present mentors has one for another, which takes a seat.
    spare = problem.counts.mentee_most > problem.shape[0]
    full = problem.seats is not None and len(matching.cols) >= problem.seats
    seat = engine.to_hub[engine.network.end] if full else 0
    ways[spare] = np.minimum(ways[spare], seat)
    worth = np.zeros(len(newcomers), dtype=np.int64)
    for start in range(0, len(newcomers), _PROFILES_AT_ONCE):
        rows = np.arange(start, min(start + _PROFILES_AT_ONCE, len(newcomers)))
        gains, allowed = others.block(rows, slice(None))
        best = np.where(allowed & (ways < NO_WAY), gains - np.where(ways < NO_WAY, ways, 0), -bonus)
        worth[start : start + len(rows)] = np.maximum(best.max(axis=1, initial=-bonus) + bonus, 0)
    # The most gain, then the lowest level that brings it, then the most frequent model.
    order = np.lexsort((np.arange(len(worth)), level, -worth))
    seen: set[int] = set()
    found = []
    for at in order.tolist():
        if skill[at] not in seen:
            seen.add(int(skill[at]))
            newcomer = newcomers.take(np.array([at]))
            found.append((_profile(newcomer, effect_of(matching, int(worth[at]))), newcomer))
    return found


def _against(problem: Problem, newcomers: Roster) -> Problem:
    """Return the problem with the newcomers as mentors, in their order, the mentees in theirs.

    Not checked as a whole: that newcomers have no goals of their own is no fault of the rosters.
    """
    mentors, mentees = align(newcomers, problem.mentees)
    joined = (rule.joined_by(newcomers.ids) for rule in problem.pair_rules)
    rules = tuple(rule.bound(mentors, mentees) for rule in joined)
    return Problem(mentors, mentees, rules, problem.score, problem.objective)


def _profile(newcomer: Roster, effect: Effect) -> Profile:
    person = newcomer.person(0)
    (skill, level), *_ = person.skills.items()
    like = person.id.split(" like ", 1)[1]
    known = None if newcomer.scale.presence_only else level
    return Profile(
        skill, known, like, person.site, tuple(person.languages), effect.objective, effect
    )


def _newcomers(problem: Problem) -> tuple[Roster, NDArray[np.intp], NDArray[np.float64]]:
    """Return every profile as a roster, with the code and the level of its skill."""
    mentors, goals = problem.mentors, problem.mentees.ragged("goals")
    wanted = np.unique(goals.codes)
    levels = np.unique(np.concatenate([goals.values, mentors.ragged("skills").values]))
    models = _models(mentors)
    size = len(wanted) * len(levels) * len(models)
    model = np.tile(models, len(wanted) * len(levels))
    code = np.repeat(wanted, len(levels) * len(models))
    level = np.tile(np.repeat(levels, len(models)), len(wanted))
    taken = mentors.take(model.astype(np.intp))
    ones = np.ones(size)
    columns: dict[str, Column] = {
        name: empty_like(column, size) if name in _OWN else column
        for name, column in taken.columns.items()
        if name != "id"  # that of the mentor they are like
    }
    columns["skills"] = Ragged(
        np.arange(size + 1), code.astype(np.int32), level, ones, mentors.ragged("skills").labels
    )
    columns["capacity"], columns["minimum"] = Numbers(ones), Numbers(np.zeros(size))
    turn = len(mentors)  # those hired before have other ids
    ids = tuple(f"new {turn}.{at} like {mentors.ids[row]}" for at, row in enumerate(model.tolist()))
    return Roster(ids, columns, mentors.scale), code.astype(np.intp), level


def _models(mentors: Roster) -> NDArray[np.intp]:
    """Return a mentor for each combination of what newcomers take over, the frequent ones first."""
    left_out = {*_OWN, "skills", "capacity", "minimum", "id"}
    names = [name for name in mentors.columns if name not in left_out]
    kinds: dict[str, list[int]] = {}
    for row in range(len(mentors)):
        kind = repr([_comparable(mentors.columns[name], row) for name in names])
        kinds.setdefault(kind, []).append(row)
    ranked = sorted(kinds.values(), key=lambda rows: (-len(rows), rows[0]))
    return np.array([rows[0] for rows in ranked[:_MODELS]], dtype=np.intp)


def _comparable(column: Column, row: int) -> Any:
    if isinstance(column, Numbers):
        return float(column.values[row])
    if isinstance(column, Categories):
        return int(column.codes[row])
    return list(column.entries(row))


def _with(matching: Matching, newcomer: Roster) -> Matching:
    """Solve again with one more mentor."""
    from rmatch.pipeline import solve

    problem = matching.problem
    assert isinstance(problem, Problem)
    joined = {
        name: _appended(column, newcomer.columns[name])
        for name, column in problem.mentors.columns.items()
        if name != "id"
    }
    counts = problem.mentors.counts
    for name, default in (("capacity", 1), ("minimum", 0)):
        own = counts(name, default).astype(float)
        joined[name] = Numbers(np.append(own, newcomer.numbers(name).values))
    ids = (*problem.mentors.ids, *newcomer.ids)
    rules = [rule.joined_by(newcomer.ids) for rule in problem.pair_rules]
    return solve(problem.replace(mentors=Roster(ids, joined, problem.mentors.scale), rules=rules))


def _appended(column: Column, more: Column) -> Column:
    """Return a column with one more person; both have the same labels."""
    if isinstance(column, Numbers) and isinstance(more, Numbers):
        return Numbers(np.concatenate([column.values, more.values]))
    if isinstance(column, Categories) and isinstance(more, Categories):
        return replace(column, codes=np.concatenate([column.codes, more.codes]))
    assert isinstance(column, Ragged)
    assert isinstance(more, Ragged)
    return Ragged(
        np.concatenate([column.starts, column.starts[-1] + more.starts[1:]]),
        np.concatenate([column.codes, more.codes]),
        np.concatenate([column.values, more.values]),
        np.concatenate([column.weights, more.weights]),
        column.labels,
    )
