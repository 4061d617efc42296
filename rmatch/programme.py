"""A programme: rules, score and objective as one value that is written to a file and read back.

Components are written by the name of their class with the parameters that differ from their
defaults. What a component is follows from its dataclass fields, so a new rule, part or objective
needs nothing here.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rmatch.errors import InputProblem, InvalidInputError
from rmatch.names import closest

if TYPE_CHECKING:
    from rmatch.matching import Matching

SCHEMA = "rmatch/programme/1"

#: The presets that come with rmatch, as files beside this one.
PROFILES = ("technology", "inclusion", "leadership", "innovation", "engagement")

#: Written for a parameter that is None though its default is not: TOML has no null.
_NONE = "none"


@dataclass(frozen=True)
class Programme:
    """Everything that decides who is matched, but for the people.

    Parameters
    ----------
    name, about
        For people to read.
    rules, score, objective, seats, seed
        As in :func:`rmatch.match`; ``score=None`` is the default score.
    scale
        The scale of skill levels, as in :func:`rmatch.read_roster`.

    Examples
    --------
    >>> from rmatch.programme import Programme
    >>> from rmatch.rules import SeniorityGap
    >>> programme = Programme("Spring", rules=(SeniorityGap(2),), objective="coverage_first")
    >>> print(programme.to_toml())
    schema = "rmatch/programme/1"
    name = "Spring"
    objective = "coverage_first"
    rules = [
        { type = "SeniorityGap", min_levels = 2 },
    ]
    <BLANKLINE>
    >>> Programme.from_toml(programme.to_toml()) == programme
    True
    """

    name: str = ""
    about: str = ""
    rules: Sequence[Any] = ()
    score: Sequence[Any] | None = None
    objective: Any = "total_score"
    seats: int | None = None
    seed: int | None = None
    scale: str = "auto"
    synonyms: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "rules", tuple(self.rules))
        if self.score is not None:
            object.__setattr__(self, "score", tuple(self.score))

    def match(self, mentors: Any, mentees: Any, **options: Any) -> Matching:
        """Match people by this programme; ``options`` are further ones of :func:`rmatch.match`."""
        from rmatch.pipeline import match

        own: dict[str, Any] = {
            "rules": self.rules, "score": self.score, "objective": self.objective,
            "seats": self.seats, "seed": self.seed, "scale": self.scale,
            "synonyms": self.synonyms or None,
        }  # fmt: skip
        return match(mentors, mentees, **(own | options))

    def replace(self, **changes: Any) -> Programme:
        """Return a copy with some parts changed."""
        return dataclasses.replace(self, **changes)

    def to_dict(self) -> dict[str, Any]:
        """Return plain data; an error names what is a Python function and cannot be written."""
        record: dict[str, Any] = {"schema": SCHEMA}
        for name in ("name", "about", "seats", "seed", "scale"):
            value = getattr(self, name)
            if value != _DEFAULTS[name]:
                record[name] = value
        if self.synonyms:
            record["synonyms"] = dict(self.synonyms)
        if self.objective != _DEFAULTS["objective"]:
            record["objective"] = _encoded(self.objective, "objective")
        if self.score is not None:
            record["score"] = [_encoded(part, "score") for part in self.score]
        if self.rules:
            record["rules"] = [_encoded(rule, "rules") for rule in self.rules]
        return record

    @classmethod
    def from_dict(cls, record: Mapping[str, Any]) -> Programme:
        """Read plain data; every unknown key and misspelt name comes in one error."""
        problems: list[InputProblem] = []
        values = dict(record)
        if values.pop("schema", SCHEMA) != SCHEMA:
            problems.append(InputProblem(f"schema {record['schema']!r}; {SCHEMA!r} is read"))
        for name in sorted(values.keys() - _DEFAULTS.keys()):
            problems.append(InputProblem(f"unknown key {name!r}", hint=_hint(name, _DEFAULTS)))
            del values[name]
        for name in ("rules", "score"):
            if name in values:
                values[name] = [
                    _decoded(each, f"{name}[{at}]", problems)
                    for at, each in enumerate(values[name])
                ]
        if isinstance(values.get("objective"), Mapping):
            values["objective"] = _decoded(values["objective"], "objective", problems)
        elif isinstance(values.get("objective"), str):
            problems += _known_objective(values["objective"])
        if problems:
            raise InvalidInputError.from_problems(problems)
        return cls(**values)

    def to_toml(self) -> str:
        """Return the programme as TOML."""
        import tomli_w

        return tomli_w.dumps(self.to_dict())

    @classmethod
    def from_toml(cls, text: str) -> Programme:
        """Read a programme from TOML."""
        import tomllib

        try:
            return cls.from_dict(tomllib.loads(text))
        except tomllib.TOMLDecodeError as error:
            raise InvalidInputError(f"this is not TOML: {error}") from error

    def to_json(self) -> str:
        """Return the programme as JSON."""
        return json.dumps(self.to_dict(), indent=2, ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> Programme:
        """Read a programme from JSON."""
        try:
            record = json.loads(text)
        except ValueError as error:
            raise InvalidInputError(f"this is not JSON: {error}") from error
        if not isinstance(record, Mapping):
            raise InvalidInputError("a programme in JSON is an object")
        return cls.from_dict(record)


_DEFAULTS: dict[str, Any] = {
    each.name: {} if each.name == "synonyms" else each.default
    for each in dataclasses.fields(Programme)
}


def read_programme(path: str | Path) -> Programme:
    """Read a programme from a ``.toml`` or ``.json`` file."""
    file = Path(path)
    if file.suffix not in (".toml", ".json"):
        raise InvalidInputError(f"{file.name}: a programme is a .toml or .json file")
    if not file.is_file():
        raise InvalidInputError(f"there is no file {str(file)!r}")
    text = file.read_text(encoding="utf-8")
    return Programme.from_toml(text) if file.suffix == ".toml" else Programme.from_json(text)


def profile(name: str) -> Programme:
    """Return a preset: technology, inclusion, leadership, innovation or engagement.

    A preset is a place to begin: look at it, change it with ``replace``, write it to a file.

    Examples
    --------
    >>> from rmatch.programme import profile
    >>> [type(rule).__name__ for rule in profile("leadership").rules]
    ['ReportingLine', 'SeniorityGap', 'TeachingMargin']
    """
    if name not in PROFILES:
        meant = closest(name, PROFILES, 0.6)
        raise InvalidInputError(
            f"no profile {name!r}; there are: {', '.join(PROFILES)}"
            + (f" (did you mean {meant!r}?)" if meant else "")
        )
    text = resources.files("rmatch").joinpath("profiles", f"{name}.toml").read_text("utf-8")
    return Programme.from_toml(text)


# ---- components as plain data --------------------------------------------------------------------


@cache
def components() -> dict[str, Any]:
    """Return every rule, score part and objective that files know by name."""
    from rmatch import objectives
    from rmatch.rules import COHORT_RULES, RULES
    from rmatch.scoring import PARTS

    named = {cls.__name__: cls for cls in objectives.OBJECTIVES.values()}
    return {**RULES, **COHORT_RULES, **PARTS, **named, **objectives.TIERS}


def _encoded(owner: Any, where: str) -> Any:
    if isinstance(owner, str):
        return owner
    name = type(owner).__name__
    if components().get(name) is not type(owner):
        raise InvalidInputError(
            f"{where}: {getattr(owner, 'name', name)!r} is your own Python code and cannot be "
            "written to a file; give it to match() beside the programme"
        )
    record: dict[str, Any] = {"type": name}
    unset = []
    for each in dataclasses.fields(owner):
        value = getattr(owner, each.name)
        if _is_default(each, value):
            continue
        if value is None:
            unset.append(each.name)
        else:
            record[each.name] = _plain(value, f"{where}: {name}.{each.name}")
    return {**record, _NONE: unset} if unset else record


def _is_default(each: dataclasses.Field[Any], value: Any) -> bool:
    if each.default_factory is not dataclasses.MISSING:
        return bool(value == each.default_factory())
    return each.default is not dataclasses.MISSING and bool(value == each.default)


def _plain(value: Any, where: str) -> Any:
    if isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, Mapping):
        if all(isinstance(key, str) for key in value):
            return {key: "" if each is None else each for key, each in value.items()}
        return [[*key, each] for key, each in value.items()]  # a table over two values
    if isinstance(value, frozenset | set):
        return sorted((_plain(each, where) for each in value), key=str)
    if isinstance(value, list | tuple):
        return [_plain(each, where) for each in value]
    return _encoded(value, where)


def _decoded(record: Any, where: str, problems: list[InputProblem]) -> Any:
    if not isinstance(record, Mapping) or "type" not in record:
        problems.append(InputProblem(f"{where}: {record!r:.60} has no 'type'"))
        return None
    values = dict(record)
    name = values.pop("type")
    cls = components().get(name)
    if cls is None:
        hint = _hint(name, components())
        problems.append(InputProblem(f"{where}: no component is called {name!r}", hint=hint))
        return None
    fields = {each.name: each for each in dataclasses.fields(cls)}
    given = dict.fromkeys(values.pop(_NONE, [])) | values
    unknown = sorted(given.keys() - fields.keys())
    problems += [
        InputProblem(f"{where}: {name} has no {each!r}", hint=_hint(each, fields))
        for each in unknown
    ]
    if unknown:
        return None
    before = len(problems)
    arguments = {
        each: _value(value, str(fields[each].type), f"{where}.{each}", problems)
        for each, value in given.items()
    }
    if len(problems) > before:
        return None
    try:
        return cls(**arguments)
    except (InvalidInputError, TypeError, ValueError) as error:
        problems.append(InputProblem(f"{where}: {error}"))
        return None


def _value(value: Any, kind: str, where: str, problems: list[InputProblem]) -> Any:
    """Return a parameter as its field's annotation wants it."""
    if isinstance(value, Mapping) and "type" in value:
        return _decoded(value, where, problems)
    if kind.startswith("Mapping[tuple"):
        return {tuple(row[:-1]): row[-1] for row in value}
    if isinstance(value, Mapping):
        return {key: None if each == "" else each for key, each in value.items()}
    if isinstance(value, list):
        items = [_value(each, "", where, problems) for each in value]
        return tuple(tuple(each) if isinstance(each, list) else each for each in items)
    return value


def _known_objective(name: str) -> list[InputProblem]:
    from rmatch.objectives import OBJECTIVES

    if name in OBJECTIVES:
        return []
    return [InputProblem(f"no objective {name!r}", hint=_hint(name, OBJECTIVES))]


def _hint(name: str, known: Mapping[str, Any]) -> str:
    meant = closest(str(name), known, 0.6)
    return f"did you mean {meant!r}?" if meant else f"there are: {', '.join(sorted(known))}"


# ---- the layout as JSON Schema -------------------------------------------------------------------

_TYPES: dict[str, Callable[[], dict[str, Any]]] = {
    "str": lambda: {"type": "string"},
    "int": lambda: {"type": "integer"},
    "float": lambda: {"type": "number"},
    "bool": lambda: {"type": "boolean"},
}


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of :meth:`Programme.to_dict`."""
    from rmatch.rules import COHORT_RULES, RULES
    from rmatch.scoring import PARTS

    kinds: dict[str, dict[str, Any]] = {"rules": {**RULES, **COHORT_RULES}, "score": PARTS}
    lists = {
        name: {"type": "array", "items": {"oneOf": [_component(cls) for cls in known.values()]}}
        for name, known in kinds.items()
    }
    plain = {name: {"type": kind} for name, kind in
             (("name", "string"), ("about", "string"), ("seats", "integer"),
              ("seed", "integer"), ("scale", "string"), ("synonyms", "object"))}  # fmt: skip
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A reverse mentoring programme",
        "type": "object",
        "properties": {"schema": {"const": SCHEMA}, **plain, **lists,
                       "objective": {"type": ["string", "object"]}},
        "additionalProperties": False,
    }  # fmt: skip


def _component(cls: Any) -> dict[str, Any]:
    fields = dataclasses.fields(cls)
    required = [
        each.name
        for each in fields
        if each.default is dataclasses.MISSING and each.default_factory is dataclasses.MISSING
    ]
    properties = {
        each.name: _TYPES.get(str(each.type).removesuffix(" | None"), dict)() for each in fields
    }
    return {
        "type": "object",
        "description": (cls.__doc__ or "").strip().splitlines()[0],
        "properties": {
            "type": {"const": cls.__name__},
            **properties,
            _NONE: {"type": "array", "items": {"enum": list(properties)}},
        },
        "required": ["type", *required],
        "additionalProperties": False,
    }
