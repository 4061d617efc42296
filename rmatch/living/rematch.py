"""Re-matching a running programme: people come, leave and change; what works stays.

The same problem is solved for today's people, with a worth on every earlier pair that is kept (see
``tilt``). An earlier pair that is not possible any more is ended and told, never kept in silence.
"""

from __future__ import annotations

import dataclasses
import math
import warnings
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from time import perf_counter
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from rmatch.answers.answer import Answer, plain
from rmatch.candidates import of_pairs
from rmatch.check import check
from rmatch.conflicts import infeasible
from rmatch.errors import InvalidInputError, UnknownPersonError
from rmatch.living.acceptance import State
from rmatch.living.carry import Carried, carried
from rmatch.living.changes import Change, EarlierPair, Ended, Reason, changes_of
from rmatch.living.tilt import Best, best_within
from rmatch.matching import Matching
from rmatch.names import did_you_mean
from rmatch.pipeline import by_mentor, refuse_faults
from rmatch.problem import Problem
from rmatch.reading import read_sides
from rmatch.rules import ChangeBudget, LockedPairs, NotPrevious
from rmatch.schema import MatchingRecord
from rmatch.solvers import Infeasible, Options, Status

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from rmatch.candidates import Bounds
    from rmatch.living.frontier import ChangeFrontier
    from rmatch.objectives import Objective
    from rmatch.people import Roster
    from rmatch.problem import Rule
    from rmatch.scoring.base import ScorePart

    Ids = tuple[str, str]
    Previous: TypeAlias = "Matching | Rematch | MatchingRecord | Mapping[Ids, Any] | Iterable[Ids]"


@dataclass(frozen=True, eq=False)
class Rematch(Answer):
    """A new matching, and what changed from the earlier one, each change with its reason.

    ``kept`` are the earlier pairs that go on, as (mentor, mentee) ids; ``ended`` those that do not,
    with the cause. ``given_up`` counts those among them that could have gone on: changes made for
    a better whole. What could not go on is no choice, and never counts.
    """

    matching: Matching
    kept: tuple[Ids, ...]
    ended: tuple[Ended, ...]
    changes: tuple[Change, ...]
    _plan: _Plan = dataclasses.field(repr=False)

    @property
    def given_up(self) -> int:
        """How many earlier pairs could have gone on and do not."""
        return sum(pair.reason is Reason.GIVEN_UP for pair in self.ended)

    @property
    def words(self) -> str:
        """Each change in a line, told by the person concerned."""
        if not self.changes:
            return f"Nothing changes: all {len(self.kept)} pairs go on."
        return "\n".join(change.words for change in self.changes)

    def rows(self) -> list[dict[str, Any]]:
        """Return one record for each change."""
        return [plain({**vars(each), "cause": each.cause.value}) for each in self.changes]

    def to_dict(self) -> dict[str, Any]:
        """Return the changes as plain data for JSON; the new pairs are in ``matching``."""
        return {
            "kept": [list(pair) for pair in self.kept],
            "ended": [plain({**vars(e), "reason": e.reason.value}) for e in self.ended],
            "changes": self.rows(),
            "given_up": self.given_up,
            "score": self.matching.score,
            "words": self.words,
        }

    def frontier(self, *, points: int | None = 20) -> ChangeFrontier:
        """Return the best objective for each number of changes, from the fewest on.

        Each point is exact. ``points`` limits their number, spread evenly; ``None`` asks for all.
        """
        from rmatch.living.frontier import change_frontier

        return change_frontier(self._plan.problem, *self._plan.legal, points)


@dataclass(frozen=True, eq=False)
class _Plan:
    """Today's problem without any worth on keeping, and the earlier pairs that may go on in it."""

    problem: Problem
    earlier: tuple[EarlierPair, ...]
    known: Carried | None

    @cached_property
    def legal(self) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Positions of the earlier pairs that may go on."""
        may = [pair for pair in self.earlier if pair.reason is None]
        mentors, mentees = self.problem.mentors, self.problem.mentees
        rows = [mentors.index(pair.mentor) for pair in may]
        cols = [mentees.index(pair.mentee) for pair in may]
        return np.array(rows, dtype=np.intp), np.array(cols, dtype=np.intp)

    @property
    def legal_ids(self) -> list[Ids]:
        """Ids of the earlier pairs that may go on."""
        return [(pair.mentor, pair.mentee) for pair in self.earlier if pair.reason is None]


def rematch(
    previous: Previous,
    mentors: Any = None,
    mentees: Any = None,
    *,
    drop: Sequence[str] = (),
    states: Mapping[Ids, str | State] | None = None,
    max_changes: float | None = None,
    price: float | None = None,
    rules: Sequence[Rule] | None = None,
    score: Sequence[ScorePart] | None = None,
    objective: str | Objective | None = None,
    seats: int | None = None,
    time_limit: float | None = None,
    **reading: Any,
) -> Rematch:
    """Return the best matching for today's people that keeps what works.

    A change is an earlier pair that could go on and does not. A pair that cannot go on, because
    somebody left, it was declined or a rule forbids it now, is ended whatever the budget, and
    people who were free may always be paired.

    Parameters
    ----------
    previous
        The earlier :class:`Matching` or :class:`Rematch`; a stored one, read by
        :meth:`rmatch.schema.MatchingRecord.from_dict`; or the earlier pairs, as (mentor, mentee)
        ids or as a dict from those to their states.
    mentors, mentees
        Today's people, as :func:`rmatch.match` takes them. Default: those of ``previous``.
    drop
        Ids of people who left.
    states
        What became of pairs, as ``PairLog.states()`` says: ``"declined"``, ``"lapsed"`` and
        ``"ended"`` pairs do not come back; ``"locked"`` pairs stay whatever happens, unless a
        safety rule forbids them now. All others go on where they can.
    max_changes
        The most changes. ``None`` (default) makes as few as possible, or with a ``price`` as many
        as pay; ``math.inf`` lets everything move. Changes that no matching avoids come on top.
    price
        What one change costs, in score.
    rules, score, objective, seats
        As in :func:`rmatch.match`; default those of ``previous``, its locks and budget of changes
        left out. Give ``rules`` again when somebody has another manager now.
    time_limit
        Seconds after which the best so far is returned.
    reading
        Options of :func:`rmatch.read_roster`.

    Raises
    ------
    InvalidInputError
        For unknown people and states, and whatever :func:`rmatch.match` raises.
    InfeasibleError
        When rules, locks and minimums cannot hold together.

    Examples
    --------
    >>> import rmatch
    >>> mentors = [{"id": "u-201", "skills": "AI:5"}, {"id": "u-377", "skills": "AI:4"}]
    >>> mentees = [{"id": "u-044", "goals": "AI:5"}]
    >>> before = rmatch.match(mentors, mentees)
    >>> print(rmatch.rematch(before, drop=["u-201"]))
    u-044: u-201 left; u-377 was next, nobody else moves
    """
    started = perf_counter()
    budget = _budget(max_changes, price)
    old, old_states = _earlier(previous, states or {})
    basis = previous.matching if isinstance(previous, Rematch) else previous
    defaults = basis.problem if isinstance(basis, Matching) else None
    assert defaults is None or isinstance(defaults, Problem)
    left, right = _people(defaults, mentors, mentees, drop, reading)
    gone = [pair for pair, state in old_states.items() if state.over]
    problem = Problem.of(
        left,
        right,
        rules=[*_rules(defaults, rules), *([NotPrevious(tuple(gone))] if gone else [])],
        score=defaults.score if score is None and defaults else score,
        objective=(defaults.objective if defaults else "total_score") if objective is None
        else objective,
        seats=defaults.seats if seats is None and defaults else seats,
        seed=defaults.seed if defaults else None,
    )  # fmt: skip
    before = basis if isinstance(basis, Matching) else None
    known = None if before is None else carried(before, problem, problem.bounds)
    earlier = _judged(problem, old, old_states, known)
    locked = [
        (pair.mentor, pair.mentee)
        for pair in earlier
        if pair.reason is None and old_states[pair.mentor, pair.mentee] is State.LOCKED
    ]
    if locked:
        problem = problem.replace(rules=[*problem.rules, LockedPairs(tuple(locked))])
    plan = _Plan(problem, earlier, known)
    seconds = {"prepare": perf_counter() - started}
    matching = _solve(plan, budget, price, Options(time_limit=time_limit), seconds)
    return Rematch(matching, *changes_of(defaults, matching, earlier), plan)


def _budget(max_changes: float | None, price: float | None) -> float:
    """Return the most changes, ``math.inf`` for no limit."""
    if price is not None and not (math.isfinite(price) and price >= 0):
        raise InvalidInputError(f"price={price!r}; a finite number of at least 0 is allowed")
    if max_changes is None:
        return 0 if price is None else math.inf
    if max_changes != math.inf and (
        isinstance(max_changes, bool) or max_changes != int(max_changes) or max_changes < 0
    ):
        raise InvalidInputError(
            f"max_changes={max_changes!r}; allowed are None, whole numbers from 0 and math.inf"
        )
    return max_changes


def _earlier(
    previous: Previous, states: Mapping[Ids, str | State]
) -> tuple[list[Ids], dict[Ids, State]]:
    """Return the pairs that were there, and the state of every pair that has one."""
    if isinstance(previous, Rematch):
        previous = previous.matching
    found: dict[Ids, State] = {}
    if isinstance(previous, Matching):
        if not isinstance(previous.problem, Problem):
            raise InvalidInputError("rematch() needs people; this matching is of a bare matrix")
        ids = previous.mentor_ids, previous.mentee_ids
        locks = set(zip(*(at.tolist() for at in previous.problem.locks), strict=True))
        for row, col in zip(previous.rows.tolist(), previous.cols.tolist(), strict=True):
            state = State.LOCKED if (row, col) in locks else State.ACTIVE
            found[ids[0][row], ids[1][col]] = state
    elif isinstance(previous, MatchingRecord):
        found = {(str(p.mentor), str(p.mentee)): State.ACTIVE for p in previous.pairs}
    elif isinstance(previous, Mapping):
        found = {_pair(pair): State.named(state) for pair, state in previous.items()}
    else:
        found = {_pair(pair): State.ACTIVE for pair in previous}
    old = [pair for pair, state in found.items() if not state.over]
    now = {_pair(pair): State.named(state) for pair, state in states.items()}
    old += [pair for pair, state in now.items() if pair not in found and not state.over]
    return old, found | now


def _pair(pair: Any) -> Ids:
    if isinstance(pair, str) or len(pair) != 2:
        raise InvalidInputError(f"earlier pair {pair!r}; (mentor id, mentee id) is needed")
    return str(pair[0]), str(pair[1])


def _people(
    known: Any, mentors: Any, mentees: Any, drop: Sequence[str], reading: dict[str, Any]
) -> tuple[Roster, Roster]:
    """Return today's people, without those who left."""
    if (mentors is None or mentees is None) and known is None:
        raise InvalidInputError(
            "rematch() needs mentors and mentees: the earlier pairs are ids only"
        )
    if mentors is None and mentees is None:
        left, right = known.mentors, known.mentees
    else:
        left, right = read_sides(
            known.mentors if mentors is None else mentors,
            known.mentees if mentees is None else mentees,
            **reading,
        )
    leavers = {drop} if isinstance(drop, str) else set(drop)
    unknown = sorted(leavers - {*left.ids, *right.ids})
    if unknown:
        named = [f"{one!r}{did_you_mean(one, {*left.ids, *right.ids})}" for one in unknown]
        raise UnknownPersonError(f"drop: nobody has the id {', '.join(named)}")
    if not leavers:
        return left, right
    rosters = []
    for roster in (left, right):
        stay = [row for row, person in enumerate(roster.ids) if person not in leavers]
        rosters.append(roster.take(np.array(stay, dtype=np.intp)))
    return rosters[0], rosters[1]


def _rules(known: Problem | None, rules: Sequence[Rule] | None) -> list[Rule]:
    """Return the rules that go on: locks and budgets of the earlier matching are of that time."""
    if rules is not None:
        return list(rules)
    if known is None:
        return []
    return [rule for rule in known.rules if not isinstance(rule, LockedPairs | ChangeBudget)]


def _judged(
    problem: Problem, old: list[Ids], states: dict[Ids, State], known: Carried | None
) -> tuple[EarlierPair, ...]:
    """Return every earlier pair with the reason why it cannot go on, ``None`` where it can."""
    here = problem.mentors._index, problem.mentees._index
    allowed = _still_allowed(problem, known)
    there = [p for p in old if p[0] in here[0] and p[1] in here[1] and p not in allowed]
    rows = np.array([here[0][one] for one, _ in there], dtype=np.intp)
    cols = np.array([here[1][other] for _, other in there], dtype=np.intp)
    _, may = of_pairs(problem, rows, cols)
    allowed |= {pair for pair, yes in zip(there, may.tolist(), strict=True) if yes}
    judged = []
    for pair in old:
        state = states[pair]
        if pair in allowed and not state.over:
            judged.append(EarlierPair(*pair))
            continue
        missing = tuple(p for p, side in zip(pair, here, strict=True) if p not in side)
        if missing:
            judged.append(EarlierPair(*pair, Reason.LEFT, missing))
        elif state.over:
            judged.append(EarlierPair(*pair, Reason(state.value)))
        else:
            judged.append(_forbidden(problem, pair, state))
    return tuple(judged)


def _still_allowed(problem: Problem, known: Carried | None) -> set[Ids]:
    """Return the earlier pairs of unchanged people: the rules said yes, and are the same."""
    if known is None:
        return set()
    ids = problem.mentors.ids, problem.mentees.ids
    pairs = zip(*(side.tolist() for side in known.unchanged), strict=True)
    return {(ids[0][row], ids[1][col]) for row, col in pairs}


def _forbidden(problem: Problem, pair: Ids, state: State) -> EarlierPair:
    """Return a pair that rules forbid now; a lock outranks all of them but safety (§C6)."""
    mentor = problem.mentors.person(problem.mentors.index(pair[0]))
    mentee = problem.mentees.person(problem.mentees.index(pair[1]))
    broken = [rule for rule in problem.pair_rules if not rule.allows(mentor, mentee)]
    if state is State.LOCKED:
        broken = [rule for rule in broken if rule.safety]
        if not broken and pair[0] != pair[1]:
            return EarlierPair(*pair)
    names = tuple("" if rule.private else rule.describe() for rule in broken)
    if not broken and pair[0] != pair[1]:
        names = tuple(r.describe() for r in problem.pair_rules if r.minimum_score is not None)
    safety = any(rule.safety for rule in broken) or pair[0] == pair[1]
    return EarlierPair(*pair, Reason.SAFETY if safety else Reason.RULE, names)


def _solve(
    plan: _Plan, budget: float, price: float | None, options: Options, seconds: dict[str, float]
) -> Matching:
    """Solve with the worth on keeping that the budget and the price ask for, and check.

    The solver has the price and the budget as gains, or as a row; the record and the checker have
    them as rules.
    """
    problem, pairs = plan.problem, plan.legal_ids
    units = 0
    if price and pairs:
        soft = ChangeBudget(tuple(pairs), most=0, penalty=price)
        units = soft.unit_penalty(problem.unit)
        problem = dataclasses.replace(problem, rules=(*problem.rules, soft))
    bounds = problem.bounds
    known = plan.known if _same_bonuses(bounds, plan.problem.bounds) else None
    started = perf_counter()
    try:
        best, most = best_within(plan.problem, bounds, plan.legal, units, budget, options, known)
    except Infeasible:
        raise infeasible(plan.problem) from None
    seconds["solve"] = perf_counter() - started
    if most is not None and pairs:
        limit = int(len(pairs) - most + budget)
        hard = ChangeBudget(tuple(pairs), most=limit)
        problem = dataclasses.replace(problem, rules=(*problem.rules, hard))
    return _checked(problem, best, known, seconds)


def _same_bonuses(one: Bounds, other: Bounds) -> bool:
    """Say whether the worth of being matched, which prices depend on, is the same."""
    return np.array_equal(one.mentor_bonus, other.mentor_bonus) and np.array_equal(
        one.mentee_bonus, other.mentee_bonus
    )


def _checked(
    problem: Problem, best: Best, known: Carried | None, seconds: dict[str, float]
) -> Matching:
    """Return the matching, checked as every other is.

    An earlier pair of two unchanged people was checked under the same rules when it was made.
    """
    bound = best.units if best.status is Status.OPTIMAL else best.bound
    free = not any(isinstance(rule, ChangeBudget) for rule in problem.rules)
    prices = best.basis.prices if best.basis is not None and free else None
    matching = Matching(
        problem, *by_mentor(best.rows, best.cols), best.status, best.units, bound, "rematch",
        seconds, known_prices=prices, basis=best.basis,
    )  # fmt: skip
    started = perf_counter()
    pairs = list(zip(matching.rows.tolist(), matching.cols.tolist(), strict=True))
    refuse_faults(check(problem, pairs, best.units, known=known.gains() if known else None))
    seconds["check"] = perf_counter() - started
    for remark in matching.remarks:
        warnings.warn(remark, stacklevel=4)
    return matching
