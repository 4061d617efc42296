"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Out = Annotated[Path, typer.Option("--out", "-o", help="Where to write the pairs, as CSV.")]
Force = Annotated[bool, typer.Option("--force", help="Overwrite a file that is there.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON for machines.")]
People = Annotated[
    Path | None,
    typer.Argument(
        help="CSV, Excel or parquet file of everybody, with a column 'role': mentor (teaches), "
        "mentee (learns) or both.",
        show_default=False,
    ),
]
Mentors = Annotated[
    Path | None,
    typer.Option("--mentors", help="File of those who teach, instead of PEOPLE.", metavar="FILE"),
]
Mentees = Annotated[
    Path | None,
    typer.Option("--mentees", help="File of those who learn, instead of PEOPLE.", metavar="FILE"),
]
Scale = Annotated[
    str, typer.Option("--scale", help="Scale of skill levels: auto, 1-5, 0-7 or presence.")
]
AsOf = Annotated[
    int | None,
    typer.Option("--as-of", help="Year in which ages are true; default this year.", metavar="YEAR"),
]
Sheet = Annotated[
    str | None, typer.Option("--sheet", help="Name of the Excel sheet; default the first.")
]


def sources(people: Path | None, mentors: Path | None, mentees: Path | None) -> None:
    """Refuse anything but one file of everybody, or one file for each side."""
    one = people is not None and mentors is None and mentees is None
    two = people is None and mentors is not None and mentees is not None
    if not one and not two:
        raise typer.BadParameter("give one file PEOPLE, or both --mentors FILE and --mentees FILE")
    for path in (people, mentors, mentees):
        if path is not None and not path.is_file():
            raise typer.BadParameter(f"there is no file {str(path)!r}")
