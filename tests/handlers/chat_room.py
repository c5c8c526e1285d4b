"""Two documents in a LanceDB table with the real encoder, chats about them, and the states of `answer`, on AWS."""

import json
from pathlib import Path
from typing import Any

import boto3
import pytest

from bloomweaver import keys
from bloomweaver.analysis import passage_keywords
from bloomweaver.chats.chat import owner_of
from bloomweaver.clock import now
from bloomweaver.documents.acceptance import Submission, accept
from bloomweaver.indexes.cards import admit
from bloomweaver.models.chunk import IndexedChunk
from bloomweaver.models.record import DocumentRecord, Operation, Status
from bloomweaver.settings import settings
from tests.handlers.conftest import REGION, Answer, LambdaContext, Services, call, forget, load
from wiring import dependencies

NOW = "2026-01-01T00:00:00.000000+00:00"
TIDES = "The tide tables are kept in the blue cabinet. Ask the harbour master for the key."
BOATS = "Boats are let by the hour from May to September. The price is written on the board."
QUESTION = "Where are the tide tables kept?"


@pytest.fixture
def documents(services: Services, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Two documents that are served, and a state machine that runs nothing by itself."""
    states = boto3.client("stepfunctions", region_name=REGION)
    definition = json.dumps({"StartAt": "Wait", "States": {"Wait": {"Type": "Wait", "Seconds": 3600, "End": True}}})
    made = states.create_state_machine(
        name="answer", definition=definition, roleArn="arn:aws:iam::123456789012:role/unused"
    )
    monkeypatch.setenv("ANSWER_STATE_MACHINE_ARN", made["stateMachineArn"])
    monkeypatch.setenv("VECTOR_STORE", "lancedb")
    monkeypatch.setenv("LANCEDB_URI", str(tmp_path / "lancedb"))
    forget()
    dependencies.vector_store().create()
    admit(dependencies.indexes(), settings().vector_index_name, settings().index_settings, now)
    for doc_hash, text, folder in (("tides", TIDES, "/harbour"), ("boats", BOATS, "/hire")):
        publish(doc_hash, text, folder)


def publish(doc_hash: str, text: str, folder: str, version: int = 1) -> None:
    """Serve a version of a document, with one passage."""
    encoder = dependencies.encoder("minilm")
    chunk = IndexedChunk(
        id=keys.vector_id(doc_hash, version, 0),
        doc_hash=doc_hash,
        version=version,
        chunk_id=keys.chunk_id(version, 0),
        text=text,
        title=doc_hash.title(),
        vector=list(encoder.encode_passages([text])[0]),
        folder=folder,
        keywords=passage_keywords(text, title=None, heading=None, language="en"),
    )
    dependencies.vector_store().upsert([chunk])
    replaced = dependencies.records().get(doc_hash)
    record = DocumentRecord(
        doc_hash=doc_hash,
        revision=replaced.revision + 1 if replaced else 1,
        version=version,
        indexed_version=version,
        deleted_version=replaced.deleted_version if replaced else 0,
        status=Status.INDEXED,
        operation=Operation.CREATE,
        chunk_count=1,
        folder=folder,
        index=settings().vector_index_name,
        correlation_id="c",
        created_at=NOW,
        updated_at=NOW,
    )
    assert dependencies.records().put(record, replaced)


def delete(doc_hash: str) -> None:
    """Accept a document's deletion; nothing has run yet."""
    current = dependencies.records().get(doc_hash)
    submission = Submission(operation=Operation.DELETE, doc_hash=doc_hash, correlation_id="c")
    record, _ = accept(current, submission, NOW)
    assert current is not None
    assert record is not None
    assert dependencies.records().put(record.model_copy(update={"revision": current.revision + 1}), current)


def ask_for(method: str, path: str, body: dict[str, Any] | None = None, subject: str = "user_1", **more: Any) -> Answer:
    """A request to the routes of chats of somebody's."""
    authorizer = {"principalId": subject, "expires_at": "9999999999", "role": "viewer"}
    return call("chats", method, path, body, authorizer=authorizer, **more)


def open_chat(**body: object) -> str:
    return str(ask_for("POST", "/chats", body).body["chat_id"])


def run(chat_id: str, message_id: str, attempt: int = 1) -> dict[str, Any]:
    """Have the states work on a message, one after the other. Returns what the last one said."""
    event = {"owner": owner_of("user_1"), "chat_id": chat_id, "message_id": message_id, "attempt": attempt}
    said: dict[str, Any] = {}
    for state in ("retrieve", "generate", "fence", "store"):
        said = load(state).handler(event, LambdaContext())
        # Ids and counts, and how it went.
        assert all(isinstance(value, int) or len(value) < 20 for value in said.values())
    return said


def answered(question: str = QUESTION, **chat: object) -> tuple[str, Answer]:
    """The path of a message that was answered, and the message."""
    chat_id = open_chat(**chat)
    asked = ask_for("POST", f"/chats/{chat_id}/messages", {"question": question})
    assert asked.status == 202
    run(chat_id, asked.body["message_id"])
    path = f"/chats/{chat_id}/messages/{asked.body['message_id']}"
    return path, ask_for("GET", path)


def settle_deletion(doc_hash: str, version: int) -> None:
    """The Publish state of a deletion's run."""
    event = {
        **{"operation": "DELETE", "doc_hash": doc_hash, "version": version, "attempt": 0, "stale": []},
        "branches": {"pinecone": {"outcome": "removed"}, "s3": {"outcome": "removed"}},
    }
    load("settle").handler(event, LambdaContext())
