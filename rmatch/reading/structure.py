"""What must hold between people: ids once per side, no circle of managers, one truth per person."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from rmatch.columns import Categories, Numbers
from rmatch.errors import InputProblem
from rmatch.names import closest
from rmatch.reading.id_lists import id_list_problems

if TYPE_CHECKING:
    from rmatch.reading.side import Side

#: What one person cannot have two of, on two sides.
_ONE_TRUTH = ("level", "birth_earliest", "birth_latest", "manager")


def structure_problems(sides: Sequence[Side]) -> list[InputProblem]:
    """Return everything wrong between people, over all sides."""
    problems: list[InputProblem] = []
    for side in sides:
        problems += _repeated_ids(side)
        problems += _minimums(side)
    if len(sides) == 2:
        problems += _contradictions(sides[0], sides[1])
        ids = {each for side in sides for each in (side.roster.ever if side.roster else side.ids)}
        for side in sides:
            problems += id_list_problems(side.columns, side.rows, side.name, ids)
    return problems + _circles(sides)


def _repeated_ids(side: Side) -> list[InputProblem]:
    if len(set(side.ids)) == len(side.ids):
        return []
    places: dict[str, list[int]] = defaultdict(list)
    for at, person in enumerate(side.ids):
        if person:
            places[person].append(at)
    return [
        InputProblem(
            f"the id {person!r} is in rows {', '.join(str(side.rows[at]) for at in rows)}",
            side.rows[rows[0]],
            "id",
            side.name,
            "every person once per side",
        )
        for person, rows in places.items()
        if len(rows) > 1
    ]


def _minimums(side: Side) -> list[InputProblem]:
    least = side.columns.get("minimum")
    if not isinstance(least, Numbers):
        return []
    most = side.columns.get("capacity")
    places = most.values if isinstance(most, Numbers) else np.ones(len(side.ids))
    wrong = least.values > np.where(np.isnan(places), 1, places)
    return [
        InputProblem(
            f"the minimum {least.values[at]:g} is above the capacity {places[at]:g}",
            side.rows[at],
            "minimum",
            side.name,
        )
        for at in np.flatnonzero(wrong).tolist()
    ]


def _contradictions(one: Side, other: Side) -> list[InputProblem]:
    """The same id on both sides is one person (§C1)."""
    place = {person: at for at, person in enumerate(other.ids) if person}
    both = [(at, place[person]) for at, person in enumerate(one.ids) if person in place]
    problems = []
    for name in _ONE_TRUTH if both else ():
        left, right = _values(one, name), _values(other, name)
        for at, there in both:
            if left is None or right is None or None in (left[at], right[there]):
                continue
            if left[at] != right[there]:
                shown = "birth_year" if name.startswith("birth") else name
                problems.append(
                    InputProblem(
                        f"{one.ids[at]!r} has {shown} {left[at]} among {one.name} and "
                        f"{right[there]} among {other.name} (row {other.rows[there]})",
                        one.rows[at],
                        shown,
                        one.name,
                        "the same id on both sides is one person",
                    )
                )
    return problems


def _values(side: Side, name: str) -> list[float | str | None] | None:
    column = side.columns.get(name)
    if isinstance(column, Numbers):
        return [None if value != value else value for value in column.values.tolist()]
    if isinstance(column, Categories):
        return [column.labels[code] if code >= 0 else None for code in column.codes.tolist()]
    return None


def managers(sides: Sequence[Side]) -> dict[str, str]:
    """Return the manager's id of everybody who states one."""
    stated: dict[str, str] = {}
    for side in sides:
        for person, manager in zip(side.ids, _values(side, "manager") or (), strict=False):
            if person and manager is not None:
                stated[person] = str(manager)
    return stated


def circles(stated: Mapping[str, str]) -> list[list[str]]:
    """Return every circle of managers, each from its first id in the alphabet."""
    done: set[str] = set()
    found = []
    for start in sorted(stated):
        path: list[str] = []
        on_path: set[str] = set()
        at = start
        while at in stated and at not in done and at not in on_path:
            path.append(at)
            on_path.add(at)
            at = stated[at]
        if at in on_path:
            circle = path[path.index(at) :]
            first = circle.index(min(circle))
            found.append(circle[first:] + circle[:first])
        done.update(path)
    return found


def _circles(sides: Sequence[Side]) -> list[InputProblem]:
    stated = managers(sides)
    problems = []
    for circle in circles(stated):
        side, row = _row_of(sides, circle[0])
        text = f"the reporting line runs in a circle: {' -> '.join([*circle, circle[0]])}"
        problems.append(InputProblem(text, row, "manager", side))
    return problems


def unknown_managers(sides: Sequence[Side]) -> list[InputProblem]:
    """Return everybody whose manager is on neither side, with the id that may be meant."""
    people = {person for side in sides for person in side.ids}
    problems = []
    for person, manager in managers(sides).items():
        if manager not in people:
            side, row = _row_of(sides, person)
            meant = closest(manager, people, 0.8)
            hint = f"did you mean {meant!r}?" if meant else "fine if they do not take part"
            text = f"the manager {manager!r} is nobody's id"
            problems.append(InputProblem(text, row, "manager", side, hint))
    return problems


def _row_of(sides: Sequence[Side], person: str) -> tuple[str | None, int | None]:
    for side in sides:
        if person in side.ids:
            return side.name, side.rows[side.ids.index(person)]
    return None, None
