"""The audit log, from requests for changes over the table to what GET /audit answers."""

import json
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from bloomweaver.audit.bounds import PLACES
from bloomweaver.audit.entries import NOBODY, AuditEntry, Caller, CallerKind, Ending, Outcome, of_beginning, of_done
from bloomweaver.audit.ports import AuditList
from bloomweaver.cursors import TimePlace
from bloomweaver.errors import StorageUnavailable
from bloomweaver.folder_changes.ports import RunningChanges
from bloomweaver.models.dead_letter import DeadLetterQueue
from bloomweaver.models.record import DocumentRecord, Operation, Status
from tests.audit.memory_audit import MemoryAudit, asked
from tests.handlers.conftest import REGION, SOURCE_IP, Answer, Services, call, forget
from tests.handlers.test_admission import bearer, signed
from wiring import auditing, dependencies

GOOD: dict[str, Any] = {"operation": "CREATE", "doc_hash": "doc-1", "content_type": "text/plain", "content": "Text."}
NOW = "2026-11-30T12:00:00.000000+00:00"
EDITOR = {"principalId": "eve", "role": "editor", "expires_at": "4102444800"}


def webhook(body: Any = GOOD, **more: Any) -> Answer:
    return call("webhook", "POST", "/webhook", body, **more)


def entries(**query: str) -> list[dict[str, Any]]:
    """What GET /audit answers, without what is null."""
    answer = call("audit", "GET", "/audit", query=query)
    assert answer.status == 200, answer.body
    return [
        {name: value for name, value in entry.items() if value not in (None, [])} for entry in answer.body["entries"]
    ]


def items() -> list[dict[str, Any]]:
    """What lies in the table."""
    found: list[dict[str, Any]] = boto3.client("dynamodb", region_name=REGION).scan(TableName="audit")["Items"]
    return found


def client_error(code: str, operation: str = "TransactWriteItems", reasons: tuple[str, ...] = ()) -> ClientError:
    """What DynamoDB answers; `reasons` are those of a transaction, item by item."""
    answer: Any = {"Error": {"Code": code, "Message": "no"}, "ResponseMetadata": {"HTTPStatusCode": 400}}
    if reasons:
        answer["CancellationReasons"] = [{"Code": reason} for reason in reasons]
    return ClientError(answer, operation)


def fails(monkeypatch: pytest.MonkeyPatch, method: str, error: Exception) -> None:
    """Have a call of DynamoDB fail."""

    def refuse(**_: Any) -> None:
        raise error

    monkeypatch.setattr(dependencies.aws_client("dynamodb"), method, refuse)


# The table ------------------------------------------------------------------------------------------------------------


def made() -> Iterator[AuditEntry]:
    """Entries of all kinds, some at the same moment."""
    for number in range(12):
        at = (datetime.fromisoformat(NOW) + timedelta(minutes=number // 2)).isoformat(timespec="microseconds")
        who = asked(subject=("ann", "bob", "x" * 3000)[number % 3])
        doc_hash = f"doc-{number % 2}" if number % 4 else None
        entry = of_beginning(who, at, target="second", doc_hash=doc_hash) if number % 2 else of_done(who, at)
        if number % 5 == 0:
            entry = entry.model_copy(update={"caller": NOBODY, "source_ip": None})
        yield entry


def test_the_table_does_what_its_port_says(services: Services) -> None:
    table, memory = dependencies.audit(), MemoryAudit()
    for entry in made():
        assert table.add(entry) is memory.add(entry) is True
    lists = [AuditList(), *(AuditList(doc_hash=doc_hash) for doc_hash in ("doc-0", "doc-1", "none"))]
    lists += [
        AuditList(caller=Caller(kind=CallerKind.TOKEN, subject=subject))
        for subject in ("ann", "bob", "x" * 3000, "none", "nobody")
    ]
    lists += [AuditList(caller=NOBODY)]
    times = [
        (datetime.fromisoformat(NOW) + timedelta(minutes=minute)).isoformat(timespec="microseconds")
        for minute in (1, 4)
    ]
    for of in lists:
        for since, until in [(None, None), (times[0], None), (None, times[1]), (times[0], times[1])]:
            whole = memory.page(of, since=since, until=until, limit=100, after=None).entries
            found: list[AuditEntry] = []
            after: TimePlace | None = None
            while True:
                page = table.page(of, since=since, until=until, limit=2, after=after)
                assert len(page.entries) <= 2
                found += page.entries
                after = page.after
                if after is None:
                    break
            assert sorted(found, key=lambda entry: entry.id) == sorted(whole, key=lambda entry: entry.id)
            assert [entry.at for entry in found] == sorted((entry.at for entry in found), reverse=True)


def test_what_is_there_is_never_replaced(services: Services) -> None:
    table, entry = dependencies.audit(), of_beginning(asked(), NOW)
    ending = Ending(outcome=Outcome.DONE, ended_at=NOW)
    assert table.add(entry)
    assert table.end(entry, ending)
    before = items()
    assert not table.add(entry.model_copy(update={"at": "2027-01-01T00:00:00.000000+00:00"}))
    assert not table.end(entry, ending.model_copy(update={"outcome": Outcome.FAILED}))
    assert items() == before


def test_endings_of_more_than_a_batch_are_read(services: Services) -> None:
    table = dependencies.audit()
    written = [of_beginning(asked(), NOW) for _ in range(130)]
    for entry in written[:120]:
        table.end(entry, Ending(outcome=Outcome.DONE, ended_at=NOW))
    assert set(table.endings(entry.id for entry in written)) == {entry.id for entry in written[:120]}


def test_an_entry_expires_so_many_days_after_it_was_written(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AUDIT_RETENTION_DAYS", "90")
    forget()
    monkeypatch.setattr(auditing, "now", lambda: NOW)
    call("redrive", "POST", "/dead-letters/none/redrive")
    call("indexes", "DELETE", "/indexes/none")
    assert len(items()) == 3  # an operation has two
    expected = int((datetime.fromisoformat(NOW) + timedelta(days=90)).timestamp())
    assert {int(item["expires_at"]["N"]) for item in items()} == {expected}


# Changes of records ---------------------------------------------------------------------------------------------------


def test_a_change_is_written_with_who_asked_for_it_and_from_where(services: Services) -> None:
    assert webhook(headers={"X-Correlation-Id": "trace-7"}).status == 202
    [entry] = entries()
    at, id_ = entry.pop("at"), entry.pop("id")
    assert entry == {
        "action": "submitOperation",
        "outcome": "accepted",
        "caller": {"kind": "token", "subject": "user-1", "role": "editor"},
        "source_ip": SOURCE_IP,
        "correlation_id": "trace-7",
        "doc_hash": "doc-1",
        "operation": "CREATE",
        "version": 1,
    }
    assert id_
    assert at >= dependencies.records().get_many(["doc-1"])["doc-1"].updated_at


def test_each_way_to_change_a_document_has_its_entry(signed_webhooks: Services) -> None:
    webhook()
    webhook({"operation": "DELETE", "doc_hash": "doc-1"})
    body = json.dumps({**GOOD, "content": "Other text."}).encode()
    assert webhook(body, headers=signed(body), token=None).status == 202
    assert call("edit", "PATCH", "/documents/doc-1", {"title": "A title"}, authorizer=EDITOR).status == 202
    fail_the_run("doc-1")
    assert call("retry", "POST", "/documents/doc-1/retry", authorizer=EDITOR).status == 202
    found = entries(doc_hash="doc-1")
    assert [(entry["action"], entry["operation"], entry["version"], entry["caller"]["kind"]) for entry in found] == [
        ("retryDocument", "UPDATE", 5, "token"),
        ("editDocument", "UPDATE", 4, "token"),
        ("submitOperation", "CREATE", 3, "signature"),
        ("submitOperation", "DELETE", 2, "token"),
        ("submitOperation", "CREATE", 1, "token"),
    ]
    assert {entry["outcome"] for entry in found} == {"accepted"}
    assert [entry["action"] for entry in entries(subject="eve")] == ["retryDocument", "editDocument"]
    [of_signature] = entries(caller="signature")
    assert of_signature["caller"] == {"kind": "signature", "subject": "msg_1", "role": None}


def fail_the_run(doc_hash: str) -> None:
    """Have the latest operation of a document end as failed."""
    record = dependencies.records().get(doc_hash)
    assert record is not None
    failed = record.model_copy(update={"status": Status.FAILED, "revision": record.revision + 1})
    assert dependencies.records().put(failed, record)


def test_what_changes_nothing_has_no_entry_and_a_number_that_is_noted_has_one(signed_webhooks: Services) -> None:
    webhook()
    assert webhook().body["status"] == "unchanged"
    assert call("documents", "POST", "/documents/compare", {"documents": []}).status in (200, 422)
    assert len(items()) == 1
    assert webhook({**GOOD, "source_version": 7}).body["status"] == "unchanged"
    assert [(entry["outcome"], entry["version"]) for entry in entries()] == [("done", 1), ("accepted", 1)]
    # What a sender repeats, since the answer was lost, is done once.
    body = json.dumps({**GOOD, "content": "Other text."}).encode()
    for after in (0, 1):
        assert webhook(body, headers=signed(body, after=after), token=None).status == 202
    assert len(entries(caller="signature")) == 1


def test_a_change_whose_entry_cannot_be_written_is_not_made(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    fails(
        monkeypatch,
        "transact_write_items",
        client_error("TransactionCanceledException", reasons=("None", "ThrottlingError")),
    )
    answer = webhook()
    assert (answer.status, services.record_count(), services.messages()) == (503, 0, [])
    assert answer.headers["Retry-After"]


def test_a_change_and_its_entry_are_written_together_or_not_at_all(services: Services) -> None:
    records, entry = dependencies.records(), of_done(asked(), NOW)
    webhook()
    record = records.get("doc-1")
    assert record is not None
    dependencies.audit().add(entry)
    changed = record.model_copy(update={"title": "Another", "revision": record.revision + 1})
    before = items()
    with pytest.raises(ClientError):  # there is an entry of this id
        records.put(changed, record, entry)
    assert records.get("doc-1") == record
    assert records.put(changed, record)
    # Another writer was faster: no entry says that it was otherwise.
    assert not records.put(changed, record, of_done(asked(), NOW))
    assert items() == before


LOST = [("ConditionalCheckFailed", "None"), ("TransactionConflict", "None"), ("ConditionalCheckFailed",) * 2]
THROTTLED = [
    (where, "None") if first else ("None", where)
    for where in ("ThrottlingError", "ProvisionedThroughputExceeded")
    for first in (True, False)
]
WRONG = [("ValidationError", "None"), ("None", "ConditionalCheckFailed"), ("None", "ValidationError")]


def put_with_entry() -> bool:
    record = DocumentRecord(
        doc_hash="doc-1",
        version=1,
        status=Status.QUEUED,
        operation=Operation.CREATE,
        correlation_id="c",
        created_at=NOW,
        updated_at=NOW,
    )
    return dependencies.records().put(record, None, of_done(asked(), NOW))


@pytest.mark.parametrize("reasons", LOST)
def test_a_transaction_that_met_another_writer_has_lost(
    services: Services, monkeypatch: pytest.MonkeyPatch, reasons: tuple[str, ...]
) -> None:
    fails(monkeypatch, "transact_write_items", client_error("TransactionCanceledException", reasons=reasons))
    assert not put_with_entry()


@pytest.mark.parametrize("reasons", THROTTLED)
def test_a_transaction_that_was_throttled_is_to_be_tried_again(
    services: Services, monkeypatch: pytest.MonkeyPatch, reasons: tuple[str, ...]
) -> None:
    fails(monkeypatch, "transact_write_items", client_error("TransactionCanceledException", reasons=reasons))
    with pytest.raises(StorageUnavailable):
        put_with_entry()


@pytest.mark.parametrize("reasons", WRONG)
def test_a_transaction_that_is_wrong_is_an_error(
    services: Services, monkeypatch: pytest.MonkeyPatch, reasons: tuple[str, ...]
) -> None:
    fails(monkeypatch, "transact_write_items", client_error("TransactionCanceledException", reasons=reasons))
    with pytest.raises(ClientError):
        put_with_entry()


def test_a_put_that_met_a_transaction_has_lost(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    webhook()
    record = dependencies.records().get("doc-1")
    assert record is not None
    fails(monkeypatch, "put_item", client_error("TransactionConflictException", "PutItem"))
    assert not dependencies.records().put(record, record)


# Operations -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def machines(services: Services, monkeypatch: pytest.MonkeyPatch) -> Services:
    """State machines whose executions go on for as long as the test, and empty dead letter queues."""
    states, sqs = boto3.client("stepfunctions", region_name=REGION), boto3.client("sqs", region_name=REGION)
    definition = json.dumps({"StartAt": "Wait", "States": {"Wait": {"Type": "Wait", "Seconds": 3600, "End": True}}})
    for name in ("create", "update", "delete", "redrive", "reconcile", "folder_change"):
        made = states.create_state_machine(
            name=name, definition=definition, roleArn="arn:aws:iam::123456789012:role/unused"
        )
        monkeypatch.setenv(f"{name.upper()}_STATE_MACHINE_ARN", made["stateMachineArn"])
    for queue in DeadLetterQueue:
        monkeypatch.setenv(f"{queue.upper()}_DLQ_URL", sqs.create_queue(QueueName=f"{queue}-dlq")["QueueUrl"])
    forget()
    return services


def test_an_operation_has_its_outcome_and_what_it_started(machines: Services) -> None:
    started = call("reconcile", "POST", "/reconcile", {"repair": False}, authorizer=EDITOR)
    assert started.status == 202
    [entry] = entries()
    assert entry["caller"] == {"kind": "token", "subject": "eve", "role": "editor"}
    assert (entry["action"], entry["outcome"]) == ("startReconciliation", "accepted")
    assert entry["runs"] == [f"reconcile-{started.body['id']}"]
    assert entry["ended_at"] >= entry["at"]


def test_an_operation_whose_beginning_cannot_be_written_does_not_begin(
    machines: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    fails(monkeypatch, "put_item", client_error("ThrottlingException", "PutItem"))
    assert call("reconcile", "POST", "/reconcile").status == 503
    assert call("uploads", "POST", "/uploads", {"size": 5}).status == 503
    arn = dependencies.machine_arns()["reconcile"]  # type: ignore[index]
    assert not boto3.client("stepfunctions", region_name=REGION).list_executions(stateMachineArn=arn)["executions"]


def test_an_operation_that_has_no_ending_is_unknown(machines: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    def throttled(*_: Any) -> bool:
        raise StorageUnavailable("throttled")

    monkeypatch.setattr(dependencies.audit(), "end", throttled)
    assert call("reconcile", "POST", "/reconcile").status == 202
    [entry] = entries()
    assert (entry["outcome"], entry.get("runs")) == ("unknown", None)


def test_an_operation_that_is_refused_or_meets_an_error_ends_so(
    machines: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert call("folder_changes", "POST", "/folders/delete", {"folder": "/none"}).status == 404
    [refused] = entries()
    assert (refused["action"], refused["target"]) == ("deleteFolder", "/none")
    assert (refused["outcome"], refused["status"], refused["error"]) == ("refused", 404, "UnknownFolder")

    def unreachable(_: Any) -> RunningChanges:
        raise StorageUnavailable("no")

    monkeypatch.setattr(type(dependencies.listing()), "count", lambda *_: 1)
    monkeypatch.setattr(type(dependencies.change_register()), "running", unreachable)
    assert call("folder_changes", "POST", "/folders/move", {"folder": "/a", "to": "/b"}).status == 503
    failed, _ = entries()
    assert (failed["outcome"], failed["status"], failed["error"]) == ("failed", 503, "StorageUnavailable")


def test_what_is_done_with_its_answer_ends_as_done(machines: Services) -> None:
    assert call("uploads", "POST", "/uploads", {"size": 5}).status == 201
    assert call("redrive", "POST", "/dead-letters/s3/redrive", {"doc_hash": "doc-1"}).status == 200
    redriven, uploaded = entries()
    assert (redriven["action"], redriven["outcome"], redriven["target"]) == ("redrive", "done", "s3")
    assert (uploaded["action"], uploaded["outcome"]) == ("requestUpload", "done")
    assert entries(doc_hash="doc-1") == [redriven]


# Refusals -------------------------------------------------------------------------------------------------------------


REFUSED: dict[str, tuple[Callable[[], Answer], dict[str, Any]]] = {
    "an unknown document": (
        lambda: webhook({"operation": "DELETE", "doc_hash": "none"}),
        {"action": "submitOperation", "status": 404, "error": "UnknownDocument", "doc_hash": "none"},
    ),
    "a body that is none": (
        lambda: webhook(b"{"),
        {"action": "submitOperation", "status": 400, "error": "MalformedBody"},
    ),
    "a field that is not valid": (
        lambda: webhook({**GOOD, "title": 7}),
        {"action": "submitOperation", "status": 422, "error": "ValidationError"},
    ),
    "a type that is not taken": (
        lambda: webhook({**GOOD, "content_type": "image/png"}),
        {"action": "submitOperation", "status": 415, "error": "ValidationError"},
    ),
    "an edit of nothing": (
        lambda: call("edit", "PATCH", "/documents/none", {"title": "x"}),
        {"action": "editDocument", "status": 404, "error": "UnknownDocument", "doc_hash": "none"},
    ),
    "a retry of nothing": (
        lambda: call("retry", "POST", "/documents/none/retry"),
        {"action": "retryDocument", "status": 404, "error": "UnknownDocument", "doc_hash": "none"},
    ),
    "a document of no name": (
        lambda: call("retry", "POST", "/documents/a.b/retry"),
        {"action": "retryDocument", "status": 404, "error": "UnknownDocument"},
    ),
    "an upload that is too large": (
        lambda: call("uploads", "POST", "/uploads", {"size": 10**12}),
        {"action": "requestUpload", "status": 413, "error": "Request Entity Too Large"},
    ),
    "a queue that is none": (
        lambda: call("redrive", "POST", "/dead-letters/none/redrive"),
        {"action": "redrive", "status": 404, "error": "UnknownQueue"},
    ),
    "a token that has expired since": (
        lambda: call("retry", "POST", "/documents/doc/retry", authorizer={**EDITOR, "expires_at": "1"}),
        {"action": "retryDocument", "status": 401, "error": "Unauthenticated"},
    ),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_a_function_refuses_is_an_entry(services: Services, what: str) -> None:
    request, expected = REFUSED[what]
    assert request().status == expected["status"]
    [entry] = entries()
    shown = {name: entry[name] for name in ("action", "status", "error", "doc_hash") if name in entry}
    assert shown == expected
    assert (entry["outcome"], entry["caller"]["kind"]) == ("refused", "token")


def test_a_role_that_may_not_is_an_entry_of_its_subject(services: Services) -> None:
    assert webhook(headers=bearer(role="viewer"), token=None).status == 403
    [entry] = entries()
    assert entry["caller"] == {"kind": "token", "subject": "user-1", "role": "viewer"}
    assert (entry["outcome"], entry["error"]) == ("refused", "Forbidden")


def test_a_refusal_that_cannot_be_written_is_answered_as_one_that_was_not_completed(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    fails(monkeypatch, "put_item", client_error("ThrottlingException", "PutItem"))
    answer = webhook({"operation": "DELETE", "doc_hash": "none"})
    assert (answer.status, answer.headers["Retry-After"]) == (503, "1")


def test_a_flood_of_those_who_prove_nothing_fills_a_few_places(
    signed_webhooks: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(auditing, "now", lambda: NOW)
    for number in range(3 * PLACES):
        bad = signed(secret=bytes(32)) if number % 2 else {}
        assert webhook(headers=bad, token=None, source_ip=f"198.51.100.{number}").status == 401
    found = entries(caller="nobody")
    assert 1 < len(found) <= PLACES
    assert {(entry["action"], entry["status"]) for entry in found} == {("submitOperation", 401)}


def test_a_flood_of_replays_fills_one_place(signed_webhooks: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(auditing, "now", lambda: NOW)
    body = json.dumps(GOOD).encode()
    once = signed(body)
    assert webhook(body, headers=once, token=None).status == 202
    for _ in range(5):
        assert webhook(body, headers=once, token=None).status == 409
    [refused] = [entry for entry in entries() if entry["outcome"] == "refused"]
    assert (refused["error"], refused["caller"]["kind"]) == ("Replayed", "signature")
    assert len(items()) == 2


# What is kept, and who reads it ---------------------------------------------------------------------------------------


def test_nothing_of_what_is_in_a_document_is_kept(services: Services) -> None:
    secret: dict[str, Any] = {
        **GOOD,
        "content": "secret text",
        "title": "secret title",
        "metadata": {"secret-key": "secret value"},
    }
    assert webhook(secret).status == 202
    assert webhook({**secret, "metadata": {"secret": {"deep": 1}}}).status == 422
    assert webhook({**secret, "secret-field": 1}).status == 422
    assert call("edit", "PATCH", "/documents/doc-1", {"title": "secret title 2"}).status == 202
    assert len(items()) == 4
    assert "secret" not in json.dumps(items())


def test_reading_the_log_is_no_entry_of_it(services: Services) -> None:
    webhook()
    assert len(entries()) == len(entries()) == 1


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({"cursor": "none"}, 400),
        ({"subject": "ann", "doc_hash": "doc"}, 422),
        ({"since": "2026-11-30T12:00:00Z", "until": "2026-11-29T12:00:00Z"}, 422),
        ({"limit": "0"}, 422),
        ({"outcome": "refused"}, 422),
    ],
)
def test_what_is_no_list_is_refused(services: Services, query: dict[str, str], status: int) -> None:
    assert call("audit", "GET", "/audit", query=query).status == status
