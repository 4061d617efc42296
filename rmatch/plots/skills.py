"""Supply and demand of skills."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rmatch.plots.base import BLACK, BLUE, SKY, VERMILLION, axes, finish, legend, nothing

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from rmatch.answers.readiness import Readiness


def skill_supply(readiness: Readiness, ax: Axes | None = None, *, most: int = 15) -> Axes:
    """Draw the places of able mentors to the left, the mentees who want a skill to the right.

    Of these, the dark part could be taught it at once; the hatched part is the shortfall. Skills
    with the largest shortfall come first; ``most`` limits their number.

    Examples
    --------
    >>> import rmatch
    >>> from rmatch.plots import skill_supply
    >>> ready = rmatch.readiness([{"id": "m", "skills": "AI:4"}], [{"id": "s", "goals": "AI:4"}])
    >>> [label.get_text() for label in skill_supply(ready).get_yticklabels()]
    ['AI']
    """
    shown = readiness.skills[:most]
    on = axes(ax, 8.0, 1.7 + 0.32 * max(len(shown), 1))
    title = "Skills: places of able mentors, and mentees who want them"
    if len(shown) < len(readiness.skills):
        title += f" ({len(shown)} of {len(readiness.skills)} skills)"
    if not shown:
        nothing(on, "no open goals")
        on.set_yticks([])
        return finish(on, title, "people", "")
    rows = range(len(shown))
    served = [need.served for need in shown]
    style: dict[str, Any] = {"height": 0.7, "edgecolor": BLACK, "linewidth": 0.6}
    supply = on.barh(
        rows, [-need.places for need in shown], color=SKY, label="places of able mentors", **style
    )
    on.barh(rows, served, color=BLUE, label="mentees who could be taught it", **style)
    short = on.barh(
        rows, [need.shortfall for need in shown], left=served, color="white", hatch="////",
        label="mentees left over", **style,
    )  # fmt: skip
    for bar in short:
        bar.set_edgecolor(VERMILLION)
    on.bar_label(supply, [f"{need.places}" for need in shown], padding=3, fontsize=8)
    on.bar_label(short, [f"{need.wanting}" for need in shown], padding=3, fontsize=8)
    on.axvline(0, color=BLACK, linewidth=0.8)
    on.set_yticks(rows, [need.skill for need in shown])
    on.set_ylim(len(shown) - 0.4, -0.6)
    on.use_sticky_edges = False  # a bar of no length would take the room of its number
    on.margins(x=0.08)
    on.xaxis.set_major_formatter(lambda value, _: f"{abs(value):g}")
    legend(on)
    return finish(on, title, "places (left), mentees (right)", "", grid="x")
