"""The routes that change a whole folder, and the Change state, on AWS services."""

import json
from collections.abc import Iterable
from typing import Any

import boto3
import pytest

from bloomweaver.folder_changes.ports import RunningChanges
from bloomweaver.library.following import follow
from bloomweaver.models.folder_change import FolderChange, FolderOperation
from bloomweaver.settings import settings
from tests.handlers.conftest import REGION, LambdaContext, Services, call, forget, load
from wiring import dependencies

CHANGE = FolderChange(
    operation=FolderOperation.MOVE, folder="/guides", to="/books", asked_at="2026-02-01T00:00:00.000000+00:00"
)


@pytest.fixture
def library(services: Services, monkeypatch: pytest.MonkeyPatch) -> Services:
    """Two documents that are listed in /guides, and one elsewhere."""
    states = boto3.client("stepfunctions", region_name=REGION)
    # It runs for as long as the test.
    definition = json.dumps({"StartAt": "Wait", "States": {"Wait": {"Type": "Wait", "Seconds": 3600, "End": True}}})
    machine = states.create_state_machine(
        name="folder_change", definition=definition, roleArn="arn:aws:iam::123456789012:role/unused"
    )
    monkeypatch.setenv("FOLDER_CHANGE_STATE_MACHINE_ARN", machine["stateMachineArn"])
    monkeypatch.setenv("FOLDER_CHANGE_CALL_SECONDS", "0")
    forget()
    for doc_hash, folder in (("a", "/guides"), ("b", "/guides/aws"), ("c", "/other")):
        body = {"operation": "CREATE", "doc_hash": doc_hash, "content_type": "text/plain", "content": "Text."}
        assert call("webhook", "POST", "/webhook", {**body, "folder": folder}).status == 202
    follow_all("abc")
    services.messages()
    return services


def follow_all(doc_hashes: Iterable[str]) -> None:
    for record in dependencies.records().get_many(doc_hashes).values():
        follow(dependencies.listing(), record)


def go_on(name: str, change: FolderChange, progress: dict[str, Any]) -> dict[str, Any]:
    event = {"folder_change": name, "change": change.model_dump(mode="json"), "progress": progress}
    answer: dict[str, Any] = load("change_folder").handler(event, LambdaContext())
    return answer


def test_a_move_is_started_and_its_documents_are_accepted_with_their_new_folders(library: Services) -> None:
    started = call("folder_changes", "POST", "/folders/move", {"folder": "/guides", "to": "/books"})
    assert started.status == 202
    expected = {"status": "running", "operation": "move", "folder": "/guides", "to": "/books"}
    assert {key: started.body[key] for key in expected} == expected
    given = boto3.client("stepfunctions", region_name=REGION).describe_execution(
        executionArn=started.body["execution_arn"]
    )
    change = FolderChange.model_validate(json.loads(given["input"])["change"])
    before = call("folder_changes", "GET", f"/folders/changes/{started.body['id']}")
    assert (before.status, before.body["status"], before.body["report"]) == (200, "running", None)

    progress = go_on(started.body["id"], change, {})

    assert progress["accepted"] == {"a": 2, "b": 2}
    records = dependencies.records().get_many("abc")
    assert {doc_hash: record.folder for doc_hash, record in records.items()} == {
        "a": "/books", "b": "/books/aws", "c": "/other",
    }  # fmt: skip
    assert sorted(message["doc_hash"] for message in library.messages()) == ["a", "b"]
    report = call("folder_changes", "GET", f"/folders/changes/{started.body['id']}").body["report"]
    assert (report["done"], report["under_way"], report["counts"]["documents"]) == (False, 2, 2)


def test_a_deletion_is_started_and_its_documents_are_gone_at_once(library: Services) -> None:
    started = call("folder_changes", "POST", "/folders/delete", {"folder": "/guides"})
    assert (started.status, started.body["operation"], started.body["to"]) == (202, "delete", None)
    change = dependencies.change_register().running().changes[started.body["id"]]
    go_on(started.body["id"], change, {})
    statuses = {doc: record.status for doc, record in dependencies.records().get_many("abc").items()}
    assert statuses == {"a": "deleting", "b": "deleting", "c": "queued"}


def test_a_second_change_of_a_folder_is_refused_while_the_first_one_runs(library: Services) -> None:
    first = call("folder_changes", "POST", "/folders/move", {"folder": "/guides", "to": "/books"})
    for path, body in (
        ("/folders/move", {"folder": "/guides", "to": "/elsewhere"}),
        ("/folders/delete", {"folder": "/guides/aws"}),
    ):
        second = call("folder_changes", "POST", path, body)
        assert (second.status, second.body["errors"][0]["field"]) == (409, "folder")
        assert first.body["id"] in second.body["detail"]
    assert call("folder_changes", "POST", "/folders/delete", {"folder": "/other"}).status == 202


@pytest.mark.parametrize(
    ("path", "body", "status", "field"),
    [
        ("/folders/move", {"folder": "/guides", "to": "/guides/in"}, 422, "to"),
        ("/folders/move", {"folder": "/guides"}, 422, "to"),
        ("/folders/move", {"folder": "guides", "to": "/a"}, 422, "folder"),
        ("/folders/delete", {"folder": "/"}, 422, "folder"),
        ("/folders/delete", {"folder": "/none"}, 404, "folder"),
        ("/folders/delete", {"folder": "/guides", "recursive": True}, 422, "recursive"),
    ],
)
def test_what_cannot_be_is_refused_and_starts_nothing(
    library: Services, path: str, body: dict[str, object], status: int, field: str
) -> None:
    answer = call("folder_changes", "POST", path, body)
    assert (answer.status, answer.body["errors"][0]["field"]) == (status, field)
    assert dependencies.change_register().running() == RunningChanges()


def test_an_unknown_change_is_unknown(library: Services) -> None:
    assert call("folder_changes", "GET", "/folders/changes/none").status == 404


def test_the_register_takes_who_read_it_last(library: Services) -> None:
    register = dependencies.change_register()
    first = RunningChanges(serial=1, changes={"one": CHANGE})
    assert register.put(first, replaces=RunningChanges())
    assert register.running() == first
    assert not register.put(RunningChanges(serial=1), replaces=RunningChanges())
    assert not register.put(RunningChanges(serial=8), replaces=RunningChanges(serial=7))
    assert register.running() == first
    assert register.put(RunningChanges(serial=2), replaces=first)
    assert settings().listing_table
