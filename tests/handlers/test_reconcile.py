"""POST /reconcile, GET /reconcile/{id} and the Compare state, on DynamoDB, S3, Step Functions and LanceDB."""

import json
from pathlib import Path
from typing import Any

import boto3
import pytest

from bloomweaver import keys
from bloomweaver.chats.chat import Chat
from bloomweaver.chats.message import Message, MessageStatus, Words
from bloomweaver.chats.ports import ChatTable
from bloomweaver.library.following import follow
from bloomweaver.library.listed import Listed
from bloomweaver.library.step import entries_of
from bloomweaver.models.record import DocumentRecord, Operation, Status
from bloomweaver.reconciliation import folder_counts, reconciler
from bloomweaver.settings import settings
from bloomweaver.vector_stores import VectorStore
from tests.handlers.conftest import REGION, LambdaContext, Services, call, load
from tests.reconciliation.reconciled_documents import DIMENSION, LONG_AGO, World, backup, indexed
from wiring import dependencies

ROLE = "arn:aws:iam::123456789012:role/unused"


@pytest.fixture
def arn(services: Services, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> str:
    """The state machine, which runs nothing here, and an index that is there and empty."""
    for name, value in {
        "VECTOR_STORE": "lancedb",
        "VECTOR_DIMENSION": str(DIMENSION),
        "LANCEDB_URI": str(tmp_path / "lancedb"),
        "RECONCILE_QUIET_SECONDS": "0",
        "RECONCILE_CALL_SECONDS": "0",
    }.items():
        monkeypatch.setenv(name, value)
    definition = json.dumps({"StartAt": "End", "States": {"End": {"Type": "Succeed"}}})
    created = boto3.client("stepfunctions", region_name=REGION).create_state_machine(
        name="reconcile", definition=definition, roleArn=ROLE
    )
    monkeypatch.setenv("RECONCILE_STATE_MACHINE_ARN", created["stateMachineArn"])
    settings.cache_clear()
    vectors().create()
    return str(created["stateMachineArn"])


def vectors() -> VectorStore:
    return dependencies.vector_store()


def add(doc_hash: str, chunks: int = 3, **changes: Any) -> DocumentRecord:
    """Put an indexed document into tables, index and buckets."""
    world = World()
    record = world.add(doc_hash, chunks=chunks, **changes)
    assert dependencies.records().put(record, None)
    follow(dependencies.listing(), record)
    vectors().upsert(list(world.vectors.chunks.values()))
    dependencies.backups().put_many(world.backups.objects.items())
    dependencies.objects().put_many(world.objects.objects.items())
    dependencies.sources().put_many(world.sources.objects.items())
    return record


def start(**body: Any) -> str:
    answer = call("reconcile", "POST", "/reconcile", body)
    assert (answer.status, answer.body["status"]) == (202, "running")
    return str(answer.body["id"])


def compare(id_: str, *, repair: bool = False) -> int:
    """Call the Compare state as the state machine does, until it is done. Returns how many calls it took."""
    progress: dict[str, Any] = {"phase": "records", "cursor": None, "parts": 0, "counts": {}}
    calls = 0
    while progress["phase"] != "done":
        event = {"reconciliation": id_, "repair": repair, "contents": True, "share": 1, "progress": progress}
        progress = json.loads(json.dumps(load("compare").handler(event, LambdaContext())))
        calls += 1
    return calls


def report(id_: str, **query: str) -> Any:
    answer = call("reconcile", "GET", f"/reconcile/{id_}", query=query)
    assert answer.status == 200
    return answer.body


def found(body: Any) -> dict[str, int]:
    return {kind: tally["found"] for kind, tally in body["report"]["counts"]["kinds"].items() if tally["found"]}


def test_a_reconciliation_is_started_with_what_was_asked_for(arn: str) -> None:
    client = boto3.client("stepfunctions", region_name=REGION)
    ids = [start(), start(repair=True, contents=False)]
    given = [
        json.loads(
            client.describe_execution(executionArn=f"{arn.replace(':stateMachine:', ':execution:')}:{id_}")["input"]
        )
        for id_ in ids
    ]
    assert given == [{"repair": False, "contents": True, "share": 1}, {"repair": True, "contents": False, "share": 1}]


def test_before_its_first_call_has_ended_there_is_no_report(arn: str) -> None:
    body = report(start())
    assert (body["status"], body["report"], body["findings"], body["next_cursor"]) == ("running", None, [], None)


def test_what_is_wrong_is_reported_page_by_page_and_repaired(
    arn: str, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reconciler, "RECORDS_PAGE", 2)
    monkeypatch.setattr(reconciler, "IDS_PAGE", 4)
    for number in range(5):
        add(f"doc-{number}")
    vectors().delete([keys.vector_id("doc-0", 1, 1)])
    dependencies.backups().put(keys.backup_key("doc-1", 1, 0), b"{")
    dependencies.backups().delete_many([keys.backup_key("doc-2", 1, 2)])
    vectors().upsert([indexed("nobody", 3, 0), indexed("nobody", 3, 1)])
    dependencies.backups().put(keys.backup_key("nobody", 2, 0), backup("nobody", 2, 0).model_dump_json().encode())
    wrong = {"missing_vectors": 1, "missing_backups": 1, "broken_backups": 1, "orphan_vectors": 2, "orphan_backups": 1}

    id_ = start()
    assert compare(id_) > 5
    body = report(id_)
    assert (found(body), body["report"]["found"], body["report"]["unrepaired"]) == (wrong, 6, 6)
    assert (body["report"]["done"], body["report"]["repair"]) == (True, False)
    counts = body["report"]["counts"]
    assert (counts["documents"], counts["vectors"], counts["backups"]) == (5, 16, 15)
    findings = body["findings"]
    while body["next_cursor"] is not None:
        body = report(id_, cursor=body["next_cursor"])
        findings += body["findings"]
    assert sum(finding["count"] for finding in findings) == 6
    assert {finding["doc_hash"] for finding in findings} == {"doc-0", "doc-1", "doc-2", "nobody"}

    id_ = start(repair=True)
    compare(id_, repair=True)
    assert (found(report(id_)), report(id_)["report"]["unrepaired"]) == (wrong, 0)
    assert {(message["doc_hash"], message["version"]) for message in services.messages()} == {
        ("doc-1", 2),
        ("doc-2", 2),
    }
    assert vectors().ids("nobody") == []

    id_ = start()
    compare(id_)
    assert found(report(id_)) == {}


def test_lists_are_compared_with_the_records_and_put_right(arn: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reconciler, "IDS_PAGE", 4)
    monkeypatch.setattr(folder_counts, "PAGE", 4)
    monkeypatch.setattr(folder_counts, "MARKED_MAX", 2)
    whole, moved = add("whole", folder="/a/b"), add("moved", folder="/a")
    add("lost", folder="/c")
    table = dependencies.listing()
    # What nobody wrote down, what is missing, what the stream lost, a document whose record is lost, a number.
    strays = entries_of("whole", Listed.of(whole.model_copy(update={"folder": "/d"})))
    table.write(put=strays, delete=())
    table.write(put=(), delete=[next(iter(entries_of("whole", Listed.of(whole)) - strays))])
    assert dependencies.records().put(moved.model_copy(update={"folder": "/e", "revision": 2}), moved)
    client = boto3.client("dynamodb", region_name=REGION)
    client.delete_item(TableName="documents", Key={"doc_hash": {"S": "lost"}})
    assert table.mark("/a", "count") == 2
    assert table.correct("/a", "count", 5)
    wrong = {"unlisted_documents": 2, "orphan_entries": 12, "wrong_folder_counts": 1}

    id_ = start()
    compare(id_)
    lists = {kind: count for kind, count in found(report(id_)).items() if kind in wrong}
    assert lists["wrong_folder_counts"] == 1
    id_ = start(repair=True)
    compare(id_, repair=True)
    body = report(id_)
    assert (body["report"]["unrepaired"], body["report"]["counts"]["folders"] > 3) == (0, True)
    assert found(body)["unlisted_documents"] == 2

    id_ = start()
    compare(id_)
    assert found(report(id_)) == {}
    numbers = {folder: table.count(folder) for folder in ("/", "/a", "/a/b", "/c", "/d", "/e")}
    assert numbers == {"/": 2, "/a": 1, "/a/b": 1, "/c": 0, "/d": 0, "/e": 1}


def test_chats_are_compared_with_the_records_and_put_right(arn: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reconciler, "IDS_PAGE", 2)
    add("whole")
    gone: dict[str, Any] = {"version": 2, "deleted_version": 2, "indexed_version": 0}
    gone |= {"status": Status.DELETED, "operation": Operation.DELETE}
    assert dependencies.records().put(World().add("gone", chunks=0).model_copy(update=gone), None)
    table = dependencies.chats()
    chats = [Chat(owner="o", id=f"{number:032x}", **CHAT_TIMES) for number in range(4)]
    for chat, rests_on, status in zip(
        chats, ("gone", "gone", "whole", "whole"), ("complete", "complete", "running", "complete"), strict=True
    ):
        assert table.put_chat(chat, None)
        message = kept_message(chat.id, rests_on, status)
        assert table.ask(chat.model_copy(update={"revision": 2, "serial": 1}), chat, message)
        table.note_rests(message, {rests_on: 1})
    # The first was erased, the second is not; of the last the chat's deletion broke off, and another's note is left.
    table.put_message(*_erased(table, chats[0].id))
    boto3.client("dynamodb", region_name=REGION).delete_item(
        TableName="chats", Key={"owner": {"S": "o"}, "item": {"S": f"chat#{chats[3].id}"}}
    )
    table.note_rests(kept_message("f" * 32, "whole", "complete"), {"whole": 1})
    wrong = {"unerased_answers": 1, "lost_answers": 1, "orphan_chat_items": 2}

    def of_chats(id_: str) -> dict[str, int]:
        return {kind: count for kind, count in found(report(id_)).items() if kind in wrong}

    id_ = start()
    compare(id_)
    body = report(id_)
    assert (of_chats(id_), body["report"]["counts"]["chat_items"]) == (wrong, 3 + 4 + 5)
    assert "cabinet" not in json.dumps(body)
    id_ = start(repair=True)
    compare(id_, repair=True)
    assert of_chats(id_) == wrong
    kept = [table.message("o", chat.id, "000001") for chat in chats]
    assert [each and each.status for each in kept] == ["withheld", "withheld", "incomplete", None]
    assert kept[1] is not None
    assert kept[1].is_erased
    assert [place.chat_id for place in table.resting_on("whole", 9)] == [chats[2].id]
    id_ = start()
    compare(id_)
    assert of_chats(id_) == {}


CHAT_TIMES: dict[str, Any] = {"created_at": LONG_AGO, "active_at": LONG_AGO, "expires_at": 2**40}


def kept_message(chat_id: str, doc_hash: str, status: str) -> Message:
    """The first message of a chat, long ago."""
    return Message.model_validate(
        {
            "owner": "o",
            "chat_id": chat_id,
            "id": "000001",
            "question": "Where?",
            "status": status,
            "rests_on": {doc_hash: 1},
            "parts": (Words(text="In the cabinet."),),
            "asked_at": LONG_AGO,
            "started_at": LONG_AGO,
            "updated_at": LONG_AGO,
            "expires_at": 2**40,
        }
    )


def _erased(table: ChatTable, chat_id: str) -> tuple[Message, Message]:
    message = table.message("o", chat_id, "000001")
    assert message is not None
    erased = {"status": MessageStatus.WITHHELD, "parts": (), "revision": message.revision + 1}
    return message.model_copy(update=erased), message


def test_a_repair_that_is_not_possible_says_why(arn: str) -> None:
    add("doc")
    dependencies.objects().delete_many([keys.raw_key("doc", "digest")])
    dependencies.backups().delete_many([keys.backup_key("doc", 1, 0)])
    dependencies.sources().delete_many(dependencies.sources().page_of_keys(10, None).keys)
    id_ = start(repair=True)
    compare(id_, repair=True)
    body = report(id_)
    assert (body["report"]["unrepaired"], body["findings"][0]["repair"]) == (2, "impossible")
    shown = call("documents", "GET", "/documents/doc").body
    assert (shown["status"], shown["served_version"], shown["error"]["type"]) == ("partial", 1, "Incomplete")


def test_each_kind_has_its_metric(arn: str, capsys: pytest.CaptureFixture[str]) -> None:
    add("doc")
    vectors().delete([keys.vector_id("doc", 1, 1)])
    compare("run")
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines() if '"_aws"' in line]
    [published] = [line for line in lines if "ReconcileMissingVectors" in line]
    names = ("MissingVectors", "MissingBackups", "BrokenBackups", "WrongCounts", "OrphanVectors", "OrphanBackups")
    assert [published[f"Reconcile{name}"] for name in names] == [[1.0], [0.0], [0.0], [0.0], [0.0], [0.0]]
    of_lists = ("UnlistedDocuments", "OrphanEntries", "WrongFolderCounts")
    assert [published[f"Reconcile{name}"] for name in of_lists] == [[0.0], [0.0], [0.0]]
    assert published["ReconcileUnrepaired"] == [1.0]


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [({"repair": "yes"}, 422, "repair"), ({"contents": 1}, 422, "contents"), ({"mend": True}, 422, "mend")],
)
def test_a_bad_body_names_the_field(arn: str, body: dict[str, Any], status: int, field: str) -> None:
    answer = call("reconcile", "POST", "/reconcile", body)
    assert (answer.status, answer.body["errors"][0]["field"]) == (status, field)


@pytest.mark.parametrize("id_", ["nobody", "a:b", "a%3Ab", "..%2F..%2Fraw", "x" * 3000])
def test_an_unknown_one_is_a_404(arn: str, id_: str) -> None:
    assert call("reconcile", "GET", f"/reconcile/{id_}").status == 404


@pytest.mark.parametrize("cursor", ["0", "2", "-1", "x", "\u0661", "", "01", "9" * 5000])
def test_a_cursor_that_no_page_gave_out_is_refused(arn: str, cursor: str) -> None:
    add("doc")
    vectors().delete([keys.vector_id("doc", 1, 1)])
    id_ = start()
    compare(id_)
    answer = call("reconcile", "GET", f"/reconcile/{id_}", query={"cursor": cursor})
    assert (answer.status, answer.body["errors"][0]["field"]) == (400, "cursor")


def test_the_table_is_scanned_page_by_page_from_any_record_on(arn: str) -> None:
    for number in range(5):
        add(f"doc-{number}", chunks=0)
    whole = [record.doc_hash for record in dependencies.records().scan(100, None).records]
    assert sorted(whole) == [f"doc-{number}" for number in range(5)]
    page = dependencies.records().scan(2, None)
    assert ([record.doc_hash for record in page.records], page.cursor) == (whole[:2], whole[1])
    after = dependencies.records().scan(100, whole[2])
    assert ([record.doc_hash for record in after.records], after.cursor) == (whole[3:], None)


def test_the_bucket_is_listed_page_by_page(services: Services) -> None:
    backups = dependencies.backups()
    names = sorted(["a/1", "a/2", "a#1", "b", "ä", "notes of somebody.txt"])
    backups.put_many((name, b"x") for name in names)
    assert backups.page_of_keys(1000, None).keys == names
    first = backups.page_of_keys(4, None)
    assert (first.keys, first.cursor) == (names[:4], names[3])
    assert (backups.page_of_keys(4, first.cursor).keys, backups.page_of_keys(4, first.cursor).cursor) == (
        names[4:],
        None,
    )
    assert backups.existing([*names[:2], "nobody"]) == set(names[:2])
