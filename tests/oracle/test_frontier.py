"""The trade between two aims against every legal selection."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import rmatch
from rmatch.matrix import MatrixProblem
from rmatch.rules import SeatLimit
from rmatch.scoring import ReturnCoverage, TeachingCoverage
from tests.helpers import selections, total


@settings(max_examples=60)
@given(
    shape=st.tuples(st.integers(1, 3), st.integers(1, 3)),
    data=st.data(),
)
def test_the_best_score_for_each_number_of_pairs(shape: tuple[int, int], data: Any) -> None:
    """Every number of pairs that is legal has its point, and its score is the largest."""
    problem = MatrixProblem.of(
        data.draw(hnp.arrays(np.int64, shape, elements=st.integers(-3, 5))),
        data.draw(hnp.arrays(bool, shape)),
        mentor_capacity=data.draw(st.integers(1, 2)),
        mentor_minimum=data.draw(hnp.arrays(np.int64, shape[0], elements=st.integers(0, 1))),
        seats=data.draw(st.none() | st.integers(0, 4)),
    )
    best: dict[int, int] = {}
    for pairs in selections(problem):
        best[len(pairs)] = max(total(problem, pairs), best.get(len(pairs), -99))
    if not best:
        return
    answer = rmatch.solve(problem).frontier(points=None)
    assert {point.pairs: point.second for point in answer.points} == best
    assert answer.complete
    assert all(point.supported for point in answer.points)


def random_people(seed: int) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    rng = np.random.default_rng(seed)

    def some(low: int) -> dict[str, int]:
        return {f"k{k}": int(rng.integers(low, 6)) for k in rng.choice(4, 2, replace=False)}

    return (
        [{"id": f"m{at}", "skills": some(2), "goals": some(2)} for at in range(3)],
        [{"id": f"s{at}", "skills": some(2), "goals": some(3)} for at in range(4)],
    )


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("limit", [None, 2])
def test_two_score_parts_have_exactly_the_points_nothing_beats(
    seed: int, limit: int | None
) -> None:
    """Supported and unsupported points, also under a rule over many pairs."""
    rules = [] if limit is None else [SeatLimit(limit)]
    matching = rmatch.match(
        *random_people(seed), rules=rules, score=[TeachingCoverage(), ReturnCoverage()]
    )
    problem = matching.problem
    both = [
        part.form(problem.mentors, problem.mentees, 1.0).block(slice(None), slice(None))
        for part in problem.score
    ]
    values = {
        tuple(sum(int(block[pair]) for pair in pairs) for block in both)
        for pairs in selections(problem)
        if limit is None or len(pairs) <= limit
    }
    best = sorted(
        (a, b)
        for a, b in values
        if not any(c >= a and d >= b and (c, d) != (a, b) for c, d in values)
    )
    answer = matching.frontier("teaching_coverage", "return_coverage", points=None)
    found = [(round(p.first / problem.unit), round(p.second / problem.unit)) for p in answer.points]
    assert found == best
    for (a, b), point in zip(best, answer.points, strict=True):
        # Supported: no two others span a line that passes above it.
        above = any(
            (f - d) * (a - c) > (b - d) * (e - c) for c, d in best for e, f in best if c < a < e
        )
        assert point.supported is not above


def test_few_points_are_spread_exact_and_said_to_be_few() -> None:
    """Ends are always there; a limited answer says that it is one."""
    rng = np.random.default_rng(1)
    matching = rmatch.match_matrix(rng.integers(1, 99, (12, 12)))
    every = {p.pairs: p.second for p in matching.frontier(points=None).points}
    answer = matching.frontier(points=5)
    assert [point.pairs for point in answer.points] == [0, 3, 6, 9, 12]
    assert all(every[point.pairs] == point.second for point in answer.points)
    assert not answer.complete
    assert "5 of the points" in answer.words
    assert answer.points[-1].now
    assert len(answer.to_frame("pandas")) == 5


def test_aims_that_do_not_exist_are_an_error() -> None:
    """The message lists the aims there are."""
    matching = rmatch.match_matrix([[1]])
    with pytest.raises(rmatch.InvalidInputError, match="there are: 'pairs', 'score'"):
        matching.frontier("teaching")
    with pytest.raises(rmatch.InvalidInputError, match="two different"):
        matching.frontier("score", "score")
    with pytest.raises(rmatch.InvalidInputError, match="points=1"):
        matching.frontier(points=1)
