"""The dead letter of a branch: enough to run that branch again without chunking or embedding again."""

import json
from enum import StrEnum
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from bloomweaver.models.record import Branch, ErrorDetail, Operation, StaleVersion


class DeadLetterQueue(StrEnum):
    """The five dead letter queues, by what they are of: a branch, or the queue of an operation."""

    PINECONE = "pinecone"
    S3 = "s3"
    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"

    @property
    def branch(self) -> Branch | None:
        """The branch whose letters lie in it; none for messages that never started."""
        return Branch(self.value) if self in (DeadLetterQueue.PINECONE, DeadLetterQueue.S3) else None


class BranchTask(StrEnum):
    """What a branch was doing."""

    WRITE = "write"
    REMOVE = "remove"


class VersionArtifacts(BaseModel):
    """Which of a version's artifacts hold its vectors, and where these belong: all that a writer needs."""

    model_config = ConfigDict(frozen=True)

    model: str
    """The embedding model of the run. A deployment meanwhile may have another."""
    index: str
    """The name of the vector index that the run writes to."""
    chunk_count: int
    batches: list[int]
    """The batches that were embedded; their number is bounded, whatever the document's size."""
    reused: int
    """How many chunks took their vector from the version before."""


class StateError(BaseModel):
    """An error as a state machine catches it."""

    model_config = ConfigDict(frozen=True, populate_by_name=True)

    error: str = Field(alias="Error")
    cause: str = Field(alias="Cause", default="")

    def detail(self) -> ErrorDetail:
        """The error in the record's form: the message alone where the cause is a Lambda function's error object."""
        try:
            cause: Any = json.loads(self.cause)
        except ValueError:
            cause = None
        message = cause.get("errorMessage") if isinstance(cause, dict) else None
        return ErrorDetail(type=self.error, message=str(message or self.cause or "no cause was given"))


class BranchWork(BaseModel):
    """The work that a dead letter names: what a branch was to write or to remove, for which version."""

    model_config = ConfigDict(frozen=True)

    branch: Branch
    task: BranchTask
    doc_hash: str
    version: int
    artifacts: VersionArtifacts | None = None
    """What to write, for a `write`."""
    stale: list[StaleVersion] = []
    """What to remove, for a `remove`."""


class DeadLetter(BranchWork):
    """A message on a branch's dead letter queue, as the state machine wrote it."""

    operation: Operation
    error: ErrorDetail
    execution_arn: str
    failed_at: str
    correlation_id: str
    redrives: int = 0
    """How often it was redriven, and failed again."""

    @model_validator(mode="after")
    def _write_has_artifacts(self) -> Self:
        if self.task is BranchTask.WRITE and self.artifacts is None:
            raise ValueError("a write has artifacts")
        return self

    def plain_error(self) -> ErrorDetail:
        """The error with the message alone, where the letter has it in a Lambda function's error object."""
        return StateError(Error=self.error.type, Cause=self.error.message).detail()


class LetterInHand(BranchWork):
    """A dead letter on its way through a redrive: without its error, which may be long, and with its receipt."""

    operation: Operation
    correlation_id: str
    redrives: int
    message_id: str
    receipt_handle: str
