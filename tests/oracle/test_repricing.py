"""A repaired optimum is the optimum: against solving anew, with a proof over all pairs."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import rmatch
from rmatch import pricing, repricing
from rmatch.living import carry
from rmatch.rules import Conflicts, Different, LockedPairs, PairCount, Same
from rmatch.scoring import TeachingCoverage

SKILLS = ("AI", "SQL", "Rust", "law")


def person(rng: Any, name: str) -> dict[str, Any]:
    own = {s: int(rng.integers(1, 6)) for s in rng.choice(SKILLS, rng.integers(1, 4), False)}
    goals = {s: int(rng.integers(2, 6)) for s in rng.choice(SKILLS, rng.integers(1, 4), False)}
    return {
        "id": name,
        "skills": own,
        "goals": goals,
        "capacity": int(rng.integers(1, 3)),
        "site": str(rng.choice(["Oslo", "Rome", "Lima"])),
    }


def tiny(patch: Any) -> None:
    """Price everything that can be priced, with hardly any candidate pairs; repair always."""
    for module, name, value in (
        (pricing, "LARGE", 0),
        (pricing, "_FIRST", 1),
        (pricing, "_MORE", 1),
        (pricing, "_NEAR", 1),
        (repricing, "_EACH", 1),
        (repricing, "_BLOCK", 7),
        (carry, "_FEW", 0),
    ):
        patch.setattr(module, name, value)


MODES: list[dict[str, Any]] = [{}, {"max_changes": math.inf}, {"price": 0.2}, {"max_changes": 1}]


@pytest.mark.filterwarnings("ignore:the locked pair")
@settings(max_examples=20)
@given(
    seed=st.integers(0, 10**6),
    objective=st.sampled_from(["total_score", "total_score", "coverage_first"]),
    modes=st.lists(st.sampled_from(MODES), min_size=1, max_size=3),
)
def test_a_chain_of_repairs_equals_solving_anew(
    seed: int, objective: str, modes: list[dict[str, Any]]
) -> None:
    """Leavers, joiners, new goals, declined pairs and locks, one after the other."""
    with pytest.MonkeyPatch.context() as patch:
        tiny(patch)
        _chain(patch, seed, objective, modes)


def _chain(patch: Any, seed: int, objective: str, modes: list[dict[str, Any]]) -> None:
    rng = np.random.default_rng(seed)
    sides = [
        {name: person(rng, name) for name in (f"{side}{k}" for k in range(rng.integers(3, 9)))}
        for side in "ms"
    ]
    rules: list[Any] = [Conflicts([("m0", "s0"), ("m1", "s2")]), Different("site")]
    fixed = {"score": [TeachingCoverage()], "objective": objective}
    before = rmatch.match(*map(_list, sides), rules=rules, **fixed)
    assert before.solver == "pricing"
    _keeps_margins(before)
    repaired = 0
    for mode in modes:
        if rng.random() < 0.4:  # nothing but people who leave
            left = [str(rng.choice(sorted(some))) for some in sides if len(some) > 2]
            for people in sides:
                for name in left:
                    people.pop(name, None)
            today, states = {"drop": left}, {}
        else:
            states = _happens(rng, sides, before)
            today = dict(zip(("mentors", "mentees"), map(_list, sides), strict=True))
        asked = {**today, "states": states, **mode}
        patch.setattr(pricing, "LARGE", 10**9)
        try:
            anew = rmatch.rematch(dataclasses.replace(before, basis=None), **asked)
        except rmatch.InfeasibleError:  # locks of two times and one place
            patch.setattr(pricing, "LARGE", 0)
            with pytest.raises(rmatch.InfeasibleError):
                rmatch.rematch(before, **asked)
            return
        result = rmatch.rematch(before, **asked)  # also where it is not large any more
        patch.setattr(pricing, "LARGE", 0)
        if result._plan.known is not None and mode == {"max_changes": math.inf}:
            assert result.matching.basis is not None
        repaired += result._plan.known is not None
        _keeps_margins(result.matching)
        assert result.matching.units == anew.matching.units
        assert len(result.kept) == len(anew.kept)
        assert result.matching.check() == []
        if mode.get("max_changes") == math.inf:
            assert result.matching.certificate.verify(result.matching.problem)
        before = result.matching
    assert repaired or objective == "coverage_first"


@pytest.mark.parametrize("seed", range(6))
def test_people_leave_until_one_is_left(seed: int) -> None:
    """One after the other, of either side: each repair begins with what the last one left."""
    rng = np.random.default_rng(seed)
    people = [[person(rng, f"{side}{k}") for k in range(6)] for side in "ms"]
    leavers = [each["id"] for side in people for each in side][:-1]
    rng.shuffle(leavers)
    with pytest.MonkeyPatch.context() as patch:
        tiny(patch)
        rules = [Conflicts([("m0", "s0"), ("m1", "s2")])]
        before = rmatch.match(*people, rules=rules, score=[TeachingCoverage()])
        for name in leavers:
            result = rmatch.rematch(before, drop=[name], max_changes=math.inf)
            assert result._plan.known is not None
            anew = rmatch.solve(result._plan.problem, solver="sparse")
            assert result.matching.units == anew.units
            assert result.matching.check() == []
            assert result.matching.certificate.verify(result.matching.problem)
            _keeps_margins(result.matching)
            before = result.matching
    assert before.problem.shape == (0, 1)


@pytest.mark.filterwarnings("ignore:the locked pair")
def test_what_only_a_lock_allowed_ends_with_it() -> None:
    """Rules were not asked about a locked pair, so they are when it is locked no more."""
    mentors = [{"id": f"m{k}", "skills": {"AI": 5 - k}, "site": "Oslo"} for k in range(3)]
    mentees = [
        {"id": f"s{k}", "goals": {"AI": 5}, "site": ("Oslo", "Rome", "Rome")[k]} for k in range(3)
    ]
    rules = [Different("site"), LockedPairs([("m0", "s0")])]
    with pytest.MonkeyPatch.context() as patch:
        tiny(patch)
        before = rmatch.match(mentors, mentees, rules=rules, score=[TeachingCoverage()])
        assert ("m0", "s0") in {(pair.mentor, pair.mentee) for pair in before.pairs}
        result = rmatch.rematch(before, states={("m0", "s0"): "active"})
        assert result._plan.known is not None
    assert [(e.mentor, e.mentee, e.reason.value) for e in result.ended] == [("m0", "s0", "rule")]
    assert result.matching.check() == []


def _keeps_margins(matching: Any) -> None:
    """No pair outside the pool is nearer to its prices than its mentee's margin."""
    problem, basis = matching.problem, matching.basis
    if basis is None:
        return
    gains, allowed = problem.block(slice(None), slice(None))
    below = basis.prices.mentor[:, None] + basis.prices.mentee - gains.astype(np.int64)
    allowed[basis.pool.mentor, basis.pool.mentee] = False
    assert (basis.margin >= 0).all()
    assert (below >= basis.margin)[allowed].all()


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("mode", MODES, ids=str)
def test_earlier_pairs_alone_are_priced_too(seed: int, mode: dict[str, Any]) -> None:
    """Without earlier prices a large problem is priced from the start, tilt and all."""
    rng = np.random.default_rng(seed)
    people = [[person(rng, f"{side}{k}") for k in range(6)] for side in "ms"]
    pairs = [(f"m{i}", f"s{j}") for i in range(6) for j in range(6) if rng.random() < 0.2]
    objective = ("total_score", "coverage_first")[seed % 2]
    asked: dict[str, Any] = {"rules": [Different("site")], "score": [TeachingCoverage()], **mode}
    listed = rmatch.rematch(pairs, *people, objective=objective, **asked)
    with pytest.MonkeyPatch.context() as patch:
        tiny(patch)
        priced = rmatch.rematch(pairs, *people, objective=objective, **asked)
    assert (priced.matching.units, len(priced.kept)) == (listed.matching.units, len(listed.kept))
    if mode.get("max_changes") == math.inf:
        assert priced.matching.known_prices is not None
        assert priced.matching.certificate.verify(priced.matching.problem)


def test_a_new_rule_that_joins_pairs_is_solved_anew() -> None:
    """Prices alone cannot repair what they did not prove."""
    rng = np.random.default_rng(5)
    people = [[person(rng, f"{side}{k}") for k in range(6)] for side in "ms"]
    rules = [PairCount(Same("site"), most=1)]
    with pytest.MonkeyPatch.context() as patch:
        tiny(patch)
        before = rmatch.match(*people, score=[TeachingCoverage()])
        assert before.basis is not None
        result = rmatch.rematch(before, rules=rules, max_changes=math.inf)
    anew = rmatch.match(*people, rules=rules, score=[TeachingCoverage()])
    assert before.units > result.matching.units == anew.units


def _list(people: dict[str, Any]) -> list[dict[str, Any]]:
    return list(people.values())


def _happens(rng: Any, sides: list[dict[str, Any]], before: Any) -> dict[Any, str]:
    """Change a few people in place; return what became of pairs."""
    for people, side in zip(sides, "ms", strict=True):
        if rng.random() < 0.7 and len(people) > 2:
            people.pop(str(rng.choice(sorted(people))))
        if rng.random() < 0.4:
            name = f"{side}{rng.integers(50, 99)}"
            people[name] = person(rng, name)
        if rng.random() < 0.4:
            name = str(rng.choice(sorted(people)))
            people[name] = person(rng, name)
    pairs = [(pair.mentor, pair.mentee) for pair in before.pairs]
    states = {pair: "declined" for pair in pairs if rng.random() < 0.15}
    allowed = [pair for pair in pairs if pair not in states and rng.random() < 0.1]
    if rng.random() < 0.2:  # a lock that may take the places of others
        some: Any = [str(rng.choice(sorted(people))) for people in sides]
        allowed = [pair for pair in [tuple(some)] if pair not in states]
    kind = str(rng.choice(["locked", "locked", "active"]))
    states |= {pair: kind for pair in allowed[:1] if _fits(sides, pair)}
    locked = [pair for pair in _locks(before.problem) if pair not in states and rng.random() < 0.5]
    return states | dict.fromkeys(locked, "active")  # locked no more


def _locks(problem: Any) -> list[Any]:
    rows, cols = problem.locks
    return [
        (problem.mentors.ids[i], problem.mentees.ids[j]) for i, j in zip(rows, cols, strict=True)
    ]


def _fits(sides: list[dict[str, Any]], pair: Any) -> bool:
    return pair[0] in sides[0] and pair[1] in sides[1]
