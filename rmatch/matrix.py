"""A problem from a ready-made matrix of scores, for those who bring their own."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from rmatch.candidates import FLOAT_EXACT, Bounds
from rmatch.errors import InputProblem, InvalidInputError
from rmatch.objectives import TOTAL_SCORE, Objective, objective_named
from rmatch.parameters import is_finite, is_whole

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from rmatch.columns import Rows
    from rmatch.forms import Bools


@dataclass(frozen=True, eq=False)
class MatrixProblem:
    """Integer gains, permissions and counts. Make one with :meth:`of`.

    Integer matrices stay as they are. A float matrix is put once on a grid of ``unit``, a power of
    two so fine that totals fill up to 52 bits; ``rounding`` bounds what that can change in all
    (§C3).
    """

    gains: NDArray[np.int64]  # (mentors, mentees)
    allowed: Bools
    gain_limit: int  # no gain exceeds it, nor falls below with a minus
    unit: float
    rounding: float
    bounds: Bounds
    objective: Objective
    arrival: None = None

    @classmethod
    def of(
        cls,
        scores: Any,
        allowed: Any = None,
        *,
        mentor_capacity: Any = 1,
        mentee_capacity: Any = 1,
        mentor_minimum: Any = 0,
        mentee_minimum: Any = 0,
        seats: int | None = None,
        objective: str | Objective = "total_score",
    ) -> MatrixProblem:
        """Check everything and put the scores on a grid."""
        matrix, permitted = _matrices(scores, allowed)
        mentors, mentees = matrix.shape
        plain = Bounds.of(
            _counts("mentor_capacity", mentor_capacity, mentors),
            _counts("mentee_capacity", mentee_capacity, mentees),
            mentor_least=_counts("mentor_minimum", mentor_minimum, mentors),
            mentee_least=_counts("mentee_minimum", mentee_minimum, mentees),
            seats=None if seats is None else int(_counts("seats", seats, 1)[0]),
        ).clipped()
        gains, limit, unit = _integers(matrix, permitted, plain.most_pairs)
        rounding = 0.0 if np.issubdtype(matrix.dtype, np.integer) else unit * plain.most_pairs
        problem = cls(gains, permitted, limit, unit, rounding, plain, TOTAL_SCORE)
        return problem.with_objective(objective)

    @property
    def before_objective(self) -> tuple[Bounds, int]:
        """The bounds without bonuses, and a limit on a pair's gain."""
        return self.bounds.times(0), self.gain_limit

    def with_objective(self, objective: str | Objective) -> MatrixProblem:
        """Return the same matrix and counts with another objective."""
        chosen = objective_named(objective)
        free, limit = self.before_objective
        plain = replace(self, objective=chosen, bounds=free)
        chosen.validate(plain)
        return replace(plain, bounds=chosen.bounds(plain, free, limit))

    @property
    def shape(self) -> tuple[int, int]:
        """Return the numbers of mentors and mentees."""
        return self.gains.shape[0], self.gains.shape[1]

    @property
    def locks(self) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """A matrix has no locked pairs."""
        return np.zeros(0, np.intp), np.zeros(0, np.intp)

    def cohort_rows(self, mentor: NDArray[np.int32], mentee: NDArray[np.int32]) -> None:
        """A matrix has no cohort rules."""

    def block(self, rows: Rows, cols: Rows) -> tuple[NDArray[np.int64], Bools]:
        """Return integer gains and permissions for a rectangle of pairs."""
        return self.gains[rows][:, cols], self.allowed[rows][:, cols]


def _matrices(scores: Any, allowed: Any) -> tuple[NDArray[Any], Bools]:
    """Return dense scores and permissions; a sparse matrix allows exactly its stored entries."""
    import scipy.sparse as sp

    if sp.issparse(scores):
        stored = sp.coo_array(scores)
        if len(np.unique(stored.row.astype(np.int64) * stored.shape[1] + stored.col)) < stored.nnz:
            raise InvalidInputError("scores: a sparse entry is stored twice; sum duplicates first")
        matrix = np.zeros(stored.shape, dtype=stored.dtype)
        matrix[stored.row, stored.col] = stored.data
        permitted = np.zeros(stored.shape, dtype=bool)
        permitted[stored.row, stored.col] = True
    else:
        matrix = _array("scores", scores)
        permitted = (
            ~np.ma.getmaskarray(scores)
            if np.ma.isMaskedArray(scores)
            else np.ones(matrix.shape, dtype=bool)
        )
    if matrix.ndim != 2:
        raise InvalidInputError(
            f"scores has {matrix.ndim} dimension(s); a matrix of mentors x mentees is needed"
        )
    if matrix.dtype.kind == "c":
        raise InvalidInputError("scores holds complex numbers; real ones are needed")
    if matrix.dtype.kind not in _NUMBERS:
        raise InvalidInputError(f"scores holds {_oddity(matrix)}; numbers are needed")
    if matrix.dtype.kind == "f":
        with np.errstate(over="ignore"):  # what a wider type holds beyond that is not finite here
            matrix = matrix.astype(np.float64, copy=False)
    if allowed is not None:
        if np.ma.isMaskedArray(allowed):
            allowed = allowed.filled(False)
        mask = _array("allowed", allowed.toarray() if sp.issparse(allowed) else allowed)
        if mask.shape != matrix.shape or mask.dtype != bool:
            raise InvalidInputError(
                f"allowed is {mask.dtype} of shape {mask.shape}; "
                f"a bool matrix of the shape of scores, {matrix.shape}, is needed"
            )
        permitted &= mask
    _refuse_non_finite(matrix, permitted)
    return matrix, permitted


#: The kinds of numpy arrays that hold whole or real numbers.
_NUMBERS = "iuf"


def _array(name: str, value: Any) -> NDArray[Any]:
    """Return an array; objects that are plain numbers, as of nullable columns, become numbers."""
    try:
        array = np.asarray(value)
        return np.asarray(array.tolist()) if array.dtype == object else array
    except (ValueError, TypeError, OverflowError) as error:
        raise InvalidInputError(f"{name} cannot be read as numbers: {error}") from error


def _oddity(matrix: NDArray[Any]) -> str:
    """Say what is there that is no number: the first of it, or the type of all."""
    if matrix.dtype == object:
        for (row, col), value in np.ndenumerate(matrix):
            if not is_finite(value) or abs(value) >= 1 << 63:
                return f"{value!r:.40} at [{row}, {col}]"
    return str(matrix.dtype)


def _refuse_non_finite(matrix: NDArray[Any], permitted: Bools) -> None:
    """Scores of allowed pairs must be finite; forbidden pairs may hold anything."""
    if not np.issubdtype(matrix.dtype, np.floating):
        return
    wrong = np.argwhere(~np.isfinite(matrix) & permitted)
    if len(wrong):
        problems = [
            InputProblem(
                f"score {matrix[row, col]} at [{row}, {col}]",
                hint="scores are finite numbers; forbid a pair with allowed[i, j] = False",
            )
            for row, col in wrong[:20]
        ]
        if len(wrong) > 20:
            problems.append(InputProblem(f"and {len(wrong) - 20} more that are not finite"))
        raise InvalidInputError.from_problems(problems)


#: More pairs than anybody can have.
_MOST = int(np.iinfo(np.int32).max)


def _counts(name: str, value: Any, size: int) -> NDArray[np.int64]:
    counts = _array(name, value)
    if counts.dtype == object and all(map(is_whole, counts.flat)):  # whole numbers beyond 64 bits
        counts = np.asarray(np.clip(counts, -1, _MOST), np.int64)
    if counts.dtype.kind not in _NUMBERS:
        raise InvalidInputError(f"{name}={value!r}; whole numbers of at least 0 are needed")
    if counts.shape not in ((), (size,)):
        raise InvalidInputError(
            f"{name} has shape {counts.shape}; one number, or one for each of {size} is needed"
        )
    whole = np.isfinite(counts) & (counts >= 0) & (counts == np.floor(counts))
    if not whole.all():
        wrong = np.atleast_1d(counts)[~np.atleast_1d(whole)][:5].tolist()
        raise InvalidInputError(f"{name} holds {wrong}; whole numbers of at least 0 are needed")
    limited = np.minimum(counts.astype(np.float64), _MOST)
    return np.broadcast_to(limited.astype(np.int64), (size,)).copy()


def _integers(
    matrix: NDArray[Any], permitted: Bools, pairs: int
) -> tuple[NDArray[np.int64], int, float]:
    """Return whole-number gains, the largest in size, and the score of one unit."""
    if np.issubdtype(matrix.dtype, np.integer):
        if not permitted.all():
            matrix = np.where(permitted, matrix, 0)
        limit = max(int(matrix.max(initial=0)), -int(matrix.min(initial=0)))
        if limit * max(pairs, 1) >= 1 << 61:
            raise InvalidInputError(
                f"scores up to {limit} over {pairs} pairs overflow 64-bit integers; scale them down"
            )
        return matrix.astype(np.int64), limit, 1.0
    values = np.where(permitted, matrix, 0.0).astype(np.float64)
    largest = float(np.abs(values).max(initial=0.0))
    if largest == 0.0:
        return np.zeros(values.shape, dtype=np.int64), 0, 1.0
    # The finest power of two at which a sum over all pairs stays exact as a float, and a bonus
    # above any such sum, for everybody, stays within 64-bit integers.
    bits = min(math.log2(FLOAT_EXACT) - 1, 59 - math.ceil(math.log2(2 * sum(values.shape))))
    power = int(bits - math.frexp(largest)[1] - math.ceil(math.log2(pairs + 1)))
    power = min(power, 1074)  # every float is a multiple of 2^-1074
    if power < -960:
        raise InvalidInputError(
            f"scores up to {largest:g} over {pairs} pairs overflow floats; scale them down"
        )
    gains = np.rint(np.ldexp(values, power)).astype(np.int64)
    return gains, round(math.ldexp(largest, power)), math.ldexp(1.0, -power)
