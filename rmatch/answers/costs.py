"""What each rule costs: gained without it, with it a step looser, and its fair share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import combinations
from math import factorial
from typing import TYPE_CHECKING, Any

import numpy as np

from rmatch.answers.answer import Answer
from rmatch.answers.masks import negotiable
from rmatch.answers.variants import AS_IS, DROPPED, Outcome, Variants
from rmatch.answers.wording import counted, figure, listed, paragraph
from rmatch.errors import InvalidInputError
from rmatch.problem import Problem
from rmatch.viewer import Viewer

if TYPE_CHECKING:
    from rmatch.matching import Matching

#: Up to so many rules, Shapley shares are computed over all subsets; beyond, over random orders.
EXACT_RULES = 8
_ORDERS = 200


@dataclass(frozen=True)
class RuleChange:
    """One rule dropped (``step`` 0) or loosened by ``step`` steps, and what is best then."""

    rule: str
    asks: str
    step: int
    becomes: str | None
    outcome: Outcome


@dataclass(frozen=True)
class Together:
    """Two rules dropped at once, the second the best companion of the first."""

    rules: tuple[str, str]
    asks: tuple[str, str]
    outcome: Outcome


@dataclass(frozen=True)
class Share:
    """A rule's Shapley share of what all rules together cost, in mentees, score and objective."""

    rule: str
    asks: str
    mentees: float
    score: float
    objective: float


@dataclass(frozen=True)
class RuleCosts(Answer):
    """What the rules cost, each alone, in the best pair, and as a fair share of the whole.

    Objectives are exact. The numbers of people and the lowest score are those of the best matching
    found; where several are equally good, another one may differ in them. ``sampled`` is the
    number of random orders the shares are averaged over; 0 where they are exact.
    """

    of_mentees: int
    now: Outcome
    changes: tuple[RuleChange, ...]
    together: tuple[Together, ...]
    shares: tuple[Share, ...]
    without_all: Outcome
    sampled: int

    def rows(self) -> list[dict[str, Any]]:
        """Return one record for each change, with the fair share where a rule is dropped."""
        shares = {(share.rule, share.asks): share for share in self.shares}
        found = []
        for change in self.changes:
            share = None if change.step else shares[change.rule, change.asks]
            found.append(
                {
                    "rule": change.rule,
                    "asks": change.asks,
                    "becomes": change.becomes or "dropped",
                    "mentees": change.outcome.mentees,
                    "mentees_gained": change.outcome.mentees - self.now.mentees,
                    "pairs_gained": change.outcome.pairs - self.now.pairs,
                    "score_gained": change.outcome.score - self.now.score,
                    "objective_gained": change.outcome.objective - self.now.objective,
                    "worst": change.outcome.worst,
                    "share_of_mentees": None if share is None else share.mentees,
                    "share_of_score": None if share is None else share.score,
                }
            )
        return found

    @property
    def words(self) -> str:
        who = f"{self.now.mentees} of {self.of_mentees} mentees have a mentor"
        said = [f"Under all rules, {who}, with a total score of {figure(self.now.score)}"]
        if not self.changes:
            return paragraph([*said, "There is no rule to loosen"])
        dropped = sorted(
            (change for change in self.changes if not change.step),
            key=lambda change: -change.outcome.objective,
        )
        said += [self._said(change) for change in dropped if self._matters(change.outcome)]
        idle = [f"“{change.asks}”" for change in dropped if not self._matters(change.outcome)]
        if idle:
            said.append(f"Dropping {listed(idle, 'or')} alone would change nothing")
        return paragraph([*said, *self._joint()])

    def _helps(self, outcome: Outcome) -> bool:
        return outcome.possible and outcome.objective > self.now.objective

    def _matters(self, outcome: Outcome) -> bool:
        return not outcome.possible or outcome.objective != self.now.objective

    def _said(self, change: RuleChange) -> str:
        if not change.outcome.possible:
            return f"Without “{change.asks}”, no matching would be possible"
        first = next(
            (
                each
                for each in self.changes
                if each.asks == change.asks and each.step and self._helps(each.outcome)
            ),
            None,
        )
        already = (
            ""
            if first is None
            else (f"; “{first.becomes}” instead would {self._gained(first.outcome)}")
        )
        return f"Without “{change.asks}”, the best would {self._gained(change.outcome)}{already}"

    def _gained(self, outcome: Outcome) -> str:
        mentees, score = outcome.mentees - self.now.mentees, outcome.score - self.now.score
        parts = []
        if mentees:
            kind = "more mentee" if mentees > 0 else "fewer mentee"
            parts.append(f"match {counted(abs(mentees), kind)}")
        if score:
            parts.append(f"{'raise' if score > 0 else 'lower'} the total by {figure(abs(score))}")
        rise = outcome.objective - self.now.objective
        how = "raise" if rise > 0 else "lower"
        return " and ".join(parts) or f"{how} the objective by {figure(abs(rise))}"

    def _joint(self) -> Iterator[str]:
        best = max(self.together, key=lambda each: each.outcome.objective, default=None)
        singles = [change.outcome.objective for change in self.changes if not change.step]
        if best is not None and best.outcome.objective > max(singles):
            yield (
                f"The most costly two together are “{best.asks[0]}” and “{best.asks[1]}”: without "
                f"both, the best would {self._gained(best.outcome)}"
            )
        if len(self.shares) > 1 and self._helps(self.without_all):
            about = "about " if self.sampled else ""
            parts = [
                f"{about}{figure(share.score)} is due to “{share.asks}”"
                for share in sorted(self.shares, key=lambda share: -share.score)
                if abs(share.score) > 1e-9
            ]
            whole = self.without_all.score - self.now.score
            yield (
                f"All of them together cost {figure(whole)} in score; shared fairly, "
                f"{listed(parts)}"
            )

    def plot(self, ax: Any = None) -> Any:
        """Draw what each rule costs, see :func:`rmatch.plots.rule_costs`."""
        from rmatch.plots import rule_costs as draw

        return draw(self, ax)


def rule_costs(matching: Matching, *, viewer: str | Viewer = "owner", seed: int = 0) -> RuleCosts:
    """Return what each rule costs; see :meth:`Matching.rule_costs`."""
    who, problem = Viewer.named(viewer), matching.problem
    if who.participates:
        raise InvalidInputError("rule costs are for viewer='owner' or viewer='auditor'")
    if not isinstance(problem, Problem):
        raise InvalidInputError("a ready-made matrix has no rules; rule_costs() needs rosters")
    # Nobody negotiates about safety; the auditor may see what it costs, of what may be named.
    rules = [
        rule
        for rule in problem.rules
        if negotiable(rule) or (who is Viewer.AUDITOR and not getattr(rule, "private", False))
    ]
    variants = Variants(matching, rules)
    everything = (DROPPED,) * len(rules)
    variants.outcome(variants.now)
    variants.outcome(everything)
    changes = tuple(_changes(variants))
    together = tuple(_together(variants))
    sampled = 0 if len(rules) <= EXACT_RULES else _ORDERS
    return RuleCosts(
        problem.shape[1],
        variants.outcome(variants.now),
        changes,
        together,
        _shares(variants, sampled, seed),
        variants.outcome(everything),
        sampled,
    )


def _one(variants: Variants, *places: int, state: int = DROPPED) -> tuple[int, ...]:
    """Return the variant with some rules in another state."""
    return tuple(state if at in places else AS_IS for at in range(len(variants.rules)))


def _changes(variants: Variants) -> Iterator[RuleChange]:
    for at, rule in enumerate(variants.rules):
        asks = rule.describe()
        yield RuleChange(rule.name, asks, 0, None, variants.outcome(_one(variants, at)))
        for step, looser in enumerate(variants.steps[at], 1):
            outcome = variants.outcome(_one(variants, at, state=step))
            yield RuleChange(rule.name, asks, step, looser.describe(), outcome)


def _together(variants: Variants) -> Iterator[Together]:
    """Yield, for each rule, the other rule that it costs most together with."""
    rules = variants.rules
    for at in range(len(rules) if len(rules) > 1 else 0):
        others = [other for other in range(len(rules)) if other != at]
        best = max(others, key=lambda other: variants.units(_one(variants, at, other)))
        yield Together(
            (rules[at].name, rules[best].name),
            (rules[at].describe(), rules[best].describe()),
            variants.outcome(_one(variants, at, best)),
        )


def _shares(variants: Variants, orders: int, seed: int) -> tuple[Share, ...]:
    """Return Shapley shares (L. S. Shapley, "A value for n-person games", 1953).

    The worth of a set of rules is what dropping exactly these gains; a rule's share is the mean of
    what it adds over all orders of dropping.
    """
    rules = variants.rules
    measures: tuple[Callable[[Outcome], float], ...] = (
        lambda outcome: outcome.mentees,
        lambda outcome: outcome.score,
        lambda outcome: outcome.objective,
    )
    totals = np.zeros((len(rules), len(measures)))

    def adds(at: int, before: tuple[int, ...]) -> list[float]:
        less = variants.outcome(_one(variants, *before))
        more = variants.outcome(_one(variants, at, *before))
        return [measure(more) - measure(less) for measure in measures]

    if orders:
        rng = np.random.default_rng(seed)
        for _ in range(orders):
            order = tuple(rng.permutation(len(rules)).tolist())
            for place, at in enumerate(order):
                totals[at] += np.array(adds(at, order[:place])) / orders
    else:
        for at in range(len(rules)):
            others = [other for other in range(len(rules)) if other != at]
            for size in range(len(rules)):
                share = factorial(size) * factorial(len(rules) - size - 1) / factorial(len(rules))
                for before in combinations(others, size):
                    totals[at] += share * np.array(adds(at, before))
    return tuple(
        Share(rule.name, rule.describe(), *(float(total) for total in totals[at]))
        for at, rule in enumerate(rules)
    )
