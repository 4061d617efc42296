"""What commands write: each a whole file, all of them or none, and nothing without being asked."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

import typer

from rmatch.cli.options import choice, option
from rmatch.errors import InvalidInputError

if TYPE_CHECKING:
    from rmatch.answers.answer import Answer
    from rmatch.export import Content
    from rmatch.matching import Matching

Rows = Sequence[Mapping[str, Any]]
#: What each file is, and its content.
Files: TypeAlias = "dict[Path, tuple[str, Content]]"

KINDS = (".csv", ".xlsx", ".parquet", ".json")
_PAGES = (".html", ".htm")
_FILES = "Files"


def _is_table(path: Path) -> None:
    if path.suffix.lower() not in KINDS:
        raise InvalidInputError(f"{path} ends in {path.suffix!r}; allowed are {', '.join(KINDS)}")


def _is_page(path: Path) -> None:
    if path.suffix.lower() not in _PAGES:
        raise InvalidInputError(f"{path} ends in {path.suffix!r}; a report is a .html file")


Out = Annotated[
    Path | None,
    option(
        "--out",
        "Write the table here: .csv, .xlsx, .parquet or .json.",
        _FILES,
        metavar="FILE",
        callback=choice(_is_table),
    ),
]
Pairs = Annotated[
    Path,
    typer.Option(
        "--out",
        "-o",
        help="Where to write the pairs: .csv, .xlsx, .parquet or .json.",
        metavar="FILE",
        rich_help_panel=_FILES,
        callback=choice(_is_table),
    ),
]
Force = Annotated[bool, option("--force", "Overwrite files that are there.", _FILES)]


@dataclass(frozen=True, kw_only=True)
class Pages:
    """The files about a whole matching."""

    report: Annotated[
        Path | None,
        option(
            "--report",
            "Write a page for those who run the programme, .html.",
            _FILES,
            metavar="FILE",
            callback=choice(_is_page),
        ),
    ] = None
    evidence: Annotated[
        Path | None,
        option(
            "--evidence",
            "Write a pack of evidence, a folder or a .zip file.",
            _FILES,
            metavar="PATH",
        ),
    ] = None
    force: Force = False

    def check(self, out: Path | None, *inputs: Path) -> None:
        """Raise before any work where a file cannot be written in the end."""
        from rmatch.export import check_apart, check_target
        from rmatch.report.evidence import FILES, MANIFEST

        pack = dict.fromkeys((*FILES, MANIFEST), b"")
        check_apart([path for path in (out, self.report, self.evidence) if path], inputs)
        for path in (out, self.report):
            if path is not None:
                check_target(path, b"", force=self.force)
        if self.evidence is not None:
            check_target(self.evidence, b"" if _is_zip(self.evidence) else pack, force=self.force)

    def files(self, matching: Matching, out: Path | None, groups: Any = None) -> Files:
        """Return everything that was asked for about a matching."""
        made: Files = {}
        with TemporaryDirectory() as folder:
            draft = Path(folder)
            if out is not None:
                what = f"{len(matching):,} pair{'' if len(matching) == 1 else 's'}"
                made[out] = (
                    f"{what} with scores and reasons", pairs_as(matching, out.suffix.lower())
                )  # fmt: skip
            if self.report is not None:
                page = matching.report(draft / "report.html")
                made[self.report] = ("report", page.read_bytes())
            if self.evidence is not None:
                name = "pack.zip" if _is_zip(self.evidence) else "pack"
                pack = matching.evidence(draft / name, groups=groups)
                made[self.evidence] = (
                    "evidence",
                    pack.read_bytes()
                    if pack.is_file()
                    else {part.name: part.read_bytes() for part in sorted(pack.iterdir())},
                )
        return made


def check_out(out: Path | None, *inputs: Path, force: bool) -> None:
    """Raise before any work where a table cannot be written in the end."""
    from rmatch.export import check_apart, check_target

    if out is not None:
        check_apart([out], inputs)
        check_target(out, b"", force=force)


def table_file(answer: Answer, out: Path | None) -> Files:
    """Return the table of an answer, where asked for."""
    if out is None:
        return {}
    return {out: ("table", table_as(answer.rows(), answer.to_dict, out.suffix.lower()))}


def write_all(files: Files, *, force: bool) -> list[str]:
    """Write files, all or none, and return a sentence about each."""
    from rmatch.export import write_together

    written = write_together({path: each[1] for path, each in files.items()}, force=force)
    return [
        f"{what} {'written to' if path in written else 'already in'} {path}"
        for path, (what, _) in files.items()
    ]


def pairs_as(matching: Matching, kind: str) -> bytes:
    """Return the pairs as the content of a file of some kind; scores rounded in CSV."""
    if kind == ".xlsx":
        with TemporaryDirectory() as folder:
            return matching.to_excel(Path(folder) / "pairs.xlsx").read_bytes()
    from rmatch.pair_table import column_names

    rows = [
        {name: round(cell, 4) if isinstance(cell, float) else cell for name, cell in row.items()}
        for row in matching.to_records()
    ]
    return table_as(rows, matching.to_dict, kind, column_names(matching))


def table_as(rows: Rows, record: Callable[[], Any], kind: str, header: Sequence[str] = ()) -> bytes:
    """Return rows as CSV, Excel or parquet, or the whole ``record`` as JSON."""
    from rmatch.export import csv_bytes

    if kind == ".json":
        text = json.dumps(record(), indent=2, ensure_ascii=False, allow_nan=False)
        return f"{text}\n".encode()
    names = list(header or dict.fromkeys(name for row in rows for name in row))
    cells = [{name: _cell(row.get(name)) for name in names} for row in rows]
    if kind == ".csv":
        return csv_bytes(cells, names)
    if kind == ".parquet":
        return _parquet(cells, names)
    return _excel(cells, names)


def _cell(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return "; ".join(map(str, value))
    return str(value) if isinstance(value, dict) else value


def _excel(rows: Rows, names: Sequence[str]) -> bytes:
    from rmatch.report.workbook import Field, Sheet, book_of

    today = date.today()  # noqa: DTZ011 - the writer's own day
    cells = [[row[name] for name in names] for row in rows]
    return book_of([Sheet("Table", [Field(name, 20) for name in names], cells)], "Table", today)


def _parquet(rows: Rows, names: Sequence[str]) -> bytes:
    from rmatch.frames import write_parquet

    with TemporaryDirectory() as folder:
        path = Path(folder) / "table.parquet"
        write_parquet({name: [row[name] for row in rows] for name in names}, path)
        return path.read_bytes()


def _is_zip(path: Path) -> bool:
    return path.suffix.lower() == ".zip"
