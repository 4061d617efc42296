"""Every registered rule: its fast form and its scalar twin are one rule."""

from __future__ import annotations

import functools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import rmatch
from rmatch.rules import RULES, Accessibility, Predicate, Vetoes
from tests.parameters import RULE_ARGUMENTS
from tests.strategies import IDS, records, rectangles, rosters

CASES = [
    (rule, arguments, missing)
    for rule, made in RULES.items()
    for arguments in RULE_ARGUMENTS.get(rule, [()])
    for missing in ("fail", "pass")
]


def made(name, arguments, missing):
    return RULES[name](*arguments, missing=missing)


@pytest.mark.parametrize(("name", "arguments", "missing"), CASES)
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_forms_equal_their_scalar_twins(name, arguments, missing, data):
    """On any rectangle of any people, the block says exactly what the twin says pair by pair."""
    mentors, mentees = data.draw(rosters())
    rule = made(name, arguments, missing).bound(mentors, mentees)
    form = rule.form(mentors, mentees)
    rows, cols = data.draw(rectangles((len(mentors), len(mentees))))
    expected = [
        [rule.allows(mentor, mentee) for mentee in mentees[cols]] for mentor in mentors[rows]
    ]
    block = form.block(rows, cols)
    assert block.dtype == bool
    assert block.shape == (len(mentors[rows]), len(mentees[cols]))
    assert block.tolist() == expected or block.size == 0


@pytest.mark.parametrize(("name", "arguments", "missing"), CASES)
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_loosening_never_forbids_a_pair(name, arguments, missing, data):
    """Each step of a rule allows all that the step before allowed."""
    mentors, mentees = data.draw(rosters())
    rule = made(name, arguments, missing)
    everything = (slice(None), slice(None))
    before = rule.bound(mentors, mentees).form(mentors, mentees).block(*everything)
    for looser in rule.loosened():
        after = looser.bound(mentors, mentees).form(mentors, mentees).block(*everything)
        assert not (before & ~after).any()
        before = after


@pytest.mark.parametrize(("name", "arguments", "missing"), CASES)
def test_parameters_make_the_rule_again(name, arguments, missing):
    """A rule is its parameters: they rebuild it, and it describes itself in words."""
    rule = made(name, arguments, missing)
    assert RULES[name](**rule.parameters()) == rule
    assert rule.describe()
    assert rule.name == rule.name.lower()


@pytest.mark.parametrize(("name", "arguments", "missing"), CASES)
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_explanations_agree_and_never_tell_secrets(name, arguments, missing, data):
    """Words exist for every pair, and hold neither vetoes nor needs nor years of birth (§C11)."""
    mentors, mentees = data.draw(rosters())
    rule = made(name, arguments, missing).bound(mentors, mentees)
    for mentor in mentors:
        for mentee in mentees:
            words = rule.explain(mentor, mentee)
            assert words
            if rule.private:
                assert not any(secret in words for secret in ("captions", "ramp"))
            for year in ("1960", "1970", "1975", "1985", "1994", "1998"):
                assert year not in words


@settings(max_examples=25, deadline=None)
@given(people=records(), order=st.randoms(use_true_random=False))
def test_a_users_function_is_a_rule_like_any_other(people, order):
    """A plain function forbids exactly the pairs it says, in any order of the people."""
    banned = {(mentor, mentee) for mentor in IDS for mentee in IDS if order.random() < 0.3}

    def rule(mentor, mentee):
        return (mentor.id, mentee.id) not in banned

    problem = rmatch.Problem.of(
        rmatch.read_roster(people[0], scale="1-5"),
        rmatch.read_roster(people[1], scale="1-5"),
        rules=[rule],
        score=[rmatch.scoring.CustomScore(lambda mentor, mentee: 1.0)],
    )
    _, allowed = problem.block(slice(None), slice(None))
    for i, mentor in enumerate(problem.mentors.ids):
        for j, mentee in enumerate(problem.mentees.ids):
            assert allowed[i, j] == (mentor != mentee and (mentor, mentee) not in banned)


@settings(max_examples=20, deadline=None)
@given(data=st.data())
def test_a_rule_may_be_written_with_mask_alone(data):
    """Any numpy code is a rule: it is called on rectangles."""
    from dataclasses import dataclass

    from rmatch.rules import PairRule

    @dataclass(frozen=True)
    class OddPlaces(PairRule):
        def holds(self, mentor, mentee):
            return (len(mentor.skills) + len(mentee.skills)) % 2 == 1

        def mask(self, mentors, mentees):
            one, other = mentors.ragged("skills").counts, mentees.ragged("skills").counts
            return (one[:, None] + other[None, :]) % 2 == 1

    mentors, mentees = data.draw(rosters())
    rows, cols = data.draw(rectangles((len(mentors), len(mentees))))
    rule = OddPlaces()
    expected = [[rule.allows(a, b) for b in mentees[cols]] for a in mentors[rows]]
    block = rule.form(mentors, mentees).block(rows, cols)
    assert np.array_equal(block, np.array(expected, dtype=bool).reshape(block.shape))


def test_predicates_take_missing_data_as_none():
    """None from a user's function is missing data, decided by the policy."""
    rule = Predicate(function=lambda mentor, mentee: None, missing="fail")
    assert not rule.allows(rmatch.Person(id="a"), rmatch.Person(id="b"))
    assert rule.replace(missing="pass").allows(rmatch.Person(id="a"), rmatch.Person(id="b"))


def test_a_users_function_is_told_by_its_name_and_not_by_its_address():
    """Two runs say the same, in words and in the provenance, and two lambdas are two rules."""

    class Nobody:
        def __call__(self, mentor, mentee):
            return False

    def not_a(mentor, mentee):
        return mentor.id != "a"

    rules = [not_a, lambda mentor, mentee: None, Nobody(), functools.partial(not_a)]
    people = [{"id": "a", "skills": "AI"}], [{"id": "s", "goals": "AI"}]
    matching = rmatch.match(*people, rules=rules)
    told = str(matching.to_dict()) + str(matching.rule_costs())
    assert " at 0x" not in told
    (mentee,) = matching.unmatched_mentees
    assert mentee.removed_by == {"not a": 1, "Nobody": 1}  # not_a twice, of one partner
    assert matching.problem.rules[1].describe().startswith("lambda in line ")
    with pytest.raises(rmatch.InvalidInputError, match="function='x'; a function of"):
        Predicate("x")
    with pytest.raises(rmatch.InvalidInputError, match="function=3; a function of"):
        rmatch.scoring.CustomScore(3)


def test_rules_nobody_may_name_count_each_partner_once():
    """Two private rules against one partner are one partner, not two."""
    mentors = [{"id": "a", "skills": "AI", "vetoes": "s", "needs": "ramp"}]
    mentees = [{"id": "s", "goals": "AI"}]
    matching = rmatch.match(mentors, mentees, rules=[Vetoes(), Accessibility()])
    assert matching.unmatched_mentees[0].removed_by == {"not eligible": 1}
