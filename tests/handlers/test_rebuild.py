"""POST /rebuild, GET /rebuild/{id} and the states Prepare, Restore and Verify, on DynamoDB, S3 and LanceDB."""

import json
from pathlib import Path
from typing import Any

import boto3
import pytest

from bloomweaver import keys
from bloomweaver.errors import RebuildRunning, VectorIndexRejected
from bloomweaver.settings import settings
from bloomweaver.vector_stores import VectorStore, VectorStoreSettings, open_vector_store
from tests.fakes import INDEX
from tests.handlers.conftest import REGION, LambdaContext, Services, call, load
from tests.reconciliation.reconciled_documents import DIMENSION, MODEL, World
from wiring import dependencies

ROLE = "arn:aws:iam::123456789012:role/unused"


@pytest.fixture
def arn(services: Services, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> str:
    """The state machine, which runs nothing here. There is no index."""
    for name, value in {
        "VECTOR_STORE": "lancedb",
        "VECTOR_DIMENSION": str(DIMENSION),
        "LANCEDB_URI": str(tmp_path / "lancedb"),
        "EMBEDDING_MODEL": MODEL,
        "REBUILD_CONCURRENCY": "3",
        "REBUILD_CALL_SECONDS": "0",
    }.items():
        monkeypatch.setenv(name, value)
    definition = json.dumps({"StartAt": "Wait", "States": {"Wait": {"Type": "Wait", "Seconds": 99, "End": True}}})
    created = boto3.client("stepfunctions", region_name=REGION).create_state_machine(
        name="rebuild", definition=definition, roleArn=ROLE
    )
    monkeypatch.setenv("REBUILD_STATE_MACHINE_ARN", created["stateMachineArn"])
    settings.cache_clear()
    return str(created["stateMachineArn"])


def vectors() -> VectorStore:
    return dependencies.vector_store()


def add(doc_hash: str, chunks: int = 3) -> World:
    """Put a document's record and backups into their places, and nothing into the index."""
    world = World()
    assert dependencies.records().put(world.add(doc_hash, chunks=chunks), None)
    dependencies.backups().put_many(world.backups.objects.items())
    return world


def start() -> str:
    answer = call("rebuild", "POST", "/rebuild", {})
    assert (answer.status, answer.body["status"]) == (202, "running"), answer.body
    return str(answer.body["id"])


def end(arn: str, id_: str) -> None:
    """Have the execution end."""
    execution = f"{arn.replace(':stateMachine:', ':execution:')}:{id_}"
    boto3.client("stepfunctions", region_name=REGION).stop_execution(executionArn=execution)


def task(function: str, event: dict[str, Any]) -> Any:
    return json.loads(json.dumps(load(function).handler(event, LambdaContext())))


def run(id_: str) -> int:
    """Do what the state machine does. Returns the calls of the verification."""
    assert task("prepare_rebuild", {"rebuild": id_, "source": INDEX}) == {"max_concurrency": 3}
    listed = dependencies.backups().page_of_keys(1000, None).keys
    for begin in range(0, len(listed), 4):
        items = [{"key": key, "size": 100} for key in listed[begin : begin + 4]]
        task("restore", {"rebuild": id_, "source": INDEX, "items": items})
    progress: dict[str, Any] = {"phase": "batches", "cursor": None, "counts": {}}
    run = {"rebuild": id_, "source": INDEX, "started_at": "2026-01-01T00:00:00.123Z"}
    calls = 0
    while progress["phase"] != "done":
        progress = task("verify_rebuild", {**run, "progress": progress})
        calls += 1
    return calls


def report(id_: str) -> Any:
    answer = call("rebuild", "GET", f"/rebuild/{id_}")
    assert answer.status == 200
    return answer.body["report"]


def test_an_index_that_is_not_there_is_made_and_filled(arn: str, capsys: pytest.CaptureFixture[str]) -> None:
    for number in range(4):
        add(f"doc-{number}")
    dependencies.backups().put(keys.backup_key("doc-1", 1, 0), b"{")
    dependencies.backups().delete_many([keys.backup_key("doc-2", 1, 2)])
    id_ = start()
    assert call("rebuild", "GET", f"/rebuild/{id_}").body["report"] is None
    assert run(id_) >= 2
    found = report(id_)
    assert (found["done"], found["sound"], found["index"]) == (True, False, "bloomweaver")
    counts = found["counts"]
    assert (counts["objects"]["restored"], counts["objects"]["broken"]) == (10, 1)
    assert (counts["documents"], counts["chunks"], counts["incomplete"], counts["unrestored"]) == (4, 12, 2, 2)
    assert {(one["fate"], one["doc_hash"], one["count"]) for one in found["problems"]} == {
        ("broken", "doc-1", 1),
        ("missing", "doc-2", 1),
    }
    assert vectors().ids("doc-0") == list(keys.vector_ids("doc-0", 1, 3))
    [hit] = vectors().complete(vectors().query([2.0, 1.0], 1))
    assert (hit.text, hit.title, hit.metadata) == ("text 2", "title", {"place": "harbour"})
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines() if '"_aws"' in line]
    [published] = [line for line in lines if "RebuildRestored" in line]
    assert [published[f"Rebuild{name}"] for name in ("Restored", "LostBackups", "Unrestored")] == [[10.0], [1.0], [2.0]]


def test_a_second_one_is_a_conflict_that_names_the_first(arn: str) -> None:
    first = start()
    task("prepare_rebuild", {"rebuild": first, "source": INDEX})
    answer = call("rebuild", "POST", "/rebuild")
    assert (answer.status, answer.body["errors"][0]["field"]) == (409, "id")
    assert first in answer.body["detail"]
    end(arn, first)
    second = start()
    assert second != first
    # The one that has ended cannot go on.
    with pytest.raises(RebuildRunning, match=second):
        task("prepare_rebuild", {"rebuild": first, "source": INDEX})


def test_an_index_of_another_dimension_is_refused_before_anything_is_written(arn: str, tmp_path: Path) -> None:
    add("doc")
    other = VectorStoreSettings(vector_store="lancedb", dimension=DIMENSION + 1, lancedb_uri=str(tmp_path / "lancedb"))
    open_vector_store(other).create()
    with pytest.raises(VectorIndexRejected, match=str(DIMENSION)):
        task("prepare_rebuild", {"rebuild": start(), "source": INDEX})
    assert open_vector_store(other).ids("doc") == []


@pytest.mark.parametrize("body", [{"index": "other"}, {"from_index": 1}])
def test_a_bad_body_names_the_field(arn: str, body: dict[str, Any]) -> None:
    answer = call("rebuild", "POST", "/rebuild", body)
    assert (answer.status, answer.body["errors"][0]["field"]) == (422, next(iter(body)))


@pytest.mark.parametrize("id_", ["nobody", "a:b", "a%3Ab", "..%2F..%2Fraw", "x" * 3000])
def test_an_unknown_one_is_a_404(arn: str, id_: str) -> None:
    assert call("rebuild", "GET", f"/rebuild/{id_}").status == 404


def test_the_bucket_is_listed_below_a_prefix(services: Services) -> None:
    backups = dependencies.backups()
    backups.put_many((name, b"x") for name in ("a/1", "a/2", "a/3", "b/1", "c"))
    first = backups.page_of_keys(2, None, prefix="a/")
    assert (first.keys, first.cursor) == (["a/1", "a/2"], "a/2")
    assert backups.page_of_keys(2, first.cursor, prefix="a/").keys == ["a/3"]
