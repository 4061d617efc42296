"""Workbooks (Excel, OpenDocument) as rows of raw cells, and the cells that hold no value."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

from rmatch.errors import InvalidInputError, MissingDependencyError

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

#: What is wrong with a cell, by its row and column in the sheet, from 0.
Faults = dict[tuple[int, int], str]


def sheet_rows(path: Path, sheet: str | int | None) -> tuple[list[list[Any]], Faults]:
    """Return the rows of a sheet, by default the first that is not hidden, and its faulty cells."""
    try:
        from python_calamine import CalamineError, CalamineWorkbook, SheetVisibleEnum
    except ImportError as error:
        raise MissingDependencyError(
            "reading Excel files needs python-calamine: pip install 'rmatch[excel]'; "
            "or save the sheet as CSV UTF-8"
        ) from error
    try:
        book = CalamineWorkbook.from_path(str(path))
    except CalamineError as error:
        raise InvalidInputError(f"{path.name} is not a readable workbook: {error}") from error
    shown = [each.name for each in book.sheets_metadata if each.visible == SheetVisibleEnum.Visible]
    chosen = _chosen(path, book.sheet_names, shown, sheet)
    cells = book.get_sheet_by_name(chosen)
    rows: list[list[Any]] = cells.to_python(skip_empty_area=False)
    for (top, left), (bottom, _) in cells.merged_cell_ranges or ():
        for row in rows[top + 1 : bottom + 1] if top else ():
            row[left] = rows[top][left]  # a cell that people merged stands in each of their rows
    while rows and all(cell == "" for cell in rows[-1]):
        rows.pop()
    return rows, dict(_faults(path, chosen)) if zipfile.is_zipfile(path) else {}


def _chosen(path: Path, names: list[str], shown: list[str], sheet: str | int | None) -> str:
    if sheet is None:
        return [*shown, *names][0]
    if isinstance(sheet, str):
        if sheet not in names:
            raise InvalidInputError(f"{path.name} has no sheet {sheet!r}; there are: {names}")
        return sheet
    if not 0 <= sheet < len(names):
        raise InvalidInputError(
            f"{path.name} has the sheets {names}, counted from 0; sheet={sheet} is none of them"
        )
    return names[sheet]


def _faults(path: Path, sheet: str) -> Iterator[tuple[tuple[int, int], str]]:
    """Yield the cells of an Excel sheet that show an error, or a formula never calculated.

    To the reader of workbooks both are empty: a veto looked up in vain would be no veto.
    """
    with zipfile.ZipFile(path) as book:
        part = _part(book, sheet)
        data = b"" if part is None else book.read(part)
    if b't="e"' not in data and b"f>" not in data:  # most sheets: nothing to look for
        return
    row = column = -1
    for event, element in ET.iterparse(io.BytesIO(data), ("start", "end")):
        tag = _name(element)
        if tag == "row" and event == "start":
            row, column = int(element.get("r", row + 2)) - 1, -1
        elif tag == "row":
            element.clear()
        elif tag == "c" and event == "end":
            stated = _column(element.get("r"))
            column = column + 1 if stated is None else stated
            if fault := _fault(element):
                yield (row, column), fault


def _fault(cell: Element) -> str:
    value = next((part.text for part in cell if _name(part) == "v"), None)
    if cell.get("t") == "e":
        return f"the cell shows the error {value}"
    formula = any(_name(part) == "f" for part in cell)
    if formula and not value and cell.get("t") != "str":  # a formula may well give an empty text
        return "the formula in the cell was never calculated"
    return ""


def _column(reference: str | None) -> int | None:
    """Return the column of a reference: 0 for A7, 27 for AB7."""
    letters = "".join(filter(str.isalpha, reference or ""))
    number = 0
    for letter in letters:
        number = 26 * number + ord(letter) - ord("A") + 1
    return number - 1 if letters else None


def _part(book: zipfile.ZipFile, sheet: str) -> str | None:
    """Return where in an Excel file a sheet is; ``None`` in files of other kinds."""
    try:
        listed, targets = (
            ET.fromstring(book.read(f"xl/{name}"))
            for name in ("workbook.xml", "_rels/workbook.xml.rels")
        )
    except KeyError:
        return None
    where = {each.get("Id"): each.get("Target", "") for each in targets}
    for each in listed.iter():
        if _name(each) == "sheet" and each.get("name") == sheet:
            number = next((v for k, v in each.attrib.items() if k.endswith("}id")), None)
            part = str(PurePosixPath("/xl") / where.get(number, ""))[1:]
            return part if part in book.namelist() else None
    return None


def _name(element: Element) -> str:
    return element.tag.rpartition("}")[2]
