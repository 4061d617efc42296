"""Candidates written out as one integer program: columns, rows, whole numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import scipy.sparse as sp

from rmatch.candidates import Candidates, folded
from rmatch.rows import NO_LIMIT

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Program:
    """Maximise ``gain @ x`` over whole ``lower <= x <= upper`` with ``low <= matrix @ x <= high``.

    The first columns are the edges, in their order. Then comes one column for everybody who may
    have several pairs and for whom it matters whether they have any, and last two for each soft
    row: how far it is below and above its limits.
    """

    gain: NDArray[np.int64]  # (columns,)
    lower: NDArray[np.int64]  # (columns,)
    upper: NDArray[np.int64]  # (columns,)
    matrix: sp.csr_array  # (rows, columns), int64
    low: NDArray[np.int64]  # (rows,), -NO_LIMIT for none
    high: NDArray[np.int64]  # (rows,), NO_LIMIT for none

    @property
    def crossed(self) -> bool:
        """Whether some limits exclude each other, so that there is no solution."""
        return bool((self.lower > self.upper).any() or (self.low > self.high).any())


def program(candidates: Candidates) -> Program:
    """Write candidates out as a program."""
    bounds, edges = candidates.bounds, len(candidates)
    sides = (
        _Side(candidates, 0, bounds.mentor_least, bounds.mentor_most, bounds.mentor_bonus),
        _Side(candidates, 1, bounds.mentee_least, bounds.mentee_most, bounds.mentee_bonus),
    )
    people = sum(len(side.asked) for side in sides)
    soft = _soft(candidates)
    width = edges + people + 2 * len(soft)
    parts = [block for side in sides for block in side.rows(people)]
    if bounds.seats is not None:
        every = sp.csr_array(np.ones((1, edges), dtype=np.int64))
        parts.append(
            (every, sp.csr_array((1, people)), np.array([-NO_LIMIT]), np.array([bounds.seats]))
        )
    rows = [
        sp.hstack([pairs, asked, sp.csr_array((pairs.shape[0], 2 * len(soft)))], format="csr")
        for pairs, asked, _, _ in parts
    ]
    low, high = [part[2] for part in parts], [part[3] for part in parts]
    if candidates.cohort is not None:
        cohort = candidates.cohort
        matched = [matrix[:, s.asked] for matrix, s in zip(_by_people(cohort), sides, strict=True)]
        rows.append(sp.hstack([cohort.coefficients, *matched, _slack(soft, len(cohort))]))
        low.append(cohort.low)
        high.append(cohort.high)
    gain = np.zeros(width, dtype=np.int64)
    gain[:edges] = folded(candidates)
    gain[edges : edges + people] = np.concatenate([side.bonus[side.asked] for side in sides])
    if len(soft) and candidates.cohort is not None:
        gain[edges + people :] = -np.repeat(candidates.cohort.penalty[soft], 2)
    lower = np.zeros(width, dtype=np.int64)
    lower[candidates.locked] = 1
    upper = np.ones(width, dtype=np.int64)
    upper[edges + people :] = NO_LIMIT
    upper[:edges] = (bounds.mentor_most[candidates.mentor] > 0) & (
        bounds.mentee_most[candidates.mentee] > 0
    )
    matrix = sp.csr_array(sp.vstack(rows, format="csr")).astype(np.int64)
    return _reduced(Program(gain, lower, upper, matrix, np.concatenate(low), np.concatenate(high)))


def _by_people(cohort: object) -> tuple[sp.csr_array, sp.csr_array]:
    return cohort.mentors, cohort.mentees  # type: ignore[attr-defined]


def _soft(candidates: Candidates) -> NDArray[np.intp]:
    """Return the rows that have a price."""
    if candidates.cohort is None:
        return np.zeros(0, dtype=np.intp)
    return np.flatnonzero(candidates.cohort.penalty > 0)


def _slack(soft: NDArray[np.intp], rows: int) -> sp.csr_array:
    """Return the columns that make up for what a soft row lacks, or take what it has too much."""
    signs = np.tile([1, -1], len(soft))
    places = (np.repeat(soft, 2), np.arange(2 * len(soft)))
    return sp.csr_array((signs, places), shape=(rows, 2 * len(soft)))


class _Side:
    """The rows about the people of one side."""

    def __init__(
        self,
        candidates: Candidates,
        axis: int,
        least: NDArray[np.int64],
        most: NDArray[np.int64],
        bonus: NDArray[np.int64],
    ) -> None:
        self.least, self.most, self.bonus, self.axis = least, most, bonus, axis
        ends = candidates.mentor if axis == 0 else candidates.mentee
        edges = np.arange(len(candidates))
        ones = np.ones(len(candidates), dtype=np.int64)
        self.pairs = sp.csr_array((ones, (ends, edges)), shape=(len(most), len(candidates)))
        self.in_rows = np.zeros(len(most), dtype=bool)
        if candidates.cohort is not None:
            self.in_rows[np.unique(_by_people(candidates.cohort)[axis].indices)] = True
        self.asked = np.flatnonzero((most > 1) & ((bonus > 0) | self.in_rows))

    def rows(
        self, people: int
    ) -> list[tuple[sp.csr_array, sp.csr_array, NDArray[np.int64], NDArray[np.int64]]]:
        """Return (edge part, people part, low, high) of the rows: counts; who has a pair."""
        nobody = sp.csr_array((len(self.most), people), dtype=np.int64)
        blocks = [(self.pairs, nobody, self.least, self.most)]
        if not len(self.asked):
            return blocks
        # Mentors' columns come first, mentees' last.
        start = 0 if self.axis == 0 else people - len(self.asked)
        column = start + np.arange(len(self.asked))
        free = np.full(len(self.asked), NO_LIMIT)
        zero = np.zeros(len(self.asked), dtype=np.int64)
        blocks.append((self.pairs[self.asked], self._people(column, -1, people), zero, free))
        bound = np.flatnonzero(self.in_rows[self.asked])
        most = -self.most[self.asked[bound]]
        blocks.append(
            (
                self.pairs[self.asked[bound]],
                self._people(column[bound], most, people),
                -free[bound],
                zero[bound],
            )
        )
        return blocks

    @staticmethod
    def _people(
        column: NDArray[np.intp], factor: NDArray[np.int64] | int, people: int
    ) -> sp.csr_array:
        factors = np.broadcast_to(np.asarray(factor, dtype=np.int64), len(column))
        return sp.csr_array(
            (factors, (np.arange(len(column)), column)), shape=(len(column), people)
        )


def _reduced(full: Program) -> Program:
    """Divide each row by the greatest common divisor of its factors; limits become tighter."""
    starts, factors = full.matrix.indptr, full.matrix.data
    filled = np.flatnonzero(np.diff(starts) > 0)
    divisor = np.ones(full.matrix.shape[0], dtype=np.int64)
    if len(filled):
        divisor[filled] = np.maximum(np.gcd.reduceat(factors, starts[filled]), 1)
    matrix = full.matrix.copy()
    matrix.data = factors // np.repeat(divisor, np.diff(starts))
    low = np.where(full.low <= -NO_LIMIT, full.low, -(-full.low // divisor))
    high = np.where(full.high >= NO_LIMIT, full.high, full.high // divisor)
    return Program(full.gain, full.lower, full.upper, matrix, low, high)
