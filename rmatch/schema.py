"""The layout of ``Matching.to_dict()``, as types and as JSON Schema.

A change that readers of old files would notice raises ``VERSION``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from rmatch.errors import InputProblem, InvalidInputError

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
        "no_place",
        "no_eligible_partner",
        "below_minimum_score",
        "partners_closed",
        "partners_taken",
        "no_seat",
        "not_chosen",
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

    @classmethod
    def from_dict(cls, record: Mapping[str, Any]) -> MatchingRecord:
        """Read a stored result again, such as one that was kept as JSON in a database.

        Raises
        ------
        InvalidInputError
            Naming everything that is not as :meth:`rmatch.Matching.to_dict` writes it.

        Examples
        --------
        >>> import json, rmatch
        >>> from rmatch.schema import MatchingRecord
        >>> people = [{"id": "Ana", "skills": "AI:4"}], [{"id": "Ben", "goals": "AI:4"}]
        >>> stored = json.dumps(rmatch.match(*people).to_dict())
        >>> record = MatchingRecord.from_dict(json.loads(stored))
        >>> [(pair.mentor, pair.mentee, pair.score) for pair in record.pairs]
        [('Ana', 'Ben', 1.0)]
        >>> print(rmatch.rematch(record, *people))
        Nothing changes: the 1 pair goes on.
        """
        from pydantic import TypeAdapter, ValidationError

        try:
            return TypeAdapter(cls).validate_python(dict(record))
        except ValidationError as error:
            raise InvalidInputError.from_problems(
                [
                    InputProblem(f"stored result, {'.'.join(map(str, each['loc']))}: {each['msg']}")
                    for each in error.errors()
                ]
            ) from None


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of :class:`MatchingRecord`."""
    from pydantic import TypeAdapter

    return TypeAdapter(MatchingRecord).json_schema()
