"""Pricing: the optimum of all pairs from a few of them, proven, and stopped with a true bound."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import rmatch
from rmatch.candidates import all_candidates
from rmatch.matrix import MatrixProblem
from rmatch.pricing import solve_priced
from rmatch.scan import LOWEST, BlockScanner, Wanted
from rmatch.solvers import Infeasible, Options, Status, get


def matrix_problem(seed: int, people: int = 14) -> MatrixProblem:
    rng = np.random.default_rng(seed)
    mentors, mentees = rng.integers(1, people, 2)
    top = int(rng.choice([2, 20, 100_000]))
    return MatrixProblem.of(
        rng.integers(-top // 3, top, (mentors, mentees)),
        rng.random((mentors, mentees)) < rng.choice([0.3, 1.0]),
        mentor_capacity=rng.integers(0, 4, mentors) if seed % 2 else 1,
        mentee_capacity=rng.integers(0, 3, mentees) if seed % 3 else 1,
        mentor_minimum=rng.integers(0, 5, mentors) // 4,
        seats=int(rng.integers(0, 9)) if seed % 4 == 0 else None,
        objective="coverage_first" if seed % 5 == 0 else "total_score",
    )


def contested(people: int) -> MatrixProblem:
    """Everybody wants the same mentors, so the first pairs are far from enough."""
    rng = np.random.default_rng(2)
    return MatrixProblem.of(np.outer(rng.integers(1, 99, people), rng.integers(1, 99, people)))


def priced(problem: Any, **options: Any) -> int | None:
    try:
        return solve_priced(problem, Options(**options), BlockScanner(problem, 3)).objective
    except Infeasible:
        return None


@pytest.mark.parametrize("seed", range(150))
def test_it_finds_the_optimum_of_all_pairs(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """From one first pair per place, and one new pair per round, the same integer as flow."""
    monkeypatch.setattr("rmatch.pricing._FIRST", 1)
    monkeypatch.setattr("rmatch.pricing._MORE", 1)
    problem = matrix_problem(seed)
    try:
        expected = get("flow").solve(all_candidates(problem), Options()).objective
    except Infeasible:
        expected = None
    assert priced(problem) == expected
    assert priced(problem, threads=1) == expected


@pytest.mark.parametrize("seed", range(0, 60, 3))
def test_a_priced_matching_answers_like_a_listed_one(seed: int) -> None:
    """Certificate, check, causes and costs all work without the list of all pairs."""
    problem = matrix_problem(seed)
    try:
        listed = rmatch.solve(problem, solver="flow")
    except rmatch.InfeasibleError:
        with pytest.raises(rmatch.InfeasibleError):
            rmatch.solve(problem, solver="pricing")
        return
    matching = rmatch.solve(problem, solver="pricing")
    assert (matching.units, matching.solver) == (listed.units, "pricing")
    assert matching.candidates is None
    assert matching.certificate.verify(problem)
    assert matching.check() == []
    assert len(matching.unmatched_mentors) == problem.shape[0] - len(np.unique(matching.rows))
    for pair in matching.pairs[:2]:
        worth = matching.why(pair.mentor, pair.mentee).worth
        assert worth is None or worth >= 0  # None: a minimum needs the pair


def test_every_round_has_a_matching_and_a_true_bound() -> None:
    """Objectives rise, bounds fall, and the optimum lies between them from the first round on."""
    rounds: list[dict[str, Any]] = []
    best = solve_priced(contested(80), Options(callback=rounds.append))
    assert len(rounds) > 2
    assert best.status is Status.OPTIMAL
    for each in rounds:
        assert each["objective"] <= best.objective <= each["bound"]
    assert [r["objective"] for r in rounds] == sorted(r["objective"] for r in rounds)
    assert rounds[-1]["added"] == 0


@pytest.mark.parametrize("limit", [{"time_limit": 0.0}, {"memory_limit": 1}])
def test_stopped_it_returns_what_it_has(limit: dict[str, Any]) -> None:
    """Time or memory up: a legal matching, FEASIBLE, and a bound that no matching exceeds."""
    problem = contested(150)
    best = solve_priced(problem, Options())
    stopped = solve_priced(problem, Options(**limit))
    assert stopped.status is Status.FEASIBLE
    assert stopped.objective <= best.objective <= stopped.bound
    matching = rmatch.solve(problem, solver="pricing", options=Options(**limit))
    assert matching.check() == []
    assert not matching.has_prices
    assert matching.gap is not None
    assert matching.gap > 0


def test_interrupted_it_returns_the_best_so_far() -> None:
    """Ctrl-C after the first round ends with that round's matching and its gap."""

    def interrupt(event: dict[str, object]) -> None:
        raise KeyboardInterrupt

    problem = contested(150)
    stopped = solve_priced(problem, Options(callback=interrupt))
    assert stopped.status is Status.FEASIBLE
    assert stopped.rounds == 1
    assert stopped.objective <= solve_priced(problem, Options()).objective <= stopped.bound


def test_a_scan_lists_everything_above_what_covers_it() -> None:
    """With more pairs than asked for, ``covering`` says from which value on the list is whole."""
    problem = MatrixProblem.of(np.array([[5, 1], [7, 1], [9, 1], [9, 8]]))
    wanted = Wanted(np.array([0, 0, 1, 0]), np.array([2, LOWEST]), np.array([2, 4]))
    found = BlockScanner.of(problem).scan(slice(0, 2), wanted)
    assert list(zip(found.mentor, found.mentee, found.gain, strict=True)) == [
        (2, 0, 9),
        (3, 0, 9),
        (0, 1, 1),
        (1, 1, 1),
        (2, 1, 1),
        (3, 1, 8),
    ]
    assert found.covering.tolist() == [7, LOWEST]


def test_one_thread_and_two_give_the_same_bits() -> None:
    """Tasks may end in any order; their results are joined in the order of mentees."""
    problem = MatrixProblem.of(np.random.default_rng(4).integers(0, 50, (90, 110)))
    one, two = (
        solve_priced(problem, Options(threads=threads), BlockScanner(problem, 7))
        for threads in (1, 2)
    )
    assert (one.rows.tolist(), one.cols.tolist()) == (two.rows.tolist(), two.cols.tolist())
    assert (one.prices.mentor == two.prices.mentor).all()
    assert (one.prices.mentee == two.prices.mentee).all()
