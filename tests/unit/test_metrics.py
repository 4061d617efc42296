"""Every KPI against a hand-computed example, and properties that hold for all of them."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import rmatch
from rmatch.errors import InvalidInputError
from rmatch.living.impact import Uplift
from rmatch.living.pair_health import PairEvent
from rmatch.metrics import FAMILIES, METRICS, Facts, Observed, kpis
from rmatch.objectives import Stable
from rmatch.pipeline import solve
from rmatch.rules import GenerationGap, SeniorityGap, TeachingMargin
from rmatch.scoring import ReturnCoverage, TeachingCoverage
from tests.strategies import IDS, records

MENTORS = [
    {"id": "m1", "level": 2, "skills": "AI:4", "goals": "Strategy:3", "department": "IT",
     "manager": "b1", "birth_year": 1995, "capacity": 2},
    {"id": "m2", "level": 1, "skills": "AI:2; SQL:5", "department": "HR",
     "manager": "b9", "birth_year": 2000},
    {"id": "m3", "level": 3, "skills": "Chess:3", "department": "IT",
     "manager": "b1", "birth_year": 1990},
]  # fmt: skip
MENTEES = [
    {"id": "s1", "level": 6, "skills": "AI:2; Strategy:5", "goals": "AI:4; SQL:3*3",
     "department": "IT", "manager": "b1", "birth_year": 1970},
    {"id": "s2", "level": 4, "skills": "AI:1", "goals": "AI:3", "department": "HR",
     "manager": "s1", "birth_year": 1975},
    {"id": "s3", "level": 5, "goals": "Piano:3", "department": "IT", "birth_year": 1960},
    {"id": "s4", "level": 3, "goals": "SQL:5", "department": "HR",
     "manager": "b1", "birth_year": 1980},
]  # fmt: skip
# Chosen: m1-s1 (0.25: AI, a quarter of the goals), m1-s2 (1.0), m2-s4 (1.0). Eligible besides:
# m2-s1 (0.75), m2-s2 (0.5). Nobody teaches Piano, nobody learns Chess: s3 and m3 are stranded.

DAY = date(2026, 1, 1)


def events():
    """m1-s1 held 2 of 2, rated 5, one goal; m1-s2 ended early with 1 of 2; m2-s4 0 of 1."""
    happened = [
        ("m1", "s1", "started", 5, None), ("m1", "s2", "started", 9, None),
        ("m2", "s4", "started", 13, None),
        ("m1", "s1", "planned", 6, None), ("m1", "s1", "planned", 20, None),
        ("m1", "s1", "held", 6, None), ("m1", "s1", "held", 20, None),
        ("m1", "s1", "rated", 20, 5.0), ("m1", "s1", "goal_reached", 20, None),
        ("m1", "s2", "planned", 10, None), ("m1", "s2", "planned", 17, None),
        ("m1", "s2", "held", 10, None), ("m1", "s2", "rated", 10, 2.0),
        ("m1", "s2", "ended", 19, None), ("m2", "s4", "planned", 15, None),
    ]  # fmt: skip
    return tuple(
        PairEvent(mentor, mentee, kind, DAY.replace(day=day), value)
        for mentor, mentee, kind, day, value in happened
    )


OBSERVED = {
    "invited": {"mentors": 12, "mentees": 5},
    "invited_by": {
        "mentees": {"department": {"IT": 8, "HR": 4, "Law": 6}}, "mentors": {"level": {"2": 10}},
    },
    "signed_up": dict.fromkeys(("m1", "m2", "s1", "s2", "s4"), DAY),
    "decisions": {("m1", "s1"): "accepted", ("m1", "s2"): "overridden", ("m2", "s4"): "accepted",
                  ("m3", "s3"): "declined"},
    "events": events(),
    "on": DAY.replace(day=25),
    "planned_end": date(2026, 6, 1),
    "session_hours": 1.5,
    "hourly_cost": 40.0,
    "assessments": {("s1", "AI"): (2.0, 3.5), ("s2", "AI"): (1.0, 5.0), ("m1", "AI"): (5.0, 5.0)},
    "scales": {"personal learning": {"s1": 3.0, "s2": 4.0}},
    "satisfaction": {"m1": 4.0, "s1": 5.0, "s2": 2.0},
    "recommend": {"m1": 9, "s1": 10, "s2": 3, "s4": 8},
    "would_repeat": {"s1": True, "s2": False, "s4": True},
    "contacts": frozenset({("s1", "m1")}),
    "uplifts": {"stayed": Uplift(0.1, -0.05, 0.25, "lottery", 40, 60, {}, ())},
    "groups": {"m1": {"gender": "f"}, "m2": {"gender": "m"}, "m3": {"gender": "f"}},
}  # fmt: skip


def example():
    return rmatch.match(
        MENTORS,
        MENTEES,
        rules=[TeachingMargin(1), GenerationGap(10)],
        score=[TeachingCoverage()],
    )


def example_facts():
    matching = example()
    baselines = {"first come": solve(matching.problem, solver="first_come")}
    costs = rmatch.match(
        [{"id": "m", "level": 3, "skills": "AI:4"}],
        [{"id": "s", "level": 4, "goals": "AI:4"}],
        rules=[SeniorityGap(2)],
    ).rule_costs()
    return Facts(matching, Observed(**OBSERVED, baselines=baselines, costs=costs))


def grouped_facts():
    """18 mentees: 6 of group a have a mentor each for 2; 6 of b one for 5, and would like those of
    a (6); 6 of b have nobody. The mentors of a are 0 to 5."""
    scores = np.zeros((12, 18), int)
    allowed = np.zeros((12, 18), bool)
    for one in range(6):
        for mentor, mentee, score in ((one, one, 2), (one + 6, one + 6, 5), (one, one + 6, 6)):
            scores[mentor, mentee], allowed[mentor, mentee] = score, True
    groups = {person: {"kind": "a" if person < 6 else "b"} for person in range(18)}
    matching = rmatch.match_matrix(scores, allowed)
    return Facts(matching, Observed(groups=groups))


#: Value, and on how many it rests, of every figure: computed by hand from the tables above.
BY_HAND = {
    "participation_rate": {"mentees": (4 / 5, 5), "mentors": (3 / 12, 12)},
    "participation_by": {
        "mentees, department IT": (2 / 8, 8), "mentees, department HR": (2 / 4, 4),
        "mentees, department Law": (0.0, 6), "mentors, level 2": (1 / 10, 10),
    },
    "match_rate": {"mentees": (3 / 4, 4), "mentors": (2 / 3, 3)},
    "stranded_rate": {"mentees": (1 / 4, 4), "mentors": (1 / 3, 3)},
    "eligibility_density": {"mentees": (5 / 12, 4), "mentors": (5 / 12, 3)},
    "capacity_use": {"mentees": (3 / 4, 4), "mentors": (3 / 4, 4)},
    "time_to_match": {"median": (8.0, 5), "p90": (12.0, 5)},  # 4, 12, 4, 8, 12 days
    "acceptance_rate": {"": (2 / 4, 4)},
    "override_rate": {"": (1 / 4, 4)},
    "teaching_coverage": {"": (0.75, 3)},
    "return_coverage": {"": (1 / 3, 3)},
    "mutual_learning": {  # m1-s1: 0.25 and 1; the two others learn nothing in return
        "index": (0.4 / 3, 3), "geometric": (0.5 / 3, 3), "least": (0.25 / 3, 3),
        "both at least 0.3": (0.0, 3),
    },
    "score": {
        "total": (2.25, 3), "mean": (0.75, 3), "median": (1.0, 3), "p10": (0.4, 3),
        "minimum": (0.25, 3),
    },
    "optimality_gap": {"": (0.0, 3)},
    "price_of_rules": {"the mentee is at least 2 levels above the mentor": (1.0, 3)},
    "regret": {
        "mentees, mean": (0.5 / 3, 3), "mentees, maximum": (0.5, 3),
        "mentors, mean": (0.0, 2), "mentors, maximum": (0.0, 2),
    },
    "rank_achieved": {
        "mentees, mean": (4 / 3, 3), "mentees, in top 1": (2 / 3, 3),
        "mentees, in top 3": (1.0, 3), "mentees, in top 5": (1.0, 3),
        "mentors, mean": (1.0, 2), "mentors, in top 1": (1.0, 2),
        "mentors, in top 3": (1.0, 2), "mentors, in top 5": (1.0, 2),
    },
    "blocking_pairs": {"": (0.0, 5)},
    "score_gain": {"first come": (2.25 / 1.75 - 1, 2)},  # s1 takes m2, s2 takes m1, s4 nobody
    "goals_covered": {
        "mentees": (3 / 5, 5), "mentees, by importance": (2.25 / 4, 4),
        "mentors": (1.0, 1), "mentors, by importance": (1.0, 1),
    },
    "skill_supply_ratio": {
        "lowest": (0.0, 1), "median over skills": (0.5, 3), "skills below 1": (2 / 3, 3),
    },
    "knowledge_transfer": {"mentees": (9.0, 3), "mentors": (3.0, 3)},
    "learning_gain": {"": (0.75, 2)},
    "goal_attainment": {"": (1 / 4, 4)},
    "questionnaires": {"personal learning": (3.5, 2)},
    "blau_index": {"department": (0.48, 5), "department, normalised": (0.96, 5)},
    "cross_share": {"department": (1 / 3, 3), "department, over eligible pairs": (5 / 6, 3)},
    # Levels 1 to 6: pairs (0.8 + 0) / 2, (0.4 + 1) / 2, (0.4 + 0) / 2. At random, of m1, m2 and
    # s1, s2, s4: levels 0.8 0.4 0.2 1.0 0.6 0.4, departments 0 1 1 1 0 0.
    "pair_distance": {"": (1.3 / 3, 3), "Rao's Q": (6.4 / 12, 6)},
    "level_gap": {"": (2.0, 3)},
    "age_gap": {"": (20.0, 3)},
    "org_distance": {"minimum": (2.0, 2), "median": (2.5, 2)},
    "new_ties": {"": (2 / 3, 3)},
    "exposure_index": {"gender f": (1 / 2, 2), "gender m": (1.0, 1)},
    "session_completion": {"": (3 / 5, 5)},
    "active_pairs": {"": (1 / 3, 3)},
    "early_closure": {"": (1 / 3, 3)},
    "pairs_together": {"": (2 / 3, 3)},
    "satisfaction": {"mentees": (3.5, 2), "mentors": (4.0, 1)},
    "net_promoter_score": {"mentees": (0.0, 3), "mentors": (1.0, 1)},
    "match_rating": {"": (3.5, 2)},
    "would_repeat": {"mentees": (2 / 3, 3)},
    "outcome_difference": {"stayed": (0.1, 100)},
    "hours_spent": {"": (9.0, 3)},
    "cost_per_goal": {"": (360.0, 1)},
    "load_spread": {"Gini": (4 / 9, 3), "Jain": (9 / 15, 3)},
    "score_spread": {"Gini": (3.75 / 9, 4), "Jain": (2.25**2 / (4 * 2.0625), 4)},
}  # fmt: skip

BY_HAND_IN_GROUPS = {
    "impact_ratio_match": {"kind, mentees": (0.5, 12), "kind, mentors": (1.0, 6)},
    "impact_ratio_score": {"kind, mentees": (0.0, 6), "kind, mentors": (0.0, 6)},
    "eligibility_impact": {"kind, mentees": (0.5, 12), "kind, mentors": (1.0, 6)},
    # a has 2; b has 5 or nothing, 2.5 on average; the standard deviation of all is sqrt(38 / 9).
    "quality_gap": {"kind, mentees": (-0.5 / np.sqrt(38 / 9), 6), "kind, mentors": (-2.0, 6)},
    "regret_gap": {"kind, mentees": (-2.0, 6), "kind, mentors": (2.0, 6)},
    "rank_gap": {"kind, mentees": (-2.0, 6), "kind, mentors": (2.0, 6)},
    "burden_ratio": {"kind, mentors": (1.0, 6)},
}


def test_every_metric_has_an_example_by_hand():
    """A new metric must bring its example: nothing is left out below without being seen."""
    assert {*BY_HAND, *BY_HAND_IN_GROUPS} == set(METRICS)


@pytest.mark.parametrize("name", BY_HAND)
def test_metric_by_hand(name):
    """Each figure of the small programme equals what paper and pencil give."""
    found = {each.of: (each.value, each.n) for each in METRICS[name].measures(example_facts())}
    assert found.keys() == BY_HAND[name].keys()
    for of, (value, n) in BY_HAND[name].items():
        assert found[of] == (pytest.approx(value, abs=2e-6), n), of  # scores are on the grid


@pytest.mark.parametrize("name", BY_HAND_IN_GROUPS)
def test_fairness_metric_by_hand(name):
    """Each gap between two groups of known outcome equals what paper and pencil give."""
    found = {each.of: (each.value, each.n) for each in METRICS[name].measures(grouped_facts())}
    assert found.keys() == BY_HAND_IN_GROUPS[name].keys()
    for of, (value, n) in BY_HAND_IN_GROUPS[name].items():
        assert found[of][0] == pytest.approx(value), of
        assert found[of][1] == n, of


def test_groups_are_compared_as_the_audit_compares_them():
    """With what is too small to show, and without the unknown; one group alone has no ratio."""
    matching = rmatch.match_matrix(np.ones((12, 24)), np.arange(12)[:, None] == np.arange(24))
    observed = Observed(groups={n: {"kind": "abc"[n // 10]} for n in range(24)})
    only = ["impact_ratio_match"]
    assert matching.kpis(observed, min_cell=1, only=only).figures[0].value == 0.0  # c: 0 of 4
    assert not matching.kpis(observed, only=only).figures  # c hides one of a and b with it
    unknown = Observed(groups={n: {"kind": "ab"[n // 6]} for n in range(12)})
    (mentees, _) = matching.kpis(unknown, only=only).figures
    assert (mentees.value, mentees.note) == (1.0, "a")


def test_figures_over_time_count_what_was_before_a_pair_started_again():
    """Two sessions and a goal, an end, a new start and one session; a later rating is not yet."""
    days = {
        "started": [1, 30], "held": [5, 9, 35], "goal_reached": [9], "ended": [20], "rated": [200],
    }  # fmt: skip
    events = [
        {"mentor": "m", "mentee": "s", "kind": kind, "on": date(2026, 1, 1) + timedelta(day),
         "value": 4 if kind == "rated" else None}
        for kind, many in days.items() for day in many
    ]  # fmt: skip
    observed = Observed(
        events=events, on="2026-04-01", planned_end="2026-06-01", session_hours=1, hourly_cost=10
    )
    matching = rmatch.match([{"id": "m", "skills": "AI:4"}], [{"id": "s", "goals": "AI:4"}])
    found = {figure.name: figure.value for figure in matching.kpis(observed, min_cell=1).figures}
    assert (found["hours_spent"], found["cost_per_goal"]) == (6, 60)
    assert (found["goal_attainment"], found["early_closure"]) == (1, 0)
    assert "match_rating" not in found


def test_what_was_observed_is_checked_and_every_fault_named():
    with pytest.raises(InvalidInputError) as error:
        Observed(
            satisfaction={"a": float("nan"), "b": 4, "c": None},
            recommend={"a": 11},
            would_repeat={"a": float("nan")},
            assessments={("a", "AI"): (1, None)},
            scales={"trust": {"a": "x"}},
            decisions={("m", "s"): "Accepted"},
            invited={"mentor": 30},
            session_hours=-1,
        )
    for said in (
        "satisfaction of 'a': nan; a number from 1 to 5", "satisfaction of 'c': None",
        "recommend of 'a': 11", "would_repeat of 'a': nan; True or False",
        "assessments of ('a', 'AI'): (1, None); a level before and one after",
        "scale 'trust' of 'a': 'x'", "decisions of ('m', 's'): 'Accepted'; 'accepted' or",
        "no side 'mentor'", "session_hours=-1",
    ):  # fmt: skip
        assert said in str(error.value)


def test_ids_and_labels_of_what_was_observed_are_compared_as_those_of_rosters():
    mentees = [{"id": n, "level": 5, "goals": "AI:4"} for n in range(1, 7)]
    matching = rmatch.match([{"id": "m", "skills": "AI:4"}], mentees)
    observed = Observed(
        invited_by={"mentees": {"level": {5: 12}}},
        signed_up={1: "2026-01-01"},
        events=[{"mentor": "m", "mentee": 1, "kind": "started", "on": "2026-01-08"}],
    )
    found = matching.kpis(observed, min_cell=1)
    assert found["participation_by"][0].value == 0.5
    assert found["time_to_match"][0].value == 7


def test_a_baseline_below_nothing_is_no_yardstick():
    scores = [[-1, -2], [-1, -9]]
    best = rmatch.match_matrix(scores, objective="coverage_first")
    first = rmatch.match_matrix(scores, solver="first_come")
    assert not best.kpis(Observed(baselines={"first": first}), min_cell=1)["score_gain"]


def test_blocking_pairs_are_those_of_the_objective():
    """Stable by a part for each side: nobody would rather leave, though by the score some would."""
    mentors = [{"id": "m1", "skills": "AI:5", "goals": "X:5"}]
    mentors.append({"id": "m2", "skills": "AI:2", "goals": "X:5"})
    mentees = [{"id": "s1", "goals": "AI:5", "skills": "X:1"}]
    mentees.append({"id": "s2", "goals": "AI:5", "skills": "X:5"})
    by_parts = Stable(mentees_by=ReturnCoverage(), mentors_by=TeachingCoverage())
    stable = rmatch.match(mentors, mentees, objective=by_parts)
    assert stable.blocking_pairs() == ()
    assert stable.kpis(min_cell=1)["blocking_pairs"][0].value == 0


# ---- properties of all ---------------------------------------------------------------------------


@pytest.mark.parametrize("name", METRICS)
def test_intervals_hold_their_ends_in_order_and_shares_within_0_and_1(name):
    """Whatever the metric, its interval is one, and rests on somebody."""
    facts = example_facts() if name in BY_HAND else grouped_facts()
    for each in METRICS[name].measures(facts):
        assert each.n > 0
        assert np.isfinite(each.value)
        if each.interval is not None:
            low, high = each.interval
            assert low <= each.value + 1e-12
            assert each.value - 1e-12 <= high


def test_figures_do_not_depend_on_the_order_of_the_rows():
    """All KPIs of the same people are the same, whoever comes first in the file."""
    matching = rmatch.match(
        MENTORS[::-1], MENTEES[::-1], rules=[GenerationGap(10), TeachingMargin(1)],
        score=[TeachingCoverage()],
    )  # fmt: skip
    names = [name for name in BY_HAND if name not in ("score_gain", "price_of_rules")]
    assert kpis(matching, Observed(**OBSERVED), only=names) == kpis(
        example(), Observed(**OBSERVED), only=names
    )


@settings(max_examples=60)
@given(st.data())
def test_options_agree_with_looking_at_every_pair(data):
    """Regret, rank, stranded people and blocking pairs, against loops, on random matrices and
    every strategy."""
    mentors, mentees = data.draw(st.integers(1, 5)), data.draw(st.integers(1, 5))
    cells = mentors * mentees
    scores = np.array(data.draw(st.lists(st.integers(0, 6), min_size=cells, max_size=cells)))
    allowed = np.array(data.draw(st.lists(st.booleans(), min_size=cells, max_size=cells)))
    scores, allowed = scores.reshape(mentors, mentees), allowed.reshape(mentors, mentees)
    solver = data.draw(st.sampled_from(["auto", "greedy", "stable", "random"]))
    places = data.draw(st.lists(st.integers(0, 2), min_size=mentors, max_size=mentors))
    matching = rmatch.match_matrix(scores, allowed, mentor_capacity=places, solver=solver)
    facts = Facts(matching)
    chosen = set(zip(matching.rows.tolist(), matching.cols.tolist(), strict=True))
    partners = {j: [scores[i, j] for i, other in chosen if other == j] for j in range(mentees)}
    busy = {i: [scores[i, j] for other, j in chosen if other == i] for i in range(mentors)}
    for j in range(mentees):
        eligible = scores[:, j][allowed[:, j]]
        assert facts.options.count["mentees"][j] == len(eligible)
        if len(eligible):
            assert facts.regret["mentees"][j] == max(
                eligible.max() - max(partners[j], default=0), 0
            )
        if partners[j]:
            assert facts.options.better["mentees"][j] == (eligible > max(partners[j])).sum()

    def would_come(i, j):
        free = not partners[j] or scores[i, j] > min(partners[j])
        return free and (len(busy[i]) < places[i] or scores[i, j] > min(busy[i], default=9))

    blocking = sum(
        bool(allowed[i, j]) and (i, j) not in chosen and would_come(i, j)
        for i, j in product(range(mentors), range(mentees))
    )
    assert facts.options.blocking == blocking
    if solver == "stable":
        assert blocking == 0


def test_a_goal_counts_as_covered_from_half_of_the_way_on():
    """From level 1 to 5, a mentor of level 3 covers the goal and one of level 2 does not."""
    for level, covered in ((2, 0.0), (3, 1.0)):
        matching = rmatch.match(
            [{"id": "m", "skills": f"AI:{level}"}], [{"id": "s", "skills": "AI:1", "goals": "AI:5"}]
        )
        assert matching.kpis(min_cell=1)["goals_covered"][0].value == covered


def test_small_counts_are_hidden_in_the_table():
    """Below five people a figure shows neither value nor n nor note; above it does."""
    table = example().kpis(Observed(**OBSERVED))
    assert all(each.suppressed == (each.n is None) for each in table.figures)
    assert table["match_rate"][0].value is None
    assert table["participation_rate"][0].value == 4 / 5
    assert not any(each.suppressed for each in example().kpis(min_cell=1).figures)


def test_a_lone_small_group_takes_another_with_it():
    """Exposure of 2 mentors hidden alone could be worked out from the 6 others and the total."""
    mentors = [{"id": f"m{at}", "level": 1, "skills": "AI:3"} for at in range(8)]
    mentees = [{"id": f"s{at}", "level": 5, "goals": "AI:3"} for at in range(8)]
    groups = {f"m{at}": {"gender": "f" if at < 2 else "m"} for at in range(8)}
    matching = rmatch.match(mentors, mentees)
    found = matching.kpis(Observed(groups=groups))["exposure_index"]
    assert [each.suppressed for each in found] == [True, True]


def test_small_units_hide_in_participation_with_another():
    """4 of HR were asked: hidden, and so is the next smallest; 10 mentors of level 2 are shown."""
    found = example().kpis(Observed(**OBSERVED))["participation_by"]
    assert [each.value for each in found] == [2 / 8, None, None, 1 / 10]


GROUPED = st.fixed_dictionaries({name: st.sampled_from("xy") for name in IDS})


@settings(max_examples=8)
@given(records(), GROUPED, st.integers(1, 4))
def test_every_figure_of_random_people(people, kinds, min_cell):
    """Of people with gaps and ties everywhere: finite, the interval around the value, hidden below
    the least number, and the same whatever the order of the rows."""
    mentors, mentees = people
    mentees = [{**mentees[0], "goals": "AI:4"}, *mentees[1:]]  # the score needs somebody's goal
    given = Observed(
        groups={person: {"kind": kind} for person, kind in kinds.items()},
        contacts=frozenset({("a", "b")}),
        satisfaction=dict.fromkeys(IDS, 4.0),
        invited={"mentees": 9},
        invited_by={"mentors": {"site": {"Oslo": 6, "Rome": 5}}},
    )
    tables = [
        rmatch.match(one, other, scale="1-5", score=[TeachingCoverage()]).kpis(
            given, min_cell=min_cell
        )
        for one, other in ((mentors, mentees), (mentors[::-1], mentees[::-1]))
    ]
    assert tables[0] == tables[1]
    for each in tables[0].figures:
        assert each.suppressed == (each.value is None) == (each.n is None)
        if each.suppressed:
            assert each.low is None
            assert each.note == ""
            continue
        assert np.isfinite(each.value)
        assert each.n >= min_cell
        if each.low is not None:
            assert each.low <= each.value + 1e-9
            assert each.value - 1e-9 <= each.high


def test_what_is_missing_is_named():
    """Without events there is no session completion, and the table says what it would need."""
    table = example().kpis(only=["running"])
    assert table.figures == ()
    assert table.missing["session_completion"] == ("events", "on")


def test_wrong_names_are_refused_with_the_right_ones():
    """A slip in a metric's name must not give an empty table."""
    with pytest.raises(InvalidInputError, match="match_rate"):
        example().kpis(only=["match_rat"])
    with pytest.raises(InvalidInputError, match="match_rate"):
        _ = example().kpis()["match_rat"]


def test_a_table_goes_into_a_frame_and_into_words():
    """One row per figure, in the order of the families."""
    table = example().kpis(min_cell=1)
    frame = table.to_frame("pandas")
    assert len(frame) == len(table.figures) > 30
    assert frame["family"].drop_duplicates().tolist() == [
        family for family in FAMILIES if family in set(frame["family"])
    ]
    assert "match_rate (mentees): 0.75 [0.3006, 0.9544] (n = 4)" in str(table)


def test_nobody_and_nothing_matched_have_no_means():
    """Empty programmes give a table without figures that divide by zero."""
    matching = rmatch.match_matrix(np.zeros((0, 3)))
    assert matching.kpis(min_cell=1)["match_rate"][0].value == 0.0
    nothing = rmatch.match_matrix([[1, 2]], np.zeros((1, 2), bool)).kpis(min_cell=1)
    assert nothing["score"] == ()
    assert nothing["stranded_rate"][0].value == 1.0
