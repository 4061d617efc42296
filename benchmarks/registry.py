"""Cases: what is measured, at which sizes, by whom."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Outcome:
    """What one run of a contestant gave: the objective in whole units, and seconds per phase."""

    objective: int | None
    phases: Mapping[str, float] = field(default_factory=dict)
    note: str = ""


Contestant = Callable[[], Outcome]


@dataclass(frozen=True)
class Case:
    """One family of problems. ``prepare(size)`` returns the contestants by name, ours first."""

    name: str
    about: str
    sizes: tuple[int, ...]
    prepare: Callable[[int], Mapping[str, Contestant]]


CASES: dict[str, Case] = {}


def case(
    name: str, sizes: tuple[int, ...]
) -> Callable[[Callable[[int], Mapping[str, Contestant]]], Case]:
    """Register a case: the function's docstring says what is compared."""

    def register(prepare: Callable[[int], Mapping[str, Contestant]]) -> Case:
        about = " ".join((prepare.__doc__ or "").split())
        CASES[name] = Case(name, about, sizes, prepare)
        return CASES[name]

    return register
