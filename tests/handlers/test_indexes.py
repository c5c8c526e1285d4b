"""The routes of the indexes and of a reindex, and the Move state, on AWS services and a LanceDB table."""

import json
import tempfile
from pathlib import Path
from typing import Any

import boto3
import pytest

from bloomweaver.analysis import ANALYSER_VERSION
from bloomweaver.content import EXTRACTOR_VERSION
from bloomweaver.errors import IndexUnusable, VectorIndexRejected
from bloomweaver.models.index_card import IndexState
from bloomweaver.settings import Settings
from embedding_service.encoder.encoder import Encoder
from tests.handlers.conftest import REGION, LambdaContext, Services, call, forget, load
from tests.small_model import DIMENSION, store_model, write_small_model
from wiring import dependencies

ROLE = "arn:aws:iam::123456789012:role/any"
IDENTITY = {"operation": "CREATE", "doc_hash": "doc", "version": 1, "attempt": 0, "correlation_id": "c"}


def deploy(monkeypatch: pytest.MonkeyPatch, **variables: str) -> None:
    """Have the functions run with other settings, each process anew."""
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    forget()


@pytest.fixture
def deployed(services: Services, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Services:
    """A deployment with an index, and a document that is served from it."""
    definition = json.dumps({"StartAt": "End", "States": {"End": {"Type": "Succeed"}}})
    arn = boto3.client("stepfunctions", region_name=REGION).create_state_machine(
        name="reindex", definition=definition, roleArn=ROLE
    )["stateMachineArn"]
    uri = str(tmp_path / "lancedb")
    deploy(
        monkeypatch, VECTOR_STORE="lancedb", LANCEDB_URI=uri, REINDEX_STATE_MACHINE_ARN=arn, REINDEX_CALL_SECONDS="0"
    )
    dependencies.vector_store().create()
    body = {"operation": "CREATE", "doc_hash": "doc", "content_type": "text/plain", "content": "Some text."}
    assert call("webhook", "POST", "/webhook", body).status == 202
    run(1)
    services.messages()
    return services


def run(version: int) -> dict[str, Any]:
    """Chunk and publish a version, as if it were embedded and written."""
    identity = {**IDENTITY, "version": version}
    artifacts: dict[str, Any] = load("chunk").handler(identity, LambdaContext())
    written = {"pinecone": {"outcome": "written"}, "s3": {"outcome": "written"}}
    place = {"model": artifacts["model"], "index": artifacts["index"], "branches": written}
    load("publish").handler({**identity, **place}, LambdaContext())
    return artifacts


def move(id_: str) -> dict[str, Any]:
    """One call of the Move state."""
    answer: dict[str, Any] = load("move").handler({"reindex": id_, "progress": {}}, LambdaContext())
    return answer


def test_the_first_document_writes_the_card(deployed: Services) -> None:
    answer = call("indexes", "GET", "/indexes")
    assert answer.status == 200
    [index] = answer.body["indexes"]
    assert {key: value for key, value in index.items() if key != "created_at"} == {
        "name": "bloomweaver",
        "state": "live",
        "model": "minilm",
        "dimension": 384,
        "chunk_max_tokens": 256,
        "chunk_overlap_tokens": 32,
        "extractor_version": EXTRACTOR_VERSION,
        "analyser_version": ANALYSER_VERSION,
    }
    assert (answer.body["deployed"], answer.body["documents"]) == ("bloomweaver", {"bloomweaver": 1})
    assert answer.body["next_cursor"] is None


def test_a_deployment_with_other_chunks_and_the_same_index_is_refused_and_mixes_nothing(
    deployed: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    deploy(monkeypatch, CHUNK_MAX_TOKENS="128")
    body = {"operation": "UPDATE", "doc_hash": "doc", "content_type": "text/plain", "content": "Newer text."}
    assert call("webhook", "POST", "/webhook", body).status == 202
    with pytest.raises(IndexUnusable, match=r"at most 256 tokens.*VectorIndexName"):
        load("chunk").handler({**IDENTITY, "version": 2}, LambdaContext())
    assert call("documents", "GET", "/documents/doc").body["served_version"] == 1
    answer = call("reindex", "POST", "/reindex")
    assert (answer.status, answer.body["errors"][0]["field"]) == (409, "index")


def test_a_card_of_before_counts_as_of_the_first_extractor_and_a_newer_one_is_refused(
    deployed: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = boto3.client("dynamodb", region_name=REGION)
    client.update_item(
        TableName="indexes", Key={"index_name": {"S": "bloomweaver"}}, UpdateExpression="REMOVE extractor_version"
    )
    body = {"operation": "UPDATE", "doc_hash": "doc", "content_type": "text/plain", "content": "Newer text."}
    assert call("webhook", "POST", "/webhook", body).status == 202
    monkeypatch.setattr("bloomweaver.settings.EXTRACTOR_VERSION", 1)
    forget()
    assert load("chunk").handler({**IDENTITY, "version": 2}, LambdaContext())["chunk_count"] == 1
    [index] = call("indexes", "GET", "/indexes").body["indexes"]
    assert index["extractor_version"] == 1
    forget()
    monkeypatch.setattr("bloomweaver.settings.EXTRACTOR_VERSION", 2)
    with pytest.raises(
        IndexUnusable, match=r"extractor 1, .*; this deployment has .* extractor 2, .*: set VectorIndexName"
    ):
        load("chunk").handler({**IDENTITY, "version": 2}, LambdaContext())


def test_a_card_of_before_has_no_keywords_and_takes_nothing_more(
    deployed: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = boto3.client("dynamodb", region_name=REGION)
    client.update_item(
        TableName="indexes", Key={"index_name": {"S": "bloomweaver"}}, UpdateExpression="REMOVE analyser_version"
    )
    forget()
    [index] = call("indexes", "GET", "/indexes").body["indexes"]
    assert index["analyser_version"] == 0
    body = {"operation": "UPDATE", "doc_hash": "doc", "content_type": "text/plain", "content": "Newer text."}
    assert call("webhook", "POST", "/webhook", body).status == 202
    with pytest.raises(IndexUnusable, match=r"no keywords; this deployment has .* analyser 1: set VectorIndexName"):
        load("chunk").handler({**IDENTITY, "version": 2}, LambdaContext())
    assert call("documents", "GET", "/documents/doc").body["served_version"] == 1


def test_a_reindex_accepts_documents_again_and_tells_how_far_it_is(
    deployed: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    deploy(monkeypatch, CHUNK_MAX_TOKENS="128", VECTOR_INDEX_NAME="second")
    dependencies.vector_store().create()
    answer = call("reindex", "POST", "/reindex")
    assert (answer.status, answer.body["status"], answer.body["index"]) == (202, "running", "second")
    again = call("reindex", "POST", "/reindex")
    assert (again.status, again.body["errors"][0]["field"]) == (409, "reindex")
    assert answer.body["id"] in again.body["detail"]
    assert call("reindex", "GET", f"/reindex/{answer.body['id']}").body["report"] is None

    progress = move(answer.body["id"])
    assert progress["accepted"] == ["doc"]
    [message] = deployed.messages()
    assert (message["operation"], message["doc_hash"], message["version"]) == ("UPDATE", "doc", 2)
    report = call("reindex", "GET", f"/reindex/{answer.body['id']}").body["report"]
    assert (report["done"], report["under_way"], report["counts"]["documents"]) == (False, 1, 1)

    assert run(2)["index"] == "second"
    document = call("documents", "GET", "/documents/doc").body
    assert (document["index"], document["served_version"]) == ("second", 2)
    assert call("indexes", "GET", "/indexes").body["documents"] == {"second": 1}


def test_an_index_that_nobody_created_is_told_and_search_goes_on(
    deployed: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    deploy(monkeypatch, VECTOR_INDEX_NAME="second")
    answer = call("reindex", "POST", "/reindex")
    assert (answer.status, "has to be created first" in answer.body["detail"]) == (502, True)
    body = {"operation": "UPDATE", "doc_hash": "doc", "content_type": "text/plain", "content": "Newer text."}
    assert call("webhook", "POST", "/webhook", body).status == 202
    with pytest.raises(VectorIndexRejected):
        load("chunk").handler({**IDENTITY, "version": 2}, LambdaContext())
    assert [index["name"] for index in call("indexes", "GET", "/indexes").body["indexes"]] == ["bloomweaver"]
    assert call("search", "POST", "/search", {"query": "text"}).status == 200


def test_only_a_retired_index_is_deleted(deployed: Services) -> None:
    answer = call("indexes", "DELETE", "/indexes/bloomweaver")
    assert (answer.status, answer.body["errors"][0]["field"]) == (409, "index")
    card = dependencies.indexes().get("bloomweaver")
    assert card is not None
    assert dependencies.indexes().put(card.changed(state=IndexState.RETIRED))
    assert not dependencies.indexes().put(card.changed(state=IndexState.LIVE)), "somebody else changed it meanwhile"
    assert call("indexes", "DELETE", "/indexes/bloomweaver").body == {"name": "bloomweaver", "status": "deleted"}
    assert call("indexes", "GET", "/indexes").body["indexes"] == []
    for name in ("bloomweaver", "a%2Fb", "-", "x" * 3000):
        answer = call("indexes", "DELETE", f"/indexes/{name}")
        assert (answer.status, answer.body["errors"][0]["field"]) == (404, "index")


def serve_from(model: str, dimension: int) -> None:
    """Have search ask another index too, which is of `model` and empty."""
    card = dependencies.indexes().get("bloomweaver")
    assert card is not None
    other = card.settings.model_copy(update={"model": model, "dimension": dimension})
    assert dependencies.indexes().put(card.model_copy(update={"index_name": "other", "settings": other}))
    dependencies.index_stores().of("other", dimension).create()


def test_search_says_which_model_it_cannot_load_and_what_to_do(deployed: Services) -> None:
    serve_from("nowhere", 384)
    by_words = call("search", "POST", "/search", {"query": "text"})
    assert (by_words.status, "'nowhere'" in by_words.body["legs"]["dense"]["missing"]) == (200, True)
    answer = call("search", "POST", "/search", {"query": "text", "mode": "dense"})
    assert answer.status == 503
    assert "'nowhere'" in answer.body["detail"]
    assert "bucket of models" in answer.body["detail"]


def test_search_loads_a_model_that_is_not_here_from_the_bucket(
    deployed: Services, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    serve_from("moved-away", DIMENSION)
    folder = write_small_model(tmp_path / "moved-away")
    store_model(boto3.client("s3", region_name=REGION), "models", folder)
    assert call("search", "POST", "/search", {"query": "text"}).status == 200
    encoder = dependencies.encoder("moved-away")
    with Encoder(str(folder)) as original:
        expected = original.encode_query("text").vector.tolist()
        assert encoder.encode_query("text").vector == pytest.approx(expected, abs=1e-6)
    assert list(scratch.iterdir()) == [], "its files are not left behind"


def test_a_model_whose_files_are_not_all_in_the_bucket_is_not_used(deployed: Services, tmp_path: Path) -> None:
    serve_from("half", DIMENSION)
    folder, s3 = write_small_model(tmp_path / "half"), boto3.client("s3", region_name=REGION)
    store_model(s3, "models", folder, without="model.safetensors")
    answer = call("search", "POST", "/search", {"query": "text", "mode": "dense"})
    assert answer.status == 503
    assert "model.safetensors" in answer.body["detail"]
    store_model(s3, "models", folder)
    again = call("search", "POST", "/search", {"query": "text", "mode": "dense"})
    assert again.status == 200, "it is looked for again"


def test_the_files_of_a_model_are_found_by_its_name(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "large").mkdir()
    chosen = Settings(models_dir=str(tmp_path), model_dir="/opt/model", embedding_model="bge-small")
    assert chosen.folder_of("large") == tmp_path / "large"
    assert chosen.folder_of("bge-small") == Path("/opt/model")
    assert chosen.folder_of("minilm") is None, "the one that its package carries"


@pytest.mark.parametrize("cursor", ["", "a/b", "x" * 3000])
def test_a_cursor_that_no_part_gave_out_is_refused(deployed: Services, cursor: str) -> None:
    answer = call("indexes", "GET", "/indexes", query={"cursor": cursor})
    assert (answer.status, answer.body["errors"][0]["field"]) == (400, "cursor")


def test_an_unknown_reindex_is_a_404(deployed: Services) -> None:
    answer = call("reindex", "GET", "/reindex/nobody")
    assert (answer.status, answer.body["errors"][0]["field"]) == (404, "id")
