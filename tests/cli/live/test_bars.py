"""Bars on a terminal: as far as something is, for as long as it is under way."""

import io
from typing import Any

from rich.console import Console

from cli.live.bars import SHOWN, Bars


def message(doc_hash: str, **progress: Any) -> dict[str, Any]:
    told = {
        "state": "running",
        "step": 1,
        "at": "2026-01-01T12:00:00+00:00",
        "since": "2026-01-01T12:00:00+00:00",
        "press": {"action": "sweep", "why": "helps"},
        **progress,
    }
    return {"doc_hash": doc_hash, "progress": told if progress else None}


def console() -> Console:
    return Console(file=io.StringIO(), force_terminal=True, width=100, color_system=None)


def shown(bars: Bars) -> str:
    """What is on the terminal now."""
    screen = Console(file=io.StringIO(), width=100, color_system=None)
    screen.print(bars._rich.get_renderable())
    text = screen.file.getvalue()  # type: ignore[attr-defined]
    return str(text)


def test_a_bar_is_as_long_as_what_is_done() -> None:
    with Bars(console()) as bars:
        lengths = []
        for done in (0, 30, 60, 120):
            bars.show("doc", "A title", message("doc", done=done, of=120, unit="passages"))
            [line] = shown(bars).splitlines()
            assert line.startswith("A title")
            assert f"{done} of 120 passages" in line
            lengths.append(line.count("\u2501") + line.count("\u2578") / 2)
    # What is not done is a line too, of another colour, which is not shown here.
    assert lengths == sorted(lengths)


def test_where_nobody_knows_how_much_there_is_words_stand_alone() -> None:
    with Bars(console()) as bars:
        bars.show("doc", "A title", message("doc", state="queued", waiting=5))
        text = shown(bars)
    assert "about 5 in the queue" in text
    assert "\u2501" not in text


def test_what_is_over_has_no_bar_any_more() -> None:
    with Bars(console()) as bars:
        bars.show("doc", "A title", message("doc", done=1, of=2, unit="passages"))
        bars.show("doc", "A title", message("doc"))
        bars.show("other", "Another", message("other"))
        assert shown(bars).strip() == ""


def test_of_many_the_first_are_shown_and_how_many_more_there_are() -> None:
    with Bars(console()) as bars:
        for number in range(SHOWN + 3):
            bars.show(str(number), f"Title {number}", message(str(number), done=1, of=2, unit="passages"))
        text = shown(bars)
    assert text.count("Title") == SHOWN
    assert "and 3 more under way" in text
