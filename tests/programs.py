"""Random integer programs of every kind, for tests of solvers."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from rmatch.candidates import Bounds, Candidates


def random_program(seed: int, people: int = 8) -> Candidates:
    """Capacities from 0, minimums, seats, bonuses, locks, ties and negative gains, by chance."""
    rng = np.random.default_rng(seed)
    mentors, mentees = rng.integers(1, people + 1, 2)
    mentee, mentor = np.nonzero(rng.random((mentees, mentors)) < rng.choice([0.2, 0.5, 1]))
    top = int(rng.choice([1, 3, 10, 1000]))
    gain = rng.integers(-top if rng.random() < 0.5 else 0, top + 1, len(mentor))
    most = [np.minimum(_counts(rng, n), m) for n, m in ((mentors, mentees), (mentees, mentors))]
    least = [_least(rng, limit) for limit in most]
    seats = int(rng.integers(0, people)) if rng.random() < 0.3 else None
    bounds = Bounds.of(most[0], most[1], mentor_least=least[0], mentee_least=least[1], seats=seats)
    if rng.random() < 0.4:
        bonus = int(rng.choice([1, 3, 5000]))
        bounds = replace(
            bounds,
            mentor_bonus=rng.integers(0, bonus + 1, mentors),
            mentee_bonus=rng.integers(0, bonus + 1, mentees),
        )
    locked = np.flatnonzero((rng.random(len(mentor)) < 0.1) & (rng.random() < 0.2))
    return Candidates(
        mentor.astype(np.int32), mentee.astype(np.int32), gain, bounds, None, None, locked
    )


def _counts(rng: np.random.Generator, people: int) -> np.ndarray:
    if rng.random() < 0.5:
        return np.ones(people, np.int64)
    return rng.integers(0, rng.choice([2, 4]), people)


def _least(rng: np.random.Generator, most: np.ndarray) -> np.ndarray:
    if rng.random() < 0.7:
        return np.zeros_like(most)
    return np.minimum(most, rng.integers(0, 3, len(most)) // 2)
