"""Every example in a docstring runs and shows what it says."""

from __future__ import annotations

import doctest
import importlib
import pkgutil

import pytest

import rmatch

MODULES = [
    module.name
    for module in pkgutil.walk_packages(rmatch.__path__, "rmatch.")
    if not module.name.endswith("__main__")
]


@pytest.mark.parametrize("name", MODULES)
def test_examples_run(name):
    """The examples of a module, as a reader would type them."""
    result = doctest.testmod(importlib.import_module(name), verbose=False)
    assert result.failed == 0


def test_there_are_examples():
    """The check above is not empty: the entry points all have one."""
    finder = doctest.DocTestFinder()
    for function in (rmatch.match, rmatch.match_matrix, rmatch.read_roster, rmatch.read_people):
        assert any(test.examples for test in finder.find(function))
