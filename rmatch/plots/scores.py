"""How good the pairs of each strategy are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from rmatch.plots.base import BLACK, SKY, VERMILLION, axes, finish, nothing, wrapped

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from rmatch.comparison import Comparison
    from rmatch.matching import Matching


def score_distribution(
    strategies: Comparison | Mapping[str, Matching], ax: Axes | None = None
) -> Axes:
    """Draw the scores of pairs, a box for each strategy, and how many pairs there are.

    The box holds the middle half, its line is the median, the whiskers end at the 10th and 90th
    percentile, the diamond is the mean and the cross the weakest pair. Of a strategy that draws
    lots, the pairs of all draws count together.

    Examples
    --------
    >>> import rmatch
    >>> from rmatch.plots import score_distribution
    >>> matching = rmatch.match_matrix([[3, 1], [2, 2]])
    >>> ax = score_distribution({"best": matching})
    >>> [label.get_text() for label in ax.get_yticklabels()]
    ['best']
    """
    scores = _scores(strategies)
    on = axes(ax, 8.0, 1.4 + 0.5 * max(len(scores), 1))
    names = list(scores)
    boxes = [_box(np.concatenate(draws)) for draws in scores.values()]
    there = [(at, box) for at, box in enumerate(boxes) if box is not None]
    if there:
        on.bxp(
            [box for _, box in there],
            positions=[at for at, _ in there],
            orientation="horizontal",
            widths=0.55,
            showfliers=True,
            showmeans=True,
            patch_artist=True,
            boxprops={"facecolor": SKY, "edgecolor": BLACK},
            medianprops={"color": BLACK, "linewidth": 2},
            meanprops={"marker": "D", "markerfacecolor": "white", "markeredgecolor": BLACK},
            flierprops={"marker": "x", "markeredgecolor": VERMILLION, "markeredgewidth": 1.8},
        )
    else:
        nothing(on, "no pairs")
    for at, draws in enumerate(scores.values()):
        pairs = sum(map(len, draws)) / max(len(draws), 1)
        on.text(
            1.01, at, f"{pairs:,.0f} pairs", transform=on.get_yaxis_transform(), va="center",
            fontsize=9,
        )  # fmt: skip
    on.set_yticks(range(len(names)), [wrapped(name.replace("_", " "), 26) for name in names])
    on.set_ylim(len(names) - 0.4, -0.6)  # the first on top
    return finish(
        on,
        "Scores of pairs",
        "score (box: the middle half; whiskers: 10 % and 90 %; ◆ mean; × weakest)",
        "",
        grid="x",
    )


def _scores(
    strategies: Comparison | Mapping[str, Matching],
) -> dict[str, tuple[NDArray[np.float64], ...]]:
    if isinstance(strategies, Mapping):
        return {
            str(name): (np.multiply(matching.gains, matching.problem.unit, dtype=np.float64),)
            for name, matching in strategies.items()
        }
    return {each.name: each.pair_scores for each in strategies.strategies}


def _box(scores: NDArray[np.float64]) -> dict[str, Any] | None:
    if not len(scores):
        return None
    low, first, median, third, high = np.quantile(scores, [0.1, 0.25, 0.5, 0.75, 0.9])
    return {
        "whislo": low,
        "q1": first,
        "med": median,
        "q3": third,
        "whishi": high,
        "mean": scores.mean(),
        "fliers": [scores.min()],
    }
