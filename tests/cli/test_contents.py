"""`bloomweaver content` and `bloomweaver removal`."""

from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Command
from tests.cli.fake_api import Answer, FakeApi, problem

DATA = b"\x89 not text \xff"
TOLD = {"X-Content-Source": "content", "X-Content-Version": "3"}


def give(api: FakeApi, data: bytes) -> None:
    headers = {**TOLD, "X-Content-Given": "inline", "Content-Type": "application/pdf"}
    api.scripted["GET /v1/documents/a/content"].append(Answer(200, data, headers))


def test_a_content_is_written_to_a_file_as_it_is(on_api: Command, api: FakeApi, tmp_path: Path) -> None:
    give(api, DATA)
    run = on_api("content", "a", "--output", tmp_path / "a.pdf", "--json")
    assert (tmp_path / "a.pdf").read_bytes() == DATA
    written = run.json()
    assert (written["version"], written["source"], written["size"]) == (3, "content", len(DATA))


def test_a_content_goes_to_a_pipe(on_api: Command, api: FakeApi) -> None:
    give(api, b"Some text.")
    assert on_api("content", "a").stdout == "Some text."


def test_a_large_content_is_fetched_from_its_address_without_the_token(
    on_api: Command, api: FakeApi, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BLOOMWEAVER_TOKEN", "secret")
    address = {
        "doc_hash": "report",
        "version": 1,
        "source": "content",
        "content_type": "text/plain",
        "size": 5000000,
        "url": api.url.replace("/v1", "/bucket/a"),
        "expires_in": 60,
    }
    api.scripted["GET /v1/documents/a/content"].append(Answer(200, address, {**TOLD, "X-Content-Given": "address"}))
    api.scripted["GET /bucket/a"].append(Answer(200, b"x" * 100))
    assert on_api("content", "a", "-o", tmp_path / "a.txt").exit_code == 0
    assert (tmp_path / "a.txt").read_bytes() == b"x" * 100
    asked, fetched = api.requests
    assert asked.headers["Authorization"] == "Bearer secret"
    assert "Authorization" not in fetched.headers


def test_a_document_that_serves_nothing_is_told_and_nothing_is_written(
    on_api: Command, api: FakeApi, tmp_path: Path
) -> None:
    api.scripted["GET /v1/documents/a/content"].append(problem(404, "doc_hash: no version of 'a' is served"))
    run = on_api("content", "a", "-o", tmp_path / "a.txt")
    assert (run.exit_code, "no version of 'a' is served" in run.stderr) == (1, True)
    assert not (tmp_path / "a.txt").exists()


def removal(removed: bool) -> dict[str, Any]:
    time = "2026-01-01T10:00:05.000000+00:00"
    place = {"place": "source", "state": "removed", "removed_at": time, "copies_until": None, "why": "versions stay"}
    return {
        "doc_hash": "a", "version": 4, "status": "deleted", "deleted_at": time, "removed": removed, "places": [place],
    }  # fmt: skip


@pytest.mark.parametrize("removed", [True, False])
def test_a_removal_is_shown_place_by_place_and_is_an_exit_code(on_api: Command, api: FakeApi, removed: bool) -> None:
    api.scripted["GET /v1/documents/a/removal"].extend([Answer(200, removal(removed))] * 2)
    run = on_api("removal", "a")
    assert run.exit_code == (0 if removed else 1)
    for shown in ("source", "2026-01-01T10:00:05", "versions stay"):
        assert shown in run.stdout
    assert on_api("removal", "a", "--json").json()["places"][0]["place"] == "source"


def test_a_document_that_is_not_deleted_is_told(on_api: Command, api: FakeApi) -> None:
    api.scripted["GET /v1/documents/a/removal"].append(problem(409, "doc_hash: 'a' is not deleted"))
    run = on_api("removal", "a")
    assert (run.exit_code, "is not deleted" in run.stderr) == (1, True)
