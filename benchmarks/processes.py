"""A process for each contestant, so that peak memory is its own; they run in turn."""

from __future__ import annotations

import gc
import importlib
import multiprocessing
import re
import statistics
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter
from typing import Any, Protocol

from benchmarks.registry import CASES, Outcome, Run

#: Modules with cases.
MODULES = ("cases", "answers", "cohort", "objectives", "rematch")
#: Seconds: contestants slower than this run once.
SLOW = 5.0


def load() -> None:
    """Fill the registry."""
    for name in MODULES:
        importlib.import_module(f"benchmarks.{name}")


class Processes:
    """The contestants' processes, each begun on first use, kept over sizes and cases."""

    def __init__(self) -> None:
        self._pools: dict[str, ProcessPoolExecutor] = {}

    def call(self, contestant: str, work: Callable[..., Any], *arguments: Any) -> Any:
        """Do something in a contestant's process and wait for it."""
        if contestant not in self._pools:
            context = multiprocessing.get_context("spawn")
            self._pools[contestant] = ProcessPoolExecutor(1, context, initializer=load)
        return self._pools[contestant].submit(work, *arguments).result()

    def close(self) -> None:
        for pool in self._pools.values():
            pool.shutdown()


@contextmanager
def processes() -> Iterator[Processes]:
    """Processes that end with the block."""
    started = Processes()
    try:
        yield started
    finally:
        started.close()


class Caller(Protocol):
    """Whoever does work on behalf of a contestant, and waits for it."""

    def call(self, contestant: str, work: Callable[..., Any], *arguments: Any) -> Any: ...


def measure(started: Caller, name: str, size: int, repeat: int) -> dict[str, Any]:
    """Run one case at one size, contestants in turn; return medians and what was found.

    Raises ``SystemExit`` where contestants find different objectives.
    """
    contestants = list(CASES[name].prepare(size))
    runs: dict[str, list[tuple[float, float | None, Outcome]]] = {}
    for each in contestants:
        started.call(each, _ready, name, size, each)
        runs[each] = [started.call(each, _run, each)]
        if runs[each][0][0] > SLOW:
            started.call(each, _forget, each)
    for _ in range(repeat - 1):
        for each in contestants:
            if runs[each][0][0] <= SLOW:
                runs[each].append(started.call(each, _run, each))
    for each in contestants:
        started.call(each, _forget, each)
    objectives = {each: done[-1][2].objective for each, done in runs.items()}
    if len(set(objectives.values()) - {None}) > 1:
        raise SystemExit(f"{name} at {size}: contestants disagree: {objectives}")
    return {
        "case": name,
        "size": size,
        "objective": next(iter(objectives.values())),
        "contestants": {
            each: {
                "seconds": statistics.median(seconds for seconds, _, _ in done),
                "runs": len(done),
                "peak MB": done[0][1],
                "phases": dict(done[-1][2].phases),
                "figures": dict(done[-1][2].figures),
                "note": done[-1][2].note,
            }
            for each, done in runs.items()
        },
    }


# ---- in a contestant's process -------------------------------------------------------------------

_current: dict[str, Run] = {}


def _ready(name: str, size: int, contestant: str) -> None:
    _current[contestant] = CASES[name].prepare(size)[contestant]()


def _run(contestant: str) -> tuple[float, float | None, Outcome]:
    """Return seconds, peak memory above what the process held before in MB, and the outcome."""
    gc.collect()
    before = _held()
    started = perf_counter()
    found = _current[contestant]()
    seconds = perf_counter() - started
    peak = None if before is None else (_peak() - before) / 1024
    return seconds, peak, found


def _forget(contestant: str) -> None:
    _current.pop(contestant, None)
    gc.collect()


def _held() -> float | None:
    """Return the kilobytes held now, and have Linux forget the peak so far."""
    try:
        Path("/proc/self/clear_refs").write_text("5")
    except OSError:
        return None
    return _status("VmRSS")


def _peak() -> float:
    return _status("VmHWM")


def _status(name: str) -> float:
    found = re.search(name + r":\s+(\d+)", Path("/proc/self/status").read_text())
    assert found
    return float(found[1])
