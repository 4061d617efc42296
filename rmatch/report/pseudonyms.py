"""Pseudonyms: the same matching with codes in place of ids and names, to be shown to others."""

from __future__ import annotations

import hmac
import secrets
from base64 import b32encode
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from rmatch.errors import InvalidInputError
from rmatch.problem import Problem

if TYPE_CHECKING:
    from rmatch.matching import Matching

_SHORTEST = 5


def renamed(matching: Matching, pseudonymise: bool | str) -> Matching:
    """Return the matching with codes for people, or as it is where none are asked for.

    Parameters
    ----------
    matching
        What is to be shown. A ready-made matrix names nobody and stays as it is.
    pseudonymise
        ``True`` draws a key that is thrown away: nobody can undo it, and codes differ from one
        report to the next. A text is the key: the same person has the same code wherever that key
        is used, and whoever has the key and the list of ids can undo it.
    """
    if not isinstance(pseudonymise, bool | str) or pseudonymise == "":
        raise InvalidInputError(
            f"pseudonymise={pseudonymise!r}; allowed are True, False, or a secret text as the key"
        )
    problem = matching.problem
    if pseudonymise is False or not isinstance(problem, Problem):
        return matching
    key = secrets.token_hex(32) if pseudonymise is True else str(pseudonymise)
    sides = {"mentors": problem.mentors.ids, "mentees": problem.mentees.ids}
    code = codes({person for ids in sides.values() for person in ids}, key)
    aliases = {side: tuple(code[person] for person in ids) for side, ids in sides.items()}
    return replace(matching, aliases=aliases)


def codes(people: Iterable[Any], key: str) -> dict[Any, str]:
    """Return a short code for each id, from a keyed hash; longer ones where short ones collide.

    Examples
    --------
    >>> codes(["Ana", "Ben"], "a key that is kept secret")
    {'Ana': 'P-2V6BI', 'Ben': 'P-G62MR'}
    """
    whole = {
        person: b32encode(hmac.digest(key.encode(), str(person).encode(), "sha256")).decode()
        for person in people
    }
    length = _SHORTEST
    while len({text[:length] for text in whole.values()}) < len(whole):
        length += 1
    return {person: f"P-{text[:length]}" for person, text in whole.items()}


def names_people(rule: Any, people: frozenset[Any]) -> bool:
    """Say whether a rule's parameters hold somebody's id, which its words would tell."""
    return any(_holds(value, people) for value in rule.parameters().values())


def _holds(value: Any, people: frozenset[Any]) -> bool:
    if isinstance(value, Mapping):
        return any(_holds(each, people) for pair in value.items() for each in pair)
    if isinstance(value, list | tuple | set | frozenset):
        return any(_holds(each, people) for each in value)
    if hasattr(value, "parameters"):  # a soft or counted rule holds its rule
        return names_people(value, people)
    return isinstance(value, str) and value in people
