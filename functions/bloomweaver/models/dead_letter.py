"""The dead letter of a branch: enough to run that branch again without chunking or embedding again."""

import json
from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from bloomweaver.models.record import Branch, ErrorDetail, Operation, StaleVersion


class BranchTask(StrEnum):
    """What a branch was doing."""

    WRITE = "write"
    REMOVE = "remove"


class VersionArtifacts(BaseModel):
    """Which of a version's artifacts hold its vectors: all that a writer needs to find them."""

    model_config = ConfigDict(frozen=True)

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


class DeadLetter(BaseModel):
    """A message on a branch's dead letter queue, as the state machine wrote it."""

    model_config = ConfigDict(frozen=True)

    branch: Branch
    operation: Operation
    doc_hash: str
    version: int
    task: BranchTask
    artifacts: VersionArtifacts | None = None
    """What to write, for a `write`."""
    stale: list[StaleVersion] = []
    """What to remove, for a `remove`."""
    error: ErrorDetail
    execution_arn: str
    failed_at: str
    correlation_id: str
