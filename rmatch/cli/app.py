"""The application: what is common to all commands, and the list of them."""

from __future__ import annotations

from typing import Annotated

import typer

import rmatch
from rmatch.cli import EXIT_CODES
from rmatch.cli.audit import audit
from rmatch.cli.check import check
from rmatch.cli.compare import compare
from rmatch.cli.costs import costs
from rmatch.cli.demo import demo
from rmatch.cli.match import match
from rmatch.cli.options import flat
from rmatch.cli.rematch import rematch
from rmatch.cli.why import why

COMMANDS = (demo, check, match, why, costs, compare, audit, rematch)

app = typer.Typer(
    name="rmatch",
    help="Pair people for reverse mentoring: provably best, with reasons.",
    epilog="Exit codes: " + "; ".join(f"{code} {text}" for code, text in EXIT_CODES.items()) + ".",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"rmatch {rmatch.__version__}")
        raise typer.Exit


@app.callback()
def _common(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version."),
    ] = False,
) -> None:
    """Pair people for reverse mentoring: provably best, with reasons."""


for command in COMMANDS:
    app.command()(flat(command))
