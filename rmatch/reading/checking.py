"""What is wrong with people's data, without raising: the report behind ``rmatch check``."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from rmatch.columns import Categories, Ragged
from rmatch.errors import InputProblem, InvalidInputError
from rmatch.fields import ALIASES, KNOWN, header_key
from rmatch.names import closest, name_key, near_misses
from rmatch.parameters import check_keywords
from rmatch.people import Roster
from rmatch.reading.cells import NAMES
from rmatch.reading.joint import finish
from rmatch.reading.lists import SEPARATOR
from rmatch.reading.side import Reading, Side, parse_side, split_roles
from rmatch.reading.structure import unknown_managers


@dataclass(frozen=True)
class CheckReport:
    """Everything found in people's data.

    ``problems`` stop a match. ``warnings`` do not: names that may be meant as one, or one that may
    be meant as several, people without skills or goals, goals that nobody can teach, managers who
    are not on the list, labels such as NA, columns that no known field reads.
    """

    problems: tuple[InputProblem, ...]
    warnings: tuple[InputProblem, ...]
    people: dict[str, int]

    @property
    def ok(self) -> bool:
        """Whether the data can be matched."""
        return not self.problems

    def to_dict(self) -> dict[str, Any]:
        """Return the report as plain data."""
        from dataclasses import asdict

        return {
            "ok": self.ok,
            "people": self.people,
            "problems": [asdict(problem) for problem in self.problems],
            "warnings": [asdict(warning) for warning in self.warnings],
        }

    def __str__(self) -> str:
        counts = ", ".join(f"{count} {side}" for side, count in self.people.items())
        found = f"{_count(self.problems, 'problem')}, {_count(self.warnings, 'warning')}"
        lines = [f"{counts}: {found}"]
        lines += [f"  problem  {problem}" for problem in self.problems]
        lines += [f"  warning  {warning}" for warning in self.warnings]
        return "\n".join(lines)


def _count(items: Sequence[Any], noun: str) -> str:
    return f"{len(items)} {noun}{'' if len(items) == 1 else 's'}"


def check_people(
    people: Any = None, *, mentors: Any = None, mentees: Any = None, **options: Any
) -> CheckReport:
    """Check one table of people, with or without a column ``role``, or the two sides.

    Parameters
    ----------
    people
        Any source of :func:`rmatch.read_roster`; or give ``mentors`` and ``mentees``.
    options
        Those of :func:`rmatch.read_roster`.

    Examples
    --------
    >>> from rmatch.reading import check_people
    >>> print(check_people([{"id": "a", "level": "high"}, {"id": "b", "level": 3}]))
    2 people: 1 problem, 0 warnings
      problem  row 1, column 'level': 'high' is no number
    """
    check_keywords(check_people, options, Reading)
    if (people is None) == (mentors is None and mentees is None):
        raise InvalidInputError("give people, or mentors and mentees")
    reading = Reading(**options)
    problems: list[InputProblem] = []
    sources = {"mentors": mentors, "mentees": mentees} if people is None else {None: people}
    sides: list[Side] = []
    for name, source in sources.items():
        try:
            sides.append(parse_side(source, name, reading, problems))
        except InvalidInputError as error:
            problems += error.problems or [InputProblem(str(error), side=name)]
    if people is not None and sides and "role" in sides[0].columns:
        sides = split_roles(sides[0], problems)
    counts = {side.name or "people": len(side.ids) for side in sides}
    problems += [
        InputProblem("nobody is on this side", side=side.name)
        for side in sides
        if not side.ids
    ]  # fmt: skip
    warnings: list[InputProblem] = []
    try:
        rosters = finish(sides, reading, problems)
    except InvalidInputError as error:
        problems = list(error.problems)
        rosters = [Roster(tuple(side.ids), side.columns) for side in sides]
    warnings += _similar_names(rosters)
    told = {(each.side, each.row, each.column) for each in problems}
    warnings += [
        InputProblem(
            f"{'an entry' if _is_private(column) else repr(name)} counts as one name",
            sides[side].rows[row],
            column,
            sides[side].name,
            "if it is several, separate them as others do in this column",
        )
        for side, column, row, name in several_in_one(rosters)
        if (sides[side].name, sides[side].rows[row], column) not in told
    ]
    warnings += _like_missing(sides, rosters)
    warnings += _without_any(sides, rosters)
    warnings += map(InputProblem, swapped(rosters))
    warnings += _unteachable(sides, rosters)
    warnings += unknown_managers(sides)
    warnings += [
        InputProblem(f"{_why_unknown(name)}; kept for your own rules", None, name, side.name)
        for side in sides
        for name in side.columns
        if name not in KNOWN and not name.startswith(("birth_", "hours_"))
    ]
    return CheckReport(tuple(problems), tuple(warnings), counts)


def _is_private(column: str) -> bool:
    return column in KNOWN and KNOWN[column].private


def _why_unknown(name: str) -> str:
    alias = ALIASES.get(header_key(name))
    return "no known field" if alias is None else f"another column is read as {alias.name!r}"


def skill_names(rosters: Sequence[Roster]) -> Counter[str]:
    """Return every name that somebody's skills or goals use, and how often."""
    used: Counter[str] = Counter()
    for roster in rosters:
        for name in ("skills", "goals"):
            column = roster.columns.get(name)
            if isinstance(column, Ragged):
                codes, counts = np.unique(column.codes, return_counts=True)
                names = (column.labels[code] for code in codes.tolist())
                used.update(dict(zip(names, counts.tolist(), strict=True)))
    return used


def _similar_names(rosters: Sequence[Roster]) -> list[InputProblem]:
    return [
        InputProblem(
            f"{one!r} and {other!r} count as two skills",
            hint=f"if they are one, use synonyms={{{other!r}: {one!r}}}",
        )
        for one, other in near_misses(skill_names(rosters))
    ]


def several_in_one(rosters: Sequence[Roster]) -> list[tuple[int, str, int, str]]:
    """Return the names in lists that may be several: roster, column, row and name of each.

    A column has one separator: where somebody writes "AI; SQL", another's "Python, R" is one name.
    So it may be, as "Go, the game" is. It is told where all its parts are names of their own, and
    where it is all that one person wrote and nobody else did.
    """
    names: set[str] = set()
    found: list[tuple[int, str, int, str]] = []
    for side, roster in enumerate(rosters):
        for column, each in roster.columns.items():
            if isinstance(each, Ragged):
                used = [(each.labels[code], code) for code in np.unique(each.codes).tolist()]
                names.update(name for name, _ in used)
                found += [
                    (side, column, row, name)
                    for name, code in used
                    if SEPARATOR.search(name)
                    for row in each.rows[each.codes == code].tolist()
                ]
    keys = {*map(name_key, names)} if found else set()
    users = defaultdict(set)
    for side, _, row, name in found:
        users[name].add(rosters[side].ids[row])

    def several(side: int, column: str, row: int, name: str) -> bool:
        parts = [_LEVEL.sub("", part).strip() for part in SEPARATOR.split(name)]
        known = [name_key(part) in keys or any(part in each._index for each in rosters)
                 for part in parts if part]  # fmt: skip
        alone = len(users[name]) == 1 and rosters[side].ragged(column).counts[row] == 1
        return len(known) > 1 and (alone or all(known))

    return [one for one in found if several(*one)]


def like_missing(rosters: Sequence[Roster]) -> list[tuple[int, str, str, list[int]]]:
    """Return labels that programs also write for nothing, as NA: roster, column, label, rows."""
    return [
        (side, name, label, rows)
        for side, roster in enumerate(rosters)
        for name, column in roster.columns.items()
        if isinstance(column, Categories) and name != "name"
        for code, label in enumerate(column.labels)
        if label in NAMES and (rows := np.flatnonzero(column.codes == code).tolist())
    ]


def _like_missing(sides: Sequence[Side], rosters: Sequence[Roster]) -> list[InputProblem]:
    hint = "leave the cell empty where nothing is known"
    found = []
    for side, column, label, rows in like_missing(rosters):
        text = f"{label!r} counts as a label ({_rows([sides[side].rows[row] for row in rows])})"
        found.append(InputProblem(text, None, column, sides[side].name, hint))
    return found


#: What stands behind a name.
_LEVEL = re.compile(r"[:*].*")


def without_any(roster: Roster, name: str) -> list[int]:
    """Return the positions of those who have nothing in a list that others of their side have."""
    column = roster.columns.get(name)
    if not isinstance(column, Ragged) or not len(column.codes):
        return []
    empty: list[int] = np.flatnonzero(column.counts == 0).tolist()
    return empty


def _without_any(sides: Sequence[Side], rosters: Sequence[Roster]) -> list[InputProblem]:
    """Return who lists nothing to teach, or nothing to learn, where others of the side do."""
    found = []
    for side, roster in zip(sides, rosters, strict=True):
        name = {"mentors": "skills", "mentees": "goals"}.get(side.name or "", "")
        if rows := [side.rows[at] for at in without_any(roster, name)]:
            have = "has" if len(rows) == 1 else "have"
            text = f"{_count(rows, 'person')} {have} none ({_rows(rows)})"
            found.append(InputProblem(text.replace("persons", "people"), None, name, side.name))
    return found


def swapped(rosters: Sequence[Roster]) -> list[str]:
    """Ask whether the sides are swapped, where only mentors want to learn something."""
    if not rosters or not rosters[0].has("goals") or rosters[-1].had("goals"):
        return []
    return ["no mentee has a goal, and mentors have: are the sides swapped?"]


def _rows(rows: Sequence[int]) -> str:
    if len(rows) == 1:
        return f"row {rows[0]}"
    return f"rows {', '.join(map(str, rows[:8]))}{' ...' if len(rows) > 8 else ''}"


def _unteachable(sides: Sequence[Side], rosters: Sequence[Roster]) -> list[InputProblem]:
    """Return the goals of mentees that no mentor has as a skill, with everybody who states them."""
    taught = rosters[0].columns.get("skills") if rosters else None
    wanted = rosters[-1].columns.get("goals") if rosters else None
    if not isinstance(taught, Ragged) or not isinstance(wanted, Ragged):
        return []
    have = {taught.labels[code] for code in np.unique(taught.codes).tolist()}
    found = []
    for code in np.unique(wanted.codes).tolist():
        goal = wanted.labels[code]
        if goal not in have:
            rows = [sides[-1].rows[int(at)] for at in wanted.rows[wanted.codes == code]]
            meant = closest(goal, have, 0.85)
            hint = f"did you mean {meant!r}?" if meant else None
            text = f"nobody can teach {goal!r}, a goal of {_count(rows, 'person')} ({_rows(rows)})"
            found.append(InputProblem(text.replace("persons", "people"), None, "goals",
                                      sides[-1].name, hint))  # fmt: skip
    return found
