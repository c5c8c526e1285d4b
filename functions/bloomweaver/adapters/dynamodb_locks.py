"""The table of locks in DynamoDB: an item a lock."""

from typing import Any

from botocore.exceptions import ClientError

from bloomweaver.adapters.aws_errors import error_code, transient_as
from bloomweaver.errors import StorageUnavailable
from bloomweaver.models.lock import Lock

_NAMES = {"#name": "name"}  # a reserved word


class DynamoDbLocks:
    """Implements `Locks` with a DynamoDB client."""

    def __init__(self, client: Any, table: str) -> None:
        self._client = client
        self._table = table

    def get(self, name: str) -> Lock | None:
        """See `Locks`."""
        with transient_as(StorageUnavailable, "reading the lock"):
            answer = self._client.get_item(TableName=self._table, Key={"name": {"S": name}}, ConsistentRead=True)
        if "Item" not in answer:
            return None
        return Lock.model_validate({field: value["S"] for field, value in answer["Item"].items()})

    def take(self, lock: Lock, expected: str | None) -> bool:
        """See `Locks`."""
        request: dict[str, Any] = {
            "TableName": self._table,
            "Item": {field: {"S": value} for field, value in lock.model_dump().items()},
        }
        if expected is None:
            request |= {"ConditionExpression": "attribute_not_exists(#name)", "ExpressionAttributeNames": _NAMES}
        else:
            request |= _held_by(expected)
        return self._on_condition(self._client.put_item, request)

    def release(self, name: str, holder: str) -> None:
        """See `Locks`."""
        request = {"TableName": self._table, "Key": {"name": {"S": name}}, **_held_by(holder)}
        self._on_condition(self._client.delete_item, request)

    def _on_condition(self, write: Any, request: dict[str, Any]) -> bool:
        try:
            with transient_as(StorageUnavailable, "writing the lock"):
                write(**request)
        except ClientError as error:
            if error_code(error) == "ConditionalCheckFailedException":
                return False
            raise
        return True


def _held_by(holder: str) -> dict[str, Any]:
    return {"ConditionExpression": "holder = :holder", "ExpressionAttributeValues": {":holder": {"S": holder}}}
