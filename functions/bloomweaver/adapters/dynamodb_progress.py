"""What is noted of progress in DynamoDB: an item for each attempt at a version of a document, and for each operation.

| `item` | what |
|---|---|
| `document:D:V:A` | attempt A at version V of the document D |
| `operation:ID` | an operation |

Each write adds one to `step`. What nobody needs any more goes some days after it was written last.
"""

import re
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from botocore.exceptions import ClientError

from bloomweaver.adapters.aws_errors import error_code, transient_as
from bloomweaver.adapters.progress_items import document_notes, key_of_attempt, key_of_operation, operation_notes
from bloomweaver.errors import StorageUnavailable
from bloomweaver.models.record import Branch
from bloomweaver.models.run import RunEntry, RunStatus
from bloomweaver.ports import Clock
from bloomweaver.progress.notes import Attempt, Cut, DocumentNotes, OperationNotes, Part, Step

KEPT_SECONDS = 7 * 86_400
KEYS_OF_A_READ = 100
_OF_THIS_CUT = "attribute_exists(#item) AND (attribute_not_exists(#index) OR #index = :index)"
_NOT_ENDED = "attribute_not_exists(#ended)"
_NAME = re.compile(r"#(\w+)")


class DynamoDbProgress:
    """Implements `ProgressTable` with a DynamoDB client."""

    def __init__(self, client: Any, table: str, clock: Clock) -> None:
        self._client = client
        self._table = table
        self._clock = clock

    def cut(self, attempt: Attempt, cut: Cut) -> None:
        """See `ProgressTable`."""
        self._update(
            key_of_attempt(attempt),
            sets={"index": _text(cut.index), "passages": _number(cut.passages), "reused": _number(cut.reused)},
            removes=["finished", "written"],
            condition="attribute_not_exists(#index) OR #index <> :index",
        )

    def embedded(self, attempt: Attempt, index: str, part: Part) -> None:
        """See `ProgressTable`."""
        self._update(
            key_of_attempt(attempt),
            adds={"finished": {"SS": [str(part)]}},
            removes=["waking_since"],
            condition=_OF_THIS_CUT,
            compared={":index": _text(index)},
        )

    def written(self, attempt: Attempt, index: str, branch: Branch) -> None:
        """See `ProgressTable`."""
        self._update(
            key_of_attempt(attempt),
            adds={"written": {"SS": [branch.value]}},
            condition=_OF_THIS_CUT,
            compared={":index": _text(index)},
        )

    def waking(self, attempt: Attempt) -> None:
        """See `ProgressTable`."""
        self._update(key_of_attempt(attempt), since="waking_since")

    def documents(self, attempts: Collection[Attempt]) -> dict[Attempt, DocumentNotes]:
        """See `ProgressTable`."""
        by_key = {key_of_attempt(attempt): attempt for attempt in attempts}
        return {by_key[item["item"]["S"]]: document_notes(item) for item in self._get(by_key)}

    def step(self, id_: str, step: Step) -> None:
        """See `ProgressTable`."""
        told = {"done": step.done, "of": step.of}
        self._update(
            key_of_operation(id_),
            sets={
                "machine": _text(step.machine),
                "phase": _text(step.phase),
                "unit": _text(step.unit),
                **{name: _number(value) for name, value in told.items() if value is not None},
            },
            removes=[name for name, value in told.items() if value is None],
            since="started_at",
            condition=_NOT_ENDED,
        )

    def done(self, id_: str, part: Part) -> None:
        """See `ProgressTable`."""
        self._update(key_of_operation(id_), adds={"finished": {"SS": [str(part)]}}, condition=_NOT_ENDED)

    def run(self, entry: RunEntry) -> None:
        """See `ProgressTable`."""
        over = entry.status is not RunStatus.RUNNING
        ended = {"ended": entry.status.value if over else None, "error_type": entry.error_type}
        self._update(
            key_of_operation(entry.name),
            sets={
                "machine": _text(entry.state_machine),
                "started_at": _text(entry.started_at),
                "run_order": _number(entry.order),
                **{name: _text(value) for name, value in ended.items() if value is not None},
            },
            removes=[name for name, value in ended.items() if value is None],
            condition="attribute_not_exists(#run_order) OR #run_order < :run_order",
        )

    def operations(self, ids: Collection[str]) -> dict[str, OperationNotes]:
        """See `ProgressTable`."""
        found = (operation_notes(item) for item in self._get([key_of_operation(id_) for id_ in ids]))
        return {notes.id: notes for notes in found if notes is not None}

    def _update(
        self,
        item: str,
        *,
        sets: dict[str, Any] | None = None,
        adds: dict[str, Any] | None = None,
        removes: Collection[str] = (),
        since: str | None = None,
        condition: str | None = None,
        compared: dict[str, Any] | None = None,
    ) -> None:
        """Change an item, if the condition holds. `since` is an attribute that keeps the time of the first change."""
        now = self._clock()
        expires_at = int(datetime.fromisoformat(now).timestamp()) + KEPT_SECONDS
        sets = {"at": _text(now), "expires_at": _number(expires_at), **(sets or {})}
        adds = {"step": _number(1), **(adds or {})}
        said = [f"#{name} = :{name}" for name in sets]
        said += [f"#{since} = if_not_exists(#{since}, :at)"] if since is not None else []
        expression = f"SET {', '.join(said)} ADD {', '.join(f'#{name} :{name}' for name in adds)}"
        expression += f" REMOVE {', '.join(f'#{name}' for name in removes)}" if removes else ""
        request: dict[str, Any] = {
            "TableName": self._table,
            "Key": {"item": _text(item)},
            "UpdateExpression": expression,
            # Many words are DynamoDB's own.
            "ExpressionAttributeNames": {f"#{name}": name for name in _NAME.findall(f"{expression} {condition}")},
            "ExpressionAttributeValues": {
                **{f":{name}": value for name, value in (sets | adds).items()},
                **(compared or {}),
            },
        }
        if condition is not None:
            request["ConditionExpression"] = condition
        with _any_error("noting progress"):
            try:
                self._client.update_item(**request)
            except ClientError as error:
                if error_code(error) != "ConditionalCheckFailedException":
                    raise

    def _get(self, keys: Collection[str]) -> Iterator[dict[str, Any]]:
        wanted = sorted(keys)
        for start in range(0, len(wanted), KEYS_OF_A_READ):
            asked = [{"item": _text(key)} for key in wanted[start : start + KEYS_OF_A_READ]]
            with _any_error("reading progress"):
                # Consistent: whoever is told of a note reads at least that one.
                request = {self._table: {"Keys": asked, "ConsistentRead": True}}
                answer = self._client.batch_get_item(RequestItems=request)
            # What DynamoDB leaves unread is read the next time.
            yield from answer["Responses"].get(self._table, ())


@contextmanager
def _any_error(what: str) -> Iterator[None]:
    """Raise `StorageUnavailable` whatever the reason: nobody is stopped by a note, not even by one that is refused."""
    try:
        with transient_as(StorageUnavailable, what):
            yield
    except ClientError as error:
        raise StorageUnavailable(f"{what}: {error}") from error


def _text(value: str) -> dict[str, str]:
    return {"S": str(value)}


def _number(value: int) -> dict[str, str]:
    return {"N": str(value)}
