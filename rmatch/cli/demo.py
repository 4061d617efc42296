"""``rmatch demo``: the main job on real people."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from rmatch.cli.files import Pages, Pairs, write_all
from rmatch.cli.options import Show

if TYPE_CHECKING:
    from rich.console import Console

#: The optimum, and the ways of pairing that people use today: name and solver.
_WAYS = (
    ("proven best (rmatch)", "auto"),
    ("one-to-one rounds", "rounds"),
    ("greedy (best pair first)", "greedy"),
    ("stable (no pair defects)", "stable"),
    ("first come, first served", "first_come"),
    ("random (20 draws, mean)", "random"),
)


def demo(pages: Pages, show: Show, out: Pairs = Path("pairs.csv")) -> None:
    """Match the people of a public survey and show the result.

    1,000 developers answered; who takes part, and what is derived from the answers, stands in
    rmatch.datasets. The pairs are written as CSV too.
    """
    import rmatch
    from rmatch.datasets import ATTRIBUTION, developer_survey, developer_survey_programme
    from rmatch.terminal import show_comparison, show_matching, show_rule_costs

    with show.bar() as callback:
        mentors, mentees = developer_survey()
        programme = developer_survey_programme()
        matching = rmatch.match(mentors, mentees, **programme, callback=callback)
    with show.bar("trying what else could have been done"):
        ways = [rmatch.Strategy(name, solver=solver) for name, solver in _WAYS]
        comparison = rmatch.compare(matching.problem, ways, seeds=20)
    with show.bar("solving again without each rule"):
        costs = matching.rule_costs()

    def record() -> dict[str, Any]:
        return {
            "attribution": ATTRIBUTION,
            **matching.to_dict(),
            "comparison": comparison.to_dict(),
            "rule_costs": costs.to_dict(),
        }

    def text(console: Console) -> None:
        console.print("Reverse mentoring among developers: rmatch demo", style="bold")
        console.print(ATTRIBUTION, style="dim")
        show_matching(console, matching, about="job")
        show_rule_costs(console, costs)
        show_comparison(console, comparison)

    show.result(record, text, write_all(pages.files(matching, out), force=pages.force))
