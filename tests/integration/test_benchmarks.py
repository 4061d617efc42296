"""The benchmarks run and agree; the page in the documentation is what the stored results say."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import rmatch
from benchmarks import cases, processes, report
from benchmarks.families import SPEED_FAMILIES
from benchmarks.registry import CASES, Outcome, case

processes.load()

RESULTS = Path(report.__file__).parent / "results"
HEAD = {
    "processor": "one",
    "cores": 2,
    "python": "3",
    "libraries": {},
    "commit": "c",
    "load at the start": 0.0,
    "float32 multiply-adds per second": 1e10,
    "memory bytes read per second": 1e10,
    "float32 multiply-adds per second, sums of a few cached rows": 1e9,
}


class Here:
    """All contestants in this process."""

    def call(self, contestant: str, work: Any, *arguments: Any) -> Any:
        """Do it at once."""
        return work(*arguments)


@pytest.fixture
def quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    """Collecting garbage before each run is for clean figures of memory, of no use here."""
    monkeypatch.setattr("benchmarks.processes.gc", SimpleNamespace(collect=int))


@pytest.mark.usefixtures("quickly")
@pytest.mark.parametrize("name", sorted({*SPEED_FAMILIES, "people", "matrix"}))
def test_contestants_agree(name: str) -> None:
    """Every case at a tiny size: rmatch and all that can solve it find the same objective."""
    result = processes.measure(Here(), name, 12, 1)
    contestants = result["contestants"]
    assert next(iter(contestants)) == "rmatch"
    assert "OR-Tools SimpleMinCostFlow" in contestants
    assert result["objective"] > 0
    assert f"### {name} at 12 x 12" in report.table(result)


@pytest.mark.usefixtures("quickly")
@pytest.mark.parametrize("name", sorted({*CASES} - {*SPEED_FAMILIES, "people", "matrix"}))
def test_other_cases_run(name: str) -> None:
    """Those that have no place on the page are run when asked for: they work, too."""
    result = processes.measure(Here(), name, 60, 1)
    assert f"### {name} at 60 x 60" in report.table(result)


def test_disagreement_ends_the_run() -> None:
    """A figure about different problems is worth nothing."""

    @case("wrong", (1,))
    def wrong(size: int) -> Any:
        """Two that differ."""
        return {"rmatch": lambda: lambda: Outcome(5), "other": lambda: lambda: Outcome(6)}

    try:
        with pytest.raises(SystemExit, match=r"disagree: \{'rmatch': 5, 'other': 6\}"):
            processes.measure(Here(), "wrong", 1, 1)
    finally:
        del CASES["wrong"]


def skills(size: int, seconds: float, rounds: int) -> dict[str, Any]:
    """What a run of the usual family could give."""
    figures = {"round": rounds, "edges": 28 * size, "touched": size**2}
    figures |= {"widest": size**2 // 4, "terms": 6 * size}
    phases = {"first scan": seconds / 10, "pricing": seconds / 2, "solving": seconds / 10}
    ours = {
        "seconds": seconds,
        "runs": 3,
        "peak MB": 9.0,
        "phases": phases,
        "figures": figures,
        "note": "",
    }
    other = {
        "seconds": 4 * seconds,
        "runs": 1,
        "peak MB": None,
        "phases": {},
        "figures": {},
        "note": "",
    }
    contestants = {"rmatch": ours, "lapx": other, "HiGHS": other}
    return {"case": "skills", "size": size, "objective": 1, "contestants": contestants}


def test_the_page_says_ratios_growth_and_what_a_million_needs(tmp_path: Path) -> None:
    """From invented figures whose consequences are easy to work out."""
    results = [skills(10_000, 2.0, 4), skills(100_000, 200.0, 5)]
    record = {"date": "d", "command": "c", "minutes": 1.0, "machine": HEAD, "results": results}
    page = report.page(record)
    assert "| **best other / rmatch** | **4** (lapx) | **4** (lapx) | |" in page
    assert "| rmatch | 2 s | 200 s | n^2.00 |" in page
    # 20 s for the first scan and 100 s in 5 rounds, 10^10 pairs each:
    # 2 ns per pair; one round more than at 10,000.
    assert "1280 x 1,000,000 x 2.000 ns = 2.56 s on 2 cores" in page
    assert "**Passes**: 6 measured, and 1.0 more for ten times as many people: 7." in page
    assert "Together 14,000 s" in page
    assert "growing as n^2.00: 2,000 s" in page
    # 6 products per mentee, 10^10 pairs, 10^9 a second: 60 s; a pass takes 20 s.
    assert (
        "The pass takes **0.33 times** that, and the first, which knows least, 0.33 times" in page
    )
    assert "| 5 | 28 | 16.67% | 25.00% |" in page
    report.picture(record, tmp_path / "speed.svg")
    assert "lapx" in (tmp_path / "speed.svg").read_text()


@pytest.mark.skipif(not list(RESULTS.glob("speed-*.json")), reason="no results are stored")
def test_the_page_is_that_of_the_stored_results() -> None:
    """Nobody edited it, and nobody forgot to write it again."""
    written = (report.DOCS / "index.md").read_text(encoding="utf-8")
    assert written == report.page(report.stored(RESULTS))
    assert (report.DOCS / report.PICTURE).exists()


def test_the_readme_shows_the_stored_results() -> None:
    """The table in the README is that of the page, in short, with the command that measured it."""
    readme = (report.DOCS.parents[1] / "README.md").read_text(encoding="utf-8")
    record = report.stored(RESULTS)
    assert report.summary(record) in readme
    assert f"`{record['command']}`" in readme


def test_the_widest_scan_is_told_of_a_solve():
    """A scan adds what it touched at once; the largest step is the widest scan."""
    told = [{"touched": n, "round": 1, "edges": 0} for n in (0, 0, 70, 70, 100, 140)]
    found = cases.outcome(rmatch.match_matrix([[1]]), told)
    assert (found.figures["touched"], found.figures["widest"]) == (140, 70)
