"""A small programme that the tests of answers ask about."""

from __future__ import annotations

from typing import Any

import rmatch
from rmatch.rules import Accessibility, GenerationGap, MinimumScore, SeniorityGap, Vetoes

MENTORS: list[dict[str, Any]] = [
    {
        "id": "m-1", "name": "Ana", "level": 2, "skills": "AI:4; SQL:3", "goals": "Negotiation:3",
        "site": "Oslo", "interests": "chess; jazz", "birth_year": 1999, "needs": "quiet room",
    },
    {"id": "m-2", "name": "Kai", "level": 1, "skills": "AI:5; Python:4", "site": "Rome",
     "birth_year": 2001, "accepts": "captions"},
    {"id": "m-3", "name": "Lu", "level": 5, "skills": "AI:5; Python:4", "site": "Rome",
     "birth_year": 1998},
]  # fmt: skip
MENTEES: list[dict[str, Any]] = [
    {
        "id": "s-1", "name": "Ben", "level": 6, "skills": "AI:1; Negotiation:5",
        "goals": "AI:4*2; Python:3", "site": "Oslo", "interests": "chess; jazz; tea",
        "vetoes": "m-3", "birth_year": 1967, "accepts": "quiet room",
    },
    {"id": "s-2", "name": "Eve", "level": 5, "skills": "AI:2", "goals": "AI:5", "site": "Rome",
     "birth_year": 1971, "accepts": "quiet room"},
    {"id": "s-3", "name": "Flo", "level": 4, "skills": "SQL:1", "goals": "Python:5",
     "site": "Rome", "birth_year": 1975, "needs": "captions"},
]  # fmt: skip


def programme(*extra: Any, **changes: Any) -> rmatch.Matching:
    """Match the two rosters: Ana with Ben, Kai with Eve; Lu and Flo are left."""
    rules = [SeniorityGap(2), GenerationGap(10), MinimumScore(0.2), Vetoes(), Accessibility()]
    return rmatch.match(MENTORS, MENTEES, rules=[*rules, *extra], **changes)
