"""What a solved programme tells about today's: who is unchanged, and where a repair can begin."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import repeat
from typing import TYPE_CHECKING

import numpy as np

from rmatch import kernels
from rmatch.ascending import places
from rmatch.columns import Categories, Numbers, Ragged, share_labels
from rmatch.forms import Exceptions
from rmatch.repricing import Repricing
from rmatch.rules import NotPrevious

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from rmatch.candidates import Bounds
    from rmatch.columns import Column
    from rmatch.living.tilt import Tilted
    from rmatch.matching import Matching
    from rmatch.people import Roster
    from rmatch.priced import Basis
    from rmatch.problem import Problem

    Bools = NDArray[np.bool_]
    Ints = NDArray[np.int64]
    Ints32 = NDArray[np.int32]
    Places = NDArray[np.intp]

#: Where more than one person in so many is new or changed, solving anew is as fast.
_FEW = 8


@dataclass(frozen=True, eq=False)
class Carried:
    """Today's positions of the people of a solved programme, and whose data are as they were.

    ``basis`` and ``chosen`` are of the earlier matching. ``asked`` are keys (mentee * mentors +
    mentor) of pairs that have to be judged again: they are not to come back, or were locked then,
    whatever rules said.
    """

    basis: Basis
    chosen: tuple[Places, Places]
    mentor: Places  # today's position of each earlier mentor, -1 where they left
    mentee: Places
    same_mentors: Bools  # of today's people
    same_mentees: Bools
    asked: Ints

    @cached_property
    def unchanged(self) -> Places:
        """Which of the earlier pairs are of unchanged people, and judged already."""
        return np.flatnonzero(self._place >= 0)

    @cached_property
    def _place(self) -> Places:
        """Where each earlier pair stands among the candidates carried over, -1 of others."""
        place: Places = self._edges[0][self.basis.chosen]
        return place

    @cached_property
    def _edges(self) -> tuple[Places, Ints32, Ints32, Ints]:
        """The earlier candidates of unchanged people, judged already.

        Where each of all earlier candidates stands among them, -1 for others; then their mentors,
        mentees and gains, by mentee, then mentor.
        """
        pool, mentors = self.basis.pool, len(self.same_mentors)
        place, rows, cols, gains, ascend = kernels.load("edges").carried(
            pool.mentor, pool.mentee, pool.gain, *self._still, mentors, self.asked
        )
        if not ascend:  # people do not stand in their old order
            order = np.lexsort((rows, cols))
            rows, cols, gains = rows[order], cols[order], gains[order]
            place[place >= 0] = np.argsort(order)
        return place, rows, cols, gains

    def gains(self, today: Places, goes_on: Bools, pairs: int) -> tuple[Bools, Ints]:
        """Say which of so many pairs of today are ``unchanged``, and what each of them gains.

        ``today`` are the places of earlier pairs among them, where they go on.
        """
        at = self.unchanged[goes_on[self.unchanged]]
        found, gain = np.zeros(pairs, dtype=bool), np.zeros(pairs, np.int64)
        now = today[at]
        found[now], gain[now] = True, self.basis.pool.gain[self.basis.chosen[at]]
        return found, gain

    @cached_property
    def _stay(self) -> tuple[Places, Places]:
        """Who of the earlier mentors and mentees are there today."""
        return np.flatnonzero(self.mentor >= 0), np.flatnonzero(self.mentee >= 0)

    @cached_property
    def _still(self) -> tuple[Places, Places]:
        """Today's position of each earlier person who is unchanged, -1 of others."""
        mentor, mentee = self.mentor.copy(), self.mentee.copy()
        sides = zip(
            (mentor, mentee), self._stay, (self.same_mentors, self.same_mentees), strict=True
        )
        for place, there, same in sides:
            place[there[~same[place[there]]]] = -1
        return mentor, mentee

    def repair(self, legal: Places, tilted: Tilted) -> Repricing:
        """Return the repair of the earlier optimum into that of a tilted problem of today.

        ``legal`` says which of the earlier pairs those are that the problem is tilted towards.
        """
        basis, scale, (mentors, mentees) = self.basis, tilted.scale, tilted.shape
        one, other = self._stay
        _, rows, cols, gains = self._edges
        chosen, earlier = np.zeros(len(rows), dtype=bool), np.zeros(len(rows), dtype=bool)
        chosen[self._place[self.unchanged]] = True
        own, missing = self._among(legal, tilted)
        earlier[own] = True
        gain = gains * scale
        gain[own] += tilted.extra
        return Repricing(
            tilted,
            rows,
            cols,
            gain,
            chosen,
            earlier,
            _placed(basis.prices.mentor * scale, self.mentor, one, mentors),
            _placed(basis.prices.mentee * scale, self.mentee, other, mentees),
            _placed(basis.margin * scale, self.mentee, other, mentees),
            missing,
            *self.new,
        )

    def _among(self, legal: Places, tilted: Tilted) -> tuple[Places, Ints]:
        """Return where earlier pairs stand among the candidates, and keys of those who do not."""
        few = np.searchsorted(legal, len(self._place))  # others were added to the earlier matching
        own = np.full(len(legal), -1)
        own[:few] = self._place[legal[:few]]
        rest = np.flatnonzero(own < 0)
        if not len(rest):
            return own, np.zeros(0, np.int64)
        (_, rows, cols, _), mentors = self._edges, tilted.shape[0]
        keys = np.sort(tilted.cols[rest] * mentors + tilted.rows[rest])
        at, there = places(keys, cols.astype(np.int64) * mentors + rows)
        return np.concatenate([own[own >= 0], at[there]]), keys[~there]

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
        if bounds.seats is not None or bounds.has_minimums:
            return None
    was, here = old.as_drawn, now.as_drawn
    if was.problem is here.problem:  # people only left
        everybody = was.problem.shape
        mentor, same_mentors = _fewer(was.mentors, here.mentors, everybody[0])
        mentee, same_mentees = _fewer(was.mentees, here.mentees, everybody[1])
    else:
        mentor, same_mentors = _people(old.mentors, now.mentors)
        mentee, same_mentees = _people(old.mentees, now.mentees)
    if old.bounds.has_bonuses or plain.has_bonuses:
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
    asked = [f.mentees * now.shape[0] + f.mentors for f in forms if isinstance(f, Exceptions)]
    rows, cols = mentor[old.locks[0]], mentee[old.locks[1]]
    asked.append((cols * now.shape[0] + rows)[(rows >= 0) & (cols >= 0)])
    return Carried(
        basis,
        (before.rows, before.cols),
        mentor,
        mentee,
        same_mentors,
        same_mentees,
        np.sort(np.concatenate(asked)),
    )


def _placed(prices: Ints, place: Places, stay: Places, people: int) -> Ints:
    """Return prices at today's positions; 0 for who is new, and gets one from the repair."""
    today = np.zeros(people, np.int64)
    today[place[stay]] = prices[stay]
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
