"""A bar for what takes a while."""

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from cli import output


def drawn_on(console: Console, *, quiet: bool = False) -> Console:
    """Where to draw what moves: on `console` while it is a terminal, or else nowhere.

    What rich does not draw there it ends with an empty line, even if it is disabled.
    """
    return console if console.is_terminal and not quiet else Console(quiet=True)


def progress_bar(*, quiet: bool) -> Progress:
    """On stderr, while it is a terminal."""
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=drawn_on(output.notes, quiet=quiet),
    )
