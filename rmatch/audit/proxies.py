"""Which columns that the rules and the score read could stand in for an audit attribute."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from rmatch.audit.groups import UNKNOWN
from rmatch.columns import Numbers, Ragged
from rmatch.fields import KNOWN, Kind

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from rmatch.audit.groups import Groups
    from rmatch.columns import Column
    from rmatch.metrics.facts import Facts
    from rmatch.people import Roster
    from rmatch.problem import Problem

STRONG = 0.5
_BINS = 4
_LEAST = 5  # people with a label of a list, so that one rare skill is no proxy for anything


@dataclass(frozen=True, slots=True)
class Proxy:
    """How closely a column that is used goes with an attribute that is not.

    ``v`` is Cramer's V, corrected for bias: 0 for none, 1 where one determines the other. Numbers
    are cut into quarters; of lists (skills, languages) the ``label`` that goes with the attribute
    most closely is named, but for private ones. It says nothing about why. ``None`` where too few
    people are known. Columns of ids are left out.
    """

    column: str
    attribute: str
    side: str
    n: int | None
    v: float | None
    label: str = ""
    flagged: bool = False

    def to_record(self) -> dict[str, Any]:
        """Return the figures as a flat record."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__}


def proxies(facts: Facts, groups: Groups, *, min_cell: int = 5) -> tuple[Proxy, ...]:
    """Return the association of each column that is read with each attribute, closest first."""
    if not facts.with_people:
        return ()
    found = [
        proxy
        for side in ("mentees", "mentors")
        for name in used_columns(facts.problem)
        for proxy in _of_column(getattr(facts.problem, side), name, side, groups, min_cell)
    ]
    return tuple(sorted(found, key=lambda each: -(each.v or 0.0)))


def used_columns(problem: Problem) -> tuple[str, ...]:
    """Return the roster columns that the rules and the score say they read.

    Rules on a field (``Different("site")``) name it as a parameter. What a plain function reads
    cannot be told from outside; the permutation proof covers those too.
    """
    every = {*problem.mentors.columns, *problem.mentees.columns}
    named = {
        name
        for owner in (*problem.rules, *problem.score)
        for name in (*getattr(owner, "fields", ()), *_named(owner.parameters()))
    }
    both = named | ({"skills"} if "goals" in named else set())
    return tuple(sorted(name for name in both & every if not _of_ids(name)))


def _of_ids(name: str) -> bool:
    """Say whether a column names people: it stands in for nothing, and would be told by names."""
    return name in KNOWN and KNOWN[name].kind in (Kind.ID, Kind.IDS, Kind.RANKING)


def _named(parameters: Any) -> Iterator[str]:
    for value in parameters.values():
        if isinstance(value, str):
            yield value
        elif hasattr(value, "parameters"):  # a soft rule holds its rule
            yield from (*value.fields, *_named(value.parameters()))


def _of_column(
    roster: Roster, name: str, side: str, groups: Groups, min_cell: int
) -> Iterator[Proxy]:
    if not roster.has(name):
        return
    column = roster.columns[name]
    for attribute, labels in groups.items():
        known = [labels.get(str(person), UNKNOWN) for person in roster.ids]
        kinds, codes = np.unique(known, return_inverse=True)
        of_attribute = np.where(kinds[codes] == UNKNOWN, -1, codes)
        best, label, n = _closest(column, of_attribute)
        if name in KNOWN and KNOWN[name].private:
            label = ""  # that somebody needs something, not what (§C11)
        if n >= min_cell:
            yield Proxy(name, attribute, side, n, best, label, best is not None and best > STRONG)
        else:
            yield Proxy(name, attribute, side, None, None)


def _closest(column: Column, other: NDArray[np.intp]) -> tuple[float | None, str, int]:
    """Return V, the label it is for where the column holds lists, and over how many people."""
    if isinstance(column, Ragged):
        has = (column.matrix(np.ones(len(column.codes))) > 0).toarray()
        common = np.flatnonzero(has[other >= 0].sum(axis=0) >= _LEAST)
        tried = [(cramers_v(has[:, at].astype(int), other), int(at)) for at in common]
        v, at = max(tried, default=(None, -1), key=lambda each: each[0] or 0.0)
        return v, column.labels[at] if at >= 0 else "", int((other >= 0).sum())
    codes = _quarters(column) if isinstance(column, Numbers) else column.codes
    return cramers_v(codes, other), "", int(((codes >= 0) & (other >= 0)).sum())


def _quarters(column: Numbers) -> NDArray[np.intp]:
    """Cut into quarters; a number with few values keeps them."""
    known = column.values[column.known]
    values = np.unique(known)
    if len(values) > _BINS:
        values = np.unique(np.quantile(known, np.arange(_BINS) / _BINS))
    codes = np.searchsorted(values, column.values, side="right") - 1
    return np.where(column.known, codes, -1)


def cramers_v(one: NDArray[Any], other: NDArray[Any]) -> float | None:
    """Return Cramer's V of two lists of codes, negative ones unknown; ``None`` if one is constant.

    Corrected for bias: many labels and few people alone make the plain V large.

    References
    ----------
    H. Cramer, "Mathematical Methods of Statistics", Princeton 1946; W. Bergsma, "A bias-correction
    for Cramer's V and Tschuprow's T", Journal of the Korean Statistical Society 42, 2013.

    Examples
    --------
    >>> import numpy as np
    >>> round(cramers_v(np.repeat([0, 1], 50), np.repeat([5, 7], 50)), 6)
    1.0
    >>> cramers_v(np.arange(100), np.repeat([5, 7], 50))  # a label for each says nothing
    0.0
    """
    from scipy.stats.contingency import association, crosstab

    known = (one >= 0) & (other >= 0)
    if len(np.unique(one[known])) < 2 or len(np.unique(other[known])) < 2:
        return None
    table = crosstab(one[known], other[known]).count
    n, sizes = table.sum(), np.array(table.shape)
    plain = association(table, method="cramer") ** 2 * (sizes.min() - 1)
    by_chance = (sizes - 1).prod() / (n - 1)
    corrected = sizes - (sizes - 1) ** 2 / (n - 1)
    left = min(corrected) - 1
    return float(np.sqrt(max(plain - by_chance, 0.0) / left)) if left > 0 else 0.0
