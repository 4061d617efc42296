"""Cases: what is measured, at which sizes, by whom."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Outcome:
    """What one run of a contestant gave: the objective in whole units, seconds, other figures."""

    objective: int | None
    phases: Mapping[str, float] = field(default_factory=dict)
    figures: Mapping[str, float] = field(default_factory=dict)
    note: str = ""


#: One timed run, and what is done before, outside the clock, in the contestant's own process.
Run = Callable[[], Outcome]
Contestant = Callable[[], Run]


@dataclass(frozen=True)
class Case:
    """One family of problems. ``prepare(size)`` returns the contestants by name, ours first.

    Cases ``apart`` take long and run only when asked for by name.
    """

    name: str
    about: str
    sizes: tuple[int, ...]
    prepare: Callable[[int], Mapping[str, Contestant]]
    apart: bool = False


CASES: dict[str, Case] = {}


def case(
    name: str, sizes: tuple[int, ...], about: str = "", *, apart: bool = False
) -> Callable[[Callable[[int], Mapping[str, Contestant]]], Case]:
    """Register a case: what is compared stands in ``about`` or the function's docstring."""

    def register(prepare: Callable[[int], Mapping[str, Contestant]]) -> Case:
        text = " ".join((about or prepare.__doc__ or "").split())
        CASES[name] = Case(name, text, sizes, prepare, apart)
        return CASES[name]

    return register
