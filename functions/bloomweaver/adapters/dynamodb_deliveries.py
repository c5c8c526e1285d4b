"""The ids of signed requests in DynamoDB: one item an id, which DynamoDB removes some time after `expires_at`."""

from typing import Any

from botocore.exceptions import ClientError

from bloomweaver.adapters.aws_errors import error_code, transient_as
from bloomweaver.auth.deliveries import Receipt
from bloomweaver.errors import StorageUnavailable


class DynamoDbDeliveries:
    """Implements `Deliveries` with a DynamoDB client."""

    def __init__(self, client: Any, table: str) -> None:
        self._client = client
        self._table = table

    def claim(self, key: str, timestamp: int, body_sha256: str, expires_at: int) -> bool:
        """See `Deliveries`."""
        try:
            with transient_as(StorageUnavailable, "noting a signed request"):
                self._client.put_item(
                    TableName=self._table,
                    Item={
                        "delivery": {"S": key},
                        "sent_at": {"N": str(timestamp)},
                        "body_sha256": {"S": body_sha256},
                        "expires_at": {"N": str(expires_at)},
                    },
                    ConditionExpression="attribute_not_exists(delivery) OR "
                    "(sent_at < :sent_at AND attribute_not_exists(answer))",
                    ExpressionAttributeValues={":sent_at": {"N": str(timestamp)}},
                )
        except ClientError as error:
            if error_code(error) == "ConditionalCheckFailedException":
                return False
            raise
        return True

    def complete(self, key: str, answer: str) -> None:
        """See `Deliveries`."""
        with transient_as(StorageUnavailable, "noting a signed request's answer"):
            self._client.update_item(
                TableName=self._table,
                Key={"delivery": {"S": key}},
                UpdateExpression="SET answer = :answer",
                ExpressionAttributeValues={":answer": {"S": answer}},
            )

    def receipt(self, key: str) -> Receipt | None:
        """See `Deliveries`."""
        with transient_as(StorageUnavailable, "reading a signed request's receipt"):
            answer = self._client.get_item(TableName=self._table, Key={"delivery": {"S": key}}, ConsistentRead=True)
        item = answer.get("Item")
        if item is None:
            return None
        return Receipt(int(item["sent_at"]["N"]), item["body_sha256"]["S"], item.get("answer", {}).get("S"))
