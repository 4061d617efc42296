"""How many mentees each mentor has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from rmatch.plots.base import BLACK, BLUE, SKY, axes, finish, legend, nothing

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from rmatch.matching import Matching


def load(matching: Matching, ax: Axes | None = None) -> Axes:
    """Draw how many mentors have no mentee, one, two ..., and how many of them have room for more.

    Examples
    --------
    >>> import rmatch
    >>> from rmatch.plots import load
    >>> ax = load(rmatch.match_matrix([[3, 1], [2, 2]], mentor_capacity=2))
    >>> ax.get_ylabel()
    'mentors'
    """
    on = axes(ax, 6.5, 4.0)
    places = matching.problem.bounds.mentor_most
    pairs = np.bincount(matching.rows, minlength=len(places))
    ticks = np.arange(int(pairs.max(initial=0)) + 1)
    full = np.bincount(pairs[pairs >= places], minlength=len(ticks))
    free = np.bincount(pairs[pairs < places], minlength=len(ticks))
    style: dict[str, Any] = {"edgecolor": BLACK, "linewidth": 0.6, "width": 0.75}
    on.bar(ticks, full, color=BLUE, label="all places taken", **style)
    top = on.bar(ticks, free, bottom=full, color=SKY, hatch="///", label="room for more", **style)
    on.bar_label(top, [f"{count:,}" if count else "" for count in full + free], padding=2)
    on.set_xticks(ticks)
    if len(places):
        on.set_ylim(0, 1.12 * int((full + free).max()))  # room for the number on the highest
        on.yaxis.get_major_locator().set_params(integer=True)
        legend(on)
    else:
        nothing(on, "no mentors")
    title = f"Mentees per mentor ({len(matching):,} pairs, {int(places.sum()):,} places)"
    return finish(on, title, "mentees of a mentor", "mentors", grid="y")
