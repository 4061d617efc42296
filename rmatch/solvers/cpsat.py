"""Constraint programming with OR-Tools CP-SAT: exact, whole numbers throughout."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from rmatch.candidates import Candidates, Feature
from rmatch.errors import MissingDependencyError, SolverError
from rmatch.rows import NO_LIMIT
from rmatch.solvers import Infeasible, Options, Selection, Status
from rmatch.solvers.milp import nothing
from rmatch.solvers.program import Solution, out_of_time, program

if TYPE_CHECKING:
    from rmatch.solvers.program import Program


class CpSat:
    """Every column a whole variable, every row a linear constraint.

    It searches in whole numbers, but keeps the best objective and its bound as floats.

    One worker unless ``options.threads`` says otherwise: only then is the answer the same on every
    run. With the seed, that is all that decides it.
    """

    name: ClassVar[str] = "cpsat"
    features: ClassVar[frozenset[Feature]] = frozenset(Feature) - {Feature.BIG_NUMBERS}
    exact: ClassVar[bool] = True

    def solve(self, candidates: Candidates, options: Options) -> Selection:
        """Return the optimum, or at the time limit the best so far with a bound."""
        if not len(candidates):
            return nothing(candidates)
        found = maximise(program(candidates).reduced(), options)
        chosen = np.flatnonzero(found.values[: len(candidates)])
        value = candidates.value(chosen)
        if found.best:
            return Selection(chosen, Status.OPTIMAL, value, value)
        return Selection(chosen, Status.FEASIBLE, value, max(found.bound, value))


def maximise(written: Program, options: Options) -> Solution:
    """Return the best values of the columns, or at the time limit the best so far with a bound."""
    cp_model = modelling()
    if written.crossed:
        raise Infeasible
    model = cp_model.CpModel()
    columns = _columns(model, written)
    _constrain(model, columns, written)
    used = np.flatnonzero(written.gain)
    model.maximize(_sum([columns[at] for at in used], written.gain[used].tolist()))
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = options.threads or 1
    solver.parameters.random_seed = options.seed
    if options.time_limit is not None:
        solver.parameters.max_time_in_seconds = options.time_limit
    status = solver.solve(model)
    if status == cp_model.INFEASIBLE:
        raise Infeasible
    if status == cp_model.UNKNOWN and options.time_limit is not None:
        raise out_of_time("CP-SAT", options)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        name = solver.status_name(status)
        raise SolverError(f"CP-SAT ended without a matching: {name}", name)
    values = np.array([solver.value(column) for column in columns], dtype=np.int64)
    if status == cp_model.OPTIMAL:
        return Solution(values, int(written.gain @ values), True)
    # The inner bound is an integer; as a float it is rounded, up here.
    bound = int(np.ceil(np.nextafter(solver.best_objective_bound, np.inf)))
    return Solution(values, bound, False)


def modelling() -> Any:
    """Return CP-SAT's modelling module, or say what is missing."""
    try:
        from ortools.sat.python import cp_model
    except ImportError as error:
        raise MissingDependencyError(
            "this needs ortools (pip install ortools); where there is a choice of solver, "
            "solver='milp' works without"
        ) from error
    return cp_model


def _columns(model: Any, written: Program) -> list[Any]:
    """Return a variable for each column; how far a soft row is outside has a limit."""
    reach = np.abs(written.matrix).sum(axis=1).max(initial=0)
    for limits in (written.low, written.high):
        given = np.abs(limits[np.abs(limits) < NO_LIMIT])
        reach = max(int(reach), int(given.max(initial=0)) + int(reach))
    upper = np.minimum(written.upper, reach).tolist()
    return [
        model.new_int_var(low, high, "")
        for low, high in zip(written.lower.tolist(), upper, strict=True)
    ]


def _constrain(model: Any, columns: list[Any], written: Program) -> None:
    from ortools.sat.python import cp_model

    starts, places = written.matrix.indptr.tolist(), written.matrix.indices.tolist()
    factors = written.matrix.data.tolist()
    for row, (low, high) in enumerate(
        zip(written.low.tolist(), written.high.tolist(), strict=True)
    ):
        inside = slice(starts[row], starts[row + 1])
        left = cp_model.INT_MIN if low <= -NO_LIMIT else low
        right = cp_model.INT_MAX if high >= NO_LIMIT else high
        terms = _sum([columns[at] for at in places[inside]], factors[inside])
        model.add_linear_constraint(terms, left, right)


def _sum(variables: list[Any], factors: list[int]) -> Any:
    from ortools.sat.python import cp_model

    return cp_model.LinearExpr.weighted_sum(variables, factors)
