"""Circles against brute force over all ways to form them, asking only the scalar twins."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rmatch.fields import CEFR
from rmatch.forms import GRID
from rmatch.living import circle_solver, circles
from rmatch.reading import read_sides
from rmatch.rules import (
    Conflicts,
    Different,
    InformationBarrier,
    ReportingLine,
    SeniorityGap,
    Vetoes,
)
from rmatch.scoring import SharedInterests, TeachingCoverage
from rmatch.sides import align
from tests.strategies import people

RULES = (
    SeniorityGap(1),
    Different("site"),
    Conflicts([("a", "b"), ("c", "d")]),
    Vetoes(),
    ReportingLine(unknown_managers="head", depth="direct"),
    InformationBarrier("country", [("NO", "IT")]),
)
BOTH_WAYS = (Conflicts, Vetoes, ReportingLine, InformationBarrier)
WEIGHTS = {"teaching_coverage": 0.75, "shared_interests": 0.25}
SCORE = [TeachingCoverage(weight=0.75), SharedInterests(weight=0.25)]


def gain(mentors, mentee):
    """What one mentee gains: goal by goal the best mentor, and the best shared interests."""
    wanted = {
        skill: (goal.target, mentee.skills.get(skill, 0.0), goal.importance)
        for skill, goal in mentee.goals.items()
        if goal.target > mentee.skills.get(skill, 0.0)
    }
    importance = 0.0
    for _, (_, _, weight) in sorted(wanted.items()):
        importance += weight
    total = 0
    for skill, (target, now, weight) in wanted.items():
        ways = []
        for mentor in mentors:
            step = max(0.0, mentor.skills.get(skill, 0.0) - now)
            covered = min(1.0, step / (target - now))
            ways.append(round(0.75 * (weight / importance * covered) * GRID))
        total += max(ways)
    return total + max(SharedInterests().gain(mentor, mentee, 0.25) for mentor in mentors)


def is_circle(mentors, mentees, rules, language, slots):
    """Whether these may sit together, by the promises of the documentation."""
    everybody = [*mentors, *mentees]
    if any(person.capacity == 0 for person in everybody):
        return False
    for mentor in mentors:
        for mentee in mentees:
            if mentor.id == mentee.id or not all(rule.allows(mentor, mentee) for rule in rules):
                return False
    for group in (mentors, mentees):
        for one, other in combinations(group, 2):
            for rule in rules:
                if isinstance(rule, BOTH_WAYS) and not (
                    rule.allows(one, other) and rule.allows(other, one)
                ):
                    return False
    speakers = [person.languages for person in everybody if person.languages]
    if language is not None and speakers:
        spoken = set.intersection(
            *({n for n, at in each.items() if CEFR.index(at) >= CEFR.index(language)}
              for each in speakers)
        )  # fmt: skip
        if not spoken:
            return False
    free = [person.slots for person in everybody if person.slots]
    return not (slots and free) or len(frozenset.intersection(*free)) >= slots


def best(left, right, rules, sizes, language, slots, first_coverage):
    """The best objective over all sets of circles: (people placed, gain) or the gain."""
    possible = []
    for some in range(sizes[0][0], sizes[0][1] + 1):
        for many in range(sizes[1][0], sizes[1][1] + 1):
            for mentors in combinations(range(len(left)), some):
                for mentees in combinations(range(len(right)), many):
                    one, other = [left[at] for at in mentors], [right[at] for at in mentees]
                    if is_circle(one, other, rules, language, slots):
                        worth = sum(gain(one, mentee) for mentee in other)
                        possible.append(({*mentors}, {*mentees}, worth))

    def search(at, mentors, mentees):
        if at == len(possible):
            return (0, 0)
        skipped = search(at + 1, mentors, mentees)
        one, other, worth = possible[at]
        if one & mentors or other & mentees:
            return skipped
        placed, total = search(at + 1, mentors | one, mentees | other)
        taken = (placed + len(one) + len(other), total + worth)
        key = (lambda found: found) if first_coverage else (lambda found: found[1])
        return max(taken, skipped, key=key)

    return search(0, set(), set())


CASES = st.fixed_dictionaries(
    {
        "seed": st.integers(0, 10**6),
        "mentors": st.integers(1, 3),
        "mentees": st.integers(1, 5),
        "rules": st.sets(st.sampled_from(range(len(RULES))), max_size=3),
        "some": st.sampled_from([(1, 1), (1, 2), (2, 2), (1, 3)]),
        "many": st.sampled_from([(1, 2), (2, 3), (1, 5), (3, 3)]),
        "language": st.sampled_from([None, None, "B2"]),
        "slots": st.sampled_from([0, 0, 1, 2]),
        "objective": st.sampled_from(["total_score", "coverage_first"]),
        "solver": st.sampled_from(["milp", "cpsat"]),
    }
)


@settings(max_examples=50)
@given(CASES)
def test_circles_equal_brute_force(case):
    """The whole-number objective is exactly the best that exists, under every option."""
    left, right = people(case["mentors"], case["mentees"], case["seed"])
    # A column that nobody has at all would be refused.
    right[0]["goals"] = {"AI": {"target": 3}}
    left[0] |= {"interests": ["chess"], "site": "Oslo"}
    left[0] |= {"country": "NO", "level": 2, "languages": "English", "slots": ["mon", "tue"]}
    for person in right:
        if person["id"] == left[0]["id"]:
            person["level"] = 2
    rules = [RULES[at] for at in sorted(case["rules"])]
    found = circles(
        left,
        right,
        mentors_per_circle=case["some"],
        mentees_per_circle=case["many"],
        common_language=case["language"],
        common_slots=case["slots"],
        rules=rules,
        score=SCORE,
        objective=case["objective"],
        solver=case["solver"],
    )
    mentors, mentees = align(*read_sides(left, right))
    bound = [rule.bound(mentors, mentees) for rule in rules]
    placed, total = best(
        list(mentors), list(mentees), bound, (case["some"], case["many"]),
        case["language"], case["slots"], case["objective"] == "coverage_first",
    )  # fmt: skip
    assert round(found.score * GRID) == total
    assert found.status.value == "optimal"
    assert found.objective == found.bound
    if case["objective"] == "coverage_first":
        assert sum(len(each.mentors) + len(each.mentees) for each in found.circles) == placed


@settings(max_examples=6)
@given(st.integers(0, 10**6), st.sampled_from([(1, 2), (1, 3), (2, 3)]))
def test_solving_in_stages_finds_the_same(seed, some):
    """A few teams at a time, with prices for the rest, end at the optimum over all teams."""
    left, right = people(5, 6, seed)
    for person in (*left, *right):
        person["capacity"] = 1
    options = {"score": SCORE, "mentors_per_circle": some, "mentees_per_circle": (2, 2)}
    whole = circles(left, right, **options, solver="cpsat")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(circle_solver, "_CHOICES", (5, 20, 10**9))
        staged = circles(left, right, **options)
    assert staged.objective == whole.objective
    assert staged.status.value == whole.status.value == "optimal"
