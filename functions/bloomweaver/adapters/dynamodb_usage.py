"""What was counted for owners of chats, in the table of chats.

| partition (`owner`) | sort (`item`) | what |
|---|---|---|
| `usage#` and the owner | `questions#` and a minute | how many questions were asked in it |
| | `tokens#` and a day | how many tokens were used on it |
| | `counted#` and the name of what was written | that its tokens were added |

A chat's deletion leaves them: nothing of it is in them. DynamoDB removes them after `expires_at`.
"""

import time
from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError

from bloomweaver.adapters.aws_errors import cancellation_reasons, error_code, transient_as
from bloomweaver.errors import RecordContended, StorageUnavailable

KEPT_SECONDS = 2 * 86400
"""Longer than a day, and than any run may be."""
ATTEMPTS = 10
"""Each lost race means that another writer got through, so a few are plenty."""
_FAILED = "ConditionalCheckFailed"


class DynamoDbUsage:
    """Implements `UsageTable` with a DynamoDB client."""

    def __init__(self, client: Any, table: str, seconds: Callable[[], float] = time.time) -> None:
        self._client = client
        self._table = table
        self._seconds = seconds

    def take_place(self, owner: str, minute: str, of: int) -> bool:
        """See `UsageTable`."""
        try:
            with transient_as(StorageUnavailable, "counting a question"):
                self._client.update_item(
                    TableName=self._table,
                    Key=_key(owner, f"questions#{minute}"),
                    UpdateExpression="SET expires_at = :expires ADD questions :one",
                    ConditionExpression="attribute_not_exists(questions) OR questions < :most",
                    ExpressionAttributeValues={
                        ":one": {"N": "1"},
                        ":most": {"N": str(of)},
                        ":expires": {"N": self._expiry()},
                    },
                )
        except ClientError as error:
            if error_code(error) == "ConditionalCheckFailedException":
                return False
            raise
        return True

    def tokens(self, owner: str, day: str) -> int:
        """See `UsageTable`."""
        with transient_as(StorageUnavailable, "reading how many tokens were used"):
            answer = self._client.get_item(TableName=self._table, Key=_key(owner, f"tokens#{day}"), ConsistentRead=True)
        return int(answer["Item"]["tokens"]["N"]) if "Item" in answer else 0

    def add_tokens(self, owner: str, day: str, written: str, tokens: int) -> bool:
        """See `UsageTable`."""
        expires_at = {"N": self._expiry()}
        note = {
            "TableName": self._table,
            "Item": {**_key(owner, f"counted#{written}"), "expires_at": expires_at},
            "ConditionExpression": "attribute_not_exists(expires_at)",
        }
        add = {
            "TableName": self._table,
            "Key": _key(owner, f"tokens#{day}"),
            "UpdateExpression": "SET expires_at = :expires ADD tokens :tokens",
            "ExpressionAttributeValues": {":tokens": {"N": str(tokens)}, ":expires": expires_at},
        }
        for _ in range(ATTEMPTS):
            try:
                with transient_as(StorageUnavailable, "counting tokens"):
                    self._client.transact_write_items(TransactItems=[{"Put": note}, {"Update": add}])
            except ClientError as error:
                reasons = cancellation_reasons(error)
                if _FAILED in reasons:
                    return False
                if "TransactionConflict" not in reasons:
                    raise
            else:
                return True
        raise RecordContended(f"{ATTEMPTS} attempts to count tokens each met another writer")

    def _expiry(self) -> str:
        return str(int(self._seconds()) + KEPT_SECONDS)


def _key(owner: str, item: str) -> dict[str, Any]:
    return {"owner": {"S": f"usage#{owner}"}, "item": {"S": item}}
