"""The sections of the page, in the order in which a programme owner asks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from rmatch.answers.wording import counted
from rmatch.report.content import Content
from rmatch.report.glance import glance
from rmatch.report.lines import LeftOut, NotComputed
from rmatch.report.markup import Markup, join, tag
from rmatch.report.pictures import bar, histogram, stacked
from rmatch.report.pieces import full_score, not_computed, section
from rmatch.report.tables import Cell, Column, Row, table

#: Rows that a page shows of one table; the rest is in the data, and the page says so.
MOST_ROWS = 5_000
_SKILLS_SHOWN = 15
_ITEMS = 4
_TOP = 3


def pairs(content: Content) -> Markup:
    """Return the pairs with their reasons."""
    lines = content.pairs
    if not lines:
        return section("pairs", "Pairs", tag("p", "There is no pair."))
    low, full = _weakest(content), full_score(content)
    shown = lines[:MOST_ROWS]
    rows = [
        Row(
            (
                _person(line.mentor, line.beside[0]),
                _person(line.mentee, line.beside[1]),
                Cell(
                    join(tag("strong", f"{line.score:.2f}"), bar(line.score / full)),
                    f"{line.score:.6f}",
                ),
                _reasons(line.why),
                _review(line.review),
            ),
            [label for label, yes in (("review", line.review), ("weak", line.score <= low)) if yes],
        )
        for line in shown
    ]  # fmt: skip
    review = sum(bool(line.review) for line in lines)
    filters = [("weak", f"The weakest tenth (up to {low:.2f})")]
    if review:
        filters.insert(0, ("review", f"To review ({review})"))
    columns = (
        Column("Mentor (teaches)", width="16%"),
        Column("Mentee (learns)", width="16%"),
        Column("Score", "num", width="11%"),
        Column("Why these two", width="41%", sort=False),
        Column("To review", width="16%"),
    )
    return section(
        "pairs",
        "Pairs and their reasons",
        _rest(len(lines), "pairs", "the best first; matching.to_excel() and to_frame() have all"),
        table(f"{counted(len(lines), 'pair')}, the best first", columns, rows,
              name="pairs-table", filters=filters),
    )  # fmt: skip


def left_out(content: Content) -> Markup:
    """Return who has no pair, why, and what would help."""
    said: list[Markup | None] = []
    for side in ("mentees", "mentors"):
        people = content.left_out[side]
        title = tag("h3", f"{side.capitalize()} without a pair")
        if isinstance(people, NotComputed):
            said += [title, not_computed(people)]
        elif people:
            said += [title, _rest(len(people), side, f"matching.unmatched_{side} has all")]
            said.append(_people_left(side, people))
    if content.untried:
        time_up = NotComputed(
            f"the time for trying what would help was up before {content.untried:,} of them",
            "Ask matching.why_unmatched(person), or for a report with time_limit=None.",
        )
        said.append(not_computed(content.no_helps or time_up))
    body = said or [tag("p", "Everybody has a pair.")]
    return section("unmatched", "Who has no pair, and what would help", *body)


def rule_costs(content: Content) -> Markup:
    """Return what each rule costs."""
    costs = content.costs
    listed = tag("ul", *(tag("li", words) for words in content.rules))
    kept = [tag("h3", "What every pair keeps to"), listed] if content.rules else []
    if isinstance(costs, NotComputed):
        return section("costs", "What each rule costs", not_computed(costs), *kept)
    lines = content.cost_lines
    most = max((abs(line.score) for line in lines), default=0.0) or 1.0
    rows = [
        Row(
            (
                f"without “{line.rule}”" if line.becomes is None else f"instead: “{line.becomes}”",
                _gain(line.mentees, "d"),
                Cell(join(_gain(line.score, ".2f"), bar(abs(line.score) / most))),
                "" if line.share is None else f"{line.share:.2f}",
            ),
            kind="step" if line.becomes is not None else "",
        )
        for line in lines
    ]
    columns = (
        Column("Change, everything solved again", width="55%"),
        Column("More mentees matched", "num"),
        Column("More total score", "num"),
        Column("Fair share of all rules’ cost", "num"),
    )
    about = (
        "Each line is the best that could be had with one rule dropped or a step looser, and all "
        "others kept. The fair share divides what all rules cost together (Shapley). A rule may be "
        "worth its cost: it is there for a reason."
    )
    shown = [tag("p", about), table("The price of each rule", columns, rows)] if lines else [
        tag("p", "There is no rule to loosen.")
    ]  # fmt: skip
    return section("costs", "What each rule costs", *shown, *kept)


def pictures(content: Content) -> Markup:
    """Return how scores are spread, what they are made of, and what is learned."""
    said: list[Markup | None] = []
    if len(content.matching):
        full = full_score(content)
        between = (min(0.0, float(content.scores.min())), max(full, float(content.scores.max())))
        label = "How many pairs have which score"
        said.append(
            tag("figure", tag("figcaption", label), histogram(content.scores, label, between))
        )
    if content.part_means:
        rows = [
            Row((name.replace("_", " "), f"{weight:.2g}", Cell(join(f"{mean:.0%}", bar(mean)))))
            for name, weight, mean in content.part_means
        ]
        columns = (Column("Part"), Column("Weight", "num"), Column("Mean over all pairs", "num"))
        said.append(table("What the scores are made of", columns, rows))
    said.append(_skills(content))
    return section("pictures", "Scores and skills", *said)


def kpis(content: Content) -> Markup:
    """Return every figure with its interval, n and formula."""
    found = content.kpis
    if isinstance(found, NotComputed):
        return section("kpis", "Figures", not_computed(found))
    rows = [
        Row(
            (
                _words(each.name) + (f" ({each.of})" if each.of else ""),
                Cell(_value(each.value), None if each.value is None else f"{each.value:.9g}"),
                "" if each.low is None else f"{each.low:.3g} to {each.high:.3g}",
                "" if each.n is None else f"{each.n:,}",
                each.formula + (f"; {each.note}" if each.note else ""),
            )
        )
        for each in found.figures
    ]
    columns = (
        Column("Figure", width="26%"),
        Column("Value", "num", width="12%"),
        Column("95 % interval", "num", width="17%"),
        Column("n", "num", width="8%"),
        Column("Formula", width="37%", sort=False),
    )
    about = (
        f"Figures over fewer than {found.min_cell} people are hidden. Intervals are 95 %: Wilson's "
        "for shares, bootstrap for means."
    )
    return section(
        "kpis", "Figures", tag("p", about), table("All figures", columns, rows, name="kpi-table")
    )


def proof(content: Content) -> Markup:
    """Return how the result is known, and where it comes from."""
    record = [(_words(name), _plain(value)) for name, value in content.provenance.items()]
    weights = [f"{_words(name)} {weight:.3g}" for name, weight in content.weights]
    if weights:
        record.append(("score", "; ".join(weights)))
    terms = [join(tag("dt", name), tag("dd", value)) for name, value in record]
    return section(
        "proof",
        "Proof and provenance",
        tag("h3", "How this is known"),
        *(tag("p", text) for text in content.proof),
        tag("h3", "Where it comes from"),
        tag("dl", *terms, class_="record"),
    )


SECTIONS = (glance, pairs, left_out, rule_costs, pictures, kpis, proof)


# ---- pieces --------------------------------------------------------------------------------------


def _rest(number: int, what: str, where: str) -> Markup | None:
    if number <= MOST_ROWS:
        return None
    return tag("p", f"The first {MOST_ROWS:,} of {number:,} {what} are listed here, {where}.",
               class_="note")  # fmt: skip


def _person(name: str, beside: str) -> Cell:
    return Cell(join(name, tag("span", beside, class_="beside") if beside else None), name)


def _reasons(why: Sequence[str]) -> Markup | None:
    return tag("ul", *(tag("li", *_shortened(text)) for text in why)) if why else None


def _shortened(reason: str) -> Iterator[Any]:
    """Yield the first items of a reason; the others unfold."""
    items = reason.split("; ")
    yield "; ".join(items[:_ITEMS])
    if len(items) > _ITEMS:
        more = tag("summary", f"and {len(items) - _ITEMS} more")
        yield tag("details", more, "; ".join(items[_ITEMS:]))


def _review(rules: Sequence[str]) -> Cell:
    if not rules:
        return Cell("", "~")
    said = [tag("li", f"data is missing for “{rule}”") for rule in rules]
    return Cell(tag("ul", *said), "review")


def _people_left(side: str, people: Sequence[LeftOut]) -> Markup:
    rows = [
        Row(
            (
                _person(person.name, person.beside),
                person.words,
                "not computed" if person.helps is None else _options(person.helps),
            )
        )
        for person in people[:MOST_ROWS]
    ]
    columns = (
        Column(side.capitalize()[:-1], width="18%"),
        Column("Why", width="41%"),
        Column("What would help, for this person alone", width="41%", sort=False),
    )
    caption = f"{counted(len(people), side[:-1])} without a pair"
    return table(caption, columns, rows, name=f"{side}-table")


def _options(helps: Sequence[str]) -> Markup | str:
    if not helps:
        return "no single change found"
    return tag("ul", *(tag("li", text) for text in helps[:_TOP]))


def _skills(content: Content) -> Markup | None:
    skills = content.skills
    if isinstance(skills, NotComputed) or not skills:
        return None
    key = tag(
        "p",
        tag("span", class_="key full", aria_hidden="true"), " reached with a partner  ",
        tag("span", class_="key part", aria_hidden="true"), " reached in part  ",
        tag("span", class_="key left", aria_hidden="true"), " left for other training",
        class_="legend",
    )  # fmt: skip
    rows = [
        Row(
            (
                each.skill,
                each.goals,
                each.reached,
                each.partly,
                each.left,
                stacked(
                    [
                        ("full", each.reached / each.goals),
                        ("part", each.partly / each.goals),
                        ("left", each.left / each.goals),
                    ]
                ),
            )
        )
        for each in skills[:_SKILLS_SHOWN]
    ]
    columns = (
        Column("Skill", width="26%"),
        Column("Goals", "num"),
        Column("Reached", "num"),
        Column("In part", "num"),
        Column("Left", "num"),
        Column("Share of the goals", width="30%"),
    )
    caption = "What people want to learn most, and how much of it the pairs reach"
    if len(skills) > _SKILLS_SHOWN:
        caption += f" ({_SKILLS_SHOWN} of {len(skills)} skills; matching.learning_goals() has all)"
    return join(table(caption, columns, rows), key)


def _weakest(content: Content) -> float:
    """Return the score up to which the weakest tenth of the pairs goes."""
    return float(np.quantile(content.scores, 0.1, method="lower"))


def _value(value: float | None) -> str:
    if value is None:
        return "hidden: too few"
    return f"{value:,.0f}" if abs(value) >= 1000 or value == round(value) else f"{value:.3g}"


def _gain(value: float, shown: str) -> str:
    """Return a change with its sign, none for nothing."""
    return format(value, f"+{shown}" if value else shown)


def _words(name: str) -> str:
    return name.replace("_", " ")


def _plain(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {each}" for name, each in value.items())
    return "none" if value is None else str(value)
