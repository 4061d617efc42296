"""Linear conditions over many pairs: what a cohort rule becomes, and all a solver sees of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
import scipy.sparse as sp

from rmatch.errors import InvalidInputError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Places = NDArray[np.integer]
    Factors = NDArray[np.int64] | int

#: "No limit" on a side of a row.
NO_LIMIT = 1 << 62


def _nobody() -> Places:
    return np.zeros(0, dtype=np.intp)


@dataclass(frozen=True, eq=False)
class Row:
    """One condition: ``low <= a sum of whole numbers <= high``; ``None`` is no limit.

    Summed are ``per_pair`` for each chosen pair among ``pairs`` (positions in the edges that
    ``rows`` was given), and ``per_mentor`` (``per_mentee``) for each of ``mentors`` (``mentees``)
    who has at least one pair. A factor is one number, or one for each. A row may also sum other
    rows: ``per_row`` for each of ``rows``, positions among those that the same rule returns. What
    is summed so are plain counts, without limits and with factors of at least 0; solvers branch on
    them, which settles rules that compare groups much sooner.

    Examples
    --------
    At most one of the pairs 0, 3 and 4:

    >>> row = Row("one of three", None, 1, pairs=np.array([0, 3, 4]))
    >>> CohortRows.of([row], edges=5, shape=(2, 3)).coefficients.toarray().tolist()
    [[1, 0, 0, 1, 1]]
    """

    name: str
    low: int | None
    high: int | None
    pairs: Places = field(default_factory=_nobody)
    per_pair: Factors = 1
    mentors: Places = field(default_factory=_nobody)
    per_mentor: Factors = 1
    mentees: Places = field(default_factory=_nobody)
    per_mentee: Factors = 1
    rows: Places = field(default_factory=_nobody)
    per_row: Factors = 1
    penalty: int = 0


@dataclass(frozen=True, eq=False)
class CohortRows:
    """Linear conditions over edges and over who is matched at all.

    ``low <= coefficients @ x + mentors @ [has a pair] + mentees @ [has a pair] <= high``, to which
    ``links`` add the sums of other rows. A row with a penalty is soft: each whole unit outside the
    limits costs that much of the objective.
    """

    coefficients: sp.csr_array  # (rows, edges), int64
    mentors: sp.csr_array  # (rows, mentors), int64
    mentees: sp.csr_array  # (rows, mentees), int64
    low: NDArray[np.int64]  # (rows,); -NO_LIMIT for none
    high: NDArray[np.int64]  # (rows,); NO_LIMIT for none
    penalty: NDArray[np.int64]  # (rows,), in units of gain; 0 is a hard row
    links: sp.csr_array  # (rows, rows), int64
    names: tuple[str, ...]

    @classmethod
    def of(cls, rows: Sequence[Row], edges: int, shape: tuple[int, int]) -> CohortRows:
        """Put rows together into matrices."""
        lows = [-NO_LIMIT if row.low is None else min(row.low, NO_LIMIT - 1) for row in rows]
        highs = [NO_LIMIT if row.high is None else min(row.high, NO_LIMIT) for row in rows]
        return cls(
            _matrix([(row.pairs, row.per_pair) for row in rows], edges),
            _matrix([(row.mentors, row.per_mentor) for row in rows], shape[0]),
            _matrix([(row.mentees, row.per_mentee) for row in rows], shape[1]),
            np.array(lows, dtype=np.int64),
            np.array(highs, dtype=np.int64),
            np.array([row.penalty for row in rows], dtype=np.int64),
            _matrix([(row.rows, row.per_row) for row in rows], len(rows)),
            tuple(row.name for row in rows),
        )

    def __post_init__(self) -> None:
        counts = self.counts
        limited = (self.low[counts] > -NO_LIMIT) | (self.high[counts] < NO_LIMIT)
        plain = (self.coefficients, self.mentors, self.mentees)
        if (
            limited.any()
            or self.links[counts].nnz
            or any((each[counts].data < 0).any() for each in plain)
        ):
            raise InvalidInputError(
                "a row that other rows sum has no limits, no negative factors and sums no rows"
            )

    def __len__(self) -> int:
        return len(self.low)

    @property
    def hard(self) -> CohortRows:
        """The rows that must hold."""
        rows = np.flatnonzero(self.penalty == 0)
        return CohortRows(
            self.coefficients[rows],
            self.mentors[rows],
            self.mentees[rows],
            self.low[rows],
            self.high[rows],
            self.penalty[rows],
            self.links[rows][:, rows],
            tuple(self.names[row] for row in rows.tolist()),
        )

    @property
    def counts(self) -> NDArray[np.intp]:
        """The rows that other rows sum."""
        return np.unique(self.links.indices).astype(np.intp)

    def take(self, edges: Places) -> CohortRows:
        """Return the rows over some of the edges only."""
        return replace(self, coefficients=self.coefficients[:, edges])

    def and_also(self, more: CohortRows) -> CohortRows:
        """Return these rows and more, over the same edges and people."""
        stacked = {
            name: sp.csr_array(sp.vstack([getattr(self, name), getattr(more, name)]))
            for name in ("coefficients", "mentors", "mentees")
        }
        return CohortRows(
            **stacked,
            low=np.concatenate([self.low, more.low]),
            high=np.concatenate([self.high, more.high]),
            penalty=np.concatenate([self.penalty, more.penalty]),
            links=sp.csr_array(sp.block_diag([self.links, more.links], dtype=np.int64)),
            names=(*self.names, *more.names),
        )

    def sums(self, chosen: Places, mentors: Places, mentees: Places) -> NDArray[np.int64]:
        """Return each row's sum for chosen edges and the people they match."""
        total = np.zeros(len(self), dtype=np.int64)
        for matrix, taken in (
            (self.coefficients, chosen),
            (self.mentors, mentors),
            (self.mentees, mentees),
        ):
            total += matrix[:, taken].sum(axis=1)
        summed: NDArray[np.int64] = total + self.links @ total
        return summed

    def excess(self, chosen: Places, mentors: Places, mentees: Places) -> NDArray[np.int64]:
        """Return how far each row's sum lies outside its limits; 0 within them."""
        sums = self.sums(chosen, mentors, mentees)
        outside: NDArray[np.int64] = np.maximum(np.maximum(self.low - sums, sums - self.high), 0)
        return outside

    def dearest(self, most_pairs: int) -> int:
        """Return a limit on what all soft rows can cost with at most so many pairs."""
        total = 0
        over, mentors, mentees = (
            sp.csr_array(matrix + self.links @ matrix)
            for matrix in (self.coefficients, self.mentors, self.mentees)
        )
        for row in np.flatnonzero(self.penalty > 0).tolist():
            factors = np.abs(over[[row]].data)
            reach = min(int(factors.sum()), int(factors.max(initial=0)) * most_pairs)
            reach += sum(int(np.abs(m[[row]].data).sum()) for m in (mentors, mentees))
            limits = (self.low[row], self.high[row])
            reach += max((abs(int(limit)) for limit in limits if abs(limit) < NO_LIMIT), default=0)
            total += reach * int(self.penalty[row])
        return total

    def folded(
        self,
        mentor: NDArray[np.int32],
        mentee: NDArray[np.int32],
        mentor_most: NDArray[np.int64],
        mentee_most: NDArray[np.int64],
    ) -> CohortRows:
        """Return the same rows with people of capacity 1 counted through their pairs.

        Somebody with at most one pair is matched exactly as often as they have pairs. What then is
        left in ``mentors`` and ``mentees`` is about people who may have several.
        """
        extra = self.coefficients
        left = []
        for matrix, most, ends in (
            (self.mentors, mentor_most, mentor),
            (self.mentees, mentee_most, mentee),
        ):
            if not matrix.nnz:
                left.append(matrix)
                continue
            single = sp.dia_array(
                ((most <= 1).astype(np.int64)[None], [0]), shape=(len(most), len(most))
            )
            several = sp.dia_array(
                ((most > 1).astype(np.int64)[None], [0]), shape=(len(most), len(most))
            )
            extra = extra + sp.csr_array(matrix @ single)[:, ends]
            rest = sp.csr_array(matrix @ several)
            rest.eliminate_zeros()
            left.append(rest)
        return replace(self, coefficients=sp.csr_array(extra), mentors=left[0], mentees=left[1])


def _matrix(entries: Sequence[tuple[Places, Factors]], width: int) -> sp.csr_array:
    """Return one sparse row for each (places, factors)."""
    starts = np.cumsum([0, *(len(places) for places, _ in entries)])
    places = [np.asarray(places, dtype=np.int64) for places, _ in entries]
    factors = [
        np.broadcast_to(np.asarray(f, np.int64), len(p))
        for p, (_, f) in zip(places, entries, strict=True)
    ]
    none = np.zeros(0, dtype=np.int64)
    data = (np.concatenate([none, *factors]), np.concatenate([none, *places]), starts)
    matrix = sp.csr_array(data, shape=(len(entries), width))
    matrix.sum_duplicates()
    return matrix
