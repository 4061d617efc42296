"""``rmatch match``: people in, pairs out."""

from __future__ import annotations

from pathlib import Path

from rmatch.cli.files import Pages, Pairs, write_all
from rmatch.cli.options import Given, Limits, Show
from rmatch.cli.rules import By
from rmatch.cli.solving import solved


def match(
    given: Given,
    by: By,
    limits: Limits,
    pages: Pages,
    show: Show,
    out: Pairs = Path("pairs.csv"),
) -> None:
    """Match the people of a file and write the pairs.

    Data that protects people decides by itself: with columns 'manager', 'vetoes', 'consent' or
    'needs', nobody is paired within their reporting line, against a veto or without consent,
    and every need is met.
    """
    from rmatch.terminal import show_matching

    given.check()
    pages.check(out, *given.files)
    matching = solved(given, by, limits, show)
    written = write_all(pages.files(matching, out), force=pages.force)
    show.result(matching.to_dict, lambda console: show_matching(console, matching), written)
