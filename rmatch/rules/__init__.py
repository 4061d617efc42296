"""Pair rules, each of which allows or forbids one pair at a time; cohort rules, about many.

Add a rule by writing one class in the file of its family, and its name here.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from rmatch.rules.barriers import Clearance, InformationBarrier, PartnerWish
from rmatch.rules.base import PairRule, Predicate
from rmatch.rules.cohort import (
    COHORT_RULES,
    BurdenCap,
    ChangeBudget,
    CohortRule,
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
from rmatch.rules.eligibility import ActiveDuring, Consent, PersonRule, Tenure, Trained
from rmatch.rules.fields import Different, Same
from rmatch.rules.generation import CohortGap, GenerationGap
from rmatch.rules.history import NotPrevious
from rmatch.rules.meeting import PlaceAndFormat
from rmatch.rules.practical import (
    Accessibility,
    CommonLanguage,
    SharedSlots,
    TimeZoneDifference,
    WorkingHoursOverlap,
)
from rmatch.rules.safety import Conflicts, ReportingLine, Vetoes
from rmatch.rules.seniority import SeniorityGap
from rmatch.rules.skill import MinimumScore, MustCoverTopGoal, PartAtLeast, TeachingMargin

if TYPE_CHECKING:
    from rmatch.people import Roster

#: The rules that protect people, by the column that each reads. The command line adds them.
PROTECTING: dict[str, PairRule] = {
    "manager": ReportingLine(unknown_managers="head"),
    "vetoes": Vetoes(),
    "needs": Accessibility(),
    "consent": Consent(),
}


def unread(
    mentors: Roster, mentees: Roster, rules: Iterable[PairRule | CohortRule]
) -> dict[str, PairRule]:
    """Return the rules of ``PROTECTING`` that are not among some, where anybody has the column."""
    asked = {type(rule) for rule in rules}
    return {
        column: rule
        for column, rule in PROTECTING.items()
        if type(rule) not in asked and (mentors.had(column) or mentees.had(column))
    }


#: Every pair rule that files and tests know by name. A user's own rule needs no registration.
RULES: dict[str, type[PairRule]] = {
    rule.__name__: rule
    for rule in (
        Accessibility,
        ActiveDuring,
        Clearance,
        CohortGap,
        CommonLanguage,
        Conflicts,
        Consent,
        Different,
        GenerationGap,
        InformationBarrier,
        MinimumScore,
        MustCoverTopGoal,
        NotPrevious,
        PartAtLeast,
        PartnerWish,
        PlaceAndFormat,
        ReportingLine,
        Same,
        SeniorityGap,
        SharedSlots,
        TeachingMargin,
        Tenure,
        TimeZoneDifference,
        Trained,
        Vetoes,
        WorkingHoursOverlap,
    )
}

__all__ = [
    "COHORT_RULES",
    "RULES",
    "Accessibility",
    "ActiveDuring",
    "BurdenCap",
    "ChangeBudget",
    "Clearance",
    "CohortGap",
    "CohortRule",
    "CommonLanguage",
    "Conflicts",
    "Consent",
    "Different",
    "FairnessFloor",
    "GenerationGap",
    "GroupBalance",
    "InformationBarrier",
    "LockedPairs",
    "MinimumScore",
    "MustCoverTopGoal",
    "NoTwoCycles",
    "NotPrevious",
    "PairCount",
    "PairRule",
    "PairShare",
    "PairsIfAny",
    "PairsPerPerson",
    "PartAtLeast",
    "PartnerWish",
    "PeopleCount",
    "PersonRule",
    "PlaceAndFormat",
    "Predicate",
    "Priority",
    "ReleaseCap",
    "ReportingLine",
    "RunningPairs",
    "Same",
    "SeatLimit",
    "SeniorityGap",
    "SeparatePartners",
    "SharedSlots",
    "TeachingMargin",
    "Tenure",
    "TimeBudget",
    "TimeZoneDifference",
    "Trained",
    "Vetoes",
    "WorkingHoursOverlap",
]
