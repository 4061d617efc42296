"""A chain of changes in words: who would leave whom, and for whom."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rmatch.answers.wording import listed, name_of

if TYPE_CHECKING:
    from rmatch.answers.whatif import Change
    from rmatch.matching import Matching
    from rmatch.viewer import Viewer

_SHOWN = 3


@dataclass(frozen=True)
class Move:
    """Somebody whose partners would change: those lost and those won.

    Every change is told by its mentee; a mentor is listed only if left with nobody at all.
    """

    person: Any
    side: str
    was: tuple[Any, ...]
    now: tuple[Any, ...]
    words: str


def moves_of(
    matching: Matching, change: Change, viewer: Viewer, asked: tuple[int, int] | None = None
) -> tuple[Move, ...]:
    """Return everybody who would change, along the chain; the pair ``asked`` needs no telling."""
    pairs = [*change.removed, *change.added]
    # Along a path, a mentee stands next to the mentors they leave and join.
    mentees = dict.fromkeys(col for _, col in pairs)
    moves = [_mentee_moves(matching, change, col, viewer, asked) for col in mentees]
    moves += [
        _mentor_left(matching, change, row, viewer)
        for row in dict.fromkeys(row for row, _ in pairs)
    ]
    return tuple(move for move in moves if move is not None)


def spoken(moves: tuple[Move, ...]) -> str:
    """Return the moves as one clause, the first few of a long chain."""
    shown = [move.words for move in moves[:_SHOWN]]
    more = len(moves) - len(shown)
    return listed(shown + ([f"{more} more would change"] if more else []))


def _mentee_moves(
    matching: Matching, change: Change, col: int, viewer: Viewer, asked: tuple[int, int] | None
) -> Move | None:
    was = [row for row, other in change.removed if other == col]
    now = [row for row, other in change.added if other == col and (row, other) != asked]
    had = int((matching.cols == col).sum())
    if asked is not None and asked[1] == col and not now and had <= 1:
        return None  # the partner asked about takes the place of the one they have
    name, ids = name_of(matching, "mentee", col, viewer), matching.mentor_ids
    lost, won = (
        listed([name_of(matching, "mentor", row, viewer) for row in rows]) for rows in (was, now)
    )
    if was and now:
        words = f"{name} would go from {lost} to {won}"
    elif now:
        words = f"{name} would {'also ' if had else ''}get {won}"
        words += "" if had else ", having had nobody"
    else:
        keeps = had - len(was) + (asked is not None and asked[1] == col)
        words = f"{name} would lose {lost}" if keeps else f"{name} would be left without a mentor"
    lost_ids, won_ids = (tuple(ids[row] for row in rows) for rows in (was, now))
    return Move(matching.mentee_ids[col], "mentee", lost_ids, won_ids, words)


def _mentor_left(matching: Matching, change: Change, row: int, viewer: Viewer) -> Move | None:
    was = [col for other, col in change.removed if other == row]
    has = int((matching.rows == row).sum()) - len(was)
    has += sum(other == row for other, _ in change.added)
    if has or not was:
        return None
    ids = matching.mentee_ids
    words = f"{name_of(matching, 'mentor', row, viewer)} would be left without a mentee"
    return Move(matching.mentor_ids[row], "mentor", tuple(ids[col] for col in was), (), words)
