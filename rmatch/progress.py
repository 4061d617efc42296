"""Progress: a bar for terminals and notebooks. The library itself never prints."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console

Callback = Callable[[dict[str, Any]], None]


@contextmanager
def bar(what: str = "matching", console: Console | None = None) -> Iterator[Callback]:
    """Show how far a solve is; give what this returns as its ``callback``.

    On a terminal or in a notebook, one line shows the round, how much of the current scan is done,
    the gap to the best possible, the pairs so far and the time; it goes when the work ends.
    Anywhere else, in a pipe or a log, nothing is shown.

    Parameters
    ----------
    what
        What is being done, in a word or two.
    console
        Where to draw; default the error output, so that results can be piped on.

    Examples
    --------
    >>> import rmatch
    >>> with rmatch.progress.bar() as callback:
    ...     matching = rmatch.match_matrix([[3, 1], [2, 2]], callback=callback)
    >>> len(matching)
    2
    """
    from rich.console import Console
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    console = console or Console(stderr=True)
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=24),
        TimeElapsedColumn(),
    )
    shown = console.is_terminal or console.is_jupyter
    with Progress(*columns, console=console, transient=True, disable=not shown) as progress:
        task = progress.add_task(what, total=None)

        def callback(event: dict[str, Any]) -> None:
            progress.update(
                task,
                description=f"{what}: {told(event)}",
                completed=event.get("scanned", 0.0),
                total=1.0 if "scanned" in event else None,
            )

        yield callback


def told(event: dict[str, Any]) -> str:
    """Say in a few words what a callback was told.

    Examples
    --------
    >>> told({"phase": "pricing", "round": 3, "gap": 0.0021, "pairs": 9876})
    'round 3, pricing, gap 0.21%, 9,876 pairs'
    """
    words = [f"round {event['round']}"] if event.get("round") else []
    words.append(event["phase"])
    if event.get("gap") is not None:
        words.append(f"gap {event['gap']:.2%}")
    if event.get("pairs"):
        words.append(f"{event['pairs']:,} pairs")
    return ", ".join(words)
