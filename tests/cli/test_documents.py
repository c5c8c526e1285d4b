"""`bloomweaver status` and `bloomweaver delete`."""

import json
from collections.abc import Sequence

import pytest

from bloomweaver import keys
from bloomweaver.models.record import DocumentRecord, ErrorDetail, Operation, Status
from cli.answers import Counts
from cli.client import Api
from tests.cli.conftest import Command
from tests.cli.fake_api import FakeApi

ARN = "arn:aws:states:eu-west-1:123456789012:execution:create:a-1"


def put(
    api: FakeApi,
    doc_hash: str,
    status: Status,
    minute: int = 0,
    error: ErrorDetail | None = None,
    warnings: Sequence[str] = (),
) -> None:
    moment = f"2026-01-01T00:{minute:02d}:00.000000+00:00"
    body = {"operation": "UPDATE", "doc_hash": doc_hash, "content_type": "text/plain", "content": "Some text."}
    artifact = keys.raw_key(doc_hash, "digest")
    api.objects.put(artifact, json.dumps(body).encode())
    api.records.records[doc_hash] = DocumentRecord(
        doc_hash=doc_hash,
        version=3,
        status=status,
        operation=Operation.UPDATE,
        title=f"Title of {doc_hash}",
        artifact=artifact,
        error=error,
        warnings=list(warnings),
        execution_arn=ARN,
        correlation_id="c",
        created_at=moment,
        updated_at=moment,
    )


def test_a_document_s_record_is_shown(on_api: Command, api: FakeApi) -> None:
    put(api, "a", Status.PROCESSING)
    run = on_api("status", "a")
    assert run.exit_code == 0
    for shown in ("Title of a", "processing", "UPDATE", ARN):
        assert shown in run.stdout


def test_the_language_is_shown_and_whether_it_was_detected(on_api: Command, api: FakeApi) -> None:
    for name, changes in {"a": {"language": "de-AT"}, "b": {"detected_language": "fr"}, "c": {}}.items():
        put(api, name, Status.INDEXED)
        api.records.records[name] = api.records.records[name].model_copy(update=changes)
    assert "de-AT" in on_api("status", "a").stdout
    assert "fr (detected)" in on_api("status", "b").stdout
    assert "language" not in on_api("status", "c").stdout


def test_a_document_s_record_as_json(on_api: Command, api: FakeApi) -> None:
    put(api, "a", Status.INDEXED)
    record = on_api("status", "a", "--json").json()
    assert (record["doc_hash"], record["status"], record["version"]) == ("a", "indexed", 3)


@pytest.mark.parametrize("status", [Status.FAILED, Status.PARTIAL])
def test_a_failure_is_shown_in_words_and_as_exit_code(on_api: Command, api: FakeApi, status: Status) -> None:
    put(api, "a", status, error=ErrorDetail(type="ExtractionFailed", message="the file is encrypted"))
    run = on_api("status", "a")
    assert run.exit_code == 1
    assert "ExtractionFailed: the file is encrypted" in run.stdout


def test_what_could_not_be_taken_from_a_document_is_shown(on_api: Command, api: FakeApi) -> None:
    put(api, "a", Status.INDEXED, warnings=["page 2 of 3 has no text", "1 character is lost"])
    run = on_api("status", "a")
    assert run.exit_code == 0
    assert "page 2 of 3 has no text" in run.stdout
    assert "1 character is lost" in run.stdout


def test_an_unknown_document_is_told(on_api: Command) -> None:
    run = on_api("status", "nobody", "--json")
    assert run.exit_code == 1
    assert run.stdout == ""
    assert "no document 'nobody' is known" in run.stderr


@pytest.mark.parametrize("name", ["a/b", "a/../b", "..", "", " ", "a b", "caf\u00e9", "a%2Fb", "a?b", "a#b", "x" * 129])
@pytest.mark.parametrize(
    "arguments", [("status",), ("delete",), ("edit", "--title", "T"), ("retry",), ("redrive", "s3", "--doc")]
)
def test_what_is_no_documents_id_is_told_and_not_sent(
    on_api: Command, api: FakeApi, arguments: tuple[str, ...], name: str
) -> None:
    run = on_api(*arguments, name)
    assert (run.exit_code, run.stdout) == (2, "")
    assert f"'{name}' is no document's id" in run.stderr
    assert api.requests == []


def test_the_overview_counts_every_status_and_lists_the_newest(on_api: Command, api: FakeApi) -> None:
    for minute in range(5):
        put(api, f"indexed-{minute}", Status.INDEXED, minute)
    put(api, "failed", Status.FAILED, 9)
    run = on_api("status", "--newest", 2, "--json")
    assert run.exit_code == 0
    overview = run.json()
    assert overview["counts"] == {**dict.fromkeys(map(str, Status), 0), "indexed": 5, "failed": 1}
    assert [document["doc_hash"] for document in overview["newest"]] == ["failed", "indexed-4"]


def test_the_overview_is_printed(on_api: Command, api: FakeApi) -> None:
    put(api, "a", Status.INDEXED)
    run = on_api("status")
    assert run.exit_code == 0
    assert "Title of a" in run.stdout


def test_what_is_not_counted_to_the_end_is_said(on_api: Command, api: FakeApi, monkeypatch: pytest.MonkeyPatch) -> None:
    counts = Counts(documents={**dict.fromkeys(Status, 0), Status.INDEXED: 7000}, incomplete=[Status.INDEXED])
    monkeypatch.setattr(Api, "counts", lambda _: counts)
    assert "7000 or more" in on_api("status").stdout


def test_a_document_is_deleted_once(on_api: Command, api: FakeApi) -> None:
    put(api, "a", Status.INDEXED)
    first = on_api("delete", "a", "--json")
    assert first.exit_code == 0
    assert (first.json()["status"], first.json()["version"]) == ("queued", 4)
    assert api.bodies("/v1/webhook") == [{"operation": "DELETE", "doc_hash": "a"}]
    second = on_api("delete", "a")
    assert second.exit_code == 0
    assert "was deleted before" in second.stdout


def test_a_document_that_never_was_cannot_be_deleted(on_api: Command) -> None:
    run = on_api("delete", "a")
    assert run.exit_code == 1
    assert "no document 'a' is known" in run.stderr
