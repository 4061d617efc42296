"""Pictures as inline SVG and as bars in table cells: values are always written out beside them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from rmatch.report.markup import Markup, join, tag

if TYPE_CHECKING:
    from numpy.typing import NDArray

_BINS = 20
_WIDTH, _HEIGHT, _AXIS, _TOP = 640, 210, 34, 40


def bar(share: float, kind: str = "") -> Markup:
    """Return a bar that fills a share of its place; decoration, as its value stands in words."""
    width = f"width:{min(max(share, 0.0), 1.0):.1%}"
    return tag("span", tag("span", style=width), class_=f"bar {kind}".strip(), aria_hidden="true")


def stacked(parts: Sequence[tuple[str, float]]) -> Markup:
    """Return one bar of several parts, each (class, share)."""
    return tag(
        "span",
        *(tag("span", class_=kind, style=f"width:{share:.2%}") for kind, share in parts if share),
        class_="bar stack",
        aria_hidden="true",
    )


def histogram(values: NDArray[np.float64], label: str, between: tuple[float, float]) -> Markup:
    """Return how many values fall into each of 20 equal steps, with the median marked."""
    counts, _ = np.histogram(values, bins=_BINS, range=between)
    high = max(int(counts.max(initial=1)), 1)
    step = _WIDTH / _BINS
    bars: list[Markup] = []
    for at, count in enumerate(counts.tolist()):
        if not count:
            continue
        tall = (_HEIGHT - _AXIS - _TOP) * count / high
        x, y = at * step, _HEIGHT - _AXIS - tall
        bars.append(
            tag("rect", x=f"{x + 1:.1f}", y=f"{y:.1f}", width=f"{step - 2:.1f}",
                height=f"{tall:.1f}", rx=2, class_="mark")
        )  # fmt: skip
        bars.append(tag("text", count, x=f"{x + step / 2:.1f}", y=f"{y - 4:.1f}", class_="count"))
    low, width = between[0], between[1] - between[0]
    ticks = [
        tag("text", f"{low + width * at / 4:.3g}", x=f"{_WIDTH * at / 4:.0f}", y=_HEIGHT - 14,
            class_=("first", "tick", "tick", "tick", "last")[at])
        for at in range(5)
    ]  # fmt: skip
    middle = float(np.median(values))
    x = (middle - low) / width * _WIDTH
    side = "left" if x > _WIDTH * 0.7 else "right"
    median = join(
        tag("line", x1=f"{x:.1f}", x2=f"{x:.1f}", y1=4, y2=_HEIGHT - _AXIS, class_="median"),
        tag("text", f"half are {middle:.2f} or more", y=13, class_=f"said {side}",
            x=f"{x + (-6 if side == 'left' else 6):.1f}"),
    )  # fmt: skip
    base = tag("line", x1=0, x2=_WIDTH, y1=_HEIGHT - _AXIS, y2=_HEIGHT - _AXIS, class_="axis")
    return tag(
        "svg",
        tag("title", label),
        *bars, base, *ticks, median,
        viewBox=f"0 0 {_WIDTH} {_HEIGHT}", role="img", class_="histogram",
    )  # fmt: skip
