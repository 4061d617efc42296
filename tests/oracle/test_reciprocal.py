"""Reciprocal pairs against brute force, and against an integer program on larger pools."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import Bounds, LinearConstraint, milp

from rmatch.check import pair_gain
from rmatch.forms import GRID
from rmatch.living import pool, reciprocal
from rmatch.problem import Problem
from rmatch.reading import read_roster
from rmatch.rules import Conflicts, Different, Vetoes
from rmatch.scoring import SharedInterests, TeachingCoverage
from tests.strategies import people

SCORE = [TeachingCoverage(weight=0.75), SharedInterests(weight=0.25)]
RULES = [Different("site"), Vetoes(), Conflicts([("a", "b"), ("c", "d")])]


def best(people, edges):
    """The most pairs with the largest gain, and the largest gain, by trying everything."""
    if not people:
        return (0, 0), 0
    first, rest = people[0], people[1:]
    many, much = best(rest, edges)
    for other in rest:
        if (first, other) in edges:
            left = [person for person in rest if person != other]
            (pairs, total), most = best(left, edges)
            many = max(many, (pairs + 1, total + edges[first, other]))
            much = max(much, most + edges[first, other])
    return many, much


@settings(max_examples=50)
@given(st.integers(0, 10**6), st.integers(1, 7), st.sets(st.sampled_from(range(3))))
def test_pairs_equal_brute_force(seed, size, chosen):
    """Both objectives are exactly the best, with every rule in both directions."""
    everybody, _ = people(size, 0, seed)
    everybody[0]["interests"] = ["chess"]  # a column that nobody has would be refused
    everybody[0]["goals"] = {"Go": {"target": 3}}
    everybody[0]["site"] = "Oslo"
    rules = [RULES[at] for at in sorted(chosen)]
    roster = read_roster(everybody)
    problem = Problem.of(roster, roster, rules=rules, score=SCORE)
    edges = {}
    for one in problem.mentors:
        for other in problem.mentors:
            fits = all(r.allows(one, other) and r.allows(other, one) for r in problem.pair_rules)
            if one.id < other.id and fits and one.capacity and other.capacity:
                edges[one.id, other.id] = pair_gain(problem, one, other) + pair_gain(
                    problem, other, one
                )
    (pairs, total), most = best(sorted(roster.ids), edges)
    found = reciprocal(everybody, rules=rules, score=SCORE)
    assert round(found.score * 2 * GRID) == most
    covering = reciprocal(everybody, rules=rules, score=SCORE, objective="coverage_first")
    assert len(covering.pairs) == pairs
    assert round(covering.score * 2 * GRID) == total
    assert len(found.unpaired) == size - 2 * len(found.pairs)


@pytest.mark.parametrize("first", [False, True])
@pytest.mark.parametrize("seed", range(4))
def test_few_edges_at_first_find_the_optimum_over_all(seed, first, monkeypatch):
    """An integer program over all edges, with ties and odd components, finds the same value."""
    monkeypatch.setattr(pool, "_EDGES_EACH", 1)
    rng = np.random.default_rng(seed)
    gains = rng.integers(0, [8, 1000][seed % 2], (14, 14))
    gains += gains.T
    allowed = rng.random((14, 14)) < 0.5
    allowed |= allowed.T
    np.fill_diagonal(allowed, False)
    one, other = np.nonzero(np.triu(allowed))
    edges = np.arange(len(one))
    ends = sp.csr_array(
        (np.ones(2 * len(one)), (np.concatenate([one, other]), np.concatenate([edges, edges])))
    )
    weight = gains[one, other] + (10**5 if first else 0)
    expected = milp(
        -weight, integrality=np.ones(len(one)), bounds=Bounds(0, 1),
        constraints=LinearConstraint(ends, -np.inf, 1), options={"mip_rel_gap": 0},
    )  # fmt: skip
    pairs = pool.best_pairs(gains, allowed, first=first)
    assert len({person for pair in pairs for person in pair}) == 2 * len(pairs)
    assert all(allowed[pair] for pair in pairs)
    assert sum(gains[pair] + (10**5 if first else 0) for pair in pairs) == round(-expected.fun)
