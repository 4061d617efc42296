"""What an owner should look at in a finished matching, though nothing is wrong with it."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np

from rmatch.answers.wording import counted, listed
from rmatch.fields import KNOWN
from rmatch.names import near_misses
from rmatch.problem import Problem
from rmatch.reading.checking import like_missing, several_in_one, skill_names, swapped, without_any
from rmatch.rules import unread
from rmatch.scoring import PARTS, StatedPreference

if TYPE_CHECKING:
    from rmatch.matching import Matching
    from rmatch.rules import PairRule
    from rmatch.scoring import ScorePart

_SHOWN = 5


def notes(matching: Matching) -> tuple[str, ...]:
    """Return remarks in words: of rules, on skills and goals, on pairs to review."""
    problem = matching.problem
    if not isinstance(problem, Problem):
        return ()
    return (
        *matching.remarks,
        *data_notes(problem),
        *_unread(problem),
        *swapped((problem.mentors, problem.mentees)),
        *_look_alikes(problem),
        *_several_in_one(problem),
        *_like_missing(problem),
        *_without_any(problem),
        *_unteachable(problem),
        *_flagged(matching),
    )


def data_notes(problem: Problem) -> tuple[str, ...]:
    """Return what pair rules and score parts remark on the people's data."""
    people = problem.mentors, problem.mentees
    readers: tuple[PairRule | ScorePart, ...] = (*problem.pair_rules, *problem.score)
    return tuple(note for reader in readers for note in reader.notes(*people))


def _unread(problem: Problem) -> list[str]:
    """Name the columns that protect people, and that no rule reads; and wishes that count for
    nothing."""
    said, people = [], (problem.mentors, problem.mentees)
    if found := unread(*people, problem.pair_rules):
        names = listed([repr(column) for column in found])
        rules = listed([f"{type(rule).__name__}()" for rule in found.values()])
        said.append(f"no rule reads {names}; {rules} would, in rules=[...]")
    kinds = {type(part) for part in problem.score}  # what a user's own kind reads is not known
    if StatedPreference().available(*people) and kinds <= {*PARTS.values()} - {StatedPreference}:
        said.append("no score part reads 'preferences'; StatedPreference() would, in score=[...]")
    return said


def _look_alikes(problem: Problem) -> list[str]:
    return [
        f"{one!r} and {other!r} count as two skills; synonyms={{{other!r}: {one!r}}} joins them"
        for one, other in near_misses(skill_names((problem.mentors, problem.mentees)), _SHOWN)
    ]


def _several_in_one(problem: Problem) -> list[str]:
    found = several_in_one((problem.mentors, problem.mentees))
    first = {column: name for _, column, _, name in reversed(found)}
    counts = Counter(column for _, column, _, _ in found)
    return [
        f"{counted(counts[column], 'name')} in {column} may be several, written with another "
        "separator than others'"
        + ("" if column in KNOWN and KNOWN[column].private else f", such as {name!r}")
        for column, name in sorted(first.items())
    ]


def _like_missing(problem: Problem) -> list[str]:
    counts: Counter[tuple[str, str]] = Counter()
    for _, column, label, rows in like_missing((problem.mentors, problem.mentees)):
        counts[column, label] += len(rows)
    return [
        f"{label!r} counts as a label in {column} ({counted(count, 'time')}); "
        "leave the cell empty where nothing is known"
        for (column, label), count in sorted(counts.items())
    ]


def _without_any(problem: Problem) -> list[str]:
    """Count who lists nothing to teach, or nothing to learn, where others of the side do."""
    found = []
    for roster, side, name in (
        (problem.mentors, "mentor", "skills"),
        (problem.mentees, "mentee", "goals"),
    ):
        if without := len(without_any(roster, name)):
            have = "has" if without == 1 else "have"
            found.append(f"{counted(without, side)} {have} no {name}")
    return found


def _unteachable(problem: Problem) -> list[str]:
    taught, wanted = problem.mentors.ragged("skills"), problem.mentees.ragged("goals")
    lacking = np.setdiff1d(wanted.codes, taught.codes)
    if not len(lacking):
        return []
    asked = Counter({wanted.labels[code]: int((wanted.codes == code).sum()) for code in lacking})
    shown = ", ".join(f"{goal} ({count})" for goal, count in asked.most_common(_SHOWN))
    more = f" and {len(asked) - _SHOWN} more" if len(asked) > _SHOWN else ""
    goals = "goal is" if len(asked) == 1 else "goals are"
    return [f"{len(asked)} {goals} nobody's skill, with the number who want it: {shown}{more}"]


def _flagged(matching: Matching) -> list[str]:
    flags = Counter(flag for pair in matching.pairs for flag in pair.flags)
    return [
        f"{counted(count, 'pair')} to review, data is missing for the rule: {rule}"
        for rule, count in sorted(flags.items())
    ]
