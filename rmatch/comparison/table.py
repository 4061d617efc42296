"""What a comparison shows: figures of each strategy, differences from one of them, words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from rmatch.answers.answer import Answer, plain
from rmatch.answers.wording import figure, listed, paragraph
from rmatch.errors import InvalidInputError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from rmatch.matching import Matching

    Floats = NDArray[np.float64]


#: With fewer signs, all the same has a chance of more than 1 in 20, either way.
_SIGNS = 6


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure of a strategy; where it draws lots, the mean, and where 95 % of draws lie."""

    value: float
    low: float | None = None
    high: float | None = None

    def __str__(self) -> str:
        if self.low is None or self.high is None:
            return figure(self.value)
        return f"{figure(self.value)} [{figure(self.low)}, {figure(self.high)}]"


@dataclass(frozen=True, slots=True)
class Difference:
    """How much more than the baseline, over all mentees, with a bootstrap interval.

    The interval says how the sum would vary with other mentees of the same kind; ``None`` for fewer
    than two. ``differing`` is how many mentees have more, or less.
    """

    value: float
    low: float | None
    high: float | None
    differing: int

    @property
    def real(self) -> bool:
        """Whether another draw of mentees would say the same.

        0 lies outside of the interval, and so many mentees differ that not even all of them would
        do so the same way by chance, once in twenty times (the sign test).
        """
        if self.low is None or self.high is None or self.differing < _SIGNS:
            return False
        return not self.low <= 0 <= self.high

    def __str__(self) -> str:
        if self.low is None or self.high is None:
            return _signed(self.value)
        verdict = "real" if self.real else "may be chance"
        return f"{_signed(self.value)} [{_signed(self.low)}, {_signed(self.high)}], {verdict}"


@dataclass(frozen=True)
class Compared:
    """A strategy: what is proven, how often it drew lots, its figures, and against the baseline."""

    name: str
    status: str
    draws: int
    figures: Mapping[str, Figure]
    score: Difference | None  # None for the baseline itself
    mentees: Difference | None
    pair_scores: tuple[Floats, ...] = field(repr=False, compare=False)  # of each draw


@dataclass(frozen=True)
class Comparison(Answer):
    """Strategies side by side, in the order asked for.

    ``left_out`` says why some could not be tried. ``matchings`` holds what each of them found, one
    for each draw: take the one you like.
    """

    baseline: str
    of_mentees: int
    columns: tuple[str, ...]
    strategies: tuple[Compared, ...]
    left_out: Mapping[str, str]
    matchings: Mapping[str, tuple[Matching, ...]] = field(repr=False, compare=False)

    def __getitem__(self, name: str) -> Compared:
        """Return one strategy by its name."""
        for each in self.strategies:
            if each.name == name:
                return each
        names = ", ".join(repr(each.name) for each in self.strategies)
        raise InvalidInputError(f"no strategy {name!r}; there are: {names}")

    def rows(self) -> list[dict[str, Any]]:
        """Return one record per strategy; figures of several draws with their two ends."""
        return [self._row(each) for each in self.strategies]

    def _row(self, each: Compared) -> dict[str, Any]:
        row: dict[str, Any] = {"strategy": each.name, "status": each.status, "draws": each.draws}
        cells: list[tuple[str, Any, tuple[str, ...]]] = [
            (column, each.figures.get(column), ("low", "high")) for column in self.columns
        ]
        cells += [
            ("score gained", each.score, ("low", "high", "real")),
            ("mentees gained", each.mentees, ("low", "high", "real")),
        ]
        for name, found, more in cells:
            row[name] = None if found is None else found.value
            for end in more:
                row[f"{name}, {end}"] = None if found is None else getattr(found, end)
        return row

    def to_dict(self) -> dict[str, Any]:
        """Return plain data for JSON, the matchings left out."""
        return {
            "baseline": self.baseline,
            "of_mentees": self.of_mentees,
            "strategies": plain(self.rows()),
            "left_out": dict(self.left_out),
            "words": self.words,
        }

    def to_markdown(self) -> str:
        """Return a table in Markdown: a row for each strategy."""
        against = f"score against {_called(self.baseline)}"
        header = ["strategy", *map(_called, self.columns), against]
        lines = [header, ["---"] + ["---:"] * (len(header) - 1)]
        for each in self.strategies:
            cells = [str(each.figures.get(column, "")) for column in self.columns]
            lines.append([_called(each.name), *cells, str(each.score or "")])
        return "\n".join(f"| {' | '.join(map(_cell, line))} |" for line in lines)

    @property
    def words(self) -> str:
        said = []
        for each in self.strategies:
            if each.score is not None and each.mentees is not None:
                score = _gained(each.score, "score", "less")
                mentees = _gained(each.mentees, "mentees", "fewer")
                parts = listed([part for part in (score, mentees) if part])
                said.append(f"{_called(each.name)}: {parts or 'the same'}")
        if said:
            said[0] = f"Against {_called(self.baseline)}, {said[0]}"
        said += [f"{_called(name)} was not tried: {why}" for name, why in self.left_out.items()]
        return paragraph(said)

    def plot(self, ax: Any = None) -> Any:
        """Draw the scores of each strategy's pairs, see :func:`rmatch.plots.score_distribution`."""
        from rmatch.plots import score_distribution

        return score_distribution(self, ax)


def _called(name: str) -> str:
    return name.replace("_", " ")


def _signed(value: float) -> str:
    return figure(value) if value < 0 or figure(value) == "0" else f"+{figure(value)}"


def _gained(difference: Difference, noun: str, less: str) -> str:
    """Say a difference as a phrase; nothing where there is none."""
    if figure(difference.value) == "0":
        return ""
    more = "more" if difference.value > 0 else less
    text = f"{figure(abs(difference.value))} {more} {noun}"
    if difference.low is None or difference.high is None:
        return text
    ends = f"({_signed(difference.low)} to {_signed(difference.high)})"
    return f"{text} {ends}" if difference.real else f"{text}, which may be chance {ends}"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
