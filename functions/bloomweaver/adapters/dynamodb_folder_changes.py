"""The register of folders' changes, an item of the table of lists."""

from typing import Any

from botocore.exceptions import ClientError

from bloomweaver.adapters.aws_errors import error_code, transient_as
from bloomweaver.errors import StorageUnavailable
from bloomweaver.folder_changes.ports import RunningChanges

_KEY = {"list": {"S": "folder_changes"}, "place": {"S": "folder_changes"}}


class DynamoDbChangeRegister:
    """Implements `ChangeRegister` with a DynamoDB client."""

    def __init__(self, client: Any, table: str) -> None:
        self._client = client
        self._table = table

    def running(self) -> RunningChanges:
        """See `ChangeRegister`."""
        with transient_as(StorageUnavailable, "reading which folders are being changed"):
            item = self._client.get_item(TableName=self._table, Key=_KEY, ConsistentRead=True).get("Item")
        return RunningChanges.model_validate_json(item["running"]["S"]) if item else RunningChanges()

    def put(self, running: RunningChanges, *, replaces: RunningChanges) -> bool:
        """See `ChangeRegister`."""
        item = {**_KEY, "serial": {"N": str(running.serial)}, "running": {"S": running.model_dump_json()}}
        condition: dict[str, Any] = {"ConditionExpression": "attribute_not_exists(serial)"}
        if replaces.serial:
            condition = {
                "ConditionExpression": "serial = :known",
                "ExpressionAttributeValues": {":known": {"N": str(replaces.serial)}},
            }
        try:
            with transient_as(StorageUnavailable, "noting which folders are being changed"):
                self._client.put_item(TableName=self._table, Item=item, **condition)
        except ClientError as error:
            if error_code(error) == "ConditionalCheckFailedException":
                return False
            raise
        return True
