"""The log of a programme: what may follow what, what is kept, and what a killed process loses."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import rmatch
from rmatch.living.acceptance import PERSONAL, TRANSITIONS, Event, Ledger, State
from rmatch.living.log import PairLog
from rmatch.rules import Priority

DAY = date(2026, 3, 2)


def later(days):
    return DAY + timedelta(days=days)


def event(kind, by="", on=DAY, reason="", to="", pair=("m", "s")):
    return Event(kind, *pair, on, by, reason, to)


PROPOSED = event("proposed")
APPROVED = event("approved", "Kim")
BOTH = (PROPOSED, APPROVED, event("accepted", "m"), event("accepted", "s"))

#: One way to each state.
WAYS = {
    None: (),
    State.PROPOSED: (PROPOSED,),
    State.APPROVED: (PROPOSED, APPROVED),
    State.ACCEPTED: BOTH[:3],
    State.ACTIVE: BOTH,
    State.LOCKED: (*BOTH, event("locked", "Kim")),
    State.DECLINED: (PROPOSED, APPROVED, event("declined", "s")),
    State.LAPSED: (PROPOSED, APPROVED, event("lapsed")),
    State.ENDED: (*BOTH, event("ended")),
}


@pytest.mark.parametrize("kind", TRANSITIONS)
@pytest.mark.parametrize("state", WAYS, ids=str)
def test_the_table_and_nothing_else(state, kind):
    """Every kind of event after every state: where the table says, or a refusal that says why."""
    ledger = Ledger.of(WAYS[state])
    now = ledger.pairs.get(("m", "s"))
    assert (now and now.state) == state
    target = "ended" if state is not State.ENDED else "active"
    after = event(kind, by="s", reason="because", to=target if kind == "overridden" else "")
    expected = TRANSITIONS[kind].get(state) if kind != "overridden" else State(target)
    if expected is None:
        with pytest.raises(rmatch.InvalidInputError, match=f"cannot be {kind} on 2026-03-02"):
            ledger.apply(after)
        assert ledger.pairs.get(("m", "s")) == now
    else:
        ledger.apply(after)
        assert ledger.pairs["m", "s"].state is expected


@pytest.mark.parametrize(
    ("events", "message"),
    [
        ([PROPOSED, event("approved")], "by= must say who"),
        ([PROPOSED, APPROVED, event("accepted", "Kim")], "'m' or 's' is asked"),
        ([*BOTH[:3], event("accepted", "m")], "by='m'; 's' is asked"),
        ([event("overridden", "Kim", to="active")], "an override needs a reason"),
        ([event("overridden", "Kim", reason="asked", to="gone")], "state 'gone'; allowed"),
        ([event("overridden", reason="asked", to="active")], "by= must say who"),
        ([event("proposed", on=later(2)), APPROVED], "it has been proposed since 2026-03-04"),
        ([event("praised")], "event 'praised'; allowed are proposed"),
        ([event("proposed", pair=("m", "m"))], "two different ids"),
        ([event("proposed", pair=("m", ""))], "two different ids"),
        ([event("joined")], "the other as ''"),
        ([event("joined", pair=("m", ""))] * 2, "is here already"),
        ([event("left", pair=("m", ""))], "is not here"),
        ([event("joined", pair=("m", "")), PROPOSED, event("left", pair=("m", ""))], "1 pair runs"),
        (
            [event("joined", pair=("m", "")), event("left", pair=("m", "")), PROPOSED],
            "m left on 2026-03-02",
        ),
        (
            [event("joined", pair=("m", ""), on=later(1)), event("left", pair=("m", ""))],
            "the last was on 2026-03-03",
        ),
    ],
)
def test_an_impossible_event_is_refused_and_says_why(events, message):
    """Nothing of what is refused is recorded, not even what was recorded with it."""
    with PairLog(":memory:") as log:
        with pytest.raises(rmatch.InvalidInputError, match=message):
            log.record(*events)
        assert log.events() == ()
        assert log.standings() == {}


@pytest.mark.parametrize(
    "on", ["2026-03-02", "2026-03-02T09:00:00+01:00", datetime(2026, 3, 2, 9, tzinfo=UTC), DAY]
)
def test_what_is_recorded_can_be_read(tmp_path, on):
    """Times, missing text and states go in as what the file gives back: it is never changed."""
    with PairLog(tmp_path / "pairs.db") as log:
        log.record(event("proposed", by=None, on=on, reason=None))
        log.record(event("overridden", "Kim", on=on, reason=5, to=State.ACTIVE))
        written = log.events()
    with PairLog(tmp_path / "pairs.db") as log:
        assert log.events() == written
        assert log.states(until=on) == {("m", "s"): State.ACTIVE}
        assert [(each.on, each.by, each.reason, each.to) for each in written] == [
            (DAY, "", "", ""),
            (DAY, "Kim", "5", "active"),
        ]


@pytest.mark.parametrize("value", [None, "today", 5])
def test_days_that_are_none_are_refused(value):
    """Wherever a day is asked for."""
    with PairLog(":memory:") as log:
        for ask in (
            lambda: event("proposed", on=value),
            lambda: log.leave("m", on=value),
            lambda: log.lapse(after=3, on=value),
            lambda: log.waiting(on=value),
        ):
            with pytest.raises(rmatch.InvalidInputError, match=f"on={value!r}; a date or"):
                ask()
    with pytest.raises(rmatch.InvalidInputError, match="no text that can be stored"):
        event("proposed", reason="\ud800")
    with pytest.raises(rmatch.InvalidInputError, match="after='x'; whole days"):
        log.lapse(after="x", on=DAY)


@pytest.mark.parametrize(
    ("events", "message"),
    [
        (
            [PROPOSED, event("ended", on=later(20)), event("left", pair=("m", ""), on=later(10))],
            "a pair of theirs changed on 2026-03-22",
        ),
        (
            [event("joined", pair=("m", ""), on=later(20)), event("proposed", on=later(5))],
            "m joined on 2026-03-22",
        ),
    ],
)
def test_what_stood_on_a_day_can_be_told_of_any_day(events, message):
    """An event before those it follows would make no sense on the days between."""
    with PairLog(":memory:") as log:
        log.record(event("joined", pair=("m", "")), event("left", pair=("m", "")))
        first = [] if events[0].kind == "joined" else [event("joined", pair=("m", ""))]
        log.record(*first, *events[:-1])
        with pytest.raises(rmatch.InvalidInputError, match=message):
            log.record(events[-1])
        assert log.states(until=later(15)) == {(p.mentor, p.mentee): State.PROPOSED
                                               for p in events[:1] if p.mentee}  # fmt: skip


@settings(max_examples=250)
@given(st.lists(st.tuples(
    st.sampled_from(["proposed", "ended", *PERSONAL]), st.integers(0, 4)),
    min_size=8, max_size=20))  # fmt: skip
def test_whatever_the_order_every_day_can_be_told(steps):
    """Days go back and forth; what was accepted can be looked at on any day between."""
    ledger, accepted = Ledger(), []
    for kind, days in steps:
        pair = ("m", "") if kind in PERSONAL else ("m", "s")
        try:
            accepted.append(event(kind, on=later(days), pair=pair))
            ledger.apply(accepted[-1])
        except rmatch.InvalidInputError:
            accepted.pop()
    assert Ledger.of(accepted) == ledger
    for days in range(5):
        Ledger.of(each for each in accepted if each.on <= later(days))


def test_whoever_is_declined_keeps_their_turn():
    """Only a pair that both had said yes to ends the wait; and any day can be looked at."""
    people = event("joined", pair=("m", "")), event("joined", pair=("", "s"))
    asked = [event("proposed", on=later(90)), event("approved", "Kim", on=later(90))]
    with PairLog(":memory:") as log:
        log.record(*people, *asked)
        assert log.waiting(on=later(95)).mentees == ()
        log.record(event("declined", "m", on=later(95)))
        assert [w.days for w in log.waiting(on=later(100)).mentees] == [100]
        assert [w.days for w in log.waiting(on=later(30)).mentees] == [30]
        log.record(event("overridden", "Kim", on=later(100), reason="talked", to="active"))
        log.record(event("ended", on=later(120)), event("proposed", on=later(130)))
        log.record(event("ended", on=later(140)))
        assert [w.days for w in log.waiting(on=later(150)).mentees] == [30]


def test_a_dict_is_an_event():
    """Plain data from elsewhere; a misspelt name is told."""
    with PairLog(":memory:") as log:
        log.record({"kind": "proposed", "mentor": "m", "mentee": "s", "on": DAY})
        with pytest.raises(rmatch.InvalidInputError, match="unexpected keyword argument 'who'"):
            log.record({"kind": "approved", "mentor": "m", "mentee": "s", "on": DAY, "who": "Kim"})


def test_a_pair_from_proposal_to_end_and_what_it_was_on_a_day(tmp_path):
    """State is rebuilt from the file, for today or for any day."""
    with PairLog(tmp_path / "pairs.db") as log:
        log.record(PROPOSED)
        log.record(event("approved", "Kim", on=later(1)))
        log.record(event("accepted", "s", on=later(2)), event("accepted", "m", on=later(3)))
        log.record(event("locked", "Kim", on=later(9), reason="both asked for it"))
    with PairLog(tmp_path / "pairs.db") as log:
        standing = log.standings()["m", "s"]
        assert (standing.state, standing.since) == (State.LOCKED, later(9))
        assert (standing.accepted, standing.by) == (("s", "m"), "Kim")
        assert log.states(until=later(1)) == {("m", "s"): State.APPROVED}
        assert len(log.events()) == 5


def test_no_answer_lapses_only_after_the_days_given():
    """Ten days to answer are ten days; a proposal nobody has approved does not lapse."""
    with PairLog(":memory:") as log:
        log.record(PROPOSED, APPROVED, event("proposed", pair=("m", "t")))
        assert log.lapse(after=10, on=later(10)) == ()
        assert log.lapse(after=10, on=later(11)) == (("m", "s"),)
        standing = log.standings()["m", "s"]
        assert (standing.state, standing.reason) == (State.LAPSED, "no answer in 10 days")


def test_an_answer_of_one_does_not_let_the_other_wait_longer():
    with PairLog(":memory:") as log:
        for event in (
            Event("proposed", "m", "s", DAY),
            Event("approved", "m", "s", DAY, by="Kim"),
            Event("accepted", "m", "s", later(9), by="s"),
        ):
            log.record(event)
        assert log.lapse(after=10, on=later(10)) == ()
        assert log.lapse(after=10, on=later(12)) == (("m", "s"),)


def test_who_is_asked_again_has_as_long_to_answer():
    """The first asking was answered; what a person overrides later is another."""
    with PairLog(":memory:") as log:
        log.record(PROPOSED, APPROVED, event("declined", "m", on=later(2)))
        again = event("overridden", "Kim", on=later(20), reason="asked to", to="approved")
        log.record(again)
        assert log.lapse(after=10, on=later(30)) == ()
        assert log.lapse(after=10, on=later(31)) == (("m", "s"),)


def test_two_writers_of_one_file_see_each_other(tmp_path):
    """Whoever decides on stale knowledge is refused by what the other recorded."""
    one, other = PairLog(tmp_path / "pairs.db"), PairLog(tmp_path / "pairs.db")
    one.record(PROPOSED)
    other.record(APPROVED)
    with pytest.raises(rmatch.InvalidInputError, match="the pair is approved"):
        one.record(APPROVED)
    assert one.states() == {("m", "s"): State.APPROVED}
    one.close()
    other.close()


def test_events_cannot_be_changed_or_deleted(tmp_path):
    """Append-only is a property of the file, not of this library's manners."""
    with PairLog(tmp_path / "pairs.db") as log:
        log.record(PROPOSED)
    file = sqlite3.connect(tmp_path / "pairs.db")
    with pytest.raises(sqlite3.IntegrityError, match="never changed"):
        file.execute("UPDATE events SET kind = 'ended'")
    with pytest.raises(sqlite3.IntegrityError, match="never deleted"):
        file.execute("DELETE FROM events")
    file.close()


def whole_or_refused(path):
    """A changed byte that matters is noticed; one in unused space changes nothing."""
    try:
        with PairLog(path) as log:
            return {s for _, s in log.states()} == {f"s{number}" for number in range(300)}
    except rmatch.InvalidInputError as error:
        return "not a whole log" in str(error)


def test_a_damaged_file_is_refused_and_so_is_one_of_another_kind(tmp_path):
    """A log that lost a part is no shorter log: it is an error."""
    path = tmp_path / "pairs.db"
    with PairLog(path) as log:
        log.record(*(event("proposed", pair=("m", f"s{number}")) for number in range(300)))
    whole = path.read_bytes()
    for size in (len(whole) - 1, len(whole) - 4096, len(whole) // 2, 2000, 50):
        path.write_bytes(whole[:size])
        with pytest.raises(rmatch.InvalidInputError, match="not a whole log"):
            PairLog(path)
    for place in range(len(whole) // 2, len(whole), 1501):
        altered = bytearray(whole)
        altered[place] ^= 1
        path.write_bytes(altered)
        assert whole_or_refused(path)
    path.write_text("mentor,mentee\n")
    with pytest.raises(rmatch.InvalidInputError, match="not a whole log"):
        PairLog(path)
    other = sqlite3.connect(tmp_path / "other.db")
    other.execute("CREATE TABLE events (number)")
    other.close()
    with pytest.raises(rmatch.InvalidInputError, match="something else"):
        PairLog(tmp_path / "other.db")


def test_a_log_that_is_busy_is_read_and_is_not_called_damaged(tmp_path):
    """Nobody brings back an old copy because somebody else writes for long."""
    path = tmp_path / "pairs.db"
    with PairLog(path) as log:
        log.record(PROPOSED)
    writer = sqlite3.connect(path, isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")
    with PairLog(path) as log:
        assert log.states() == {("m", "s"): State.PROPOSED}
    writer.close()
    with pytest.raises(rmatch.InvalidInputError, match="cannot be opened now: unable to open"):
        PairLog(tmp_path)


WRITER = """
import sys
from datetime import date
from rmatch.living.acceptance import Event
from rmatch.living.log import PairLog
log = PairLog(sys.argv[1])
number = len(log.events()) // 2
while True:
    pair = "m", f"s{number}"
    log.record(Event("proposed", *pair, date(2026, 3, 2)),
               Event("approved", *pair, date(2026, 3, 2), by="Kim"))
    print(number, flush=True)
    number += 1
"""


@pytest.mark.skipif(os.name == "nt", reason="SIGKILL")
def test_a_killed_process_loses_nothing_it_was_told_is_recorded(tmp_path):
    """Kill a writer again and again, at any moment: all it acknowledged is there, nothing half."""
    path, luck = tmp_path / "pairs.db", random.Random(1)
    acknowledged = -1
    for _ in range(8):
        writer = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(path)],
            stdout=subprocess.PIPE,
            text=True,
            cwd=Path(rmatch.__file__).parents[1],
        )
        assert writer.stdout is not None
        for _ in range(luck.randint(1, 12)):
            acknowledged = int(writer.stdout.readline())
        os.kill(writer.pid, signal.SIGKILL)
        for line in writer.stdout.read().splitlines():  # what it said before it died
            acknowledged = int(line)
        writer.stdout.close()
        writer.wait()
        with PairLog(path) as log:
            states = log.states()
            assert len(log.events()) == 2 * len(states)
        assert set(states.values()) == {State.APPROVED}
        assert {f"s{number}" for number in range(acknowledged + 1)} <= {s for _, s in states}
        assert len(states) <= acknowledged + 2


def test_a_torn_write_is_undone(tmp_path):
    """The file as a crash leaves it in the middle of a commit: the log opens at the last event."""
    path = tmp_path / "pairs.db"
    with PairLog(path) as log:
        log.record(*(event("proposed", pair=("m", f"s{number}")) for number in range(200)))
    writer = sqlite3.connect(path, isolation_level=None)
    writer.execute("PRAGMA cache_size = 1")  # pages go to the file before the commit
    writer.execute("BEGIN IMMEDIATE")
    for number in range(500):
        writer.execute(
            "INSERT INTO events (kind, mentor, mentee, happened, by, reason, leads, seal)"
            " VALUES ('proposed', 'm', ?, '2026-03-02', '', ?, '', '')",
            (f"t{number}", "x" * 200),
        )
    torn = tmp_path / "torn.db"
    torn.write_bytes(path.read_bytes())
    journal = path.with_name("pairs.db-journal")
    torn.with_name("torn.db-journal").write_bytes(journal.read_bytes())
    assert torn.stat().st_size > 50_000  # a part of what was never committed is in it
    writer.close()
    with PairLog(torn) as log:
        assert len(log.events()) == 200
        log.record(event("proposed", pair=("m", "t0")))


def test_a_programme_in_the_log(tmp_path):
    """Matching, answers, a decline, the next best, a leaver: the log and the re-match together."""
    mentors = [{"id": f"m{k}", "skills": {"AI": 5 - k}} for k in range(3)]
    mentees = [{"id": f"s{k}", "goals": {"AI": 5}} for k in range(2)]
    matching = rmatch.match(mentors, mentees)
    with PairLog(tmp_path / "pairs.db") as log:
        for person in mentors:
            log.record(Event("joined", person["id"], "", DAY))
        for person in mentees:
            log.record(Event("joined", "", person["id"], DAY))
        log.follow(matching, on=DAY)
        pairs = list(log.states())
        log.record(*(event("approved", "Kim", pair=pair) for pair in pairs))
        log.record(*(event("accepted", one, pair=pairs[0]) for one in pairs[0]))
        log.record(event("declined", pairs[1][1], on=later(3), pair=pairs[1]))
        assert [w.person for w in log.waiting(on=later(5)).mentees] == [pairs[1][1]]

        again = rmatch.rematch(matching, states=log.states())
        log.follow(again, on=later(5))
        assert again.kept == (pairs[0],)
        states = log.states()
        assert states[pairs[0]] is State.ACTIVE
        assert states[pairs[1]] is State.DECLINED
        assert states["m2", pairs[1][1]] is State.PROPOSED

        assert log.leave(pairs[0][0], on=later(9)) == (pairs[0],)
        assert log.standings()[pairs[0]].reason == f"{pairs[0][0]} left"
        waiting = log.waiting(on=later(20))
        assert [(w.person, w.days) for w in waiting.mentees] == [(pairs[0][1], 11)]
        with pytest.raises(rmatch.InvalidInputError, match="nobody here has that id"):
            log.leave("x", on=later(9))


def test_whoever_waits_longer_comes_first():
    """The waiting list is a column of the roster, and each day is worth something."""
    with PairLog(":memory:") as log:
        log.record(event("joined", pair=("", "new"), on=later(28)))
        log.record(event("joined", pair=("", "old")), event("joined", pair=("m", "")))
        waiting = log.waiting(on=later(30))
    assert waiting.words == "1 mentor waits, m for 30 days. 2 mentees wait, old for 30 days."
    assert [row["days"] for row in waiting.to_dict()["waiting"]] == [30, 30, 2]
    mentees = rmatch.read_roster(
        [{"id": "new", "goals": "AI"}, {"id": "old", "goals": "AI; Rust"}, {"id": "paired"}]
    )
    mentees = waiting.added_to(mentees)
    assert mentees.numbers("waited").values.tolist() == [2, 30, 0]
    mentors = [{"id": "m", "skills": "AI"}]
    assert rmatch.match(mentors, mentees).pairs[0].mentee == "new"
    first = rmatch.match(mentors, mentees, rules=[Priority("waited", 0.02)])
    assert first.pairs[0].mentee == "old"


def test_mentors_who_wait_longer_come_first_too():
    """Ageing counts on the side that is named."""
    with PairLog(":memory:") as log:
        log.record(event("joined", pair=("old", "")))
        log.record(event("joined", pair=("new", ""), on=later(28)))
        waiting = log.waiting(on=later(30))
    mentors = rmatch.read_roster([{"id": "old", "skills": "AI:3"}, {"id": "new", "skills": "AI:4"}])
    mentors = waiting.added_to(mentors, side="mentors")
    first = [Priority("waited", 0.02, side="mentors")]
    mentees = [{"id": "s", "goals": "AI:4"}]
    assert rmatch.rematch([], mentors, mentees).matching.partners("s") == ("new",)
    assert rmatch.rematch([], mentors, mentees, rules=first).matching.partners("s") == ("old",)
    with pytest.raises(rmatch.InvalidInputError, match="side='mentor'; allowed"):
        waiting.added_to(mentors, side="mentor")


def test_every_kind_is_known_once():
    """Kinds of pairs and of people do not overlap."""
    assert not set(TRANSITIONS) & set(PERSONAL)


def test_a_log_in_a_missing_folder_says_so(tmp_path):
    with pytest.raises(rmatch.InvalidInputError, match=r"there is no folder .*none.* for the log"):
        PairLog(tmp_path / "none" / "pairs.db")
