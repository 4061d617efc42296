"""Candidates: the integer program, all that a solver ever sees."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from enum import Enum
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from rmatch.errors import InvalidInputError
from rmatch.rows import CohortRows

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from rmatch.columns import Rows
    from rmatch.forms import Bools

#: Integers up to here are exact as floats; solvers that calculate in floats are asked for no more.
FLOAT_EXACT = 1 << 53


class Feature(Enum):
    """What a problem may need of a solver."""

    CAPACITIES = "more than one pair per person on one side"
    TWO_SIDED_CAPACITIES = "more than one pair per person on both sides"
    MINIMUMS = "minimum numbers of pairs"
    SEATS = "a limit on pairs in total"
    COVERAGE = "a bonus for each person matched at all"
    LOCKS = "pairs that must be chosen"
    COHORT_ROWS = "linear rules over many pairs"
    PEOPLE_ROWS = "linear rules over who is matched at all, where people may have several pairs"
    BIG_NUMBERS = "totals beyond 2**53"
    BIG_COSTS = "gains, minimums and locks that make costs times people beyond 64 bits"
    BIG_PATHS = "gains and bonuses that add up to more than 2**58 along a path of pairs"


#: What is about the size of numbers only: no matter to those who add up no gains.
SIZES = frozenset({Feature.BIG_NUMBERS, Feature.BIG_COSTS, Feature.BIG_PATHS})
#: Prices, path lengths and bids of the sparse solver stay below this (see
#: docs/concepts/pricing.md), eight times what a path and a minimum may add up to.
LONGEST = 1 << 61


class Matchable(Protocol):
    """What candidates are drawn from: a roster problem, or a ready-made matrix."""

    @property
    def shape(self) -> tuple[int, int]:
        """Return the numbers of mentors and mentees."""
        ...

    @property
    def bounds(self) -> Bounds:
        """Return how many pairs each person may and must have: see :meth:`Bounds.clipped`."""
        ...

    @property
    def gain_limit(self) -> int:
        """Return a number that no pair's gain exceeds, nor falls below with a minus."""
        ...

    @property
    def arrival(self) -> NDArray[np.intp] | None:
        """Return the mentees in the order they were given, ``None`` where that is their order."""
        ...

    @property
    def locks(self) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Return the mentors and mentees of the pairs that must be chosen."""
        ...

    def cohort_rows(
        self, mentor: NDArray[np.int32], mentee: NDArray[np.int32]
    ) -> CohortRows | None:
        """Return the linear conditions over these edges."""
        ...

    def block(self, rows: Rows, cols: Rows) -> tuple[NDArray[np.integer], Bools]:
        """Return integer gains and permissions of a rectangle of pairs."""
        ...


@dataclass(frozen=True, eq=False)
class Bounds:
    """How many pairs each person may have, and what being matched at all is worth.

    ``mentor_bonus`` and ``mentee_bonus`` are gained once by everybody with at least one pair; the
    objective sets them, in the same units as the gains.
    """

    mentor_least: NDArray[np.int64]  # (mentors,)
    mentor_most: NDArray[np.int64]
    mentee_least: NDArray[np.int64]  # (mentees,)
    mentee_most: NDArray[np.int64]
    mentor_bonus: NDArray[np.int64]
    mentee_bonus: NDArray[np.int64]
    seats: int | None = None

    @classmethod
    def of(
        cls,
        mentor_most: NDArray[np.int64],
        mentee_most: NDArray[np.int64],
        *,
        mentor_least: NDArray[np.int64] | None = None,
        mentee_least: NDArray[np.int64] | None = None,
        seats: int | None = None,
    ) -> Bounds:
        """Return bounds without bonuses; minimums are 0 unless given."""
        none, nobody = np.zeros_like(mentor_most), np.zeros_like(mentee_most)
        return cls(
            none if mentor_least is None else mentor_least,
            mentor_most,
            nobody if mentee_least is None else mentee_least,
            mentee_most,
            none,
            nobody,
            seats,
        )

    def clipped(self) -> Bounds:
        """Return the same with nobody's most above the number of people on the other side.

        Nor are there more seats than pairs, so that all counts fit into 64 bits.
        """
        mentors, mentees = len(self.mentor_most), len(self.mentee_most)
        return replace(
            self,
            seats=None if self.seats is None else min(self.seats, mentors * mentees),
            mentor_most=np.minimum(self.mentor_most, mentees),
            mentee_most=np.minimum(self.mentee_most, mentors),
        )

    def times(self, scale: int) -> Bounds:
        """Return the same with all bonuses so many times as large."""
        if not self.has_bonuses:
            return self
        mentor, mentee = self.mentor_bonus * scale, self.mentee_bonus * scale
        return replace(self, mentor_bonus=mentor, mentee_bonus=mentee)

    @cached_property
    def has_bonuses(self) -> bool:
        """Say whether being matched is worth anything to anybody."""
        return bool(self.mentor_bonus.any() or self.mentee_bonus.any())

    @cached_property
    def has_minimums(self) -> bool:
        """Say whether anybody must have a pair."""
        return bool((self.mentor_least > 0).any() or (self.mentee_least > 0).any())

    @cached_property
    def most_pairs(self) -> int:
        """Return a limit on the number of pairs of any selection."""
        most = min(int(self.mentor_most.sum()), int(self.mentee_most.sum()))
        return most if self.seats is None else min(most, self.seats)

    def largest_total(self, gain: int) -> int:
        """Return a limit on gains and bonuses of any selection of pairs that gain no more."""
        return gain * max(self.most_pairs, 1) + self.bonuses

    @cached_property
    def bonuses(self) -> int:
        """Return the sum of all bonuses."""
        return exact_sum(self.mentor_bonus) + exact_sum(self.mentee_bonus)

    def largest_change(self, gain: int) -> int:
        """Return a limit on what one change of a selection brings, of pairs that gain no more.

        Where no row joins pairs, two selections differ by cycles in the network of the flow, each
        of which is a change by itself. A cycle passes everybody at most once and ends at two people
        of each side at most: it has at most twice as many pairs as the smaller side has people, and
        one more, and moves four bonuses.
        """
        bonus = max(int(self.mentor_bonus.max(initial=0)), int(self.mentee_bonus.max(initial=0)))
        return 2 * gain * (min(len(self.mentor_most), len(self.mentee_most)) + 1) + 4 * bonus

    def longest_path(self, gain: int) -> int:
        """Return more than one change brings, with what a minimum is worth beside it."""
        reach = self.largest_change(gain) + 1
        return 2 * reach if self.has_minimums else reach


def exact_sum(values: NDArray[np.int64]) -> int:
    """Return the sum, which may be beyond 64 bits."""
    if not values.any():
        return 0
    largest = max(int(values.max(initial=0)), -int(values.min(initial=0)))
    few = largest * len(values) < 1 << 63
    return int(values.sum()) if few else sum(values.tolist())


@dataclass(frozen=True, eq=False)
class Candidates:
    """The integer program over allowed pairs (edges), in canonical order: by mentee, then mentor.

    Maximise ``gain @ x`` plus the bonus of everybody with a pair, over ``x`` in {0, 1}, with
    everybody's number of pairs between their least and most, at most ``seats`` pairs, all
    ``locked`` edges chosen, and the cohort rows.
    """

    mentor: NDArray[np.int32]  # (edges,)
    mentee: NDArray[np.int32]  # (edges,)
    gain: NDArray[np.int64]  # (edges,)
    bounds: Bounds
    cohort: CohortRows | None = None
    arrival: NDArray[np.intp] | None = None  # mentees in the order they signed up
    locked: NDArray[np.intp] = field(default_factory=lambda: np.zeros(0, dtype=np.intp))

    def __post_init__(self) -> None:
        largest = self._largest_total
        if largest >= 1 << 62:
            raise InvalidInputError(
                f"the largest possible total is about {largest:.3g}, beyond 64-bit integers; "
                "scale the scores down"
            )

    def __len__(self) -> int:
        return len(self.gain)

    @property
    def shape(self) -> tuple[int, int]:
        """Return the numbers of mentors and mentees."""
        return len(self.bounds.mentor_most), len(self.bounds.mentee_most)

    @cached_property
    def _largest_total(self) -> int:
        """A limit on the size of the objective of any selection."""
        bounds = self.bounds
        total = bounds.largest_total(self.largest_gain)
        return total + (0 if self.cohort is None else self.cohort.dearest(bounds.most_pairs))

    @cached_property
    def largest_gain(self) -> int:
        """The size of the largest gain."""
        return max(int(self.gain.max(initial=0)), -int(self.gain.min(initial=0)))

    @cached_property
    def must(self) -> int:
        """A bonus above what any change brings, for locks and pairs up to a minimum; 0 without."""
        needed = self.bounds.has_minimums or len(self.locked)
        return self.bounds.largest_change(self.largest_gain) + 1 if needed else 0

    @cached_property
    def features(self) -> frozenset[Feature]:
        """What a solver has to handle."""
        return _features(self)

    @property
    def keys(self) -> NDArray[np.int64]:
        """Each edge as one number, mentee * mentors + mentor: ascending."""
        keys = self.mentee.astype(np.int64)
        keys *= self.shape[0]
        keys += self.mentor
        return keys

    def replace(self, **changes: Any) -> Candidates:
        """Return a copy with some fields changed."""
        kept = {"mentor", "mentee", "gain", "bounds", "cohort", "arrival", "locked"}
        return Candidates(**({name: getattr(self, name) for name in kept} | changes))

    def take(self, edges: NDArray[np.intp]) -> Candidates:
        """Return the program over some edges only (ascending), all locked ones among them."""
        return self.replace(
            mentor=self.mentor[edges],
            mentee=self.mentee[edges],
            gain=self.gain[edges],
            cohort=None if self.cohort is None else self.cohort.take(edges),
            locked=np.searchsorted(edges, self.locked),
        )

    def by_mentor(self, edges: NDArray[np.intp]) -> NDArray[np.intp]:
        """Return edges, ascending, in the order of a matching: by mentor, then mentee."""
        mentor = self.mentor[edges].astype(np.min_scalar_type(self.shape[0]))
        return edges[np.argsort(mentor, kind="stable")]  # numpy counts, where 16 bits hold them

    def pairs(self, edges: NDArray[np.intp]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Return the mentors and mentees of edges."""
        return self.mentor[edges].astype(np.intp), self.mentee[edges].astype(np.intp)

    def value(self, edges: NDArray[np.intp]) -> int:
        """Return the objective of a set of edges: gains, bonuses earned, less penalties."""
        total, bounds = int(self.gain[edges].sum()), self.bounds
        if self.cohort is None and not bounds.has_bonuses:
            return total
        mentors, mentees = (
            np.flatnonzero(np.bincount(people[edges])) for people in (self.mentor, self.mentee)
        )
        total += int(bounds.mentor_bonus[mentors].sum()) + int(bounds.mentee_bonus[mentees].sum())
        if self.cohort is not None:
            total -= int((self.cohort.penalty * self.cohort.excess(edges, mentors, mentees)).sum())
        return total


def _features(candidates: Candidates) -> frozenset[Feature]:
    bounds = candidates.bounds
    mentors_many, mentees_many = (
        bool((most > 1).any()) for most in (bounds.mentor_most, bounds.mentee_most)
    )
    cohort = candidates.cohort
    # Where a person has at most one pair, the bonus is part of the pair's gain (see ``folded``).
    bonus = (bounds.mentor_bonus[bounds.mentor_most > 1] > 0).any() or (
        bounds.mentee_bonus[bounds.mentee_most > 1] > 0
    ).any()
    dearest = max(int(each.max(initial=0)) for each in (bounds.mentor_bonus, bounds.mentee_bonus))
    cost = candidates.largest_gain + candidates.must + 2 * dearest
    needs = {
        Feature.CAPACITIES: mentors_many or mentees_many,
        Feature.TWO_SIDED_CAPACITIES: mentors_many and mentees_many,
        Feature.MINIMUMS: bounds.has_minimums,
        Feature.SEATS: bounds.seats is not None,
        Feature.COVERAGE: bool(bonus),
        Feature.LOCKS: len(candidates.locked) > 0,
        Feature.COHORT_ROWS: cohort is not None,
        Feature.PEOPLE_ROWS: cohort is not None and cohort.mentors.nnz + cohort.mentees.nnz > 0,
        Feature.BIG_NUMBERS: candidates._largest_total >= FLOAT_EXACT,
        # As OR-Tools counts: twice its nodes, three of which are no people, and three.
        Feature.BIG_COSTS: cost * 2 * (sum(candidates.shape) + 6) >= 1 << 63,
        Feature.BIG_PATHS: 8 * bounds.longest_path(candidates.largest_gain) >= LONGEST,
    }
    return frozenset(feature for feature, needed in needs.items() if needed)


def folded(candidates: Candidates) -> NDArray[np.int64]:
    """Return the gains with the bonuses of people of capacity 1 added to their pairs."""
    bounds = candidates.bounds
    mentor = np.where(bounds.mentor_most == 1, bounds.mentor_bonus, 0)
    mentee = np.where(bounds.mentee_most == 1, bounds.mentee_bonus, 0)
    if not mentor.any() and not mentee.any():
        return candidates.gain
    return candidates.gain + mentor[candidates.mentor] + mentee[candidates.mentee]


#: Pairs in one block: enough to keep numpy busy, little enough to stay out of memory's way.
BLOCK_PAIRS = 1 << 22


def blocks(shape: tuple[int, int], pairs: int = BLOCK_PAIRS) -> Iterator[tuple[slice, slice]]:
    """Yield rectangles that cover all pairs, each of at most about ``pairs`` pairs."""
    mentors, mentees = shape
    width = max(1, min(mentees, pairs // max(mentors, 1)))
    for start in range(0, mentees, width):
        yield slice(0, mentors), slice(start, min(start + width, mentees))


def all_candidates(problem: Matchable) -> Candidates:
    """Return every allowed pair as a candidate, computed block by block."""
    mentor, mentee, gain = [], [], []
    for rows, cols in blocks(problem.shape):
        gains, allowed = problem.block(rows, cols)
        # Transposed, so that edges come by mentee, then mentor.
        some, others = (np.arange(each.start, each.stop, dtype=np.int32) for each in (rows, cols))
        if allowed.all():
            mentor.append(np.tile(some, len(others)))
            mentee.append(np.repeat(others, len(some)))
            gain.append(gains.T.ravel().astype(np.int64, copy=False))
            continue
        edges = np.ascontiguousarray(allowed.T)
        cells = np.flatnonzero(edges)
        number = np.count_nonzero(edges, axis=1)
        row = cells.astype(np.int32)
        row -= np.repeat(np.arange(len(others), dtype=np.int32) * len(some), number)
        mentor.append(row + np.int32(rows.start))
        mentee.append(np.repeat(others, number))
        gain.append(gains.T.ravel()[cells].astype(np.int64, copy=False))
    mentors, mentees = _joined(mentor, np.int32), _joined(mentee, np.int32)
    bounds, cohort = problem.bounds, problem.cohort_rows(mentors, mentees)
    if cohort is not None:
        cohort = cohort.folded(mentors, mentees, bounds.mentor_most, bounds.mentee_most)
    return Candidates(
        mentors,
        mentees,
        _joined(gain, np.int64),
        bounds,
        cohort,
        problem.arrival,
        edges_of(problem.shape, mentors, mentees, *problem.locks),
    )


def _joined(pieces: list[NDArray[Any]], dtype: type) -> NDArray[Any]:
    """Return all pieces as one array; a single one, as small problems have, is not copied."""
    return pieces[0] if len(pieces) == 1 else np.concatenate([np.zeros(0, dtype), *pieces])


def of_pairs(
    problem: Matchable, rows: NDArray[np.intp], cols: NDArray[np.intp]
) -> tuple[NDArray[np.int64], Bools]:
    """Return the gain of each pair (rows, cols), and whether it is allowed."""
    gains, allowed = np.zeros(len(rows), dtype=np.int64), np.zeros(len(rows), dtype=bool)
    for start in range(0, len(rows), 512):  # small rectangles, of which a few pairs are used
        part = slice(start, start + 512)
        some, row = np.unique(rows[part], return_inverse=True)  # blocks name nobody twice
        others, col = np.unique(cols[part], return_inverse=True)
        block = problem.block(some, others)
        gains[part], allowed[part] = (each[row, col] for each in block)
    return gains, allowed


def edges_of(
    shape: tuple[int, int],
    mentor: NDArray[np.int32],
    mentee: NDArray[np.int32],
    rows: NDArray[np.intp],
    cols: NDArray[np.intp],
) -> NDArray[np.intp]:
    """Return where the pairs (rows, cols) stand among the canonical edges, ascending."""
    if not len(rows):
        return np.zeros(0, dtype=np.intp)
    keys = mentee.astype(np.int64)
    keys *= shape[0]
    keys += mentor
    return np.searchsorted(keys, np.sort(cols * shape[0] + rows))
