"""Pricing: the optimum of all pairs from a few of them, proven, and stopped with a true bound."""

from __future__ import annotations

import math
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from time import sleep
from typing import Any

import numpy as np
import pytest

import rmatch
from rmatch.candidates import all_candidates
from rmatch.check import check
from rmatch.errors import SolverError
from rmatch.matrix import MatrixProblem
from rmatch.priced import Priced
from rmatch.pricing import solve_priced
from rmatch.scan import LOWEST, BlockScanner, Found, Wanted
from rmatch.solvers import Infeasible, Options, Status, get
from rmatch.solvers.bmatching import by_bids, optimise


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
    events: list[dict[str, Any]] = []
    best = solve_priced(contested(80), Options(callback=events.append))
    rounds = [event for event in events if event["phase"] == "round"]
    assert len(rounds) > 2
    assert best.status is Status.OPTIMAL
    for each in rounds:
        assert each["objective"] <= best.objective <= each["bound"]
        assert each["gap"] == (each["bound"] - each["objective"]) / each["bound"]
    assert [r["objective"] for r in rounds] == sorted(r["objective"] for r in rounds)
    assert (rounds[-1]["added"], rounds[-1]["gap"]) == (0, 0)


def is_legal_and_below(stopped: Priced, problem: MatrixProblem) -> None:
    """A stopped solve gives legal pairs, and a gap between which the optimum lies."""
    best = solve_priced(problem, Options()).objective
    assert stopped.status is Status.FEASIBLE
    assert stopped.objective < best <= stopped.bound
    pairs = list(zip(stopped.rows.tolist(), stopped.cols.tolist(), strict=True))
    assert check(problem, pairs, stopped.objective) == []


def test_the_time_limit_stops_in_the_middle_of_a_scan(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of mentees not looked at, no more is known than that no gain is above the largest."""
    problem = contested(150)
    for clock in (3, 40, 60, 90):
        ticks = iter(range(1_000_000))
        for module in ("pricing", "scan", "solvers.bmatching"):
            monkeypatch.setattr(f"rmatch.{module}.perf_counter", lambda ticks=ticks: next(ticks))
        scanner = BlockScanner(problem, 10)
        stopped = solve_priced(problem, Options(time_limit=clock, threads=1), scanner)
        monkeypatch.undo()
        assert stopped.touched < problem.gains.size * (stopped.rounds + 1)
        is_legal_and_below(stopped, problem)
    at_once = solve_priced(MatrixProblem.of(np.full((4, 4), 7)), Options(time_limit=0))
    assert (at_once.objective, at_once.bound) == (0, 4 * 7)


def test_the_memory_limit_counts_blocks_and_edges() -> None:
    """Narrower blocks and fewer candidate edges; too little for any matching says how much."""
    problem = contested(150)
    little = Options(memory_limit=150_000, threads=1)
    scanner = BlockScanner.of(problem, little)
    assert scanner.width < BlockScanner.of(problem, Options()).width
    assert scanner.memory(1) <= 150_000 / 4
    stopped = solve_priced(problem, little, scanner)
    assert stopped.edges * 160 + scanner.memory(1) <= 150_000
    is_legal_and_below(stopped, problem)
    none = Options(memory_limit=1, threads=1)
    with pytest.raises(SolverError, match=r"one candidate pair for each mentee takes about 33,600"):
        solve_priced(problem, none, BlockScanner.of(problem, none))


MEMORY = """
import re
import numpy as np
from pathlib import Path
from rmatch.matrix import MatrixProblem
from rmatch.pricing import solve_priced
from rmatch.scan import BlockScanner
from rmatch.solvers import Options

def kilobytes(name):
    return int(re.search(name + r":\\s+(\\d+)", Path("/proc/self/status").read_text())[1])

gains = np.random.default_rng(1).integers(0, 1 << 20, (1500, 1500))
problem, first = MatrixProblem.of(gains), MatrixProblem.of(gains[:60, :60])
solve_priced(first, Options())  # loads the kernels
for limit in (20_000_000, None):
    Path("/proc/self/clear_refs").write_text("5")  # forget the peak so far
    before = kilobytes("VmRSS")
    options = Options(memory_limit=limit, threads=2)
    solve_priced(problem, options, BlockScanner.of(problem, options))
    print(1024 * (kilobytes("VmHWM") - before))
"""


@pytest.mark.skipif(not Path("/proc/self/clear_refs").exists(), reason="Linux tells the peak")
def test_the_memory_limit_is_kept() -> None:
    """What the process really takes stays below the limit; without one it takes more."""
    run = subprocess.run([sys.executable, "-c", MEMORY], capture_output=True, text=True, check=True)
    limited, free = map(int, run.stdout.split())
    assert limited < 20_000_000 < free


@pytest.mark.parametrize("shape", [(0, 0), (2, 0), (0, 2)])
def test_an_empty_side_has_an_empty_optimum(shape: tuple[int, int]) -> None:
    """Nobody to scan is no error."""
    matching = rmatch.match_matrix(np.zeros(shape, int), solver="pricing")
    assert (len(matching), matching.status) == (0, Status.OPTIMAL)
    assert matching.certificate.verify(matching.problem)


@dataclass(frozen=True, eq=False)
class Interrupted(BlockScanner):
    """Sends Ctrl-C to its own process, while a task of the second scan runs in a thread."""

    def scan(self, cols: slice, wanted: Wanted) -> Found:
        if cols.start == 70 and wanted.mentee.max() > LOWEST:
            os.kill(os.getpid(), signal.SIGINT)
            sleep(0.2)  # the main thread gets the signal while this task runs
        return super().scan(cols, wanted)


def ctrl_c() -> None:
    """Be interrupted, and check what comes back."""
    problem = contested(150)
    stopped = solve_priced(problem, Options(threads=2), Interrupted(problem, 10))
    assert stopped.rounds == 1
    is_legal_and_below(stopped, problem)


def test_ctrl_c_in_the_middle_of_a_scan_returns_the_best_so_far() -> None:
    """A real signal; in a process of its own, as it would stop whoever runs the tests too."""
    code = "from tests.unit.test_pricing import ctrl_c; ctrl_c(); print('returned')"
    root = Path(__file__).parents[2]
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=root
    )
    assert (run.stdout, run.stderr) == ("returned\n", "")


def test_interrupted_by_its_callback_it_returns_the_best_so_far() -> None:
    """Raised by a program: the matching of the first round, with a gap to show for it."""

    def interrupt(event: dict[str, Any]) -> None:
        if event["phase"] == "round":
            raise KeyboardInterrupt

    problem = contested(150)
    matching = rmatch.solve(problem, solver="pricing", callback=interrupt)
    assert matching.status is Status.FEASIBLE
    assert not matching.has_prices
    assert matching.gap is not None
    assert matching.gap > 0
    assert f"at most {matching.gap:.2%} below the best" in matching.summary()
    best = rmatch.solve(problem).units
    assert matching.bound_units is not None
    assert matching.units < best <= matching.bound_units


def test_interrupted_before_there_is_a_matching_it_ends() -> None:
    """There is nothing to return yet."""

    def interrupt(event: dict[str, Any]) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        solve_priced(contested(20), Options(callback=interrupt))


@pytest.mark.parametrize("solve", [1, 2])
def test_ctrl_c_within_numbas_own_code_is_ctrl_c(
    solve: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Numba makes a ``SystemError`` of a signal that comes while it hands arrays over."""
    turns = iter(range(1, 100))

    def interrupted(solver: Callable[..., Any]) -> Callable[..., Any]:
        def interrupt(*given: Any, **options: Any) -> Any:
            if next(turns) < solve:
                return solver(*given, **options)
            try:
                raise KeyboardInterrupt
            except KeyboardInterrupt as signalled:
                raise SystemError("a loop returned a result with an exception set") from signalled

        return interrupt

    problem = contested(150)
    for solver in (by_bids, optimise):
        monkeypatch.setattr(f"rmatch.pricing.{solver.__name__}", interrupted(solver))
    if solve == 1:  # there is no matching yet
        with pytest.raises(KeyboardInterrupt):
            solve_priced(problem, Options())
        return
    stopped = solve_priced(problem, Options())
    monkeypatch.undo()
    is_legal_and_below(stopped, problem)


def test_small_and_cohort_solves_report_too() -> None:
    """A listed solve says what it lists and what it found; every event has the same first keys."""
    events: list[dict[str, Any]] = []
    rmatch.match_matrix([[3, 1], [2, 2]], callback=events.append)
    assert [event["phase"] for event in events] == ["listing pairs", "solving", "solved"]
    assert all({"phase", "objective", "bound", "gap"} <= set(event) for event in events)
    assert (events[-1]["objective"], events[-1]["gap"], events[-1]["pairs"]) == (5, 0, 2)


def test_what_cannot_be_priced_is_no_feature_of_pricing() -> None:
    """The error is that of any other solver that lacks something."""
    with pytest.raises(rmatch.UnsupportedFeatureError, match="solver 'pricing' handles"):
        rmatch.match_matrix([[1]], solver="pricing", objective="max_min")


def test_pricing_is_a_strategy_like_other_solvers() -> None:
    """It is asked for by name wherever solvers are, and with candidates at hand too."""
    problem = contested(6)
    assert list(rmatch.compare(problem, ["pricing"]).matchings) == ["pricing"]
    listed = rmatch.solve(problem, solver="pricing", candidates=all_candidates(problem))
    assert (listed.solver, listed.status) == ("pricing", Status.OPTIMAL)


def test_memory_without_limit_is_infinite() -> None:
    """As seconds are."""
    matching = rmatch.match_matrix(
        [[1]], solver="pricing", memory_limit=math.inf, time_limit=math.inf
    )
    assert matching.status is Status.OPTIMAL


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"time_limit": -1}, r"time_limit=-1; seconds, at least 0"),
        ({"time_limit": float("nan")}, r"time_limit=nan"),
        ({"memory_limit": 0}, r"memory_limit=0; bytes, at least 1"),
        ({"threads": 1.5}, r"threads=1.5; a whole number >= 1"),
        ({"engine": "dask"}, r"engine='dask'; 'joblib', or None is allowed"),
        ({"callback": 3}, r"callback=3; a function of one dict"),
    ],
)
def test_wrong_limits_are_refused(wrong: dict[str, Any], said: str) -> None:
    """One clear error, before any work."""
    with pytest.raises(rmatch.InvalidInputError, match=said):
        rmatch.match_matrix([[1]], **wrong)


def test_a_scan_lists_everything_above_what_covers_it() -> None:
    """With more pairs than asked for, ``covering`` says from which value on the list is whole."""
    problem = MatrixProblem.of(np.array([[5, 1], [7, 1], [9, 1], [9, 8]]))
    wanted = Wanted(np.array([0, 0, 1, 0]), np.array([2, LOWEST]), np.array([2, 4]))
    found = BlockScanner.of(problem, Options()).scan(slice(0, 2), wanted)
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
