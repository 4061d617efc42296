"""The fused kernel and plain blocks: two ways to look at all pairs that find the same."""

from __future__ import annotations

import importlib
import pickle
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

import rmatch
from benchmarks.families import FAMILIES
from rmatch.errors import InvalidInputError
from rmatch.first_prices import first_prices
from rmatch.forms import GRID
from rmatch.fused import FusedScanner
from rmatch.matrix import MatrixProblem
from rmatch.pricing import scanner_of
from rmatch.problem import Problem
from rmatch.rules import (
    RULES,
    CommonLanguage,
    Different,
    LockedPairs,
    MinimumScore,
    PairRule,
    SeniorityGap,
)
from rmatch.scan import LOWEST, BlockScanner, Found, Wanted
from rmatch.scoring import PARTS, CustomScore, StatedPreference, TeachingCoverage
from rmatch.solvers import Options
from tests.parameters import PART_OPTIONS, RULE_ARGUMENTS
from tests.strategies import aligned

RULE_CASES = [
    (name, arguments, missing)
    for name in RULES
    for arguments in RULE_ARGUMENTS.get(name, [()])
    for missing in ("fail", "pass")
]
PART_CASES = [(name, options) for name in PARTS for options in PART_OPTIONS.get(name, [{}])]


def same(one: Found, other: Found) -> bool:
    names = ("mentor", "mentee", "gain", "covering")
    return all(np.array_equal(getattr(one, name), getattr(other, name)) for name in names)


def assert_same(problem: Problem, seed: int) -> None:
    """Prices, thresholds and numbers wanted of every size, for slices of the mentees."""
    rng = np.random.default_rng(seed)
    mentors, mentees = problem.shape
    fused, plain = FusedScanner.of(problem, Options()), BlockScanner.of(problem, Options())
    for scale in (1, GRID // 8, GRID, 1 << 45, 1 << 60):
        least = rng.integers(-scale, scale, mentees)
        least[rng.random(mentees) < 0.3] = LOWEST
        price = rng.integers(-scale, scale, mentors)
        wanted = Wanted(price, least, rng.integers(0, 6, mentees))
        start = int(rng.integers(mentees))
        for cols in (slice(0, mentees), slice(start, mentees)):
            assert same(fused.scan(cols, wanted), plain.scan(cols, wanted))


def problems(**options: Any) -> Iterator[tuple[int, Problem]]:
    """Yield random people under the same rules and score, where they have data for it."""
    for seed in range(8):
        try:
            yield seed, Problem.of(*aligned(3 + seed % 5, 7 - seed % 3, seed), **options)
        except InvalidInputError:
            continue


@pytest.mark.parametrize(("name", "arguments", "missing"), RULE_CASES)
def test_every_rule(name: str, arguments: Any, missing: Any) -> None:
    """Each registered rule, with both policies for missing data, beside another rule."""
    rules: list[PairRule] = [RULES[name](*arguments, missing=missing)]
    rules.append(CommonLanguage(missing="pass"))
    score = [CustomScore(lambda a, b: (len(a.skills) + len(b.goals)) / 10), TeachingCoverage()]
    tried = 0
    for seed, problem in problems(rules=rules, score=score[len(name) % 2 :]):
        assert_same(problem, seed)
        tried += 1
    assert tried > 3


@pytest.mark.parametrize(("name", "options"), PART_CASES, ids=str)
def test_every_score_part(name: str, options: Any) -> None:
    """Each registered part, beside another."""
    other = "StatedPreference" if name != "StatedPreference" else "SharedValues"
    score = [PARTS[name](**options), PARTS[other]()]
    tried = 0
    for seed, problem in problems(score=score, rules=[Different("department")]):
        assert_same(problem, seed)
        tried += 1
    assert tried > 3


def test_locks_least_scores_and_functions() -> None:
    """A lock outranks rules and the least score; a user's function is asked pair by pair."""
    for seed in range(20):
        people = aligned(5, 6, seed)
        mentor, mentee = people[0].ids[0], people[1].ids[-1]
        rules: list[Any] = [MinimumScore(0.2), lambda a, b: a.id <= b.id]
        if mentor != mentee:
            rules.append(LockedPairs([(mentor, mentee)]))
        assert_same(Problem.of(*people, rules=rules, score=[TeachingCoverage()]), seed)


@pytest.mark.parametrize("family", FAMILIES)
def test_many_blocks(family: str) -> None:
    """Hundreds of people: several blocks of mentors, none a multiple of a block."""
    problem = FAMILIES[family](389)
    assert_same(problem, 1)
    again = pickle.loads(pickle.dumps(FusedScanner.of(problem, Options())))
    wanted = Wanted(
        np.zeros(problem.shape[0], np.int64),
        np.full(problem.shape[1], LOWEST),
        np.full(problem.shape[1], 7),
    )
    cols = slice(0, problem.shape[1])
    assert same(again.scan(cols, wanted), BlockScanner.of(problem, Options()).scan(cols, wanted))


def test_pairs_that_wait_have_room(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pairs alone that wait for an exact look leave room for a whole block: none is written beyond.

    The loop runs uncompiled, where arrays know their ends.
    """
    problem = FAMILIES["skills"](600)
    mentors, mentees = problem.shape
    few, last = mentors // 50, slice(mentees - 81, mentees)  # 80 mentees with a few each, and one
    fall = np.zeros(mentors, np.int64)
    fall[:few] = 2
    least, known = np.full(mentees, 4 * GRID), np.full(mentees, 4 * GRID - 1)
    least[-1], known[-1] = LOWEST, 1 << 61
    wanted = Wanted(np.zeros(mentors, np.int64), least, np.full(mentees, mentors), known, fall)
    kernel = importlib.import_module("rmatch.kernels.scan")
    for loop in ("scan", "_one_by_one", "_sweep"):
        monkeypatch.setattr(kernel, loop, getattr(kernel, loop).py_func)
    plain = BlockScanner.of(problem, Options()).scan(last, wanted)
    assert len(plain.mentor) > 64
    assert same(FusedScanner.of(problem, Options()).scan(last, wanted), plain)


@pytest.mark.parametrize("misled", [False, True], ids=["fair sample", "misleading sample"])
def test_guesses_from_a_sample(monkeypatch: pytest.MonkeyPatch, misled: bool) -> None:
    """What the best pairs are worth is guessed from one block of three; a wrong guess costs time.

    In the misleading case all good mentors are in that block, so that too few reach the guess.
    """
    problem = FAMILIES["skills"](700)
    mentors, mentees = problem.shape
    fused = FusedScanner.of(problem, Options())
    price = np.zeros(mentors, np.int64)
    if misled:
        price[np.delete(fused.order, np.arange(256, 512))] = 2 * GRID
    kernel = importlib.import_module("rmatch.kernels.scan")
    sweep, skipped = kernel._sweep, []

    def listening(bounding: Any, scene: Any, skip: Any, every: int, start: int) -> int:
        skipped.append(int(skip.sum()))
        return int(sweep(bounding, scene, skip, every, start))

    monkeypatch.setattr(kernel, "scan", kernel.scan.py_func)
    monkeypatch.setattr(kernel, "_sweep", listening)
    wanted = Wanted(price, np.full(mentees, LOWEST), np.full(mentees, 20))
    cols = slice(0, mentees)
    assert same(fused.scan(cols, wanted), BlockScanner.of(problem, Options()).scan(cols, wanted))
    again = mentees - skipped[1] if len(skipped) > 1 else 0
    assert again > mentees // 2 if misled else again < mentees // 10


@pytest.mark.parametrize("seed", range(4))
def test_a_guess_above_pairs_that_are_listed(seed: int) -> None:
    """Wishes are looked at before the guess; what they are worth lets nobody in below it twice."""
    rng, letters = np.random.default_rng(seed), list("abcd")
    ids = [f"m{at}" for at in range(540)]

    def levels() -> dict[str, int]:
        known = rng.choice(letters, 2, replace=False).tolist()
        return dict(zip(known, rng.integers(1, 6, 2).tolist(), strict=True))

    mentors = [{"id": who, "level": int(rng.integers(1, 6)), "skills": levels()} for who in ids]
    mentees = [
        {"id": f"s{at}", "level": int(rng.integers(3, 9)), "goals": dict.fromkeys(levels(), 5),
         "preferences": rng.choice(ids, 60, replace=False).tolist()}
        for at in range(40)
    ]  # fmt: skip
    problem = Problem.of(
        rmatch.read_roster(mentors),
        rmatch.read_roster(mentees),
        rules=[SeniorityGap(2)],
        score=[TeachingCoverage(weight=1), StatedPreference(weight=0.01, max_rank=60)],
    )
    cols = slice(0, 40)
    wanted = Wanted(first_prices(problem), np.full(40, LOWEST), np.full(40, 24))
    found = FusedScanner.of(problem, Options()).scan(cols, wanted)
    assert len(np.unique(found.mentee.astype(np.int64) * 540 + found.mentor)) == len(found.mentor)
    assert same(found, BlockScanner.of(problem, Options()).scan(cols, wanted))


@pytest.mark.parametrize("misled", [False, True], ids=["fair sample", "misleading sample"])
def test_guesses_from_a_sample_of_a_matrix(monkeypatch: pytest.MonkeyPatch, misled: bool) -> None:
    """The same of a matrix, from one mentor in eight; here all the good ones are among these."""
    mentors, mentees = 400, 90
    gains = np.random.default_rng(1).integers(0, 1000, (mentors, mentees))
    if misled:
        gains[4::8] += 5000
    problem, cols = MatrixProblem.of(gains), slice(0, mentees)
    kernel = importlib.import_module("rmatch.kernels.matrix")
    sweep, again = kernel._sweep, []

    def listening(*arguments: Any) -> int:
        again.append(int((arguments[-2] < kernel.FAR).sum()))
        return int(sweep(*arguments))

    monkeypatch.setattr(kernel, "scan_matrix", kernel.scan_matrix.py_func)
    monkeypatch.setattr(kernel, "_sweep", listening)
    wanted = Wanted(np.zeros(mentors, np.int64), np.full(mentees, LOWEST), np.full(mentees, 60))
    found = scanner_of(problem, Options()).scan(cols, wanted)
    assert same(found, BlockScanner.of(problem, Options()).scan(cols, wanted))
    assert again[1:] == [mentees] if misled else sum(again[1:]) < mentees // 10


@pytest.mark.parametrize("seed", range(30))
def test_ready_made_matrices(seed: int) -> None:
    """Ties, forbidden pairs and negative gains; any slice of the mentees."""
    rng = np.random.default_rng(seed)
    mentors, mentees = rng.integers(1, 150, 2)
    top = int(rng.choice([2, 50, 1 << 40]))
    problem = MatrixProblem.of(
        rng.integers(-top, top, (mentors, mentees)), rng.random((mentors, mentees)) < 0.7
    )
    least = np.where(rng.random(mentees) < 0.5, LOWEST, rng.integers(-top, top, mentees))
    wanted = Wanted(rng.integers(-top, top, mentors), least, rng.integers(0, 9, mentees))
    fused, plain = scanner_of(problem, Options()), BlockScanner.of(problem, Options())
    start = int(rng.integers(mentees))
    for cols in (slice(0, mentees), slice(start, mentees)):
        assert same(fused.scan(cols, wanted), plain.scan(cols, wanted))


@pytest.mark.parametrize("seed", range(30))
def test_ready_made_matrices_again(seed: int) -> None:
    """After some prices fell: no pair is missing that was not listed before, and few are asked."""
    rng = np.random.default_rng(seed)
    mentors, mentees = rng.integers(1, 150, 2)
    gains = rng.integers(-50, 50, (mentors, mentees))
    problem = MatrixProblem.of(gains, rng.random((mentors, mentees)) < 0.7)
    scanner, everybody = scanner_of(problem, Options()), slice(0, int(mentees))
    price, floor = rng.integers(-9, 9, mentors), rng.integers(-9, 30, mentees)
    most = np.full(mentees, mentors) if seed % 2 else rng.integers(0, 9, mentees)
    before = scanner.scan(everybody, Wanted(price, floor, most))
    fall = np.where(rng.random(mentors) < 0.3, rng.integers(-9, 13, mentors), 0)
    price, floor = price - fall, floor + int(rng.integers(0, 9))
    every = np.full(mentees, mentors)
    found = scanner.scan(everybody, Wanted(price, floor, every, before.covering, fall))
    rows, cols = np.nonzero(problem.allowed & (problem.gains - price[:, None] > floor))
    worth_it = set(zip(rows.tolist(), cols.tolist(), strict=True))
    listed = set(zip(before.mentor.tolist(), before.mentee.tolist(), strict=True))
    now = set(zip(found.mentor.tolist(), found.mentee.tolist(), strict=True))
    assert worth_it - listed <= now <= worth_it
    assert found.touched <= problem.gains.size
    idle = scanner.scan(everybody, Wanted(price, floor, every, floor, np.zeros(mentors, np.int64)))
    assert (len(idle.mentor), idle.touched) == (0, 0)
