"""How text looks: on a terminal in colour, in a pipe or a file as plain lines of 100 letters."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from textwrap import fill
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console

_PIPE_WIDTH = 100

_PLAIN_QUOTES = str.maketrans("“”‘’", "\"\"''")


def open_console(*, stderr: bool = False, quiet: bool = False) -> Console:
    """Return where to print: as wide as the terminal, or 100 columns in a pipe."""
    from rich.console import Console

    console = Console(stderr=stderr, quiet=quiet, markup=False, highlight=False, emoji=False)
    if not console.is_terminal:
        console.width = _PIPE_WIDTH
    return console


def title(console: Console, text: str) -> None:
    """Print the head of a section."""
    console.print()
    console.print(text if console.is_terminal else text.upper(), style="bold cyan")


def item(console: Console, text: str) -> None:
    """Print one item of a list; its further lines stand under its first word."""
    width = console.width
    console.print(fill(plain(text), width, initial_indent="  - ", subsequent_indent="    "))


def paragraphs(console: Console, text: str) -> None:
    """Print text, each of its lines broken where the page ends."""
    for line in text.splitlines():
        console.print(fill(plain(line), console.width))


def count(number: int, noun: str) -> str:
    """Return a number with its noun."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def print_table(console: Console, header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print a table; a header that begins with ``>`` stands over numbers, on the right."""
    from rich import box
    from rich.table import Table

    lines = box.SIMPLE_HEAD if console.is_terminal else _ascii_lines()
    table = Table(box=lines, pad_edge=False, show_edge=False, header_style="bold")
    for name in header:
        number = name.startswith(">")
        table.add_column(name.lstrip(">"), justify="right" if number else "left", no_wrap=number)
    for row in rows:
        table.add_row(*map(plain, row))
    console.print(table)


def _ascii_lines() -> Any:
    from rich import box

    return box.Box("    \n    \n -- \n    \n    \n    \n    \n    \n", ascii=True)


def words(name: str) -> str:
    """Return a name as words."""
    return name.replace("_", " ")


def plain(text: str) -> str:
    """Return text with plain quotes, and without characters that could steer the terminal."""
    text = text.translate(_PLAIN_QUOTES)
    return "".join(letter if letter.isprintable() or letter == "\n" else "?" for letter in text)
