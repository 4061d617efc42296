"""HiGHS and CP-SAT: the same answer on every run, and at a time limit a bound that holds."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.orlib import Generalised
from rmatch.errors import SolverError
from rmatch.solvers import Options, Status
from rmatch.solvers.cpsat import CpSat
from rmatch.solvers.milp import Milp


def instance(agents, jobs, seed=3):
    rng = np.random.default_rng(seed)
    used = rng.integers(5, 25, (agents, jobs))
    return Generalised(
        rng.integers(15, 25, (agents, jobs)), used, (0.8 * used.sum(axis=1) / agents).astype(int)
    ).candidates(maximise=True)


@pytest.mark.parametrize("solver", [Milp(), CpSat()], ids=lambda each: each.name)
def test_every_run_chooses_the_same_pairs(solver):
    """Same candidates, same seed: the same edges, not only the same objective."""
    found = [solver.solve(instance(4, 16), Options(seed=7)) for _ in range(3)]
    assert all(each.status is Status.OPTIMAL for each in found)
    assert all(np.array_equal(found[0].edges, each.edges) for each in found)


@pytest.mark.parametrize("solver", [Milp(), CpSat()], ids=lambda each: each.name)
def test_a_limit_that_ends_before_any_matching_says_so(solver):
    """And what to do, in place of the solver's own words."""
    with pytest.raises(SolverError, match=r"time was up .* time_limit=0 .* allow more") as ended:
        solver.solve(instance(20, 100), Options(time_limit=0))
    assert ended.value.status == "time limit"


def test_the_number_of_workers_and_the_seed_change_no_objective():
    """Several workers may choose among optima as they like, but not below them."""
    made = instance(4, 16)
    values = {
        CpSat().solve(made, Options(seed=seed, threads=workers)).objective
        for seed in (0, 1)
        for workers in (1, 2)
    }
    assert values == {Milp().solve(made, Options()).objective}


@pytest.mark.parametrize("solver", [Milp(), CpSat()], ids=lambda each: each.name)
def test_at_a_time_limit_there_is_a_bound(solver):
    """What is returned is legal, and lies at or below the bound, as every matching does."""
    made = instance(12, 90)
    found = solver.solve(made, Options(time_limit=1.0))
    assert found.bound is not None
    assert found.objective <= found.bound
    assert made.value(found.edges) == found.objective
    assert (found.status is Status.OPTIMAL) == (found.objective == found.bound)
    better = CpSat().solve(made, Options(time_limit=3.0))
    assert better.objective <= found.bound
