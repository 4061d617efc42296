"""``rmatch rematch``: today's people, and what works stays."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rmatch.cli.files import Pages, Pairs, write_all
from rmatch.cli.options import Given, Show, Until, choice, file_there, option
from rmatch.cli.rules import By

if TYPE_CHECKING:
    from rich.console import Console


def rematch(
    given: Given,
    by: By,
    until: Until,
    pages: Pages,
    show: Show,
    previous: Annotated[
        Path,
        option(
            "--previous",
            "The earlier pairs: a file that rmatch wrote, or any table with the columns mentor "
            "and mentee, and state if wanted (declined, ended, locked ...).",
            metavar="FILE",
            callback=choice(file_there),
        ),
    ],
    drop: Annotated[
        list[str] | None,
        option("--drop", "Id of somebody who left; may be given again.", metavar="ID"),
    ] = None,
    max_changes: Annotated[
        int | None,
        option(
            "--max-changes",
            "The most pairs that may be changed for a better whole; default as few as possible.",
            metavar="N",
            min=0,
        ),
    ] = None,
    free: Annotated[bool, option("--free", "Any number of changes.")] = False,
    price: Annotated[
        float | None,
        option("--price", "What a change must gain in score to be made.", metavar="SCORE", min=0),
    ] = None,
    out: Pairs = Path("pairs-new.csv"),
) -> None:
    """Match again, keeping the earlier pairs that work.

    Says what changes, and why.

    PEOPLE are those of today; who is not among them any more has left.
    """
    import rmatch
    from rmatch.living.earlier import read_earlier
    from rmatch.terminal import show_matching, show_rematch

    given.check()
    pages.check(out, *given.files, previous)
    if free and max_changes is not None:
        raise typer.BadParameter("--free allows any number of changes; leave --max-changes out")
    earlier = read_earlier(previous)
    with show.bar("matching again"):
        programme, mentors, mentees = by.read(given)
        if programme.seed is not None:
            raise typer.BadParameter(
                f"seed {programme.seed}: ties of a re-match go to earlier pairs, then by id; "
                "leave the seed out"
            )
        found = rmatch.rematch(
            earlier,
            mentors,
            mentees,
            drop=drop or (),
            max_changes=math.inf if free else max_changes,
            price=price,
            rules=programme.rules,
            score=programme.score,
            objective=programme.objective,
            seats=programme.seats,
            time_limit=until.time_limit,
        )

    def text(console: Console) -> None:
        show_rematch(console, found)
        show_matching(console, found.matching)

    written = write_all(pages.files(found.matching, out), force=pages.force)
    show.result(lambda: found.to_dict() | {"matching": found.matching.to_dict()}, text, written)
