"""What each rule costs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from rmatch.plots.base import (
    BLACK,
    BLUE,
    ORANGE,
    VERMILLION,
    axes,
    finish,
    legend,
    nothing,
    wrapped,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from rmatch.answers.costs import RuleChange, RuleCosts


def rule_costs(costs: RuleCosts, ax: Axes | None = None) -> Axes:
    """Draw the score gained without each rule, and by the step of it that helps most.

    The numbers at the bars are the mentees gained; the diamond is the rule's fair share (Shapley)
    of what all rules cost together.

    Examples
    --------
    >>> import rmatch
    >>> from rmatch.plots import rule_costs
    >>> from rmatch.rules import SeniorityGap
    >>> mentors = [{"id": "m", "level": 3, "skills": "AI:4"}]
    >>> mentees = [{"id": "s", "level": 4, "goals": "AI:4"}]
    >>> ax = rule_costs(rmatch.match(mentors, mentees, rules=[SeniorityGap(2)]).rule_costs())
    >>> ax.get_xlabel()
    'total score gained'
    """
    shares = {(share.rule, share.asks): share.score for share in costs.shares}
    dropped = sorted(
        (change for change in costs.changes if not change.step),
        key=lambda change: (-change.outcome.score, -shares[change.rule, change.asks]),
    )
    on = axes(ax, 8.5, 1.6 + 0.75 * max(len(dropped), 1))
    title = f"What each rule costs ({costs.now.mentees:,} of {costs.of_mentees:,} mentees matched)"
    if not dropped:
        nothing(on, "there is no rule to loosen")
        on.set_yticks([])
        return finish(on, title, "total score gained", "")
    _bars(on, costs, dropped, -0.19, label="without the rule", color=BLUE)
    steps = [_best_step(costs, change) for change in dropped]
    _bars(on, costs, steps, 0.19, label="with the step that helps most", color=ORANGE, hatch="///")
    on.scatter(
        [shares[change.rule, change.asks] for change in dropped],
        range(len(dropped)),
        marker="D", s=40, color=VERMILLION, edgecolor="white", zorder=3,
        label="fair share of what all rules cost",
    )  # fmt: skip
    on.axvline(0, color=BLACK, linewidth=0.8)
    on.set_yticks(range(len(dropped)), [wrapped(change.asks) for change in dropped])
    on.set_ylim(len(dropped) - 0.4, -0.6)
    on.margins(x=0.12)
    legend(on, columns=2)
    return finish(on, title, "total score gained", "", grid="x")


def _bars(
    ax: Any, costs: RuleCosts, changes: Sequence[RuleChange | None], offset: float, **style: Any
) -> None:
    """Draw the score that changes gain, and write the mentees they gain beside it."""
    there = [(at + offset, change) for at, change in enumerate(changes) if change is not None]
    drawn = ax.barh(
        [at for at, _ in there],
        [change.outcome.score - costs.now.score for _, change in there],
        height=0.34, edgecolor=BLACK, linewidth=0.6, **style,
    )  # fmt: skip
    mentees = [change.outcome.mentees - costs.now.mentees for _, change in there]
    ax.bar_label(drawn, [_more(count) for count in mentees], padding=9, fontsize=9)


def _more(mentees: int) -> str:
    return f"{mentees:+,} mentee{'' if abs(mentees) == 1 else 's'}" if mentees else ""


def _best_step(costs: RuleCosts, dropped: RuleChange) -> RuleChange | None:
    """Return the step of a rule that gains most, the smallest of equals; ``None`` without steps."""
    steps = [
        change
        for change in costs.changes
        if change.step and (change.rule, change.asks) == (dropped.rule, dropped.asks)
    ]
    return max(steps, key=lambda change: (change.outcome.score, -change.step), default=None)
