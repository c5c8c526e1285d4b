"""Runs in Step Functions: how far they are, their histories, and the definitions that they were started with."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import ClientError

from bloomweaver.adapters.aws_errors import error_code, transient_as
from bloomweaver.errors import InvalidCursor, StorageUnavailable, UnknownRun
from bloomweaver.models.run import RunEntry, RunStatus, StateMachine, run_id
from bloomweaver.runs.changes import document_of, error_type
from bloomweaver.runs.events import HistoryEvent
from bloomweaver.runs.ports import DescribedRun, EventPage

_UNKNOWN = frozenset({"ExecutionDoesNotExist", "StateMachineDoesNotExist"})
"""Errors for a run that was never there, or is forgotten with its state machine."""
_NO_TOKEN = frozenset({"InvalidToken", "ValidationException"})
"""Errors for a token that Step Functions did not give, or gave too long ago. All else is checked before it is sent."""


class StepFunctionsHistories:
    """Implements `RunHistories` with a Step Functions client."""

    def __init__(self, client: Any, machine_arns: Mapping[StateMachine, str]) -> None:
        self._client = client
        self._machine_arns = machine_arns

    def arn_of(self, machine: StateMachine, name: str) -> str:
        """See `RunHistories`."""
        return f"{self._machine_arns[machine].replace(':stateMachine:', ':execution:')}:{name}"

    def describe(self, machine: StateMachine, name: str) -> DescribedRun | None:
        """See `RunHistories`."""
        arn = self.arn_of(machine, name)
        try:
            with transient_as(StorageUnavailable, "reading the execution"):
                found = self._client.describe_execution(executionArn=arn)
        except ClientError as error:
            if error_code(error) in _UNKNOWN:
                return None
            raise
        status = RunStatus(found["status"].lower())
        stopped = found.get("stopDate")
        entry = RunEntry(
            id=run_id(machine, name),
            state_machine=machine,
            name=name,
            status=status,
            started_at=_text(found["startDate"]),
            ended_at=_text(stopped) if stopped is not None else None,
            document=document_of(machine, found.get("input")),
            error_type=error_type(status, found.get("error")),
            redrives=found.get("redriveCount", 0),
        )
        texts = (found.get(name) for name in ("input", "output", "error", "cause"))
        return DescribedRun(entry, arn, *texts)

    def events(self, machine: StateMachine, name: str, *, limit: int, token: str | None, data: bool) -> EventPage:
        """See `RunHistories`."""
        arn = self.arn_of(machine, name)
        request: dict[str, Any] = {"executionArn": arn, "maxResults": limit, "includeExecutionData": data}
        if token is not None:
            request["nextToken"] = token
        try:
            with transient_as(StorageUnavailable, "reading the execution's history"):
                answer = self._client.get_execution_history(**request)
        except ClientError as error:
            if error_code(error) in _UNKNOWN:
                raise UnknownRun(f"Step Functions does not know the run '{run_id(machine, name)}'") from error
            if token is not None and error_code(error) in _NO_TOKEN:
                raise InvalidCursor("it is none that a page of this run gave, or it is a day old") from error
            raise
        return EventPage([event_of(found) for found in answer["events"]], answer.get("nextToken"))

    def definition(self, machine: StateMachine, name: str) -> Mapping[str, Any]:
        """See `RunHistories`."""
        try:
            with transient_as(StorageUnavailable, "reading the execution's definition"):
                found = self._client.describe_state_machine_for_execution(executionArn=self.arn_of(machine, name))
        except ClientError as error:
            if error_code(error) in _UNKNOWN:
                raise UnknownRun(f"Step Functions does not know the run '{run_id(machine, name)}'") from error
            raise
        definition: Mapping[str, Any] = json.loads(found["definition"])
        return definition


def event_of(found: Mapping[str, Any]) -> HistoryEvent:
    """An event as GetExecutionHistory has it."""
    details: Mapping[str, Any] = next(
        (value for name, value in found.items() if name.endswith("EventDetails") and value is not None), {}
    )
    is_sent = found["type"] == "TaskSucceeded" and str(details.get("resource", "")).endswith("sendMessage")
    return HistoryEvent(
        id=found["id"],
        previous=found.get("previousEventId", 0),
        type=found["type"],
        at=found["timestamp"].astimezone(UTC),
        name=details.get("name"),
        input=details.get("input"),
        output=details.get("output"),
        error=details.get("error"),
        cause=details.get("cause"),
        index=details.get("index"),
        message_id=_message_id(details.get("output")) if is_sent else None,
    )


def _message_id(output: str | None) -> str | None:
    """Of a message that a task sent, by what SQS answered."""
    try:
        found = json.loads(output or "null")
    except ValueError:
        return None
    message_id = found.get("MessageId") if isinstance(found, dict) else None
    return message_id if isinstance(message_id, str) else None


def _text(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds")
