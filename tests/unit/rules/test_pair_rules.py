"""Each pair rule by plain facts: these two people, allowed or not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

import rmatch
from rmatch import Goal, Person
from rmatch.rules import (
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
    MustCoverTopGoal,
    NotPrevious,
    PairRule,
    PartnerWish,
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

ORG = {"ceo": None, "vp": "ceo", "lead": "vp", "ann": "lead", "bob": "lead", "out": "ceo"}
LINE = ReportingLine(org=ORG)
DATES = ("2026-01-01", "2026-06-30")


def person(name="x", **fields):
    known = {key: value for key, value in fields.items() if key in Person.__dataclass_fields__}
    extra = {key: value for key, value in fields.items() if key not in known}
    return Person(id=name, **known, extra=extra)


FACTS = [
    # rule, the mentor, the mentee, allowed
    (SeniorityGap(2), {"level": 3}, {"level": 5}, True),
    (SeniorityGap(2), {"level": 3}, {"level": 4}, False),
    (SeniorityGap(1, 3), {"level": 1}, {"level": 5}, False),
    (SeniorityGap(1), {"level": 5}, {"level": 3}, False),
    # limits hold for decimals as they are written: as floats, 4.1 - 3.1 is less than 1
    (SeniorityGap(1), {"level": 3.1}, {"level": 4.1}, True),
    (SeniorityGap(0, 0.1), {"level": 5.1}, {"level": 5.2}, True),
    (GenerationGap(0.3, 0.3), {"birth_year": 1990.4}, {"birth_year": 1990.1}, True),
    (TeachingMargin(1.1), {"skills": {"AI": 3.3}},
     {"goals": {"AI": Goal(5)}, "skills": {"AI": 2.2}}, True),
    (MustCoverTopGoal(1.1), {"skills": {"AI": 3.3}},
     {"goals": {"AI": Goal(5)}, "skills": {"AI": 2.2}}, True),
    (SeniorityGap(1), {}, {"level": 3}, True),  # unknown is flagged, not forbidden
    (SeniorityGap(1, missing="fail"), {}, {"level": 3}, False),
    (GenerationGap(15), {"birth_year": 1995}, {"birth_year": 1980}, True),
    (GenerationGap(15), {"birth_year": 1994}, {"birth_year": 1980}, False),
    (GenerationGap(5, 20), {"birth_year": 1995}, {"birth_year": 1970}, False),
    # bands: the gap must be certain at both ends
    (GenerationGap(15), {"birth_year": (1990, 1999)}, {"birth_year": (1966, 1975)}, True),
    (GenerationGap(15), {"birth_year": (1990, 1999)}, {"birth_year": (1967, 1976)}, False),
    (GenerationGap(5, 20, True), {"birth_year": 1970}, {"birth_year": 1990}, True),
    (GenerationGap(5, 20, True), {"birth_year": 1970}, {"birth_year": 1991}, False),
    (GenerationGap(5, None, True), {"birth_year": (1970, 1976)}, {"birth_year": 1980}, False),
    (SeniorityGap(2, 3, True), {"level": 5}, {"level": 3}, True),
    (SeniorityGap(2, 3, True), {"level": 5}, {"level": 4}, False),
    (SeniorityGap(2, 3, True), {"level": 5}, {"level": 1}, False),
    (CohortGap(1, True), {"birth_year": 1970}, {"birth_year": 1985}, True),
    (CohortGap(2, True), {"birth_year": 1970}, {"birth_year": 1985}, False),
    (CohortGap(1), {"birth_year": 1985}, {"birth_year": 1970}, True),  # Millennial and X
    (CohortGap(1), {"birth_year": 1985}, {"birth_year": 1996}, False),  # both Millennial
    (CohortGap(2), {"birth_year": 1999}, {"birth_year": 1970}, True),
    (TeachingMargin(1), {"skills": {"AI": 3}}, {"goals": {"AI": Goal(5)}, "skills": {"AI": 2}},
     True),
    (TeachingMargin(2), {"skills": {"AI": 3}}, {"goals": {"AI": Goal(5)}, "skills": {"AI": 2}},
     False),
    (TeachingMargin(1), {"skills": {"SQL": 5}}, {"goals": {"AI": Goal(5)}}, False),
    (TeachingMargin(1, 2), {"skills": {"AI": 3, "SQL": 3}},
     {"goals": {"AI": Goal(5), "SQL": Goal(5)}}, True),
    (MustCoverTopGoal(), {"skills": {"AI": 4}},
     {"goals": {"AI": Goal(5, 3), "SQL": Goal(5, 1)}}, True),
    (MustCoverTopGoal(), {"skills": {"SQL": 4}},
     {"goals": {"AI": Goal(5, 3), "SQL": Goal(5, 1)}}, False),
    (Same("site"), {"site": "Oslo"}, {"site": "Oslo"}, True),
    (Same("site"), {"site": "Oslo"}, {"site": "Rome"}, False),
    (Different("badge"), {"badge": 3}, {"badge": 3}, False),
    (Different("badge"), {"badge": 3}, {"badge": 4}, True),
    (CommonLanguage(), {"languages": {"English": "C1"}}, {"languages": {"English": "B2"}}, True),
    (CommonLanguage(), {"languages": {"English": "C1"}}, {"languages": {"English": "B1"}}, False),
    (CommonLanguage("A1"), {"languages": {"French": "A1"}}, {"languages": {"German": "C2"}},
     False),
    (TimeZoneDifference(3), {"timezone": "Europe/Paris"}, {"timezone": "Europe/London"}, True),
    (TimeZoneDifference(3), {"timezone": "Europe/Paris"}, {"timezone": "Asia/Kolkata"}, False),
    (TimeZoneDifference(4.5), {"timezone": "Europe/Paris"}, {"timezone": "Asia/Kolkata"}, True),
    # New York is one hour nearer to Phoenix in winter than in summer; the worst day counts
    (TimeZoneDifference(2), {"timezone": "America/New_York"}, {"timezone": "America/Phoenix"},
     False),
    (TimeZoneDifference(2, "2026-01-15"), {"timezone": "America/New_York"},
     {"timezone": "America/Phoenix"}, True),
    (WorkingHoursOverlap(120), {"timezone": "Europe/Paris", "working_hours": "09:00-17:00"},
     {"timezone": "America/New_York", "working_hours": "08:00-16:00"}, True),
    (WorkingHoursOverlap(240), {"timezone": "Europe/Paris", "working_hours": "09:00-17:00"},
     {"timezone": "America/New_York", "working_hours": "08:00-16:00"}, False),
    # Berlin goes back to winter on 25 October 2026, Cairo only on the 30th: five days count.
    (WorkingHoursOverlap(420, ("2026-10-02", "2026-12-31")),
     {"timezone": "Europe/Berlin", "working_hours": "09:00-17:00"},
     {"timezone": "Africa/Cairo", "working_hours": "09:00-17:00"}, False),
    (WorkingHoursOverlap(420, ("2026-10-30", "2026-12-31")),
     {"timezone": "Europe/Berlin", "working_hours": "09:00-17:00"},
     {"timezone": "Africa/Cairo", "working_hours": "09:00-17:00"}, True),
    (TimeZoneDifference(1), {"timezone": "Europe/Berlin"}, {"timezone": "Africa/Cairo"}, False),
    (WorkingHoursOverlap(120), {"timezone": "UTC", "working_hours": "22:00-06:00"},
     {"timezone": "Asia/Tokyo", "working_hours": "09:00-12:00"}, True),
    (SharedSlots(2), {"slots": frozenset({"mon", "tue"})}, {"slots": frozenset({"tue", "mon"})},
     True),
    (SharedSlots(2), {"slots": frozenset({"mon", "tue"})}, {"slots": frozenset({"tue", "wed"})},
     False),
    (Accessibility(), {"needs": frozenset({"ramp"})}, {"accepts": frozenset({"ramp"})}, True),
    (Accessibility(), {}, {"needs": frozenset({"ramp"})}, False),
    (Conflicts([("m", "s")]), {}, {}, False),
    (Conflicts([("s", "m")]), {}, {}, False),
    (Conflicts([("s", "x")]), {}, {}, True),
    (Vetoes(), {"vetoes": frozenset({"s"})}, {}, False),
    (Vetoes(), {}, {"vetoes": frozenset({"m"})}, False),
    (Vetoes(), {}, {"vetoes": frozenset({"x"})}, True),
    (Tenure(12), {"tenure_months": 12}, {"tenure_months": 1}, True),
    (Tenure(12, who="both"), {"tenure_months": 12}, {"tenure_months": 1}, False),
    (Trained(), {"trained": True}, {"trained": False}, False),
    # whoever is known not to pass does not, whatever is not known of the other
    (Trained(), {"trained": False}, {}, False),
    (Trained(), {}, {"trained": False}, False),
    (Trained(), {}, {"trained": True}, True),
    (Trained(missing="fail"), {}, {"trained": True}, False),
    (Consent(missing="pass"), {"consent": False}, {}, False),
    (Tenure(12, who="both"), {"tenure_months": 3}, {}, False),
    (Trained(who="mentor"), {"trained": True}, {"trained": False}, True),
    (Consent(), {"consent": True}, {}, False),  # no answer is no consent
    (Consent(), {"consent": True}, {"consent": True}, True),
    # the last day of a programme counts: clocks in Paris went forward on the day before
    (WorkingHoursOverlap(120, ("2026-03-24", "2026-03-30")),
     {"timezone": "Europe/Paris", "working_hours": "09:00-11:00"},
     {"timezone": "Africa/Lagos", "working_hours": "09:00-11:00"}, False),
    (ActiveDuring(*DATES), {"active_to": "2026-05-31"}, {}, False),
    (ActiveDuring(*DATES, 90), {"active_to": "2026-05-31"}, {}, True),
    (ActiveDuring(*DATES, 90), {"active_to": "2026-05-31"}, {"active_from": "2026-04-01"}, False),
    (NotPrevious([("m", "s")]), {}, {}, False),
    (NotPrevious([("s", "m")]), {}, {}, True),
    (NotPrevious([("s", "m")], either_way=True), {}, {}, False),
    (InformationBarrier("department", [("Law", "Sales")]), {"department": "Law"},
     {"department": "Sales"}, False),
    (InformationBarrier("department", [("Law", "Sales")]), {"department": "Law"},
     {"department": "Law"}, True),
    (InformationBarrier("department", [("Law", "Sales")]), {}, {"department": "IT"}, False),
    (Clearance(), {"clearance": 2}, {"clearance": 1, "need": 2}, True),
    (Clearance(), {"clearance": 1}, {"clearance": 2, "need": 2}, False),
    (PartnerWish(), {"gender": "man"}, {"partner_gender": "Woman"}, False),
    (PartnerWish(), {"gender": "woman"}, {"partner_gender": "Woman"}, True),
    (PartnerWish(), {}, {"partner_gender": "woman"}, False),
    (PartnerWish(), {"gender": "man"}, {}, True),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "mentor", "mentee", "allowed"), FACTS)
def test_given_these_facts(rule, mentor, mentee, allowed):
    """Given two people, the rule allows or forbids, and says the same in words."""
    one, other = person("m", **mentor), person("s", **mentee)
    assert rule.allows(one, other) is allowed
    assert rule.explain(one, other)


@pytest.mark.parametrize(
    ("rule", "one", "other", "allowed"),
    [
        (LINE, "ann", "lead", False),
        (LINE, "lead", "ann", False),
        (LINE, "ann", "ceo", False),
        (LINE, "ann", "bob", True),
        (LINE, "ann", "out", True),
        (LINE.replace(depth="direct"), "ann", "vp", True),
        (LINE.replace(depth="skip"), "ann", "vp", False),
        (LINE.replace(depth="skip"), "ann", "ceo", True),
        (LINE.replace(depth=3), "ann", "ceo", False),
        (LINE.replace(siblings=True), "ann", "bob", False),
        (LINE.replace(dotted=[("ann", "out")]), "out", "ann", False),
        (LINE.replace(waived=[("ann", "ceo")]), "ann", "ceo", True),
    ],
)
def test_reporting_lines(rule, one, other, allowed):
    """Above or below, as far as the depth says; waivers and dotted lines by name."""
    assert rule.allows(person(one), person(other)) is allowed


ERRORS = [
    (lambda: SeniorityGap(3, 1), "max_levels"),
    (lambda: GenerationGap(20, 10), "max_years"),
    (lambda: CommonLanguage("Z9"), "Z9"),
    (lambda: SharedSlots(0), "at_least"),
    (lambda: Same("site", missing="maybe"), "missing='maybe'; one of 'fail', 'pass', 'flag'"),
    (
        lambda: ReportingLine(depth="up"),
        "depth='up'; one of 'chain', 'skip', 'direct' or a whole number",
    ),
    (lambda: ReportingLine(waived=[("a", "a")]), "pairs of two different ids"),
    (lambda: InformationBarrier("x", ["ab", "c"]), r"walls: \['ab', 'c'\]; pairs of two different"),
    (lambda: Tenure(who="all"), "who='all'; one of 'both', 'mentor', 'mentee'"),
    (lambda: ActiveDuring("2026-02-01", "2026-01-01"), "is before start"),
    (lambda: ActiveDuring("2026-13-01", "2027-01-01"), "start='2026-13-01'; a day such as"),
    (lambda: ActiveDuring("2026-01-01", "2026-01-31", 32), "min_days=32; 0 to 31"),
    (lambda: TimeZoneDifference(3, "July"), "on='July'; a day such as"),
    (lambda: TimeZoneDifference(-1), "max_hours=-1; at least 0"),
    (lambda: WorkingHoursOverlap(60, ("2026-02-01", "2026-01-01")), "first and its last day"),
    (lambda: WorkingHoursOverlap(60, "2026-02-01"), "a list, or None, is needed"),
    (lambda: WorkingHoursOverlap(-60), "min_minutes=-60; 0 to 1440"),
    (lambda: MustCoverTopGoal(0), "margin=0; a margin above 0"),
    (lambda: Same("site", ["Oslo"]), "pairs of two different values"),
    (lambda: Different(["site"]), "the name of a column is needed"),
    (lambda: Different(""), "the name of a column is needed"),
    (lambda: SeniorityGap(2, either_way="no"), "either_way='no'; True or False is needed"),
    (lambda: GenerationGap(2, either_way=float("nan")), "either_way=nan; True or False is needed"),
]


@pytest.mark.parametrize(("make", "message"), ERRORS)
def test_bad_parameters_are_refused(make, message):
    """A rule that makes no sense is refused where it is made."""
    with pytest.raises(rmatch.InvalidInputError, match=message):
        make()


@pytest.mark.parametrize(
    ("rule", "column"),
    [(GenerationGap(5), "'birth_year' or 'age' or 'age_band'"),
     (WorkingHoursOverlap(60), "'working_hours'")],
)  # fmt: skip
def test_a_missing_column_is_called_what_people_write(rule, column):
    """Not by the names of the columns that are made of it."""
    with pytest.raises(rmatch.InvalidInputError, match=f"column {column}, which nobody has"):
        rmatch.match(
            [{"id": "m", "skills": "AI", "timezone": "UTC"}],
            [{"id": "s", "goals": "AI", "timezone": "UTC"}], rules=[rule],
        )  # fmt: skip


def test_a_column_that_nobody_has_is_refused():
    """A rule on a misspelt field would silently allow everybody."""
    with pytest.raises(rmatch.InvalidInputError, match="'depratment', which nobody has"):
        rmatch.match(
            [{"id": "m", "skills": "AI"}], [{"id": "s", "goals": "AI"}],
            rules=[Different("depratment")],
        )  # fmt: skip


def test_a_class_or_a_score_part_is_no_rule():
    """Two easy slips are named."""
    people = [{"id": "m", "skills": "AI"}], [{"id": "s", "goals": "AI"}]
    with pytest.raises(rmatch.InvalidInputError, match=r"is a class; write Vetoes\(\)"):
        rmatch.match(*people, rules=[Vetoes])
    with pytest.raises(rmatch.InvalidInputError, match=r"belongs into score="):
        rmatch.match(*people, rules=[Same("site").soft()])


def test_rules_of_whom_one_could_meet_are_checked_too():
    """A rule within a rule needs its column like any other, and must be a rule."""
    people = [{"id": "m", "skills": "AI"}], [{"id": "s", "goals": "AI"}]
    rule = NotPrevious([("m", "s")], until_all_seen=True, among=[Same("site")])
    with pytest.raises(rmatch.InvalidInputError, match="same_site reads the column 'site'"):
        rmatch.match(*people, rules=[rule])
    with pytest.raises(rmatch.InvalidInputError, match=r"among=.*; pair rules are allowed"):
        NotPrevious([("m", "s")], among=[len])


@dataclass(frozen=True)
class Given(PairRule):
    """A rule of a user, who gives for all pairs, or for one, what rules do not give."""

    rectangle: Any = None
    one: Any = True

    def mask(self, mentors, mentees):
        if self.rectangle is None:
            return super().mask(mentors, mentees)
        return self.rectangle(len(mentors), len(mentees))

    def holds(self, mentor, mentee):
        return self.one


@pytest.mark.parametrize("solver", ["auto", "pricing"])
@pytest.mark.parametrize(
    ("rule", "message"),
    [
        (Given(lambda m, n: np.ones((m, n), int)), "given gave an array of int64; booleans"),
        (Given(lambda m, n: np.full((m, n), np.nan)), "given gave an array of float64; booleans"),
        (Given(lambda m, n: np.ones((n, m), bool)), r"shape \(3, 2\); .* = \(2, 3\) is needed"),
        (Given(lambda m, n: np.ones((m, 1), bool)), r"shape \(2, 1\); .* = \(2, 3\) is needed"),
        (Given(lambda m, n: True), r"shape \(\); .* = \(2, 3\) is needed"),
        (Given(one="no"), "given gave 'no' for mentor 'a' and mentee 'x'; True, False, or None"),
        (Given(one=float("nan")), "given gave nan for mentor 'a'"),
    ],
)
def test_what_a_users_rule_gives_is_checked(rule, message, solver):
    """A matrix that lies the other way, or a "no" that counts as yes, would decide silently."""
    mentors = [{"id": name, "skills": "AI"} for name in "ab"]
    mentees = [{"id": name, "goals": "AI"} for name in "xyz"]
    with pytest.raises(rmatch.InvalidInputError, match=message):
        rmatch.match(mentors, mentees, rules=[rule], solver=solver)


@pytest.mark.parametrize("rule", [SeniorityGap(0.9), SeniorityGap(0, 0.3), GenerationGap(16.3),
                                  TeachingMargin(0.2), MustCoverTopGoal(0.3)])  # fmt: skip
def test_decimals_at_a_limit_are_one_rule_in_both_forms(rule):
    """The fast form and the twin count levels and years as they are written."""
    tenths = [round(1 + step / 10, 1) for step in range(40)]
    mentors = [{"id": f"m{at}", "level": x, "birth_year": 1980 + x, "skills": {"AI": x}}
               for at, x in enumerate(tenths)]  # fmt: skip
    mentees = [{"id": f"s{at}", "level": x, "birth_year": 1960 + x, "goals": "AI",
                "skills": {"AI": x}} for at, x in enumerate(tenths)]  # fmt: skip
    problem = rmatch.match(mentors, mentees, rules=[rule]).problem
    allowed = rule.form(problem.mentors, problem.mentees).block(slice(None), slice(None))
    for row, mentor in enumerate(problem.mentors):
        for col, mentee in enumerate(problem.mentees):
            assert allowed[row, col] == rule.allows(mentor, mentee), (mentor.id, mentee.id)


def people_of_departments(*names):
    """Return one mentor and one mentee of the two departments."""
    one, other = names
    return [{"id": "m", "skills": "AI", "department": one, "floor": 1}], [
        {"id": "s", "goals": "AI", "department": other, "floor": 2}
    ]


def test_values_in_rules_are_found_as_people_spell_them():
    """A wall between Audit and Sales is one between audit and SALES."""
    people = people_of_departments("audit", "SALES")
    wall = InformationBarrier("department", [("Audit", "Sales")])
    assert len(rmatch.match(*people, rules=[wall])) == 0
    transfer = Same("department", also=[("Audit", "Sales")])
    assert len(rmatch.match(*people, rules=[transfer])) == 1


def test_numbers_may_pass_as_the_same_too():
    """``also`` holds values of the field, numbers where the field holds numbers."""
    people = people_of_departments("Law", "Law")
    assert len(rmatch.match(*people, rules=[Same("floor")])) == 0
    rule = Same("floor", also=[(1, 2)])
    assert len(rmatch.match(*people, rules=[rule])) == 1
    assert rule.describe() == "the same floor, or 1 and 2"


def test_values_that_nobody_has_are_noted():
    """A slip in a wall would keep nobody apart, in silence."""
    people = people_of_departments("Law", "Sales")
    rules = [InformationBarrier("department", [("Law", "Slaes")]), Same("floor", also=[(1, 2)])]
    notes = rmatch.match(*people, rules=rules).notes
    said = "rule information_barrier names what nobody has as department: Slaes"
    assert [note for note in notes if "names what" in note] == [said]
