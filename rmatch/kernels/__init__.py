"""Compiled loops for large problems. Small problems import neither its modules nor numba.

Numba keeps what it compiled beside these files, or in the user's cache directory where these are
read-only, so that a machine pays for the compiler once.
"""

from __future__ import annotations

import importlib
import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter
from types import ModuleType

logger = logging.getLogger("rmatch")

_loading = threading.Lock()
#: What numba has spent on what it has not stored, see ``listening``.
spent = {"seconds": 0.0}


def load(name: str) -> ModuleType:
    """Return a kernel module; from then on, what the compiler costs is counted.

    The one way to a kernel at run time: numba breaks where two threads import it at once.
    """
    with _loading:
        importlib.import_module("rmatch.kernels.listening")
        return importlib.import_module(f"rmatch.kernels.{name}")


@contextmanager
def compiling() -> Iterator[None]:
    """Say afterwards what the compiler took, if it ran."""
    before = spent["seconds"]
    yield
    seconds = spent["seconds"] - before
    if seconds:
        how = "kept for all later solves on this machine"
        if not load("compiler").kept:
            how = "kept for this process only: set NUMBA_CACHE_DIR to a folder that can be written"
        logger.warning("compiled in %.1f s; %s", seconds, how)


@contextmanager
def interruptible() -> Iterator[None]:
    """Raise Ctrl-C as what it is, also where numba makes a ``SystemError`` of it.

    It does where the signal comes while it hands arrays to a loop or takes them back.
    """
    try:
        yield
    except SystemError as error:
        cause: BaseException | None = error
        while cause is not None:
            if isinstance(cause, KeyboardInterrupt):
                raise KeyboardInterrupt from error
            cause = cause.__cause__ or cause.__context__
        raise


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
