"""The reference has every public name, every method, and every name that the pages use."""

from __future__ import annotations

import importlib
import inspect
import re
import sys
from pathlib import Path

import pytest

import rmatch

DOCS = Path(__file__).parents[2] / "docs"
ENTRY = re.compile(r"(?m)^\.\. auto(?:class|function):: (\S+)\n((?:   :.*\n)*)")
IMPORT = re.compile(r"(?m)^from (rmatch[.\w]*) import \(?([\w\s,]+)\)?$")
MODULES = ("living", "objectives", "plots", "rules", "scoring", "audit", "datasets",
           "metrics", "reading")  # fmt: skip


@pytest.fixture(scope="module")
def entries():
    """All that is in the reference: what it is, by the name it has there, and its options."""
    sys.path.insert(0, str(DOCS))
    try:
        pages = importlib.import_module("reference_pages").pages()
    finally:
        sys.path.remove(str(DOCS))
    return {path: options for text in pages.values() for path, options in ENTRY.findall(text)}


def _value(path):
    module, _, name = path.rpartition(".")
    return getattr(importlib.import_module(module), name)


def _documented(entries):
    return {id(_value(path)) for path in entries}


def _protocols(value):
    """What a class fulfils without inheriting from it: the protocols of its module."""
    module = vars(sys.modules[value.__module__]).values()
    return [each for each in module if getattr(each, "_is_protocol", False)]


def _is_code(value):
    return inspect.isclass(value) or inspect.isfunction(value)


@pytest.mark.parametrize("module", ["", *MODULES])
def test_public_names_are_there(entries, module):
    """Whatever a public module offers is described."""
    found = importlib.import_module(f"rmatch.{module}".rstrip("."))
    known = _documented(entries)
    names = {name: getattr(found, name) for name in found.__all__}
    assert [n for n, value in names.items() if _is_code(value) and id(value) not in known] == []


def test_names_that_pages_use_are_there(entries):
    """A reader who meets a name on a page, in a notebook or in the README can look it up."""
    known = _documented(entries)
    missing = set()
    for page in (*DOCS.rglob("*.md"), *DOCS.glob("notebooks/*.py"), DOCS.parent / "README.md"):
        for module, names in IMPORT.findall(page.read_text(encoding="utf-8")):
            for name in re.findall(r"\w+", names):
                value = getattr(importlib.import_module(module), name, None)
                if _is_code(value) and id(value) not in known:
                    missing.add(f"{page.name}: {module}.{name}")
    assert missing == set()


def test_methods_are_there(entries):
    """Every public method stands with its class, or with one it comes from, and says something."""
    known, missing = _documented(entries), []
    for path, options in entries.items():
        value = _value(path)
        if not inspect.isclass(value):
            continue
        assert ":members:" in options
        for name, member in inspect.getmembers(value):
            where = next((base for base in value.__mro__ if name in vars(base)), None)
            ours = where is not None and where.__module__.startswith("rmatch")
            method = inspect.isfunction(member) or isinstance(member, property)
            if name.startswith("_") or not ours or not method:
                continue
            bases = [base for base in (*value.__mro__, *_protocols(value)) if name in vars(base)]
            shown = any(id(base) in known for base in bases) or ":inherited-members:" in options
            if not shown or not any(vars(base)[name].__doc__ for base in bases):
                missing.append(f"{path}.{name}")
    assert not missing, "\n".join(missing)


def test_there_is_a_reference(entries):
    """The tests above must have something to read."""
    assert {"rmatch.match", "rmatch.Matching", "rmatch.rules.GenerationGap"} <= set(entries)
    assert "why" in dir(rmatch.Matching)
