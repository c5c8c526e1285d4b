"""The states' handlers on AWS services: names of errors as Retry and Catch match them, and plain data as results."""

from typing import Any

import boto3
import pytest

from bloomweaver import keys
from bloomweaver.errors import ExtractionFailed, Superseded
from tests.handlers.conftest import REGION, LambdaContext, Services, call, load

pytestmark = pytest.mark.usefixtures("index_card")

ARTIFACTS = {"model": "minilm", "index": "bloomweaver", "chunk_count": 1, "batches": [0], "reused": 0}


def invoke(function: str, **event: Any) -> Any:
    identity = {"operation": "CREATE", "doc_hash": "doc", "version": 1, "attempt": 0, "correlation_id": "c"}
    return load(function).handler({**identity, **event}, LambdaContext())


def post(content: str = "Some text.", **more: Any) -> None:
    body = {"operation": "CREATE", "doc_hash": "doc", "content_type": "text/plain", "content": content, **more}
    assert call("webhook", "POST", "/webhook", body).status == 202


def record() -> dict[str, Any]:
    body: dict[str, Any] = call("documents", "GET", "/documents/doc").body
    return body


def test_claim_takes_the_version_in_hand(services: Services) -> None:
    post()
    assert invoke("claim", execution_arn="arn:1")["status"] == "processing"
    assert (record()["status"], record()["execution_arn"]) == ("processing", "arn:1")


def test_claim_of_an_old_version_is_superseded(services: Services) -> None:
    post()
    post("Newer text.")
    with pytest.raises(Superseded):
        invoke("claim", execution_arn="arn:1")


def test_chunk_leaves_its_chunks_in_s3_and_returns_counts_alone(services: Services) -> None:
    post()
    assert invoke("chunk") == ARTIFACTS
    assert "chunks/doc/1/bloomweaver.jsonl" in services.artifact_keys()


@pytest.mark.parametrize(
    ("content_type", "content_base64", "reason"),
    [
        ("application/pdf", "bm8gcGRm", "PDF"),
        ("text/plain", "ICAg", "no text"),
        ("application/json", "e30x", "JSON"),
        ("text/plain", "/////w==", "UTF-8"),
    ],
)
def test_document_without_text_fails_with_a_readable_reason(
    services: Services, content_type: str, content_base64: str, reason: str
) -> None:
    body = {"operation": "CREATE", "doc_hash": "doc", "content_type": content_type, "content_base64": content_base64}
    assert call("webhook", "POST", "/webhook", body).status == 202
    with pytest.raises(ExtractionFailed, match=reason) as caught:
        invoke("chunk")
    cause = f'{{"errorMessage": "{caught.value}", "errorType": "ExtractionFailed"}}'.replace("\n", " ")
    assert invoke("record_failure", error={"Error": "ExtractionFailed", "Cause": cause}) == {}
    assert record()["status"] == "failed"
    assert record()["error"]["type"] == "ExtractionFailed"
    assert reason in record()["error"]["message"]


def test_backups_are_written_and_removed(services: Services) -> None:
    post()
    artifacts = invoke("chunk")
    line = (
        boto3.client("s3", region_name=REGION)
        .get_object(Bucket="artifacts", Key="chunks/doc/1/bloomweaver.jsonl")["Body"]
        .read()
    )
    vectors = line.rstrip(b"}\n") + b',"vector":[1.0,0.0]}\n'
    boto3.client("s3", region_name=REGION).put_object(
        Bucket="artifacts", Key="vectors/doc/1/bloomweaver/0.jsonl", Body=vectors
    )
    assert invoke("s3_writer", task="write", artifacts=artifacts) == {"outcome": "written", "count": 1}
    listed = boto3.client("s3", region_name=REGION).list_objects_v2(Bucket="backups")
    assert [entry["Key"] for entry in listed["Contents"]] == ["doc/v000001-00000.json"]
    stale = [{"version": 1, "index": "bloomweaver", "chunk_count": 1}]
    assert invoke("s3_writer", task="remove", stale=stale) == {"outcome": "removed", "count": 1}
    assert boto3.client("s3", region_name=REGION).list_objects_v2(Bucket="backups")["KeyCount"] == 0


def test_a_source_is_kept_with_its_type_and_removed_where_it_is_named(services: Services) -> None:
    post()
    invoke("claim", execution_arn="arn")
    invoke("chunk")
    s3 = boto3.client("s3", region_name=REGION)
    (key,) = [entry["Key"] for entry in s3.list_objects_v2(Bucket="sources")["Contents"]]
    assert key == keys.source_key("doc", 1, record()["content_sha256"])
    assert s3.head_object(Bucket="sources", Key=key)["ContentType"] == "text/plain"
    unnamed = {"version": 1, "index": "bloomweaver", "chunk_count": 1}
    invoke("s3_writer", task="remove", stale=[unnamed])
    assert s3.list_objects_v2(Bucket="sources")["KeyCount"] == 1
    invoke("s3_writer", task="remove", stale=[{**unnamed, "source": record()["content_sha256"]}])
    assert s3.list_objects_v2(Bucket="sources")["KeyCount"] == 0


def test_publish_and_settle_return_what_the_choice_states_read(services: Services) -> None:
    post()
    invoke("chunk")
    written = {"pinecone": {"outcome": "written"}, "s3": {"outcome": "written"}}
    assert invoke("publish", model="minilm", index="bloomweaver", branches=written) == {
        "status": "indexed",
        "stale": [],
        "stale_count": 0,
        "error": None,
    }
    assert (record()["status"], record()["indexed_version"], record()["chunk_count"]) == ("indexed", 1, 1)
    assert record()["warnings"] == []
    removed = {"pinecone": {"outcome": "removed"}, "s3": {"outcome": "removed"}}
    assert invoke("settle", stale=[], branches=removed)["status"] == "indexed"
