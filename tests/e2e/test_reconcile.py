"""What happens to index, backups and lists behind the system's back is found, named and repaired."""

import uuid
from collections.abc import Iterator

import pytest

from bloomweaver import keys
from bloomweaver.adapters.dynamodb_chats import DynamoDbChats
from bloomweaver.adapters.dynamodb_listing import DynamoDbListing
from bloomweaver.chats.chat import Chat
from bloomweaver.chats.message import Message, Words
from bloomweaver.clock import now
from bloomweaver.library.listed import Entry
from bloomweaver.models.chunk import IndexedChunk
from cli.answers import Finding, Reconciliation
from tests.e2e.running_stack import RunningStack
from tests.e2e.waiting import wait_for

RECONCILE_SECONDS = 60.0
LONG_AGO = "2026-01-01T00:00:00.000000+00:00"
LISTED_SECONDS = 20.0
LONG_TEXT = "\n\n".join(f"Passage {number}. " + "The tide tables lie in the blue cabinet. " * 30 for number in range(6))


@pytest.fixture(autouse=True)
def at_once(stack: RunningStack) -> Iterator[None]:
    """A comparison that leaves nothing alone, however fresh."""
    with stack.function_environment("compare", RECONCILE_QUIET_SECONDS="0"):
        yield


def reconcile(stack: RunningStack, doc_hash: str, *, repair: bool = False) -> set[tuple[str, str, int, str]]:
    """Reconcile, and return what was found of the documents whose names begin like this: kind, name, count, repair."""
    return {
        (finding.kind, finding.doc_hash, finding.count, finding.repair)
        for finding in findings_of(stack, repair=repair)
        if finding.doc_hash and finding.doc_hash.startswith(doc_hash)
    }


def findings_of(stack: RunningStack, *, repair: bool = False) -> list[Finding]:
    """Reconcile, and return all that was found."""
    id_ = stack.api.reconcile(repair=repair).id

    def ended() -> Reconciliation | None:
        found = stack.api.reconciliation(id_)
        return found if found.status != "running" else None

    run = wait_for(ended, RECONCILE_SECONDS, f"{id_} has ended")
    assert run.status == "succeeded", run
    assert run.report is not None
    assert run.report.done
    findings: list[Finding] = list(run.findings)
    while run.next_cursor is not None:
        run = stack.api.reconciliation(id_, cursor=run.next_cursor)
        findings += run.findings
    return findings


OF_CHATS = {"unerased_answers", "lost_answers", "orphan_chat_items"}


def of_documents(findings: list[Finding]) -> list[Finding]:
    """Those that are not of chats: other tests have some, and end them as they like."""
    return [each for each in findings if each.kind not in OF_CHATS]


def orphan(doc_hash: str, version: int) -> IndexedChunk:
    chunk_id = keys.chunk_id(version, 0)
    return IndexedChunk(
        id=keys.vector_id(doc_hash, version, 0),
        doc_hash=doc_hash,
        version=version,
        chunk_id=chunk_id,
        text="A passage that nobody sent.",
        vector=[1.0] * 384,
    )


def test_what_was_done_behind_its_back_is_named_and_repaired(stack: RunningStack, doc_hash: str) -> None:
    lacking, unsaved, nobody = f"{doc_hash}-vectors", f"{doc_hash}-backups", f"{doc_hash}-nobody"
    folder = f"/{doc_hash}"  # other tests have passages like these
    stack.index(lacking, "An old text.", folder=folder)
    stack.index(lacking, LONG_TEXT)
    stack.index(unsaved, LONG_TEXT, folder=folder)
    count = stack.api.document(lacking).chunk_count
    assert count > 2
    assert reconcile(stack, doc_hash) == set()

    bucket = stack.descriptor.outputs["BackupsBucketName"]
    stack.vectors.delete([keys.vector_id(lacking, 2, 0), keys.vector_id(lacking, 2, 1)])
    stack.vectors.upsert([orphan(lacking, 1), orphan(nobody, 3)])
    stack.client("s3").put_object(Bucket=bucket, Key=keys.backup_key(unsaved, 1, 0), Body=b"{ broken")
    stack.client("s3").delete_object(Bucket=bucket, Key=keys.backup_key(unsaved, 1, 1))
    stack.client("s3").put_object(Bucket=bucket, Key=keys.backup_key(nobody, 2, 0), Body=b"{}")
    wrong = {
        ("missing_vectors", lacking, 2),
        ("orphan_vectors", lacking, 1),
        ("orphan_vectors", nobody, 1),
        ("broken_backups", unsaved, 1),
        ("missing_backups", unsaved, 1),
        ("orphan_backups", nobody, 1),
    }
    assert reconcile(stack, doc_hash) == {(*one, "not_asked") for one in wrong}

    repaired = reconcile(stack, doc_hash, repair=True)
    assert {(kind, repair) for kind, _, _, repair in repaired} == {
        ("missing_vectors", "restored"),
        ("orphan_vectors", "removed"),
        ("broken_backups", "run_again"),
        ("missing_backups", "run_again"),
        ("orphan_backups", "removed"),
    }
    assert {one[:3] for one in repaired} == wrong
    wait_for(lambda: stack.api.document(unsaved).indexed_version == 2, RECONCILE_SECONDS, "it was run again")
    wait_for(lambda: reconcile(stack, doc_hash) == set(), RECONCILE_SECONDS, "nothing is wrong any more")
    for name in (lacking, unsaved):
        document = stack.api.document(name)
        assert (document.status, document.version, document.chunk_count) == ("indexed", 2, count)
        stack.assert_holds_only(document)
        found = stack.api.search("where are the tide tables", top_k=50, folder=folder).results
        assert name in {hit.doc_hash for hit in found}
    stack.assert_holds_nothing(nobody)
    # What was removed of it never comes back under the same ids.
    assert stack.index(nobody, "It is somebody now.").version == 4


def test_documents_that_change_meanwhile_are_not_touched(stack: RunningStack, doc_hash: str) -> None:
    names = [f"{doc_hash}-{number}" for number in range(4)]
    for name in names:
        stack.index(name, LONG_TEXT)
    accepted = [stack.submit(name, f"{LONG_TEXT} Changed.") for name in names]
    assert reconcile(stack, doc_hash, repair=True) == set()
    for name, change in zip(names, accepted, strict=True):
        assert stack.execution(change).status == "SUCCEEDED"
        document = stack.api.document(name)
        assert (document.version, document.indexed_version) == (2, 2)
        stack.assert_holds_only(document)
    assert reconcile(stack, doc_hash) == set()


def test_lists_that_were_changed_behind_its_back_are_put_right(stack: RunningStack, doc_hash: str) -> None:
    folder, gone = f"/{doc_hash}", f"/{doc_hash}-gone"
    whole, lacking = f"{doc_hash}-a", f"{doc_hash}-b"
    for name in (whole, lacking):
        stack.index(name, "The tide tables lie in the blue cabinet.", folder=folder, title=name)
    wait_for(lambda: stack.api.folders(folder).documents == 2, LISTED_SECONDS, "both are listed")
    wait_for(lambda: of_documents(findings_of(stack)) == [], RECONCILE_SECONDS, "all is listed")

    client = stack.client("dynamodb")
    [name] = [each for each in client.list_tables()["TableNames"] if "ListingTable" in each]
    table = DynamoDbListing(client, name, now)
    entries = [each for each in table.scan(10_000, None, consistent=True).entries if each.doc_hash == lacking]
    table.write(put=[Entry(f"title:direct:fine:{gone}", f"a\0{whole}")], delete=entries[:2])
    for each in (folder, gone):
        assert table.mark(each, "by hand") is not None
        assert table.correct(each, "by hand", 3)
    wrong = {
        ("unlisted_documents", lacking, 1),
        ("orphan_entries", whole, 1),
        ("wrong_folder_counts", None, 1),
    }
    found = of_documents(findings_of(stack))
    assert {(each.kind, each.doc_hash, each.count) for each in found} == wrong
    assert {each.examples[0] for each in found if each.kind == "wrong_folder_counts"} == {folder, gone}

    repaired = of_documents(findings_of(stack, repair=True))
    assert {(each.kind, each.repair) for each in repaired} == {
        ("unlisted_documents", "restored"),
        ("orphan_entries", "removed"),
        ("wrong_folder_counts", "restored"),
    }
    assert of_documents(findings_of(stack)) == []
    assert [each.doc_hash for each in stack.api.in_folder(folder).documents] == [whole, lacking]
    assert (stack.api.folders(folder).documents, stack.api.folders(gone).documents) == (2, 0)


@pytest.mark.vector_store("lancedb")
def test_what_chats_left_over_is_put_right(stack: RunningStack, doc_hash: str) -> None:
    stack.index(doc_hash, "The tide tables lie in the blue cabinet.")
    findings_of(stack, repair=True)  # what other tests left
    table = DynamoDbChats(stack.client("dynamodb"), stack.descriptor.outputs["ChatsTableName"])
    owner, chats = uuid.uuid4().hex, [uuid.uuid4().hex for _ in range(3)]
    for id_, rests_on, status in zip(
        chats, ({f"{doc_hash}-gone": 1}, {doc_hash: 1}, {doc_hash: 1}), ("complete", "running", "complete"), strict=True
    ):
        chat = Chat(owner=owner, id=id_, created_at=LONG_AGO, active_at=LONG_AGO, expires_at=2**40)
        assert table.put_chat(chat, None)
        message = kept_message(owner, id_, rests_on, status)
        assert table.ask(chat.model_copy(update={"revision": 2, "serial": 1}), chat, message)
        table.note_rests(message, rests_on)
    client, name = stack.client("dynamodb"), stack.descriptor.outputs["ChatsTableName"]
    client.delete_item(TableName=name, Key={"owner": {"S": owner}, "item": {"S": f"chat#{chats[2]}"}})

    def found(*, repair: bool = False) -> set[tuple[str, int, str]]:
        findings = [each for each in findings_of(stack, repair=repair) if each.kind in OF_CHATS]
        assert not [each for each in findings if each.doc_hash or each.examples]
        return {(each.kind, each.count, each.repair) for each in findings}

    wrong = ("unerased_answers", "lost_answers", "orphan_chat_items")
    assert found() == {(kind, 1, "not_asked") for kind in wrong}
    assert found(repair=True) == {(kind, 1, "removed") for kind in wrong}
    assert found() == set()
    kept = [table.message(owner, id_, "000001") for id_ in chats]
    assert [each and each.status for each in kept] == ["withheld", "incomplete", None]
    for id_ in chats[:2]:
        table.delete(owner, id_)


@pytest.mark.vector_store("lancedb")
def test_the_sweep_ends_an_answer_whose_run_was_lost(stack: RunningStack) -> None:
    table = DynamoDbChats(stack.client("dynamodb"), stack.descriptor.outputs["ChatsTableName"])
    owner, id_ = uuid.uuid4().hex, uuid.uuid4().hex
    chat = Chat(owner=owner, id=id_, created_at=LONG_AGO, active_at=LONG_AGO, expires_at=2**40)
    assert table.put_chat(chat, None)
    message = kept_message(owner, id_, {}, "running")
    assert table.ask(chat.model_copy(update={"revision": 2, "serial": 1}), chat, message)
    assert stack.api.sweep().lost_answers >= 1
    kept = table.message(owner, id_, "000001")
    assert kept is not None
    assert (kept.status, kept.error and kept.error.type) == ("incomplete", "RunLost")
    table.delete(owner, id_)


def kept_message(owner: str, chat_id: str, rests_on: dict[str, int], status: str) -> Message:
    """The first message of a chat, long ago."""
    times = dict.fromkeys(("asked_at", "started_at", "updated_at"), LONG_AGO)
    parts = (Words(text="In the blue cabinet."),)
    whole = {"owner": owner, "chat_id": chat_id, "id": "000001", "question": "Where?", "status": status, **times}
    return Message.model_validate({**whole, "rests_on": rests_on, "parts": parts, "expires_at": 2**40})
