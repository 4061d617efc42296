"""compare(): each row is the strategy itself, measured alike; differences, words, errors."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linear_sum_assignment

import rmatch
from rmatch import Problem, Strategy, comparison
from rmatch.errors import InvalidInputError, SolverError, UnsupportedFeatureError
from rmatch.intervals import paired_difference
from rmatch.matrix import MatrixProblem
from rmatch.objectives import OBJECTIVES
from rmatch.reading import read_sides
from rmatch.rules import Different, MinimumScore, SeniorityGap
from rmatch.scoring import ReturnCoverage, TeachingCoverage
from rmatch.solvers import SOLVERS, Options, get
from tests.helpers import keeps_bounds

TRADED = [[9, 8], [7, 1]]  # first come takes 9 + 1, the best is 8 + 7


@st.composite
def matrices(draw, least=1):
    mentors, mentees = draw(st.integers(least, 5)), draw(st.integers(least, 5))
    cells = mentors * mentees
    scores = draw(st.lists(st.integers(0, 9), min_size=cells, max_size=cells))
    allowed = draw(st.lists(st.booleans(), min_size=cells, max_size=cells))
    places = draw(st.lists(st.integers(0, 3), min_size=mentors, max_size=mentors))
    return (
        np.array(scores).reshape(mentors, mentees),
        np.array(allowed).reshape(mentors, mentees),
        places,
    )


def people():
    """Four mentors, five mentees who signed up from e to a."""
    rng = np.random.default_rng(3)
    skills = ("AI", "SQL", "Cloud", "Video")
    mentors = [
        {"id": f"m{at}", "level": int(rng.integers(1, 4)), "department": "IT",
         "skills": {name: int(rng.integers(1, 6)) for name in skills},
         "goals": {"Strategy": 4}, "capacity": 2}
        for at in range(4)
    ]  # fmt: skip
    mentees = [
        {"id": name, "level": int(rng.integers(3, 7)), "department": ["IT", "HR"][at % 2],
         "skills": {"Strategy": at + 1},
         "goals": dict.fromkeys(rng.choice(skills, 2, replace=False).tolist(), 5)}
        for at, name in enumerate("edcba")
    ]  # fmt: skip
    return mentors, mentees


def problem(**changes):
    given = {"rules": [SeniorityGap(1)], "score": [TeachingCoverage()], **changes}
    return Problem.of(*read_sides(*people()), **given)


# ---- each row is the strategy itself -------------------------------------------------------------


def test_an_example_by_hand():
    """Totals, means, the weakest, pairs who would rather leave, and the difference."""
    found = rmatch.compare(rmatch.match_matrix(TRADED).problem, ["first_come", "total_score"])
    one, best = found.strategies
    assert (found.baseline, one.status, best.status) == ("first_come", "heuristic", "optimal")
    shown = ("score, total", "score, mean", "score, minimum", "blocking_pairs")
    assert [one.figures[name].value for name in shown] == [10, 5, 1, 0]
    assert [best.figures[name].value for name in shown] == [15, 7.5, 7, 1]
    assert (best.score.value, best.mentees.value) == (5, 0)
    assert one.score is None
    assert one.mentees is None


@settings(max_examples=10)
@given(matrices())
def test_rows_equal_plain_solves_and_none_beats_the_optimum(case):
    """Sharing candidates changes nothing, and the proven best is at the top in what it promises."""
    scores, allowed, places = case
    given = {"mentor_capacity": places}
    found = rmatch.compare(rmatch.match_matrix(scores, allowed, **given).problem, seeds=[5])
    for row in found.strategies:
        way = {"objective": row.name} if row.name in OBJECTIVES else {"solver": row.name}
        plain = rmatch.match_matrix(scores, allowed, seed=5, **given, **way)
        (shared,) = found.matchings[row.name]
        assert shared.units == plain.units
        assert row.figures.get("score, total", _Zero).value == plain.score
        assert np.array_equal(shared.cols, plain.cols) or shared.status.value == "optimal"
    totals = {name: each[0].score for name, each in found.matchings.items()}
    assert max(totals.values()) == totals["total_score"]
    people_in = {
        name: len(np.unique(each[0].rows)) + len(np.unique(each[0].cols))
        for name, each in found.matchings.items()
    }
    assert max(people_in.values()) == people_in["coverage_first"]


class _Zero:
    value = 0.0


def test_everything_in_the_registries_is_compared():
    """A new objective or heuristic is a row without another line of code."""
    found = rmatch.compare(problem(), seeds=2)
    heuristics = {name for name in SOLVERS if not get(name).exact}
    assert {each.name for each in found.strategies} | {*found.left_out} == {
        *heuristics,
        *OBJECTIVES,
    }
    assert {"random", "first_come", "greedy", "stable", "rounds"} <= heuristics


def test_candidates_are_listed_once_for_each_set_of_rules_or_weights(monkeypatch):
    """Eight strategies of the same rules share one list; other rules need one more."""
    calls = []
    real = comparison.strategies.all_candidates
    monkeypatch.setattr(
        comparison.strategies, "all_candidates", lambda each: calls.append(each) or real(each)
    )
    rmatch.compare(problem(), seeds=3)
    assert len(calls) == 1
    calls.clear()
    loose = [Different("department")]
    ways = ["greedy", Strategy("loose", rules=loose), Strategy("loose too", rules=loose)]
    rmatch.compare(problem(), ways)
    assert len(calls) == 2


def test_other_weights_choose_but_the_problems_own_score_measures():
    """Pairs chosen for the return direction cannot beat the optimum in what was asked for."""
    back = Strategy("return first", score=[ReturnCoverage()])
    found = rmatch.compare(problem(), ["total_score", back], baseline="total_score")
    (chosen,) = found.matchings["return first"]
    own = rmatch.solve(problem(score=[ReturnCoverage()]))
    assert chosen.score == own.score
    measured = found["return first"].figures["score, total"].value
    gains = problem().gains(chosen.rows, chosen.cols)
    assert measured == int(np.diagonal(gains).sum()) * problem().unit
    assert measured < found["total_score"].figures["score, total"].value
    assert found["return first"].score.value == pytest.approx(
        measured - found["total_score"].figures["score, total"].value
    )


def test_a_minimum_score_is_one_of_the_score_that_is_compared_by():
    """The weak mentor may not teach, however much they would learn in return."""
    mentors = [{"id": "g", "skills": "AI:5"}, {"id": "w", "skills": "AI:1", "goals": "X:3"}]
    mentees = [{"id": person, "goals": "AI:5", "skills": "X:3"} for person in "st"]
    matching = rmatch.match(mentors, mentees, rules=[MinimumScore(0.6)], score=[TeachingCoverage()])
    back = Strategy("return", score=[ReturnCoverage(), TeachingCoverage(weight=0.1)])
    found = rmatch.compare(matching.problem, ["total_score", back], figures=["score, minimum"])
    assert found["return"].figures["score, minimum"].value == 1.0
    assert found["return"].mentees.value == 0


def test_other_rules_are_a_row():
    """Fewer rules, at least as much score; the matching keeps its own rules."""
    ways = ["total_score", Strategy("no rules", rules=[])]
    found = rmatch.compare(problem(rules=[SeniorityGap(3)]), ways)
    free, held = found["no rules"], found["total_score"]
    assert free.figures["score, total"].value > held.figures["score, total"].value
    assert found.matchings["no rules"][0].score == rmatch.solve(problem(rules=[])).score


@pytest.mark.parametrize("seed", [None, 4])
def test_a_changed_problem_remembers_who_signed_up_first(seed):
    """e came first, whatever is changed, and so does first come."""
    given = problem(seed=seed)
    for changed in (given.replace(rules=[]), given.replace(seed=9), given.replace(seats=2)):
        order = [changed.mentees.ids[at] for at in changed.arrival]
        assert order == ["e", "d", "c", "b", "a"]


@given(matrices(), st.sampled_from(sorted(OBJECTIVES)))
@settings(max_examples=30)
def test_with_objective_is_the_problem_made_with_it(case, name):
    """Changing the objective of a matrix gives the bounds that it would have been made with."""
    scores, allowed, places = case
    made = MatrixProblem.of(scores, allowed, mentor_capacity=places, objective=name)
    for start in OBJECTIVES:
        other = MatrixProblem.of(scores, allowed, mentor_capacity=places, objective=start)
        changed = other.with_objective(name)
        assert changed.objective == made.objective
        for bonus in ("mentor_bonus", "mentee_bonus", "mentor_most"):
            assert np.array_equal(getattr(changed.bounds, bonus), getattr(made.bounds, bonus))


# ---- draws and differences -----------------------------------------------------------------------


def test_random_strategies_are_drawn_again_and_others_are_not():
    """The mean over seeds, between its ends; the same seeds, the same answer."""
    rng = np.random.default_rng(0)
    given = rmatch.match_matrix(rng.random((6, 8))).problem
    found = rmatch.compare(given, ["greedy", "random"], seeds=[3, 1, 4])
    assert (found["greedy"].draws, found["random"].draws) == (1, 3)
    totals = [
        rmatch.solve(given, solver="random", options=Options(seed=seed)).score for seed in (3, 1, 4)
    ]
    shown = found["random"].figures["score, total"]
    assert shown.value == pytest.approx(np.mean(totals))
    assert min(totals) <= shown.low < shown.high <= max(totals)
    assert found["greedy"].figures["score, total"].low is None
    assert found == rmatch.compare(given, ["greedy", "random"], seeds=[3, 1, 4])


def test_differences_are_paired_over_mentees():
    """The interval is that of each mentee's own difference, the unmatched with 0."""
    rng = np.random.default_rng(1)
    scores = rng.integers(0, 30, (20, 30))
    found = rmatch.compare(rmatch.match_matrix(scores).problem, ["random", "total_score"], seeds=4)
    got = {}
    for name, draws in found.matchings.items():
        each = [np.bincount(one.cols, one.gains, minlength=30) for one in draws]
        got[name] = np.mean(each, axis=0)
    interval = paired_difference(got["total_score"], got["random"])
    difference = found["total_score"].score
    assert found.baseline == "random"
    assert difference.value == pytest.approx((got["total_score"] - got["random"]).sum())
    assert (difference.low, difference.high) == pytest.approx([30 * end for end in interval])
    assert difference.real
    assert difference.real == (difference.low > 0)


def test_a_difference_that_hangs_on_one_mentee_may_be_chance():
    """All but one have the same partner in both: nothing is claimed."""
    scores = np.zeros((12, 12), int)
    np.fill_diagonal(scores, 5)
    scores[0, 1], scores[1, 0] = 0, 9  # first come: 0 takes 1 (9), and 1 is left with 0
    found = rmatch.compare(rmatch.match_matrix(scores).problem, ["first_come", "total_score"])
    assert found["total_score"].score.value == 1
    assert not found["total_score"].score.real
    assert "which may be chance" in found.words


# ---- what cannot be tried ------------------------------------------------------------------------


def test_few_who_differ_are_never_a_real_difference():
    """Three of a hundred have more, nobody less: of three coins, all fall alike once in four."""
    better = np.where(np.arange(100) < 5, 1.0, 0.0)
    assert not comparison._difference(better, np.zeros(100), 0.95).real
    better[5] = 1.0
    assert comparison._difference(better, np.zeros(100), 0.95).real


def test_what_means_of_draws_lose_in_rounding_is_no_difference():
    found = rmatch.compare(
        rmatch.match_matrix(np.ones((4, 4)), seats=2).problem, ["first_come", "random"]
    )
    assert found.words == "Against first come, random: the same."


def test_standard_strategies_that_do_not_suit_the_scores_are_left_out():
    """Nash multiplies scores, of which some are below 0; asked for by name, it is an error."""
    negative = rmatch.match_matrix([[-1, 2], [3, 4]]).problem
    assert "multiplies" in rmatch.compare(negative).left_out["nash"]
    with pytest.raises(InvalidInputError, match="multiplies"):
        rmatch.compare(negative, ["nash"])


def test_what_cannot_be_tried_is_left_out_with_the_reason():
    """Heuristics know no minimums; a rule set may have no solution. Both are told."""
    given = rmatch.match_matrix(TRADED, mentee_minimum=1).problem
    found = rmatch.compare(given)
    assert "minimum" in found.left_out["greedy"]
    assert found.baseline == "total_score"
    assert "greedy was not tried" in found.words
    with pytest.raises(InvalidInputError, match=r"baseline='greedy'.*minimum"):
        rmatch.compare(given, baseline="greedy")
    with pytest.raises(UnsupportedFeatureError, match="none of the strategies"):
        rmatch.compare(given, ["greedy"])
    mentors, mentees = people()
    must = [{**person, "minimum": 1} for person in mentees]
    strict = Strategy("strict", rules=[SeniorityGap(6)])
    sides = read_sides(mentors, must)
    held = rmatch.compare(Problem.of(*sides, score=[TeachingCoverage()]), ["total_score", strict])
    assert list(held.left_out) == ["strict"]


@pytest.mark.parametrize(("status", "fault"), [("time limit", False), ("check failed", True)])
def test_a_strategy_without_a_matching_in_time_is_left_out_and_a_fault_is_not(
    status, fault, monkeypatch
):
    """The others are compared all the same; a fault of rmatch is never hidden."""

    def late(*given, **options):
        raise SolverError("time was up", status)

    monkeypatch.setattr(type(get("assignment")), "solve", late)
    given = rmatch.match_matrix(TRADED, solver="flow").problem
    if fault:
        with pytest.raises(SolverError):
            rmatch.compare(given, ["flow", "assignment"], time_limit=1)
        return
    assert rmatch.compare(given, ["flow", "assignment"], time_limit=1).left_out == {
        "assignment": "time was up"
    }


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"strategies": ["greedly"]}, "no strategy 'greedly'.*first_come.*coverage_first"),
        ({"strategies": []}, "strategies is empty"),
        ({"strategies": ["greedy", "greedy"]}, "two strategies named 'greedy'"),
        ({"strategies": [Strategy("x", rules=[])]}, "own rules, but the problem is a ready-made"),
        ({"baseline": "best"}, "baseline='best'.*'greedy'"),
        ({"seeds": 0}, "seeds=0"),
        ({"seeds": 2.5}, "seeds=2.5"),
        ({"seeds": [-1]}, r"seeds=\[-1\]"),
        ({"figures": ["scoore"]}, "no figure 'scoore'.*match_rate"),
        ({"figures": ["satisfaction"]}, "no figure 'satisfaction' of a matching alone"),
        ({"level": 95}, "level=95; a share between 0 and 1"),
    ],
)
def test_wrong_arguments_say_what_is_allowed(given, message):
    """One clear error each."""
    with pytest.raises(InvalidInputError, match=message):
        rmatch.compare(rmatch.match_matrix(TRADED).problem, **given)


def test_an_unknown_row_names_those_there_are():
    """Looking a strategy up by a wrong name."""
    found = rmatch.compare(rmatch.match_matrix(TRADED).problem, ["greedy"])
    with pytest.raises(InvalidInputError, match="no strategy 'best'; there are: 'greedy'"):
        found["best"]


# ---- how it leaves -------------------------------------------------------------------------------


def test_table_frame_and_json_say_the_same():
    """One row per strategy everywhere, and the same number in each."""
    ways = ["first_come", "random", Strategy("mine | yours", solver="greedy")]
    found = rmatch.compare(problem(), ways, seeds=2, figures=["score", "match_rate, mentees"])
    frame = found.to_frame("pandas")
    record = json.loads(json.dumps(found.to_dict()))
    lines = found.to_markdown().splitlines()
    assert len(frame) == len(record["strategies"]) == len(lines) - 2 == 3
    assert {"score, median", "score, p10, low", "score gained, real"} <= {*frame.columns}
    assert frame["score, total"].tolist() == [row["score, total"] for row in record["strategies"]]
    assert frame["score, total"][2] == found["mine | yours"].figures["score, total"].value
    assert all(line.count(" | ") == lines[0].count(" | ") for line in lines)
    assert "mine \\| yours" in lines[-1]


def test_words_say_what_is_real():
    """Twenty mentees who all gain 3 are no chance."""
    scores = np.full((20, 20), 2)
    scores[np.arange(20), np.arange(20)[::-1]] = 5
    allowed = np.ones((20, 20), bool)
    found = rmatch.compare(
        rmatch.match_matrix(scores, allowed).problem, ["random", "total_score"], seeds=1
    )
    assert "Against random, total score: " in found.words
    assert "chance" not in found.words
    assert ", real |" in found.to_markdown()


# ---- repeated one-to-one rounds ------------------------------------------------------------------


def test_rounds_lose_what_capacities_in_one_solve_gain():
    """Round one makes two pairs (10 + 0 or 9 + 8), where one mentor for both would give 19."""
    scores = [[10, 9], [8, 0]]
    rounds = rmatch.match_matrix(scores, mentor_capacity=[2, 1], solver="rounds")
    assert rounds.score == 17
    assert rmatch.match_matrix(scores, mentor_capacity=[2, 1]).score == 19


@given(matrices(), st.integers(0, 6), st.integers(1, 2))
@settings(max_examples=60)
def test_rounds_are_assignments_one_after_another(case, seats, wanted):
    """Each round is the best one-to-one assignment of what is left; the sum never beats the
    optimum, and equals it where nobody has more than one place."""
    scores, allowed, places = case
    given = {"mentor_capacity": places, "mentee_capacity": wanted, "seats": seats}
    found = rmatch.match_matrix(scores, allowed, solver="rounds", **given)
    best = rmatch.match_matrix(scores, allowed, **given)
    pairs = tuple(zip(found.rows.tolist(), found.cols.tolist(), strict=True))
    assert keeps_bounds(found.problem.bounds, pairs)
    assert found.score <= best.score
    if max(places) <= 1 and wanted == 1:
        assert found.score == best.score
    if seats >= 6:
        first = np.where(allowed & (np.array(places) > 0)[:, None], scores, 0)
        rows, cols = linear_sum_assignment(first, maximize=True)
        assert found.score >= min(first[rows, cols].sum(), best.score)
