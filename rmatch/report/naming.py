"""What to call people, and which of their columns may stand beside their names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from rmatch.columns import Categories, Numbers
from rmatch.errors import InvalidInputError
from rmatch.fields import KNOWN, Kind
from rmatch.problem import Problem

if TYPE_CHECKING:
    from rmatch.columns import Column
    from rmatch.matching import Matching

#: Kinds of columns that hold names or ids, of the person or of others.
_NAMING = (Kind.TEXT, Kind.ID, Kind.IDS, Kind.RANKING)


def names(matching: Matching) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return what to call all mentors and all mentees: names, ids where there are none."""
    ids = matching.mentor_ids, matching.mentee_ids
    problem = matching.problem
    if not isinstance(problem, Problem):
        return tuple(f"Mentor {n}" for n in ids[0]), tuple(f"Mentee {n}" for n in ids[1])
    if matching.aliases is not None or not (
        problem.mentors.has("name") or problem.mentees.has("name")
    ):
        return tuple(map(str, ids[0])), tuple(map(str, ids[1]))
    called = [
        [label(roster.columns["name"], row) if "name" in roster.columns else ""
         for row in range(len(roster))]
        for roster in (problem.mentors, problem.mentees)
    ]  # fmt: skip
    shared = Counter(name for side in called for name in side)
    both = [
        tuple(
            str(person) if not name else name if shared[name] == 1 else f"{name} ({person})"
            for name, person in zip(side, people, strict=True)
        )
        for side, people in zip(called, ids, strict=True)
    ]
    return both[0], both[1]


def label(column: Column, row: int) -> str:
    """Return somebody's value of a column as text, empty where there is none."""
    if isinstance(column, Categories):
        return column.labels[column.codes[row]] if column.codes[row] >= 0 else ""
    if isinstance(column, Numbers):
        return "" if np.isnan(column.values[row]) else f"{column.values[row]:g}"
    start, end = column.starts[row], column.starts[row + 1]
    return ", ".join(column.labels[code] for code in column.codes[start:end])


def columns_beside(
    matching: Matching, about: Sequence[str] | None, pseudonymise: bool | str
) -> tuple[str, ...]:
    """Return the columns to show beside names; without any asked for, the department.

    Private columns and those that name people are refused.
    """
    problem = matching.problem
    columns = problem.mentors.columns if isinstance(problem, Problem) else {}
    allowed = {name for name in columns if _may_stand(name)}
    if about is None:
        return ("department",) if "department" in allowed and not pseudonymise else ()
    wanted = (about,) if isinstance(about, str) else tuple(about)
    wrong = [name for name in wanted if name not in allowed]
    if wrong:
        raise InvalidInputError(
            f"about={wrong!r}: not columns that may be shown beside names; there are: "
            f"{', '.join(sorted(allowed)) or 'none'}"
        )
    return wanted


def _may_stand(column: str) -> bool:
    if column.startswith("birth_"):  # how a roster stores ages
        return False
    known = KNOWN.get(column)
    return known is None or not (known.private or known.kind in _NAMING)


#: How reasons begin on the page, in place of the names of their score parts.
_SAID = {"teaching coverage: ": "Teaches ", "return coverage: ": "Learns in return "}


def spoken(text: str) -> str:
    """Return a reason of a pair as it reads on a page."""
    start = next((start for start in _SAID if text.startswith(start)), None)
    return text[:1].upper() + text[1:] if start is None else _SAID[start] + text.removeprefix(start)
