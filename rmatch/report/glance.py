"""The first section: the four questions asked first, each with its answer."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np

from rmatch.answers.wording import counted, figure
from rmatch.names import percent
from rmatch.report.content import Content
from rmatch.report.lines import NotComputed
from rmatch.report.markup import Markup, tag
from rmatch.report.pictures import bar
from rmatch.report.pieces import full_score, not_computed, section

_TOP = 3


def glance(content: Content) -> Markup:
    """Return the four questions asked first, each with its answer."""
    cards = (_matched(content), _quality(content), _without(content), _rules(content))
    return section("glance", "At a glance", tag("div", *cards, class_="cards"), _attention(content))


def _matched(content: Content) -> Markup:
    lines, shares = [], {}
    for side, verb in (("mentees", "have a mentor"), ("mentors", "teach")):
        have, every = content.matched[side]
        shares[side] = have / every if every else 1.0
        lines.append(tag("p", tag("strong", f"{have:,} of {every:,}"), f" {side} {verb}",
                         bar(shares[side])))  # fmt: skip
    lines.append(tag("p", counted(len(content.matching), "pair"), " in all."))
    return _card("How many are matched?", percent(shares["mentees"]), "of the mentees", *lines)


def _quality(content: Content) -> Markup:
    if not len(content.matching):
        return _card("How good are the pairs?", "–", "there is no pair")
    scores = content.scores
    aim = content.problem.objective.name
    by = "" if aim == "total_score" else f" by the objective {aim.replace('_', ' ')}"
    best = f"Proven: no other set of pairs is better{by} under these rules."
    known = (
        tag("p", best, class_="proven")
        if content.proven
        else tag("p", f"{content.matching.proof}.")
    )
    spread = f"Half are {np.median(scores):.2f} or more; the weakest is {scores.min():.2f}."
    scale = "mean score of a pair" + (", from 0 to 1" if full_score(content) == 1.0 else "")
    return _card("How good are the pairs?", f"{scores.mean():.2f}", scale, tag("p", spread), known)


def _without(content: Content) -> Markup:
    have, every = content.matched["mentees"]
    title, people = "Who is not, and what would help?", content.left_out["mentees"]
    number = f"{every - have:,}"
    without = f"{'mentee' if every - have == 1 else 'mentees'} without a mentor"
    if isinstance(people, NotComputed):
        return _card(title, number, without, not_computed(people))
    causes = Counter(_SHORT[person.cause.name] for person in people)
    said = [
        tag("ul", *(tag("li", tag("strong", count), f" {text}")
                    for text, count in causes.most_common()))
    ]  # fmt: skip
    helps = [
        tag("li", tag("strong", count), f" with {kind}")
        for kind, count in content.what_helps[:_TOP]
    ]
    if content.no_helps is not None:
        said.append(not_computed(content.no_helps))
    if helps:
        asks = "How many would be matched by one change, made for that person alone:"
        said += [tag("p", asks), tag("ul", *helps)]
    return _card(title, number, without, *said)


#: The causes, after a number of people.
_SHORT = {
    "NO_PLACE": "with no place of their own",
    "NO_ELIGIBLE_PARTNER": "with nobody whom the rules allow",
    "BELOW_MINIMUM_SCORE": "with partners below the minimum score only",
    "PARTNERS_CLOSED": "with partners who fit, none of whom has a place",
    "NO_SEAT": "with a partner who fits and has a place, but without a seat in the programme",
    "PARTNERS_TAKEN": "with partners who fit, all taken by pairs that gain more",
    "NOT_CHOSEN": "with a partner who fits, but a pair that would not add to the total",
}


def _rules(content: Content) -> Markup:
    title, costs = "What does each rule cost?", content.costs
    if isinstance(costs, NotComputed):
        return _card(title, "–", "", not_computed(costs))
    dropped = [line for line in content.cost_lines if line.becomes is None]
    costly = [line for line in dropped if line.mentees > 0 or line.score > 0]
    if not costly:
        return _card(title, "0", "rules cost anything", tag("p", "No rule alone costs a pair."))
    most = max(line.score for line in costly) or 1.0
    items = [
        tag("li", f"“{line.rule}”: ", tag("strong", _price(line.mentees, line.score)),
            bar(line.score / most))
        for line in costly[:_TOP]
    ]  # fmt: skip
    free = len(dropped) - len(costly)
    tail = f"{counted(free, 'more rule')} cost{'s' if free == 1 else ''} nothing alone."
    return _card(title, f"{len(costly)} of {len(dropped)}", "rules cost something",
                 tag("ul", *items), tag("p", tail) if free else None)  # fmt: skip


def _price(mentees: int, score: float) -> str:
    said = [counted(mentees, "mentee")] if mentees > 0 else []
    if score > 0:
        said.append(f"{figure(score)} of score")
    return " and ".join(said)


def _attention(content: Content) -> Markup | None:
    if not content.notes:
        return None
    items = [tag("li", note) for note in content.notes]
    return tag("aside", tag("h3", "Look at"), tag("ul", *items), class_="attention")


def _card(title: str, number: str, unit: str, *body: Any) -> Markup:
    big = tag("p", tag("span", number, class_="number"), " ", tag("span", unit, class_="unit"))
    return tag("article", tag("h3", title), big, *body, class_="card")
