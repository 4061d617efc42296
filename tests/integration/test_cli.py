"""The command line as a user meets it: what it prints, writes and returns."""

from __future__ import annotations

import csv
import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import narwhals.stable.v2 as nw
import pytest
from python_calamine import CalamineWorkbook

import rmatch
from rmatch.cli import EXIT_CODES, main
from rmatch.cli.app import COMMANDS
from rmatch.report.evidence import verify

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


def test_what_a_rematch_cannot_do_is_refused(folder, run):
    """Nothing that was asked for is dropped in silence."""
    run("match", "people.csv")
    previous = ("rematch", "people.csv", "--previous", "pairs.csv")
    for more, words in (
        (("--seed", "1"), "leave the seed out"),
        (("--free", "--max-changes", "0"), "leave --max-changes out"),
    ):
        code, _, err = run(*previous, *more)
        assert code == 2
        assert words in " ".join(err.split())


def test_no_output_is_lost_in_another_and_no_input_is_replaced(folder, run):
    """--force is for what was written before, not for what is read."""
    Path("pack").mkdir()
    inside = ("--out", "pack/pairs.csv", "--report", "pack/r.html", "--evidence", "pack")
    code, _, err = run("match", "people.csv", *inside)
    assert (code, [*Path("pack").iterdir()]) == (2, [])
    assert "would lie within the output pack" in err
    before = Path("people.csv").read_bytes()
    Path("link.csv").symlink_to("people.csv")
    for out in ("people.csv", "link.csv"):
        code, _, err = run("match", "people.csv", "--out", out, "--force")
        assert (code, Path("people.csv").read_bytes()) == (2, before)
        assert "is never replaced" in err
    os.mkfifo("pipe.csv")
    code, _, err = run("match", "people.csv", "--out", "pipe.csv", "--force")
    assert code == 2
    assert "is a device, no file" in err


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
    """Exit code 0 means that the file can be matched; what rules remark on it is a warning."""
    code, out, _ = run("check", "people.csv")
    assert code == 0
    assert out == (
        "3 mentors and 2 mentees: the data can be matched.\n\n"
        "2 WARNINGS\n"
        "  - reporting lines end at 3 people without a manager: nobody counts as above them\n"
        "  - 1 mentee excludes more than 10% of the mentors\n"
    )


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
        (("mach",), 2, "Did you mean 'match'"),
        (("match",), 2, "give one file PEOPLE"),
        (("match", "--mentors", "people.csv"), 2, "both --mentors FILE and --mentees FILE"),
        (("check", "nobody.csv"), 2, "there is no file 'nobody.csv'"),
        (("match", "people.csv", "--solver", "gredy"), 2, "did you mean 'greedy'?"),
        (("match", "people.csv", "--same", "nme"), 1, "column 'nme', which nobody has (did you m"),
        (("match", "people.csv", "--objective", "leximn"), 2, "did you mean 'leximin'?"),
        (("match", "people.csv", "--profile", "tecnology"), 2, "did you mean 'technology'?"),
        (("match", "people.csv", "--scale", "1-9"), 2, "allowed are 'auto'"),
        (("match", "people.csv", "--seniorty-gap", "2"), 2, "--seniority-gap"),
        (("match", "peple.csv"), 2, "did you mean 'people.csv'?"),
        (("match", "people.csv", "--programme", "no.toml"), 2, "there is no file 'no.toml'"),
        (("match", "people.csv", "--out", "pairs.txt"), 2, ".csv, .xlsx, .parquet, .json"),
        (("match", "people.csv", "--report", "report.pdf"), 2, "a report is a .html file"),
        (("match", "people.csv", "--profile", "technology"), 1, "--save-programme my.toml"),
        (
            ("match", "people.csv", "--profile", "technology", "--programme", "people.csv"),
            2,
            "not both",
        ),
        (("match", "people.csv", "--out", "e.zip.csv", "--evidence", "e.zip.csv"), 2, "are both"),
        (("why", "people.csv", "m11"), 1, "did you mean 'm1'?"),
        (("why", "people.csv"), 2, "give one, or a mentor and a mentee"),
        (("why", "m1", "people.csv"), 2, "the file comes first: rmatch why people.csv m1"),
        (("why", "people.csv", "m1", "--side", "left"), 2, "allowed are mentor and mentee"),
        (("compare", "people.csv", "--strategy", "gredy"), 2, "did you mean 'greedy'?"),
        (("audit", "people.csv"), 2, "Missing option '--groups'"),
        (("rematch", "people.csv"), 2, "Missing option '--previous'"),
        (("rematch", "people.csv", "--previous", "people.csv"), 1, "no column 'mentor'"),
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


def test_pricing_is_a_solver_here_too(folder, run):
    """What ``solver=`` allows, the command allows."""
    code, out, _ = run("match", "people.csv", "--solver", "pricing")
    assert code == 0
    assert "by solver 'pricing'" in out


GROUPS = "id,gender\nm1,f\nm2,m\nm3,f\ns1,m\ns2,f\n"
PREVIOUS = "mentor,mentee,state\nm1,s1,\nm2,s2,declined\n"
#: Each command with what it needs beside the people.
WITH = {
    "check": (),
    "match": (),
    "why": ("s1",),
    "costs": ("--seniority-gap", "2"),
    "compare": ("--strategy", "greedy", "--strategy", "leximin"),
    "audit": ("--groups", "groups.csv", "--min-cell", "1"),
    "rematch": ("--previous", "previous.csv"),
}


@pytest.fixture
def full(folder):
    """A folder with everything that any command reads."""
    (folder / "groups.csv").write_text(GROUPS)
    (folder / "previous.csv").write_text(PREVIOUS)
    (folder / "spring.toml").write_text(
        'objective = "coverage_first"\nrules = [{ type = "SeniorityGap", min_levels = 3 }]\n'
    )
    return folder


def strict(text):
    """Read JSON as strict readers do: one document, no NaN."""
    return json.loads(text, parse_constant=lambda name: pytest.fail(f"{name} is no JSON"))


def test_every_command_is_tried():
    """A new command must be added to the table above; the demo is tried by itself."""
    assert {each.__name__ for each in COMMANDS} == {*WITH, "demo"}


@pytest.mark.parametrize("command", WITH)
def test_json_of_every_command_is_one_document(full, run, command):
    """With --quiet nothing else is written anywhere; without --json nothing at all."""
    code, out, err = run(command, "people.csv", *WITH[command], "--json", "--quiet")
    assert (code, err) == (0, "")
    assert isinstance(strict(out), dict)
    assert run(command, "people.csv", *WITH[command], "--quiet", *_force(command)) == (0, "", "")


@pytest.mark.parametrize("command", WITH)
def test_every_command_takes_a_programme_and_two_files(full, run, command):
    """Text in a pipe is plain ASCII, at most 100 columns wide."""
    rows = PEOPLE.splitlines()
    (full / "a.csv").write_text("\n".join([rows[0], *rows[1:4]]))
    (full / "b.csv").write_text("\n".join([rows[0], *rows[4:]]))
    sides = ("--mentors", "a.csv", "--mentees", "b.csv", "--programme", "spring.toml")
    code, out, err = run(command, *sides, *WITH[command])
    assert (code, err) == (0, "")
    assert out.isascii()
    assert max(map(len, out.splitlines())) <= 100


@pytest.mark.parametrize("command", WITH)
def test_an_error_is_json_too(full, run, command):
    """Programs read what is wrong from standard output, people from the error output."""
    (full / "bad.csv").write_text(PEOPLE.replace("1999", "soon"), encoding="utf-8")
    code, out, err = run(command, "bad.csv", *WITH[command], "--json")
    (problem,) = strict(out)["problems"]
    assert (code, problem["row"], problem["column"]) == (1, 2, "birth_year")
    assert command == "check" or "'soon' is no number" in err


@pytest.mark.parametrize("command", [name for name in WITH if name != "check"])
@pytest.mark.parametrize("kind", [".csv", ".xlsx", ".parquet", ".json"])
def test_every_command_writes_every_kind_of_file(full, run, command, kind):
    """A file that is there is refused before the work, and replaced by --force."""
    out = full / f"out{kind}"
    out.write_text("mine")
    arguments = (command, "people.csv", *WITH[command], "--out", str(out), "--quiet")
    code, _, err = run(*arguments)
    assert (code, out.read_text()) == (2, "mine")
    assert "--force" in err
    assert run(*arguments, "--force")[0] == 0
    assert read_rows(out)


def _force(command):
    return ("--force",) if command in ("match", "rematch") else ()


def read_rows(path):
    if path.suffix == ".csv":
        return pairs(path)
    if path.suffix == ".xlsx":
        return CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()[1:]
    if path.suffix == ".parquet":
        return nw.read_parquet(str(path), backend="pyarrow").rows(named=True)
    return strict(path.read_text(encoding="utf-8"))


def test_pairs_are_the_same_in_every_kind_of_file(full, run):
    """People who open another kind of file read the same pairs."""
    found = []
    for kind in (".csv", ".parquet", ".xlsx", ".json"):
        run("match", "people.csv", *RULES, "--out", f"p{kind}")
        rows = read_rows(full / f"p{kind}")
        if kind == ".json":
            rows = rows["pairs"]
        found.append(
            [row[:2] if kind == ".xlsx" else [row["mentor"], row["mentee"]] for row in rows]
        )
    assert found[0] == found[1] == found[3]
    assert [pair[0] for pair in found[2]] == ["m2"]


def test_a_programme_decides_and_options_are_added(full, run):
    """Objective and rules of the file hold; a rule given as an option holds too."""
    code, out, _ = run("match", "people.csv", "--programme", "spring.toml", "--json")
    record = strict(out)
    names = [rule["name"] for rule in record["provenance"]["rules"]]
    assert (code, record["provenance"]["objective"]) == (0, "coverage_first")
    assert "seniority_gap" in names
    more = ("--programme", "spring.toml", "--generation-gap", "5", "--objective", "total_score")
    record = strict(run("match", "people.csv", *more, "--json", "--force")[1])
    assert record["provenance"]["objective"] == "total_score"
    assert {rule["name"] for rule in record["provenance"]["rules"]} == {*names, "generation_gap"}


def test_a_preset_is_written_changed_and_used(full, run):
    """Somebody without the columns of a preset takes it as a place to begin."""
    more = ("--profile", "technology", "--seniority-gap", "3", "--save-programme", "my.toml")
    assert run("check", "people.csv", *more)[0] == 1  # nobody has a site or a time zone
    programme = rmatch.read_programme(full / "my.toml")
    assert rmatch.rules.SeniorityGap(3) in programme.rules
    text = (full / "my.toml").read_text()
    mended = [line for line in text.splitlines() if "Convenience" not in line]
    (full / "mine.toml").write_text("\n".join(mended))
    assert run("check", "people.csv", "--programme", "mine.toml")[0] == 0
    assert run("match", "people.csv", "--programme", "mine.toml")[0] == 0


def test_report_evidence_and_pairs_are_written_together(full, run):
    """All three are there and belong to the same matching; or none is, where one cannot be."""
    files = ("--out", "p.json", "--report", "r.html", "--evidence", "pack.zip")
    (full / "pack.zip").write_text("mine")
    code, _, _ = run("match", "people.csv", *RULES, *files)
    assert code == 2
    assert not (full / "p.json").exists()
    assert not (full / "r.html").exists()
    code, out, _ = run("match", "people.csv", *RULES, *files, "--force")
    assert code == 0
    assert "report written to r.html" in out
    problem = rmatch.match(
        *rmatch.read_people(full / "people.csv"),
        rules=[
            rmatch.rules.ReportingLine(unknown_managers="head"),
            rmatch.rules.Vetoes(),
            rmatch.rules.GenerationGap(15),
            rmatch.rules.SeniorityGap(2),
            rmatch.rules.TeachingMargin(1),
        ],
    ).problem
    assert verify(full / "pack.zip", problem)
    assert "Dan" in (full / "r.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("ids", "question", "words"),
    [
        (("m2", "s1"), "why", "can teach"),
        (("s1", "m2"), "why", "can teach"),
        (("m1", "s2"), "why_not", "may not be paired"),
        (("m2",), "alternatives", "next best"),
        (("s2",), "why_unmatched", "has no mentor"),
    ],
)
def test_why_asks_the_question_that_the_ids_ask(full, run, ids, question, words):
    """Two ids in any order, or one; the answer is that of the matching."""
    _, out, _ = run("why", "people.csv", *ids, *RULES, "--json")
    record = strict(out)
    assert record["question"] == question
    if question != "alternatives":
        assert words in record["words"]
    _, out, _ = run("why", "people.csv", *ids, *RULES)
    assert " ".join(out.split()) == " ".join(
        record["words"].translate(str.maketrans("“”‘’", "\"\"''")).split()
    )


def test_somebody_on_both_sides_is_asked_for_by_side(full, run):
    """Without --side the message says what to add; with it there is an answer."""
    (full / "people.csv").write_text(PEOPLE.replace("Ben,mentor", "Ben,both"), encoding="utf-8")
    code, _, err = run("why", "people.csv", "m2")
    assert code == 1
    assert "both sides" in err
    assert run("why", "people.csv", "m2", "--side", "mentee")[0] == 0


def test_rematch_reads_what_match_wrote_in_any_kind_of_file(full, run):
    """Nothing changes where nobody came or left, whatever file the pairs are read from."""
    for kind in (".csv", ".xlsx", ".parquet", ".json"):
        run("match", "people.csv", "--seniority-gap", "2", "--out", f"old{kind}")
        new = ("--seniority-gap", "2", "--out", f"new{kind}.json", "--json")
        record = strict(run("rematch", "people.csv", "--previous", f"old{kind}", *new)[1])
        assert (record["ended"], record["changes"], len(record["kept"])) == ([], [], 2)
        again = strict((full / f"new{kind}.json").read_text())
        assert again["pairs"] == record["matching"]["pairs"]


def test_rematch_says_what_changes_and_why(full, run):
    """Somebody left and a declined pair does not come back."""
    code, out, _ = run("rematch", "people.csv", "--previous", "previous.csv", "--drop", "m1")
    assert code == 0
    assert "s1: m1 left" in out
    assert ("m2", "s2") not in [
        (row["mentor"], row["mentee"]) for row in pairs(full / "pairs-new.csv")
    ]


def test_costs_compare_and_audit_say_what_python_says(full, run):
    """The command line adds nothing and leaves nothing out."""
    matching = rmatch.match(
        *rmatch.read_people(full / "people.csv"),
        rules=[
            rmatch.rules.ReportingLine(unknown_managers="head"),
            rmatch.rules.Vetoes(),
            rmatch.rules.SeniorityGap(2),
        ],
    )
    rules = ("--seniority-gap", "2", "--json")
    assert strict(run("costs", "people.csv", *rules)[1]) == matching.rule_costs().to_dict()
    audit = matching.audit(full / "groups.csv", min_cell=1).to_dict()
    found = strict(run("audit", "people.csv", *WITH["audit"], *rules)[1])
    assert found == json.loads(json.dumps(audit))
    ways = ["greedy", "leximin"]
    compared = rmatch.compare(matching.problem, ways).to_dict()
    assert strict(run("compare", "people.csv", *WITH["compare"], *rules)[1]) == compared


def test_help_names_every_command_and_exit_code(run):
    """What scripts need to know is where people look first."""
    code, out, _ = run("--help")
    text = " ".join(out.split())
    assert code == 0
    assert all(f" {each.__name__} " in text for each in COMMANDS)
    assert all(f"{number} {meaning}" in text for number, meaning in EXIT_CODES.items())


def test_the_page_has_the_same_exit_codes():
    """The documentation is the help in other words, not other codes."""
    page = Path(__file__).parents[2] / "docs" / "howto" / "command-line.md"
    rows = re.findall(r"(?m)^\| (\d+) \| (.*) \|$", page.read_text(encoding="utf-8"))
    assert {int(code): meaning for code, meaning in rows} == EXIT_CODES


def test_help_loads_nothing_heavy():
    """Help and completion answer at once: no solver, no frames, not even numpy."""
    heavy = ("numpy", "scipy", "ortools", "numba", "pandas", "polars", "pyarrow", "matplotlib")
    code = (
        "import sys, rmatch.cli.app; from typer.main import get_command; "
        "get_command(rmatch.cli.app.app); "
        f"print([name for name in {heavy!r} if name in sys.modules])"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "[]"


def test_shells_complete_commands_options_and_values(run, monkeypatch):
    """What typer's completion script asks for."""
    asked = {"rmatch re": "rematch", "rmatch match --profi": "--profile"}
    asked["rmatch match --profile te"] = "technology"
    monkeypatch.setenv("_RMATCH_COMPLETE", "complete_bash")
    for words, found in asked.items():
        monkeypatch.setenv("COMP_WORDS", words)
        monkeypatch.setenv("COMP_CWORD", str(len(words.split()) - 1))
        assert run()[1].split() == [found]


def test_ctrl_c_before_there_is_a_result_exits_with_130(full, run, monkeypatch):
    """Shells know 130 as interrupted; nothing is written."""
    monkeypatch.setattr("rmatch.pipeline.match", _interrupted)
    assert run("match", "people.csv")[0] == 130
    assert not (full / "pairs.csv").exists()


def test_ctrl_c_while_loading_is_no_traceback(run, monkeypatch):
    """Whoever stops at once sees nothing of the inside."""
    monkeypatch.setattr("rmatch.cli.warnings.catch_warnings", _interrupted)
    assert run("--version") == (130, "", "")


def _interrupted(*_, **__):
    raise KeyboardInterrupt


def test_a_missing_package_exits_with_4(full, run, monkeypatch):
    """The message names what to install."""
    monkeypatch.setitem(sys.modules, "xlsxwriter", None)
    code, _, err = run("match", "people.csv", "--out", "p.xlsx")
    assert code == 4
    assert "rmatch[excel]" in err


@pytest.mark.skipif(not hasattr(signal, "SIGPIPE"), reason="no such signal on this system")
def test_a_reader_who_has_enough_is_no_error():
    """``rmatch --help | head -1`` ends as other tools do, without a word."""
    process = subprocess.Popen(
        [sys.executable, "-m", "rmatch", "--help"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={"PYTHONPATH": str(Path(__file__).parents[2])},
    )
    process.stdout.close()
    with process.stderr:
        assert process.stderr.read() == b""
    assert process.wait() == -signal.SIGPIPE


@pytest.mark.parametrize("option", ["--solver", "--memory-limit"])
@pytest.mark.parametrize("command", ["compare", "rematch"])
def test_commands_take_no_option_that_they_would_ignore(run, command, option):
    """compare has solvers of its own, --strategy; rematch takes the exact ones."""
    code, _, said = run(command, "people.csv", option, "1")
    assert code == 2
    assert f"No such option: {option}" in said
    assert option not in run(command, "--help")[1]


@pytest.mark.parametrize("option", ["--time-limit", "--memory-limit"])
@pytest.mark.parametrize("value", ["nan", "inf", "-1"])
def test_limits_are_numbers(run, option, value):
    code, _, said = run("match", "people.csv", option, value)
    assert code == 2
    assert "a number of at least 0 is allowed" in " ".join(said.split())
