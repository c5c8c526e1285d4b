"""The table of lists in DynamoDB: entries of lists, what is listed of each document, and the numbers of folders.

| partition (`list`) | sort (`place`) | what |
|---|---|---|
| a list's key | what it sorts by, and the document's id | an entry |
| `document:{doc_hash}` | `state` | what the lists have of the document |
| `folders:{parent}` | the folder's name | how many documents are in and below it |
| `caught_up` | `caught_up` | how far the lists have caught up |
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from botocore.exceptions import ClientError

from bloomweaver.adapters.aws_errors import error_code, transient_as
from bloomweaver.errors import StorageUnavailable
from bloomweaver.library.listed import Entry, Listed
from bloomweaver.library.ports import CaughtUp, FolderCount, FolderPage, ListedState
from bloomweaver.models import folder_path

BATCH_WRITE_LIMIT = 25  # DynamoDB: requests in one BatchWriteItem.
_STATE = "state"
_CAUGHT_UP = {"list": {"S": "caught_up"}, "place": {"S": "caught_up"}}
_LOST = ("ConditionalCheckFailedException", "TransactionCanceledException", "TransactionConflictException")
"""Errors of a write that lost against another one."""


class DynamoDbListing:
    """Implements `ListingTable` with a DynamoDB client."""

    def __init__(self, client: Any, table: str) -> None:
        self._client = client
        self._table = table

    def state(self, doc_hash: str) -> ListedState | None:
        """See `ListingTable`."""
        item = self._get(_document_key(doc_hash), consistent=True)
        if item is None:
            return None
        listed = Listed.model_validate_json(item["listed"]["S"]) if "listed" in item else None
        begun = tuple(Listed.model_validate_json(each["S"]) for each in item.get("begun", {"L": []})["L"])
        return ListedState(int(item["revision"]["N"]), listed, begun, int(item["serial"]["N"]))

    def write(self, *, put: Iterable[Entry], delete: Iterable[Entry]) -> None:
        """See `ListingTable`."""
        requests: list[dict[str, Any]] = [{"PutRequest": {"Item": _entry_key(entry)}} for entry in put]
        requests += [{"DeleteRequest": {"Key": _entry_key(entry)}} for entry in delete]
        for batch in _batches(requests):
            left = batch
            while left:
                with transient_as(StorageUnavailable, "writing lists"):
                    answer = self._client.batch_write_item(RequestItems={self._table: left})
                unprocessed = answer.get("UnprocessedItems", {}).get(self._table, [])
                if len(unprocessed) == len(left):
                    raise StorageUnavailable("writing lists: DynamoDB took none of the entries")
                left = unprocessed

    def commit(self, doc_hash: str, state: ListedState, *, replaces: ListedState, counts: Mapping[str, int]) -> bool:
        """See `ListingTable`."""
        put = self._put_state(doc_hash, state, replaces)
        try:
            with transient_as(StorageUnavailable, "writing what is listed"):
                if counts:
                    adds = [{"Update": self._add(folder, change)} for folder, change in counts.items()]
                    self._client.transact_write_items(TransactItems=[{"Put": put}, *adds])
                else:  # half of what a transaction costs
                    self._client.put_item(**put)
        except ClientError as error:
            if error_code(error) in _LOST:
                return False
            raise
        self._forget_empty(folder for folder, change in counts.items() if change < 0)
        return True

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
            found += [Entry(item["list"]["S"], item["place"]["S"]) for item in answer["Items"]]
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
        base = "" if folder == folder_path.ROOT else folder
        found = [
            FolderCount(f"{base}/{item['place']['S']}", int(item["documents"]["N"]))
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

    def _put_state(self, doc_hash: str, state: ListedState, replaces: ListedState) -> dict[str, Any]:
        item: dict[str, Any] = {
            **_document_key(doc_hash),
            "revision": {"N": str(state.revision)},
            "serial": {"N": str(state.serial)},
        }
        if state.begun:
            item["begun"] = {"L": [{"S": each.model_dump_json()} for each in state.begun]}
        if state.listed is not None:
            item["listed"] = {"S": state.listed.model_dump_json()}
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
            "UpdateExpression": "ADD documents :change",
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


def _entry_key(entry: Entry) -> dict[str, Any]:
    return {"list": {"S": entry.partition}, "place": {"S": entry.sort}}


def _document_key(doc_hash: str) -> dict[str, Any]:
    return {"list": {"S": f"document:{doc_hash}"}, "place": {"S": _STATE}}


def _children_of(folder: str) -> str:
    return f"folders:{folder}"


def _folder_key(folder: str) -> dict[str, Any]:
    if folder == folder_path.ROOT:
        return {"list": {"S": "folders"}, "place": {"S": folder_path.ROOT}}
    return {"list": {"S": _children_of(folder_path.parent(folder))}, "place": {"S": folder_path.name(folder)}}


def _batches(requests: Sequence[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    remaining = iter(requests)
    while batch := list(islice(remaining, BATCH_WRITE_LIMIT)):
        yield batch
