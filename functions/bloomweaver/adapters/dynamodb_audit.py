"""The audit log in DynamoDB: an item an entry, which is put once and never changed, and an index for each kind of list.

| key (`entry`) | what |
|---|---|
| the entry's id | the entry, as it was when it was written |
| the id with `#ending` | how its operation ended; in no index |

| index | partition | entries of |
|---|---|---|
| `every-at` | the same for each | everything |
| `caller_key-at` | `caller_key` | a subject, or a kind of callers that have none |
| `doc_hash-at` | `doc_hash` | a document |

Each is sorted by time. Every put is on the condition that its key is new.
"""

import hashlib
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from boto3.dynamodb.types import TypeDeserializer, TypeSerializer
from botocore.exceptions import ClientError

from bloomweaver.adapters.aws_errors import error_code, transient_as
from bloomweaver.adapters.dynamodb_time_lists import TimeLists
from bloomweaver.audit.entries import AuditEntry, Caller, CallerKind, Ending
from bloomweaver.audit.ports import AuditList, EntryPage
from bloomweaver.cursors import TimePlace
from bloomweaver.errors import StorageUnavailable

EVERY = "entry"
_ENDING = "#ending"
_BATCH_GET_LIMIT = 100  # DynamoDB: keys in one BatchGetItem.
_DAY_SECONDS = 86_400
_SUBJECT_MAX = 255
"""OpenID Connect gives a subject no more characters. A longer one is listed under its digest: keys of indexes end at
2,048 bytes."""
_KEYS = ("entry", "every", "caller_key", "expires_at")
"""Attributes that are of the table, not of what is in it."""
_serializer = TypeSerializer()
_deserializer = TypeDeserializer()


class DynamoDbAudit:
    """Implements `AuditLog` and `AuditTable` with a DynamoDB client. An item expires so many days after its entry."""

    def __init__(self, client: Any, table: str, kept_days: int) -> None:
        self._client = client
        self._table = table
        self._lists = TimeLists(client, table, key="entry", time="at")
        self._kept_days = kept_days

    def add(self, entry: AuditEntry) -> bool:
        """See `AuditLog`."""
        return self._put(self.put_of(entry), "writing an entry of the audit log")

    def end(self, entry: AuditEntry, ending: Ending) -> bool:
        """See `AuditLog`."""
        item = {"entry": f"{entry.id}{_ENDING}", **ending.model_dump(mode="json", exclude_none=True)}
        return self._put(self._request(item, entry.at), "writing the ending of an entry of the audit log")

    def put_of(self, entry: AuditEntry) -> dict[str, Any]:
        """The put of an entry, as a request and as a part of a transaction have it."""
        values = entry.model_dump(mode="json", exclude_none=True, exclude={"id"})
        keys = {"entry": entry.id, "every": EVERY, "caller_key": caller_key(entry.caller)}
        return self._request({**keys, **values}, entry.at)

    def page(
        self, of: AuditList, *, since: str | None, until: str | None, limit: int, after: TimePlace | None
    ) -> EntryPage:
        """See `AuditTable`."""
        attribute, value = partition_of(of)
        items, place = self._lists.page(attribute, value, since=since, until=until, limit=limit, after=after)
        return EntryPage([_entry_of(item) for item in items], place)

    def endings(self, ids: Iterable[str]) -> dict[str, Ending]:
        """See `AuditTable`."""
        keys = [{"entry": {"S": f"{id_}{_ENDING}"}} for id_ in sorted(set(ids))]
        found: dict[str, Ending] = {}
        while keys:
            batch, keys = keys[:_BATCH_GET_LIMIT], keys[_BATCH_GET_LIMIT:]
            request = {self._table: {"Keys": batch, "ConsistentRead": True}}
            with transient_as(StorageUnavailable, "reading endings of the audit log"):
                answer = self._client.batch_get_item(RequestItems=request)
            items = answer.get("Responses", {}).get(self._table, [])
            left = answer.get("UnprocessedKeys", {}).get(self._table, {}).get("Keys", [])
            if len(left) == len(batch):
                raise StorageUnavailable("reading endings of the audit log: DynamoDB took none of the keys")
            keys = [*left, *keys]
            found |= {item["entry"]["S"].removesuffix(_ENDING): Ending.model_validate(_plain(item)) for item in items}
        return found

    def _request(self, values: dict[str, Any], at: str) -> dict[str, Any]:
        expires_at = int(datetime.fromisoformat(at).timestamp()) + self._kept_days * _DAY_SECONDS
        item = {name: _serializer.serialize(value) for name, value in (values | {"expires_at": expires_at}).items()}
        return {"TableName": self._table, "Item": item, "ConditionExpression": "attribute_not_exists(entry)"}

    def _put(self, request: dict[str, Any], what: str) -> bool:
        try:
            with transient_as(StorageUnavailable, what):
                self._client.put_item(**request)
        except ClientError as error:
            if error_code(error) == "ConditionalCheckFailedException":
                return False
            raise
        return True


def caller_key(caller: Caller) -> str:
    """What a caller's entries are listed under: the subject of a token, or the kind of those that have none."""
    if caller.kind is not CallerKind.TOKEN:
        return caller.kind.value
    subject = caller.subject or ""
    if len(subject) > _SUBJECT_MAX:
        subject = f"sha256:{hashlib.sha256(subject.encode()).hexdigest()}"
    return f"{caller.kind}:{subject}"


def partition_of(of: AuditList) -> tuple[str, str]:
    """The index's partition attribute and its value."""
    if of.caller is not None:
        return "caller_key", caller_key(of.caller)
    return ("doc_hash", of.doc_hash) if of.doc_hash is not None else ("every", EVERY)


def _entry_of(item: dict[str, Any]) -> AuditEntry:
    return AuditEntry.model_validate({"id": item["entry"]["S"], **_plain(item)})


def _plain(item: dict[str, Any]) -> dict[str, Any]:
    """What the item says of the entry, without what is the table's own."""
    return {name: _deserializer.deserialize(value) for name, value in item.items() if name not in _KEYS}
