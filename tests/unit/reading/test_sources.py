"""Every source of people gives the same roster."""

import datetime as dt
import pickle
from decimal import Decimal

import narwhals
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import rmatch
from rmatch.columns import Numbers
from rmatch.errors import InvalidInputError
from rmatch.people import Roster
from rmatch.reading import roster_to_records

PEOPLE = [
    {
        "id": "007",
        "name": "Ana",
        "level": 6,
        "skills": "Python:4; SQL:2",
        "goals": "AI:4*2; Excel",
        "capacity": 2,
        "trained": "yes",
        "active_from": "2026-01-31",
        "site": "Oslo",
        "cost_centre": 12,
    },
    {
        "id": "008",
        "name": "Bo",
        "level": None,
        "skills": "python:3",
        "goals": None,
        "capacity": 1,
        "trained": "no",
        "active_from": None,
        "site": "oslo ",
        "cost_centre": 7,
    },
]
EXPECTED = [
    {
        "id": "007",
        "name": "Ana",
        "skills": {"Python": 4.0, "SQL": 2.0},
        "goals": {
            "AI": {"target": 4.0, "importance": 2.0},
            "Excel": {"target": None, "importance": 1.0},
        },
        "level": 6,
        "site": "Oslo",
        "capacity": 2,
        "trained": True,
        "active_from": "2026-01-31",
        "cost_centre": 12,
    },
    {
        "id": "008",
        "name": "Bo",
        "skills": {"Python": 3.0},
        "site": "Oslo",
        "trained": False,
        "cost_centre": 7,
    },
]


def write(path, people):
    """Write people as a file of the path's kind."""
    frame = pd.DataFrame(people)
    if path.suffix == ".csv":
        frame.to_csv(path, index=False)
    elif path.suffix == ".tsv":
        frame.to_csv(path, index=False, sep="\t")
    elif path.suffix == ".xlsx":
        frame.to_excel(path, index=False, engine="xlsxwriter")
    else:
        frame.to_parquet(path)
    return path


SOURCES = {
    "dicts": lambda tmp: PEOPLE,
    "generator": lambda tmp: (dict(person) for person in PEOPLE),
    "columns": lambda tmp: {key: [person[key] for person in PEOPLE] for key in PEOPLE[0]},
    "pandas": lambda tmp: pd.DataFrame(PEOPLE),
    "polars": lambda tmp: pl.DataFrame(PEOPLE),
    "polars lazy": lambda tmp: pl.DataFrame(PEOPLE).lazy(),
    "pyarrow": lambda tmp: pa.Table.from_pylist(PEOPLE),
    "narwhals": lambda tmp: narwhals.from_native(pl.DataFrame(PEOPLE)),
    "csv": lambda tmp: write(tmp / "people.csv", PEOPLE),
    "csv as text": lambda tmp: str(write(tmp / "people.csv", PEOPLE)),
    "tsv": lambda tmp: write(tmp / "people.tsv", PEOPLE),
    "excel": lambda tmp: write(tmp / "people.xlsx", PEOPLE),
    "parquet": lambda tmp: write(tmp / "people.parquet", PEOPLE),
}


@pytest.mark.parametrize("source", SOURCES.values(), ids=SOURCES)
def test_every_source_reads_alike(source, tmp_path):
    """The same people come out of any source: ids keep zeros, labels have one spelling."""
    roster = rmatch.read_roster(source(tmp_path))
    records = roster_to_records(roster)
    assert records == EXPECTED
    assert roster.ids == ("007", "008")


def test_persons_read_back(tmp_path):
    """A roster's own people make the same roster, and so do its records."""
    roster = rmatch.read_roster(PEOPLE)
    for source in (list(roster), roster_to_records(roster)):
        assert roster_to_records(rmatch.read_roster(source)) == EXPECTED


def test_people_taken_from_a_roster_are_the_same_people():
    """Also those taken from people who were taken; somebody with another id is somebody else."""
    roster = rmatch.read_roster(
        [{"id": f"m{k}", "level": k, "skills": {"AI": 1 + k}} for k in range(5)]
    )
    some = roster[1:][np.array([3, 0])]
    assert some.ids == ("m4", "m1")
    assert [person.skills for person in some] == [{"AI": 5}, {"AI": 2}]
    assert some[0] is roster[4]
    assert some.numbers("level").values.tolist() == [4, 1]
    assert some.ragged("skills").counts.tolist() == [1, 1]
    assert roster.take(np.arange(5)) is roster
    renamed = Roster(("a", "b"), some.columns, some.scale)
    assert [person.id for person in renamed] == ["a", "b"]
    grown = some.replace(level=Numbers(np.array([7.0, 8.0])))
    assert [person.level for person in grown] == [7, 8]
    stored = pickle.loads(pickle.dumps(some))
    assert [person.level for person in stored] == [4, 1]


def test_a_roster_is_returned_as_it_is():
    """Reading twice does not copy."""
    roster = rmatch.read_roster(PEOPLE)
    assert rmatch.read_roster(roster) is roster


def test_a_bom_a_semicolon_and_blank_lines_are_read(tmp_path):
    """What spreadsheets write as CSV reads without being told: BOM, semicolons, blank lines."""
    path = tmp_path / "people.csv"
    path.write_bytes("\ufeffid;Full Name;skills\n1;Zoë;a|b\n;;\n2;Bo;b\n".encode())
    roster = rmatch.read_roster(path)
    assert [(person.id, person.name) for person in roster] == [("1", "Zoë"), ("2", "Bo")]
    assert roster[0].skills == {"a": 1.0, "b": 1.0}


def test_excel_numbers_are_ids_and_dates_are_dates(tmp_path):
    """Spreadsheets keep ids as floats and dates as dates."""
    people = [{"id": 123.0, "active_to": dt.date(2026, 3, 1), "age": 41}]
    roster = rmatch.read_roster(write(tmp_path / "people.xlsx", people), as_of=2026)
    assert roster[0].id == "123"
    assert roster[0].active_to == "2026-03-01"
    assert roster[0].birth_year == 1985


def test_a_sheet_is_chosen_by_name(tmp_path):
    """A workbook with several sheets says which there are."""
    path = tmp_path / "book.xlsx"
    with pd.ExcelWriter(path, engine="xlsxwriter") as book:
        pd.DataFrame([{"id": "a"}]).to_excel(book, sheet_name="2025", index=False)
        pd.DataFrame([{"id": "b"}]).to_excel(book, sheet_name="2026", index=False)
    assert rmatch.read_roster(path).ids == ("a",)
    assert rmatch.read_roster(path, sheet="2026").ids == ("b",)
    with pytest.raises(rmatch.InvalidInputError, match=r"no sheet '2027'; there are: \['2025'"):
        rmatch.read_roster(path, sheet="2027")


def test_roles_make_two_sides():
    """One table with a role column is both sides; who is both is on both."""
    mentors, mentees = rmatch.read_people(
        [{"id": "a", "role": "Mentor"}, {"id": "b", "role": "both"}, {"id": "c", "role": "learns"}]
    )
    assert (mentors.ids, mentees.ids) == (("a", "b"), ("b", "c"))


@pytest.mark.parametrize(
    ("source", "message"),
    [
        (42, "cannot read people from int"),
        ("people.pdf", "files of type '.pdf' cannot be read"),
        ("nobody.csv", "there is no file 'nobody.csv'"),
        ([{"id": "a"}, 7], "row 2: int 7 is no person"),
        ({"id": ["a"], "level": [1, 2]}, "columns have different lengths"),
        (pd.DataFrame([["a", "b"]], columns=["id", "id"]), "two columns have one name"),
        (pd.DataFrame({("a", "id"): ["x"]}), "no column 'id'"),
    ],
)
def test_sources_that_cannot_be_read_say_so(source, message):
    """A wrong source is named, with what is allowed."""
    with pytest.raises(rmatch.InvalidInputError, match=message):
        rmatch.read_roster(source)


@pytest.mark.parametrize("name", ["broken.xlsx", "broken.parquet"])
def test_broken_files_are_named(name, tmp_path):
    """A file that is not what its name says gives our error, not a library's."""
    path = tmp_path / name
    path.write_text("not a workbook")
    with pytest.raises(rmatch.InvalidInputError, match=f"{name} is not a readable"):
        rmatch.read_roster(path)


def test_mixed_encodings_name_every_line(tmp_path):
    """A file that is partly Latin-1 is refused with all bad lines and the way out."""
    path = tmp_path / "people.csv"
    path.write_bytes(b"id,name\n1,Zo\xeb\n2,Bo\n3,Ren\xe9\n")
    with pytest.raises(rmatch.InvalidInputError, match="CSV UTF-8") as caught:
        rmatch.read_roster(path)
    assert [problem.row for problem in caught.value.problems] == [2, 4]


def test_cells_beyond_the_header_are_named(tmp_path):
    """A row with more cells than the header is a quoting mistake, not data to drop."""
    path = tmp_path / "people.csv"
    path.write_text("id,skills\n1,a\n2,a,b\n")
    with pytest.raises(rmatch.InvalidInputError, match="row 3: 3 cells, the header has 2"):
        rmatch.read_roster(path)


@pytest.mark.parametrize("row", ['2,"open', '2,"shut"x'])
def test_a_row_with_bad_quotes_is_named(row, tmp_path):
    """Whoever has to close a quote must know where."""
    path = tmp_path / "people.csv"
    path.write_text(f"id,name\n1,Bo\n{row}\n")
    with pytest.raises(rmatch.InvalidInputError, match=r"row 3: .* is not a readable CSV"):
        rmatch.read_roster(path)


@pytest.mark.parametrize(
    "text",
    [
        "sep=;\r\nid;name;skills\r\n1;Zo, E;AI, SQL\r\n",
        "SEP=^\nid^name^skills\n1^Zo, E^AI, SQL\n",
        '"sep=\t"\nid\tname\tskills\n1\tZo, E\tAI, SQL\n',
        "'id','name','skills'\n'1','Zo, E','AI, SQL'\n",
        "sep=,\n'id','name','skills'\n'1','Zo, E','AI, SQL'\n",
        "'id'; 'name'; 'skills'\n1; 'Zo, E'; AI, SQL\n",
        'id, "name", skills\n1, "Zo, E", "AI, SQL"\n',
        'id;"name, or, a, b, c";name;skills\n1;;Zo, E;AI, SQL\n',
        'id,name,skills,"\'quoted, \'"\n1,"Zo, E","AI, SQL"\n',
    ],
)
def test_the_header_says_how_cells_are_separated_and_quoted(text, tmp_path):
    """Excel's own first line sep=; is honoured, and a header in apostrophes is read."""
    path = tmp_path / "people.csv"
    path.write_bytes(text.encode())
    (person,) = rmatch.read_roster(path)
    assert (person.id, person.name, set(person.skills)) == ("1", "Zo, E", {"AI", "SQL"})


def test_a_header_of_one_column_in_apostrophes_is_read(tmp_path):
    path = tmp_path / "people.csv"
    path.write_text("'id'\n'a, b'\n")
    assert rmatch.read_roster(path).ids == ("a, b",)


def test_rows_are_counted_as_excel_shows_them(tmp_path):
    """Excel does not show the line that tells it the separator."""
    path = tmp_path / "people.csv"
    path.write_text("sep=;\nid;level\na;1\nb;high\n")
    with pytest.raises(rmatch.InvalidInputError, match="row 3, column 'level': 'high'"):
        rmatch.read_roster(path)


def test_apostrophes_in_names_are_apostrophes(tmp_path):
    path = tmp_path / "people.csv"
    path.write_text("id,name,mentor's site,mentee's site\n1,O'Neil,'t Zand,Oslo\n")
    (person,) = rmatch.read_roster(path)
    assert (person.name, person.get("mentor's site")) == ("O'Neil", "'t Zand")


def test_lists_are_written_in_many_ways():
    """Text with any separator, JSON, mappings and sequences are the same list."""
    ways = [
        {"interests": "chess; jazz", "skills": "AI:4; SQL:2", "preferences": "b; a"},
        {"interests": ["jazz", "chess"], "skills": {"SQL": 2, "AI": 4}, "preferences": ["b", "a"]},
        {
            "interests": {"jazz", "chess"},
            "skills": [("AI", 4), ("SQL", 2)],
            "preferences": ("b", "a"),
        },
        {
            "interests": '["chess", "jazz"]',
            "skills": '{"AI": 4, "SQL": 2}',
            "preferences": '["b", "a"]',
        },
        {
            "interests": "jazz;chess",
            "skills": [{"skill": "AI", "level": 4}, {"name": "SQL", "level": "2"}],
            "preferences": "b;a",
        },
    ]
    roster = rmatch.read_roster([{"id": str(at), **way} for at, way in enumerate(ways)])
    for person in roster:
        assert person.interests == {"chess", "jazz"}
        assert person.skills == {"AI": 4, "SQL": 2}
        assert person.preferences == ("b", "a")


def test_every_known_field_reads_into_the_person():
    """One person with everything comes out as it went in."""
    (person,) = rmatch.read_roster(
        [
            {
                "id": "x",
                "birth_year": (1968, 1970),
                "languages": "English; French:B2",
                "timezone": "Asia/Kolkata",
                "working_hours": "9-17:30",
                "values": "pace:3",
                "vetoes": "b",
                "slots": "mon am; tue pm",
                "needs": "captions",
                "accepts": "captions; stairs",
                "hours_per_month": 2.5,
                "tenure_months": "18",
                "consent": "y",
                "country": "Norway",
                "department": "Sales",
                "manager": "b",
            }
        ]
    )
    assert person.birth_year == (1968, 1970)
    assert person.languages == {"English": "C2", "French": "B2"}
    assert (person.timezone, person.working_hours) == ("Asia/Kolkata", "09:00-17:30")
    assert person.values == {"pace": 3}
    assert (person.vetoes, person.slots) == ({"b"}, {"mon am", "tue pm"})
    assert (person.needs, person.accepts) == ({"captions"}, {"captions", "stairs"})
    assert (person.hours_per_month, person.tenure_months, person.consent) == (2.5, 18, True)
    assert (person.country, person.department, person.manager) == ("Norway", "Sales", "b")


def test_column_names_that_are_no_text_are_read():
    """A frame with a column named by a number is a frame all the same."""
    assert rmatch.read_roster(pd.DataFrame({"id": ["x"], 2026: ["y"]}))[0].get("2026") == "y"


def test_merged_cells_stand_in_each_of_their_rows(tmp_path):
    """A department written once beside three people is that of all three."""
    import xlsxwriter

    path = tmp_path / "merged.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["id", "department"])
        sheet.write_column(1, 0, ["a", "b", "c"])
        sheet.merge_range(1, 1, 3, 1, "Law")
    assert [person.department for person in rmatch.read_roster(path)] == ["Law"] * 3


def test_a_block_of_merged_cells_stands_in_its_first_column(tmp_path):
    import xlsxwriter

    path = tmp_path / "block.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["id", "site", "department"])
        sheet.write_column(1, 0, ["a", "b"])
        sheet.merge_range(1, 1, 2, 2, "Paris")
    assert [person.site for person in rmatch.read_roster(path)] == ["Paris"] * 2


def test_the_first_sheet_that_is_not_hidden_is_read(tmp_path):
    import xlsxwriter

    path = tmp_path / "sheets.xlsx"
    with xlsxwriter.Workbook(path) as book:
        for name in ("old", "new"):
            book.add_worksheet(name).write_column(0, 0, ["id", name])
        book.worksheets()[1].activate()
        book.worksheets()[0].hide()
    assert rmatch.read_roster(path).ids == ("new",)
    assert rmatch.read_roster(path, sheet="old").ids == ("old",)


def test_cells_that_show_an_error_hold_no_value(tmp_path):
    """A veto that is looked up in vain is no missing veto; where nobody reads it, it may stay."""
    import xlsxwriter

    path = tmp_path / "errors.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["id", "vetoes", "level", "desk"])
        sheet.write_column(1, 0, ["a", "b", "c"])
        sheet.write_formula(1, 1, '=VLOOKUP("a",A1:B3,2,0)', None, "#N/A")
        sheet.write_formula(2, 2, "=1+1", None, "")  # as a program writes it
        sheet.write_formula(3, 2, "=1+1", None, 2)
        sheet.write_formula(3, 3, "=1/0", None, "#DIV/0!")
    with pytest.raises(InvalidInputError) as error:
        rmatch.read_roster(path)
    assert [(each.row, each.column, each.message) for each in error.value.problems] == [
        (2, "vetoes", "the cell shows the error #N/A"),
        (3, "level", "the formula in the cell was never calculated"),
    ]


def test_numbers_of_a_database_are_numbers():
    """Decimals are numbers, in ids and in fields that rmatch does not know."""
    people = [
        {"id": Decimal(7), "level": Decimal("3.5"), "floor": Decimal("2.0")},
        {"id": Decimal(8), "level": Decimal("NaN"), "floor": Decimal("2.5")},
    ]
    roster = rmatch.read_roster(people)
    assert roster.ids == ("7", "8")
    assert [person.level for person in roster] == [3.5, None]
    assert [person.extra["floor"] for person in roster] == [2, 2.5]


def test_a_point_that_somebody_wrote_stays():
    """Only a column in which every whole number has a ".0" was written by a program."""
    assert rmatch.read_roster([{"id": "1.0"}, {"id": "2.5"}]).ids == ("1.0", "2.5")
    assert rmatch.read_roster([{"id": "1.0"}, {"id": "2.0"}]).ids == ("1", "2")


def test_the_nulls_of_a_struct_are_no_skills(tmp_path):
    """In a column of structs everybody has every name; a file of one is read like the frame."""
    people = [{"id": "a", "skills": {"AI": 4}}, {"id": "b", "skills": {"SQL": 3}}]
    frame = pl.DataFrame(people, infer_schema_length=None)
    path = tmp_path / "people.parquet"
    frame.write_parquet(path)
    for source in (frame, path):
        skills = [person.skills for person in rmatch.read_roster(source)]
        assert skills == [{"AI": 4}, {"SQL": 3}]
