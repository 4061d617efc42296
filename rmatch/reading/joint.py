"""Both sides together: one scale of levels, one spelling of every name, people checked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from rmatch.columns import Categories, Numbers, Ragged
from rmatch.errors import InputProblem, InvalidInputError
from rmatch.fields import KNOWN, Kind
from rmatch.names import one_spelling
from rmatch.people import Roster, Scale
from rmatch.reading.lists import with_ranks
from rmatch.reading.side import SCALES, Reading, Side, labels_on_both_sides
from rmatch.reading.structure import structure_problems

if TYPE_CHECKING:
    from numpy.typing import NDArray


def finish(sides: Sequence[Side], options: Reading, problems: list[InputProblem]) -> list[Roster]:
    """Give both sides one scale and one spelling, check people together, or raise all problems."""
    scale = _common_scale(sides, options)
    labels_on_both_sides(sides)
    _spell(sides, options.synonyms)
    for side in sides:
        if side.roster is None:
            _check_levels(side, scale, problems)
            for name in [name for name, each in side.columns.items() if isinstance(each, Ragged)]:
                side.columns[name] = _without_repeats(side, name, problems)
    problems += structure_problems(sides)
    unused = [side.unused for side in sides if side.roster is None]
    for header in sorted(frozenset.intersection(*unused) if unused else ()):
        problems.append(InputProblem(f"rename: there is no column {header!r}"))
    if problems:
        raise InvalidInputError.from_problems(_in_order(problems))
    return [_roster(side, scale) for side in sides]


def _in_order(problems: Iterable[InputProblem]) -> list[InputProblem]:
    unique = list(dict.fromkeys(problems))
    return sorted(unique, key=lambda each: (each.side or "", each.row or 0))


def _roster(side: Side, scale: Scale) -> Roster:
    if side.roster is not None:
        unchanged = all(side.roster.columns[name] is each for name, each in side.columns.items())
        return side.roster if unchanged else replace(side.roster, columns=side.columns)
    return Roster(tuple(side.ids), side.columns, scale, side.whole_ids)


def _common_scale(sides: Sequence[Side], options: Reading) -> Scale:
    if isinstance(options.scale, Scale):
        return options.scale
    if options.scale != "auto":
        return SCALES[options.scale]
    for side in sides:
        if side.scale is not None:
            return side.scale
    columns = [side.columns[name] for side in sides for name in ("skills", "goals")
               if name in side.columns]  # fmt: skip
    given = any(isinstance(column, Ragged) and not np.isnan(column.values).all()
                for column in columns if len(column.codes))  # type: ignore[union-attr]  # fmt: skip
    return SCALES["1-5"] if given else SCALES["presence"]


_AS_WRITTEN = (Kind.TEXT, Kind.ID, Kind.ZONE, Kind.IDS, Kind.RANKING)


def _spell(sides: Sequence[Side], synonyms: Mapping[str, str] | None) -> None:
    """Give every label one spelling on both sides; skills and goals share their names."""
    names = dict.fromkeys(name for side in sides for name in side.columns)
    groups: dict[str, list[str]] = {}
    for name in names:
        groups.setdefault("skills" if name == "goals" else name, []).append(name)
    for first, members in groups.items():
        columns = [
            (side, name, column)
            for side in sides
            for name in members
            if not isinstance(column := side.columns.get(name), Numbers | None)
        ]
        as_written = first in KNOWN and KNOWN[first].kind in _AS_WRITTEN
        if as_written and all(owner.roster is not None for owner, _, _ in columns):
            continue
        counts: dict[str, int] = {}
        for _, _, column in columns:
            used = np.bincount(column.codes + 1, minlength=len(column.labels) + 1)[1:]
            for label, times in zip(column.labels, used.tolist(), strict=True):
                counts[label] = counts.get(label, 0) + times
        if as_written:
            spelled = dict(zip(counts, counts, strict=True))
        else:
            spelled = one_spelling(counts, synonyms if first == "skills" else None)
        labels = tuple(sorted(set(spelled.values())))
        place = {label: code for code, label in enumerate(labels)}
        for owner, name, column in columns:
            if owner.roster is None or any(spelled[label] != label for label in column.labels):
                codes = [place[spelled[label]] for label in column.labels]
                owner.columns[name] = _relabelled(column, codes, labels)


def _relabelled(
    column: Categories | Ragged, places: list[int], labels: tuple[str, ...]
) -> Categories | Ragged:
    """Return the column with other labels, each old one at its place among them."""
    codes = np.array([*places, -1], dtype=np.int32)[column.codes]
    if isinstance(column, Categories):
        return Categories(codes, labels)
    return Ragged(column.starts, codes, column.values, column.weights, labels)


def _check_levels(side: Side, scale: Scale, problems: list[InputProblem]) -> None:
    """Check skill and target levels; without levels, having a skill is level 1."""
    answers = side.columns.get("values")
    if isinstance(answers, Ragged):
        for entry in np.flatnonzero(np.isnan(answers.values)).tolist():
            text = f"{answers.labels[answers.codes[entry]]!r} has no level"
            hint = "values are answers with a level, 'pace:4'; labels go into 'interests'"
            _entry_problem(side, "values", entry, text, hint, problems)
    skills, goals = side.columns.get("skills"), side.columns.get("goals")
    if isinstance(skills, Ragged):
        unknown = np.isnan(skills.values)
        if scale.presence_only:
            side.columns["skills"] = replace(skills, values=np.where(unknown, 1.0, skills.values))
        else:
            for entry in np.flatnonzero(unknown).tolist():
                text = f"{skills.labels[skills.codes[entry]]!r} has no level"
                hint = f"levels go from {scale.low:g} to {scale.high:g}: 'Python:4'"
                _entry_problem(side, "skills", entry, text, hint, problems)
        # Level 0 is "does not have it" on every scale.
        _check_range(side, "skills", skills, skills.values == 0, scale, problems)
    if isinstance(goals, Ragged):
        _check_range(side, "goals", goals, np.isnan(goals.values), scale, problems)


def _check_range(
    side: Side,
    name: str,
    column: Ragged,
    fine: NDArray[np.bool_],
    scale: Scale,
    problems: list[InputProblem],
) -> None:
    values = column.values
    least = scale.low if name == "skills" else max(scale.low, 1e-9)  # a target of 0 is no goal
    wrong = ((values > scale.high) | (values < least)) & ~fine
    fits = bool(wrong.any()) and float(np.nanmax(values)) <= 7 and scale.high < 7
    for entry in np.flatnonzero(wrong).tolist():
        label = column.labels[column.codes[entry]]
        text = f"{label!r}: level {values[entry]:g} is outside {scale.low:g} to {scale.high:g}"
        hint = "scale='0-7' allows it" if fits and values[entry] > 0 else None
        _entry_problem(side, name, entry, text, hint, problems)


def _entry_problem(
    side: Side, name: str, entry: int, text: str, hint: str | None, problems: list[InputProblem]
) -> None:
    column = side.columns[name]
    assert isinstance(column, Ragged)
    row = side.rows[int(column.rows[entry])]
    problems.append(InputProblem(text, row, name, side.name, hint))


def _without_repeats(side: Side, name: str, problems: list[InputProblem]) -> Ragged:
    """Return a list column sorted by label within each person, each label once.

    The same label twice with two values is a problem. Rankings stay in the order stated.
    """
    column = side.columns[name]
    assert isinstance(column, Ragged)
    ranked = name in KNOWN and KNOWN[name].kind is Kind.RANKING
    key = column.rows * len(column.labels) + column.codes
    order = np.argsort(key, kind="stable")  # of repeats, the one stated first comes first
    key = key[order]
    again = np.zeros(len(order), dtype=bool)
    again[1:] = key[1:] == key[:-1]
    if not again.any():
        return column if ranked else column.rearranged(order, column.starts)
    for at in [] if ranked else np.flatnonzero(again).tolist():
        entry, before = int(order[at]), int(order[at - 1])
        both = [(each[entry], each[before]) for each in (column.values, column.weights)]
        if not all(np.array_equal(one, other, equal_nan=True) for one, other in both):
            text = f"{column.labels[column.codes[entry]]!r} is there twice with different levels"
            _entry_problem(side, name, entry, text, None, problems)
    kept = np.sort(order[~again]) if ranked else order[~again]
    counts = np.bincount(column.rows[kept], minlength=len(column))
    starts = np.concatenate(([0], np.cumsum(counts)))
    result = column.rearranged(kept, starts)
    return with_ranks(result) if ranked else result
