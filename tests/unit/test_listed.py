"""Programs of many listed edges: solved over few, proven over all, or stopped with a bound."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import rmatch
from rmatch import listed
from rmatch.candidates import all_candidates
from rmatch.certificate import dual_bound
from rmatch.errors import SolverError
from rmatch.solvers import Infeasible, Options, Status
from rmatch.solvers.bmatching import solve_sparse


def problem(minimum):
    """Sixty by fifty, some with several places, few seats, in a ready-made matrix."""
    rng = np.random.default_rng(7)
    return rmatch.match_matrix(
        rng.integers(0, 1000, (60, 50)),
        rng.random((60, 50)) < 0.6,
        mentor_capacity=rng.integers(1, 3, 60),
        mentee_minimum=minimum,
        seats=50,
    ).problem


@pytest.mark.parametrize("few", [1, 3, 20])
def test_prices_prove_the_optimum_over_all_edges(few, monkeypatch):
    """However few edges there are to begin with."""
    monkeypatch.setattr(listed, "FIRST", few)
    some = problem((np.arange(50) % 10 == 0).astype(int))
    candidates = all_candidates(some)
    found = listed.solve_listed(candidates, Options())
    assert found.status is Status.OPTIMAL
    assert found.objective == found.bound == solve_sparse(candidates).objective
    assert candidates.value(found.edges) == found.objective
    assert dual_bound(some, found.prices) == found.objective


def test_out_of_time_the_bound_holds_over_all_edges(monkeypatch):
    """What is returned is not called optimal, and its bound is above the optimum."""
    monkeypatch.setattr(listed, "FIRST", 1)
    candidates = all_candidates(problem(0))
    found = listed.solve_listed(candidates, Options(time_limit=0))
    best = solve_sparse(candidates).objective
    assert found.status is Status.FEASIBLE
    assert found.objective < best <= found.bound
    assert candidates.value(found.edges) == found.objective


def test_minimums_out_of_time_and_out_of_reach(monkeypatch):
    """Not met yet is one thing, cannot be met another."""
    monkeypatch.setattr(listed, "FIRST", 1)
    candidates = all_candidates(problem(1))
    with pytest.raises(SolverError, match="time was up before all minimums were met"):
        listed.solve_listed(candidates, Options(time_limit=0))
    short = candidates.replace(bounds=replace(candidates.bounds, seats=49))
    with pytest.raises(Infeasible):
        listed.solve_listed(short, Options())


def test_a_locked_pair_does_not_hide_that_more_are_needed(monkeypatch):
    """Mentor 1 needs two pairs: one is locked, and the first edges have no other that is free."""
    monkeypatch.setattr(listed, "FIRST", 1)
    allowed = np.array([[0, 0, 0], [1, 1, 1], [0, 1, 1]], dtype=bool)
    candidates = all_candidates(rmatch.match_matrix(np.zeros((3, 3), int), allowed).problem)
    bounds = replace(
        candidates.bounds,
        mentor_least=np.array([0, 2, 0]),
        mentor_most=np.array([0, 2, 0]),
        mentor_bonus=np.array([1, 1, 1]),
        mentee_most=np.array([1, 1, 0]),
    )
    locked = candidates.replace(bounds=bounds, locked=np.array([0]))
    found = listed.solve_listed(locked, Options())
    assert found.objective == found.bound == solve_sparse(locked).objective == 1
    assert candidates.mentor[found.edges].tolist() == [1, 1]
