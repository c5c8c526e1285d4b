"""What records say of what is served, with the epoch beside it, in DynamoDB.

A search waits for it. So it is one request, and of each record only what the check on read needs, which takes a part of
the time of reading records whole.
"""

from collections.abc import Iterable
from itertools import islice
from typing import Any

from botocore.exceptions import ClientError

from bloomweaver.adapters import dynamodb_epochs
from bloomweaver.adapters.aws_errors import transient_as
from bloomweaver.errors import StorageUnavailable
from bloomweaver.models.record import served_version
from bloomweaver.ports import Epoch, ServedVersion, Standing

DOCUMENTS_AT_A_TIME = 99  # DynamoDB: 100 keys in one BatchGetItem, and the epoch is one.
_FIELDS = {
    "ProjectionExpression": "doc_hash, indexed_version, deleted_version, #index",
    "ExpressionAttributeNames": {"#index": "index"},
    "ConsistentRead": True,
}


class DynamoDbStandings:
    """Implements `Standings` with a DynamoDB client."""

    def __init__(self, client: Any, documents_table: str, epoch_table: str) -> None:
        self._client = client
        self._documents_table = documents_table
        self._epoch_table = epoch_table

    def read(self, doc_hashes: Iterable[str], *, epoch: bool = False) -> Standing:
        """See `Standings`."""
        served: dict[str, ServedVersion] = {}
        found: Epoch | None = None
        remaining = iter(sorted(set(doc_hashes)))
        while (batch := list(islice(remaining, DOCUMENTS_AT_A_TIME))) or epoch:
            of_batch, of_epoch = self._read(batch, epoch=epoch)
            served |= of_batch
            found, epoch = of_epoch or found, False
        return Standing(served, found)

    def _read(self, doc_hashes: list[str], *, epoch: bool) -> tuple[dict[str, ServedVersion], Epoch | None]:
        keys: Any = [{"doc_hash": {"S": doc_hash}} for doc_hash in doc_hashes]
        request: dict[str, Any] = {self._documents_table: {"Keys": keys, **_FIELDS}} if keys else {}
        if epoch:
            request[self._epoch_table] = {"Keys": [{"entry": {"S": dynamodb_epochs.KEY}}], "ConsistentRead": True}
        served: dict[str, ServedVersion] = {}
        found: Epoch | None = None
        while request:
            answer = self._ask(request)
            records = answer.get("Responses", {}).get(self._documents_table, [])
            served |= {record["doc_hash"]["S"]: _served(record) for record in records}
            for item in answer.get("Responses", {}).get(self._epoch_table, []):
                found = dynamodb_epochs.from_item(item)
            left = answer.get("UnprocessedKeys", {})
            if self._documents_table in left and not records:
                raise StorageUnavailable("reading what is served: DynamoDB took none of the keys")
            # What only the cache needs is not asked for twice.
            request = {self._documents_table: left[self._documents_table]} if self._documents_table in left else {}
        return served, found

    def _ask(self, request: dict[str, Any]) -> dict[str, Any]:
        try:
            with transient_as(StorageUnavailable, "reading what is served"):
                return dict(self._client.batch_get_item(RequestItems=request))
        except ClientError:
            # Such as a table that is not there. Without the epoch's a search can do.
            without = {table: of_table for table, of_table in request.items() if table != self._epoch_table}
            if without == request:
                raise
            return self._ask(without) if without else {}


def _served(record: dict[str, Any]) -> ServedVersion:
    indexed, deleted = (int(record[name]["N"]) for name in ("indexed_version", "deleted_version"))
    index = record["index"]["S"] if "index" in record else None
    return ServedVersion(served_version(indexed, deleted), index, deleted)
