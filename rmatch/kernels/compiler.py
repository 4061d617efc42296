"""How the loops are compiled: kept for all later runs, and free of the interpreter's lock."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from numpy.typing import NDArray

Array = NDArray[Any]

#: Whether what is compiled is kept for later runs.
kept = True

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeVar

    F = TypeVar("F", bound=Callable[..., Any])

    def compiled(function: F) -> F:
        """Compile a function."""
        ...

    def multiply_adds(function: F) -> F:
        """Compile a function that may add products without rounding them first."""
        ...

else:
    from numba import njit

    def compiled(function, **options):
        """Compile a function; where no folder can be written to keep it, for this process only."""
        try:
            return njit(cache=True, nogil=True, **options)(function)
        except RuntimeError:  # numba found no folder, neither beside the file nor the user's
            global kept
            kept = False
            return njit(nogil=True, **options)(function)

    def multiply_adds(function):
        """Compile a function that may add products without rounding them first."""
        return compiled(function, error_model="numpy", fastmath={"contract", "nsz"})
