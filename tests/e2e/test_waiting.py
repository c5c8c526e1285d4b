"""Waiting for documents on the whole stack: by live messages, and where no connection can be had by GET /changes."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from cli.live import feed
from cli.main import app
from cli.options import API_URL_VARIABLE, TOKEN_VARIABLE
from tests.e2e.running_stack import RunningStack

pytestmark = pytest.mark.vector_store("lancedb")

SAID = "waiting with GET /changes instead"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Five documents, of which one fails."""
    for number in range(4):
        (tmp_path / f"note-{number}.md").write_text(f"# Note {number}\n\nThe lamp of pier {number} is lit.\n")
    (tmp_path / "broken.json").write_text("no JSON")
    return tmp_path


@pytest.fixture(autouse=True)
def _api(stack: RunningStack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(API_URL_VARIABLE, stack.descriptor.api_url)
    monkeypatch.setenv(TOKEN_VARIABLE, stack.descriptor.token())


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, [*map(str, arguments), "--wait", "--json"])


def waited(result: Result) -> tuple[dict[str, int], list[str]]:
    said: dict[str, Any] = json.loads(result.stdout)
    return said["waited"], [document["error"]["type"] for document in said["unsuccessful"]]


def test_what_is_sent_is_waited_for_by_messages(folder: Path, doc_hash: str) -> None:
    first = run("ingest", folder, "--prefix", doc_hash, "--folder", f"/{doc_hash}")
    assert waited(first) == ({"indexed": 4, "failed": 1, "pending": 0}, ["ExtractionFailed"])
    assert first.exit_code == 1
    assert SAID not in first.stderr
    (folder / "broken.json").unlink()
    again = run("ingest", folder, "--prefix", doc_hash, "--folder", f"/{doc_hash}")
    assert (again.exit_code, waited(again)) == (0, ({"indexed": 4, "pending": 0}, []))


def test_what_a_sync_does_is_waited_for_by_messages(folder: Path, doc_hash: str) -> None:
    (folder / "broken.json").unlink()
    arguments = ("sync", folder, "--name", doc_hash, "--yes")
    assert waited(run(*arguments)) == ({"indexed": 4, "pending": 0}, [])
    (folder / "note-0.md").write_text("# Another\n\nText.\n")
    (folder / "note-1.md").rename(folder / "renamed.md")
    (folder / "note-2.md").unlink()
    result = run(*arguments)
    assert waited(result) == ({"indexed": 2, "deleted": 1, "pending": 0}, [])
    assert SAID not in result.stderr


def test_where_no_connection_can_be_had_it_is_said_and_changes_are_asked_for(
    folder: Path, doc_hash: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise ConnectionRefusedError

    monkeypatch.setattr(feed, "connect", refuse)
    result = run("ingest", folder, "--prefix", doc_hash)
    assert waited(result) == ({"indexed": 4, "failed": 1, "pending": 0}, ["ExtractionFailed"])
    assert SAID in result.stderr
