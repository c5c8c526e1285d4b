"""`bloomweaver ingest`: what is sent, what is counted, and how the command ends."""

import hashlib
import os
from pathlib import Path, PurePosixPath

import pytest

from bloomweaver.models.record import Status
from cli.client import ATTEMPTS
from cli.delivery import COMPRESSED_MAX_BYTES, SERIALISED_MAX_BYTES
from cli.sources import document_id
from tests.cli.conftest import Command
from tests.cli.fake_api import LOOPBACK, FakeApi, problem


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three documents, and a file of another kind."""
    files = {"a.md": "# A\n", "sub/b.txt": "b", "sub/c.json": "{}", "sub/script.py": "pass"}
    root = tmp_path / "docs"
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return root


def counts(result: dict[str, int]) -> tuple[int, int, int, int]:
    """As queued, unchanged, refused, skipped."""
    return result["queued"], result["unchanged"], result["refused"], result["skipped"]


def test_a_folder_is_queued_and_then_unchanged(on_api: Command, folder: Path) -> None:
    first = on_api("ingest", folder, "--json")
    assert first.exit_code == 0
    assert counts(first.json()) == (3, 0, 0, 1)
    assert [row["path"] for row in first.json()["documents"]] == [
        str(folder / name) for name in ("a.md", "sub/b.txt", "sub/c.json")
    ]
    (folder / "a.md").write_text("# A, changed\n")
    second = on_api("ingest", folder, "--json")
    assert counts(second.json()) == (1, 2, 0, 1)
    assert second.json()["documents"][0]["version"] == 2


def test_the_bodies_name_the_file(on_api: Command, api: FakeApi, folder: Path) -> None:
    on_api("ingest", folder / "a.md", "--prefix", "docs")
    (body,) = api.bodies("/v1/webhook")
    assert body == {
        "operation": "CREATE",
        "doc_hash": document_id(PurePosixPath("a.md"), "docs"),
        "content_type": "text/markdown",
        "content": "# A\n",
        "title": "a.md",
        "metadata": {"path": "a.md", "folder": ".", "suffix": ".md"},
        "folder": "/",
    }


def test_documents_go_into_the_folders_of_their_files(on_api: Command, api: FakeApi, folder: Path) -> None:
    assert on_api("ingest", folder, "--folder", "/handbook/").exit_code == 0
    assert {body["title"]: body["folder"] for body in api.bodies("/v1/webhook")} == {
        "a.md": "/handbook",
        "b.txt": "/handbook/sub",
        "c.json": "/handbook/sub",
    }


def test_what_is_unchanged_is_not_sent(on_api: Command, api: FakeApi, folder: Path) -> None:
    on_api("ingest", folder)
    api.requests.clear()
    assert counts(on_api("ingest", folder, "--json").json()) == (0, 3, 0, 1)
    assert [request.path for request in api.requests] == ["/v1/documents/compare"]


def test_a_folder_that_may_not_be_called_so_is_refused(on_api: Command, api: FakeApi, folder: Path) -> None:
    assert on_api("ingest", folder, "--folder", "/a//b").exit_code == 2
    assert api.requests == []


def test_the_language_goes_with_each_file_in_one_spelling(on_api: Command, api: FakeApi, folder: Path) -> None:
    assert on_api("ingest", folder, "--language", "pt-br").exit_code == 0
    assert {body["language"] for body in api.bodies("/v1/webhook")} == {"pt-BR"}


def test_a_language_by_its_name_is_refused_before_anything_is_sent(on_api: Command, api: FakeApi, folder: Path) -> None:
    run = on_api("ingest", folder, "--language", "german")
    assert run.exit_code == 2
    assert "'german' is no language tag" in " ".join(run.stderr.split())
    assert api.bodies("/v1/webhook") == []


def test_the_counts_are_printed(on_api: Command, folder: Path) -> None:
    run = on_api("ingest", folder)
    assert run.exit_code == 0
    numbers = [cell.strip() for cell in run.stdout.splitlines()[3].split("│")[1:-1]]
    assert numbers == ["3", "0", "0", "1"]
    assert ".py" in run.stderr


def test_a_refused_file_is_named_with_its_reason_and_the_rest_goes_on(
    on_api: Command, api: FakeApi, folder: Path
) -> None:
    api.scripted["POST /v1/webhook"].append(problem(422, "content: this is no text", "content"))
    run = on_api("ingest", folder, "--parallel", 1, "--json")
    assert run.exit_code == 1
    assert counts(run.json()) == (2, 0, 1, 1)
    refused = run.json()["documents"][0]
    assert refused["path"] == str(folder / "a.md")
    assert refused["errors"] == [{"field": "content", "detail": "content: this is no text"}]


def test_nothing_is_drawn_where_there_is_no_terminal(on_api: Command, folder: Path) -> None:
    run = on_api("ingest", folder, "--wait")
    assert run.exit_code == 0
    assert [line for line in run.stderr.splitlines() if not line.strip()] == []


def test_refusals_are_printed_on_stderr(on_api: Command, api: FakeApi, folder: Path) -> None:
    api.scripted["POST /v1/webhook"].append(problem(422, "content: this is no text", "content"))
    run = on_api("ingest", folder, "--parallel", 1)
    assert run.exit_code == 1
    assert f"{folder / 'a.md'}: 422 Title of 422: content: this is no text" in run.stderr


def test_a_busy_api_is_asked_again(on_api: Command, api: FakeApi, folder: Path) -> None:
    api.scripted["POST /v1/webhook"].append(problem(503, "not now", retry_after="0"))
    run = on_api("ingest", folder / "a.md", "--json")
    assert run.exit_code == 0
    assert counts(run.json()) == (1, 0, 0, 0)
    assert len(api.bodies("/v1/webhook")) == 2


def test_what_stays_unavailable_is_refused(on_api: Command, api: FakeApi, folder: Path) -> None:
    api.scripted["POST /v1/webhook"] += [problem(503, "StorageUnavailable", retry_after="0")] * ATTEMPTS
    run = on_api("ingest", folder, "--parallel", 1, "--json")
    assert run.exit_code == 1
    assert counts(run.json()) == (2, 0, 1, 1)


def test_a_file_that_fits_no_body_is_uploaded(on_api: Command, api: FakeApi, tmp_path: Path) -> None:
    data = b"%PDF" + os.urandom(COMPRESSED_MAX_BYTES + 1)
    (tmp_path / "large.pdf").write_bytes(data)
    run = on_api("ingest", tmp_path / "large.pdf", "--json")
    assert counts(run.json()) == (1, 0, 0, 0)
    assert [request.method for request in api.requests] == ["POST", "POST", "PUT", "POST"]
    assert api.bodies("/v1/uploads") == [{"size": len(data)}]
    assert api.requests[2].body == data
    (body,) = api.bodies("/v1/webhook")
    assert body["content_ref"].startswith("uploads/")
    assert "content_base64" not in body
    record = api.records.get(run.json()["documents"][0]["doc_hash"])
    assert record is not None
    assert record.content_sha256 == hashlib.sha256(data).hexdigest()
    assert counts(on_api("ingest", tmp_path / "large.pdf", "--json").json()) == (0, 1, 0, 0)


@pytest.mark.parametrize("text", ["a" * (SERIALISED_MAX_BYTES + 1), "\n" * (SERIALISED_MAX_BYTES - 100)])
def test_a_text_that_the_api_would_not_inflate_is_uploaded(
    on_api: Command, api: FakeApi, tmp_path: Path, text: str
) -> None:
    (tmp_path / "long.txt").write_text(text)
    assert on_api("ingest", tmp_path / "long.txt").exit_code == 0
    assert "content_ref" in api.bodies("/v1/webhook")[0]


def test_a_file_over_the_api_s_limit_is_refused(on_api: Command, api: FakeApi, tmp_path: Path) -> None:
    (tmp_path / "huge.txt").write_text("a" * (SERIALISED_MAX_BYTES + 1))
    api.scripted["POST /v1/uploads"].append(problem(413, "body: size is too much", "body"))
    run = on_api("ingest", tmp_path / "huge.txt", "--json")
    assert run.exit_code == 1
    assert "413" in run.json()["documents"][0]["reason"]


def test_wait_tells_how_the_documents_ended(on_api: Command, api: FakeApi, folder: Path) -> None:
    api.outcomes[document_id(PurePosixPath("a.md"))] = Status.FAILED
    run = on_api("ingest", folder, "--wait", "--json")
    assert run.exit_code == 1
    assert run.json()["waited"] == {"indexed": 2, "failed": 1, "pending": 0}
    (failed,) = run.json()["unsuccessful"]
    assert failed["error"] == {"type": "ExtractionFailed", "message": "the file is encrypted"}


def test_wait_prints_why_a_document_failed(on_api: Command, api: FakeApi, folder: Path) -> None:
    api.outcomes[document_id(PurePosixPath("a.md"))] = Status.FAILED
    run = on_api("ingest", folder, "--wait")
    assert run.exit_code == 1
    assert "a.md is failed: ExtractionFailed: the file is encrypted" in run.stderr


def test_wait_is_well_when_all_are_indexed(on_api: Command, folder: Path) -> None:
    run = on_api("ingest", folder, "--wait", "--json")
    assert run.exit_code == 0
    assert run.json()["waited"] == {"indexed": 3, "pending": 0}


def test_wait_has_a_bound(on_api: Command, api: FakeApi, folder: Path) -> None:
    api.outcomes[document_id(PurePosixPath("a.md"))] = Status.QUEUED
    run = on_api("ingest", folder, "--wait", "--timeout", 0.5, "--json")
    assert run.exit_code == 1
    assert run.json()["waited"] == {"indexed": 2, "pending": 1}


def test_where_there_is_no_connection_it_is_said_and_the_wait_goes_on(on_api: Command, folder: Path) -> None:
    run = on_api("ingest", folder, "--wait")
    assert run.exit_code == 0
    assert "404 Title of 404: no such route; waiting with GET /changes instead" in run.stderr


def test_what_is_unchanged_and_indexed_is_not_waited_for(on_api: Command, api: FakeApi, folder: Path) -> None:
    on_api("ingest", folder, "--wait")
    api.requests.clear()
    run = on_api("ingest", folder, "--wait", "--json")
    assert run.json()["waited"] == {"indexed": 3, "pending": 0}
    assert [request.path for request in api.requests] == ["/v1/changes?topic=documents", "/v1/documents/compare"]


def test_what_is_unchanged_and_on_its_way_is_waited_for(on_api: Command, folder: Path) -> None:
    on_api("ingest", folder)
    run = on_api("ingest", folder, "--wait", "--json")
    assert counts(run.json()) == (0, 3, 0, 1)
    assert run.json()["waited"] == {"indexed": 3, "pending": 0}


def test_files_with_one_id_are_refused_before_anything_is_overwritten(
    on_api: Command, api: FakeApi, tmp_path: Path
) -> None:
    for place in ("one", "other"):
        (tmp_path / place).mkdir()
        (tmp_path / place / "README.md").write_text(place)
    run = on_api("ingest", tmp_path / "one", tmp_path / "other", "--json")
    assert run.exit_code == 1
    assert counts(run.json()) == (1, 0, 1, 0)
    assert len(api.bodies("/v1/webhook")) == 1


def test_a_folder_without_documents_is_no_error(on_api: Command, tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("pass")
    run = on_api("ingest", tmp_path, "--json")
    assert run.exit_code == 0
    assert counts(run.json()) == (0, 0, 0, 1)


def test_an_api_that_is_not_there_ends_the_command(command: Command, folder: Path, taken_port: int) -> None:
    run = command("ingest", folder, "--json", "--api-url", f"http://{LOOPBACK}:{taken_port}")
    assert run.exit_code == 1
    assert run.stdout == ""
    assert f"nothing answers at http://{LOOPBACK}:{taken_port}" in run.stderr


@pytest.mark.parametrize("arguments", [["nowhere"], [".", "--prefix", "ä"], [".", "--parallel", "0"], []])
def test_wrong_use_is_told(on_api: Command, api: FakeApi, arguments: list[str]) -> None:
    run = on_api("ingest", *arguments)
    assert run.exit_code == 2
    assert not api.requests
