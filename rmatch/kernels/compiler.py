"""How the loops are compiled: kept for all later runs, and free of the interpreter's lock."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from numpy.typing import NDArray

Array = NDArray[Any]

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

    compiled = njit(cache=True, nogil=True)
    multiply_adds = njit(cache=True, nogil=True, error_model="numpy", fastmath={"contract", "nsz"})
