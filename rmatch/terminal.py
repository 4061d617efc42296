"""What the command line shows: readable on a terminal, plain ASCII text in a pipe or a file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from textwrap import fill
from typing import TYPE_CHECKING, Any

import numpy as np

from rmatch.answers.wording import stated
from rmatch.problem import Problem

if TYPE_CHECKING:
    from rich.console import Console

    from rmatch.answers.costs import RuleCosts
    from rmatch.comparison import Comparison
    from rmatch.matching import Matching, Pair
    from rmatch.reading import CheckReport
    from rmatch.unmatched import Unmatched

_PAIRS_SHOWN = 5
_UNMATCHED_SHOWN = 3
_PROBLEMS_SHOWN = 50
_PIPE_WIDTH = 100

_PLAIN_QUOTES = str.maketrans("“”‘’", "\"\"''")

#: How reasons begin on the page, in place of the names of their score parts.
_SAID = {"teaching coverage: ": "teaches ", "return coverage: ": "learns in return "}


def open_console(*, stderr: bool = False) -> Console:
    """Return where to print: as wide as the terminal, or 100 columns in a pipe."""
    from rich.console import Console

    console = Console(stderr=stderr, markup=False, highlight=False, emoji=False)
    return console if console.is_terminal else Console(
        stderr=stderr, markup=False, highlight=False, emoji=False, width=_PIPE_WIDTH
    )  # fmt: skip


def save(console: Console, matching: Matching, path: Path, *, force: bool) -> None:
    """Write the pairs as CSV, scores rounded to four places, and say so."""
    from rmatch.export import write_csv

    header = ("mentor", "mentee", "score", *matching.part_names, "reasons", "flags")
    rows = [
        {name: round(cell, 4) if isinstance(cell, float) else cell for name, cell in row.items()}
        for row in matching.to_records()
    ]
    written = write_csv(rows, path, columns=header, force=force)
    said = "written to" if written else "already in"
    console.print(f"\n{_count(len(matching), 'pair')} with scores and reasons {said} {path}")


# ---- sections of the result ----------------------------------------------------------------------


def show_matching(console: Console, matching: Matching, about: str | None = None) -> None:
    """Show a result for those who decide: how many, how good, who not and why, and the proof.

    ``about`` is a column shown beside people's names.
    """
    problem = matching.problem
    if not isinstance(problem, Problem):
        console.print(matching.summary())
        return
    _show_outcome(console, matching, problem)
    _show_rules(console, problem)
    _show_pairs(console, matching, problem, about)
    _show_unmatched(console, matching)
    _show_proof(console, matching)


def _show_outcome(console: Console, matching: Matching, problem: Problem) -> None:
    _title(console, "Result")
    (mentors, mentees), coverage = problem.shape, matching.coverage
    learn, teach = len(np.unique(matching.cols)), len(np.unique(matching.rows))
    console.print(
        f"{learn} of {mentees} mentees ({coverage['mentees']:.0%}) have a mentor; "
        f"{teach} of {mentors} mentors ({coverage['mentors']:.0%}) teach.",
        style="bold",
    )
    if not len(matching):
        return
    scores = matching.gains * problem.unit
    console.print(
        f"{_count(len(scores), 'pair')}. Scores run from 0 to 1: {scores.mean():.2f} on average, "
        f"half are {np.median(scores):.2f} or more, the weakest is {scores.min():.2f}."
    )
    parts = [
        (name, weight, float(np.mean([pair.parts[name] for pair in matching.pairs])) / weight)
        for name, weight in zip(matching.part_names, problem.weights, strict=True)
        if weight
    ]
    means = "; ".join(f"{_words(n)} {mean:.0%} (weight {w:.2g})" for n, w, mean in parts)
    console.print(f"On average: {means}.")
    for note in (*matching.notes, *matching.remarks):
        console.print(f"Note: {_plain(note)}.")


def _show_rules(console: Console, problem: Problem) -> None:
    _title(console, "Rules that every pair keeps")
    for rule in problem.rules:
        _item(console, stated(rule))
    if not problem.rules:
        console.print("  none was asked for")


def _show_pairs(console: Console, matching: Matching, problem: Problem, about: str | None) -> None:
    ordered = sorted(matching.pairs, key=lambda pair: -pair.score)
    best, rest = ordered[:_PAIRS_SHOWN], ordered[_PAIRS_SHOWN:]
    weakest = rest[::-1][:_PAIRS_SHOWN]
    for title, pairs in (("Best pairs", best), ("Weakest pairs", weakest)):
        if pairs:
            _title(console, title)
            _print_table(
                console,
                ("mentor", "mentee", ">score", "why"),
                [_pair_row(problem, pair, about) for pair in pairs],
            )


def _pair_row(problem: Problem, pair: Pair, about: str | None) -> tuple[str, ...]:
    people = (
        problem.mentors[problem.mentors.index(pair.mentor)],
        problem.mentees[problem.mentees.index(pair.mentee)],
    )
    names = []
    for person in people:
        name = f"{person.name} ({person.id})" if person.name else str(person.id)
        beside = person.get(about) if about else None
        names.append(f"{name}, {beside}" if beside else name)
    reasons = []
    for reason in pair.reasons:
        start = next((start for start in _SAID if reason.startswith(start)), None)
        text = reason if start is None else _SAID[start] + reason.removeprefix(start)
        reasons.append(_shortened(text))
    return (*names, f"{pair.score:.2f}", "\n".join(reasons))


def _shortened(reason: str, most: int = 4) -> str:
    items = reason.split("; ")
    more = len(items) - most
    return "; ".join(items[:most]) + (f"; and {more} more" if more > 0 else "")


def _show_unmatched(console: Console, matching: Matching) -> None:
    _title(console, "Who has no pair, and why")
    mentees, mentors = matching.unmatched_mentees, matching.unmatched_mentors
    if not mentees and not mentors:
        console.print("Everybody has a pair.")
        return
    counts = [Counter(person.cause.value for person in side) for side in (mentees, mentors)]
    causes = sorted({**counts[0], **counts[1]}, key=lambda cause: (-counts[0][cause], cause))
    _print_table(
        console,
        (">mentees", ">mentors", "cause"),
        [(f"{counts[0][cause]}", f"{counts[1][cause]}", cause) for cause in causes],
    )
    shown = _different_causes(mentees)
    if shown:
        console.print("For example:")
        for person in shown:
            answer = matching.why_unmatched(person.id, side=person.side)
            _item(console, answer.words)


def _different_causes(people: Sequence[Unmatched]) -> list[Unmatched]:
    """Return a few people, one for each cause."""
    first: dict[Any, Unmatched] = {}
    for person in people:
        first.setdefault(person.cause, person)
    return list(first.values())[:_UNMATCHED_SHOWN]


def _show_proof(console: Console, matching: Matching) -> None:
    _title(console, "Proof")
    seconds = sum(matching.seconds.values())
    violations = matching.check()
    console.print(
        f"Checked, pair by pair and apart from the solver: {_count(len(violations), 'violation')} "
        f"of rules and limits in {_count(len(matching), 'pair')}."
    )
    if matching.bound_units != matching.units or not matching.has_prices:
        console.print(matching.proof, style="bold")
        return
    proof = matching.certificate.verify(matching.problem)
    unit, name = matching.problem.unit, _words(matching.problem.objective.name)
    console.print(
        f"This matching: {matching.objective:.6f} ({name}).\n"
        f"Upper bound:   {proof.bound * unit:.6f}, from prices put on people "
        f"and compared with all {proof.pairs_priced:,} possible pairs."
    )
    said = "The two are equal to the last unit, so no other set of pairs can be better."
    console.print(said if proof else str(proof), style="bold")
    console.print(f"Found and checked in {seconds:.2f} seconds by solver '{matching.solver}'.")


def show_comparison(console: Console, comparison: Comparison) -> None:
    """Show what other strategies would have given."""
    _title(console, "What other ways of pairing give under the same rules")
    rows = [
        {name: each.value for name, each in way.figures.items()} for way in comparison.strategies
    ]
    most = max(row.get("score, total", 0.0) for row in rows)
    _print_table(
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
    _title(console, "What each rule costs")
    dropped = sorted(
        (change for change in costs.changes if not change.step),
        key=lambda change: -change.outcome.objective,
    )
    _print_table(
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
    for title, found in (("problem", report.problems), ("warning", report.warnings)):
        if found:
            _title(console, _count(len(found), title))
            for each in found[:_PROBLEMS_SHOWN]:
                _item(console, str(each))
            if len(found) > _PROBLEMS_SHOWN:
                console.print(f"  and {len(found) - _PROBLEMS_SHOWN} more (--json lists all)")


# ---- how text looks ------------------------------------------------------------------------------


def _title(console: Console, text: str) -> None:
    console.print()
    console.print(text if console.is_terminal else text.upper(), style="bold cyan")


def _item(console: Console, text: str) -> None:
    """Print one item of a list; its further lines stand under its first word."""
    width = console.width
    console.print(fill(_plain(text), width, initial_indent="  - ", subsequent_indent="    "))


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _print_table(console: Console, header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print a table; a header that begins with ``>`` stands over numbers, on the right."""
    from rich import box
    from rich.table import Table

    lines = box.SIMPLE_HEAD if console.is_terminal else _ascii_lines()
    table = Table(box=lines, pad_edge=False, show_edge=False, header_style="bold")
    for name in header:
        number = name.startswith(">")
        table.add_column(name.lstrip(">"), justify="right" if number else "left", no_wrap=number)
    for row in rows:
        table.add_row(*map(_plain, row))
    console.print(table)


def _ascii_lines() -> Any:
    from rich import box

    return box.Box("    \n    \n -- \n    \n    \n    \n    \n    \n", ascii=True)


def _words(name: str) -> str:
    return name.replace("_", " ")


def _plain(text: str) -> str:
    """Return text with plain quotes, and without characters that could steer the terminal."""
    text = text.translate(_PLAIN_QUOTES)
    return "".join(letter if letter.isprintable() or letter == "\n" else "?" for letter in text)
