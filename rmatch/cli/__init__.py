"""The command line: one file per command, registered in :mod:`rmatch.cli.app`.

``EXIT_CODES`` says what each exit code means. With ``--json``, an error is a JSON document too.
"""

from __future__ import annotations

import json
import signal
import sys
import warnings
from collections.abc import Sequence
from dataclasses import asdict

from rmatch.errors import InfeasibleError, InvalidInputError, MissingDependencyError, RmatchError

DONE, BAD_DATA, BAD_COMMAND, NO_MATCHING, MISSING_PACKAGE = range(5)
INTERRUPTED = 130  # 128 + SIGINT, as shells have it

EXIT_CODES = {
    DONE: "done",
    BAD_DATA: "problems in the input",
    BAD_COMMAND: "a wrong command, or a file that cannot be read or written",
    NO_MATCHING: "no matching: rules that cannot all hold, or more than a solver can do",
    MISSING_PACKAGE: "an optional package is missing",
    INTERRUPTED: "interrupted before there was a result",
}


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one command; every foreseen error is a message and an exit code, not a traceback."""
    try:
        _run(arguments)
    except KeyboardInterrupt:  # while the commands are still being loaded
        sys.exit(INTERRUPTED)


def _run(arguments: Sequence[str] | None) -> None:
    from rmatch.cli.app import app

    given = list(sys.argv[1:] if arguments is None else arguments)
    if arguments is None and hasattr(signal, "SIGPIPE"):
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # whoever reads has enough: end quietly
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # a pipe may know fewer letters than the data
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # remarks are shown with the result
        try:
            app(args=given, prog_name="rmatch")
        except (RmatchError, OSError) as error:
            _tell(error, given)
            sys.exit(exit_code(error))


def _tell(error: RmatchError | OSError, given: Sequence[str]) -> None:
    """Say what went wrong, with --json as a document too."""
    import typer

    typer.echo(f"rmatch: {error}", err=True)
    if isinstance(error, InvalidInputError) and any(each.startswith("--profile") for each in given):
        typer.echo(
            "A preset is a place to begin: 'rmatch check' with the same people, the same --profile "
            "and --save-programme my.toml writes it as a file; change that, and give --programme "
            "my.toml instead.",
            err=True,
        )
    if "--json" in given:
        typer.echo(json.dumps(_record(error), indent=2, ensure_ascii=False))


def exit_code(error: RmatchError | OSError) -> int:
    """Return the exit code of an error."""
    if isinstance(error, MissingDependencyError):
        return MISSING_PACKAGE
    if isinstance(error, InvalidInputError):
        return BAD_DATA
    return BAD_COMMAND if isinstance(error, OSError) else NO_MATCHING


def _record(error: RmatchError | OSError) -> dict[str, object]:
    problems = error.problems if isinstance(error, InvalidInputError) else ()
    conflicts = error.conflicts if isinstance(error, InfeasibleError) else ()
    return {
        "error": str(error),
        "exit_code": exit_code(error),
        "problems": [asdict(problem) for problem in problems],
        "conflicts": list(conflicts),
    }
