"""Every registered score part: its fast form and its scalar twin are one whole number."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rmatch.scoring import PARTS
from tests.parameters import PART_OPTIONS
from tests.strategies import rectangles, rosters

CASES = [(name, options) for name in PARTS for options in PART_OPTIONS.get(name, [{}])]


@pytest.mark.parametrize(("name", "options"), CASES, ids=str)
@settings(max_examples=50, deadline=None)
@given(data=st.data(), weight=st.sampled_from([1.0, 0.55, 1 / 3, 0.001, 0.0]))
def test_forms_equal_their_scalar_twins(name, options, data, weight):
    """On any rectangle of any people, block and twin give the same whole number (§C3)."""
    mentors, mentees = data.draw(rosters())
    part = PARTS[name](**options)
    rows, cols = data.draw(rectangles((len(mentors), len(mentees))))
    block = part.form(mentors, mentees, weight).block(rows, cols)
    expected = [[part.gain(a, b, weight) for b in mentees[cols]] for a in mentors[rows]]
    assert block.shape == (len(mentors[rows]), len(mentees[cols]))
    assert block.tolist() == expected or block.size == 0


@pytest.mark.parametrize(("name", "options"), CASES, ids=str)
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_values_lie_in_the_unit_interval(name, options, data):
    """A part is a share: between 0 and 1, and the sum of its terms, with or without words."""
    mentors, mentees = data.draw(rosters())
    part = PARTS[name](**options)
    for mentor in mentors:
        for mentee in mentees:
            value = part.value(mentor, mentee)
            assert -1e-12 <= value <= 1 + 1e-9
            assert value == sum(term.value for term in part.terms(mentor, mentee))


@pytest.mark.parametrize(("name", "options"), CASES, ids=str)
def test_parameters_make_the_part_again(name, options):
    """A part is its parameters: they rebuild it."""
    part = PARTS[name](**options, weight=0.4)
    assert PARTS[name](**part.parameters()) == part
