"""Blocking pairs: who would both rather have each other than what they were given."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from rmatch.candidates import blocks


def blocking(problem: Any, pairs: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the blocking pairs of a set of pairs, by mentor, then mentee.

    Both sides rank by the score, or by what the objective :class:`~rmatch.objectives.Stable` says.
    Every allowed pair is looked at, block by block.
    """
    taken = set(pairs)
    bounds = problem.bounds
    worst: list[list[int | None]] = [[], []]
    for axis, most in enumerate((bounds.mentor_most, bounds.mentee_most)):
        had: list[list[int]] = [[] for _ in most]
        for row, col in pairs:
            value = _values(problem, np.array([row]), np.array([col]))[1 + axis][0, 0]
            had[(row, col)[axis]].append(int(value))
        # A new partner must be better than the worst one; anybody will do for a free place.
        for values, places in zip(had, most.tolist(), strict=True):
            worst[axis].append(None if len(values) < places else min(values, default=2**62))
    low = np.iinfo(np.int64).min
    beat = [np.array([low if w is None else w for w in side], dtype=np.int64) for side in worst]
    found = []
    for rows, cols in blocks(problem.shape):
        allowed, mentors, mentees = _values(problem, rows, cols)
        wanted = allowed & (mentors > beat[0][rows, None]) & (mentees > beat[1][None, cols])
        one, other = np.nonzero(wanted)
        found += list(zip((one + rows.start).tolist(), (other + cols.start).tolist(), strict=True))
    return sorted(pair for pair in found if pair not in taken)


def _values(problem: Any, rows: Any, cols: Any) -> tuple[Any, Any, Any]:
    """Return permissions, and what the mentors and the mentees of a block rank by."""
    gains, allowed = problem.block(rows, cols)
    ranked_by = getattr(problem.objective, "ranked_by", None)
    by = (None, None) if ranked_by is None else ranked_by(problem, rows, cols)
    return allowed, *(gains if each is None else each for each in by)
