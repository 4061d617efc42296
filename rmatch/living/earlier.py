"""The earlier pairs from a file: what rmatch wrote, or any table of mentors and mentees."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rmatch.errors import InputProblem, InvalidInputError
from rmatch.export import plain_cell
from rmatch.living.acceptance import State
from rmatch.names import label
from rmatch.reading.cells import without_point
from rmatch.reading.tables import load
from rmatch.schema import MatchingRecord

#: What a column of ids may be called; workbooks of rmatch show names beside ids.
_HEADERS = {"mentor": ("mentor id", "mentor"), "mentee": ("mentee id", "mentee")}


def read_earlier(path: str | Path) -> MatchingRecord | dict[tuple[str, str], str]:
    """Return the earlier pairs for :func:`rmatch.rematch`.

    Parameters
    ----------
    path
        JSON of ``Matching.to_dict()``; or a CSV, Excel or parquet file with the columns ``mentor``
        and ``mentee``, and if wanted ``state``.

    Raises
    ------
    InvalidInputError
        Naming every row without ids, with an unknown state, or there twice.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = Path(folder) / "pairs.csv"
    ...     _ = file.write_text("mentor,mentee,state\\nm1,s1,\\nm2,s2,ended\\n")
    ...     read_earlier(file)
    {('m1', 's1'): 'active', ('m2', 's2'): 'ended'}
    """
    file = Path(path)
    if file.suffix.lower() == ".json":
        return MatchingRecord.from_dict(_record(file))
    table = load(file)
    headers = {header.strip().casefold(): header for header in table.columns}
    found = {
        side: next((headers[name] for name in names if name in headers), None)
        for side, names in _HEADERS.items()
    }
    missing = [f"no column {side!r}" for side, header in found.items() if header is None]
    if missing:
        raise InvalidInputError(
            f"{file.name}: {' and '.join(missing)}; there are: {', '.join(table.columns)}"
        )
    states = table.columns.get(headers.get("state", ""), [""] * len(table))
    people = [without_point(table.columns[header]) for header in found.values() if header]
    pairs: dict[tuple[str, str], str] = {}
    problems = [*table.problems, *table.faults]
    for at, row in enumerate(table.rows):
        ids = [_text(column[at]) for column in people]
        state = _text(states[at]).lower() or State.ACTIVE.value
        if not all(ids):
            problems.append(InputProblem("the id of the mentor or of the mentee is missing", row))
        elif (ids[0], ids[1]) in pairs:
            problems.append(InputProblem(f"the pair {ids[0]}, {ids[1]} is there twice", row))
        else:
            pairs[ids[0], ids[1]] = state
        try:
            State.named(state)
        except InvalidInputError as error:
            problems.append(InputProblem(str(error), row, "state"))
    if problems:
        raise InvalidInputError.from_problems(problems)
    return pairs


def _record(file: Path) -> Mapping[str, Any]:
    try:
        record = json.loads(file.read_text(encoding="utf-8"))
    except ValueError as error:
        raise InvalidInputError(f"{file.name} is not JSON: {error}") from error
    if not isinstance(record, Mapping):
        raise InvalidInputError(f"{file.name}: a stored result is an object")
    matching: Mapping[str, Any] = record.get("matching", record)  # of rmatch rematch --json
    return matching


def _text(cell: Any) -> str:
    if cell is None or cell != cell:
        return ""
    return plain_cell(label(cell))
