"""Who teaches whom, generation by generation."""

from __future__ import annotations

from collections import Counter
from math import inf, isnan
from typing import TYPE_CHECKING, Any

import numpy as np

from rmatch.columns import Categories, Numbers
from rmatch.errors import InvalidInputError
from rmatch.plots.base import (
    BLACK,
    GREEN,
    ORANGE,
    PURPLE,
    SKY,
    VERMILLION,
    YELLOW,
    axes,
    nothing,
    wrapped,
)
from rmatch.problem import Problem
from rmatch.rules.generation import COHORT_STARTS

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from rmatch.matching import Matching
    from rmatch.people import Roster

    Ints = NDArray[np.integer]

GENERATION = "generation"
#: A group of people: where it stands among the others, and what to call it.
Group = tuple[float, str]
UNKNOWN, OTHERS = (inf, "not known"), (inf, "others")
_COHORTS = ("before 1928", "Silent", "Baby Boomers", "Generation X", "Millennials", "Generation Z")
_COLOURS = (SKY, ORANGE, GREEN, YELLOW, PURPLE, VERMILLION)
_HATCHES = ("", "///", "...", "\\\\\\", "xx", "ooo")
_MOST = 8
_GAP = 0.03  # of the height, between two groups


def generation_flow(matching: Matching, ax: Axes | None = None, *, by: str = GENERATION) -> Axes:
    """Draw how many pairs lead from each generation of mentors to each of mentees.

    Generations are those of the Pew Research Center; a band of birth years that spans several is
    named after its first and last. ``by`` may name a column instead: "department", "site", "level",
    "age_band" ... Of more than eight groups on a side, the smallest are joined as "others". Mentors
    are on the left; the width of a band is its number of pairs.

    Examples
    --------
    >>> import rmatch
    >>> from rmatch.plots import generation_flow
    >>> mentors = [{"id": "m", "birth_year": 1999, "skills": "AI:4"}]
    >>> mentees = [{"id": "s", "birth_year": 1970, "goals": "AI:4"}]
    >>> ax = generation_flow(rmatch.match(mentors, mentees))
    >>> [text.get_text() for text in ax.texts]
    ['1', 'Generation Z, 1', 'Generation X, 1']
    """
    problem = matching.problem
    if not isinstance(problem, Problem):
        raise InvalidInputError("a ready-made matrix has no people; this picture needs rosters")
    left = _groups(problem.mentors, by, matching.rows)
    right = _groups(problem.mentees, by, matching.cols)
    on: Axes = axes(ax, 7.5, 4.5)
    on.set(xlim=(-0.45, 1.45), ylim=(1.02, -0.02), xticks=[0, 1], yticks=[])
    on.set_xticklabels(["mentors teach", "mentees learn"])
    on.tick_params(length=0)
    for spine in on.spines.values():
        spine.set_visible(False)
    on.set_title(
        f"Who teaches whom, by {by.replace('_', ' ')} ({len(matching):,} pairs)",
        loc="left", fontsize=11, fontweight="bold",
    )  # fmt: skip
    if not len(matching):
        nothing(on, "no pairs")
        return on
    _draw(on, *_counts(left, right))
    return on


def _draw(ax: Any, table: Ints, left: list[str], right: list[str]) -> None:
    """Draw a band for each cell of the table, and a bar for each of its rows and columns."""
    scale = (1 - _GAP * (max(table.shape) - 1)) / table.sum()
    starts = _starts(table.sum(axis=1), scale)
    ends = _starts(table.sum(axis=0), scale)
    went, came = starts.copy(), ends.copy()
    for row, col in np.argwhere(table > 0).tolist():
        height = table[row, col] * scale
        _band(ax, went[row], came[col], height, row)
        if height > 0.045:
            ax.text(
                0.1, _bend(went[row], came[col], 0.1) + height / 2, f"{table[row, col]:,}",
                va="center", ha="center", fontsize=9,
                bbox={"boxstyle": "round,pad=0.1", "facecolor": "white", "edgecolor": "none"},
            )  # fmt: skip
        went[row] += height
        came[col] += height
    for x, tops, sums, names, align in (
        (0.0, starts, table.sum(axis=1), left, "right"),
        (1.0, ends, table.sum(axis=0), right, "left"),
    ):
        for top, count, name in zip(tops, sums, names, strict=True):
            ax.plot(
                [x, x], [top, top + count * scale], color=BLACK, linewidth=5, solid_capstyle="butt"
            )
            shift = -0.03 if align == "right" else 0.03
            ax.text(
                x + shift,
                top + count * scale / 2,
                wrapped(f"{name}, {count:,}", 26),
                ha=align,
                va="center",
            )


def _band(ax: Any, start: float, end: float, height: float, kind: int) -> None:
    across = np.linspace(0, 1, 40)
    top = _bend(start, end, across)
    ax.fill_between(
        across, top, top + height,
        facecolor=_COLOURS[kind % len(_COLOURS)], hatch=_HATCHES[kind % len(_HATCHES)],
        edgecolor="white", linewidth=0.5,
    )  # fmt: skip


def _bend(start: float, end: float, across: Any) -> Any:
    """Return a smooth way from one height to another."""
    return start + (end - start) * (3 * across**2 - 2 * across**3)


def _starts(counts: Ints, scale: float) -> NDArray[np.float64]:
    """Return where each group begins, all of them centred."""
    spans = counts * scale + _GAP
    found: NDArray[np.float64] = np.cumsum(spans) - spans + (1 - spans.sum() + _GAP) / 2
    return found


def _counts(left: list[Group], right: list[Group]) -> tuple[Ints, list[str], list[str]]:
    """Return the number of pairs from each group to each, and the groups' names in order."""
    sides = [_joined(groups) for groups in (left, right)]
    names = [sorted(set(groups)) for groups in sides]
    table = np.zeros((len(names[0]), len(names[1])), dtype=np.int64)
    for one, other in zip(*sides, strict=True):
        table[names[0].index(one), names[1].index(other)] += 1
    return table, [label for _, label in names[0]], [label for _, label in names[1]]


def _joined(groups: list[Group]) -> list[Group]:
    """Return groups, the rarest as "others" where there are too many."""
    common = Counter(groups).most_common()
    if len(common) <= _MOST:
        return groups
    kept = {group for group, _ in common[: _MOST - 1]}
    return [group if group in kept else OTHERS for group in groups]


def _groups(roster: Roster, by: str, rows: NDArray[np.intp]) -> list[Group]:
    """Return the group of some people."""
    if by == GENERATION:
        return _generations(roster, rows)
    column = roster.columns.get(by)
    if isinstance(column, Categories):
        labels = [column.label(row) for row in rows.tolist()]
        return [UNKNOWN if label is None else (0.0, label) for label in labels]
    if isinstance(column, Numbers):
        values = column.values[rows].tolist()
        return [UNKNOWN if isnan(value) else (value, f"{value:g}") for value in values]
    there = sorted(n for n, c in roster.columns.items() if isinstance(c, Categories | Numbers))
    raise InvalidInputError(f"by={by!r}; allowed are {GENERATION!r} and {', '.join(there)}")


def _generations(roster: Roster, rows: NDArray[np.intp]) -> list[Group]:
    if "birth_earliest" not in roster.columns:
        return [UNKNOWN] * len(rows)
    ends = [roster.numbers(f"birth_{end}").values[rows] for end in ("earliest", "latest")]
    first, last = (np.searchsorted(COHORT_STARTS, years, side="right") for years in ends)
    return [
        UNKNOWN if isnan(year) else _generation(one, other)
        for year, one, other in zip(ends[0].tolist(), first.tolist(), last.tolist(), strict=True)
    ]


def _generation(first: int, last: int) -> Group:
    """Return the group of people born in these cohorts, the youngest group first."""
    if first == last:
        label = _COHORTS[last]
    else:
        label = (
            f"{_COHORTS[last]} or older" if not first else f"{_COHORTS[first]} to {_COHORTS[last]}"
        )
    return -(first + last) / 2, label
