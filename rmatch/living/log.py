"""The log of a running programme: every event, for ever, in one SQLite file.

An event that ``record`` has returned for is on the disk; a process that is killed at any moment
loses nothing that was recorded, and leaves nothing half recorded. Events are never changed: the
file itself refuses it, and each event carries a seal over itself and all before it, so that a
damaged or altered file is noticed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import astuple
from datetime import date, timedelta
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rmatch.errors import InvalidInputError
from rmatch.living.acceptance import Event, Ledger, Standing, State, as_event
from rmatch.living.written import day
from rmatch.names import label, labels
from rmatch.parameters import is_whole

if TYPE_CHECKING:
    from rmatch.living.rematch import Rematch
    from rmatch.living.waiting import WaitingList
    from rmatch.matching import Matching

_FORMAT = 0x724D6174  # "rMat", kept in the file's header
_SCHEMA = f"""
CREATE TABLE events (
    number INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, mentor TEXT NOT NULL,
    mentee TEXT NOT NULL, happened TEXT NOT NULL, by TEXT NOT NULL, reason TEXT NOT NULL,
    leads TEXT NOT NULL, seal TEXT NOT NULL
);
CREATE TRIGGER never_change BEFORE UPDATE ON events
    BEGIN SELECT RAISE(ABORT, 'events are never changed'); END;
CREATE TRIGGER never_delete BEFORE DELETE ON events
    BEGIN SELECT RAISE(ABORT, 'events are never deleted'); END;
PRAGMA application_id = {_FORMAT};
"""


_INSERT = (
    "INSERT INTO events (kind, mentor, mentee, happened, by, reason, leads, seal) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
)


class PairLog:
    """Events of pairs and people, append-only; where everything stands is rebuilt from them.

    Several processes may use one file: each sees what the others recorded before it decides what
    may follow. Open one ``PairLog`` in each thread.

    Parameters
    ----------
    path
        The file, made where there is none; ``":memory:"`` for none at all.

    Examples
    --------
    >>> from datetime import date
    >>> from rmatch.living.acceptance import Event
    >>> with PairLog(":memory:") as log:
    ...     log.record(Event("proposed", "m", "s", date(2026, 3, 2)))
    ...     log.record(Event("approved", "m", "s", date(2026, 3, 3), by="Kim"))
    ...     log.record(Event("accepted", "m", "s", date(2026, 3, 4), by="s"))
    ...     log.standings()["m", "s"].accepted
    ('s',)
    """

    def __init__(self, path: str | Path) -> None:
        import sqlite3

        self.path = path
        folder = Path(path).parent
        if path != ":memory:" and not folder.is_dir():
            raise InvalidInputError(
                f"there is no folder {str(folder)!r} for the log {Path(path).name}; make it first"
            )
        try:
            self._file = sqlite3.connect(path, timeout=30, isolation_level=None)
            self._file.execute("PRAGMA synchronous = EXTRA")
            self._open()
            self._ledger, self._seen, self._seal = Ledger(), 0, ""
            self._catch_up()
        except sqlite3.OperationalError as error:
            # Locked, no permission, disk full: the log is whole.
            raise InvalidInputError(
                f"the log {path} cannot be opened now: {error}; see whether another process holds "
                "it for long, and who may write to it and to its folder"
            ) from error
        except sqlite3.DatabaseError as error:
            raise InvalidInputError(
                f"{path} is not a whole log of pairs: {error}; bring back a copy of it"
            ) from error

    def _open(self) -> None:
        """Make the table where the file is new; refuse a damaged file, or one of another kind."""
        import sqlite3

        empty = "SELECT count(*) = 0 FROM sqlite_master"
        if self._one(empty):
            with self._transaction():
                if self._one(empty):  # still: no other process was faster
                    for statement in _statements(_SCHEMA):
                        self._file.execute(statement)
        if self._one("PRAGMA application_id") != _FORMAT:
            raise sqlite3.DatabaseError("it is something else")
        found = self._one("PRAGMA quick_check")
        if found != "ok":
            raise sqlite3.DatabaseError(str(found))

    # ---- writing -----------------------------------------------------------------------------

    def record(self, *events: Event | Mapping[str, Any]) -> None:
        """Add events, all of them or none.

        When this returns, they are on the disk.

        Raises
        ------
        InvalidInputError
            Where an event cannot follow what is there; then nothing is recorded.
        """
        new = [as_event(event) for event in events]
        with self._transaction():
            self._catch_up()
            after = self._ledger.copy()
            for event in new:
                after.apply(event)
            seal = self._seal
            for event in new:
                seal = _sealed(seal, _row(event))
                self._file.execute(_INSERT, (*_row(event), seal))
        self._ledger, self._seen, self._seal = after, self._seen + len(new), seal

    def follow(self, result: Matching | Rematch, *, on: date) -> None:
        """Record what a matching decided: new pairs are proposed, pairs that stop are ended.

        Those of a :class:`Rematch` are ended with the reason it gives.
        """
        matching: Any = getattr(result, "matching", result)
        why = {(each.mentor, each.mentee): each.words for each in getattr(result, "ended", ())}
        ids = labels(matching.mentor_ids), labels(matching.mentee_ids)
        pairs = zip(matching.rows.tolist(), matching.cols.tolist(), strict=True)
        chosen = {(ids[0][row], ids[1][col]): None for row, col in pairs}
        states = self.states()
        running = [pair for pair, state in states.items() if not state.over]
        ended = [pair for pair in running if pair not in chosen]
        new = [pair for pair in chosen if pair not in states or states[pair].over]
        self.record(
            *(Event("ended", *pair, on, reason=why.get(pair, "not chosen")) for pair in ended),
            *(Event("proposed", *pair, on) for pair in new),
        )

    def lapse(self, *, after: int, on: date) -> tuple[tuple[str, str], ...]:
        """End the wait for answers asked for more than ``after`` days before; return the pairs."""
        if not (is_whole(after) and after >= 0):
            raise InvalidInputError(f"after={after!r}; whole days, at least 0, are needed")
        on = day("on", on)
        late = [
            pair
            for pair, standing in self.standings().items()
            if standing.asked is not None and on - standing.asked > timedelta(days=after)
        ]
        reason = f"no answer in {after} days"
        self.record(*(Event("lapsed", *pair, on, reason=reason) for pair in late))
        return tuple(late)

    def leave(self, person: str, *, on: date) -> tuple[tuple[str, str], ...]:
        """Record that somebody left, in all roles, and that their pairs end; return those."""
        on, person = day("on", on), label(person)
        self._catch_up()
        ended: dict[tuple[str, str], None] = {}
        gone = []
        for side in ("mentors", "mentees"):
            ended |= dict.fromkeys(self._ledger.running(side, person))
            presence = self._ledger.people.get((side, person))
            if presence is not None and presence.here:
                who = (person, "") if side == "mentors" else ("", person)
                gone.append(Event("left", *who, on))
        if not ended and not gone:
            raise InvalidInputError(f"{person} cannot leave: nobody here has that id")
        self.record(*(Event("ended", *p, on, reason=f"{person} left") for p in ended), *gone)
        return tuple(ended)

    # ---- reading -----------------------------------------------------------------------------

    def events(self, *, until: date | None = None) -> tuple[Event, ...]:
        """Return all events in the order recorded, up to a day."""
        last = None if until is None else day("until", until)
        rows = self._file.execute("SELECT * FROM events").fetchall()
        every = (_event(row[1:-1]) for row in rows)
        return tuple(event for event in every if last is None or event.on <= last)

    def standings(self, *, until: date | None = None) -> dict[tuple[str, str], Standing]:
        """Return where each pair stands, or stood on a day."""
        if until is not None:
            return Ledger.of(self.events(until=until)).pairs
        self._catch_up()
        return dict(self._ledger.pairs)

    def states(self, *, until: date | None = None) -> dict[tuple[str, str], State]:
        """Return each pair's state, as :func:`rmatch.rematch` takes them."""
        return {pair: standing.state for pair, standing in self.standings(until=until).items()}

    def waiting(self, *, on: date) -> WaitingList:
        """Return who had joined and had no pair on a day, those who have waited longest first.

        Somebody waits since they joined, or since their last pair ended that both had said yes to:
        whoever is declined keeps their turn.
        """
        from rmatch.living.waiting import waiting_list

        on = day("on", on)
        return waiting_list(Ledger.of(self.events(until=on)), on)

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def __enter__(self) -> PairLog:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # ---- the file ----------------------------------------------------------------------------

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        """Do everything or nothing, with no other process writing meanwhile."""
        self._file.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._file.execute("ROLLBACK")
            raise
        self._file.execute("COMMIT")

    def _catch_up(self) -> None:
        """Take in what has been recorded since, by whatever process."""
        found = self._file.execute(f"SELECT * FROM events WHERE number > {self._seen}")
        for number, *row, seal in found.fetchall():
            self._seal = _sealed(self._seal, row)
            if number != self._seen + 1 or seal != self._seal:
                missing = self._seen + 1
                raise InvalidInputError(
                    f"{self.path} is not a whole log of pairs: event {missing} is missing or "
                    "altered; bring back a copy of it"
                )
            self._ledger.apply(_event(row))
            self._seen = number

    def _one(self, query: str) -> Any:
        return self._file.execute(query).fetchone()[0]


def _row(event: Event) -> tuple[str, ...]:
    kind, mentor, mentee, on, *rest = astuple(event)
    return kind, mentor, mentee, on.isoformat(), *rest


def _event(row: Sequence[str]) -> Event:
    kind, mentor, mentee, happened, *rest = row
    return Event(kind, mentor, mentee, date.fromisoformat(happened), *rest)


def _sealed(before: str, row: Sequence[str]) -> str:
    """Return the seal of an event: a hash of it and of the seal before it."""
    return sha256(repr((before, *row)).encode()).hexdigest()


def _statements(script: str) -> Iterator[str]:
    """Yield the statements of a script: ``executescript`` would end the transaction."""
    import sqlite3

    statement = ""
    for line in script.splitlines():
        statement += line + "\n"
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
