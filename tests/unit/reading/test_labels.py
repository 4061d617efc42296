"""Labels and columns of one's own: what is a label, a number, missing or no text at all."""

from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

import rmatch
from rmatch.audit.groups import read_groups
from rmatch.reading import check_people
from rmatch.rules import Same


def people(mentors, mentees):
    """Return both sides with these cells in a column of their own."""
    return (
        [{"id": f"m{at}", "skills": "AI:4", "code": cell} for at, cell in enumerate(mentors)],
        [{"id": f"s{at}", "goals": "AI:4", "code": cell} for at, cell in enumerate(mentees)],
    )


def values(side):
    return [person.get("code") for person in rmatch.read_roster(side)]


def file_of(side, path):
    pd.DataFrame(side).to_csv(path, index=False)
    return path


@pytest.mark.parametrize(
    ("mentors", "mentees", "pairs"),
    [
        (["0042", "4200"], ["4200"], {("m1", "s0")}),
        (["0042", "4200"], [4200.0, None], {("m1", "s0")}),
        ([4200], ["A1", "4200"], {("m0", "s1")}),
        ([4200, 7], ["4200", None], {("m0", "s0")}),
        ([None], ["A1"], set()),
    ],
)
def test_what_is_a_label_on_one_side_is_one_on_both(mentors, mentees, pairs):
    """As it is in one table; who else is there decides nothing for those who stay."""
    sides = people(mentors, mentees)
    read = tuple(map(rmatch.read_roster, sides))
    table = [person | {"role": role} for role, side in zip(("mentor", "mentee"), sides, strict=True)
             for person in side]  # fmt: skip
    for both in (sides, read, (read[0], sides[1]), (sides[0], read[1]), rmatch.read_people(table)):
        matching = rmatch.match(*both, rules=[Same("code", missing="fail")])
        assert {(pair.mentor, pair.mentee) for pair in matching.pairs} == pairs


def test_a_number_among_labels_is_the_text_that_was_written(tmp_path):
    mentors, mentees = people(["2.50", "A1"], ["2.50", "3.00"])
    files = [file_of(side, tmp_path / f"{side[0]['id']}.csv") for side in (mentors, mentees)]
    for both in ((mentors, mentees), files):
        assert len(rmatch.match(*both, rules=[Same("code")])) == 1
    assert values(mentees) == [2.5, 3.0]


@pytest.mark.parametrize("kind", [str, int, Decimal, np.int64])
def test_codes_that_no_float_holds_stay_apart(kind):
    """Two legal entities with codes of 18 digits became one."""
    one, other = "123456789012345678", "123456789012345679"
    assert values(people([kind(one), kind(other)], [])[0]) == [one, other]
    assert len(rmatch.match(*people([kind(one)], [kind(other)]), rules=[Same("code")])) == 0
    assert values(people([kind("12"), kind(2**53)], [])[0]) == [12, 2**53]


def test_fractions_that_a_float_tells_are_numbers():
    written = [
        "0.1",
        "2.50",
        "-3.0",
        "9007199254740991",
        Decimal("1e3"),
        np.float32(0.5),
        0.1 + 0.2,
    ]
    for cell in written:
        assert values(people([cell], [])[0]) == [float(cell)]
    assert values(people(["0.10000000000000000001", "0.1"], [])[0]) == [
        "0.10000000000000000001",
        "0.1",
    ]


@pytest.mark.parametrize("cell", ["NA", "Na", "Null", "Nan", "NAN", "Nat"])
def test_names_and_labels_that_look_like_nothing_are_what_they_say(cell):
    """Namibia was no country, and Ms Null had no name; ids and levels so written are missing."""
    cells = {"name": cell, "country": cell, "code": cell, "manager": cell, "level": cell}
    one, other = rmatch.read_roster([{"id": "a", **cells}, {"id": "b", "code": "A1"}])
    assert (one.name, one.country, one.get("code")) == (cell, cell, cell)
    assert (one.manager, one.level, other.country) == (None, None, None)
    assert read_groups({"a": {"born in": cell}})["born in"] == {"a": cell}
    with pytest.raises(rmatch.InvalidInputError, match="the id is missing"):
        rmatch.read_roster([{"id": cell}])


@pytest.mark.parametrize(
    "cell",
    ["", " - ", "?", "n/a", "N/A", "#N/A", "<NA>", "nan", "NaN", "NaT", "null", "NULL", "None",
     "none", "na", None, float("nan"), pd.NaT, pd.NA, np.datetime64("NaT")],
    ids=repr,
)  # fmt: skip
def test_what_says_nothing_is_missing_in_names_and_labels(cell):
    one, _ = rmatch.read_roster(
        [{"id": "a", "name": cell, "country": cell, "code": cell}, {"id": "b", "code": "A1"}]
    )
    assert (one.name, one.country, one.get("code")) == (None, None, None)


def test_na_says_nothing_in_a_column_of_numbers_or_alone():
    assert values(people(["NA", "3"], [])[0]) == [None, 3]
    mentors, mentees = people(["NA", "NA"], ["NA", "DE"])
    assert values(mentors) == [None, None]
    matching = rmatch.match(mentors, mentees, rules=[Same("code", missing="fail")])
    assert matching.partners("s0")
    assert not matching.partners("s1")


def test_labels_that_look_like_nothing_are_told():
    """Programs such as R write NA for nothing; then everybody without a site would share one."""
    mentors, mentees = people(["A1", "NA"], ["NA", "NA"])
    told = "'NA' counts as a label ({}) (leave the cell empty where nothing is known)"
    report = check_people(mentors=mentors, mentees=mentees)
    assert {str(warning) for warning in report.warnings} >= {
        f"mentors, column 'code': {told.format('row 2')}",
        f"mentees, column 'code': {told.format('rows 1, 2')}",
    }
    note = "'NA' counts as a label in code (3 times); leave the cell empty where nothing is known"
    assert note in rmatch.match(mentors, mentees).notes


HALF = "Ana \ud83d"  # of an emoji that was cut in two


@pytest.mark.parametrize(
    ("column", "cell"),
    [
        *((name, HALF) for name in ("id", "name", "site", "manager", "timezone", "badge")),
        *(("skills", cell) for cell in (HALF, f"AI; {HALF}", {HALF: 3}, [HALF], '["\\ud83d"]')),
        ("vetoes", [HALF]),
    ],
    ids=repr,
)
def test_half_a_character_is_refused_by_row(column, cell):
    """It was read, and then no report, workbook or calendar could be written."""
    with pytest.raises(rmatch.InvalidInputError) as caught:
        rmatch.read_roster([{"id": "\U0001f600"}, {"id": "x", column: cell}])
    (found,) = map(str, caught.value.problems)
    assert found.startswith(f"row 2, column {column!r}: ")
    assert "is no text that can be stored: it holds half of a character (write it" in found
    found.encode()


def test_half_a_character_in_a_header_is_refused():
    with pytest.raises(rmatch.InvalidInputError, match=r"the name of a column, 'Ana .*; rename it"):
        rmatch.read_roster([{"id": "a", HALF: 1}])
