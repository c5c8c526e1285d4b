"""What PATCH /documents/{doc_hash} does: another title, other metadata, another folder, language or origin, and the
content as it is.

An edit is an operation like any other: a new version, cut anew from the content that is kept, with the vectors of the
version before where its passages are the same.
"""

from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic_core import PydanticCustomError

from bloomweaver.audit.entries import Asked
from bloomweaver.documents.acceptance import FAILED, Answer, canonical_metadata, check_expected, next_version, unchanged
from bloomweaver.documents.auditing import entry_of_answer
from bloomweaver.documents.departures import departures
from bloomweaver.documents.lookup import known_document
from bloomweaver.documents.transition import transition
from bloomweaver.errors import BodyExpired, DocumentDeleted
from bloomweaver.models import folder_path
from bloomweaver.models.message import OperationMessage
from bloomweaver.models.origin import Origin
from bloomweaver.models.record import DocumentRecord, Operation
from bloomweaver.models.request_fields import (
    METADATA_PATCH_SCHEMA,
    Folder,
    Language,
    Title,
    checked_metadata,
    checked_metadata_patch,
)
from bloomweaver.ports import Clock, DocumentRecords, Objects, OperationQueue
from bloomweaver.sources.keeping import find_kept


class InvalidEdit(ValueError):
    """The metadata that an edit would leave is more than a document may have."""


class Edit(BaseModel):
    """The body of PATCH /documents/{doc_hash}, a merge patch (RFC 7396): what it leaves out stays, null removes."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, json_schema_extra={"minProperties": 1})

    title: Title | None = None
    metadata: (
        Annotated[
            dict[str, Any], AfterValidator(checked_metadata_patch), Field(json_schema_extra=METADATA_PATCH_SCHEMA)
        ]
        | None
    ) = None
    """Entry by entry; null for an entry removes it, null for all of them removes all."""
    folder: Folder | None = None
    """Null is `/`."""
    language: Language | None = None
    """Null is to look at the text."""
    origin: Origin | None = None
    """The sync that the document is of; null is none."""
    expected_version: Annotated[int, Field(ge=1)] | None = None
    """The latest version that the sender knows of. If there is another, nothing is done."""

    def applied_to(self, record: DocumentRecord) -> DocumentRecord:
        """The record with what is edited. Raises `InvalidEdit`."""
        changes: dict[str, Any] = {name: getattr(self, name) for name in self.model_fields_set - {"expected_version"}}
        if "folder" in changes:
            changes["folder"] = changes["folder"] or folder_path.ROOT
        if "metadata" in changes:
            changes["metadata"] = _merged(record.metadata, changes["metadata"])
        return record.model_copy(update=changes)


class Edits:
    """Edits documents. A failure at any step is the client's to repeat: every step may happen twice."""

    def __init__(
        self,
        records: DocumentRecords,
        objects: Objects,
        sources: Objects,
        queue: OperationQueue,
        clock: Clock,
        *,
        body_max_bytes: int,
    ) -> None:
        self._records = records
        self._objects = objects
        self._sources = sources
        self._queue = queue
        self._clock = clock
        self._body_max_bytes = body_max_bytes

    def accept(self, doc_hash: str, edit: Edit, asked: Asked) -> Answer:
        """Edit a document.

        Raises `UnknownDocument`, `DocumentDeleted`, `UnexpectedVersion`, `BodyExpired` and `InvalidEdit`, each
        before anything is written, and `StorageUnavailable` or `RecordContended`.
        """

        def rule(current: DocumentRecord | None) -> tuple[DocumentRecord | None, Answer]:
            return self._rule(doc_hash, current, edit, asked.correlation_id)

        known = known_document(self._records, doc_hash)
        answer = transition(self._records, doc_hash, rule, known, entry_of_answer(asked, self._clock))
        if answer.message is not None:
            self._queue.send(answer.message)
        return answer

    def _rule(
        self, doc_hash: str, current: DocumentRecord | None, edit: Edit, correlation_id: str
    ) -> tuple[DocumentRecord | None, Answer]:
        if current is None or current.operation is Operation.DELETE:
            raise DocumentDeleted(f"'{doc_hash}' was deleted; send it again to have it back")
        edited = edit.applied_to(current)
        repeated = _same(edited, current)
        check_expected(doc_hash, current, edit.expected_version, repeated=repeated)
        if repeated and current.status not in FAILED:
            return None, unchanged(current)
        kept = find_kept(self._objects, self._sources, current, self._body_max_bytes)
        if kept is None:
            raise BodyExpired(
                f"the content of '{doc_hash}' is kept neither as a source nor in its request; send the document again"
            )
        now = self._clock()
        record = next_version(edited, correlation_id, now, kept).model_copy(
            update={
                "operation": Operation.UPDATE,
                "left_folders": departures(current, edited.folder, now),
                "detected_language": None,
                "warnings": [],
            }
        )
        return record, Answer("queued", record.operation, record.version, OperationMessage.of(record))


def _same(edited: DocumentRecord, current: DocumentRecord) -> bool:
    # In Python 1 == True == 1.0; as metadata they are three different values.
    return edited == current and canonical_metadata(edited.metadata) == canonical_metadata(current.metadata)


def _merged(metadata: dict[str, Any], patch: dict[str, Any] | None) -> dict[str, Any]:
    merged = {**metadata, **patch} if patch is not None else {}
    try:
        return checked_metadata({key: value for key, value in merged.items() if value is not None})
    except PydanticCustomError as error:
        raise InvalidEdit(str(error)) from error
