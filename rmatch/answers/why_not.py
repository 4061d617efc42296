"""Why two people are not a pair: the rules that forbid it, or what choosing them would cost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rmatch.answers.answer import Answer
from rmatch.answers.effect import Effect, effect_of
from rmatch.answers.moves import Move, moves_of
from rmatch.answers.people import one_gain, pair_rules, row_of
from rmatch.answers.whatif import FromPrices
from rmatch.answers.why import because
from rmatch.answers.wording import asked, figure, listed, name_of, paragraph
from rmatch.forms import least_units
from rmatch.problem import Problem
from rmatch.viewer import Viewer

if TYPE_CHECKING:
    from rmatch.matching import Matching
    from rmatch.rules.base import PairRule


@dataclass(frozen=True)
class Verdict:
    """What one rule says about the pair: its name, whether it allows the pair, and the values."""

    rule: str
    allows: bool
    words: str
    safety: bool = False


@dataclass(frozen=True)
class WhyNot(Answer):
    """Why a pair was not chosen.

    ``verdict`` is "paired", "forbidden" (by ``rules``, or by a rule that is not disclosed),
    "possible" or "impossible" (allowed, but no legal matching contains it). For a possible pair,
    ``cost`` is what choosing it would take from the objective, exactly, ``effect`` the same as
    people and score, and ``moves`` who would change. For a forbidden pair, ``waived_gain`` and
    ``waived`` say what the objective would gain if the rules were waived for this pair alone. An
    auditor finds the verdict of every disclosed rule in ``verdicts``.
    """

    mentor: Any
    mentee: Any
    names: tuple[str, str]
    verdict: str
    rules: tuple[Verdict, ...] = ()
    score: float | None = None
    cost: float | None = None
    effect: Effect | None = None
    moves: tuple[Move, ...] = ()
    waived_gain: float | None = None
    waived: Effect | None = None
    verdicts: tuple[Verdict, ...] = ()

    @property
    def words(self) -> str:
        both = listed(self.names)
        if self.verdict == "paired":
            return f"{both} are a pair."
        if self.verdict == "forbidden":
            return paragraph([self._forbidden(both), self._waived()])
        if self.verdict == "impossible":
            return (
                f"{both} may be paired, but no matching that keeps everybody's minimum "
                "and all locks contains them."
            )
        if self.effect is None or self.score is None:
            return (
                f"{both} may be paired. Another choice of pairs serves the whole programme "
                "at least as well."
            )
        return paragraph(
            [
                f"{both} may be paired and would score {figure(self.score)}",
                f"If they were, {because(self.effect, self.moves)}",
            ]
        )

    def _forbidden(self, both: str) -> str:
        if not self.rules:
            return f"{both} may not be paired under the rules of this programme"
        return f"{both} may not be paired: {listed([each.words for each in self.rules])}"

    def _waived(self) -> str:
        if self.waived is None or self.score is None:
            return ""
        if self.waived.objective > 0:
            return (
                f"If it were allowed for these two alone, they would score {figure(self.score)} "
                f"and {self.waived.words}"
            )
        return (
            f"Even if it were allowed, the total would not rise: they would score "
            f"{figure(self.score)}, and their places are used as well or better now"
        )


def why_not(matching: Matching, mentor: Any, mentee: Any, viewer: str | Viewer = "owner") -> WhyNot:
    """Return why two people are not a pair; see :meth:`Matching.why_not`."""
    who = Viewer.named(viewer)
    row, col = row_of(matching, "mentor", mentor), row_of(matching, "mentee", mentee)
    names = (name_of(matching, "mentor", row, who), name_of(matching, "mentee", col, who))
    if ((matching.rows == row) & (matching.cols == col)).any():
        return WhyNot(mentor, mentee, names, "paired")
    gain, allowed = one_gain(matching, row, col)
    verdicts = _verdicts(matching, row, col, gain, who)
    shown = verdicts if who is Viewer.AUDITOR else ()
    known = allowed or isinstance(matching.problem, Problem)
    score = gain * matching.problem.unit if known and not who.participates else None
    if not allowed:
        broken = tuple(verdict for verdict in verdicts if not verdict.allows)
        # Nobody is told what overriding a safety rule, or one that is not disclosed, would bring.
        overridable = bool(broken) and not any(verdict.safety for verdict in broken)
        silent = who.participates or not overridable
        waived = None if silent else _waived(matching, row, col, gain)
        return WhyNot(
            mentor,
            mentee,
            names,
            "forbidden",
            broken,
            score,
            waived_gain=None if waived is None else waived.objective,
            waived=waived,
            verdicts=shown,
        )
    if who.participates:
        return WhyNot(mentor, mentee, names, "possible")
    change = matching._what_if.force(row, col, gain)
    if change is None:
        return WhyNot(mentor, mentee, names, "impossible", score=score, verdicts=shown)
    return WhyNot(
        mentor,
        mentee,
        names,
        "possible",
        score=score,
        cost=change.cost * matching.problem.unit,
        effect=effect_of(matching, -change.cost),
        moves=moves_of(matching, change, who, asked=(row, col)),
        verdicts=shown,
    )


def _verdicts(
    matching: Matching, row: int, col: int, gain: int, viewer: Viewer
) -> tuple[Verdict, ...]:
    """Return what each rule that this viewer may know of says."""
    problem = matching.problem
    if not isinstance(problem, Problem):
        return ()
    mentor, mentee = problem.mentors.person(row), problem.mentees.person(col)
    if mentor.id == mentee.id:
        return (Verdict("not_self", False, "both are one person", safety=True),)
    return tuple(
        _verdict(rule, mentor, mentee, gain, problem.unit)
        for rule in pair_rules(matching)
        if viewer.may_read(rule)
    )


def _verdict(rule: PairRule, mentor: Any, mentee: Any, gain: int, unit: float) -> Verdict:
    if rule.minimum_score is not None:
        words = f"“{rule.describe()}” does not hold (they would score {figure(gain * unit)})"
        return Verdict(rule.name, gain >= least_units(rule.minimum_score), words)
    return Verdict(
        rule.name,
        rule.allows(mentor, mentee),
        asked(rule, mentor, mentee),
        rule.safety,
    )


def _waived(matching: Matching, row: int, col: int, gain: int) -> Effect | None:
    """Return what the objective gains if this pair alone were allowed.

    A ready-made matrix does not say what its forbidden pairs would score.
    """
    engine, problem = matching._what_if, matching.problem
    if not isinstance(engine, FromPrices) or not isinstance(problem, Problem):
        return None
    if problem.mentors.ids[row] == problem.mentees.ids[col]:
        return None
    change = engine.force(row, col, gain)
    return effect_of(matching, 0 if change is None else max(0, -change.cost))
