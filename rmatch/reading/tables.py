"""Any source of people as a table of raw cells: lists, frames, CSV, Excel, parquet.

Nothing is interpreted here; only where the data comes from and how rows are counted is.
"""

from __future__ import annotations

import csv
import io
import os
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

from rmatch.errors import InputProblem, InvalidInputError
from rmatch.frames import read_parquet
from rmatch.names import label, labels
from rmatch.people import Person, Roster, stated
from rmatch.reading.workbooks import Faults, sheet_rows

_TEXT_FILES = (".csv", ".tsv", ".txt")
_SHEET_FILES = (".xlsx", ".xls", ".xlsb", ".ods")


@dataclass(frozen=True, eq=False)
class Table:
    """Raw cells by column. ``rows[k]`` is the number of row k as its owner counts it (§C12).

    ``faults`` are cells that hold no value, though they should; they matter where they are read.
    """

    columns: Mapping[str, Sequence[Any]]
    rows: Sequence[int]
    problems: tuple[InputProblem, ...] = ()
    faults: tuple[InputProblem, ...] = ()

    def __len__(self) -> int:
        return len(self.rows)


def load(source: Any, sheet: str | int | None = None) -> Table:
    """Return the raw table of any source that :func:`rmatch.read_roster` takes."""
    if isinstance(source, str | os.PathLike):
        return _from_file(Path(source), sheet)
    if isinstance(source, Mapping):
        return _from_columns(source)
    if isinstance(source, Roster):
        raise TypeError("a roster is read already")
    if hasattr(type(source), "columns") or hasattr(source, "__arrow_c_stream__"):
        return _from_frame(source)
    if isinstance(source, Iterable):
        return _from_rows(list(source))
    raise InvalidInputError(
        f"cannot read people from {type(source).__name__}; give a list of dicts or Persons, "
        "a data frame, a dict of columns, or the path of a CSV, Excel or parquet file"
    )


def _from_rows(people: list[Any]) -> Table:
    problems = tuple(
        InputProblem(f"{type(person).__name__} {person!r:.60} is no person", row)
        for row, person in enumerate(people, 1)
        if not isinstance(person, Mapping | Person)
    )
    if problems:
        raise InvalidInputError.from_problems(problems)
    rows = [_plain(person) if isinstance(person, Person) else person for person in people]
    names = dict.fromkeys(chain.from_iterable(rows))
    columns = _by_name(names, [[row.get(name) for row in rows] for name in names])
    return Table(columns, range(1, len(rows) + 1))


def _plain(person: Person) -> dict[str, Any]:
    return {**stated(person), **person.extra}


def _from_columns(columns: Mapping[Any, Any]) -> Table:
    for name, column in columns.items():
        if isinstance(column, str | bytes) or not isinstance(column, Iterable):
            raise InvalidInputError(
                f"column {name!r} is {column!r:.60}; a dict holds a list for each column, and one "
                "person is a list with one dict: [{...}]"
            )
    plain = _by_name(columns, map(list, columns.values()))
    lengths = {name: len(column) for name, column in plain.items()}
    if len(set(lengths.values())) > 1:
        raise InvalidInputError(f"columns have different lengths: {lengths}")
    return Table(plain, range(1, next(iter(lengths.values()), 0) + 1))


def _from_frame(frame: Any) -> Table:
    import narwhals.stable.v2 as nw

    native = nw.to_native(frame, pass_through=True)
    if nw.dependencies.is_pandas_dataframe(native):  # to wrap it costs as much as its values
        columns = _by_name(native.columns, (column.to_list() for _, column in native.items()))
        return Table(columns, range(1, len(native) + 1))
    try:
        data = nw.from_native(frame)
    except TypeError as error:
        raise InvalidInputError(f"cannot read {type(frame).__name__} as a data frame") from error
    except nw.exceptions.DuplicateError as error:
        raise InvalidInputError(f"two columns have one name. {error}") from error
    if isinstance(data, nw.LazyFrame):
        data = data.collect()
    columns = _by_name(data.columns, map(_cells, data.iter_columns()))
    return Table(columns, range(1, data.shape[0] + 1))


def _cells(column: Any) -> list[Any]:
    """Return a column's values. In a struct everybody has every name: null says it is not there."""
    import narwhals.stable.v2 as nw

    cells: list[Any] = column.to_list()
    if column.dtype != nw.Struct:
        return cells
    return [
        None if cell is None else {key: value for key, value in cell.items() if value is not None}
        for cell in cells
    ]


def _by_name(names: Iterable[Any], columns: Iterable[Sequence[Any]]) -> dict[str, Sequence[Any]]:
    """Return columns by their names as they are compared; two of one name are an error."""
    try:
        headers = labels(names)
    except InvalidInputError as error:
        raise InvalidInputError(f"the name of a column, {error}; rename it") from None
    twice = sorted({name for name in headers if headers.count(name) > 1})
    if twice:
        raise InvalidInputError(f"two columns have one name: {', '.join(map(repr, twice))}")
    return dict(zip(headers, columns, strict=True))


def _from_file(path: Path, sheet: str | int | None) -> Table:
    kind = path.suffix.lower()
    if kind not in (*_TEXT_FILES, *_SHEET_FILES, ".parquet"):
        raise InvalidInputError(
            f"{path.name}: files of type {kind or 'unknown'!r} cannot be read; give "
            ".csv, .tsv, .xlsx, .xls, .ods or .parquet"
        )
    try:
        if not path.is_file():
            raise InvalidInputError(f"there is no file {str(path)!r}")
        if kind in _TEXT_FILES:
            return _from_cells(list(_csv_rows(path)), {}, path.name)
        if kind in _SHEET_FILES:
            return _from_cells(*sheet_rows(path, sheet), path.name)
        return _from_frame(read_parquet(path))
    except OSError as error:
        why = error.strerror or error
        raise InvalidInputError(f"{path.name:.60} cannot be read: {why}") from error


def _from_cells(cells: list[list[Any]], faults: Faults, name: str) -> Table:
    """Make a table of rows of cells whose first row is the header."""
    if not cells:
        raise InvalidInputError(f"{name} is empty; the first row must name the columns")
    header = ["" if cell is None else label(cell) for cell in cells[0]]
    problems = [
        InputProblem(f"column {header[at]!r} is there twice", 1)
        for at in range(len(header))
        if header[at] and header[at] in header[:at]
    ]
    width = len(header)
    kept: list[list[Any]] = []
    rows: list[int] = []
    for number, row in enumerate(cells[1:], 2):
        if all(cell is None or cell == "" for cell in row):
            continue  # blank lines are normal at the end of exported files
        if any(cell not in (None, "") for cell in row[width:]):
            hint = "put cells that hold the separator in double quotes"
            problems.append(
                InputProblem(f"{len(row)} cells, the header has {width}", number, hint=hint)
            )
        kept.append([*row[:width], *[None] * (width - len(row))])
        rows.append(number)
    by_column = zip(*kept, strict=True) if kept else ([] for _ in header)
    columns: dict[str, Sequence[Any]] = {}
    for title, column in zip(header, by_column, strict=True):
        if title:
            columns.setdefault(title, list(column))
        elif any(cell not in (None, "") for cell in column):
            problems.append(InputProblem("a column with data has no name in the header", 1))
    found = [
        InputProblem(fault, row + 1, header[column])
        for (row, column), fault in sorted(faults.items())
        if row and column < width
    ]
    return Table(columns, rows, tuple(problems), tuple(found))


_SEPARATORS = ",;\t|"

#: A first line by which Excel is told the separator; Excel's own rows are counted without it.
_EXCEL_SEPARATOR = re.compile(r"\"?sep=([^\w\"'\r\n])\"?\r?\n", re.IGNORECASE)


def _csv_rows(path: Path) -> Iterable[list[str]]:
    text = _decoded(path)
    told = _EXCEL_SEPARATOR.match(text)
    if told:
        text = text[told.end() :]
    dialect = _dialect(text.partition("\n")[0], told[1] if told else None)
    done = 0
    try:
        for row in csv.reader(io.StringIO(text, newline=""), strict=True, **dialect):
            yield row
            done += 1
    except csv.Error as error:
        text = f"{path.name} is not a readable CSV file: {error}"
        hint = f"close quotes, and write a quote within quotes twice: {2 * dialect['quotechar']}"
        raise InvalidInputError.from_problems([InputProblem(text, done + 1, hint=hint)]) from error


def _dialect(header: str, separator: str | None) -> dict[str, Any]:
    """Return how cells are separated and quoted, from the header alone.

    Cells may hold lists with other separators.
    """
    apostrophes = '"' not in header and re.search(rf"(^|[{_SEPARATORS}]) ?'", header)
    quote = "'" if apostrophes else '"'
    bare = re.sub(f"{quote}[^{quote}]*{quote}", "", header)
    separator = separator or max(_SEPARATORS, key=bare.count)
    spaced = 0 < bare.count(separator) == bare.count(separator + " ")
    return {"delimiter": separator, "quotechar": quote, "skipinitialspace": spaced}


def _decoded(path: Path) -> str:
    data = path.read_bytes()
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    problems = []
    for number, line in enumerate(data.splitlines(), 1):
        try:
            line.decode("utf-8")
        except UnicodeDecodeError as error:
            byte, shown = line[error.start], line.decode("utf-8", "replace")[:60]
            problems.append(InputProblem(f"byte 0x{byte:02x} is not UTF-8 in {shown!r}", number))
    if not problems:  # a character cut in two by a line break
        problems.append(InputProblem("the text is not UTF-8"))
    last = problems[-1]
    hint = f"save {path.name} as 'CSV UTF-8' and read it again"
    problems[-1] = InputProblem(last.message, last.row, hint=hint)
    raise InvalidInputError.from_problems(problems)
