"""Users of a SCIM 2.0 directory (RFC 7643) with a table of skills, as people."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from rmatch.errors import InputProblem, InvalidInputError
from rmatch.reading.cells import missing
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
        ``{"urn:example:hr:2.0:User:grade": "level"}``.

    Raises
    ------
    InvalidInputError
        Naming every user without an id, and every row of a table without an id or a skill.

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
    paths = {**_READ, **(also or {})}
    able, wanted = _by_person(skills, "skills"), _by_person(goals, "goals")
    problems = []
    people = []
    for number, user in enumerate(users, 1):
        if not isinstance(user, Mapping) or missing(user.get("id")):
            problems.append(InputProblem("a user without an id", number))
        elif user.get("active", True):
            found = {field: _at(user, path) for path, field in paths.items()}
            found["name"] = found["name"] or _at(user, "name.formatted")
            found["languages"] = _languages(user.get("preferredLanguage"))
            key = str(found["id"])
            found |= {"skills": able.get(key), "goals": wanted.get(key)}
            people.append({name: value for name, value in found.items() if value})
    if problems:
        raise InvalidInputError.from_problems(problems)
    return people


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
    problems = list(table.problems)
    for at, row in enumerate(table.rows):
        person, skill = table.columns["id"][at], table.columns["skill"][at]
        if missing(person) or missing(skill):
            lost = "id" if missing(person) else "skill"
            problems.append(InputProblem(f"no {lost}", row, lost, what))
        else:
            level = levels[at]
            found[str(person)][str(skill)] = None if missing(level) else level
    if problems:
        raise InvalidInputError.from_problems(problems)
    return {
        person: names if any(level is not None for level in names.values()) else list(names)
        for person, names in found.items()
    }
