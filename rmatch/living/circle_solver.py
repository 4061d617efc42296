"""The best circles over all teams: prices say which teams can matter, an exact solver chooses."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from time import monotonic
from typing import TYPE_CHECKING

import numpy as np
import scipy.sparse as sp

from rmatch.errors import SolverError
from rmatch.forms import GRID
from rmatch.rows import NO_LIMIT
from rmatch.solvers import Options, Status, cpsat, milp
from rmatch.solvers.program import Program as Written

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from rmatch.living.teams import Teams

    Bools = NDArray[np.bool_]
    Longs = NDArray[np.int64]

_CHOICES = (3_000, 15_000, 75_000)  # (team, mentee) choices to solve over, one after another
_FINE = 1 << 10  # prices in parts of a grid unit, so that rounding them costs no whole unit
_NEW_CIRCLES = 50  # new circles in each round of pricing
_ROWS = 4096  # teams priced at once
_PRICING_SHARE, _PACKING_SHARE = 0.5, 0.1  # of the time limit


_ENGINES = {"milp": milp.maximise, "cpsat": cpsat.maximise}

#: Circles, each a team with its mentees (ascending), and what each gains.
Columns = dict[tuple[int, tuple[int, ...]], int]


@dataclass(frozen=True, eq=False)
class Program:
    """Teams, what each mentee gains in each team and each team for being there, and the limits."""

    teams: Teams
    gain: Longs  # (teams, mentees), -1 where the mentee cannot join
    worth: Longs  # (teams,) what a circle gains for its mentors' places
    least: int
    most: int
    apart: NDArray[np.intp]  # (pairs, 2) mentees who must not sit together
    mentors: int

    @property
    def joins(self) -> Bools:
        """Who can join which team."""
        return self.gain >= 0

    @property
    def most_circles(self) -> int:
        """No solution has more circles."""
        smallest = min((len(team) for team in self.teams.mentors), default=1)
        return min(self.mentors // smallest, int(self.gain.shape[1]) // self.least)


@dataclass(frozen=True)
class Found:
    """The circles chosen: each a team with its mentees; and what is proven."""

    circles: tuple[tuple[int, tuple[int, ...]], ...]
    units: int
    bound: int
    status: Status


def solve(program: Program, solver: str, time_limit: float, seed: int) -> Found:
    """Return the best circles, or at the time limit the best so far with a bound.

    Prices (see ``_price``) give a bound first, and say by how much the circles of each team fall
    short of it. The solver gets the nearest teams, then more of them, until no team left out could
    be in a better solution than the best one known.
    """
    end = monotonic() + time_limit
    if not len(program.teams):
        return Found((), 0, 0, Status.OPTIMAL)
    bound, short, met = _price(program, monotonic() + _PRICING_SHARE * time_limit)
    order = np.argsort(short, kind="stable")
    choices = np.cumsum(program.joins[order].sum(axis=1))
    options = Options(time_limit=max(_PACKING_SHARE * time_limit, 1.0), seed=seed)
    starts = (_greedy(program, order, bound), _packed(program, met, bound, solver, options))
    best, proven = max(starts, key=lambda each: each.units), bound
    for size in _CHOICES:
        part = order[: max(int(np.searchsorted(choices, size)), 1)]
        left_out = order[len(part) :]
        part = part[bound - short[part] > best.units]
        if len(part):
            options = Options(time_limit=max(end - monotonic(), 1.0), seed=seed)
            # Measured: HiGHS is ahead on few choices, CP-SAT finds better circles among many.
            engine = {"auto": "milp" if size == _CHOICES[0] else "cpsat"}.get(solver, solver)
            try:
                found = _choose(program, np.sort(part), engine, options)
            except SolverError:
                if monotonic() > end:  # no time for anything better than what is known
                    break
                raise
            best = max(best, found, key=lambda each: each.units)
            could = bound - int(short[left_out[0]]) if len(left_out) else 0
            proven = min(proven, max(found.bound, could, best.units))
        if proven == best.units or monotonic() > end:
            break
    status = Status.OPTIMAL if proven == best.units else Status.FEASIBLE
    return Found(best.circles, best.units, proven, status)


def _greedy(program: Program, teams: NDArray[np.intp], bound: int) -> Found:
    """Form circles one after another, in the order of the teams, each the best that is left."""
    apart = np.zeros((program.gain.shape[1],) * 2, dtype=bool)
    apart[program.apart[:, 0], program.apart[:, 1]] = True
    apart |= apart.T
    busy: set[int] = set()
    free = np.ones(len(apart), dtype=bool)
    chosen, units = [], 0
    for team in teams.tolist():
        if busy & {*program.teams.mentors[team]}:
            continue
        gain = np.where(free, program.gain[team], -1)
        people: list[int] = []
        for mentee in np.argsort(-gain, kind="stable").tolist():
            if gain[mentee] < 0 or len(people) == program.most:
                break
            if not apart[mentee, people].any():
                people.append(mentee)
        if len(people) >= program.least:
            busy |= {*program.teams.mentors[team]}
            free[people] = False
            chosen.append((team, tuple(people)))
            units += int(program.worth[team] + gain[people].sum())
    return Found(tuple(chosen), units, bound, Status.FEASIBLE)


def _packed(program: Program, columns: Columns, bound: int, solver: str, options: Options) -> Found:
    """Choose among the circles met while pricing: nearly always close to the best."""
    apart = {(one, other) for one, other in program.apart.tolist()}
    lawful = {
        circle: value
        for circle, value in columns.items()
        if not (apart and apart & {*combinations(circle[1], 2)})
    }
    if not lawful:
        return Found((), 0, bound, Status.FEASIBLE)
    matrix = sp.csr_array(_members(program, lawful))
    number, people = len(lawful), matrix.shape[0]
    written = Written(
        np.fromiter(lawful.values(), np.int64, number),
        np.zeros(number, np.int64),
        np.ones(number, np.int64),
        matrix,
        np.full(people, -NO_LIMIT),
        np.ones(people, np.int64),
    )
    try:
        values = _ENGINES["milp" if solver == "auto" else solver](written, options).values
    except SolverError:  # not even one in time; others begin elsewhere
        values = np.zeros(number, np.int64)
    if (written.matrix @ values > 1).any():
        raise milp.rounded()
    chosen = tuple(circle for circle, taken in zip(lawful, values, strict=True) if taken)
    return Found(chosen, int(written.gain @ values), bound, Status.FEASIBLE)


def _choose(program: Program, teams: NDArray[np.intp], solver: str, options: Options) -> Found:
    """Solve over some teams: which lead a circle, and who joins it."""
    who, mentee = np.nonzero(program.joins[teams])
    written = _written(program, teams, who, mentee)
    found = _ENGINES[solver](written, options)
    leads, sits = found.values[: len(teams)], found.values[len(teams) :] > 0
    chosen = tuple(
        (team, tuple(mentee[(who == place) & sits].tolist()))
        for place, team in enumerate(teams.tolist())
        if leads[place]
    )
    units = int(written.gain @ found.values)
    inside = written.matrix @ found.values
    if (inside < written.low).any() or (inside > written.high).any() or (
        found.best and units != found.bound
    ):  # fmt: skip
        raise milp.rounded()
    return Found(chosen, units, max(found.bound, units), Status.FEASIBLE)


def _written(
    program: Program,
    teams: NDArray[np.intp],
    who: NDArray[np.intp],
    mentee: NDArray[np.intp],
) -> Written:
    """Write the choice as one integer program.

    Columns: each team leads a circle or not; then each choice (``who[k]`` of the teams takes
    ``mentee[k]``). Rows: nobody twice; who sits with a team that leads; the sizes; and who must
    not sit together.
    """
    number, choices = len(teams), len(who)
    lead, sit = sp.eye_array(number, dtype=np.int64), sp.eye_array(choices, dtype=np.int64)
    of_team = sp.csr_array(
        (np.ones(choices, np.int64), (who, np.arange(choices))), shape=(number, choices)
    )
    of_mentee = sp.csr_array(
        (np.ones(choices, np.int64), (mentee, np.arange(choices))),
        shape=(program.gain.shape[1], choices),
    )
    members = [program.teams.mentors[team] for team in teams.tolist()]
    of_mentor = sp.csr_array(
        (
            np.ones(sum(map(len, members)), np.int64),
            (np.concatenate(members), np.repeat(np.arange(number), list(map(len, members)))),
        ),
        shape=(program.mentors, number),
    )
    gain = np.concatenate([program.worth[teams], program.gain[teams[who], mentee]])
    place = np.full((number, program.gain.shape[1]), -1)
    place[who, mentee] = number + np.arange(choices)
    apart = np.array(
        [
            (place[team, one], place[team, other])
            for one, other in program.apart.tolist()
            for team in np.flatnonzero((place[:, one] >= 0) & (place[:, other] >= 0)).tolist()
        ],
        dtype=np.intp,
    ).reshape(-1, 2)
    together = sp.csr_array(
        (
            np.ones(2 * len(apart), np.int64),
            (np.repeat(np.arange(len(apart)), 2), apart.ravel()),
        ),
        shape=(len(apart), number + choices),
    )
    no_lead, no_sit = sp.csr_array((program.gain.shape[1], number), dtype=np.int64), sp.csr_array(
        (program.mentors, choices), dtype=np.int64
    )  # fmt: skip
    blocks = [
        (sp.hstack([of_mentor, no_sit]), -NO_LIMIT, 1),
        (sp.hstack([no_lead, of_mentee]), -NO_LIMIT, 1),
        (sp.hstack([-of_team.T, sit]), -NO_LIMIT, 0),
        (sp.hstack([-program.least * lead, of_team]), 0, NO_LIMIT),
        (sp.hstack([-program.most * lead, of_team]), -NO_LIMIT, 0),
        (together, -NO_LIMIT, 1),
    ]
    return Written(
        gain,
        np.zeros(number + choices, np.int64),
        np.ones(number + choices, np.int64),
        sp.csr_array(sp.vstack([matrix for matrix, _, _ in blocks], format="csr")),
        np.concatenate([np.full(m.shape[0], low, np.int64) for m, low, _ in blocks]),
        np.concatenate([np.full(m.shape[0], high, np.int64) for m, _, high in blocks]),
    )


# ---- prices --------------------------------------------------------------------------------------


def _price(program: Program, end: float) -> tuple[int, Longs, Columns]:
    """Return a proven bound, by how much each team's circles fall short of it, and circles met.

    Column generation. The linear program over the circles met so far gives everybody a price; at
    these prices the best circle of every team is a sum of its largest terms. Prices are put on
    whole numbers, and what they prove is computed in whole numbers: no solution gains more than
    all prices and, for each of its circles, the most that any circle gains above its prices.

    References
    ----------
    C. Barnhart et al., "Branch-and-price: column generation for solving huge integer programs",
    Operations Research 46, 1998.
    """
    people = program.mentors + program.gain.shape[1]
    columns: Columns = {}
    steady = prices = np.zeros(people, dtype=np.int64)
    exact, smooth = prices, False
    best: tuple[int, Longs] | None = None
    while True:
        reduced, who = _best_circles(program, prices)
        highest = max(int(reduced.max()), 0)
        bound = int(prices.sum()) + program.most_circles * highest
        if best is None or bound < best[0]:
            # With a circle of a team, a solution lacks what that is below the highest.
            best, steady = (bound, highest - reduced), prices
        known = len(columns)
        for team in np.argsort(-reduced, kind="stable")[:_NEW_CIRCLES].tolist():
            if reduced[team] > 0:
                value = int(program.worth[team] + program.gain[team, who[team]].sum())
                columns.setdefault((team, tuple(np.flatnonzero(who[team]).tolist())), value)
        if (len(columns) == known and not smooth) or monotonic() > end:
            return best[0] // _FINE, best[1] // _FINE, columns
        smooth = len(columns) > known
        exact = _prices_of(program, columns) if smooth else exact
        # Halfway to the prices of the best bound, which swings less; all the way if that is stuck.
        prices = (exact + steady) // 2 if smooth else exact


def _best_circles(program: Program, prices: Longs) -> tuple[Longs, Bools]:
    """Return for each team what its best circle gains above the prices, and who sits in it."""
    mentor, mentee = prices[: program.mentors], prices[program.mentors :]
    teams, mentees = program.gain.shape
    reduced = program.worth * _FINE
    reduced -= np.array([mentor[list(team)].sum() for team in program.teams.mentors])
    who = np.zeros((teams, mentees), dtype=bool)
    never = np.iinfo(np.int64).min >> 2
    most = min(program.most, mentees)
    for start in range(0, teams, _ROWS):
        part = slice(start, start + _ROWS)
        terms = np.where(program.joins[part], program.gain[part] * _FINE - mentee, never)
        largest = np.argpartition(-terms, most - 1, axis=1)[:, :most]
        value = np.take_along_axis(terms, largest, axis=1)
        order = np.argsort(-value, axis=1, kind="stable")
        largest = np.take_along_axis(largest, order, axis=1)
        value = np.take_along_axis(value, order, axis=1)
        # The least number must join; more do only where that gains.
        sits = (value > 0) | (np.arange(most) < program.least)
        reduced[part] += np.where(sits, value, 0).sum(axis=1)
        np.put_along_axis(who[part], largest, sits, axis=1)
    return reduced, who


def _members(program: Program, columns: Columns) -> sp.csc_array:
    """Return the (people, circles) matrix of who is in which of some circles, mentors first."""
    people = [
        [*program.teams.mentors[team], *(program.mentors + mentee for mentee in who)]
        for team, who in columns
    ]
    starts = np.concatenate([[0], np.cumsum([len(each) for each in people])])
    places = np.concatenate([np.zeros(0, np.int64), *people]).astype(np.int64)
    shape = (program.mentors + program.gain.shape[1], len(columns))
    return sp.csc_array((np.ones(len(places), np.int64), places, starts), shape=shape)


def _prices_of(program: Program, columns: Columns) -> Longs:
    """Return everybody's dual price in the linear program over some circles, rounded up."""
    from scipy.optimize import linprog

    matrix = _members(program, columns)
    scale = float(GRID)
    cost = -np.array(list(columns.values()), dtype=float) / scale
    found = linprog(
        cost, A_ub=matrix, b_ub=np.ones(matrix.shape[0]), bounds=(0, None), method="highs"
    )
    if found.status != 0:
        raise SolverError(f"HiGHS gave no prices: {found.message}", found.message)
    prices = np.maximum(-found.ineqlin.marginals, 0) * scale * _FINE
    whole: Longs = np.ceil(prices).astype(np.int64)
    return whole
