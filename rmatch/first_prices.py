"""The prices that pricing begins with: what mentors gain with a few mentees; of a large programme,
what mentors cost in a sample of it, spread to all by what they know."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import scipy.sparse as sp
from scipy.sparse.linalg import lsqr

from rmatch.candidates import Bounds, Candidates, blocks
from rmatch.conditions import Kind
from rmatch.forms import Linear
from rmatch.fused import MatrixScanner
from rmatch.problem import Problem
from rmatch.scan import LOWEST, Wanted
from rmatch.solvers.bmatching import by_bids

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from rmatch.candidates import Matchable

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Places = NDArray[np.intp]

#: Mentees whose gains give the first prices, and how many of these pairs are computed at a time.
_SOME, _SOME_PAIRS = 128, 1 << 20
#: From so many pairs on, a sample pays: one pair in so many, but so many at least and at most.
LARGE = 1 << 26
_SHARE, _LEAST, _MOST = 400, 1 << 18, 1 << 22
#: Bytes for each pair of the sample.
_PAIR_BYTES = 24
#: Pairs of each mentee that are candidates in the sample, and which part of its mentors have to be
#: among them: bids tell nothing about others.
_EACH, _LISTED = 20, 0.9
#: Groups of equal size into which mentors fall by a key, such as the year of birth.
_GROUPS = 16
#: How many mentors have to have something in common before it is believed to have a price; and how
#: much larger than others a number is of which there is no doubt.
_DOUBT, _SURE = 9, 1e3


def first_prices(problem: Matchable, memory: int | None = None) -> Ints:
    """Return mentors' prices to begin with, the nearer to the last ones the better.

    They decide which pairs are candidates first, nothing else. ``memory`` is how many bytes they
    may take, if there is a limit.
    """
    means, pairs = _means(problem), problem.shape[0] * problem.shape[1]
    sample = min(max(pairs // _SHARE, _LEAST), _MOST)
    if pairs < LARGE or not isinstance(problem, Problem):
        return means
    if memory is not None and memory < sample * _PAIR_BYTES:
        return means
    side, bounds, traits = np.sqrt(sample / pairs), problem.bounds, _traits(problem)
    rows = _spread(np.flatnonzero(bounds.mentor_most), side * problem.shape[0])
    cols = _spread(np.flatnonzero(bounds.mentee_most), side * problem.shape[1])
    if not len(rows) or not len(cols) or traits.shape[1] == 1:
        return means
    known = _sample_prices(problem, rows, cols, means[rows])
    return means if known is None else _learned(means, rows, known, traits)


def _means(problem: Matchable) -> Ints:
    """Return the cubic mean of what mentors gain with some mentees.

    Else all mentees would list those few mentors first who know what everybody wants. Prices
    are made by those who gain most, so larger gains count for more than in a plain mean.
    Mentors are drawn together as far as they differ by chance (see Efron and Morris, "Data
    analysis using Stein's estimator and its generalizations", Journal of the American
    Statistical Association 70, 1975); else all would list the same lucky few.
    """
    mentors, mentees = problem.shape
    if not mentors or not mentees:
        return np.zeros(mentors, np.int64)
    some = _spread(np.arange(mentees), _SOME)
    mean, square = np.zeros(mentors), np.zeros(mentors)
    largest = np.float32(max(problem.gain_limit, 1))
    for rows, cols in blocks((mentors, len(some)), _SOME_PAIRS):
        gains, allowed = problem.block(rows, some[cols])
        worth = np.maximum(gains.astype(np.float32) / largest, 0)  # of the largest gain
        worth *= allowed
        cubes = worth * worth * worth
        mean += cubes.sum(axis=1) / len(some)
        cubes *= cubes
        square += cubes.sum(axis=1) / len(some)
    between, by_chance = mean.var(), (square - mean * mean).mean() / len(some)
    share = max(0.0, 1 - by_chance / between) if between > 0 else 0.0
    prices: NDArray[np.float64] = np.cbrt(mean.mean() + share * (mean - mean.mean()))
    return (prices * float(largest)).astype(np.int64)


def _spread(people: Places, some: float) -> Places:
    """Return about so many of some people, evenly from first to last; all where there are fewer."""
    places = np.linspace(0, len(people) - 1, min(len(people), int(some)))
    return people[places.astype(np.intp)]


def _sample_prices(problem: Problem, rows: Places, cols: Places, means: Ints) -> Ints | None:
    """Return what mentors of a sample cost where its mentees bid for their best few.

    ``None`` where too many mentors are nobody's best.
    """
    gains, allowed = problem.block(rows, cols)
    bounds = Bounds.of(problem.bounds.mentor_most[rows], problem.bounds.mentee_most[cols]).clipped()
    wanted = Wanted(means, np.full(len(cols), LOWEST), bounds.mentee_most + _EACH)
    scanner = MatrixScanner(gains.astype(np.int64), allowed, len(cols))
    found = scanner.scan(slice(0, len(cols)), wanted)
    if np.count_nonzero(np.bincount(found.mentor)) < _LISTED * len(rows):
        return None
    candidates = Candidates(found.mentor, found.mentee, found.gain, bounds)
    selection = by_bids(candidates, problem.gain_limit, None)
    assert selection.prices is not None
    return selection.prices.mentor


def _traits(problem: Problem) -> sp.csr_array:
    """Return (mentors, traits): what linear gains know of them, and their groups by keys of rules.

    No number is above 1, so that one doubt fits all traits; but for the first, which everybody has,
    and of which there is no doubt.
    """
    traits = [sp.csr_array(np.ones((problem.shape[0], 1)))]
    traits += [form.mentors for form in problem.gain_forms if isinstance(form, Linear)]
    for form in problem.pair_forms:
        for condition in form.conditions() or ():
            if condition.kind is Kind.REACHES:
                traits.append(_groups(condition.mentors))
    joined = sp.csr_array(sp.hstack(traits, format="csr", dtype=float))
    joined.eliminate_zeros()
    largest = abs(joined).max(axis=0).toarray()
    largest[0] /= _SURE
    joined.data /= largest[joined.indices]
    return joined


def _groups(key: Floats) -> sp.csr_array:
    """Return (mentors, groups) with a 1 where a mentor belongs; those without a key come last."""
    known = np.sort(key[np.isfinite(key)])
    ends = np.unique(known[np.arange(1, min(_GROUPS, len(known))) * len(known) // _GROUPS])
    group, everybody = np.searchsorted(ends, key, side="right"), np.arange(len(key) + 1)
    return sp.csr_array((np.ones(len(key)), group, everybody), shape=(len(key), len(ends) + 1))


def _learned(means: Ints, rows: Places, known: Ints, traits: sp.csr_array) -> Ints:
    """Return all mentors' prices: the means, corrected as far as those ``known`` of ``rows`` tell.

    The corrections are sums over traits by least squares, held back where few have a trait
    (A. Hoerl, R. Kennard, "Ridge regression: biased estimation for nonorthogonal problems",
    Technometrics 12, 1970).
    """
    worth = lsqr(traits[rows], known - means[rows], damp=np.sqrt(_DOUBT), iter_lim=100)[0]
    prices: Floats = np.maximum(means + traits @ worth, 0)
    return prices.astype(np.int64)
