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


def _imports(body: list[ast.stmt], *, in_functions: bool) -> Iterator[ast.Import | ast.ImportFrom]:
    """Yield what a module imports, but for types: while it is loaded, and perhaps in functions."""
    for statement in body:
        if isinstance(statement, ast.Import | ast.ImportFrom):
            yield statement
        elif in_functions or not isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef):
            of_if = isinstance(statement, ast.If)
            for_types = of_if and ast.unparse(statement.test) == "TYPE_CHECKING"
            for part in ("orelse", "handlers", "finalbody", *([] if for_types else ["body"])):
                yield from _imports(getattr(statement, part, []), in_functions=in_functions)


def _imported(name: str, *, in_functions: bool = False) -> set[str]:
    """Return the modules that a module of rmatch imports itself."""
    found = set()
    body = ast.parse(MODULES[name].read_text(encoding="utf-8")).body
    for statement in _imports(body, in_functions=in_functions):
        if isinstance(statement, ast.Import):
            found |= {alias.name for alias in statement.names}
        elif statement.module:
            inside = {f"{statement.module}.{alias.name}" for alias in statement.names}
            found |= (inside & MODULES.keys()) or {statement.module}
    return found


GRAPH = nx.DiGraph((name, other) for name in MODULES for other in _imported(name) & MODULES.keys())


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


def _importers(prefix: str) -> set[str]:
    """Return the modules that at any time import a module whose name begins so."""
    return {
        name
        for name in MODULES
        if any(other.startswith(prefix) for other in _imported(name, in_functions=True))
    }


def test_kernels_are_imported_by_nothing_but_their_loader():
    """Whoever imports one otherwise imports numba, perhaps while another thread does."""
    assert _importers("numba") == {"rmatch.kernels.compiler", "rmatch.kernels.listening"}
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
