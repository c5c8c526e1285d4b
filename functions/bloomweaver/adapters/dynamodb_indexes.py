"""The indexes table in DynamoDB: one item an index."""

from typing import Any

from botocore.exceptions import ClientError

from bloomweaver.adapters.aws_errors import error_code, transient_as
from bloomweaver.errors import StorageUnavailable
from bloomweaver.models.index_card import IndexCard, IndexSettings


class DynamoDbIndexes:
    """Implements `Indexes` with a DynamoDB client."""

    def __init__(self, client: Any, table: str) -> None:
        self._client = client
        self._table = table

    def get(self, index: str) -> IndexCard | None:
        """See `Indexes`."""
        with transient_as(StorageUnavailable, "reading the index card"):
            answer = self._client.get_item(TableName=self._table, Key=_key(index), ConsistentRead=True)
        return _from_item(answer["Item"]) if "Item" in answer else None

    def all(self) -> list[IndexCard]:
        """See `Indexes`."""
        cards: list[IndexCard] = []
        request: dict[str, Any] = {"TableName": self._table, "ConsistentRead": True}
        while True:
            with transient_as(StorageUnavailable, "reading the index cards"):
                answer = self._client.scan(**request)
            cards += map(_from_item, answer["Items"])
            if "LastEvaluatedKey" not in answer:
                return sorted(cards, key=lambda card: card.index_name)
            request["ExclusiveStartKey"] = answer["LastEvaluatedKey"]

    def put(self, card: IndexCard) -> bool:
        """See `Indexes`."""
        return self._conditionally("put_item", card.revision - 1, Item=_to_item(card))

    def delete(self, card: IndexCard) -> bool:
        """See `Indexes`."""
        return self._conditionally("delete_item", card.revision, Key=_key(card.index_name))

    def _conditionally(self, call: str, expected_revision: int, **request: Any) -> bool:
        if expected_revision:
            request["ConditionExpression"] = "revision = :expected"
            request["ExpressionAttributeValues"] = {":expected": {"N": str(expected_revision)}}
        else:
            request["ConditionExpression"] = "attribute_not_exists(index_name)"
        try:
            with transient_as(StorageUnavailable, "writing the index card"):
                getattr(self._client, call)(TableName=self._table, **request)
        except ClientError as error:
            if error_code(error) == "ConditionalCheckFailedException":
                return False
            raise
        return True


def _key(index: str) -> dict[str, Any]:
    return {"index_name": {"S": index}}


def _to_item(card: IndexCard) -> dict[str, Any]:
    flat = {**card.model_dump(mode="json", exclude={"settings"}, exclude_none=True), **card.settings.model_dump()}
    return {name: {"N": str(value)} if isinstance(value, int) else {"S": value} for name, value in flat.items()}


def _from_item(item: dict[str, Any]) -> IndexCard:
    flat: dict[str, Any] = {name: int(value["N"]) if "N" in value else value["S"] for name, value in item.items()}
    settings = {name: flat.pop(name) for name in IndexSettings.model_fields if name in flat}
    return IndexCard.model_validate({**flat, "settings": settings})
