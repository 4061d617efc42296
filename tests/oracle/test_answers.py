"""Every cost that an answer states is what a plain solve by another solver says, exactly."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import permutations, product
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import rmatch
from rmatch import Person, Problem, read_roster, solvers
from rmatch.answers import variants
from rmatch.answers.residual import NO_WAY
from rmatch.answers.whatif import BySolving, FromPrices
from rmatch.candidates import Candidates, all_candidates
from rmatch.check import check
from rmatch.matrix import MatrixProblem
from rmatch.rules import Different, MinimumScore, PairRule, Predicate, Same, SeniorityGap
from rmatch.scoring import Convenience, CustomScore, TeachingCoverage
from rmatch.solvers import Infeasible, Options


@st.composite
def problems(draw: Any) -> MatrixProblem:
    """Small matrices with ties, negative scores, capacities, minimums, seats, both objectives."""
    mentors, mentees = draw(st.integers(1, 5)), draw(st.integers(1, 5))
    numbers = st.integers(-2, 6)
    scores = [[draw(numbers) for _ in range(mentees)] for _ in range(mentors)]
    allowed = [[draw(st.integers(0, 3)) > 0 for _ in range(mentees)] for _ in range(mentors)]
    return MatrixProblem.of(
        np.array(scores),
        np.array(allowed),
        mentor_capacity=[draw(st.integers(0, 3)) for _ in range(mentors)],
        mentee_capacity=[draw(st.integers(0, 2)) for _ in range(mentees)],
        mentor_minimum=[draw(st.sampled_from([0, 0, 0, 0, 1])) for _ in range(mentors)],
        seats=draw(st.none() | st.integers(0, 6)),
        objective=draw(st.sampled_from(["total_score", "coverage_first"])),
    )


def plain(candidates: Candidates) -> int | None:
    """The optimum by NetworkX; None where minimums or locks cannot hold."""
    try:
        return solvers.get("networkx").solve(candidates, Options()).objective
    except Infeasible:
        return None


def with_edge(candidates: Candidates, row: int, col: int, gain: int) -> Candidates:
    """The same program with one more edge."""
    mentor, mentee = np.append(candidates.mentor, row), np.append(candidates.mentee, col)
    gains = np.append(candidates.gain, gain)
    order = np.lexsort((mentor, mentee))
    return candidates.replace(
        mentor=mentor[order].astype(np.int32),
        mentee=mentee[order].astype(np.int32),
        gain=gains[order],
    )


def edge(candidates: Candidates, row: int, col: int) -> int:
    return int(np.flatnonzero((candidates.mentor == row) & (candidates.mentee == col))[0])


def forced(candidates: Candidates, row: int, col: int) -> int | None:
    return plain(candidates.replace(locked=np.array([edge(candidates, row, col)])))


def extra_place(candidates: Candidates, side: str, person: int) -> Candidates:
    most = getattr(candidates.bounds, f"{side}_most").copy()
    most[person] += 1
    return candidates.replace(bounds=replace(candidates.bounds, **{f"{side}_most": most}))


def solved(problem: MatrixProblem) -> rmatch.Matching | None:
    try:
        return rmatch.solve(problem, solver="flow")
    except rmatch.InfeasibleError:
        return None


@given(problems())
def test_forcing_a_pair_costs_what_a_solve_with_the_pair_locked_says(problem: Any) -> None:
    """why_not states an exact cost, and None exactly where nothing legal contains the pair."""
    matching = solved(problem)
    if matching is None:
        return
    program = all_candidates(problem)
    taken = set(zip(matching.rows.tolist(), matching.cols.tolist(), strict=True))
    for row, col in np.argwhere(problem.allowed).tolist():
        if (row, col) in taken:
            assert matching.why_not(row, col).verdict == "paired"
            continue
        answer, other = matching.why_not(row, col), forced(program, row, col)
        assert answer.cost == (None if other is None else matching.units - other)
        assert (answer.verdict == "impossible") == (other is None)


@given(problems())
def test_the_chain_of_moves_is_a_legal_matching_of_the_stated_cost(problem: Any) -> None:
    """The pairs that go and come, applied, keep all bounds and lose exactly the stated cost."""
    matching = solved(problem)
    if matching is None:
        return
    pairs = set(zip(matching.rows.tolist(), matching.cols.tolist(), strict=True))
    for row, col in np.argwhere(problem.allowed).tolist():
        engine = matching._what_if
        change = (
            engine.forbid(row, col)
            if (row, col) in pairs
            else engine.force(row, col, int(problem.gains[row, col]))
        )
        if change is None:
            continue
        assert set(change.removed) <= pairs
        assert not set(change.added) & pairs
        after = sorted((pairs - set(change.removed)) | set(change.added))
        assert ((row, col) in after) == ((row, col) not in pairs)
        assert check(problem, after, matching.units - change.cost) == []


@given(problems())
def test_doing_without_a_pair_costs_what_a_solve_without_it_says(problem: Any) -> None:
    """Why.worth is the optimum less the optimum of the problem without this pair."""
    matching = solved(problem)
    if matching is None:
        return
    program = all_candidates(problem)
    for row, col in zip(matching.rows.tolist(), matching.cols.tolist(), strict=True):
        rest = np.delete(np.arange(len(program)), edge(program, row, col))
        other = plain(program.take(rest))
        worth = matching.why(row, col).worth
        assert worth == (None if other is None else matching.units - other)


@given(problems())
def test_alternatives_are_all_partners_by_exact_cost(problem: Any) -> None:
    """The list holds every partner that can be had, the cheapest first, at the right cost."""
    matching = solved(problem)
    if matching is None:
        return
    program = all_candidates(problem)
    taken = set(zip(matching.rows.tolist(), matching.cols.tolist(), strict=True))
    for side, axis in (("mentor", 0), ("mentee", 1)):
        for person in range(problem.shape[axis]):
            expected = {}
            for row, col in np.argwhere(problem.allowed).tolist():
                if (row, col)[axis] == person and (row, col) not in taken:
                    value = forced(program, row, col)
                    if value is not None:
                        expected[(col, row)[axis]] = matching.units - value
            found = matching.alternatives(person, 9, side=side).options
            assert {option.partner: option.cost for option in found} == expected
            assert [option.cost for option in found] == sorted(expected.values())


@given(problems())
def test_an_extra_place_brings_what_a_solve_with_it_says(problem: Any) -> None:
    """The worth of one more place of a mentor, also of one who has none, is exact."""
    matching = solved(problem)
    if matching is None:
        return
    program = all_candidates(problem)
    worth = matching._what_if.extra_mentor_places
    for row in range(problem.shape[0]):
        assert plain(extra_place(program, "mentor", row)) == matching.units + int(worth[row])


@dataclass(frozen=True)
class Gap(PairRule):
    """A rule with steps, like the seniority gap, and with an exception for one person."""

    least: int = 0
    waived: frozenset[tuple[str, str]] = frozenset()

    def holds(self, mentor: Person, mentee: Person) -> bool | None:
        if (mentor.id, mentee.id) in self.waived:
            return True
        assert mentee.level is not None
        assert mentor.level is not None
        return mentee.level - mentor.level >= self.least

    def loosened(self) -> Iterator[PairRule]:
        for least in range(self.least - 1, -1, -1):
            yield self.replace(least=least)


@st.composite
def rosters(draw: Any) -> Problem:
    """Small rosters with a rule that has steps, a rule without, and coarse scores with ties."""
    sides = []
    for side in ("m", "s"):
        people = [
            Person(
                id=f"{side}{at}", level=draw(st.integers(0, 4)), site=draw(st.sampled_from("ab"))
            )
            for at in range(draw(st.integers(1, 4)))
        ]
        sides.append(read_roster(people))
    seed = draw(st.integers(0, 99))
    table = np.random.default_rng(seed).integers(0, 5, (9, 9)) / 4
    score = CustomScore(function=lambda m, s: float(table[int(m.id[1:]), int(s.id[1:])]))
    rules = [Gap(least=draw(st.integers(0, 4))), Same("site")]
    objective = draw(st.sampled_from(["total_score", "coverage_first"]))
    return Problem.of(*sides, rules=rules, score=[score], objective=objective)


def optimum(problem: Problem, must: tuple[str, int] | None = None) -> int | None:
    """The optimum by NetworkX, where somebody must be matched if asked."""
    program = all_candidates(problem)
    if must is not None:
        side, person = must
        least = getattr(program.bounds, f"{side}_least").copy()
        least[person] = 1
        program = program.replace(bounds=replace(program.bounds, **{f"{side}_least": least}))
    return plain(program)


@given(rosters())
def test_a_waived_pair_brings_what_a_solve_with_it_allowed_says(problem: Problem) -> None:
    """For a forbidden pair, waived_gain is exact, and the rules named are those that forbid it."""
    matching = rmatch.solve(problem)
    _, allowed = problem.block(slice(None), slice(None))
    for row, col in np.argwhere(~allowed).tolist():
        mentor, mentee = problem.mentors.person(row), problem.mentees.person(col)
        pair = frozenset({(mentor.id, mentee.id)})
        same = Predicate(function=lambda m, s, pair=pair: m.site == s.site or (m.id, s.id) in pair)
        other = optimum(problem.replace(rules=[problem.rules[0].replace(waived=pair), same]))
        answer = matching.why_not(mentor.id, mentee.id)
        assert other is not None
        assert answer.waived_gain == (other - matching.units) * problem.unit
        broken = {rule.name for rule in problem.rules if not rule.allows(mentor, mentee)}
        assert {verdict.rule for verdict in answer.rules} == broken


@given(rosters())
def test_a_rule_loosened_for_one_person_matches_them_and_no_smaller_step_does(
    problem: Problem,
) -> None:
    """The optimum rises by the stated gain and has the person; a step less changes nothing."""
    matching = rmatch.solve(problem)
    for side, unmatched in (
        ("mentor", matching.unmatched_mentors),
        ("mentee", matching.unmatched_mentees),
    ):
        for person in unmatched:
            answer = matching.why_unmatched(person.id, side=side)
            for remedy in answer.remedies:
                if remedy.rule == "gap":
                    check_steps(problem, matching, side, person.id, remedy)


def check_steps(problem: Problem, matching: Any, side: str, person: str, remedy: Any) -> None:
    """Waive the pairs of one person that each step allows, and solve."""
    roster = problem.mentors if side == "mentor" else problem.mentees
    steps = [*problem.rules[0].loosened(), None][: remedy.step]
    for at, step in enumerate(steps, 1):
        waived = frozenset(
            (mentor.id, mentee.id)
            for mentor in problem.mentors
            for mentee in problem.mentees
            if person == (mentor.id if side == "mentor" else mentee.id)
            and (step is None or step.allows(mentor, mentee))
        )
        changed = problem.replace(rules=[problem.rules[0].replace(waived=waived), Same("site")])
        gain = round(remedy.gain / problem.unit) if at == remedy.step else 0
        assert optimum(changed) == matching.units + gain
        if at == remedy.step:
            assert optimum(changed, (side, roster.index(person))) == matching.units + gain


@given(problems())
def test_the_place_that_would_match_somebody_does(problem: Any) -> None:
    """With the proposed place the optimum rises by the gain, and some optimum has the person."""
    matching = solved(problem)
    if matching is None:
        return
    program = all_candidates(problem)
    for side, other, axis, used in (
        ("mentee", "mentor", 1, matching.cols),
        ("mentor", "mentee", 0, matching.rows),
    ):
        for person in np.setdiff1d(np.arange(problem.shape[axis]), used).tolist():
            for remedy in matching.why_unmatched(person, side=side).remedies:
                assert remedy.kind == "place"
                changed = extra_place(program, other, remedy.partner)
                assert plain(changed) == matching.units + remedy.gain
                least = getattr(changed.bounds, f"{side}_least").copy()
                least[person] = 1
                bounds = replace(changed.bounds, **{f"{side}_least": least})
                assert plain(changed.replace(bounds=bounds)) == matching.units + remedy.gain


@given(problems())
def test_solving_again_and_reading_the_prices_agree(problem: Any) -> None:
    """Both ways of answering give the same costs, so that either may serve."""
    matching = solved(problem)
    if matching is None:
        return
    fast, slow = matching._what_if, BySolving(matching, all_candidates(problem))
    assert isinstance(fast, FromPrices)
    for col in range(problem.shape[1]):
        costs = fast.costs_for_mentee(col, problem.gains[:, col])
        again = slow.costs_for_mentee(col, problem.gains[:, col])
        chosen = matching.rows[matching.cols == col]
        for row in np.flatnonzero(problem.allowed[:, col]).tolist():
            if row not in chosen:
                assert min(costs[row], NO_WAY) == again[row]
    assert fast.extra_mentor_places.tolist() == slow.extra_mentor_places.tolist()


def test_a_heuristic_matching_is_told_what_a_pair_would_gain() -> None:
    """Where nothing is proven, a change may raise the total; the words say so."""
    problem = MatrixProblem.of(np.array([[5, 4], [4, 0]]))
    matching = rmatch.solve(problem, solver="greedy")
    answer = matching.why_not(0, 1)
    assert answer.cost == -3
    assert "the total would rise by 3" in answer.words


@pytest.mark.parametrize("seed", range(3))
def test_one_question_among_many_people_is_one_shortest_path(seed: int) -> None:
    """At 60 x 50 with capacities, random questions agree with plain solves."""
    rng = np.random.default_rng(seed)
    problem = MatrixProblem.of(
        rng.integers(0, 1000, (60, 50)),
        rng.random((60, 50)) < 0.4,
        mentor_capacity=rng.integers(1, 3, 60),
        seats=45,
    )
    matching = rmatch.solve(problem)
    program = all_candidates(problem)
    for row, col in rng.permutation(np.argwhere(problem.allowed))[:10].tolist():
        answer = matching.why_not(row, col)
        if answer.verdict != "paired":
            assert answer.cost == matching.units - (forced(program, row, col) or 0)


def test_of_equally_cheap_chains_the_shortest_is_told() -> None:
    """Forcing a pair of a matrix of ties: as few pairs change as in any optimum that has it."""
    gains = np.random.default_rng(1).integers(1, 4, (6, 6))
    matching = rmatch.solve(MatrixProblem.of(gains))
    kept = set(zip(matching.rows.tolist(), matching.cols.tolist(), strict=True))
    perfect = [set(zip(range(6), order, strict=True)) for order in permutations(range(6))]
    for row, col in set(np.ndindex(6, 6)) - kept:
        change = matching._what_if.force(row, col, int(gains[row, col]))
        assert change is not None
        worth = [
            (sum(int(gains[pair]) for pair in pairs), -len(kept - pairs))
            for pairs in perfect
            if (row, col) in pairs
        ]
        best, changes = max(worth)
        assert (change.cost, len(change.removed)) == (matching.units - best, -changes)


@pytest.mark.parametrize("scale", [1, 1 << 54])
def test_costs_are_exact_beyond_what_floats_hold(scale: int) -> None:
    """What forcing a pair costs, to the unit, where totals are small and where they are huge."""
    rng = np.random.default_rng(3)
    gains = rng.integers(0, 9, (6, 5)) * scale + rng.integers(0, 9, (6, 5))
    problem = MatrixProblem.of(gains, mentor_capacity=2)
    matching, program = rmatch.solve(problem), all_candidates(problem)
    taken = set(zip(matching.rows.tolist(), matching.cols.tolist(), strict=True))
    for row, col in set(np.ndindex(gains.shape)) - taken:
        change = matching._what_if.force(row, col, int(gains[row, col]))
        assert change is not None
        assert change.cost == matching.units - (forced(program, row, col) or 0)


@pytest.mark.parametrize(("each", "large"), [(1, False), (1, True), (8, False), (8, True)])
@settings(max_examples=40)
@given(problem=rosters())
def test_every_rule_cost_is_what_a_solve_without_the_rule_says(
    each: int, large: bool, problem: Problem
) -> None:
    """All subsets of dropped rules and all steps, with a pool of one pair each and of more."""
    matching = rmatch.solve(problem)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(variants, "_EACH", each)
        patch.setattr(variants, "suits", lambda *_: large)
        kinds = variants.Variants(matching, problem.pair_rules)
        states = [range(-1, len(steps) + 1) for steps in kinds.steps]
        for variant in product(*states):
            rules = [
                rule if state == 0 else kinds.steps[at][state - 1]
                for at, (rule, state) in enumerate(zip(problem.pair_rules, variant, strict=True))
                if state != variants.DROPPED
            ]
            assert kinds.units(variant) == optimum(problem.replace(rules=rules))


@pytest.mark.parametrize("large", [False, True])
def test_rule_costs_of_a_programme_equal_plain_solves_with_few_solves(
    large: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At 40 x 40 with four rules, capacities, minimums and seats: those of a plain solve."""
    monkeypatch.setattr(variants, "suits", lambda *_: large)
    rng = np.random.default_rng(5)
    sides = [
        [
            {
                "id": f"{side}{at}",
                "level": int(rng.integers(*levels)),
                "site": str(rng.choice(["Oslo", "Rome", "Bonn"])),
                "department": str(rng.choice(["A", "B"])),
                "skills": {f"k{k}": int(rng.integers(1, 6)) for k in rng.choice(9, 3, False)},
                "goals": {f"k{k}": 5 for k in rng.choice(9, 2, False)},
                "capacity": int(rng.integers(0, 3)),
                "minimum": int(side == "m" and at == 1),
            }
            for at in range(40)
        ]
        for side, levels in (("m", (1, 6)), ("s", (3, 8)))
    ]
    sides[0][1]["capacity"] = 2
    rules = [SeniorityGap(2), Same("site"), Different("department"), MinimumScore(0.2)]

    def plain_one(*states: Any) -> rmatch.Matching:
        kept = [rule for rule in states if rule is not None]
        return rmatch.match(*sides, rules=kept, seats=20, objective="coverage_first")

    matching = plain_one(*rules)
    rules = list(matching.problem.rules)  # as they are told apart there
    kinds = variants.Variants(matching, rules)
    solves = 0
    for variant in product(*[range(-1, len(steps) + 1) for steps in kinds.steps]):
        states = [
            None if state == variants.DROPPED else [rule, *steps][state]
            for rule, steps, state in zip(rules, kinds.steps, variant, strict=True)
        ]
        found = plain_one(*states)
        solves += 1
        assert kinds.units(variant) == found.units
        assert kinds.outcome(variant).objective == found.objective
    assert kinds.solves < solves


@st.composite
def skilled(draw: Any) -> tuple[list[dict[str, Any]], list[dict[str, Any]], dict[str, Any]]:
    """A few people with skills, goals, sites and capacities, an objective and perhaps seats."""
    levels, sites = st.integers(1, 5), st.sampled_from(["Oslo", "Rome"])
    skills = st.dictionaries(st.sampled_from(["AI", "SQL", "R"]), levels, max_size=2)
    mentors = [
        {
            "id": f"m{at}",
            "level": draw(st.integers(1, 3)),
            "site": draw(sites),
            "skills": draw(skills),
            "capacity": draw(st.integers(0, 2)),
        }
        for at in range(draw(st.integers(1, 3)))
    ]
    mentees = [
        {
            "id": f"s{at}",
            "level": draw(st.integers(2, 5)),
            "site": draw(sites),
            "goals": draw(skills),
            "capacity": draw(st.integers(1, 4)),
        }
        for at in range(draw(st.integers(1, 4)))
    ]
    mentees[0]["goals"] = {"AI": 5}
    objective = draw(st.sampled_from(["total_score", "coverage_first"]))
    return mentors, mentees, {"objective": objective, "seats": draw(st.sampled_from([None, 1, 3]))}


@given(skilled())
def test_a_newcomer_brings_what_a_solve_with_them_says(case: Any) -> None:
    """People and score gained by each skill's best newcomer, and by each further one."""
    mentors, mentees, options = case
    options |= {
        "rules": [SeniorityGap(1)],
        "score": [TeachingCoverage(), Convenience(timezone=None, weight=0.25)],
    }
    matching = rmatch.match(mentors, mentees, scale="1-5", **options)
    models = {mentor["id"]: mentor for mentor in mentors}

    def with_one_more(present: list[Any], profile: Any) -> tuple[list[Any], rmatch.Matching]:
        like = models[profile.like] if profile.like in models else present[-1]
        newcomer = {**like, "skills": {profile.skill: profile.level}, "capacity": 1}
        larger = [*present, {**newcomer, "id": f"new {len(present)}"}]
        return larger, rmatch.match(larger, mentees, scale="1-5", **options)

    found = rmatch.recruit(matching, n=2)
    for profile in found.skills:
        _, after = with_one_more(mentors, profile)
        first = options["objective"] == "coverage_first"
        people = matched(after) - matched(matching) if first else 0
        assert profile.effect.people == people
        assert profile.effect.score == after.score - matching.score
    present, before = mentors, matching
    for hire in found.hires:
        if hire.profile.like not in models:
            break  # modelled on the one before
        present, after = with_one_more(present, hire.profile)
        assert hire.score == after.score
        assert hire.effect.score == after.score - before.score
        before = after


def matched(matching: rmatch.Matching) -> int:
    return len(set(matching.rows.tolist())) + len(set(matching.cols.tolist()))


@given(skilled())
def test_no_profile_of_one_skill_brings_more_than_the_best(case: Any) -> None:
    """Every skill, level and model, tried by solving, stays within the first hire's gain."""
    mentors, mentees, options = case
    options |= {"objective": "total_score", "rules": [SeniorityGap(1)]}
    options |= {"score": [TeachingCoverage()]}
    matching = rmatch.match(mentors, mentees, scale="1-5", **options)
    best = max((hire.effect.score for hire in rmatch.recruit(matching, n=1).hires), default=0.0)
    for model, skill, level in product(mentors, ("AI", "SQL", "R"), (1, 3, 5)):
        newcomer = {**model, "id": "new", "skills": {skill: level}, "capacity": 1}
        after = rmatch.match([*mentors, newcomer], mentees, scale="1-5", **options)
        assert after.score - matching.score <= best
