"""Min-cost flow with OR-Tools: exact, every kind of count."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import numpy as np

from rmatch.candidates import Candidates, Feature, folded
from rmatch.errors import MissingDependencyError, SolverError
from rmatch.solvers import Infeasible, Options, Selection, Status

if TYPE_CHECKING:
    from numpy.typing import NDArray


class Flow:
    """The candidates as a network: source, mentors, mentees, sink; one unit of flow is one pair.

    Everybody's places are up to three parallel arcs from the source (or to the sink): the least
    number that must flow, the first that earns the bonus, and the rest. One arc from source to sink
    takes what is not used, and a hub before the mentors carries the seats.
    """

    name: ClassVar[str] = "flow"
    features: ClassVar[frozenset[Feature]] = frozenset(Feature) - {
        Feature.COHORT_ROWS,
        Feature.PEOPLE_ROWS,
        Feature.BIG_COSTS,  # OR-Tools multiplies costs by the number of people
    }
    exact: ClassVar[bool] = True

    def solve(self, candidates: Candidates, options: Options) -> Selection:
        """Return the optimum. ``options`` has no effect: the method is deterministic."""
        try:
            from ortools.graph.python import min_cost_flow
        except ImportError as error:
            raise MissingDependencyError(
                "the flow solver needs ortools (pip install ortools); "
                "solver='assignment' works without it for one-sided capacities"
            ) from error
        bounds, (mentors, mentees) = candidates.bounds, candidates.shape
        usable = (bounds.mentor_most[candidates.mentor] > 0) & (
            bounds.mentee_most[candidates.mentee] > 0
        )
        edge = np.flatnonzero(usable)
        source, sink, hub = mentors + mentees, mentors + mentees + 1, mentors + mentees + 2
        must = candidates.must
        gains = folded(candidates).copy()  # may be the candidates' own
        gains[candidates.locked] += must
        flow = min_cost_flow.SimpleMinCostFlow()
        first = flow.add_arcs_with_capacity_and_unit_cost(
            candidates.mentor[edge],
            candidates.mentee[edge] + np.int32(mentors),
            np.ones(len(edge), np.int64),
            -gains[edge],
        )
        for tails, heads, capacity, cost in (
            *_person_arcs(
                hub,
                np.arange(mentors),
                bounds.mentor_least,
                bounds.mentor_most,
                bounds.mentor_bonus,
                must,
                outward=True,
            ),
            *_person_arcs(
                sink,
                np.arange(mentors, mentors + mentees),
                bounds.mentee_least,
                bounds.mentee_most,
                bounds.mentee_bonus,
                must,
                outward=False,
            ),
        ):
            flow.add_arcs_with_capacity_and_unit_cost(tails, heads, capacity, cost)
        units = min(int(bounds.mentor_most.sum()), int(bounds.mentee_most.sum()))
        flow.add_arc_with_capacity_and_unit_cost(source, sink, units, 0)
        seats = units if bounds.seats is None else bounds.seats
        flow.add_arc_with_capacity_and_unit_cost(source, hub, seats, 0)
        flow.set_node_supply(source, units)
        flow.set_node_supply(sink, -units)
        status = flow.solve()
        if status != flow.OPTIMAL:
            raise SolverError(f"OR-Tools min-cost flow ended with {status.name}", status.name)
        chosen = edge[flow.flows(np.asarray(first)) > 0] if len(edge) else edge
        _require(candidates, chosen)
        value = candidates.value(chosen)
        return Selection(chosen, Status.OPTIMAL, value, value)


def _person_arcs(
    end: int,
    people: NDArray[np.int64],
    least: NDArray[np.int64],
    most: NDArray[np.int64],
    bonus: NDArray[np.int64],
    must: int,
    *,
    outward: bool,
) -> list[tuple[NDArray[np.int64], ...]]:
    """Return the parallel arcs of each person's places, the most valuable first."""
    bonus = np.where(most == 1, 0, bonus)  # already part of the pair's gain
    first = np.minimum(most, 1)
    required = np.minimum(least, most)
    arcs: list[tuple[NDArray[np.int64], ...]] = []
    for capacity, cost in (
        (np.minimum(required, first), -(bonus + must)),
        (np.maximum(first - required, 0), -bonus),
        (np.maximum(required - first, 0), np.full_like(bonus, -must)),
        (most - np.maximum(required, first), np.zeros_like(bonus)),
    ):
        used = np.flatnonzero(capacity > 0)
        ends = np.full(len(used), end)
        tails, heads = (ends, people[used]) if outward else (people[used], ends)
        arcs.append((tails, heads, capacity[used], cost[used]))
    return arcs


def _require(candidates: Candidates, chosen: NDArray[np.intp]) -> None:
    """Raise unless every minimum is met and every lock kept."""
    bounds, (mentors, mentees) = candidates.bounds, candidates.shape
    mentor_pairs = np.bincount(candidates.mentor[chosen], minlength=mentors)
    mentee_pairs = np.bincount(candidates.mentee[chosen], minlength=mentees)
    if (mentor_pairs < bounds.mentor_least).any() or (mentee_pairs < bounds.mentee_least).any():
        raise Infeasible
    if not np.isin(candidates.locked, chosen).all():
        raise Infeasible
