"""The matrix of scores with the chosen pairs on it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from rmatch.plots.base import axes, finish, nothing

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from rmatch.matching import Matching

    Rows = NDArray[np.intp]

#: People of one side that are named, and that have a row of their own.
_NAMED, _SHOWN = 30, 120
#: People of a side whose pairs are looked at; of more, each group sends as many as it may.
_ASKED = 2_048


def heat_map(matching: Matching, ax: Axes | None = None) -> Axes:
    """Draw all scores, darker for better, forbidden pairs blank, and the chosen pairs on top.

    People are in such an order that chosen pairs run down the diagonal, the best first, and the
    unmatched come last. Of a side with more than 120 people, neighbours share a row that shows the
    mean of their allowed pairs. Beyond 2,048 people an even sample of each group stands for it, so
    that any size is quick to draw.

    Examples
    --------
    >>> import rmatch
    >>> from rmatch.plots import heat_map
    >>> ax = heat_map(rmatch.match_matrix([[3, 1], [2, 2]]))
    >>> ax.get_xlabel()
    'mentees (2)'
    """
    on = axes(ax, 7.5, 6.0)
    mentors, mentees = _orders(matching)
    every = len(mentors), len(mentees)
    title = f"Compatibility, and the {len(matching):,} chosen pairs"
    if 0 in every:
        nothing(on, "no pairs are possible")
        return finish(on, title, f"mentees ({every[1]})", f"mentors ({every[0]})")
    rows, cols = _Groups(mentors), _Groups(mentees)
    scores = _means(matching, rows, cols)
    on.set_facecolor("white")
    on.patch.set(hatch="....", edgecolor="#DDDDDD")
    image = on.imshow(
        scores,
        cmap="cividis_r",
        aspect="auto",
        interpolation="nearest",
    )
    at = np.unique(np.column_stack([cols.place[matching.cols], rows.place[matching.rows]]), axis=0)
    size = float(np.clip(1_500 / max(scores.shape), 12, 120))
    on.scatter(
        *at.T,
        s=size,
        facecolor="white",
        edgecolor="black",
        linewidth=size**0.5 / 8,
        zorder=3,
        clip_on=False,
    )
    bar = on.figure.colorbar(image, ax=on, shrink=0.8, pad=0.02)
    bar.set_label("score (blank: not allowed)")
    _name(on.set_yticks, matching.mentor_ids, mentors)
    _name(on.set_xticks, matching.mentee_ids, mentees, rotation=90)
    return finish(on, title, cols.label("mentees"), rows.label("mentors"))


class _Groups:
    """People in an order, neighbours of a large side together in groups of equal size."""

    def __init__(self, order: Rows) -> None:
        self.people = len(order)
        self.size = -(-len(order) // _SHOWN)
        position = np.empty(len(order), dtype=np.intp)
        position[order] = np.arange(len(order))
        self.place = position // self.size  # of each person, by row of the problem
        starts = np.arange(0, len(order), self.size)
        each = max(1, _ASKED // max(len(starts), 1))
        offsets = np.unique(np.linspace(0, self.size - 1, min(self.size, each)).astype(int))
        sampled = (starts[:, None] + offsets).ravel()
        sampled = sampled[sampled < len(order)]
        self.sample = order[sampled]
        self.starts = np.searchsorted(sampled, starts)

    def label(self, side: str) -> str:
        groups = f", in groups of {self.size:,}" if self.size > 1 else ""
        return f"{side} ({self.people:,}{groups})"


def _means(matching: Matching, rows: _Groups, cols: _Groups) -> Any:
    """Return the mean score of allowed pairs of each two groups, masked where there are none."""
    gains, allowed = matching.problem.block(rows.sample, cols.sample)

    def total(values: NDArray[Any]) -> NDArray[np.float64]:
        by_row = np.add.reduceat(values.astype(float), rows.starts, axis=0)
        added: NDArray[np.float64] = np.add.reduceat(by_row, cols.starts, axis=1)
        return added

    count = total(allowed)
    mean = total(np.where(allowed, gains, 0)) * matching.problem.unit / np.maximum(count, 1)
    return np.ma.masked_array(mean, count == 0)


def _orders(matching: Matching) -> tuple[Rows, Rows]:
    """Return mentors and mentees so that pairs stand near the diagonal, the best first."""
    best = np.argsort(-matching.gains, kind="stable")
    mentors = _first(matching.rows[best], matching.problem.shape[0])
    place = np.empty(len(mentors), dtype=np.intp)
    place[mentors] = np.arange(len(mentors))
    order = np.lexsort((-matching.gains, place[matching.rows]))
    return mentors, _first(matching.cols[order], matching.problem.shape[1])


def _first(people: Rows, size: int) -> Rows:
    """Return people in the order they first come, then all others."""
    every = np.concatenate([people, np.arange(size)])
    _, first = np.unique(every, return_index=True)
    return every[np.sort(first)].astype(np.intp)


def _name(set_ticks: Any, ids: tuple[Any, ...], order: Rows, **style: Any) -> None:
    """Write names of few people, and nothing for many."""
    shown = order if len(order) <= _NAMED else order[:0]
    labels = [str(ids[row]) for row in shown.tolist()]
    set_ticks(range(len(shown)), labels=labels, fontsize=8, **style)
