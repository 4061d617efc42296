"""People out again, as plain data that reads back as it was."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rmatch.people import Goal, Roster, stated


def roster_to_records(roster: Roster) -> list[dict[str, Any]]:
    """Return one dict of JSON types per person; :func:`rmatch.read_roster` reads it back.

    Give the same ``scale`` when reading back.

    Examples
    --------
    >>> import rmatch
    >>> from rmatch.reading import roster_to_records
    >>> roster_to_records(rmatch.read_roster([{"id": "s1", "goals": "AI:4*2", "site": "Oslo"}]))
    [{'id': 's1', 'goals': {'AI': {'target': 4.0, 'importance': 2.0}}, 'site': 'Oslo'}]
    """
    return [
        {name: _plain(value) for name, value in stated(person).items()}
        | {"id": given}
        | dict(person.extra)
        for given, person in zip(roster.given_ids, roster, strict=True)
    ]


def _plain(value: Any) -> Any:
    if isinstance(value, Goal):
        return {"target": value.target, "importance": value.importance}
    if isinstance(value, Mapping):
        return {name: _plain(each) for name, each in value.items()}
    if isinstance(value, frozenset):
        return sorted(value)
    return list(value) if isinstance(value, tuple) else value
