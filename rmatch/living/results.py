"""Results that a running programme goes on from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rmatch.errors import InvalidInputError
from rmatch.matching import Matching
from rmatch.problem import Problem

if TYPE_CHECKING:
    from rmatch.living.rematch import Rematch


def matching_of_people(name: str, result: Matching | Rematch) -> tuple[Matching, Problem]:
    """Return a matching, or that of a re-match, with its problem.

    Raises
    ------
    InvalidInputError
        For anything else, and for a matching of a bare matrix: it knows no people.
    """
    matching: Any = getattr(result, "matching", result)
    problem = getattr(matching, "problem", None)
    if not isinstance(matching, Matching) or not isinstance(problem, Problem):
        raise InvalidInputError(f"{name}={result!r:.80}; a matching of people is needed")
    return matching, problem
