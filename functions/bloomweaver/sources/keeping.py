"""Where the content of an earlier operation is that is to be accepted again, and sources for documents without one."""

from bloomweaver import keys
from bloomweaver.errors import ExtractionFailed, ObjectMissing
from bloomweaver.indexes.stores import IndexStores
from bloomweaver.models.backup import Backup
from bloomweaver.models.chunk import Passage
from bloomweaver.models.record import DocumentRecord
from bloomweaver.models.webhook import WebhookBody
from bloomweaver.passages import artifacts
from bloomweaver.passages.backups import fault_of
from bloomweaver.ports import DocumentRecords, Objects, Sources
from bloomweaver.request_body import parse
from bloomweaver.sources.contents import Contents, Source

BACKUPS_AT_A_TIME = 400
"""Backups that are in memory together: some 10 KB each."""
IN_REQUEST = 0
"""As a `kept_version`: the request has the content, with all that it refers to."""


def find_kept(objects: Objects, sources: Objects, record: DocumentRecord, body_max_bytes: int) -> int | None:
    """What becomes the `kept_version` if the latest operation of `record` is accepted again; none if it cannot be.

    It is only ever a version whose source is needed and there, or `IN_REQUEST`. Raises `StorageUnavailable`.
    """
    for version in (record.version, record.kept_version, record.indexed_version):
        name = record.sources.get(str(version))
        # What is indexed may be of another content than the latest operation; if it is the same, one is as good.
        if name is None or not record.needs_source(version) or not _is_of_latest(record, version, name):
            continue
        if sources.exists(keys.source_key(record.doc_hash, version, name)):
            return version
    return IN_REQUEST if record.artifact is not None and _is_whole(objects, record.artifact, body_max_bytes) else None


def _is_of_latest(record: DocumentRecord, version: int, name: str) -> bool:
    return version in (record.version, record.kept_version) or name == record.content_sha256


def _is_whole(objects: Objects, artifact: str, body_max_bytes: int) -> bool:
    """Whether the request is there, with the upload that it may refer to."""
    if keys.holds_passages(artifact):
        return objects.exists(artifact)
    try:
        body = WebhookBody.model_validate(parse(objects.get(artifact), body_max_bytes))
    except ObjectMissing:
        return False
    return body.content_ref is None or objects.exists(body.content_ref)


class SourceGiver:
    """Gives sources to served documents that have none: those from before sources were kept, or that lost theirs."""

    def __init__(
        self, records: DocumentRecords, contents: Contents, sources: Sources, backups: Objects, stores: IndexStores
    ) -> None:
        self._records = records
        self._contents = contents
        self._sources = sources
        self._backups = backups
        self._stores = stores

    def of_request(self, record: DocumentRecord) -> Source | None:
        """The content of the served version, which is to be the latest one, from its request; none if that is gone."""
        try:
            return self._contents.of_request(record)
        except ExtractionFailed:
            return None  # the upload is not what was accepted: it is of no use

    def of_backups(self, record: DocumentRecord) -> Source | None:
        """The passages of the served version; none if its backups are not whole."""
        passages = self._passages(record)
        return Source.of(artifacts.passage_lines(passages), passages=True) if passages else None

    def give(self, record: DocumentRecord, source: Source) -> DocumentRecord | None:
        """Keep `source` for the served version of `record`, which is to be at rest. Returns the record as it is then.

        None if somebody else changed the record meanwhile.
        """
        version = record.served_version
        # The record first, as everywhere: what lies in the bucket is known to it.
        noted = record.model_copy(
            update={"sources": {**record.sources, str(version): source.name}, "revision": record.revision + 1}
        )
        if not self._records.put(noted, record):
            return None
        key = keys.source_key(record.doc_hash, version, source.name)
        self._sources.put_content(key, source.data, source.content_type(record))
        after = self._records.get(record.doc_hash)
        if after is not None and after.sources.get(str(version)) == source.name:
            return after if after.revision == noted.revision else None
        # The version was replaced, and its source removed, before this was written: nobody knows of it.
        self._sources.delete_many([key])
        return None

    def _passages(self, record: DocumentRecord) -> list[Passage]:
        dimension = self._stores.dimension(str(record.index))
        found: list[Passage] = []
        for start in range(0, record.chunk_count, BACKUPS_AT_A_TIME):
            numbers = range(start, min(start + BACKUPS_AT_A_TIME, record.chunk_count))
            places = [keys.backup_key(record.doc_hash, record.served_version, number) for number in numbers]
            backups = self._backups.get_many(places)
            for number, key in zip(numbers, places, strict=True):
                if key not in backups or fault_of(backups[key], record, number, dimension):
                    return []
                found.append(_passage(backups[key]))
        return found


def _passage(data: bytes) -> Passage:
    backup = Backup.model_validate_json(data)
    return Passage(text=backup.text, heading=backup.heading, page=backup.page)
