"""The public names: small, all there, and cheap to import."""

from __future__ import annotations

import subprocess
import sys

import pytest

import rmatch

HEAVY = ("ortools", "pandas", "polars", "rich", "matplotlib", "numba", "networkx", "scipy",
         "pydantic", "typer", "narwhals")  # fmt: skip


@pytest.mark.parametrize("name", rmatch.__all__)
def test_every_public_name_is_there_and_documented(name):
    """Each name resolves, has a docstring, and shows in dir()."""
    value = getattr(rmatch, name)
    assert value.__doc__
    assert name in dir(rmatch)


def test_unknown_names_are_attribute_errors():
    """A misspelt name fails as in any module."""
    with pytest.raises(AttributeError, match="module 'rmatch' has no attribute 'macth'"):
        rmatch.macth  # noqa: B018


def modules_after(code):
    """Return which heavy modules a fresh interpreter has loaded after some code."""
    check = f"import sys; print([m for m in {HEAVY!r} if m in sys.modules])"
    run = subprocess.run([sys.executable, "-c", f"{code}; {check}"], capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    return run.stdout.strip()


def test_import_loads_nothing_heavy():
    """import rmatch costs next to nothing: names load on first use (§C13)."""
    assert modules_after("import rmatch") == "[]"


def test_match_needs_no_data_frame_library_and_no_plots():
    """A match of plain dicts loads neither pandas nor polars, rich nor matplotlib."""
    code = "import rmatch; rmatch.match([{'id': 'a', 'skills': 'x'}], [{'id': 'b', 'goals': 'x'}])"
    loaded = modules_after(code)
    for name in ("pandas", "polars", "rich", "matplotlib", "numba", "pydantic", "typer"):
        assert name not in loaded
