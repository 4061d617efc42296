"""The smallest change, for one person alone, after which the best matching has them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from rmatch.answers.effect import Effect, effect_of
from rmatch.answers.masks import all_but, masks, negotiable, rule_mask
from rmatch.answers.people import pair_rules
from rmatch.answers.residual import NO_WAY
from rmatch.answers.whatif import FromPrices
from rmatch.answers.wording import name_of
from rmatch.problem import Problem

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from rmatch.matching import Matching
    from rmatch.viewer import Viewer

    Ints = NDArray[np.int64]

#: One more place is a larger change than one step of a rule, and a smaller one than two.
_PLACE = 1.5


@dataclass(frozen=True)
class Remedy:
    """A change for one person alone after which the best matching has them, and what it brings.

    ``kind`` is "loosen" (a rule, by ``step`` steps), "drop" (a rule) or "place" (one more place
    for ``partner``). ``gain`` is what the objective gains by one new pair, exactly, in units of
    score; who has several places may gain more.
    """

    kind: str
    rule: str | None
    step: int
    partner: Any
    gain: float
    effect: Effect
    words: str


def remedies(matching: Matching, side: str, person: int, viewer: Viewer) -> tuple[Remedy, ...]:
    """Return the smallest step of each rule that matches somebody, and the best extra place.

    The smallest change first: fewer steps before more, and among equals the larger gain.
    """
    engine = matching._what_if
    if not isinstance(engine, FromPrices):
        return ()
    found = [_place(matching, engine, side, person, viewer)]
    if isinstance(matching.problem, Problem):
        found += _rules(matching, matching.problem, engine, side, person, viewer)
    ranked = sorted((each for each in found if each), key=lambda each: (each[0], -each[1].gain))
    return tuple(remedy for _, remedy in ranked)


def _rules(
    matching: Matching,
    problem: Problem,
    engine: FromPrices,
    side: str,
    person: int,
    viewer: Viewer,
) -> list[tuple[float, Remedy] | None]:
    """Return the smallest sufficient step of every rule that may be loosened."""
    rules, one = pair_rules(matching), np.array([person])
    rows, cols = (one, slice(None)) if side == "mentor" else (slice(None), one)
    gains, two, allowed = masks(problem, rules, rows, cols)
    flat = gains.ravel()
    costs = engine.costs_for_mentor if side == "mentor" else engine.costs_for_mentee
    # A new pair is chosen exactly if choosing it costs less than nothing. Two new pairs of one
    # person are never needed at once: a cycle through both splits into two through one each.
    worth = -costs(person, flat)
    found: list[tuple[float, Remedy] | None] = []
    for at, rule in enumerate(rules):
        if not negotiable(rule):
            continue
        rest = all_but(two, allowed, at)
        steps = [*rule.loosened(), None]
        for step, looser in enumerate(steps, 1):
            mask = (
                rest if looser is None else (rest & rule_mask(problem, looser, rows, cols, gains))
            )
            open_to = np.flatnonzero(mask.ravel())
            best = open_to[worth[open_to].argmax()] if len(open_to) else -1
            if best >= 0 and worth[best] > 0:
                asks = (
                    f"If “{rule.describe()}” were waived"
                    if looser is None
                    else (f"If “{looser.describe()}” were enough")
                )
                gain = effect_of(matching, int(worth[best]))
                remedy = _remedy(
                    matching,
                    side,
                    person,
                    int(best),
                    asks,
                    gain,
                    viewer,
                    ("drop" if looser is None else "loosen", rule.name, step),
                )
                found.append((float(step) + (looser is None), remedy))
                break
    return found


def _remedy(
    matching: Matching,
    side: str,
    person: int,
    partner: int,
    asks: str,
    effect: Effect,
    viewer: Viewer,
    what: tuple[str, str, int],
) -> Remedy:
    other = "mentee" if side == "mentor" else "mentor"
    ids = matching.mentee_ids if side == "mentor" else matching.mentor_ids
    name = name_of(matching, side, person, viewer)
    called = name_of(matching, other, partner, viewer)
    words = f"{asks} for {name} alone, {called} could be the {other} and {effect.words}"
    return Remedy(*what, ids[partner], effect.objective, effect, words)


def _place(
    matching: Matching, engine: FromPrices, side: str, person: int, viewer: Viewer
) -> tuple[float, Remedy] | None:
    """Return the place of somebody on the other side that gains most, this person matched by it.

    One more place is one more arc; it is used by the cheapest cycle through it. That cycle may
    pass this person exactly if the way through them is as cheap as any.
    """
    network, bounds = engine.network, engine.network.candidates.bounds
    mentors = network.candidates.shape[0]
    if side == "mentee":
        node = network.mentee(person)
        every = engine.to_hub[:mentors]
        through = network.costs_to(node)[:mentors]
        rest, has_places = int(engine.to_hub[node]), bounds.mentor_most > 0
    else:
        from_end = network.costs_from(network.end)
        every = from_end[mentors : network.hub]
        through = network.costs_from(person)[mentors : network.hub]
        rest, has_places = int(from_end[person]), bounds.mentee_most > 0
    if rest == NO_WAY:
        return None
    good = np.flatnonzero(has_places & (through < NO_WAY) & (every < 0) & (through + rest == every))
    if not len(good):
        return None
    best = int(good[every[good].argmin()])
    effect = effect_of(matching, -int(every[best]))
    other = "mentor" if side == "mentee" else "mentee"
    ids = matching.mentor_ids if other == "mentor" else matching.mentee_ids
    words = (
        f"If {name_of(matching, other, best, viewer)} had one more place, "
        f"{name_of(matching, side, person, viewer)} would be matched and {effect.words}"
    )
    return _PLACE, Remedy("place", None, 1, ids[best], effect.objective, effect, words)
