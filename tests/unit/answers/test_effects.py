"""What a change brings is told as what it is: people and score, or only the objective."""

from __future__ import annotations

from typing import Any

import pytest

import rmatch
from rmatch.rules import Different, LockedPairs, PairCount, PairsPerPerson, Priority
from rmatch.scoring import CustomScore

ONE = [CustomScore(function=lambda mentor, mentee: 1.0)]
FIRST = [CustomScore(function=lambda mentor, mentee: 1.0 if mentee.id == "s1" else 0.4)]


def test_what_rules_earn_and_cost_is_not_told_as_people_or_score() -> None:
    """Prices tell what the objective gains, not what of it rules earn."""
    both = [Priority("w", 0.1), Priority("w", 0.1, "mentors")]
    mentees: list[dict[str, Any]] = [{"id": "s1", "w": 1}, {"id": "s2", "w": 1}]
    matching = rmatch.match([{"id": "m1", "w": 1}], mentees, rules=both, score=FIRST)
    effect = matching.why_not("m1", "s2").effect
    assert (effect.people, effect.score) == (None, None)
    assert round(effect.objective, 3) == -0.6
    assert "the objective (scores, with what rules earn and cost) would fall by 0.60" in str(
        effect.words
    )
    softly = [PairCount(Different("site"), least=1, penalty=0.8)]
    sites = [{"id": "s1", "site": "A"}, {"id": "s2", "site": "B"}]
    matching = rmatch.match([{"id": "m1", "site": "A"}], sites, rules=softly, score=FIRST)
    assert matching.why_not("m1", "s1").effect.score is None
    matching = rmatch.match([{"id": "m1"}], sites, score=FIRST)
    assert round(matching.why_not("m1", "s2").effect.score, 3) == -0.6


@pytest.mark.filterwarnings("ignore:the locked pair")
def test_a_rule_without_which_less_or_nothing_is_possible() -> None:
    """A limit that raises a roster's own, and a lock that outranks what forbids the pair."""
    more = PairsPerPerson("mentees", most=3)
    mentors = [{"id": f"m{n}"} for n in range(3)]
    costs = rmatch.match(mentors, [{"id": "s"}], rules=[more], score=ONE).rule_costs()
    assert "has at most 3 pairs”, the best would lower the total by 2" in str(costs)
    rules = [lambda mentor, mentee: False, LockedPairs([("m", "s")])]
    locked = rmatch.match([{"id": "m"}], [{"id": "s", "minimum": 1}], rules=rules, score=ONE)
    costs = locked.rule_costs()
    assert "Without “locked: m with s”, no matching would be possible" in str(costs)
    assert [change.outcome.possible for change in costs.changes if not change.step] == [True, False]
