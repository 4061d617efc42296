"""The layout of ``Matching.to_dict()``, as types and as JSON Schema.

A change that readers of old files would notice raises ``VERSION``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

VERSION = 1


@dataclass(frozen=True)
class PairRecord:
    """One pair; ``parts`` add up to ``score``."""

    mentor: str | int
    mentee: str | int
    score: float
    parts: dict[str, float]
    reasons: list[str]
    flags: list[str]


@dataclass(frozen=True)
class TakenRecord:
    """An eligible partner who is taken: by whom, and at what price in score."""

    partner: str | int
    score: float
    by: list[str | int]
    price: float | None


@dataclass(frozen=True)
class UnmatchedRecord:
    """Somebody without a pair, and why."""

    id: str | int
    cause: Literal[
        "no_place", "no_eligible_partner", "below_minimum_score", "partners_taken", "not_chosen"
    ]
    words: str
    eligible: int
    removed_by: dict[str, int]
    taken: list[TakenRecord]


@dataclass(frozen=True)
class MatchingRecord:
    """A whole result. ``objective`` and ``bound`` are in units of score."""

    schema: Literal["rmatch/matching/1"]
    status: Literal["optimal", "feasible", "heuristic"]
    objective: float
    bound: float | None
    score: float
    coverage: dict[str, float]
    pairs: list[PairRecord]
    unmatched_mentors: list[UnmatchedRecord]
    unmatched_mentees: list[UnmatchedRecord]
    provenance: dict[str, Any]


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of :class:`MatchingRecord`."""
    from pydantic import TypeAdapter

    return TypeAdapter(MatchingRecord).json_schema()
