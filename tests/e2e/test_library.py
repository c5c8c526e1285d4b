"""Folders, edits and lists on the whole stack: by the webhook, through the table's stream, in each vector store."""

import hashlib

import pytest

from bloomweaver.models.record import Status
from bloomweaver.search.request import Mode
from cli.client import ApiError
from tests.e2e.running_stack import RunningStack
from tests.e2e.waiting import wait_for

LISTED_SECONDS = 20.0


def in_folder(stack: RunningStack, folder: str, *, recursive: bool = False) -> set[str]:
    return {document.doc_hash for document in stack.api.in_folder(folder, recursive=recursive).documents}


def test_documents_are_listed_and_found_in_their_folders(stack: RunningStack, doc_hash: str) -> None:
    base = f"/{doc_hash}"
    names = {f"{doc_hash}-{name}": f"{base}{folder}" for name, folder in (("a", ""), ("b", "/deep"), ("c", "/deep/er"))}
    for name, folder in names.items():
        stack.index(name, f"The signal box of {name} stands by the level crossing.", folder=folder, title=name)
    wait_for(lambda: stack.api.folders(base).documents == len(names), LISTED_SECONDS, "all are listed")
    assert in_folder(stack, base) == {f"{doc_hash}-a"}
    assert in_folder(stack, f"{base}/deep", recursive=True) == {f"{doc_hash}-b", f"{doc_hash}-c"}
    assert [(each.name, each.documents) for each in stack.api.folders(base).folders] == [("deep", 2)]
    for mode in Mode:
        found = stack.api.search(
            "who stands by the level crossing?", top_k=50, mode=mode, folder=f"{base}/deep"
        ).results
        assert {hit.doc_hash for hit in found} == {f"{doc_hash}-b", f"{doc_hash}-c"}, mode


def test_an_edit_moves_a_document_and_embeds_nothing(stack: RunningStack, doc_hash: str) -> None:
    old, new = f"/{doc_hash}/old", f"/{doc_hash}/new"
    stack.index(doc_hash, "Eleven cranes unload the grain ships.", folder=old, title="Cranes", metadata={"count": 11})
    wait_for(lambda: in_folder(stack, old) == {doc_hash}, LISTED_SECONDS, "it is listed")
    accepted = stack.api.edit(
        doc_hash, {"title": "Zeppelins", "folder": new, "metadata": {"count": None, "kind": "note"}}
    )
    states = stack.states_entered(stack.execution(accepted).arn)
    assert "Write" in states
    assert "EmbedBatch" not in states
    document = stack.api.document(doc_hash)
    assert (document.status, document.indexed_version, document.folder) == (Status.INDEXED, accepted.version, new)
    stack.assert_holds_only(document)
    [hit] = stack.api.search("zeppelins", top_k=5, mode=Mode.KEYWORD, folder=new).results
    assert (hit.doc_hash, hit.title, hit.metadata) == (doc_hash, "Zeppelins", {"kind": "note"})
    assert stack.api.search("cranes and grain ships", top_k=50, folder=old).results == []
    wait_for(lambda: in_folder(stack, new) == {doc_hash}, LISTED_SECONDS, "it is listed where it is now")
    assert in_folder(stack, old) == set()
    wait_for(lambda: stack.api.folders(old).documents == 0, LISTED_SECONDS, "the old folder is gone")
    with pytest.raises(ApiError, match="expected to be the latest"):
        stack.api.edit(doc_hash, {"title": "Other", "expected_version": 1})


def test_what_is_unchanged_is_known_before_it_is_sent(stack: RunningStack, doc_hash: str) -> None:
    text = "The lock keeper raises the water twice an hour."
    stack.index(doc_hash, text, folder=f"/{doc_hash}", metadata={"n": 1})
    same = {
        "doc_hash": doc_hash,
        "content_sha256": hashlib.sha256(text.encode()).hexdigest(),
        "content_type": "text/plain",
        "metadata": {"n": 1},
    }
    others = [{**same, "folder": "/elsewhere"}, {**same, "metadata": {"n": True}}, {**same, "content_sha256": "0" * 64}]
    compared = stack.api.compare([same, *others]).documents
    assert [each.unchanged for each in compared] == [True, False, False, False]


def test_lists_are_right_again_after_the_stream_lost_what_it_had(stack: RunningStack, doc_hash: str) -> None:
    folder = f"/{doc_hash}"
    client = stack.client("lambda")
    stack.api.sweep()
    names = {
        each["FunctionName"]
        for page in client.get_paginator("list_functions").paginate()
        for each in page["Functions"]
        if each["Handler"] == "listing.handler.handler"
    }
    [mapping] = [
        each
        for each in client.list_event_source_mappings()["EventSourceMappings"]
        if each["FunctionArn"].rpartition(":")[2] in names
    ]
    client.update_event_source_mapping(UUID=mapping["UUID"], Enabled=False)
    stack.index(doc_hash, "The ferryman sleeps at noon.", folder=folder)
    # What was on its way through the stream is lost with the emulator's memory.
    stack.restart()
    assert in_folder(stack, folder) == set()
    assert stack.api.sweep().listed > 0
    assert in_folder(stack, folder) == {doc_hash}
    stack.client("lambda").update_event_source_mapping(UUID=mapping["UUID"], Enabled=True)
    stack.index(f"{doc_hash}-2", "The ferryman wakes at one.", folder=folder)
    both = {doc_hash, f"{doc_hash}-2"}
    wait_for(lambda: in_folder(stack, folder) == both, LISTED_SECONDS, "the stream goes on after a start")
