"""Teams: every group of mentors that could lead a circle, who could join it, and what that gains.

Once the mentors of a circle are known, what it is worth to a mentee does not depend on the other
mentees. So all circles are all teams, each with a free choice of mentees.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import comb
from typing import TYPE_CHECKING, Any

import numpy as np

from rmatch.errors import InvalidInputError, UnsupportedFeatureError
from rmatch.fields import CEFR
from rmatch.parameters import is_whole
from rmatch.rules import Conflicts, InformationBarrier, ReportingLine, Vetoes
from rmatch.scoring import TeachingCoverage
from rmatch.scoring.coverage import coverage_features

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from rmatch.people import Roster
    from rmatch.problem import Problem

    Bools = NDArray[np.bool_]
    Ints = NDArray[np.int32]

#: Teams times mentees, beyond which the figures of all teams would not fit into memory.
MOST_CELLS = 1 << 27

#: Safety rules that look the same from both sides: they hold between all members of a circle.
_BETWEEN_ALL = (Conflicts, InformationBarrier, ReportingLine, Vetoes)


@dataclass(frozen=True)
class Shape:
    """What every circle must be like: how many mentors and mentees, and what all of them share."""

    mentors: tuple[int, int]
    mentees: tuple[int, int]
    common_language: str | None = None
    common_slots: int = 0

    def __post_init__(self) -> None:
        wrong = [
            f"{name}={value!r}; give (least, most), whole numbers with 1 <= least <= most"
            for name, value in (
                ("mentors_per_circle", self.mentors),
                ("mentees_per_circle", self.mentees),
            )
            if not _is_range(value)
        ]
        if self.common_language is not None and self.common_language not in CEFR:
            wrong.append(f"common_language={self.common_language!r}; allowed are {', '.join(CEFR)}")
        if not (is_whole(self.common_slots) and self.common_slots >= 0):
            wrong.append(f"common_slots={self.common_slots!r}; a whole number of at least 0")
        if wrong:
            raise InvalidInputError("; ".join(wrong))


def _is_range(value: Any) -> bool:
    """Say whether a value is (least, most), whole numbers with 1 <= least <= most."""
    return (
        isinstance(value, Sequence)
        and len(value) == 2
        and all(map(is_whole, value))
        and 1 <= value[0] <= value[1]
    )


@dataclass(frozen=True, eq=False)
class Teams:
    """All teams, and with each the language and the slots that all members of its circle share.

    A team is there once for each choice of language and slots that another choice does not include.
    """

    mentors: tuple[tuple[int, ...], ...]  # (teams,)
    language: tuple[str | None, ...]
    slots: tuple[tuple[str, ...], ...]
    joins: Bools  # (teams, mentees) who could join
    gain: Ints  # (teams, mentees) what that would gain, in whole grid units

    def __len__(self) -> int:
        return len(self.mentors)


def all_teams(problem: Problem, shape: Shape) -> Teams:
    """Return every team that at least the least number of mentees could join."""
    everybody = slice(None), slice(None)
    _, allowed = problem.block(*everybody)
    bounds = problem.counts
    allowed &= np.outer(bounds.mentor_most > 0, bounds.mentee_most > 0)
    apart = conflicts(problem, problem.mentors)
    _check_size(allowed, shape)
    items = _items(problem)
    speaks = _languages(problem, shape)
    free = _slots(problem, shape)
    found: list[tuple[tuple[int, ...], str | None, tuple[str, ...]]] = []
    joins: list[Bools] = []
    gains: list[Ints] = []
    for size in range(shape.mentors[0], shape.mentors[1] + 1):
        groups = np.array(list(combinations(range(len(allowed)), size)), dtype=np.intp)
        groups = groups.reshape(-1, size)
        for one, other in combinations(range(size), 2):
            groups = groups[~apart[groups[:, one], groups[:, other]]]
        may: Bools = np.asarray(allowed[groups].all(axis=1))
        keep = may.sum(axis=1) >= shape.mentees[0]
        groups, may = groups[keep], may[keep]
        gain = _gains(items, groups, may.shape)
        for team, mask, value in zip(groups, may, gain, strict=True):
            for language, slots, who in _sharing(team, mask, speaks, free, shape):
                found.append((tuple(team.tolist()), language, slots))
                joins.append(who)
                gains.append(value)
        if len(found) * allowed.shape[1] > MOST_CELLS:
            raise _too_many(f"{len(found):,}", allowed.shape[1])
    mentees = len(problem.mentees)
    return Teams(
        tuple(team for team, _, _ in found),
        tuple(language for _, language, _ in found),
        tuple(slots for _, _, slots in found),
        np.array(joins, dtype=bool).reshape(-1, mentees),
        np.array(gains, dtype=np.int32).reshape(-1, mentees),
    )


def conflicts(problem: Problem, roster: Roster) -> Bools:
    """Return which people of one side must not sit in a circle together."""
    everybody = slice(None), slice(None)
    apart = np.zeros((len(roster), len(roster)), dtype=bool)
    for rule in problem.pair_rules:
        if isinstance(rule, _BETWEEN_ALL):
            apart |= ~rule.form(roster, roster).block(*everybody)
    np.fill_diagonal(apart, False)
    return apart | apart.T


def _check_size(allowed: Bools, shape: Shape) -> None:
    mentors, mentees = allowed.shape
    teams = sum(comb(mentors, size) for size in range(shape.mentors[0], shape.mentors[1] + 1))
    if teams * mentees > MOST_CELLS:
        raise _too_many(f"{teams:,}", mentees)


def _too_many(teams: str, mentees: int) -> UnsupportedFeatureError:
    return UnsupportedFeatureError(
        f"{teams} possible teams of mentors for {mentees:,} mentees are too many to weigh up "
        f"(teams x mentees may be {MOST_CELLS:,}); allow fewer mentors per circle with "
        "mentors_per_circle=, or form circles for each site or language alone"
    )


# ---- what a team is worth ------------------------------------------------------------------------


def _items(problem: Problem) -> list[Ints]:
    """Return for each mentee the (mentors, items) gains: each goal an item, and each other part."""
    everybody = slice(None), slice(None)
    others, taught = [], []
    for part, weight in zip(problem.score, problem.weights, strict=True):
        if weight == 0:
            continue
        if isinstance(part, TeachingCoverage):
            has, gains = coverage_features(problem.mentors, problem.mentees, weight)
            _, features, levels = problem.mentors.ragged("skills").features
            taught.append((has, gains, features // max(len(levels), 1)))
        else:
            others.append(part.form(problem.mentors, problem.mentees, weight).block(*everybody))
    items = []
    for mentee in range(len(problem.mentees)):
        columns = [gain[:, mentee, None].astype(np.int32) for gain in others]
        for has, gains, skill in taught:
            row = gains[[mentee]]
            wanted, goal = np.unique(skill[row.indices], return_inverse=True)
            by_goal = np.zeros((len(row.indices), len(wanted)), dtype=np.int32)
            by_goal[np.arange(len(row.indices)), goal] = row.data
            columns.append(np.asarray(has[:, row.indices] @ by_goal, dtype=np.int32))
        none = np.zeros((len(problem.mentors), 0), dtype=np.int32)
        items.append(np.hstack([none, *columns]))
    return items


def _gains(items: list[Ints], groups: NDArray[np.intp], shape: tuple[int, ...]) -> Ints:
    """Return (teams, mentees): for each item of a mentee, the mentor of the team it is best with.

    A team of one mentor gains what the pair would.
    """
    gain = np.zeros(shape, dtype=np.int32)
    for mentee, item in enumerate(items):
        gain[:, mentee] = item[groups].max(axis=1).sum(axis=1)
    return gain


# ---- what all members share ----------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class _Shared:
    """Who of each side has each label; people who state none are taken to have all."""

    labels: tuple[str, ...]
    mentors: Bools  # (mentors, labels)
    mentees: Bools  # (mentees, labels)


def _shared(problem: Problem, column: str, least: float) -> _Shared:
    if not (problem.mentors.has(column) or problem.mentees.has(column)):
        raise InvalidInputError(
            f"circles are to share {column}, and nobody has the column {column!r}; "
            "add it, or leave the wish out"
        )
    sides = []
    for roster in (problem.mentors, problem.mentees):
        ragged = roster.ragged(column)
        enough = np.zeros((len(roster), len(ragged.labels)), dtype=bool)
        keep = ragged.values >= least
        enough[ragged.rows[keep], ragged.codes[keep]] = True
        sides.append(enough | ~ragged.known[:, None])
    return _Shared(problem.mentors.ragged(column).labels, sides[0], sides[1])


def _languages(problem: Problem, shape: Shape) -> _Shared | None:
    if shape.common_language is None:
        return None
    return _shared(problem, "languages", CEFR.index(shape.common_language) + 1)


def _slots(problem: Problem, shape: Shape) -> _Shared | None:
    return _shared(problem, "slots", 0) if shape.common_slots else None


def _sharing(
    team: NDArray[np.intp],
    joins: Bools,
    speaks: _Shared | None,
    free: _Shared | None,
    shape: Shape,
) -> Iterator[tuple[str | None, tuple[str, ...], Bools]]:
    """Yield each language and slots the team can offer, with those who could join then."""
    options = [
        (language, slots, joins & able & present)
        for language, able in _choices(team, speaks, 1 if speaks else 0)
        for slots, present in _choices(team, free, shape.common_slots)
    ]
    options = [each for each in options if each[2].sum() >= shape.mentees[0]]
    for place, (language, slots, who) in enumerate(options):
        # An option is left out where another lets the same people join, and maybe more.
        if not any(
            (who <= other).all() and (at < place or other.sum() > who.sum())
            for at, (_, _, other) in enumerate(options)
            if at != place
        ):
            yield (language[0] if language else None), slots, who


def _choices(
    team: NDArray[np.intp], shared: _Shared | None, number: int
) -> Iterator[tuple[tuple[str, ...], Bools | np.bool_]]:
    """Yield each choice of labels that all of the team have, and which mentees have them too."""
    if shared is None:
        yield (), np.True_
        return
    common = np.flatnonzero(shared.mentors[team].all(axis=0))
    for labels in combinations(common.tolist(), number):
        yield tuple(shared.labels[at] for at in labels), shared.mentees[:, labels].all(axis=1)
