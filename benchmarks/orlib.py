"""Read assignment problems in the formats of the OR-Library.

J. E. Beasley, "OR-Library: distributing test problems by electronic mail", Journal of the
Operational Research Society 41, 1990.

    python -m benchmarks.orlib assign100.txt gap1.txt

prints the optimum of every instance in downloaded files, to be compared with the published one. One
file is in ``benchmarks/data/orlib/``. Numbers may be broken over lines anywhere.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

import rmatch
from rmatch.candidates import Bounds, Candidates
from rmatch.rows import CohortRows, Row
from rmatch.solvers.cpsat import CpSat
from rmatch.solvers.milp import Milp

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from rmatch.solvers import Options, Selection

    Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Generalised:
    """Every job to one agent, within each agent's capacity, at least cost or most profit."""

    values: Ints  # (agents, jobs)
    used: Ints  # (agents, jobs), of the agent's capacity
    capacity: Ints  # (agents,)

    def candidates(self, *, maximise: bool) -> Candidates:
        """Return the problem as a program: jobs are mentees with exactly one mentor."""
        agents, jobs = self.values.shape
        mentee, mentor = (axis.ravel().astype(np.int32) for axis in np.indices((jobs, agents)))
        sign = 1 if maximise else -1
        one = np.ones(jobs, np.int64)
        rows = [
            Row(f"agent {agent}", None, int(self.capacity[agent]), np.flatnonzero(mentor == agent),
                self.used[agent])
            for agent in range(agents)
        ]  # fmt: skip
        return Candidates(
            mentor,
            mentee,
            sign * self.values[mentor, mentee],
            Bounds.of(np.full(agents, jobs, np.int64), one, mentee_least=one),
            CohortRows.of(rows, agents * jobs, (agents, jobs)),
        )

    def solve(self, *, maximise: bool = False, exact: Milp | CpSat | None = None) -> int:
        """Return the proven optimum; ``Infeasible`` is raised where there is none."""
        from rmatch.solvers import Options, Status

        options: Options = Options()
        found: Selection = (exact or Milp()).solve(self.candidates(maximise=maximise), options)
        assert found.status is Status.OPTIMAL
        return found.objective if maximise else -found.objective


def read_assignment(text: str) -> Ints:
    """Return the costs of an ``assign`` file: the size, then each row of costs."""
    numbers = _numbers(text)
    size = next(numbers)
    costs = np.array(list(numbers), dtype=np.int64)
    if len(costs) != size * size:
        raise ValueError(f"{size} x {size} costs are announced, {len(costs)} are there")
    return costs.reshape(size, size)


def least_cost(costs: Ints) -> int:
    """Return the optimum of an assignment: everybody has exactly one partner."""
    matching = rmatch.match_matrix(-costs, mentor_minimum=1, mentee_minimum=1)
    assert matching.status.value == "optimal"
    return -matching.units


def read_generalised(text: str) -> list[Generalised]:
    """Return the instances of a ``gap`` file.

    First the number of instances; for each the numbers of agents and jobs, a row of values for
    each agent, a row of uses for each agent, and the capacities.
    """
    numbers = _numbers(text)
    found = []
    for _ in range(next(numbers)):
        agents, jobs = next(numbers), next(numbers)
        values, used = (_matrix(numbers, agents, jobs) for _ in range(2))
        found.append(Generalised(values, used, _matrix(numbers, 1, agents)[0]))
    if next(numbers, None) is not None:
        raise ValueError("there are more numbers than the instances announced")
    return found


def _numbers(text: str) -> Iterator[int]:
    return map(int, text.split())


def _matrix(numbers: Iterator[int], rows: int, columns: int) -> Ints:
    given = list(islice(numbers, rows * columns))
    if len(given) < rows * columns:
        raise ValueError(f"{rows} x {columns} numbers are announced, {len(given)} are there")
    return np.array(given, dtype=np.int64).reshape(rows, columns)


def main(files: list[str]) -> None:
    for name in files:
        text = Path(name).read_text(encoding="ascii")
        if "assign" in name:
            print(f"{name}: least cost {least_cost(read_assignment(text))}")
            continue
        for number, instance in enumerate(read_generalised(text), start=1):
            print(f"{name} {number}: most {instance.solve(maximise=True)}")


if __name__ == "__main__":
    main(sys.argv[1:])
