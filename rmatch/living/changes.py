"""What changed from one matching to the next, each change with its reason, in words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from rmatch.answers.wording import figure, listed, shortened
from rmatch.ascending import among, places
from rmatch.candidates import of_pairs
from rmatch.problem import Problem

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from rmatch.matching import Matching

    Ids = tuple[str, str]
    Bools = NDArray[np.bool_]
    Places = NDArray[np.intp]


class Reason(Enum):
    """Why an earlier pair does not go on."""

    LEFT = "left"  # one of the two, or both
    DECLINED = "declined"
    LAPSED = "lapsed"
    ENDED = "ended"
    SAFETY = "safety rule"
    RULE = "rule"
    GIVEN_UP = "given up"  # it could have gone on


@dataclass(frozen=True)
class EarlierPair:
    """An earlier pair, and why it cannot go on: ``None`` where it can.

    ``by`` names those who left, or the rules; a rule that is not disclosed is "".
    """

    mentor: str
    mentee: str
    reason: Reason | None = None
    by: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Named(Sequence[tuple[str, str]]):
    """Pairs by their ids, each named when it is asked for."""

    rows: Places
    cols: Places
    mentors: tuple[str, ...]
    mentees: tuple[str, ...]

    @classmethod
    def of(cls, matching: Matching) -> Named:
        """Return the pairs of a matching."""
        return cls(matching.rows, matching.cols, matching.mentor_ids, matching.mentee_ids)

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, at: Any) -> Any:
        if isinstance(at, slice):
            return Named(self.rows[at], self.cols[at], self.mentors, self.mentees)
        return self.mentors[self.rows[at]], self.mentees[self.cols[at]]

    def __iter__(self) -> Iterator[Ids]:
        """Name all of them."""
        mentors = map(self.mentors.__getitem__, self.rows.tolist())
        return zip(mentors, map(self.mentees.__getitem__, self.cols.tolist()), strict=True)


@dataclass(frozen=True, eq=False)
class Earlier:
    """The earlier pairs: ids, today's positions (-1 for who left), and what bars some of them."""

    pairs: Sequence[Ids]
    rows: Places
    cols: Places
    barred: dict[int, EarlierPair]

    @cached_property
    def legal_at(self) -> Places:
        """Which of the pairs may go on."""
        return np.delete(np.arange(len(self.pairs)), list(self.barred))

    def among(self, matching: Matching) -> tuple[Places, Bools]:
        """Return where the pairs stand among those of a matching of today, and which do."""
        mentees = matching.problem.shape[1]
        old = self.rows * mentees + self.cols
        old[(self.rows < 0) | (self.cols < 0)] = -1
        return places(old, matching.rows * mentees + matching.cols)


@dataclass(frozen=True)
class Ended:
    """An earlier pair that does not go on, and why."""

    mentor: str
    mentee: str
    reason: Reason
    words: str


class Cause(Enum):
    """Why somebody's partners change."""

    ENDED = "pair ended"  # it could not go on
    MOVED = "moved"  # for somebody else, or for a better whole
    JOINED = "joined"
    WAITED = "had nobody"  # or had a free place


@dataclass(frozen=True)
class Change:
    """Somebody whose partners change.

    A change is told by its mentee; a mentor is listed only if left with nobody. ``moves`` is the
    number of pairs given up in the chain of changes that this one belongs to.
    """

    person: str
    side: str
    was: tuple[str, ...]
    now: tuple[str, ...]
    cause: Cause
    moves: int
    words: str


def changes_of(
    before: Problem | None, matching: Matching, earlier: Earlier, still: tuple[Places, Bools]
) -> tuple[tuple[Ended, ...], tuple[Change, ...]]:
    """Return the pairs ended and everybody who changes, from what ``earlier.among`` says."""
    at, goes_on = still
    left = np.flatnonzero(~goes_on).tolist()
    gone = {
        earlier.pairs[at]: earlier.barred.get(at)
        or EarlierPair(*earlier.pairs[at], Reason.GIVEN_UP)
        for at in left
    }
    is_new = np.ones(len(matching), dtype=bool)
    is_new[at[goes_on]] = False
    fresh = np.flatnonzero(is_new)
    rows, cols, problem = matching.rows[fresh], matching.cols[fresh], matching.problem
    assert isinstance(problem, Problem)
    new = tuple(zip(problem.mentors.named(rows), problem.mentees.named(cols), strict=True))
    where = _places(gone, earlier.rows[left], earlier.cols[left])
    where |= _places(new, rows, cols)
    ended = tuple(_ended(pair) for pair in gone.values())
    told = _Story(before, matching, gone, new, where)
    return ended, told.changes()


def _places(pairs: Iterable[Ids], rows: Places, cols: Places) -> dict[Ids, int]:
    """Return today's positions of the people of pairs, by side and id."""
    places: dict[Ids, int] = {}
    for (mentor, mentee), row, col in zip(pairs, rows.tolist(), cols.tolist(), strict=True):
        places["mentors", mentor], places["mentees", mentee] = row, col
    return places


def _ended(pair: EarlierPair) -> Ended:
    assert pair.reason is not None
    return Ended(
        pair.mentor, pair.mentee, pair.reason, f"{pair.mentor} with {pair.mentee}: {_why(pair)}"
    )


def _why(pair: EarlierPair) -> str:
    """Say why a pair does not go on."""
    if pair.reason is Reason.LEFT:
        return f"{listed(pair.by)} left"
    if pair.reason in (Reason.SAFETY, Reason.RULE):
        named = [f"“{name}”" for name in pair.by if name]
        if not named:
            return "not eligible any more" if pair.mentor != pair.mentee else "one person"
        kind = "the safety rule " if pair.reason is Reason.SAFETY else ""
        return f"{kind}{listed(named)} forbids the pair now"
    if pair.reason is Reason.GIVEN_UP:
        return "given up for a better whole"
    assert pair.reason is not None
    return f"the pair {'lapsed' if pair.reason is Reason.LAPSED else f'was {pair.reason.value}'}"


@dataclass(frozen=True, eq=False)
class _Story:
    """The pairs that go and those that come, and the chains they form."""

    before: Problem | None
    matching: Matching
    gone: dict[Ids, EarlierPair]
    new: tuple[Ids, ...]
    places: dict[Ids, int]  # today's position of everybody in them by side and id, -1 who left

    def changes(self) -> tuple[Change, ...]:
        """Return everybody who changes, chain by chain."""
        found: list[Change] = []
        for chain in self._chains():
            found += self._chain(chain)
        return tuple(found)

    def _chains(self) -> list[list[Ids]]:
        """Return the changed pairs in connected parts, in the order in which pairs went.

        Importing a library for graphs would take longer than the whole re-match.
        """
        pairs = (*self.gone, *self.new)
        beside: dict[Ids, list[Ids]] = {}
        for mentor, mentee in pairs:
            one, other = ("mentors", mentor), ("mentees", mentee)
            beside.setdefault(one, []).append(other)
            beside.setdefault(other, []).append(one)
        part: dict[Ids, int] = {}
        for number, first in enumerate(beside):
            waiting = [first]
            while waiting:
                person = waiting.pop()
                if person not in part:
                    part[person] = number
                    waiting += beside[person]
        chains: dict[int, list[Ids]] = {}
        for pair in pairs:
            chains.setdefault(part["mentors", pair[0]], []).append(pair)
        return list(chains.values())

    def _chain(self, chain: list[Ids]) -> list[Change]:
        part = set(chain)
        gone = {pair: why for pair, why in self.gone.items() if pair in part}
        new = [pair for pair in self.new if pair in part]
        link = _Chain(self, gone, new)
        mentees = dict.fromkeys(mentee for _, mentee in (*gone, *new))
        mentors = dict.fromkeys(mentor for mentor, _ in gone)
        told = [*map(link.of_mentee, mentees), *map(link.of_mentor, mentors)]
        return [change for change in told if change is not None]

    def here(self, side: str, person: str) -> bool:
        """Say whether somebody is on a side today."""
        return self.places[side, person] >= 0

    def teaches(self, mentor: str) -> bool:
        """Say whether a mentor who is here has a pair."""
        return self.places["mentors", mentor] in self.teaching

    @cached_property
    def teaching(self) -> frozenset[int]:
        """Today's positions of mentors in these pairs who have a pair."""
        here = np.array([at for (side, _), at in self.places.items() if side == "mentors"])
        return frozenset(here[among(here, self.matching.rows)].tolist())  # rows ascend

    def joined(self, side: str, person: str) -> bool:
        """Say whether somebody was not there before, as far as that is known."""
        known = None if self.before is None else getattr(self.before, side)
        return known is not None and person not in known._index


@dataclass(frozen=True, eq=False)
class _Chain:
    """One connected part of all changes."""

    story: _Story
    gone: dict[Ids, EarlierPair]
    new: list[Ids]

    def of_mentee(self, mentee: str) -> Change | None:
        """Return what changes for a mentee who is here."""
        if not self.story.here("mentees", mentee):
            return None
        lost = self._lost["mentees", mentee]
        got = tuple(self._got["mentees", mentee])
        forced = [pair for pair in lost if pair.reason is not Reason.GIVEN_UP]
        if forced:
            cause, head = Cause.ENDED, listed([_of_partner(pair, pair.mentor) for pair in forced])
        elif lost:
            cause, head = Cause.MOVED, self._moves(mentee, lost, got)
        elif self.story.joined("mentees", mentee):
            cause, head = Cause.JOINED, "joined"
        else:
            cause, head = Cause.WAITED, "had a free place"
        tail = "" if cause is Cause.MOVED else f"; {self._next(got)}{self._others(mentee)}"
        was = tuple(pair.mentor for pair in lost)
        return Change(
            mentee, "mentee", was, got, cause, len(self.given_up), f"{mentee}: {head}{tail}"
        )

    def of_mentor(self, mentor: str) -> Change | None:
        """Return what changes for a mentor who is here and has nobody left."""
        if not self.story.here("mentors", mentor) or self.story.teaches(mentor):
            return None
        lost = self._lost["mentors", mentor]
        moved = all(pair.reason is Reason.GIVEN_UP for pair in lost)
        head = listed([_of_partner(pair, pair.mentee) for pair in lost])
        words = f"{mentor}: {head}; nobody was next"
        was = tuple(pair.mentee for pair in lost)
        cause = Cause.MOVED if moved else Cause.ENDED
        return Change(mentor, "mentor", was, (), cause, len(self.given_up), words)

    @cached_property
    def _lost(self) -> defaultdict[tuple[str, str], list[EarlierPair]]:
        """The pairs that everybody loses, by side and id."""
        lost = defaultdict(list)
        for pair in self.gone.values():
            lost["mentors", pair.mentor].append(pair)
            lost["mentees", pair.mentee].append(pair)
        return lost

    @cached_property
    def _got(self) -> defaultdict[tuple[str, str], list[str]]:
        """Everybody's new partners, by side and id."""
        got = defaultdict(list)
        for mentor, mentee in self.new:
            got["mentors", mentor].append(mentee)
            got["mentees", mentee].append(mentor)
        return got

    @cached_property
    def given_up(self) -> tuple[EarlierPair, ...]:
        """The pairs of the chain that could have gone on."""
        return tuple(pair for pair in self.gone.values() if pair.reason is Reason.GIVEN_UP)

    def _next(self, got: tuple[str, ...]) -> str:
        if not got:
            return "nobody was next"
        new = [mentor for mentor in got if self.story.joined("mentors", mentor)]
        if len(new) == len(got):
            return f"{listed(got)} joined"
        return f"{listed(got)} {'was' if len(got) == 1 else 'were'} next"

    def _others(self, mentee: str) -> str:
        movers = {pair.mentee for pair in self.given_up} - {mentee}
        if not movers:
            return ", nobody else moves"
        return f", {shortened(sorted(movers), 3)} {'moves' if len(movers) == 1 else 'move'} for it"

    def _moves(self, mentee: str, lost: list[EarlierPair], got: tuple[str, ...]) -> str:
        """Say from whom to whom somebody moves, and for whom or what."""
        left = [pair.mentor for pair in lost]
        words = f"goes from {listed(left)} to {listed(got)}" if got else f"gives up {listed(left)}"
        takers = [
            f"{other} gets {mentor}"
            for mentor in left
            for other in self._got["mentors", mentor]
            if other != mentee
        ]
        if takers:
            return f"{words}, as {listed(takers)}"
        gain = self._gain()
        if not got and gain is not None and gain < 0:  # fewer places, a lock, a rule on all pairs
            return f"{words}, as the limits allow no more"
        return words if gain is None else f"{words}; the change brings {figure(gain)} in all"

    def _gain(self) -> float | None:
        """Return what the chain brings in score; ``None`` where a pair of it has no score today."""
        if len(self.given_up) < len(self.gone):
            return None
        return self._score(self.new) - self._score(list(self.gone))

    def _score(self, pairs: list[Ids]) -> float:
        problem, places = self.story.matching.problem, self.story.places
        rows = np.array([places["mentors", mentor] for mentor, _ in pairs], dtype=np.intp)
        cols = np.array([places["mentees", mentee] for _, mentee in pairs], dtype=np.intp)
        return int(of_pairs(problem, rows, cols)[0].sum()) * problem.unit


def _of_partner(pair: EarlierPair, partner: str) -> str:
    """Say why a pair does not go on, to one of the two about the other."""
    if pair.reason is Reason.LEFT:
        return f"{partner} left"
    if pair.reason is Reason.GIVEN_UP:
        return f"{partner} moved"
    return f"{partner}, {_why(pair)}" if pair.reason in _RULES else f"{_why(pair)} ({partner})"


_RULES = (Reason.SAFETY, Reason.RULE)
