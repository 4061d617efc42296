"""``rmatch costs``: what each rule costs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rmatch.cli.files import Force, Out, check_out, table_file, write_all
from rmatch.cli.options import Given, Limits, Show
from rmatch.cli.rules import By
from rmatch.cli.solving import solved

if TYPE_CHECKING:
    from rich.console import Console


def costs(
    given: Given,
    by: By,
    limits: Limits,
    show: Show,
    out: Out = None,
    force: Force = False,
) -> None:
    """Say what each rule costs.

    Everything is solved again without each rule, and with it a step looser.
    Rules that keep people safe are not up for negotiation and are left out.
    """
    from rmatch.terminal import show_answer, show_rule_costs

    given.check()
    check_out(out, *given.files, force=force)
    matching = solved(given, by, limits, show)
    with show.bar("solving again without each rule"):
        found = matching.rule_costs()

    def text(console: Console) -> None:
        show_rule_costs(console, found)
        show_answer(console, found, "In words")

    written = write_all(table_file(found, out), force=force)
    show.result(found.to_dict, text, written)
