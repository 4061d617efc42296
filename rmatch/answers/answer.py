"""What every answer has in common: plain data, a table, and words."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Answer:
    """An answer: data first, then ``words`` that say it the way a person would.

    Numbers are in units of score; each stands in the data as it stands in the words.
    """

    @property
    def words(self) -> str:
        """The answer in sentences."""
        raise NotImplementedError

    def rows(self) -> list[dict[str, Any]]:
        """Return the answer as flat records, one for each line of its table."""
        return [self.to_dict()]

    def to_dict(self) -> dict[str, Any]:
        """Return plain data for JSON, the words included."""
        return {**plain(asdict(self)), "words": self.words}

    def to_frame(self, backend: str | None = None) -> Any:
        """Return the table as a data frame of ``backend``: "pandas", "polars" or "pyarrow"."""
        from rmatch.frames import frame

        rows = self.rows()
        names = list(rows[0]) if rows else []
        return frame({name: [_cell(row[name]) for row in rows] for name in names}, backend)

    def __str__(self) -> str:
        return self.words


def plain(value: Any) -> Any:
    """Return nested data with lists for tuples, as JSON has them."""
    if isinstance(value, dict):
        return {key: plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    return value


def _cell(value: Any) -> Any:
    """Return something that fits into a cell: lists become text."""
    if isinstance(value, list | tuple):
        return "; ".join(map(str, value))
    return str(value) if isinstance(value, dict) else value
