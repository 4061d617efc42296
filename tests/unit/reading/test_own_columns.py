"""Columns of one's own, which no field knows: numbers or labels, alike on both sides."""

from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

import rmatch
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
