"""The work that several commands begin with: people and programme in, a matching out."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rmatch.cli.options import Given, Limits, Show
    from rmatch.cli.rules import By
    from rmatch.matching import Matching


def solved(given: Given, by: By, limits: Limits, show: Show) -> Matching:
    """Return the best matching of the people given, by their programme."""
    given.check()
    with show.bar() as callback:
        programme, mentors, mentees = by.read(given)
        return programme.match(mentors, mentees, **limits.search(), callback=callback)
