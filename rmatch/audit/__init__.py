"""Audit: who gains and who loses, by group; what takes options away; what was not used.

Attributes come from a table of their own, which no rule, score or solver ever sees (§C11). The
audit gives figures and points at them. What they mean in law is for people to judge.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rmatch.answers.answer import Answer
from rmatch.answers.wording import listed
from rmatch.audit.figures import FOUR_FIFTHS, GroupFigure, group_figures
from rmatch.audit.groups import read_groups
from rmatch.audit.non_use import NonUse, non_use
from rmatch.audit.options import OptionLoss, option_losses
from rmatch.audit.proxies import Proxy, proxies
from rmatch.errors import InvalidInputError
from rmatch.metrics.facts import Facts
from rmatch.names import percent
from rmatch.parameters import check_count, check_seed
from rmatch.problem import Problem

if TYPE_CHECKING:
    from rmatch.matching import Matching

__all__ = ["Audit", "GroupFigure", "NonUse", "OptionLoss", "Proxy", "audit", "read_groups"]


@dataclass(frozen=True)
class Audit(Answer):
    """All figures by group and intersection; small groups hidden everywhere alike."""

    figures: tuple[GroupFigure, ...]
    options: tuple[OptionLoss, ...]
    proxies: tuple[Proxy, ...]
    non_use: tuple[NonUse, ...]
    min_cell: int
    attributes: tuple[str, ...]  # figures are of each, and of each two

    @property
    def flagged(self) -> tuple[str, ...]:
        """What to look at, in words; of intersections only how many there are."""
        said = [_figure_words(row) for row in self.figures if row.flagged and self._single(row)]
        said += [
            f"the rule “{row.rule}” leaves {row.group} ({row.side}) {_ratio(row)} of the options "
            f"of the group it leaves most to"
            for row in self.options
            if row.flagged and self._single(row)
        ]
        said += [
            f"{row.column}{f' ({row.label})' if row.label else ''} goes with {row.attribute} "
            f"({row.side}): Cramer's V {row.v:.2f}"
            for row in self.proxies
            if row.flagged
        ]
        said += [proof.words for proof in self.non_use if not proof]
        both: tuple[GroupFigure | OptionLoss, ...] = (*self.figures, *self.options)
        deeper = sum(row.flagged and not self._single(row) for row in both)
        return (
            (*said, f"{deeper} figures of intersections, in the tables") if deeper else tuple(said)
        )

    def _single(self, row: GroupFigure | OptionLoss) -> bool:
        return row.attribute in self.attributes

    def rows(self) -> list[dict[str, Any]]:
        """Return one flat record per figure and group."""
        return [row.to_record() for row in self.figures]

    def to_dict(self) -> dict[str, Any]:
        """Return plain data for JSON, the words included."""
        return {
            "min_cell": self.min_cell,
            "figures": self.rows(),
            "options": [row.to_record() for row in self.options],
            "proxies": [row.to_record() for row in self.proxies],
            "non_use": [row.to_record() for row in self.non_use],
            "words": self.words,
        }

    @property
    def words(self) -> str:
        attributes = listed(list(dict.fromkeys(row.attribute for row in self.figures)))
        hidden = sum(row.suppressed for row in self.figures)
        lines = [f"Looked at: {attributes or 'nothing'}; groups below {self.min_cell} are hidden"]
        if hidden:
            lines[0] += f" ({hidden} figures)"
        lines += [f"look at: {said}" for said in self.flagged] or ["no figure is flagged"]
        lines += [proof.words for proof in self.non_use if proof]
        return "\n".join(lines)


def _ratio(row: GroupFigure | OptionLoss) -> str:
    return percent(row.ratio or 0.0, FOUR_FIFTHS)


def _figure_words(row: GroupFigure) -> str:
    name, who = row.measure.replace("_", " "), f"{row.group} ({row.attribute}, {row.side})"
    if row.gap is not None:
        return f"{name} of {who} is {row.gap:+.2f} standard deviations from that of the others"
    chance = "" if row.p is None else f", p = {row.p:.2g}"
    than = "the mean" if row.measure == "burden" else "the highest"
    return f"{name} of {who} is {_ratio(row)} of {than}{chance} (n = {row.n})"


def audit(
    matching: Matching,
    groups: Any,
    *,
    min_cell: int = 5,
    attributes: Sequence[str] | None = None,
    shuffles: int = 20,
    seed: int = 0,
) -> Audit:
    """Look at a matching by groups of people.

    Parameters
    ----------
    matching
        What to look at.
    groups
        Attributes by person, see :func:`read_groups`: a table with a column ``id``. People who are
        not in it are "unknown".
    min_cell
        Groups with fewer people are hidden, and the next smallest where a total would give them
        away. At least 1.
    attributes
        Columns of the table to look at; default all. Each two of them are crossed too.
    shuffles
        How often each attribute is given to other people at random to see whether it was used.
    seed
        Of the shuffles.

    Examples
    --------
    >>> import rmatch
    >>> mentors = [{"id": f"m{n}", "skills": "AI:4"} for n in range(6)]
    >>> mentees = [{"id": f"s{n}", "goals": "AI:4"} for n in range(12)]
    >>> groups = {f"s{n}": {"gender": "f" if n % 2 else "m"} for n in range(12)}
    >>> result = rmatch.match(mentors, mentees).audit(groups)
    >>> rates = [row for row in result.figures if row.measure == "match_rate"]
    >>> [(row.group, row.n, row.value) for row in rates if row.side == "mentees"]
    [('f', 6, 0.5), ('m', 6, 0.5)]
    >>> print(result.non_use[0].words)
    gender was not read: given to other people at random 20 times, no pair's score or permission \
changed
    """
    check_count("min_cell", min_cell)
    check_count("shuffles", shuffles)
    check_seed(seed)
    table = read_groups(groups)
    unknown = [name for name in attributes or () if name not in table]
    if unknown:
        raise InvalidInputError(
            f"no attribute {listed(unknown)} in the groups; there are: {', '.join(table)}"
        )
    table = {name: table[name] for name in attributes or table}
    facts = Facts(matching)
    known = {str(person) for side in ("mentors", "mentees") for person in facts.ids(side)}
    if not any(known & labels.keys() for labels in table.values()):
        raise InvalidInputError(
            "nobody in the groups is on a roster: compare their ids, "
            f"such as {min(next(iter(table.values())), default='none')!r} and {min(known)!r}"
        )
    proofs = (
        tuple(non_use(matching, table, name, shuffles=shuffles, seed=seed) for name in table)
        if isinstance(matching.problem, Problem)
        else ()
    )
    return Audit(
        group_figures(facts, table, min_cell=min_cell),
        option_losses(facts, table, min_cell=min_cell),
        proxies(facts, table, min_cell=min_cell),
        proofs,
        min_cell,
        tuple(table),
    )
