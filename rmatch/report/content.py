"""What a report says, gathered as plain data before anything is written.

What is expensive is bounded. What is left out because of that is a :class:`NotComputed`, which says
so and how to ask for it; nothing is dropped in silence.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from rmatch.answers.costs import RuleCosts
from rmatch.answers.learning import SkillGap
from rmatch.answers.masks import negotiable
from rmatch.answers.whatif import FromPrices
from rmatch.answers.wording import counted, stated
from rmatch.errors import InvalidInputError, UnsupportedFeatureError
from rmatch.metrics import Kpis
from rmatch.problem import Problem
from rmatch.report.lines import CostLine, LeftOut, NotComputed, PairLine
from rmatch.report.naming import columns_beside, label, names, spoken
from rmatch.report.pseudonyms import names_people, renamed
from rmatch.solvers import Status
from rmatch.viewer import Viewer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from rmatch.matching import Matching

#: Pairs of people that a section may look at; what would look at more is not computed unless asked.
MOST_LOOKS = 50_000_000

#: After the name of a rule whose own words are withheld.
NAMES_PEOPLE = " (names people)"


@dataclass(frozen=True, eq=False)
class Content:
    """All of a report. Sections are computed when first asked for."""

    real: Matching
    viewer: Viewer
    pseudonymise: bool | str
    about: tuple[str, ...]
    time_limit: float | None

    @classmethod
    def of(
        cls,
        matching: Matching,
        *,
        viewer: str | Viewer = "owner",
        pseudonymise: bool | str = False,
        about: Sequence[str] | None = None,
        time_limit: float | None = 10.0,
    ) -> Content:
        """Check what was asked for."""
        who = Viewer.named(viewer)
        if who.participates:
            raise InvalidInputError(
                "a report is about everybody and is for viewer='owner' or viewer='auditor'; "
                "a participant reads matching.agreement(...) and "
                "matching.why(..., viewer='participant')"
            )
        if time_limit is not None and not time_limit >= 0:
            raise InvalidInputError(
                f"time_limit={time_limit!r}; seconds of at least 0 are allowed, or None for no "
                "limit"
            )
        return cls(
            matching, who, pseudonymise, columns_beside(matching, about, pseudonymise), time_limit
        )

    # ---- who --------------------------------------------------------------------------------

    @cached_property
    def matching(self) -> Matching:
        """The matching as it is shown: with codes for people where that was asked for."""
        return renamed(self.real, self.pseudonymise)

    @property
    def problem(self) -> Any:
        """The problem of the matching."""
        return self.matching.problem

    @property
    def coded(self) -> bool:
        """Whether codes stand in place of names."""
        return self.matching.aliases is not None

    @cached_property
    def names(self) -> dict[str, tuple[str, ...]]:
        """What to call everybody: the name, with the id where there is none or several have it."""
        return dict(zip(("mentors", "mentees"), names(self.matching), strict=True))

    @property
    def names_differ(self) -> bool:
        """Whether people have names besides their ids."""
        matching = self.matching
        ids = (tuple(map(str, matching.mentor_ids)), tuple(map(str, matching.mentee_ids)))
        return ids != (self.names["mentors"], self.names["mentees"])

    @property
    def sharing(self) -> str:
        """Whom this may be shown to."""
        if self.coded:
            return (
                "Codes stand in place of names and ids. Skills, goals and reasons are real: in a "
                "small group they may still point to somebody."
            )
        return "People are named here. Share it only with those who run the programme."

    @cached_property
    def rows_of(self) -> dict[str, dict[Any, int]]:
        """The row of each id, by side."""
        ids = {"mentors": self.matching.mentor_ids, "mentees": self.matching.mentee_ids}
        return {side: {each: row for row, each in enumerate(ids[side])} for side in ids}

    def beside(self, side: str, row: int) -> str:
        """Return what is told about somebody beside the name."""
        if not self.about:
            return ""
        roster = getattr(self.problem, side)
        values = (label(roster.columns[name], row) for name in self.about if roster.has(name))
        return " · ".join(value for value in values if value)

    # ---- rules ------------------------------------------------------------------------------

    @cached_property
    def rule_words(self) -> dict[str, str]:
        """What each rule asks, by its description; words that would name people are withheld."""
        rules = getattr(self.problem, "rules", ())
        people: frozenset[str] = frozenset()
        if self.coded:
            people = frozenset(map(str, (*self.real.mentor_ids, *self.real.mentee_ids)))
        found = {}
        for rule in rules:
            text = rule.describe()
            told = self.coded and names_people(rule, people)
            withheld = f"{rule.name.replace('_', ' ')}{NAMES_PEOPLE}"
            found[text] = withheld if told else stated(rule)
        return found

    @cached_property
    def rule_names(self) -> dict[str, str]:
        """What each rule asks, by its name."""
        rules = getattr(self.problem, "rules", ())
        return {rule.name: self.rule_words[rule.describe()] for rule in rules}

    @cached_property
    def rules(self) -> tuple[str, ...]:
        """What every pair keeps to, each said once."""
        return tuple(dict.fromkeys(self.rule_words.values()))

    # ---- what was found ---------------------------------------------------------------------

    @cached_property
    def scores(self) -> NDArray[np.float64]:
        """The scores of all pairs, in their order."""
        return self.matching.gains.astype(np.float64) * float(self.problem.unit)

    @cached_property
    def matched(self) -> dict[str, tuple[int, int]]:
        """How many people of each side have a pair, and how many there are."""
        mentors, mentees = self.problem.shape
        return {
            "mentees": (len(np.unique(self.matching.cols)), mentees),
            "mentors": (len(np.unique(self.matching.rows)), mentors),
        }

    @cached_property
    def part_names(self) -> tuple[str, ...]:
        """The score parts that may be named, and "other" for those that may not."""
        parts = getattr(self.problem, "score", ())
        named = [part.name for part in parts if self.viewer.may_weigh(part)]
        return tuple(named if len(named) == len(parts) else (*named, "other"))

    @cached_property
    def part_means(self) -> tuple[tuple[str, float, float], ...]:
        """Each score part with its weight, and its mean before the weight."""
        named, weights = [], getattr(self.problem, "weights", ())
        for part, weight in zip(getattr(self.problem, "score", ()), weights, strict=True):
            if weight and len(self.matching) and self.viewer.may_weigh(part):
                values = [pair.parts[part.name] for pair in self.matching.pairs]
                named.append((part.name, weight, float(np.mean(values)) / weight))
        return tuple(named)

    @cached_property
    def pairs(self) -> tuple[PairLine, ...]:
        """All pairs, the best first."""
        return tuple(sorted(self._pairs(), key=lambda line: (-line.score, line.mentor)))

    def _pairs(self) -> Iterator[PairLine]:
        parts = getattr(self.problem, "score", ())
        closed = {part.name for part in parts if not self.viewer.may_weigh(part)}
        for pair, row, col in zip(
            self.matching.pairs,
            self.matching.rows.tolist(),
            self.matching.cols.tolist(),
            strict=True,
        ):
            named = {name: value for name, value in pair.parts.items() if name not in closed}
            rest = sum(value for name, value in pair.parts.items() if name in closed)
            values = {**named, "other": rest}
            hidden = tuple(f"{name.replace('_', ' ')}: " for name in closed)
            yield PairLine(
                (pair.mentor, pair.mentee),
                self.names["mentors"][row],
                self.names["mentees"][col],
                (self.beside("mentors", row), self.beside("mentees", col)),
                pair.score,
                tuple(values[name] for name in self.part_names),
                tuple(spoken(text) for text in pair.reasons if not text.startswith(hidden)),
                tuple(dict.fromkeys(self.rule_words.get(flag, flag) for flag in pair.flags)),
            )

    @cached_property
    def skills(self) -> tuple[SkillGap, ...] | NotComputed:
        """Every goal of the programme: how often it is reached, partly reached or left."""
        if not isinstance(self.problem, Problem):
            return NotComputed("a ready-made matrix has no goals")
        every = self.real.learning_goals().skills
        return tuple(sorted(every, key=lambda each: (-each.goals, each.skill)))

    # ---- who is not, and what would help ----------------------------------------------------

    @cached_property
    def left_out(self) -> dict[str, tuple[LeftOut, ...] | NotComputed]:
        """Everybody without a pair, by side, mentees first: they are who the programme is for."""
        from rmatch.report.left_out import left_out

        return left_out(self)

    @cached_property
    def what_helps(self) -> tuple[tuple[str, int], ...]:
        """For how many mentees each kind of change, made for them alone, would be enough."""
        people = self.left_out["mentees"]
        if isinstance(people, NotComputed):
            return ()
        count = Counter(kind for person in people for kind in dict.fromkeys(person.kinds))
        return tuple(count.most_common())

    @cached_property
    def no_helps(self) -> NotComputed | None:
        """Why nobody can be told what would help them; ``None`` where it can be tried."""
        ask = "Ask matching.why_unmatched(person)."
        try:
            tried = isinstance(self.matching._what_if, FromPrices)
        except UnsupportedFeatureError as error:
            return NotComputed(str(error))
        return None if tried else NotComputed(
            "without prices that prove the result, each change would be a solve of its own", ask
        )  # fmt: skip

    @cached_property
    def untried(self) -> int:
        """For how many people nothing was tried, or not any more as time was up."""
        sides = (side for side in self.left_out.values() if not isinstance(side, NotComputed))
        return sum(person.helps is None for side in sides for person in side)

    # ---- what rules cost, and figures -------------------------------------------------------

    @cached_property
    def costs(self) -> RuleCosts | NotComputed:
        """What each rule costs."""
        if not isinstance(self.problem, Problem):
            return NotComputed("a ready-made matrix does not say what its rules are")
        auditor = self.viewer is Viewer.AUDITOR
        rules = sum(negotiable(rule) or auditor for rule in self.problem.rules)
        mentors, mentees = self.problem.shape
        variants = 2 ** min(rules, 8) + 4 * rules
        if self.time_limit is not None and mentors * mentees * variants > MOST_LOOKS:
            return NotComputed(
                f"{rules} rules over {mentors * mentees:,} possible pairs mean about {variants} "
                "more solves",
                "Ask matching.rule_costs(), or for a report with time_limit=None.",
            )
        try:
            return self.real.rule_costs(viewer=self.viewer)
        except UnsupportedFeatureError as error:
            return NotComputed(str(error))

    @cached_property
    def cost_lines(self) -> tuple[CostLine, ...]:
        """The rule costs, the most costly first, each rule's looser steps after it."""
        costs = self.costs
        if isinstance(costs, NotComputed):
            return ()
        shares = {share.asks: share.score for share in costs.shares}
        lines: dict[str, list[CostLine]] = {}
        gain: dict[str, float] = {}
        for change in costs.changes:
            words = self.rule_words.get(change.asks, change.asks)
            becomes = change.becomes
            if becomes is not None and words != change.asks:
                becomes = f"{counted(change.step, 'step')} looser"
            lines.setdefault(change.asks, []).append(
                CostLine(
                    words,
                    becomes,
                    change.outcome.mentees - costs.now.mentees,
                    change.outcome.score - costs.now.score,
                    None if change.step else shares[change.asks],
                )
            )
            if not change.step:
                gain[change.asks] = change.outcome.objective
        order = sorted(lines, key=lambda asks: -gain[asks])
        return tuple(line for asks in order for line in lines[asks])

    @cached_property
    def kpis(self) -> Kpis | NotComputed:
        """All figures that can be computed from the matching alone, and the price of rules."""
        from rmatch.metrics import Observed

        mentors, mentees = self.problem.shape
        if self.time_limit is not None and mentors * mentees > MOST_LOOKS:
            return NotComputed(
                f"the figures look at all {mentors * mentees:,} possible pairs",
                "Ask matching.kpis(), or for a report with time_limit=None.",
            )
        costs = self.costs
        known = (
            Observed() if isinstance(costs, NotComputed) or self.coded else Observed(costs=costs)
        )
        return self.real.kpis(known)

    # ---- how it is known --------------------------------------------------------------------

    @cached_property
    def proof(self) -> tuple[str, ...]:
        """How the result is known to be right and best, in sentences."""
        matching = self.matching
        wrong = matching.check()
        checked = (
            f"Checked pair by pair, apart from the solver: {len(wrong)} violations of rules and "
            f"limits in {len(matching):,} pairs."
        )
        if matching.bound_units != matching.units or not matching.has_prices:
            return checked, f"{matching.proof}."
        looks = int(np.prod(self.problem.shape))
        if self.time_limit is not None and looks > MOST_LOOKS:
            left = NotComputed(
                f"the prices were not compared again with all {looks:,} possible pairs",
                "matching.certificate.verify(matching.problem) does it.",
            )
            return checked, f"{matching.proof}.", str(left)
        proof = matching.certificate.verify(self.problem)
        unit, name = float(self.problem.unit), self.problem.objective.name.replace("_", " ")
        bound = (
            f"This matching: {matching.objective:.6f} ({name}). Upper limit on any matching: "
            f"{proof.bound * unit:.6f}, from a price for each person, compared with all "
            f"{proof.pairs_priced:,} possible pairs."
        )
        best = "The two are equal to the last unit, so no other set of pairs can be better."
        return checked, bound, best if proof else str(proof)

    @cached_property
    def proven(self) -> bool:
        """Whether no other set of pairs can be better."""
        return self.matching.status is Status.OPTIMAL

    @cached_property
    def notes(self) -> tuple[str, ...]:
        """What to look at; remarks about single people only where people are named."""
        said = self.matching.notes
        remarks = frozenset(self.matching.remarks)
        if not self.coded:
            return tuple(said)
        kept = [self._withheld(note) for note in said if note not in remarks]
        if remarks:
            kept.append(f"{len(remarks)} remarks name people and are left out here")
        return tuple(kept)

    def _withheld(self, note: str) -> str:
        for asks, words in self.rule_words.items():
            note = note.replace(asks, words)
        return note

    @cached_property
    def provenance(self) -> dict[str, Any]:
        """Where the result comes from, without the parameters of rules, which may name people."""
        record = dict(self.matching.provenance)
        return {name: record[name] for name in record if name not in ("rules", "score")}

    @cached_property
    def weights(self) -> tuple[tuple[str, float], ...]:
        """The score parts that may be named, with their weights; the rest as one."""
        parts = getattr(self.problem, "score", ())
        pairs = list(zip(parts, getattr(self.problem, "weights", ()), strict=True))
        named = [(part.name, weight) for part, weight in pairs if self.viewer.may_weigh(part)]
        rest = sum(weight for part, weight in pairs if not self.viewer.may_weigh(part))
        return (*named, ("other", rest)) if len(named) < len(pairs) else tuple(named)
