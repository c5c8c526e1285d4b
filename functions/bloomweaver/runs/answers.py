"""What the routes about runs answer."""

from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict

from bloomweaver.models.run import OF_DOCUMENTS, DocumentOfRun, RunEntry, RunStatus, StateMachine
from bloomweaver.runs.graph import GraphEdge, GraphNode
from bloomweaver.runs.links import RunLinks
from bloomweaver.runs.states import Payload, RunState


class RunSummary(BaseModel):
    """A run in a list: what it is of, and how far it is."""

    model_config = ConfigDict(frozen=True)

    id: str
    """What the run is looked up by."""
    state_machine: StateMachine
    name: str
    """The execution's, within its state machine."""
    status: RunStatus
    started_at: str
    """ISO 8601, UTC, as every time here."""
    ended_at: str | None
    document: DocumentOfRun | None
    """Of a run of a document."""
    operation_id: str | None
    """Of any other: what a reindex, a rebuild, a reconciliation, a redrive or a folder's change is
    looked up by on its own route."""
    error_type: str | None
    """What a run that did not succeed ended with."""
    redrives: int
    """How often it was run again from where it had failed."""

    @classmethod
    def of(cls, entry: RunEntry) -> "RunSummary":
        """What is told of a run."""
        operation = entry.name if entry.state_machine not in OF_DOCUMENTS else None
        return cls(**entry.model_dump(), operation_id=operation)


class RunPage(BaseModel):
    """Some runs, the newest first."""

    model_config = ConfigDict(frozen=True)

    runs: list[RunSummary]
    next_cursor: str | None
    """For the query parameter `cursor` of the next page; null on the last one."""

    @classmethod
    def of(cls, entries: Sequence[RunEntry], cursor: str | None) -> "RunPage":
        """A page of a list."""
        return cls(runs=[RunSummary.of(entry) for entry in entries], next_cursor=cursor)


class RunError(BaseModel):
    """What a run ended with."""

    model_config = ConfigDict(frozen=True)

    type: str
    cause: Payload | None


class Chunks(BaseModel):
    """What a document was cut into by a run."""

    model_config = ConfigDict(frozen=True)

    count: int
    model: str
    """The embedding model."""
    index: str
    """The vector index that they are for."""
    key: str
    """Where they lie in the artifacts bucket, until artifacts expire."""


class RunDetail(RunSummary):
    """A run with a part of its history: the states that this part is of."""

    execution_arn: str
    """The Step Functions execution."""
    history: bool
    """Whether Step Functions knows the run still. Where not, there are no states, and nothing but what lists have."""
    input: Payload | None
    """What the run was started with. On the first page, as the next two."""
    output: Payload | None
    error: RunError | None
    chunks: Chunks | None
    """Where this part of the history says it."""
    withheld: bool
    """Whether inputs, outputs and causes are left out, since the document was deleted after this version."""
    links: RunLinks
    states: list[RunState]
    """In the order in which they were entered. One that goes on on the next page is there again, with what is new."""
    next_cursor: str | None
    """For the query parameter `cursor` of the next page; null on the last one."""


class RunGraph(BaseModel):
    """The definition that a run was started with, and how its states went."""

    model_config = ConfigDict(frozen=True)

    id: str
    state_machine: StateMachine
    status: RunStatus
    complete: bool
    """Whether the whole history was looked at. Otherwise it is longer, and later states may have gone on."""
    events: int
    """How many of its events were."""
    nodes: list[GraphNode]
    edges: list[GraphEdge]
