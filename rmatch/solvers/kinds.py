"""People who are alike, taken together: a smaller program, and its solution given back to them.

Where a roster tells people apart by few fields, many are exchangeable: they have as many places,
and with everybody on the other side the same gains and the same part in every cohort row. Branch
and bound loses its time on who of them it is. So they are one *kind* here, and a column counts the
pairs of two kinds.

Numbers of pairs that fit the places of kinds can always be given to people. Dealt in turn, nobody
gets two pairs more than anybody alike, and with the same kind nobody meets anybody twice (D. Gale,
"A theorem on flows in networks", Pacific Journal of Mathematics 7, 1957).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import scipy.sparse as sp

from rmatch.candidates import Bounds, Candidates, Feature, folded
from rmatch.hashes import mixed
from rmatch.solvers.program import program

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from rmatch.rows import CohortRows
    from rmatch.solvers.program import Program

    Ints = NDArray[np.int64]
    Words = NDArray[np.uint64]
    Places = NDArray[np.intp]

#: Kinds are worth it where a column stands for so many edges on average.
_WORTH_IT = 4


@dataclass(frozen=True, eq=False)
class Kinds:
    """The kinds of the people of a program, and the pairs of kinds that its edges come down to."""

    candidates: Candidates
    mentor: Places  # (mentors,), everybody's kind
    mentee: Places  # (mentees,)
    first: Places  # (pairs of kinds,), the first edge of each, ascending by mentees' kind
    number: Ints  # (pairs of kinds,), how many edges each stands for

    @classmethod
    def of(cls, candidates: Candidates) -> Kinds | None:
        """Return the kinds; ``None`` where few people are alike, or it matters who has a pair."""
        apart = {Feature.LOCKS, Feature.COVERAGE, Feature.PEOPLE_ROWS}
        if not len(candidates) or apart & candidates.features:
            return None
        bounds, gain = candidates.bounds, folded(candidates)
        word = _words(gain, candidates.cohort)
        mentor = _alike(
            candidates.mentor, candidates.mentee, word, bounds.mentor_least, bounds.mentor_most
        )
        mentee = _alike(
            candidates.mentee, candidates.mentor, word, bounds.mentee_least, bounds.mentee_most
        )
        sizes = np.bincount(mentor), np.bincount(mentee)
        if sizes[0].max() * sizes[1].max() < _WORTH_IT:
            return None
        pair = mentee[candidates.mentee] * len(sizes[0]) + mentor[candidates.mentor]
        order = np.argsort(pair, kind="stable")
        _, start, number = np.unique(pair[order], return_index=True, return_counts=True)
        if len(start) * _WORTH_IT > len(candidates):
            return None
        first = order[start]
        whole = number == (
            sizes[0][mentor[candidates.mentor[first]]] * sizes[1][mentee[candidates.mentee[first]]]
        )
        # People are told apart by a hash: should two unlike ones ever have the same, this says so.
        model = np.repeat(first, number)
        if not whole.all() or (gain[order] != gain[model]).any():
            return None
        if candidates.cohort is not None:
            part = candidates.cohort.coefficients.tocsc()
            if (part[:, order] != part[:, model]).nnz:
                return None
        return cls(candidates, mentor, mentee, first, number)

    def program(self) -> Program:
        """Return the program over pairs of kinds."""
        people, first = self.candidates, self.first
        bounds, cohort = people.bounds.clipped(), people.cohort
        mentors, mentees = int(self.mentor.max()) + 1, int(self.mentee.max()) + 1
        if cohort is not None:
            cohort = replace(
                cohort.take(first),
                mentors=sp.csr_array((len(cohort), mentors), dtype=np.int64),
                mentees=sp.csr_array((len(cohort), mentees), dtype=np.int64),
            )
        together = Candidates(
            self.mentor[people.mentor[first]].astype(np.int32),
            self.mentee[people.mentee[first]].astype(np.int32),
            folded(people)[first],
            Bounds.of(
                _sums(self.mentor, bounds.mentor_most),
                _sums(self.mentee, bounds.mentee_most),
                mentor_least=_sums(self.mentor, bounds.mentor_least),
                mentee_least=_sums(self.mentee, bounds.mentee_least),
                seats=bounds.seats,
            ),
            cohort,
        )
        written = program(together)
        upper = written.upper.copy()
        upper[: len(first)] *= self.number
        return replace(written, upper=upper)

    def edges(self, pairs: Ints) -> Places:
        """Deal the pairs of kinds to people, everybody in turn; return their edges, ascending."""
        people = self.candidates
        mentors, mentees = _members(self.mentor), _members(self.mentee)
        turn = np.zeros(len(mentors), np.intp), np.zeros(len(mentees), np.intp)
        keys = [np.zeros(0, np.int64)]
        for at in np.flatnonzero(pairs).tolist():
            kind = self.mentor[people.mentor[self.first[at]]]
            other = self.mentee[people.mentee[self.first[at]]]
            each = np.arange(pairs[at])
            # Mentors one after the other, each with as many mentees in a row as their turns are.
            row = np.sort((turn[0][kind] + each) % len(mentors[kind]))
            col = (turn[1][other] + each) % len(mentees[other])
            keys.append(mentees[other][col] * people.shape[0] + mentors[kind][row])
            turn[0][kind] += pairs[at]
            turn[1][other] += pairs[at]
        return np.searchsorted(people.keys, np.sort(np.concatenate(keys)))


def _words(gain: Ints, cohort: CohortRows | None) -> Words:
    """Return a hash for each edge of its gain and its part in cohort rows."""
    words = mixed(gain.view(np.uint64))
    if cohort is not None:
        part = cohort.coefficients.tocsc()
        entries = mixed(mixed(part.indices.astype(np.uint64)) + part.data.view(np.uint64))
        np.add.at(words, np.repeat(np.arange(len(words)), np.diff(part.indptr)), entries)
    return words


def _alike(
    people: NDArray[np.int32], others: NDArray[np.int32], words: Words, least: Ints, most: Ints
) -> Places:
    """Number people by their places and, hashed, by their edges with everybody else."""
    edges = np.zeros(len(least), np.uint64)
    np.add.at(edges, people, mixed(words + mixed(others.astype(np.uint64))))
    told = np.column_stack([edges.view(np.int64), least, most])
    return np.unique(told, axis=0, return_inverse=True)[1].astype(np.intp)


def _sums(kind: Places, places: Ints) -> Ints:
    total = np.zeros(int(kind.max()) + 1, np.int64)
    np.add.at(total, kind, places)
    return total


def _members(kind: Places) -> list[Places]:
    """Return who is of each kind, ascending."""
    order = np.argsort(kind, kind="stable")
    return np.split(order, np.cumsum(np.bincount(kind))[:-1])
