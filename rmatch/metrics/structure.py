"""Diversity and structure of pairs: who meets whom, and how far apart they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from rmatch.candidates import blocks
from rmatch.columns import Categories, Numbers
from rmatch.metrics.base import Measure, Measured, figure, mean, metric, present, share
from rmatch.metrics.facts import Facts
from rmatch.names import labels

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from rmatch.columns import Column
    from rmatch.people import Roster

#: Where people sit: the columns that pairs are meant to cross.
PLACES = ("department", "site", "country")
_BIRTH = ("birth_earliest", "birth_latest")
_LEVELS_UP = 2
_RANDOM_PAIRS = 1 << 20


@metric("1 - sum of squared shares, of people with a pair; and divided by its largest value")
def blau_index(facts: Facts) -> Measured:
    """0 where all are of one kind. P. M. Blau, "Inequality and Heterogeneity", 1977."""
    found = []
    for name in PLACES:
        counts = _matched_counts(facts, name)
        n, kinds = int(counts.sum()), int((counts > 0).sum())
        if n:
            index = 1 - float(((counts / n) ** 2).sum())
            found.append(Measure(index, n, of=name))
            if kinds > 1:
                found.append(Measure(index * kinds / (kinds - 1), n, of=f"{name}, normalised"))
    return found


@metric("pairs from two different ones / pairs; and that over the share among eligible pairs")
def cross_share(facts: Facts) -> Measured:
    """A ratio above 1 says that the matching, not the rules or the mix, brings people together."""
    found = []
    for name in PLACES:
        codes = _codes(facts, name)
        if codes is None:
            continue
        one, other = codes[0][facts.matching.rows], codes[1][facts.matching.cols]
        known = (one >= 0) & (other >= 0)
        crossing = share(int((one != other)[known].sum()), int(known.sum()), of=name)
        expected = _expected(facts, *codes)
        if crossing is not None:
            found.append(crossing)
            if expected:
                ratio = crossing.value / expected
                found.append(Measure(ratio, crossing.n, of=f"{name}, over eligible pairs"))
    return found


@metric("mean over pairs of the mean over fields of |difference| / range, or 0 and 1 for labels")
def pair_distance(facts: Facts) -> Measured:
    """Over level, department, site and country, as far as both people's are known.

    Beside it, Rao's Q: the same for a mentor and a mentee drawn at random from those with a pair.
    J. C. Gower, "A general coefficient of similarity", Biometrics 27, 1971; C. R. Rao, "Diversity
    and dissimilarity coefficients", Theoretical Population Biology 21, 1982.
    """
    rows, cols = facts.matching.rows, facts.matching.cols
    anyone = np.repeat(np.unique(rows), len(np.unique(cols)))
    at_random = np.tile(np.unique(cols), len(np.unique(rows)))
    if len(at_random) > _RANDOM_PAIRS:  # a fixed draw of so many is near enough
        draw = np.random.default_rng(0).integers(len(at_random), size=_RANDOM_PAIRS)
        anyone, at_random = anyone[draw], at_random[draw]
    pairs = _distances(facts, rows, cols)
    expected = _distances(facts, anyone, at_random)
    if not len(pairs):
        return None
    return present(mean(pairs), Measure(float(expected.mean()), len(expected), of="Rao's Q"))


@metric("median of the mentee's level - the mentor's level")
def level_gap(facts: Facts) -> Measured:
    """In levels; who teaches whom is ``rmatch.plots.generation_flow(matching, by="level")``."""
    gaps = _gaps(facts, ("level",))
    return None if gaps is None else figure(gaps, np.median)


@metric("median of the mentor's year of birth - the mentee's, in years; where a rule reads age")
def age_gap(facts: Facts) -> Measured:
    """Only where a rule or a score part uses age anyway. Bands count with their middle."""
    if not facts.with_people:
        return None
    readers = (*facts.problem.pair_rules, *facts.problem.score)
    used = {name for each in readers for name in each.fields}
    gaps = _gaps(facts, _BIRTH) if used & set(_BIRTH) else None
    return None if gaps is None else figure(-gaps, np.median)


@metric("steps in the tree of managers from one partner to the other: minimum and median")
def org_distance(facts: Facts) -> Measured:
    """Over pairs that a common manager joins."""
    columns = facts.columns("manager") if facts.with_people else None
    if columns is None:
        return None
    boss = _managers(facts.problem.mentors) | _managers(facts.problem.mentees)
    steps = [each for each in (_steps(boss, *pair) for pair in facts.pair_ids) if each is not None]
    if not steps:
        return None
    return present(
        Measure(float(min(steps)), len(steps), of="minimum"),
        figure(steps, np.median, of="median"),
    )


@metric("pairs without earlier contact / pairs", "contacts")
def new_ties(facts: Facts) -> Measured:
    """Contacts count in either order."""
    contacts = facts.observed.contacts or frozenset()
    known = {frozenset(labels(pair)) for pair in contacts}
    new = sum(frozenset(labels(pair)) not in known for pair in facts.pair_ids)
    return share(new, len(facts.pair_ids))


@metric("mentors of a group with a mentee at least 2 levels up / mentors of the group", "groups")
def exposure_index(facts: Facts) -> Measured:
    """Access to people of influence, by group of the audit's table."""
    columns = facts.columns("level")
    if columns is None:
        return None
    from rmatch.audit.groups import UNKNOWN, looked_at, members, read_groups

    rows, cols = facts.matching.rows, facts.matching.cols
    levels = [column.values for column in columns if isinstance(column, Numbers)]
    up = levels[1][cols] - levels[0][rows] >= _LEVELS_UP
    exposed = np.zeros(facts.size("mentors"), dtype=bool)
    exposed[rows[up]] = True
    table = read_groups(facts.observed.groups)
    return present(
        *(
            share(int(exposed[group].sum()), len(group), of=f"{name} {label}", partition=name)
            for (name, *more), labels in looked_at(table)
            if not more
            for (label,), group in members(labels, facts.ids("mentors"), (UNKNOWN,)).items()
        )
    )


# ---- what they share ----------------------------------------------------------------------------


def _codes(facts: Facts, name: str) -> tuple[NDArray[np.int32], NDArray[np.int32]] | None:
    columns = facts.columns(name)
    if columns is None or not all(isinstance(column, Categories) for column in columns):
        return None
    return columns[0].codes, columns[1].codes  # type: ignore[union-attr]


def _matched_counts(facts: Facts, name: str) -> NDArray[np.int64]:
    """Count people with a pair by label, those on both sides once."""
    codes = _codes(facts, name)
    if codes is None:
        return np.zeros(0, np.int64)
    by_id: dict[str, int] = {}
    for side, column in zip(("mentors", "mentees"), codes, strict=True):
        ids = facts.ids(side)
        by_id |= {ids[row]: column[row] for row in np.flatnonzero(facts.load[side]).tolist()}
    known = np.array([code for code in by_id.values() if code >= 0], dtype=np.int64)
    return np.bincount(known)


def _expected(facts: Facts, mentors: NDArray[np.int32], mentees: NDArray[np.int32]) -> float | None:
    """Return the share of eligible pairs, both known, from two different ones."""
    crossing = known = 0
    for rows, cols in blocks(facts.problem.shape):
        _, allowed = facts.problem.block(rows, cols)
        one, other = mentors[rows, None], mentees[None, cols]
        allowed = allowed & (one >= 0) & (other >= 0)
        known += int(allowed.sum())
        crossing += int((allowed & (one != other)).sum())
    return crossing / known if known else None


def _distances(facts: Facts, rows: NDArray[np.intp], cols: NDArray[np.intp]) -> NDArray[np.float64]:
    """Return the mean distance of some pairs over the fields that both people have."""
    columns = [facts.columns(name) for name in ("level", *PLACES)]
    found = [_distance(*each, rows, cols) for each in columns if each is not None]
    if not found or not len(rows):
        return np.zeros(0)
    table = np.array(found)
    known = ~np.isnan(table).all(axis=0)
    mean_distance: NDArray[np.float64] = np.nanmean(table[:, known], axis=0)
    return mean_distance


def _distance(
    one: Column, other: Column, rows: NDArray[np.intp], cols: NDArray[np.intp]
) -> NDArray[np.float64]:
    """Return distances on one field, in [0, 1]; NaN where one is not known."""
    if isinstance(one, Numbers) and isinstance(other, Numbers):
        every = np.concatenate([one.values, other.values])
        spread = float(np.nanmax(every) - np.nanmin(every))
        return np.abs(one.values[rows] - other.values[cols]) / (spread or 1.0)
    if isinstance(one, Categories) and isinstance(other, Categories):
        left, right = one.codes[rows], other.codes[cols]
        return np.where((left < 0) | (right < 0), np.nan, (left != right).astype(float))
    return np.full(len(rows), np.nan)


def _gaps(facts: Facts, names: tuple[str, ...]) -> NDArray[np.float64] | None:
    """Return mentee minus mentor over pairs, of the mean of some columns, where known."""
    columns = [facts.columns(name) for name in names]
    found = [each for each in columns if each is not None]
    if len(found) < len(names):
        return None
    mentors = np.mean([each[0].values for each in found], axis=0)  # type: ignore[union-attr]
    mentees = np.mean([each[1].values for each in found], axis=0)  # type: ignore[union-attr]
    gaps: NDArray[np.float64] = mentees[facts.matching.cols] - mentors[facts.matching.rows]
    return gaps[~np.isnan(gaps)]


def _managers(roster: Roster) -> dict[str, str]:
    column = roster.categories("manager")
    labels = ((person, column.label(row)) for row, person in enumerate(roster.ids))
    return {person: manager for person, manager in labels if manager is not None}


def _steps(boss: dict[str, str], one: str, other: str) -> int | None:
    """Return the steps up from one and down to the other; ``None`` without a common manager."""
    up = _chain(boss, one)
    down = _chain(boss, other)
    return min((up[each] + down[each] for each in up.keys() & down), default=None)


def _chain(boss: dict[str, str], person: str) -> dict[str, int]:
    found: dict[str, int] = {}
    at: str | None = person
    while at is not None and at not in found:  # a circle of managers ends where it began
        found[at] = len(found)
        at = boss.get(at)
    return found
