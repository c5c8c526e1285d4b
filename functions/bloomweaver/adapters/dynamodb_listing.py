"""The table of lists in DynamoDB: entries of lists, what is listed of each document, and the numbers of folders.

| partition (`list`) | sort (`place`) | what |
|---|---|---|
| a list's key | what it sorts by, and the document's id | an entry |
| `document:{doc_hash}` | `state` | what the lists have of the document |
| `folders:{parent}` | the folder's name | how many documents are in and below it |
| `caught_up` | `caught_up` | how far the lists have caught up |
| `folder_changes` | `folder_changes` | which folders are being changed, see `dynamodb_folder_changes` |
"""

import base64
import binascii
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, TypeVar

from botocore.exceptions import ClientError

from bloomweaver.adapters.aws_errors import error_code, transient_as
from bloomweaver.errors import InvalidCursor, StorageUnavailable
from bloomweaver.library.listed import Entry, Listed
from bloomweaver.library.ports import CaughtUp, FolderCount, FolderPage, ListedState, ListingPage, StateChange
from bloomweaver.models import folder_path
from bloomweaver.ports import Clock

BATCH_WRITE_LIMIT = 25  # DynamoDB: requests in one BatchWriteItem.
BATCH_GET_LIMIT = 100  # DynamoDB: keys in one BatchGetItem.
_STATE = "state"
_DOCUMENT, _FOLDERS, _ROOT = "document:", "folders:", "folders"
"""What the keys begin with of items that are no entries, and the whole key of the root's number."""
_OF_OTHERS = ("caught_up", "folder_changes")
"""Keys of what is in no list and of no document."""
_CAUGHT_UP = {"list": {"S": "caught_up"}, "place": {"S": "caught_up"}}
_LOST = ("ConditionalCheckFailedException", "TransactionCanceledException", "TransactionConflictException")
"""Errors of a write that lost against another one."""
Each = TypeVar("Each")


class DynamoDbListing:
    """Implements `ListingTable` with a DynamoDB client."""

    def __init__(self, client: Any, table: str, clock: Clock) -> None:
        self._client = client
        self._table = table
        self._clock = clock

    def state(self, doc_hash: str) -> ListedState | None:
        """See `ListingTable`."""
        item = self._get(_document_key(doc_hash), consistent=True)
        return _state_of(item) if item is not None else None

    def states(self, doc_hashes: Iterable[str], *, consistent: bool) -> dict[str, ListedState]:
        """See `ListingTable`."""
        keys = [_document_key(doc_hash) for doc_hash in sorted(set(doc_hashes))]
        items = self._get_many(keys, consistent=consistent)
        return {item["list"]["S"].removeprefix(_DOCUMENT): _state_of(item) for item in items}

    def existing(self, entries: Iterable[Entry], *, consistent: bool) -> set[Entry]:
        """See `ListingTable`."""
        items = self._get_many([_entry_key(entry) for entry in set(entries)], consistent=consistent)
        return {_entry_of(item) for item in items}

    def scan(self, limit: int, cursor: str | None, *, consistent: bool) -> ListingPage:
        """See `ListingTable`."""
        request: dict[str, Any] = {"TableName": self._table, "Limit": limit, "ConsistentRead": consistent}
        if cursor is not None:
            request["ExclusiveStartKey"] = _from_cursor(cursor)
        with transient_as(StorageUnavailable, "scanning the lists"):
            answer = self._client.scan(**request)
        last = answer.get("LastEvaluatedKey")
        page = ListingPage([], {}, [], _to_cursor(last) if last else None)
        for item in answer["Items"]:
            key = item["list"]["S"]
            if key.startswith(_DOCUMENT):
                page.states[key.removeprefix(_DOCUMENT)] = _state_of(item)
            elif key == _ROOT or key.startswith(_FOLDERS):
                page.counts.append(FolderCount(_folder_of(item), int(item["documents"]["N"])))
            elif key not in _OF_OTHERS:
                page.entries.append(_entry_of(item))
        return page

    def write(self, *, put: Iterable[Entry], delete: Iterable[Entry]) -> None:
        """See `ListingTable`."""
        requests: list[dict[str, Any]] = [{"PutRequest": {"Item": _entry_key(entry)}} for entry in put]
        requests += [{"DeleteRequest": {"Key": _entry_key(entry)}} for entry in delete]
        for batch in _batches(requests, BATCH_WRITE_LIMIT):
            left = batch
            while left:
                with transient_as(StorageUnavailable, "writing lists"):
                    answer = self._client.batch_write_item(RequestItems={self._table: left})
                unprocessed = answer.get("UnprocessedItems", {}).get(self._table, [])
                if len(unprocessed) == len(left):
                    raise StorageUnavailable("writing lists: DynamoDB took none of the entries")
                left = unprocessed

    def commit(self, changes: Sequence[StateChange], *, counts: Mapping[str, int], followed: bool = True) -> bool:
        """See `ListingTable`."""
        puts = [self._put_state(change, followed=followed) for change in changes]
        try:
            with transient_as(StorageUnavailable, "writing what is listed"):
                if counts or len(puts) > 1:
                    adds = [{"Update": self._add(folder, change)} for folder, change in counts.items()]
                    self._client.transact_write_items(TransactItems=[*({"Put": put} for put in puts), *adds])
                else:  # half of what a transaction costs
                    self._client.put_item(**puts[0])
        except ClientError as error:
            if error_code(error) in _LOST:
                return False
            raise
        self._forget_empty(folder for folder, change in counts.items() if change < 0)
        return True

    def mark(self, folder: str, mark: str) -> int | None:
        """See `ListingTable`."""
        answer = self._update(
            Key=_folder_key(folder),
            UpdateExpression="ADD documents :none SET mark = :mark",
            ExpressionAttributeValues={":none": {"N": "0"}, ":mark": {"S": mark}},
            ReturnValues="ALL_NEW",
        )
        return int(answer["Attributes"]["documents"]["N"]) if answer is not None else None

    def correct(self, folder: str, mark: str, change: int) -> bool:
        """See `ListingTable`."""
        update = self._add(folder, change)
        values = {**update.pop("ExpressionAttributeValues"), ":mark": {"S": mark}}
        answer = self._update(**update, ConditionExpression="mark = :mark", ExpressionAttributeValues=values)
        if answer is not None:
            self._forget_empty([folder])
        return answer is not None

    def entries(
        self, partition: str, *, prefix: str, after: str | None, limit: int, descending: bool
    ) -> Sequence[Entry]:
        """See `ListingTable`."""
        condition, values = "#list = :list", {":list": {"S": partition}}
        if prefix:
            condition += " AND begins_with(#place, :prefix)"
            values[":prefix"] = {"S": prefix}
        start = after
        found: list[Entry] = []
        while len(found) < limit:
            answer = self._query(condition, values, partition, start, limit - len(found), descending=descending)
            found += map(_entry_of, answer["Items"])
            if "LastEvaluatedKey" not in answer:
                break
            start = answer["LastEvaluatedKey"]["place"]["S"]
        return found

    def count(self, folder: str) -> int:
        """See `ListingTable`."""
        item = self._get(_folder_key(folder), consistent=False)
        return int(item["documents"]["N"]) if item else 0

    def children(self, folder: str, *, after: str | None, limit: int) -> FolderPage:
        """See `ListingTable`."""
        partition = _children_of(folder)
        values = {":list": {"S": partition}}
        answer = self._query("#list = :list", values, partition, after, limit, descending=False)
        found = [
            FolderCount(_folder_of(item), int(item["documents"]["N"]))
            for item in answer["Items"]
            if item["documents"]["N"] != "0"
        ]
        last = answer.get("LastEvaluatedKey")
        return FolderPage(found, last["place"]["S"] if last else None)

    def caught_up(self) -> CaughtUp:
        """See `ListingTable`."""
        item = self._get(_CAUGHT_UP, consistent=True)
        return CaughtUp.model_validate_json(item["caught_up"]["S"]) if item else CaughtUp()

    def note_caught_up(self, caught_up: CaughtUp) -> None:
        """See `ListingTable`."""
        with transient_as(StorageUnavailable, "noting how far the lists are"):
            self._client.put_item(
                TableName=self._table, Item={**_CAUGHT_UP, "caught_up": {"S": caught_up.model_dump_json()}}
            )

    def _get(self, key: dict[str, Any], *, consistent: bool) -> dict[str, Any] | None:
        with transient_as(StorageUnavailable, "reading what is listed"):
            answer = self._client.get_item(TableName=self._table, Key=key, ConsistentRead=consistent)
        item: dict[str, Any] | None = answer.get("Item")
        return item

    def _get_many(self, keys: Sequence[dict[str, Any]], *, consistent: bool) -> Iterator[dict[str, Any]]:
        for batch in _batches(keys, BATCH_GET_LIMIT):
            left = batch
            while left:
                request = {self._table: {"Keys": left, "ConsistentRead": consistent}}
                with transient_as(StorageUnavailable, "reading what is listed"):
                    answer = self._client.batch_get_item(RequestItems=request)
                found = answer.get("Responses", {}).get(self._table, [])
                left = answer.get("UnprocessedKeys", {}).get(self._table, {}).get("Keys", [])
                if left and not found:
                    raise StorageUnavailable("reading what is listed: DynamoDB took none of the keys")
                yield from found

    def _update(self, **request: Any) -> Any:
        """Update the number of a folder. None if it is not as it has to be, or somebody else is at it."""
        try:
            with transient_as(StorageUnavailable, "writing the number of a folder"):
                return self._client.update_item(**{"TableName": self._table, **request})
        except ClientError as error:
            if error_code(error) in _LOST:
                return None
            raise

    def _query(
        self,
        condition: str,
        values: dict[str, Any],
        partition: str,
        after: str | None,
        limit: int,
        *,
        descending: bool,
    ) -> Any:
        request: dict[str, Any] = {
            "TableName": self._table,
            "KeyConditionExpression": condition,
            "ExpressionAttributeNames": {"#list": "list"} | ({"#place": "place"} if "#place" in condition else {}),
            "ExpressionAttributeValues": values,
            "ScanIndexForward": not descending,
            "Limit": limit,
        }
        if after is not None:
            request["ExclusiveStartKey"] = {"list": {"S": partition}, "place": {"S": after}}
        with transient_as(StorageUnavailable, "reading a list"):
            return self._client.query(**request)

    def _put_state(self, change: StateChange, *, followed: bool) -> dict[str, Any]:
        state, replaces = change.after, change.before
        followed_at = self._clock() if followed else replaces.followed_at
        item: dict[str, Any] = {
            **_document_key(change.doc_hash),
            "revision": {"N": str(state.revision)},
            "serial": {"N": str(state.serial)},
        }
        if state.begun:
            item["begun"] = {"L": [{"S": each.model_dump_json()} if each else {"NULL": True} for each in state.begun]}
        if state.listed is not None:
            item["listed"] = {"S": state.listed.model_dump_json()}
        if followed_at:
            item["followed_at"] = {"S": followed_at}
        put: dict[str, Any] = {"TableName": self._table, "Item": item}
        if replaces.serial:
            put["ConditionExpression"] = "serial = :known"
            put["ExpressionAttributeValues"] = {":known": {"N": str(replaces.serial)}}
        else:
            put["ConditionExpression"] = "attribute_not_exists(serial)"
        return put

    def _add(self, folder: str, change: int) -> dict[str, Any]:
        return {
            "TableName": self._table,
            "Key": _folder_key(folder),
            "UpdateExpression": "ADD documents :change REMOVE mark",
            "ExpressionAttributeValues": {":change": {"N": str(change)}},
        }

    def _forget_empty(self, folders: Iterable[str]) -> None:
        """Remove the numbers of folders that have no document any more. One that stays reads the same."""
        for folder in folders:
            try:
                with transient_as(StorageUnavailable, "removing an empty folder"):
                    self._client.delete_item(
                        TableName=self._table,
                        Key=_folder_key(folder),
                        ConditionExpression="documents = :none",
                        ExpressionAttributeValues={":none": {"N": "0"}},
                    )
            except ClientError as error:
                if error_code(error) != "ConditionalCheckFailedException":
                    raise


def _state_of(item: dict[str, Any]) -> ListedState:
    return ListedState(
        revision=int(item["revision"]["N"]),
        listed=Listed.model_validate_json(item["listed"]["S"]) if "listed" in item else None,
        begun=tuple(
            Listed.model_validate_json(each["S"]) if "S" in each else None for each in item.get("begun", {"L": []})["L"]
        ),
        serial=int(item["serial"]["N"]),
        followed_at=item.get("followed_at", {"S": ""})["S"],
    )


def _entry_of(item: dict[str, Any]) -> Entry:
    return Entry(item["list"]["S"], item["place"]["S"])


def _entry_key(entry: Entry) -> dict[str, Any]:
    return {"list": {"S": entry.partition}, "place": {"S": entry.sort}}


def _document_key(doc_hash: str) -> dict[str, Any]:
    return {"list": {"S": f"{_DOCUMENT}{doc_hash}"}, "place": {"S": _STATE}}


def _children_of(folder: str) -> str:
    return f"{_FOLDERS}{folder}"


def _folder_key(folder: str) -> dict[str, Any]:
    if folder == folder_path.ROOT:
        return {"list": {"S": _ROOT}, "place": {"S": folder_path.ROOT}}
    return {"list": {"S": _children_of(folder_path.parent(folder))}, "place": {"S": folder_path.name(folder)}}


def _folder_of(item: dict[str, Any]) -> str:
    """The folder that the item has the number of."""
    if item["list"]["S"] == _ROOT:
        return folder_path.ROOT
    parent: str = item["list"]["S"].removeprefix(_FOLDERS)
    return f"{parent.rstrip('/')}/{item['place']['S']}"


def _to_cursor(key: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps([key["list"]["S"], key["place"]["S"]]).encode()).decode()


def _from_cursor(cursor: str) -> dict[str, Any]:
    try:
        partition, sort = json.loads(base64.b64decode(cursor, altchars=b"-_", validate=True))
    except (binascii.Error, ValueError, TypeError) as error:
        raise InvalidCursor("no page gave out this cursor") from error
    return {"list": {"S": partition}, "place": {"S": sort}}


def _batches(items: Sequence[Each], size: int) -> Iterator[list[Each]]:
    remaining = iter(items)
    while batch := list(islice(remaining, size)):
        yield batch
