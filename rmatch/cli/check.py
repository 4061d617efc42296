"""``rmatch check``: everything that is wrong with people's data."""

from __future__ import annotations

import json

import typer

from rmatch.cli import BAD_DATA
from rmatch.cli.options import AsOf, Json, Mentees, Mentors, People, Scale, Sheet, sources


def check(
    people: People = None,
    mentors: Mentors = None,
    mentees: Mentees = None,
    scale: Scale = "auto",
    as_of: AsOf = None,
    sheet: Sheet = None,
    as_json: Json = False,
) -> None:
    """List everything that is wrong in a file of people.

    Problems stop a match (exit code 1); warnings, such as two spellings of a skill, do not.
    """
    from rmatch.reading import check_people
    from rmatch.terminal import open_console, show_report

    sources(people, mentors, mentees)
    report = check_people(
        people, mentors=mentors, mentees=mentees, scale=scale, as_of=as_of, sheet=sheet
    )
    if as_json:
        typer.echo(json.dumps(report.to_dict(), indent=2, ensure_ascii=False))
    else:
        show_report(open_console(), report)
    if not report.ok:
        raise typer.Exit(BAD_DATA)
