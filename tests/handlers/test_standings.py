"""What the check on read needs of records, with the epoch beside it, on DynamoDB as moto plays it."""

from typing import Any

import boto3
import pytest

from bloomweaver.adapters.dynamodb_standings import DynamoDbStandings
from bloomweaver.errors import StorageUnavailable
from bloomweaver.ports import Epoch, ServedVersion, Standing
from tests.documents.test_epoch import CREATED_AGAIN, DELETED, record
from tests.fakes import INDEX
from tests.handlers.conftest import REGION, Services
from tests.handlers.test_search_cache import Asked, client_error, refusing
from wiring import dependencies

SERVED = ServedVersion(1, INDEX)


@pytest.fixture
def standings(services: Services) -> DynamoDbStandings:
    return dependencies.standings()


def put(doc_hash: str, **changes: Any) -> None:
    assert dependencies.records().put(record(doc_hash=doc_hash, **changes), None)


def test_it_says_what_a_record_says(standings: DynamoDbStandings) -> None:
    documents = {
        "served": record(),
        "moved": record(index="other"),
        "accepted": record(indexed_version=0, index=None),
        "deleted": DELETED,
        "again": CREATED_AGAIN,
    }
    for name, each in documents.items():
        assert dependencies.records().put(each.model_copy(update={"doc_hash": name}), None)
    found = standings.read([*documents, "unknown"])
    said = {name: ServedVersion(each.served_version, each.index) for name, each in documents.items()}
    assert found == Standing(said, None)


def test_the_epoch_comes_with_the_records_and_without_any(standings: DynamoDbStandings) -> None:
    assert standings.read([], epoch=True) == Standing({}, None)
    put("doc")
    epoch = dependencies.epochs().read()
    assert epoch is not None
    assert standings.read(["doc"], epoch=True) == Standing({"doc": SERVED}, epoch)
    assert standings.read([], epoch=True) == Standing({}, epoch)
    assert standings.read([]) == Standing({}, None)


def test_more_documents_than_a_request_takes_are_all_read(standings: DynamoDbStandings) -> None:
    names = [f"doc-{number}" for number in range(205)]
    for name in names:
        put(name)
    found = standings.read(names, epoch=True)
    assert found.served == dict.fromkeys(names, SERVED)
    assert found.epoch == dependencies.epochs().read()


def test_the_records_are_read_where_the_table_of_the_epoch_is_gone(standings: DynamoDbStandings) -> None:
    put("doc")
    boto3.client("dynamodb", region_name=REGION).delete_table(TableName="search-cache")
    assert standings.read(["doc"], epoch=True) == Standing({"doc": SERVED}, None)


def item(doc_hash: str) -> dict[str, Any]:
    numbers = {"indexed_version": {"N": "1"}, "deleted_version": {"N": "0"}}
    return {"doc_hash": {"S": doc_hash}, "index": {"S": INDEX}, **numbers}


def test_what_dynamodb_did_not_get_to_is_asked_for_again_but_for_the_epoch() -> None:
    answers = [
        {
            "Responses": {"documents": [item("a")]},
            "UnprocessedKeys": {
                "documents": {"Keys": [{"doc_hash": {"S": "b"}}]},
                "epochs": {"Keys": [{"entry": {"S": "epoch"}}]},
            },
        },
        {"Responses": {"documents": [item("b")]}},
    ]
    client = Asked(lambda **_: answers.pop(0))
    found = DynamoDbStandings(client, "documents", "epochs").read(["a", "b"], epoch=True)
    assert found == Standing({"a": SERVED, "b": SERVED}, None)
    assert [sorted(request["RequestItems"]) for request in client.requests] == [["documents", "epochs"], ["documents"]]


def test_where_it_takes_no_key_of_a_record_that_is_said() -> None:
    left = {"UnprocessedKeys": {"documents": {"Keys": [{"doc_hash": {"S": "a"}}]}}}
    with pytest.raises(StorageUnavailable, match="none of the keys"):
        DynamoDbStandings(Asked(lambda **_: left), "documents", "epochs").read(["a"])


@pytest.mark.parametrize("error", [client_error("ThrottlingException", 400), client_error("InternalServerError", 500)])
def test_what_passes_is_unavailable(error: Exception) -> None:
    with pytest.raises(StorageUnavailable):
        DynamoDbStandings(refusing(error), "documents", "epochs").read(["a"], epoch=True)


def test_every_read_is_of_what_is_there_now() -> None:
    epoch = {"entry": {"S": "epoch"}, "number": {"N": "7"}, "changed_at": {"S": "now"}}
    client = Asked(lambda **_: {"Responses": {"documents": [item("a")], "epochs": [epoch]}})
    found = DynamoDbStandings(client, "documents", "epochs").read(["a"], epoch=True)
    assert found.epoch == Epoch(7, "now")
    [request] = client.requests
    assert all(of_table["ConsistentRead"] for of_table in request["RequestItems"].values())
