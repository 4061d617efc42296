"""``rmatch audit``: who gains and who loses, by groups that no rule ever sees."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from rmatch.cli.files import Out, Pages, table_file, write_all
from rmatch.cli.options import Given, Limits, Show, choice, file_there, option
from rmatch.cli.rules import By
from rmatch.cli.solving import solved


def audit(
    given: Given,
    by: By,
    limits: Limits,
    pages: Pages,
    show: Show,
    groups: Annotated[
        Path,
        option(
            "--groups",
            "File with a column 'id' and the attributes to look at.",
            metavar="FILE",
            callback=choice(file_there),
        ),
    ],
    attribute: Annotated[
        list[str] | None,
        option("--attribute", "Column of the groups to look at; default all.", metavar="NAME"),
    ] = None,
    min_cell: Annotated[
        int,
        option("--min-cell", "Hide figures of fewer people; default 5.", metavar="N", min=1),
    ] = 5,
    out: Out = None,
) -> None:
    """Look at the pairs by group of people.

    Shows rates, scores and the options that rules leave to each group, and what was not used.

    The groups come from a file of their own, which no rule and no score reads. The figures are
    facts for people to judge. --out writes them as a table; --evidence puts them into the pack.
    """
    from rmatch.terminal import show_audit

    given.check()
    pages.check(out, *given.files, groups)
    matching = solved(given, by, limits, show)
    with show.bar("looking at groups"):
        found = matching.audit(groups, min_cell=min_cell, attributes=attribute)
    files = table_file(found, out) | pages.files(matching, None, groups)
    written = write_all(files, force=pages.force)
    show.result(found.to_dict, lambda console: show_audit(console, found), written)
