"""A programme: rules, score and objective as one value that is written to a file and read back."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rmatch.components import definitions, encoded, hint_for, read, schema_of
from rmatch.errors import InputProblem, InvalidInputError
from rmatch.names import did_you_mean
from rmatch.objectives import OBJECTIVES, Objective
from rmatch.parameters import check_parameters, is_whole
from rmatch.rules import CohortRule, PairRule
from rmatch.scoring import ScorePart

if TYPE_CHECKING:
    from rmatch.matching import Matching
    from rmatch.people import Roster, Scale
    from rmatch.problem import Problem

SCHEMA = "rmatch/programme/1"

#: The presets that come with rmatch, as files beside this one.
PROFILES = ("technology", "inclusion", "leadership", "innovation", "engagement")


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
    scale: Scale | str = "auto"
    synonyms: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        check_parameters(self)
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

    def problem(self, mentors: Roster, mentees: Roster) -> Problem:
        """Return the problem of matching these people: what :func:`rmatch.compare` compares on."""
        from rmatch.problem import Problem

        return Problem.of(
            mentors,
            mentees,
            rules=self.rules,
            score=self.score,
            objective=self.objective,
            seats=self.seats,
            seed=self.seed,
        )

    def replace(self, **changes: Any) -> Programme:
        """Return a copy with some parts changed."""
        return dataclasses.replace(self, **changes)

    def to_dict(self) -> dict[str, Any]:
        """Return plain data; an error names what is a Python function and cannot be written."""
        record: dict[str, Any] = {"schema": SCHEMA}
        for name in ("name", "about", "seats", "seed", "scale"):
            value = getattr(self, name)
            if value != _DEFAULTS[name]:
                record[name] = int(value) if is_whole(value) else value
        if self.synonyms:
            record["synonyms"] = dict(self.synonyms)
        if self.objective != _DEFAULTS["objective"]:
            record["objective"] = encoded(self.objective, "objective")
        if self.score is not None:
            record["score"] = [encoded(part, "score") for part in self.score]
        if self.rules:
            record["rules"] = [encoded(rule, "rules") for rule in self.rules]
        return record

    @classmethod
    def from_dict(cls, record: Mapping[str, Any]) -> Programme:
        """Read plain data; every unknown key and misspelt name comes in one error."""
        if not isinstance(record, Mapping):
            raise InvalidInputError(f"{record!r:.60} is no programme; a dict is needed")
        problems: list[InputProblem] = []
        values = dict(record)
        if values.pop("schema", SCHEMA) != SCHEMA:
            problems.append(InputProblem(f"schema {record['schema']!r}; {SCHEMA!r} is read"))
        for name in sorted(values.keys() - _DEFAULTS.keys()):
            problems.append(InputProblem(f"unknown key {name!r}", hint=hint_for(name, _DEFAULTS)))
            del values[name]
        if isinstance(values.get("objective"), Mapping):
            values["objective"] = read(values["objective"], Objective, "objective", problems)
        elif "objective" in values:
            problems += _known_objective(values["objective"])
        for name in [each for each in _TYPES if each in values]:
            values[name] = read(values[name], _TYPES[name], name, problems)
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

        if not isinstance(text, str):
            raise InvalidInputError(f"{text!r:.60} is no text of TOML")
        try:
            record = tomllib.loads(text)
        except (ValueError, RecursionError) as error:  # RecursionError: brackets in brackets
            raise InvalidInputError(f"this is not TOML: {error}") from error
        return cls.from_dict(record)

    def to_json(self) -> str:
        """Return the programme as JSON."""
        return json.dumps(self.to_dict(), indent=2, ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> Programme:
        """Read a programme from JSON."""
        if not isinstance(text, str):
            raise InvalidInputError(f"{text!r:.60} is no text of JSON")
        try:
            record = json.loads(text, object_pairs_hook=_once)
        except (ValueError, RecursionError) as error:  # RecursionError: brackets in brackets
            if isinstance(error, InvalidInputError):
                raise
            raise InvalidInputError(f"this is not JSON: {error}") from error
        return cls.from_dict(record)


def _once(entries: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object of JSON; a name that is there twice is an error, as in TOML."""
    names = [name for name, _ in entries]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise InvalidInputError(f"{', '.join(map(repr, twice))}: an object has each name once")
    return dict(entries)


_DEFAULTS: dict[str, Any] = {
    each.name: {} if each.name == "synonyms" else each.default
    for each in dataclasses.fields(Programme)
}

#: What each entry of a file holds; an objective may also be just a name.
_TYPES: dict[str, Any] = {
    "name": str,
    "about": str,
    "rules": Sequence[PairRule | CohortRule],
    "score": Sequence[ScorePart],
    "seats": int,
    "seed": int,
    "scale": str,
    "synonyms": Mapping[str, str],
}


def read_programme(path: str | Path) -> Programme:
    """Read a programme from a ``.toml`` or ``.json`` file.

    Raises ``InvalidInputError`` that names the file and every slip in it.
    """
    file = Path(path)
    if file.suffix not in (".toml", ".json"):
        raise InvalidInputError(f"{file.name}: a programme is a .toml or .json file")
    if not file.is_file():
        raise InvalidInputError(f"there is no file {str(file)!r}")
    try:
        text = file.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise InvalidInputError(f"{file.name} cannot be read: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise InvalidInputError(f"{file.name} is not UTF-8 text: {error}") from error
    read = Programme.from_toml if file.suffix == ".toml" else Programme.from_json
    try:
        return read(text)
    except InvalidInputError as error:
        raise InvalidInputError(f"{file.name}: {error}", error.problems) from error


def profile(name: str) -> Programme:
    """Return a preset: technology, inclusion, leadership, innovation or engagement.

    A preset is a place to begin: look at it, change it with ``replace``, write it to a file.
    Another name raises ``InvalidInputError``.

    Examples
    --------
    >>> from rmatch.programme import profile
    >>> [type(rule).__name__ for rule in profile("leadership").rules]
    ['ReportingLine', 'SeniorityGap', 'TeachingMargin']
    """
    if name not in PROFILES:
        raise InvalidInputError(
            f"no profile {name!r}; there are: {', '.join(PROFILES)}{did_you_mean(name, PROFILES)}"
        )
    text = resources.files("rmatch").joinpath("profiles", f"{name}.toml").read_text("utf-8")
    return Programme.from_toml(text)


def _known_objective(name: Any) -> list[InputProblem]:
    if isinstance(name, str) and name in OBJECTIVES:
        return []
    return [InputProblem(f"no objective {name!r}", hint=hint_for(name, OBJECTIVES))]


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of :meth:`Programme.to_dict`, for editors and other tools.

    Examples
    --------
    >>> from rmatch.programme import json_schema
    >>> sorted(json_schema()["properties"])[:4]
    ['about', 'name', 'objective', 'rules']
    """
    kinds = {name: schema_of(hint) for name, hint in _TYPES.items()}
    kinds["rules"] = {"type": "array", "items": {"$ref": "#/$defs/rule"}}
    objective = {"anyOf": [{"enum": sorted(OBJECTIVES)}, {"$ref": "#/$defs/objective"}]}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A reverse mentoring programme",
        "type": "object",
        "properties": {"schema": {"const": SCHEMA}, **kinds, "objective": objective},
        "additionalProperties": False,
        "$defs": definitions(),
    }
