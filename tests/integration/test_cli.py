"""The command line as a user meets it: what it prints, writes and returns."""

from __future__ import annotations

import csv
import json

import pytest

import rmatch
from rmatch.cli import main

PEOPLE = """\
id,name,role,level,skills,goals,birth_year,manager,vetoes
m1,Ana,mentor,1,AI:4; SQL:3,,1999,s2,
m2,=Ben,mentor,2,AI:3; Cloud:5,,1997,,
m3,Cyd,mentor,2,Excel:5,Leadership:4,1995,,
s1,Dan,mentee,6,AI:1; Leadership:5,AI:4; Cloud:3,1968,,
s2,Eve,mentee,5,Leadership:4,AI:3,1970,s1,m2
"""
RULES = ("--generation-gap", "15", "--seniority-gap", "2", "--teaching-margin", "1")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder of its own, with a small people.csv."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "people.csv").write_text(PEOPLE, encoding="utf-8")
    return tmp_path


@pytest.fixture
def run(capsys):
    """Run one command; return its exit code, output and error output."""

    def call(*arguments):
        with pytest.raises(SystemExit) as end:
            main(arguments)
        shown = capsys.readouterr()
        return end.value.code or 0, shown.out, shown.err

    return call


def pairs(path):
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_the_demo_says_what_a_programme_owner_asks(folder, run):
    """Who is matched, how well, who is not and why, the proof, and the alternatives."""
    code, out, _ = run("demo")
    assert code == 0
    for words in (
        "247 of 317 mentees (78%) have a mentor",
        "ODbL",
        "BEST PAIRS",
        "WEAKEST PAIRS",
        "WHO HAS NO PAIR, AND WHY",
        "0 violations",
        "no other set of pairs can be better",
        "first come, first served",
        "random (20 draws, mean)",
    ):
        assert words in out
    assert len(pairs(folder / "pairs.csv")) == 247


def test_piped_output_is_plain(folder, run):
    """Into a file or a mail: no colours, no box drawing, no line wider than 100."""
    _, out, _ = run("demo")
    assert out.isascii()
    assert "\x1b" not in out
    assert max(map(len, out.splitlines())) <= 100


def test_the_demo_may_be_repeated_but_spares_other_files(folder, run):
    """Its own pairs.csv is no conflict; somebody else's is never overwritten without --force."""
    run("demo")
    assert run("demo")[0] == 0
    (folder / "pairs.csv").write_text("my own list")
    code, _, err = run("demo")
    assert (code, (folder / "pairs.csv").read_text()) == (2, "my own list")
    assert "--force" in err
    assert run("demo", "--force")[0] == 0
    assert len(pairs(folder / "pairs.csv")) == 247


def test_json_is_the_only_thing_on_standard_output(folder, run):
    """A program reads the whole output; messages go to standard error."""
    code, out, err = run("demo", "--json")
    record = json.loads(out)
    assert (code, len(record["pairs"])) == (0, 247)
    assert record["objective"] == record["bound"]
    best, *others = (row["score, total"] for row in record["comparison"]["strategies"])
    assert best == record["score"]
    assert max(others) < best
    assert "pairs.csv" in err


def test_check_finds_nothing_wrong_in_good_data(folder, run):
    """Exit code 0 means that the file can be matched."""
    code, out, _ = run("check", "people.csv")
    assert (code, out) == (0, "3 mentors and 2 mentees: the data can be matched.\n")


def test_check_lists_every_problem_and_exits_1(folder, run):
    """All bad rows at once, each with its row as the spreadsheet shows it."""
    bad = PEOPLE.replace("level,skills", "lvel,skills").replace("AI:4; SQL:3", "AI:9")
    (folder / "bad.csv").write_text(bad.replace("1999", "soon"), encoding="utf-8")
    code, out, _ = run("check", "bad.csv")
    assert code == 1
    assert "did you mean 'level'?" in out
    assert "row 2, column 'birth_year': 'soon' is no number" in out
    assert "level 9 is outside 1 to 5" in out
    code, out, _ = run("check", "bad.csv", "--json")
    report = json.loads(out)
    assert (code, report["ok"], len(report["problems"])) == (1, False, 3)


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00", b"id,role\n"])
def test_check_of_a_file_without_people_says_why(folder, run, content):
    """Empty, not UTF-8, or a header only: a sentence each, and exit code 1."""
    (folder / "none.csv").write_bytes(content)
    code, out, _ = run("check", "none.csv")
    assert code == 1
    assert "the data cannot be matched yet" in out
    assert "PROBLEM" in out


def test_match_gives_what_python_gives(folder, run):
    """The command line is a thin layer: same pairs, same scores."""
    code, out, _ = run("match", "people.csv", *RULES)
    assert code == 0
    mentors, mentees = rmatch.read_people(folder / "people.csv")
    rules = [
        rmatch.rules.GenerationGap(15),
        rmatch.rules.SeniorityGap(2),
        rmatch.rules.TeachingMargin(1),
        rmatch.rules.Vetoes(),
        rmatch.rules.ReportingLine(unknown_managers="head"),
    ]
    expected = rmatch.match(mentors, mentees, rules=rules)
    assert [(row["mentor"], row["mentee"]) for row in pairs(folder / "pairs.csv")] == [
        (pair.mentor, pair.mentee) for pair in expected.pairs
    ]
    assert "1 of 2 mentees (50%) have a mentor" in out


def test_vetoes_and_reporting_lines_hold_without_being_asked_for(folder, run):
    """Protecting data is never ignored: whoever could teach Eve reports to her or is vetoed."""
    run("match", "people.csv", "--teaching-margin", "1")
    assert [row["mentee"] for row in pairs(folder / "pairs.csv")] == ["s1"]


def test_a_veto_is_never_named(folder, run):
    """Private lists stay private in everything that is shown or written."""
    _, out, err = run("match", "people.csv", *RULES)
    assert "veto" not in (out + err).replace("nobody's private vetoes or needs", "")
    assert "veto" not in (folder / "pairs.csv").read_text(encoding="utf-8-sig")


def test_two_files_instead_of_one(folder, run):
    """Each side may come in its own file."""
    rows = PEOPLE.splitlines()
    (folder / "a.csv").write_text("\n".join([rows[0], *rows[1:4]]).replace(",mentor,", ",x,"))
    (folder / "b.csv").write_text("\n".join([rows[0], *rows[4:]]).replace(",mentee,", ",x,"))
    code, _, _ = run("match", "--mentors", "a.csv", "--mentees", "b.csv", *RULES)
    assert code == 0
    assert [row["mentor"] for row in pairs(folder / "pairs.csv")] == ["m2"]


def test_match_stops_before_the_work_where_the_file_is_there(folder, run):
    """Nobody waits for a result that cannot be written."""
    (folder / "pairs.csv").write_text("my own list")
    code, out, err = run("match", "people.csv")
    assert (code, out) == (2, "")
    assert "pairs.csv is there already" in err
    assert (folder / "pairs.csv").read_text() == "my own list"


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("mach",), 2, "Did you mean 'match'?"),
        (("match",), 2, "give one file PEOPLE"),
        (("match", "--mentors", "people.csv"), 2, "both --mentors FILE and --mentees FILE"),
        (("check", "nobody.csv"), 2, "there is no file 'nobody.csv'"),
        (("match", "people.csv", "--solver", "magic"), 1, "there are: "),
        (("match", "people.csv", "--same", "planet"), 1, "reads the column 'planet'"),
        (("match", "people.csv", "--objective", "fame"), 1, "fame"),
        (("match", "people.csv", "--out", "no/pairs.csv"), 2, "there is no folder 'no'"),
        (("match", "people.csv", "--seats", "many"), 2, "Invalid value for '--seats'"),
    ],
)
def test_a_wrong_command_says_what_is_right(folder, run, arguments, code, words):
    """Every slip gets a message and an exit code, never a traceback."""
    found, _, err = run(*arguments)
    assert found == code
    assert words in " ".join(err.split())
    assert "Traceback" not in err


def test_minimums_that_cannot_be_met_exit_with_3(folder, run):
    """Infeasible is its own exit code, so that scripts can tell it from bad data."""
    rows = PEOPLE.splitlines()
    text = "\n".join(f"{row},{'minimum' if row is rows[0] else 1}" for row in rows)
    (folder / "greedy.csv").write_text(text, encoding="utf-8")
    code, _, err = run("match", "greedy.csv", *RULES)
    assert code == 3
    assert "cannot hold together" in err


def test_version(run):
    """The version is the package's."""
    assert run("--version")[:2] == (0, f"rmatch {rmatch.__version__}\n")


def test_control_characters_cannot_steer_the_terminal(folder, run):
    """A name may hold anything; an escape sequence is shown as a question mark."""
    text = PEOPLE.replace("Dan", "D\x1b[31mn")
    (folder / "people.csv").write_text(text, encoding="utf-8")
    _, out, _ = run("match", "people.csv")
    assert "\x1b" not in out
    assert "D?[31mn" in out


def test_a_strategy_that_proves_nothing_says_so(folder, run):
    """Greedy finds pairs too, but no words of proof may stand under them."""
    _, out, _ = run("match", "people.csv", "--solver", "greedy")
    assert "nothing proven about the best" in out
    assert "no other set" not in out
