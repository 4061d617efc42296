"""A problem: two rosters, a score, rules and an objective, frozen."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from rmatch.candidates import Bounds
from rmatch.columns import Numbers, Ragged
from rmatch.errors import InfeasibleError, InvalidInputError
from rmatch.forms import GRID, Exceptions, GainForm, Linear, PairForm, least_units, side_by_side
from rmatch.objectives import TOTAL_SCORE, Objective, objective_named
from rmatch.parameters import check_seed, is_whole, listed
from rmatch.people import Roster
from rmatch.rows import CohortRows, Row
from rmatch.rules.base import PairRule, Predicate
from rmatch.rules.cohort import CohortRule
from rmatch.scoring import score_parts
from rmatch.scoring.base import ScorePart
from rmatch.sides import align, check_id_lists

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from rmatch.columns import Rows
    from rmatch.forms import Bools

    Rule = PairRule | CohortRule | Callable[..., bool | None]


@dataclass(frozen=True, eq=False)
class Origin:
    """A problem that another was drawn from, and the positions there of its people, ascending.

    Score and pair rules of the origin hold in both, so pairs gain and may the same.
    """

    problem: Problem
    mentors: NDArray[np.intp]
    mentees: NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Problem:
    """Everything that decides a matching. Make one with :meth:`of`; change one with ``replace``.

    People stand in canonical order, sorted by id (or shuffled by ``seed``), so that the order of
    the input rows decides nothing, not even between equally good matchings (§C4).
    """

    mentors: Roster
    mentees: Roster
    rules: tuple[PairRule | CohortRule, ...] = ()
    score: tuple[ScorePart, ...] = ()
    objective: Objective = TOTAL_SCORE
    seats: int | None = None
    seed: int | None = None
    arrival: NDArray[np.intp] | None = None  # mentees in the order they were given
    origin: Origin | None = None  # where people were only taken out since

    @classmethod
    def of(
        cls,
        mentors: Roster,
        mentees: Roster,
        *,
        rules: Sequence[Rule] = (),
        score: Sequence[ScorePart] | None = None,
        objective: str | Objective = "total_score",
        seats: int | None = None,
        seed: int | None = None,
    ) -> Problem:
        """Align the rosters, put people in canonical order, and check that all parts fit."""
        check_seed(seed)
        for name, roster in (("mentors", mentors), ("mentees", mentees)):
            if not isinstance(roster, Roster):
                raise InvalidInputError(
                    f"{name} are of type {type(roster).__name__}; a Roster is needed, as "
                    "rmatch.read_roster reads it (rmatch.match takes people as they are)"
                )
        check_id_lists(mentors, mentees)
        mentors, mentees = align(mentors, mentees)
        draw = None if seed is None else np.random.default_rng(seed)  # one for both: sides differ
        rank, order = _canonical(mentors, draw), _canonical(mentees, draw)
        people = (mentors.take(rank), mentees.take(order))
        arrival = np.argsort(order)
        return cls._fitted(*people, arrival, rules, score, objective, seats, seed)

    @classmethod
    def _fitted(
        cls,
        mentors: Roster,
        mentees: Roster,
        arrival: NDArray[np.intp] | None,
        rules: Sequence[Rule],
        score: Sequence[ScorePart] | None,
        objective: str | Objective,
        seats: int | None,
        seed: int | None,
        origin: Origin | None = None,
    ) -> Problem:
        """Check that all parts fit aligned rosters in canonical order."""
        given = [_as_rule(rule) for rule in listed("rules", rules)]
        for rule in given:
            rule.validate(mentors, mentees)
        bound = tuple(rule.bound(mentors, mentees) for rule in given)
        parts = score_parts(score, mentors, mentees)
        if seats is not None and not (is_whole(seats) and seats >= 0):
            raise InvalidInputError(f"seats={seats!r}; a whole number of at least 0 is allowed")
        problem = cls(
            mentors, mentees, bound, parts, objective_named(objective), seats, seed, arrival, origin
        )
        problem._check_locks()
        problem.objective.validate(problem)
        return problem

    def drawn(
        self, mentors: NDArray[np.intp], mentees: NDArray[np.intp], **changes: Any
    ) -> Problem:
        """Return the problem of some of the people (ascending positions), checked again.

        ``changes`` may be of ``rules``, ``score``, ``objective`` and ``seats``. People stay in
        their order, and what is worked out here about their pairs is not worked out again.
        """
        names = ("rules", "score", "objective", "seats", "seed")
        values = {name: getattr(self, name) for name in names} | changes
        place = np.full(self.shape[1], -1, dtype=np.intp)
        place[mentees] = np.arange(len(mentees))
        arrival = None if self.arrival is None else place[self.arrival]
        old = self.as_drawn
        return Problem._fitted(
            self.mentors.take(mentors),
            self.mentees.take(mentees),
            None if arrival is None else arrival[arrival >= 0],
            **values,
            origin=Origin(old.problem, old.mentors[mentors], old.mentees[mentees]),
        )

    def replace(self, **changes: Any) -> Problem:
        """Return a changed problem, checked again; the same people stay in their order."""
        if not {"mentors", "mentees", "seed"} & changes.keys():
            return self.drawn(*map(np.arange, self.shape), **changes)
        kept = {f.name for f in dataclasses.fields(self)} - {"arrival", "origin"}
        values = {name: getattr(self, name) for name in kept}
        if self.arrival is not None:  # who signed up first stays first
            values["mentees"] = self.mentees.take(self.arrival)
        values |= changes
        return Problem.of(values.pop("mentors"), values.pop("mentees"), **values)

    def with_objective(self, objective: str | Objective) -> Problem:
        """Return the same people, score and rules with another objective."""
        changed = dataclasses.replace(self, objective=objective_named(objective))
        changed.objective.validate(changed)
        return changed

    @property
    def shape(self) -> tuple[int, int]:
        """Return the numbers of mentors and mentees."""
        return len(self.mentors), len(self.mentees)

    @property
    def unit(self) -> float:
        """The score of one whole unit of gain."""
        return 1 / GRID

    @property
    def gain_limit(self) -> int:
        """No pair's gain is larger: weights sum to 1, and rounding adds less than that again."""
        return 2 * GRID

    @cached_property
    def weights(self) -> tuple[float, ...]:
        """The weights of the score parts, divided by their sum."""
        total = sum(part.weight for part in self.score)
        return tuple(part.weight / total for part in self.score)

    @cached_property
    def pair_rules(self) -> tuple[PairRule, ...]:
        """The rules that allow or forbid one pair at a time."""
        return tuple(rule for rule in self.rules if isinstance(rule, PairRule))

    @cached_property
    def cohort_rules(self) -> tuple[CohortRule, ...]:
        """The rules about many pairs at once."""
        return tuple(rule for rule in self.rules if isinstance(rule, CohortRule))

    @cached_property
    def counts(self) -> Bounds:
        """The least and the most pairs of everybody: the rosters', or what rules say instead."""
        plain = Bounds.of(
            self.mentors.counts("capacity", 1),
            self.mentees.counts("capacity", 1),
            mentor_least=self.mentors.counts("minimum", 0),
            mentee_least=self.mentees.counts("minimum", 0),
            seats=self.seats,
        )
        counts: dict[str, int] = {}
        for rule in self.cohort_rules:
            for name, count in rule.counts.items():
                strictest = max if name.endswith("least") else min
                counts[name] = strictest(count, counts.get(name, count))
        changes = {name: np.full_like(getattr(plain, name), counts[name]) for name in counts}
        return dataclasses.replace(plain, **changes)

    @cached_property
    def bounds(self) -> Bounds:
        """How many pairs everybody may and must have, and what being matched is worth."""
        plain = self._ruled
        bounds = self.objective.bounds(self, *self.before_objective)
        if not plain.has_bonuses:
            return bounds
        return dataclasses.replace(
            bounds,
            mentor_bonus=bounds.mentor_bonus + plain.mentor_bonus,
            mentee_bonus=bounds.mentee_bonus + plain.mentee_bonus,
        )

    @cached_property
    def _ruled(self) -> Bounds:
        """The counts as rules change them, and the bonuses that rules give."""
        bounds = self.counts
        for rule in self.cohort_rules:
            bounds = rule.bounds(self, bounds)
        return bounds.clipped()

    @property
    def rules_pay(self) -> bool:
        """Whether rules earn or cost something, beside the scores and what the objective pays."""
        return self._ruled.has_bonuses or not all(rule.hard for rule in self.cohort_rules)

    @property
    def before_objective(self) -> tuple[Bounds, int]:
        """The bounds without bonuses, and a limit on a pair's gain with all rules earn or cost."""
        plain = self._ruled
        pairs = max(plain.most_pairs, 1)
        reach = plain.bonuses
        for rule in self.cohort_rules:
            if not rule.hard:
                reach += rule.unit_penalty(self.unit) * rule.worst(self, plain.most_pairs)
        return plain.times(0), self.gain_limit + -(-reach // pairs)

    @cached_property
    def pair_forms(self) -> tuple[PairForm, ...]:
        """What each pair rule allows, in the order of ``pair_rules``; last, nobody meets themself.

        Locked pairs are allowed whatever these say, see ``block``.
        """
        forms = [rule.form(self.mentors, self.mentees) for rule in self.pair_rules]
        return (*forms, _not_self(self.mentors, self.mentees))

    @cached_property
    def gain_forms(self) -> tuple[GainForm, ...]:
        """What the score parts add, all linear ones joined into one."""
        forms = [
            part.form(self.mentors, self.mentees, weight)
            for part, weight in zip(self.score, self.weights, strict=True)
            if weight > 0
        ]
        linear = [form for form in forms if isinstance(form, Linear)]
        others = [form for form in forms if not isinstance(form, Linear)]
        return (*([side_by_side(linear)] if linear else []), *others)

    @cached_property
    def min_gain(self) -> int | None:
        """The least gain of an allowed pair, from the rules that set a minimum score."""
        least = [rule.minimum_score for rule in self.pair_rules if rule.minimum_score is not None]
        return least_units(max(least)) if least else None

    @cached_property
    def locks(self) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """The mentors and mentees of the pairs that must be chosen."""
        pairs = sorted({pair for rule in self.cohort_rules for pair in rule.locked(self)})
        both = np.array(pairs, dtype=np.intp).reshape(-1, 2)
        return both[:, 0], both[:, 1]

    def cohort_rows(
        self, mentor: NDArray[np.int32], mentee: NDArray[np.int32]
    ) -> CohortRows | None:
        """Return the linear conditions over these edges."""
        rows: list[Row] = []
        for rule in self.cohort_rules:
            first, penalty = len(rows), rule.unit_penalty(self.unit)
            rows += [
                dataclasses.replace(row, penalty=penalty, rows=np.asarray(row.rows) + first)
                for row in rule.rows(self, mentor, mentee)
            ]
        return CohortRows.of(rows, len(mentor), self.shape) if rows else None

    def block(self, rows: Rows, cols: Rows) -> tuple[NDArray[np.int32], Bools]:
        """Return integer gains and permissions for a rectangle of pairs."""
        gains = self.gains(rows, cols)
        allowed = self._may(rows, cols)
        if self.min_gain is not None:
            allowed &= gains >= self.min_gain
        if len(self.locks[0]):  # a lock outranks every rule but safety (§C6)
            allowed |= ~Exceptions(*self.locks, self.shape).block(rows, cols)
        return gains, allowed

    @property
    def as_drawn(self) -> Origin:
        """The problem this one was drawn from, as far as pairs are concerned; itself if none."""
        return self._origin or Origin(self, *(np.arange(size) for size in self.shape))

    @cached_property
    def _origin(self) -> Origin | None:
        """The origin, where its score and pair rules still hold."""
        if self.origin is None or self.score != self.origin.problem.score:
            return None
        rules = self.origin.problem.pair_rules
        return self.origin if self.pair_rules[: len(rules)] == rules else None

    @cached_property
    def _added_forms(self) -> tuple[PairForm, ...]:
        """What the pair rules allow that the origin does not have."""
        assert self._origin is not None
        added = self.pair_rules[len(self._origin.problem.pair_rules) :]
        return tuple(rule.form(self.mentors, self.mentees) for rule in added)

    def _may(self, rows: Rows, cols: Rows) -> Bools:
        """Say which pairs of a rectangle all pair rules allow."""
        if self._origin is None:
            allowed, more = self.pair_forms[-1].block(rows, cols), self.pair_forms[:-1]
        else:
            old, more = self._origin, self._added_forms
            allowed = old.problem._may(old.mentors[rows], old.mentees[cols])
        for form in more:
            allowed &= form.block(rows, cols)
        return allowed

    def _check_locks(self) -> None:
        """Raise where a lock breaks a safety rule (§C6), naming all that do."""
        broken = [
            f"lock {mentor.id} with {mentee.id} breaks "
            + ("a private rule" if rule.private else rule.describe())
            for mentor, mentee in (
                (self.mentors[int(row)], self.mentees[int(col)])
                for row, col in zip(*self.locks, strict=True)
            )
            for rule in self.pair_rules
            if rule.safety and not rule.allows(mentor, mentee)
        ]
        if broken:
            raise InfeasibleError(
                f"safety rules outrank locks: {'; '.join(broken)}; take these locks out", broken
            )

    def gains(self, rows: Rows, cols: Rows) -> NDArray[np.int32]:
        """Return integer gains for a rectangle of pairs, forbidden ones included."""
        if self._origin is not None:
            old = self._origin
            return old.problem.gains(old.mentors[rows], old.mentees[cols])
        total: NDArray[np.int32] | None = None
        for form in self.gain_forms:
            gains = form.block(rows, cols)
            total = gains if total is None else np.add(total, gains, out=total)
        if total is None:
            taken = (len(np.arange(self.shape[0])[rows]), len(np.arange(self.shape[1])[cols]))
            return np.zeros(taken, dtype=np.int32)
        return total

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 of all data in canonical order: the same for the same people in any order."""
        digest = hashlib.sha256()
        for roster in (self.mentors, self.mentees):
            order = np.argsort(np.array(roster.ids, dtype=object), kind="stable")
            for name, column in sorted(roster.take(order).columns.items()):
                digest.update(name.encode())
                for array in _arrays(column):
                    digest.update(np.ascontiguousarray(array).tobytes())
                digest.update("\x1f".join(getattr(column, "labels", ())).encode())
        return digest.hexdigest()


def _arrays(column: Any) -> tuple[NDArray[Any], ...]:
    if isinstance(column, Numbers):
        return (column.values,)
    if isinstance(column, Ragged):
        return column.starts, column.codes, column.values, column.weights
    return (column.codes,)


def _canonical(roster: Roster, draw: np.random.Generator | None) -> NDArray[np.intp]:
    order = np.argsort(roster.categories("id").codes, kind="stable")
    return order if draw is None else draw.permutation(order)


def _as_rule(rule: Any) -> PairRule | CohortRule:
    if isinstance(rule, PairRule | CohortRule):
        return rule
    if isinstance(rule, type):
        raise InvalidInputError(f"rule {rule.__name__} is a class; write {rule.__name__}()")
    if isinstance(rule, ScorePart):
        raise InvalidInputError(f"{rule.name} is a score part; it belongs into score=[...]")
    if callable(rule):
        return Predicate(function=rule)
    raise InvalidInputError(f"{rule!r} is not a rule: give a rule of rmatch.rules or a function")


def _not_self(mentors: Roster, mentees: Roster) -> Exceptions:
    """The same id on both sides is one person, never matched with themself (§C1)."""
    one, other = mentors.categories("id").codes, mentees.categories("id").codes
    _, left, right = np.intersect1d(one, other, assume_unique=True, return_indices=True)
    return Exceptions(left, right, (len(one), len(other)))
