"""What POST /webhook does with a valid body: the content's digest, the body to S3, the record, the message."""

import hashlib

from bloomweaver import keys
from bloomweaver.audit.entries import Asked
from bloomweaver.documents.acceptance import Answer, Submission, accept
from bloomweaver.documents.auditing import entry_of_answer
from bloomweaver.documents.transition import transition
from bloomweaver.errors import ObjectMissing, UploadTooLarge
from bloomweaver.models.record import DocumentRecord, Operation
from bloomweaver.models.webhook import WebhookBody
from bloomweaver.ports import Clock, DocumentRecords, Objects, OperationQueue, Uploads


class InvalidReference(ValueError):
    """`content_ref` names nothing that can be taken: no such upload, or one over the limit."""


class Ingest:
    """Takes operations. A failure at any step is the client's to repeat: every step may happen twice."""

    def __init__(
        self,
        records: DocumentRecords,
        objects: Objects,
        uploads: Uploads,
        queue: OperationQueue,
        clock: Clock,
        *,
        upload_max_bytes: int,
    ) -> None:
        self._records = records
        self._objects = objects
        self._uploads = uploads
        self._queue = queue
        self._clock = clock
        self._upload_max_bytes = upload_max_bytes

    def accept(self, body: WebhookBody, raw: bytes, asked: Asked) -> Answer:
        """Take the operation that `body` asks for; `raw` is the body as it was received.

        Raises `UnknownDocument`, `StaleSourceVersion`, `UnexpectedVersion`, `InvalidReference`, each before anything is
        written, and `StorageUnavailable` or `RecordContended`, after which the client tries again.
        """
        submission = self._submission(body, raw, asked.correlation_id)

        def rule(current: DocumentRecord | None) -> tuple[DocumentRecord | None, Answer]:
            return accept(current, submission, self._clock())

        # What would be refused or changes nothing is found out before the body is stored.
        current = self._records.get(submission.doc_hash)
        planned, answer = rule(current)
        if planned is not None:
            if submission.artifact is not None:
                self._objects.put(submission.artifact, raw)
            answer = transition(self._records, submission.doc_hash, rule, current, entry_of_answer(asked, self._clock))
        if answer.message is not None:
            self._queue.send(answer.message)
        return answer

    def _submission(self, body: WebhookBody, raw: bytes, correlation_id: str) -> Submission:
        if body.effective_operation is Operation.DELETE:
            return Submission(
                operation=Operation.DELETE,
                doc_hash=body.doc_hash,
                correlation_id=correlation_id,
                expected_version=body.expected_version,
                source_version=body.source_version,
            )
        return Submission(
            operation=body.effective_operation,
            doc_hash=body.doc_hash,
            correlation_id=correlation_id,
            content_type=body.content_type,
            content_sha256=hashlib.sha256(self._content(body)).hexdigest(),
            artifact=keys.raw_key(body.doc_hash, hashlib.sha256(raw).hexdigest()),
            title=body.title,
            language=body.language,
            metadata=body.metadata,
            folder=body.folder,
            origin=body.origin,
            expected_version=body.expected_version,
            source_version=body.source_version,
        )

    def _content(self, body: WebhookBody) -> bytes:
        if body.content_ref is None:
            return body.inline_content() or b""
        try:
            return self._uploads.get(body.content_ref, self._upload_max_bytes)
        except ObjectMissing as error:
            raise InvalidReference(f"nothing was uploaded to '{body.content_ref}', or it has expired") from error
        except UploadTooLarge as error:
            raise InvalidReference(str(error)) from error
