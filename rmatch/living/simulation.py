"""Simulated programmes over several cycles, to compare policies under stated assumptions.

Everybody has the same luck under every policy: chance depends on the seed, the cycle and the ids,
not on what happened before. So two policies differ only by what they do.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from zlib import crc32

import numpy as np

from rmatch.errors import InvalidInputError
from rmatch.living.feedback import part_values
from rmatch.living.results import matching_of_people
from rmatch.names import label, labels
from rmatch.parameters import check_count, is_finite, is_whole, listed
from rmatch.reading import roster_to_records

if TYPE_CHECKING:
    from rmatch.living.rematch import Rematch
    from rmatch.matching import Matching
    from rmatch.problem import Problem

People = list[dict[str, Any]]
Policy = Callable[[People, People], "Matching | Rematch"]
_FIGURES = ("policy", "cycle", "mentors", "mentees", "matched", "mean_rating", "left",
            "levels_learned")  # fmt: skip


@dataclass(frozen=True)
class Assumptions:
    """What is assumed of people. None of these figures is measured; change them.

    Parameters
    ----------
    weights
        What truly makes a pair good: weight of each score part by name, in [0, 1] together.
    noise
        Standard deviation of a rating around ``1 + 4 * quality``; ratings are cut to 1-5.
    leave, leave_unhappy
        Chance that a person leaves after a cycle with a rating of 5, and with a rating of 1.
    leave_unmatched
        Chance that somebody without a pair leaves.
    learn
        Chance that a goal the partner can teach is learned by one level in a cycle, at rating 5;
        proportional to the rating.
    """

    weights: Mapping[str, float] = field(default_factory=lambda: {"teaching_coverage": 1.0})
    noise: float = 0.5
    leave: float = 0.05
    leave_unhappy: float = 0.4
    leave_unmatched: float = 0.2
    learn: float = 0.6

    def __post_init__(self) -> None:
        chances = {name: getattr(self, name) for name in
                   ("leave", "leave_unhappy", "leave_unmatched", "learn")}  # fmt: skip
        wrong = [
            f"{name}={value!r}"
            for name, value in chances.items()
            if not (is_finite(value) and 0 <= value <= 1)
        ]
        if not (is_finite(self.noise) and self.noise >= 0):
            wrong.append(f"noise={self.noise!r} (a finite number of at least 0)")
        if min(self.weights.values(), default=0) < 0 or not (
            0 < sum(self.weights.values()) <= 1 + 1e-9
        ):
            wrong.append(f"weights={dict(self.weights)!r} (at least 0, a sum of at most 1)")
        if wrong:
            raise InvalidInputError(f"assumptions: {'; '.join(wrong)}; chances lie in [0, 1]")


@dataclass(frozen=True)
class Cycle:
    """What one cycle under one policy gave."""

    policy: str
    cycle: int
    mentors: int
    mentees: int
    matched: int
    mean_rating: float
    left: int
    levels_learned: int
    ratings: Mapping[tuple[str, str], float] = field(repr=False, default_factory=dict)
    matching: Matching | None = field(repr=False, compare=False, default=None)


@dataclass(frozen=True)
class Simulation:
    """All cycles of all policies."""

    cycles: tuple[Cycle, ...]
    assumptions: Assumptions
    seed: int

    def to_records(self) -> list[dict[str, Any]]:
        """Return one dict per policy and cycle."""
        return [{name: getattr(cycle, name) for name in _FIGURES} for cycle in self.cycles]

    def to_frame(self, backend: str | None = None) -> Any:
        """Return one row per policy and cycle as a data frame."""
        from rmatch.frames import frame

        records = self.to_records()
        return frame({name: [row[name] for row in records] for name in _FIGURES}, backend)

    def __str__(self) -> str:
        lines = [
            f"{row['policy']}, cycle {row['cycle']}: {row['matched']} pairs of {row['mentors']} "
            f"mentors and {row['mentees']} mentees, mean rating {row['mean_rating']:.2f}, "
            f"{row['levels_learned']} levels learned, {row['left']} left"
            for row in self.to_records()
        ]
        assumed = ", ".join(f"{name} {value}" for name, value in vars(self.assumptions).items())
        return "\n".join([*lines, f"all of it assumed (seed {self.seed}): {assumed}"])

    def total(self, policy: str, figure: str) -> float:
        """Return a figure's sum over all cycles of a policy."""
        return float(sum(getattr(each, figure) for each in self.cycles if each.policy == policy))


def simulate(
    mentors: Sequence[Mapping[str, Any]],
    mentees: Sequence[Mapping[str, Any]],
    policies: Mapping[str, Policy],
    *,
    cycles: int = 4,
    joiners: Sequence[tuple[People, People]] = (),
    assumptions: Assumptions | None = None,
    seed: int = 0,
) -> Simulation:
    """Run a programme for some cycles under each policy.

    Parameters
    ----------
    mentors, mentees
        People as dicts, as :func:`rmatch.read_roster` takes them.
    policies
        By name, a function of (mentors, mentees) that returns a :class:`Matching` or
        :class:`Rematch`. It is not asked, and a cycle is left out, while a side is empty.
    joiners
        Mentors and mentees who join before the second, third ... cycle.
    assumptions, seed
        What is assumed of people, and of chance.

    Examples
    --------
    >>> import rmatch
    >>> mentors = [{"id": f"m{n}", "skills": "AI:4"} for n in range(3)]
    >>> mentees = [{"id": f"s{n}", "goals": "AI:4", "skills": "AI:1"} for n in range(3)]
    >>> result = simulate(mentors, mentees, {"best": rmatch.match}, cycles=2)
    >>> [row["matched"] for row in result.to_records()]
    [3, 3]
    """
    check_count("cycles", cycles)
    if not (is_whole(seed) and seed >= 0):
        raise InvalidInputError(f"seed={seed!r}; a whole number of at least 0 is needed")
    if not isinstance(policies, Mapping) or not policies:
        raise InvalidInputError(f"policies={policies!r:.80}; give {{name: function}}, at least one")
    for side, people in (("mentors", mentors), ("mentees", mentees)):
        if not all(isinstance(person, Mapping) for person in listed(side, people)):
            raise InvalidInputError(f"{side}: a list of dicts is needed, one for each person")
    world = assumptions or Assumptions()
    results: list[Cycle] = []
    for name, policy in policies.items():
        left, right = [dict(p) for p in mentors], [dict(p) for p in mentees]
        for cycle in range(cycles):
            if 0 < cycle <= len(joiners):
                left += [dict(person) for person in joiners[cycle - 1][0]]
                right += [dict(person) for person in joiners[cycle - 1][1]]
            if not left or not right:
                continue
            step, left, right = _cycle(name, cycle, policy(left, right), world, seed)
            results.append(step)
    return Simulation(tuple(results), world, seed)


def _cycle(
    name: str, cycle: int, result: Matching | Rematch, world: Assumptions, seed: int
) -> tuple[Cycle, People, People]:
    """Let one cycle happen: ratings, learning, leaving."""
    matching, problem = matching_of_people(f"policies[{name!r}](...)", result)
    ratings = _ratings(problem, matching, world, seed, cycle)
    mentors, mentees = roster_to_records(problem.mentors), roster_to_records(problem.mentees)
    learned = _learn(mentors, mentees, matching, ratings, world, (seed, cycle))
    happiness: dict[str, list[float]] = {}
    for pair, rating in ratings.items():
        for person in labels(pair):
            happiness.setdefault(person, []).append(rating)

    def stays(person: Mapping[str, Any]) -> bool:
        rated = happiness.get(label(person["id"]))
        if rated is None:
            chance = world.leave_unmatched
        else:
            unhappy = (5 - float(np.mean(rated))) / 4
            chance = world.leave + (world.leave_unhappy - world.leave) * unhappy
        return luck(seed, cycle, "leave", label(person["id"])).random() >= chance

    staying = [[p for p in people if stays(p)] for people in (mentors, mentees)]
    before, after = (
        {label(person["id"]) for side in sides for person in side}
        for sides in ((mentors, mentees), staying)
    )
    mean = float(np.mean(list(ratings.values()))) if ratings else math.nan
    step = Cycle(
        name, cycle + 1, len(mentors), len(mentees), len(ratings), mean, len(before - after),
        learned, ratings, matching,
    )  # fmt: skip
    return step, staying[0], staying[1]


def _ratings(
    problem: Problem, matching: Matching, world: Assumptions, seed: int, cycle: int
) -> dict[tuple[str, str], float]:
    names = [part.name for part in problem.score]
    unknown = sorted(set(world.weights) - set(names))
    if unknown:
        raise InvalidInputError(
            f"assumptions weigh {unknown}, which the policy's score does not have: {names}"
        )
    weights = np.array([world.weights.get(name, 0.0) for name in names])
    quality = part_values(problem, matching.rows, matching.cols) @ weights
    ratings = {}
    for row, col, good in zip(matching.rows, matching.cols, quality.tolist(), strict=True):
        pair = matching.mentor_ids[row], matching.mentee_ids[col]
        noise = world.noise * luck(seed, cycle, "rate", *labels(pair)).standard_normal()
        ratings[pair] = float(np.clip(1 + 4 * good + noise, 1, 5))
    return ratings


def _learn(
    mentors: People,
    mentees: People,
    matching: Matching,
    ratings: Mapping[tuple[str, str], float],
    world: Assumptions,
    when: tuple[int, int],
) -> int:
    """Raise the mentees' levels of goals that their mentors can teach; return how many levels."""
    learned = 0
    for row, col in zip(matching.rows.tolist(), matching.cols.tolist(), strict=True):
        mentor, mentee = mentors[row], mentees[col]
        pair = matching.mentor_ids[row], matching.mentee_ids[col]
        rating = ratings[pair]
        skills = mentee["skills"] = dict(mentee.get("skills", {}))
        for goal, wish in sorted(mentee.get("goals", {}).items()):
            taught = mentor.get("skills", {}).get(goal, 0)
            present, target = skills.get(goal, 0), wish["target"]
            chance = luck(*when, "learn", *labels(pair), goal).random()
            if present < min(taught, target) and chance < world.learn * rating / 5:
                skills[goal] = min(present + 1, target)
                learned += 1
    return learned


def luck(seed: int, cycle: int, *what: str) -> np.random.Generator:
    """Return the random numbers of one thing that happens, the same under every policy."""
    return np.random.default_rng([seed, cycle, *(crc32(each.encode()) for each in what)])
