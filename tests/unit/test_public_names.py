"""The public names: all there, loaded only when used."""

from __future__ import annotations

import subprocess
import sys

import pytest

import rmatch

HEAVY = {"numpy", "scipy", "ortools", "numba", "networkx", "narwhals", "pydantic", "typer", "rich"}
HEAVY |= {"pandas", "polars", "pyarrow", "matplotlib"}


@pytest.mark.parametrize("name", rmatch.__all__)
def test_every_public_name_can_be_had(name):
    """A name in ``__all__`` that does not resolve would break ``from rmatch import *``."""
    assert getattr(rmatch, name) is not None
    assert name in dir(rmatch)


def test_public_names_are_sorted_and_known_once():
    """One obvious list: sorted, no repetition, and the same that ``__getattr__`` serves."""
    assert rmatch.__all__ == sorted(set(rmatch.__all__))
    assert set(rmatch.__all__) == {*rmatch._PUBLIC, *rmatch._MODULES}


def test_a_misspelt_name_is_an_attribute_error():
    """Lazy loading must not turn a slip into something else."""
    with pytest.raises(AttributeError, match="has no attribute 'mtach'"):
        _ = rmatch.mtach


def test_the_names_of_a_living_programme_are_lazy_too():
    """``rmatch.living`` serves the names it lists, sorted, and no others."""
    names = rmatch.living.__all__
    assert names == sorted(set(names)) == sorted(rmatch.living._PUBLIC)
    assert all(callable(getattr(rmatch.living, name)) for name in names)
    assert dir(rmatch.living) == names
    with pytest.raises(AttributeError, match="has no attribute 'ciircles'"):
        _ = rmatch.living.ciircles


def test_import_loads_nothing_heavy():
    """``import rmatch`` costs next to nothing; the rest is paid for on first use."""
    code = f"import rmatch, rmatch.living, sys; print(sorted({HEAVY!r}.intersection(sys.modules)))"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "[]"
