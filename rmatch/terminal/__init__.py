"""What the command line shows: readable on a terminal, plain ASCII text in a pipe or a file."""

from rmatch.terminal.answers import (
    show_answer,
    show_audit,
    show_comparison,
    show_rematch,
    show_report,
    show_rule_costs,
)
from rmatch.terminal.matching import show_matching
from rmatch.terminal.text import open_console

__all__ = [
    "open_console",
    "show_answer",
    "show_audit",
    "show_comparison",
    "show_matching",
    "show_rematch",
    "show_report",
    "show_rule_costs",
]
