"""Candidates written out as one integer program: columns, rows, whole numbers."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import scipy.sparse as sp

from rmatch.candidates import Candidates, folded
from rmatch.errors import SolverError
from rmatch.rows import NO_LIMIT

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from rmatch.solvers import Options

    Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Program:
    """Maximise ``gain @ x`` over whole ``lower <= x <= upper`` with ``low <= matrix @ x <= high``.

    The first columns are the edges, in their order. Then comes one column for everybody who may
    have several pairs and for whom it matters whether they have any, two for each soft row (how far
    it is below and above its limits), and last one for each count that cohort rows sum.
    """

    gain: Ints  # (columns,)
    lower: Ints  # (columns,)
    upper: Ints  # (columns,), NO_LIMIT for none
    matrix: sp.csr_array  # (rows, columns), int64
    low: Ints  # (rows,), -NO_LIMIT for none
    high: Ints  # (rows,), NO_LIMIT for none

    @property
    def crossed(self) -> bool:
        """Whether some limits exclude each other, so that there is no solution."""
        return bool((self.lower > self.upper).any() or (self.low > self.high).any())

    def keeping(self, gain: Ints, value: int) -> Program:
        """Return the same with ``gain @ x`` fixed at a value."""
        return replace(
            self,
            matrix=sp.csr_array(sp.vstack([self.matrix, sp.csr_array(gain[None])], format="csr")),
            low=np.append(self.low, value),
            high=np.append(self.high, value),
        )

    def reduced(self) -> Program:
        """Return the same with each row divided by the greatest common divisor of its factors.

        Limits become whole again, which makes them tighter.
        """
        starts, factors = self.matrix.indptr, self.matrix.data
        filled = np.flatnonzero(np.diff(starts) > 0)
        divisor = np.ones(self.matrix.shape[0], dtype=np.int64)
        if len(filled):
            divisor[filled] = np.maximum(np.gcd.reduceat(factors, starts[filled]), 1)
        matrix = self.matrix.copy()
        matrix.data = factors // np.repeat(divisor, np.diff(starts))
        low = np.where(self.low <= -NO_LIMIT, self.low, -(-self.low // divisor))
        high = np.where(self.high >= NO_LIMIT, self.high, self.high // divisor)
        return replace(self, matrix=matrix, low=low, high=high)


@dataclass(frozen=True, eq=False)
class Solution:
    """Values of all columns, a proven limit on ``gain @ x``, and whether they are the best."""

    values: Ints  # (columns,)
    bound: int
    best: bool


@dataclass(frozen=True, eq=False)
class Frame:
    """All of a program but its edges: the same rows whatever edges there are.

    An edge stands in the rows of its mentor, in those of its mentee, in those of all pairs, and in
    the cohort rows, which come last.
    """

    mentors: sp.csr_array  # (rows, mentors), int64
    mentees: sp.csr_array  # (rows, mentees), int64
    pairs: Ints  # (rows,)
    gain: Ints  # (further columns,)
    upper: Ints  # (further columns,)
    matrix: sp.csr_array  # (rows, further columns), int64
    low: Ints  # (rows,)
    high: Ints  # (rows,)

    def program(self, candidates: Candidates) -> Program:
        """Return the program over the candidates' edges."""
        edges, bounds = len(candidates), candidates.bounds
        columns = self.mentors[:, candidates.mentor] + self.mentees[:, candidates.mentee]
        every = np.flatnonzero(self.pairs)
        if len(every):
            columns = columns + sp.csr_array(
                (
                    np.repeat(self.pairs[every], edges),
                    (np.repeat(every, edges), np.tile(np.arange(edges), len(every))),
                ),
                shape=columns.shape,
            )
        if candidates.cohort is not None:
            above = sp.csr_array((len(self.low) - len(candidates.cohort), edges), dtype=np.int64)
            columns = columns + sp.vstack([above, candidates.cohort.coefficients], format="csr")
        lower = np.zeros(edges + len(self.gain), dtype=np.int64)
        lower[candidates.locked] = 1
        usable = (bounds.mentor_most[candidates.mentor] > 0) & (
            bounds.mentee_most[candidates.mentee] > 0
        )
        matrix = sp.csr_array(sp.hstack([columns, self.matrix], format="csr"))
        matrix.eliminate_zeros()
        return Program(
            np.concatenate([folded(candidates), self.gain]),
            lower,
            np.concatenate([usable.astype(np.int64), self.upper]),
            matrix,
            self.low,
            self.high,
        )

    def over_edges(self, candidates: Candidates, prices: NDArray[Any]) -> NDArray[Any]:
        """Return what each edge costs at prices of the rows."""
        mentor, mentee = self.mentors.T @ prices, self.mentees.T @ prices
        cost: NDArray[Any] = mentor[candidates.mentor] + mentee[candidates.mentee]
        cost += (self.pairs * prices).sum()
        if candidates.cohort is not None and len(candidates.cohort):
            cost += candidates.cohort.coefficients.T @ prices[-len(candidates.cohort) :]
        return cost


def out_of_time(solver: str, options: Options) -> SolverError:
    """Return the error for a limit of time that came before any solution."""
    return SolverError(
        f"time was up before {solver} had any matching: time_limit={options.time_limit:g} is too "
        "little for these people under these rules; allow more",
        "time limit",
    )


def program(candidates: Candidates) -> Program:
    """Write candidates out as a program."""
    return frame(candidates).program(candidates)


def frame(candidates: Candidates) -> Frame:
    """Return everything about the program of candidates but their edges."""
    bounds, cohort = candidates.bounds, candidates.cohort
    sides = (
        (bounds.mentor_least, bounds.mentor_most, bounds.mentor_bonus),
        (bounds.mentee_least, bounds.mentee_most, bounds.mentee_bonus),
    )
    matched = (None, None) if cohort is None else (cohort.mentors, cohort.mentees)
    in_rows = [_used(matrix, len(side[1])) for matrix, side in zip(matched, sides, strict=True)]
    asked = [
        np.flatnonzero((most > 1) & ((bonus > 0) | used))
        for (_, most, bonus), used in zip(sides, in_rows, strict=True)
    ]
    people = [_columns(len(side[1]), who) for side, who in zip(sides, asked, strict=True)]
    soft = np.zeros(0, np.intp) if cohort is None else np.flatnonzero(cohort.penalty > 0)
    counts = np.zeros(0, np.intp) if cohort is None else cohort.counts
    width = sum(map(len, asked))
    blocks: list[tuple[int | None, sp.csr_array, sp.csr_array, Ints, Ints]] = []
    for axis, (least, most, _) in enumerate(sides):
        one = sp.eye_array(len(most), dtype=np.int64, format="csr")
        start = 0 if axis == 0 else len(asked[0])
        place = sp.csr_array(
            sp.hstack(
                [
                    sp.csr_array((len(most), start), dtype=np.int64),
                    people[axis],
                    sp.csr_array((len(most), width - start - len(asked[axis])), dtype=np.int64),
                ]
            )
        )
        some, bound = asked[axis], asked[axis][in_rows[axis][asked[axis]]]
        none = np.zeros(len(some), dtype=np.int64)
        nobody = sp.csr_array((len(most), width), dtype=np.int64)
        blocks.append((axis, one, nobody, least, most))
        # "Has a pair" is at most the number of pairs, and at least that divided by the most.
        blocks.append((axis, one[some], -place[some], none, np.full(len(some), NO_LIMIT)))
        scaled = sp.csr_array(sp.diags_array(most[bound], dtype=np.int64) @ place[bound])
        blocks.append(
            (axis, one[bound], -scaled, np.full(len(bound), -NO_LIMIT), none[: len(bound)])
        )
    if bounds.seats is not None:
        nothing = sp.csr_array((1, width), dtype=np.int64)
        blocks.append((None, nothing, nothing, np.array([-NO_LIMIT]), np.array([bounds.seats])))
    return _framed(blocks, candidates, asked, soft, counts)


def _framed(
    blocks: list[tuple[int | None, sp.csr_array, sp.csr_array, Ints, Ints]],
    candidates: Candidates,
    asked: list[NDArray[np.intp]],
    soft: NDArray[np.intp],
    counts: NDArray[np.intp],
) -> Frame:
    """Stack blocks of rows, the cohort rows last."""
    bounds, cohort = candidates.bounds, candidates.cohort
    people, slack = sum(map(len, asked)), 2 * len(soft) + len(counts)
    rows = 0 if cohort is None else len(cohort)
    over = [
        [
            part if side == axis else sp.csr_array((len(low), size), dtype=np.int64)
            for side, part, _, low, _ in blocks
        ]
        + [sp.csr_array((rows, size), dtype=np.int64)]
        for axis, size in enumerate(candidates.shape)
    ]
    further = [
        sp.hstack([part, sp.csr_array((part.shape[0], slack), dtype=np.int64)])
        for _, _, part, _, _ in blocks
    ]
    low, high = [block[3] for block in blocks], [block[4] for block in blocks]
    pairs = [np.full(len(block[3]), block[0] is None, dtype=np.int64) for block in blocks]
    pairs.append(np.zeros(rows, dtype=np.int64))
    penalty = np.zeros(0, dtype=np.int64)
    if cohort is not None:
        named = [cohort.mentors[:, asked[0]], cohort.mentees[:, asked[1]]]
        outside = (np.tile([1, -1], len(soft)), (np.repeat(soft, 2), np.arange(2 * len(soft))))
        named.append(sp.csr_array(outside, shape=(rows, 2 * len(soft))))
        # A count's own row says what its column is; rows that sum it do so through the column.
        named.append(cohort.links[:, counts] - _columns(rows, counts))
        further.append(sp.hstack(named))
        counted = np.isin(np.arange(rows), counts)
        low.append(np.where(counted, 0, cohort.low))
        high.append(np.where(counted, 0, cohort.high))
        penalty = np.concatenate([np.repeat(cohort.penalty[soft], 2), np.zeros_like(counts)])
    bonus = [bounds.mentor_bonus[asked[0]], bounds.mentee_bonus[asked[1]]]
    return Frame(
        sp.csr_array(sp.vstack(over[0], format="csr")),
        sp.csr_array(sp.vstack(over[1], format="csr")),
        np.concatenate(pairs),
        np.concatenate([*bonus, -penalty]),
        np.repeat([1, NO_LIMIT], [people, slack]),
        sp.csr_array(sp.vstack(further, format="csr")).astype(np.int64),
        np.concatenate(low),
        np.concatenate(high),
    )


def _used(matrix: sp.csr_array | None, size: int) -> NDArray[np.bool_]:
    """Say who stands in a cohort row."""
    used = np.zeros(size, dtype=bool)
    if matrix is not None:
        used[np.unique(matrix.indices)] = True
    return used


def _columns(size: int, who: NDArray[np.intp]) -> sp.csr_array:
    """Return one column for each of some people."""
    ones = np.ones(len(who), dtype=np.int64)
    return sp.csr_array((ones, (who, np.arange(len(who)))), shape=(size, len(who)))
