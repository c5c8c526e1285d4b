"""The rules by which an execution moves its document's record: the fence, the publish, and how a run ends.

Every function takes the record as it is and returns what it becomes (none: it stays) with the caller's result.
An invariant runs through them: a version that may lie in a vector index or the backups is the indexed one in its index,
or is named in `stale` with that index, until it is known to be removed. It is known to be removed only if nobody could
write it any more when that happened: `writers` names the executions that might. The same holds for sources, which are
named in `sources` from the claim of their version on.

What is removed will never be served again: it is below the latest accepted version, or failed for good, or it is the
indexed version in an index that it is not served from. A source goes when nothing will ever be made of it again: see
`DocumentRecord.needs_source`.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, computed_field

from bloomweaver.errors import ExtractionFailed, Superseded
from bloomweaver.models.dead_letter import StateError
from bloomweaver.models.record import (
    ENDED,
    Branch,
    DocumentRecord,
    ErrorDetail,
    Operation,
    Outcome,
    StaleVersion,
    Status,
)

CLEANED = "cleaned"
"""How a run of CLEAN ends that removed all it was to remove."""
SUPERSEDED = "superseded"
"""How a run ends whose version was overtaken. It is no status of the record, which belongs to the newer version."""


class BranchResult(BaseModel):
    """What a branch of the Write, RemoveStale or Delete state returns."""

    model_config = ConfigDict(frozen=True)

    outcome: Outcome
    error: StateError | None = None


BranchResults = Mapping[Branch, BranchResult]
Entry = TypeVar("Entry")
Places = dict[str, dict[str, int]]
"""See `DocumentRecord.stale`."""


class Ending(BaseModel):
    """Where the run stands: the status of its version, and what is left to remove (a bounded list)."""

    model_config = ConfigDict(frozen=True)

    status: str
    stale: list[StaleVersion] = []
    error: ErrorDetail | None = None
    accepted_at: str = Field(default="", exclude=True)
    """Of a version that is served now; empty if it is not. For the metrics: the state machine does not get it."""

    @computed_field  # type: ignore[prop-decorator]
    @property
    def stale_count(self) -> int:
        """How many versions `stale` names: what a Choice state can compare."""
        return len(self.stale)


def fence(current: DocumentRecord | None, version: int, attempt: int | None = None) -> DocumentRecord:
    """The record, if `version` may still be published, and by `attempt` where that is given.

    Raises `Superseded` if a newer version was accepted, this one failed for good, or a newer attempt took over.
    """
    if current is None:
        raise Superseded("the document has no record")
    if current.version != version:
        raise Superseded(f"version {current.version} was accepted after version {version}")
    if current.status is Status.FAILED:
        raise Superseded(f"version {version} failed for good; a retry is a version of its own")
    if attempt not in (None, current.attempt):
        raise Superseded(f"attempt {current.attempt} at version {version} took over from attempt {attempt}")
    return current


def claim(
    current: DocumentRecord | None, version: int, attempt: int, execution_arn: str, now: str
) -> tuple[DocumentRecord, Ending]:
    """Take a CREATE or UPDATE in hand; from here on its source may lie in the bucket.

    Raises `Superseded` as `fence` does, and if the version is published.
    """
    record = fence(current, version, attempt)
    if record.indexed_version == version:
        raise Superseded(f"version {version} is published already")
    changes: dict[str, Any] = {"status": Status.PROCESSING, "execution_arn": execution_arn, "updated_at": now}
    name = record.sources.get(str(record.kept_version)) or record.content_sha256
    if name is not None:
        changes |= _with_source(record, version, name, execution_arn)
    return record.model_copy(update=changes), Ending(status=Status.PROCESSING)


def keep(
    current: DocumentRecord | None, version: int, attempt: int, name: str
) -> tuple[DocumentRecord | None, DocumentRecord]:
    """Note that the source `name` of `version` is about to be written, if the claim did not foresee it.

    The result is the record. Raises `Superseded` as `fence` does.
    """
    record = fence(current, version, attempt)
    if record.sources.get(str(version)) == name:
        return None, record
    noted = record.model_copy(update=_with_source(record, version, name, record.execution_arn or ""))
    return noted, noted


def claim_delete(
    current: DocumentRecord | None, version: int, attempt: int, execution_arn: str, now: str, limit: int
) -> tuple[DocumentRecord | None, Ending]:
    """Take a DELETE in hand: what was indexed before it becomes stale, and is named in what is left to remove.

    A DELETE is not fenced: what it removes is served no more whatever came after it, and might be forgotten if the
    newer version failed.
    """
    if current is None:
        raise Superseded("the document has no record")
    changes = _unindexed(current) if current.indexed_version < version else {}
    if (current.version, current.attempt) == (version, attempt) and current.status not in ENDED:
        changes |= {"status": Status.DELETING, "execution_arn": execution_arn, "updated_at": now}
    record = current.model_copy(update=changes)
    return record if changes else None, Ending(status=record.status, stale=record.stale_before(version, limit))


def claim_clean(
    current: DocumentRecord | None, version: int, attempt: int, execution_arn: str, now: str, limit: int
) -> tuple[DocumentRecord | None, Ending]:
    """Take the removal of leftovers in hand. There is none left to do if anything else was begun meanwhile."""
    if current is None:
        raise Superseded("the document has no record")
    if (current.version, current.attempt) != (version, attempt) or current.status not in ENDED:
        return None, Ending(status=SUPERSEDED)
    changes = _unindexed(current) if current.indexed_version <= current.deleted_version else {}
    record = current.model_copy(update={**changes, "execution_arn": execution_arn, "updated_at": now})
    return record, Ending(status=record.status, stale=record.stale_before(record.never_served_below, limit))


def register(
    current: DocumentRecord | None,
    version: int,
    attempt: int,
    chunk_count: int,
    index: str,
    warnings: Sequence[str] | None = None,
    detected_language: str | None = None,
) -> tuple[DocumentRecord | None, None]:
    """Note that `version` is about to be written to `index`, and by whom, so that nothing of it is ever forgotten.

    `warnings` are those of its extraction; none (not: no warnings) leaves the record's as they are, for text that was
    not extracted anew. `detected_language` is that of its text, where the request named none. Raises `Superseded`.
    """
    record = fence(current, version, attempt)
    if record.indexed_version == version:
        return None, None
    # An attempt before may have written more, if the chunker was another then.
    most = max(chunk_count, record.stale.get(str(version), {}).get(index, 0))
    changes: dict[str, Any] = {
        "stale": _noted(record.stale, version, index, most),
        "writers": {**record.writers, str(version): record.execution_arn or ""},
        # It has a source of its own by now.
        "kept_version": 0,
        "detected_language": detected_language,
    }
    if warnings is not None:
        changes["warnings"] = list(warnings)
    return record.model_copy(update=changes), None


def publish(
    current: DocumentRecord | None,
    version: int,
    attempt: int,
    results: BranchResults,
    model: str,
    index: str,
    now: str,
    limit: int,
) -> tuple[DocumentRecord | None, Ending]:
    """Serve `version` from `index` if its vectors are written, in one step; what was served becomes stale.

    With the S3 branch dead-lettered it is served and `partial`; with the Pinecone branch dead-lettered it is `partial`
    and not served. Raises `Superseded` when the version is never to be served. Repeating it changes nothing, nor
    does an attempt that another one took over from: what it wrote is the other's too.
    """
    if current is not None and current.indexed_version == version:
        # A retry, and the record may be a newer operation's by now, with a status of its own.
        overtaken = current.version != version
        status, error = (SUPERSEDED, None) if overtaken else (current.status, current.error)
        accepted_at = "" if overtaken else current.accepted_at
        stale_places = current.stale_before(version, limit)
        return None, Ending(status=status, stale=stale_places, error=error, accepted_at=accepted_at)
    record = fence(current, version)
    if record.attempt != attempt:
        return None, Ending(status=SUPERSEDED)
    outcomes = {branch: result.outcome for branch, result in results.items()}
    error = _first_error(results)
    changes: dict[str, Any] = {"branches": outcomes, "error": error, "updated_at": now}
    changes["writers"] = _without(record.writers, [version])
    if outcomes.get(Branch.PINECONE) is not Outcome.WRITTEN:
        partial = record.model_copy(update={**changes, "status": Status.PARTIAL})
        return partial, Ending(status=Status.PARTIAL, error=error)
    chunk_count = record.stale[str(version)][index]
    own = StaleVersion(version=version, index=index, chunk_count=chunk_count)
    stale = without_places(_with_indexed(record), [own])
    changes |= {
        "indexed_version": version,
        "chunk_count": chunk_count,
        "model": model,
        "index": index,
        "stale": stale,
        "status": Status.INDEXED if outcomes.get(Branch.S3) is Outcome.WRITTEN else Status.PARTIAL,
    }
    published = record.model_copy(update=changes)
    stale_places = published.stale_before(version, limit)
    return published, Ending(
        status=published.status, stale=stale_places, error=error, accepted_at=published.accepted_at
    )


def settle(
    current: DocumentRecord | None,
    operation: Operation,
    version: int,
    attempt: int | None,
    removed: Sequence[StaleVersion],
    results: BranchResults,
    now: str,
    limit: int,
) -> tuple[DocumentRecord | None, Ending]:
    """Note how the removal of `removed` ended, and with it, for a DELETE, the operation.

    Returns what is still to be removed, or nothing more where a branch was dead-lettered: the rest waits for it.
    `operation` is the run's, which may be a CLEAN of what the record's operation left over; `attempt` is its attempt,
    none for the redrive of a dead letter.
    """
    if current is None:
        raise Superseded("the document has no record")
    gone = all(result.outcome is Outcome.REMOVED for result in results.values())
    error = _first_error(results)
    # Only an overtaken run removes its own version, and after its writers are done. A later attempt may be at it.
    given_up = current.version != version or current.status is Status.FAILED
    own = [version] if given_up and any(stale.version == version for stale in removed) else []
    writers = _without(current.writers, own)
    settled = current.model_copy(update={"writers": writers})
    rest = without_removed(settled, removed)
    # Whoever removed the same at the same time may have taken them out, and knows nothing of a branch that failed here.
    record = rest if gone else _with_removed(settled, removed)
    done = [branch for branch, result in results.items() if result.outcome is Outcome.REMOVED]
    record = record.model_copy(update={"removed": removal_times(rest, done, now)})
    below = record.never_served_below if operation is Operation.CLEAN and record.version == version else version
    if own:
        below += 1  # what is left of it then is its source, which the run could not know to be needed no more
    left = record.stale_before(below, limit) if gone else []
    if record.version != version or attempt not in (None, record.attempt):
        return record, Ending(status=SUPERSEDED, stale=left, error=error)
    if not gone:
        status = record.status if record.status is Status.FAILED else Status.PARTIAL
        ended: dict[str, Any] = {"status": status, "error": error, "branches": _merged(record, results)}
    elif record.operation is Operation.DELETE and not left:
        ended = {"status": Status.DELETED, "error": None, "branches": _merged(record, results)}
    elif operation is Operation.CLEAN:
        return _cleaned(record, left, now)
    else:
        return record, Ending(status=record.status, stale=left, error=record.error)
    record = record.model_copy(update={**ended, "updated_at": now})
    return record, Ending(status=record.status, stale=left, error=record.error)


def fail(
    current: DocumentRecord | None, operation: Operation, version: int, attempt: int, error: ErrorDetail, now: str
) -> tuple[DocumentRecord | None, None]:
    """Note that a run of `version` failed for good. A record that moved on, or whose operation ended, stays as it is.

    It keeps the run among its `writers`: a branch that was cut off may still be writing. Not so after
    `ExtractionFailed`: Chunk ended by itself then, with the source written and nothing else begun.
    """
    if current is None or (current.version, current.attempt) != (version, attempt):
        return None, None
    if operation is Operation.CLEAN or current.status in ENDED:
        return None, None
    changes: dict[str, Any] = {"status": Status.FAILED, "error": error, "updated_at": now}
    if error.type == ExtractionFailed.__name__ and str(version) not in current.stale:
        changes["writers"] = _without(current.writers, [version])
    return current.model_copy(update=changes), None


def moved(
    current: DocumentRecord | None, version: int, index: str, now: str
) -> tuple[DocumentRecord | None, StaleVersion | None]:
    """Serve `version` from `index`, which holds the same vectors in full, in the place of the index that it was in.

    The old place becomes stale, and is the result; what it has of backups stays, since it is the version's. Nothing
    changes if the version is served from `index` already. Raises `Superseded` if it is not served any more, or if
    something else of it in `index` is still to be removed.
    """
    if current is None:
        raise Superseded("the document has no record")
    if current.served_version != version:
        raise Superseded(f"version {version} is not served any more")
    if current.index == index:
        return None, None
    if index in current.stale.get(str(version), {}):
        raise Superseded(f"what an earlier attempt at version {version} wrote to '{index}' is still to be removed")
    changes = {"index": index, "stale": _with_indexed(current), "updated_at": now}
    record = current.model_copy(update=changes)
    return record, record.stale_place(version, str(current.index))


def removed_from(current: DocumentRecord | None, removed: Sequence[StaleVersion]) -> tuple[DocumentRecord | None, None]:
    """Note that the vectors of the stale places are removed, of versions whose backups stay.

    Only for what `moved` returned, or what lay in an index that does not exist any more.
    """
    if current is None:
        return None, None
    stale = without_places(current.stale, removed)
    return (None, None) if stale == current.stale else (current.model_copy(update={"stale": stale}), None)


def without_removed(record: DocumentRecord, removed: Iterable[StaleVersion]) -> DocumentRecord:
    """The record once these places are removed, of versions that nobody writes any more."""
    places = [place for place in removed if str(place.version) not in record.writers]
    sources = _without(record.sources, [place.version for place in places if place.source is not None])
    return record.model_copy(update={"stale": without_places(record.stale, places), "sources": sources})


def removal_times(rest: DocumentRecord, branches: Iterable[Branch], now: str) -> dict[Branch, str]:
    """`removed` of a deleted document's record, now that these branches have left of it what `rest` knows of."""
    if rest.operation is not Operation.DELETE or rest.stale or rest.indexed_version:
        return rest.removed
    done = [branch for branch in branches if branch is not Branch.S3 or not rest.sources]
    return {**rest.removed, **dict.fromkeys(done, now)}


def _with_removed(record: DocumentRecord, removed: Iterable[StaleVersion]) -> DocumentRecord:
    """The record that knows of all of these places."""
    stale, sources = record.stale, record.sources
    for place in removed:
        if place.index:
            stale = _noted(stale, place.version, place.index, place.chunk_count)
        if place.source is not None:
            sources = {**sources, str(place.version): place.source}
    return record.model_copy(update={"stale": stale, "sources": sources})


def _with_source(record: DocumentRecord, version: int, name: str, execution_arn: str) -> dict[str, Any]:
    return {
        "sources": {**record.sources, str(version): name},
        "writers": {**record.writers, str(version): execution_arn},
    }


def _cleaned(record: DocumentRecord, left: list[StaleVersion], now: str) -> tuple[DocumentRecord, Ending]:
    ending = Ending(status=CLEANED, stale=left)
    branches = {
        branch: Outcome.WRITTEN if outcome is Outcome.NOT_REMOVED else outcome
        for branch, outcome in record.branches.items()
    }
    if left or record.status is not Status.PARTIAL or branches == record.branches:
        return record, ending
    # What was dead-lettered was a removal of the same.
    changes: dict[str, Any] = {"branches": branches, "updated_at": now}
    if all(outcome is Outcome.WRITTEN for outcome in branches.values()):
        changes |= {"status": Status.INDEXED, "error": None}
    return record.model_copy(update=changes), ending


def _unindexed(record: DocumentRecord) -> dict[str, Any]:
    if not record.indexed_version:
        return {}
    return {"stale": _with_indexed(record), "indexed_version": 0, "chunk_count": 0, "model": None, "index": None}


def _with_indexed(record: DocumentRecord) -> Places:
    """What is stale once the indexed version is, too."""
    if not record.indexed_version:
        return record.stale
    if record.index is None:
        raise ValueError(f"version {record.indexed_version} of '{record.doc_hash}' is indexed, and in no index")
    return _noted(record.stale, record.indexed_version, record.index, record.chunk_count)


def _noted(stale: Places, version: int, index: str, chunk_count: int) -> Places:
    return {**stale, str(version): {**stale.get(str(version), {}), index: chunk_count}}


def without_places(stale: Places, places: Iterable[StaleVersion]) -> Places:
    """`stale` of a record without these entries."""
    gone = {(place.version, place.index) for place in places}
    left = {
        version: {index: count for index, count in indexes.items() if (int(version), index) not in gone}
        for version, indexes in stale.items()
    }
    return {version: indexes for version, indexes in left.items() if indexes}


def _without(by_version: Mapping[str, Entry], versions: Iterable[int]) -> dict[str, Entry]:
    names = {str(version) for version in versions}
    return {name: entry for name, entry in by_version.items() if name not in names}


def _first_error(results: BranchResults) -> ErrorDetail | None:
    return next((result.error.detail() for result in results.values() if result.error), None)


def _merged(record: DocumentRecord, results: BranchResults) -> dict[Branch, Outcome]:
    outcomes = {branch: result.outcome for branch, result in results.items()}
    if record.operation is Operation.DELETE:
        return outcomes
    # After a publish a successful removal says nothing new of what was written; nor does a failed one, where the write
    # itself is dead-lettered: its redrive removes what is stale too.
    failed = {
        branch: Outcome.NOT_REMOVED
        for branch, outcome in outcomes.items()
        if outcome is Outcome.DEAD_LETTERED and record.branches.get(branch) is not Outcome.DEAD_LETTERED
    }
    return {**record.branches, **failed}
