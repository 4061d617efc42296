"""Which rule forbids which pair: one mask for each rule, for rectangles of pairs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from rmatch.forms import least_units
from rmatch.rules.base import PairRule

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from rmatch.columns import Rows
    from rmatch.problem import Problem
    from rmatch.rules.cohort import CohortRule

    Bools = NDArray[np.bool_]


def rule_mask(
    problem: Problem, rule: PairRule, rows: Rows, cols: Rows, gains: NDArray[Any]
) -> Bools:
    """Return the pairs that one rule allows, for any rule; a minimum score reads the gains."""
    if rule.minimum_score is not None:
        return gains >= least_units(rule.minimum_score)
    return rule.form(problem.mentors, problem.mentees).block(rows, cols)


def masks(
    problem: Problem, rules: tuple[PairRule, ...], rows: Rows, cols: Rows
) -> tuple[NDArray[np.int64], Bools, list[Bools]]:
    """Return gains, the pairs that are two people, and what each of the rules allows."""
    gains = problem.gains(rows, cols).astype(np.int64)
    two = problem.pair_forms[-1].block(rows, cols)
    return gains, two, [rule_mask(problem, rule, rows, cols, gains) for rule in rules]


def all_but(two: Bools, allowed: list[Bools], skipped: int) -> Bools:
    """Return the pairs that every rule but one allows."""
    rest = two.copy()
    for at, mask in enumerate(allowed):
        if at != skipped:
            rest &= mask
    return rest


def negotiable(rule: PairRule | CohortRule) -> bool:
    """Say whether loosening a rule may be proposed: never a safety rule, never a private one."""
    return not (isinstance(rule, PairRule) and (rule.safety or rule.private))
