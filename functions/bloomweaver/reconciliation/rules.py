"""The rules of the comparison: what a record expects, and what becomes of an id that was found in a store."""

from dataclasses import dataclass
from enum import StrEnum

from bloomweaver.keys import ChunkPlace, SourcePlace
from bloomweaver.models.record import ENDED, DocumentRecord, Operation
from bloomweaver.reconciliation.tombstones import is_tombstone


class Verdict(StrEnum):
    """What an id is, by the record of its document."""

    RIGHT = "right"
    """Of the indexed version where it is served from, or of what the record knows and is removed in its time."""
    IN_MOTION = "in_motion"
    SURPLUS = "surplus"
    """Of the served version, with a number above its chunk count."""
    ORPHAN = "orphan"
    """Nothing knows it, and nothing will ever serve it."""
    AHEAD = "ahead"
    """Nothing knows it, but a version of its number may yet come."""
    UNKNOWN_DOCUMENT = "unknown_document"
    """There is no record, or a tombstone that was written before this version was found."""


@dataclass(frozen=True)
class Quiet:
    """Until when a record must have been left unchanged to be judged (ISO 8601, as records have it)."""

    changed_before: str

    def at_rest(self, record: DocumentRecord) -> bool:
        """Whether nothing is under way, and the stores have had the time to show the last change."""
        return record.status in ENDED and (self.is_before(record.updated_at) or is_tombstone(record))

    def is_before(self, time: str) -> bool:
        """Whether something that was done at that time has had the time to show, and who did it that to end."""
        return time < self.changed_before


def judge(
    place: ChunkPlace, record: DocumentRecord | None, quiet: Quiet, index: str | None = None, filling: bool = False
) -> Verdict:
    """What is at `place`: a vector in `index`, or, without one, a backup. A rebuild may be `filling` the index."""
    if record is None or (is_tombstone(record) and place.version > record.version):
        return Verdict.UNKNOWN_DOCUMENT
    here = index is None or index == record.index
    indexed = place.version == record.indexed_version and here
    if indexed and place.number < record.chunk_count:
        return Verdict.RIGHT
    counts = record.stale.get(str(place.version), {})
    if place.number < (max(counts.values(), default=0) if index is None else counts.get(index, 0)):
        return Verdict.RIGHT
    if not quiet.at_rest(record):
        return Verdict.IN_MOTION
    if indexed and record.served_version:
        return Verdict.SURPLUS
    elsewhere = place.version == record.indexed_version and not here
    if elsewhere and filling:
        return Verdict.IN_MOTION
    return Verdict.ORPHAN if elsewhere or never_served(place.version, record) else Verdict.AHEAD


def judge_source(place: SourcePlace, record: DocumentRecord | None, quiet: Quiet) -> Verdict:
    """What is at `place` in the sources bucket."""
    if record is None or (is_tombstone(record) and place.version > record.version):
        return Verdict.UNKNOWN_DOCUMENT
    if record.needs_source(place.version) or record.sources.get(str(place.version)) == place.name:
        return Verdict.RIGHT
    if not quiet.at_rest(record):
        return Verdict.IN_MOTION
    return Verdict.AHEAD if place.version > record.version else Verdict.ORPHAN


def never_served(version: int, record: DocumentRecord) -> bool:
    """Whether nothing of `version` will ever be served, whatever happens to the record from now on.

    Only the latest version can be published, and numbers are given once. So this stays true, and what it is true of may
    be removed at any later time.
    """
    if version == record.indexed_version:
        return record.served_version == 0
    deleted = record.operation is Operation.DELETE and version == record.version
    return version < record.never_served_below or deleted
