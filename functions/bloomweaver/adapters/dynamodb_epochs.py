"""The epoch in DynamoDB: an item of its own in the table of what search keeps."""

from typing import Any

from bloomweaver.adapters.aws_errors import transient_as
from bloomweaver.errors import StorageUnavailable
from bloomweaver.ports import Clock, Epoch

KEY = "epoch"
"""No entry of the cache has this key."""


class DynamoDbEpochs:
    """Implements `Epochs` with a DynamoDB client."""

    def __init__(self, client: Any, table: str, clock: Clock) -> None:
        self._client = client
        self._table = table
        self._clock = clock

    def advance(self) -> None:
        """See `Epochs`. An ADD needs no condition, so that nobody waits for another one's."""
        with transient_as(StorageUnavailable, "beginning an epoch"):
            self._client.update_item(
                TableName=self._table,
                Key={"entry": {"S": KEY}},
                UpdateExpression="SET changed_at = :now ADD #number :one",
                ExpressionAttributeNames={"#number": "number"},
                ExpressionAttributeValues={":now": {"S": self._clock()}, ":one": {"N": "1"}},
            )

    def read(self) -> Epoch | None:
        """See `Epochs`."""
        with transient_as(StorageUnavailable, "reading the epoch"):
            answer = self._client.get_item(TableName=self._table, Key={"entry": {"S": KEY}}, ConsistentRead=True)
        return from_item(answer["Item"]) if "Item" in answer else None


def from_item(item: dict[str, Any]) -> Epoch:
    """The epoch that an item holds: its own, or an entry's."""
    return Epoch(int(item["number"]["N"]), item["changed_at"]["S"])
