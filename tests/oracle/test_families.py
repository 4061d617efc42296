"""Every family of the benchmarks: the optimum of others, prices that prove it, no chance."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

import rmatch
from benchmarks.families import SPEED_FAMILIES
from rmatch.candidates import all_candidates
from rmatch.errors import InvalidInputError, UnsupportedFeatureError
from rmatch.first_prices import LARGE
from rmatch.forms import GRID
from rmatch.fused import FusedScanner
from rmatch.priced import Priced
from rmatch.pricing import scanner_of, solve_priced
from rmatch.problem import Problem
from rmatch.solvers import Options, get

#: Instances of each family, and the most people of a side in one.
SMALL, PEOPLE = 200, 18


@cache
def everybody(family: str) -> Problem:
    return SPEED_FAMILIES[family](150)


def of_people(problem: Problem, mentors: NDArray[np.intp], mentees: NDArray[np.intp]) -> Problem:
    return Problem.of(
        problem.mentors.take(mentors),
        problem.mentees.take(mentees),
        rules=problem.rules,
        score=problem.score,
        objective=problem.objective,
    )


def outside(problem: Problem) -> int:
    """The optimum by SciPy, each place a row; by OR-Tools where both sides have several places."""
    most = problem.bounds.mentor_most, problem.bounds.mentee_most
    if (most[1] > 1).any():
        return get("flow").solve(all_candidates(problem), Options()).objective
    gains, allowed = problem.block(slice(None), slice(None))
    worth = np.repeat(np.where(allowed, gains, 0).astype(np.float64), most[0], axis=0)
    rows, cols = linear_sum_assignment(worth, maximize=True)
    return int(worth[rows, cols].sum())


def proves(problem: Problem, best: Priced) -> None:
    """The prices are feasible, and complementary to the pairs: looked at pair by pair."""
    gains, allowed = problem.block(slice(None), slice(None))
    chosen = np.zeros(problem.shape, dtype=bool)
    chosen[best.rows, best.cols] = True
    assert not (chosen & ~allowed).any()
    reduced = gains.astype(np.int64) - best.prices.mentor[:, None] - best.prices.mentee
    assert (reduced[chosen] >= 0).all()
    assert (reduced[allowed & ~chosen] <= 0).all()
    worth = int(reduced[chosen].sum())  # of the limit that a pair is chosen once
    for price, count, most in (
        (best.prices.mentor, chosen.sum(axis=1), problem.bounds.mentor_most),
        (best.prices.mentee, chosen.sum(axis=0), problem.bounds.mentee_most),
    ):
        assert (price >= 0).all()
        assert (count <= most).all()
        assert (count == most)[price > 0].all()
        worth += int((price * most).sum())
    assert gains[chosen].sum() == best.objective == best.bound == worth


@pytest.mark.parametrize("family", SPEED_FAMILIES)
def test_small_instances_of_every_family(family: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """From one person a side; many ties, and pairs worth nothing; first prices of every kind."""
    rng = np.random.default_rng(7)
    whole = everybody(family)
    tried = worthless = tied = 0
    for number in range(SMALL):
        monkeypatch.setattr("rmatch.first_prices.LARGE", LARGE if number % 2 else 0)
        drawn = [rng.permutation(size)[: rng.integers(1, PEOPLE)] for size in whole.shape]
        try:
            problem = of_people(whole, *drawn)
        except InvalidInputError:  # of so few, nobody has a goal
            continue
        best = solve_priced(problem, Options(threads=1))
        assert best.objective == outside(problem)
        proves(problem, best)
        gains, allowed = problem.block(slice(None), slice(None))
        tried += 1
        worthless += bool((gains[allowed] == 0).any())
        tied += len(np.unique(gains[allowed])) < allowed.sum()
    assert tried > 0.9 * SMALL
    assert tied > SMALL // 10
    assert worthless or family in ("dense_goals", "survey")


@pytest.mark.parametrize("family", SPEED_FAMILIES)
def test_neither_threads_nor_the_order_of_people_decide_anything(family: str) -> None:
    """The same pairs and prices, bit for bit: one thread or two, wide tasks or many narrow ones."""
    problem = everybody(family)
    scanner = scanner_of(problem, Options())
    assert isinstance(scanner, FusedScanner)
    first = solve_priced(problem, Options(threads=1), scanner)
    assert first.objective == outside(problem)
    proves(problem, first)
    rng = np.random.default_rng(3)
    shuffled = of_people(problem, *(rng.permutation(size) for size in problem.shape))
    again = [
        solve_priced(problem, Options(threads=2), replace(scanner, width=width))
        for width in (problem.shape[1], 64, 7)
    ]
    again.append(solve_priced(shuffled, Options(threads=2)))
    for other in again:
        assert other.objective == first.objective
        for name in ("rows", "cols"):
            assert np.array_equal(getattr(other, name), getattr(first, name))
        for name in ("mentor", "mentee"):
            assert np.array_equal(getattr(other.prices, name), getattr(first.prices, name))
    listed = [rmatch.solve(each, solver="auto") for each in (problem, shuffled)]
    assert {each.units for each in listed} == {first.objective}
    assert listed[0].pairs == listed[1].pairs


@pytest.mark.parametrize("family", SPEED_FAMILIES)
def test_gains_stay_within_their_limit(family: str) -> None:
    """What the argument against overflow begins with: a gain is between 0 and 2^21."""
    problem = everybody(family)
    gains = problem.gains(slice(None), slice(None))
    assert problem.gain_limit == 2 * GRID
    assert 0 <= gains.min() <= gains.max() <= problem.gain_limit


@pytest.mark.parametrize("shift", range(40, 61, 4))
def test_a_matrix_at_the_limit_is_solved_exactly_or_refused(shift: int) -> None:
    """By whole numbers without a limit; a float, or 64 bits too few, would miss the last unit."""
    rng = np.random.default_rng(shift)
    for _ in range(4):
        scores = rng.integers(-(1 << shift), 1 << shift, (3, 3))
        scores[rng.random((3, 3)) < 0.4] = (1 << shift) - int(rng.integers(3))
        rows = scores.tolist()
        orders = [(0, 1, 2), (0, 2, 1), (1, 0, 2), (1, 2, 0), (2, 0, 1), (2, 1, 0)]
        best = max(sum(max(0, rows[i][j]) for i, j in enumerate(order)) for order in orders)
        for solver in ("auto", "flow", "sparse", "pricing", "cpsat"):
            try:
                assert rmatch.match_matrix(scores, solver=solver).units == best
            except (InvalidInputError, UnsupportedFeatureError):
                assert shift > 51
