"""Suppression: what is hidden, and that nothing hidden can be worked out from totals."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from rmatch.metrics.suppression import hidden


def test_small_cells_are_hidden_and_the_next_smallest_with_a_lone_one():
    """Hand-made: 3 alone takes 12 with it, 3 and 2 hide each other, none small hides nothing."""
    assert hidden([40, 3, 12]) == {1, 2}
    assert hidden([40, 3, 2, 12]) == {1, 2}
    assert hidden([50, 2, 2]) == {0, 1, 2}  # a total of 54 would tell of the four together
    assert hidden([50, 2, 2, 6]) == {1, 2, 3}
    assert hidden([40, 12]) == frozenset()
    assert hidden([3]) == {0}
    assert hidden([5, 4], min_cell=4) == frozenset()


def test_empty_cells_are_neither_hidden_nor_cover_for_another():
    """A zero shown beside one hidden cell would leave that cell to be worked out."""
    assert hidden([0, 3, 9]) == {1, 2}


def test_a_table_is_safe_by_rows_and_by_columns():
    """2 x 3 with one small cell: a rectangle of four must go, or a margin gives it away."""
    rows_and_columns = [[0, 1, 2], [3, 4, 5], [0, 3], [1, 4], [2, 5]]
    assert hidden([3, 20, 30, 40, 10, 50], rows_and_columns) == {0, 1, 3, 4}


@given(st.integers(1, 4), st.integers(1, 4), st.data())
def test_no_line_ever_hides_one_cell_or_too_few_people_beside_shown_ones(height, width, data):
    """The property that secondary suppression is for, on random tables."""
    size = height * width
    counts = data.draw(st.lists(st.integers(0, 30), min_size=size, max_size=size))
    grid = [list(range(row * width, (row + 1) * width)) for row in range(height)]
    lines = grid + [list(column) for column in zip(*grid, strict=True)]
    hide = hidden(counts, lines)
    assert {at for at, count in enumerate(counts) if 0 < count < 5} <= hide
    for line in lines:
        shown = [at for at in line if at not in hide and counts[at]]
        gone = [counts[at] for at in hide.intersection(line)]
        assert not shown or not gone or (len(gone) > 1 and sum(gone) >= 5)
