"""The message on a queue. It is the input of the execution that it starts, too."""

from pydantic import BaseModel, ConfigDict

from bloomweaver import keys
from bloomweaver.models.record import DocumentRecord, Operation


class OperationMessage(BaseModel):
    """An accepted operation on its way to its state machine."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    operation: Operation
    doc_hash: str
    version: int
    attempt: int = 0
    """See `DocumentRecord.attempt`."""
    correlation_id: str

    @classmethod
    def of(cls, record: DocumentRecord) -> "OperationMessage":
        """The message that runs the latest accepted operation of `record`."""
        return cls(
            operation=record.operation,
            doc_hash=record.doc_hash,
            version=record.version,
            attempt=record.attempt,
            correlation_id=record.correlation_id,
        )

    @classmethod
    def cleaning(cls, record: DocumentRecord) -> "OperationMessage":
        """The message that removes what the operations of `record` left over."""
        return cls.of(record).model_copy(update={"operation": Operation.CLEAN})

    @property
    def execution_name(self) -> str:
        """The same for every delivery of this message, so that it runs once."""
        return keys.execution_name(self.doc_hash, self.version, self.attempt)
