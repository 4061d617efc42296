"""The command line: one file per command, registered in :mod:`rmatch.cli.app`.

Exit codes:

====  =============================================================================
0     done
1     the input has problems: people's data, or what an option asks of it; all are listed
2     the command is wrong: an unknown option, a missing file, a file that would be
      overwritten without ``--force``
3     no matching: the rules and minimums cannot all hold, or no solver can do this
4     an optional package is missing; the message names it
====  =============================================================================
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

from rmatch.errors import InvalidInputError, MissingDependencyError, RmatchError

DONE, BAD_DATA, BAD_COMMAND, NO_MATCHING, MISSING_PACKAGE = range(5)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one command; every foreseen error is a message and an exit code, not a traceback."""
    from rmatch.cli.app import app

    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # a pipe may know fewer letters than the data
    try:
        app(args=arguments, prog_name="rmatch")
    except (RmatchError, OSError) as error:
        print(f"rmatch: {error}", file=sys.stderr)  # noqa: T201
        sys.exit(exit_code(error))


def exit_code(error: RmatchError | OSError) -> int:
    """Return the exit code of an error."""
    if isinstance(error, MissingDependencyError):
        return MISSING_PACKAGE
    if isinstance(error, InvalidInputError):
        return BAD_DATA
    return BAD_COMMAND if isinstance(error, OSError) else NO_MATCHING
