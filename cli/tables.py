"""Rows of named columns on a terminal of any width, and in a pipe.

A table is drawn where every column has the room to be read. Elsewhere each row is a record: a line for each of its
fields. In a pipe such a line is never broken, so that whoever reads it finds words and ids whole.
"""

from collections.abc import Iterator, Sequence

from rich import box
from rich.cells import cell_len
from rich.console import Console, JustifyMethod
from rich.table import Table
from rich.text import Text

COLUMN_CELLS = 24
"""A column that is broken into lines needs so much, or its longest word."""
WORD_CELLS = 40
"""On a terminal a longer word, such as an ARN, may be broken."""
_BORDER_CELLS = 3


def print_rows(
    console: Console,
    title: str | None,
    columns: Sequence[str],
    rows: Sequence[Sequence[Text]],
    *,
    ruled: bool = True,
) -> None:
    """Print the rows as a table if there is room for one, else as records. `#` before a column's name: numbers.

    One that is not `ruled` has no lines around its cells, and needs less height.
    """
    breakable = WORD_CELLS if console.is_terminal else None
    if _cells_needed(columns, rows, breakable) <= console.width:
        console.print(_table(title, columns, rows, box.HEAVY_HEAD if ruled else None))
        return
    lines = [Text(title, style="bold")] if title is not None else []
    lines += _pairs(rows) if len(columns) == 2 else _records(columns, rows)
    for line in lines:
        if console.is_terminal:
            console.print(line, overflow="fold")
        else:
            console.print(line, soft_wrap=True)


def _pairs(rows: Sequence[Sequence[Text]]) -> Iterator[Text]:
    """A line for each row of a name and a value."""
    return (_field(name.plain, value) for name, value in rows)


def _records(columns: Sequence[str], rows: Sequence[Sequence[Text]]) -> Iterator[Text]:
    """A line for each field of a row that holds anything, and an empty one between two rows."""
    names = [column.removeprefix("#") for column in columns]
    for place, row in enumerate(rows):
        if place:
            yield Text()
        yield from (_field(name, value) for name, value in zip(names, row, strict=True) if value)


def _field(name: str, value: Text) -> Text:
    label = (f"{name}: ", "bold") if name else ""
    return Text.assemble(label, Text(" ").join(value.split("\n")))


def _table(title: str | None, columns: Sequence[str], rows: Sequence[Sequence[Text]], edges: box.Box | None) -> Table:
    table = Table(title=title, title_justify="left", box=edges)
    for column in columns:
        justify: JustifyMethod = "right" if column.startswith("#") else "left"
        table.add_column(column.removeprefix("#"), justify=justify, overflow="fold")
    for row in rows:
        table.add_row(*row)
    return table


def _cells_needed(columns: Sequence[str], rows: Sequence[Sequence[Text]], breakable: int | None) -> int:
    cells = ([column.removeprefix("#"), *(row[place].plain for row in rows)] for place, column in enumerate(columns))
    return 1 + sum(_column_cells(texts, breakable) + _BORDER_CELLS for texts in cells)


def _column_cells(texts: Sequence[str], breakable: int | None) -> int:
    whole = max((cell_len(line) for text in texts for line in text.splitlines()), default=0)
    word = max((cell_len(word) for text in texts for word in text.split()), default=0)
    return min(whole, max(COLUMN_CELLS, word if breakable is None else min(word, breakable)))
