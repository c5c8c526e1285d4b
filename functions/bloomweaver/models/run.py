"""A run: an execution of one of the state machines, and what is kept of it when Step Functions has forgotten it."""

from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

from bloomweaver import keys
from bloomweaver.models.record import Operation


class StateMachine(StrEnum):
    """The state machines, by what a run of each does."""

    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"
    """CLEAN, the sweep's own operation, runs on it too."""
    REDRIVE = "redrive"
    RECONCILE = "reconcile"
    REBUILD = "rebuild"
    REINDEX = "reindex"
    FOLDER_CHANGE = "folder_change"
    """A folder is moved, or deleted with all in it."""


OF_DOCUMENTS = frozenset({StateMachine.CREATE, StateMachine.UPDATE, StateMachine.DELETE})
"""Those of which a run is of one document. A run of the others is an operation with a name of its own."""


class RunStatus(StrEnum):
    """How far a run is."""

    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    TIMED_OUT = "timed_out"
    ABORTED = "aborted"


class DocumentOfRun(BaseModel):
    """What a run does to which document."""

    model_config = ConfigDict(frozen=True)

    doc_hash: str
    version: int
    attempt: int
    """How often the version was given a new execution before this one."""
    operation: Operation


class RunEntry(BaseModel):
    """What is kept of a run: ids, times and how it ended; nothing of what is in a document."""

    model_config = ConfigDict(frozen=True)

    id: str
    """The state machine, and the execution's name: see `run_id`."""
    state_machine: StateMachine
    name: str
    """The execution's."""
    status: RunStatus
    started_at: str
    """In the form of `Clock`, as every time here."""
    ended_at: str | None = None
    document: DocumentOfRun | None = None
    """Of a run of a document, where its input could be read."""
    error_type: str | None = None
    """Of one that did not succeed."""
    redrives: int = Field(default=0, ge=0)
    """How often it was run again from where it had failed, as Step Functions' own console can."""

    @property
    def order(self) -> int:
        """What is true of a run later has a larger number: it ends after it began, and is run again after it ended."""
        return 2 * self.redrives + (self.status is not RunStatus.RUNNING)


def run_id(machine: StateMachine, name: str) -> str:
    """The id of a run. No other one has it: names of executions are given once within a state machine."""
    return f"{machine}-{name}"


def split_run_id(id_: str) -> tuple[StateMachine, str] | None:
    """The state machine and the execution's name; none where it names no state machine of ours, or no execution."""
    machine, _, name = id_.partition("-")
    if machine not in set(StateMachine) or not keys.is_execution_name(name):
        return None
    return StateMachine(machine), name
