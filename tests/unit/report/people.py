"""A programme whose people are called things that must never run."""

from __future__ import annotations

from typing import Any

import rmatch
from rmatch.rules import Conflicts, GenerationGap, MinimumScore, SeniorityGap, Vetoes

SCRIPT = "<script>window.ran = 1</script>"
IMAGE = '"><img src=x onerror="window.ran = 1">'
FORMULA = '=HYPERLINK("http://example.org","x")'


def hostile(**options: Any) -> rmatch.Matching:
    """Two pairs and somebody left on each side; a name, a goal and a department are attacks."""
    mentors: list[dict[str, Any]] = [
        {"id": "m-1", "name": SCRIPT, "level": 1, "skills": {f"AI{SCRIPT}": 4, "SQL": 3},
         "department": IMAGE, "birth_year": 1999},
        {"id": "m-2", "name": FORMULA, "level": 2, "skills": {"SQL": 5}, "department": "+1+1",
         "birth_year": 1998},
        {"id": "m-3", "name": "Lu", "level": 5, "skills": {"SQL": 5}, "department": "IT",
         "birth_year": 1997},
    ]  # fmt: skip
    mentees: list[dict[str, Any]] = [
        {"id": "s-1", "name": IMAGE, "level": 6, "goals": {f"AI{SCRIPT}": 4}, "department": "HR",
         "birth_year": 1968},
        {"id": "s-2", "name": "Eve", "level": 6, "goals": {"SQL": 4}, "department": "HR",
         "birth_year": 1970, "vetoes": ["m-3"]},
        {"id": "s-3", "name": "Zoë", "level": 6, "goals": {"SQL": 5, "R": 3}, "department": "@x",
         "birth_year": 1980},
    ]  # fmt: skip
    rules = [
        SeniorityGap(2), GenerationGap(10), MinimumScore(0.2), Vetoes(),
        Conflicts(pairs=frozenset({("m-2", "s-1")})),
    ]  # fmt: skip
    return rmatch.match(mentors, mentees, rules=rules, **options)


def many(size: int = 2000) -> rmatch.Matching:
    """``size`` mentees with a mentor each, forty to a mentor."""
    mentors = [
        {"id": f"m{n:04}", "name": f"Mentor {n}", "skills": "AI:4; SQL:3", "capacity": 40}
        for n in range(size // 40)
    ]
    mentees = [
        {"id": f"s{n:04}", "name": f"Mentee {n}", "goals": "AI:4; SQL:2" if n % 2 else "AI:3; R:2"}
        for n in range(size)
    ]
    return rmatch.match(mentors, mentees)
