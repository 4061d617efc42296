"""Which rule takes partners away from which group."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from rmatch.answers.masks import all_but, masks
from rmatch.audit.figures import FOUR_FIFTHS, tables
from rmatch.audit.groups import UNKNOWN, joined
from rmatch.candidates import blocks
from rmatch.metrics.observed import SIDES

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from rmatch.audit.figures import Table
    from rmatch.audit.groups import Groups
    from rmatch.metrics.facts import Facts
    from rmatch.problem import Problem

PRIVATE = "private rules"


@dataclass(frozen=True, slots=True)
class OptionLoss:
    """What one rule takes from one group.

    ``removed`` is the share of all people of the other side whom the rule forbids to somebody of
    the group, on average; ``removed_alone`` counts those whom no other rule forbids too, who would
    be options again without this rule. ``ratio`` is the share the rule leaves to the group over
    the share it leaves to the group it leaves most to; below 0.80 flags. ``None``: too few people.
    """

    rule: str
    attribute: str
    side: str
    group: str
    n: int | None
    removed: float | None = None
    removed_alone: float | None = None
    ratio: float | None = None
    flagged: bool = False

    def to_record(self) -> dict[str, Any]:
        """Return the figures as a flat record."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__}


def option_losses(facts: Facts, groups: Groups, *, min_cell: int = 5) -> tuple[OptionLoss, ...]:
    """Return what each rule takes from each group. Private rules count together, unnamed."""
    if not facts.with_people or 0 in facts.problem.shape:
        return ()
    removed = removals(facts.problem)
    return tuple(
        row
        for table in tables(facts, groups, min_cell)
        for rule, shares in removed.items()
        for row in _by_group(rule, table, shares[table.side])
    )


def removals(problem: Problem) -> dict[str, dict[str, NDArray[np.float64]]]:
    """Return, by rule and side, (people, 2): the shares of partners removed, and removed alone."""
    names = [PRIVATE if rule.private else rule.describe() for rule in problem.pair_rules]
    counts = {
        name: {
            "mentees": np.zeros((problem.shape[1], 2)),
            "mentors": np.zeros((problem.shape[0], 2)),
        }
        for name in names
    }
    for rows, cols in blocks(problem.shape):
        _, two, allowed = masks(problem, problem.pair_rules, rows, cols)
        joined: dict[str, NDArray[np.bool_]] = {}
        for name, mask in zip(names, allowed, strict=True):
            joined[name] = joined[name] & mask if name in joined else mask
        every = list(joined.values())
        for at, (name, mask) in enumerate(joined.items()):
            lost = two & ~mask
            alone = all_but(two, every, at) & ~mask
            for axis, (side, part) in enumerate((("mentees", cols), ("mentors", rows))):
                both = np.stack([lost.sum(axis=axis), alone.sum(axis=axis)], axis=-1)
                counts[name][side][part] += both
    sizes = dict(zip(SIDES, problem.shape, strict=True))  # partners are on the other side
    return {
        name: {side: table / sizes[side] for side, table in sides.items()}
        for name, sides in counts.items()
    }


def _by_group(rule: str, table: Table, shares: NDArray[np.float64]) -> Iterator[OptionLoss]:
    shown = table.shown(np.ones(len(shares), dtype=bool))
    means = {label: shares[rows].mean(axis=0) for label, rows in shown.items()}
    left = {label: float(1 - mean[0]) for label, mean in means.items()}
    most = max((share for label, share in left.items() if UNKNOWN not in label), default=0.0)
    for label in table.groups:
        row = partial(OptionLoss, rule, table.attribute, table.side, joined(label))
        if label not in means:
            yield row(None)
            continue
        lost, alone = means[label].tolist()
        ratio = left[label] / most if most else None
        low = ratio is not None and ratio < FOUR_FIFTHS and UNKNOWN not in label
        yield row(len(shown[label]), lost, alone, ratio, low)
