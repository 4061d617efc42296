"""The documentation says what is true: every Python snippet runs and prints what the page shows."""

from __future__ import annotations

import contextlib
import doctest
import io
import re
import shlex
from pathlib import Path

import pytest

from rmatch.cli import main

ROOT = Path(__file__).parents[2]
PAGES = sorted((ROOT / "docs").rglob("*.md"))
#: A snippet, and what it prints where a block of text follows at once; or a session of commands.
SNIPPET = re.compile(r"(?ms)^```(python|console)\n(.*?)^```\n(?:\n```text\n(.*?)^```\n)?")
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")


def _snippets(page: Path) -> list[tuple[str, str, str]]:
    return SNIPPET.findall(page.read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    "page", [page for page in PAGES if _snippets(page)], ids=lambda page: page.stem
)
def test_snippets_run_in_order(page, tmp_path, monkeypatch):
    """A page is read from top to bottom, so its snippets share their names and their folder."""
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {"__name__": "__main__"}
    for kind, code, shown in _snippets(page):
        if kind == "console":
            _run_session(code)
            continue
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(compile(code, str(page), "exec"), names)
        if shown:
            assert printed.getvalue() == shown


def _run_session(session: str) -> None:
    """Run each ``$ rmatch ...`` and compare what it prints; ``...`` stands for anything."""
    code: object = 0
    for command, expected in re.findall(r"(?m)^\$ (.*)\n((?:(?!\$ ).*\n)*)", session):
        if command == "echo $?":
            printed = f"{code}\n"
        else:
            printed, code = _run(shlex.split(command))
        same = doctest.OutputChecker().check_output(expected, printed, doctest.ELLIPSIS)
        assert same, f"$ {command}\n{printed}"


def _run(words: list[str]) -> tuple[str, object]:
    assert words[0] == "rmatch"
    out = io.StringIO()
    with (
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(out),
        pytest.raises(SystemExit) as end,
    ):
        main(words[1:])
    lines = [line.rstrip() for line in out.getvalue().splitlines()]
    return "".join(f"{line}\n" for line in lines), end.value.code or 0


def test_a_session_that_shows_something_else_is_noticed():
    """The check above would be worth nothing if every output passed."""
    _run_session("$ rmatch --version\nrmatch ...\n$ echo $?\n0\n")
    with pytest.raises(AssertionError, match="rmatch --version"):
        _run_session("$ rmatch --version\nsomething else\n")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_links_lead_somewhere(page):
    """Every relative link of a page is a file of the repository, or of the reference, which the
    site's build writes, and which warns of what is not there."""
    links = [link for link in LINK.findall(page.read_text(encoding="utf-8")) if ":" not in link]
    missing = [link for link in links if not (page.parent / link).exists()]
    assert [link for link in missing if "reference/" not in link] == []


def test_there_are_snippets():
    """The tests above must have something to read."""
    assert any(_snippets(page) for page in PAGES)
    (kind, code, shown) = SNIPPET.findall("```python\nprint(1)\n```\n\n```text\n1\n```\n")[0]
    assert (kind, code, shown) == ("python", "print(1)\n", "1\n")
