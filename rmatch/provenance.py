"""Where a result comes from: everything that decided it, for the record."""

from __future__ import annotations

import platform
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

import rmatch
from rmatch.parameters import called
from rmatch.problem import Problem

if TYPE_CHECKING:
    from rmatch.matching import Matching


def provenance(matching: Matching) -> dict[str, Any]:
    """Return versions, rules, weights, data fingerprint, seed and seconds per phase."""
    problem = matching.problem
    record: dict[str, Any] = {
        "rmatch": rmatch.__version__,
        "python": platform.python_version(),
        "platform": sys.platform,
        "libraries": _versions(),
        "objective": problem.objective.name,
        "solver": matching.solver,
        "status": matching.status.value,
        "seconds": {phase: round(value, 6) for phase, value in matching.seconds.items()},
    }
    if isinstance(problem, Problem):
        record |= {
            "rules": [_plain(rule) for rule in problem.rules],
            "score": [
                _plain(part) | {"weight": weight}
                for part, weight in zip(problem.score, problem.weights, strict=True)
            ],
            "data": problem.fingerprint,
            "people": dict(zip(("mentors", "mentees"), problem.shape, strict=True)),
            "seats": problem.seats,
            "seed": problem.seed,
        }
    else:
        record |= {"unit": problem.unit, "rounding": problem.rounding}
    return record


def _versions() -> dict[str, str]:
    """Return the versions of the libraries in use, from the modules that are already loaded."""
    names = ("numpy", "scipy", "ortools", "networkx", "numba")
    loaded = {name: sys.modules[name] for name in names if name in sys.modules}
    return {name: str(getattr(module, "__version__", "")) for name, module in loaded.items()}


def _plain(owner: Any) -> dict[str, Any]:
    return {"name": owner.name, **canonical(owner.parameters())}


def canonical(value: Any) -> Any:
    """Return parameters as plain data, the same in every process: sets are sorted.

    Examples
    --------
    >>> canonical({"pairs": frozenset({("m-2", "s-1"), ("m-1", "s-1")}), "least": 2})
    {'pairs': [['m-1', 's-1'], ['m-2', 's-1']], 'least': 2}
    """
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, Mapping):
        if all(isinstance(key, str) for key in value):
            return {key: canonical(each) for key, each in value.items()}
        return sorted(([canonical(key), canonical(each)] for key, each in value.items()), key=repr)
    if isinstance(value, set | frozenset):
        return sorted((canonical(each) for each in value), key=repr)
    if isinstance(value, list | tuple):
        return [canonical(each) for each in value]
    if hasattr(value, "parameters"):  # a soft or counted rule holds its rule
        return _plain(value)
    if isinstance(value, np.generic):
        return value.item()
    if callable(value):
        return getattr(value, "__qualname__", None) or called(value)
    return repr(value)
