"""``rmatch match``: people in, pairs out."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rmatch.cli.options import (
    AsOf,
    Force,
    Json,
    Mentees,
    Mentors,
    Out,
    People,
    Scale,
    Sheet,
    sources,
)

if TYPE_CHECKING:
    from rmatch.people import Roster
    from rmatch.rules import PairRule


def _rule(flag: str, text: str, metavar: str | None = None) -> Any:
    return typer.Option(flag, help=text, metavar=metavar, rich_help_panel="Rules")


def match(
    people: People = None,
    mentors: Mentors = None,
    mentees: Mentees = None,
    out: Out = Path("pairs.csv"),
    generation_gap: Annotated[
        float | None, _rule("--generation-gap", "Mentees are this much older.", "YEARS")
    ] = None,
    seniority_gap: Annotated[
        float | None, _rule("--seniority-gap", "Mentees are this much more senior.", "LEVELS")
    ] = None,
    teaching_margin: Annotated[
        float | None,
        _rule("--teaching-margin", "Mentors are this far ahead on one of the goals.", "LEVELS"),
    ] = None,
    same: Annotated[
        list[str] | None, _rule("--same", "Both have the same value of a column.", "COLUMN")
    ] = None,
    different: Annotated[
        list[str] | None, _rule("--different", "The two differ in a column.", "COLUMN")
    ] = None,
    common_language: Annotated[
        str | None, _rule("--common-language", "Both speak one at this level (A1 to C2).", "LEVEL")
    ] = None,
    zone_hours: Annotated[
        float | None, _rule("--zone-hours", "Time zones at most this far apart.", "HOURS")
    ] = None,
    minimum_score: Annotated[
        float | None, _rule("--minimum-score", "No pair below this score, 0 to 1.", "SCORE")
    ] = None,
    seats: Annotated[int | None, typer.Option(help="The most pairs in all.")] = None,
    objective: Annotated[
        str, typer.Option(help="What is best: total_score or coverage_first.")
    ] = "total_score",
    solver: Annotated[str, typer.Option(help="auto, or the name of a solver.")] = "auto",
    seed: Annotated[
        int | None, typer.Option(help="Break ties by this lottery instead of by id.")
    ] = None,
    time_limit: Annotated[
        float | None,
        typer.Option(
            "--time-limit",
            help="Stop the search after this long (or with Ctrl-C) with the best pairs so far.",
            metavar="SECONDS",
        ),
    ] = None,
    memory_limit: Annotated[
        float | None,
        typer.Option(
            "--memory-limit", help="Memory for the search among many people.", metavar="MB"
        ),
    ] = None,
    scale: Scale = "auto",
    as_of: AsOf = None,
    sheet: Sheet = None,
    force: Force = False,
    as_json: Json = False,
) -> None:
    """Match the people of a file and write the pairs.

    Data that protects people decides by itself: with columns 'manager', 'vetoes', 'consent' or
    'needs', nobody is paired within their reporting line, against a veto or without consent,
    and every need is met.
    """
    import rmatch
    from rmatch.export import check_free
    from rmatch.progress import bar
    from rmatch.reading import read_people, read_sides
    from rmatch.terminal import open_console, save, show_matching

    sources(people, mentors, mentees)
    check_free(out, force=force)
    console = open_console(stderr=as_json)
    reading: dict[str, Any] = {"scale": scale, "as_of": as_of, "sheet": sheet}
    wanted = _Wanted(
        generation_gap=generation_gap,
        seniority_gap=seniority_gap,
        teaching_margin=teaching_margin,
        same=tuple(same or ()),
        different=tuple(different or ()),
        common_language=common_language,
        zone_hours=zone_hours,
        minimum_score=minimum_score,
    )
    with bar() as callback:
        sides = (
            read_people(people, **reading)
            if people is not None
            else read_sides(mentors, mentees, **reading)
        )
        matching = rmatch.match(
            *sides,
            rules=[*_protecting(*sides), *wanted.rules()],
            objective=objective,
            seats=seats,
            solver=solver,
            seed=seed,
            time_limit=time_limit,
            memory_limit=None if memory_limit is None else int(memory_limit * 1e6),
            callback=callback,
        )
    if as_json:
        typer.echo(json.dumps(matching.to_dict(), indent=2, ensure_ascii=False))
    else:
        show_matching(console, matching)
    save(console, matching, out, force=force)


@dataclass(frozen=True, kw_only=True)
class _Wanted:
    """The rules asked for on the command line; field by field, the option of the same name."""

    generation_gap: float | None
    seniority_gap: float | None
    teaching_margin: float | None
    same: tuple[str, ...]
    different: tuple[str, ...]
    common_language: str | None
    zone_hours: float | None
    minimum_score: float | None

    def rules(self) -> Iterator[PairRule]:
        """Yield the rules, in the order of the options."""
        from rmatch import rules

        made = {
            "generation_gap": rules.GenerationGap,
            "seniority_gap": rules.SeniorityGap,
            "teaching_margin": rules.TeachingMargin,
            "same": rules.Same,
            "different": rules.Different,
            "common_language": rules.CommonLanguage,
            "zone_hours": rules.TimeZoneDifference,
            "minimum_score": rules.MinimumScore,
        }
        for option in fields(self):
            value = getattr(self, option.name)
            values = value if isinstance(value, tuple) else (value,)
            yield from (made[option.name](each) for each in values if each is not None)


def _protecting(mentors: Roster, mentees: Roster) -> Iterator[PairRule]:
    """Yield the rules that protect people, as far as the columns they read are there."""
    from rmatch.rules import Accessibility, Consent, ReportingLine, Vetoes

    for column, rule in (
        ("manager", ReportingLine(unknown_managers="head")),
        ("vetoes", Vetoes()),
        ("needs", Accessibility()),
        ("consent", Consent()),
    ):
        if mentors.has(column) or mentees.has(column):
            yield rule
