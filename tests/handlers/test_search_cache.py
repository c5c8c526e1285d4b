"""The table of what search keeps, on DynamoDB as moto plays it: the epoch, entries, and what comes of its errors."""

from collections.abc import Callable
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError, ConnectTimeoutError

from bloomweaver.adapters.dynamodb_epochs import DynamoDbEpochs
from bloomweaver.adapters.dynamodb_search_cache import DynamoDbSearchCache
from bloomweaver.errors import StorageUnavailable
from bloomweaver.ports import CacheEntry, Epoch
from bloomweaver.search.cached_lists import ListsKey
from bloomweaver.search.caching import LookedUp
from bloomweaver.search.request import Mode
from tests.fakes import Ticks
from tests.handlers.conftest import REGION, Services
from wiring import dependencies
from wiring.observability import metrics

TABLE = "search-cache"
NOW = "2026-01-01T00:00:0{}.000000+00:00"
ENTRY = CacheEntry(b"\x00value\xff", 1_767_225_600.0, Epoch(3, NOW.format(3)))


@pytest.fixture
def epochs(services: Services) -> DynamoDbEpochs:
    return DynamoDbEpochs(boto3.client("dynamodb", region_name=REGION), TABLE, Ticks())


@pytest.fixture
def cache(services: Services) -> DynamoDbSearchCache:
    return DynamoDbSearchCache(boto3.client("dynamodb", region_name=REGION), TABLE)


def test_epochs_are_counted_and_say_when_they_began(epochs: DynamoDbEpochs, cache: DynamoDbSearchCache) -> None:
    assert epochs.read() is None
    assert cache.read([]) == (None, {})
    epochs.advance()
    assert epochs.read() == Epoch(1, NOW.format(1))
    epochs.advance()
    assert epochs.read() == Epoch(2, NOW.format(2))
    assert cache.read([]) == (Epoch(2, NOW.format(2)), {})


def test_entries_come_back_as_they_were_beside_the_epoch(epochs: DynamoDbEpochs, cache: DynamoDbSearchCache) -> None:
    vector = CacheEntry(b"vector", 1_767_225_601.0)
    cache.write({"lists#1": ENTRY, "vector#1": vector})
    epochs.advance()
    epoch, found = cache.read(["lists#1", "vector#1", "vector#2"])
    assert epoch == Epoch(1, NOW.format(1))
    assert found == {"lists#1": ENTRY, "vector#1": vector}


def test_an_entry_is_replaced(cache: DynamoDbSearchCache) -> None:
    cache.write({"lists#1": ENTRY})
    newer = CacheEntry(b"newer", ENTRY.expires_at + 60, Epoch(4, NOW.format(4)))
    cache.write({"lists#1": newer})
    assert cache.read(["lists#1"])[1] == {"lists#1": newer}


def test_the_epoch_and_entries_are_read_as_they_are_now(services: Services) -> None:
    asked = Asked(lambda **_: {"Responses": {TABLE: []}})
    DynamoDbSearchCache(asked, TABLE).read(["lists#1"])
    DynamoDbEpochs(asked, TABLE, Ticks()).read()
    assert asked.requests[0]["RequestItems"][TABLE]["ConsistentRead"] is True
    assert asked.requests[1]["ConsistentRead"] is True


class Asked:
    """A client that answers every call alike, and keeps what it was asked."""

    def __init__(self, answer: Callable[..., Any]) -> None:
        self._answer = answer
        self.requests: list[dict[str, Any]] = []

    def __getattr__(self, _: str) -> Callable[..., Any]:
        def call(**request: Any) -> Any:
            self.requests.append(request)
            return self._answer(**request)

        return call


def refusing(error: Exception) -> Asked:
    def refuse(**_: Any) -> None:
        raise error

    return Asked(refuse)


def client_error(code: str, status: int) -> ClientError:
    answer: Any = {"Error": {"Code": code, "Message": code}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(answer, "BatchGetItem")


@pytest.mark.parametrize(
    "error",
    [
        client_error("ProvisionedThroughputExceededException", 400),
        client_error("InternalServerError", 500),
        client_error("ResourceNotFoundException", 400),
        client_error("AccessDeniedException", 400),
        ConnectTimeoutError(endpoint_url="http://127.0.0.1"),
    ],
)
def test_whatever_the_table_fails_with_a_search_hears_that_it_is_unavailable(error: Exception) -> None:
    cache = DynamoDbSearchCache(refusing(error), TABLE)
    with pytest.raises(StorageUnavailable):
        cache.read(["lists#1"])
    with pytest.raises(StorageUnavailable):
        cache.write({"lists#1": ENTRY})


def test_what_dynamodb_does_not_get_to_is_not_found_and_without_the_epoch_nothing_is() -> None:
    def left(*keys: str) -> dict[str, Any]:
        unread = {"Keys": [{"entry": {"S": key}} for key in keys]}
        return {"Responses": {TABLE: [item]}, "UnprocessedKeys": {TABLE: unread}}

    item: dict[str, Any] = {"entry": {"S": "epoch"}, "number": {"N": "1"}, "changed_at": {"S": NOW.format(1)}}
    assert DynamoDbSearchCache(Asked(lambda **_: left("lists#1")), TABLE).read(["lists#1"]) == (
        Epoch(1, NOW.format(1)),
        {},
    )
    item = {"entry": {"S": "other"}, "value": {"B": b""}, "expires_at": {"N": "0"}}
    with pytest.raises(StorageUnavailable, match="epoch"):
        DynamoDbSearchCache(Asked(lambda **_: left("epoch")), TABLE).read(["lists#1"])


def test_what_dynamodb_has_no_capacity_to_keep_is_said() -> None:
    unprocessed = {TABLE: [{"PutRequest": {"Item": {"entry": {"S": "lists#1"}}}}]}
    cache = DynamoDbSearchCache(Asked(lambda **_: {"UnprocessedItems": unprocessed}), TABLE)
    with pytest.raises(StorageUnavailable, match="1 of 2 entries"):
        cache.write({"lists#1": ENTRY, "vector#1": ENTRY})


def test_an_epoch_that_cannot_begin_for_good_is_no_matter_of_trying_again() -> None:
    with pytest.raises(StorageUnavailable):
        DynamoDbEpochs(refusing(client_error("ThrottlingException", 400)), TABLE, Ticks()).advance()
    with pytest.raises(ClientError):
        DynamoDbEpochs(refusing(client_error("AccessDeniedException", 400)), TABLE, Ticks()).advance()


def test_search_goes_on_where_the_table_is_gone_and_says_so(services: Services) -> None:
    boto3.client("dynamodb", region_name=REGION).delete_table(TableName=TABLE)
    key = ListsKey("query", None, None, Mode.HYBRID, None, 200, None, "viewer")
    try:
        assert dependencies.search_cache().look_up(key, "query", []) == LookedUp()
        assert metrics.metric_set["SearchCacheUnavailable"]["Value"] == [1.0]
    finally:
        metrics.clear_metrics()
