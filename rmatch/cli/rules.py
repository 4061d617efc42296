"""By what people are matched: a programme file or a preset, and options that change it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rmatch.cli.options import Given, choice, file_there, option

if TYPE_CHECKING:
    from rmatch.people import Roster
    from rmatch.programme import Programme
    from rmatch.rules import PairRule

_RULES = "Rules"
_PROGRAMME = "Programme"


def _is_objective(name: str) -> None:
    from rmatch.objectives import objective_named

    objective_named(name)


def _is_profile(name: str) -> None:
    from rmatch.programme import profile

    profile(name)


def _profiles() -> list[str]:
    from rmatch.programme import PROFILES

    return list(PROFILES)


def _objectives() -> list[str]:
    from rmatch.objectives import OBJECTIVES

    return list(OBJECTIVES)


@dataclass(frozen=True, kw_only=True)
class By:
    """The programme; rules given as options are added to its own."""

    programme: Annotated[
        Path | None,
        option(
            "--programme",
            "File of rules, score and objective, TOML or JSON.",
            _PROGRAMME,
            metavar="FILE",
            callback=choice(file_there),
        ),
    ] = None
    profile: Annotated[
        str | None,
        option(
            "--profile",
            "A preset instead: technology, inclusion, leadership, innovation or engagement.",
            _PROGRAMME,
            metavar="NAME",
            callback=choice(_is_profile),
            autocompletion=_profiles,
        ),
    ] = None
    objective: Annotated[
        str | None,
        option(
            "--objective",
            "What is best: total_score (default), coverage_first, max_min, leximin, nash, stable.",
            _PROGRAMME,
            metavar="NAME",
            callback=choice(_is_objective),
            autocompletion=_objectives,
        ),
    ] = None
    seats: Annotated[
        int | None, option("--seats", "The most pairs in all.", _PROGRAMME, metavar="PAIRS", min=0)
    ] = None
    seed: Annotated[
        int | None,
        option(
            "--seed", "Break ties by this lottery instead of by id.", _PROGRAMME, metavar="N", min=0
        ),
    ] = None
    generation_gap: Annotated[
        float | None,
        option("--generation-gap", "Mentees are this much older.", _RULES, metavar="YEARS"),
    ] = None
    seniority_gap: Annotated[
        float | None,
        option("--seniority-gap", "Mentees are this much more senior.", _RULES, metavar="LEVELS"),
    ] = None
    teaching_margin: Annotated[
        float | None,
        option(
            "--teaching-margin",
            "Mentors are this far ahead on one of the goals.",
            _RULES,
            metavar="LEVELS",
        ),
    ] = None
    same: Annotated[
        list[str] | None,
        option("--same", "Both have the same value of a column.", _RULES, metavar="COLUMN"),
    ] = None
    different: Annotated[
        list[str] | None,
        option("--different", "The two differ in a column.", _RULES, metavar="COLUMN"),
    ] = None
    common_language: Annotated[
        str | None,
        option(
            "--common-language",
            "Both speak one at this level (A1 to C2).",
            _RULES,
            metavar="LEVEL",
        ),
    ] = None
    zone_hours: Annotated[
        float | None,
        option("--zone-hours", "Time zones at most this far apart.", _RULES, metavar="HOURS"),
    ] = None
    minimum_score: Annotated[
        float | None,
        option("--minimum-score", "No pair below this score, 0 to 1.", _RULES, metavar="SCORE"),
    ] = None

    def programme_alone(self) -> Programme:
        """Return the programme as it is in its file."""
        from rmatch.programme import Programme, profile, read_programme

        if self.programme is not None and self.profile is not None:
            raise typer.BadParameter("give --programme FILE or --profile NAME, not both")
        if self.programme is not None:
            return read_programme(self.programme)
        return Programme() if self.profile is None else profile(self.profile)

    def _wanted(self) -> Iterator[PairRule]:
        """Yield the rules given as options."""
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
        for name, rule in made.items():
            value = getattr(self, name)
            values = value if isinstance(value, list) else [value]
            yield from (rule(_whole(each)) for each in values if each is not None)

    def read(self, given: Given) -> tuple[Programme, Roster, Roster]:
        """Return the people, and the programme with every rule that protects them."""
        from rmatch.rules import unread

        programme = self.programme_alone()
        reading = {"scale": programme.scale, "synonyms": programme.synonyms or None}
        sides = given.read(**reading)
        changed = self.changed()
        protecting = unread(*sides, changed.rules).values()
        scale = given.scale or programme.scale
        return changed.replace(rules=[*protecting, *changed.rules], scale=scale), *sides

    def changed(self) -> Programme:
        """Return the programme as the options change it."""
        programme = self.programme_alone()
        own: dict[str, Any] = {
            name: getattr(self, name)
            for name in ("objective", "seats", "seed")
            if getattr(self, name) is not None
        }
        return programme.replace(rules=[*programme.rules, *self._wanted()], **own)


def _whole(value: Any) -> Any:
    """Return 2 for 2.0, as a programme file would have it."""
    return int(value) if isinstance(value, float) and value.is_integer() else value
