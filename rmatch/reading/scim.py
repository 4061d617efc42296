"""Users of a SCIM 2.0 directory (RFC 7643) with a table of skills, as people."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from rmatch.errors import InputProblem, InvalidInputError
from rmatch.names import label
from rmatch.reading.cells import Bad, flag, missing, without_point
from rmatch.reading.tables import load

ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"

#: Everything that is read without being named: nothing about age, gender, origin or health.
_READ = {
    "id": "id",
    "displayName": "name",
    "timezone": "timezone",
    "title": "title",
    f"{ENTERPRISE}:manager.value": "manager",
    f"{ENTERPRISE}:department": "department",
    f"{ENTERPRISE}:division": "division",
    f"{ENTERPRISE}:organization": "organization",
    f"{ENTERPRISE}:costCenter": "cost_center",
}


def from_scim(
    users: Iterable[Mapping[str, Any]],
    *,
    skills: Any = None,
    goals: Any = None,
    also: Mapping[str, str] | None = None,
) -> list[dict[str, Any]]:
    """Return SCIM users as the list of dicts that :func:`rmatch.read_roster` takes.

    Users whose ``active`` is false are left out. Read are id, name, manager, department, division,
    organization, cost center, title, time zone and preferred languages; every other attribute,
    sensitive ones above all, only where ``also`` names it.

    Parameters
    ----------
    users
        Resources as a SCIM server returns them under ``Resources``.
    skills
        Any table of :func:`rmatch.read_roster` with a row for each skill of somebody: the columns
        ``id``, ``skill`` and, if there are levels, ``level``. People who are not among the users
        are passed over.
    goals
        The same for what people want to learn, with ``level`` as the target.
    also
        Further attributes by their SCIM path, and the field that each becomes:
        ``{"urn:example:hr:2.0:User:grade": "level"}``. They take the place of what is read
        without being named: with ``"...:employeeNumber": "id"``, tables are joined by that number.
        What is said by a table, or by the preferred languages, must not be said here too.

    Raises
    ------
    InvalidInputError
        Naming every user without an id, and every row of a table without an id or a skill, or with
        another level than before.

    Examples
    --------
    >>> from rmatch.reading import from_scim
    >>> user = {
    ...     "id": "2819",
    ...     "displayName": "Ana Lima",
    ...     "preferredLanguage": "pt-BR, en",
    ...     "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {
    ...         "department": "Sales", "manager": {"value": "26118915"}
    ...     },
    ...     "urn:example:hr:2.0:User": {"gender": "f", "grade": 3},
    ... }
    >>> from_scim([user], skills=[{"id": "2819", "skill": "AI tools", "level": 4}])
    [{'id': '2819', 'name': 'Ana Lima', 'manager': '26118915', 'department': 'Sales', \
'languages': ['pt', 'en'], 'skills': {'AI tools': 4}}]
    """
    if isinstance(users, str | Mapping) or not isinstance(users, Iterable):
        raise InvalidInputError(
            f"users={users!r:.60}; a list of users is needed, what a server returns as 'Resources'"
        )
    paths = {**_READ, **(also or {})}
    able, wanted = _by_person(skills, "skills"), _by_person(goals, "goals")
    problems = []
    people = []
    for number, user in enumerate(users, 1):
        found = {}
        if isinstance(user, Mapping):
            found = {field: _at(user, path) for path, field in paths.items()}
        if missing(found.get("id")):
            problems.append(InputProblem("a user without an id", number))
            continue
        found["name"] = found["name"] or _at(user, "name.formatted")
        person = label(found["id"])
        tables = {
            "languages": _languages(user.get("preferredLanguage")),
            "skills": able.get(person),
            "goals": wanted.get(person),
        }
        twice = [name for name, given in tables.items() if given and not _absent(found.get(name))]
        problems += [InputProblem("given twice: leave it out of also=", number, n) for n in twice]
        found |= {name: given for name, given in tables.items() if given}
        active = user.get("active")
        try:
            stays = missing(active) or flag(active)
        except Bad as error:
            problems.append(InputProblem(error.problem[0], number, "active"))
            continue
        if stays:
            people.append({name: value for name, value in found.items() if not _absent(value)})
    if problems:
        raise InvalidInputError.from_problems(problems)
    return people


def _absent(value: Any) -> bool:
    """Say whether an attribute says nothing; 0 and False do."""
    return missing(value) or (isinstance(value, list | Mapping) and not value)


def _at(user: Mapping[str, Any], path: str) -> Any:
    """Return the value at a SCIM path; the URN of an extension may hold dots and colons."""
    value: Any = user
    schema = next((name for name in user if path.startswith(f"{name}:")), None)
    if schema is not None:
        value, path = user[schema], path.removeprefix(f"{schema}:")
    for step in path.split("."):
        value = value.get(step) if isinstance(value, Mapping) else None
    return value


def _languages(preferred: Any) -> list[str]:
    """Return the languages of an Accept-Language text, without countries and qualities."""
    tags = str(preferred or "").split(",")
    languages = [tag.partition(";")[0].strip().partition("-")[0].lower() for tag in tags]
    return list(dict.fromkeys(filter(None, languages)))


def _by_person(source: Any, what: str) -> dict[str, Any]:
    """Return each person's names with levels, or only names where no level is given."""
    if source is None:
        return {}
    table = load(source)
    lacking = [name for name in ("id", "skill") if name not in table.columns]
    if lacking and len(table):
        raise InvalidInputError(
            f"the table of {what} has no column {' and no column '.join(map(repr, lacking))}; "
            f"there are: {', '.join(table.columns)}"
        )
    levels = table.columns.get("level", [None] * len(table))
    found: dict[str, dict[str, Any]] = defaultdict(dict)
    problems = [*table.problems, *table.faults]
    ids = without_point(table.columns.get("id", []))
    for at, row in enumerate(table.rows):
        person, skill = ids[at], table.columns["skill"][at]
        if missing(person) or missing(skill):
            lost = "id" if missing(person) else "skill"
            problems.append(InputProblem(f"no {lost}", row, lost, what))
        else:
            level = None if missing(levels[at]) else levels[at]
            names = found[label(person)]
            if names.setdefault(label(skill), level) != level:
                text = f"{label(skill)!r} is there twice with different levels"
                problems.append(InputProblem(text, row, "skill", what))
    if problems:
        raise InvalidInputError.from_problems(problems)
    return {
        person: names if any(level is not None for level in names.values()) else list(names)
        for person, names in found.items()
    }
