"""Every cohort rule, alone and in twos, against brute force over all sets of pairs."""

from __future__ import annotations

import warnings
from itertools import combinations, product

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import rmatch
from rmatch.rules import (
    COHORT_RULES,
    BurdenCap,
    ChangeBudget,
    Different,
    FairnessFloor,
    GroupBalance,
    LockedPairs,
    NotPrevious,
    NoTwoCycles,
    PairCount,
    PairShare,
    PairsIfAny,
    PairsPerPerson,
    PeopleCount,
    Priority,
    ReleaseCap,
    RunningPairs,
    Same,
    SeatLimit,
    SeparatePartners,
    TeachingMargin,
    TimeBudget,
)
from rmatch.scoring import TeachingCoverage
from rmatch.solvers import cohort_pricing, milp, parts

# "x" is on both sides.
MENTORS, MENTEES = ("m1", "m2", "x"), ("s1", "s2", "x")
PAIRS = tuple(pair for pair in product(MENTORS, MENTEES) if pair[0] != pair[1])
EVERYBODY = ("m1", "m2", "s1", "s2", "x")

sides = st.sampled_from(["mentors", "mentees"])
any_side = st.sampled_from(["both", "mentors", "mentees"])
penalties = st.sampled_from([None, None, 0.1, 0.7])
counts = st.integers(0, 3)
shares = st.sampled_from([0, 0.25, 1 / 3, 0.5, 0.8, 1])
pair_lists = st.lists(st.sampled_from(PAIRS), max_size=3, unique=True)
people_lists = st.lists(st.sampled_from(EVERYBODY), min_size=1, max_size=3, unique=True)


def _between(values):
    """A least and a most, in order, one of them possibly missing."""
    both = st.tuples(values, values).map(sorted).map(tuple)
    one = values.flatmap(lambda value: st.sampled_from([(value, None), (None, value)]))
    return st.one_of(both, one).map(lambda pair: dict(zip(("least", "most"), pair, strict=True)))


RULES = {
    "BurdenCap": st.builds(
        lambda most, running, side, values: BurdenCap(
            most, running, side, "site" if values else None, values
        ),
        counts,
        st.sampled_from([None, "running"]),
        any_side,
        st.sampled_from([(), ("Oslo",), ("Rome", "Oslo")]),
    ),
    "ChangeBudget": st.builds(ChangeBudget, pair_lists, counts, penalty=penalties),
    "FairnessFloor": st.builds(
        FairnessFloor, st.just("site"), sides, shares, st.booleans(), st.just("basis")
    ),
    "GroupBalance": st.builds(GroupBalance, st.just("site"), sides, shares),
    "LockedPairs": st.builds(LockedPairs, pair_lists),
    "NoTwoCycles": st.builds(NoTwoCycles, st.sampled_from([(), [("x", "m1")]]), penalty=penalties),
    "PairCount": _between(counts).flatmap(
        lambda b: st.builds(PairCount, st.just(Different("site")), penalty=penalties, **_just(b))
    ),
    "PairShare": _between(shares).flatmap(
        lambda b: st.builds(PairShare, st.just(Different("site")), penalty=penalties, **_just(b))
    ),
    "PairsIfAny": st.builds(
        PairsIfAny, sides, st.integers(1, 2), st.sampled_from([None, 2, 3]), penalty=penalties
    ),
    "PairsPerPerson": _between(st.integers(0, 2)).flatmap(
        lambda b: st.builds(PairsPerPerson, sides, **_just(b))
    ),
    "PeopleCount": st.tuples(people_lists, _between(counts)).flatmap(
        lambda t: st.builds(PeopleCount, st.just(t[0]), penalty=penalties, **_just(t[1]))
    ),
    "Priority": st.builds(Priority, st.just("waited"), st.sampled_from([0.05, 0.4]), sides),
    "ReleaseCap": st.builds(
        ReleaseCap,
        st.one_of(counts, st.fixed_dictionaries({"Oslo": counts})),
        st.just("site"),
        any_side,
        penalty=penalties,
    ),
    "RunningPairs": st.builds(RunningPairs),
    "SeatLimit": st.builds(SeatLimit, counts),
    "SeparatePartners": st.builds(SeparatePartners, people_lists, penalty=penalties),
    "TimeBudget": st.builds(
        TimeBudget,
        st.sampled_from([0, 1, 1.5]),
        st.sampled_from([0.1, 1]),
        most=st.sampled_from([None, 2]),
        running=st.sampled_from([None, "running"]),
    ),
}


def _just(values):
    return {name: st.just(value) for name, value in values.items()}


@st.composite
def programmes(draw, rules):
    """Three mentors and three mentees, one of them in both roles."""

    def person(name):
        return {
            "id": name,
            "skills": {"AI": draw(st.integers(1, 5)), "Rust": draw(st.integers(1, 5))},
            "goals": draw(st.sampled_from(["AI:5", "Rust:4", "AI:5*2; Rust:5"])),
            "capacity": draw(st.integers(0, 2)),
            "site": "Oslo" if name == "m1" else draw(st.sampled_from(["Oslo", "Rome", None])),
            "running": draw(st.integers(0, 2)),
            "waited": draw(st.integers(0, 3)),
            "hours_per_month": draw(st.sampled_from([None, 0.3, 1, 2, 2.5])) if name != "m1" else 2,
        }

    mentors, mentees = ([person(name) for name in side] for side in (MENTORS, MENTEES))
    return mentors, mentees, [draw(RULES[name]) for name in rules]


def _capacity(person, side, rules):
    """What the roster says, unless a rule that the docs call a replacement says otherwise."""
    instead = [
        rule.most
        for rule in rules
        if isinstance(rule, PairsPerPerson | PairsIfAny) and rule.side == side
    ]
    return min((most for most in instead if most is not None), default=person["capacity"])


def _legal(problem, mentors, mentees, pairs):
    rules = problem.cohort_rules
    for axis, side, people in ((0, "mentors", mentors), (1, "mentees", mentees)):
        ids = getattr(problem, side).ids
        count = {name: sum(ids[pair[axis]] == name for pair in pairs) for name in ids}
        if any(count[p["id"]] > _capacity(p, side, rules) for p in people):
            return False
    return not any(rule.violations(problem, pairs) for rule in rules)


def _value(problem, mentors, mentees, pairs):
    """Gains, and what the docs of Priority promise, less what soft rules cost."""
    gains, _ = problem.block(slice(None), slice(None))
    total = sum(int(gains[pair]) for pair in pairs)
    for rule in problem.cohort_rules:
        total -= rule.cost(problem, pairs)
        if isinstance(rule, Priority):
            axis, people = (0, mentors) if rule.side == "mentors" else (1, mentees)
            ids = getattr(problem, rule.side).ids
            matched = {ids[pair[axis]] for pair in pairs}
            total += sum(
                round(rule.weight * p["waited"] * 2**20) for p in people if p["id"] in matched
            )
    return total


def _best(problem, mentors, mentees, coverage):
    locked = set(zip(*(end.tolist() for end in problem.locks), strict=True))
    edges = [
        (row, col)
        for row, one in enumerate(problem.mentors.ids)
        for col, other in enumerate(problem.mentees.ids)
        if one != other
        and (
            (row, col) in locked
            or all(r.allows(problem.mentors[row], problem.mentees[col]) for r in problem.pair_rules)
        )
    ]
    found = [
        ((len({i for i, _ in p}) + len({j for _, j in p})) * coverage, value)
        for size in range(len(edges) + 1)
        for p in combinations(edges, size)
        if _legal(problem, mentors, mentees, p)
        for value in [_value(problem, mentors, mentees, p)]
    ]
    return max(found, default=None)


def _agree(case, objective, solver):
    mentors, mentees, rules = case
    left, right = rmatch.read_roster(mentors), rmatch.read_roster(mentees)
    problem = rmatch.Problem.of(
        left, right, rules=rules, score=[TeachingCoverage()], objective=objective
    )
    best = _best(problem, mentors, mentees, objective == "coverage_first")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        try:
            matching = rmatch.solve(problem, solver=solver)
        except rmatch.InfeasibleError:
            assert best is None
            return
    pairs = list(zip(matching.rows.tolist(), matching.cols.tolist(), strict=True))
    covered = len(set(matching.rows.tolist())) + len(set(matching.cols.tolist()))
    value = _value(problem, mentors, mentees, pairs)
    assert best == (covered * (objective == "coverage_first"), value)
    assert matching.status.value == "optimal"
    assert matching.units == matching.bound_units


def test_every_rule_is_tested():
    """A new cohort rule cannot be forgotten here."""
    assert set(RULES) == set(COHORT_RULES)


@pytest.mark.parametrize("solver", ["auto", "milp", "cpsat"])
@pytest.mark.parametrize("objective", ["total_score", "coverage_first"])
@pytest.mark.parametrize("rule", sorted(RULES))
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_each_rule_equals_brute_force(rule, objective, solver, data):
    """The solvers find exactly the best of all sets of pairs that the slow twin lets pass."""
    _agree(data.draw(programmes([rule])), objective, solver)


@pytest.mark.parametrize("objective", ["total_score", "coverage_first"])
@pytest.mark.parametrize("rule", sorted(RULES))
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_two_rules_equal_brute_force(rule, objective, data):
    """Rules together mean both of them, whichever they are."""
    other = data.draw(st.sampled_from(sorted(RULES)))
    _agree(data.draw(programmes([rule, other])), objective, "auto")


PAIR_RULES = (
    Different("site", missing="fail"),
    Same("site"),
    NotPrevious([("m1", "s1"), ("m2", "x"), ("x", "s2")]),
    TeachingMargin(2),
)


@pytest.mark.parametrize("rule", sorted(RULES))
@settings(max_examples=12, deadline=None)
@given(data=st.data())
def test_a_cohort_rule_beside_pair_rules_equals_brute_force(rule, data):
    """Pairs that one rule forbids are none that another may count."""
    mentors, mentees, rules = data.draw(programmes([rule]))
    beside = data.draw(st.lists(st.sampled_from(PAIR_RULES), min_size=1, max_size=2, unique=True))
    _agree((mentors, mentees, [*beside, *rules]), "total_score", "auto")


@pytest.mark.parametrize("objective", ["total_score", "coverage_first"])
@pytest.mark.parametrize("rule", sorted(RULES))
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_pricing_equals_brute_force(rule, objective, monkeypatch, data):
    """What is left out by prices is never in the only optimum: tried where all is small."""
    monkeypatch.setattr(milp, "LARGE", 0)
    monkeypatch.setattr(cohort_pricing, "_START", 1)
    monkeypatch.setattr(cohort_pricing, "_FIRST", 0.5)
    _agree(data.draw(programmes([rule])), objective, "milp")


@pytest.mark.parametrize("rule", sorted(RULES))
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_coverage_and_scores_in_parts_equal_brute_force(rule, monkeypatch, data):
    """As where people are so many that HiGHS would lose scores beside what a match is worth."""
    monkeypatch.setattr(parts, "LARGE", 0)
    _agree(data.draw(programmes([rule])), "coverage_first", "milp")


def test_people_are_counted_before_scores(monkeypatch):
    """The first program is of people alone, the second of scores."""
    monkeypatch.setattr(parts, "LARGE", 0)
    asked, maximise = [], milp.maximise
    monkeypatch.setattr(
        milp,
        "maximise",
        lambda program, options: asked.append(program) or maximise(program, options),
    )
    mentors = [{"id": f"m{n}", "skills": {"AI": 1 + n}} for n in range(3)]
    mentees = [{"id": f"s{n}", "goals": {"AI": 5}} for n in range(3)]
    rules, options = [PairCount(TeachingMargin(2), most=1)], {"objective": "coverage_first"}
    found = rmatch.match(mentors, mentees, rules=rules, solver="milp", scale="1-5", **options)
    assert [int(program.gain.max()) for program in asked] == [2, max(found.gains)]
    assert (
        len(found) == 2
    )  # the third mentor is good for one pair, the second and the third for none
