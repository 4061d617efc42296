"""Rules, score parts and objectives as plain data, and back: by name, with the types they declare.

A component is written as the name of its class with the parameters that differ from their defaults.
How a parameter is written, checked when read, and described in a JSON Schema follows from the type
of its dataclass field, so a new component needs nothing here.
"""

from __future__ import annotations

import dataclasses
import types
from collections.abc import Callable, Mapping
from functools import cache
from numbers import Integral, Real
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from rmatch.errors import InputProblem, InvalidInputError
from rmatch.names import closest
from rmatch.objectives import OBJECTIVES, TIERS, Objective
from rmatch.objectives.tiers import Tier
from rmatch.rules import COHORT_RULES, RULES, CohortRule, PairRule
from rmatch.scoring import PARTS, ScorePart

#: Lists the parameters that are None though their default is not: TOML has no null.
NONE = "none"
#: What kinds of components there are: by the name of their definition in the schema.
_BASES: dict[type, str] = {
    PairRule: "pair_rule",
    CohortRule: "cohort_rule",
    ScorePart: "part",
    Objective: "objective",
    Tier: "tier",
}
_WORDS = {bool: "true or false", int: "a whole number", float: "a number", str: "text"}
_SCHEMAS = {bool: "boolean", int: "integer", float: "number", str: "string"}


@cache
def components() -> dict[str, Any]:
    """Return every rule, score part and objective that files know by name."""
    named = {cls.__name__: cls for cls in OBJECTIVES.values()}
    return {**RULES, **COHORT_RULES, **PARTS, **named, **TIERS}


@cache
def _hints(cls: Any) -> dict[str, Any]:
    """Return the type of each parameter of a component."""
    hints = get_type_hints(cls)
    return {each.name: hints[each.name] for each in dataclasses.fields(cls)}


# ---- writing -------------------------------------------------------------------------------------


def encoded(owner: Any, where: str) -> Any:
    """Return a component as plain data; an objective may be just a name."""
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
    return {**record, NONE: unset} if unset else record


def _is_default(each: dataclasses.Field[Any], value: Any) -> bool:
    if each.default_factory is not dataclasses.MISSING:
        return bool(value == each.default_factory())
    return each.default is not dataclasses.MISSING and bool(value == each.default)


def _plain(value: Any, where: str) -> Any:
    if isinstance(value, bool | str):
        return value
    if isinstance(value, Integral):
        return int(value)
    if isinstance(value, Real):
        return float(value)
    if isinstance(value, Mapping):
        if all(isinstance(key, str) for key in value):
            return {key: "" if each is None else each for key, each in value.items()}
        return [[*key, each] for key, each in value.items()]  # a table over two values
    if isinstance(value, frozenset | set):
        return sorted((_plain(each, where) for each in value), key=str)
    if isinstance(value, list | tuple):
        return [_plain(each, where) for each in value]
    return encoded(value, where)


# ---- reading -------------------------------------------------------------------------------------


def read(value: Any, hint: Any, where: str, problems: list[InputProblem]) -> Any:
    """Return plain data as a type wants it; what does not fit is added to the problems."""
    origin, arguments = get_origin(hint), get_args(hint)
    if hint is Any:
        return value
    if origin in (Union, types.UnionType):
        return _any_of(value, arguments, where, problems)
    if origin is Literal:
        if value in arguments:
            return value
        problems.append(_unfit(value, hint, where))
        return None
    if hint in _BASES:
        return _component(value, hint, where, problems)
    if hint in _WORDS:
        return _number_or_text(value, hint, where, problems)
    if origin is not None and issubclass(origin, Mapping):
        return _table(value, hint, arguments, where, problems)
    if not isinstance(value, list | tuple):
        problems.append(_unfit(value, hint, where))
        return None
    if origin is tuple and arguments[-1] is not ... and len(value) != len(arguments):
        problems.append(InputProblem(f"{where}: {value!r:.60} has not {len(arguments)} entries"))
        return None
    kinds = (
        arguments if origin is tuple and arguments[-1] is not ... else arguments[:1] * len(value)
    )
    return tuple(
        read(each, kind, f"{where}[{at}]", problems)
        for at, (each, kind) in enumerate(zip(value, kinds, strict=True))
    )


def _any_of(value: Any, kinds: tuple[Any, ...], where: str, problems: list[InputProblem]) -> Any:
    """Return a value as the first of several types that it fits."""
    readable = [kind for kind in kinds if kind is not type(None) and not _is_function(kind)]
    known = components().get(str(value.get("type"))) if isinstance(value, Mapping) else None
    meant = [kind for kind in readable if kind in _BASES and known and issubclass(known, kind)]
    if len(readable) == 1 or meant:
        return read(value, (meant or readable)[0], where, problems)
    for kind in readable:
        found: list[InputProblem] = []
        result = read(value, kind, where, found)
        if not found:
            return result
    if isinstance(value, Mapping) and readable[0] in _BASES:
        return read(value, readable[0], where, problems)  # a misspelt type, or one out of place
    problems.append(_unfit(value, Union[tuple(readable)], where))  # noqa: UP007
    return None


def _is_function(kind: Any) -> bool:
    return get_origin(kind) is Callable or kind is Callable


def _number_or_text(value: Any, kind: type, where: str, problems: list[InputProblem]) -> Any:
    wanted = (int, float) if kind is float else kind
    if isinstance(value, wanted) and (kind is bool or not isinstance(value, bool)):
        return value
    problems.append(_unfit(value, kind, where))
    return None


def _table(
    value: Any, hint: Any, kinds: tuple[Any, ...], where: str, problems: list[InputProblem]
) -> Any:
    if get_origin(kinds[0]) is tuple:  # a table over two values is a list of rows
        width = len(get_args(kinds[0])) + 1
        if isinstance(value, list) and all(
            isinstance(row, list) and len(row) == width for row in value
        ):
            return {
                tuple(row[:-1]): read(row[-1], kinds[1], f"{where}[{at}]", problems)
                for at, row in enumerate(value)
            }
    elif isinstance(value, Mapping):
        return {
            key: None if each == "" else read(each, kinds[1], f"{where}.{key}", problems)
            for key, each in value.items()
        }
    problems.append(_unfit(value, hint, where))
    return None


def _component(record: Any, base: type, where: str, problems: list[InputProblem]) -> Any:
    if not isinstance(record, Mapping):
        problems.append(_unfit(record, base, where))
        return None
    if "type" not in record:
        problems.append(InputProblem(f"{where}: {record!r:.60} has no 'type'"))
        return None
    values = dict(record)
    name = values.pop("type")
    known = {each: cls for each, cls in components().items() if issubclass(cls, base)}
    cls = known.get(name)
    if cls is None:
        misplaced = f", which is no {_BASES[base].replace('_', ' ')}" * (name in components())
        what = f"{where}: {name!r}{misplaced}" if misplaced else (
            f"{where}: no component is called {name!r}"
        )  # fmt: skip
        problems.append(InputProblem(what, hint=hint_for(name, known)))
        return None
    hints, before = _hints(cls), len(problems)
    given = dict.fromkeys(values.pop(NONE, [])) | values
    problems += [
        InputProblem(f"{where}: {name} has no {each!r}", hint=hint_for(each, hints))
        for each in sorted(given.keys() - hints.keys())
    ]
    arguments = {
        each: None if value is None else read(value, hints[each], f"{where}.{each}", problems)
        for each, value in given.items()
        if each in hints
    }
    if len(problems) > before:
        return None
    try:
        return cls(**arguments)
    except (InvalidInputError, TypeError, ValueError) as error:
        problems.append(InputProblem(f"{where}: {error}"))
        return None


def _unfit(value: Any, hint: Any, where: str) -> InputProblem:
    return InputProblem(f"{where}: {value!r:.60} is not {in_words(hint)}")


def in_words(hint: Any) -> str:
    """Say in words what a type wants."""
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        return " or ".join(in_words(each) for each in arguments if each is not type(None))
    if origin is Literal:
        return f"one of {', '.join(map(repr, arguments))}"
    if hint in _BASES:
        return f"a table with the type of a {_BASES[hint].replace('_', ' ')}"
    if hint in _WORDS:
        return _WORDS[hint]
    return "a table" if origin is not None and issubclass(origin, Mapping) else "a list"


def hint_for(name: Any, known: Mapping[str, Any]) -> str:
    """Suggest the name that was meant, or list all there are."""
    meant = closest(str(name), known, 0.6)
    return f"did you mean {meant!r}?" if meant else f"there are: {', '.join(sorted(known))}"


# ---- the layout as JSON Schema -------------------------------------------------------------------


def definitions() -> dict[str, Any]:
    """Return a definition for each kind of component; an editor names what is wrong in one."""
    kinds = {name: (base,) for base, name in _BASES.items()} | {"rule": (PairRule, CohortRule)}
    return {
        name: _one_of([cls for cls in components().values() if issubclass(cls, bases)])
        for name, bases in kinds.items()
    }


def _one_of(classes: list[Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {"type": {"enum": [cls.__name__ for cls in classes]}},
        "required": ["type"],
        "allOf": [
            {"if": {"properties": {"type": {"const": cls.__name__}}}, "then": _described(cls)}
            for cls in classes
        ],
    }


def _described(cls: Any) -> dict[str, Any]:
    hints, fields = _hints(cls), dataclasses.fields(cls)
    required = [
        each.name
        for each in fields
        if each.default is dataclasses.MISSING and each.default_factory is dataclasses.MISSING
    ]
    return {
        "description": (cls.__doc__ or "").strip().splitlines()[0],
        "properties": {
            "type": {"const": cls.__name__},
            **{name: schema_of(hint) for name, hint in hints.items()},
            NONE: {"type": "array", "items": {"enum": list(hints)}},
        },
        "required": required,
        "additionalProperties": False,
    }


def schema_of(hint: Any) -> dict[str, Any]:
    """Return the JSON Schema of a type."""
    origin, arguments = get_origin(hint), get_args(hint)
    if hint is Any:
        return {}
    if hint in _SCHEMAS:
        return {"type": _SCHEMAS[hint]}
    if hint in _BASES:
        return {"$ref": f"#/$defs/{_BASES[hint]}"}
    if origin is Literal:
        return {"enum": list(arguments)}
    if origin in (Union, types.UnionType):
        readable = [e for e in arguments if e is not type(None) and not _is_function(e)]
        schemas = [schema_of(each) for each in readable]
        return schemas[0] if len(schemas) == 1 else {"anyOf": schemas}
    if issubclass(origin, Mapping):
        if get_origin(arguments[0]) is tuple:
            return {"type": "array", "items": {"type": "array"}}
        return {"type": "object", "additionalProperties": schema_of(arguments[1])}
    if origin is tuple and arguments[-1] is not ...:
        entries = [schema_of(each) for each in arguments]
        return {"type": "array", "prefixItems": entries, "minItems": len(entries), "items": False}
    return {"type": "array", "items": schema_of(arguments[0])}
