"""Check-ins: every session has a time that suits both, or a reason."""

from __future__ import annotations

import random
import re
from datetime import UTC, date, datetime, time, timedelta
from itertools import combinations, product
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import rmatch
from rmatch import Person
from rmatch.living import checkin_plan
from rmatch.living.calendars import Windows, moment
from rmatch.living.checkin_check import check_sessions
from rmatch.living.checkins import Session

MONDAY = date(2026, 3, 2)
ZONES = ["Europe/Paris", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "UTC"]


def matched(mentors, mentees, **options):
    """Match people in order: mentor k teaches mentee k."""
    for number, (mentor, mentee) in enumerate(zip(mentors, mentees, strict=True)):
        mentor |= {"id": f"m{number}", "skills": f"skill {number}"}
        mentee |= {"id": f"s{number}", "goals": f"skill {number}"}
    return rmatch.match(mentors, mentees, **options)


def local_hours(session, zone):
    """The local clock times at which a session begins and ends."""
    begin = session.start.astimezone(ZoneInfo(zone))
    return begin.time(), (begin + timedelta(minutes=session.minutes)).time()


def test_sessions_lie_in_both_peoples_hours_across_daylight_saving():
    """Paris and New York change their clocks on different days; both hours hold throughout."""
    people = matched(
        [{"timezone": "Europe/Paris", "working_hours": "09:00-17:00"}],
        [{"timezone": "America/New_York", "working_hours": "08:00-16:00"}],
    )
    plan = checkin_plan(people, start=MONDAY, weeks=6, sessions=6, minutes=60)
    assert len(plan.sessions) == 6
    assert plan.proven
    for session in plan.sessions:
        for zone, low, high in (("Europe/Paris", 9, 17), ("America/New_York", 8, 16)):
            begin, end = local_hours(session, zone)
            assert low <= begin.hour
            assert end.hour * 60 + end.minute <= high * 60
        assert session.start.astimezone(ZoneInfo("Europe/Paris")).weekday() < 5
    gaps = [b.start - a.start for a, b in zip(plan.sessions, plan.sessions[1:], strict=False)]
    assert all(gap <= timedelta(days=14) for gap in gaps)


def test_hours_that_cross_midnight_meet():
    """A night shift and a morning on the other side of the world overlap."""
    people = matched(
        [{"timezone": "UTC", "working_hours": "22:00-06:00"}],
        [{"timezone": "Asia/Tokyo", "working_hours": "09:00-12:00"}],
    )
    plan = checkin_plan(people, start=MONDAY, weeks=1, sessions=1, minutes=60)
    (session,) = plan.sessions
    assert local_hours(session, "Asia/Tokyo")[0].hour in (9, 10, 11)


def test_no_common_hours_is_a_reason():
    """A pair that never works at the same time is named with the reason."""
    people = matched([{"working_hours": "08:00-12:00"}], [{"working_hours": "13:00-17:00"}])
    plan = checkin_plan(people, start=MONDAY, weeks=2, sessions=1, minutes=60)
    assert plan.sessions == ()
    assert plan.proven
    assert str(plan) == (
        "0 of 1 sessions have a time; no plan holds more\n"
        "m0 with s0, session 1: no common working time of 60 minutes from 2026-03-02 to 2026-03-15"
    )


def test_nobody_is_in_two_places_and_rooms_hold():
    """One mentor with three mentees, one room, two hours: two sessions fit, provably no more."""
    mentors = [{"id": "m", "skills": "x", "capacity": 3, "working_hours": "09:00-11:00"}]
    mentees = [{"id": f"s{n}", "goals": "x"} for n in range(3)]
    people = rmatch.match(mentors, mentees)
    plan = checkin_plan(people, start=MONDAY, weeks=1, sessions=1, weekdays=[0], rooms=1)
    assert len(plan.sessions) == plan.bound == 2
    first, second = plan.sessions
    assert first.start + timedelta(minutes=60) <= second.start
    assert plan.missed[0].reason.startswith("all 3 common times")


def test_monthly_budgets_hold_and_are_named():
    """Two hours a month allow two sessions of an hour in it."""
    people = matched([{"hours_per_month": 2}], [{}])
    plan = checkin_plan(people, start=MONDAY, weeks=4, sessions=4, minutes=60)
    assert len(plan.sessions) == 2
    assert {miss.reason.partition(",")[0] for miss in plan.missed} == {"m0 has 2 hours a month"}


def test_slots_restrict_to_what_people_stated():
    """Who states slots is only booked within them; an unexplained label is an error."""
    people = matched([{"slots": "wed am"}], [{"slots": "wed am; fri pm"}])
    meaning = {"wed am": (2, "09:00-12:00"), "fri pm": (4, "13:00-17:00")}
    plan = checkin_plan(people, start=MONDAY, weeks=1, sessions=1, slots=meaning)
    assert plan.sessions[0].start == datetime(2026, 3, 4, 9, tzinfo=UTC)
    with pytest.raises(rmatch.InvalidInputError, match=r"states slots \['fri pm'\]"):
        checkin_plan(people, start=MONDAY, weeks=1, sessions=1, slots={"wed am": meaning["wed am"]})


def test_the_plan_is_the_same_every_time():
    """One worker and a fixed seed: the same input gives the same plan."""
    mentors = [{"id": "m", "skills": "x", "capacity": 5}]
    people = rmatch.match(mentors, [{"id": f"s{n}", "goals": "x"} for n in range(5)])
    plans = [checkin_plan(people, start=MONDAY, weeks=4, sessions=2, rooms=1) for _ in range(2)]
    assert plans[0] == plans[1]
    assert plans[0].proven


def test_calendars_read_back():
    """The iCalendar file holds each session of the person asked for, at its time."""
    from icalendar import Calendar

    people = matched([{"name": "Mia"}, {}], [{"name": "Ana"}, {}])
    plan = checkin_plan(people, start=MONDAY, weeks=2, sessions=2)
    events = Calendar.from_ical(plan.to_ical("m0")).walk("VEVENT")
    assert [event.decoded("dtstart") for event in events] == [
        session.start for session in plan.sessions if session.mentor == "m0"
    ]
    assert events[0]["summary"] == "Reverse mentoring, session 1: Mia and Ana"
    assert len(Calendar.from_ical(plan.to_ical()).walk("VEVENT")) == 4


DAY = 24 * 60


def brute_force(pairs, hours, minutes, rooms, budgets):
    """The most sessions of one Monday that fit, by trying every start on the half hour."""
    starts = range(540, 720 - minutes + 1, 30)
    best = 0
    for chosen in product([None, *starts], repeat=len(pairs)):
        held = [(pair, at) for pair, at in zip(pairs, chosen, strict=True) if at is not None]
        inside = all(
            hours[person][0] <= at and at + minutes <= hours[person][1]
            for pair, at in held
            for person in pair
        )
        free = all(
            not ({*one} & {*other} and abs(a - b) < minutes)
            for (one, a), (other, b) in combinations(held, 2)
        )
        crowd = max((sum(0 <= at - b < minutes for _, b in held) for _, at in held), default=0)
        spent = all(
            minutes * sum(person in pair for pair, _ in held) <= budget
            for person, budget in budgets.items()
        )
        if inside and free and spent and (rooms is None or crowd <= rooms):
            best = max(best, len(held))
    return best


@settings(max_examples=20)
@given(st.integers(0, 10**6), st.sampled_from([None, 1, 2]), st.sampled_from([30, 60, 90]))
def test_as_many_sessions_as_brute_force(seed, rooms, minutes):
    """Three pairs of shared people on one morning: exactly as many sessions as can be."""
    rng = random.Random(seed)
    people = [f"m{n}" for n in range(2)] + [f"s{n}" for n in range(2)]
    hours = {}
    for person in people:
        begin = rng.choice([540, 570, 600])
        hours[person] = (begin, begin + rng.choice([60, 90, 120]))
    budgets = {"m0": rng.choice([60, 90, 10_000]), "s0": rng.choice([60, 10_000])}

    def row(person, **more):
        begin, end = hours[person]
        clock = f"{begin // 60:02}:{begin % 60:02}-{end // 60:02}:{end % 60:02}"
        month = {"hours_per_month": budgets[person] / 60} if person in budgets else {}
        return {"id": person, "working_hours": clock, "capacity": 2, **month, **more}

    matching = rmatch.match(
        [row("m0", skills="a; b"), row("m1", skills="b")],
        [row("s0", goals="a; b"), row("s1", goals="a; b")],
    )
    pairs = [(pair.mentor, pair.mentee) for pair in matching.pairs]
    plan = checkin_plan(
        matching, start=MONDAY, weeks=1, sessions=1, weekdays=[0], minutes=minutes, rooms=rooms
    )
    assert len(plan.sessions) == brute_force(pairs, hours, minutes, rooms, budgets)
    assert plan.proven
    told = [(each.mentor, each.mentee) for each in (*plan.sessions, *plan.missed)]
    assert sorted(told) == sorted(pairs)
    assert all(miss.reason for miss in plan.missed)


@settings(max_examples=15)
@given(
    st.lists(
        st.tuples(st.sampled_from(ZONES), st.sampled_from(["09:00-17:00", "07:30-12:00",
                  "22:00-06:00"])), min_size=2, max_size=2,
    ),
    st.sampled_from([date(2026, 3, 2), date(2026, 10, 12)]),
)  # fmt: skip
def test_both_work_whenever_they_meet(both, start):
    """Any two zones over a change of clocks: each session lies in both people's hours."""
    (one, mine), (other, yours) = both
    people = matched(
        [{"timezone": one, "working_hours": mine}], [{"timezone": other, "working_hours": yours}]
    )
    plan = checkin_plan(people, start=start, weeks=6, sessions=6, minutes=60)
    assert len(plan.sessions) + len(plan.missed) == 6
    for session in plan.sessions:
        for zone, hours in both:
            begin = session.start.astimezone(ZoneInfo(zone))
            low, high = (int(clock[:2]) * 60 + int(clock[3:]) for clock in hours.split("-"))
            at = begin.hour * 60 + begin.minute
            if low > high and at < high:
                at += DAY  # the part of a night shift after midnight
            assert low <= at
            assert at + 60 <= (high if low < high else high + DAY)


CHANGES = [  # of clocks: over 02:00, over midnight, by half an hour, back and forth
    ("Europe/Paris", date(2026, 3, 29)),
    ("Europe/Paris", date(2026, 10, 25)),
    ("America/Havana", date(2026, 3, 8)),
    ("America/Havana", date(2026, 11, 1)),
    ("Australia/Lord_Howe", date(2026, 4, 5)),
    ("Australia/Lord_Howe", date(2026, 10, 4)),
    ("Asia/Kathmandu", date(2026, 3, 29)),
]
CLOCKS = ["00:00", "01:30", "02:00", "02:15", "02:30", "03:00", "03:30", "22:00", "24:00"]


@settings(max_examples=60)
@given(st.sampled_from(CHANGES), st.sampled_from(CLOCKS[:-1]), st.sampled_from(CLOCKS[1:]),
       st.sampled_from([15, 30, 45, 60, 120]))  # fmt: skip
def test_planner_and_check_agree_while_clocks_change(change, begin, end, minutes):
    """What the planner holds for working time is so by the clocks on the wall, and it misses none.

    The two know nothing of each other: intervals of UTC minutes, and clocks that are looked at.
    """
    zone, day = change
    person = Person(id="p", timezone=zone, working_hours=f"{begin}-{end}")
    windows = Windows("09:00-17:00", "UTC", tuple(range(7)), {})
    days = timedelta(days=2)
    starts = set(windows.common(person, person, day - days, day + days, minutes))

    def faults(at):
        session = Session("p", "p", moment(at), minutes, 1)
        return check_sessions([session], {"p": person}, {"p": person}, windows, None)[:2]

    assert not any("does not work" in str(fault) for at in starts for fault in faults(at))
    noon = int(datetime(day.year, day.month, day.day, 12, tzinfo=UTC).timestamp()) // 60
    every = range(noon - DAY, noon + DAY, 15)  # well within the days asked for
    works = {at for at in every if not any("does not work" in str(f) for f in faults(at))}
    assert {at for at in works if at % 30 == 0} <= starts
    assert starts or not works


def test_a_time_that_clocks_jump_over_is_no_working_time():
    """02:00 to 03:00 does not exist on that Sunday: no session, and the reason."""
    night = {"timezone": "Europe/Paris", "working_hours": "02:00-03:00"}
    days = {"start": date(2026, 3, 28), "weeks": 1, "sessions": 7, "weekdays": range(7)}
    plan = checkin_plan(matched([night | {}], [night | {}]), **days)
    assert [miss.reason for miss in plan.missed] == [
        "no common working time of 60 minutes from 2026-03-29 to 2026-03-29"
    ]


@pytest.mark.parametrize(("zone", "hours"), [("Asia/Kathmandu", "09:00-10:00"),
                                             ("UTC", "09:10-10:10")])  # fmt: skip
def test_an_hour_that_is_on_no_half_hour_is_used(zone, hours):
    """There is a common hour, so there is a session."""
    person = {"timezone": zone, "working_hours": hours}
    plan = checkin_plan(matched([person | {}], [person | {}]), start=MONDAY, weeks=1, sessions=1)
    assert {local_hours(each, zone)[0].isoformat()[:5] for each in plan.sessions} == {hours[:5]}


def test_calendars_of_two_plans_stand_side_by_side():
    """Planning again moves sessions; the next plan, and other people, have their own."""
    mentors = [{"id": "a", "skills": "x:4"}, {"id": "a-b", "skills": "y:4"}]
    mentees = [{"id": "b-c", "goals": "x:4"}, {"id": "c", "goals": "y:4"}]
    before = rmatch.match(mentors, mentees)

    def uids(start):
        plan = checkin_plan(rmatch.rematch(before), start=start, weeks=2, sessions=2)
        return re.findall(rb"UID:(.*)\r", plan.to_ical())

    assert uids(MONDAY) == uids(MONDAY)
    assert len({*uids(MONDAY), *uids(date(2026, 3, 16))}) == 8


def test_a_plan_needs_people():
    """A matrix has none, and neither has nothing."""
    for wrong in (None, rmatch.match_matrix([[1]])):
        with pytest.raises(rmatch.InvalidInputError, match="a matching of people is needed"):
            checkin_plan(wrong, start=MONDAY)


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("start", [date(2026, 3, 2), date(2026, 9, 21)])
def test_the_one_hour_of_the_day_keeps_its_clock_time(zone, start):
    """One possible hour a day, over both changes of clocks: always nine o'clock where they are."""
    hour = {"timezone": zone, "working_hours": "09:00-10:00"}
    plan = checkin_plan(matched([hour | {}], [hour | {}]), start=start, weeks=8, sessions=8)
    assert len(plan.sessions) == 8
    assert {local_hours(session, zone)[0] for session in plan.sessions} == {time(9)}


def test_wrong_hours_zones_and_slots_are_refused_together():
    """What cannot be read is named, not guessed."""
    people = matched([{}], [{}])
    with pytest.raises(rmatch.InvalidInputError) as caught:
        checkin_plan(people, start="soon", hours="9-x", timezone="Mars", weekdays=[9],
                     slots={"am": (1, "later")})  # fmt: skip
    for said in ("start='soon'", "hours='9-x'", "timezone='Mars'", "weekdays=(9,)",
                 "slots['am']=(1, 'later')"):  # fmt: skip
        assert said in str(caught.value)


def test_the_check_finds_every_kind_of_fault():
    """Plans that were tampered with do not pass."""
    mentor = Person(id="m", timezone="Europe/Paris", working_hours="09:00-17:00", hours_per_month=1)
    mentee = Person(id="s", slots=frozenset({"mon am"}))
    windows = Windows("00:00-24:00", "UTC", (0, 1), {"mon am": (0, "09:00-12:00")})

    def said(*starts, rooms=None):
        sessions = [
            Session("m", "s", datetime(2026, 3, *start, tzinfo=UTC), 60, 1) for start in starts
        ]
        found = check_sessions(sessions, {"m": mentor}, {"s": mentee}, windows, rooms)
        return [str(each) for each in found]

    assert said((2, 9)) == []  # Monday, ten o'clock in Paris
    assert said((2, 8)) == ["'s' does not work at 2026-03-02 08:00:00+00:00"]
    assert said((3, 9)) == ["'s' does not work at 2026-03-03 09:00:00+00:00"]
    assert len(said((4, 9))) == 2  # Wednesday
    assert said((9, 9), (16, 9)) == [f"'{name}' has more than 1 hours in a month" for name in "m"]
    assert "'m' is in two sessions at 2026-03-02 09:30:00+00:00" in said((2, 9), (2, 9, 30))
    assert "2 sessions at 2026-03-02 09:30:00+00:00 in 1 rooms" in said((2, 9), (2, 9, 30), rooms=1)


def test_wrong_figures_are_refused_together():
    """All bad arguments come in one error."""
    people = matched([{}], [{}])
    with pytest.raises(rmatch.InvalidInputError, match=r"weeks=0; .*minutes=1; "):
        checkin_plan(people, start=MONDAY, weeks=0, minutes=1)
    with pytest.raises(rmatch.InvalidInputError, match=r"time_limit='x'; .*beyond the calendar"):
        checkin_plan(people, start=date(9999, 12, 30), time_limit="x")
    with pytest.raises(rmatch.InvalidInputError, match=r"slots=\[1\]; give"):
        checkin_plan(people, start=MONDAY, slots=[1])
    with pytest.raises(rmatch.InvalidInputError, match="weekdays=3; a list"):
        checkin_plan(people, start=MONDAY, weekdays=3)
    with pytest.raises(rmatch.InvalidInputError, match="more than one a day"):
        checkin_plan(people, start=MONDAY, weeks=1, sessions=9)


def test_the_calendar_of_nobody_is_refused():
    """A misspelt id would give an empty calendar, as if there were no session."""
    matching = rmatch.match([{"id": "m", "skills": "AI:4"}], [{"id": "s", "goals": "AI"}])
    plan = checkin_plan(matching, start=date(2026, 3, 2), weeks=4, sessions=2)
    with pytest.raises(rmatch.UnknownPersonError, match="nobody in this plan has the id 'M'"):
        plan.to_ical("M")
