"""Two rosters side by side: the same columns and the same labels on both sides."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from rmatch.columns import Categories, Ragged, as_labels, empty_like, nobody_has, share_labels
from rmatch.errors import InvalidInputError
from rmatch.reading.id_lists import id_list_problems

if TYPE_CHECKING:
    from rmatch.columns import Column
    from rmatch.people import Roster


def check_id_lists(mentors: Roster, mentees: Roster) -> None:
    """Raise where ids in lists are misread: rosters may have been read one without the other."""
    ids = {*mentors.ever, *mentees.ever}
    pool = mentors is mentees
    sides = [(None, mentors)] if pool else [("mentors", mentors), ("mentees", mentees)]
    problems = [
        problem
        for name, roster in sides
        for problem in id_list_problems(roster.columns, range(1, len(roster) + 1), name, ids)
    ]
    if problems:
        raise InvalidInputError.from_problems(problems)


def align(mentors: Roster, mentees: Roster) -> tuple[Roster, Roster]:
    """Give two rosters the same columns and the same labels, so that codes can be compared.

    A column that one side lacks is all missing there. An ``id`` column of labels is added: the same
    code on both sides is the same person (§C1).
    """
    if mentors.scale != mentees.scale:
        raise InvalidInputError(
            f"mentors use the level scale {mentors.scale} and mentees {mentees.scale}; "
            "read both rosters with the same scale"
        )
    left, right = _with_ids(mentors, mentees)
    names = sorted({*left, *right})
    shared: tuple[dict[str, Column], dict[str, Column]] = ({}, {})
    for name in names:
        one = left[name] if name in left else empty_like(right[name], len(mentors))
        other = right[name] if name in right else empty_like(left[name], len(mentees))
        if type(one) is not type(other):
            one, other = _same_type(name, one, other)
        shared[0][name], shared[1][name] = share_labels(one, other)
    for columns, roster in zip(shared, (mentors, mentees), strict=True):
        _link_goals(columns, roster)
    _link_labels(shared)
    return (
        replace(mentors, columns=shared[0]),
        replace(mentees, columns=shared[1]),
    )


def _link_goals(columns: dict[str, Column], roster: Roster) -> None:
    """Make sure that skills and goals are there, and that every goal has a target level."""
    for name in ("skills", "goals"):
        columns.setdefault(name, nobody_has(Ragged, len(roster)))
    goals = columns["goals"]
    if isinstance(goals, Ragged) and np.isnan(goals.values).any():
        targets = np.where(np.isnan(goals.values), roster.scale.high, goals.values)
        columns["goals"] = replace(goals, values=targets)


def _link_labels(shared: tuple[dict[str, Column], dict[str, Column]]) -> None:
    """Skills and goals speak of the same things: one label list for both."""
    labels: set[str] = set()
    for columns in shared:
        for name in ("skills", "goals"):
            labels.update(columns[name].labels)  # type: ignore[union-attr]
    every = tuple(sorted(labels))
    for columns in shared:
        for name in ("skills", "goals"):
            columns[name] = columns[name].relabel(every)  # type: ignore[union-attr]


def _with_ids(mentors: Roster, mentees: Roster) -> list[dict[str, Column]]:
    """Return the columns of both sides with the ids of everybody as labels."""
    labels = tuple(sorted(dict.fromkeys((*mentors.ids, *mentees.ids))))
    place = dict(zip(labels, range(len(labels)), strict=True))
    return [
        {
            **side.columns,
            "id": Categories(np.fromiter(map(place.__getitem__, side.ids), np.int32), labels),
        }
        for side in (mentors, mentees)
    ]


def _same_type(name: str, one: Column, other: Column) -> tuple[Column, Column]:
    """Return two columns of one type: that of the side that is not empty; else labels for both."""
    if not one.known.any():
        return empty_like(other, len(one)), other
    if not other.known.any():
        return one, empty_like(one, len(other))
    if not isinstance(one, Ragged) and not isinstance(other, Ragged):
        return as_labels(one), as_labels(other)
    raise InvalidInputError(
        f"column {name!r} holds {type(one).__name__.lower()} for mentors and "
        f"{type(other).__name__.lower()} for mentees; write it the same way on both sides"
    )


def strangers(mentors: Roster, mentees: Roster, column: str) -> int:
    """Count what a column of ids says of people who are on neither roster.

    Who is on both sides says it twice, and is counted once.
    """
    known = {*mentors.ids, *mentees.ids}
    named: set[tuple[str, str]] = set()
    for side in (mentors, mentees):
        if column in side.columns:
            ids = side.ragged(column)
            entries = zip(ids.rows.tolist(), ids.codes.tolist(), strict=True)
            named.update((side.ids[row], ids.labels[code]) for row, code in entries)
    return sum(other not in known for _, other in named)
