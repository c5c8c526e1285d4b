"""What the commands print is read as a whole at any width, on a terminal and in a pipe, whatever the cells hold."""

import io

import pytest
from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from benchmarks import figures
from benchmarks.figures import Figure
from cli.tables import print_rows
from tests.cli.conftest import Command
from tests.cli.fake_api import FakeApi
from tests.cli.test_search import HIT

SEARCH = ("#Score", "Document", "Heading", "Text")
HITS = {
    "short": ("0.812", "Guide\nguide-1", "Buttons", "Press it."),
    "a long title": ("0.812", f"{'A guide to every button of the press ' * 4}\nguide-1", "Buttons", "Press it. " * 24),
    "long words": ("0.812", "d" * 128, "h" * 90, "https://example.org/" + "path/" * 44),
    "wide characters": (
        "0.812",
        "\u6f6e\u6c50\u8868\ntides",
        "\u6e2f\u9577" * 20,
        "\u6f6e\u6c50\u8868\u306f\u9752\u3044\u68da" * 30,
    ),
    "nothing": ("0.812", "guide-1", "", ""),
}
WIDTHS = (200, 80, 40)


def printed(columns: tuple[str, ...], rows: list[tuple[str, ...]], width: int, *, terminal: bool) -> str:
    """What is printed for the rows."""
    console = Console(file=io.StringIO(), width=width, force_terminal=terminal, color_system=None, highlight=False)
    print_rows(console, None, columns, [[Text(cell) for cell in row] for row in rows])
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def bare(text: str) -> str:
    """The text without what is put between its characters when it is broken into the cells of a table."""
    return "".join(character for character in text if not character.isspace() and character not in "\u2502\u2503")


@pytest.mark.parametrize("hit", HITS)
@pytest.mark.parametrize("width", WIDTHS)
def test_on_a_terminal_no_line_is_too_wide_and_nothing_is_lost(hit: str, width: int) -> None:
    rows = [HITS[hit], HITS["short"]]
    shown = printed(SEARCH, rows, width, terminal=True)
    assert max(cell_len(line) for line in shown.splitlines()) <= width
    assert "\u2026" not in shown
    for cell in HITS[hit]:
        # A table breaks its cells side by side: what is whole then are their words.
        for piece in cell.split() if "\u2503" in shown else [cell]:
            if cell_len(piece) < width / 4 or "\u2503" not in shown:
                assert bare(piece) in bare(shown)


@pytest.mark.parametrize("hit", HITS)
@pytest.mark.parametrize("width", WIDTHS)
def test_in_a_pipe_every_word_is_whole(hit: str, width: int) -> None:
    shown = printed(SEARCH, [HITS[hit], HITS["short"]], width, terminal=False)
    for cell in HITS[hit]:
        for word in cell.split():
            assert word in shown


def test_what_has_room_is_a_table_and_what_has_none_are_records() -> None:
    rows = [HITS["short"], HITS["a long title"]]
    wide = printed(SEARCH, rows, 120, terminal=True)
    assert wide.splitlines()[1].replace("\u2503", " ").split() == ["Score", "Document", "Heading", "Text"]
    narrow = printed(SEARCH, rows, 40, terminal=True)
    assert narrow.splitlines()[:4] == ["Score: 0.812", "Document: Guide guide-1", "Heading: Buttons", "Text: Press it."]


def test_names_and_values_are_lines_where_a_value_would_be_broken() -> None:
    arn = "arn:aws:states:us-east-1:000000000000:execution:CreateStateMachine:a-document-with-a-name-1"
    rows = [("document", "a"), ("title", ""), ("execution", arn)]
    assert printed(("Field", "Value"), rows, 80, terminal=False).splitlines() == [
        "document: a", "title: ", f"execution: {arn}",
    ]  # fmt: skip


def test_figures_keep_their_columns_in_a_narrow_pipe() -> None:
    console = Console(file=io.StringIO(), width=80, highlight=False)
    figures.print_table(
        console,
        [
            Figure("single webhook requests one after the other, 95th percentile", "ms", 12.25, 100),
            Figure("documents", "documents a second", 3.5, 4, at_least=True),
        ],
    )
    assert isinstance(console.file, io.StringIO)
    shown = console.file.getvalue()
    for whole in ("12.25 ms", "<= 100", "met", "3.50 documents a second", ">= 4", "MISSED"):
        assert whole in shown


@pytest.mark.parametrize("columns", ["80", "40"])
def test_a_search_in_a_pipe_has_each_field_on_a_line_of_its_own(
    on_api: Command, api: FakeApi, monkeypatch: pytest.MonkeyPatch, columns: str
) -> None:
    text = "The harbour master keeps the tide tables in the blue cabinet beside the window, and the key on a hook."
    api.hits = [{**HIT, "text": text, "title": "A long title of a guide to the harbour and all who work in it"}]
    monkeypatch.setenv("COLUMNS", columns)
    lines = on_api("search", "tides").stdout.splitlines()
    assert f"Text: {text}" in lines
    assert "Document: A long title of a guide to the harbour and all who work in it guide-1" in lines
