"""Where the text of a document comes from that is to be accepted again: its request, or the passages of its backups."""

from dataclasses import dataclass

from bloomweaver import keys
from bloomweaver.errors import ObjectMissing
from bloomweaver.indexes.stores import IndexStores
from bloomweaver.models.backup import Backup
from bloomweaver.models.chunk import Passage
from bloomweaver.models.record import DocumentRecord
from bloomweaver.models.webhook import WebhookBody
from bloomweaver.passages import artifacts
from bloomweaver.passages.backups import fault_of
from bloomweaver.ports import Objects
from bloomweaver.request_body import parse

BACKUPS_AT_A_TIME = 400
"""Backups that are in memory together: some 10 KB each."""


@dataclass(frozen=True)
class Content:
    """The key of what a document's next version is made of."""

    artifact: str
    from_backups: bool


class Contents:
    """Finds the text of served documents."""

    def __init__(self, objects: Objects, backups: Objects, stores: IndexStores, body_max_bytes: int) -> None:
        self._objects = objects
        self._backups = backups
        self._stores = stores
        self._body_max_bytes = body_max_bytes

    def find(self, record: DocumentRecord) -> Content | None:
        """Where the text of the served version is; none if it is nowhere. What is put together from backups is stored.

        Raises `StorageUnavailable` and `BackupUnavailable`.
        """
        if record.artifact is not None and self._is_whole(record.artifact):
            return Content(record.artifact, from_backups=False)
        passages = self._passages(record)
        if passages is None:
            return None
        key = keys.passages_key(record.doc_hash, record.served_version)
        artifacts.write_passages(self._objects, key, passages)
        return Content(key, from_backups=True)

    def _is_whole(self, artifact: str) -> bool:
        """Whether the request is there, with the upload that it may refer to."""
        if keys.holds_passages(artifact):
            return self._objects.exists(artifact)
        try:
            body = WebhookBody.model_validate(parse(self._objects.get(artifact), self._body_max_bytes))
        except ObjectMissing:
            return False
        return body.content_ref is None or self._objects.exists(body.content_ref)

    def _passages(self, record: DocumentRecord) -> list[Passage] | None:
        dimension = self._stores.dimension(str(record.index))
        found: list[Passage] = []
        for start in range(0, record.chunk_count, BACKUPS_AT_A_TIME):
            numbers = range(start, min(start + BACKUPS_AT_A_TIME, record.chunk_count))
            places = [keys.backup_key(record.doc_hash, record.served_version, number) for number in numbers]
            backups = self._backups.get_many(places)
            for number, key in zip(numbers, places, strict=True):
                if key not in backups or fault_of(backups[key], record, number, dimension):
                    return None
                found.append(_passage(backups[key]))
        return found or None


def _passage(data: bytes) -> Passage:
    backup = Backup.model_validate_json(data)
    return Passage(text=backup.text, heading=backup.heading, page=backup.page)
