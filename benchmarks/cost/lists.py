"""What the lists take of a document: counted from the code that writes them, on a table that adds up units.

Nothing of it depends on how a document goes through the pipeline, or on the machine; so it is not taken from a run,
whose counts know no tables.
"""

import json
import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from bloomweaver.adapters.dynamodb_listing import DynamoDbListing
from bloomweaver.clock import now
from bloomweaver.library.following import follow
from bloomweaver.models.record import DocumentRecord, Operation, Status

FOLDER = "/guides/aws"
"""Of a typical document: two levels."""
SEEN = (Status.QUEUED, Status.INDEXED)
"""What the filter of the stream lets through of a CREATE; `processing` it does not."""
WRITE_BYTES, READ_BYTES = 1024, 4096
TRANSACTION = 2
"""A write in a transaction costs as much as so many."""
ITEM_BYTES = 100
"""What DynamoDB adds to each item that it stores."""

Json = dict[str, Any]


@dataclass(frozen=True)
class Lists:
    """What the lists take of a document that is created, and what comparing them takes."""

    writes: int
    """Write units."""
    reads: int
    """Read units."""
    invocations: int
    """Of the function that follows the records, at worst one for each change that its filter lets through."""
    entries: int
    stored_bytes: int

    @property
    def scan_reads(self) -> float:
        """Read units of going through the table once: half a unit for 4 kB."""
        return self.stored_bytes / READ_BYTES / 2

    @property
    def look_up_reads(self) -> float:
        """Read units of looking up the document: what is listed, each entry, whose each entry is, and its record."""
        return 0.5 + self.entries / 2 + self.entries / 2 + 1


@dataclass
class _CountingClient:
    """A table in memory, with the methods of a DynamoDB client that listing a document takes."""

    items: dict[tuple[str, str], Json] = field(default_factory=dict)
    writes: int = 0
    reads: int = 0

    def get_item(self, *, TableName: str, Key: Json, ConsistentRead: bool) -> Json:  # noqa: N803
        item = self.items.get(_place(Key))
        self.reads += _units([item] if item else [], READ_BYTES)
        return {"Item": item} if item else {}

    def put_item(self, *, Item: Json, **_: Any) -> None:  # noqa: N803
        self._put(Item, 1)

    def batch_write_item(self, *, RequestItems: dict[str, list[Json]]) -> Json:  # noqa: N803
        for requests in RequestItems.values():
            for request in requests:
                self._put(request["PutRequest"]["Item"], 1)
        return {}

    def transact_write_items(self, *, TransactItems: list[Json]) -> None:  # noqa: N803
        for item in TransactItems:
            if "Put" in item:
                self._put(item["Put"]["Item"], TRANSACTION)
            else:
                number = {"documents": {"N": "1"}}
                self._put({**item["Update"]["Key"], **number}, TRANSACTION)

    def _put(self, item: Json, times: int) -> None:
        self.items[_place(item)] = item
        self.writes += times * _units([item], WRITE_BYTES)


def count_lists() -> Lists:
    """List a typical document as it is created."""
    client = _CountingClient()
    table = DynamoDbListing(client, "listing", now)
    for revision, status in enumerate(SEEN, 1):
        follow(table, _record(revision, status))
    of_folders = [place for place in client.items if place[0].startswith("folders")]
    # The numbers of folders are shared by their documents.
    own = [item for place, item in client.items.items() if place not in of_folders]
    return Lists(
        writes=client.writes,
        reads=client.reads,
        invocations=len(SEEN),
        entries=len(own) - 1,
        stored_bytes=sum(_size(item) + ITEM_BYTES for item in own),
    )


def _record(revision: int, status: Status) -> DocumentRecord:
    return DocumentRecord(
        doc_hash="a-document-of-a-typical-name",
        revision=revision,
        version=1,
        status=status,
        operation=Operation.CREATE,
        title="A document with a title of some words",
        folder=FOLDER,
        correlation_id="0d1c1c5e-6f3e-4b8e-9d54-6f5d5b8f7f0a",
        created_at=now(),
        accepted_at="2026-01-01T00:00:00.000000+00:00",
        updated_at=now(),
    )


def _place(item: Json) -> tuple[str, str]:
    return item["list"]["S"], item["place"]["S"]


def _units(items: Iterable[Json], of: int) -> int:
    return max(1, sum(math.ceil(_size(item) / of) for item in items))


def _size(item: Json) -> int:
    # That of JSON, which is larger than what DynamoDB counts.
    return len(json.dumps(item))
