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

    def inner(function: F) -> F:
        """Compile a function that only compiled ones call, and that makes and returns no array."""
        ...

    def multiply_adds(function: F) -> F:
        """Compile such an inner function that may add products without rounding them first."""
        ...

else:
    from numba import njit
    from numba.core.options import DefaultOptions

    # Numba counts references to arrays at every call, which takes longer than a small function.
    # Those who call hold the arrays meanwhile; so where numba knows how, nothing is counted.
    _UNCOUNTED = {"_nrt": False} if hasattr(DefaultOptions, "_nrt") else {}

    def compiled(function, **options):
        """Compile a function; where no folder can be written to keep it, for this process only."""
        try:
            return njit(cache=True, nogil=True, **options)(function)
        except RuntimeError:  # numba found no folder, neither beside the file nor the user's
            global kept
            kept = False
            return njit(nogil=True, **options)(function)

    def inner(function, **options):
        """Compile a function that only compiled ones call, and that makes and returns no array."""
        return compiled(function, **_UNCOUNTED, **options)

    def multiply_adds(function):
        """Compile such an inner function that may add products without rounding them first."""
        return inner(function, error_model="numpy", fastmath={"contract", "nsz"})
