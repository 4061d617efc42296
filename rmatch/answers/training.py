"""The smallest list of workshops for what no partner teaches; whose training unlocks pairs."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING, Any

import numpy as np
import scipy.sparse as sp

from rmatch.answers.answer import Answer, plain
from rmatch.answers.learning import learning_goals
from rmatch.answers.people import check_matching
from rmatch.answers.wording import counted, listed, paragraph
from rmatch.errors import InvalidInputError, SolverError
from rmatch.parameters import is_finite
from rmatch.problem import Problem
from rmatch.rules import Trained

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from rmatch.matching import Matching

    Bools = NDArray[np.bool_]

_SHOWN = 5


@dataclass(frozen=True)
class Workshop:
    """One workshop: a skill up to the highest level wanted, and who has that goal left open.

    ``level`` is ``None`` where skills have no levels.
    """

    skill: str
    level: float | None
    people: tuple[Any, ...]


@dataclass(frozen=True)
class Trainee:
    """Somebody who misses the programme's own training, and the pairs that waits for."""

    person: Any
    side: str
    pairs: int


@dataclass(frozen=True)
class TrainingPlan(Answer):
    """What to train.

    ``workshops`` is a smallest list that serves at least ``share`` of the ``people`` who have goals
    that their partners cannot take to the target; somebody is served by a workshop on any such
    goal. Among smallest lists it is one that serves the most goals. ``train`` is a smallest group
    of people whose programme training gives a possible partner to everybody who has none only for
    want of it.
    """

    share: float
    people: int
    served: int
    goals: int
    goals_served: int
    workshops: tuple[Workshop, ...]
    train: tuple[Trainee, ...]
    unlocked: tuple[Any, ...]

    def rows(self) -> list[dict[str, Any]]:
        """Return one record for each workshop, the best attended first."""
        return [plain(vars(workshop)) for workshop in self.workshops]

    @property
    def words(self) -> str:
        said = []
        if self.workshops:
            people = "people" if self.people > 1 else "person"
            said.append(
                f"{counted(len(self.workshops), 'workshop')} would serve {self.served} of "
                f"{self.people} {people} with goals that no partner covers"
            )
            shown = [_workshop(each) for each in self.workshops[:_SHOWN]]
            more = len(self.workshops) - len(shown)
            said.append(listed(shown + ([f"{more} more"] if more else [])))
        else:
            said.append("No workshop is needed for the goals of this programme")
        if self.train:
            names = [str(each.person) for each in self.train[:_SHOWN]]
            more = len(self.train) - len(names)
            who = listed(names + ([f"{more} more"] if more else []))
            said.append(
                f"The programme's own training for {who} would give a possible partner to "
                f"{counted(len(self.unlocked), 'person', 'people')} who now have none"
            )
        return paragraph(said)


def _workshop(each: Workshop) -> str:
    level = "" if each.level is None else f" up to level {each.level:g}"
    return f"{each.skill}{level} ({len(each.people)})"


def training_plan(matching: Matching, *, share: float = 1.0) -> TrainingPlan:
    """Return the smallest list of workshops that serves a share of those with goals left open.

    A set cover, solved exactly as an integer program (R. Karp, "Reducibility among combinatorial
    problems", 1972, names the problem).

    Parameters
    ----------
    matching
        A matching of rosters.
    share
        How many of the people with open goals are to be served, from 0 to 1 (all).

    Raises
    ------
    InvalidInputError
        For another share, and for a ready-made matrix, which has no goals.

    Examples
    --------
    >>> import rmatch
    >>> matching = rmatch.match(
    ...     [{"id": "m-1", "skills": "AI:4"}],
    ...     [
    ...         {"id": "s-1", "goals": "AI:4; Python:3"},
    ...         {"id": "s-2", "goals": "Python:4; SQL:3"},
    ...     ],
    ... )
    >>> print(rmatch.training_plan(matching))
    1 workshop would serve 2 of 2 people with goals that no partner covers. Python up to level \
4 (2).
    """
    check_matching("training_plan", matching)
    if not (is_finite(share) and 0 <= share <= 1):
        raise InvalidInputError(f"share={share!r}; 0 to 1 is allowed")
    problem = matching.problem
    if not isinstance(problem, Problem):
        raise InvalidInputError("a ready-made matrix has no goals; training_plan() needs rosters")
    left = [goal for goal in learning_goals(matching).goals if not goal.covered]
    people = list(dict.fromkeys((goal.side, goal.person) for goal in left))
    skills = sorted({goal.skill for goal in left})
    wants = np.zeros((len(people), len(skills)), dtype=bool)
    for goal in left:
        wants[people.index((goal.side, goal.person)), skills.index(goal.skill)] = True
    chosen = _cover(wants, ceil(round(share * len(people), 9)))
    workshops = [
        Workshop(
            skills[at],
            _highest([goal.target for goal in left if goal.skill == skills[at]], problem),
            tuple(goal.person for goal in left if goal.skill == skills[at]),
        )
        for at in chosen
    ]
    train, unlocked = _unlocking(problem)
    return TrainingPlan(
        share,
        len(people),
        int(wants[:, chosen].any(axis=1).sum()),
        len(left),
        int(wants[:, chosen].sum()),
        tuple(sorted(workshops, key=lambda each: (-len(each.people), each.skill))),
        train,
        unlocked,
    )


def _highest(targets: list[float], problem: Problem) -> float | None:
    return None if problem.mentors.scale.presence_only else max(targets)


def _cover(wants: Bools, needed: int) -> list[int]:
    """Return a smallest set of columns that meets ``needed`` rows, of those the fullest."""
    rows, columns = wants.shape
    if not needed:
        return []
    # One column always outweighs everything that columns can hold.
    cost = np.concatenate([wants.size + 1 - wants.sum(axis=0), np.zeros(rows)])
    met = sp.hstack([sp.csr_array(-wants.astype(float)), sp.eye_array(rows)])
    enough = sp.csr_array(np.concatenate([np.zeros(columns), np.ones(rows)])[None])
    values = _solve(cost, [(met, -np.inf, 0), (enough, needed, np.inf)])
    return np.flatnonzero(values[:columns] > 0.5).tolist()


def _unlocking(problem: Problem) -> tuple[tuple[Trainee, ...], tuple[Any, ...]]:
    """Return a smallest group to train that gives all who lack only training a partner."""
    rules = [rule for rule in problem.pair_rules if isinstance(rule, Trained)]
    if not rules:
        return (), ()
    everybody = slice(None), slice(None)
    others = [rule for rule in problem.rules if not isinstance(rule, Trained)]
    _, allowed = problem.block(*everybody)
    _, possible = problem.replace(rules=others).block(*everybody)
    mentors, mentees = problem.shape
    lacking = [
        np.array([_lacks(rules, side, person) for person in roster], dtype=bool)
        for side, roster in (("mentor", problem.mentors), ("mentee", problem.mentees))
    ]
    row, col = np.nonzero(possible & ~allowed)
    stranded = np.concatenate(
        [
            ~allowed.any(axis=1) & possible.any(axis=1),
            ~allowed.any(axis=0) & possible.any(axis=0),
        ]
    )
    if not stranded.any():
        return (), ()
    group = _group(np.stack([row, col + mentors]), np.concatenate(lacking), stranded)
    ids = (*problem.mentors.ids, *problem.mentees.ids)
    waits = np.bincount(row, minlength=mentors), np.bincount(col, minlength=mentees)
    pairs = np.concatenate(waits)
    train = tuple(
        Trainee(ids[at], "mentor" if at < mentors else "mentee", int(pairs[at])) for at in group
    )
    return train, tuple(ids[at] for at in np.flatnonzero(stranded).tolist())


def _lacks(rules: list[Trained], side: str, person: Any) -> bool:
    """Say whether somebody's missing training forbids pairs."""
    return any(
        rule.who in ("both", side)
        and (rule.missing == "fail" if rule.passes(person) is None else not rule.passes(person))
        for rule in rules
    )


def _group(pairs: NDArray[np.intp], lacking: Bools, stranded: Bools) -> list[int]:
    """Return the fewest people who lack training, such that each stranded one gets a pair.

    Binary unknowns: who is trained, then which pairs are thereby possible.
    """
    people, number = len(lacking), pairs.shape[1]
    at = np.arange(number)
    rows = []
    for ends in pairs:  # a pair needs each of its two people who lack training
        needs = np.flatnonzero(lacking[ends])
        ones = np.ones(len(needs))
        pair = sp.csr_array((ones, (np.arange(len(needs)), people + needs)),
                            shape=(len(needs), people + number))  # fmt: skip
        person = sp.csr_array((ones, (np.arange(len(needs)), ends[needs])), shape=pair.shape)
        rows.append((pair - person, -np.inf, 0))
    place = np.cumsum(stranded) - 1
    meets = [(place[ends], people + at, stranded[ends]) for ends in pairs]
    first = np.concatenate([where[keep] for where, _, keep in meets])
    second = np.concatenate([column[keep] for _, column, keep in meets])
    partner = sp.csr_array(
        (np.ones(len(first)), (first, second)), shape=(int(stranded.sum()), people + number)
    )
    cost = np.concatenate([np.ones(people), np.zeros(number)])
    values = _solve(cost, [*rows, (partner, 1, np.inf)])
    return np.flatnonzero((values[:people] > 0.5) & lacking).tolist()


def _solve(cost: NDArray[Any], rows: list[tuple[Any, float, float]]) -> NDArray[np.float64]:
    """Minimise a cost over binary unknowns under linear conditions, to proven optimality."""
    from scipy.optimize import Bounds, LinearConstraint, milp

    found = milp(
        cost,
        integrality=np.ones(len(cost)),
        bounds=Bounds(0, 1),
        constraints=[
            LinearConstraint(sp.csr_array(m), low, high) for m, low, high in rows if m.shape[0]
        ],
        options={"mip_rel_gap": 0},
    )
    if found.x is None or found.status != 0:
        raise SolverError(f"the set cover was not solved: {found.message}", str(found.status))
    values: NDArray[np.float64] = found.x
    return values
