"""The record of a document: the one place that says what was accepted, what is served, and how the last run ended."""

from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from bloomweaver.models.chunk import Metadata
from bloomweaver.models.folder_path import ROOT
from bloomweaver.models.origin import Origin


class Operation(StrEnum):
    """What an accepted request does to its document. `CLEAN` is the sweep's own and never a record's or a client's."""

    CREATE = "CREATE"
    UPDATE = "UPDATE"
    DELETE = "DELETE"
    CLEAN = "CLEAN"
    """Removes versions that may lie in the index or the backups and will never be served."""


class Status(StrEnum):
    """Where the latest accepted operation of a document stands."""

    QUEUED = "queued"
    PROCESSING = "processing"
    INDEXED = "indexed"
    PARTIAL = "partial"
    FAILED = "failed"
    DELETING = "deleting"
    DELETED = "deleted"


ENDED = frozenset({Status.INDEXED, Status.PARTIAL, Status.FAILED, Status.DELETED})
"""The statuses of an operation that no execution works on, except to remove what is stale."""


class Branch(StrEnum):
    """One of the two write targets."""

    PINECONE = "pinecone"
    S3 = "s3"


class Outcome(StrEnum):
    """How a branch ended."""

    WRITTEN = "written"
    REMOVED = "removed"
    DEAD_LETTERED = "dead_lettered"
    NOT_REMOVED = "not_removed"
    """On the record alone: what was to be written is written, and the removal of stale versions is dead-lettered."""
    SUPERSEDED = "superseded"


class ErrorDetail(BaseModel):
    """What went wrong, in words a person can act on."""

    model_config = ConfigDict(frozen=True)

    type: str
    message: str


def served_version(indexed_version: int, deleted_version: int) -> int:
    """The version that search may show, by what a record says; 0 is none."""
    return indexed_version if indexed_version > deleted_version else 0


class StaleVersion(BaseModel):
    """A version that may have vectors in an index, and backups, and is not served from there: what is to be removed.

    One of which its source alone is to be removed has no `index` (an empty name) and no chunks.
    """

    model_config = ConfigDict(frozen=True)

    version: int
    index: str
    """The name of the vector index."""
    chunk_count: int
    first_backup: Annotated[int, Field(ge=0)] = 0
    """The first chunk whose backup goes too. Those before it belong to the same version, served from another index."""
    source: str | None = None
    """The name of the version's source, if that goes too: nothing will ever be made of it again."""


class DocumentRecord(BaseModel):
    """A document's record. It is replaced as a whole, on the condition that its `revision` is the one that was read."""

    model_config = ConfigDict(frozen=True)

    doc_hash: str
    revision: Annotated[int, Field(ge=1)] = 1
    """Counts the writes of this record."""
    version: Annotated[int, Field(ge=1)]
    """Of the latest accepted operation."""
    attempt: Annotated[int, Field(ge=0)] = 0
    """Of the latest operation: how often it was given a new execution after the first one was over."""
    uncounted: Annotated[int, Field(ge=0)] = 0
    """Of these, those that follow an execution which ended as Lambda had no place, or the fleet no instance."""
    indexed_version: int = 0
    """The version that the vector index holds in full; 0 is none."""
    deleted_version: int = 0
    """The version of the latest accepted DELETE; nothing at or below it is ever served."""
    status: Status
    operation: Operation
    content_sha256: str | None = None
    content_type: str | None = None
    title: str | None = None
    language: str | None = None
    """Of the content, as the latest request names it: a tag of BCP 47."""
    detected_language: str | None = None
    """Of the content of the latest operation, if its request names none and it is sure, once its text was cut."""
    metadata: Metadata = {}
    folder: str = ROOT
    left_folders: dict[str, str] = {}
    """When it left which folders lately, by their digests: see `documents.departures`."""
    origin: Origin | None = None
    source_version: int | None = None
    artifact: str | None = None
    """The key of the request's body in the artifacts bucket."""
    chunk_count: int = 0
    """Of `indexed_version`."""
    model: str | None = None
    """The embedding model of `indexed_version`."""
    index: str | None = None
    """The name of the vector index that `indexed_version` is served from."""
    stale: dict[str, dict[str, int]] = {}
    """Chunk counts by version and index, of what may have been written there and is not served from there."""
    writers: dict[str, str] = {}
    """ARNs of executions by the version that each may still be writing, which stays in `stale` and `sources`."""
    sources: dict[str, str] = {}
    """Names of sources by version, of what may lie in the sources bucket: see `keys.source_key`."""
    kept_version: int = 0
    """The version whose source the latest operation is made of, until it has its own; 0 is the request."""
    removed: dict[Branch, str] = {}
    """When each branch had removed all that the record of a deleted document knew of."""
    branches: dict[Branch, Outcome] = {}
    error: ErrorDetail | None = None
    warnings: list[str] = []
    """What could not be taken from the content of the latest operation, once its text was; a few short sentences."""
    execution_arn: str | None = None
    correlation_id: str
    created_at: str
    accepted_at: str = ""
    """When the latest operation was accepted; empty in records of before."""
    updated_at: str

    @property
    def counted_attempts(self) -> int:
        """The attempts that say something of the document."""
        return self.attempt - self.uncounted

    @property
    def served_version(self) -> int:
        """The only version that search may show; 0 is none."""
        return served_version(self.indexed_version, self.deleted_version)

    @property
    def served_source(self) -> str | None:
        """The name of the served version's source; none where no version is served, or it has none."""
        return self.sources.get(str(self.served_version))

    def needs_source(self, version: int) -> bool:
        """Whether something is, or may yet be, made of the source of `version`: it is served, or is the latest one's.

        What is not needed never is again: a version is not indexed twice, numbers are given once, and `kept_version`
        only ever becomes a version that is needed. So such a source may be removed at any later time.
        """
        if version == self.indexed_version:
            return True
        return self.operation is not Operation.DELETE and version in (self.version, self.kept_version)

    def stale_before(self, version: int, limit: int) -> list[StaleVersion]:
        """At most `limit` of the stale places that nobody writes any more, the oldest version first.

        Of versions below `version`, and of the indexed version in other indexes than the one that it is served from.
        """
        places: list[StaleVersion] = []
        for number in sorted(map(int, {*self.stale, *self._unneeded_sources()})):
            if str(number) in self.writers or not (number < version or number == self.indexed_version):
                continue
            indexes = sorted(self.stale.get(str(number), {}))
            places += [self.stale_place(number, index) for index in indexes]
            if not indexes:
                places.append(StaleVersion(version=number, index="", chunk_count=0, source=self.sources[str(number)]))
        return places[:limit]

    def stale_place(self, version: int, index: str) -> StaleVersion:
        """The entry of `stale` for a version in an index, which has one."""
        served_elsewhere = version == self.indexed_version
        return StaleVersion(
            version=version,
            index=index,
            chunk_count=self.stale[str(version)][index],
            first_backup=self.chunk_count if served_elsewhere else 0,
            source=None if self.needs_source(version) else self.sources.get(str(version)),
        )

    def _unneeded_sources(self) -> list[str]:
        return [version for version in self.sources if not self.needs_source(int(version))]

    def is_stale(self, place: StaleVersion) -> bool:
        """Whether the record still knows of the place: of its chunks in that index, or of its source."""
        known_source = place.source is not None and str(place.version) in self.sources
        return known_source or place.index in self.stale.get(str(place.version), {})

    def names(self, index: str) -> bool:
        """Whether something of the document lies in that index, or may lie there."""
        return self.index == index or any(index in indexes for indexes in self.stale.values())

    @property
    def never_served_below(self) -> int:
        """No version below this one will ever be served again. A version that failed is given up for good."""
        return self.version + 1 if self.status is Status.FAILED else self.version

    @property
    def has_leftovers(self) -> bool:
        """Whether the latest operation ended, and something lies about that no run will remove by itself."""
        if self.status not in ENDED:
            return False
        if self.indexed_but_deleted or str(self.indexed_version) in self.stale:
            return True
        return any(int(stale) < self.never_served_below for stale in (*self.stale, *self._unneeded_sources()))

    @property
    def indexed_but_deleted(self) -> bool:
        """Whether the indexed version was deleted, and no DELETE has taken it in hand."""
        return 0 < self.indexed_version <= self.deleted_version
