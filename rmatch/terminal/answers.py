"""Answers as text: what is wrong with data, what rules cost, what else could have been done."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rmatch.audit.figures import FOUR_FIFTHS
from rmatch.names import percent
from rmatch.terminal.text import count, item, paragraphs, print_table, title, words

if TYPE_CHECKING:
    from rich.console import Console

    from rmatch.answers.answer import Answer
    from rmatch.answers.costs import RuleCosts
    from rmatch.audit import Audit
    from rmatch.comparison import Comparison
    from rmatch.living.rematch import Rematch
    from rmatch.reading import CheckReport

_PROBLEMS_SHOWN = 50
_CHANGES_SHOWN = 20


def show_comparison(console: Console, comparison: Comparison) -> None:
    """Show what other strategies would have given."""
    title(console, "What other ways of pairing give under the same rules")
    rows = [
        {name: each.value for name, each in way.figures.items()} for way in comparison.strategies
    ]
    most = max(row.get("score, total", 0.0) for row in rows)
    print_table(
        console,
        ("strategy", ">mentees matched", ">total score", ">per pair", ">of the best"),
        [
            (
                way.name,
                f"{row['match_rate, mentees'] * comparison.of_mentees:.0f}",
                f"{row.get('score, total', 0.0):.1f}",
                f"{row.get('score, mean', 0.0):.2f}",
                f"{row.get('score, total', 0.0) / most if most else 1.0:.1%}",
            )
            for way, row in zip(comparison.strategies, rows, strict=True)
        ],
    )


def show_rule_costs(console: Console, costs: RuleCosts) -> None:
    """Show what would be gained without each rule, the most costly first."""
    title(console, "What each rule costs")
    dropped = sorted(
        (change for change in costs.changes if not change.step),
        key=lambda change: -change.outcome.objective,
    )
    print_table(
        console,
        (">more mentees", ">more score", "without the rule, solved again"),
        [
            (
                f"{change.outcome.mentees - costs.now.mentees:+d}",
                f"{change.outcome.score - costs.now.score:+.2f}",
                change.asks,
            )
            for change in dropped
        ],
    )


def show_report(console: Console, report: CheckReport) -> None:
    """Show what was found in people's data: problems, then warnings."""
    people = " and ".join(f"{count} {side}" for side, count in report.people.items()) or "Nobody"
    verdict = "can be matched" if report.ok else "cannot be matched yet"
    console.print(f"{people}: the data {verdict}.", style="bold")
    for what, found in (("problem", report.problems), ("warning", report.warnings)):
        if found:
            title(console, count(len(found), what))
            for each in found[:_PROBLEMS_SHOWN]:
                item(console, str(each))
            if len(found) > _PROBLEMS_SHOWN:
                console.print(f"  and {len(found) - _PROBLEMS_SHOWN} more (--json lists all)")


def show_answer(console: Console, answer: Answer, head: str = "") -> None:
    """Show what an answer says, a paragraph for each of its lines."""
    if head:
        title(console, head)
    paragraphs(console, answer.words)


def show_audit(console: Console, audit: Audit) -> None:
    """Show what to look at, then the rates and scores of each group."""
    title(console, "What to look at")
    paragraphs(console, audit.words)
    rows = [row for row in audit.figures if row.attribute in audit.attributes]
    title(console, "Figures by group")
    print_table(
        console,
        ("figure", "of", "group", ">people", ">value", ">ratio", ">other groups +"),
        [
            (
                words(row.measure),
                f"{row.attribute}, {row.side}",
                row.group,
                "hidden" if row.n is None else f"{row.n}",
                _number(row.value),
                "" if row.ratio is None else percent(row.ratio, FOUR_FIFTHS),
                "" if row.gap is None else f"{row.gap:+.2f} sd",
            )
            for row in rows
        ],
    )
    console.print(
        "Ratios are to the highest of all groups; those of burden to the mean of all mentors."
    )
    console.print("Intersections of two attributes are in --json and --out.")


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"


def show_rematch(console: Console, rematch: Rematch) -> None:
    """Show what changes, each change in a line with its reason."""
    title(console, "What changes")
    given_up = f"{rematch.given_up} of those could have gone on" if rematch.ended else ""
    console.print(
        f"{count(len(rematch.kept), 'earlier pair')} kept, {len(rematch.ended)} ended"
        f"{f'; {given_up}' if given_up else ''}.",
        style="bold",
    )
    lines = rematch.words.splitlines() if rematch.changes or rematch.ended else []
    for line in lines[:_CHANGES_SHOWN]:
        item(console, line)
    if len(lines) > _CHANGES_SHOWN:
        console.print(f"  and {len(lines) - _CHANGES_SHOWN} more (--json lists all)")
