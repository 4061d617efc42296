"""The result: pairs with reasons, the unmatched with causes, the proof, and where it came from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from rmatch.answers import Answers
from rmatch.answers.wording import counted
from rmatch.certificate import Certificate, prices_of
from rmatch.check import Violation, check
from rmatch.errors import SolverError, UnsupportedFeatureError
from rmatch.report import Reports
from rmatch.schema import VERSION
from rmatch.solvers import Prices, Stage, Status, gap_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from rmatch.audit import Audit
    from rmatch.candidates import Candidates
    from rmatch.matrix import MatrixProblem
    from rmatch.metrics import Kpis, Observed
    from rmatch.priced import Basis
    from rmatch.problem import Problem
    from rmatch.unmatched import Unmatched

#: Answers that need a list of all pairs give up beyond so many.
MOST_PAIRS = 1 << 28


@dataclass(frozen=True, slots=True)
class Pair:
    """A mentor (who teaches) and a mentee (who learns).

    ``parts`` are the contributions of the score parts; they add up to ``score`` exactly.
    ``reasons`` say in words what speaks for the pair; ``flags`` name the rules that could not be
    decided because data is missing, for a person to review (§C10).
    """

    mentor: Any
    mentee: Any
    score: float
    parts: Mapping[str, float] = field(default_factory=dict)
    reasons: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False, repr=False)
class Matching(Answers, Reports):
    """A checked matching. ``rows`` and ``cols`` are positions in the problem's rosters."""

    problem: Problem | MatrixProblem
    rows: NDArray[np.intp]  # (pairs,), mentors
    cols: NDArray[np.intp]  # (pairs,), mentees
    status: Status
    units: int  # the objective in whole grid units, bonuses included
    bound_units: int | None
    solver: str
    seconds: Mapping[str, float]
    candidates: Candidates | None = None
    known_prices: Prices | None = None
    stages: tuple[Stage, ...] = ()
    basis: Basis | None = None  # what a re-match of a large programme begins with
    aliases: Mapping[str, tuple[str, ...]] | None = None  # by side, in place of ids and names

    # ---- what was found ----------------------------------------------------------------------

    @cached_property
    def pairs(self) -> tuple[Pair, ...]:
        """All pairs, in the canonical order of mentors, then mentees."""
        from rmatch.reasons import pair_of

        return tuple(
            pair_of(self, int(row), int(col)) for row, col in zip(self.rows, self.cols, strict=True)
        )

    @cached_property
    def unmatched_mentors(self) -> tuple[Unmatched, ...]:
        """Mentors without a pair, each with the cause (§C5)."""
        from rmatch.unmatched import unmatched

        return unmatched(self, "mentor")

    @cached_property
    def unmatched_mentees(self) -> tuple[Unmatched, ...]:
        """Mentees without a pair, each with the cause (§C5)."""
        from rmatch.unmatched import unmatched

        return unmatched(self, "mentee")

    def partners(self, person: Any) -> tuple[Any, ...]:
        """Return the ids of a person's partners, as mentor and as mentee."""
        from rmatch.answers.people import rows_of

        at = rows_of(self, person)
        found = [self.mentee_ids[col] for col in self.cols[self.rows == at["mentor"]].tolist()]
        found += [self.mentor_ids[row] for row in self.rows[self.cols == at["mentee"]].tolist()]
        return tuple(found)

    @cached_property
    def mentor_ids(self) -> tuple[Any, ...]:
        """The ids of all mentors, in the problem's order."""
        return _ids(self, "mentors", 0)

    @cached_property
    def mentee_ids(self) -> tuple[Any, ...]:
        """The ids of all mentees, in the problem's order."""
        return _ids(self, "mentees", 1)

    # ---- how good it is, and how that is known -----------------------------------------------

    @cached_property
    def gains(self) -> NDArray[np.int64]:
        """Each pair's gain in whole grid units."""
        from rmatch.candidates import of_pairs

        return of_pairs(self.problem, self.rows, self.cols)[0]

    @property
    def score(self) -> float:
        """The sum of the scores of all pairs."""
        return int(self.gains.sum()) * self.problem.unit

    @property
    def objective(self) -> float:
        """What was maximised, in units of score.

        For ``total_score`` it is ``score``, with what rules add (``Priority``) or take away
        (penalties); ``coverage_first`` and ``Tiers`` of people add their bonuses.
        Where an objective takes several solves, ``stages`` say what each reached and proved, and
        this is what the total score would count.
        """
        return self.units * self.problem.unit

    @property
    def bound(self) -> float | None:
        """A proven upper limit on the objective of any matching.

        ``None`` if nothing is proven, or if what is proven is not one number: see ``stages``.
        """
        return None if self.bound_units is None else self.bound_units * self.problem.unit

    @property
    def gap(self) -> float | None:
        """(bound - objective) / bound: 0 when proven optimal, ``None`` without a bound."""
        if self.status is Status.OPTIMAL:
            return 0.0
        if self.bound_units is None:
            return None
        return gap_of(self.units, self.bound_units)

    @property
    def coverage(self) -> Mapping[str, float]:
        """The share of mentees, and of mentors, who have a pair; 1 where a side is empty."""
        mentors, mentees = self.problem.shape
        return {
            "mentees": len(np.unique(self.cols)) / mentees if mentees else 1.0,
            "mentors": len(np.unique(self.rows)) / mentors if mentors else 1.0,
        }

    @property
    def has_prices(self) -> bool:
        """Whether prices prove the matching: it is optimal, and no cohort rule joins pairs."""
        if self.bound_units != self.units:
            return False
        return self.known_prices is not None or self._edges.cohort is None

    @cached_property
    def prices(self) -> Prices:
        """The dual prices in whole grid units: the most that one more place of each can add.

        Raises :class:`SolverError` where there are none, see :attr:`has_prices`.
        """
        if self.known_prices is not None:
            return self.known_prices
        if not self.has_prices:
            raise SolverError(
                "prices alone prove no optimum with cohort rules or an objective of several "
                f"stages; solver {self.solver!r}: {self.proof}",
                "no prices",
            )
        return prices_of(self._edges, self._chosen)

    @cached_property
    def certificate(self) -> Certificate:
        """Prices that prove the optimum to anyone: ``certificate.verify(problem)`` (§C9).

        Raises :class:`SolverError` where there are none, see :attr:`has_prices`.
        """
        pairs = tuple(zip(self.rows.tolist(), self.cols.tolist(), strict=True))
        return Certificate(pairs, self.units, self.prices)

    @property
    def remarks(self) -> tuple[str, ...]:
        """What the owner should know, such as a locked pair that breaks a rule."""
        rules = getattr(self.problem, "cohort_rules", ())
        if not rules:
            return ()
        pairs = list(zip(self.rows.tolist(), self.cols.tolist(), strict=True))
        return tuple(remark for rule in rules for remark in rule.remarks(self.problem, pairs))

    def check(self) -> list[Violation]:
        """Check the matching again, independently of the solver; an empty list is all well."""
        pairs = np.column_stack((self.rows, self.cols))
        return check(self.problem, pairs, self.units, self.stages)

    def blocking_pairs(self) -> tuple[tuple[Any, Any], ...]:
        """Return the pairs who would both gain by leaving a pair, or a free place, for each other.

        Both sides rank by the score, or by what :class:`rmatch.objectives.Stable` says. There are
        none where the matching is stable.
        """
        from rmatch.stability import blocking

        pairs = list(zip(self.rows.tolist(), self.cols.tolist(), strict=True))
        found = blocking(self.problem, pairs)
        return tuple((self.mentor_ids[row], self.mentee_ids[col]) for row, col in found)

    @cached_property
    def notes(self) -> tuple[str, ...]:
        """What to look at: look-alike skill names, goals nobody can teach, pairs to review."""
        from rmatch.notes import notes

        return notes(self)

    @property
    def provenance(self) -> Mapping[str, Any]:
        """Versions, rules, weights, data fingerprint, seed, seconds: all that decides a result."""
        from rmatch.provenance import provenance

        return provenance(self)

    @cached_property
    def _edges(self) -> Candidates:
        """All allowed pairs. A priced matching lists them only when asked what needs them all."""
        from rmatch.candidates import all_candidates

        if self.candidates is not None:
            return self.candidates
        mentors, mentees = self.problem.shape
        if mentors * mentees > MOST_PAIRS:
            raise UnsupportedFeatureError(
                f"this answer lists all pairs, and {mentors:,} x {mentees:,} of them do not fit "
                "into memory; ask about a part of the people, or use matching.prices"
            )
        return all_candidates(self.problem)

    @property
    def _chosen(self) -> NDArray[np.intp]:
        edges = self._edges
        return np.searchsorted(edges.keys, np.sort(self.cols * edges.shape[0] + self.rows))

    # ---- how it is measured ------------------------------------------------------------------

    def kpis(
        self,
        observed: Observed | None = None,
        *,
        min_cell: int = 5,
        only: Sequence[str] | None = None,
    ) -> Kpis:
        """Return every KPI with its formula, n and interval, see :func:`rmatch.metrics.kpis`."""
        from rmatch.metrics import kpis

        return kpis(self, observed, min_cell=min_cell, only=only)

    def audit(
        self,
        groups: Any,
        *,
        min_cell: int = 5,
        attributes: Sequence[str] | None = None,
        shuffles: int = 20,
        seed: int = 0,
    ) -> Audit:
        """Look at the result by groups of people, see :func:`rmatch.audit.audit`."""
        from rmatch.audit import audit

        return audit(
            self,
            groups,
            min_cell=min_cell,
            attributes=attributes,
            shuffles=shuffles,
            seed=seed,
        )

    # ---- how it leaves -----------------------------------------------------------------------

    def to_records(self) -> list[dict[str, Any]]:
        """Return one flat dict per pair: mentor, mentee, score, each part, reasons, flags.

        Where anybody has a name, ``mentor_name`` and ``mentee_name`` follow the ids. Ids are as
        they were given: where a roster's were whole numbers, they are so again, and the table can
        be joined with the one that people came from. Everywhere else ids are text.
        """
        from rmatch.pair_table import records

        return records(self)

    def to_frame(self, backend: str | None = None) -> Any:
        """Return the pairs as a data frame of ``backend``: "pandas", "polars" or "pyarrow".

        Without a backend, the first of these that is installed is used. Ids are as in
        :meth:`to_records`.
        """
        from rmatch.frames import frame
        from rmatch.pair_table import column_names

        names, rows = column_names(self), self.to_records()
        return frame({name: [row[name] for row in rows] for name in names}, backend)

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain data for JSON; ``rmatch.schema`` describes its layout."""
        return {
            "schema": f"rmatch/matching/{VERSION}",
            "status": self.status.value,
            "objective": self.objective,
            "bound": self.bound,
            "score": self.score,
            "coverage": dict(self.coverage),
            "pairs": [
                {
                    "mentor": pair.mentor,
                    "mentee": pair.mentee,
                    "score": pair.score,
                    "parts": dict(pair.parts),
                    "reasons": list(pair.reasons),
                    "flags": list(pair.flags),
                }
                for pair in self.pairs
            ],
            "unmatched_mentors": [person.to_dict() for person in self.unmatched_mentors],
            "unmatched_mentees": [person.to_dict() for person in self.unmatched_mentees],
            "provenance": dict(self.provenance),
        }

    def to_networkx(self) -> Any:
        """Return a bipartite ``networkx.Graph`` of all people and the chosen pairs."""
        from rmatch.graph import to_networkx

        return to_networkx(self)

    @property
    def part_names(self) -> tuple[str, ...]:
        """The names of the score parts, as in each pair's ``parts``."""
        return tuple(part.name for part in getattr(self.problem, "score", ()))

    def __len__(self) -> int:
        return len(self.rows)

    def summary(self) -> str:
        """Say in a few lines what was found and how it is known."""
        mentors, mentees = self.problem.shape
        learn, teach = len(np.unique(self.cols)), len(np.unique(self.rows))
        lines = [
            (
                f"{counted(len(self), 'pair')}: {learn} of {mentees} mentees and "
                f"{teach} of {mentors} mentors matched"
            )
        ]
        if len(self):
            scores = np.sort(self.gains) * self.problem.unit
            lines.append(
                f"score {self.score:.4g} in total; per pair {scores.mean():.3f} on average, "
                f"{scores[0]:.3f} at worst, {scores[-1]:.3f} at best"
            )
        weights = zip(self.part_names, getattr(self.problem, "weights", ()), strict=True)
        shares = [f"{name.replace('_', ' ')} {weight:.2g}" for name, weight in weights]
        if len(shares) > 1:
            lines.append(f"weights: {', '.join(shares)}")
        lines.append(self.proof)
        return "\n".join([*lines, *(f"note: {note}" for note in self.notes)])

    @property
    def proof(self) -> str:
        """How good the matching is known to be, and from what, in words."""
        how = f"objective {self.problem.objective.name}, solver {self.solver}"
        if self.stages:
            shown = [str(stage) for stage in self.stages[:4]]
            shown += [f"{len(self.stages) - 4} more"] if len(self.stages) > 4 else []
            said = "proven" if self.status is Status.OPTIMAL else "not all proven"
            return f"{said}, one after the other: {'; '.join(shown)} ({how}); checked"
        if self.status is Status.OPTIMAL:
            return f"proven optimal ({how}); checked"
        if self.gap is not None:
            return f"not proven optimal: at most {self.gap:.2%} below the best ({how}); checked"
        return f"a heuristic, nothing proven about the best ({how}); checked"

    def __repr__(self) -> str:
        lines = [line for line in self.summary().splitlines() if not line.startswith("note: ")]
        return f"<Matching {'; '.join(lines)}>"

    def _repr_html_(self) -> str:
        from rmatch.reasons import html_table

        return html_table(self)


def _ids(matching: Matching, side: str, axis: int) -> tuple[Any, ...]:
    if matching.aliases is not None:
        return matching.aliases[side]
    roster = getattr(matching.problem, side, None)
    return tuple(range(matching.problem.shape[axis])) if roster is None else tuple(roster.ids)
