"""Reach and matching: who takes part, who is matched, who could be."""

from __future__ import annotations

from datetime import date
from functools import partial

import numpy as np

from rmatch.metrics.base import Measure, Measured, figure, mean, metric, present, share
from rmatch.metrics.facts import Facts
from rmatch.metrics.observed import SIDES


@metric("applicants / people asked to take part", "invited")
def participation_rate(facts: Facts) -> Measured:
    """A figure of hygiene, not of success: a pilot for volunteers is meant to be small."""
    invited = facts.observed.invited
    return present(
        *(share(facts.size(side), invited[side], of=side) for side in SIDES if side in invited)
    )


@metric("applicants of a unit or level / people of it asked to take part", "invited_by")
def participation_by(facts: Facts) -> Measured:
    """By any column of labels or numbers: department, site, level. Small units are hidden."""
    found = []
    for side, columns in facts.observed.invited_by.items():
        for name, asked in columns.items():
            came = facts.labels(side, name)
            found += present(
                *(
                    share(came[label], many, of=f"{side}, {name} {label}", partition=side + name)
                    for label, many in asked.items()
                )
            )
    return found


@metric("people with a pair / people of that side")
def match_rate(facts: Facts) -> Measured:
    """Read it beside the stranded rate: nobody can match people without an eligible partner."""
    return present(
        *(share(int((facts.load[side] > 0).sum()), facts.size(side), of=side) for side in SIDES)
    )


@metric("people without any eligible partner / people of that side")
def stranded_rate(facts: Facts) -> Measured:
    """Above 5 % the rules, not the matching, are what to look at."""
    return present(
        *(
            share(int((facts.options.count[side] == 0).sum()), facts.size(side), of=side)
            for side in SIDES
        )
    )


@metric("eligible pairs / (mentors x mentees); the interval is over people of the side")
def eligibility_density(facts: Facts) -> Measured:
    """Above 15 % is comfortable. The value is the same for both sides, its interval is not."""
    if 0 in facts.problem.shape:
        return None
    return present(
        *(mean(facts.options.count[s] / facts.size(t), of=s) for s, t in (SIDES, SIDES[::-1]))
    )


@metric("pairs / places")
def capacity_use(facts: Facts) -> Measured:
    """For mentors 0.7 to 0.8 is often quoted as good: it leaves room for late joiners."""
    bounds = facts.problem.bounds
    places = {"mentees": int(bounds.mentee_most.sum()), "mentors": int(bounds.mentor_most.sum())}
    return present(*(share(len(facts.matching), places[side], of=side) for side in SIDES))


@metric("days from sign-up to the start of the first pair", "signed_up", "events")
def time_to_match(facts: Facts) -> Measured:
    """Median and 90th percentile, over those who signed up and have started."""
    first: dict[str, date] = {}
    for event in facts.happened("started"):
        for person in (event.mentor, event.mentee):
            first[person] = min(event.on, first.get(person, event.on))
    signed = facts.observed.signed_up
    days = [(first[person] - signed[person]).days for person in sorted(first.keys() & signed)]
    return present(
        figure(days, np.median, of="median"), figure(days, partial(np.quantile, q=0.9), of="p90")
    )


@metric("accepted pairs / decided pairs", "decisions")
def acceptance_rate(facts: Facts) -> Measured:
    """Of the pairs that were proposed and decided."""
    return _decided(facts, "accepted")


@metric("pairs changed by an administrator / decided pairs", "decisions")
def override_rate(facts: Facts) -> Measured:
    """What to watch is its trend: overrides say which rule or weight is missing."""
    return _decided(facts, "overridden")


def _decided(facts: Facts, outcome: str) -> Measure | None:
    decisions = list(facts.observed.decisions.values())
    return share(decisions.count(outcome), len(decisions))
