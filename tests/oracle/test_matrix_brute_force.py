"""match_matrix against brute force: every exact solver, both objectives, every kind of count."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import rmatch
from rmatch.candidates import all_candidates
from rmatch.matrix import MatrixProblem
from rmatch.solvers import SOLVERS, get, missing
from tests.helpers import best_coverage, best_total, people_matched, total

#: A new exact solver is compared with brute force by being registered.
EXACT = ("auto", *(name for name in SOLVERS if get(name).exact))


@st.composite
def matrices(draw):
    """Tiny matrices with ties, zeros and negatives, forbidden pairs, empty sides and all counts."""
    shape = draw(st.tuples(st.integers(0, 3), st.integers(0, 3)))
    scores = draw(hnp.arrays(np.int64, shape, elements=st.integers(-2, 4)))
    allowed = draw(hnp.arrays(bool, shape))
    counts = {
        "mentor_capacity": draw(hnp.arrays(np.int64, shape[0], elements=st.integers(0, 2))),
        "mentee_capacity": draw(hnp.arrays(np.int64, shape[1], elements=st.integers(0, 2))),
    }
    if draw(st.booleans()):
        counts["mentor_minimum"] = draw(hnp.arrays(np.int64, shape[0], elements=st.integers(0, 1)))
        counts["mentee_minimum"] = draw(hnp.arrays(np.int64, shape[1], elements=st.integers(0, 1)))
    if draw(st.booleans()):
        counts["seats"] = draw(st.integers(0, 3))
    return scores, allowed, counts


@pytest.mark.parametrize("solver", EXACT)
@pytest.mark.parametrize("objective", ["total_score", "coverage_first"])
@settings(max_examples=200)
@given(case=matrices())
def test_exact_solvers_equal_brute_force(solver, objective, case):
    """The optimum is the best of all legal selections, and infeasible only when there is none."""
    scores, allowed, counts = case
    problem = MatrixProblem.of(scores, allowed, objective=objective, **counts)
    best = best_total(problem) if objective == "total_score" else best_coverage(problem)
    try:
        matching = rmatch.solve(problem, solver=solver)
    except rmatch.UnsupportedFeatureError:
        assert missing(get(solver), all_candidates(problem))
        return
    except rmatch.InfeasibleError:
        assert best is None
        return
    pairs = tuple(zip(matching.rows.tolist(), matching.cols.tolist(), strict=True))
    found = total(problem, pairs)
    assert best == (found if objective == "total_score" else (people_matched(pairs), found))
    assert matching.status.value == "optimal"
    assert matching.units == matching.bound_units
    assert matching.certificate.verify(problem)


@settings(max_examples=100)
@given(case=matrices())
def test_wrong_certificates_fail(case):
    """A price, a pair or an objective that is off by one makes the certificate fail."""
    scores, allowed, counts = case
    problem = MatrixProblem.of(scores, allowed, **counts)
    try:
        certificate = rmatch.solve(problem).certificate
    except rmatch.InfeasibleError:
        return
    from dataclasses import replace

    assert not replace(certificate, objective=certificate.objective + 1).verify(problem)
    if certificate.pairs:
        doubled = (*certificate.pairs, certificate.pairs[0])
        assert not replace(certificate, pairs=doubled).verify(problem)
        changed = scores.copy()
        changed[certificate.pairs[0]] += 1
        other = MatrixProblem.of(changed, allowed, **counts)
        assert not certificate.verify(other)
