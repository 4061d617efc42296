"""The notebooks run from top to bottom, as they stand."""

from __future__ import annotations

import re
import runpy
from pathlib import Path

import pytest

NOTEBOOKS = sorted((Path(__file__).parents[2] / "docs" / "notebooks").glob("*.py"))


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_it_runs(notebook, tmp_path, monkeypatch, capsys):
    """Every cell runs, says something and draws something."""
    plt = pytest.importorskip("matplotlib.pyplot")
    plt.switch_backend("agg")
    monkeypatch.chdir(tmp_path)
    try:
        runpy.run_path(str(notebook))
        assert capsys.readouterr().out
        assert all(plt.figure(number).axes for number in plt.get_fignums())
        assert plt.get_fignums()
    finally:
        plt.close("all")


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_it_reads_as_a_notebook(notebook):
    """It begins with words, says something after its last code, and its links lead somewhere."""
    cells = notebook.read_text(encoding="utf-8").split("# %%")[1:]
    words = [cell for cell in cells if cell.startswith(" [markdown]")]
    assert words[0] is cells[0]
    assert words[-1] is cells[-1]
    links = re.findall(r"\]\(([^)#:]+)\)", re.sub(r"\n# ?", " ", "".join(words)))
    assert [link for link in links if not (notebook.parent / link).exists()] == []


def test_there_are_notebooks():
    """The tests above must have something to run."""
    assert len(NOTEBOOKS) >= 6
