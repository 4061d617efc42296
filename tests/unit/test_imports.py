"""Imports run one way: down the line from people to matching."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import networkx as nx
import pytest

ROOT = Path(__file__).parents[2]

#: The line, from its beginning: whoever stands further down is imported by nobody above.
LINE = (
    "people",
    "forms",
    "rules.base",
    "scoring.base",
    "candidates",
    "objectives",
    "problem",
    "certificate",
    "pricing",
    "conflicts",
    "matching",
    "pipeline",
    "cli",
)


def _modules() -> dict[str, Path]:
    found = {}
    for path in sorted((ROOT / "rmatch").rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


MODULES = _modules()


def _when_loaded(body: list[ast.stmt]) -> Iterator[ast.Import | ast.ImportFrom]:
    """Yield what a module imports while it is loaded: not in functions, not for types only."""
    for statement in body:
        if isinstance(statement, ast.Import | ast.ImportFrom):
            yield statement
        elif isinstance(statement, ast.If):
            for_types = ast.unparse(statement.test) == "TYPE_CHECKING"
            yield from _when_loaded(statement.orelse if for_types else statement.body)
        elif isinstance(statement, ast.Try | ast.With):
            yield from _when_loaded(statement.body)


def _imported(name: str) -> set[str]:
    """Return the modules of rmatch that one of them loads itself."""
    found = set()
    for statement in _when_loaded(ast.parse(MODULES[name].read_text(encoding="utf-8")).body):
        if isinstance(statement, ast.Import):
            found |= {alias.name for alias in statement.names}
        elif statement.module:
            inside = {f"{statement.module}.{alias.name}" for alias in statement.names}
            found |= (inside & MODULES.keys()) or {statement.module}
    return found & MODULES.keys()


GRAPH = nx.DiGraph((name, other) for name in MODULES for other in _imported(name))


def test_no_module_needs_itself():
    """A circle of imports would tie its modules into one."""
    assert list(nx.simple_cycles(GRAPH)) == []


@pytest.mark.parametrize("place", range(len(LINE)), ids=LINE)
def test_imports_run_down_the_line(place):
    """A module of the line needs nothing that stands after it."""
    name = f"rmatch.{LINE[place]}"
    assert name in MODULES
    needed = nx.descendants(GRAPH, name) if name in GRAPH else set()
    assert not needed & {f"rmatch.{other}" for other in LINE[place + 1 :]}


def test_the_graph_is_read_from_the_code():
    """The two tests above would pass on an empty graph."""
    assert GRAPH.has_edge("rmatch.pipeline", "rmatch.matching")
    assert GRAPH.has_edge("rmatch.matching", "rmatch.certificate")
    assert not GRAPH.has_edge("rmatch.answers.why", "rmatch.matching")  # for types only


def _anywhere(body: list[ast.stmt]) -> Iterator[ast.ImportFrom]:
    """Yield what a module imports from others at any time: in functions too, but not for types."""
    for statement in body:
        if isinstance(statement, ast.ImportFrom):
            yield statement
        for name in ("body", "orelse", "handlers", "finalbody"):
            for_types = isinstance(statement, ast.If) and name == "body"
            if not (for_types and ast.unparse(statement.test) == "TYPE_CHECKING"):
                yield from _anywhere(getattr(statement, name, []))


def _importers(prefix: str) -> set[str]:
    """Return the modules that import from modules whose names begin so."""
    bodies = {name: ast.parse(path.read_text(encoding="utf-8")) for name, path in MODULES.items()}
    return {
        name
        for name, module in bodies.items()
        if any((each.module or "").startswith(prefix) for each in _anywhere(module.body))
    }


def test_kernels_are_imported_by_nothing_but_their_loader():
    """Whoever imports one otherwise imports numba, perhaps while another thread does."""
    assert _importers("numba") == {"rmatch.kernels", "rmatch.kernels.compiler"}
    strangers = {n for n in _importers("rmatch.kernels.") if not n.startswith("rmatch.kernels.")}
    assert strangers == set()


THREADS = """
import time
from concurrent.futures import ThreadPoolExecutor
from rmatch import kernels

def load(place):
    time.sleep(place / 50)  # all along the time that importing numba takes
    return kernels.load("network").FAR

with ThreadPoolExecutor(40) as pool:
    print(set(pool.map(load, range(40))) == {1 << 61})
"""


def test_kernels_can_be_loaded_by_many_threads_at_once():
    """As by the threads of a web server; numba itself breaks, or waits for ever."""
    run = subprocess.run(
        [sys.executable, "-c", THREADS], capture_output=True, text=True, check=False, timeout=120
    )
    assert (run.stdout, run.stderr) == ("True\n", "")
