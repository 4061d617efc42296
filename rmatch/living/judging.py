"""The earlier pairs of a re-match: which there were, which may go on, and why others may not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import compress
from typing import TYPE_CHECKING, Any

import numpy as np

from rmatch.candidates import of_pairs
from rmatch.errors import InvalidInputError
from rmatch.living.acceptance import State
from rmatch.living.changes import Earlier, EarlierPair, Named, Reason
from rmatch.matching import Matching
from rmatch.names import label
from rmatch.parameters import listed
from rmatch.problem import Problem
from rmatch.schema import MatchingRecord

if TYPE_CHECKING:
    from rmatch.living.carry import Carried

    Ids = tuple[str, str]


def earlier_pairs(
    previous: Any, states: Mapping[Ids, str | State]
) -> tuple[Sequence[Ids], dict[Ids, State]]:
    """Return the pairs that were there, and the states of pairs; who has none is active."""
    found: dict[Ids, State] = {}
    old: Sequence[Ids]
    if isinstance(previous, Matching):
        if not isinstance(previous.problem, Problem):
            raise InvalidInputError("rematch() needs people; this matching is of a bare matrix")
        old = Named.of(previous)
        locks = Named(*previous.problem.locks, previous.mentor_ids, previous.mentee_ids)
        found = dict.fromkeys(locks, State.LOCKED)
    elif isinstance(previous, MatchingRecord):
        old = [_pair((pair.mentor, pair.mentee)) for pair in previous.pairs]
    elif isinstance(previous, Mapping) and "schema" in previous:
        return earlier_pairs(MatchingRecord.from_dict(previous), states)
    elif isinstance(previous, Mapping):
        found = {_pair(pair): State.named(state) for pair, state in previous.items()}
        old = [pair for pair, state in found.items() if not state.over]
    else:
        old = list(dict.fromkeys(map(_pair, listed("previous", previous))))
    if not isinstance(states, Mapping):
        raise InvalidInputError(f"states={states!r:.60}; a dict of pairs to their states is needed")
    now = {_pair(pair): State.named(state) for pair, state in states.items()}
    if now:
        there = {*old, *found}
        more = [pair for pair, state in now.items() if pair not in there and not state.over]
        old = [*old, *more] if more else old
    return old, found | now


def _pair(pair: Any) -> Ids:
    if not isinstance(pair, list | tuple) or len(pair) != 2:
        raise InvalidInputError(f"earlier pair {pair!r}; (mentor id, mentee id) is needed")
    return label(pair[0]), label(pair[1])


def judged(
    problem: Problem, old: Sequence[Ids], states: dict[Ids, State], known: Carried | None
) -> Earlier:
    """Return the earlier pairs, and of each that cannot go on the reason."""
    rows = cols = np.zeros(0, np.intp)
    if known is not None:  # pairs of the earlier matching come first
        rows, cols = known.mentor[known.chosen[0]], known.mentee[known.chosen[1]]
    if len(rows) < len(old):
        here, more = (problem.mentors._index, problem.mentees._index), old[len(rows) :]
        rows = np.append(rows, [here[0].get(one, -1) for one, _ in more]).astype(np.intp)
        cols = np.append(cols, [here[1].get(other, -1) for _, other in more]).astype(np.intp)
    there = (rows >= 0) & (cols >= 0)
    allowed = np.zeros(len(old), dtype=bool)
    if known is not None:  # pairs of unchanged people: the rules said yes, and are the same
        allowed[known.unchanged] = True
    ask = there & ~allowed
    allowed[ask] = of_pairs(problem, rows[ask], cols[ask])[1]
    barred = {}
    over = {pair for pair, state in states.items() if state.over}
    done = [at for at, pair in enumerate(old) if pair in over] if over else []
    allowed[done] = False
    for at in np.flatnonzero(~allowed).tolist():
        pair, state = old[at], states.get(old[at], State.ACTIVE)
        missing = tuple(compress(pair, (rows[at] < 0, cols[at] < 0)))
        if missing:
            why = EarlierPair(pair[0], pair[1], Reason.LEFT, missing)
        elif state.over:
            why = EarlierPair(pair[0], pair[1], Reason(state.value))
        else:
            why = _forbidden(problem, pair, state)
        if why.reason is not None:
            barred[at] = why
    return Earlier(old, rows, cols, barred)


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
