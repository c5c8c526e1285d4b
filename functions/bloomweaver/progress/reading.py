"""Reads how far documents and operations are, beside their records and runs. That nothing can be read is no error."""

from collections.abc import Callable, Collection

from bloomweaver.errors import StorageUnavailable
from bloomweaver.models.record import DocumentRecord
from bloomweaver.ports import Clock
from bloomweaver.progress.notes import Attempt, DocumentNotes, OperationNotes
from bloomweaver.progress.ports import ProgressTable, QueueDepths
from bloomweaver.progress.progress import Progress
from bloomweaver.progress.saying import is_worked_on, of_document, of_operation, waits_in

Report = Callable[[StorageUnavailable], None]
"""Is told of what could not be read: then less is said, and nothing wrong."""


class OperationReading:
    """Reads the progress of operations."""

    def __init__(self, table: ProgressTable, report: Report) -> None:
        self._table = table
        self._report = report

    def of_operations(self, ids: Collection[str]) -> dict[str, OperationNotes]:
        """What is noted of operations; those of which nothing is are left out."""
        try:
            return self._table.operations(ids) if ids else {}
        except StorageUnavailable as error:
            self._report(error)
            return {}

    def of_operation(self, id_: str) -> Progress | None:
        """How far an operation is; none if it is over, or nothing is noted of it."""
        notes = self.of_operations([id_]).get(id_)
        return of_operation(notes) if notes is not None else None


class ProgressReading(OperationReading):
    """Reads the progress of documents, too."""

    def __init__(self, table: ProgressTable, queues: QueueDepths, clock: Clock, report: Report) -> None:
        super().__init__(table, report)
        self._queues = queues
        self._clock = clock

    def of_documents(self, records: Collection[DocumentRecord]) -> dict[str, Progress]:
        """How far each document is whose latest operation is not over.

        Asks for notes where a run may have some, and for the length of a queue where something waits in it.
        """
        attempts = {_attempt(record) for record in records if is_worked_on(record)}
        notes = self._notes_of(attempts) if attempts else {}
        waited_in = {operation for record in records if (operation := waits_in(record)) is not None}
        depths = self._queues.waiting(waited_in) if waited_in else {}
        now = self._clock()
        found: dict[str, Progress] = {}
        for record in records:
            waits = waits_in(record)
            waiting = depths.get(waits) if waits is not None else None
            progress = of_document(record, notes.get(_attempt(record)), waiting, now)
            if progress is not None:
                found[record.doc_hash] = progress
        return found

    def of_document(self, record: DocumentRecord) -> Progress | None:
        """How far the latest operation of a document is; none if it is over."""
        return self.of_documents([record]).get(record.doc_hash)

    def _notes_of(self, attempts: Collection[Attempt]) -> dict[Attempt, DocumentNotes]:
        try:
            return self._table.documents(attempts)
        except StorageUnavailable as error:
            self._report(error)
            return {}


def _attempt(record: DocumentRecord) -> Attempt:
    return Attempt(record.doc_hash, record.version, record.attempt)
