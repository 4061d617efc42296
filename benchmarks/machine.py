"""The machine, the versions and the physical yardsticks that every table is printed with."""

from __future__ import annotations

import os
import platform
import subprocess
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from time import perf_counter

import numpy as np

LIBRARIES = ("numpy", "scipy", "ortools", "lapx", "POT", "highspy", "numba", "pandas")


def header() -> dict[str, object]:
    """Return what a figure depends on."""
    return {
        "processor": _processor(),
        "cores": len(os.sched_getaffinity(0))
        if hasattr(os, "sched_getaffinity")
        else os.cpu_count(),
        "python": platform.python_version(),
        "libraries": {name: found for name in LIBRARIES if (found := _version(name))},
        "commit": _commit(),
        "load at the start": round(os.getloadavg()[0], 2),
        "float32 multiply-adds per second": round(multiply_adds() / 1e9, 1) * 1e9,
        "memory bytes read per second": round(bandwidth() / 1e9, 1) * 1e9,
    }


def multiply_adds(size: int = 1024) -> float:
    """Return the best rate of a float32 matrix product."""
    one = np.ones((size, size), np.float32)
    return float(max(size**3 / _seconds(lambda: one @ one) for _ in range(5)))


def bandwidth(megabytes: int = 256) -> float:
    """Return the best rate at which a large array is added up."""
    data = np.ones(megabytes * 2**20 // 8)
    return float(max(data.nbytes / _seconds(data.sum) for _ in range(5)))


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
