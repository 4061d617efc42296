"""The trade between changes and the objective: the best for each number of changes, exactly."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rmatch.answers.answer import Answer, plain
from rmatch.answers.wording import counted, figure, paragraph
from rmatch.errors import InvalidInputError
from rmatch.living.tilt import Best, Tilted, solve
from rmatch.parameters import is_whole
from rmatch.solvers import Options

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from rmatch.problem import Problem

    Places = NDArray[np.intp]


@dataclass(frozen=True)
class ChangePoint:
    """The best with so many changes: no fewer reach its objective."""

    changes: int
    kept: int
    pairs: int
    objective: float


@dataclass(frozen=True)
class ChangeFrontier(Answer):
    """Points from the fewest changes to the best objective; ``complete`` if there are no others.

    Changes that no matching avoids are not counted, as in ``rematch(max_changes=...)``.
    """

    points: tuple[ChangePoint, ...]
    complete: bool

    def rows(self) -> list[dict[str, Any]]:
        """Return one record for each point."""
        return [plain(vars(point)) for point in self.points]

    @property
    def words(self) -> str:
        first, last = self.points[0], self.points[-1]
        if len(self.points) == 1:
            return "No change would raise the objective."
        start = f"Without a change, the objective is {figure(first.objective)}"
        end = f"{counted(last.changes, 'change')} would raise it to {figure(last.objective)}"
        said = [f"{start}; {end}"]
        steps = zip(self.points, self.points[1:], strict=False)
        each = [(b.objective - a.objective) / (b.changes - a.changes) for a, b in steps]
        said.append(f"The first changes bring {figure(each[0])} each, the last {figure(each[-1])}")
        if not self.complete:
            said.append(f"These are {len(self.points)} of the points; each is exact")
        return paragraph(said)


def change_frontier(
    problem: Problem, rows: Places, cols: Places, points: int | None
) -> ChangeFrontier:
    """Return the best for each number of changes; see :meth:`Rematch.frontier`.

    For every floor of pairs kept: the best above it, and of those the one that keeps most
    (Y. Haimes, L. Lasdon, D. Wismer, "On a bicriterion formulation ...", 1971).
    """
    if points is not None and not (is_whole(points) and points >= 2):
        raise InvalidInputError(f"points={points!r}; None or a whole number of at least 2")
    options, legal = Options(), (rows, cols)
    bounds = problem.bounds
    most = solve(Tilted.keeping(problem, bounds, *legal), 0, options)
    found = [solve(Tilted.priced(problem, bounds, *legal), 0, options)]
    reach = most.kept - found[0].kept
    step = 1 if points is None else max(1, -(-reach // (points - 1)))
    while found[-1].kept < most.kept:
        least = min(found[-1].kept + step, most.kept)
        best = solve(Tilted.priced(problem, bounds, *legal, least=least), 0, options)
        found.append(best)
    found = [one for one, more in zip(found, [*found[1:], None], strict=True) if _stands(one, more)]
    unit = problem.unit
    made = [ChangePoint(most.kept - b.kept, b.kept, len(b.rows), b.units * unit) for b in found]
    return ChangeFrontier(tuple(made[::-1]), step == 1)


def _stands(best: Best, more: Best | None) -> bool:
    """Say whether a point that keeps more is worse in the objective."""
    return more is None or more.units < best.units
