"""Objectives: where they differ, what they say they proved, what they refuse."""

from __future__ import annotations

import dataclasses
import json

import pytest

import rmatch
from rmatch.check import check
from rmatch.objectives import (
    OBJECTIVES,
    Leximin,
    Matched,
    Objective,
    Pairs,
    Score,
    Stable,
    Tiers,
    TotalScore,
)
from rmatch.programme import Programme
from rmatch.rules import Different, LockedPairs, PeopleCount, SeatLimit
from rmatch.scoring import CustomScore, ReturnCoverage, TeachingCoverage
from rmatch.sequence import Sequence
from rmatch.solvers import Status
from rmatch.solvers.flow import Flow

MENTORS = [
    {"id": "m1", "site": "Oslo", "skills": "AI:5", "goals": "law:4"},
    {"id": "m2", "site": "Rome", "skills": "AI:3", "goals": "law:4"},
]
MENTEES = [
    {"id": "s1", "level": 9, "site": "Oslo", "goals": "AI:5", "skills": "law:2"},
    {"id": "s2", "level": 5, "site": "Oslo", "goals": "AI:3", "skills": "law:5"},
    {"id": "s3", "level": 5, "site": "Rome", "goals": "AI:4", "skills": "law:4"},
]
TIERS = Tiers(
    [
        Matched("mentees", "level", at_least=8),
        Matched("both", "site", values=["Rome"]),
        Pairs(Different("site")),
        Score(ReturnCoverage()),
        Score(),
    ]
)


@pytest.mark.parametrize(
    "objective",
    [TIERS, "leximin", "max_min", Leximin(), Stable("mentors", TeachingCoverage()), "nash"],
    ids=str,
)
def test_a_programme_with_any_objective_is_written_and_read_back(objective):
    """TOML and JSON, exactly."""
    programme = Programme("Spring", objective=objective)
    assert Programme.from_toml(programme.to_toml()) == programme
    assert Programme.from_json(programme.to_json()) == programme


def test_every_objective_has_an_example():
    """Where objectives differ, their own example shows it (the docstring tests run it)."""
    for objective in (Tiers, *OBJECTIVES.values()):
        assert ">>> " in (objective.__doc__ or ""), objective


def test_tiers_of_all_kinds_in_order():
    """The executive first, then people of Rome, then pairs across sites, then what flows back."""
    matching = rmatch.match(MENTORS, MENTEES, objective=TIERS)
    assert [(pair.mentor, pair.mentee) for pair in matching.pairs] == [("m1", "s3"), ("m2", "s1")]
    assert [stage.value for stage in matching.stages[:3]] == [1, 2, 2]
    assert [stage.name for stage in matching.stages] == [
        "mentees with level at least 8",
        "people with site Rome",
        "pairs with a different site",
        "total return_coverage",
        "total score",
    ]
    assert all(stage.proven for stage in matching.stages)
    assert "mentees with level at least 8 1, proven" in matching.proof
    assert matching.bound is None
    assert matching.gap == 0.0


def test_tiers_of_people_are_one_program_with_a_certificate():
    """As bonuses they keep everything that prices are good for."""
    tiers = Tiers([Matched("mentees", "level", at_least=8), Matched(), Score()])
    matching = rmatch.match(MENTORS, MENTEES, objective=tiers)
    assert matching.certificate.verify(matching.problem)
    assert matching.stages == ()
    priced = rmatch.match(MENTORS, MENTEES, objective=tiers, solver="pricing")
    assert priced.units == matching.units == matching.bound_units


def test_a_score_before_the_last_tier_changes_what_follows():
    """The best total first; only then, among equals, more people."""
    scores = [[4, 2], [2, 0]]
    first = rmatch.match_matrix(scores, objective=Tiers([Score(), Matched()]))
    assert first.score == 4.0
    assert first.coverage == {"mentees": 1.0, "mentors": 1.0}
    allowed = [[True, True], [True, False]]
    last = rmatch.match_matrix([[5, 2], [2, 0]], allowed, objective=Tiers([Score(), Matched()]))
    assert len(last) == 1


def test_the_checker_counts_every_stage_again():
    """A claim that is wrong in any stage is a violation."""
    for objective in ("leximin", "max_min", "nash", "stable", TIERS):
        matching = rmatch.match(MENTORS, MENTEES, objective=objective)
        pairs = list(zip(matching.rows.tolist(), matching.cols.tolist(), strict=True))
        assert matching.check() == []
        checked = len(matching.stages) - (objective in ("max_min", TIERS))
        for at in range(checked):  # the last of these two is the total, counted as ever
            stage = matching.stages[at]
            wrong = dataclasses.replace(stage, value=stage.value + 1)
            stages = (*matching.stages[:at], wrong, *matching.stages[at + 1 :])
            found = check(matching.problem, pairs, matching.units, stages)
            assert [str(each) for each in found] == [
                f"{stage.name}: {stage.value}, not {stage.value + 1} as claimed"
            ]


@pytest.mark.parametrize(
    ("name", "meant"), [("leximn", "leximin"), ("maxmin", "max_min"), ("happiness", None)]
)
def test_unknown_names_get_a_suggestion(name, meant):
    """A slip is named, and what was probably meant."""
    with pytest.raises(rmatch.InvalidInputError, match="there are: coverage_first, leximin") as e:
        rmatch.match_matrix([[1]], objective=name)
    assert ("did you mean" in str(e.value)) is (meant is not None)
    assert meant is None or f"did you mean '{meant}'?" in str(e.value)


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: Tiers([]), "give a list of Matched"),
        (lambda: Tiers(["score"]), "give a list of Matched"),
        (lambda: Matched("seniors"), "side='seniors'"),
        (lambda: Matched(field="grade"), "give field= together with values="),
        (lambda: Matched(values=["x"]), "give field= together with values="),
        (lambda: Matched(ids="s1"), "ids='s1'; a list is needed"),
        (lambda: Stable("both"), "proposers='both'"),
        (lambda: rmatch.match_matrix([[1]], objective="tiers"), "needs to know which"),
        (lambda: _tiers(Matched(ids=["nobody"])), "nobody has the ids"),
        (lambda: _tiers(Matched("mentors", "level", at_least=3)), "nobody among the mentors"),
        (lambda: _tiers(Matched(field="site", at_least=3)), "'site' holds labels"),
        (lambda: rmatch.match_matrix([[1]], objective=Tiers([Pairs(Different("x"))])), "matrix"),
        (lambda: rmatch.match_matrix([[1]], objective=Tiers([Matched(ids=[5])])), "nobody has"),
        (lambda: rmatch.match_matrix([[-1]], objective="nash"), "below 0"),
    ],
)
def test_what_makes_no_sense_is_refused(make, says):
    """One clear error, before anything is solved."""
    with pytest.raises(rmatch.InvalidInputError, match=says):
        make()


def _tiers(tier):
    return rmatch.match(MENTORS, MENTEES, objective=Tiers([tier]))


def test_what_an_objective_cannot_do_is_refused_with_what_can():
    """Nash with several pairs per mentee, stability under seats and locks."""
    with pytest.raises(rmatch.UnsupportedFeatureError, match=r"product of sums.*'leximin'"):
        rmatch.match_matrix([[1, 2], [3, 4]], mentee_capacity=2, objective="nash")
    with pytest.raises(rmatch.UnsupportedFeatureError, match=r"limit on pairs.*'coverage_first'"):
        rmatch.match_matrix([[1, 2]], seats=1, objective="stable")
    for rule in (LockedPairs([("m1", "s1")]), SeatLimit(1)):
        with pytest.raises(rmatch.UnsupportedFeatureError, match="deferred acceptance"):
            rmatch.match(MENTORS, MENTEES, rules=[rule], objective="stable")


def test_answers_about_costs_are_refused_where_no_score_is_at_stake():
    """``why`` still tells what the two have; costs are told by people and score alone."""
    matching = rmatch.match(MENTORS, MENTEES, objective="leximin")
    pair = matching.pairs[0]
    assert matching.why(pair.mentor, pair.mentee).worth is None
    with pytest.raises(rmatch.UnsupportedFeatureError, match="'leximin'"):
        matching.why_not("m1", "s2")
    with pytest.raises(rmatch.UnsupportedFeatureError, match="'leximin'"):
        matching.rule_costs()
    with pytest.raises(rmatch.SolverError, match="objective of several"):
        _ = matching.certificate
    assert len(matching.unmatched_mentees) == 1
    json.dumps(matching.to_dict())


def test_a_strategy_proves_nothing_whatever_the_objective():
    """Greedy under leximin is greedy."""
    matching = rmatch.match_matrix([[5, 4], [4, 1]], objective="leximin", solver="greedy")
    assert matching.status.value == "heuristic"
    assert matching.stages == ()


def test_an_objective_of_ones_own_needs_no_registration():
    """Any subclass of Objective will do."""

    @dataclasses.dataclass(frozen=True)
    class Worst(TotalScore):
        def optimise(self, problem, candidates, solver, options):
            turned = candidates.replace(gain=-candidates.gain)
            found = Objective.optimise(self, problem, turned, solver, options)
            return dataclasses.replace(found, objective=candidates.value(found.edges))

    assert len(rmatch.match_matrix([[5]], objective=Worst())) == 0


@pytest.mark.parametrize("objective", ["leximin", "max_min", "nash", TIERS])
@pytest.mark.parametrize("last", range(5))
def test_a_stage_that_time_ends_is_not_called_proven(objective, last, monkeypatch):
    """The best so far comes back, and says which stage is open; no later one is claimed."""
    solved = []
    plain = Flow.solve

    def slow(self, candidates, options):
        found = plain(self, candidates, options)
        solved.append(found)
        if len(solved) <= last:
            return found
        return dataclasses.replace(found, status=Status.FEASIBLE, bound=found.objective + 5)

    monkeypatch.setattr(Flow, "solve", slow)
    matching = rmatch.match(MENTORS, MENTEES, objective=objective, solver="flow")
    if len(solved) <= last:
        assert matching.status is Status.OPTIMAL
        return
    assert matching.status is Status.FEASIBLE
    proven = [stage.proven for stage in matching.stages]
    assert proven == sorted(proven, reverse=True)
    assert not proven[-1]
    assert "not all proven" in matching.proof
    assert matching.gap is None
    assert matching.check() == []


def test_a_stage_that_reaches_its_bound_holds_though_its_solver_was_stopped(monkeypatch):
    """The next stage by itself would rather have the pair of 8 alone than two of 1."""
    scores = [[8, 1], [1, 0]]
    solve = Sequence._solve

    def stopped(stages, program):
        return dataclasses.replace(solve(stages, program), status=Status.FEASIBLE)

    monkeypatch.setattr(Sequence, "_solve", stopped)
    matching = rmatch.match_matrix(scores, objective="nash")
    assert [pair.score for pair in matching.pairs] == [1.0, 1.0]
    assert all(stage.proven for stage in matching.stages)


def test_tiers_that_outweigh_scores_a_millionfold_lose_none_of_them():
    """In one program HiGHS took two matchings for equal that are half a score apart."""
    units = {
        "m0s0": 524289, "m0s1": 601079, "m0s2": 1044606, "m1s0": 524291, "m1s1": 398138,
        "m1s2": 435949, "m2s0": 524289, "m2s1": 524288, "m2s2": 1025198,
    }  # fmt: skip
    some = [Matched(ids=[person]) for person in ("s0", "m1", "m0", "s2")]
    mentors, mentees = Matched("mentors"), Matched("mentees")
    tiers = [
        some[0], mentors, mentees, some[1], mentors, some[2], mentees, mentees, some[2], some[3],
        mentees,
    ]  # fmt: skip
    matching = rmatch.match(
        [{"id": f"m{n}"} for n in range(3)],
        [{"id": f"s{n}"} for n in range(3)],
        objective=Tiers(tiers),
        rules=[PeopleCount(["s0", "m2", "s1"], most=2)],
        score=[CustomScore(function=lambda one, other: units[one.id + other.id] / 2**20)],
    )
    assert {(pair.mentor, pair.mentee) for pair in matching.pairs} == {("m0", "s2"), ("m1", "s0")}
    assert matching.status is Status.OPTIMAL
