"""What the commands print: results on stdout, as text or JSON, and all else on stderr."""

import json
from collections.abc import Sequence
from typing import Any

import typer
from rich.console import Console
from rich.text import Text

from cli.tables import print_rows

results = Console(soft_wrap=False, highlight=False)
"""stdout: what was asked for."""
notes = Console(stderr=True, soft_wrap=True, highlight=False)
"""stderr: progress, and what went wrong."""

_CONTROL = {code: None for code in (*range(0x20), *range(0x7F, 0xA0)) if chr(code) not in "\n\t"}


def plain(text: str) -> Text:
    """`text` as it is: no markup is read in it, and no control character reaches the terminal."""
    # A file's name may hold bytes that are no UTF-8, which no terminal takes.
    return Text(text.translate(_CONTROL).encode(errors="replace").decode())


def note(text: str) -> None:
    """Say something beside the result."""
    notes.print(plain(text))


def failure(text: str) -> None:
    """Say what went wrong."""
    notes.print(Text("error: ", style="bold red") + plain(text))


def print_json(value: Any) -> None:
    """Print a result for a script."""
    typer.echo(json.dumps(value, indent=2))


def print_table(title: str | None, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a result as a table, or where that has no room as records. Columns whose name starts with `#` hold
    numbers."""
    print_rows(results, title, columns, [[plain(cell) for cell in row] for row in rows])


def snippet(text: str, length: int = 240) -> str:
    """The start of a passage on one line."""
    line = " ".join(text.split())
    return line if len(line) <= length else f"{line[: length - 3].rstrip()}..."
