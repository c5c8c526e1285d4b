"""What a version is cut from: the source of an earlier one, its request, or its own source from an attempt before."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from bloomweaver import keys
from bloomweaver.errors import ExtractionFailed, ObjectMissing
from bloomweaver.models.record import DocumentRecord
from bloomweaver.models.webhook import WebhookBody
from bloomweaver.ports import Objects, Uploads
from bloomweaver.request_body import parse

PASSAGES_TYPE = "application/jsonl"
"""The type of a source that is passages: a JSON object a line."""


@dataclass(frozen=True)
class Source:
    """The bytes that a version is made of, and the name that they are kept under: see `keys.source_name`."""

    name: str
    data: bytes

    @classmethod
    def of(cls, data: bytes, *, passages: bool = False) -> "Source":
        """A content as it was sent, decoded, or the passages that are left of one."""
        return cls(keys.source_name(hashlib.sha256(data).hexdigest(), passages=passages), data)

    @property
    def is_passages(self) -> bool:
        """Whether it is passages of an earlier version, as JSON lines."""
        return keys.holds_passages(self.name)

    def content_type(self, record: DocumentRecord) -> str:
        """The type that it is stored with, of a version that has the record's type."""
        return PASSAGES_TYPE if self.is_passages else record.content_type or "application/octet-stream"


class Contents:
    """Reads what the latest version of a record is made of."""

    def __init__(
        self, objects: Objects, uploads: Uploads, sources: Objects, *, body_max_bytes: int, upload_max_bytes: int
    ) -> None:
        self._objects = objects
        self._uploads = uploads
        self._sources = sources
        self._body_max_bytes = body_max_bytes
        self._upload_max_bytes = upload_max_bytes

    def read(self, record: DocumentRecord) -> Source:
        """The source of the record's latest version, wherever it is.

        Raises `ExtractionFailed` if it is nowhere, or is not what was accepted, and `StorageUnavailable`.
        """
        kept = (record.kept_version, record.version) if record.kept_version else ()
        found = (
            self._from_sources(record, kept) or self.of_request(record) or self._from_sources(record, [record.version])
        )
        if found is None:
            raise ExtractionFailed(
                f"the content of version {record.version} is gone, in its request and as a source; send the document "
                "again"
            )
        return found

    def of_request(self, record: DocumentRecord) -> Source | None:
        """What the latest request brought; none if that, or the upload that it refers to, is gone.

        Raises `ExtractionFailed` if it is not what was accepted.
        """
        if record.artifact is None:
            return None
        try:
            data = self._objects.get(record.artifact)
            if keys.holds_passages(record.artifact):
                return Source.of(data, passages=True)
            # What the webhook took was valid then; the same body is read with the same rules here.
            body = WebhookBody.model_validate(parse(data, self._body_max_bytes))
            if body.content_ref is None:
                return Source.of(body.inline_content() or b"")
            found = Source.of(self._uploads.get(body.content_ref, self._upload_max_bytes))
        except ObjectMissing:
            return None
        if found.name != record.content_sha256:
            raise ExtractionFailed(f"the uploaded content '{body.content_ref}' was changed after it was accepted")
        return found

    def _from_sources(self, record: DocumentRecord, versions: Iterable[int]) -> Source | None:
        for version in versions:
            name = record.sources.get(str(version))
            if name is None:
                continue
            key = keys.source_key(record.doc_hash, version, name)
            try:
                data = self._sources.get(key)
            except ObjectMissing:
                continue  # of an attempt that did not come so far
            found = Source.of(data, passages=keys.holds_passages(name))
            if found.name != name:
                raise ExtractionFailed(f"the source '{key}' was changed after it was written")
            return found
        return None
