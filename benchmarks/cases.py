"""The cases of the main job: people in a data frame, and ready-made matrices."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

import rmatch
from benchmarks.peers import FORBIDDEN, PEERS
from benchmarks.people import frames
from benchmarks.registry import Contestant, Outcome, case
from rmatch.rules import (
    CommonLanguage,
    Different,
    GenerationGap,
    SeniorityGap,
    TeachingMargin,
    TimeZoneDifference,
)

SIX_RULES = (
    GenerationGap(10),
    SeniorityGap(1),
    TeachingMargin(1),
    Different("department"),
    CommonLanguage(),
    TimeZoneDifference(4),
)


@case("people", sizes=(200, 1_000, 2_000))
def people(size: int) -> Mapping[str, Contestant]:
    """rmatch from data frames to a checked Matching, with six rules and the default score,
    against peers on the bare matrix of the same problem."""
    mentors, mentees = frames(size)

    def ours() -> Outcome:
        matching = rmatch.match(mentors, mentees, rules=SIX_RULES)
        return Outcome(matching.units, matching.seconds, matching.solver)

    problem = rmatch.match(mentors, mentees, rules=SIX_RULES).problem
    return {"rmatch": ours, **on_matrix(problem)}


@case("matrix", sizes=(200, 1_000, 2_000))
def matrix(size: int) -> Mapping[str, Contestant]:
    """rmatch.match_matrix against peers on the same dense matrix of uniform random integers."""
    gain = np.random.default_rng(1).integers(0, 2**20, (size, size))

    def ours() -> Outcome:
        matching = rmatch.match_matrix(gain)
        return Outcome(matching.units, matching.seconds, matching.solver)

    ones = np.ones(size, np.int64)
    return {"rmatch": ours, **contestants(gain, ones, ones)}


def on_matrix(problem: Any) -> dict[str, Contestant]:
    """Return the peers on the ready-made matrix of a problem, which is built outside the clock."""
    gain, allowed = problem.block(slice(None), slice(None))
    gain = np.where(allowed, gain, FORBIDDEN).astype(np.int64)
    bounds = problem.bounds
    return contestants(gain, bounds.mentor_most, bounds.mentee_most)


def contestants(gain: Any, mentor_most: Any, mentee_most: Any) -> dict[str, Contestant]:
    """Return every peer that can solve the problem, at this size."""
    size = max(gain.shape)
    return {
        peer.name: lambda solve=peer.solve: Outcome(solve(gain, mentor_most, mentee_most))
        for peer in PEERS
        if peer.can(size, mentor_most, mentee_most)
    }
