"""``rmatch why``: why two people are a pair or not, why somebody has nobody, who else would fit."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rmatch.cli.files import Force, Out, check_out, table_file, write_all
from rmatch.cli.options import Given, Limits, Show, option
from rmatch.cli.rules import By
from rmatch.cli.solving import solved

if TYPE_CHECKING:
    from rmatch.answers.answer import Answer
    from rmatch.matching import Matching

_SIDES = ("mentor", "mentee")


def why(
    given: Given,
    by: By,
    limits: Limits,
    show: Show,
    ids: Annotated[
        list[str] | None,
        typer.Argument(help="One id, or two: a mentor and a mentee.", show_default=False),
    ] = None,
    side: Annotated[
        str | None,
        option("--side", "mentor or mentee: for somebody who is on both sides.", metavar="SIDE"),
    ] = None,
    out: Out = None,
    force: Force = False,
) -> None:
    """Say why people are a pair, or not, or left out.

    Two ids ask about a pair: rmatch why people.csv M1 S7. One id asks why somebody has no pair, or
    who else would do: rmatch why people.csv S7. The people are matched again, which always gives
    the same pairs for the same data and rules.
    """
    from rmatch.terminal import show_answer

    given, asked = _sorted_out(given, ids or [])
    if side not in (None, *_SIDES):
        raise typer.BadParameter(f"--side {side}: allowed are mentor and mentee")
    check_out(out, *given.files, force=force)
    matching = solved(given, by, limits, show)
    question, answer = _answer(matching, asked, side)
    written = write_all(table_file(answer, out), force=force)
    show.result(
        lambda: {"question": question, "of": asked, **answer.to_dict()},
        lambda console: show_answer(console, answer),
        written,
    )


def _sorted_out(given: Given, ids: list[str]) -> tuple[Given, list[str]]:
    """Return people and ids: with --mentors and --mentees, there is no file before the ids."""
    if given.people is not None and given.mentors is not None:
        ids = [str(given.people), *ids]
        given = replace(given, people=None)
    first = next((each for each in ids if Path(each).is_file()), None)
    if given.people is not None and not given.people.is_file() and first is not None:
        raise typer.BadParameter(f"the file comes first: rmatch why {first} {given.people} ...")
    given.check()
    if not 1 <= len(ids) <= 2:
        raise typer.BadParameter(
            f"{len(ids)} ids; give one, or a mentor and a mentee: rmatch why people.csv M1 S7"
        )
    return given, ids


def _answer(matching: Matching, ids: list[str], side: str | None) -> tuple[str, Answer]:
    """Return the question that these ids ask, and its answer."""
    from rmatch.answers.people import row_of, rows_of, side_of

    if len(ids) == 1:
        place, row = side_of(matching, ids[0], side)
        if row in (matching.rows if place == "mentor" else matching.cols):
            return "alternatives", matching.alternatives(ids[0], side=place)
        return "why_unmatched", matching.why_unmatched(ids[0], side=place)
    mentor, mentee = ids
    one, other = rows_of(matching, mentor), rows_of(matching, mentee)
    fits = one["mentor"] is not None and other["mentee"] is not None
    if not fits and one["mentee"] is not None and other["mentor"] is not None:
        mentor, mentee = mentee, mentor
    row, col = row_of(matching, "mentor", mentor), row_of(matching, "mentee", mentee)
    if ((matching.rows == row) & (matching.cols == col)).any():
        return "why", matching.why(mentor, mentee)
    return "why_not", matching.why_not(mentor, mentee)
