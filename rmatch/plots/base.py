"""What all pictures share: axes, colours that everybody can tell apart, and quiet frames."""

from __future__ import annotations

from textwrap import fill
from typing import TYPE_CHECKING, Any

from rmatch.errors import MissingDependencyError

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: Colours of M. Okabe and K. Ito, "Color universal design", 2008, from dark to light in grey.
BLACK, BLUE, VERMILLION, GREEN, PURPLE, SKY, ORANGE, YELLOW = (
    "#000000", "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00", "#F0E442",
)  # fmt: skip

PALE = "#E8E8E8"


def axes(ax: Any, width: float, height: float) -> Any:
    """Return the axes to draw on: those given, or those of a new figure of some inches."""
    if ax is not None:
        return ax
    try:
        from matplotlib.figure import Figure
    except ImportError:
        raise MissingDependencyError(
            "plots need matplotlib, which is not installed (pip install 'rmatch[plot]'); "
            "to_frame() has the figures of every picture"
        ) from None
    return Figure(figsize=(width, height), layout="constrained").add_subplot()


def finish(ax: Any, title: str, xlabel: str, ylabel: str, *, grid: str | None = None) -> Axes:
    """Label the axes, take away what is not data, and return them."""
    ax.set_title(title, loc="left", fontsize=11, fontweight="bold")
    ax.set_xlabel(xlabel)
    ax.set_ylabel(ylabel)
    for side in ("top", "right"):
        ax.spines[side].set_visible(False)
    if grid is not None:
        ax.grid(axis=grid, color=PALE, linewidth=0.8)
        ax.set_axisbelow(True)
    done: Axes = ax
    return done


def legend(ax: Any, columns: int = 3) -> None:
    """Explain the marks below the axes, where nothing is drawn."""
    from matplotlib.transforms import offset_copy

    below = offset_copy(ax.transAxes, fig=ax.figure, y=-0.5, units="inches")
    ax.legend(
        loc="upper left", bbox_to_anchor=(0, 0), bbox_transform=below, ncols=columns,
        frameon=False, fontsize=9, borderaxespad=0,
    )  # fmt: skip


def nothing(ax: Any, why: str) -> None:
    """Say in the middle of the axes why they are empty."""
    ax.text(0.5, 0.5, why, transform=ax.transAxes, ha="center", va="center", color="#555555")


def wrapped(text: str, width: int = 34) -> str:
    """Return a label on several lines."""
    return fill(str(text), width)
