"""Pairs in words: what each score part contributed, and why."""

from __future__ import annotations

from dataclasses import replace
from html import escape

from rmatch.forms import GRID
from rmatch.matching import Matching, Pair
from rmatch.problem import Problem

_ROWS_SHOWN = 10


def pair_of(matching: Matching, row: int, col: int) -> Pair:
    """Return a pair with its score, its parts and its reasons, from the scalar twins."""
    problem = matching.problem
    if not isinstance(problem, Problem):
        return Pair(row, col, int(problem.gains[row, col]) * problem.unit)
    ids = {"mentor": matching.mentor_ids[row], "mentee": matching.mentee_ids[col]}
    return replace(pair_of_people(problem, row, col), **ids)


def pair_of_people(problem: Problem, row: int, col: int) -> Pair:
    """Return the pair of two people of a problem, by their ids."""
    mentor, mentee = problem.mentors.person(row), problem.mentees.person(col)
    gains, reasons = {}, []
    for part, weight in zip(problem.score, problem.weights, strict=True):
        gains[part.name] = part.gain(mentor, mentee, weight)
        if not weight:  # nothing that counts speaks for the pair
            continue
        words = [term.words for term in part.terms(mentor, mentee) if term.words and term.value > 0]
        if words:
            reasons.append(f"{part.name.replace('_', ' ')}: {'; '.join(words)}")
    flags = tuple(
        rule.describe()
        for rule in problem.pair_rules
        if rule.missing == "flag" and rule.holds(mentor, mentee) is None
    )
    return Pair(
        mentor.id,
        mentee.id,
        sum(gains.values()) / GRID,
        {name: gain / GRID for name, gain in gains.items()},
        tuple(reasons),
        flags,
    )


def html_table(matching: Matching) -> str:
    """Return the summary and the first pairs as HTML, everything escaped (§C14)."""
    head = "".join(f"<p>{escape(line)}</p>" for line in matching.summary().splitlines())
    rows = "".join(
        f"<tr><td>{escape(str(pair.mentor))}</td><td>{escape(str(pair.mentee))}</td>"
        f"<td>{pair.score:.3f}</td><td>{escape('; '.join(pair.reasons))}</td></tr>"
        for pair in matching.pairs[:_ROWS_SHOWN]
    )
    more = len(matching) - _ROWS_SHOWN
    tail = f"<p>and {more} more</p>" if more > 0 else ""
    columns = "".join(
        f'<th scope="col">{name}</th>' for name in ("mentor", "mentee", "score", "why")
    )
    return (
        f"<div>{head}<table><thead><tr>{columns}</tr></thead><tbody>{rows}</tbody></table>"
        f"{tail}</div>"
    )
