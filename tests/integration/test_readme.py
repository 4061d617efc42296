"""The README says what is true: its Python runs, and what it shows is what comes out."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from rmatch.cli import main

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
PYTHON = re.findall(r"```python\n(.*?)```.*?```text\n(.*?)```", README, re.DOTALL)


def test_there_is_a_snippet():
    """The tests below must have something to read."""
    assert len(PYTHON) == README.count("```python") == 1


@pytest.mark.parametrize(("code", "shown"), PYTHON)
def test_python_prints_what_the_readme_shows(code, shown, tmp_path):
    """Run as a user would: copied into a file."""
    script = tmp_path / "snippet.py"
    script.write_text(code, encoding="utf-8")
    ran = subprocess.run(
        [sys.executable, "-W", "error", script],
        capture_output=True, text=True, check=False, env={"PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert (ran.stdout, ran.stderr) == (shown, "")


def test_the_demo_prints_the_table_that_the_readme_shows(tmp_path, monkeypatch, capsys):
    """The figures in the README are the demo's own."""
    (table,) = re.findall(r"<!-- demo -->\n```text\n(.*?)```", README, re.DOTALL)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit):
        main(["demo"])
    printed = "\n".join(line.rstrip() for line in capsys.readouterr().out.splitlines())
    assert table in printed


@pytest.mark.parametrize("line", re.findall(r"^\.venv/bin/rmatch (.*)$", README, re.MULTILINE))
def test_every_command_shown_runs(line, tmp_path, monkeypatch, capsys):
    """Options that the README names are there and take these values."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "people.csv").write_text(
        "id,role,level,birth_year,skills,goals\n"
        "Ana,mentor,1,1999,AI tools:4,\nDana,mentee,6,1968,,AI tools:3\n",
        encoding="utf-8",
    )
    with pytest.raises(SystemExit) as end:
        main(shlex.split(line))
    assert end.value.code in (0, None)
    assert capsys.readouterr().err == ""


def test_both_setup_commands_are_where_the_build_looks_for_them():
    """The build runs the README's own lines: first the demo, then the tests."""
    demo, tests = re.findall(r"^python3 -m venv .*$", README, re.MULTILINE)
    assert demo.endswith(".venv/bin/rmatch demo")
    assert tests.endswith(".venv/bin/python -m pytest")
    assert demo.rsplit(" && ", 1)[0] == tests.rsplit(" && ", 1)[0]


def test_links_lead_somewhere():
    """Every relative link of the README is a file of the repository."""
    links = [link for link in re.findall(r"\]\(([^)#]+)\)", README) if "://" not in link]
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []
