"""How far something is, in words: four states that look different, and what helps."""

from typing import Any

import pytest

from bloomweaver.clock import later, now
from cli.live.words import progress_of, said

SEND_AGAIN = {"action": "sweep", "why": "sends what was lost"}


def words(state: str, *, stalls_in: float | None = 600.0, **more: Any) -> str:
    stalled_after = later(now(), stalls_in) if stalls_in is not None else None
    common = {"state": state, "step": 1, "at": "2026-01-01T12:03:04.000000+00:00", "since": "2026-01-01T12:00:01+00:00"}
    told = {"press": SEND_AGAIN, "stalled_after": stalled_after, **common, **more}
    message = {"doc_hash": "doc", "state_machine": "reindex", "id": "one", "progress": told}
    progress = progress_of(message)
    assert progress is not None
    return said(message, progress)


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ({"state": "queued", "waiting": 1200, "stalls_in": None}, "waiting for its turn, about 1,200 in the queue"),
        ({"state": "queued", "waiting": 0}, "waiting for its turn"),
        ({"state": "queued", "waiting": None, "stalls_in": None}, "waiting for its turn"),
        (
            {"state": "waking", "usual_seconds": 145},
            "waiting for an instance since 12:00:01, which usually takes 145 s at most",
        ),
        ({"state": "running"}, "running"),
        ({"state": "running", "phase": "moving"}, "moving"),
        (
            {"state": "running", "done": 64, "of": 1200, "unit": "passages", "reused": 20, "phase": "embedding"},
            "64 of 1,200 passages, 20 of them reused, embedding",
        ),
        ({"state": "running", "done": 0, "of": 9, "unit": "passages", "reused": 0}, "0 of 9 passages"),
        ({"state": "running", "done": 64, "of": None, "unit": "entries"}, "64 entries"),
        ({"state": "running", "of_a_newer_api": 1}, "running"),
    ],
)
def test_each_state_has_words_of_its_own(told: dict[str, Any], expected: str) -> None:
    assert words(**told) == expected


@pytest.mark.parametrize(
    ("action", "command"),
    [
        ("sweep", "bloomweaver sweep"),
        ("show_runs", "bloomweaver runs doc"),
        ("show_run", "bloomweaver run reindex-one"),
    ],
)
def test_what_is_stalled_says_since_when_and_what_helps(action: str, command: str) -> None:
    press = {"action": action, "why": "does something"}
    text = words("running", stalls_in=-1.0, press=press, done=64, of=120, unit="passages")
    assert text == f"stalled: 64 of 120 passages, nothing new since 12:03:04; `{command}` does something"


def test_of_what_is_over_there_is_nothing_to_say() -> None:
    assert progress_of({"progress": None}) is None
    assert progress_of({}) is None, "nor of a message of an API of before"
