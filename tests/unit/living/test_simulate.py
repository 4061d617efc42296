"""Simulated programmes: reproducible, fair to every policy; and weights recovered from them."""

from __future__ import annotations

import math

import numpy as np
import pytest

import rmatch
from rmatch.living.feedback import suggest_weights
from rmatch.living.simulation import Assumptions, simulate
from rmatch.scoring import SharedInterests, TeachingCoverage

SKILLS = ("AI", "data", "law", "sales", "video")
HOBBIES = ("chess", "jazz", "golf", "films")


def roster(prefix, count, seed):
    rng = np.random.default_rng(seed)
    return [
        {
            "id": f"{prefix}{number}",
            "skills": {s: int(rng.integers(1, 6)) for s in rng.choice(SKILLS, 3, replace=False)},
            "goals": {s: {"target": 5} for s in rng.choice(SKILLS, 2, replace=False)},
            "interests": [str(h) for h in rng.choice(HOBBIES, 2, replace=False)],
        }
        for number in range(count)
    ]


def policy(teaching, interests, solver="auto"):
    score = [TeachingCoverage(weight=teaching), SharedInterests(weight=interests)]
    return lambda mentors, mentees: rmatch.match(mentors, mentees, score=score, solver=solver)


MENTORS, MENTEES = roster("m", 120, 1), roster("s", 120, 2)
TRUTH = Assumptions(weights={"teaching_coverage": 0.7, "shared_interests": 0.3}, noise=0.2)


def test_the_same_seed_gives_the_same_programme():
    """Everything that happens follows from the seed and the people."""
    runs = [
        simulate(MENTORS[:20], MENTEES[:20], {"best": policy(0.7, 0.3)}, assumptions=TRUTH, seed=3)
        for _ in range(2)
    ]
    assert runs[0].to_records() == runs[1].to_records()
    other = simulate(MENTORS[:20], MENTEES[:20], {"best": policy(0.7, 0.3)}, assumptions=TRUTH,
                     seed=4)  # fmt: skip
    assert other.to_records() != runs[0].to_records()


def test_the_best_matching_beats_a_random_one():
    """Under the assumed quality, optimal pairs rate better and learn more than random ones."""
    result = simulate(
        MENTORS, MENTEES,
        {"best": policy(0.7, 0.3), "random": policy(0.7, 0.3, "random")},
        cycles=2, assumptions=TRUTH,
    )  # fmt: skip
    first = {cycle.policy: cycle for cycle in result.cycles if cycle.cycle == 1}
    assert first["best"].mean_rating > first["random"].mean_rating + 0.5
    assert result.total("best", "levels_learned") > result.total("random", "levels_learned")


def test_people_leave_and_join():
    """Nobody comes back, joiners arrive in their cycle, and levels never pass the target."""
    late = (roster("x", 5, 5), roster("y", 5, 6))
    result = simulate(MENTORS[:10], MENTEES[:10], {"best": policy(1, 0.1)}, cycles=3,
                      joiners=[late], assumptions=TRUTH)  # fmt: skip
    one, two, three = result.cycles
    assert one.mentors + one.mentees - one.left + 10 == two.mentors + two.mentees
    assert two.mentors + two.mentees - two.left == three.mentors + three.mentees


def test_weights_are_recovered_from_ratings():
    """Ratings made with weights 0.7 and 0.3 give them back, within the stated intervals."""
    random = simulate(MENTORS, MENTEES, {"random": policy(0.3, 0.7, "random")}, cycles=1,
                      assumptions=TRUTH)  # fmt: skip
    (cycle,) = random.cycles
    found = suggest_weights(cycle.matching, cycle.ratings)
    for weight, truth in zip(found.weights, (0.7, 0.3), strict=True):
        assert weight.low <= truth <= weight.high
        assert weight.suggested == pytest.approx(truth, abs=0.12)
        assert not weight.low <= weight.now <= weight.high
    assert found.conclusive
    assert found.expected_change > 0


def test_intervals_hold_the_true_weights():
    """Over ten simulated programmes the intervals hold the truth in nine at least."""
    holds = 0
    for seed in range(10):
        random = simulate(MENTORS, MENTEES, {"random": policy(0.5, 0.5, "random")}, cycles=1,
                          assumptions=TRUTH, seed=seed)  # fmt: skip
        (cycle,) = random.cycles
        found = suggest_weights(cycle.matching, cycle.ratings, resamples=200)
        holds += all(
            weight.low <= truth <= weight.high
            for weight, truth in zip(found.weights, (0.7, 0.3), strict=True)
        )
    assert holds >= 9


def test_suggestions_are_never_applied():
    """The matching and its weights stay as they were; groups stand in the fairness figures."""
    matching = policy(0.3, 0.7)(MENTORS[:40], MENTEES[:40])
    before = matching.to_records(), matching.problem.weights
    ratings = {(pair.mentor, pair.mentee): 1 + 4 * pair.score for pair in matching.pairs}
    groups = {person["id"]: "AB"[at % 2] for at, person in enumerate(MENTEES[:40])}
    found = suggest_weights(matching, ratings, groups=groups, resamples=20)
    assert (matching.to_records(), matching.problem.weights) == before
    assert {"match rate of A", "match rate of B", "worst expected rating"} <= set(found.fairness)


def test_the_change_is_that_of_weights_not_of_the_solver():
    """Pairs drawn by chance, rated by the present weights: nothing better is to be had."""
    random = policy(0.5, 0.5, "random")(MENTORS, MENTEES)
    ratings = {(pair.mentor, pair.mentee): 1 + 4 * pair.score for pair in random.pairs}
    found = suggest_weights(random, ratings, resamples=20)
    assert found.expected_change == pytest.approx(0, abs=1e-6)
    assert "no reason to change" in str(found)


def test_noise_alone_is_said_to_tell_nothing():
    """Ratings without any signal give doubts in words, not weights to believe."""
    matching = policy(0.5, 0.5, "random")(MENTORS, MENTEES)
    rng = np.random.default_rng(1)
    ratings = {(p.mentor, p.mentee): float(rng.integers(1, 6)) for p in matching.pairs}
    found = suggest_weights(matching, ratings)
    assert not found.conclusive
    assert "the data cannot tell" in str(found)


def test_few_ratings_are_a_doubt():
    """Five pairs cannot weigh two parts."""
    matching = policy(0.5, 0.5)(MENTORS, MENTEES)
    ratings = {(p.mentor, p.mentee): 4.0 for p in matching.pairs[:5]}
    doubts = suggest_weights(matching, ratings).doubts
    assert "5 rated pairs for 2 parts; 20 are few" in doubts


def test_unknown_pairs_are_refused_together():
    """A rating of a pair that was never matched is a mistake in the data."""
    matching = policy(0.5, 0.5)(MENTORS[:3], MENTEES[:3])
    with pytest.raises(rmatch.InvalidInputError, match="2 problems"):
        suggest_weights(matching, {("a", "b"): 1, ("c", "d"): 2})


def test_assumptions_are_checked():
    """Chances are chances."""
    with pytest.raises(rmatch.InvalidInputError, match="leave=2; noise=-1"):
        Assumptions(leave=2, noise=-1)
    with pytest.raises(rmatch.InvalidInputError, match="leave='x'; noise=nan"):
        Assumptions(leave="x", noise=math.nan)
    with pytest.raises(rmatch.InvalidInputError, match=r"weights=.*at least 0, a sum of at most 1"):
        Assumptions(weights={"a": -1, "b": 2})


def test_a_policy_that_gives_no_matching_is_named():
    """A slip in a policy is said with the policy's name."""
    with pytest.raises(rmatch.InvalidInputError, match=r"policies\['odd'\]\(...\)=3; a matching"):
        simulate(MENTORS[:2], MENTEES[:2], {"odd": lambda mentors, mentees: 3})


def test_ids_may_be_whole_numbers():
    """The same programme whatever the ids are, and its ratings fit its matchings."""

    def run(ids):
        mentors = [{"id": ids(n), "skills": {"AI": 2 + n}} for n in range(3)]
        mentees = [{"id": ids(n), "goals": {"AI": 5}} for n in range(2, 6)]
        return simulate(mentors, mentees, {"best": rmatch.match}, cycles=3, seed=2)

    numbers, texts = run(int), run(str)
    assert numbers.to_records() == texts.to_records()
    first = numbers.cycles[0]
    assert set(first.ratings) == {(pair.mentor, pair.mentee) for pair in first.matching.pairs}


def test_a_side_that_is_empty_waits_for_others():
    """Nobody is matched while all have left; whoever joins later is, and figures stay a table."""
    gone = Assumptions(leave=1, leave_unhappy=1, leave_unmatched=1)
    more = [([], []), (MENTORS[2:4], MENTEES[2:4])]
    plan = {"best": lambda mentors, mentees: rmatch.rematch([], mentors, mentees)}
    result = simulate(MENTORS[:2], MENTEES[:2], plan, cycles=3, joiners=more, assumptions=gone)
    assert [(row["cycle"], row["matched"]) for row in result.to_records()] == [(1, 2), (3, 2)]
    nobody = simulate([], MENTEES, plan)
    assert list(nobody.to_frame("pandas").columns) == list(result.to_records()[0])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"cycles": 1.5}, "cycles=1.5; a whole number"),
        ({"seed": -1}, "seed=-1; a whole number"),
        ({"seed": None}, "seed=None; a whole number"),
        ({"policies": [rmatch.match]}, "policies=.*give {name: function}"),
        ({"mentors": {"m": 1}}, "mentors: a list of dicts"),
        ({"mentees": 3}, "mentees=3; a list"),
    ],
)
def test_what_cannot_be_simulated_is_refused(arguments, message):
    """One clear error."""
    asked = {"mentors": MENTORS, "mentees": MENTEES, "policies": {"best": rmatch.match}}
    with pytest.raises(rmatch.InvalidInputError, match=message):
        simulate(**{**asked, **arguments})


def test_ratings_that_say_nothing_suggest_no_weights():
    """All alike: the present weights stay, with the widest intervals, and it is said."""
    matching = policy(0.7, 0.3)(MENTORS, MENTEES)
    alike = {(pair.mentor, pair.mentee): 4 for pair in matching.pairs}
    found = suggest_weights(rmatch.rematch(matching), alike)
    assert [(w.suggested, w.low, w.high) for w in found.weights] == [
        (w.now, 0, 1) for w in found.weights
    ]
    assert found.expected_change == 0
    assert "no part goes with better ratings" in found.doubts


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"resamples": 0}, "resamples=0; a whole number"),
        ({"seed": -1}, "seed=-1; a whole number"),
        ({"ratings": [4, 5]}, r"ratings=\[4, 5\]; a dict"),
        ({"ratings": {"m1": 4}}, r"ratings: \['m1'\]; pairs"),
        ({"ratings": {("m0", "s0"): math.nan}}, "is nan, no number"),
        ({"matching": None}, "matching=None; a matching of people"),
    ],
)
def test_ratings_that_are_none_are_refused(options, message):
    """One clear error, before any fit."""
    matching = policy(0.7, 0.3)(MENTORS, MENTEES)
    rated = {(pair.mentor, pair.mentee): 1 + n % 5 for n, pair in enumerate(matching.pairs)}
    asked = {"matching": matching, "ratings": rated}
    with pytest.raises(rmatch.InvalidInputError, match=message):
        suggest_weights(**{**asked, **options})


def test_what_is_assumed_stands_under_the_figures():
    """Nobody reads the figures of a simulation without what was put in."""
    result = simulate(MENTORS[:4], MENTEES[:4], {"best": policy(1, 0.1)}, cycles=1,
                      assumptions=TRUTH, seed=5)  # fmt: skip
    assert str(result).startswith("best, cycle 1: 4 pairs of 4 mentors and 4 mentees, mean rating ")
    assert "all of it assumed (seed 5): " in str(result)
    assert "noise 0.2" in str(result)
