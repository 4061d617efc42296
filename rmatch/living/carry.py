"""What a solved programme tells about today's: who is unchanged, and where a repair can begin."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import repeat
from typing import TYPE_CHECKING

import numpy as np

from rmatch.columns import Categories, Numbers, Ragged, share_labels
from rmatch.forms import Exceptions
from rmatch.repricing import Repricing, among, marked, merged
from rmatch.rules import NotPrevious

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from rmatch.candidates import Bounds
    from rmatch.columns import Column
    from rmatch.living.tilt import Tilted
    from rmatch.matching import Matching
    from rmatch.people import Roster
    from rmatch.pricing import Basis
    from rmatch.problem import Problem

    Bools = NDArray[np.bool_]
    Ints = NDArray[np.int64]
    Places = NDArray[np.intp]

#: Where more than one person in so many is new or changed, solving anew is as fast.
_FEW = 8


@dataclass(frozen=True, eq=False)
class Carried:
    """Today's positions of the people of a solved programme, and whose data are as they were.

    ``basis`` and ``chosen`` are of the earlier matching. ``banned`` are keys (mentee * mentors +
    mentor) of pairs that were possible and are not to come back.
    """

    basis: Basis
    chosen: tuple[Places, Places]
    mentor: Places  # today's position of each earlier mentor, -1 where they left
    mentee: Places
    same_mentors: Bools  # of today's people
    same_mentees: Bools
    banned: Ints

    @cached_property
    def unchanged(self) -> Places:
        """Which of the earlier pairs are of unchanged people, and may come back."""
        return self._stay(self.mentor[self.chosen[0]], self.mentee[self.chosen[1]])

    @cached_property
    def _unchanged_keys(self) -> Ints:
        """The same pairs by today's positions, as mentee * mentors + mentor."""
        rows, cols = (each[self.unchanged] for each in self.chosen)
        return self.mentee[cols] * len(self.same_mentors) + self.mentor[rows]

    def gains(self, rows: Places, cols: Places) -> tuple[Bools, Ints]:
        """Say which of today's pairs are among these, and what each of them gains."""
        pool, mentees = self.basis.pool, len(self.same_mentees)
        one, other = (each[self.unchanged] for each in self.chosen)
        known = self.mentor[one] * mentees + self.mentee[other]  # nearly in order, as pairs are
        order = np.argsort(known, kind="stable")
        known, asked = known[order], rows * mentees + cols
        found = among(asked, known)
        at = order[np.searchsorted(known, asked[found])]
        one, other = one[at], other[at]
        gain = np.zeros(len(asked), np.int64)
        gain[found] = pool.gain[np.searchsorted(pool.keys, other * pool.shape[0] + one)]
        return found, gain

    def _stay(self, rows: Places, cols: Places) -> Places:
        """Return which pairs are of unchanged people, and may come back."""
        at = np.flatnonzero((rows >= 0) & (cols >= 0))
        at = at[self.same_mentors[rows[at]] & self.same_mentees[cols[at]]]
        return at[~among(cols[at] * len(self.same_mentors) + rows[at], self.banned)]

    def repair(self, tilted: Tilted) -> Repricing:
        """Return the repair of the earlier optimum into that of a tilted problem of today."""
        mentors, scale = tilted.shape[0], tilted.scale
        pool = self.basis.pool
        rows, cols = self.mentor[pool.mentor], self.mentee[pool.mentee]
        stay = self._stay(rows, cols)
        keys = (cols * mentors + rows)[stay]
        order = np.argsort(keys, kind="stable")  # quick where people stand in their old order
        keys, gain = keys[order], pool.gain[stay][order]
        own = np.sort(tilted.cols * mentors + tilted.rows)
        return Repricing(
            tilted,
            keys,
            gain * scale + tilted.extra * marked(keys, own),
            np.sort(self._unchanged_keys),
            _placed(self.basis.prices.mentor * scale, self.mentor, mentors),
            _placed(self.basis.prices.mentee * scale, self.mentee, tilted.shape[1]),
            _placed(self.basis.margin * scale, self.mentee, tilted.shape[1]),
            merged(own, tilted.locks[1] * mentors + tilted.locks[0]),
        )

    @property
    def new(self) -> tuple[Places, Places]:
        """Mentors and mentees who are new, or whose data changed."""
        return np.flatnonzero(~self.same_mentors), np.flatnonzero(~self.same_mentees)


def carried(before: Matching, now: Problem, plain: Bounds) -> Carried | None:
    """Return what a matching tells about today's problem, ``None`` where that is too little.

    Scores and rules have to be the same, but for pairs that must not come back. Minimums and seats
    make prices depend on the number of people, so nothing is carried over with them.
    """
    from rmatch.problem import Problem

    old, basis = before.problem, before.basis
    if basis is None or not isinstance(old, Problem):
        return None
    added = now.pair_rules[len(old.pair_rules) :]
    if now.pair_rules[: len(old.pair_rules)] != old.pair_rules or now.score != old.score:
        return None
    if not all(isinstance(rule, NotPrevious) for rule in added):
        return None
    for bounds in (old.bounds, plain):
        if bounds.seats is not None or bounds.mentor_least.any() or bounds.mentee_least.any():
            return None
    was, here = old.as_drawn, now.as_drawn
    if was.problem is here.problem:  # people only left
        everybody = was.problem.shape
        mentor, same_mentors = _fewer(was.mentors, here.mentors, everybody[0])
        mentee, same_mentees = _fewer(was.mentees, here.mentees, everybody[1])
    else:
        mentor, same_mentors = _people(old.mentors, now.mentors)
        mentee, same_mentees = _people(old.mentees, now.mentees)
    for place, same, earned, bonus in (
        (mentor, same_mentors, old.bounds.mentor_bonus, plain.mentor_bonus),
        (mentee, same_mentees, old.bounds.mentee_bonus, plain.mentee_bonus),
    ):
        there = place[place >= 0]
        same[there] &= earned[place >= 0] == bonus[there]
    fresh = int((~same_mentors).sum() + (~same_mentees).sum())
    if fresh * _FEW > sum(now.shape):
        return None
    forms = [rule.shape(now.mentors, now.mentees).form for rule in added]
    banned = [f.mentees * now.shape[0] + f.mentors for f in forms if isinstance(f, Exceptions)]
    return Carried(
        basis,
        (before.rows, before.cols),
        mentor,
        mentee,
        same_mentors,
        same_mentees,
        np.sort(np.concatenate([np.zeros(0, np.int64), *banned])),
    )


def _placed(prices: Ints, place: Places, people: int) -> Ints:
    """Return prices at today's positions; 0 for who is new, and gets one from the repair."""
    today = np.zeros(people, np.int64)
    today[place[place >= 0]] = prices[place >= 0]
    return today


def _fewer(old: Places, new: Places, everybody: int) -> tuple[Places, Bools]:
    """Return what ``_people`` does for people drawn from the same ones, in their order."""
    place = np.full(everybody, -1, dtype=np.intp)
    place[new] = np.arange(len(new))
    return place[old], np.ones(len(new), dtype=bool)


def _people(old: Roster, new: Roster) -> tuple[Places, Bools]:
    """Return where each earlier person stands today, and who of today was there just the same."""
    place = np.fromiter(map(new._index.get, old.ids, repeat(-1)), np.intp, len(old))
    before, now = np.flatnonzero(place >= 0), place[place >= 0]
    equal = np.full(len(now), old.scale == new.scale)
    for name in {*old.columns, *new.columns} - {"id"}:
        one, other = old.columns.get(name), new.columns.get(name)
        if one is not None and other is not None and type(one) is type(other):
            equal &= _equal(*share_labels(one.take(before), other.take(now)))
            continue
        for column, at in ((one, before), (other, now)):
            if column is not None:
                equal &= ~column.known[at]
    same = np.zeros(len(new), dtype=bool)
    same[now] = equal
    return place, same


def _equal(one: Column, other: Column) -> Bools:
    """Say for each person whether two columns of the same labels hold the same."""
    if isinstance(one, Numbers) and isinstance(other, Numbers):
        return _alike(one.values, other.values)
    if isinstance(one, Categories) and isinstance(other, Categories):
        same: Bools = one.codes == other.codes
        return same
    assert isinstance(one, Ragged)
    assert isinstance(other, Ragged)
    equal: Bools = one.counts == other.counts
    left, right = one.take(np.flatnonzero(equal)), other.take(np.flatnonzero(equal))
    alike = (left.codes == right.codes) & _alike(left.values, right.values)
    alike &= _alike(left.weights, right.weights)
    wrong = np.bincount(left.rows[~alike], minlength=len(left)) > 0
    equal[np.flatnonzero(equal)[wrong]] = False
    return equal


def _alike(one: NDArray[np.float64], other: NDArray[np.float64]) -> Bools:
    both: Bools = (one == other) | (np.isnan(one) & np.isnan(other))
    return both
