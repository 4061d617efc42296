"""Data frames out, through narwhals, in whichever library the user has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from typing import Any, cast

from rmatch.errors import InvalidInputError, MissingDependencyError

BACKENDS = ("pandas", "polars", "pyarrow")


def frame(columns: Mapping[str, Sequence[Any]], backend: str | None = None) -> Any:
    """Return a data frame of ``backend``, or of the first library that is installed."""
    if backend is not None and backend not in BACKENDS:
        raise InvalidInputError(f"backend={backend!r}; allowed are {', '.join(BACKENDS)}")
    chosen = backend or next((name for name in BACKENDS if find_spec(name)), None)
    if chosen is None or find_spec(chosen) is None:
        raise MissingDependencyError(
            f"a data frame needs {backend or ' or '.join(BACKENDS)}, which is not installed "
            f"(pip install {backend or 'pandas'}); to_records() needs nothing"
        )
    import narwhals.stable.v2 as nw

    return nw.from_dict(dict(columns), backend=cast("Any", chosen)).to_native()
