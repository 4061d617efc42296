"""Every registered cohort rule: what solvers see of it, and its slow twin, are one rule."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import rmatch
from rmatch.rows import NO_LIMIT
from rmatch.rules import COHORT_RULES
from rmatch.scoring import TeachingCoverage
from tests.helpers import keeps_bounds
from tests.oracle.test_cohort import RULES, _legal, programmes


def made(mentors, mentees, rules):
    left, right = rmatch.read_roster(mentors), rmatch.read_roster(mentees)
    return rmatch.Problem.of(left, right, rules=rules, score=[TeachingCoverage()])


@pytest.mark.parametrize("name", sorted(COHORT_RULES))
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_rows_and_bounds_say_what_the_slow_twin_says(name, data):
    """For any set of pairs: allowed by bounds, locks and rows just when nothing is breached."""
    mentors, mentees, rules = data.draw(programmes([name]))
    problem = made(mentors, mentees, rules)
    every = [
        (i, j)
        for j, i in product(range(problem.shape[1]), range(problem.shape[0]))
        if problem.mentors.ids[i] != problem.mentees.ids[j]
    ]
    chosen = np.array(sorted(data.draw(st.sets(st.integers(0, len(every) - 1)))), dtype=np.intp)
    mentor, mentee = (np.array(end, dtype=np.int32) for end in zip(*every, strict=True))
    pairs = tuple(every[edge] for edge in chosen)
    fast = keeps_bounds(problem.bounds, pairs)
    fast &= set(zip(*(end.tolist() for end in problem.locks), strict=True)) <= set(pairs)
    rows, cost = problem.cohort_rows(mentor, mentee), 0
    if rows is not None:
        excess = rows.excess(chosen, np.unique(mentor[chosen]), np.unique(mentee[chosen]))
        fast &= not excess[rows.penalty == 0].any()
        cost = int((rows.penalty * excess).sum())
    assert fast == _legal(problem, mentors, mentees, pairs)
    assert cost == sum(rule.cost(problem, pairs) for rule in problem.cohort_rules)


@pytest.mark.parametrize("name", sorted(COHORT_RULES))
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_rows_are_the_same_for_any_edges(name, data):
    """Rows are asked before any pair is listed, and block by block: none, some, all."""
    mentors, mentees, rules = data.draw(programmes([name]))
    problem = made(mentors, mentees, rules)
    (rule,) = problem.cohort_rules
    every = np.array([(i, j) for j in range(3) for i in range(3)], dtype=np.int32)
    keep = np.array(data.draw(st.lists(st.booleans(), min_size=9, max_size=9)))
    shapes = [
        [(row.name, row.low, row.high) for row in rule.rows(problem, *edges.T)]
        for edges in (every[:0], every[keep], every)
    ]
    assert shapes[0] == shapes[1] == shapes[2]
    none = problem.cohort_rows(*every[:0].T)
    assert none is None or (np.abs(none.low) <= NO_LIMIT).all()


@pytest.mark.parametrize("name", sorted(COHORT_RULES))
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_loosening_never_forbids_a_matching(name, data):
    """What a rule lets pass, each looser form of it lets pass too."""
    mentors, mentees, rules = data.draw(programmes([name]))
    problem = made(mentors, mentees, rules)
    (rule,) = problem.cohort_rules
    every = list(product(range(3), range(3)))
    pairs = tuple(data.draw(st.lists(st.sampled_from(every), unique=True)))
    allowed = not rule.breaches(problem, pairs)
    for looser in rule.loosened():
        assert not (allowed and looser.breaches(problem, pairs))


@pytest.mark.parametrize("name", sorted(COHORT_RULES))
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_parameters_make_the_rule_again(name, data):
    """A rule is its parameters: they rebuild it, and it describes itself in words."""
    rule = data.draw(RULES[name])
    assert COHORT_RULES[name](**rule.parameters()) == rule
    assert rule.describe()
    assert rule.name == rule.name.lower()
