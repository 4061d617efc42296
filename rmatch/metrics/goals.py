"""Goals and knowledge transfer: what can be taught, what was learned."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np

from rmatch.answers.people import Lesson, open_goals
from rmatch.metrics.base import Measure, Measured, mean, metric, present, share
from rmatch.metrics.facts import Facts
from rmatch.metrics.observed import SIDES
from rmatch.problem import Problem
from rmatch.scoring.coverage import levels_of

_COVERED = 0.5  # a goal counts as covered from half of the way on


@metric("goals of which a partner can teach at least half / open goals; and by importance")
def goals_covered(facts: Facts) -> Measured:
    """Open goals are those whose target is above the present level, of matched and unmatched.

    The second figure is the mean over people of the share of their goals by importance.
    """
    if not facts.with_people:
        return None
    found = []
    for side in SIDES:
        roster = getattr(facts.problem, side)
        shares: list[float] = []
        covered = wanted = 0
        for row, person in enumerate(roster):
            goals = len(open_goals(person))
            if goals:
                lessons = _covered(facts, side, row)
                wanted += goals
                covered += len(lessons)
                shares.append(sum(lesson.share for lesson in lessons))
        found += present(share(covered, wanted, of=side), mean(shares, of=f"{side}, by importance"))
    return found


def _covered(facts: Facts, side: str, row: int) -> list[Lesson]:
    lessons = facts.lessons[side].get(row, [])
    best = {lesson.skill: lesson for lesson in lessons if lesson.covered >= _COVERED}
    return list(best.values())


@dataclass(frozen=True, slots=True)
class Supply:
    """Who wants a skill, and the places of the mentors who can teach it to some of them."""

    skill: str
    wanted: int  # mentees with an open goal
    places: int

    @property
    def ratio(self) -> float:
        """Places for each mentee who wants it."""
        return self.places / self.wanted


def skill_supply(problem: Problem) -> tuple[Supply, ...]:
    """Return supply and demand of each skill that mentees want, the scarcest first.

    A mentor is able who is above the level of at least one mentee with that goal; rules are not
    looked at. The places of a mentor count for each of their skills, so this is an upper limit.

    Examples
    --------
    >>> import rmatch
    >>> matching = rmatch.match([{"id": "m", "skills": "AI:4"}], [{"id": "s", "goals": "AI; SQL"}])
    >>> [(each.skill, each.wanted, each.places) for each in skill_supply(matching.problem)]
    [('SQL', 1, 0), ('AI', 1, 1)]
    """
    goals, skills = problem.mentees.ragged("goals"), problem.mentors.ragged("skills")
    start = levels_of(problem.mentees.ragged("skills"), goals)
    wanting = goals.values > start
    wanted = np.bincount(goals.codes[wanting], minlength=len(goals.labels))
    lowest = np.full(len(goals.labels), np.inf)
    np.minimum.at(lowest, goals.codes[wanting], start[wanting])
    able = skills.values > lowest[skills.codes]
    places = problem.bounds.mentor_most[skills.rows[able]]
    supply = np.bincount(skills.codes[able], places, minlength=len(goals.labels))
    found = [
        Supply(goals.labels[code], int(wanted[code]), int(supply[code]))
        for code in np.flatnonzero(wanted).tolist()
    ]
    return tuple(sorted(found, key=lambda each: (each.ratio, each.skill)))


@metric("places of able mentors / mentees with that goal: the lowest, the median, skills short")
def skill_supply_ratio(facts: Facts) -> Measured:
    """The whole table is :func:`rmatch.metrics.goals.skill_supply`."""
    found = skill_supply(facts.problem) if facts.with_people else ()
    if not found:
        return None
    ratios, short = [each.ratio for each in found], sum(each.ratio < 1 for each in found)
    return present(
        Measure(min(ratios), found[0].wanted, of="lowest", note=found[0].skill),
        Measure(float(np.median(ratios)), len(found), of="median over skills"),
        share(short, len(found), of="skills below 1"),
    )


@metric("sum over pairs and goals of the levels that can be learned")
def knowledge_transfer(facts: Facts) -> Measured:
    """In levels: min(gap, teaching margin) for each goal of each pair."""
    if not facts.with_people:
        return None
    found = []
    for side in SIDES:
        learned = [
            sum(lesson.reached - lesson.now for lesson in lessons)
            for lessons in facts.pair_lessons[side]
        ]
        found.append(Measure(float(sum(learned)), len(learned), of=side))
    return found


@metric("(after - before) / (top of the scale - before), mean over assessments", "assessments")
def learning_gain(facts: Facts) -> Measured:
    """The normalised gain; who was at the top already has nothing to gain and is left out.

    R. R. Hake, "Interactive-engagement versus traditional methods", American Journal of Physics
    66, 1998.
    """
    top = facts.problem.mentees.scale.high if facts.with_people else 1.0
    levels = [each for each in facts.observed.assessments.values() if each[0] < top]
    return mean([(after - before) / (top - before) for before, after in levels])


@metric("goals reached / open goals of mentees with a pair", "events", "on")
def goal_attainment(facts: Facts) -> Measured:
    """From the events ``goal_reached``, at most as many for each mentee as they have goals."""
    if not facts.with_people:
        return None
    reached = Counter(event.mentee for event in facts.happened("goal_reached"))
    mentees = facts.problem.mentees
    wanted = met = 0
    for row in np.flatnonzero(facts.load["mentees"]).tolist():
        goals = len(open_goals(mentees.person(row)))
        wanted += goals
        met += min(reached[mentees.ids[row]], goals)
    return share(met, wanted)


@metric("mean over people of the mean of their items", "scales")
def questionnaires(facts: Facts) -> Measured:
    """Personal learning, relationship quality: whatever scale the programme uses.

    The library stores means of items only; the texts of scales belong to their authors.
    """
    scales = facts.observed.scales
    return present(*(mean(list(people.values()), of=name) for name, people in scales.items()))
