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
from functools import cached_property, partial
from itertools import compress
from time import perf_counter
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from rmatch.answers.answer import Answer, plain
from rmatch.candidates import FLOAT_EXACT
from rmatch.check import check
from rmatch.conflicts import infeasible
from rmatch.errors import InvalidInputError, UnknownPersonError
from rmatch.living.acceptance import State
from rmatch.living.carry import Carried, carried
from rmatch.living.changes import Change, Earlier, Ended, Reason, changes_of
from rmatch.living.judging import earlier_pairs, judged
from rmatch.living.tilt import best_within
from rmatch.matching import Matching
from rmatch.names import did_you_mean, labels
from rmatch.parameters import check_keywords, is_finite, is_whole, listed
from rmatch.pipeline import refuse_faults
from rmatch.problem import Problem
from rmatch.reading import Reading, read_sides
from rmatch.rules import ChangeBudget, LockedPairs, NotPrevious
from rmatch.schema import MatchingRecord
from rmatch.solvers import Infeasible, Options, Status

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from rmatch.candidates import Bounds
    from rmatch.living.frontier import ChangeFrontier
    from rmatch.living.tilt import Begin
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
    ended: tuple[Ended, ...]
    changes: tuple[Change, ...]
    _plan: _Plan = dataclasses.field(repr=False)
    _goes_on: NDArray[np.bool_] = dataclasses.field(repr=False)  # of each earlier pair

    @cached_property
    def kept(self) -> tuple[Ids, ...]:
        """The earlier pairs that go on."""
        return tuple(compress(self._plan.earlier.pairs, self._goes_on.tolist()))

    @property
    def given_up(self) -> int:
        """How many earlier pairs could have gone on and do not."""
        return sum(pair.reason is Reason.GIVEN_UP for pair in self.ended)

    @property
    def words(self) -> str:
        """Each change in a line, told by the person concerned; pairs whose people left last."""
        if not self.changes and not self.ended:
            if len(self.kept) == 1:
                return "Nothing changes: the 1 pair goes on."
            return f"Nothing changes: all {len(self.kept)} pairs go on."
        told = {(change.side, change.person) for change in self.changes}
        silent = [
            pair.words
            for pair in self.ended
            if ("mentee", pair.mentee) not in told and ("mentor", pair.mentor) not in told
        ]
        return "\n".join([*(change.words for change in self.changes), *silent])

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
    earlier: Earlier
    known: Carried | None

    @property
    def legal(self) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Positions of the earlier pairs that may go on."""
        at = self.earlier.legal_at
        return self.earlier.rows[at], self.earlier.cols[at]

    @property
    def begin(self) -> Begin | None:
        """What begins a repair from what is known."""
        return None if self.known is None else partial(self.known.repair, self.earlier.legal_at)

    @property
    def legal_ids(self) -> tuple[Ids, ...]:
        """Ids of the earlier pairs that may go on."""
        return tuple(self.earlier.pairs[at] for at in self.earlier.legal_at.tolist())


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
        ids or as a dict from those to their states. What was locked or declined only a ``Matching``
        or ``Rematch`` knows: with anything else, say it again in ``states``.
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
        As in :func:`rmatch.match`; default those of ``previous``, its budget of changes left out;
        its locked pairs are a matter of ``states``. Give ``rules`` again when somebody has another
        manager now.
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
    UnsupportedFeatureError
        For objectives other than ``"total_score"`` and ``"coverage_first"``.

    Examples
    --------
    >>> import rmatch
    >>> mentors = [{"id": "u-201", "skills": "AI:5"}, {"id": "u-377", "skills": "AI:4"}]
    >>> mentees = [{"id": "u-044", "goals": "AI:5"}]
    >>> before = rmatch.match(mentors, mentees)
    >>> print(rmatch.rematch(before, drop=["u-201"]))
    u-044: u-201 left; u-377 was next, nobody else moves
    """
    check_keywords(rematch, reading, Reading)
    started = perf_counter()
    budget = _budget(max_changes, price)
    basis = previous.matching if isinstance(previous, Rematch) else previous
    old, old_states = earlier_pairs(basis, {} if states is None else states)
    defaults = basis.problem if isinstance(basis, Matching) else None
    assert defaults is None or isinstance(defaults, Problem)
    gone = [pair for pair, state in old_states.items() if state.over]
    asked: dict[str, Any] = {
        "rules": [*_rules(defaults, rules), *([NotPrevious(tuple(gone))] if gone else [])],
        "score": defaults.score if score is None and defaults else score,
        "objective": (defaults.objective if defaults else "total_score") if objective is None
        else objective,
        "seats": defaults.seats if seats is None and defaults else seats,
    }  # fmt: skip
    problem = _today(defaults, mentors, mentees, drop, reading, asked)
    before = basis if isinstance(basis, Matching) else None
    known = None if before is None else carried(before, problem, problem.bounds)
    earlier = judged(problem, old, old_states, known)
    barred = {old[at] for at in earlier.barred}
    locked = [
        pair for pair, state in old_states.items() if state is State.LOCKED and pair not in barred
    ]
    if locked:
        problem = problem.replace(rules=[*problem.rules, LockedPairs(tuple(locked))])
    plan = _Plan(problem, earlier, known)
    seconds = {"prepare": perf_counter() - started}
    matching = _solve(plan, budget, price, Options(time_limit=time_limit), seconds)
    still = earlier.among(matching)
    _check(matching, None if known is None else known.gains(*still, len(matching)), seconds)
    ended, changes = changes_of(defaults, matching, earlier, still)
    return Rematch(matching, ended, changes, plan, still[1])


def _budget(max_changes: float | None, price: float | None) -> float:
    """Return the most changes, ``math.inf`` for no limit."""
    if price is not None and not (is_finite(price) and price >= 0):
        raise InvalidInputError(f"price={price!r}; a finite number of at least 0 is allowed")
    if max_changes is None:
        return 0 if price is None else math.inf
    if max_changes != math.inf and not (is_whole(max_changes) and max_changes >= 0):
        raise InvalidInputError(
            f"max_changes={max_changes!r}; allowed are None, whole numbers from 0 and math.inf"
        )
    return max_changes


def _today(
    known: Problem | None,
    mentors: Any,
    mentees: Any,
    drop: Sequence[str],
    reading: dict[str, Any],
    asked: dict[str, Any],
) -> Problem:
    """Return the problem of today's people, without those who left."""
    if (mentors is None or mentees is None) and known is None:
        raise InvalidInputError(
            "rematch() needs mentors and mentees: the earlier pairs are ids only"
        )
    if known is not None and mentors is None and mentees is None:
        return known.drawn(*_stay(known.mentors, known.mentees, drop), **asked)
    sides = read_sides(
        known.mentors if known is not None and mentors is None else mentors,
        known.mentees if known is not None and mentees is None else mentees,
        **reading,
    )
    rows, cols = _stay(*sides, drop)
    seed = known.seed if known else None
    return Problem.of(sides[0].take(rows), sides[1].take(cols), seed=seed, **asked)


def _stay(
    mentors: Roster, mentees: Roster, drop: Sequence[str]
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return the positions of those who did not leave."""
    leavers = {*labels([drop] if isinstance(drop, str) else listed("drop", drop))}
    unknown = sorted(leavers.difference(mentors._index).difference(mentees._index))
    if unknown:
        everybody = {*mentors.ids, *mentees.ids}
        named = [f"{one!r}{did_you_mean(one, everybody)}" for one in unknown]
        raise UnknownPersonError(f"drop: nobody has the id {', '.join(named)}")
    return _without(mentors, leavers), _without(mentees, leavers)


def _without(side: Roster, leavers: set[str]) -> NDArray[np.intp]:
    stays = np.ones(len(side), dtype=bool)
    stays[[side._index[who] for who in leavers if who in side._index]] = False
    return np.flatnonzero(stays)


def _rules(known: Problem | None, rules: Sequence[Rule] | None) -> list[Rule]:
    """Return the rules that go on: locks and budgets of the earlier matching are of that time."""
    if rules is not None:
        return list(rules)
    if known is None:
        return []
    return [rule for rule in known.rules if not isinstance(rule, LockedPairs | ChangeBudget)]


def _solve(
    plan: _Plan, budget: float, price: float | None, options: Options, seconds: dict[str, float]
) -> Matching:
    """Solve with the worth on keeping that the budget and the price ask for.

    The solver has the price and the budget as gains, or as a row; the record and the checker have
    them as rules.
    """
    problem, legal = plan.problem, plan.legal
    pairs = len(legal[0])
    units = 0
    if price and pairs:
        if price / problem.unit * pairs >= FLOAT_EXACT:
            raise InvalidInputError(
                f"price={price!r} for each of {pairs} pairs is more than sums can hold; leave it "
                "out, and as few changes as possible are made"
            )
        soft = ChangeBudget(plan.legal_ids, most=0, penalty=price)
        units = soft.unit_penalty(problem.unit)
        problem = dataclasses.replace(problem, rules=(*problem.rules, soft))
    bounds = problem.bounds
    begin = plan.begin if _same_bonuses(bounds, plan.problem.bounds) else None
    started = perf_counter()
    try:
        best, most = best_within(plan.problem, bounds, legal, units, budget, options, begin)
    except Infeasible:
        raise infeasible(plan.problem) from None
    seconds["solve"] = perf_counter() - started
    if most is not None and pairs:
        limit = int(pairs - most + budget)
        hard = ChangeBudget(plan.legal_ids, most=limit)
        problem = dataclasses.replace(problem, rules=(*problem.rules, hard))
    bound = best.units if best.status is Status.OPTIMAL else best.bound
    free = not any(isinstance(rule, ChangeBudget) for rule in problem.rules)
    prices = best.basis.prices if best.basis is not None and free else None
    return Matching(
        problem, best.rows, best.cols, best.status, best.units, bound, "rematch",
        seconds, known_prices=prices, basis=best.basis,
    )  # fmt: skip


def _same_bonuses(one: Bounds, other: Bounds) -> bool:
    """Say whether the worth of being matched, which prices depend on, is the same."""
    return one is other or (
        np.array_equal(one.mentor_bonus, other.mentor_bonus)
        and np.array_equal(one.mentee_bonus, other.mentee_bonus)
    )


def _check(
    matching: Matching,
    known: tuple[NDArray[np.bool_], NDArray[np.int64]] | None,
    seconds: dict[str, float],
) -> None:
    """Check the matching as every other is.

    An earlier pair of two unchanged people was checked under the same rules when it was made; of
    such a ``known`` pair only safety rules are asked again.
    """
    started = perf_counter()
    pairs = np.column_stack((matching.rows, matching.cols))
    refuse_faults(check(matching.problem, pairs, matching.units, known=known))
    seconds["check"] = perf_counter() - started
    for remark in matching.remarks:
        warnings.warn(remark, stacklevel=3)
