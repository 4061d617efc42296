"""People who are alike, solved together by HiGHS, against CP-SAT, which knows nothing of kinds."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import rmatch
from rmatch.candidates import Bounds, Candidates
from rmatch.rows import CohortRows, Row
from rmatch.rules import Different, PairShare
from rmatch.solvers import Infeasible, Options, Status
from rmatch.solvers.cpsat import CpSat
from rmatch.solvers.kinds import Kinds
from rmatch.solvers.milp import Milp, breaks


def few_kinds(seed: int) -> Candidates:
    """Some kinds of people, with gains, permissions, places and rows that are theirs."""
    rng = np.random.default_rng(seed)
    mentor, mentee = (
        np.sort(rng.integers(0, rng.integers(1, 4), n)) for n in rng.integers(3, 9, 2)
    )
    kinds = int(mentor.max()) + 1, int(mentee.max()) + 1
    allowed, gain = rng.random(kinds) < 0.85, rng.integers(-2, 9, kinds)
    cols, rows = np.nonzero(allowed[mentor][:, mentee].T)
    cell = mentor[rows], mentee[cols]
    most = [rng.integers(0, 4, size) for size in kinds]
    least = [np.where(rng.random(len(m)) < 0.2, np.minimum(m, 1), 0) for m in most]
    seats = int(rng.integers(1, 9)) if rng.random() < 0.3 else None
    bounds = Bounds.of(
        most[0][mentor],
        most[1][mentee],
        mentor_least=least[0][mentor],
        mentee_least=least[1][mentee],
        seats=seats,
    )
    found = []
    for number in range(int(rng.integers(0, 3))):
        factor = rng.integers(-1, 3, kinds)[cell]
        pairs = np.flatnonzero(factor)
        low = int(rng.integers(0, 3)) if rng.random() < 0.5 else None
        high = int(rng.integers(3, 9)) if rng.random() < 0.5 else None
        penalty = int(rng.integers(1, 5)) if rng.random() < 0.5 else 0
        found.append(Row(f"row {number}", low, high, pairs, factor[pairs], penalty=penalty))
    shape = len(mentor), len(mentee)
    cohort = CohortRows.of(found, len(rows), shape) if found else None
    return Candidates(
        rows.astype(np.int32),
        cols.astype(np.int32),
        gain[mentor[rows], mentee[cols]],
        bounds,
        cohort,
    )


def outcome(solver: Milp | CpSat, candidates: Candidates) -> int | None:
    try:
        found = solver.solve(candidates, Options(seed=0))
    except Infeasible:
        return None
    assert found.status is Status.OPTIMAL
    assert not breaks(candidates, found.edges)
    return found.objective


@pytest.mark.parametrize("start", range(0, 300, 50))
def test_kinds_find_the_optimum(start: int) -> None:
    """Places, minimums, seats, hard and soft rows; what cannot be is told by both."""
    together = 0
    for seed in range(start, start + 50):
        candidates = few_kinds(seed)
        together += Kinds.of(candidates) is not None
        assert outcome(Milp(), candidates) == outcome(CpSat(), candidates), seed
    assert together > 25


def test_nobody_meets_anybody_twice() -> None:
    """Two people who are each alone of their kind, with three places, and worth most together."""
    kind = np.array([0, 1, 1, 1, 1, 1])
    rows, cols = np.tile(np.arange(6), 6), np.repeat(np.arange(6), 6)
    gain = np.array([[9, 1], [1, 1]])[kind[rows], kind[cols]]
    most = np.array([3, 1, 1, 1, 1, 1])
    candidates = Candidates(
        rows.astype(np.int32), cols.astype(np.int32), gain, Bounds.of(most, most)
    )
    assert Kinds.of(candidates) is not None
    assert outcome(Milp(), candidates) == outcome(CpSat(), candidates) == 16


def test_one_edge_sets_people_apart() -> None:
    """Another gain, another part in a row, fewer places: no longer of the same kind."""
    gain, every = np.full(36, 5), np.repeat(np.arange(6, dtype=np.int32), 6)
    bounds = Bounds.of(np.ones(6, np.int64), np.ones(6, np.int64))
    alike = Candidates(np.tile(np.arange(6, dtype=np.int32), 6), every, gain, bounds)
    kinds = Kinds.of(alike)
    assert kinds is not None
    assert len(kinds.first) == 1
    other = gain.copy()
    other[0] = 6
    row = CohortRows.of([Row("one pair", 0, 1, np.array([0]))], 36, (6, 6))
    fewer = replace(bounds, mentor_most=np.array([0, 1, 1, 1, 1, 1]))
    for changes, pairs in (
        ({"gain": other}, 4),
        ({"cohort": row}, 4),
        ({"bounds": fewer}, 2),
        ({"locked": np.array([0])}, 0),
        ({"bounds": replace(bounds, mentor_most=np.full(6, 2), mentor_bonus=np.full(6, 3))}, 0),
    ):
        found = Kinds.of(alike.replace(**changes))
        assert (0 if found is None else len(found.first)) == pairs


def test_a_share_over_two_skills() -> None:
    """Half of all pairs across sites, among people whom two skills tell apart: HiGHS alone, without
    kinds, was not done with 300 a side after nine minutes."""
    mentors = [
        {"id": f"m{k}", "skills": f"AI:{1 + k % 5}; SQL:{1 + k * 3 % 5}", "site": "AB"[k % 2]}
        for k in range(300)
    ]
    mentees = [
        {"id": f"s{k}", "goals": f"AI:{1 + k % 5}; SQL:{1 + k % 4}", "site": "AB"[k % 2]}
        for k in range(300)
    ]
    result = rmatch.match(
        mentors, mentees, rules=[PairShare(Different("site"), least=0.5)], solver="milp"
    )
    assert result.status is Status.OPTIMAL
    across = [pair for pair in result.pairs if int(pair.mentor[1:]) % 2 != int(pair.mentee[1:]) % 2]
    assert len(across) >= len(result.pairs) / 2
