"""Agreements of pairs, goals of the whole programme, and what to train."""

from __future__ import annotations

import json
from itertools import combinations
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import rmatch
from rmatch.answers.agreement import _shares
from rmatch.answers.training import _cover
from rmatch.rules import Trained
from tests.unit.answers.programme import programme


def test_an_agreement_lists_objectives_both_ways_in_order() -> None:
    """The mentee's goals first, each with levels, weight and sessions."""
    answer = programme().agreement("m-1", "s-1", sessions=6)
    rows = [(o.order, o.learner, o.skill, o.now, o.agreed, o.target, o.sessions) for o in
            answer.objectives]  # fmt: skip
    assert rows == [(1, "s-1", "AI", 1, 4, 4, 3), (2, "m-1", "Negotiation", 0, 3, 3, 3)]
    assert [objective.weight for objective in answer.objectives] == [2 / 3, 1]
    assert answer.open_mentee == ("Python",)
    assert answer.words == (
        "Ben learns from Ana: AI from level 1 to 4 in 3 sessions. Ana learns from Ben: Negotiation "
        "from level 0 to 3 in 3 sessions. Somebody else has to help Ben with Python."
    )
    assert json.loads(json.dumps(answer.to_dict()))["words"] == answer.words
    assert answer.to_frame("pandas")["skill"].tolist() == ["AI", "Negotiation"]


def test_a_page_is_escaped_in_markdown_and_html() -> None:
    """A name with markup in it stays a name (§C14)."""
    evil = "<script>alert('x')</script>|*A*"
    matching = rmatch.match(
        [{"id": "m", "name": evil, "skills": {"A|B": 4}}],
        [{"id": "s", "goals": {"A|B": 4}}],
    )
    answer = matching.agreement("m", "s")
    assert "<script>" not in answer.to_html()
    assert "&lt;script&gt;" in answer.to_html()
    page = answer.to_markdown()
    assert "<script>" not in page.replace("\\<", "")
    table = [line for line in page.splitlines() if line.startswith("|")]
    assert {line.replace("\\|", "").count("|") for line in table} == {8}


def test_an_agreement_is_for_a_pair_with_goals() -> None:
    """Other people, a matrix and no sessions are refused with the reason."""
    with pytest.raises(rmatch.InvalidInputError, match="not a pair"):
        programme().agreement("m-1", "s-2")
    with pytest.raises(rmatch.InvalidInputError, match="no goals"):
        rmatch.match_matrix([[1]]).agreement(0, 0)
    with pytest.raises(rmatch.InvalidInputError, match="sessions=0"):
        programme().agreement("m-1", "s-1", sessions=0)


@given(
    weights=st.lists(st.floats(0.01, 1), max_size=8),
    sessions=st.integers(1, 12),
)
def test_sessions_are_divided_completely(weights: list[float], sessions: int) -> None:
    """Every session is given to a goal, and every goal has one while they last."""
    counts = _shares(np.array(weights), sessions)
    assert sum(counts) == (sessions if weights else 0)
    assert all(counts[: min(sessions, len(weights))])


def test_goals_of_the_programme_say_who_covers_them() -> None:
    """Reached, in part and left, for both sides, against plain people."""
    matching = programme()
    answer = matching.learning_goals()
    status = {(g.person, g.skill): (g.reached, g.target, g.by) for g in answer.goals}
    assert status == {
        ("s-1", "AI"): (4, 4, "m-1"),
        ("s-1", "Python"): (0, 3, None),
        ("s-2", "AI"): (5, 5, "m-2"),
        ("s-3", "Python"): (0, 5, None),
        ("m-1", "Negotiation"): (3, 3, "s-1"),
    }
    assert answer.words == (
        "Of 5 open goals, 3 can be reached with a partner and 0 in part. Left for other training: "
        "Python (2)."
    )
    sums = answer.skills
    assert sum(each.goals for each in sums) == len(answer.goals)
    assert all(each.reached + each.partly + each.left == each.goals for each in sums)


def test_of_several_partners_the_best_teacher_counts() -> None:
    """With two mentors, a goal is reached as far as the better of them can take it."""
    matching = rmatch.match(
        [{"id": "m-1", "skills": "AI:2"}, {"id": "m-2", "skills": "AI:4"}],
        [{"id": "s-1", "goals": "AI:5", "capacity": 2}],
    )
    goal = matching.learning_goals().goals[0]
    assert (goal.reached, goal.by, goal.covered) == (4, "m-2", False)


@given(
    wants=hnp.arrays(bool, st.tuples(st.integers(1, 5), st.integers(1, 5))).filter(
        lambda wants: wants.any(axis=1).all()
    ),
    needed=st.integers(0, 5),
)
def test_the_cover_is_smallest_and_fullest(wants: Any, needed: int) -> None:
    """Against every set of workshops."""
    needed = min(needed, len(wants))
    best = min(
        (len(group), -int(wants[:, list(group)].sum()))
        for size in range(wants.shape[1] + 1)
        for group in combinations(range(wants.shape[1]), size)
        if wants[:, list(group)].any(axis=1).sum() >= needed
    )
    chosen = _cover(wants, needed)
    assert wants[:, chosen].any(axis=1).sum() >= needed
    if needed:
        assert (len(chosen), -int(wants[:, chosen].sum())) == best
    else:
        assert chosen == []


def test_a_plan_serves_the_share_asked_for() -> None:
    """Python serves both who have a goal left; half of them needs it too, none needs nothing."""
    matching = programme()
    answer = matching.training_plan()
    assert [(each.skill, each.level, each.people) for each in answer.workshops] == [
        ("Python", 5, ("s-1", "s-3"))
    ]
    assert (answer.people, answer.served, answer.goals, answer.goals_served) == (2, 2, 2, 2)
    assert rmatch.training_plan(matching, share=0).workshops == ()
    with pytest.raises(rmatch.InvalidInputError, match="0 to 1"):
        rmatch.training_plan(matching, share=1.5)


@given(
    mentors=st.lists(st.booleans(), min_size=1, max_size=3),
    mentees=st.lists(st.booleans(), min_size=1, max_size=3),
    forbidden=st.sets(st.tuples(st.integers(0, 2), st.integers(0, 2))),
)
def test_the_fewest_people_are_trained_that_unlock_everybody(
    mentors: list[bool], mentees: list[bool], forbidden: set[tuple[int, int]]
) -> None:
    """Against every group of untrained people."""
    sides = [
        [
            {
                "id": f"{side}{at}",
                "trained": "yes" if done else "no",
                "skills": "AI:3",
                "goals": "B",
            }
            for at, done in enumerate(trained)
        ]
        for side, trained in (("m", mentors), ("s", mentees))
    ]

    def possible(mentor: Any, mentee: Any) -> bool:
        return (int(mentor.id[1:]), int(mentee.id[1:])) not in forbidden

    plan = rmatch.match(*sides, rules=[Trained(), possible]).training_plan()
    pairs = [
        (i, j) for i in range(len(mentors)) for j in range(len(mentees)) if (i, j) not in forbidden
    ]

    def partnered(trained: set[str]) -> set[str]:
        done = {p["id"] for side in sides for p in side if p["trained"] == "yes"} | trained
        able = [(f"m{i}", f"s{j}") for i, j in pairs if {f"m{i}", f"s{j}"} <= done]
        return {person for pair in able for person in pair}

    everybody = {p["id"] for side in sides for p in side}
    goal = partnered(everybody)
    assert set(plan.unlocked) == goal - partnered(set())
    best = next(
        size
        for size in range(len(everybody) + 1)
        for group in combinations(sorted(everybody), size)
        if partnered(set(group)) >= goal
    )
    group = {trainee.person for trainee in plan.train}
    assert partnered(group) >= goal
    assert len(group) == best
