"""Reciprocal pairs: one pool in which everybody teaches and everybody learns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from rmatch.answers.answer import Answer, plain
from rmatch.answers.wording import counted, figure
from rmatch.check import Violation, pair_gain
from rmatch.errors import InvalidInputError, SolverError
from rmatch.living.groups import refuse
from rmatch.living.left_out import LeftOut
from rmatch.parameters import check_keywords
from rmatch.problem import Problem
from rmatch.reasons import pair_of_people

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from rmatch.matching import Pair
    from rmatch.objectives import Objective
    from rmatch.problem import Rule
    from rmatch.scoring.base import ScorePart


_EDGES_EACH = 4  # edges per person that are tried first


@dataclass(frozen=True)
class ReciprocalPair:
    """Two people who teach each other.

    ``directions`` are the two pairs it consists of, each with its score, parts, reasons and flags:
    ``one`` teaches ``other``, then the other way round. ``score`` is the mean of their scores.
    """

    one: str
    other: str
    score: float
    directions: tuple[Pair, Pair]


@dataclass(frozen=True)
class Unpaired:
    """Somebody without a partner, and why.

    ``eligible`` counts the possible partners; ``removed_by`` counts, for each rule, those it
    forbids in either direction; ``best`` is the possible partner with the highest score, and
    ``best_has`` whom they have instead.
    """

    id: str
    cause: LeftOut
    eligible: int
    removed_by: Mapping[str, int] = field(default_factory=dict)
    best: str | None = None
    best_has: str | None = None

    @property
    def words(self) -> str:
        """The cause in a sentence."""
        if self.cause is LeftOut.NO_ELIGIBLE_PARTNER:
            rules = ", ".join(f"{name} removes {count}" for name, count in self.removed_by.items())
            return f"{self.cause.value}: {rules or 'there is nobody else'}"
        if self.cause is LeftOut.NOT_CHOSEN:
            having = f"is with {self.best_has}" if self.best_has else "is free too"
            return f"{self.cause.value}; the best possible partner, {self.best}, {having}"
        return str(self.cause.value)


@dataclass(frozen=True)
class Reciprocal(Answer):
    """Checked reciprocal pairs, and everybody without one with the cause.

    The pairs are proven optimal: networkx verifies the prices of its blossom method, in whole
    numbers, before it returns.
    """

    pairs: tuple[ReciprocalPair, ...]
    unpaired: tuple[Unpaired, ...]
    problem: Problem = field(repr=False, compare=False)

    @property
    def score(self) -> float:
        """The sum of the scores of all pairs."""
        return sum(pair.score for pair in self.pairs)

    def summary(self) -> str:
        """Say in a line what was found and how it is known."""
        return (
            f"{counted(len(self.pairs), 'reciprocal pair')} among {len(self.problem.mentors)} "
            f"people; score {figure(self.score)}; proven optimal; checked"
        )

    @property
    def words(self) -> str:
        """The pairs, one a line, and who has none."""
        lines = [f"{pair.one} with {pair.other} ({figure(pair.score)})" for pair in self.pairs]
        lines += [f"{each.id}: {each.words}" for each in self.unpaired]
        return "\n".join([self.summary(), *lines])

    def rows(self) -> list[dict[str, Any]]:
        """Return one record per pair, with the score of each direction and its reasons."""
        return [
            {
                "one": pair.one,
                "other": pair.other,
                "score": pair.score,
                "one_teaches": pair.directions[0].score,
                "other_teaches": pair.directions[1].score,
                "reasons_one_teaches": "; ".join(pair.directions[0].reasons),
                "reasons_other_teaches": "; ".join(pair.directions[1].reasons),
            }
            for pair in self.pairs
        ]

    def to_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        return {
            "score": self.score,
            "pairs": [plain(row) for row in self.rows()],
            "unpaired": [
                {
                    "id": each.id,
                    "cause": each.cause.name.lower(),
                    "words": each.words,
                    "eligible": each.eligible,
                    "removed_by": dict(each.removed_by),
                }
                for each in self.unpaired
            ],
            "words": self.words,
        }


def reciprocal(
    people: Any,
    *,
    rules: Sequence[Rule] = (),
    score: Sequence[ScorePart] | None = None,
    objective: str | Objective = "total_score",
    seed: int | None = None,
    **reading: Any,
) -> Reciprocal:
    """Pair the people of one pool so that both teach and both learn.

    Parameters
    ----------
    people
        One pool, as :func:`rmatch.read_roster` takes it. Capacities are 1; 0 means no place.
    rules, score
        As in :func:`rmatch.match`; they hold, and count, in both directions: each of the two as
        mentor of the other. A gap in seniority or age that only one of the two can have forbids
        every pair; ``GenerationGap(15, either_way=True)`` and its like ask for any gap.
    objective
        ``"total_score"``, or ``"coverage_first"``: as many people paired as possible first.
    seed, reading
        As in :func:`rmatch.match`.

    Raises
    ------
    InvalidInputError
        For bad people, and for what a pool does not know: cohort rules, minimums and other
        objectives.

    Notes
    -----
    A maximum-weight matching in a general graph by networkx, over whole-number weights: the gains
    of both directions together. Dual prices leave out edges that can be in no best matching.

    References
    ----------
    Z. Galil, "Efficient algorithms for finding maximum matching in graphs", ACM Computing Surveys
    18, 1986.

    Examples
    --------
    >>> from rmatch.living import reciprocal
    >>> pool = [
    ...     {"id": "ann", "skills": "AI:4", "goals": "SQL:3"},
    ...     {"id": "bob", "skills": "SQL:3", "goals": "AI:4"},
    ...     {"id": "cyd", "skills": "SQL:2", "goals": "AI:4"},
    ... ]
    >>> print(reciprocal(pool))
    1 reciprocal pair among 3 people; score 1; proven optimal; checked
    ann with bob (1)
    cyd: the best choice for all leaves them out; the best possible partner, ann, is with bob
    """
    from rmatch.reading import Reading, read_roster

    check_keywords(reciprocal, reading, Reading)
    roster = read_roster(people, **reading)
    if not len(roster):
        raise InvalidInputError("nobody is in the pool; give at least one person")
    problem = Problem.of(roster, roster, rules=rules, score=score, objective=objective, seed=seed)
    refuse(problem, "reciprocal pairs")
    gains, allowed = _both_ways(problem)
    pairs = best_pairs(gains, allowed, first=problem.objective.name == "coverage_first")
    units = sum(int(gains[pair]) for pair in pairs)
    violations = _check(problem, pairs, units)
    if violations:
        raise SolverError(
            f"rmatch found a fault in its own pairs and does not return them: {violations[0]} "
            f"({len(violations)} in all); please report it",
            "check failed",
        )
    return Reciprocal(
        tuple(_pair(problem, *pair) for pair in pairs),
        tuple(_unpaired(problem, gains, allowed, pairs)),
        problem,
    )


def best_pairs(
    gains: NDArray[np.int64], allowed: NDArray[np.bool_], *, first: bool = False
) -> list[tuple[int, int]]:
    """Return the pairs of one pool with the largest sum of whole-number gains, exactly.

    The blossom method of networkx is slow on many edges, so prices say first which edges can
    matter. Whole prices that are at least the gain of every edge bound every set of pairs by their
    sum; an edge that is short of its two prices by more than that bound is above a set already
    found is in no better set.

    Parameters
    ----------
    gains, allowed
        Symmetric (people, people) arrays; gains are at least 0.
    first
        As many pairs as possible first.
    """
    import networkx as nx

    one, other = np.nonzero(np.triu(allowed, 1))
    if not len(one):
        return []
    bonus = int(gains.max()) * len(gains) + 1 if first else 0
    weight = gains[one, other] + bonus
    prices = _prices(one, other, weight, len(gains))
    short, bound = prices[one] + prices[other] - weight, int(prices.sum())
    reach = int(np.sort(short)[min(_EDGES_EACH * len(gains), len(short)) - 1])
    while True:
        near = short <= reach
        graph = nx.Graph()
        edges = zip(one[near].tolist(), other[near].tolist(), weight[near].tolist(), strict=True)
        graph.add_weighted_edges_from(edges)
        found = sorted((min(pair), max(pair)) for pair in nx.max_weight_matching(graph))
        missing = bound - sum(int(gains[pair]) + bonus for pair in found)
        if near.all() or missing <= reach:
            return found
        reach = missing


def _prices(
    one: NDArray[np.intp], other: NDArray[np.intp], weight: NDArray[np.int64], people: int
) -> NDArray[np.int64]:
    """Return whole prices for everybody, for each edge together at least its weight.

    They are the dual prices of the linear program over all edges, rounded up and mended.
    """
    import scipy.sparse as sp
    from scipy.optimize import linprog

    edges = np.arange(len(one))
    ends = sp.csc_array(
        (np.ones(2 * len(one)), (np.concatenate([one, other]), np.concatenate([edges, edges]))),
        shape=(people, len(one)),
    )
    scale = float(weight.max()) or 1.0
    found = linprog(-weight / scale, A_ub=ends, b_ub=np.ones(people), method="highs")
    if found.status != 0:
        raise SolverError(f"HiGHS gave no prices: {found.message}", found.message)
    exact = np.maximum(-found.ineqlin.marginals, 0) * scale
    prices: NDArray[np.int64] = np.ceil(exact).astype(np.int64)
    np.maximum.at(prices, one, weight - prices[other])
    return prices


def _both_ways(problem: Problem) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Return symmetric gains of both directions together, and who may be a pair in both."""
    everybody = slice(None), slice(None)
    gains, allowed = problem.block(*everybody)
    able = problem.counts.mentor_most > 0
    both = gains.astype(np.int64) + gains.T
    return both, allowed & allowed.T & able[:, None] & able[None, :]


def _check(problem: Problem, pairs: Sequence[tuple[int, int]], units: int) -> list[Violation]:
    """Check the pairs again, slowly, from the scalar twins of all rules and score parts."""
    count = Counter(row for pair in pairs for row in pair)
    found = [Violation(f"person {row} has {n} partners") for row, n in count.items() if n > 1]
    total = 0
    for pair in pairs:
        one, other = (problem.mentors.person(row) for row in pair)
        for mentor, mentee in ((one, other), (other, one)):
            gain = pair_gain(problem, mentor, mentee)
            total += gain
            if mentor.id == mentee.id or mentor.capacity == 0:
                found.append(Violation(f"{mentor.id!r} cannot be with {mentee.id!r}"))
            if problem.min_gain is not None and gain < problem.min_gain:
                found.append(Violation(f"{mentor.id!r} with {mentee.id!r} is below the minimum"))
            found += [
                Violation(f"{mentor.id!r} with {mentee.id!r} breaks {rule.describe()}")
                for rule in problem.pair_rules
                if rule.minimum_score is None and not rule.allows(mentor, mentee)
            ]
    if total != units:
        found.append(Violation(f"the objective is {total}, not {units} as claimed"))
    return found


def _pair(problem: Problem, row: int, col: int) -> ReciprocalPair:
    forth, back = pair_of_people(problem, row, col), pair_of_people(problem, col, row)
    score = (forth.score + back.score) / 2
    return ReciprocalPair(forth.mentor, forth.mentee, score, (forth, back))


def _unpaired(
    problem: Problem,
    gains: NDArray[np.int64],
    allowed: NDArray[np.bool_],
    pairs: Sequence[tuple[int, int]],
) -> list[Unpaired]:
    partner = {row: col for pair in pairs for row, col in (pair, pair[::-1])}
    ids = problem.mentors.ids
    removed: dict[str, NDArray[np.int64]] = {}
    for rule, form in zip(problem.pair_rules, problem.pair_forms, strict=False):
        mask = form.block(slice(None), slice(None))
        if rule.minimum_score is not None:
            mask = problem.gains(slice(None), slice(None)) >= (problem.min_gain or 0)
        barred = ~(mask & mask.T)
        np.fill_diagonal(barred, False)
        name = "not eligible" if rule.private else rule.describe()
        removed[name] = removed.get(name, 0) + barred.sum(axis=1)
    result = []
    for row, person in enumerate(ids):
        if row in partner:
            continue
        possible = np.flatnonzero(allowed[row])
        counts = {name: int(count[row]) for name, count in removed.items() if count[row]}
        if problem.counts.mentor_most[row] == 0:
            result.append(Unpaired(person, LeftOut.NO_PLACE, 0, counts))
        elif not len(possible):
            result.append(Unpaired(person, LeftOut.NO_ELIGIBLE_PARTNER, 0, counts))
        else:
            best = int(possible[np.argmax(gains[row, possible])])
            having = ids[partner[best]] if best in partner else None
            result.append(
                Unpaired(person, LeftOut.NOT_CHOSEN, len(possible), counts, ids[best], having)
            )
    return result
