"""Several solves in a row, each for the best of what the ones before have left open.

Without cohort rules, a stage goes on within the face of the stage before (see ``faces``): again a
flow. With them, what a stage has reached becomes one more condition, for solvers of linear rules.
"""

from __future__ import annotations

from dataclasses import replace
from time import perf_counter
from typing import TYPE_CHECKING, Any

import numpy as np

from rmatch import solvers
from rmatch.candidates import Candidates
from rmatch.errors import SolverError, UnsupportedFeatureError
from rmatch.faces import Face
from rmatch.listed import solve_listed
from rmatch.rows import CohortRows, Row
from rmatch.solvers import Infeasible, Options, Selection, Stage, Status

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Bools = NDArray[np.bool_]

#: From so many edges on, the compiled solver is faster than one that need not be loaded.
_MANY = 20_000
#: From so many on, programs are solved over few of their edges.
VERY_MANY = 200_000


class Sequence:
    """The selections that are best in all stages so far, and one of them.

    Parameters
    ----------
    candidates
        The whole program. Its gains, bonuses and soft rows count in the stage ``score`` alone.
    solver, options
        As for one solve; the time limit is for all stages together.
    """

    def __init__(self, candidates: Candidates, solver: str, options: Options) -> None:
        self.candidates = candidates
        self.solver, self.options = solver, options
        self.possible = np.ones(len(candidates), dtype=bool)
        self.forced = np.zeros(len(candidates), dtype=bool)
        self.forced[candidates.locked] = True
        self.bounds = candidates.bounds.times(0)
        self.full = False
        self.chosen: NDArray[np.intp] | None = None
        self.stages: list[Stage] = []
        self._floors: list[tuple[Ints, Ints, Ints, int]] = []
        self._started = perf_counter()
        self._after_penalties = False

    @property
    def by_faces(self) -> bool:
        """Whether stages follow by faces, not by conditions."""
        return self.candidates.cohort is None

    @property
    def _hard(self) -> CohortRows | None:
        cohort = self.candidates.cohort
        return None if cohort is None else cohort.hard

    @property
    def stopped(self) -> bool:
        """Whether a stage was left unproven, so that no other can follow."""
        return bool(self.stages) and not self.stages[-1].proven

    def maximise(
        self,
        name: str,
        amount: Ints,
        mentors: Ints | None = None,
        mentees: Ints | None = None,
        *,
        unit: float = 1.0,
    ) -> None:
        """Maximise whole amounts per edge, per matched mentor and per matched mentee.

        Nothing happens after a stage that the time limit left unproven.
        """
        one = np.zeros_like(self.bounds.mentor_bonus) if mentors is None else mentors
        other = np.zeros_like(self.bounds.mentee_bonus) if mentees is None else mentees
        self._stage(name, amount, one, other, self._hard, unit)

    def score(self, unit: float = 1.0) -> None:
        """Maximise the candidates' own objective: gains, what rules earn, less what they cost."""
        bounds, cohort = self.candidates.bounds, self.candidates.cohort
        bonuses = bounds.mentor_bonus, bounds.mentee_bonus
        self._stage("total score", self.candidates.gain, *bonuses, cohort, unit)
        self._after_penalties = cohort is not None and bool((cohort.penalty > 0).any())

    def most_pairs(self, amount: Ints) -> None:
        """Choose as many pairs as possible; among these, go on from one of the largest amount.

        Later stages keep the number of pairs alone, as a number of seats to fill.
        """
        if self.stopped:
            return
        before = self.bounds, self.possible, self.forced
        floors = list(self._floors)
        each = 2 * int(np.abs(amount).max(initial=0)) * self.bounds.most_pairs + 1
        self.maximise("pairs", amount + each)
        proven = self.stages.pop().proven
        assert self.chosen is not None
        pairs = len(self.chosen)
        self.stages.append(Stage("pairs", pairs, pairs if proven else None))
        if proven:
            bounds, self.possible, self.forced = before
            self.bounds, self.full = replace(bounds, seats=pairs), self.by_faces
            none = np.zeros_like(bounds.mentor_bonus), np.zeros_like(bounds.mentee_bonus)
            self._floors = (
                floors if self.by_faces else [*floors, (np.ones_like(amount), *none, pairs)]
            )

    def keep(self, edges: Bools) -> None:
        """Do without all other edges, but for those that every selection takes."""
        self.possible = self.possible & (edges | self.forced)

    def favouring(self, amount: Ints, mentors: Ints, mentees: Ints) -> NDArray[np.intp]:
        """Return the edges of a selection of the largest amounts; no stage comes of it."""
        program, edges, _ = self._program(amount, mentors, mentees, self._hard)
        return edges[self._solve(program).edges]

    def allow(self, loss: int) -> None:
        """Let the last stage miss what it reached by so much, where stages follow by conditions."""
        amount, mentors, mentees, reached = self._floors.pop()
        self._floors.append((amount, mentors, mentees, reached - loss))

    def fits(self, edges: Bools) -> bool:
        """Say whether a selection that is best so far needs only these edges."""
        before = self.possible
        self.keep(edges)
        try:
            nothing = np.zeros(len(edges), dtype=np.int64)
            program, _, extra = self._program(nothing, None, None, self._hard)
            found = self._solve(program)
        except Infeasible:
            return False
        finally:
            self.possible = before
        if found.status is not Status.OPTIMAL:
            raise SolverError("time was up before the worst pair was known", "time limit")
        return not extra or len(found.edges) == program.bounds.seats

    def settle(self, *stages: Stage) -> None:
        """Take over what was proven elsewhere."""
        self.stages += stages

    def selection(self) -> Selection:
        """Return what was found and what each stage proved."""
        assert self.chosen is not None
        value = self.candidates.value(self.chosen)
        status = Status.FEASIBLE if self.stopped else Status.OPTIMAL
        return Selection(self.chosen, status, value, None, None, tuple(self.stages))

    def _stage(
        self,
        name: str,
        amount: Ints,
        mentors: Ints,
        mentees: Ints,
        cohort: CohortRows | None,
        unit: float,
    ) -> None:
        if self.stopped:
            return
        if self._after_penalties:
            raise UnsupportedFeatureError(
                f"{name} cannot come after the score while rules have penalties: what they cost "
                "is part of the score; put the score last, or make the rules hard"
            )
        program, edges, extra = self._program(amount, mentors, mentees, cohort)
        try:
            selection = self._solve(program)
        except SolverError:
            if self.chosen is None or self.options.time_limit is None:
                raise
            self.stages.append(Stage(name, self._value(program, edges, extra), None, unit))
            return
        self.chosen = edges[selection.edges]
        value = self._value(program, edges, extra)
        optimal = selection.status is Status.OPTIMAL
        bound = value if optimal else None if extra else selection.bound
        stage = Stage(name, value, bound, unit)
        self.stages.append(stage)
        if not stage.proven:  # a solver whose time was up may have reached its bound all the same
            return
        if self.by_faces:
            self._restrict(Face.of(program, selection), edges)
        else:
            self._floors.append((amount, mentors, mentees, value))

    def _value(self, program: Candidates, edges: NDArray[np.intp], extra: int) -> int:
        """Return what the selection at hand reaches in a stage."""
        assert self.chosen is not None
        return program.value(np.searchsorted(edges, self.chosen)) - extra * len(self.chosen)

    def _program(
        self,
        amount: Ints,
        mentors: Ints | None = None,
        mentees: Ints | None = None,
        cohort: CohortRows | None = None,
    ) -> tuple[Candidates, NDArray[np.intp], int]:
        """Return the program of a stage, its edges, and what each pair is worth on top.

        Where all seats must be filled, a pair is worth more on top than all that can be lost.
        """
        edges = np.flatnonzero(self.possible)
        bounds = self.bounds
        if mentors is not None and mentees is not None:
            bounds = replace(bounds, mentor_bonus=mentors, mentee_bonus=mentees)
        gain, extra = amount[edges], 0
        if self.full:
            reach = 2 * int(np.abs(gain).max(initial=0)) * bounds.most_pairs
            extra = reach + int(bounds.mentor_bonus.sum() + bounds.mentee_bonus.sum()) + 1
        program = Candidates(
            self.candidates.mentor[edges],
            self.candidates.mentee[edges],
            gain + extra,
            bounds,
            None,
            self.candidates.arrival,
            np.flatnonzero(self.forced[edges]),
        )
        if not self.by_faces:
            program = program.replace(cohort=self._rows(program, edges, cohort))
        return program, edges, extra

    def _rows(
        self, program: Candidates, edges: NDArray[np.intp], cohort: CohortRows | None
    ) -> CohortRows | None:
        rows = [
            Row(
                "stage before",
                low,
                None,
                pairs=np.flatnonzero(amount[edges]),
                per_pair=amount[edges][np.flatnonzero(amount[edges])],
                mentors=np.flatnonzero(mentors),
                per_mentor=mentors[np.flatnonzero(mentors)],
                mentees=np.flatnonzero(mentees),
                per_mentee=mentees[np.flatnonzero(mentees)],
            )
            for amount, mentors, mentees, low in self._floors
        ]
        own = CohortRows.of(rows, len(edges), program.shape)
        own = own.folded(
            program.mentor, program.mentee, program.bounds.mentor_most, program.bounds.mentee_most
        )
        joined = own if cohort is None else cohort.take(edges).and_also(own)
        return joined if len(joined) else None

    def _restrict(self, face: Face, edges: NDArray[np.intp]) -> None:
        self.possible, self.forced = self.possible.copy(), self.forced.copy()
        self.possible[edges] = face.possible
        self.forced[edges] = face.forced
        self.bounds = face.bounds.times(0)
        self.full |= face.full

    def _solve(self, program: Candidates) -> Selection:
        """Return the best selection; of very many edges, most are only looked at for the proof."""
        if self.solver == "auto" and program.cohort is None and len(program) >= VERY_MANY:
            return solve_listed(program, self._remaining())
        found: Selection = self._solver(program).solve(program, self._remaining())
        return found

    def _solver(self, program: Candidates) -> Any:
        if self.solver == "auto" and program.cohort is None and len(program) >= _MANY:
            return solvers.choose("sparse", program)
        return solvers.choose(self.solver, program)

    def _remaining(self) -> Options:
        limit = self.options.time_limit
        if limit is None:
            return self.options
        left = limit - (perf_counter() - self._started)
        return replace(self.options, time_limit=max(left, 0.01))


def heuristic(candidates: Candidates, solver: str, options: Options) -> Selection | None:
    """Return what a strategy finds that proves nothing; ``None`` where the solver is exact."""
    if solver == "auto" or solvers.get(solver).exact:
        return None
    return solvers.choose(solver, candidates).solve(candidates, options)
