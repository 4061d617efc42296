"""Data frames in and out, through narwhals, in whichever library the user has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any, cast

from rmatch.errors import InvalidInputError, MissingDependencyError

BACKENDS = ("pandas", "polars", "pyarrow")


def frame(columns: Mapping[str, Sequence[Any]], backend: str | None = None) -> Any:
    """Return a data frame of ``backend``, or of the first library that is installed."""
    chosen = _installed(backend, "to_records() needs nothing")
    import narwhals.stable.v2 as nw

    return nw.from_dict(dict(columns), backend=cast("Any", chosen)).to_native()


def read_parquet(path: Path) -> Any:
    """Return a parquet file as a data frame of the first library that is installed.

    pandas comes last: in its frames, a struct's fields that are null look like any others.
    """
    chosen = _installed(None, "or save the table as CSV UTF-8", BACKENDS[::-1])
    import narwhals.stable.v2 as nw

    try:
        return nw.read_parquet(str(path), backend=cast("Any", chosen)).to_native()
    except Exception as error:  # each library raises its own kind for a broken file
        raise InvalidInputError(f"{path.name} is not a readable parquet file: {error}") from error


def _installed(backend: str | None, otherwise: str, in_turn: Sequence[str] = BACKENDS) -> str:
    if backend is not None and backend not in BACKENDS:
        raise InvalidInputError(f"backend={backend!r}; allowed are {', '.join(BACKENDS)}")
    chosen = backend or next((name for name in in_turn if find_spec(name)), None)
    if chosen is None or find_spec(chosen) is None:
        raise MissingDependencyError(
            f"this needs {backend or ' or '.join(BACKENDS)}, which is not installed "
            f"(pip install {backend or 'pandas'}); {otherwise}"
        )
    return chosen


def write_parquet(columns: Mapping[str, Sequence[Any]], path: Path) -> None:
    """Write columns as a parquet file."""
    import narwhals.stable.v2 as nw

    data = nw.from_native(frame(columns))
    try:
        data.write_parquet(path)
    except ImportError as error:
        raise MissingDependencyError(
            "writing parquet files needs pyarrow (pip install pyarrow); or write .csv"
        ) from error
