"""How pairs are doing: sessions held, contact, ratings, and how long pairs last."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import chain
from typing import Any, Literal, get_args

import numpy as np

from rmatch.errors import InputProblem, InvalidInputError
from rmatch.living.written import day, text
from rmatch.names import percent
from rmatch.parameters import is_finite

Kind = Literal["started", "planned", "held", "cancelled", "rated", "goal_reached", "ended"]


@dataclass(frozen=True, slots=True)
class PairEvent:
    """Something that happened to a pair: ``value`` is the rating (1-5) of ``rated``."""

    mentor: str
    mentee: str
    kind: Kind
    on: date
    value: float | None = None

    def __post_init__(self) -> None:
        for name in ("mentor", "mentee"):
            object.__setattr__(self, name, text(name, getattr(self, name)))


@dataclass(frozen=True)
class RiskRules:
    """When a pair counts as at risk; each limit is the last value that is still fine."""

    days_without_contact: int = 42
    share_held: float = 0.5
    mean_rating: float = 3.0
    days_to_first_session: int = 30

    def __post_init__(self) -> None:
        wrong = [
            f"{name}={value!r}; a number of at least 0 is allowed"
            for name, value in vars(self).items()
            if not (is_finite(value) and value >= 0)
        ]
        if wrong:
            raise InvalidInputError("RiskRules: " + "; ".join(wrong))


@dataclass(frozen=True)
class PairHealth:
    """One pair's figures since it last started, and the rules that call it at risk, in words.

    Contact is a session held; a rating is none, as it may say that the two never met.
    """

    mentor: str
    mentee: str
    planned: int
    held: int
    goals_reached: int
    mean_rating: float | None
    days_since_contact: int | None
    ended: bool
    risks: tuple[str, ...] = ()

    @property
    def at_risk(self) -> bool:
        """Whether any rule says so; ended pairs are not at risk any more."""
        return bool(self.risks)


@dataclass(frozen=True)
class Survival:
    """The Kaplan-Meier curve of pairs: the share still together after ``days``.

    ``low`` and ``high`` are pointwise 95 % limits on the log-log scale (Greenwood's variance),
    which stay within 0 and 1.
    """

    days: tuple[int, ...]
    share: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    at_risk: tuple[int, ...]
    ended: tuple[int, ...]


@dataclass(frozen=True)
class Health:
    """A programme's health on a day."""

    on: date
    pairs: tuple[PairHealth, ...]
    survival: Survival
    rules: RiskRules = field(default_factory=RiskRules)

    @property
    def at_risk(self) -> tuple[PairHealth, ...]:
        """The pairs at risk, those with the most reasons first."""
        return tuple(sorted((p for p in self.pairs if p.at_risk), key=lambda p: -len(p.risks)))

    @property
    def sessions_held(self) -> float | None:
        """Sessions held as a share of those planned up to the day; ``None`` before the first."""
        planned = sum(pair.planned for pair in self.pairs)
        return (
            sum(min(pair.held, pair.planned) for pair in self.pairs) / planned if planned else None
        )

    def to_records(self) -> list[dict[str, Any]]:
        """Return one dict per pair."""
        return [
            {
                "mentor": pair.mentor,
                "mentee": pair.mentee,
                "planned": pair.planned,
                "held": pair.held,
                "goals_reached": pair.goals_reached,
                "mean_rating": pair.mean_rating,
                "days_since_contact": pair.days_since_contact,
                "ended": pair.ended,
                "risks": "; ".join(pair.risks),
            }
            for pair in self.pairs
        ]

    def to_frame(self, backend: str | None = None) -> Any:
        """Return one row per pair as a data frame."""
        from rmatch.frames import frame

        records = self.to_records()
        names = tuple(records[0]) if records else ("mentor", "mentee")
        return frame({name: [record[name] for record in records] for name in names}, backend)

    def __str__(self) -> str:
        active = sum(not pair.ended for pair in self.pairs)
        lines = [f"{active} of {len(self.pairs)} pairs are active on {self.on}"]
        if self.sessions_held is not None:
            lines.append(f"{percent(self.sessions_held)} of the planned sessions were held")
        lines += [f"{p.mentor} with {p.mentee}: {'; '.join(p.risks)}" for p in self.at_risk]
        return "\n".join(lines)


def health(
    events: Iterable[PairEvent | Mapping[str, Any]], *, on: date, rules: RiskRules | None = None
) -> Health:
    """Return the health of all pairs that have started by a day.

    Parameters
    ----------
    events
        :class:`PairEvent` or dicts with the same names, in any order (those of one day in theirs);
        later days are left out. A pair that starts again after its end is a new one.
    on
        The day to look from. Days are dates or ISO texts, ``"2026-01-31"``.
    rules
        When a pair counts as at risk.

    Raises
    ------
    InvalidInputError
        Naming all bad events at once.

    Examples
    --------
    >>> from datetime import date
    >>> events = [
    ...     {"mentor": "m", "mentee": "s", "kind": "started", "on": date(2026, 1, 5)},
    ...     {"mentor": "m", "mentee": "s", "kind": "planned", "on": date(2026, 1, 12)},
    ... ]
    >>> print(health(events, on=date(2026, 2, 20)))
    1 of 1 pairs are active on 2026-02-20
    0% of the planned sessions were held
    m with s: no session yet, 46 days after the start; 0 of 1 sessions held
    """
    on, limits = day("on", on), rules or RiskRules()
    by_pair: dict[tuple[str, str], list[PairEvent]] = {}
    for event in read_events(events):
        if event.on <= on:
            by_pair.setdefault((event.mentor, event.mentee), []).append(event)
    spells = {pair: _spells(happened) for pair, happened in sorted(by_pair.items())}
    pairs = [_pair(pair, each[-1], on, limits) for pair, each in spells.items()]
    return Health(on, tuple(pairs), _curve(chain.from_iterable(spells.values()), on), limits)


def _spells(events: Iterable[PairEvent]) -> list[list[PairEvent]]:
    """Split what happened to a pair where it starts again after an end."""
    spells: list[list[PairEvent]] = [[]]
    over = False
    for event in events:
        if over and event.kind == "started":
            spells.append([])
            over = False
        over |= event.kind == "ended"
        spells[-1].append(event)
    return spells


def read_events(events: Iterable[PairEvent | Mapping[str, Any]]) -> list[PairEvent]:
    """Return what happened to pairs, checked, by day; all that cannot be is named at once."""
    read: list[PairEvent] = []
    problems = []
    if not isinstance(events, Iterable):
        raise InvalidInputError(f"events={events!r}; a list of dicts or PairEvents is needed")
    for row, event in enumerate(events, 1):
        if not isinstance(event, PairEvent | Mapping):
            problems.append(InputProblem(f"{event!r:.60} is no event, give a dict", row))
            continue
        try:
            each = event if isinstance(event, PairEvent) else PairEvent(**event)
        except TypeError as error:
            said = re.sub(r"^\S*PairEvent(\.__init__)?\(\) ", "", str(error))
            problems.append(InputProblem(f"no event: {said}", row))
            continue
        try:
            each = replace(each, on=day("on", each.on))
        except InvalidInputError as error:
            problems.append(InputProblem(str(error), row))
            continue
        if not (each.mentor and each.mentee):
            problems.append(InputProblem("the id of the mentor or of the mentee is missing", row))
        if each.kind not in get_args(Kind):
            allowed = ", ".join(get_args(Kind))
            problems.append(InputProblem(f"kind {each.kind!r}; {allowed} are allowed", row))
        rating = each.value
        if each.kind == "rated" and not (is_finite(rating) and 1 <= float(rating or 0) <= 5):
            problems.append(InputProblem(f"rating {each.value!r}; 1 to 5 is allowed", row))
        read.append(each)
    if problems:
        raise InvalidInputError.from_problems(problems)
    return sorted(read, key=lambda each: each.on)


def _pair(
    pair: tuple[str, str], events: Sequence[PairEvent], on: date, rules: RiskRules
) -> PairHealth:
    count = {kind: [e for e in events if e.kind == kind] for kind in get_args(Kind)}
    start = (count["started"] or list(events))[0].on
    ratings = [float(e.value) for e in count["rated"] if e.value is not None]
    since = (on - count["held"][-1].on).days if count["held"] else None
    rating = float(np.mean(ratings)) if ratings else None
    planned, held, ended = len(count["planned"]), len(count["held"]), bool(count["ended"])
    risks = []
    if not ended:
        waited = (on - start).days
        if since is None and waited > rules.days_to_first_session:
            risks.append(f"no session yet, {waited} days after the start")
        if since is not None and since > rules.days_without_contact:
            risks.append(f"no contact for {since} days")
        if planned and held / planned < rules.share_held:
            risks.append(f"{held} of {planned} sessions held")
        if rating is not None and rating < rules.mean_rating:
            risks.append(f"mean rating {rating:.1f}")
    return PairHealth(
        *pair, planned, held, len(count["goal_reached"]), rating, since, ended, tuple(risks)
    )


def _curve(spells: Iterable[Sequence[PairEvent]], on: date) -> Survival:
    lasted, closed = [], []
    for events in spells:
        start = next((e.on for e in events if e.kind == "started"), events[0].on)
        end = next((e.on for e in events if e.kind == "ended"), None)
        lasted.append(((end or on) - start).days)
        closed.append(end is not None)
    return kaplan_meier(lasted, closed)


def kaplan_meier(days: Sequence[int], ended: Sequence[bool]) -> Survival:
    """Return the share of pairs still together after each day on which one ended.

    Parameters
    ----------
    days
        How long each pair lasted so far.
    ended
        Whether it ended then; a pair still together is censored, not ended.

    References
    ----------
    E. L. Kaplan, P. Meier, "Nonparametric estimation from incomplete observations", JASA 53, 1958.

    Examples
    --------
    >>> curve = kaplan_meier([5, 8, 8, 12], [True, True, False, False])
    >>> [(day, round(share, 3)) for day, share in zip(curve.days, curve.share)]
    [(5, 0.75), (8, 0.5)]
    """
    lasted, closed = np.asarray(days, dtype=float), np.asarray(ended, dtype=bool)
    times = np.unique(lasted[closed])
    at_risk = np.array([(lasted >= time).sum() for time in times], dtype=int)
    deaths = np.array([(closed & (lasted == time)).sum() for time in times], dtype=int)
    share = np.cumprod(1 - deaths / np.maximum(at_risk, 1))
    low, high = _limits(share, at_risk, deaths)
    return Survival(
        tuple(int(time) for time in times),
        tuple(share.tolist()),
        tuple(low.tolist()),
        tuple(high.tolist()),
        tuple(at_risk.tolist()),
        tuple(deaths.tolist()),
    )


def _limits(share: Any, at_risk: Any, deaths: Any) -> tuple[Any, Any]:
    with np.errstate(divide="ignore", invalid="ignore"):
        greenwood = np.cumsum(deaths / (at_risk * (at_risk - deaths)))
        spread = 1.959963984540054 * np.sqrt(greenwood) / np.abs(np.log(share))
        low, high = share ** np.exp(spread), share ** np.exp(-spread)
    inside = (share > 0) & (share < 1)
    return np.where(inside, low, share), np.where(inside, high, share)
