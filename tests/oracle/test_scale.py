"""The sparse solver and the pricing loop against solvers written by others, on many instances."""

from __future__ import annotations

import numpy as np
import pytest

from rmatch.candidates import Bounds, Candidates
from rmatch.solvers import Infeasible, Options, get
from rmatch.solvers.bmatching import solve_sparse
from tests.programs import random_program


def objective(solver: str, program: Candidates) -> int | None:
    try:
        return get(solver).solve(program, Options()).objective
    except Infeasible:
        return None


@pytest.mark.parametrize("batch", range(10))
def test_sparse_equals_flow_on_thousands_of_programs(batch: int) -> None:
    """Ties, zeros, negative gains, minimums, seats, bonuses, locks: the same integer."""
    for seed in range(1000 + 300 * batch, 1300 + 300 * batch):
        program = random_program(seed, people=5 + seed % 9)
        assert objective("sparse", program) == objective("flow", program), seed


@pytest.mark.parametrize("mentors", [40, 150])
@pytest.mark.parametrize("top", [1, 5, 1 << 20])
def test_sparse_equals_the_assignment_method_on_middle_sizes(mentors: int, top: int) -> None:
    """Square, scarce and plentiful, many ties and none."""
    for mentees in (mentors, mentors // 3, 2 * mentors):
        rng = np.random.default_rng(mentees)
        mentee, mentor = np.nonzero(rng.random((mentees, mentors)) < 0.4)
        bounds = Bounds.of(np.ones(mentors, np.int64), np.ones(mentees, np.int64))
        program = Candidates(
            mentor.astype(np.int32),
            mentee.astype(np.int32),
            rng.integers(0, top + 1, len(mentor)),
            bounds,
        )
        assert solve_sparse(program).objective == objective("assignment", program)
