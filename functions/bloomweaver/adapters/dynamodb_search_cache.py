"""What search keeps, in DynamoDB: one item an entry, which DynamoDB removes some time after `expires_at`."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from bloomweaver.adapters import dynamodb_epochs
from bloomweaver.errors import StorageUnavailable
from bloomweaver.ports import CacheEntry, Epoch


class DynamoDbSearchCache:
    """Implements `SearchCacheTable` with a DynamoDB client, which is better not a patient one."""

    def __init__(self, client: Any, table: str) -> None:
        self._client = client
        self._table = table

    def read(self, keys: Sequence[str]) -> tuple[Epoch | None, dict[str, CacheEntry]]:
        """See `SearchCacheTable`. An entry that DynamoDB had no capacity for is not found."""
        request = {"Keys": [{"entry": {"S": key}} for key in (dynamodb_epochs.KEY, *keys)], "ConsistentRead": True}
        with _whatever_it_is("reading from the cache"):
            answer = self._client.batch_get_item(RequestItems={self._table: request})
        items = {item["entry"]["S"]: item for item in answer.get("Responses", {}).get(self._table, [])}
        left = answer.get("UnprocessedKeys", {}).get(self._table, {}).get("Keys", [])
        if {"entry": {"S": dynamodb_epochs.KEY}} in left:
            raise StorageUnavailable("reading from the cache: DynamoDB did not take the key of the epoch")
        epoch = items.pop(dynamodb_epochs.KEY, None)
        entries = {key: _from_item(item) for key, item in items.items()}
        return dynamodb_epochs.from_item(epoch) if epoch else None, entries

    def write(self, entries: Mapping[str, CacheEntry]) -> None:
        """See `SearchCacheTable`. What DynamoDB had no capacity for is not kept, which is an error as any other."""
        puts = [{"PutRequest": {"Item": _to_item(key, entry)}} for key, entry in entries.items()]
        with _whatever_it_is("writing to the cache"):
            answer = self._client.batch_write_item(RequestItems={self._table: puts})
        if left := answer.get("UnprocessedItems", {}).get(self._table):
            raise StorageUnavailable(f"writing to the cache: DynamoDB did not take {len(left)} of {len(puts)} entries")


def _to_item(key: str, entry: CacheEntry) -> dict[str, Any]:
    item: dict[str, Any] = {
        "entry": {"S": key},
        "value": {"B": entry.value},
        # Whole seconds are all that DynamoDB knows.
        "expires_at": {"N": str(int(entry.expires_at))},
    }
    if entry.epoch is not None:
        item |= {"number": {"N": str(entry.epoch.number)}, "changed_at": {"S": entry.epoch.changed_at}}
    return item


def _from_item(item: dict[str, Any]) -> CacheEntry:
    epoch = dynamodb_epochs.from_item(item) if "number" in item else None
    return CacheEntry(bytes(item["value"]["B"]), float(item["expires_at"]["N"]), epoch)


@contextmanager
def _whatever_it_is(what: str) -> Iterator[None]:
    """Raise `StorageUnavailable` for every error of the SDK: nothing that a search needs lies here."""
    try:
        yield
    except (BotoCoreError, ClientError) as error:
        raise StorageUnavailable(f"{what}: {error}") from error
