"""Pieces that several sections use."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rmatch.report.markup import Markup, tag

if TYPE_CHECKING:
    from rmatch.report.content import Content
    from rmatch.report.lines import NotComputed


def section(name: str, title: str, *body: Any) -> Markup:
    """Return a section with its heading, which names it for those who do not see it."""
    head = tag("h2", title, id=f"{name}-title")
    return tag("section", head, *body, id=name, aria_labelledby=f"{name}-title")


def not_computed(what: NotComputed) -> Markup:
    """Return what is not computed, why, and how to ask for it."""
    return tag("p", str(what), class_="note")


def full_score(content: Content) -> float:
    """Return the score that fills a bar: 1 for compatibilities, the best one for a matrix."""
    if getattr(content.problem, "score", ()):
        return 1.0
    return max(float(content.scores.max(initial=0.0)), 1e-9)
