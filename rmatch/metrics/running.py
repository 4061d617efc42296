"""Running the pairs and outcomes: sessions, satisfaction, how long pairs last, what changed."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from rmatch.intervals import Interval
from rmatch.metrics.base import Measure, Measured, figure, mean, metric, present, share
from rmatch.metrics.facts import Facts
from rmatch.metrics.observed import SIDES
from rmatch.names import label, labels

VOLUNTEERS = "volunteers differ from others; without a comparison this shows no effect"


@metric("sessions held / sessions planned", "events", "on")
def session_completion(facts: Facts) -> Measured:
    """Sessions held beyond the plan of a pair do not make up for those of another."""
    pairs = facts.health.pairs
    return share(
        sum(min(pair.held, pair.planned) for pair in pairs), sum(pair.planned for pair in pairs)
    )


@metric("pairs that go on and that no risk rule names / pairs", "events", "on")
def active_pairs(facts: Facts) -> Measured:
    """The rules are those of :class:`rmatch.living.pair_health.RiskRules`."""
    pairs = facts.health.pairs
    return share(sum(not pair.ended and not pair.at_risk for pair in pairs), len(pairs))


@metric("pairs that ended before the planned end / pairs", "events", "on", "planned_end")
def early_closure(facts: Facts) -> Measured:
    """Counts ends up to the day observed, but for pairs that started again."""
    planned = facts.observed.planned_end
    assert planned is not None
    early = {
        (event.mentor, event.mentee) for event in facts.happened("ended") if event.on < planned
    }
    pairs = facts.health.pairs
    over = sum(pair.ended and (pair.mentor, pair.mentee) in early for pair in pairs)
    return share(over, len(pairs))


@metric("share of pairs still together after the last day on which one ended", "events", "on")
def pairs_together(facts: Facts) -> Measured:
    """The end of the Kaplan-Meier curve, which takes young pairs into account."""
    curve = facts.health.survival
    if not curve.days:
        return None
    interval = Interval(curve.low[-1], curve.high[-1])
    note = f"after {curve.days[-1]} days"
    return Measure(curve.share[-1], len(facts.health.pairs), interval, note=note)


@metric("mean answer, 1 to 5", "satisfaction")
def satisfaction(facts: Facts) -> Measured:
    """By side."""
    answers = facts.observed.satisfaction
    return present(*(mean(_of(facts, side, answers), of=side) for side in SIDES))


@metric("share of answers 9 and 10 - share of answers 0 to 6", "recommend")
def net_promoter_score(facts: Facts) -> Measured:
    """From -1 to 1, by side."""
    found = []
    for side in SIDES:
        answers = np.array(_of(facts, side, facts.observed.recommend))
        points = (answers >= 9).astype(int) - (answers <= 6)
        found += present(figure(points, np.mean, of=side))
    return found


@metric("mean rating of the pair by its people, 1 to 5", "events")
def match_rating(facts: Facts) -> Measured:
    """What :func:`rmatch.living.feedback.suggest_weights` learns from."""
    return mean([event.value for event in facts.happened("rated") if event.value is not None])


@metric("people who would take part again / people asked", "would_repeat")
def would_repeat(facts: Facts) -> Measured:
    """By side."""
    answers = {side: _of(facts, side, facts.observed.would_repeat) for side in SIDES}
    return present(*(share(int(sum(said)), len(said), of=side) for side, said in answers.items()))


@metric("difference between participants and a comparison group", "uplifts")
def outcome_difference(facts: Facts) -> Measured:
    """Retention, promotion, mobility: always with the comparison it rests on."""
    return [
        Measure(
            each.effect,
            each.treated + each.control,
            Interval(each.low, each.high),
            of=name,
            note="; ".join((f"method {each.method}", *each.warnings)),
        )
        for name, each in facts.observed.uplifts.items()
    ]


@metric("sessions held x hours x 2 people", "events", "on", "session_hours")
def hours_spent(facts: Facts) -> Measured:
    """Working time of both people."""
    return Measure(_hours(facts), len(facts.health.pairs))


@metric("hours x cost of an hour / goals reached", "events", "on", "session_hours", "hourly_cost")
def cost_per_goal(facts: Facts) -> Measured:
    """In the currency of ``hourly_cost``."""
    reached = len(facts.happened("goal_reached"))
    cost = _hours(facts) * (facts.observed.hourly_cost or 0.0)
    return Measure(cost / reached, reached, note=VOLUNTEERS) if reached else None


def _hours(facts: Facts) -> float:
    return len(facts.happened("held")) * (facts.observed.session_hours or 0.0) * 2


def _of(facts: Facts, side: str, answers: Mapping[str, float]) -> list[float]:
    given = {label(person): answer for person, answer in answers.items()}
    return [given[person] for person in labels(facts.ids(side)) if person in given]
