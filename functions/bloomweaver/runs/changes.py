"""The status changes of executions, as Step Functions publishes them: what each says of a run.

They may come twice, late and in any order, so each is kept only if nothing newer is.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Annotated

from pydantic import AliasGenerator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel

from bloomweaver.models.message import OperationMessage
from bloomweaver.models.run import OF_DOCUMENTS, DocumentOfRun, RunEntry, RunStatus, StateMachine, run_id
from bloomweaver.runs.ports import RunTable


class NoStatusChange(ValueError):
    """Not a status change of an execution of ours. The message says what it is instead."""


class StatusChange(BaseModel):
    """The `detail` of the event "Step Functions Execution Status Change"."""

    model_config = ConfigDict(frozen=True, alias_generator=AliasGenerator(validation_alias=to_camel))

    state_machine_arn: str
    name: str
    status: Annotated[RunStatus, BeforeValidator(lambda status: str(status).lower())]
    start_date: int
    """In milliseconds since 1970, as the other one."""
    stop_date: int | None = None
    input: str | None = None
    """None where it is too large for an event."""
    error: str | None = None
    redrive_count: Annotated[int, Field(ge=0)] = 0


def read_change(text: str, machines: Mapping[str, StateMachine]) -> RunEntry:
    """What an event says of a run; `machines` are ours, by ARN. Raises `NoStatusChange`."""
    try:
        change = StatusChange.model_validate_json(text)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        raise NoStatusChange(f"{'.'.join(map(str, first['loc'])) or 'body'}: {first['msg']}") from error
    machine = machines.get(change.state_machine_arn)
    if machine is None:
        raise NoStatusChange(f"of another state machine: {change.state_machine_arn}")
    return RunEntry(
        id=run_id(machine, change.name),
        state_machine=machine,
        name=change.name,
        status=change.status,
        started_at=_moment(change.start_date),
        ended_at=_moment(change.stop_date) if change.stop_date is not None else None,
        document=document_of(machine, change.input),
        error_type=error_type(change.status, change.error),
        redrives=change.redrive_count,
    )


def document_of(machine: StateMachine, given: str | None) -> DocumentOfRun | None:
    """What a run with this input does to which document; none where that cannot be told."""
    if machine not in OF_DOCUMENTS or given is None:
        return None
    try:
        message = OperationMessage.model_validate_json(given)
    except ValidationError:  # started by hand, with something else
        return None
    return DocumentOfRun(
        doc_hash=message.doc_hash, version=message.version, attempt=message.attempt, operation=message.operation
    )


def error_type(status: RunStatus, error: str | None) -> str | None:
    """What a run's end is called, if it did not succeed."""
    if status in (RunStatus.RUNNING, RunStatus.SUCCEEDED):
        return None
    return error or {RunStatus.TIMED_OUT: "States.Timeout"}.get(status)


def note(table: RunTable, entries: Iterable[RunEntry]) -> int:
    """Keep what is newest of each run. Returns how many were news. Raises `StorageUnavailable`."""
    newest: dict[str, RunEntry] = {}
    for entry in entries:
        known = newest.get(entry.id)
        if known is None:
            newest[entry.id] = entry
            continue
        newer, older = (entry, known) if entry.order > known.order else (known, entry)
        newest[entry.id] = newer.model_copy(update={"document": newer.document or older.document})
    return sum(table.put(entry) for entry in newest.values())


def _moment(milliseconds: int) -> str:
    return datetime.fromtimestamp(milliseconds / 1000, UTC).isoformat(timespec="microseconds")
