"""``rmatch demo``: the main job on real people."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import typer

from rmatch.cli.options import Force, Json, Out
from rmatch.cli.strategies import other_strategies


def demo(out: Out = Path("pairs.csv"), force: Force = False, as_json: Json = False) -> None:
    """Match the people of a public survey and show the result.

    1,000 developers answered; who takes part, and what is derived from the answers, stands in
    rmatch.datasets. The pairs are written as CSV too.
    """
    import rmatch
    from rmatch.datasets import ATTRIBUTION, developer_survey, developer_survey_programme
    from rmatch.terminal import (
        open_console,
        save,
        show_matching,
        show_rule_costs,
        show_strategies,
        waiting,
    )

    console = open_console(stderr=as_json)
    with waiting("matching"):
        mentors, mentees = developer_survey()
        matching = rmatch.match(mentors, mentees, **developer_survey_programme())
    with waiting("trying what else could have been done"):
        strategies = other_strategies(matching)
    with waiting("solving again without each rule"):
        costs = matching.rule_costs()
    if as_json:
        record = {
            "attribution": ATTRIBUTION,
            **matching.to_dict(),
            "strategies": [asdict(strategy) for strategy in strategies],
            "rule_costs": costs.to_dict(),
        }
        typer.echo(json.dumps(record, indent=2, ensure_ascii=False))
    else:
        console.print("Reverse mentoring among developers: rmatch demo", style="bold")
        console.print(ATTRIBUTION, style="dim")
        show_matching(console, matching, about="job")
        show_rule_costs(console, costs)
        show_strategies(console, strategies)
    save(console, matching, out, force=force)
