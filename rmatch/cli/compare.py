"""``rmatch compare``: the same people matched in several ways."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from rmatch.cli.files import Force, Out, check_out, table_file, write_all
from rmatch.cli.options import Given, Show, Until, choice, option
from rmatch.cli.rules import By

if TYPE_CHECKING:
    from rich.console import Console


def _strategy(name: str) -> None:
    from rmatch.comparison.strategies import strategy_named

    strategy_named(name)


def _strategies() -> list[str]:
    from rmatch.objectives import OBJECTIVES
    from rmatch.solvers import CHOICES

    return [*CHOICES[1:], *OBJECTIVES]


def compare(
    given: Given,
    by: By,
    until: Until,
    show: Show,
    strategy: Annotated[
        list[str] | None,
        option(
            "--strategy",
            "A solver or an objective, such as greedy or leximin; may be given again. Default: "
            "every solver that proves nothing, and every objective.",
            metavar="NAME",
            callback=choice(_strategy),
            autocompletion=_strategies,
        ),
    ] = None,
    baseline: Annotated[
        str | None,
        option("--baseline", "The strategy to compare with; default first_come.", metavar="NAME"),
    ] = None,
    seeds: Annotated[
        int,
        option("--seeds", "Draws of strategies that draw lots; default 20.", metavar="N", min=1),
    ] = 20,
    out: Out = None,
    force: Force = False,
) -> None:
    """Match the same people in several ways.

    Shows how many people each way matches and how well, and which differences are real.
    """
    import rmatch
    from rmatch.terminal import show_answer, show_comparison

    given.check()
    check_out(out, *given.files, force=force)
    with show.bar("comparing"):
        programme, mentors, mentees = by.read(given)
        comparison = rmatch.compare(
            programme.problem(mentors, mentees),
            strategy,
            baseline=baseline,
            seeds=seeds,
            time_limit=until.time_limit,
        )

    def text(console: Console) -> None:
        show_comparison(console, comparison)
        show_answer(console, comparison, "Which differences are real")

    written = write_all(table_file(comparison, out), force=force)
    show.result(comparison.to_dict, text, written)
