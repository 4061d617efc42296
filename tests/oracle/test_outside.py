"""Problems as others state them: OR-Library files, and reviewers for papers as openreview does."""

from __future__ import annotations

from itertools import permutations, product
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import Bounds, LinearConstraint, milp

import rmatch
from benchmarks.orlib import Generalised, least_cost, read_assignment, read_generalised
from rmatch.rules import Conflicts, PairsPerPerson
from rmatch.scoring import CustomScore
from rmatch.solvers import Infeasible
from rmatch.solvers.cpsat import CpSat
from rmatch.solvers.milp import Milp

# Written for this test in the formats of the library; no published instance.
ASSIGN = " 3\n 4 1\n 3\n 2 0 5\n 3 2 2\n"
GAP = "2\n2 3\n 4 9 2\n 6 3\n 5\n 2 3 1\n 1 2 2\n 4 3\n1 2\n 5 7\n 3 3\n 6\n"


def test_files_are_read_as_the_library_writes_them():
    """Rows may be broken anywhere."""
    assert read_assignment(ASSIGN).tolist() == [[4, 1, 3], [2, 0, 5], [3, 2, 2]]
    first, second = read_generalised(GAP)
    assert first.values.tolist() == [[4, 9, 2], [6, 3, 5]]
    assert first.used.tolist() == [[2, 3, 1], [1, 2, 2]]
    assert first.capacity.tolist() == [4, 3]
    assert (second.values.shape, second.capacity.tolist()) == ((1, 2), [6])


@pytest.mark.parametrize(
    ("read", "text"),
    [(read_assignment, "3 1 2"), (read_generalised, "1 2 2 1 2 3"), (read_generalised, GAP + "7")],
)
def test_broken_files_are_refused(read, text):
    """Too few or too many numbers are never read as something else."""
    with pytest.raises(ValueError, match=r"are announced|more numbers"):
        read(text)


@pytest.mark.parametrize("exact", [Milp(), CpSat()], ids=lambda solver: solver.name)
def test_published_instances_have_their_published_optima(exact):
    """c515-1 to c515-5 of the OR-Library, maximised; its own table has these optima."""
    file = Path(__file__).parents[2] / "benchmarks" / "data" / "orlib" / "gap1.txt"
    instances = read_generalised(file.read_text(encoding="ascii"))
    found = [instance.solve(maximise=True, exact=exact) for instance in instances]
    assert found == [336, 327, 339, 341, 326]


@settings(max_examples=40)
@given(size=st.integers(1, 5), seed=st.integers(0, 10**6))
def test_assignments_equal_brute_force(size, seed):
    """The least cost over all permutations."""
    costs = np.random.default_rng(seed).integers(0, 20, (size, size))
    text = f"{size}\n" + " ".join(map(str, costs.ravel().tolist()))
    every = permutations(range(size))
    best = min(sum(int(costs[i, j]) for i, j in enumerate(order)) for order in every)
    assert least_cost(read_assignment(text)) == best


@settings(max_examples=12)
@given(agents=st.integers(1, 3), jobs=st.integers(1, 5), seed=st.integers(0, 10**6))
def test_generalised_assignments_equal_brute_force(agents, jobs, seed):
    """The best over all ways to give jobs to agents, least cost and most profit, both solvers."""
    rng = np.random.default_rng(seed)
    values, used = rng.integers(1, 20, (agents, jobs)), rng.integers(1, 9, (agents, jobs))
    instance = Generalised(values, used, rng.integers(4, 16, agents))
    totals = []
    for given_to in product(range(agents), repeat=jobs):
        load = np.zeros(agents, int)
        for job, agent in enumerate(given_to):
            load[agent] += used[agent, job]
        if (load <= instance.capacity).all():
            totals.append(sum(int(values[agent, job]) for job, agent in enumerate(given_to)))
    for exact in (None, CpSat()):
        for maximise, best in ((False, min), (True, max)):
            if totals:
                assert instance.solve(maximise=maximise, exact=exact) == best(totals)
            else:
                with pytest.raises(Infeasible):
                    instance.solve(maximise=maximise, exact=exact)


def _highs(gain, allowed, reviewer_least, reviewer_most, paper_least, paper_most):
    """A plain model: a whole variable for each pair, a row for each load; None if infeasible."""
    reviewers, papers = gain.shape
    loads = np.kron(np.eye(reviewers), np.ones(papers))
    reviews = np.kron(np.ones(reviewers), np.eye(papers))
    result = milp(
        -gain.ravel().astype(float),
        integrality=np.ones(gain.size),
        bounds=Bounds(0, allowed.ravel().astype(float)),
        constraints=[
            LinearConstraint(loads, reviewer_least, reviewer_most),
            LinearConstraint(reviews, paper_least, paper_most),
        ],
        options={"mip_rel_gap": 0},
    )
    return None if result.status == 2 else round(-result.fun)


@settings(max_examples=30)
@given(seed=st.integers(0, 10**6))
def test_reviewers_for_papers_equal_a_plain_model(seed):
    """Loads between bounds on both sides, custom loads for some, conflicts: the same optimum."""
    rng = np.random.default_rng(seed)
    reviewers, papers = int(rng.integers(3, 8)), int(rng.integers(2, 6))
    affinity = rng.integers(0, 2**10, (reviewers, papers)) / 2**10
    conflicted = rng.random((reviewers, papers)) < 0.2
    most = rng.integers(1, 4, reviewers)  # custom loads
    least = np.where(rng.random(reviewers) < 0.3, 1, 0)
    per_paper = int(rng.integers(1, 3))
    one = [
        {"id": f"r{i}", "capacity": int(most[i]), "minimum": int(least[i])}
        for i in range(reviewers)
    ]
    other = [{"id": f"p{j}"} for j in range(papers)]
    rules = [
        Conflicts([(f"r{i}", f"p{j}") for i, j in zip(*np.nonzero(conflicted), strict=True)]),
        PairsPerPerson("mentees", per_paper, per_paper + 1),
    ]
    score = [CustomScore(lambda r, p: float(affinity[int(r.id[1:]), int(p.id[1:])]))]
    expected = _highs(
        (affinity * 2**20).astype(np.int64), ~conflicted, least, most, per_paper, per_paper + 1
    )
    if expected is None:
        with pytest.raises(rmatch.InfeasibleError):
            rmatch.match(one, other, rules=rules, score=score)
    else:
        assert rmatch.match(one, other, rules=rules, score=score).units == expected
