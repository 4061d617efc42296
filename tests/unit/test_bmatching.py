"""The sparse solver: exact, with prices that prove it, whatever it starts from."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

import rmatch
from rmatch.candidates import Bounds, Candidates
from rmatch.edges import reduced
from rmatch.errors import InvalidInputError
from rmatch.solvers import Infeasible, Options, Prices, Selection, Status, get
from rmatch.solvers.bmatching import bound_over, by_bids, optimise, solve_sparse
from tests.programs import random_program


def solved(program: Candidates) -> Selection | None:
    try:
        return solve_sparse(program)
    except Infeasible:
        return None


@pytest.mark.parametrize("seed", range(200))
def test_it_finds_what_flow_finds_and_proves_it(seed: int) -> None:
    """Every kind of count at once, `==` with another solver, and the prices reach the objective."""
    program = random_program(seed)
    try:
        expected = get("flow").solve(program, Options()).objective
    except Infeasible:
        expected = None
    found = solved(program)
    assert (None if found is None else found.objective) == expected
    if found is not None:
        assert found.prices is not None
        assert bound_over(program, found.prices) == expected
        assert program.value(found.edges) == expected


@pytest.mark.parametrize("seed", range(100))
def test_any_start_leads_to_the_optimum(seed: int) -> None:
    """A warm start only saves time: wild prices and wild edges give the same objective."""
    program = random_program(seed)
    cold = solved(program)
    if cold is None:
        return
    rng = np.random.default_rng(seed)
    mentors, mentees = program.shape
    prices = Prices(rng.integers(-50, 50, mentors), rng.integers(-50, 50, mentees), 0)
    edges = np.flatnonzero(rng.random(len(program)) < 0.5)
    assert solve_sparse(program, warm=prices, start=edges).objective == cold.objective
    again = solve_sparse(program, warm=cold.prices, start=cold.edges)
    assert again.objective == cold.objective


@pytest.mark.parametrize("seed", range(60))
def test_bids_alone_are_legal_with_prices_fair_at_all_other_edges(seed: int) -> None:
    """They say what no other edge gains more than, and a repair from them is the optimum."""
    program = random_program(seed)
    program = program.replace(bounds=replace(program.bounds, seats=None))
    best = solved(program)
    if best is None:
        return
    largest = int(np.abs(program.gain).max(initial=0))
    rough = by_bids(program, largest, None)
    mentors, mentees = program.shape
    for people, most in (
        (np.bincount(program.mentor[rough.edges], minlength=mentors), program.bounds.mentor_most),
        (np.bincount(program.mentee[rough.edges], minlength=mentees), program.bounds.mentee_most),
    ):
        assert (people <= most).all()
    assert set(program.locked) <= set(rough.edges)
    assert rough.objective == program.value(rough.edges)
    assert rough.prices is not None
    above = np.flatnonzero(reduced(program, rough.prices) > 0)
    assert set(above) <= set(rough.edges)
    repaired = optimise(program, largest, warm=rough.prices, start=rough.edges)
    assert repaired.objective == best.objective


def test_it_is_deterministic() -> None:
    """The same program gives the same edges and prices."""
    program = random_program(4, people=40)
    one, other = solve_sparse(program), solve_sparse(program)
    assert one.prices is not None
    assert other.prices is not None
    assert (one.edges == other.edges).all()
    assert (one.prices.mentor == other.prices.mentor).all()


def test_when_time_is_up_the_bound_is_still_true() -> None:
    """A solve that is stopped returns a legal selection and a bound above the optimum."""
    rng = np.random.default_rng(1)
    mentee, mentor = (part.ravel().astype(np.int32) for part in np.indices((60, 50)))
    ones = np.ones(60, np.int64)
    program = Candidates(mentor, mentee, rng.integers(0, 99, 3000), Bounds.of(ones[:50], ones))
    best, stopped = solve_sparse(program), solve_sparse(program, time_limit=0.0)
    assert stopped.status is Status.FEASIBLE
    assert stopped.bound is not None
    assert stopped.objective <= best.objective <= stopped.bound
    assert program.value(stopped.edges) == stopped.objective
    assert (np.bincount(program.mentor[stopped.edges]) <= 1).all()


def test_numbers_at_the_limit_are_exact_and_beyond_it_refused() -> None:
    """Overflow cannot happen: what could overflow is refused before solving."""
    places = np.ones(2, np.int64)
    mentee, mentor = (part.ravel().astype(np.int32) for part in np.indices((2, 2)))
    gain = np.array([5, 3, 4, 1], np.int64) << 52
    program = Candidates(mentor, mentee, gain, Bounds.of(places, places))
    assert solve_sparse(program).objective == 7 << 52
    with pytest.raises(InvalidInputError, match="too large for the sparse solver"):
        solve_sparse(program.replace(gain=gain << 4))


def test_bonuses_as_large_as_coverage_first_has_them() -> None:
    """A bonus far above all gains puts one more person before any score."""
    mentee, mentor = np.array([0, 1], np.int32), np.array([0, 0], np.int32)
    places = np.array([2], np.int64)
    bounds = Bounds.of(places, np.ones(2, np.int64))
    bounds = replace(bounds, mentee_bonus=np.full(2, 1 << 40), mentor_bonus=np.full(1, 1 << 40))
    program = Candidates(mentor, mentee, np.array([-(1 << 20), 7]), bounds)
    assert solve_sparse(program).objective == 3 * (1 << 40) - (1 << 20) + 7


def test_by_name_it_solves_a_matrix_with_its_certificate() -> None:
    """``solver="sparse"`` works from the front door, and its own prices pass verification."""
    scores = np.random.default_rng(3).integers(0, 9, (6, 7))
    matching = rmatch.match_matrix(scores, mentor_capacity=2, seats=5, solver="sparse")
    assert matching.units == rmatch.match_matrix(scores, mentor_capacity=2, seats=5).units
    assert matching.certificate.verify(matching.problem)


def test_small_problems_never_wait_for_the_compiler() -> None:
    """Neither numba nor the kernels are imported where they would not pay."""
    code = (
        "import sys, rmatch; rmatch.match_matrix([[1, 2], [3, 4]], mentor_capacity=2); "
        "sys.exit('numba' in sys.modules or 'rmatch.kernels.compiler' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
