"""Ready-made matrices: what is refused, and that numbers stay exact."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp

import rmatch
from rmatch.matrix import MatrixProblem


@pytest.mark.parametrize(
    ("scores", "message"),
    [
        ([1, 2], r"1 dimension\(s\); a matrix of mentors x mentees is needed"),
        ([["a"]], "numbers are needed"),
        ([[True]], "scores holds bool; numbers are needed"),
        ([[1j]], "complex numbers; real ones are needed"),
        ([[float("nan")]], r"score nan at \[0, 0\]"),
        ([[float("inf")]], r"forbid a pair with allowed\[i, j\] = False"),
        ([[2**62, 2**62]], "overflow 64-bit integers"),
        ([[1e308, 1e308], [1e308, 1e308]], "overflow floats"),
        (np.array([[5]], dtype="timedelta64[D]"), "numbers are needed"),
        (np.array([[1e400]], dtype=np.longdouble), r"score inf at \[0, 0\]"),
        (np.array([[1, None]]), r"scores holds None at \[0, 1\]; numbers are needed"),
    ],
)
def test_bad_scores_are_refused_by_name(scores, message):
    """Nothing that is not a finite real matrix reaches a solver."""
    with pytest.raises(rmatch.InvalidInputError, match=message):
        rmatch.match_matrix(np.array(scores))


def test_every_score_that_is_not_finite_is_named():
    """All bad cells come in one error, not one per run."""
    with pytest.raises(rmatch.InvalidInputError) as caught:
        rmatch.match_matrix([[np.nan, 1.0], [2.0, np.inf]])
    assert [problem.message for problem in caught.value.problems] == [
        "score nan at [0, 0]",
        "score inf at [1, 1]",
    ]


@pytest.mark.parametrize(
    ("counts", "message"),
    [
        ({"mentor_capacity": -1}, r"mentor_capacity holds \[-1\]"),
        ({"mentee_capacity": [1, 1, 1]}, r"mentee_capacity has shape \(3,\); .* each of 2"),
        ({"mentor_capacity": 1.5}, "whole numbers of at least 0"),
        ({"mentor_capacity": np.nan}, "whole numbers of at least 0"),
        ({"seats": -2}, r"seats holds \[-2\]"),
        ({"mentor_minimum": "x"}, "mentor_minimum='x'"),
        ({"mentor_capacity": True}, "mentor_capacity=True"),
        ({"mentor_capacity": [[1], [1, 2]]}, "mentor_capacity cannot be read"),
        ({"seed": -1}, "seed=-1"),
        ({"seed": 1.5}, "seed=1.5"),
    ],
)
def test_bad_counts_are_refused_by_name(counts, message):
    """Counts are whole numbers of at least 0, one or one for each."""
    with pytest.raises(rmatch.InvalidInputError, match=message):
        rmatch.match_matrix([[1, 2], [3, 4]], **counts)


@pytest.mark.parametrize("allowed", [[[True]], [[1, 1], [1, 1]]])
def test_permissions_are_booleans_of_the_same_shape(allowed):
    """A mask of another shape or type would silently mean something else."""
    with pytest.raises(rmatch.InvalidInputError, match="a bool matrix of the shape of scores"):
        rmatch.match_matrix([[1, 2], [3, 4]], allowed)


def test_forbidden_pairs_may_hold_anything():
    """NaN marks a forbidden pair in many people's data; only allowed pairs must be finite."""
    matching = rmatch.match_matrix([[np.nan, 1.0]], [[False, True]])
    assert [(pair.mentor, pair.mentee) for pair in matching.pairs] == [(0, 1)]


def test_forbidden_integers_may_be_of_any_size():
    """What a forbidden pair holds is never looked at, also where it could overflow."""
    matching = rmatch.match_matrix([[2**62, 1]], [[False, True]])
    assert [(pair.mentor, pair.mentee) for pair in matching.pairs] == [(0, 1)]


def test_masked_entries_are_forbidden_pairs():
    """A mask says that an entry is not there; what stands below it must not be chosen."""
    scores = np.ma.array([[1, 9], [2, 3]], mask=[[False, True], [False, False]])
    pairs = rmatch.match_matrix(scores).pairs
    assert [(pair.mentor, pair.mentee, pair.score) for pair in pairs] == [(0, 0, 1), (1, 1, 3)]
    allowed = np.ma.array([[True, True], [True, True]], mask=scores.mask)
    assert rmatch.match_matrix(scores.data, allowed).pairs == pairs


def test_rows_of_different_lengths_are_no_matrix():
    """A row cut short gets a plain error, not one from inside numpy."""
    with pytest.raises(rmatch.InvalidInputError, match="scores cannot be read as numbers"):
        rmatch.match_matrix([[1, 2], [3]])


def test_the_smallest_floats_count_too():
    """Scores near 0 are still scores; none is lost on the grid."""
    matching = rmatch.match_matrix([[5e-324, 0.0], [0.0, 1e-323]])
    assert [pair.score for pair in matching.pairs] == [5e-324, 1e-323]


@pytest.mark.parametrize("size", [3, 24, 120])
def test_a_float_matrix_with_minimums_is_never_too_fine(size):
    """The grid is as fine as totals allow; what minimums are worth must fit on it too."""
    scores = np.random.default_rng(size).random((size, size))
    scores[:, 0] = 0.0
    minimum = [1] * 2 + [0] * (size - 2)
    asked = {"mentor_minimum": minimum, "objective": "coverage_first", "seats": size - 1}
    matching = rmatch.match_matrix(scores, **asked)
    assert matching.units == rmatch.match_matrix(scores, solver="pricing", **asked).units
    assert matching.certificate.verify(matching.problem)


def test_nullable_and_narrow_types_are_numbers():
    """Data frames of nullable integers, and counts of few bits, are read as what they are."""
    scores = pd.DataFrame([[1, 2], [4, 3]]).astype("Int64")
    allowed = pd.DataFrame([[True, True], [True, False]]).astype("boolean")
    matching = rmatch.match_matrix(scores, allowed, mentor_capacity=np.uint8(2))
    assert [(pair.mentor, pair.mentee, pair.score) for pair in matching.pairs] == [
        (0, 1, 2.0),
        (1, 0, 4.0),
    ]


def test_sparse_zeros_are_allowed_pairs():
    """A stored zero is a legal pair with score 0; an entry not stored is forbidden (§C2)."""
    scores = sp.coo_array(([0, 5], ([0, 1], [0, 1])), shape=(2, 2))
    matching = rmatch.match_matrix(scores, objective="coverage_first")
    assert [(pair.mentor, pair.mentee, pair.score) for pair in matching.pairs] == [
        (0, 0, 0.0),
        (1, 1, 5.0),
    ]


def test_big_integers_stay_exact():
    """Integers beyond 2**53 differ by one and the better one is found (§C3)."""
    big = 2**55
    matching = rmatch.match_matrix(np.array([[big, big + 1]]))
    assert [(pair.mentor, pair.mentee) for pair in matching.pairs] == [(0, 1)]
    assert matching.units == big + 1


def test_integers_too_large_for_a_solver_are_named():
    """Where OR-Tools cannot hold the gains, the error says so and which solver can: auto's."""
    scores = np.full((3, 3), 2**55)
    with pytest.raises(rmatch.UnsupportedFeatureError, match=r"'flow' cannot .*64 bits.*networkx"):
        rmatch.match_matrix(scores, objective="coverage_first", solver="flow")
    with pytest.raises(rmatch.UnsupportedFeatureError, match=r"'cpsat' cannot .*2\*\*53"):
        rmatch.match_matrix(scores, objective="coverage_first", solver="cpsat")
    with pytest.raises(rmatch.UnsupportedFeatureError, match=r"'sparse' cannot .*2\*\*58"):
        rmatch.match_matrix(scores, objective="coverage_first", solver="sparse")
    matching = rmatch.match_matrix(scores, objective="coverage_first")
    assert (matching.solver, matching.score) == ("networkx", 3 * 2.0**55)


@pytest.mark.parametrize("size", [30, 100])
def test_few_seats_and_minimums_are_not_too_fine_for_auto(size):
    """The grid of floats is as fine as few pairs allow: where OR-Tools cannot, others can."""
    scores = np.random.default_rng(0).random((size, size))
    least = [1] + [0] * (size - 1)
    found = rmatch.match_matrix(scores, mentee_minimum=least, seats=1)
    assert found.status.value == "optimal"
    assert found.score == pytest.approx(scores[:, 0].max())


def test_the_rounding_of_floats_is_bounded_and_tiny():
    """Floats go on a grid of a power of two; what rounding can change in all is stated."""
    scores = np.random.default_rng(1).random((50, 40)) * 1e-3
    problem = MatrixProblem.of(scores)
    assert np.abs(problem.gains * problem.unit - scores).max() <= problem.unit / 2
    assert problem.rounding == problem.unit * 40 < 1e-13


def test_a_solver_that_cannot_names_those_that_can():
    """Asking for what a solver lacks is an error with a way out."""
    with pytest.raises(rmatch.UnsupportedFeatureError, match=r"'assignment' cannot .* can: .*flow"):
        rmatch.match_matrix([[1, 2], [3, 4]], mentor_capacity=2, mentee_capacity=2,
                            solver="assignment")  # fmt: skip


def test_an_unknown_solver_lists_the_known_ones():
    """A misspelt solver is told what there is."""
    with pytest.raises(rmatch.InvalidInputError, match="no solver 'hungry'; there are: assignment"):
        rmatch.match_matrix([[1]], solver="hungry")


def test_unmatched_people_have_causes():
    """Somebody without a pair is told who has the partners, and at what price."""
    matching = rmatch.match_matrix([[3, 2], [0, 0]], [[True, True], [False, False]])
    (mentor,) = matching.unmatched_mentors
    (mentee,) = matching.unmatched_mentees
    assert mentor.cause.name == "NO_ELIGIBLE_PARTNER"
    assert mentee.cause.name == "PARTNERS_TAKEN"
    assert mentor.words == "no eligible partner: the matrix of allowed pairs removes 2"
    assert mentee.words == "the one eligible partner, 0 (2.00), is with 0"
    assert mentee.taken[0].price is not None
    assert 2.0 <= mentee.taken[0].price <= 3.0


def test_where_there_is_nobody_no_capacity_is_blamed():
    """The other side is empty: that is the cause, not a capacity of 0."""
    matching = rmatch.match_matrix(np.zeros((1, 0)))
    (mentor,) = matching.unmatched_mentors
    assert mentor.words == "no eligible partner: there is nobody else on the other side"


def cause_by_definition(matching, side, person):
    """Return the cause of one unmatched person, counted pair by pair."""
    problem, pairs = matching.problem, list(zip(matching.rows, matching.cols, strict=True))
    axis = 0 if side == "mentor" else 1
    allowed = problem.allowed[person] if axis == 0 else problem.allowed[:, person]
    counts = problem.bounds.mentor_most, problem.bounds.mentee_most
    if counts[axis][person] == 0:
        return "NO_PLACE"
    eligible = [other for other in range(len(allowed)) if allowed[other]]
    if not eligible:
        return "NO_ELIGIBLE_PARTNER"
    places = {other: counts[1 - axis][other] for other in eligible}
    if not any(places.values()):
        return "PARTNERS_CLOSED"
    taken = {other: sum(pair[1 - axis] == other for pair in pairs) for other in eligible}
    if all(taken[other] >= places[other] for other in eligible):
        return "PARTNERS_TAKEN"
    return "NO_SEAT" if len(pairs) == problem.bounds.seats else "NOT_CHOSEN"


@pytest.mark.parametrize("seed", range(40))
def test_causes_are_true(seed):
    """Places of 0, seats, forbidden pairs, scores of 0: the cause is what counting says."""
    rng = np.random.default_rng(seed)
    mentors, mentees = rng.integers(1, 6, 2)
    matching = rmatch.match_matrix(
        rng.integers(-1, 4, (mentors, mentees)),
        rng.random((mentors, mentees)) < 0.6,
        mentor_capacity=rng.integers(0, 3, mentors),
        mentee_capacity=rng.integers(0, 3, mentees),
        seats=rng.choice([None, 0, 1, 2]),
    )
    for each in (*matching.unmatched_mentors, *matching.unmatched_mentees):
        assert each.cause.name == cause_by_definition(matching, each.side, each.id)
        assert not each.words.endswith(("with ", ": "))
        assert each.cause.name != "PARTNERS_TAKEN" or all(best.by for best in each.taken)
        assert matching.why_unmatched(each.id, side=each.side).cause == each.cause.name.lower()


@pytest.mark.parametrize("strategy", ["greedy", "first_come", "random", "stable"])
def test_strategies_give_legal_matchings_and_claim_nothing(strategy):
    """Heuristics pass the same check and never call themselves optimal (§C8)."""
    scores = np.random.default_rng(3).integers(0, 100, (30, 40))
    matching = rmatch.match_matrix(scores, mentor_capacity=2, solver=strategy, seed=1)
    best = rmatch.match_matrix(scores, mentor_capacity=2)
    assert matching.status.value == "heuristic"
    assert matching.bound is None
    assert matching.check() == []
    assert matching.units <= best.units


@pytest.mark.parametrize(
    ("scores", "message"),
    [
        ([[1], [10**30]], r"scores holds 10+ at \[1, 0\]"),
        ([[1], [10**400]], r"scores holds 10+ at \[1, 0\]"),
        (pd.DataFrame([[1, None]], dtype="Int64"), r"scores holds <NA> at \[0, 1\]"),
    ],
)
def test_what_is_no_number_is_shown_with_its_place(scores, message):
    with pytest.raises(rmatch.InvalidInputError, match=message):
        rmatch.match_matrix(scores)


@pytest.mark.parametrize("size", [8, 16])
@pytest.mark.parametrize("solver", ["auto", "pricing", "flow"])
def test_bonuses_that_add_up_beyond_64_bits_are_refused(size, solver):
    """Their sum once began anew from below, and a wrong matching was called optimal."""
    scores = np.full((size, size), 2**54 if size == 16 else 2**56) - np.arange(size)
    with pytest.raises(rmatch.InvalidInputError, match="scale the scores down"):
        rmatch.match_matrix(scores, objective="coverage_first", solver=solver)


@pytest.mark.parametrize("solver", ["auto", "pricing", "sparse"])
def test_counts_beyond_64_bits_mean_no_limit(solver):
    """More places or seats than there are pairs are no error."""
    many = {"mentor_capacity": 10**30, "mentee_capacity": [2, 10**30], "seats": 10**30}
    assert rmatch.match_matrix([[1, 2], [3, 4]], solver=solver, **many).units == 10


def test_a_minimum_above_the_own_places_is_said_as_that():
    """It is not for want of partners."""
    with pytest.raises(rmatch.InfeasibleError, match=r"mentor 1 needs 2 pairs, and has 1 place$"):
        rmatch.match_matrix(np.ones((2, 3)), mentor_minimum=[0, 2])


def test_pricing_is_named_among_the_solvers():
    with pytest.raises(rmatch.InvalidInputError, match=r"did you mean 'pricing'.*pricing, random"):
        rmatch.match_matrix([[1]], solver="pricng")
