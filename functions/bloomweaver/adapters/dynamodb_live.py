"""Tickets and connections in DynamoDB, one table for both.

| partition (`kind`) | sort (`id`) | what |
|---|---|---|
| `ticket` | the ticket's digest | a ticket, until it is taken |
| `connection` | its id | a connection |

All connections are one partition, so that one request shows that there is none. What nobody removed DynamoDB does, some
time after `expires_at`.
"""

from datetime import datetime
from typing import Any

from botocore.exceptions import ClientError

from bloomweaver.adapters.aws_errors import error_code, transient_as
from bloomweaver.errors import StorageUnavailable
from bloomweaver.live.connection import LONGEST_SECONDS, Connection
from bloomweaver.live.cursor import Cursor
from bloomweaver.live.ports import Ticket
from bloomweaver.live.topics import Topic

_TICKET, _CONNECTION = "ticket", "connection"
_NAMES = {"#kind": "kind"}


class DynamoDbTickets:
    """Implements `TicketTable` with a DynamoDB client."""

    def __init__(self, client: Any, table: str) -> None:
        self._client = client
        self._table = table

    def put(self, digest: str, ticket: Ticket) -> None:
        """See `TicketTable`."""
        item = {
            **_key(_TICKET, digest),
            "subject": {"S": ticket.subject},
            "good_until": {"S": ticket.good_until},
            "token_ends_at": {"S": ticket.token_ends_at},
            "expires_at": {"N": str(_seconds(ticket.good_until))},
        }
        with transient_as(StorageUnavailable, "keeping a ticket"):
            self._client.put_item(TableName=self._table, Item=item)

    def take(self, digest: str) -> Ticket | None:
        """See `TicketTable`."""
        with transient_as(StorageUnavailable, "taking a ticket"):
            answer = self._client.delete_item(TableName=self._table, Key=_key(_TICKET, digest), ReturnValues="ALL_OLD")
        item = answer.get("Attributes")
        if not item:
            return None
        return Ticket(item["subject"]["S"], item["good_until"]["S"], item["token_ends_at"]["S"])


class DynamoDbConnections:
    """Implements `ConnectionTable` with a DynamoDB client."""

    def __init__(self, client: Any, table: str) -> None:
        self._client = client
        self._table = table

    def open(self, connection: Connection) -> None:
        """See `ConnectionTable`."""
        item = {
            **_key(_CONNECTION, connection.id),
            "subject": {"S": connection.subject},
            "opened_at": {"S": connection.opened_at},
            "ends_at": {"S": connection.ends_at},
            "pinged_at": {"S": connection.pinged_at},
            # It may be renewed, but not for longer.
            "expires_at": {"N": str(_seconds(connection.opened_at) + LONGEST_SECONDS)},
            **({"is_one_too_many": {"BOOL": True}} if connection.is_one_too_many else {}),
        }
        with transient_as(StorageUnavailable, "keeping a connection"):
            self._client.put_item(TableName=self._table, Item=item)

    def get(self, id: str) -> Connection | None:
        """See `ConnectionTable`."""
        with transient_as(StorageUnavailable, "reading a connection"):
            answer = self._client.get_item(TableName=self._table, Key=_key(_CONNECTION, id), ConsistentRead=True)
        return _connection(answer["Item"]) if "Item" in answer else None

    def all(self) -> list[Connection]:
        """See `ConnectionTable`."""
        request: dict[str, Any] = {
            "TableName": self._table,
            "KeyConditionExpression": "#kind = :connection",
            "ExpressionAttributeNames": _NAMES,
            "ExpressionAttributeValues": {":connection": {"S": _CONNECTION}},
            "ConsistentRead": True,
        }
        found: list[Connection] = []
        while True:
            with transient_as(StorageUnavailable, "reading the connections"):
                answer = self._client.query(**request)
            found += [_connection(item) for item in answer["Items"]]
            if "LastEvaluatedKey" not in answer:
                return found
            request["ExclusiveStartKey"] = answer["LastEvaluatedKey"]

    def watch(self, id: str, topic: Topic, cursor: Cursor) -> None:
        """See `ConnectionTable`."""
        # `cursor` is a word of DynamoDB's own.
        self._update(
            id,
            "ADD topics :topic SET #cursor = :cursor",
            {":topic": {"SS": [str(topic)]}, ":cursor": {"S": str(cursor)}},
            {"#cursor": "cursor"},
        )

    def ignore(self, id: str, topic: Topic) -> None:
        """See `ConnectionTable`."""
        self._update(id, "DELETE topics :topic", {":topic": {"SS": [str(topic)]}})

    def told(self, id: str, cursor: Cursor, pinged_at: str) -> None:
        """See `ConnectionTable`."""
        self._update(
            id,
            "SET #cursor = :cursor, pinged_at = :pinged_at",
            {":cursor": {"S": str(cursor)}, ":pinged_at": {"S": pinged_at}},
            {"#cursor": "cursor"},
        )

    def renew(self, id: str, ends_at: str) -> None:
        """See `ConnectionTable`."""
        self._update(id, "SET ends_at = :ends_at", {":ends_at": {"S": ends_at}})

    def count_fault(self, id: str) -> int:
        """See `ConnectionTable`."""
        changed = self._update(id, "ADD faults :one", {":one": {"N": "1"}})
        return int(changed["faults"]["N"]) if changed else 0

    def remove(self, id: str) -> None:
        """See `ConnectionTable`."""
        with transient_as(StorageUnavailable, "forgetting a connection"):
            self._client.delete_item(TableName=self._table, Key=_key(_CONNECTION, id))

    def _update(
        self, id: str, expression: str, values: dict[str, Any], names: dict[str, str] | None = None
    ) -> dict[str, Any] | None:
        """What the update changed; none if there is no such connection."""
        try:
            with transient_as(StorageUnavailable, "changing a connection"):
                answer = self._client.update_item(
                    TableName=self._table,
                    Key=_key(_CONNECTION, id),
                    UpdateExpression=expression,
                    ConditionExpression="attribute_exists(#kind)",
                    ExpressionAttributeNames={**_NAMES, **(names or {})},
                    ExpressionAttributeValues=values,
                    ReturnValues="UPDATED_NEW",
                )
        except ClientError as error:
            if error_code(error) == "ConditionalCheckFailedException":
                return None
            raise
        changed: dict[str, Any] = answer.get("Attributes", {})
        return changed


def _key(kind: str, id: str) -> dict[str, Any]:
    return {"kind": {"S": kind}, "id": {"S": id}}


def _seconds(time: str) -> int:
    return int(datetime.fromisoformat(time).timestamp())


def _connection(item: dict[str, Any]) -> Connection:
    return Connection(
        id=item["id"]["S"],
        subject=item["subject"]["S"],
        opened_at=item["opened_at"]["S"],
        ends_at=item["ends_at"]["S"],
        pinged_at=item["pinged_at"]["S"],
        topics=frozenset(Topic.parse(text) for text in item.get("topics", {}).get("SS", ())),
        cursor=Cursor.parse(item["cursor"]["S"]) if "cursor" in item else None,
        is_one_too_many="is_one_too_many" in item,
    )
