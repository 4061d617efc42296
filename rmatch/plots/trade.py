"""The trade between two aims."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rmatch.plots.base import BLACK, BLUE, ORANGE, VERMILLION, axes, finish, legend, nothing

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from rmatch.answers.frontier import Frontier


def frontier(found: Frontier, ax: Axes | None = None) -> Axes:
    """Draw a frontier: how good pairs are against how many, or one aim against another.

    For pairs against score the curves are the mean score of a pair, which is the best there is for
    each number of pairs, and the weakest pair. For other aims points are joined by steps; hollow
    ones are unsupported: no weighting of the two aims leads to them. The star is what was matched.

    Examples
    --------
    >>> import rmatch
    >>> from rmatch.plots import frontier
    >>> ax = frontier(rmatch.match_matrix([[9, 6], [6, 1]]).frontier())
    >>> ax.get_xlabel(), ax.get_ylabel()
    ('number of pairs', 'score of a pair')
    """
    on = axes(ax, 7.5, 4.5)
    if (found.first, found.second) == ("pairs", "score"):
        return _quality(found, on)
    points = found.points
    on.step(
        [point.first for point in points], [point.second for point in points],
        where="pre", color=BLUE, linewidth=1.2, zorder=1,
    )  # fmt: skip
    for hollow, label in ((False, "exact point"), (True, "exact point, unsupported")):
        some = [point for point in points if (point.supported is False) == hollow]
        on.plot(
            [point.first for point in some], [point.second for point in some],
            "o", color=BLUE, markerfacecolor="white" if hollow else BLUE, label=label,
        )  # fmt: skip
    _star(on, [(point.first, point.second) for point in points if point.now])
    return _finish(found, on, _said(found.first), _said(found.second))


def _quality(found: Frontier, ax: Any) -> Axes:
    points = [point for point in found.points if point.pairs]
    pairs = [point.pairs for point in points]
    ax.plot(pairs, [point.mean for point in points], "o-", color=BLUE, label="mean score")
    ax.plot(pairs, [point.worst for point in points], "s--", color=ORANGE, label="weakest pair")
    _star(ax, [(point.pairs, point.mean) for point in points if point.now])
    ax.set_ylim(bottom=min(0.0, *ax.get_ylim()))
    return _finish(found, ax, _said("pairs"), "score of a pair")


def _star(ax: Any, places: list[tuple[Any, Any]]) -> None:
    ax.plot(
        [x for x, _ in places], [y for _, y in places],
        "*", markersize=17, color=VERMILLION, markeredgecolor=BLACK, label="now", zorder=4,
    )  # fmt: skip


def _finish(found: Frontier, ax: Any, xlabel: str, ylabel: str) -> Axes:
    if found.points:
        legend(ax)
    else:
        nothing(ax, "no matching keeps all minimums and locks")
    return finish(ax, f"{ylabel.capitalize()} against {xlabel}", xlabel, ylabel, grid="both")


def _said(aim: str) -> str:
    return {"pairs": "number of pairs", "score": "total score"}.get(
        aim, f"total {aim.replace('_', ' ')}"
    )
