"""What callers pass wrongly is named where they pass it, with the value and what is allowed."""

from __future__ import annotations

import copy
import inspect
import math
import pickle
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest

import rmatch
from rmatch.objectives import Matched, Pairs, Score, Tiers
from rmatch.reading import check_people
from rmatch.report.evidence import verify
from rmatch.rules import (
    ActiveDuring,
    BurdenCap,
    Clearance,
    CohortGap,
    CommonLanguage,
    Conflicts,
    Consent,
    Different,
    FairnessFloor,
    GenerationGap,
    LockedPairs,
    MinimumScore,
    NotPrevious,
    PairRule,
    PairsPerPerson,
    PartnerWish,
    PeopleCount,
    Predicate,
    Priority,
    ReleaseCap,
    ReportingLine,
    SeniorityGap,
    TimeBudget,
    TimeZoneDifference,
)
from rmatch.scoring import (
    Convenience,
    CustomScore,
    PerspectiveDistance,
    TableScore,
    TeachingCoverage,
)

MENTORS = [{"id": "m", "level": 1, "skills": "AI:4"}]
MENTEES = [{"id": "s", "level": 5, "goals": "AI:4"}]


def matched():
    return rmatch.match(MENTORS, MENTEES)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: SeniorityGap("2"), "seniority_gap: min_levels='2'; a finite number is needed"),
        (lambda: SeniorityGap(math.nan), "min_levels=nan"),
        (lambda: SeniorityGap(10**400), "min_levels=1000"),
        (lambda: SeniorityGap(1, math.inf), "max_levels=inf; a finite number, or None, is needed"),
        (lambda: GenerationGap(True), "min_years=True"),
        (lambda: Priority("field", "high"), "weight='high'"),
        (lambda: TimeBudget(mentor_hours="2"), "mentor_hours='2'"),
        (lambda: PairsPerPerson("mentees", 1.5), "least=1.5; a whole number"),
        (lambda: TeachingCoverage(weight="1"), "weight='1'"),
        (lambda: Convenience(max_hours=math.nan), "max_hours=nan"),
        (lambda: rmatch.Scale(5, 1), r"Scale\(5, 1\)"),
        (lambda: rmatch.Scale(1, math.inf), "Scale: high=inf"),
    ],
)
def test_numbers_are_numbers(make, message):
    """A wrong parameter is refused when the rule or part is made, not by numpy at its first use."""
    with pytest.raises(rmatch.InvalidInputError, match=message):
        make()


def _function(_mentor, _mentee):
    return True


WORDS = np.array(["fail", "pass"])


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: SeniorityGap(2, either_way="no"), "either_way='no'; True or False is needed"),
        (lambda: CohortGap(1, either_way=math.nan), "either_way=nan; True or False"),
        (lambda: NotPrevious(until_all_seen="false"), "until_all_seen='false'; True or False"),
        (lambda: GenerationGap(15, reason=3), "generation_gap: reason=3; text is needed"),
        (lambda: Predicate(function=_function, label=3), "predicate: label=3; text is needed"),
        (lambda: CustomScore(_function, None), "custom_score: label=None; text is needed"),
        (lambda: Clearance(clearance=3), "clearance=3; the name of a column is needed"),
        (lambda: Priority(None), "priority: field=None; the name of a column is needed"),
        (lambda: FairnessFloor(""), "fairness_floor: field=''; the name of a column"),
        (lambda: PartnerWish(None), "partner_wish: field=None; the name of a column"),
        (lambda: BurdenCap(running=3), "running=3; the name of a column, or None, is needed"),
        (lambda: Matched(field=3, values=[1]), "Matched: field=3; the name of a column"),
        (lambda: Tiers(None), "tiers=None; a list is needed"),
        (lambda: Tiers([Pairs("x")]), "Pairs: rule='x'; a pair rule"),
        (lambda: Matched(ids=None), "Matched: ids=None; a list is needed"),
        (lambda: BurdenCap(values=None), "burden_cap: values=None; a list is needed"),
        (lambda: PerspectiveDistance(on=None), "on=None; a list is needed"),
        (lambda: PerspectiveDistance(on=[3]), r"on=\[3\]; the names of one or more columns"),
        (lambda: PeopleCount(np.array("x"), most=1), "people=array.*; a list is needed"),
        (lambda: TableScore("a", "b", 3), "table=3; a dict is needed"),
        (lambda: SeniorityGap(1, missing=WORDS), "missing=array.*; one of 'fail', 'pass', 'flag'"),
        (lambda: CommonLanguage(WORDS), "level=array.*; text is needed"),
        (lambda: Consent(who=pd.Series(["a"])), "one of 'both', 'mentor', 'mentee' is needed"),
        (lambda: ActiveDuring("2026-01-01", pd.NaT), "end=NaT; a day such as"),
        (lambda: TimeZoneDifference(on=pd.NaT), "on=NaT; a day such as"),
        (lambda: rmatch.Programme(rules=None), "programme: rules=None; a list is needed"),
        (lambda: rmatch.Programme(synonyms=["a"]), r"synonyms=\['a'\]; a dict is needed"),
        (lambda: MinimumScore(pd.NA), "least=<NA>; a finite number is needed"),
    ],
)
def test_parameters_are_what_they_are_declared_to_be(make, message):
    """The text "no" is true in Python, and an array has no truth: neither is guessed at."""
    with pytest.raises(rmatch.InvalidInputError, match=message):
        make()


def test_what_is_as_good_as_the_declared_type_becomes_it():
    """Fractions and numpy's scalars work, print and are written as plain numbers."""
    assert type(MinimumScore(Fraction(1, 4)).least) is float
    assert SeniorityGap(np.int64(2), either_way=np.True_) == SeniorityGap(2, either_way=True)
    rules = [MinimumScore(Fraction(1, 3)), TimeBudget(most=Fraction(5, 3))]
    score = [TeachingCoverage(weight=Fraction(1, 3))]
    assert len(rmatch.match(MENTORS, MENTEES, rules=rules, score=score)) == 1


@dataclass(frozen=True)
class _Own(PairRule):
    when: date | None = None
    wanted: Unknown = 3  # noqa: F821
    names: list[str] = None  # a default is its class's own affair
    strict: bool = False

    def holds(self, mentor, mentee):
        return True


def test_rules_of_ones_own_are_checked_where_their_types_are_known():
    """Other annotations are left alone, even those that only a type checker finds."""
    assert _Own(date(2026, 1, 31), object(), ["a"]).names == ["a"]
    for wrong in ({"names": "ab"}, {"strict": "no"}):
        with pytest.raises(rmatch.InvalidInputError, match=r"_own: (names='ab'|strict='no'); "):
            _Own(**wrong)


def test_dicts_given_to_rules_are_copied_and_cannot_be_changed():
    """A rule is the same as long as it lives, and past its checks nothing gets into it."""
    table, org, most = {("IT", "IT"): 1.0}, {"a": None}, {"IT": 1}
    made = TableScore("department", "department", table), ReportingLine(org=org), ReleaseCap(most)
    held = [made[0].table, made[1].org, made[2].most]
    for given, mine in zip((table, org, most), held, strict=True):
        assert mine == given == copy.deepcopy(mine) == pickle.loads(pickle.dumps(mine))
        given.clear()
        assert len(mine) == 1
        for change in (mine.clear, mine.popitem, lambda mine=mine: mine.update(a=1)):
            with pytest.raises(TypeError, match="make a changed one with replace"):
                change()
    programme = rmatch.Programme(rules=made[1:], score=made[:1])
    assert rmatch.Programme.from_toml(programme.to_toml()) == programme
    assert len({hash(each) for each in made}) == 3


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"rules": SeniorityGap(2)}, "a list is needed: rules="),
        ({"rules": None}, "rules=None; a list is needed"),
        ({"rules": "SeniorityGap"}, "a list is needed: rules="),
        ({"score": TeachingCoverage()}, "a list is needed: score="),
        ({"score": [None]}, "None is not a score part"),
        ({"score": [TeachingCoverage]}, r"write TeachingCoverage\(\)"),
        ({"seed": -1}, "seed=-1; a whole number of at least 0"),
        ({"seed": "a"}, "seed='a'"),
        ({"seed": 1.5}, "seed=1.5"),
        ({"seats": math.nan}, "seats=nan"),
        ({"seats": "2"}, "seats='2'"),
        ({"synonyms": ["AI"]}, r"synonyms=\['AI'\]; a dict of names to names"),
        ({"rename": {"x": 1}}, "rename="),
        ({"rules": [PartnerWish("gendr", "level")]}, "reads the column 'gendr', which nobody has"),
        ({"rules": [Different("Team")]}, "a column of that name is read as 'department'"),
        ({"as_of": "2025"}, "as_of='2025'; a year from 1900"),
    ],
)
def test_options_are_what_they_should_be(options, message):
    """A wrong option of match() is named with its value."""
    with pytest.raises(rmatch.InvalidInputError, match=message):
        rmatch.match(MENTORS, MENTEES, **options)


@pytest.mark.parametrize(
    ("ask", "message"),
    [
        (lambda matching: matching.alternatives("m", "a"), "n='a'; a whole number of at least 1"),
        (lambda matching: matching.alternatives("m", 1.5), "n=1.5"),
        (lambda matching: matching.recruit(True), "n=True"),
        (lambda matching: matching.training_plan(share="x"), "share='x'; 0 to 1"),
        (lambda matching: matching.why(["m"], "s"), r"no mentor has the id \['m'\]"),
        (lambda matching: rmatch.recruit(matching.problem), "recruit: .* type Problem; a Matching"),
        (lambda matching: rmatch.training_plan(matching.problem), "training_plan: .* a Matching"),
        (lambda matching: verify("evidence.zip", matching), "verify: .* give its .problem"),
        (lambda matching: Score("teaching_coverage"), "part='teaching_coverage'; a score part"),
        (lambda matching: rmatch.lottery(matching.problem, seed="a"), "seed='a'"),
        (lambda matching: rmatch.lottery(matching, seed=1), "lottery: .* give its .problem"),
        (lambda matching: rmatch.lottery(matching.problem, seed=1, draws="x"), "draws='x'"),
        (lambda matching: rmatch.lottery(matching.problem, seed=1, loss="x"), "loss='x'"),
    ],
)
def test_questions_are_checked_too(ask, message):
    """What is asked of a matching is checked like what it is made of."""
    with pytest.raises(rmatch.InvalidInputError, match=message):
        ask(rmatch.match(MENTORS, MENTEES))


def _taking_options():
    """Yield every public function that passes further keywords on."""
    for module in (rmatch, rmatch.living):
        for name in module._PUBLIC:
            value = getattr(module, name)
            if inspect.isfunction(value):
                kinds = {each.kind for each in inspect.signature(value).parameters.values()}
                if inspect.Parameter.VAR_KEYWORD in kinds:
                    yield value


@pytest.mark.parametrize("function", [*_taking_options(), check_people], ids=lambda f: f.__name__)
def test_a_misspelt_keyword_names_the_function_that_was_called(function):
    needed = [
        each
        for each in inspect.signature(function).parameters.values()
        if each.default is each.empty and each.kind is each.POSITIONAL_OR_KEYWORD
    ]
    says = rf"^{function.__name__}\(\) got an unexpected keyword argument 'zzz'$"
    with pytest.raises(TypeError, match=says):
        function(*[None] * len(needed), zzz=1)


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: rmatch.match(MENTORS, MENTEES, scal="1-5"), r"match\(\).*mean 'scale'"),
        (lambda: rmatch.match(MENTORS, MENTEES, objectiv="nash"), r"match\(\).*mean 'objective'"),
        (
            lambda: rmatch.match_matrix([[1]], mentor_capcity=2),
            r"match_matrix\(\).*mean 'mentor_capacity'",
        ),
        (lambda: rmatch.match_matrix([[1]], timelimit=2), r"match_matrix\(\).*mean 'time_limit'"),
        (lambda: rmatch.read_people([], renames={}), r"read_people\(\).*mean 'rename'"),
    ],
)
def test_a_misspelt_keyword_gets_a_suggestion(call, says):
    with pytest.raises(TypeError, match=says):
        call()


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Conflicts([None]), r"conflicts: \[None\]; pairs of two different ids"),
        (lambda: Conflicts(["ab"]), r"conflicts: \['ab'\]; pairs of two different ids"),
        (lambda: LockedPairs([5]), r"locked_pairs: \[5\]; pairs of two different ids"),
        (lambda: LockedPairs(["ab"]), r"locked_pairs: \['ab'\]; pairs of two different ids"),
        (lambda: PeopleCount("abc", most=1), "people='abc'; a list is needed"),
        (lambda: NotPrevious(["ab"]), r"not_previous: \['ab'\]; \(mentor, mentee\)"),
        (lambda: NotPrevious([None]), r"not_previous: \[None\]"),
        (lambda: NotPrevious([("a", "b", "2025")]), "a number, is needed"),
        (lambda: NotPrevious([("a", "b", 1)], cycles=-1), "cycles=-1; a whole number"),
        (
            lambda: ReportingLine(unknown_managers="ignore"),
            "unknown_managers='ignore'; one of 'error', 'head'",
        ),
        (lambda: ReportingLine(org=["a"]), r"org=\['a'\]; a dict is needed"),
        (lambda: matched().agreement("m", "s", sessions="x"), "sessions='x'; a whole number"),
        (lambda: matched().kpis(min_cell="x"), "min_cell='x'; a whole number"),
        (lambda: matched().kpis(min_cell=0), "min_cell=0; a whole number"),
        (lambda: matched().report("r.html", dated="2026-01-01"), "dated='2026-01-01'; a date"),
        (lambda: rmatch.rematch(matched(), drop=None), "drop=None; a list is needed"),
        (lambda: rmatch.rematch(matched(), drop=1.5), "drop=1.5; a list is needed"),
    ],
)
def test_what_is_no_list_no_pair_and_no_number_is_named(make, message, tmp_path, monkeypatch):
    """Text taken letter by letter, or a name that nothing reads, would be a silent wrong rule."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(rmatch.InvalidInputError, match=message):
        make()


@pytest.mark.parametrize("answer", ["no", "", 0, 1, math.nan, [], {}])
def test_a_function_as_a_rule_says_yes_or_no(answer):
    """The text "no" is true in Python; who may meet is never guessed."""

    def may(_mentor, _mentee):
        return answer

    with pytest.raises(
        rmatch.InvalidInputError, match=r"rule may gave .* for mentor 'm' and mentee"
    ):
        rmatch.match(MENTORS, MENTEES, rules=[may])
