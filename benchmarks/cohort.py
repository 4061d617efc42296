"""Rules about many pairs at once, over millions of pairs: the time, and what is proven."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from time import perf_counter
from typing import Any

import numpy as np

import rmatch
from benchmarks.people import frames
from benchmarks.registry import Contestant, Outcome, Run, case
from rmatch.candidates import all_candidates
from rmatch.rules import (
    BurdenCap,
    ChangeBudget,
    Different,
    GroupBalance,
    PairShare,
    PairsIfAny,
    ReleaseCap,
    SeparatePartners,
    TimeBudget,
)
from rmatch.solvers import Options, Status
from rmatch.solvers.milp import direct

#: Seconds after which either is stopped; its gap is reported instead.
LIMIT = 300.0

#: Each mix of rules by name, for so many people on each side.
MIXES: dict[str, Callable[[int], Sequence[Any]]] = {
    "share": lambda size: [PairShare(Different("site"), most=0.5)],
    "soft share": lambda size: [PairShare(Different("site"), most=0.5, penalty=0.05)],
    "release": lambda size: [ReleaseCap(size // 25, side="mentors")],
    "balance": lambda size: [GroupBalance("site", band=0.02), ReleaseCap(size // 25)],
    "both roles": lambda size: [BurdenCap(1), TimeBudget(1.5, 1)],
    "if any": lambda size: [PairsIfAny("mentors", 2, 3)],
    "change": lambda size: [
        ChangeBudget([(f"m{n:06d}", f"s{n:06d}") for n in range(size // 2)], share=0.9)
    ],
    "all": lambda size: [
        PairShare(Different("site"), most=0.6),
        ReleaseCap(size // 22, side="mentors"),
        GroupBalance("site", band=0.05),
        BurdenCap(2),
        TimeBudget(1.5, 1),
        # The first tenth of them have mentors' ids: see ``problem``.
        SeparatePartners([f"s{n:06d}" for n in range(size // 10, size // 10 + size // 50)]),
    ],
}


def problem(mix: str, size: int, seed: int = 1) -> rmatch.Problem:
    """Return ``size`` mentors and mentees under one mix of rules and no pair rule at all."""
    sides = [frame.to_dict("records") for frame in frames(size, seed)]
    rng = np.random.default_rng(seed)
    for people in sides:
        for person in people:
            person["hours_per_month"] = float(rng.choice([1, 1.5, 2, 3]))
            person["capacity"] = int(rng.integers(1, 3)) if mix == "all" else 1
    if mix in ("both roles", "all"):  # a tenth of the mentors learn too
        for one, other in zip(sides[0][: size // 10], sides[1][: size // 10], strict=True):
            other["id"] = one["id"]
            one["level"] = other["level"]
            one["birth_year"] = other["birth_year"]
    mentors, mentees = (rmatch.read_roster(people) for people in sides)
    return rmatch.Problem.of(mentors, mentees, rules=MIXES[mix](size))


def _ours(made: rmatch.Problem) -> Outcome:
    matching = rmatch.solve(made, time_limit=LIMIT)
    gap = matching.bound_units - matching.units
    assert gap == 0 or matching.status.value != "optimal"
    note = _note(matching.units, gap)
    return Outcome(matching.units if gap == 0 else None, matching.seconds, note=note)


def _note(value: int, gap: int) -> str:
    return "proven" if gap == 0 else f"gap {gap / max(value, 1):.2e}"


def _plain(made: rmatch.Problem) -> Outcome:
    started = perf_counter()
    candidates = all_candidates(made)
    listed = perf_counter()
    try:
        found = direct(candidates, Options(time_limit=LIMIT))
    except rmatch.SolverError:
        return Outcome(None, note=f"nothing within {LIMIT:.0f} s")
    phases = {"candidates": listed - started, "solve": perf_counter() - listed}
    proven = found.status is Status.OPTIMAL
    gap = 0 if proven else found.bound - found.objective
    note = _note(found.objective, gap)
    return Outcome(found.objective if proven else None, phases, note=note)


def _case(mix: str) -> None:
    @case(f"cohort: {mix}", sizes=(500, 2_000), apart=True)
    def prepare(size: int) -> Mapping[str, Contestant]:
        """Cohort rules over all pairs: rmatch.solve against the same program given to HiGHS whole,
        from scores to the selection."""

        def ready(solve: Callable[[rmatch.Problem], Outcome]) -> Run:
            made = problem(mix, size)
            return lambda: solve(made)

        return {"rmatch": lambda: ready(_ours), "HiGHS": lambda: ready(_plain)}


for each in MIXES:
    _case(each)
