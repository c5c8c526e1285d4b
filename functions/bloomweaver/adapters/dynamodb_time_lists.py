"""Lists in DynamoDB that are sorted by time: an index for each kind of list, named `{attribute}-{time}`."""

from dataclasses import dataclass
from typing import Any

from bloomweaver.adapters.aws_errors import transient_as
from bloomweaver.cursors import TimePlace
from bloomweaver.errors import StorageUnavailable

Item = dict[str, Any]


@dataclass(frozen=True)
class TimeLists:
    """The lists of a table. `key` is the attribute that it is keyed by, `time` the one that each index is sorted by."""

    client: Any
    table: str
    key: str
    time: str

    def page(
        self,
        attribute: str,
        value: str,
        *,
        since: str | None,
        until: str | None,
        limit: int,
        after: TimePlace | None,
        oldest_first: bool = False,
    ) -> tuple[list[Item], TimePlace | None]:
        """Items with that value of the attribute and a time between both ends, and the place of the last one if there
        may be more: one query. Raises `StorageUnavailable`."""
        condition, names, values = "#of = :of", {"#of": attribute}, {":of": {"S": value}}
        if since is not None and until is not None:
            condition += " AND #time BETWEEN :since AND :until"
        elif since is not None:
            condition += " AND #time >= :since"
        elif until is not None:
            condition += " AND #time <= :until"
        for name, bound in ((":since", since), (":until", until)):
            if bound is not None:
                names["#time"] = self.time
                values[name] = {"S": bound}
        request: dict[str, Any] = {
            "TableName": self.table,
            "IndexName": f"{attribute}-{self.time}",
            "KeyConditionExpression": condition,
            "ExpressionAttributeNames": names,
            "ExpressionAttributeValues": values,
            "ScanIndexForward": oldest_first,
            "Limit": limit,
        }
        if after is not None:
            place = {attribute: value, self.time: after.time, self.key: after.id}
            request["ExclusiveStartKey"] = {name: {"S": text} for name, text in place.items()}
        with transient_as(StorageUnavailable, f"listing by {attribute}"):
            answer = self.client.query(**request)
        last = answer.get("LastEvaluatedKey")
        return answer["Items"], TimePlace(last[self.time]["S"], last[self.key]["S"]) if last else None
