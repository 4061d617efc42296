"""What cannot hold together is named, and it is a smallest such set."""

from __future__ import annotations

from itertools import combinations, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import rmatch
from rmatch.check import check
from rmatch.conflicts import demands_of, kept, smallest_conflict
from rmatch.matrix import MatrixProblem
from rmatch.rules import (
    CommonLanguage,
    Conflicts,
    Different,
    LockedPairs,
    NotPrevious,
    PairCount,
    PairsIfAny,
    PairsPerPerson,
    PeopleCount,
    ReleaseCap,
    SeatLimit,
    SeniorityGap,
)
from rmatch.scoring import TeachingCoverage


def people(letter, count, **fields):
    return [{"id": f"{letter}{n}", "skills": "AI:4", "goals": "AI", **fields} for n in range(count)]


def conflicts(mentors, mentees, rules, **options):
    with pytest.raises(rmatch.InfeasibleError) as caught:
        rmatch.match(mentors, mentees, rules=rules, **options)
    return caught.value.conflicts


def test_a_language_that_too_few_speak_is_named_with_the_people_it_stops():
    """The rules and people in the message are those that conflict, and no others."""
    mentors = people("m", 2, languages="French", level=1) + people("n", 4, languages="English")
    mentees = people("s", 3, languages="French", level=5, minimum=1)
    rules = [CommonLanguage(), SeniorityGap(2)]
    who, rule = conflicts(mentors, mentees, rules)
    assert who.startswith("these 3 mentees need 3 pairs in all (s0, s1, s2)")
    assert who.endswith("there are 2 mentors with 2 places for them")
    assert rule == "rule: a common language at B2 or better"


def test_seats_below_minimums():
    """The limit of seats is a demand too."""
    words = conflicts(people("m", 3), people("s", 3, minimum=1), [], seats=2)
    assert words[-1] == "there are only 2 seats"
    assert words[0].startswith("these 3 mentees need 3 pairs")


@pytest.mark.parametrize(
    ("seats", "words"), [(1, "there is only 1 seat"), (0, "there are no seats")]
)
def test_one_seat_and_none_are_said_rightly(seats, words):
    with pytest.raises(rmatch.InfeasibleError, match=words):
        rmatch.match_matrix([[1, 1], [1, 1]], mentee_minimum=1, seats=seats)
    with pytest.raises(rmatch.InfeasibleError, match="needs 1 pair in all, and there is 1 mentor"):
        rmatch.match_matrix([[1, 1]], mentee_minimum=[1, 0], seats=0, allowed=[[True, False]])


def test_two_locks_on_one_place():
    """Locks are named by their people."""
    words = conflicts(people("m", 2), people("s", 2), [LockedPairs([("m0", "s0"), ("m0", "s1")])])
    assert words == ("lock m0 with s0", "lock m0 with s1")


def test_a_lock_that_breaks_a_safety_rule_raises_and_names_it():
    """Safety outranks locks: this is told before anything is solved."""
    rules = [LockedPairs([("m0", "s0")]), Conflicts([("m0", "s0")])]
    (words,) = conflicts(people("m", 1), people("s", 1), rules)
    assert words.startswith("lock m0 with s0 breaks ")


def test_a_lock_that_breaks_another_rule_warns_and_is_kept():
    """Locks outrank rules other than safety, but never silently."""
    mentors, mentees = people("m", 2, level=3), people("s", 2, level=3)
    rules = [LockedPairs([("m1", "s0")]), SeniorityGap(1)]
    with pytest.warns(UserWarning, match="locked pair m1 with s0 is kept although it breaks"):
        matching = rmatch.match(mentors, mentees, rules=rules)
    assert [(pair.mentor, pair.mentee) for pair in matching.pairs] == [("m1", "s0")]


def test_cohort_rules_that_exclude_each_other():
    """Rules about many pairs are named in their own words."""
    rules = [PairCount(Different("site"), least=2), SeatLimit(1)]
    words = conflicts(people("m", 3, site="Oslo"), people("s", 3, site="Rome"), rules)
    assert words == (
        "rule: at least 2 pairs with a different site",
        "rule: at most 1 pair in all",
    )


def test_a_matrix_names_rows_and_columns():
    """A matrix has no rules; its minimums can still be too many."""
    with pytest.raises(rmatch.InfeasibleError, match=r"these 3 mentees need 3 pairs"):
        rmatch.match_matrix([[1, 2, 3], [3, 4, 5]], mentee_minimum=1)


MENTORS, MENTEES = ("m0", "m1", "m2"), ("s0", "s1", "s2")
pairs = st.lists(st.sampled_from(list(product(MENTORS, MENTEES))), max_size=3, unique=True)
rules = st.one_of(
    st.builds(SeatLimit, st.integers(0, 2)),
    st.builds(LockedPairs, pairs),
    st.builds(NotPrevious, pairs.map(tuple)),
    st.builds(SeniorityGap, st.integers(1, 3)),
    st.builds(ReleaseCap, st.integers(0, 2), st.just("site")),
    st.builds(PairsPerPerson, st.sampled_from(["mentors", "mentees"]), st.integers(1, 2)),
    st.builds(PairsIfAny, st.sampled_from(["mentors", "mentees"]), st.just(2)),
    st.builds(PairCount, st.just(Different("site")), st.integers(1, 3)),
    st.builds(PeopleCount, st.just(("m0", "s0", "s1")), st.integers(1, 3)),
)


@st.composite
def problems(draw):
    def person(name):
        return {
            "id": name,
            "skills": "AI:4",
            "goals": "AI",
            "level": draw(st.integers(1, 4)) + (name[0] == "s"),
            "site": draw(st.sampled_from(["Oslo", "Rome"])),
            "capacity": draw(st.integers(1, 2)),
            "minimum": draw(st.sampled_from([0, 0, 1])),
        }

    left, right = (rmatch.read_roster([person(n) for n in side]) for side in (MENTORS, MENTEES))
    chosen = draw(st.lists(rules, max_size=3))
    seats = draw(st.sampled_from([None, None, 1]))
    return rmatch.Problem.of(left, right, rules=chosen, seats=seats, score=[TeachingCoverage()])


def possible(problem):
    """Whether any set of pairs passes the checker."""
    every = list(product(*map(range, problem.shape)))
    return any(
        not check(problem, some, None)
        for size in range(len(every) + 1)
        for some in combinations(every, size)
    )


@settings(max_examples=60, deadline=None)
@given(problem=problems())
def test_what_is_named_cannot_hold_and_each_part_of_it_can(problem):
    """Checked by trying all sets of pairs, with the demands named and with one of them left out."""
    if possible(problem):
        return
    with pytest.raises(rmatch.InfeasibleError):
        rmatch.solve(problem)
    plain, demands = demands_of(problem)
    found = smallest_conflict(plain, demands)
    assert not possible(kept(plain, found))
    for left_out in found:
        assert possible(kept(plain, [demand for demand in found if demand != left_out]))


@settings(max_examples=100, deadline=None)
@given(data=st.data())
def test_matrix_conflicts_are_irreducible(data):
    """The same for a matrix: minimums and seats."""
    allowed = [[data.draw(st.booleans()) for _ in range(3)] for _ in range(3)]
    least = [data.draw(st.lists(st.integers(0, 1), min_size=3, max_size=3)) for _ in range(2)]
    problem = MatrixProblem.of(
        [[1] * 3] * 3,
        allowed,
        mentor_minimum=least[0],
        mentee_minimum=least[1],
        seats=data.draw(st.sampled_from([None, 1, 2])),
    )
    if possible(problem):
        return
    found = smallest_conflict(*demands_of(problem))
    assert not possible(kept(problem, found))
    for left_out in found:
        assert possible(kept(problem, [demand for demand in found if demand != left_out]))
