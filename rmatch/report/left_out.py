"""Who has no pair, why, and which smallest changes would help: as far as the time allows."""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING, Any

from rmatch.answers.remedies import Remedy, remedies
from rmatch.answers.wording import PRIVATE_RULES, figure, listed
from rmatch.report.content import MOST_LOOKS, NAMES_PEOPLE, Content
from rmatch.report.lines import LeftOut, NotComputed
from rmatch.unmatched import Cause

if TYPE_CHECKING:
    from rmatch.unmatched import Unmatched


def left_out(content: Content) -> dict[str, tuple[LeftOut, ...] | NotComputed]:
    """Return everybody without a pair, by side; see :attr:`Content.left_out`."""
    until = None if content.time_limit is None else monotonic() + content.time_limit
    return {side: _side(content, side, until) for side in ("mentees", "mentors")}


def _side(content: Content, side: str, until: float | None) -> tuple[LeftOut, ...] | NotComputed:
    mentors, mentees = content.problem.shape
    have, every = content.matched[side]
    looks = (every - have) * (mentors if side == "mentees" else mentees)
    if content.time_limit is not None and looks > MOST_LOOKS:
        return NotComputed(
            f"{every - have:,} {side} have no pair, and causes compare each with everybody of the "
            "other side",
            f"Ask matching.unmatched_{side}, or for a report with time_limit=None.",
        )
    people = getattr(content.matching, f"unmatched_{side}")
    return tuple(_person(content, person, until) for person in people)


def _person(content: Content, person: Unmatched, until: float | None) -> LeftOut:
    side = f"{person.side}s"
    row = content.rows_of[side][person.id]
    helps: tuple[str, ...] | None = None
    kinds: tuple[str, ...] = ()
    if content.no_helps is None and (until is None or monotonic() < until):
        found = _remedies(content, person, row)
        helps = tuple(_help(content, remedy) for remedy in found)
        kinds = tuple(_kind(content, remedy) for remedy in found)
    return LeftOut(
        person.id,
        content.names[side][row],
        content.beside(side, row),
        side,
        person.cause,
        _cause(content, person),
        helps,
        kinds,
    )


def _remedies(content: Content, person: Unmatched, row: int) -> tuple[Remedy, ...]:
    if person.cause is Cause.NO_PLACE:
        return ()
    return remedies(content.matching, person.side, row, content.viewer)


def _kind(content: Content, remedy: Remedy) -> str:
    if remedy.kind == "place":
        return "one more place for somebody who fits"
    return f"“{content.rule_names[str(remedy.rule)]}” loosened or waived"


def _help(content: Content, remedy: Remedy) -> str:
    told = remedy.rule is not None and content.rule_names[remedy.rule].endswith(NAMES_PEOPLE)
    return f"{_kind(content, remedy)} for this person alone" if told else remedy.words


def _cause(content: Content, person: Unmatched) -> str:
    other = "mentee" if person.side == "mentor" else "mentor"
    if person.cause is Cause.NO_PLACE:
        return "has no place: the capacity is 0"
    if person.cause is Cause.PARTNERS_TAKEN:
        return _taken(content, person, other)
    if person.cause is Cause.PARTNERS_CLOSED:
        return f"no {other} who fits has a place: the capacity is 0"
    if person.cause is Cause.NO_SEAT:
        return f"a {other} who fits has a place, but every seat of the programme is used"
    if person.cause is Cause.NOT_CHOSEN:
        return f"a {other} who fits has a place, but no pair would add to the best total"
    removed = sorted(person.removed_by.items(), key=lambda item: -item[1])
    tolls = [
        f"{content.rule_words[rule]} ({count})"
        for rule, count in removed
        if rule in content.rule_words and content.rule_words[rule] != PRIVATE_RULES
    ]
    nobody = f"no {other} meets every rule"
    return f"{nobody}; ruled out by: {'; '.join(tolls)}" if tolls else nobody


def _taken(content: Content, person: Unmatched, other: str) -> str:
    best = person.taken[0]
    has = listed([_named(content, f"{person.side}s", each) for each in best.by])
    said = f"{_named(content, f'{other}s', best.partner)} ({figure(best.score)})"
    said += f", with {has}" if has else ""
    places, number = " and has a place" if person.closed else "", person.eligible - person.closed
    if number == 1:
        return f"the one {other} who fits{places} is taken: {said}"
    places = places.replace("has", "have")
    return f"all {number} {other}s who fit{places} are taken; the best: {said}"


def _named(content: Content, side: str, person: Any) -> str:
    return content.names[side][content.rows_of[side][person]]
