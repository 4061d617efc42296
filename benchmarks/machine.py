"""The machine, the versions and the physical yardsticks that every table is printed with."""

from __future__ import annotations

import os
import platform
import subprocess
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from time import perf_counter

import numpy as np

#: The yardstick of a pricing pass: what all cores do of its arithmetic, and nothing else.
ROW_RATE = "float32 multiply-adds per second, sums of a few cached rows"

LIBRARIES = ("numpy", "scipy", "ortools", "lapx", "POT", "highspy", "numba", "pandas")


def header() -> dict[str, object]:
    """Return what a figure depends on."""
    return {
        "processor": _processor(),
        "cores": _cores(),
        "python": platform.python_version(),
        "libraries": {name: found for name in LIBRARIES if (found := _version(name))},
        "commit": _commit(),
        "load at the start": round(os.getloadavg()[0], 2),
        "float32 multiply-adds per second": round(multiply_adds() / 1e9, 1) * 1e9,
        "memory bytes read per second": round(bandwidth() / 1e9, 1) * 1e9,
        ROW_RATE: round(row_multiply_adds() / 1e9, 2) * 1e9,
    }


def multiply_adds(size: int = 1024) -> float:
    """Return the best rate of a float32 matrix product."""
    one = np.ones((size, size), np.float32)
    return float(max(size**3 / _seconds(lambda: one @ one) for _ in range(5)))


def row_multiply_adds(mentors: int = 1024, features: int = 200, terms: int = 6) -> float:
    """Return the best rate, on all cores, of adding up a few weighted rows that lie in the cache.

    That is all that scores need: for each mentee, one row over a block of mentors per goal.
    """
    from numba import njit

    @njit(nogil=True, fastmath=True)
    def add_up(rows, slopes, picks, total):  # type: ignore[no-untyped-def]
        for person in range(len(picks)):
            total[:] = 0
            for term in range(picks.shape[1]):
                row, slope = rows[picks[person, term]], slopes[person, term]
                for at in range(len(total)):
                    total[at] += slope * row[at]

    rng = np.random.default_rng(1)
    rows = rng.random((features, mentors)).astype(np.float32)
    picks = rng.integers(0, features, (20_000, terms)).astype(np.int32)
    slopes = rng.random(picks.shape).astype(np.float32)
    threads = _cores()

    def everywhere() -> None:
        totals = [np.empty(mentors, np.float32) for _ in range(threads)]
        list(pool.map(lambda total: add_up(rows, slopes, picks, total), totals))

    with ThreadPoolExecutor(threads) as pool:
        everywhere()
        best = min(_seconds(everywhere) for _ in range(5))
    return threads * picks.size * mentors / best


def bandwidth(megabytes: int = 256) -> float:
    """Return the best rate at which a large array is added up."""
    data = np.ones(megabytes * 2**20 // 8)
    return float(max(data.nbytes / _seconds(data.sum) for _ in range(5)))


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _seconds(run: object) -> float:
    started = perf_counter()
    run()  # type: ignore[operator]
    return perf_counter() - started


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    return next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), "")


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _commit() -> str:
    run = subprocess.run(
        ["git", "describe", "--always", "--dirty"],
        capture_output=True, text=True, check=False, cwd=Path(__file__).parent,
    )  # fmt: skip
    return run.stdout.strip()
