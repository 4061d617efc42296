"""Options that several commands share, in groups; ``flat`` gives a command those of its groups."""

from __future__ import annotations

import functools
import inspect
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, is_dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, get_type_hints

import typer

from rmatch.errors import InvalidInputError

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from rich.console import Console

    from rmatch.people import Roster
    from rmatch.progress import Callback


def flat(command: Callable[..., None]) -> Callable[..., None]:
    """Return a command whose arguments that are groups of options are given option by option."""
    hints = get_type_hints(command, include_extras=True)
    groups: dict[str, Any] = {name: hint for name, hint in hints.items() if is_dataclass(hint)}
    parameters = []
    for each in inspect.signature(command).parameters.values():
        hint = hints[each.name]
        if each.name in groups:
            inner = get_type_hints(hint, include_extras=True)
            parameters += [
                inspect.Parameter(
                    f.name, inspect.Parameter.KEYWORD_ONLY, default=f.default,
                    annotation=inner[f.name],
                )
                for f in fields(hint)
            ]  # fmt: skip
        else:
            parameters.append(each.replace(kind=inspect.Parameter.KEYWORD_ONLY, annotation=hint))

    @functools.wraps(command)
    def run(**values: Any) -> None:
        for name, group in groups.items():
            values[name] = group(**{f.name: values.pop(f.name) for f in fields(group)})
        command(**values)

    run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    run.__annotations__ = {each.name: each.annotation for each in parameters}
    return run


def choice(check: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Return a callback that refuses, as a wrong command, what ``check`` calls invalid."""

    def callback(value: Any) -> Any:
        for each in value if isinstance(value, list) else [value]:
            try:
                if each is not None:
                    check(each)
            except InvalidInputError as error:
                raise typer.BadParameter(str(error)) from None
        return value

    return callback


def file_there(path: Path) -> None:
    """Refuse a file that is not there."""
    if not path.is_file():
        raise InvalidInputError(f"there is no file {str(path)!r}{_beside(path)}")


def _beside(path: Path) -> str:
    """Say which file of the same folder may be meant."""
    from rmatch.names import closest

    if not path.parent.is_dir():
        return ""
    meant = closest(path.name, [each.name for each in path.parent.iterdir() if each.is_file()])
    return f" (did you mean {str(path.with_name(meant))!r}?)" if meant else ""


# ---- what values of options there are ------------------------------------------------------------


def _is_solver(name: str) -> None:
    from rmatch.solvers import check_name

    check_name(name)


def _is_amount(value: float) -> None:
    if not (math.isfinite(value) and value >= 0):
        raise InvalidInputError(f"{value}; a number of at least 0 is allowed")


def _is_scale(name: str) -> None:
    from rmatch.reading import Reading

    Reading(scale=name)  # type: ignore[arg-type]


def _solvers() -> Sequence[str]:
    from rmatch.solvers import CHOICES

    return CHOICES


# ---- the groups ----------------------------------------------------------------------------------


def option(flag: str, text: str, panel: str | None = None, **more: Any) -> Any:
    """Return an option; ``panel`` is where the help shows it."""
    return typer.Option(flag, help=text, rich_help_panel=panel, show_default=False, **more)


@dataclass(frozen=True, kw_only=True)
class Given:
    """The people, and how their data is read."""

    people: Annotated[
        Path | None,
        typer.Argument(
            help="CSV, Excel or parquet file of everybody, with a column 'role': mentor "
            "(teaches), mentee (learns) or both.",
            show_default=False,
        ),
    ] = None
    mentors: Annotated[
        Path | None,
        option("--mentors", "File of those who teach, instead of PEOPLE.", metavar="FILE"),
    ] = None
    mentees: Annotated[
        Path | None,
        option("--mentees", "File of those who learn, instead of PEOPLE.", metavar="FILE"),
    ] = None
    scale: Annotated[
        str | None,
        option(
            "--scale",
            "Scale of skill levels: auto (default), 1-5, 0-7 or presence.",
            metavar="SCALE",
            callback=choice(_is_scale),
        ),
    ] = None
    as_of: Annotated[
        int | None,
        option("--as-of", "Year in which ages are true; default this year.", metavar="YEAR"),
    ] = None
    sheet: Annotated[
        str | None,
        option("--sheet", "Name of the Excel sheet; default the first.", metavar="NAME"),
    ] = None

    @property
    def files(self) -> list[Path]:
        """The files that are read."""
        every = (self.people, self.mentors, self.mentees)
        return [path for path in every if path is not None]

    def check(self) -> None:
        """Refuse anything but one file of everybody, or one file for each side."""
        one = self.people is not None and self.mentors is None and self.mentees is None
        two = self.people is None and self.mentors is not None and self.mentees is not None
        if not one and not two:
            raise typer.BadParameter(
                "give one file PEOPLE, or both --mentors FILE and --mentees FILE"
            )
        choice(file_there)(self.files)

    def read(self, **reading: Any) -> tuple[Roster, Roster]:
        """Return mentors and mentees; options given here go before those of a programme."""
        from rmatch.reading import read_people, read_sides

        own = {"scale": self.scale, "as_of": self.as_of, "sheet": self.sheet}
        reading |= {name: value for name, value in own.items() if value is not None}
        if self.people is not None:
            return read_people(self.people, **reading)
        return read_sides(self.mentors, self.mentees, **reading)


@dataclass(frozen=True, kw_only=True)
class Until:
    """How long the best is searched."""

    time_limit: Annotated[
        float | None,
        option(
            "--time-limit",
            "Stop the search after this long (or with Ctrl-C) with the best pairs so far.",
            "Search",
            metavar="SECONDS",
            callback=choice(_is_amount),
        ),
    ] = None


@dataclass(frozen=True, kw_only=True)
class Limits(Until):
    """How the best is searched."""

    solver: Annotated[
        str,
        option(
            "--solver",
            "auto (default), or the name of a solver.",
            "Search",
            metavar="NAME",
            callback=choice(_is_solver),
            autocompletion=_solvers,
        ),
    ] = "auto"
    memory_limit: Annotated[
        float | None,
        option(
            "--memory-limit",
            "Memory for a search among many people.",
            "Search",
            metavar="MB",
            callback=choice(_is_amount),
        ),
    ] = None

    def search(self) -> dict[str, Any]:
        """Return the options of :func:`rmatch.solve`."""
        memory = None if self.memory_limit is None else int(self.memory_limit * 1e6)
        return {"solver": self.solver, "time_limit": self.time_limit, "memory_limit": memory}


@dataclass(frozen=True, kw_only=True)
class Show:
    """How the answer is shown."""

    as_json: Annotated[
        bool, option("--json", "Print one JSON document for machines, and nothing else.")
    ] = False
    quiet: Annotated[
        bool, option("--quiet", "Show no text and no progress, only errors (and --json).")
    ] = False

    @property
    def console(self) -> Console:
        """Where messages go: beside JSON they go to the error output."""
        from rmatch.terminal import open_console

        return open_console(stderr=self.as_json, quiet=self.quiet)

    def bar(self, what: str = "matching") -> AbstractContextManager[Callback]:
        """Show progress on a terminal."""
        from rmatch.progress import bar
        from rmatch.terminal import open_console

        return bar(what, open_console(stderr=True, quiet=self.quiet))

    def result(
        self,
        record: Callable[[], Any],
        text: Callable[[Console], None],
        written: Sequence[str] = (),
    ) -> None:
        """Print a result, as JSON or as text, and what was written."""
        console = self.console
        if self.as_json:
            import json

            typer.echo(json.dumps(record(), indent=2, ensure_ascii=False, allow_nan=False))
        else:
            text(console)
        if written:
            console.print()
        for said in written:
            console.print(said)
