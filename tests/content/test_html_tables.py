"""Tables as Markdown: each value under what it belongs to, one header line, as many cells in each row."""

import re
import tracemalloc
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from bloomweaver.content import extract
from bloomweaver.errors import ExtractionFailed
from tests.content.documents import text_of


def rows(html: str) -> list[list[str]]:
    """The cells of the one table that the Markdown of a page holds, read by a parser of Markdown."""
    return table_of(text_of("text/html", html.encode()))


def table_of(markdown: str) -> list[list[str]]:
    tokens = MarkdownIt("commonmark").enable("table").parse(markdown)
    assert [token.type for token in tokens].count("table_open") == 1
    found: list[list[str]] = []
    for before, token in pairwise(tokens):
        if token.type == "tr_open":
            found.append([])
        elif before.type in ("td_open", "th_open"):
            found[-1].append(token.content)
    lines = [line for line in markdown.splitlines() if line.startswith("|")]
    assert len({len(re.findall(r"(?<!\\)\|", line)) for line in lines}) == 1
    assert len(lines) == len(found) + 1
    return found


@pytest.mark.parametrize(
    ("html", "cells"),
    [
        (
            "<tr><th rowspan=2>Year<th colspan=2>Tax<tr><th>net<th>gross<tr><td>2020<td>1<td>2",
            [["Year", "Tax", "Tax"], ["Year", "net", "gross"], ["2020", "1", "2"]],
        ),
        (
            "<tr><th>Year<th>Kind<th>Sum<tr><td rowspan=2>2020<td>a<td>1<tr><td>b<td>2<tr><td>2021<td>c<td>3",
            [["Year", "Kind", "Sum"], ["2020", "a", "1"], ["2020", "b", "2"], ["2021", "c", "3"]],
        ),
        (
            "<tr><th>A<th>B<th>C<tr><td>1<td rowspan=2 colspan=2>x<tr><td>2",
            [["A", "B", "C"], ["1", "x", "x"], ["2", "x", "x"]],
        ),
        ("<tr><th>A<th>B<tr><td rowspan=0>1<td>2<tr><td>3", [["A", "B"], ["1", "2"], ["1", "3"]]),
        ("<tr><th>A<th>B<tr><td rowspan=9>1<td>2", [["A", "B"], ["1", "2"]]),
        ("<tr><th>A<th>B<tr><td colspan=1000>all", [["A", "B"], ["all", "all"]]),
        ("<tr><th>A<th>B<tr><td>1<tr><td>1<td>2", [["A", "B"], ["1", ""], ["1", "2"]]),
        ("<tr><th>A<th>B<tr><td colspan=x rowspan=-1>1<td>2", [["A", "B"], ["1", "2"]]),
        (
            "<thead><tr><th>A<th>B</thead><tfoot><tr><td>sum<td>3</tfoot><tbody><tr><td>a<td>1<tr><td>b<td>2</tbody>",
            [["A", "B"], ["a", "1"], ["b", "2"], ["sum", "3"]],
        ),
        ("<thead><tr><td rowspan=5>A<td>B</thead><tbody><tr><td>1<td>2</tbody>", [["A", "B"], ["1", "2"]]),
        ("<tr><th>A<th>B<tr><td>a|b<td><code>c||d</code>", [["A", "B"], ["a|b", "`c||d`"]]),
        ("<tr><th>A<tr><td><p>one<p>two<ul><li>three</ul>four<br>five", [["A"], ["one two - three four five"]]),
    ],
)
def test_a_value_stands_in_each_cell_that_it_covers(html: str, cells: list[list[str]]) -> None:
    assert rows(f"<table>{html}</table>") == cells


def test_the_caption_stands_above() -> None:
    html = "<table><caption>Taxes</caption><tr><th>Year<tr><td>2020</table>after"

    assert text_of("text/html", html.encode()) == "Taxes\n\n| Year |\n| --- |\n| 2020 |\n\nafter"


def test_a_table_in_a_cell_stands_below_its_row() -> None:
    inner = "<table><tr><th>part<th>colour<th>size<tr><td>petal<td>red<td>2</table>"
    html = f"<table><tr><th>Rose<th>Parts<tr><td>Peace<td>these {inner} all<tr><td>Iceberg<td>none</table>"

    assert rows(html) == [
        ["Rose", "Parts", ""],
        ["Peace", "these all", ""],
        ["part", "colour", "size"],
        ["petal", "red", "2"],
        ["Iceberg", "none", ""],
    ]


def test_tables_in_tables_in_cells_stand_below_their_rows() -> None:
    innermost = "<table><tr><td>c<td>d</table>"
    inner = f"<table><tr><td>a<td>b {innermost}<tr><td>e<td>f</table>"
    html = f"<table><tr><th>A<th>B<tr><td>{inner}<td>x<tr><td>y<td>z</table>"

    assert rows(html) == [["A", "B"], ["", "x"], ["a", "b"], ["c", "d"], ["e", "f"], ["y", "z"]]


def test_a_table_that_lays_out_a_page_is_no_table() -> None:
    data = "<table><tr><th>Rose<th>Year<tr><td>Peace<td>1945</table>"
    html = f"<table role=presentation><tr><td><h1>Roses</h1><p>Of all kinds.<td>{data}</table>"

    text = text_of("text/html", html.encode())

    assert text.startswith("# Roses\n\nOf all kinds.\n\n| Rose")
    assert table_of(text) == [["Rose", "Year"], ["Peace", "1945"]]


def test_a_hidden_cell_moves_the_ones_after_it_and_an_invisible_one_does_not() -> None:
    html = (
        "<table><tr><th>A<th>B<tr><td style='display:none'>x<td>1<td>2<tr><td style='visibility:hidden'>x<td>3</table>"
    )

    assert rows(html) == [["A", "B"], ["1", "2"], ["", "3"]]


def test_spans_that_multiply_a_text_are_refused() -> None:
    row = f"<tr><td rowspan=60000 colspan=900>{'x' * 10_000}" + "<td>y" * 20
    html = "<table><tr>" + "<td>a" * 1_000 + row + "<tr><td>" * 200 + "</table>"

    tracemalloc.start()
    try:
        with pytest.raises(ExtractionFailed, match="characters of text"):
            extract("text/html", html.encode())
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 100_000_000


cells = st.tuples(st.integers(0, 3), st.integers(0, 3), st.text("ab|\\", max_size=3))


@given(st.lists(st.lists(cells, max_size=4), min_size=1, max_size=5))
def test_every_table_has_as_many_cells_in_each_row_and_every_value(table: list[list[tuple[int, int, str]]]) -> None:
    html = "".join(
        "<tr>" + "".join(f"<td rowspan={down} colspan={right}>v{text}</td>" for down, right, text in row) + "</tr>"
        for row in table
    )
    markdown = text_of("text/html", f"x<table>{html}</table>".encode())
    values = [f"v{text}" for row in table for *_, text in row]

    lines = [line for line in markdown.splitlines() if line.startswith("|")]
    assert len({len(re.findall(r"(?<!\\)\|", line)) for line in lines}) <= 1
    assert all(value.replace("|", r"\|") in markdown for value in values)
