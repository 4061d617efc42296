"""Each score part by hand: these two people, this value and these words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

import rmatch
from rmatch import Goal, Person
from rmatch.rules import Different, NotPrevious, PartAtLeast, Same
from rmatch.scoring import (
    Convenience,
    CustomScore,
    MutualLearning,
    ReturnCoverage,
    ScorePart,
    SharedInterests,
    SharedValues,
    Soft,
    StatedPreference,
    TableScore,
    TeachingCoverage,
    default_score,
)

MENTOR = Person(
    id="m",
    skills={"AI": 4, "SQL": 3, "video": 2},
    goals={"law": Goal(4)},
    interests=frozenset({"chess", "jazz"}),
    values={"pace": 2, "risk": 5},
    preferences=("x", "s"),
    site="Oslo",
    timezone="Europe/Paris",
)
MENTEE = Person(
    id="s",
    skills={"AI": 2, "law": 2},
    goals={"AI": Goal(5, 2), "SQL": Goal(3), "golf": Goal(1)},
    interests=frozenset({"chess", "golf", "film"}),
    values={"pace": 3, "risk": 5, "order": 1},
    preferences=("m",),
    site="Oslo",
    timezone="Europe/London",
)
# AI: from 2 to 4 of 5 is 2/3, weight 2 of 4; SQL: all of it, weight 1 of 4; golf: nothing
TEACHING = 2 / 4 * 2 / 3 + 1 / 4
RETURN = 2 / 4  # law: from 0 to 2 of 4
VALUES = [
    (TeachingCoverage(), TEACHING, "SQL, level 0 to 3"),
    (ReturnCoverage(), RETURN, "law, level 0 to 2"),
    (MutualLearning(), 2 * TEACHING * RETURN / (TEACHING + RETURN), "covered 58%, mentor's 50%"),
    (MutualLearning(mean="geometric"), (TEACHING * RETURN) ** 0.5, ""),
    (MutualLearning(mean="min"), RETURN, ""),
    (SharedInterests(), 1 / 3, "chess"),
    (SharedInterests(of="jaccard"), 1 / 4, "chess"),
    (SharedValues(), (0.75 + 1 + 0) / 3, "risk"),
    (Convenience(), 0.5 + 0.5 * 7 / 8, "1 hour apart"),
    (Convenience(timezone=None), 1.0, "same site, Oslo"),
    (StatedPreference(), 0.5 * 4 / 5 + 0.5 * 1, "the mentor's wish number 2"),
    (Soft(Different("site")), 0.0, ""),
    (TableScore("site", "timezone", {("Oslo", "Europe/London"): 0.3}), 0.3, ""),
    (CustomScore(lambda mentor, mentee: 0.25), 0.25, ""),
]


@pytest.mark.parametrize(("part", "value", "words"), VALUES)
def test_values_by_hand(part, value, words):
    """The formula, worked out by hand, and the words that go with it."""
    assert part.value(MENTOR, MENTEE) == pytest.approx(value, abs=1e-5)
    assert words in "; ".join(term.words for term in part.terms(MENTOR, MENTEE))


def test_reached_goals_do_not_count():
    """A goal that the mentee has reached is no goal; without any, coverage is 0."""
    done = Person(id="s", skills={"AI": 5}, goals={"AI": Goal(4)})
    assert TeachingCoverage().value(MENTOR, done) == 0


def test_the_default_weights_are_the_documented_ones():
    """0.55 teaching, 0.15 return, 0.20 values, 0.05 interests, 0.05 convenience."""
    assert {part.name: part.weight for part in default_score()} == {
        "teaching_coverage": 0.55,
        "return_coverage": 0.15,
        "shared_values": 0.20,
        "shared_interests": 0.05,
        "convenience": 0.05,
    }


def test_parts_without_data_leave_the_default_score():
    """Weights are those of the parts that can be computed, divided by their sum."""
    matching = rmatch.match([{"id": "m", "skills": "AI"}], [{"id": "s", "goals": "AI"}])
    assert [part["name"] for part in matching.provenance["score"]] == ["teaching_coverage"]
    assert matching.pairs[0].score == 1


def test_nothing_to_score_by_is_an_error():
    """Without goals, values, interests and places no pair is better than another."""
    with pytest.raises(rmatch.InvalidInputError, match="nothing that the default score reads"):
        rmatch.match([{"id": "m"}], [{"id": "s"}])


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: TeachingCoverage(weight=-1), "weight=-1"),
        (lambda: TeachingCoverage(weight=float("nan")), "weight=nan"),
        (lambda: MutualLearning(mean="max"), "'harmonic', 'geometric' and 'min'"),
        (lambda: SharedInterests(of="both"), "one of 'mentee', 'jaccard' is needed"),
        (lambda: SharedValues(low=5, high=5), "low=5 must be below"),
        (lambda: Convenience(site=None, timezone=None), "both None"),
        (lambda: StatedPreference(max_rank=0), "max_rank=0; at least 1"),
        (lambda: TableScore("a", "b", {("x", "y"): 2}), r"values must lie in \[0, 1\]"),
        (lambda: TableScore("a", "b", {("x", "y"): "high"}), r"values must lie in \[0, 1\]"),
        (lambda: TableScore("a", "b", {"xy": 1}), "keys are pairs of two"),
        (lambda: TableScore("a", "b", [1]), "table=.*; a dict"),
        (lambda: TableScore("a", "b", {("x", "y"): 1, ("X", "y"): 0}), "a pair of values twice"),
        (lambda: Convenience(max_hours=0), "max_hours=0; a number above 0"),
    ],
)
def test_bad_parameters_are_refused(make, message):
    """A part that makes no sense is refused where it is made."""
    with pytest.raises(rmatch.InvalidInputError, match=message):
        make()


@pytest.mark.parametrize(
    ("score", "message"),
    [
        ([TeachingCoverage(), TeachingCoverage()], "two score parts have the same name"),
        ([TeachingCoverage(weight=0)], "all weights are 0"),
        ([SharedInterests()], "reads the column 'interests', which nobody has"),
        ([CustomScore(lambda mentor, mentee: 7)], r"gave 7.0 for mentor 'm' and mentee 's'"),
        ([CustomScore(lambda mentor, mentee: float("nan"))], "gave nan"),
    ],
)
def test_bad_scores_are_refused(score, message):
    """What cannot be a score in [0, 1] never reaches a solver."""
    with pytest.raises(rmatch.InvalidInputError, match=message):
        rmatch.match([{"id": "m", "skills": "AI"}], [{"id": "s", "goals": "AI"}], score=score)


@dataclass(frozen=True)
class Given(ScorePart):
    """A part of a user, who gives for all pairs, or for one, what parts do not give."""

    rectangle: Any = None
    one: Any = 0.5

    def block(self, mentors, mentees):
        if self.rectangle is None:
            return super().block(mentors, mentees)
        return self.rectangle(len(mentors), len(mentees))

    def value(self, mentor, mentee):
        return self.one


@pytest.mark.parametrize("solver", ["auto", "pricing"])
@pytest.mark.parametrize(
    ("part", "message"),
    [
        (Given(lambda m, n: np.ones((n, m))), r"shape \(3, 2\); .* = \(2, 3\) is needed"),
        (Given(lambda m, n: np.ones((m, 1))), r"shape \(2, 1\); .* = \(2, 3\) is needed"),
        (Given(lambda m, n: 0.5), r"shape \(\); .* = \(2, 3\) is needed"),
        (Given(lambda m, n: np.full((m, n), 0.5 + 1j)), "complex128; numbers are needed"),
        (Given(lambda m, n: np.full((m, n), "x")), "numbers are needed"),
        (Given(lambda m, n: np.ma.masked_all((m, n))), "gave nan for mentor 'a'"),
        (Given(lambda m, n: np.full((m, n), 0.5), one=None), "gave None for mentor 'a'"),
        (Given(one="0.5"), "gave '0.5' for mentor 'a' and mentee 'x'"),
        (CustomScore(lambda mentor, mentee: None), "custom_score gave None for mentor 'a'"),
    ],
)
def test_what_a_users_part_gives_is_checked(part, message, solver):
    """A matrix that lies the other way, or numbers under a mask, would score silently."""
    mentors = [{"id": name, "skills": "AI"} for name in "ab"]
    mentees = [{"id": name, "goals": "AI"} for name in "xyz"]
    with pytest.raises(rmatch.InvalidInputError, match=message):
        rmatch.match(mentors, mentees, score=[part], solver=solver)


def test_a_part_of_weight_0_is_asked_nothing():
    """It counts for nothing, so it may say anything."""
    score = [TeachingCoverage(), CustomScore(lambda mentor, mentee: float("nan"), weight=0)]
    matching = rmatch.match(
        [{"id": "m", "skills": "AI"}], [{"id": "s", "goals": "AI"}], score=score
    )
    assert dict(matching.pairs[0].parts) == {"teaching_coverage": 1.0, "custom_score": 0.0}


def test_weights_that_add_up_beyond_floats_are_refused():
    """Divided by infinity all would be 0."""
    score = [TeachingCoverage(weight=1e308), CustomScore(lambda mentor, mentee: 1, weight=1e308)]
    with pytest.raises(rmatch.InvalidInputError, match="the weights add up beyond floats"):
        rmatch.match([{"id": "m", "skills": "AI"}], [{"id": "s", "goals": "AI"}], score=score)


def test_a_table_of_scores_finds_labels_as_people_spell_them():
    """The rosters write law and the table Law; a column that a side has not is an error."""
    mentors, mentees = [{"id": "m", "department": "law"}], [{"id": "s", "unit": "IT "}]
    part = TableScore("department", "department", {("Law", "it"): 0.75})
    assert rmatch.match(mentors, mentees, score=[part]).score == 0.75
    part = TableScore("department", "depratment", {("Law", "it"): 0.75})
    with pytest.raises(rmatch.InvalidInputError, match="'depratment' of mentees, which none has"):
        rmatch.match(mentors, mentees, score=[part])


@pytest.mark.parametrize("rule", [
    NotPrevious([("m", "s"), ("m", "t")], until_all_seen=True),
    Same("department", also=[("Audit", "SALES")]),
])  # fmt: skip
def test_a_soft_rule_knows_everybody_as_a_hard_one_does(rule):
    """What a rule takes from all people counts in both forms, and within a limit on the part."""
    mentors = [{"id": "m", "department": "audit"}]
    mentees = [{"id": "s", "department": "Sales"}, {"id": "t", "department": "sales"}]
    assert rmatch.match(mentors, mentees, score=[rule.soft()]).score == 1
    least = PartAtLeast(rule.soft(), 0.5)
    wish = CustomScore(lambda mentor, mentee: 1.0)
    assert len(rmatch.match(mentors, mentees, rules=[least], score=[wish])) == 1
