"""Small pieces of plain English: numbers, lists, counts and people's names."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rmatch.matching import Matching
    from rmatch.people import Person
    from rmatch.rules.base import PairRule
    from rmatch.rules.cohort import CohortRule
    from rmatch.viewer import Viewer


def figure(value: float) -> str:
    """Return a score with two decimals, or with as many as it takes to be more than nothing.

    Examples
    --------
    >>> [figure(value) for value in (0.7449, 3.0, 0.00021, 0.0)]
    ['0.74', '3', '0.0002', '0']
    """
    if value == round(value):
        return f"{value:.0f}"
    text = f"{value:.2f}"
    return text if float(text) else f"{value:.1g}"


def listed(things: Sequence[str], last: str = "and") -> str:
    """Return a list as it is spoken.

    Examples
    --------
    >>> listed(["SQL", "Python", "AI"])
    'SQL, Python and AI'
    """
    if len(things) < 2:
        return "".join(things)
    return f"{', '.join(things[:-1])} {last} {things[-1]}"


def shortened(things: Sequence[str], most: int = 6) -> str:
    """Return a list as it is spoken, the rest of a long one as a number.

    Examples
    --------
    >>> shortened(["SQL", "Python", "AI", "R"], most=2)
    'SQL, Python and 2 more'
    """
    if len(things) <= most + 1:
        return listed(things)
    return listed([*things[:most], f"{len(things) - most} more"])


def counted(number: int, noun: str, many: str | None = None) -> str:
    """Return a number with its noun: "1 mentor", "41 mentors", "no mentors".

    Examples
    --------
    >>> counted(1, "person", "people"), counted(41, "mentor"), counted(0, "mentor")
    ('1 person', '41 mentors', 'no mentors')
    """
    if number == 1:
        return f"1 {noun}"
    return f"{number or 'no'} {many or noun + 's'}"


def paragraph(said: Sequence[str]) -> str:
    """Return sentences in a row, each with its full stop, empty ones left out.

    Nothing is capitalised: a sentence may begin with somebody's id.

    Examples
    --------
    >>> paragraph(["m-1 has no mentee", "", "The capacity is 0"])
    'm-1 has no mentee. The capacity is 0.'
    """
    return " ".join(f"{text.rstrip('.')}." for text in said if text)


def name_of(matching: Matching, side: str, row: int, viewer: Viewer) -> str:
    """Return what to call somebody: their name, the id where there is none.

    Where several people have the name, those who run the programme are told the id as well.
    """
    if matching.aliases is not None:
        return matching.aliases[f"{side}s"][row]
    roster = getattr(matching.problem, f"{side}s", None)
    if roster is None:
        return f"{side.capitalize()} {row}"
    person = roster.person(row)
    if person.name is None:
        return str(person.id)
    if viewer.participates or not _is_shared(matching.problem, person.name):
        return str(person.name)
    return f"{person.name} ({person.id})"


def _is_shared(problem: Any, name: str) -> bool:
    """Say whether more than one row of the two rosters has this name."""
    found = 0
    for roster in (problem.mentors, problem.mentees):
        column = roster.categories("name")
        found += int((column.codes == column.labels.index(name)).sum())
    return found > 1


#: What rules that protect people say together; none of them is named (§C11).
PRIVATE_RULES = "nobody's private vetoes or needs stand against it"


def stated(rule: PairRule | CohortRule) -> str:
    """Return what a rule asks, as a reader may know it."""
    return PRIVATE_RULES if getattr(rule, "private", False) else rule.describe()


def asked(rule: PairRule, mentor: Person, mentee: Person) -> str:
    """Return whether a rule holds, with the values it found in brackets."""
    described, explained = rule.describe(), rule.explain(mentor, mentee)
    if not explained.startswith(f"{described}: "):
        return explained
    verdict = "holds" if rule.allows(mentor, mentee) else "does not hold"
    found = explained[len(described) + 2 :]
    plain = found in ("holds", "fails")  # the rule has no values to tell
    return f"“{described}” {verdict}" + ("" if plain else f" ({found})")
