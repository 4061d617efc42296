"""Compiled loops for large problems. Small problems never import this package, nor numba.

Numba keeps what it compiled beside these files, or in the user's cache directory where these are
read-only, so that a machine pays for the compiler once.
"""

from __future__ import annotations

import importlib
import logging
from pathlib import Path
from time import perf_counter
from types import ModuleType
from typing import Any

logger = logging.getLogger("rmatch")


def load(name: str) -> ModuleType:
    """Return a kernel module; say so where its first calls will have to wait for the compiler."""
    module = importlib.import_module(f"rmatch.kernels.{name}")
    if not _said.get(name) and not _compiled(module):
        logger.warning("compiling kernels %r, once per machine: some seconds", name)
    _said[name] = True
    return module


_said: dict[str, bool] = {}


def _compiled(module: ModuleType) -> bool:
    """Say whether numba has stored something of every kernel of a module."""
    for kernel in vars(module).values():
        cache: Any = getattr(kernel, "_cache", None)
        if cache is None or getattr(kernel, "__module__", "") != module.__name__:
            continue
        pattern = f"{Path(module.__file__ or '').stem}.{kernel.__name__}-*.nbi"
        if not any(Path(cache.cache_path).glob(pattern)):
            return False
    return True


class Stopwatch:
    """Seconds spent in each named phase."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._last = perf_counter()

    def lap(self, phase: str) -> None:
        """Add the time since the last lap to a phase."""
        now = perf_counter()
        self.seconds[phase] = self.seconds.get(phase, 0.0) + now - self._last
        self._last = now
