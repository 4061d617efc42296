"""Why somebody has nobody: causes with counts, and the smallest change that would match them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from rmatch.answers.answer import Answer
from rmatch.answers.people import line, pair_rules, side_of
from rmatch.answers.remedies import Remedy, remedies
from rmatch.answers.why import Option, options
from rmatch.answers.wording import counted, figure, listed, name_of, paragraph
from rmatch.errors import InvalidInputError
from rmatch.problem import Problem
from rmatch.unmatched import Cause, unmatched_person
from rmatch.viewer import Viewer

if TYPE_CHECKING:
    from rmatch.matching import Matching

_SHOWN = 3


@dataclass(frozen=True)
class Removal:
    """A rule, in words, and how many people of the other side it rules out for this person."""

    rule: str
    words: str
    count: int


@dataclass(frozen=True)
class Holder:
    """An eligible partner, the score with this person, and who has them now."""

    partner: Any
    score: float
    has: tuple[Any, ...]
    words: str


@dataclass(frozen=True)
class WhyUnmatched(Answer):
    """Why somebody is unmatched.

    ``removed_by`` counts for each rule the people it rules out; one person may be ruled out by
    several. ``holders`` are the eligible partners, the best score first. ``anyway`` is the cheapest
    way of giving this person a partner under all rules; ``remedies`` are the smallest changes that
    would match them, the smallest first. ``gap`` says, of who has no eligible partner, that they
    have no skills or goals, or none that the other side could do with. A participant is told the
    cause and no more.
    """

    person: Any
    side: str
    name: str
    cause: str
    others: int
    eligible: int | None
    removed_by: tuple[Removal, ...] = ()
    holders: tuple[Holder, ...] = ()
    anyway: Option | None = None
    remedies: tuple[Remedy, ...] = ()
    seats_used: bool = False
    gap: str = ""

    @property
    def words(self) -> str:
        other = "mentee" if self.side == "mentor" else "mentor"
        said = [f"{self.name} has no {other}"]
        if self.cause == Cause.NO_PLACE.name.lower():
            said.append(f"The capacity of {self.name} is 0")
        elif self.eligible is None:
            said.append(self._discreet(other))
        else:
            said += [self.gap, self._removed(other), self._held(other)]
        if self.anyway is not None:
            said.append(f"Matching {self.name} anyway would cost least with {self.anyway.words}")
        said += [remedy.words for remedy in self.remedies[:2]]
        return paragraph(said)

    def _removed(self, other: str) -> str:
        tolls = listed(
            [
                f"{each.count} {'fails' if each.count == 1 else 'fail'} “{each.words}”"
                for each in self.removed_by
            ]
        )
        if not self.others:
            return f"There are no {other}s"
        if self.eligible:
            among = f"Of {counted(self.others, other)}, "
            return f"{among}{tolls}" if tolls else ""
        nobody = f"None of the {self.others} {other}s meets every rule"
        if self.others == 1:
            nobody = f"The only {other} does not meet every rule"
        return f"{nobody}: {tolls}" if tolls else nobody

    def _held(self, other: str) -> str:
        if not self.eligible:
            return ""
        shown = [holder.words for holder in self.holders[:_SHOWN]]
        more = self.eligible - len(shown)
        who = listed(shown + ([f"{more} more"] if more else []))
        if self.cause == Cause.NOT_CHOSEN.name.lower():
            would_fit = f"{counted(self.eligible, other)} would fit, with a place to spare"
            return f"{would_fit}, but no pair would add to the best total: {who}"
        if self.cause == Cause.PARTNERS_CLOSED.name.lower():
            would_fit = f"{counted(self.eligible, other)} would fit"
            none = "has no place" if self.eligible == 1 else "none of them has a place"
            return f"{would_fit}, but {none}: {who}"
        if self.seats_used:
            would_fit = f"{counted(self.eligible, other)} would fit"
            return f"{would_fit}, but every seat of the programme is used: {who}"
        if self.eligible == 1:
            return f"1 {other} would fit, but is taken: {who}"
        return f"{self.eligible} {other}s would fit, but are taken: {who}"

    def _discreet(self, other: str) -> str:
        fitting = (Cause.PARTNERS_CLOSED, Cause.PARTNERS_TAKEN, Cause.NO_SEAT, Cause.NOT_CHOSEN)
        if self.cause in {cause.name.lower() for cause in fitting}:
            return f"There are {other}s who would fit, but they are needed elsewhere this time"
        if self.removed_by:
            rule = self.removed_by[0].words
            return f"No {other} meets every rule of the programme; most often it is “{rule}”"
        return f"No {other} meets every rule of the programme"


def why_unmatched(
    matching: Matching,
    person: Any,
    *,
    side: str | None = None,
    viewer: str | Viewer = "owner",
) -> WhyUnmatched:
    """Return why somebody has no partner; see :meth:`Matching.why_unmatched`."""
    who = Viewer.named(viewer)
    place, row = side_of(matching, person, side)
    if row in (matching.rows if place == "mentor" else matching.cols):
        raise InvalidInputError(f"{person!r} is matched, with {matching.partners(person)}")
    found = unmatched_person(matching, place, row)
    removed = _removed(matching, place, row, who)
    name = name_of(matching, place, row, who)
    others = matching.problem.shape[1 if place == "mentor" else 0]
    cause = found.cause.name.lower()
    if who.participates:
        quiet = tuple(Removal(each.rule, each.words, 0) for each in removed[:1])
        return WhyUnmatched(person, place, name, cause, 0, None, quiet)
    anyway = next(iter(options(matching, place, row, 1, who)), None)
    seats = matching.problem.bounds.seats
    free = anyway is not None and anyway.cost <= 0
    return WhyUnmatched(
        person,
        place,
        name,
        cause,
        others,
        found.eligible,
        removed,
        _holders(matching, place, row, who),
        anyway,
        # Where an equally good matching has this person, nothing needs to change.
        () if free or found.cause is Cause.NO_PLACE else remedies(matching, place, row, who),
        seats_used=seats is not None and len(matching) >= seats,
        gap="" if found.eligible else _gap(matching.problem, place, row, name),
    )


def _gap(problem: Any, side: str, row: int, name: str) -> str:
    """Say whether somebody has nothing to teach, or to learn, that the other side asks or has."""
    if not isinstance(problem, Problem):
        return ""
    taught, wanted = problem.mentors.ragged("skills"), problem.mentees.ragged("goals")
    mine, theirs = (taught, wanted) if side == "mentor" else (wanted, taught)
    if not len(mine.codes):  # nobody on this side has any
        return ""
    own = mine.codes[mine.starts[row] : mine.starts[row + 1]]
    if not len(own):
        return f"{name} states no {'skills' if side == 'mentor' else 'goals'}"
    if np.isin(own, theirs.codes).any():
        return ""
    if side == "mentor":
        return f"No mentee wants to learn any of the skills of {name}"
    return f"No mentor has any of the skills that {name} wants to learn"


def _removed(matching: Matching, side: str, row: int, viewer: Viewer) -> tuple[Removal, ...]:
    """Count what each rule that may be named rules out, the most first."""
    problem = matching.problem
    if not isinstance(problem, Problem):
        return ()
    from rmatch.answers.masks import masks

    rules = tuple(rule for rule in pair_rules(matching) if viewer.may_read(rule))
    one = np.array([row])
    rows, cols = (one, slice(None)) if side == "mentor" else (slice(None), one)
    _, _, allowed = masks(problem, rules, rows, cols)
    tolls = [
        Removal(rule.name, rule.describe(), int((~mask).sum()))
        for rule, mask in zip(rules, allowed, strict=True)
        if not mask.all()
    ]
    return tuple(sorted(tolls, key=lambda toll: -toll.count))


def _holders(matching: Matching, side: str, row: int, viewer: Viewer) -> tuple[Holder, ...]:
    """Return the eligible partners, the best score first, each with those who have them."""
    gains, allowed = line(matching, side, row)
    eligible = np.flatnonzero(allowed)
    found = []
    other = "mentee" if side == "mentor" else "mentor"
    mine, theirs = (
        (matching.rows, matching.cols) if side == "mentor" else (matching.cols, matching.rows)
    )
    ids = (matching.mentor_ids, matching.mentee_ids)
    own_ids, other_ids = ids if side == "mentor" else ids[::-1]
    bounds = matching.problem.bounds
    most = bounds.mentee_most if side == "mentor" else bounds.mentor_most
    for partner in eligible[np.argsort(-gains[eligible], kind="stable")].tolist():
        has = mine[theirs == partner].tolist()
        score = int(gains[partner]) * matching.problem.unit
        called = name_of(matching, other, partner, viewer)
        now = listed([name_of(matching, side, each, viewer) for each in has])
        now = f", has {now}" if has else "" if most[partner] else ", capacity 0"
        words = f"{called} ({figure(score)} as a pair{now})"
        found.append(Holder(other_ids[partner], score, tuple(own_ids[h] for h in has), words))
    return tuple(found)
