"""The quality tables: what they show is what plain solves give."""

from __future__ import annotations

import pytest

import rmatch
from benchmarks.quality import problems, programme, synthetic, table


def test_a_table_is_made_of_plain_solves():
    """Means over two problems of one family, and how far the best is above greedy in each."""
    about, make = problems(12)["tight"]
    result = synthetic("tight", about, make, 2)
    rows = {row["strategy"]: row for row in result["rows"]}
    given = [make(seed) for seed in (1, 2)]
    best = [rmatch.solve(each) for each in given]
    greedy = [rmatch.solve(each, solver="greedy") for each in given]
    assert rows["total_score"]["total per mentee"] == pytest.approx(
        sum(each.score / 12 for each in best) / 2
    )
    above = [one.score / other.score - 1 for one, other in zip(best, greedy, strict=True)]
    assert rows["greedy"]["best is above by"] == pytest.approx(sum(above) / 2)
    lines = list(table(result))
    assert len([line for line in lines if line.startswith("| ")]) == len(rows) + 2
    assert "tight" in lines[0]


def test_programmes_are_drawn_by_their_seed():
    """The same seed, the same people; 198 places for 180 mentees; another seed, other people."""
    one, same, other = programme(3), programme(3), programme(4)
    assert one.fingerprint == same.fingerprint != other.fingerprint
    assert (one.shape, int(one.bounds.mentor_most.sum())) == ((120, 180), 198)
    tight = problems(12)["programme, tight places"][1](3)
    assert int(tight.bounds.mentor_most.sum()) == 150
