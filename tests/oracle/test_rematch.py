"""Re-matching against every legal selection: budgets, prices, and the trade between them."""

from __future__ import annotations

import math
from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import rmatch
from rmatch.living import tilt
from rmatch.living.changes import Reason
from rmatch.rules import Conflicts, PairCount, Same
from rmatch.scoring import TeachingCoverage
from tests.helpers import keeps_bounds, people_matched, selections, total

MENTORS, MENTEES = ("m0", "m1", "m2"), ("s0", "s1", "s2")
PAIRS = tuple(product(MENTORS, MENTEES))


@st.composite
def programmes(draw: Any) -> dict[str, Any]:
    """Three mentors and three mentees, some earlier pairs, some of them forbidden or declined."""
    level = st.integers(1, 4)

    def person(name: str) -> dict[str, Any]:
        return {
            "id": name,
            "skills": {"AI": draw(level), "Rust": draw(level)},
            "goals": {"AI": 4, "Rust": draw(level)},
            "capacity": draw(st.sampled_from([1, 1, 2])),
            "site": draw(st.sampled_from(["Oslo", "Rome"])),
        }

    earlier = draw(st.lists(st.sampled_from(PAIRS), max_size=5, unique=True))
    gone = draw(st.lists(st.sampled_from(PAIRS), max_size=1))
    rules: list[Any] = [Conflicts(draw(st.lists(st.sampled_from(PAIRS), max_size=2)))]
    if draw(st.booleans()):
        rules.append(PairCount(Same("site"), most=1))
    return {
        "mentors": [person(name) for name in MENTORS],
        "mentees": [person(name) for name in MENTEES],
        "earlier": earlier,
        "states": dict.fromkeys(gone, "declined"),
        "rules": rules,
        "objective": draw(st.sampled_from(["total_score", "coverage_first"])),
        "seats": draw(st.sampled_from([None, None, 2])),
    }


def ask(case: dict[str, Any], **budget: Any) -> Any:
    return rmatch.rematch(
        case["earlier"],
        case["mentors"],
        case["mentees"],
        states=case["states"],
        rules=case["rules"],
        objective=case["objective"],
        seats=case["seats"],
        score=[TeachingCoverage()],
        **budget,
    )


def every(case: dict[str, Any]) -> tuple[list[tuple[tuple[int, int], int]], int]:
    """(People matched where they come first, total gain) and pairs kept, of all that is legal."""
    problem = rmatch.Problem.of(
        rmatch.read_roster(case["mentors"]),
        rmatch.read_roster(case["mentees"]),
        rules=case["rules"],
        score=[TeachingCoverage()],
        seats=case["seats"],
    )
    first = case["objective"] == "coverage_first"
    _, allowed = problem.block(slice(None), slice(None))
    names = {(i, j): (MENTORS[i], MENTEES[j]) for i, j in product(range(3), range(3))}
    may = {p for p, ids in names.items() if allowed[p] and ids not in case["states"]}
    legal = {p for p in may if names[p] in case["earlier"]}
    found = []
    for pairs in selections(problem):
        if not set(pairs) <= may or not keeps_bounds(problem.bounds, pairs):
            continue
        if any(rule.violations(problem, pairs) for rule in problem.cohort_rules):
            continue
        value = (people_matched(pairs) * first, total(problem, pairs))
        found.append((value, len(legal & set(pairs))))
    return found, len(legal)


def value_of(case: dict[str, Any], result: Any) -> tuple[int, int]:
    matching = result.matching
    pairs = tuple(zip(matching.rows.tolist(), matching.cols.tolist(), strict=True))
    first = case["objective"] == "coverage_first"
    return people_matched(pairs) * first, int(matching.gains.sum())


@settings(max_examples=35)
@given(case=programmes(), changes=st.sampled_from([0, 1, 2, math.inf]))
def test_a_budget_equals_brute_force(case: dict[str, Any], changes: float) -> None:
    """The best of all that give up no more than the budget beyond what nobody avoids."""
    found, could_go_on = every(case)
    most = max(kept for _, kept in found)
    within = [(value, kept) for value, kept in found if kept >= most - changes]
    result = ask(case, max_changes=changes)
    assert (value_of(case, result), len(result.kept)) == max(within)
    assert result.matching.status.value == "optimal"
    legal = sum(pair.reason is Reason.GIVEN_UP for pair in result.ended) + len(result.kept)
    assert legal == could_go_on
    assert result.given_up <= legal - most + changes


@settings(max_examples=25)
@given(case=programmes(), price=st.sampled_from([0.0, 0.1, 0.25, 0.5, 3.0]))
def test_a_price_equals_brute_force(case: dict[str, Any], price: float) -> None:
    """Every change costs its price; where that is all the same, the one that keeps more."""
    found, legal = every(case)
    units = max(1, round(price * 2**20)) if price else 0
    worth = [((v[0], v[1] - units * (legal - kept)), kept) for v, kept in found]
    result = ask(case, price=price)
    value = value_of(case, result)
    kept = len(result.kept)
    assert ((value[0], value[1] - units * (legal - kept)), kept) == max(worth)
    assert result.matching.units == result.matching.bound_units


@settings(max_examples=15)
@given(case=programmes())
def test_no_limit_equals_a_fresh_solve(case: dict[str, Any]) -> None:
    """With everything free to move, nothing is lost against starting anew."""
    gone = [Conflicts(list(case["states"]))]
    fresh = rmatch.match(
        case["mentors"],
        case["mentees"],
        rules=case["rules"] + gone,
        objective=case["objective"],
        seats=case["seats"],
        score=[TeachingCoverage()],
    )
    assert ask(case, max_changes=math.inf).matching.units == fresh.units


@settings(max_examples=15)
@given(case=programmes())
def test_the_frontier_has_exactly_the_points_nothing_beats(case: dict[str, Any]) -> None:
    """Changes against the objective: every point, and no other."""
    case["objective"] = "total_score"
    found, _ = every(case)
    most = max(kept for _, kept in found)
    best = [
        (most - kept, value[1])
        for value, kept in set(found)
        if not any(
            v[1] >= value[1] and k >= kept and (v[1], k) != (value[1], kept) for v, k in found
        )
    ]
    answer = ask(case).frontier(points=None)
    assert [(p.changes, round(p.objective * 2**20)) for p in answer.points] == sorted(best)
    assert answer.complete


@pytest.mark.parametrize("changes", [0, 1, math.inf])
def test_too_large_for_finer_units_is_still_exact(changes: float, monkeypatch: Any) -> None:
    """Where ties cannot be broken by a finer unit, the objective is the best all the same."""
    monkeypatch.setattr(tilt, "_fits", lambda *_: False)
    mentors = [{"id": f"m{k}", "skills": {"AI": k + 1}} for k in range(4)]
    mentees = [{"id": f"s{k}", "goals": {"AI": k + 1}} for k in range(4)]
    earlier = [(f"m{k}", f"s{3 - k}") for k in range(4)]
    found = {
        c: rmatch.rematch(earlier, mentors, mentees, max_changes=c, score=[TeachingCoverage()])
        for c in (0, changes)
    }
    assert found[0].given_up == 0
    assert found[changes].given_up <= changes
    assert found[changes].matching.units >= found[0].matching.units


@pytest.mark.parametrize("seed", range(1, 13))
def test_a_lottery_puts_people_in_another_order_and_the_optimum_is_that_of_a_fresh_solve(
    seed: int,
) -> None:
    """A seed draws the order of all anew where there are more or fewer people."""
    rng = np.random.default_rng(seed)

    def told(most: int) -> str:
        known = rng.choice(12, rng.integers(1, most), replace=False)
        return "; ".join(f"S{skill}:{rng.integers(1, 6)}" for skill in known)

    mentors = [{"id": f"m{number}", "skills": told(6)} for number in range(50)]
    mentees = [{"id": f"s{number}", "goals": told(4)} for number in range(50)]
    before = rmatch.match(mentors, mentees, solver="pricing", seed=seed)
    today = [*mentors[:-2], {"id": "m99", "skills": told(6)}]
    free = rmatch.rematch(before, today, mentees, max_changes=math.inf).matching
    assert free.problem.mentors.ids[:9] != before.problem.mentors.ids[:9]
    assert free.units == rmatch.match(today, mentees, seed=seed).units
    assert free.certificate.verify(free.problem).holds
    assert rmatch.rematch(before, today, mentees).given_up == 0
