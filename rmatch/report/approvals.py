"""Who approved what, when and why: given by people, written as given."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

from rmatch.errors import InputProblem, InvalidInputError
from rmatch.names import label

DECISIONS = ("approved", "declined", "overridden", "locked")


@dataclass(frozen=True, slots=True)
class Approval:
    """One decision by a person.

    Parameters
    ----------
    who
        Who decided.
    decision
        "approved", "declined", "overridden" or "locked".
    on
        The day, a date or ISO text.
    reason
        In the person's words.
    pair
        (mentor id, mentee id); ``None`` for the whole matching.
    """

    who: str
    decision: str
    on: date | str
    reason: str = ""
    pair: tuple[Any, Any] | None = None


def read_approvals(
    given: Iterable[Approval | Mapping[str, Any]], mentors: Iterable[Any], mentees: Iterable[Any]
) -> tuple[Approval, ...]:
    """Return the decisions, checked; every fault of every one in one error.

    Examples
    --------
    >>> read_approvals([{"who": "Ada", "decision": "approved", "on": "2026-03-01"}], [], [])
    (Approval(who='Ada', decision='approved', on='2026-03-01', reason='', pair=None),)
    """
    problems: list[InputProblem] = []
    sides = [{label(one): one for one in side} for side in (mentors, mentees)]
    found = [_read(one, row, sides, problems) for row, one in enumerate(given, 1)]
    if problems:
        raise InvalidInputError.from_problems(problems)
    return tuple(one for one in found if one is not None)


def _read(
    one: Any, row: int, sides: list[dict[str, Any]], problems: list[InputProblem]
) -> Approval | None:
    def wrong(message: str, column: str, hint: str | None = None) -> None:
        problems.append(InputProblem(message, row, column, "approvals", hint))

    record = _record(one)
    names = [each.name for each in fields(Approval)]
    for name in sorted(record.keys() - {*names}):
        wrong("is no field of an approval", name, f"there are: {', '.join(names)}")
    if not str(record.get("who") or "").strip():
        wrong("nobody is named who decided", "who")
    if record.get("decision") not in DECISIONS:
        wrong(f"{record.get('decision')!r}", "decision", f"allowed are {', '.join(DECISIONS)}")
    day = _day(record.get("on"))
    if day is None:
        wrong(f"{record.get('on')!r} is no day", "on", "a date, or ISO text such as 2026-03-01")
    pair = record.get("pair")
    if pair is not None and not _known(pair, sides):
        wrong(f"{pair!r} is not a mentor's and a mentee's id", "pair")
    if problems or day is None:
        return None
    both = None if pair is None else (sides[0][label(pair[0])], sides[1][label(pair[1])])
    return Approval(
        str(record["who"]), record["decision"], day, str(record.get("reason") or ""), both
    )


def _record(one: Any) -> dict[str, Any]:
    if isinstance(one, Approval):
        return {each.name: getattr(one, each.name) for each in fields(Approval)}
    return dict(one) if isinstance(one, Mapping) else {"decision": one}


def _day(value: Any) -> str | None:
    try:
        return value.isoformat()[:10] if isinstance(value, date) else (
            date.fromisoformat(str(value)).isoformat()
        )  # fmt: skip
    except ValueError:
        return None


def _known(pair: Any, sides: list[dict[str, Any]]) -> bool:
    two = isinstance(pair, list | tuple) and len(pair) == 2
    return two and all(label(one) in side for one, side in zip(pair, sides, strict=True))
