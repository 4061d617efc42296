"""What numba tells of its compiler: how long it runs, and when Ctrl-C has to wait for it.

Loaded before the first kernel; from then on numba is listened to.
"""

from __future__ import annotations

import logging
import signal
import threading
from time import perf_counter
from typing import Any

from numba.core import event

from rmatch.kernels import spent

logger = logging.getLogger("rmatch")


class Clock(event.Listener):
    """Sums up the outermost compilations: a kernel compiles those that it calls.

    Loading what is stored does not count.
    """

    depth, began = 0, 0.0

    def on_start(self, event: Any) -> None:
        """Begin to count, and say so the first time."""
        if not self.depth:
            if not spent["seconds"]:
                logger.warning("compiling loops for large problems, once per machine ...")
            self.began = perf_counter()
        self.depth += 1

    def on_end(self, event: Any) -> None:
        """Stop counting."""
        self.depth -= 1
        if not self.depth:
            spent["seconds"] += perf_counter() - self.began


class Keeper(event.Listener):
    """Keeps Ctrl-C until numba has given its lock back: interrupted meanwhile, it may never do so.

    Other threads would wait for it for ever. Numba tells before it takes the lock, and after.
    """

    depth = 0
    handler: Any = None
    kept: tuple[Any, ...] | None = None

    def on_start(self, event: Any) -> None:
        """Take Ctrl-C, which only the main thread gets."""
        if threading.current_thread() is threading.main_thread():
            if not self.depth:
                self.handler, self.kept = signal.getsignal(signal.SIGINT), None
                if callable(self.handler):
                    signal.signal(signal.SIGINT, self._keep)
            self.depth += 1

    def on_end(self, event: Any) -> None:
        """Pass it on, if there was one."""
        if threading.current_thread() is threading.main_thread():
            self.depth -= 1
            if not self.depth and callable(self.handler):
                signal.signal(signal.SIGINT, self.handler)
                if self.kept is not None:
                    self.handler(*self.kept)

    def _keep(self, *interrupt: Any) -> None:
        self.kept = interrupt


event.register("numba:compile", Clock())  # type: ignore[no-untyped-call]
event.register("numba:compiler_lock", Keeper())  # type: ignore[no-untyped-call]
