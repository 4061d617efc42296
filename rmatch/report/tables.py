"""Tables with a caption, header cells and, for long ones, search, sort and filter in the page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from rmatch.report.markup import Markup, join, tag


@dataclass(frozen=True)
class Column:
    """A column: its header, how it is laid out, and whether the page can sort by it."""

    head: str
    kind: str = ""  # "num" stands on the right
    width: str = ""
    sort: bool = True


@dataclass(frozen=True)
class Cell:
    """A cell: what is shown, and what it is sorted by where that is something else."""

    shown: Any
    by: float | str | None = None
    kind: str = ""


@dataclass(frozen=True)
class Row:
    """A row of cells (or of plain values), with the labels that filters look for."""

    cells: Sequence[Any]
    labels: Sequence[str] = field(default_factory=tuple)
    kind: str = ""


def table(
    caption: str,
    columns: Sequence[Column],
    rows: Iterable[Row],
    *,
    name: str | None = None,
    filters: Sequence[tuple[str, str]] = (),
) -> Markup:
    """Return a table.

    Parameters
    ----------
    caption
        What it shows; read out before it.
    columns, rows
        The first cell of each row is its header.
    name
        An id. With one, the page gets a search field, sorting by header and, from ``filters``
        (label, what is said), a choice.
    """
    head = tag("tr", *(_header(column) for column in columns))
    body = [
        tag(
            "tr",
            *(_cell(cell, columns[at], first=at == 0) for at, cell in enumerate(row.cells)),
            class_=row.kind or None,
            data_labels=" ".join(row.labels) or None,
        )
        for row in rows
    ]
    widths = [tag("col", style=f"width:{column.width}" if column.width else None)
              for column in columns]  # fmt: skip
    whole = tag(
        "table",
        tag("caption", caption),
        tag("colgroup", *widths) if any(column.width for column in columns) else None,
        tag("thead", head),
        tag("tbody", *body),
        id=name,
        class_="wide" if name else None,
        data_tools=bool(name),
    )
    scroll = tag("div", whole, class_="scroll long" if name else "scroll", role="region",
                 aria_label=caption, tabindex=0)  # fmt: skip
    if name is None:
        return scroll
    more = tag("button", "List all", type="button", data_more=name, hidden=True, class_="more")
    return join(_tools(name, len(body), filters), scroll, more)


def _tools(name: str, rows: int, filters: Sequence[tuple[str, str]]) -> Markup:
    """Return search and filter, which do nothing without the script: it shows them."""
    find = tag("label", "Search ", tag("input", type="search", data_search=name))
    options = [tag("option", "All", value=""), *(tag("option", said, value=label)
               for label, said in filters)]  # fmt: skip
    choose = tag("label", "Show ", tag("select", *options, data_filter=name)) if filters else None
    status = tag("p", f"{rows:,} {'row' if rows == 1 else 'rows'}", role="status", data_status=name)
    return tag("div", find, choose, status, class_="tools", hidden=True)


def _header(column: Column) -> Markup:
    return tag("th", column.head, scope="col", class_=column.kind or None, data_sort=column.sort)


def _cell(cell: Any, column: Column, *, first: bool) -> Markup:
    if not isinstance(cell, Cell):
        cell = Cell(cell)
    kind = " ".join(filter(None, (column.kind, cell.kind)))
    return tag(
        "th" if first else "td",
        cell.shown,
        scope="row" if first else None,
        class_=kind or None,
        data_by=cell.by,
    )
