"""The documents table in DynamoDB: one item a document, replaced on the condition of its revision."""

import base64
import binascii
import json
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from itertools import islice
from typing import Any

from boto3.dynamodb.types import TypeDeserializer, TypeSerializer
from botocore.exceptions import ClientError

from bloomweaver.adapters.aws_errors import cancellation_reasons, error_code, transient_as
from bloomweaver.adapters.dynamodb_audit import DynamoDbAudit
from bloomweaver.audit.entries import AuditEntry
from bloomweaver.errors import ConfigurationError, InvalidCursor, StorageUnavailable
from bloomweaver.keys import is_doc_hash
from bloomweaver.models.record import DocumentRecord, Status
from bloomweaver.ports import CountPage, RecordPage

BATCH_GET_LIMIT = 100  # DynamoDB: keys in one BatchGetItem.
_CURSOR_KEYS = {"doc_hash", "updated_at"}
TIME_MAX = 40
"""Characters of a time, which have fewer."""
LEFTOVERS = "yes"
"""The value of `leftovers` where a record has any; elsewhere the attribute is not there."""

_LOST = frozenset(
    {
        "ConditionalCheckFailed",
        "ConditionalCheckFailedException",
        "TransactionConflict",
        # Of a plain put: it met a transaction that writes the record at the same moment.
        "TransactionConflictException",
    }
)
"""Errors of a put, and reasons for which a transaction is cancelled, that say that another writer was faster."""

_serializer = TypeSerializer()
_deserializer = TypeDeserializer()


class DynamoDbRecords:
    """Implements `DocumentRecords` with a DynamoDB client. Without `audit` it can put no record with an entry."""

    def __init__(
        self, client: Any, table: str, status_index: str, leftovers_index: str, audit: DynamoDbAudit | None = None
    ) -> None:
        self._client = client
        self._audit = audit
        self._table = table
        self._status_index = status_index
        self._leftovers_index = leftovers_index

    def get(self, doc_hash: str) -> DocumentRecord | None:
        """See `DocumentRecords`."""
        with transient_as(StorageUnavailable, "reading the record"):
            answer = self._client.get_item(
                TableName=self._table, Key={"doc_hash": {"S": doc_hash}}, ConsistentRead=True
            )
        return record_of(answer["Item"]) if "Item" in answer else None

    def get_many(self, doc_hashes: Iterable[str]) -> dict[str, DocumentRecord]:
        """See `DocumentRecords`."""
        records: dict[str, DocumentRecord] = {}
        for batch in _batches(sorted(set(doc_hashes)), BATCH_GET_LIMIT):
            keys: Sequence[Any] = [{"doc_hash": {"S": doc_hash}} for doc_hash in batch]
            while keys:
                request = {self._table: {"Keys": keys, "ConsistentRead": True}}
                with transient_as(StorageUnavailable, "reading records"):
                    answer = self._client.batch_get_item(RequestItems=request)
                found = answer.get("Responses", {}).get(self._table, [])
                keys = answer.get("UnprocessedKeys", {}).get(self._table, {}).get("Keys", [])
                if keys and not found:
                    raise StorageUnavailable("reading records: DynamoDB took none of the keys")
                records |= {record.doc_hash: record for record in map(record_of, found)}
        return records

    def put(self, record: DocumentRecord, replaces: DocumentRecord | None, entry: AuditEntry | None = None) -> bool:
        """See `DocumentRecords`."""
        request: dict[str, Any] = {"TableName": self._table, "Item": item_of(record)}
        if replaces is None:
            request["ConditionExpression"] = "attribute_not_exists(doc_hash)"
        else:
            request["ConditionExpression"] = "revision = :expected"
            request["ExpressionAttributeValues"] = {":expected": {"N": str(replaces.revision)}}
        try:
            with transient_as(StorageUnavailable, "writing the record"):
                if entry is None:
                    self._client.put_item(**request)
                else:
                    self._client.transact_write_items(TransactItems=[{"Put": request}, {"Put": self._put_of(entry)}])
        except ClientError as error:
            # The record is the first item. An entry that is there already is no race, but an error.
            if _LOST & {error_code(error), *cancellation_reasons(error)[:1]}:
                return False
            raise
        return True

    def _put_of(self, entry: AuditEntry) -> dict[str, Any]:
        if self._audit is None:
            raise ConfigurationError("records are put with entries of an audit log, and none is configured")
        return self._audit.put_of(entry)

    def page(self, status: Status, limit: int, cursor: str | None) -> RecordPage:
        """See `DocumentRecords`."""
        return self._query(self._status_index, "status", status, limit, cursor)

    def count(self, status: Status, cursor: str | None) -> CountPage:
        """See `DocumentRecords`."""
        request: dict[str, Any] = {**self._listing(self._status_index, "status", status, cursor), "Select": "COUNT"}
        with transient_as(StorageUnavailable, "counting records"):
            answer = self._client.query(**request)
        last = answer.get("LastEvaluatedKey")
        return CountPage(answer["Count"], _to_cursor(last) if last else None)

    def oldest(self, status: Status, before: str, limit: int, cursor: str | None) -> RecordPage:
        """See `DocumentRecords`."""
        return self._query(self._status_index, "status", status, limit, cursor, before)

    def changed(self, status: Status, since: str, limit: int, cursor: str | None) -> RecordPage:
        """See `DocumentRecords`."""
        return self._query(self._status_index, "status", status, limit, cursor, since=since)

    def leftovers(self, before: str, limit: int, cursor: str | None) -> RecordPage:
        """See `DocumentRecords`."""
        return self._query(self._leftovers_index, "leftovers", LEFTOVERS, limit, cursor, before)

    def _query(
        self,
        index: str,
        name: str,
        value: str,
        limit: int,
        cursor: str | None,
        before: str | None = None,
        since: str | None = None,
    ) -> RecordPage:
        """The newest change first; with `before` those older than that, or with `since` those that are not, the oldest
        first."""
        request = self._listing(index, name, value, cursor)
        request |= {"ScanIndexForward": before is not None or since is not None, "Limit": limit}
        if before is not None:
            request["KeyConditionExpression"] += " AND updated_at < :before"
            request["ExpressionAttributeValues"][":before"] = {"S": before}
        elif since is not None:
            request["KeyConditionExpression"] += " AND updated_at >= :since"
            request["ExpressionAttributeValues"][":since"] = {"S": since}
        with transient_as(StorageUnavailable, "listing records"):
            answer = self._client.query(**request)
        last = answer.get("LastEvaluatedKey")
        return RecordPage(
            records=[record_of(item) for item in answer["Items"]], cursor=_to_cursor(last) if last else None
        )

    def _listing(self, index: str, name: str, value: str, cursor: str | None) -> dict[str, Any]:
        start = {} if cursor is None else {"ExclusiveStartKey": _from_cursor(cursor, name, value)}
        return {
            "TableName": self._table,
            "IndexName": index,
            "KeyConditionExpression": "#name = :value",
            "ExpressionAttributeNames": {"#name": name},
            "ExpressionAttributeValues": {":value": {"S": value}},
            **start,
        }

    def scan(self, limit: int, cursor: str | None) -> RecordPage:
        """See `DocumentRecords`."""
        request: dict[str, Any] = {"TableName": self._table, "Limit": limit, "ConsistentRead": True}
        if cursor is not None:
            if not is_doc_hash(cursor):
                raise InvalidCursor("no page gave out this cursor")
            request["ExclusiveStartKey"] = {"doc_hash": {"S": cursor}}
        with transient_as(StorageUnavailable, "scanning the records"):
            answer = self._client.scan(**request)
        last = answer.get("LastEvaluatedKey")
        return RecordPage(
            records=[record_of(item) for item in answer["Items"]], cursor=last["doc_hash"]["S"] if last else None
        )


def item_of(record: DocumentRecord) -> dict[str, Any]:
    """The item that a record is stored as."""
    values = record.model_dump(mode="json", exclude_none=True)
    # As text: DynamoDB has one kind of number, and would make 1.0 of the metadata into 1.
    values["metadata"] = json.dumps(record.metadata, ensure_ascii=False)
    if record.has_leftovers:
        # The key of an index that has such records alone.
        values["leftovers"] = LEFTOVERS
    return {name: _serializer.serialize(value) for name, value in values.items()}


def record_of(item: dict[str, Any]) -> DocumentRecord:
    """The record that an item of the table is, or an image of one in the table's stream."""
    values = {name: _deserializer.deserialize(value) for name, value in item.items()}
    values["metadata"] = json.loads(values["metadata"])
    values.pop("leftovers", None)
    return DocumentRecord.model_validate({name: _plain(value) for name, value in values.items()})


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return int(value)  # every number in a record is whole
    if isinstance(value, dict):
        return {name: _plain(entry) for name, entry in value.items()}
    return value


def _to_cursor(key: dict[str, Any]) -> str:
    plain = {name: _deserializer.deserialize(value) for name, value in key.items()}
    return base64.urlsafe_b64encode(json.dumps(plain).encode()).decode()


def _from_cursor(cursor: str, name: str, value: str) -> dict[str, Any]:
    try:
        plain = json.loads(base64.b64decode(cursor, altchars=b"-_", validate=True))
    except (binascii.Error, ValueError) as error:
        raise InvalidCursor("no page gave out this cursor") from error
    if (
        not isinstance(plain, dict)
        or set(plain) != {*_CURSOR_KEYS, name}
        or not all(isinstance(v, str) for v in plain.values())
        # DynamoDB takes no empty key, and none of any length.
        or not is_doc_hash(plain["doc_hash"])
        or not 0 < len(plain["updated_at"]) <= TIME_MAX
    ):
        raise InvalidCursor("no page gave out this cursor")
    if plain[name] != value:
        raise InvalidCursor(f"this cursor belongs to a list of {name} '{plain[name]}'")
    return {name: _serializer.serialize(value) for name, value in plain.items()}


def _batches(items: Sequence[str], size: int) -> Iterator[list[str]]:
    remaining = iter(items)
    while batch := list(islice(remaining, size)):
        yield batch
