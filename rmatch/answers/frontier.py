"""The trade between two aims: the best of one for each amount of the other, exactly."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from rmatch import solvers
from rmatch.answers.answer import Answer, plain
from rmatch.answers.wording import figure, paragraph
from rmatch.candidates import Candidates
from rmatch.errors import InvalidInputError
from rmatch.forms import GRID
from rmatch.problem import Problem
from rmatch.rows import CohortRows, Row
from rmatch.solvers import Infeasible, Options

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from rmatch.matching import Matching

    Ints = NDArray[np.int64]
    Edges = NDArray[np.intp]

PAIRS, SCORE = "pairs", "score"


@dataclass(frozen=True)
class FrontierPoint:
    """One matching that nothing beats in both aims: its two amounts, and what it is like.

    ``supported`` says whether some weighting of the two aims leads to this point; ``None`` where
    not all points are known. ``now`` marks amounts that the present matching has.
    """

    first: float
    second: float
    pairs: int
    mentees: int
    score: float
    mean: float | None
    worst: float | None
    supported: bool | None
    now: bool


@dataclass(frozen=True)
class Frontier(Answer):
    """Points from least to most of the first aim; ``complete`` if there are no others."""

    first: str
    second: str
    points: tuple[FrontierPoint, ...]
    complete: bool

    def rows(self) -> list[dict[str, Any]]:
        """Return one record for each point."""
        return [plain(vars(point)) for point in self.points]

    @property
    def words(self) -> str:
        if not self.points:
            return "No matching keeps all minimums and locks."
        names = [_called(name) for name in (self.first, self.second)]
        low, high = self.points[0], self.points[-1]
        reach = f"From {figure(low.first)} to {figure(high.first)} {names[0]}"
        best = f"from {figure(low.second)} to {figure(high.second)}"
        said = [f"{reach}, the best {names[1]} goes {best}"]
        means = [point.mean for point in self.points if point.mean is not None]
        if self.first == PAIRS and means:
            ends = f"from {figure(means[0])} to {figure(means[-1])}"
            said.append(f"The mean score of a pair goes {ends}")
        if not self.complete:
            said.append(f"These are {len(self.points)} of the points; each is exact")
        return paragraph(said)

    def plot(self, ax: Any = None) -> Any:
        """Draw the frontier, see :func:`rmatch.plots.frontier`."""
        from rmatch.plots import frontier as draw

        return draw(self, ax)


def frontier(
    matching: Matching, first: str = PAIRS, second: str = SCORE, *, points: int | None = 20
) -> Frontier:
    """Return the trade between two aims; see :meth:`Matching.frontier`."""
    if points is not None and (isinstance(points, bool) or points != int(points) or points < 2):
        raise InvalidInputError(f"points={points!r}; None (all), or a whole number of at least 2")
    if first == second:
        raise InvalidInputError(f"the two aims are both {first!r}; give two different ones")
    edges = matching._edges
    none = np.zeros_like
    bounds = replace(
        edges.bounds,
        mentor_bonus=none(edges.bounds.mentor_bonus),
        mentee_bonus=none(edges.bounds.mentee_bonus),
    )
    trade = _Trade(
        matching,
        edges.replace(bounds=bounds),
        _amounts(matching, edges, first),
        _amounts(matching, edges, second),
    )
    if first == PAIRS and edges.cohort is None:
        found, complete = trade.by_pairs(points)
    else:
        found, complete = trade.by_floor(points)
    here = _totals(trade, matching._chosen)
    hull = _hull([_totals(trade, chosen) for chosen in found]) if complete else None
    units = tuple(_unit(matching, name) for name in (first, second))
    return Frontier(
        first,
        second,
        tuple(_point(matching, trade, chosen, units, here, hull) for chosen in found),
        complete,
    )


@dataclass(frozen=True, eq=False)
class _Trade:
    """Candidates with two whole-number amounts for each edge."""

    matching: Matching
    edges: Candidates
    first: Ints
    second: Ints

    def by_pairs(self, points: int | None) -> tuple[list[Edges], bool]:
        """Return the best second aim for each number of pairs.

        A number of pairs is one more limit of the flow, so the best for each number is concave in
        it: every point is supported. A bonus for each pair above all else fills the seats.
        """
        bonus = int(2 * np.abs(self.second).max(initial=0) * self.edges.bounds.most_pairs) + 1
        filled = self._solve(self.second + bonus)
        if filled is None:
            return [], True
        least = self._solve(self.second - bonus)
        assert least is not None  # minimums and locks can be kept, with the fewest pairs
        numbers = np.arange(len(least), len(filled) + 1)
        chosen = _spread(numbers, points)
        found = []
        for number in chosen.tolist():
            best = self._solve(self.second + bonus, seats=number)
            assert best is not None
            found.append(best)
        return found, len(chosen) == len(numbers)

    def by_floor(self, points: int | None) -> tuple[list[Edges], bool]:
        """Return points nothing beats, one after the other, each from a higher floor of the first.

        For every floor: the most of the second aim above it, and at that the most of the first
        (Y. Haimes, L. Lasdon, D. Wismer, "On a bicriterion formulation ...", 1971).
        """
        most = self._solve(self.first)
        start = self._solve(self.second)
        if most is None or start is None:
            return [], True
        at = self._lift(start)
        top, found = int(self.first[most].sum()), [at]
        reach = top - int(self.first[at].sum())
        step = 1 if points is None else max(1, -(-reach // (points - 1)))
        while (now := int(self.first[found[-1]].sum())) < top:
            best = self._solve(self.second, ((self.first, min(now + step, top)),))
            assert best is not None  # the floor is at most the top
            found.append(self._lift(best))
        return found, step == 1

    def _lift(self, edges: Edges) -> Edges:
        """Return the most of the first aim at no less of the second."""
        best = self._solve(self.first, ((self.second, int(self.second[edges].sum())),))
        assert best is not None
        return best

    def _solve(
        self,
        gain: Ints,
        floors: tuple[tuple[Ints, int], ...] = (),
        seats: int | None = None,
    ) -> Edges | None:
        """Return the edges of the largest gain above floors; ``None`` where there are none."""
        program = self.edges.replace(gain=gain)
        if seats is not None:
            program = program.replace(bounds=replace(program.bounds, seats=seats))
        if floors:
            every = np.arange(len(gain))
            rows = [Row("floor", low, None, pairs=every, per_pair=each) for each, low in floors]
            program = program.replace(cohort=_with_rows(program, rows))
        try:
            return solvers.choose("auto", program).solve(program, Options()).edges
        except Infeasible:
            return None


def _with_rows(program: Candidates, rows: list[Row]) -> CohortRows:
    """Return the program's own conditions and some more."""
    more = CohortRows.of(rows, len(program), program.shape)
    return more if program.cohort is None else program.cohort.and_also(more)


def _amounts(matching: Matching, edges: Candidates, name: str) -> Ints:
    """Return what each edge adds to an aim, in whole numbers."""
    if name == PAIRS:
        return np.ones(len(edges), dtype=np.int64)
    if name == SCORE:
        return edges.gain
    problem = matching.problem
    parts = problem.score if isinstance(problem, Problem) else ()
    for part in parts:
        if part.name == name:
            assert isinstance(problem, Problem)
            form = part.form(problem.mentors, problem.mentees, 1.0)
            block = form.block(slice(None), slice(None))
            return block[edges.mentor, edges.mentee].astype(np.int64)
    names = ", ".join(repr(each) for each in (PAIRS, SCORE, *(part.name for part in parts)))
    raise InvalidInputError(f"no aim {name!r}; there are: {names}")


def _unit(matching: Matching, name: str) -> float:
    if name == PAIRS:
        return 1.0
    return matching.problem.unit if name == SCORE else 1 / GRID


def _totals(trade: _Trade, chosen: Edges) -> tuple[int, int]:
    return int(trade.first[chosen].sum()), int(trade.second[chosen].sum())


def _spread(numbers: NDArray[np.intp], points: int | None) -> NDArray[np.intp]:
    """Return numbers spread evenly, the first and the last among them."""
    if points is None or len(numbers) <= points:
        return numbers
    at: NDArray[np.intp] = np.unique(np.rint(np.linspace(0, len(numbers) - 1, points)).astype(int))
    return numbers[at]


def _hull(totals: list[tuple[int, int]]) -> set[tuple[int, int]]:
    """Return the points on the upper concave hull, those on its edges included."""
    hull: list[tuple[int, int]] = []
    for point in sorted(totals):
        while len(hull) > 1 and _turn(hull[-2], hull[-1], point) > 0:
            hull.pop()
        hull.append(point)
    return set(hull)


def _turn(a: tuple[int, int], b: tuple[int, int], c: tuple[int, int]) -> int:
    """Return a positive number where b lies below the line from a to c."""
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


def _point(
    matching: Matching,
    trade: _Trade,
    chosen: Edges,
    units: tuple[float, ...],
    here: tuple[int, int],
    hull: set[tuple[int, int]] | None,
) -> FrontierPoint:
    totals = _totals(trade, chosen)
    gains, unit = trade.matching._edges.gain[chosen], matching.problem.unit
    score = int(gains.sum()) * unit
    return FrontierPoint(
        totals[0] * units[0],
        totals[1] * units[1],
        len(chosen),
        len(np.unique(trade.edges.mentee[chosen])),
        score,
        score / len(chosen) if len(chosen) else None,
        int(gains.min()) * unit if len(chosen) else None,
        None if hull is None else totals in hull,
        totals == here,
    )


def _called(name: str) -> str:
    return {PAIRS: "pairs", SCORE: "total score"}.get(name, f"total {name.replace('_', ' ')}")
