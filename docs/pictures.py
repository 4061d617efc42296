"""Draw all pictures of the docs: run ``python docs/pictures.py`` in the repository."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import rmatch
from rmatch import plots
from rmatch.datasets import developer_survey, developer_survey_programme

FOLDER = Path(__file__).parent / "images"
STRATEGIES = (
    "random",
    "first_come",
    "greedy",
    "rounds",
    "coverage_first",
    "leximin",
    "total_score",
)


def pictures() -> dict[str, Any]:
    """Return the axes of each picture, all of the developer survey."""
    people = developer_survey()
    programme = developer_survey_programme()
    matching = rmatch.match(*people, **programme)
    return {
        "heat_map": plots.heat_map(matching),
        "score_distribution": rmatch.compare(matching.problem, STRATEGIES).plot(),
        "rule_costs": matching.rule_costs().plot(),
        "frontier": matching.frontier().plot(),
        "skill_supply": rmatch.readiness(*people, **programme).plot(),
        "generation_flow": plots.generation_flow(matching),
        "load": plots.load(matching),
    }


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    for name, ax in pictures().items():
        ax.figure.savefig(FOLDER / f"{name}.png", dpi=110, metadata={"Software": None})
        print(FOLDER / f"{name}.png")


if __name__ == "__main__":
    main()
