"""Why somebody is unmatched: no eligible partner, partners taken, below the minimum, no place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Any

import numpy as np

from rmatch.forms import least_units
from rmatch.problem import Problem

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from rmatch.matching import Matching


class Cause(Enum):
    """The cause for which somebody has no pair (§C5)."""

    NO_PLACE = "no place: capacity 0"
    NO_ELIGIBLE_PARTNER = "no eligible partner"
    BELOW_MINIMUM_SCORE = "every partner the other rules allow is below the minimum score"
    PARTNERS_CLOSED = "no eligible partner has a place: capacity 0"
    PARTNERS_TAKEN = "all eligible partners are taken by pairs that gain more in all"
    NO_SEAT = "an eligible partner still has a place, but every seat of the programme is used"
    NOT_CHOSEN = "an eligible partner still has a place"


@dataclass(frozen=True, slots=True)
class Taken:
    """An eligible partner: what the pair would score, who has them, and at what price in score.

    The price is the dual price of one of their places, ``None`` where no optimum is proven.
    """

    partner: Any
    score: float
    by: tuple[Any, ...]
    price: float | None


@dataclass(frozen=True, slots=True)
class Unmatched:
    """Somebody without a pair, and why.

    ``eligible`` counts the partners that all rules allow, ``closed`` those of them whose capacity
    is 0; ``removed_by`` counts, for each rule, the partners it forbids (one partner may be
    forbidden by several); ``taken`` lists the best eligible partners with a place, the highest
    score first.
    """

    id: Any
    side: str
    cause: Cause
    eligible: int
    removed_by: Mapping[str, int] = field(default_factory=dict)
    taken: tuple[Taken, ...] = ()
    closed: int = 0

    @property
    def words(self) -> str:
        """The cause in a sentence."""
        if self.cause is Cause.NO_ELIGIBLE_PARTNER:
            rules = ", ".join(f"{name} removes {count}" for name, count in self.removed_by.items())
            return f"no eligible partner: {rules or 'there is nobody else on the other side'}"
        if self.cause is Cause.PARTNERS_TAKEN:
            best, number = self.taken[0], self.eligible - self.closed
            with_place = " with a place" if self.closed else ""
            by = ", ".join(map(str, best.by))
            found = f"{best.partner} ({best.score:.2f}), is with {by}"
            if number == 1:
                return f"the one eligible partner{with_place}, {found}"
            return f"all {number} eligible partners{with_place} are taken; the best, {found}"
        return str(self.cause.value)

    def to_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        return {
            "id": self.id,
            "cause": self.cause.name.lower(),
            "words": self.words,
            "eligible": self.eligible,
            "removed_by": dict(self.removed_by),
            "taken": [
                {"partner": t.partner, "score": t.score, "by": list(t.by), "price": t.price}
                for t in self.taken
            ],
        }


_PEOPLE_AT_ONCE = 256
_PARTNERS_SHOWN = 3


def unmatched(matching: Matching, side: str) -> tuple[Unmatched, ...]:
    """Return everybody of one side without a pair, with causes, in the problem's order."""
    axis = 0 if side == "mentor" else 1
    paired = matching.rows if axis == 0 else matching.cols
    people = np.setdiff1d(np.arange(matching.problem.shape[axis]), paired)
    found: list[Unmatched] = []
    for start in range(0, len(people), _PEOPLE_AT_ONCE):
        found += _explain(matching, side, people[start : start + _PEOPLE_AT_ONCE])
    return tuple(found)


def unmatched_person(matching: Matching, side: str, person: int) -> Unmatched:
    """Return the cause for one person (a row of the problem) who has no pair."""
    return _explain(matching, side, np.array([person]))[0]


def _explain(matching: Matching, side: str, people: NDArray[np.intp]) -> list[Unmatched]:
    problem = matching.problem
    rows, cols = (people, slice(None)) if side == "mentor" else (slice(None), people)
    gains, allowed = problem.block(rows, cols)
    axis = 1 if side == "mentor" else 0
    lawful, removed = allowed, {"the matrix of allowed pairs": (~allowed).sum(axis=axis)}
    if isinstance(problem, Problem):
        lawful, removed = removed_by(problem, rows, cols, axis)
    if side == "mentee":
        gains, allowed, lawful = gains.T, allowed.T, lawful.T
    ids = matching.mentor_ids if side == "mentor" else matching.mentee_ids
    bounds = problem.bounds
    most, theirs = bounds.mentor_most, bounds.mentee_most
    if side == "mentee":
        most, theirs = theirs, most
    seats_used = bounds.seats is not None and len(matching) >= bounds.seats
    result = []
    for at, person in enumerate(people.tolist()):
        eligible = np.flatnonzero(allowed[at])
        open_ = eligible[theirs[eligible] > 0]
        if most[person] == 0 and len(theirs):  # where there is nobody, nobody has a place
            cause = Cause.NO_PLACE
        elif not len(eligible):
            below = bool(lawful[at].any())
            cause = Cause.BELOW_MINIMUM_SCORE if below else Cause.NO_ELIGIBLE_PARTNER
        elif not len(open_):
            cause = Cause.PARTNERS_CLOSED
        elif _full(matching, side, open_):
            cause = Cause.PARTNERS_TAKEN
        else:
            cause = Cause.NO_SEAT if seats_used else Cause.NOT_CHOSEN
        counts = {name: int(count[at]) for name, count in removed.items() if count[at]}
        taken = _taken(matching, side, open_, gains[at])
        closed = len(eligible) - len(open_)
        result.append(Unmatched(ids[person], side, cause, len(eligible), counts, taken, closed))
    return result


def removed_by(
    problem: Problem, rows: Any, cols: Any, axis: int
) -> tuple[NDArray[np.bool_], dict[str, NDArray[np.int64]]]:
    """Return the pairs that all rules but a minimum score allow, and each rule's toll."""
    lawful = problem.pair_forms[-1].block(rows, cols)
    broken: dict[str, NDArray[np.bool_]] = {}
    for rule, form in zip(problem.pair_rules, problem.pair_forms, strict=False):
        mask = form.block(rows, cols)
        if rule.minimum_score is not None:
            mask = problem.gains(rows, cols) >= least_units(rule.minimum_score)
        else:
            lawful = lawful & mask
        # A private rule's toll is counted without its name (§C11).
        name = "not eligible" if rule.private else rule.describe()
        broken[name] = broken[name] | ~mask if name in broken else ~mask
    return lawful, {name: by.sum(axis=axis) for name, by in broken.items()}


def _full(matching: Matching, side: str, eligible: NDArray[np.intp]) -> bool:
    """Say whether every eligible partner has all their places taken."""
    bounds = matching.problem.bounds
    partners, most = (
        (matching.cols, bounds.mentee_most)
        if side == "mentor"
        else (matching.rows, bounds.mentor_most)
    )
    count = np.bincount(partners, minlength=len(most))
    return bool((count[eligible] >= most[eligible]).all())


def _taken(
    matching: Matching, side: str, eligible: NDArray[np.intp], gains: NDArray[Any]
) -> tuple[Taken, ...]:
    """Return the best eligible partners with those who have them."""
    best = eligible[np.argsort(-gains[eligible], kind="stable")[:_PARTNERS_SHOWN]]
    mentors, mentees = matching.mentor_ids, matching.mentee_ids
    proven = matching.has_prices
    result = []
    for partner in best.tolist():
        if side == "mentor":
            by = tuple(mentors[row] for row in matching.rows[matching.cols == partner])
        else:
            by = tuple(mentees[col] for col in matching.cols[matching.rows == partner])
        price = None
        if proven:
            prices = matching.prices.mentee if side == "mentor" else matching.prices.mentor
            price = int(prices[partner]) * matching.problem.unit
        name = mentees[partner] if side == "mentor" else mentors[partner]
        score = int(gains[partner]) * matching.problem.unit
        result.append(Taken(name, score, by, price))
    return tuple(result)
