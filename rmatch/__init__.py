"""rmatch: provably optimal, explainable pairs for reverse mentoring programmes."""

from __future__ import annotations

__version__ = "0.1.0"

from typing import Any

_PUBLIC = {
    "Goal": "people",
    "Person": "people",
    "Roster": "people",
    "Scale": "people",
}


def __getattr__(name: str) -> Any:
    if name in _PUBLIC:
        import importlib

        return getattr(importlib.import_module(f"rmatch.{_PUBLIC[name]}"), name)
    raise AttributeError(name)
