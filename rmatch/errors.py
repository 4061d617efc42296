"""The exceptions of rmatch, one tree.

::

    RmatchError
    ├── InvalidInputError (ValueError)         the input cannot be right; ``.problems`` lists all
    │   └── UnknownPersonError (KeyError)      an id that is on no roster
    ├── UnsupportedFeatureError                the solver asked for cannot do this; names who can
    ├── InfeasibleError                        rules and minimums cannot all hold; ``.conflicts``
    ├── SolverError                            no usable selection; ``.status``
    └── MissingDependencyError (ImportError)   an optional package is needed; names the extra

Every message says what is wrong, the value, what is allowed and what to do.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


class RmatchError(Exception):
    """Base of all rmatch errors."""


@dataclass(frozen=True, slots=True)
class InputProblem:
    """One thing wrong with the input: where, what, and what to do.

    ``row`` counts as the user sees it: the header of a file is row 1, so its data starts at row 2;
    rows of in-memory data start at 1. ``None`` when the problem is not about one row.
    """

    message: str
    row: int | None = None
    column: str | None = None
    side: str | None = None
    hint: str | None = None

    def __str__(self) -> str:
        place = ", ".join(
            part
            for part in (
                self.side,
                f"row {self.row}" if self.row is not None else None,
                f"column {self.column!r}" if self.column else None,
            )
            if part
        )
        text = f"{place}: {self.message}" if place else self.message
        return f"{text} ({self.hint})" if self.hint else text


class InvalidInputError(RmatchError, ValueError):
    """The input cannot be right. ``problems`` holds every problem found, not only the first."""

    def __init__(self, message: str, problems: Sequence[InputProblem] = ()) -> None:
        super().__init__(message)
        self.problems = tuple(problems)

    @classmethod
    def from_problems(cls, problems: Sequence[InputProblem]) -> InvalidInputError:
        """Join all problems, in row order, into one error."""
        head = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
        lines = "\n".join(f"  - {problem}" for problem in problems)
        return cls(f"{head} in the input:\n{lines}", problems)

    def __reduce__(self) -> tuple[object, ...]:
        return (type(self), (self.args[0], self.problems))


class UnknownPersonError(InvalidInputError, KeyError):
    """An id that is on neither roster."""

    __str__ = Exception.__str__  # KeyError would show the repr of the message


class UnsupportedFeatureError(RmatchError):
    """The solver that was asked for cannot do what the problem needs."""


class InfeasibleError(RmatchError):
    """No selection satisfies all rules, locks and minimums together.

    ``conflicts`` names, in words, a smallest set of things that cannot hold together.
    """

    def __init__(self, message: str, conflicts: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.conflicts = tuple(conflicts)

    def __reduce__(self) -> tuple[object, ...]:
        return (type(self), (self.args[0], self.conflicts))


class SolverError(RmatchError):
    """A solver ended without a usable selection. ``status`` says how it ended."""

    def __init__(self, message: str, status: str = "unknown") -> None:
        super().__init__(message)
        self.status = status

    def __reduce__(self) -> tuple[object, ...]:
        return (type(self), (self.args[0], self.status))


class MissingDependencyError(RmatchError, ImportError):
    """An optional package is not installed. The message names the extra that brings it."""
