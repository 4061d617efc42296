"""Check-ins: a time for every session of every pair, or the reason why there is none."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import floor
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from rmatch.errors import (
    InvalidInputError,
    MissingDependencyError,
    SolverError,
    UnknownPersonError,
)
from rmatch.living.calendars import Windows, moment, month
from rmatch.living.checkin_check import check_sessions
from rmatch.living.results import matching_of_people
from rmatch.living.written import day
from rmatch.names import amount, label
from rmatch.parameters import is_finite, is_whole, listed
from rmatch.solvers.cpsat import modelling

if TYPE_CHECKING:
    from rmatch.living.rematch import Rematch
    from rmatch.matching import Matching

_FEW = 12  # starts per session that are tried first; all of them where these do not suffice


@dataclass(frozen=True, slots=True)
class Session:
    """One check-in: who, when (in UTC) and for how long."""

    mentor: str
    mentee: str
    start: datetime
    minutes: int
    number: int  # from 1

    def to_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        return {
            "mentor": self.mentor,
            "mentee": self.mentee,
            "number": self.number,
            "start": self.start.isoformat(),
            "minutes": self.minutes,
        }


@dataclass(frozen=True, slots=True)
class Missed:
    """A session that has no time, and why."""

    mentor: str
    mentee: str
    number: int
    reason: str


@dataclass(frozen=True)
class CheckinPlan:
    """All sessions, and those without a time with the reason.

    ``bound`` is a proven limit on the number of sessions that any plan can hold; ``proven`` says
    that this plan reaches it.
    """

    sessions: tuple[Session, ...]
    missed: tuple[Missed, ...]
    bound: int
    names: Mapping[str, str]
    start: date

    @property
    def proven(self) -> bool:
        """Whether no plan holds more sessions."""
        return len(self.sessions) == self.bound

    def to_records(self) -> list[dict[str, Any]]:
        """Return one dict per session."""
        return [session.to_dict() for session in self.sessions]

    def to_frame(self, backend: str | None = None) -> Any:
        """Return the sessions as a data frame."""
        from rmatch.frames import frame

        names = ("mentor", "mentee", "number", "start", "minutes")
        return frame({name: [row[name] for row in self.to_records()] for name in names}, backend)

    def to_ical(self, person: str | None = None) -> bytes:
        """Return an iCalendar file (RFC 5545) of all sessions, or of one person's.

        A session keeps its UID when the same weeks are planned again, so that calendars move it.
        """
        planned = [(each.mentor, each.mentee) for each in self.sessions]
        people = {who for pair in planned for who in pair}
        people |= {who for each in self.missed for who in (each.mentor, each.mentee)}
        person = None if person is None else label(person)
        if person is not None and person not in people:
            raise UnknownPersonError(f"to_ical: nobody in this plan has the id {person!r}")
        try:
            from icalendar import Calendar, Event
        except ImportError as error:
            raise MissingDependencyError(
                "iCalendar files need icalendar: pip install 'rmatch[calendar]'"
            ) from error
        calendar = Calendar()
        calendar.add("prodid", "-//rmatch//check-ins//EN")
        calendar.add("version", "2.0")
        for session in self.sessions:
            if person not in (None, session.mentor, session.mentee):
                continue
            who = f"{self._name(session.mentor)} and {self._name(session.mentee)}"
            event = Event()
            ids = (quote(each, safe="") for each in (session.mentor, session.mentee))
            event.add("uid", "/".join([*ids, str(self.start), f"{session.number}@rmatch"]))
            event.add("dtstamp", session.start)
            event.add("dtstart", session.start)
            event.add("dtend", session.start + timedelta(minutes=session.minutes))
            event.add("summary", f"Reverse mentoring, session {session.number}: {who}")
            calendar.add_component(event)
        return bytes(calendar.to_ical())

    def _name(self, person: str) -> str:
        return self.names.get(person, person)

    def __str__(self) -> str:
        wanted = len(self.sessions) + len(self.missed)
        proof = "no plan holds more" if self.proven else f"at most {self.bound} are possible"
        lines = [f"{len(self.sessions)} of {wanted} sessions have a time; {proof}"]
        lines += [
            f"{miss.mentor} with {miss.mentee}, session {miss.number}: {miss.reason}"
            for miss in self.missed
        ]
        return "\n".join(lines)


@dataclass(frozen=True)
class _Ask:
    """One session to place: whose, in which days, and the starts (UTC minutes) that suit both."""

    pair: tuple[str, str]
    number: int
    first: date
    last: date
    starts: tuple[int, ...]


def checkin_plan(
    matching: Matching | Rematch,
    *,
    start: date,
    weeks: int = 12,
    sessions: int = 6,
    minutes: int = 60,
    rooms: int | None = None,
    hours: str = "09:00-17:00",
    timezone: str = "UTC",
    weekdays: Sequence[int] = (0, 1, 2, 3, 4),
    slots: Mapping[str, tuple[int, str]] | None = None,
    time_limit: float = 60.0,
) -> CheckinPlan:
    """Give every pair its sessions, spread evenly, inside both people's working hours.

    Parameters
    ----------
    matching
        Whose pairs meet: a matching or a re-match.
    start, weeks
        First day of the plan and its length.
    sessions, minutes
        How many sessions each pair has, one in each equal part of the plan, and how long one is.
    rooms
        How many sessions can be held at the same time; default no limit.
    hours, timezone
        Working hours and zone of people who state none.
    weekdays
        Days on which sessions are held, 0 is Monday; in each person's own zone.
    slots
        What labels in the column ``slots`` mean: ``{"mon am": (0, "09:00-12:00")}``. People who
        state slots are only booked within them; ``{}`` leaves slots out.
    time_limit
        Seconds for each group of pairs that share people, rooms or budgets.

    Raises
    ------
    InvalidInputError
        For a plan that cannot be, all that is wrong at once.
    SolverError
        When time is up before the solver has any plan.

    Notes
    -----
    The number of sessions held is maximised by CP-SAT with one worker and a fixed seed, over all
    sessions that begin on a half hour (UTC) or where a time begins in which both work. A person's
    ``hours_per_month`` limits their sessions in each calendar month (UTC). Working hours follow
    each zone's own changes of daylight saving.

    Examples
    --------
    >>> from datetime import date
    >>> import rmatch
    >>> from rmatch.living.checkins import checkin_plan
    >>> mentors = [{"id": "m", "skills": "AI:4", "timezone": "Europe/Paris"}]
    >>> mentees = [{"id": "s", "goals": "AI:4", "timezone": "America/New_York"}]
    >>> matching = rmatch.match(mentors, mentees)
    >>> plan = checkin_plan(matching, start=date(2026, 3, 2), weeks=4, sessions=2)
    >>> [session.start.isoformat() for session in plan.sessions]
    ['2026-03-02T14:00:00+00:00', '2026-03-16T13:00:00+00:00']
    """
    windows = Windows(hours, timezone, listed("weekdays", weekdays), {} if slots is None else slots)
    start = _check_plan(start, weeks, sessions, minutes, rooms, time_limit, windows)
    weeks, sessions, minutes = int(weeks), int(sessions), int(minutes)
    matching, problem = matching_of_people("matching", matching)
    mentors = problem.mentors.persons(matching.rows.tolist())
    mentees = problem.mentees.persons(matching.cols.tolist())
    stated = sorted({label for person in (*mentors, *mentees) for label in person.slots})
    if slots is None and stated:
        raise InvalidInputError(
            f"people state free slots, and slots= does not say when these are: {stated[:5]}; give "
            "each label as (weekday, '09:00-12:00'), or slots={} to leave them out"
        )
    days = weeks * 7
    asks = []
    for mentor, mentee in zip(mentors, mentees, strict=True):
        for number in range(sessions):
            first = start + timedelta(days=number * days // sessions)
            last = start + timedelta(days=(number + 1) * days // sessions - 1)
            common = windows.common(mentor, mentee, first, last, minutes)
            asks.append(_Ask((mentor.id, mentee.id), number + 1, first, last, common))
    budgets: dict[str, int] = {}
    for person in (*mentors, *mentees):
        if person.hours_per_month is not None:
            whole = floor(round(person.hours_per_month * 60, 6))  # 4.1 hours are 246 minutes
            budgets[person.id] = min(whole, budgets.get(person.id, whole))
    booked: dict[_Ask, int] = {}
    bound = 0
    for group in _groups(asks, rooms):
        found, limit = _place(group, minutes, rooms, budgets, time_limit)
        booked |= found
        bound += limit
    names = {person.id: person.name or person.id for person in (*mentors, *mentees)}
    held = [
        Session(*ask.pair, moment(at), minutes, ask.number)
        for ask, at in booked.items()
    ]  # fmt: skip
    held.sort(key=lambda session: (session.start, session.mentor, session.mentee))
    left, right = ({person.id: person for person in side} for side in (mentors, mentees))
    violations = check_sessions(held, left, right, windows, rooms)
    if violations:
        raise SolverError(
            f"rmatch found a fault in its own plan and does not return it: {violations[0]} "
            f"({len(violations)} in all); please report it",
            "check failed",
        )
    missed = [
        Missed(*ask.pair, ask.number, _reason(ask, booked, minutes, budgets))
        for ask in asks
        if ask not in booked
    ]
    return CheckinPlan(tuple(held), tuple(missed), bound, names, start)


def _check_plan(
    start: date,
    weeks: int,
    sessions: int,
    minutes: int,
    rooms: int | None,
    time_limit: float,
    windows: Windows,
) -> date:
    """Return the first day, or raise for everything that is no plan."""
    wrong = [
        f"{name}={value!r}; a whole number of at least {least} is allowed"
        for name, value, least in (
            ("weeks", weeks, 1),
            ("sessions", sessions, 1),
            ("minutes", minutes, 5),
            ("rooms", 1 if rooms is None else rooms, 1),
        )
        if not (is_whole(value) and value >= least)
    ]
    if not wrong and sessions > weeks * 7:
        wrong.append(f"sessions={sessions} in {weeks} weeks is more than one a day")
    if not (is_finite(time_limit) and time_limit > 0):
        wrong.append(f"time_limit={time_limit!r}; seconds above 0 are needed")
    first = None
    try:
        first = day("start", start)
        first + timedelta(weeks=int(weeks) if is_whole(weeks) else 0)
    except InvalidInputError as error:
        wrong.append(str(error))
    except OverflowError:
        wrong.append(f"weeks={weeks!r} from {first} on go beyond the calendar")
    wrong += windows.problems()
    if wrong or first is None:
        raise InvalidInputError("; ".join(wrong))
    return first


# ---- which time for which session ----------------------------------------------------------------


def _groups(asks: Sequence[_Ask], rooms: int | None) -> list[list[_Ask]]:
    """Split the sessions into groups that share nobody; with rooms, all share the rooms."""
    if rooms is not None:
        return [list(asks)] if asks else []
    import networkx as nx

    graph = nx.Graph(ask.pair for ask in asks)
    group_of = {
        person: number
        for number, people in enumerate(nx.connected_components(graph))
        for person in people
    }
    groups: dict[int, list[_Ask]] = defaultdict(list)
    for ask in asks:
        groups[group_of[ask.pair[0]]].append(ask)
    return list(groups.values())


def _place(
    asks: list[_Ask],
    minutes: int,
    rooms: int | None,
    budgets: Mapping[str, int],
    time_limit: float,
) -> tuple[dict[_Ask, int], int]:
    """Return a start for as many sessions as possible, and a proven limit on their number."""
    possible = sum(bool(ask.starts) for ask in asks)
    few = {ask: _spread(ask.starts) for ask in asks}
    booked, _ = _solve(few, minutes, rooms, budgets, time_limit)
    if len(booked) == possible:
        return booked, possible
    everything = {ask: ask.starts for ask in asks}
    more, bound = _solve(everything, minutes, rooms, budgets, time_limit)
    return (more if len(more) >= len(booked) else booked), bound


def _spread(starts: tuple[int, ...]) -> tuple[int, ...]:
    step = max(1, len(starts) // _FEW)
    return starts[::step]


def _solve(
    starts: Mapping[_Ask, Sequence[int]],
    minutes: int,
    rooms: int | None,
    budgets: Mapping[str, int],
    time_limit: float,
) -> tuple[dict[_Ask, int], int]:
    cp_model = modelling()
    model = cp_model.CpModel()
    chosen: dict[tuple[_Ask, int], Any] = {}
    diary: dict[str, list[Any]] = defaultdict(list)
    everybody: list[Any] = []
    spent: dict[tuple[str, tuple[int, int]], list[Any]] = defaultdict(list)
    for ask, times in starts.items():
        for at in times:
            held = chosen[ask, at] = model.new_bool_var("")
            interval = model.new_optional_fixed_size_interval_var(at, minutes, held, "")
            for person in {*ask.pair}:
                diary[person].append(interval)
                if person in budgets:
                    spent[person, month(at)].append(held)
            everybody.append(interval)
        model.add_at_most_one(chosen[ask, at] for at in times)
    for intervals in diary.values():
        model.add_no_overlap(intervals)
    if rooms is not None:
        model.add_cumulative(everybody, [1] * len(everybody), rooms)
    for (person, _), held_then in spent.items():
        model.add(sum(held_then) * minutes <= budgets[person])
    # One more session outweighs all preferences for early starts together.
    late = {ask: {at: place for place, at in enumerate(times)} for ask, times in starts.items()}
    weight = 1 + sum(len(times) for times in starts.values())
    model.maximize(sum((weight - late[ask][at]) * held for (ask, at), held in chosen.items()))
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = 0
    solver.parameters.max_time_in_seconds = time_limit
    status = solver.solve(model)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        raise SolverError(
            f"no check-in plan within {time_limit:g} s ({solver.status_name(status)}); "
            "give time_limit= more seconds",
            solver.status_name(status),
        )
    booked = {ask: at for (ask, at), held in chosen.items() if solver.boolean_value(held)}
    return booked, -int(-solver.best_objective_bound // weight)


def _reason(ask: _Ask, booked: Mapping[_Ask, int], minutes: int, budgets: Mapping[str, int]) -> str:
    """Say why a session has no time."""
    days = f"from {ask.first} to {ask.last}"
    if not ask.starts:
        return f"no common working time of {minutes} minutes {days}"
    months = {month(at) for at in ask.starts}
    for person in ask.pair:
        if person not in budgets:
            continue
        used = dict.fromkeys(months, 0)
        for other, at in booked.items():
            if person in other.pair and month(at) in used:
                used[month(at)] += minutes
        if all(used[each] + minutes > budgets[person] for each in months):
            hours = amount(budgets[person] / 60, "hour")
            return f"{person} has {hours} a month, used up {days}"
    return f"all {len(ask.starts)} common times {days} are taken by other sessions or rooms"
