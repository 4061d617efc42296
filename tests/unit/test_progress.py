"""The bar shows what a solve tells its callback, on terminals only; the compiler says its cost."""

from __future__ import annotations

import importlib
import io
import logging
import signal
from typing import Any

import numpy as np
import pytest
from rich.console import Console

import rmatch
from rmatch import kernels, progress


def drawn(*, terminal: bool) -> str:
    """What the bar draws while a small problem is priced."""
    console = Console(file=io.StringIO(), force_terminal=terminal, width=100)
    gains = np.outer(np.arange(1, 40), np.arange(1, 40))
    with progress.bar("pairing", console) as callback:
        rmatch.solve(rmatch.match_matrix(gains).problem, solver="pricing", callback=callback)
        # What was told last is drawn once more at the end, however fast all went.
        callback({"phase": "pricing", "round": 2, "gap": 0.0125, "pairs": 39, "scanned": 0.5})
    return console.file.getvalue()  # type: ignore[attr-defined]


def test_a_terminal_shows_round_gap_and_pairs() -> None:
    """One line, which goes when the work ends."""
    text = drawn(terminal=True)
    assert "pairing: round 2, pricing, gap 1.25%, 39 pairs" in text


def test_a_pipe_shows_nothing() -> None:
    """Not even an empty line."""
    assert drawn(terminal=False) == ""


def test_the_library_prints_nothing_by_itself(capfd: pytest.CaptureFixture[str]) -> None:
    """Neither a small nor a priced solve, once the kernels are compiled."""
    problem = rmatch.match_matrix([[3, 1], [2, 2]]).problem
    rmatch.solve(problem, solver="pricing")
    capfd.readouterr()
    rmatch.solve(problem, solver="pricing")
    rmatch.solve(problem)
    assert capfd.readouterr() == ("", "")


def test_the_compiler_says_that_it_runs_and_what_it_cost(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once; loading what is stored is not compiling."""
    from numba import njit

    kernels.load("network")
    monkeypatch.setitem(kernels.spent, "seconds", 0.0)
    with caplog.at_level(logging.WARNING, "rmatch"), kernels.compiling():
        assert njit(lambda x: x + 1)(1) == 2
    said = [record.getMessage() for record in caplog.records]
    assert said[0] == "compiling loops for large problems, once per machine ..."
    assert said[1].startswith("compiled in ")
    caplog.clear()
    with caplog.at_level(logging.WARNING, "rmatch"), kernels.compiling():
        pass
    assert not caplog.records


def test_without_a_folder_to_keep_them_loops_are_compiled_all_the_same(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As in a container whose files are read-only: it says so, and how to keep them."""
    compiler = kernels.load("compiler")
    monkeypatch.setattr(compiler, "kept", True)
    names: dict[str, Any] = {}
    exec("def double(x):\n    return 2 * x", names)  # numba finds no folder for code of no file
    with caplog.at_level(logging.WARNING, "rmatch"), kernels.compiling():
        assert compiler.compiled(names["double"])(21) == 42
    assert "kept for this process only: set NUMBA_CACHE_DIR" in caplog.text


def test_ctrl_c_waits_until_the_compiler_has_given_its_lock_back() -> None:
    """Interrupted in between, numba may keep the lock, for which other threads wait for ever."""
    kernels.load("edges")
    event = importlib.import_module("numba.core.event")
    before = signal.getsignal(signal.SIGINT)
    for _ in range(2):  # who has the lock takes it again
        event.start_event("numba:compiler_lock")
    signal.raise_signal(signal.SIGINT)
    event.end_event("numba:compiler_lock")
    with pytest.raises(KeyboardInterrupt):
        event.end_event("numba:compiler_lock")
    assert signal.getsignal(signal.SIGINT) is before
