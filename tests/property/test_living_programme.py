"""A programme that runs for hundreds of steps, anything happening in any order."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

import rmatch
from rmatch.living.acceptance import TRANSITIONS, Event, Ledger, State
from rmatch.living.log import PairLog
from rmatch.rules import Conflicts
from rmatch.scoring import TeachingCoverage

MENTORS = {f"m{k}": {"AI": 1 + k % 5, "Rust": 5 - k % 4} for k in range(6)}
MENTEES = {f"s{k}": {"AI": 5, "Rust": 1 + k % 5} for k in range(6)}
CAPACITY = {"m0": 2, "m3": 2, "s1": 2}
CONFLICTS = [("m1", "s1"), ("m2", "s5")]


class Programme(RuleBasedStateMachine):
    """People come and go, answers come or do not, somebody presses the button now and then."""

    def __init__(self) -> None:
        super().__init__()
        self.log = PairLog(":memory:")
        self.today = date(2026, 1, 5)
        self.here: dict[str, set[str]] = {"mentors": set(), "mentees": set()}
        self.no_more: set[tuple[str, str]] = set()

    def roster(self, side: str) -> list[dict[str, Any]]:
        known, column = (MENTORS, "skills") if side == "mentors" else (MENTEES, "goals")
        return [
            {"id": name, column: known[name], "capacity": CAPACITY.get(name, 1)}
            for name in sorted(self.here[side])
        ]

    @property
    def running(self) -> dict[tuple[str, str], State]:
        return {pair: state for pair, state in self.log.states().items() if not state.over}

    @rule(days=st.integers(1, 9))
    def time_passes(self, days: int) -> None:
        self.today += timedelta(days=days)

    @rule(name=st.sampled_from([*MENTORS, *MENTEES]))
    def come_or_go(self, name: str) -> None:
        side = "mentors" if name in MENTORS else "mentees"
        if name in self.here[side]:
            had = {pair for pair in self.running if name in pair}
            assert set(self.log.leave(name, on=self.today)) == had
            self.no_more |= had
            self.here[side].remove(name)
        else:
            who = (name, "") if side == "mentors" else ("", name)
            self.log.record(Event("joined", *who, self.today))
            self.here[side].add(name)

    @precondition(lambda self: self.log.states())
    @rule(
        data=st.data(), kind=st.sampled_from([kind for kind in TRANSITIONS if kind != "proposed"])
    )
    def something_happens(self, data: Any, kind: str) -> None:
        """Any event to any pair there was: as the table says, or refused without a trace."""
        before = self.log.standings()
        pair = data.draw(st.sampled_from(sorted(before)))
        by = data.draw(st.sampled_from([*pair, "Kim"]))
        state = before[pair].state
        leads = TRANSITIONS[kind] if kind != "overridden" else {state: State.ENDED}
        try:
            self.log.record(Event(kind, *pair, self.today, by, "because", "ended"))
        except rmatch.InvalidInputError:
            said_yes = kind == "accepted" and (by == "Kim" or by in before[pair].accepted)
            assert said_yes or leads.get(state, state) is state
            assert self.log.standings() == before
            return
        assert self.log.states()[pair] is leads[state]
        self.no_more |= {pair} if self.log.states()[pair].over else set()

    @rule(after=st.integers(1, 20))
    def answers_are_due(self, after: int) -> None:
        late = self.log.lapse(after=after, on=self.today)
        assert all(self.log.states()[pair] is State.LAPSED for pair in late)
        asked = [s for s in self.log.standings().values() if s.state is State.APPROVED]
        assert all(self.today - standing.since <= timedelta(days=after) for standing in asked)
        self.no_more |= set(late)

    @precondition(lambda self: self.here["mentors"] and self.here["mentees"])
    @rule()
    def rematch(self) -> None:
        """Whoever is free is paired; nothing that runs is touched."""
        before = self.running
        result = rmatch.rematch(
            self.log.states(),
            self.roster("mentors"),
            self.roster("mentees"),
            rules=[Conflicts(CONFLICTS)],
            score=[TeachingCoverage()],
        )
        assert set(result.kept) == set(before)
        assert result.ended == ()
        self.log.follow(result, on=self.today)
        assert {pair: self.running[pair] for pair in before} == before
        taken = Counter(name for pair in self.running for name in pair)
        for one in self.here["mentors"]:  # nobody with a place is left out for nothing
            for other in self.here["mentees"]:
                places = all(taken[name] < CAPACITY.get(name, 1) for name in (one, other))
                met = (one, other) in CONFLICTS or (one, other) in self.log.states()
                assert not places or met

    @invariant()
    def the_log_is_all_there_is(self) -> None:
        ledger = Ledger.of(self.log.events())
        assert ledger.pairs == self.log.standings()

    @invariant()
    def everybody_is_served_within_limits(self) -> None:
        count = Counter(name for pair in self.running for name in pair)
        assert all(number <= CAPACITY.get(name, 1) for name, number in count.items())
        assert set(count) <= self.here["mentors"] | self.here["mentees"]
        assert not self.no_more & self.running.keys()
        assert not set(CONFLICTS) & self.running.keys()

    @invariant()
    def whoever_has_nobody_waits(self) -> None:
        waiting = self.log.waiting(on=self.today)
        busy = {name for pair in self.running for name in pair}
        assert {w.person for w in waiting.mentors} == self.here["mentors"] - busy
        assert {w.person for w in waiting.mentees} == self.here["mentees"] - busy
        assert all(w.days >= 0 for w in (*waiting.mentors, *waiting.mentees))

    def teardown(self) -> None:
        self.log.close()


TestProgramme = Programme.TestCase
TestProgramme.settings = settings(max_examples=3, stateful_step_count=200, deadline=None)
