"""Everything wrong with people's data is found at once, by row, with what to do."""

import numpy as np
import pandas as pd
import pytest

import rmatch
from rmatch.reading import check_people


def problems(mentors, mentees=None, **options):
    """Return the texts of all problems of one or both sides."""
    sources = (mentors,) if mentees is None else (mentors, mentees)
    read = rmatch.read_roster if mentees is None else rmatch.match
    with pytest.raises(rmatch.InvalidInputError) as caught:
        read(*sources, **options)
    return [str(problem) for problem in caught.value.problems]


CELLS = [
    ({"level": "high"}, "column 'level': 'high' is no number"),
    ({"level": "3,5"}, "column 'level': '3,5' is no number (write a decimal point)"),
    ({"level": True}, "column 'level': True is no number"),
    ({"level": float("inf")}, "column 'level': inf is not a finite number"),
    ({"capacity": -1}, "column 'capacity': -1: whole numbers of at least 0 are allowed"),
    ({"capacity": 1.5}, "column 'capacity': 1.5: whole numbers of at least 0 are allowed"),
    ({"minimum": 2}, "column 'minimum': the minimum 2 is above the capacity 1"),
    ({"hours_per_month": -2}, "column 'hours_per_month': -2: numbers of at least 0 are allowed"),
    ({"consent": "maybe"}, "column 'consent': 'maybe' is neither yes nor no"),
    (
        {"active_to": "31/01/2026"},
        "column 'active_to': '31/01/2026' is no date (write it as 2026-01-31)",
    ),
    (
        {"timezone": "Europe/Pari"},
        "column 'timezone': 'Europe/Pari' is no IANA time zone (did you mean 'Europe/Paris'?)",
    ),
    (
        {"working_hours": "9 to noon"},
        "column 'working_hours': '9 to noon' are no working hours (write 09:00-17:00)",
    ),
    (
        {"birth_year": 1850},
        "column 'birth_year': 1850: years of birth from 1900 to 2026 are allowed",
    ),
    ({"age": 7}, "column 'age': 7: ages from 14 to 100 are allowed"),
    ({"age": "old"}, "column 'age': 'old' is no age (write 54, 25-34, 65+ or under 18)"),
    ({"level": 10**400}, f"column 'level': {'1' + 59 * '0'} is not a finite number"),
    ({"skills": "Python:9"}, "column 'skills': 'Python': level 9 is outside 1 to 5"),
    (
        {"skills": "Python:6"},
        "column 'skills': 'Python': level 6 is outside 1 to 5 (scale='0-7' allows it)",
    ),
    (
        {"skills": "Python:4; SQL"},
        "column 'skills': 'SQL' has no level (levels go from 1 to 5: 'Python:4')",
    ),
    (
        {"skills": "Python:expert"},
        "column 'skills': 'Python': 'expert' is no number (write the level as in 'Python:4')",
    ),
    (
        {"skills": "SQL:2; Python:3, Go"},
        (
            "column 'skills': 'Python': '3, Go' is no number (write the level as in 'Python:4', "
            "and separate the items of a column all alike)"
        ),
    ),
    (
        {"skills": {"Python": 4, "python ": 3}},
        "column 'skills': 'Python' is there twice with different levels",
    ),
    (
        {"values": "pace:4; calm"},
        (
            "column 'values': 'calm' has no level (values are answers with a level, 'pace:4'; "
            "labels go into 'interests')"
        ),
    ),
    ({"vetoes": True}, "column 'vetoes': True is no list (write items separated by ';')"),
    ({"skills": 12}, "column 'skills': 12 is no list (write items separated by ';')"),
    ({"goals": "AI:9"}, "column 'goals': 'AI': level 9 is outside 1 to 5"),
    (
        {"goals": "AI:4*0"},
        "column 'goals': goal 'AI' has importance 0; it must be above 0 and at most 1,000,000",
    ),
    (
        {"goals": "AI:4*1e308"},
        "column 'goals': goal 'AI' has importance 1e+308; it must be above 0 and at most 1,000,000",
    ),
    (
        {"goals": {"AI": {"target": 3, "weight": 2}}},
        "column 'goals': 'AI' has ['weight']; target and importance are allowed",
    ),
    (
        {"languages": "French:X1"},
        "column 'languages': 'French': level 'X1'; A1, A2, B1, B2, C1, C2 and native are allowed",
    ),
    ({"site": ["Oslo"]}, "column 'site': ['Oslo'] is no single value"),
    ({"id": None}, "column 'id': the id is missing"),
    ({"manager": "x"}, "column 'manager': the reporting line runs in a circle: x -> x"),
]


@pytest.mark.parametrize(("cells", "message"), CELLS, ids=[text[:40] for _, text in CELLS])
def test_a_bad_cell_is_named_with_its_row(cells, message):
    """Each way a cell can be wrong gives its place, its value and what is allowed."""
    found = problems([{"id": "ok"}, {"id": "x", **cells}], as_of=2026)
    assert found == [f"row 2, {message}"]


def test_all_problems_of_both_sides_come_at_once():
    """One run shows the whole list, sorted by side and row."""
    found = problems(
        [{"id": "a", "age": "old"}, {"id": "a", "level": "x"}],
        [{"id": "s", "manager": "t"}, {"id": "t", "manager": "s", "capacity": "two"}],
    )
    assert found == [
        "mentees, row 1, column 'manager': the reporting line runs in a circle: s -> t -> s",
        "mentees, row 2, column 'capacity': 'two' is no number",
        "mentors, row 1, column 'age': 'old' is no age (write 54, 25-34, 65+ or under 18)",
        "mentors, row 1, column 'id': the id 'a' is in rows 1, 2 (every person once per side)",
        "mentors, row 2, column 'level': 'x' is no number",
    ]


def test_a_misnamed_header_is_a_problem_with_a_suggestion():
    """A misspelt column would otherwise be silently ignored."""
    found = problems([{"id": "a", "skils": "AI", "mangager": "b", "shoe size": 3}])
    assert [text.partition(" (")[2].partition("?")[0] for text in found] == [
        "did you mean 'skills'",
        "did you mean 'manager'",
    ]
    kept = rmatch.read_roster([{"id": "a", "skils": "AI"}], rename={"skils": "skils"})
    assert kept[0].extra == {"skils": "AI"}


def test_a_table_without_ids_lists_its_columns():
    """Without ids nobody can be told apart."""
    assert problems([{"name": "a"}]) == ["no column 'id'; there are: name"]


def test_an_empty_side_is_a_problem():
    """Nobody on a side is a mistake in the data, not an empty answer."""
    assert problems([], [{"id": "s", "goals": "AI"}]) == ["mentors: nobody is on this side"]


def test_one_person_on_both_sides_is_one_person():
    """The same id with two levels is two truths about one person."""
    (found,) = problems([{"id": "x", "level": 2}], [{"id": "x", "level": 5}])
    assert found == (
        "mentors, row 1, column 'level': 'x' has level 2.0 among mentors and 5.0 among mentees "
        "(row 1) (the same id on both sides is one person)"
    )


def test_unknown_roles_are_named():
    """A role that is none of the three, or missing, is named by row."""
    with pytest.raises(rmatch.InvalidInputError) as caught:
        rmatch.read_people([{"id": "a", "role": "boss"}, {"id": "b", "role": None}])
    assert [str(problem) for problem in caught.value.problems] == [
        "row 1, column 'role': the role is 'boss'; mentor, mentee and both are allowed",
        "row 2, column 'role': the role is missing; mentor, mentee and both are allowed",
    ]


def test_an_unknown_scale_is_refused():
    """The scales there are, are listed."""
    with pytest.raises(rmatch.InvalidInputError, match="scale='1-10'; allowed are 'auto', '1-5'"):
        rmatch.read_roster([], scale="1-10")


def test_spellings_that_only_look_alike_stay_apart_until_told():
    """Near-misses are reported, never merged; a synonym map merges them on request.

    Proposed is the name that more people use.
    """
    people = [{"id": "a", "skills": "PowerBI"}, {"id": "b", "skills": "Power BI; power bi"}]
    assert set(rmatch.read_roster(people).ragged("skills").labels) == {"Power BI", "PowerBI"}
    report = check_people(mentors=people, mentees=[{"id": "s", "goals": "PowerBI"}])
    assert [str(warning) for warning in report.warnings] == [
        (
            "'PowerBI' and 'Power BI' count as two skills "
            "(if they are one, use synonyms={'Power BI': 'PowerBI'})"
        )
    ]
    merged = rmatch.read_roster(people, synonyms={"PowerBI": "Power BI"})
    assert merged.ragged("skills").labels == ("Power BI",)


@pytest.mark.parametrize(
    ("column", "cells", "rows"),
    [
        ("skills", ["Python, R", "AI; SQL"], [1]),
        ("skills", ["AI|SQL", "AI; Excel", "Excel\nAI"], [1, 3]),
        ("skills", ["AI:3, SQL:4", "ai:3; SQL:2", "AI:3, SQL:4"], [1, 3]),
        ("skills", ["AI, SQL; Excel", "AI; SQL", "Excel; Word"], [1]),
        ("goals", ["AI*2, SQL*2", "AI; SQL"], [1]),
        ("languages", ["English:C1, French:B2", "English; German"], [1]),
        ("vetoes", ["c, b", "c; a", "c, b"], [1, 3]),
        ("slots", ["Mon 9, Tue 10", "Mon 9; Tue 10"], [1]),
        ("skills", ["Go, the game", "Go, the game; AI"], []),
        ("skills", ["Go, the game", "Go; AI", "Go, the game"], []),
        ("skills", ["Go, the game; AI", "Go; SQL"], []),
        ("skills", ['["Go, the game", "AI"]', ["Go"]], []),
        ("skills", ["AI,", "SQL; R"], []),
        ("skills", ["Python, R", "AI, SQL"], []),
    ],
)
def test_a_list_with_another_separator_than_its_column_is_told(column, cells, rows):
    """A column has one separator. What is one name for it, and may be several, is never split."""
    people = [{"id": who, column: cell} for who, cell in zip("abc", cells, strict=False)]
    report = check_people(people)
    assert [warning.row for warning in report.warnings] == rows
    assert all("counts as one name" in warning.message for warning in report.warnings)
    assert all(warning.column == column for warning in report.warnings)


def test_a_matching_notes_names_that_may_be_several():
    """What people are vetoed is for nobody to read (§C11)."""
    mentors = [{"id": "m", "skills": "AI; SQL"}]
    mentees = [
        {"id": "s", "goals": "AI, SQL", "vetoes": "y, z"},
        {"id": "t", "goals": "AI; SQL", "vetoes": "y; z"},
    ]
    notes = rmatch.match(mentors, mentees).notes
    several = "1 name in {} may be several, written with another separator than others'{}"
    assert several.format("goals", ", such as 'AI, SQL'") in notes
    assert several.format("vetoes", "") in notes


def test_the_spelling_does_not_depend_on_the_order_of_rows():
    """The most frequent spelling is shown, ties by the alphabet."""
    people = [{"id": str(at), "site": site} for at, site in enumerate(["OSLO", "Oslo", "oslo"])]
    assert {rmatch.read_roster(order)[0].site for order in (people, people[::-1])} == {"OSLO"}


def test_check_reports_what_match_would_refuse_and_more():
    """The report holds the same problems, and warnings that do not stop a match."""
    report = check_people(
        mentors=[{"id": "m", "skills": "SQL", "manager": "boss", "shoe": 3}],
        mentees=[{"id": "s", "goals": "SQLite; SQL", "level": "x"}],
    )
    assert not report.ok
    assert [str(problem) for problem in report.problems] == [
        "mentees, row 1, column 'level': 'x' is no number"
    ]
    assert [str(warning) for warning in report.warnings] == [
        "mentees, column 'goals': nobody can teach 'SQLite', a goal of 1 person (row 1)",
        (
            "mentors, row 1, column 'manager': the manager 'boss' is nobody's id "
            "(fine if they do not take part)"
        ),
        "mentors, column 'shoe': no known field; kept for your own rules",
    ]
    assert report.to_dict()["people"] == {"mentors": 1, "mentees": 1}


def test_people_without_skills_or_goals_are_counted():
    """Nobody can be taught by them, or teach them: better known before."""
    mentors = [{"id": "m1", "skills": "AI:4"}, {"id": "m2", "skills": ""}, {"id": "m3"}]
    mentees = [{"id": "s1", "goals": "AI:3"}, {"id": "s2", "goals": ""}]
    report = check_people(mentors=mentors, mentees=mentees)
    assert [str(warning) for warning in report.warnings] == [
        "mentors, column 'skills': 2 people have none (rows 2, 3)",
        "mentees, column 'goals': 1 person has none (row 2)",
    ]
    notes = rmatch.match(mentors, mentees).notes
    assert {"2 mentors have no skills", "1 mentee has no goals"} <= {*notes}


def test_check_never_raises_for_bad_data(tmp_path):
    """An unreadable file is a report too."""
    path = tmp_path / "people.csv"
    path.write_bytes(b"id,name\n1,Zo\xeb\n")
    report = check_people(path)
    assert [problem.row for problem in report.problems] == [2]


def test_a_capacity_beyond_all_people_is_no_limit():
    """A very large number is what people write for "as many as you like"."""
    mentors = [{"id": "m", "skills": "AI:4", "capacity": 1e300}]
    mentees = [{"id": "s", "goals": "AI"}, {"id": "t", "goals": "AI"}]
    assert len(rmatch.match(mentors, mentees).pairs) == 2


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        ({"skills": {"AI": [1]}}, "column 'skills': 'AI': [1] is no number"),
        ({"goals": {"AI": [4, 2]}}, "column 'goals': 'AI': [4, 2] is no number"),
        ({"skills": np.array([["AI", 4]], dtype=object)}, "is no single value"),
        ({"skills": {"AI": {"level": 4, "years": 2}}}, "'AI' has ['years']; level is allowed"),
        ({"skills": ":4"}, "an item with a level has no name"),
        ({"skills": [{"level": 4}]}, "an item with a level has no name"),
        ({"skills": {None: 4}}, "an item with a level has no name"),
        ({"goals": "*2"}, "an item with a level has no name"),
        ({"skills": '{"AI": 4, "AI": 2}'}, "'AI' is there twice in {...}"),
        ({"skills": 50_000 * "["}, "begins like JSON but is not"),
        ({"interests": np.array(5)}, "array(5) is no list"),
        ({"skills": {("AI", 4, 2)}}, "('AI', 4, 2) is no pair of name and level"),
        ({"age": "30,50"}, "column 'age': '30,50' is no number (write a decimal point)"),
        ({"working_hours": "24:30-08:00"}, "'24:30-08:00' are no working hours"),
        ({"department": b"IT"}, "b'IT' is bytes, no text (decode it first)"),
        ({"id": "\u200b"}, "the id is missing"),
        ({"hours_from": 9}, "column 'hours_from': rmatch makes a column of this name of"),
        ({"birth_latest": 1990}, "column 'birth_latest': rmatch makes a column of this name of"),
        ({"level": "1_000"}, "column 'level': '1_000' is no number"),
        ({"level": b"1_0"}, "column 'level': b'1_0' is no number"),
        ({"level": "-infinity"}, "column 'level': '-infinity' is not a finite number"),
        ({"level": "1e400"}, "column 'level': '1e400' is not a finite number"),
        ({"skills": "AI:1_0"}, "column 'skills': 'AI': '1_0' is no number"),
        ({"goals": "AI:4*1_0"}, "column 'goals': 'AI': '1_0' is no number"),
        ({"level": np.complex128(3 + 4j)}, "column 'level': np.complex128(3+4j) is no number"),
        ({"level": np.array(3j)}, "column 'level': array(0.+3.j) is no number"),
        ({"skills": {"AI": np.complex64(3)}}, "'AI': np.complex64(3+0j) is no number"),
        ({"badge": 3j}, "column 'badge': 3j is no number"),
        ({"skills": "AI:3; n/a:2"}, "an item with a level has no name"),
        ({"age": "1e400"}, "column 'age': '1e400': ages from 14 to 100 are allowed"),
        ({"age_band": "under 14"}, "column 'age_band': 'under 14': ages from 14 to 100"),
        ({"age_band": "over 110"}, "column 'age_band': 'over 110': ages from 14 to 100"),
        ({"age_band": "9" * 5000}, "999: ages from 14 to 100 are allowed"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_what_used_to_pass_or_to_fail_without_a_word(cells, message):
    """Each of these gave a traceback, or lost or misread what was written."""
    assert message in "\n".join(problems([{"id": "ok"}, {"id": "x", **cells}]))


def test_missing_items_of_a_list_are_nobody_and_nothing():
    """Nulls of data frames and JSON, and "n/a" in a list, are no skill so called, and no veto."""
    people = [
        {"id": "a", "skills": [None, "AI", float("nan")], "vetoes": [None, "b"]},
        {"id": "b", "skills": '[null, "AI"]', "vetoes": [pd.NA]},
        {"id": "c", "skills": "AI; N/A ; -", "vetoes": "none; b"},
        {"id": "d", "skills": ["none", "AI"], "preferences": "none; b"},
    ]
    roster = rmatch.read_roster(people)
    assert [person.skills for person in roster] == 4 * [{"AI": 1.0}]
    assert [set(person.vetoes) for person in roster] == [{"b"}, set(), {"b"}, set()]
    assert roster[3].preferences == ("b",)


@pytest.mark.parametrize("level", ["４", "４.0", "٤"])
def test_digits_of_any_script_are_digits(level):
    (person,) = rmatch.read_roster([{"id": "a", "level": level, "skills": f"AI:{level}"}])
    assert (person.level, person.skills) == (4, {"AI": 4})


def test_an_id_that_is_no_text_is_told_once():
    assert problems([{"id": b"a"}, {"id": ["b"]}, {"id": None}, {"id": "n/a"}, {"id": 5}]) == [
        "row 1, column 'id': b'a' is bytes, no text (decode it first)",
        "row 2, column 'id': ['b'] is no single value",
        "row 3, column 'id': the id is missing",
        "row 4, column 'id': the id is missing",
    ]


def test_spaces_around_a_list_say_nothing():
    """JSON after a space was a skill called '["AI"]', and a gap between spaces one called n/a."""
    one, other = rmatch.read_roster(
        [{"id": 1, "skills": ' ["AI"]\n'}, {"id": 2, "skills": " n/a "}]
    )
    assert (one.skills, other.skills) == ({"AI": 1.0}, {})


def test_separators_within_json_are_those_of_nobody_else():
    """A semicolon in a label of JSON made one skill of the next person's two."""
    people = [{"id": "a", "skills": '["R; S"]'}, {"id": "b", "skills": "Python, SQL"}]
    one, other = rmatch.read_roster(people)
    assert (set(one.skills), set(other.skills)) == ({"R; S"}, {"Python", "SQL"})


def test_a_set_may_hold_anything_that_names():
    """Numbers and text have no order, which is no reason for a traceback."""
    (person,) = rmatch.read_roster([{"id": "a", "interests": {1, "jazz", None}}])
    assert person.interests == {"1", "jazz"}


def test_an_age_written_with_a_decimal_point_is_no_band():
    """A column of ages that had a gap is written 54.0; 30.50 is half a year, not 30 to 50."""
    one, other = rmatch.read_roster(
        [{"id": 1, "age": "54.0"}, {"id": 2, "age": "30.50"}], as_of=2026
    )
    assert (one.birth_year, other.birth_year) == (1972, 1995.5)


def test_marks_of_no_width_make_no_other_person():
    with pytest.raises(rmatch.InvalidInputError, match="in rows 1, 2"):
        rmatch.read_roster([{"id": "a"}, {"id": "\ufeffa\u200b"}])


@pytest.mark.parametrize("source", [{"id": 5}, {"id": "a", "level": "7"}, {"id": b"a"}])
def test_one_person_as_a_dict_is_no_table(source):
    with pytest.raises(rmatch.InvalidInputError, match="a dict holds a list for each column"):
        rmatch.read_roster(source)


def test_no_column_is_lost_by_renaming():
    """Two columns of one name would be one column without a word; a misspelt header too."""
    people = [{"id": "a", "x": 1, "y": 2}]
    for rename in ({"x": "z", "y": "z"}, {"x": "y"}):
        with pytest.raises(rmatch.InvalidInputError, match="two columns are"):
            rmatch.read_roster(people, rename=rename)
    with pytest.raises(rmatch.InvalidInputError, match="rename: there is no column 'X2'"):
        rmatch.read_roster(people, rename={"X2": "z"})
    with pytest.raises(rmatch.InvalidInputError, match="rename: there is no column 'X2'"):
        rmatch.match(people, people, rename={"X2": "z"})
    matching = rmatch.match(  # a column of one side is renamed on that side
        [{"id": "m", "can": "AI:4"}], [{"id": "s", "goals": "AI:4"}], rename={"can": "skills"}
    )
    assert matching.score == 1


def test_the_role_may_be_written_like_any_header():
    mentors, mentees = rmatch.read_people(
        [{"ID": "a", "Role": "mentor"}, {"ID": "b", "Role": "both"}]
    )
    assert (mentors.ids, mentees.ids) == (("a", "b"), ("b",))


@pytest.mark.parametrize(
    "options", [{"as_of": -1}, {"as_of": 10**9}, {"sheet": 1.5}, {"sheet": True}, {"sheet": -1}]
)
def test_options_of_reading_are_checked(options):
    (name,) = options
    with pytest.raises(rmatch.InvalidInputError, match=f"{name}={options[name]}; "):
        rmatch.read_roster([{"id": "a"}], **options)
