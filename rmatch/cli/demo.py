"""``rmatch demo``: the main job on real people."""

from __future__ import annotations

import json
from pathlib import Path

import typer

from rmatch.cli.options import Force, Json, Out

#: The optimum, and the ways of pairing that people use today: name and solver.
_WAYS = (
    ("proven best (rmatch)", "auto"),
    ("one-to-one rounds", "rounds"),
    ("greedy (best pair first)", "greedy"),
    ("stable (no pair defects)", "stable"),
    ("first come, first served", "first_come"),
    ("random (20 draws, mean)", "random"),
)


def demo(out: Out = Path("pairs.csv"), force: Force = False, as_json: Json = False) -> None:
    """Match the people of a public survey and show the result.

    1,000 developers answered; who takes part, and what is derived from the answers, stands in
    rmatch.datasets. The pairs are written as CSV too.
    """
    import rmatch
    from rmatch.datasets import ATTRIBUTION, developer_survey, developer_survey_programme
    from rmatch.progress import bar
    from rmatch.terminal import (
        open_console,
        save,
        show_comparison,
        show_matching,
        show_rule_costs,
    )

    console = open_console(stderr=as_json)
    with bar() as callback:
        mentors, mentees = developer_survey()
        programme = developer_survey_programme()
        matching = rmatch.match(mentors, mentees, **programme, callback=callback)
    with bar("trying what else could have been done"):
        ways = [rmatch.Strategy(name, solver=solver) for name, solver in _WAYS]
        comparison = rmatch.compare(matching.problem, ways, seeds=20)
    with bar("solving again without each rule"):
        costs = matching.rule_costs()
    if as_json:
        record = {
            "attribution": ATTRIBUTION,
            **matching.to_dict(),
            "comparison": comparison.to_dict(),
            "rule_costs": costs.to_dict(),
        }
        typer.echo(json.dumps(record, indent=2, ensure_ascii=False))
    else:
        console.print("Reverse mentoring among developers: rmatch demo", style="bold")
        console.print(ATTRIBUTION, style="dim")
        show_matching(console, matching, about="job")
        show_rule_costs(console, costs)
        show_comparison(console, comparison)
    save(console, matching, out, force=force)
