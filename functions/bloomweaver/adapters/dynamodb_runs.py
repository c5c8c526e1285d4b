"""The table of runs in DynamoDB: an item a run, and an index for each kind of list.

| index | partition | runs of |
|---|---|---|
| `every-started_at` | the same for each | everything |
| `state_machine-started_at` | `state_machine` | a state machine |
| `status-started_at` | `status` | a status |
| `state_machine_status-started_at` | both, with a `#` between them | both |
| `doc_hash-started_at` | `doc_hash` | a document |

Each is sorted by the time at which the run began.
"""

from datetime import datetime
from typing import Any

from botocore.exceptions import ClientError

from bloomweaver.adapters.aws_errors import error_code, transient_as
from bloomweaver.adapters.dynamodb_time_lists import TimeLists
from bloomweaver.cursors import TimePlace
from bloomweaver.errors import StorageUnavailable
from bloomweaver.models.record import Operation
from bloomweaver.models.run import DocumentOfRun, RunEntry, RunStatus, StateMachine
from bloomweaver.runs.ports import Place, RunList, TablePage

EVERY = "run"
_DAY_SECONDS = 86_400
_LEFT_OUT_AGAIN = ("ended_at", "error_type")
"""Attributes that a run loses that is run again from where it had failed."""


class DynamoDbRuns:
    """Implements `RunTable` with a DynamoDB client. What is kept of a run expires so many days after it began."""

    def __init__(self, client: Any, table: str, kept_days: int) -> None:
        self._client = client
        self._table = table
        self._lists = TimeLists(client, table, key="run", time="started_at")
        self._kept_days = kept_days

    def get(self, id_: str) -> RunEntry | None:
        """See `RunTable`."""
        with transient_as(StorageUnavailable, "reading a run"):
            item = self._client.get_item(TableName=self._table, Key={"run": {"S": id_}}).get("Item")
        return _entry(item) if item is not None else None

    def put(self, entry: RunEntry) -> bool:
        """See `RunTable`."""
        item = self._item(entry)
        names = {f"#{name}": name for name in item}
        sets = ", ".join(f"#{name} = :{name}" for name in item)
        lost = [name for name in _LEFT_OUT_AGAIN if name not in item]
        removes = f" REMOVE {', '.join(lost)}" if lost else ""
        try:
            with transient_as(StorageUnavailable, "keeping a run"):
                self._client.update_item(
                    TableName=self._table,
                    Key={"run": {"S": entry.id}},
                    UpdateExpression=f"SET {sets}{removes}",
                    ConditionExpression="attribute_not_exists(#order) OR #order < :order",
                    ExpressionAttributeNames=names,
                    ExpressionAttributeValues={f":{name}": value for name, value in item.items()},
                )
        except ClientError as error:
            if error_code(error) == "ConditionalCheckFailedException":
                return False
            raise
        return True

    def page(
        self,
        of: RunList,
        *,
        since: str | None,
        until: str | None,
        limit: int,
        after: Place | None,
        oldest_first: bool = False,
    ) -> TablePage:
        """See `RunTable`."""
        attribute, value = partition_of(of)
        items, last = self._lists.page(
            attribute,
            value,
            since=since,
            until=until,
            limit=limit,
            after=TimePlace(after.started_at, after.id) if after is not None else None,
            oldest_first=oldest_first,
        )
        place = Place(started_at=last.time, id=last.id) if last is not None else None
        return TablePage([_entry(item) for item in items], place)

    def _item(self, entry: RunEntry) -> dict[str, Any]:
        """The attributes of a run, apart from its key."""
        expires_at = datetime.fromisoformat(entry.started_at).timestamp() + self._kept_days * _DAY_SECONDS
        texts = {
            "every": EVERY,
            "state_machine": entry.state_machine.value,
            "status": entry.status.value,
            "state_machine_status": _both(entry.state_machine, entry.status),
            "name": entry.name,
            "started_at": entry.started_at,
            "ended_at": entry.ended_at,
            "error_type": entry.error_type,
        }
        numbers: dict[str, int] = {"redrives": entry.redrives, "order": entry.order, "expires_at": int(expires_at)}
        if entry.document is not None:
            texts |= {"doc_hash": entry.document.doc_hash, "operation": entry.document.operation.value}
            numbers |= {"version": entry.document.version, "attempt": entry.document.attempt}
        item: dict[str, Any] = {name: {"S": text} for name, text in texts.items() if text is not None}
        return item | {name: {"N": str(number)} for name, number in numbers.items()}


def partition_of(of: RunList) -> tuple[str, str]:
    """The index's partition attribute and its value."""
    if of.doc_hash is not None:
        return "doc_hash", of.doc_hash
    if of.state_machine is not None and of.status is not None:
        return "state_machine_status", _both(of.state_machine, of.status)
    if of.state_machine is not None:
        return "state_machine", of.state_machine.value
    return ("status", of.status.value) if of.status is not None else ("every", EVERY)


def _both(machine: StateMachine, status: RunStatus) -> str:
    return f"{machine}#{status}"


def _entry(item: dict[str, Any]) -> RunEntry:
    document = None
    if "doc_hash" in item:
        document = DocumentOfRun(
            doc_hash=item["doc_hash"]["S"],
            version=int(item["version"]["N"]),
            attempt=int(item["attempt"]["N"]),
            operation=Operation(item["operation"]["S"]),
        )
    return RunEntry(
        id=item["run"]["S"],
        state_machine=StateMachine(item["state_machine"]["S"]),
        name=item["name"]["S"],
        status=RunStatus(item["status"]["S"]),
        started_at=item["started_at"]["S"],
        ended_at=item["ended_at"]["S"] if "ended_at" in item else None,
        document=document,
        error_type=item["error_type"]["S"] if "error_type" in item else None,
        redrives=int(item["redrives"]["N"]),
    )
