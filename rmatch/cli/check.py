"""``rmatch check``: everything that is wrong with people's data."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from rmatch.cli import BAD_DATA
from rmatch.cli.files import Force, check_out, write_all
from rmatch.cli.options import Given, Show, choice, option
from rmatch.cli.rules import By
from rmatch.errors import InputProblem, InvalidInputError


def _is_toml(path: Path) -> None:
    if path.suffix != ".toml":
        raise InvalidInputError(f"{path} ends in {path.suffix!r}; a programme is a .toml file")


def check(
    given: Given,
    by: By,
    show: Show,
    save_programme: Annotated[
        Path | None,
        option(
            "--save-programme",
            "Write the programme, with the rules given as options, as a .toml file to change.",
            metavar="FILE",
            callback=choice(_is_toml),
        ),
    ] = None,
    force: Force = False,
) -> None:
    """List everything that is wrong in a file of people.

    Problems stop a match (exit code 1); warnings, such as two spellings of a skill, do not. With
    rules, columns that they read and nobody has are problems too, and what else rules remark is a
    warning.
    """
    from rmatch.reading import check_people
    from rmatch.terminal import show_report

    given.check()
    check_out(save_programme, *given.files, force=force)
    programme = by.programme_alone()
    report = check_people(
        given.people,
        mentors=given.mentors,
        mentees=given.mentees,
        scale=given.scale or programme.scale,
        synonyms=programme.synonyms or None,
        as_of=given.as_of,
        sheet=given.sheet,
    )
    written = []
    if save_programme is not None:
        content = by.changed().to_toml().encode()
        written = write_all({save_programme: ("programme", content)}, force=force)
    if report.ok and {"mentors", "mentees"} <= report.people.keys():
        problems, remarks = _of_rules(given, by)
        report = replace(report, problems=problems, warnings=(*report.warnings, *remarks))
    show.result(report.to_dict, lambda console: show_report(console, report), written)
    if not report.ok:
        raise typer.Exit(BAD_DATA)


def _of_rules(given: Given, by: By) -> tuple[tuple[InputProblem, ...], tuple[InputProblem, ...]]:
    """Return what the rules and the score lack in the data, and what they remark on it."""
    from rmatch.notes import data_notes

    try:
        programme, mentors, mentees = by.read(given)
        problem = programme.problem(mentors, mentees)
    except InvalidInputError as error:
        return error.problems or (InputProblem(str(error)),), ()
    return (), tuple(map(InputProblem, data_notes(problem)))
