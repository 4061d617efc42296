"""The pairs of a matching as a flat table: one row each, for data frames and spreadsheets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rmatch.plain import plain_values

if TYPE_CHECKING:
    from rmatch.matching import Matching
    from rmatch.people import Roster

_SIDES = ("mentors", "mentees")


def column_names(matching: Matching) -> tuple[str, ...]:
    """Return the names of the columns, in their order, also where there is no pair."""
    names = ("mentor_name", "mentee_name") if _named(matching) else ()
    return ("mentor", "mentee", *names, "score", *matching.part_names, "reasons", "flags")


def records(matching: Matching) -> list[dict[str, Any]]:
    """Return one dict per pair: see :meth:`rmatch.matching.Matching.to_records`."""
    mentors, mentees = (_ids(matching, side) for side in _SIDES)
    one, other = _names(matching)
    return [
        {
            "mentor": mentors[row],
            "mentee": mentees[col],
            **({"mentor_name": one[row], "mentee_name": other[col]} if one or other else {}),
            "score": pair.score,
            **pair.parts,
            "reasons": "; ".join(pair.reasons),
            "flags": "; ".join(pair.flags),
        }
        for pair, row, col in zip(
            matching.pairs, matching.rows.tolist(), matching.cols.tolist(), strict=True
        )
    ]


def _roster(matching: Matching, side: str) -> Roster | None:
    """Return a side's people, ``None`` where other words stand for them, or there are none."""
    roster: Roster | None = getattr(matching.problem, side, None)
    return None if matching.aliases is not None else roster


def _ids(matching: Matching, side: str) -> tuple[Any, ...]:
    """Return the ids of a side as they were given, or what stands in place of them."""
    roster = _roster(matching, side)
    if roster is not None:
        return roster.given_ids
    return matching.mentor_ids if side == "mentors" else matching.mentee_ids


def _named(matching: Matching) -> bool:
    """Say whether anybody has a name to show."""
    rosters = (_roster(matching, side) for side in _SIDES)
    return any(roster is not None and roster.has("name") for roster in rosters)


def _names(matching: Matching) -> list[list[str | None]]:
    """Return everybody's names by side, nothing where nobody has one."""
    if not _named(matching):
        return [[], []]
    return [plain_values(getattr(matching.problem, side).categories("name")) for side in _SIDES]
