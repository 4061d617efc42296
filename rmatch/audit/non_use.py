"""Proof that an attribute was not used: shuffle it, and nothing that decides changes."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import numpy as np

from rmatch.audit.groups import UNKNOWN
from rmatch.candidates import all_candidates
from rmatch.columns import Categories
from rmatch.errors import InfeasibleError, InvalidInputError
from rmatch.fields import KNOWN, Kind
from rmatch.people import Roster
from rmatch.problem import Problem

if TYPE_CHECKING:
    from rmatch.audit.groups import Groups
    from rmatch.matching import Matching


@dataclass(frozen=True, slots=True)
class NonUse:
    """What became of the matching when an attribute was given to other people at random.

    ``changed`` counts the shuffles in which any pair's gain or permission was another one. With
    none changed, everything the solver sees is the same, so its result is the same.
    ``columns`` are the roster's columns that were shuffled; where there were none, the attribute
    was written into the rosters first, so that a rule which asks for it by name is found out.
    """

    attribute: str
    shuffles: int
    changed: int
    columns: tuple[str, ...]
    most_pairs_changed: int

    def __bool__(self) -> bool:
        return self.changed == 0

    @property
    def words(self) -> str:
        """The proof in a sentence."""
        if self:
            return (
                f"{self.attribute} was not read: given to other people at random "
                f"{self.shuffles} times, no pair's score or permission changed"
            )
        return (
            f"{self.attribute} was read: given to other people at random, what the solver sees "
            f"changed {self.changed} of {self.shuffles} times, and up to "
            f"{self.most_pairs_changed} pairs with it"
        )

    def to_record(self) -> dict[str, Any]:
        """Return the figures as a flat record."""
        return {
            "attribute": self.attribute,
            "not_used": bool(self),
            "shuffles": self.shuffles,
            "changed": self.changed,
            "most_pairs_changed": self.most_pairs_changed,
            "columns": "; ".join(self.columns),
        }


def non_use(
    matching: Matching, groups: Groups, attribute: str, *, shuffles: int = 20, seed: int = 0
) -> NonUse:
    """Shuffle an attribute among the people of each side and see whether anything changes.

    An attribute that is a column of the rosters (by its name there) is shuffled in them. What this
    shows is that the attribute itself was not read; a column that goes with it may have been, which
    is the question of proxies.
    """
    problem = matching.problem
    if not isinstance(problem, Problem):
        raise InvalidInputError("a ready-made matrix does not say what it was made from")
    if attribute not in groups:
        raise InvalidInputError(
            f"no attribute {attribute!r} in the groups; there are: {', '.join(groups)}"
        )
    columns = _columns(problem, attribute)
    mentors, mentees = problem.mentors, problem.mentees
    names = columns or (attribute,)
    if not columns:
        mentors, mentees = (_with(side, groups, attribute) for side in (mentors, mentees))
    rng = np.random.default_rng(seed)
    before = _digest(problem.replace(mentors=mentors, mentees=mentees))
    pairs = _pairs(matching)
    changed = most = 0
    for _ in range(shuffles):
        sides = (_shuffled(mentors, names, rng), _shuffled(mentees, names, rng))
        try:
            other = problem.replace(mentors=sides[0], mentees=sides[1])
        except InvalidInputError:  # a rule that finds fault with it reads it
            changed += 1
            continue
        if _digest(other) != before:
            changed += 1
            most = max(most, _pairs_changed(other, matching, pairs))
    return NonUse(attribute, shuffles, changed, columns, most)


def _columns(problem: Problem, attribute: str) -> tuple[str, ...]:
    known = KNOWN.get(attribute)
    names = (
        ("birth_earliest", "birth_latest")
        if known is not None and known.kind is Kind.BIRTH
        else (attribute,)
    )
    return tuple(n for n in names if problem.mentors.has(n) or problem.mentees.has(n))


def _with(roster: Roster, groups: Groups, attribute: str) -> Roster:
    """Write an attribute into a roster."""
    labels = [groups[attribute].get(str(person), UNKNOWN) for person in roster.ids]
    kinds, codes = np.unique(labels, return_inverse=True)
    column = Categories(codes.astype(np.int32), tuple(kinds.tolist()))
    return roster.replace(**{attribute: column})


def _shuffled(roster: Roster, names: tuple[str, ...], rng: np.random.Generator) -> Roster:
    order = rng.permutation(len(roster))
    columns = {name: roster.columns[name].take(order) for name in names if name in roster.columns}
    return roster.replace(**columns)


def _digest(problem: Problem) -> bytes:
    """Return a digest of the candidates: all that a solver sees."""
    program = all_candidates(problem)
    bounds, cohort = program.bounds, program.cohort
    arrays = [program.mentor, program.mentee, program.gain, program.locked]
    arrays += [getattr(bounds, f.name) for f in dataclasses.fields(bounds) if f.name != "seats"]
    if cohort is not None:
        arrays += [cohort.low, cohort.high, cohort.penalty]
        arrays += [
            part
            for matrix in (cohort.coefficients, cohort.mentors, cohort.mentees, cohort.links)
            for part in (matrix.data, matrix.indices, matrix.indptr)
        ]
    digest = sha256()
    for array in arrays:
        digest.update(np.ascontiguousarray(array).astype(np.int64).tobytes())
    return digest.digest()


def _pairs(matching: Matching) -> set[tuple[Any, Any]]:
    mentors, mentees = matching.mentor_ids, matching.mentee_ids
    places = zip(matching.rows.tolist(), matching.cols.tolist(), strict=True)
    return {(mentors[row], mentees[col]) for row, col in places}


def _pairs_changed(problem: Problem, matching: Matching, pairs: set[tuple[Any, Any]]) -> int:
    from rmatch.pipeline import solve
    from rmatch.solvers import CHOICES

    solver = matching.solver if matching.solver in CHOICES else "auto"  # as that of a re-match
    try:
        return len(pairs - _pairs(solve(problem, solver=solver)))
    except InfeasibleError:  # as where earlier pairs had to be kept
        return len(pairs)
