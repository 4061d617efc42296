"""match(): rosters in, the best checked matching out. One page, read from top to bottom."""

from __future__ import annotations

import dataclasses
import warnings
from collections.abc import Callable, Sequence
from time import perf_counter
from typing import TYPE_CHECKING, Any

from rmatch import kernels, pricing, solvers
from rmatch.candidates import all_candidates
from rmatch.conflicts import infeasible
from rmatch.errors import InvalidInputError, SolverError
from rmatch.matching import Matching
from rmatch.matrix import MatrixProblem
from rmatch.parameters import check_keywords
from rmatch.problem import Problem
from rmatch.solvers import Infeasible, Options

if TYPE_CHECKING:
    from rmatch.candidates import Candidates
    from rmatch.check import Violation
    from rmatch.objectives import Objective
    from rmatch.problem import Rule
    from rmatch.scoring.base import ScorePart


def match(
    mentors: Any,
    mentees: Any,
    *,
    rules: Sequence[Rule] = (),
    score: Sequence[ScorePart] | None = None,
    objective: str | Objective = "total_score",
    seats: int | None = None,
    solver: str = "auto",
    seed: int | None = None,
    time_limit: float | None = None,
    memory_limit: int | None = None,
    threads: int | None = None,
    engine: str | None = None,
    callback: Callable[[dict[str, Any]], None] | None = None,
    **reading: Any,
) -> Matching:
    """Return the best set of pairs under the rules, checked, with the proof.

    Parameters
    ----------
    mentors, mentees
        Those who teach and those who learn: a :class:`Roster`, a list of dicts or of
        :class:`Person`, a data frame, or the path of a CSV, Excel or parquet file. The same id on
        both sides is one person, who is never matched with themself.
    rules
        Rules of :mod:`rmatch.rules`, pair rules and cohort rules alike, or functions of
        (mentor, mentee) that return a bool, or ``None`` where data is missing.
    score
        Score parts of :mod:`rmatch.scoring`, weights divided by their sum. Default: those parts
        of ``rmatch.scoring.default_score()`` for which the rosters have data.
    objective
        ``"total_score"``, ``"coverage_first"``, ``"max_min"``, ``"leximin"``, ``"nash"`` or
        ``"stable"``, or an objective of :mod:`rmatch.objectives`, such as ``Tiers([...])``.
    seats
        The most pairs in all; default no limit. Everybody's own limits are the roster columns
        ``capacity`` (default 1) and ``minimum`` (default 0).
    solver
        ``"auto"`` takes the best that can; a name forces one. ``"pricing"`` is for large problems.
    seed
        ``None`` breaks ties by id; a number breaks them by that lottery. Also the seed of
        randomised strategies.
    time_limit
        Seconds for the solve, after which the best matching so far is returned: ``feasible``, with
        ``matching.bound`` and ``matching.gap``, or for objectives of several stages with what each
        proved in ``matching.stages``. Ctrl-C does the same. Of the solvers, ``flow`` and
        ``assignment`` know no limit; they only get what they finish in about a second.
    memory_limit
        Bytes that a priced solve, that of a large problem, may take beyond the people themselves.
        Others do not look at it.
    threads
        Threads for scans of large problems; default one for each processor. The result is the same.
    engine
        ``"joblib"`` scans large problems on the backend of ``joblib.parallel_config``, which may be
        a cluster; default threads of this process.
    callback
        Called during the solve with a dict: ``phase``, ``objective``, ``bound``, ``gap`` ...
        See :meth:`rmatch.solvers.Options.report`; ``rmatch.progress.bar()`` makes one that draws.
    reading
        Options of :func:`rmatch.read_roster`: ``scale``, ``synonyms``, ``as_of`` ...

    Raises
    ------
    InvalidInputError
        Naming every bad row at once; also for rules, scores and options that cannot be.
    InfeasibleError
        When rules, locks and minimums cannot hold together; it names a smallest set of them.
    UnsupportedFeatureError
        When the solver or objective asked for cannot do it; the message names those that can.
    SolverError
        When a limit of time or memory ends the search before there is any matching.
    MissingDependencyError
        When a file or a solver needs an optional package; it names the extra.

    Examples
    --------
    >>> import rmatch
    >>> from rmatch.rules import SeniorityGap
    >>> mentors = [
    ...     {"id": "m1", "level": 2, "skills": "AI:4"},
    ...     {"id": "m2", "level": 1, "skills": "AI:3"},
    ... ]
    >>> mentees = [{"id": "s1", "level": 6, "skills": "AI:1", "goals": "AI:4"}]
    >>> matching = rmatch.match(mentors, mentees, rules=[SeniorityGap(2)])
    >>> [(pair.mentor, pair.mentee, pair.score) for pair in matching.pairs]
    [('m1', 's1', 1.0)]
    >>> matching.status.value
    'optimal'
    """
    from rmatch.reading import Reading, read_sides

    check_keywords(match, reading, Reading)
    started = perf_counter()
    left, right = read_sides(mentors, mentees, **reading)
    read = perf_counter()
    problem = Problem.of(
        left, right, rules=rules, score=score, objective=objective, seats=seats, seed=seed
    )
    options = Options(
        time_limit=time_limit,
        memory_limit=memory_limit,
        seed=seed or 0,
        threads=threads,
        engine=engine,
        callback=callback,
    )
    seconds = {"read": read - started, "prepare": perf_counter() - read}
    return solve(problem, solver=solver, options=options, seconds=seconds)


def match_matrix(
    scores: Any,
    allowed: Any = None,
    *,
    mentor_capacity: Any = 1,
    mentee_capacity: Any = 1,
    mentor_minimum: Any = 0,
    mentee_minimum: Any = 0,
    seats: int | None = None,
    objective: str | Objective = "total_score",
    solver: str = "auto",
    seed: int | None = None,
    **limits: Any,
) -> Matching:
    """Return the best set of pairs for a ready-made matrix of scores.

    Parameters
    ----------
    scores
        (mentors, mentees) numbers, dense or ``scipy.sparse`` (then only stored entries are
        allowed pairs, an explicit 0 included). Masked entries are forbidden pairs. Integers stay
        exactly as they are; floats go on a fine grid (§C3), and ``matching.problem.rounding`` is
        what that can change in all.
    allowed
        (mentors, mentees) booleans; default all. Forbidden pairs may hold any score, NaN too.
    mentor_capacity, mentee_capacity, mentor_minimum, mentee_minimum
        The most and the least pairs of each person: one number, or one for each.
    seats
        The most pairs in all.
    objective, solver, seed
        As in :func:`match`. ``seed`` serves randomised strategies only: ties go by position.
    limits
        ``time_limit``, ``memory_limit``, ``threads``, ``engine`` and ``callback`` of :func:`match`.

    Raises
    ------
    InvalidInputError, InfeasibleError, UnsupportedFeatureError, SolverError
        As :func:`match` does. People of a matrix are their positions, from 0.

    Examples
    --------
    >>> import rmatch
    >>> matching = rmatch.match_matrix([[3, 1], [2, 2]])
    >>> [(pair.mentor, pair.mentee, pair.score) for pair in matching.pairs]
    [(0, 0, 3.0), (1, 1, 2.0)]
    """
    check_keywords(match_matrix, limits, Options)
    started = perf_counter()
    problem = MatrixProblem.of(
        scores,
        allowed,
        mentor_capacity=mentor_capacity,
        mentee_capacity=mentee_capacity,
        mentor_minimum=mentor_minimum,
        mentee_minimum=mentee_minimum,
        seats=seats,
        objective=objective,
    )
    options = Options(seed=0 if seed is None else seed, **limits)
    return solve(
        problem, solver=solver, options=options, seconds={"prepare": perf_counter() - started}
    )


def solve(
    problem: Problem | MatrixProblem,
    *,
    solver: str = "auto",
    options: Options | None = None,
    seconds: dict[str, float] | None = None,
    candidates: Candidates | None = None,
    **limits: Any,
) -> Matching:
    """Return the best matching of a problem: candidates, selection, check.

    Large problems are priced: the same proven optimum, without ever listing all pairs.

    Parameters
    ----------
    problem
        A :class:`Problem`, or the ``problem`` of another matching.
    solver
        As in :func:`match`.
    options, limits
        An ``Options`` of :mod:`rmatch.solvers`, or its fields one by one, which are those of
        :func:`match`: ``time_limit``, ``memory_limit``, ``threads``, ``engine``, ``callback`` ...
    seconds
        Seconds already spent on phases before, to stand in ``matching.seconds`` too.
    candidates
        The problem's candidates, where they are at hand already.

    Raises
    ------
    InvalidInputError, InfeasibleError, UnsupportedFeatureError, SolverError
        As :func:`match` does.

    Examples
    --------
    >>> import rmatch
    >>> problem = rmatch.match_matrix([[3, 1], [2, 2]]).problem
    >>> rmatch.solve(problem, solver="sparse", time_limit=60).score
    5.0
    """
    check_keywords(solve, limits, Options)
    check_problem("solve", problem)
    options = dataclasses.replace(options or Options(), **limits)
    phases = dict(seconds or {})
    try:
        with kernels.compiling(), kernels.interruptible():
            if pricing.suits(problem, solver) and (candidates is None or solver == "pricing"):
                matching = _priced(problem, options, phases)
            else:
                matching = _listed(problem, solver, options, phases, candidates)
    except Infeasible:
        raise infeasible(problem) from None
    solved = perf_counter()
    refuse_faults(matching.check())
    phases["check"] = perf_counter() - solved
    for remark in matching.remarks:
        warnings.warn(remark, stacklevel=2)
    return matching


def check_problem(function: str, problem: Any) -> None:
    """Raise unless a function was given a problem; a matching has one."""
    if not isinstance(problem, Problem | MatrixProblem):
        hint = "; give its .problem" if isinstance(problem, Matching) else ""
        raise InvalidInputError(
            f"{function}: problem is of type {type(problem).__name__}; a Problem is needed, or the "
            f"problem of a matching{hint}"
        )


def refuse_faults(violations: Sequence[Violation]) -> None:
    """Raise where the checker found something: no result with a fault is ever returned."""
    if violations:
        raise SolverError(
            f"rmatch found a fault in its own result and does not return it: {violations[0]} "
            f"({len(violations)} in all); please report it",
            "check failed",
        )


def _listed(
    problem: Problem | MatrixProblem,
    solver: str,
    options: Options,
    phases: dict[str, float],
    candidates: Candidates | None,
) -> Matching:
    """List all allowed pairs and let a solver choose."""
    started = perf_counter()
    options.report("listing pairs")
    if candidates is None:
        candidates = all_candidates(problem)
    scored = perf_counter()
    options.report("solving", edges=len(candidates))
    selection = problem.objective.optimise(problem, candidates, solver, options)
    phases |= {"candidates": scored - started, "solve": perf_counter() - scored}
    chosen = selection.edges
    options.report(
        "solved",
        objective=selection.objective,
        bound=selection.bound,
        pairs=len(chosen),
        edges=len(candidates),
    )
    name = solver
    if solver == "auto" and problem.objective.one_program(problem):
        name = solvers.choose(solver, candidates).name
    return Matching(
        problem,
        *candidates.pairs(candidates.by_mentor(chosen)),
        selection.status,
        selection.objective,
        selection.bound,
        name,
        phases,
        candidates,
        selection.prices,
        selection.stages,
    )


def _priced(
    problem: Problem | MatrixProblem, options: Options, phases: dict[str, float]
) -> Matching:
    """Find the optimum over all pairs without listing them."""
    found = pricing.solve_priced(problem, options)
    phases |= found.seconds
    return Matching(
        problem,
        found.rows,
        found.cols,
        found.status,
        found.objective,
        found.bound,
        "pricing",
        phases,
        None,
        found.prices,
        basis=found.basis,
    )
