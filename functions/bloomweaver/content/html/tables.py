"""The cells of a table where a reader sees them, and the table as Markdown.

Markdown has one header line, as many cells in each row, and neither spans nor tables in cells. So a value that spans
cells stands in each of them, and the rows of a table in a cell stand below the row of that cell.
"""

from bisect import bisect_left
from collections.abc import Callable, Sequence
from typing import NamedTuple

from bs4 import Tag

from bloomweaver.content.limits import check_length

MAX_SPAN = 1000
"""Columns of one cell, as in the HTML standard."""
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")

Rows = list[list[str]]


class _Span(NamedTuple):
    """A cell in its row: columns `start` to `stop`, and in how many rows below it stands too."""

    start: int
    stop: int
    text: str
    below: int


def rows_of(table: Tag) -> list[Tag]:
    """The rows of a table and of no table in it, as they are shown: the head first, the foot last."""
    rows = [row for row in table("tr") if row.find_parent("table") is table]
    return sorted(rows, key=_section)


def cells_of(row: Tag) -> list[Tag]:
    """The cells of a row and of no table in it."""
    return [cell for cell in row(("td", "th")) if cell.find_parent("tr") is row]


def is_layout(table: Tag) -> bool:
    """Whether a table only puts parts of a page beside or below each other."""
    if table.get("role") in ("presentation", "none"):
        return True
    rows = [cells_of(row) for row in rows_of(table)]
    cells = [cell for row in rows for cell in row]
    if any(cell.name == "th" for cell in cells):
        return False
    one_column = all(len(row) <= 1 for row in rows)
    return any(cell.find(_HEADINGS) or (one_column and cell.find("table")) for cell in cells)


def grid(table: Tag, text_of: Callable[[Tag], str]) -> Rows:
    """The texts of a table's cells, as many in each row. `text_of` gives that of a cell once no table is in it.

    Takes the inner tables out of the cells. Raises `ExtractionFailed` if spans make the text longer than a document
    may be.
    """
    placed: list[list[_Span]] = []
    inner: list[Rows] = []
    carried: list[_Span] = []
    section = None
    for row in rows_of(table):
        if _section(row) != section:
            carried, section = [], _section(row)  # No cell spans rows of another section.
        cells = cells_of(row)
        inner.append([line for cell in cells for line in _taken_out(cell, text_of)])
        placed.append(_place([(cell, text_of(cell)) for cell in cells], carried))
        carried = [span._replace(below=span.below - 1) for span in placed[-1] if span.below]
    # A cell may span columns that no cell starts in: a reader sees none there.
    columns = sorted({span.start for spans in placed for span in spans})
    rows: Rows = []
    length = 0
    for spans, below in zip(placed, inner, strict=True):
        texts = [""] * len(columns)
        for span in spans:
            covered = range(bisect_left(columns, span.start), bisect_left(columns, span.stop))
            length += len(covered) * (len(span.text) + 3)
            check_length(length)
            for column in covered:
                texts[column] = span.text
        if any(texts) or not below:
            rows.append(texts)
        rows += below
    width = max(map(len, rows), default=0)
    return [[*row, *[""] * (width - len(row))] for row in rows if width]


def markdown(rows: Rows) -> str:
    """The rows as a table of Markdown, the first one as its header."""
    head, *body = ["| " + " | ".join(text.replace("|", r"\|") for text in row) + " |" for row in rows]
    return "\n".join([head, "|" + " --- |" * len(rows[0]), *body])


def _section(row: Tag) -> int:
    section = row.find_parent(("thead", "tbody", "tfoot", "table"))
    return {"thead": 0, "tfoot": 2}.get(section.name if section else "", 1)


def _taken_out(cell: Tag, text_of: Callable[[Tag], str]) -> Rows:
    rows: Rows = []
    for table in cell("table"):
        if table.find_parent(("td", "th")) is cell:
            rows += grid(table, text_of)
            table.replace_with(" ")
    return rows


def _place(cells: Sequence[tuple[Tag, str]], carried: Sequence[_Span]) -> list[_Span]:
    """The cells of a row from left to right, in the columns that cells of the rows above leave free."""
    taken = sorted(carried, key=lambda span: span.start)
    spans = list(taken)
    column = 0
    for cell, text in cells:
        while taken and taken[0].start <= column:
            column = max(column, taken.pop(0).stop)
        stop = column + min(max(_number(cell, "colspan", 1), 1), MAX_SPAN)
        below = _number(cell, "rowspan", 1)
        free_until = taken[0].start if taken else stop
        # A span of 0 goes down to the end of the section, as does one that is longer.
        spans.append(_Span(column, min(stop, free_until), text, below - 1 if below else 1 << 16))
        column = stop
    return sorted(spans, key=lambda span: span.start)


def _number(cell: Tag, attribute: str, default: int) -> int:
    value = str(cell.get(attribute, "")).strip()
    return int(value) if value.isascii() and value.isdigit() and len(value) < 6 else default
