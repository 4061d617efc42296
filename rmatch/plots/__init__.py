"""Pictures of a matching and of its answers, on matplotlib (``pip install 'rmatch[plot]'``).

Each function draws on ``ax``, or on a figure of its own, and returns the Axes; its
``figure.savefig`` writes it to a file. Nothing relies on colour alone: hatches, markers and labels
say the same, and shades that stand side by side differ in grey too.
"""

from rmatch.plots.costs import rule_costs
from rmatch.plots.flow import generation_flow
from rmatch.plots.heat import heat_map
from rmatch.plots.load import load
from rmatch.plots.scores import score_distribution
from rmatch.plots.skills import skill_supply
from rmatch.plots.trade import frontier

__all__ = [
    "frontier",
    "generation_flow",
    "heat_map",
    "load",
    "rule_costs",
    "score_distribution",
    "skill_supply",
]
