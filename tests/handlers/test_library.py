"""Folders, lists and edits, from the webhook's record over the table's stream to what the routes answer."""

import hashlib
from collections.abc import Iterable
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from bloomweaver.adapters.dynamodb_listing import DynamoDbListing
from bloomweaver.errors import InvalidCursor
from bloomweaver.library import together
from bloomweaver.library.following import follow, list_anew
from bloomweaver.library.listed import Entry, Listed, Order, Scope, Standing, partition
from bloomweaver.library.ports import ListedState, StateChange
from bloomweaver.library.together import follow_all
from bloomweaver.models.record import DocumentRecord, Operation, Status
from tests.fakes import MemoryRecords
from tests.handlers.conftest import REGION, LambdaContext, Services, call, forget, load
from tests.library.memory_listing import LONG_AGO, MemoryListing
from tests.library.test_following import record
from wiring import dependencies


def post(doc_hash: str, **more: object) -> None:
    body = {"operation": "CREATE", "doc_hash": doc_hash, "content_type": "text/plain", "content": "Text.", **more}
    assert call("webhook", "POST", "/webhook", body).status == 202


def stream(doc_hashes: Iterable[str]) -> None:
    """Hand the records of these documents to the function as the table's stream does."""
    client = boto3.client("dynamodb", region_name=REGION)
    images = [
        client.get_item(TableName="documents", Key={"doc_hash": {"S": doc_hash}})["Item"] for doc_hash in doc_hashes
    ]
    changes = [{"eventName": "MODIFY", "dynamodb": {"NewImage": image}} for image in images]
    load("listing").handler({"Records": changes}, LambdaContext())


def listed(**query: str) -> list[str]:
    answer = call("documents", "GET", "/documents", query=query)
    assert answer.status == 200, answer.body
    return [document["doc_hash"] for document in answer.body["documents"]]


# The table -----------------------------------------------------------------------------------------------------------


def test_the_table_does_what_its_port_says(services: Services) -> None:
    records = [
        record("one", 1, folder="/a", title="One"),
        record("two", 1, folder="/a/b", title="Two", status=Status.FAILED),
        record("three", 1, folder="/c", title="three"),
        record("one", 2, folder="/c", title="One"),
        record("two", 1, folder="/a/b", title="Two again"),
        record("three", 2, operation=Operation.DELETE, status=Status.DELETING),
        record("three", 3, folder="/a", title="Three"),
    ]
    table, memory = dependencies.listing(), MemoryListing()
    for each in records:
        assert follow(table, each) is follow(memory, each)
    for folder in ("/", "/a", "/a/b", "/c", "/d"):
        assert table.count(folder) == memory.count(folder)
        assert table.children(folder, after=None, limit=10) == memory.children(folder, after=None, limit=10)
        for order in Order:
            for scope in Scope:
                for standing in Standing:
                    key, down = partition(order, scope, standing, folder), order is Order.TIME
                    for limit in (1, 10):
                        asked: dict[str, Any] = {"prefix": "", "after": None, "limit": limit, "descending": down}
                        assert list(table.entries(key, **asked)) == list(memory.entries(key, **asked))
    known = ("one", "two", "three")
    for doc_hash in known:
        assert table.state(doc_hash) == memory.state(doc_hash)
    assert table.states([*known, "one", "nobody"], consistent=False) == memory.states(known, consistent=False)
    for consistent in (True, False):
        whole, expected = table.scan(1000, None, consistent=consistent), memory.scan(1000, None, consistent=consistent)
        assert (set(whole.entries), whole.states, whole.cursor) == (set(expected.entries), expected.states, None)
        assert sorted(map(repr, whole.counts)) == sorted(map(repr, expected.counts))
        assert table.existing(expected.entries, consistent=consistent) == set(expected.entries)
        assert table.existing([Entry("notes", "none")], consistent=consistent) == set()


def test_the_table_is_gone_through_page_by_page_whatever_is_removed_meanwhile(services: Services) -> None:
    table = dependencies.listing()
    for number in range(5):
        follow(table, record(f"doc-{number}", folder="/a"))
    entries, states, counts = set(), {}, {}
    cursor, pages = None, 0
    while pages == 0 or cursor is not None:
        page = table.scan(7, cursor, consistent=True)
        entries |= set(page.entries)
        states |= page.states
        counts |= {count.folder: count.documents for count in page.counts}
        table.write(put=(), delete=page.entries)
        cursor, pages = page.cursor, pages + 1
    assert (len(entries), sorted(states), counts) == (30, [f"doc-{number}" for number in range(5)], {"/": 5, "/a": 5})
    assert pages == 6
    for cursor in ("", "x", "W10=", "IiI=", "bnVsbA=="):
        with pytest.raises(InvalidCursor):
            table.scan(7, cursor, consistent=True)


def test_more_are_looked_for_than_one_request_takes(services: Services) -> None:
    table = dependencies.listing()
    for number in range(30):
        follow(table, record(f"doc-{number:02}", folder="/a"))
    entries = table.scan(1000, None, consistent=True).entries
    assert len(entries) == 180
    assert table.existing(entries, consistent=False) == set(entries)
    assert len(table.states((f"doc-{number:02}" for number in range(130)), consistent=True)) == 30


def test_a_mark_goes_with_any_change_of_the_number(services: Services) -> None:
    table = dependencies.listing()
    follow(table, record("one", 1, folder="/a"))
    assert (table.mark("/a", "mine"), table.mark("/b", "mine")) == (1, 0)
    follow(table, record("one", 2, folder="/a", title="Only called otherwise"))
    follow(table, record("two", 1, folder="/b"))
    assert not table.correct("/b", "mine", 5)
    assert table.correct("/a", "mine", 2)
    assert not table.correct("/a", "mine", 2)
    assert (table.count("/a"), table.count("/b")) == (3, 1)
    assert table.mark("/a", "mine") == 3
    assert table.mark("/a", "another's") == 3
    assert not table.correct("/a", "mine", 2)


def test_a_number_that_comes_to_nothing_is_no_item(services: Services) -> None:
    table = dependencies.listing()
    assert table.mark("/gone", "mine") == 0
    assert table.children("/", after=None, limit=10).folders == []
    assert table.correct("/gone", "mine", 0)
    assert table.scan(10, None, consistent=True).counts == []


def test_a_state_says_when_somebody_followed_last_and_no_repair_of_it(services: Services) -> None:
    table, now = dependencies.listing(), [LONG_AGO]
    table = DynamoDbListing(boto3.client("dynamodb", region_name=REGION), "listing", lambda: now[0])
    follow(table, record())
    now[0] = "2026-01-02"
    assert list_anew(table, MemoryRecords({"doc": record()}), "doc") == {}
    state = table.state("doc")
    assert state is not None
    assert (state.followed_at, state.serial) == (LONG_AGO, 3)
    follow(table, record("doc", 2))
    state = table.state("doc")
    assert state is not None
    assert state.followed_at == "2026-01-02"


def test_a_state_is_replaced_on_its_revision_alone(services: Services) -> None:
    table, unknown = dependencies.listing(), ListedState(0, None)
    state = ListedState(1, Listed.of(record()), begun=(None, Listed.of(record(folder="/a"))), serial=1)
    assert table.commit([StateChange("doc", unknown, state)], counts={"/": 1})
    for counts in ({"/": 1}, {}):
        for other in (unknown, ListedState(1, None, serial=7)):
            newer = ListedState(2, None, serial=other.serial + 1)
            stale, fresh = StateChange("doc", other, newer), StateChange("new", unknown, state)
            assert not table.commit([stale], counts=counts)
            assert not table.commit([fresh, stale], counts=counts)
    assert (table.count("/"), table.state("doc"), table.state("new")) == (1, state, None)


def test_many_records_are_followed_together_as_one_by_one(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(together, "GROUP_MAX", 8)

    def shelved(number: int, revision: int, folder: str) -> DocumentRecord:
        deleted = {"operation": Operation.DELETE, "status": Status.DELETING} if number % 7 == 6 else {}
        return record(f"doc-{number:03}", revision, folder=folder, **(deleted if revision == 2 else {}))

    table, memory = dependencies.listing(), MemoryListing()
    first = [shelved(number, 1, f"/{number % 3}/{number % 5}") for number in range(20)]
    second = [shelved(number, 2, f"/{number % 4}") for number in range(18)]
    for records in (first, second, [*second, *first]):
        assert follow_all(table, records) == sum([follow(memory, each) for each in records])
        found = table.scan(5000, None, consistent=True)
        assert (set(found.entries), found.states) == (memory.places, memory.known)
        assert {count.folder: count.documents for count in found.counts} == memory.counts


def test_more_entries_than_one_request_takes_are_written(services: Services) -> None:
    deep = record(folder="/" + "/".join(str(level) for level in range(30)))
    table = dependencies.listing()
    follow(table, deep)
    wanted = Listed.of(deep)
    assert wanted is not None
    for entry in wanted.entries("doc"):
        [found] = table.entries(entry.partition, prefix="", after=None, limit=5, descending=False)
        assert found == entry


# The routes ----------------------------------------------------------------------------------------------------------


def test_documents_are_listed_by_folder_once_the_stream_has_them(services: Services) -> None:
    post("b", title="Beta", folder="/guides")
    post("a", title="alpha", folder="/guides/aws")
    post("c", title="Alphabet", folder="/guides")
    assert listed(folder="/guides", recursive="true") == []
    stream(["a", "b", "c"])
    assert listed(folder="/guides") == ["c", "b"]
    assert listed(folder="/guides", recursive="true") == ["a", "c", "b"]
    assert listed(folder="/guides", recursive="true", prefix="ALPHA") == ["a", "c"]
    assert listed(folder="/guides", recursive="true", sort="time") == ["c", "a", "b"]
    assert listed(folder="/guides", recursive="true", status="queued") == ["c", "a", "b"]
    assert listed(folder="/", recursive="true", status="failed") == []


def test_folders_have_the_numbers_of_what_is_below_them(services: Services) -> None:
    post("a", folder="/guides/aws")
    post("b", folder="/guides")
    post("c")
    stream(["a", "b", "c"])
    answer = call("documents", "GET", "/folders")
    assert answer.body == {
        "folder": "/",
        "documents": 3,
        "folders": [{"folder": "/guides", "name": "guides", "documents": 2}],
        "next_cursor": None,
    }
    assert call("documents", "GET", "/folders", query={"folder": "/guides"}).body["folders"] == [
        {"folder": "/guides/aws", "name": "aws", "documents": 1}
    ]


def test_a_deleted_document_is_in_no_list_from_the_answer_on(services: Services) -> None:
    post("a", folder="/guides")
    stream(["a"])
    assert call("webhook", "POST", "/webhook", {"operation": "DELETE", "doc_hash": "a"}).status == 202
    assert listed(folder="/guides") == []
    stream(["a"])
    assert call("documents", "GET", "/folders").body["folders"] == []


def test_the_documents_of_an_origin_are_listed_by_path(services: Services) -> None:
    for name, path in (("x", "b.md"), ("y", "a.md")):
        post(name, origin={"name": "docs", "path": path})
    post("z", origin={"name": "other", "path": "a.md"})
    stream(["x", "y", "z"])
    assert listed(origin="docs") == ["y", "x"]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({}, "folder"),
        ({"folder": "guides"}, "folder"),
        ({"folder": "/a/../b"}, "folder"),
        ({"recursive": "true", "status": "queued"}, "folder"),
        ({"folder": "/", "status": "deleted"}, "status"),
        ({"folder": "/", "status": "queued", "sort": "title"}, "sort"),
        ({"folder": "/", "sort": "time", "prefix": "a"}, "prefix"),
        ({"folder": "/", "origin": "docs"}, "origin"),
        ({"folder": "/", "sort": "size"}, "sort"),
    ],
)
def test_a_list_that_there_is_not_is_refused(services: Services, query: dict[str, str], field: str) -> None:
    answer = call("documents", "GET", "/documents", query=query)
    assert (answer.status, answer.body["errors"][0]["field"]) == (422, field)


def test_a_cursor_of_another_list_is_a_400(services: Services) -> None:
    for name in "abc":
        post(name, folder="/guides")
    stream("abc")
    first = call("documents", "GET", "/documents", query={"folder": "/guides", "limit": "1"}).body
    again = {"folder": "/", "recursive": "true", "cursor": first["next_cursor"]}
    assert call("documents", "GET", "/documents", query=again).status == 400


def test_a_folder_is_kept_where_a_request_does_not_name_it(services: Services) -> None:
    post("a", folder="/guides", origin={"name": "docs", "path": "a.md"})
    post("a", content="Other text.")
    shown = call("documents", "GET", "/documents/a").body
    assert (shown["folder"], shown["origin"]) == ("/guides", {"name": "docs", "path": "a.md"})
    assert call("webhook", "POST", "/webhook", {"operation": "DELETE", "doc_hash": "a"}).status == 202
    post("a")
    assert call("documents", "GET", "/documents/a").body["folder"] == "/"


def test_the_expected_version_of_a_request_is_the_latest_or_it_is_a_409(services: Services) -> None:
    post("a", expected_version=0)
    post("a", content="Two.", expected_version=1)
    body = {"operation": "CREATE", "doc_hash": "a", "content_type": "text/plain", "content": "Three."}
    for version in (0, 1, 3):
        answer = call("webhook", "POST", "/webhook", {**body, "expected_version": version})
        assert (answer.status, answer.body["errors"][0]["field"]) == (409, "expected_version")
    # The answer to it may have been lost.
    again = {**body, "content": "Two.", "expected_version": 1}
    assert call("webhook", "POST", "/webhook", again).status == 200


def test_an_edit_is_accepted_as_a_new_version(services: Services) -> None:
    post("a", title="Old", metadata={"year": 1})
    answer = call("edit", "PATCH", "/documents/a", {"title": "New", "metadata": {"year": None}, "folder": "/guides"})
    assert (answer.status, answer.body["version"], answer.body["operation"]) == (202, 2, "UPDATE")
    shown = call("documents", "GET", "/documents/a").body
    assert (shown["title"], shown["metadata"], shown["folder"]) == ("New", {}, "/guides")
    assert [message["version"] for message in services.messages()] == [1, 2]
    assert call("edit", "PATCH", "/documents/a", {"title": "New"}).status == 200


@pytest.mark.parametrize(
    ("doc_hash", "body", "status", "field"),
    [
        ("nobody", {"title": "x"}, 404, "doc_hash"),
        ("a", {"title": "x", "expected_version": 9}, 409, "expected_version"),
        ("a", {"folder": "//"}, 422, "folder"),
        ("a", {"metadata": {"b": "x" * 17_000}}, 422, "metadata"),
        ("a", {"text": "x"}, 422, "text"),
        ("a", "no json", 400, "body"),
    ],
)
def test_an_edit_that_cannot_be_changes_nothing(
    services: Services, doc_hash: str, body: Any, status: int, field: str
) -> None:
    post("a", title="Old")
    answer = call("edit", "PATCH", f"/documents/{doc_hash}", body)
    assert (answer.status, answer.body["errors"][0]["field"]) == (status, field)
    assert call("documents", "GET", "/documents/a").body["version"] == 1


def test_a_comparison_says_what_need_not_be_sent(services: Services) -> None:
    post("a", title="A")
    digest = hashlib.sha256(b"Text.").hexdigest()
    one = {"doc_hash": "a", "content_sha256": digest, "content_type": "text/plain", "title": "A"}
    documents = [one, {**one, "title": "B"}, {**one, "doc_hash": "b"}]
    answer = call("documents", "POST", "/documents/compare", {"documents": documents})
    assert answer.status == 200
    assert [each["unchanged"] for each in answer.body["documents"]] == [True, False, False]


# Catching up ---------------------------------------------------------------------------------------------------------


def sweep() -> int:
    listed_now: int = load("sweep")._run().listed
    return listed_now


@pytest.fixture
def sweeping(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a sweep needs, which finds nothing that hangs."""
    for name in ("create", "update", "delete"):
        monkeypatch.setenv(
            f"{name.upper()}_STATE_MACHINE_ARN", f"arn:aws:states:us-east-1:123456789012:stateMachine:{name}"
        )
    forget()


def test_what_the_stream_lost_is_listed_by_the_sweep(sweeping: None) -> None:
    post("a", folder="/guides")
    post("b", folder="/guides")
    assert sweep() == 2  # all of before
    post("c", folder="/guides")
    call("edit", "PATCH", "/documents/a", {"folder": "/other"})
    assert sweep() == 2
    assert listed(folder="/guides") == ["b", "c"]
    assert listed(folder="/other") == ["a"]
    assert sweep() == 0


def test_a_table_that_is_gone_is_said_to_be_unavailable(services: Services) -> None:
    boto3.client("dynamodb", region_name=REGION).delete_table(TableName="listing")
    with pytest.raises(ClientError):
        follow(dependencies.listing(), DocumentRecord.model_validate(record().model_dump()))
