"""A result for those who decide: how many, how good, who not and why, and the proof."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from rmatch.answers.wording import stated
from rmatch.names import percent
from rmatch.problem import Problem
from rmatch.terminal.text import count, item, plain, print_table, title, words

if TYPE_CHECKING:
    from rich.console import Console

    from rmatch.matching import Matching, Pair
    from rmatch.unmatched import Unmatched

_PAIRS_SHOWN = 5
_UNMATCHED_SHOWN = 3

#: How reasons begin on the page, in place of the names of their score parts.
_SAID = {"teaching coverage: ": "teaches ", "return coverage: ": "learns in return "}


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
    title(console, "Result")
    (mentors, mentees), coverage = problem.shape, matching.coverage
    learn, teach = len(np.unique(matching.cols)), len(np.unique(matching.rows))
    console.print(
        f"{learn} of {mentees} mentees ({percent(coverage['mentees'])}) have a mentor; "
        f"{teach} of {mentors} mentors ({percent(coverage['mentors'])}) teach.",
        style="bold",
    )
    if not len(matching):
        return
    scores = matching.gains * problem.unit
    console.print(
        f"{count(len(scores), 'pair')}. Scores run from 0 to 1: {scores.mean():.2f} on average, "
        f"half are {np.median(scores):.2f} or more, the weakest is {scores.min():.2f}."
    )
    parts = [
        (name, weight, float(np.mean([pair.parts[name] for pair in matching.pairs])) / weight)
        for name, weight in zip(matching.part_names, problem.weights, strict=True)
        if weight
    ]
    means = "; ".join(f"{words(n)} {mean:.0%} (weight {w:.2g})" for n, w, mean in parts)
    console.print(f"On average: {means}.")
    for note in (*matching.notes, *matching.remarks):
        console.print(f"Note: {plain(note)}.")


def _show_rules(console: Console, problem: Problem) -> None:
    title(console, "Rules that every pair keeps")
    for rule in problem.rules:
        item(console, stated(rule))
    if not problem.rules:
        console.print("  none was asked for")


def _show_pairs(console: Console, matching: Matching, problem: Problem, about: str | None) -> None:
    ordered = sorted(matching.pairs, key=lambda pair: -pair.score)
    best, rest = ordered[:_PAIRS_SHOWN], ordered[_PAIRS_SHOWN:]
    weakest = rest[::-1][:_PAIRS_SHOWN]
    for head, pairs in (("Best pairs", best), ("Weakest pairs", weakest)):
        if pairs:
            title(console, head)
            print_table(
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
    title(console, "Who has no pair, and why")
    mentees, mentors = matching.unmatched_mentees, matching.unmatched_mentors
    if not mentees and not mentors:
        console.print("Everybody has a pair.")
        return
    counts = [Counter(person.cause.value for person in side) for side in (mentees, mentors)]
    causes = sorted({**counts[0], **counts[1]}, key=lambda cause: (-counts[0][cause], cause))
    print_table(
        console,
        (">mentees", ">mentors", "cause"),
        [(f"{counts[0][cause]}", f"{counts[1][cause]}", cause) for cause in causes],
    )
    shown = _different_causes(mentees)
    if shown:
        console.print("For example:")
        told = matching.problem.objective.told_as_score  # what would help is said in score
        for person in shown:
            whole = matching.why_unmatched(person.id, side=person.side).words if told else ""
            item(console, whole or f"{person.id}: {person.words}")


def _different_causes(people: Sequence[Unmatched]) -> list[Unmatched]:
    """Return a few people, one for each cause."""
    first: dict[Any, Unmatched] = {}
    for person in people:
        first.setdefault(person.cause, person)
    return list(first.values())[:_UNMATCHED_SHOWN]


def _show_proof(console: Console, matching: Matching) -> None:
    title(console, "Proof")
    seconds = sum(matching.seconds.values())
    violations = matching.check()
    console.print(
        f"Checked, pair by pair and apart from the solver: {count(len(violations), 'violation')} "
        f"of rules and limits in {count(len(matching), 'pair')}."
    )
    if matching.bound_units != matching.units or not matching.has_prices:
        console.print(matching.proof, style="bold")
        return
    proof = matching.certificate.verify(matching.problem)
    unit, name = matching.problem.unit, words(matching.problem.objective.name)
    console.print(
        f"This matching: {matching.objective:.6f} ({name}).\n"
        f"Upper bound:   {proof.bound * unit:.6f}, from prices put on people "
        f"and compared with all {proof.pairs_priced:,} possible pairs."
    )
    said = "The two are equal to the last unit, so no other set of pairs can be better."
    console.print(said if proof else str(proof), style="bold")
    console.print(f"Found and checked in {seconds:.2f} seconds by solver '{matching.solver}'.")
