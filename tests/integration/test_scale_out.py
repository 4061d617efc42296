"""Scans as tasks of joblib: any backend gives the same bits, and a lost worker changes nothing."""

from __future__ import annotations

import logging
import os
import signal
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cloudpickle
import numpy as np
import pytest
from joblib import parallel_config

from rmatch.certificate import Certificate
from rmatch.errors import MissingDependencyError, SolverError
from rmatch.matrix import MatrixProblem
from rmatch.priced import Priced
from rmatch.pricing import solve_priced
from rmatch.scan import LOWEST, BlockScanner, Found, Wanted
from rmatch.solvers import Options, Status

JOBLIB = Options(engine="joblib")


def contested(people: int) -> MatrixProblem:
    """Everybody wants the same mentors, so that one round is not enough."""
    rng = np.random.default_rng(2)
    return MatrixProblem.of(np.outer(rng.integers(1, 99, people), rng.integers(1, 99, people)))


def proof(problem: MatrixProblem, found: Priced) -> tuple[Any, ...]:
    """Everything that a result says, its certificate recomputed."""
    pairs = tuple(zip(found.rows.tolist(), found.cols.tolist(), strict=True))
    assert found.status is Status.OPTIMAL
    assert Certificate(pairs, found.objective, found.prices).verify(problem)
    prices = (found.prices.mentor.tolist(), found.prices.mentee.tolist(), found.prices.seat)
    return pairs, found.objective, prices, found.rounds


@dataclass(frozen=True, eq=False)
class Deadly(BlockScanner):
    """Kills the process that it runs in, once, in the middle of the second scan."""

    mark: str = ""

    def scan(self, cols: slice, wanted: Wanted) -> Found:
        if wanted.mentee.max() > LOWEST and not Path(self.mark).exists():
            Path(self.mark).touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return super().scan(cols, wanted)


@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::DeprecationWarning")
def test_a_killed_dask_worker_changes_nothing(tmp_path: Path) -> None:
    """Two worker processes, one killed with SIGKILL: same pairs, objective, prices and rounds."""
    from dask.distributed import Client, LocalCluster

    # The workers have rmatch but not this file.
    cloudpickle.register_pickle_by_value(sys.modules[__name__])
    problem = contested(60)
    alone = solve_priced(problem, Options(), BlockScanner(problem, 4))
    assert alone.rounds > 2
    mark = tmp_path / "killed"
    with (
        LocalCluster(
            n_workers=2,
            threads_per_worker=1,
            processes=True,
            dashboard_address=None,
            silence_logs=logging.CRITICAL,
            local_directory=str(tmp_path),
        ) as workers,
        Client(workers),
        parallel_config("dask"),
    ):
        far = solve_priced(problem, JOBLIB, Deadly(problem, 4, str(mark)))
    assert mark.exists()
    assert proof(problem, far) == proof(problem, alone)


def test_threads_of_joblib_give_the_same_bits() -> None:
    """The same call on another backend; the time limit holds there too."""
    problem = contested(60)
    alone = solve_priced(problem, Options(), BlockScanner(problem, 4))
    with parallel_config("threading", n_jobs=2):
        far = solve_priced(problem, JOBLIB, BlockScanner(problem, 4))
        stopped = solve_priced(problem, Options(engine="joblib", time_limit=0))
    assert proof(problem, far) == proof(problem, alone)
    assert stopped.status is Status.FEASIBLE
    assert stopped.objective <= alone.objective <= stopped.bound


def test_an_error_of_the_task_is_raised_as_it_is() -> None:
    """A rule that fails on a worker fails here with its own error, not with one of the engine."""

    @dataclass(frozen=True, eq=False)
    class Faulty(BlockScanner):
        def scan(self, cols: slice, wanted: Wanted) -> Found:
            raise ZeroDivisionError("of the rule")

    problem = contested(20)
    with (
        parallel_config("threading", n_jobs=2),
        pytest.raises(ZeroDivisionError, match="of the rule"),
    ):
        solve_priced(problem, JOBLIB, Faulty(problem, 4))


@pytest.mark.parametrize(
    ("answer", "error", "said"),
    [
        ("__import__('rmatch_is_not_here')", MissingDependencyError, "install rmatch=="),
        ("('0.0.1', 'there', 1)", SolverError, r"workers have rmatch 0\.0\.1, and this process"),
    ],
)
def test_workers_without_the_same_rmatch_are_found_out_before(
    answer: str, error: type[Exception], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A job would otherwise hang, or mix two versions."""
    monkeypatch.setattr("rmatch.cluster._PROBE", answer)
    with parallel_config("threading", n_jobs=2), pytest.raises(error, match=said):
        solve_priced(contested(20), JOBLIB)


def test_one_task_at_a_time_is_said(caplog: pytest.LogCaptureFixture) -> None:
    """Some backends use one process unless told otherwise."""
    with caplog.at_level(logging.INFO, "rmatch"), parallel_config("threading", n_jobs=1):
        solve_priced(contested(20), JOBLIB)
    assert "joblib runs one task at a time" in caplog.text
    assert "1 places for tasks; 1 processes on 1 machines answered" in caplog.text
