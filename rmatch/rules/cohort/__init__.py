"""Cohort rules: each is about many pairs at once. They go into the same ``rules=[...]``.

Add a rule by writing one class in the file of its family, and its name here.
"""

from rmatch.rules.cohort.base import Breach, CohortRule, PricedRule
from rmatch.rules.cohort.change import ChangeBudget
from rmatch.rules.cohort.counts import PairsIfAny, PairsPerPerson, RunningPairs, SeatLimit
from rmatch.rules.cohort.fairness import FairnessFloor, GroupBalance
from rmatch.rules.cohort.groups import PeopleCount, ReleaseCap, SeparatePartners
from rmatch.rules.cohort.loads import BurdenCap, NoTwoCycles, TimeBudget
from rmatch.rules.cohort.locks import LockedPairs
from rmatch.rules.cohort.priority import Priority
from rmatch.rules.cohort.shares import PairCount, PairShare

#: Every cohort rule that files and tests know by name. A user's own rule needs no registration.
COHORT_RULES: dict[str, type[CohortRule]] = {
    rule.__name__: rule
    for rule in (
        BurdenCap,
        ChangeBudget,
        FairnessFloor,
        GroupBalance,
        LockedPairs,
        NoTwoCycles,
        PairCount,
        PairShare,
        PairsIfAny,
        PairsPerPerson,
        PeopleCount,
        Priority,
        ReleaseCap,
        RunningPairs,
        SeatLimit,
        SeparatePartners,
        TimeBudget,
    )
}

__all__ = [
    "COHORT_RULES",
    "Breach",
    "BurdenCap",
    "ChangeBudget",
    "CohortRule",
    "FairnessFloor",
    "GroupBalance",
    "LockedPairs",
    "NoTwoCycles",
    "PairCount",
    "PairShare",
    "PairsIfAny",
    "PairsPerPerson",
    "PeopleCount",
    "PricedRule",
    "Priority",
    "ReleaseCap",
    "RunningPairs",
    "SeatLimit",
    "SeparatePartners",
    "TimeBudget",
]
