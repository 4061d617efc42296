"""What rules cost: the table, the words, the shares, and who may ask."""

from __future__ import annotations

import json
from itertools import permutations

import pytest

import rmatch
from rmatch.answers import variants
from rmatch.answers.costs import EXACT_RULES, _shares
from rmatch.answers.variants import DROPPED, Variants
from rmatch.rules import ReportingLine, SeatLimit, SeniorityGap
from tests.unit.answers.programme import MENTEES, MENTORS, programme


def test_every_rule_and_step_is_there_but_no_safety_rule() -> None:
    """The owner reads what may be negotiated; vetoes and accessibility are not."""
    costs = programme().rule_costs()
    changes = [(change.rule, change.step) for change in costs.changes]
    assert ("seniority_gap", 0) in changes
    assert ("seniority_gap", 2) in changes
    assert {rule for rule, _ in changes} == {"seniority_gap", "generation_gap", "minimum_score"}


def test_an_auditor_reads_safety_rules_that_may_be_named() -> None:
    """The reporting line has a cost too; private rules stay out even here."""
    matching = programme(ReportingLine(org={"m-3": "s-1"}, unknown_managers="head"))
    named = {share.rule for share in matching.rule_costs(viewer="auditor").shares}
    assert "reporting_line" in named
    assert not named & {"vetoes", "accessibility"}
    assert "reporting_line" not in {share.rule for share in matching.rule_costs().shares}


def test_words_and_table_state_the_outcomes() -> None:
    """The text is made of the figures of the table."""
    costs = programme().rule_costs()
    assert costs.words == (
        "Under all rules, 2 of 3 mentees have a mentor, with a total score of 1.44. Without “the "
        "mentee is at least 2 levels above the mentor”, the best would match 1 more mentee and "
        "raise the total by 0.58; “the mentee is at least 0 levels above the mentor” instead would "
        "match 1 more mentee and raise the total by 0.58. Dropping “the mentee is at least 10 "
        "years older” or “the score is at least 0.2” alone would change nothing. All of them "
        "together cost 0.58 in score; shared fairly, 0.58 is due to “the mentee is at least 2 "
        "levels above the mentor”."
    )
    rows = {row["rule"]: row for row in costs.rows() if row["becomes"] == "dropped"}
    assert rows["seniority_gap"]["mentees_gained"] == 1
    assert rows["seniority_gap"]["objective_gained"] == (
        rmatch.match(MENTORS, MENTEES, rules=programme().problem.rules[1:]).objective
        - programme().objective
    )
    assert json.loads(json.dumps(costs.to_dict()))["words"] == costs.words
    assert len(costs.to_frame("pandas")) == len(costs.changes)


def test_shares_are_the_mean_over_all_orders_and_add_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """Shapley by its definition: what each rule adds, over every order of dropping."""
    monkeypatch.setattr(variants, "_EACH", 1)
    matching = programme()
    rules = matching.problem.pair_rules[:3]
    kinds = Variants(matching, rules)
    expected = [0.0] * len(rules)
    orders = list(permutations(range(len(rules))))
    for order in orders:
        state = list(kinds.now)
        for at in order:
            before = kinds.outcome(tuple(state)).objective
            state[at] = DROPPED
            expected[at] += (kinds.outcome(tuple(state)).objective - before) / len(orders)
    shares = [share.objective for share in _shares(kinds, 0, 0)]
    assert shares == pytest.approx(expected, abs=1e-12)
    sampled = [share.objective for share in _shares(kinds, 50, 0)]
    everything = kinds.outcome((DROPPED,) * len(rules)).objective
    assert sum(shares) == pytest.approx(everything - matching.objective, abs=1e-12)
    assert sum(sampled) == pytest.approx(everything - matching.objective, abs=1e-12)


def test_many_rules_are_sampled_and_said_so() -> None:
    """Beyond eight rules the number of random orders is in the answer and in the words."""
    extra = [SeniorityGap(levels) for levels in (0, 0.5, 1, 1.5, 1.6, 1.7)]
    costs = programme(*extra).rule_costs()
    assert len(costs.shares) > EXACT_RULES
    assert costs.sampled > 0
    assert "about" in costs.words


def test_rules_over_many_pairs_have_a_cost_too() -> None:
    """A seat limit is dropped by solving again from the rosters."""
    matching = programme(SeatLimit(1))
    costs = {c.rule: c for c in matching.rule_costs().changes if c.step == 0}
    assert costs["seat_limit"].outcome.objective == programme().objective


def test_participants_and_matrices_have_no_rule_costs() -> None:
    """Both are told why."""
    with pytest.raises(rmatch.InvalidInputError, match="viewer='owner'"):
        programme().rule_costs(viewer="participant")
    with pytest.raises(rmatch.InvalidInputError, match="no rules"):
        rmatch.match_matrix([[1]]).rule_costs()
