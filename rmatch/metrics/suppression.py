"""Which cells of a table to hide, so that nobody can be read out of a small group."""

from __future__ import annotations

from collections.abc import Sequence


def hidden(
    counts: Sequence[int], lines: Sequence[Sequence[int]] = (), *, min_cell: int = 5
) -> frozenset[int]:
    """Return the cells to hide: those of fewer than ``min_cell`` people, and more where needed.

    What a line hides in all could be worked out from its total. So the next smallest of that line
    is hidden too (secondary suppression), until no line hides exactly one cell, or fewer than
    ``min_cell`` people together. Empty cells hold nobody: they are neither hidden nor of use to
    hide another.

    Parameters
    ----------
    counts
        People in each cell.
    lines
        The cells that add up to a known total, by their places: for one attribute all cells, for
        two the rows and columns of their table. Default: all cells in one line.
    min_cell
        The smallest number of people that is shown.

    References
    ----------
    A. Hundepool and others, "Statistical Disclosure Control", Wiley 2012, chapter 4.

    Examples
    --------
    >>> sorted(hidden([40, 3, 12]))
    [1, 2]
    >>> sorted(hidden([40, 3, 2, 12]))
    [1, 2]
    >>> sorted(hidden([40, 2, 2, 12]))
    [1, 2, 3]
    """
    lines = lines or [range(len(counts))]
    hide = {at for at, count in enumerate(counts) if 0 < count < min_cell}
    while True:
        before = len(hide)
        for line in lines:
            shown = [at for at in line if at not in hide and counts[at] > 0]
            gone = [counts[at] for at in line if at in hide]
            if shown and gone and (len(gone) == 1 or sum(gone) < min_cell):
                hide.add(min(shown, key=lambda at: (counts[at], at)))
        if len(hide) == before:
            return frozenset(hide)
