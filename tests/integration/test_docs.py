"""The documentation says what is true: every Python snippet runs and prints what the page shows."""

from __future__ import annotations

import contextlib
import io
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = sorted((ROOT / "docs").rglob("*.md"))
#: A snippet, and what it prints where a block of text follows at once.
SNIPPET = re.compile(r"(?ms)^```python\n(.*?)^```\n(?:\n```text\n(.*?)^```\n)?")
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")


def _snippets(page: Path) -> list[tuple[str, str]]:
    return SNIPPET.findall(page.read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    "page", [page for page in PAGES if _snippets(page)], ids=lambda page: page.stem
)
def test_snippets_run_in_order(page, tmp_path, monkeypatch):
    """A page is read from top to bottom, so its snippets share their names."""
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {"__name__": "__main__"}
    for code, shown in _snippets(page):
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(compile(code, str(page), "exec"), names)
        if shown:
            assert printed.getvalue() == shown


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_links_lead_somewhere(page):
    """Every relative link of a page is a file of the repository."""
    links = [link for link in LINK.findall(page.read_text(encoding="utf-8")) if ":" not in link]
    assert [link for link in links if not (page.parent / link).exists()] == []


def test_there_are_snippets():
    """The tests above must have something to read."""
    assert any(_snippets(page) for page in PAGES)
    (code, shown) = SNIPPET.findall("```python\nprint(1)\n```\n\n```text\n1\n```\n")[0]
    assert (code, shown) == ("print(1)\n", "1\n")
