"""Certificates of priced problems hold, and each thing changed makes them fail."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest

import rmatch
from benchmarks.families import FAMILIES
from rmatch.candidates import Bounds, Candidates
from rmatch.certificate import Certificate
from rmatch.errors import InvalidInputError
from rmatch.forms import GRID
from rmatch.matrix import MatrixProblem
from rmatch.problem import Problem
from rmatch.solvers import Options, Prices, get
from rmatch.solvers.bmatching import solve_sparse


def priced(family: str) -> tuple[Problem, Certificate]:
    problem = FAMILIES[family](70)
    return problem, rmatch.solve(problem, solver="pricing").certificate


@pytest.mark.parametrize("family", FAMILIES)
def test_pricing_equals_flow_on_every_family(family: str) -> None:
    """The same integer as a solver written by others, and a proof that holds."""
    for seed in range(5):
        problem = FAMILIES[family](60 + 17 * seed, seed + 2)
        matching = rmatch.solve(problem, solver="pricing")
        assert matching.units == rmatch.solve(problem, solver="flow").units
        assert matching.certificate.verify(problem)


@pytest.mark.parametrize("family", ["skills", "several", "shortage"])
def test_a_wrong_pair_price_or_score_is_noticed(family: str) -> None:
    """Two pairs swapped, one left out or added; one price too high or too low; one unit more."""
    problem, proof = priced(family)
    assert proof.verify(problem)
    one, other = proof.pairs[0]
    third, fourth = next(pair for pair in proof.pairs if pair[0] != one and pair[1] != other)
    rest = [pair for pair in proof.pairs if pair not in ((one, other), (third, fourth))]
    for pairs in (
        ((one, fourth), (third, other), *rest),
        proof.pairs[1:],
        (*proof.pairs, (one, fourth)),
    ):
        assert not replace(proof, pairs=pairs).verify(problem)
    for change in (1, -1):
        assert not replace(proof, objective=proof.objective + change).verify(problem)
    for side, person in (("mentor", one), ("mentee", other)):
        for change in (4 * GRID, -4 * GRID):
            price = getattr(proof.prices, side).copy()
            price[person] += change
            wrong = replace(proof.prices, **{side: price})
            assert not replace(proof, prices=wrong).verify(problem)


WORTH = 1 << 62
NO_PRICES = {
    "a seat without a limit": ([0, 0], [0, 0], 10**6, ()),
    "a seat that costs less than nothing": ([5, 7], [0, 0], -1, ((0, 0), (1, 1))),
    "sums beyond 64 bits": ([-2 * WORTH, -2 * WORTH], [0, 0], 0, ()),
    "counts beyond 64 bits": ([WORTH, WORTH], [WORTH, WORTH], 0, ()),
    "too few": ([6], [0, 0], 0, ((0, 0), (1, 1))),
    "halves": ([5.0, 7.0], [0.0, 0.0], 0, ((0, 0), (1, 1))),
}


@pytest.mark.parametrize("why", NO_PRICES)
def test_what_is_no_price_proves_nothing(why: str) -> None:
    """Some of these once proved that no pair at all is best; others ended in a traceback."""
    problem = rmatch.match_matrix([[5, 1], [2, 7]], mentor_capacity=2).problem
    mentor, mentee, seat, pairs = NO_PRICES[why]
    prices = Prices(np.array(mentor), np.array(mentee), seat)
    found = Certificate(pairs, 12 if pairs else 0, prices).verify(problem)
    assert not found
    assert found.bound >= 12
    assert "price" in str(found)


def test_prices_that_add_up_beyond_64_bits_are_added_exactly() -> None:
    """Eight times 2**61 are 0 in 64 bits, which would prove that no pair at all is best."""
    problem = rmatch.match_matrix(np.ones((8, 2), np.int64)).problem
    prices = Prices(np.full(8, 1 << 61), np.zeros(2, np.int64), 0)
    found = Certificate((), 0, prices).verify(problem)
    assert not found
    assert found.bound == 1 << 64


NO_CERTIFICATE = {
    "a half person": {"pairs": ((0.5, 0), (1, 1))},
    "a third in a pair": {"pairs": ((0, 0), (1, 1, 7))},
    "one in two pairs, cut elsewhere": {"pairs": ((0, 0, 1), (1,))},
    "nobody's number": {"pairs": ((1 << 65, 0), (1, 1))},
    "half a unit": {"objective": 12.5},
    "no seat's price": {"prices": Prices(np.array([5, 7]), np.array([0, 0]), None)},
    "no array": {"prices": Prices([5, 7], np.array([0, 0]))},
}


@pytest.mark.parametrize("why", NO_CERTIFICATE)
def test_what_is_no_certificate_is_refused(why: str) -> None:
    """As read from a file; some of these were rounded or cut, and then proved what they do not."""
    matching = rmatch.match_matrix([[5, 1], [2, 7]])
    wrong = replace(matching.certificate, **NO_CERTIFICATE[why])
    with pytest.raises(InvalidInputError, match=r"whole number|array is needed"):
        wrong.verify(matching.problem)


@pytest.mark.parametrize("given", [None, "matching"])
def test_only_a_problem_is_verified(given: str | None) -> None:
    """A matching has one."""
    matching = rmatch.match_matrix([[5, 1], [2, 7]])
    with pytest.raises(InvalidInputError, match="a Problem is needed"):
        matching.certificate.verify(matching if given else None)


@pytest.mark.parametrize("pair", [(-1, 1), (1, -1), (2, 1), (1, 2)])
def test_a_pair_of_somebody_who_is_not_there_is_noticed(pair: tuple[int, int]) -> None:
    """Positions from a file may be any numbers; those below 0 count from no end."""
    matching = rmatch.match_matrix([[5, 1], [2, 7]])
    wrong = replace(matching.certificate, pairs=((0, 0), pair))
    assert "is of somebody who is not there" in str(wrong.verify(matching.problem))


def test_the_order_of_people_changes_nothing() -> None:
    """Rows of both rosters shuffled: the same pairs, the same prices."""
    problem = FAMILIES["few_skills"](90)
    rng = np.random.default_rng(5)
    shuffled = problem.replace(
        mentors=problem.mentors.take(rng.permutation(90)),
        mentees=problem.mentees.take(rng.permutation(90)),
    )
    one, two = (rmatch.solve(each, solver="pricing") for each in (problem, shuffled))
    assert [(p.mentor, p.mentee) for p in one.pairs] == [(p.mentor, p.mentee) for p in two.pairs]


@pytest.mark.parametrize("least", [0, 1])
def test_numbers_at_the_limit_are_exact_and_beyond_it_refused(least: int) -> None:
    """The largest gains that the solver takes give the exact optimum; larger ones are an error."""
    people = 6
    rng = np.random.default_rng(least)
    top = (1 << 55) // (2 * (people + 1)) if least else 1 << 54

    def program(top: int) -> Candidates:
        mentee, mentor = np.divmod(np.arange(people * people), people)
        ones = np.ones(people, np.int64)
        bounds = Bounds.of(ones, ones, mentor_least=least * ones)
        gain = rng.integers(-top, top, people * people)
        gain[:3] = top, top - 1, -top
        return Candidates(mentor.astype(np.int32), mentee.astype(np.int32), gain, bounds)

    for _ in range(20):
        each = program(top)
        assert solve_sparse(each).objective == get("networkx").solve(each, Options()).objective
    with pytest.raises(InvalidInputError, match="too large for the sparse solver"):
        solve_sparse(program(1 << 58))


def worth(problem: MatrixProblem, pairs: list[tuple[int, int]]) -> int | None:
    """Return the objective of pairs, counted plainly; ``None`` where they are not allowed."""
    bounds = problem.bounds
    if len(set(pairs)) < len(pairs) or (bounds.seats is not None and len(pairs) > bounds.seats):
        return None
    if not all(problem.allowed[pair] for pair in pairs):
        return None
    total = sum(int(problem.gains[pair]) for pair in pairs)
    for side, axis in (("mentor", 0), ("mentee", 1)):
        least, most, bonus = (getattr(bounds, f"{side}_{of}") for of in ("least", "most", "bonus"))
        for person in range(problem.shape[axis]):
            count = [pair[axis] for pair in pairs].count(person)
            if not least[person] <= count <= most[person]:
                return None
            total += int(bonus[person]) if count else 0
    return total


def best(problem: MatrixProblem) -> int | None:
    """Return the best objective of all sets of allowed pairs."""
    cells = [(int(row), int(col)) for row, col in np.argwhere(problem.allowed)]
    every = (chosen for n in range(len(cells) + 1) for chosen in combinations(cells, n))
    found = [worth(problem, list(pairs)) for pairs in every]
    return max((each for each in found if each is not None), default=None)


def changed(
    proof: Certificate, problem: MatrixProblem, rng: np.random.Generator
) -> tuple[Certificate, MatrixProblem]:
    """Change one thing at random: a price, the claim, a pair, or the problem."""
    step = int(rng.choice([1, -1, 2, -2, 5, -5]))
    place = tuple(int(rng.integers(size)) for size in problem.shape)
    what = rng.choice(["mentor", "mentee", "seat", "objective", "more", "less", "gain", "allowed",
                       "least", "most", "bonus", "seats"])  # fmt: skip
    if what in ("mentor", "mentee"):
        price = getattr(proof.prices, what).copy()
        price[place[what == "mentee"]] += step
        return replace(proof, prices=replace(proof.prices, **{what: price})), problem
    if what == "seat":
        return replace(proof, prices=replace(proof.prices, seat=proof.prices.seat + step)), problem
    if what == "objective":
        return replace(proof, objective=proof.objective + step), problem
    if what == "more":
        return replace(proof, pairs=(*proof.pairs, place)), problem
    if what == "less":
        return replace(proof, pairs=proof.pairs[1:]), problem
    if what == "gain":
        gains = problem.gains.copy()
        gains[place] += step
        return proof, replace(problem, gains=gains, gain_limit=problem.gain_limit + 5)
    if what == "allowed":
        allowed = problem.allowed.copy()
        allowed[place] ^= True
        return proof, replace(problem, allowed=allowed)
    if what == "seats":
        seats = int(rng.integers(4))
        return proof, replace(problem, bounds=replace(problem.bounds, seats=seats))
    side = rng.choice(["mentor", "mentee"])
    counts = getattr(problem.bounds, f"{side}_{what}").copy()
    counts[place[side == "mentee"]] = max(0, counts[place[side == "mentee"]] + step)
    return proof, replace(problem, bounds=replace(problem.bounds, **{f"{side}_{what}": counts}))


@pytest.mark.parametrize("batch", range(4))
def test_whatever_is_changed_only_what_is_true_is_proven(batch: int) -> None:
    """One or two random changes of the proof or the problem; the truth is counted by hand."""
    proven = 0
    for seed in range(60 * batch, 60 * batch + 60):
        rng = np.random.default_rng(seed)
        shape = tuple(rng.integers(1, 4, 2))
        try:
            matching = rmatch.match_matrix(
                rng.integers(-4, 9, shape),
                rng.random(shape) < 0.8,
                mentor_capacity=rng.integers(0, 3, shape[0]),
                mentee_capacity=rng.integers(0, 3, shape[1]),
                mentee_minimum=rng.integers(0, 8, shape[1]) // 7,
                seats=int(rng.integers(5)) if seed % 2 else None,
                objective=["total_score", "coverage_first"][seed % 3 == 0],
                solver=["auto", "pricing"][seed % 5 == 0],
            )
        except rmatch.InfeasibleError:
            continue
        for _ in range(6):
            proof, problem = changed(matching.certificate, matching.problem, rng)
            if rng.random() < 0.4:
                proof, problem = changed(proof, problem, rng)
            if proof.verify(problem):
                proven += 1
                assert worth(problem, list(proof.pairs)) == proof.objective == best(problem), seed
    assert proven > 20
