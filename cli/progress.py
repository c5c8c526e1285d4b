"""A bar for what takes a while."""

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from cli import output


def progress_bar(*, quiet: bool) -> Progress:
    """On stderr, while it is a terminal."""
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=output.notes,
        disable=quiet or not output.notes.is_terminal,
    )
