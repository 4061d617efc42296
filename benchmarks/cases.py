"""The cases: people in a data frame, rosters of many families, and ready-made matrices."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

import rmatch
from benchmarks.families import SPEED_FAMILIES
from benchmarks.peers import FORBIDDEN, PEERS
from benchmarks.people import frames
from benchmarks.registry import Contestant, Outcome, Run, case
from rmatch.people import Roster
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

#: Sizes at which rmatch meets other libraries, and at which it is alone.
SIZES = (200, 1_000, 2_000, 5_000, 10_000)
ALONE = (20_000, 50_000, 100_000)


def outcome(
    matching: rmatch.Matching, told: list[dict[str, Any]] | None = None, terms: int = 0
) -> Outcome:
    """Return what a matching says about its solve; ``told`` is what its callback was told."""
    touched = {event["touched"] for event in told or () if "touched" in event}
    widest = int(
        np.diff(sorted(touched | {0})).max(initial=0)
    )  # a scan adds all it touched at once
    last = (told[-1] if told else {}) | {"terms": terms, "widest": widest}
    names = ("round", "edges", "touched", "widest", "terms") if "round" in last else ()
    figures = {name: last[name] for name in names}
    return Outcome(matching.units, matching.seconds, figures)


def warm(problem: Any) -> None:
    """Load libraries and compiled loops, outside the clock."""
    for solver in ("auto", "pricing"):
        rmatch.solve(problem, solver=solver)


def from_rosters(family: str, size: int) -> Contestant:
    """Return rmatch on a family: from two rosters to the checked matching, scoring included."""

    def ready() -> Run:
        warm(SPEED_FAMILIES[family](300))
        given = SPEED_FAMILIES[family](size)
        # The least arithmetic of a scan: one product per goal and one per site of a mentee.
        terms = len(given.mentees.ragged("goals").codes) + given.shape[1]

        def run() -> Outcome:
            told: list[dict[str, Any]] = []
            # Nothing computed before is kept: the problem is made again of its columns.
            mentors, mentees = (_again(side) for side in (given.mentors, given.mentees))
            problem = given.replace(mentors=mentors, mentees=mentees)
            return outcome(rmatch.solve(problem, callback=told.append), told, terms)

        return run

    return ready


def _again(roster: Roster) -> Roster:
    """Return the same people, of whose columns nothing has been worked out yet."""
    columns: dict[str, Any] = {name: replace(each) for name, each in roster.columns.items()}
    return roster.replace(**columns)


def on_matrix(problem: Callable[[], Any], size: int, many: str = "none") -> dict[str, Contestant]:
    """Return the peers on the ready-made matrix of a problem, which is built outside the clock."""

    def made() -> tuple[Any, Any, Any]:
        whole = problem()
        return dense(whole), whole.bounds.mentor_most, whole.bounds.mentee_most

    return peers(made, size, many)


def peers(
    made: Callable[[], tuple[Any, Any, Any]], size: int, many: str = "none"
) -> dict[str, Contestant]:
    """Return the peers that can solve a problem of gains and the most pairs of each person."""

    def contestant(solve: Callable[[Any, Any, Any], int]) -> Contestant:
        def ready() -> Run:
            two = np.ones(2, np.int64)
            solve(np.ones((2, 2), np.int64), two, two)  # loads the library
            given = made()
            return lambda: Outcome(solve(*given))

        return ready

    return {each.name: contestant(each.solve) for each in PEERS if each.can(size, many)}


def dense(problem: Any) -> Any:
    """Return all gains of a problem, forbidden pairs as such, made block by block."""
    gain = np.empty(problem.shape, np.int64)
    for start in range(0, problem.shape[1], 500):
        cols = slice(start, start + 500)
        gains, allowed = problem.block(slice(None), cols)
        gain[:, cols] = np.where(allowed, gains, FORBIDDEN)
    return gain


#: Families whose matrices other libraries get at all sizes: how many places their people have.
PLACES = {"skills": "none", "several": "both", "mentor_places": "one"}


def _register(family: str) -> None:
    about = f"Rosters of the family {family}: {(SPEED_FAMILIES[family].__doc__ or '').strip()}"
    if family in PLACES:
        sizes = SIZES + ALONE if family == "skills" else SIZES

        @case(family, sizes, f"{about} All peers on the ready-made matrix.")
        def against_all(size: int) -> Mapping[str, Contestant]:
            def problem() -> rmatch.Problem:
                return SPEED_FAMILIES[family](size)

            many = PLACES[family]
            return {"rmatch": from_rosters(family, size), **on_matrix(problem, size, many)}
    else:

        @case(family, (1_000, 2_000, 10_000), f"{about} OR-Tools checks the objective to 2,000.")
        def checked(size: int) -> Mapping[str, Contestant]:
            def problem() -> rmatch.Problem:
                return SPEED_FAMILIES[family](size)

            others = on_matrix(problem, size, "both") if size <= 2_000 else {}
            checker = {name: peer for name, peer in others.items() if "MinCostFlow" in name}
            return {"rmatch": from_rosters(family, size), **checker}


for _family in SPEED_FAMILIES:
    _register(_family)


@case("people", sizes=(200, 1_000, 2_000))
def people(size: int) -> Mapping[str, Contestant]:
    """rmatch from data frames to a checked Matching, with six rules and the default score,
    against peers on the bare matrix of the same problem."""

    def ours() -> Run:
        mentors, mentees = frames(size)
        warm(problem(200))
        return lambda: outcome(rmatch.match(mentors, mentees, rules=SIX_RULES))

    def problem(people: int = size) -> rmatch.Problem:
        return rmatch.match(*frames(people), rules=SIX_RULES).problem

    return {"rmatch": ours, **on_matrix(problem, size)}


@case("matrix", sizes=(200, 1_000, 2_000, 5_000))
def matrix(size: int) -> Mapping[str, Contestant]:
    """rmatch.match_matrix against peers on the same dense matrix of uniform random integers."""

    def gains() -> Any:
        return np.random.default_rng(1).integers(0, 2**20, (size, size))

    def ours() -> Run:
        gain = gains()
        warm(rmatch.match_matrix(gain[:200, :200]).problem)
        told: list[dict[str, Any]] = []
        return lambda: outcome(rmatch.match_matrix(gain, callback=told.append), told)

    return {"rmatch": ours, **peers(lambda: (gains(), *[np.ones(size, np.int64)] * 2), size)}
