"""The report as a workbook, one sheet for each table; text stays text (§C14)."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from rmatch.errors import MissingDependencyError
from rmatch.report.content import Content
from rmatch.report.lines import NotComputed

_MOST_LETTERS = 32_767  # in one cell
_HELPS = 3

#: Text is never read as a formula, a link or a number; infinities do not occur and would raise.
_OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}


@dataclass(frozen=True)
class Field:
    """A column of a sheet: its header, width in letters, and how its numbers are shown."""

    head: str
    width: int
    number: str = "General"


@dataclass(frozen=True)
class Sheet:
    """A sheet: its name, columns and rows; ``left`` columns stay in view."""

    name: str
    fields: Sequence[Field]
    rows: Sequence[Sequence[Any]]
    left: int = 1


def workbook(content: Content, title: str, dated: date) -> bytes:
    """Return the workbook as a file's content: the same for the same matching and day."""
    sheets = (
        _pairs(content),
        _unmatched(content),
        _costs(content),
        _kpis(content),
        _about(content, title, dated),
    )
    return book_of(sheets, title, dated)


def book_of(sheets: Sequence[Sheet], title: str, dated: date) -> bytes:
    """Return sheets as the content of a workbook."""
    try:
        import xlsxwriter
    except ImportError as error:
        raise MissingDependencyError(
            "writing Excel files needs xlsxwriter: pip install 'rmatch[excel]'; "
            "or write CSV: rmatch.export.write_csv(matching.to_records(), path)"
        ) from error
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, _OPTIONS) as book:
        book.set_properties({"title": title, "created": datetime.combine(dated, time())})
        for sheet in sheets:
            _write(book, sheet)
    return file.getvalue()


def _write(book: Any, sheet: Sheet) -> None:
    page = book.add_worksheet(sheet.name)
    head = book.add_format(
        {"bold": True, "bg_color": "#E4EEF6", "text_wrap": True, "valign": "top"}
    )
    for at, column in enumerate(sheet.fields):
        layout = {"num_format": column.number, "text_wrap": True, "valign": "top"}
        page.set_column(at, at, column.width, book.add_format(layout))
        page.write_string(0, at, column.head, head)
    for row, values in enumerate(sheet.rows, 1):
        for at, value in enumerate(values):
            if isinstance(value, int | float):
                page.write_number(row, at, value)
            elif value not in (None, ""):
                page.write_string(row, at, _fitting(str(value)))
    page.freeze_panes(1, sheet.left)
    page.autofilter(0, 0, max(len(sheet.rows), 1), len(sheet.fields) - 1)
    page.set_landscape()
    page.fit_to_pages(1, 0)
    page.repeat_rows(0)


def _fitting(text: str) -> str:
    """Return text that fits into a cell; what is cut off is said."""
    return text if len(text) <= _MOST_LETTERS else f"{text[: _MOST_LETTERS - 10]} ... (cut)"


# ---- the sheets ----------------------------------------------------------------------------------


def _pairs(content: Content) -> Sheet:
    named, about = content.names_differ, ", ".join(content.about)
    people = ["mentor id", "mentee id"] if named else []
    people += ["mentor", "mentee"]
    people += [f"mentor: {about}", f"mentee: {about}"] if about else []
    fields = [
        *(Field(head, 20) for head in people),
        *(Field(name.replace("_", " "), 12, "0.000") for name in ("score", *content.part_names)),
        Field("why", 60),
        Field("to review", 30),
    ]
    rows = [
        (
            *(line.ids if named else ()),
            line.mentor,
            line.mentee,
            *(line.beside if about else ()),
            line.score,
            *line.parts,
            "\n".join(line.why),
            "; ".join(line.review),
        )
        for line in content.pairs
    ]
    return Sheet("Pairs", fields, rows, left=4 if named else 2)


def _unmatched(content: Content) -> Sheet:
    fields = [
        Field("side", 9),
        Field("id", 14),
        Field("name", 22),
        Field("cause", 24),
        Field("why", 60),
        *(Field(f"what would help, {n}", 45) for n in range(1, _HELPS + 1)),
    ]
    rows: list[Sequence[Any]] = []
    for side in ("mentees", "mentors"):
        people = content.left_out[side]
        if isinstance(people, NotComputed):
            rows.append((side[:-1], "", "", "", str(people)))
            continue
        for person in people:
            helps = ("not computed",) if person.helps is None else person.helps[:_HELPS]
            cause = person.cause.name.lower().replace("_", " ")
            rows.append((side[:-1], person.id, person.name, cause, person.words, *helps))
    return Sheet("Unmatched", fields, rows, left=3)


def _costs(content: Content) -> Sheet:
    fields = [
        Field("rule", 50),
        Field("change", 50),
        Field("more mentees matched", 14, "+0;-0;0"),
        Field("more total score", 14, "+0.00;-0.00;0.00"),
        Field("fair share of all rules' cost", 16, "0.00"),
    ]
    if isinstance(content.costs, NotComputed):
        return Sheet("Rule costs", fields, [(str(content.costs),)])
    rows = [
        (line.rule, line.becomes or "dropped", line.mentees, line.score, line.share)
        for line in content.cost_lines
    ]
    return Sheet("Rule costs", fields, rows)


def _kpis(content: Content) -> Sheet:
    fields = [
        Field("family", 12),
        Field("figure", 24),
        Field("of", 24),
        Field("value", 12, "0.000"),
        Field("95 % from", 12, "0.000"),
        Field("95 % to", 12, "0.000"),
        Field("n", 9, "#,##0"),
        Field("formula", 60),
        Field("note", 30),
    ]
    if isinstance(content.kpis, NotComputed):
        return Sheet("KPIs", fields, [("", str(content.kpis))], left=2)
    rows = [
        (
            each.family,
            each.name.replace("_", " "),
            each.of,
            "hidden: too few" if each.suppressed else each.value,
            each.low,
            each.high,
            each.n,
            each.formula,
            each.note,
        )
        for each in content.kpis.figures
    ]
    return Sheet("KPIs", fields, rows, left=3)


def _about(content: Content, title: str, dated: date) -> Sheet:
    return Sheet(
        "About", [Field("what", 24), Field("value", 100)], [*_facts(content, title, dated)]
    )


def _facts(content: Content, title: str, dated: date) -> Iterator[tuple[str, Any]]:
    yield "title", title
    yield "date", dated.isoformat()
    yield "people", content.sharing
    for side, (have, every) in content.matched.items():
        yield f"{side} matched", f"{have} of {every}"
    yield from (("proof", said) for said in content.proof)
    yield from (("look at", note) for note in content.notes)
    yield from (("rule", rule) for rule in content.rules)
    yield from ((f"weight of {name.replace('_', ' ')}", value) for name, value in content.weights)
    for name, value in content.provenance.items():
        plain = (
            "; ".join(f"{k} {v}" for k, v in value.items()) if isinstance(value, dict) else value
        )
        yield name.replace("_", " "), "none" if plain is None else plain
