"""The workbook, opened again with another library: sheets, numbers, and text that stays text."""

from __future__ import annotations

import builtins
import re
import zipfile
from datetime import date

import pytest
from python_calamine import CalamineWorkbook

import rmatch
from tests.unit.report.people import FORMULA, IMAGE, SCRIPT, hostile

DAY = date(2026, 11, 25)


def sheets(file):
    """Every sheet as (header, records)."""
    book = CalamineWorkbook.from_path(str(file))
    found = {}
    for name in book.sheet_names:
        head, *rows = book.get_sheet_by_name(name).to_python()
        found[name] = [dict(zip(head, row, strict=True)) for row in rows]
    return found


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    return hostile().to_excel(tmp_path_factory.mktemp("book") / "result.xlsx", dated=DAY)


def test_pairs_are_there_with_numbers_as_numbers(file):
    """Score and parts are numbers that add up; people have names and ids."""
    matching = hostile()
    rows = sheets(file)["Pairs"]
    assert {(row["mentor id"], row["mentee id"]) for row in rows} == {
        (pair.mentor, pair.mentee) for pair in matching.pairs
    }
    for row in rows:
        parts = [row[name.replace("_", " ")] for name in matching.part_names]
        assert row["score"] == pytest.approx(sum(parts))
    assert {row["mentor"] for row in rows} <= {SCRIPT, FORMULA, "Lu"}


def test_unmatched_costs_and_figures_are_what_the_answers_say(file):
    """Each sheet against the call it comes from."""
    matching, found = hostile(), sheets(file)
    left = {(row["side"], row["id"]) for row in found["Unmatched"]}
    assert left == {
        *(("mentee", each.id) for each in matching.unmatched_mentees),
        *(("mentor", each.id) for each in matching.unmatched_mentors),
    }
    (mentee,) = (row for row in found["Unmatched"] if row["side"] == "mentee")
    remedies = matching.why_unmatched(mentee["id"]).remedies
    assert mentee["what would help, 1"] == remedies[0].words
    costs = {(row["rule"], row["change"]): row for row in found["Rule costs"]}
    asked = matching.rule_costs()
    assert len(costs) == len(asked.changes)
    for change in asked.changes:
        row = costs[change.asks, change.becomes or "dropped"]
        assert row["more mentees matched"] == change.outcome.mentees - asked.now.mentees
        assert row["more total score"] == change.outcome.score - asked.now.score
    rates = [row for row in found["KPIs"] if row["figure"] == "match rate"]
    assert [row["value"] for row in rates] == ["hidden: too few"] * len(rates)
    assert rates
    about = {row["what"]: row["value"] for row in found["About"]}
    assert about["date"] == "2026-11-25"
    assert about["data"] == matching.problem.fingerprint


def test_no_formula_and_no_link_is_in_the_file(file):
    """Names that begin like formulas are strings in every sheet, whatever opens them."""
    with zipfile.ZipFile(file) as packed:
        pages = [name for name in packed.namelist() if name.startswith("xl/worksheets/")]
        assert len([name for name in pages if name.endswith(".xml")]) == 5
        for name in pages:
            text = packed.read(name).decode()
            assert not re.search(r"<f[ >]|<hyperlink", text)
        strings = packed.read("xl/sharedStrings.xml").decode()
    assert "<script" not in strings
    assert "=HYPERLINK(" in strings
    cells = [cell for row in sheets(file)["Pairs"] for cell in row.values()]
    assert {SCRIPT, IMAGE, FORMULA} <= {*cells}


def test_the_sheets_are_ready_to_use(file):
    """Frozen header, filter and widths on each sheet; scores with three places."""
    with zipfile.ZipFile(file) as packed:
        for at in range(1, 6):
            text = packed.read(f"xl/worksheets/sheet{at}.xml").decode()
            for mark in ('state="frozen"', "<autoFilter", "customWidth"):
                assert mark in text
        assert "0.000" in packed.read("xl/styles.xml").decode()


def test_the_same_matching_gives_the_same_file(file, tmp_path):
    """Nothing in it depends on the clock but the day that is asked for."""
    problem = hostile().problem
    first, second = (rmatch.solve(problem) for _ in range(2))
    object.__setattr__(second, "seconds", first.seconds)
    one = first.to_excel(tmp_path / "one.xlsx", dated=DAY)
    other = second.to_excel(tmp_path / "other.xlsx", dated=DAY)
    assert one.read_bytes() == other.read_bytes()
    with zipfile.ZipFile(one) as packed:
        assert "2026-11-25T00:00:00Z" in packed.read("docProps/core.xml").decode()


def test_pseudonyms_leave_no_name_and_no_id(tmp_path):
    """All sheets, shared strings and properties."""
    file = hostile().to_excel(tmp_path / "coded.xlsx", pseudonymise="key")
    found = sheets(file)
    assert "mentor id" not in found["Pairs"][0]
    assert all(row["mentor"].startswith("P-") for row in found["Pairs"])
    cells = "\n".join(str(cell) for rows in found.values() for row in rows for cell in row.values())
    for person in ("m-1", "m-2", "s-1", "s-2", "s-3", "Eve", "Zoë", "HYPERLINK"):
        assert not re.search(rf"(?<![\w-]){re.escape(person)}(?![\w-])", cells)


def test_long_text_is_cut_and_says_so(tmp_path):
    """A cell holds 32,767 letters; xlsxwriter would leave a longer text out without a word."""
    skills = [f"skill {n} {chr(97 + n % 26) * 180}" for n in range(200)]
    matching = rmatch.match([{"id": "a", "skills": skills}], [{"id": "b", "goals": skills}])
    why = sheets(matching.to_excel(tmp_path / "long.xlsx"))["Pairs"][0]["why"]
    assert why.endswith("... (cut)")
    assert len(why) == 32_767


def test_a_file_that_is_there_is_kept(tmp_path):
    """As with the page."""
    file = tmp_path / "result.xlsx"
    file.write_text("mine")
    with pytest.raises(FileExistsError, match="force=True"):
        hostile().to_excel(file)
    assert file.read_text() == "mine"
    assert hostile().to_excel(file, force=True).stat().st_size > 1000


def test_without_the_package_the_error_names_the_extra(tmp_path, monkeypatch):
    """And what can be had without."""
    real = builtins.__import__

    def missing(name, *rest, **options):
        if name == "xlsxwriter":
            raise ImportError(name)
        return real(name, *rest, **options)

    monkeypatch.setattr(builtins, "__import__", missing)
    with pytest.raises(rmatch.MissingDependencyError, match=r"rmatch\[excel\].*write_csv"):
        hostile().to_excel(tmp_path / "result.xlsx")
    assert list(tmp_path.iterdir()) == []
