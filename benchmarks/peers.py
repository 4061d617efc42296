"""Other libraries on the ready-made matrix: the same problem, the objective compared with ``==``.

Every peer gets ``gain`` (mentors, mentees) int64 with forbidden pairs at ``FORBIDDEN``, and the
most pairs of each person. A peer that must match everybody gets a forbidden pair as one that is
worth nothing, and those pairs are dropped afterwards: gains are at least 0, so leaving somebody
out is never worse.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

import numpy as np

FORBIDDEN = -1


@dataclass(frozen=True)
class Peer:
    """A library: how it solves, and up to which sizes it ends in minutes; 0 is never."""

    name: str
    package: str  # that is imported
    solve: Callable[[Any, Any, Any], int]
    none: int  # the largest size with one place for everybody
    one: int = 0  # with several places on one side
    both: int = 0  # with several places on both sides

    def can(self, size: int, many: str = "none") -> bool:
        """Say whether the peer is installed, and solves such a problem at all, and in time."""
        return size <= int(getattr(self, many)) and find_spec(self.package) is not None


def _slots(gain: Any, mentor_most: Any, mentee_most: Any) -> Any:
    rows = np.repeat(np.arange(gain.shape[0]), mentor_most)
    cols = np.repeat(np.arange(gain.shape[1]), mentee_most)
    return np.maximum(gain, 0)[rows][:, cols]


def scipy_assignment(gain: Any, mentor_most: Any, mentee_most: Any) -> int:
    from scipy.optimize import linear_sum_assignment

    slots = _slots(gain, mentor_most, mentee_most)
    rows, cols = linear_sum_assignment(slots, maximize=True)
    return int(slots[rows, cols].sum())


def lapx(gain: Any, mentor_most: Any, mentee_most: Any) -> int:
    import lap

    slots = _slots(gain, mentor_most, mentee_most)
    cost = (slots.max() - slots).astype(np.float64)
    _, cols, _ = lap.lapjv(cost, extend_cost=True)
    chosen = np.flatnonzero(cols >= 0)
    return int(slots[chosen, cols[chosen]].sum())


def ortools_flow(gain: Any, mentor_most: Any, mentee_most: Any) -> int:
    from ortools.graph.python import min_cost_flow

    mentors, mentees = gain.shape
    rows, cols = np.nonzero(gain >= 0)
    source, sink = mentors + mentees, mentors + mentees + 1
    flow = min_cost_flow.SimpleMinCostFlow()
    flow.add_arcs_with_capacity_and_unit_cost(
        rows, cols + mentors, np.ones(len(rows), np.int64), -gain[rows, cols]
    )
    people = np.arange(mentors)
    flow.add_arcs_with_capacity_and_unit_cost(
        np.full(mentors, source), people, mentor_most, np.zeros(mentors, np.int64)
    )
    people = np.arange(mentors, mentors + mentees)
    flow.add_arcs_with_capacity_and_unit_cost(
        people, np.full(mentees, sink), mentee_most, np.zeros(mentees, np.int64)
    )
    units = int(min(mentor_most.sum(), mentee_most.sum()))
    flow.add_arc_with_capacity_and_unit_cost(source, sink, units, 0)
    flow.set_node_supply(source, units)
    flow.set_node_supply(sink, -units)
    assert flow.solve() == flow.OPTIMAL
    return -int(flow.optimal_cost())


def ortools_assignment(gain: Any, mentor_most: Any, mentee_most: Any) -> int:
    from ortools.graph.python import linear_sum_assignment

    # Needs a perfect assignment of a square graph: every cell is an arc.
    size = max(gain.shape)
    square = np.zeros((size, size), np.int64)
    square[: gain.shape[0], : gain.shape[1]] = np.maximum(gain, 0)
    rows, cols = (axis.ravel() for axis in np.indices(square.shape))
    solver = linear_sum_assignment.SimpleLinearSumAssignment()
    solver.add_arcs_with_cost(rows, cols, -square.ravel())
    assert solver.solve() == solver.OPTIMAL
    return -int(solver.optimal_cost())


def pot_emd(gain: Any, mentor_most: Any, mentee_most: Any) -> int:
    import ot

    # Optimal transport of equal masses; several places of one person would allow a pair twice.
    size = max(gain.shape)
    square = np.zeros((size, size))
    square[: gain.shape[0], : gain.shape[1]] = np.maximum(gain, 0)
    mass = np.ones(size)
    plan = ot.emd(mass, mass, square.max() - square, numItermax=10_000_000, check_marginals=False)
    return round(float((plan * square).sum()))


def _highs(gain: Any, mentor_most: Any, mentee_most: Any, integer: int) -> int:
    from scipy import sparse
    from scipy.optimize import Bounds, LinearConstraint, milp

    rows, cols = np.nonzero(gain >= 0)
    edges, ones = np.arange(len(rows)), np.ones(len(rows))
    constraints = [
        LinearConstraint(sparse.csr_array((ones, (ends, edges)), (len(most), len(rows))), 0, most)
        for ends, most in ((rows, mentor_most), (cols, mentee_most))
    ]
    result = milp(-gain[rows, cols].astype(float), integrality=np.full(len(rows), integer),
                  bounds=Bounds(0, 1), constraints=constraints)  # fmt: skip
    return round(-result.fun)


def highs(gain: Any, mentor_most: Any, mentee_most: Any) -> int:
    return _highs(gain, mentor_most, mentee_most, integer=0)


def cp_sat(gain: Any, mentor_most: Any, mentee_most: Any) -> int:
    from ortools.sat.python import cp_model

    model = cp_model.CpModel()
    rows, cols = np.nonzero(gain >= 0)
    chosen = [model.new_bool_var("") for _ in rows]
    for ends, most in ((rows, mentor_most), (cols, mentee_most)):
        for person, places in enumerate(most.tolist()):
            mine = [chosen[edge] for edge in np.flatnonzero(ends == person)]
            model.add(sum(mine) <= places)
    model.maximize(sum(int(g) * x for g, x in zip(gain[rows, cols], chosen, strict=True)))
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 2
    assert solver.solve(model) == cp_model.OPTIMAL
    return round(solver.objective_value)


PEERS = (
    Peer("scipy linear_sum_assignment", "scipy", scipy_assignment, none=10_000, one=5_000),
    Peer("lapx", "lap", lapx, none=10_000, one=2_000),
    Peer(
        "OR-Tools SimpleMinCostFlow", "ortools", ortools_flow, none=10_000, one=10_000, both=10_000
    ),
    Peer("OR-Tools LinearSumAssignment", "ortools", ortools_assignment, none=10_000),
    Peer("POT emd", "ot", pot_emd, none=5_000),
    Peer("HiGHS", "scipy", highs, none=1_000, one=1_000, both=1_000),
    Peer("CP-SAT", "ortools", cp_sat, none=200, one=200, both=200),
)
