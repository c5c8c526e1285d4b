"""What a rebuild of the vector index does with each backup, where it stands between two calls, and its report."""

from enum import StrEnum

from pydantic import BaseModel, ConfigDict


class Fate(StrEnum):
    """What became of an object in the backups bucket."""

    RESTORED = "restored"
    NOT_SERVED = "not_served"
    """Of a version that is not served, or of a document that is not known: nothing to restore."""
    OVERTAKEN = "overtaken"
    """Of a version that was replaced or deleted while its vector was written, which is removed again."""
    ELSEWHERE = "elsewhere"
    """Of a document that is served from another index than the one that is made anew or copied."""
    FOREIGN = "foreign"
    """Bloomweaver never gave such a key."""
    MISSING = "missing"
    """The record says that it is there."""
    BROKEN = "broken"
    """It is not what the record says of it."""
    OTHER_MODEL = "other_model"
    """Its document was embedded with another model than this deployment's."""
    REJECTED = "rejected"
    """The vector index does not take it."""


LOST = frozenset({Fate.MISSING, Fate.BROKEN, Fate.OTHER_MODEL, Fate.REJECTED})
"""Fates of a chunk that is served, and cannot be restored."""


class ListedObject(BaseModel):
    """An object of the backups bucket, as it was listed. `size` is in bytes; 0 where nobody has asked for it."""

    model_config = ConfigDict(frozen=True)

    key: str
    size: int = 0


class Problem(BaseModel):
    """Chunks of the served version of a document that could not be restored for one reason."""

    model_config = ConfigDict(frozen=True)

    fate: Fate
    doc_hash: str
    version: int
    count: int
    example: str
    """The key of one of the backups."""
    reason: str


class BatchReport(BaseModel):
    """The object `reports/rebuild/{id}/batches/{digest}.json`: what became of a batch. Repeating it writes it anew."""

    model_config = ConfigDict(frozen=True)

    fates: dict[Fate, int]
    problems: list[Problem]
    """The first ones."""


class Phase(StrEnum):
    """What a verification goes through, in this order."""

    BATCHES = "batches"
    RECORDS = "records"
    SWITCH = "switch"
    RETIRE = "retire"
    DONE = "done"


class RebuildCounts(BaseModel):
    """How much was looked at so far, and what came of it."""

    model_config = ConfigDict(frozen=True)

    objects: dict[Fate, int] = dict.fromkeys(Fate, 0)
    """Of the backups bucket, by what became of them."""
    documents: int = 0
    """Records of documents that are served."""
    chunks: int = 0
    """Of those documents."""
    late: int = 0
    """Chunks that were not in the index after all batches, and were restored then."""
    incomplete: int = 0
    """Documents with chunks that are not in the index."""
    unrestored: int = 0
    """Those chunks."""
    in_motion: int = 0
    """Documents that changed while they were looked at: their own runs write them."""
    moved: int = 0
    """Documents that are served from the new index now."""
    unmoved: int = 0
    """Documents that are still served from the index that they were copied from."""
    left: int = 0
    """Documents of which something lies in that index, or may lie there."""

    @property
    def sound(self) -> bool:
        """Whether all that was to be in the index is there and served, and every backup that was read was right."""
        return not self.unrestored and not self.unmoved and not any(self.objects.get(fate, 0) for fate in LOST)


class RebuildProgress(BaseModel):
    """Where a verification stands: all that the next call needs to go on."""

    model_config = ConfigDict(frozen=True)

    phase: Phase = Phase.BATCHES
    cursor: str | None = None
    counts: RebuildCounts = RebuildCounts()


class RebuildReport(BaseModel):
    """The object `reports/rebuild/{id}/report.json`. Its numbers are so far, until `done`."""

    model_config = ConfigDict(frozen=True)

    id: str
    index: str
    source: str
    """Of which index the documents were: the same, or the one that they were copied from."""
    done: bool
    updated_at: str
    counts: RebuildCounts
    problems: list[Problem]
    """The first ones; the log has all of them."""
