"""The lines of a report as plain data, and what stands for a section that is not computed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rmatch.unmatched import Cause


@dataclass(frozen=True)
class NotComputed:
    """Something that would take too long here, or cannot be had: why, and how to ask for it."""

    why: str
    ask: str = ""

    def __str__(self) -> str:
        return f"Not computed: {self.why}." + (f" {self.ask}" if self.ask else "")


@dataclass(frozen=True)
class PairLine:
    """One pair as the reader sees it: ``beside`` stands under the two names.

    ``ids`` are codes where names are not to be shown.
    """

    ids: tuple[Any, Any]
    mentor: str
    mentee: str
    beside: tuple[str, str]
    score: float
    parts: tuple[float, ...]
    why: tuple[str, ...]
    review: tuple[str, ...]


@dataclass(frozen=True)
class LeftOut:
    """Somebody without a pair: the cause in words, and the smallest changes that would help."""

    id: Any
    name: str
    beside: str
    side: str
    cause: Cause
    words: str
    helps: tuple[str, ...] | None  # None: not computed
    kinds: tuple[str, ...] = ()


@dataclass(frozen=True)
class CostLine:
    """What is best without a rule, or with it a step looser (``becomes``), against now."""

    rule: str
    becomes: str | None
    mentees: int
    score: float
    share: float | None
