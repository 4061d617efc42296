"""The examples in the docstrings run and show what comes out."""

from __future__ import annotations

import doctest
import importlib
import pkgutil

import pytest

import rmatch

MODULES = sorted(
    module.name
    for module in pkgutil.walk_packages(rmatch.__path__, "rmatch.")
    if not module.name.endswith("__main__")
)


@pytest.mark.parametrize("name", MODULES)
def test_examples(name):
    """What the reference shows is what users get."""
    found = doctest.testmod(importlib.import_module(name))
    assert found.failed == 0, f"{found.failed} of {found.attempted} examples; see the output"


def test_there_are_examples():
    """Walking the package finds its modules, and some of them show examples."""
    finder = doctest.DocTestFinder(exclude_empty=True)
    modules = [importlib.import_module(name) for name in MODULES]
    assert sum(bool(each.examples) for module in modules for each in finder.find(module)) > 20
