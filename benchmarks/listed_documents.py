"""Documents in the records and in the lists as the pipeline leaves them, put there directly: for benchmarks of many."""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from benchmarks.errors import RunError
from bloomweaver.adapters.dynamodb_listing import DynamoDbListing
from bloomweaver.adapters.dynamodb_records import item_of
from bloomweaver.clock import now
from bloomweaver.documents.acceptance import accept
from bloomweaver.documents.comparison import Sendable
from bloomweaver.library.listed import Listed
from bloomweaver.library.ports import ListedState, StateChange
from bloomweaver.library.step import NOTHING
from bloomweaver.models import folder_path
from bloomweaver.models.record import DocumentRecord, Status
from cli.parallel import in_parallel
from local import aws
from local.stack import StackDescriptor

FOLDERS, PER_FOLDER = 2000, 50
WRITERS = 8
AT_A_TIME = 100
RECORDS_AT_A_TIME = 25
STATES_AT_A_TIME, COUNTS_AT_A_TIME = 60, 40
"""Of documents, and of the numbers of folders, in a transaction, which takes a hundred writes."""


class Tables:
    """Puts documents where the pipeline would have put them."""

    def __init__(self, descriptor: StackDescriptor) -> None:
        self._endpoint = descriptor.aws_endpoint_url
        client = aws.client(descriptor.aws_endpoint_url, "dynamodb")
        names = client.list_tables()["TableNames"]
        [documents] = [name for name in names if "DocumentsTable" in name]
        [lists] = [name for name in names if "ListingTable" in name]
        self._client, self._documents = client, documents
        self._lists = DynamoDbListing(client, lists, now)

    def stop_following(self) -> None:
        """Have nobody follow the records: neither their stream nor the sweep, which lists what the stream missed."""
        events = aws.client(self._endpoint, "events")
        for rule in events.list_rules()["Rules"]:
            if "ScheduleExpression" in rule:
                events.disable_rule(Name=rule["Name"])
        client = aws.client(self._endpoint, "lambda")
        for mapping in client.list_event_source_mappings()["EventSourceMappings"]:
            if ":dynamodb:" in mapping["EventSourceArn"]:
                client.delete_event_source_mapping(UUID=mapping["UUID"])

    def put_records(self, records: Sequence[DocumentRecord]) -> None:
        """Store the records, which are listed as any."""
        items = [{"PutRequest": {"Item": item_of(record)}} for record in records]
        batches = [items[start : start + RECORDS_AT_A_TIME] for start in range(0, len(items), RECORDS_AT_A_TIME)]
        with in_parallel(self._put_items, batches, WRITERS) as stored:
            for _ in stored:
                pass

    def _put_items(self, batch: Sequence[Any]) -> None:
        answer = self._client.batch_write_item(RequestItems={self._documents: batch})
        if answer.get("UnprocessedItems"):
            raise RunError("DynamoDB did not take all records")

    def put(self, records: Sequence[DocumentRecord]) -> None:
        """Store the records, and their entries in the lists. None of them may be there yet."""
        self.put_records(records)
        listed = {record.doc_hash: Listed.of(record) for record in records}
        batches = [list(listed.items())[start : start + AT_A_TIME] for start in range(0, len(listed), AT_A_TIME)]
        with in_parallel(self._put_entries, batches, WRITERS) as written:
            for _ in written:
                pass
        counts = Counter(holder for record in records for holder in folder_path.holders(record.folder))
        self._put_states(listed, list(counts.items()))

    def _put_entries(self, batch: Sequence[tuple[str, Listed | None]]) -> None:
        entries = [entry for doc_hash, each in batch if each is not None for entry in each.entries(doc_hash)]
        self._lists.write(put=entries, delete=())

    def _put_states(self, listed: Mapping[str, Listed | None], counts: Sequence[tuple[str, int]]) -> None:
        """What is listed of each document; the numbers of folders go with some of them."""
        changes = [
            StateChange(doc_hash, NOTHING, ListedState(revision=1, listed=each, serial=1))
            for doc_hash, each in listed.items()
        ]
        groups = [changes[start : start + STATES_AT_A_TIME] for start in range(0, len(changes), STATES_AT_A_TIME)]
        portions = [dict(counts[start : start + COUNTS_AT_A_TIME]) for start in range(0, len(counts), COUNTS_AT_A_TIME)]
        while len(groups) < len(portions):
            groups.append([])

        def put(place: int, group: Sequence[StateChange]) -> None:
            if not self._lists.commit(group, counts=portions[place] if place < len(portions) else {}):
                raise RunError("a document of these is listed already")

        for place, group in enumerate(groups[: len(portions)]):
            put(place, group)
        rest = list(enumerate(groups))[len(portions) :]
        with in_parallel(lambda one: put(*one), rest, WRITERS) as stored:
            for _ in stored:
                pass


def numbered(number: int) -> DocumentRecord:
    """The record of a document in one of `FOLDERS` folders. Of ten, one has failed; the others are indexed."""
    sent = Sendable(
        doc_hash=f"document-{number:06d}",
        content_sha256=hashlib.sha256(str(number).encode()).hexdigest(),
        content_type="text/plain",
        title=f"Document {number:06d}",
        folder=f"/shelf-{number // PER_FOLDER % FOLDERS}",
    )
    return indexed(sent, failed=number % 10 == 0)


def indexed(sent: Sendable, *, failed: bool = False) -> DocumentRecord:
    """The record of what was sent, as its run leaves it."""
    record, _ = accept(None, sent.submission(), now())
    assert record is not None
    status = Status.FAILED if failed else Status.INDEXED
    return record.model_copy(update={"status": status, "indexed_version": 0 if failed else 1})
