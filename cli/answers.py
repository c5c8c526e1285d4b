"""What the API answers, typed. Fields that a newer API adds are left out."""

from typing import Any, Self

from pydantic import BaseModel, ConfigDict

from bloomweaver.models.record import ErrorDetail, Operation, Status


class Answer(BaseModel):
    """Base of all answers."""

    model_config = ConfigDict(frozen=True)


class Health(Answer):
    """Of GET /health."""

    status: str
    model: str
    vector_store: str


class Accepted(Answer):
    """Of POST /webhook, when it took the operation."""

    doc_hash: str
    version: int
    operation: Operation
    status: str
    """`queued` or `unchanged`."""


class Upload(Answer):
    """Of POST /uploads: where the content goes, and the reference to send in its place."""

    content_ref: str
    url: str


class Document(Answer):
    """Of GET /documents/{doc_hash}: what was accepted, and where it stands."""

    doc_hash: str
    version: int
    indexed_version: int
    served_version: int
    status: Status
    operation: Operation
    content_sha256: str | None = None
    content_type: str | None = None
    title: str | None = None
    metadata: dict[str, Any] = {}
    source_version: int | None = None
    chunk_count: int = 0
    model: str | None = None
    index: str | None = None
    source: str | None = None
    """What is kept of the served version: its `content`, or the `passages` that are left of one of before."""
    branches: dict[str, str] = {}
    error: ErrorDetail | None = None
    warnings: list[str] = []
    execution_arn: str | None = None
    correlation_id: str
    created_at: str
    updated_at: str


class ContentAddress(Answer):
    """Of GET /documents/{doc_hash}/content, for a content that is too large for the answer."""

    url: str
    content_type: str


class RemovalPlace(Answer):
    """A place that a deleted document was in: how far its removal is, and until when a copy may remain."""

    place: str
    state: str
    removed_at: str | None = None
    copies_until: str | None = None
    why: str


class Removal(Answer):
    """Of GET /documents/{doc_hash}/removal."""

    doc_hash: str
    version: int
    status: Status
    deleted_at: str
    removed: bool
    places: list[RemovalPlace]


class SweepCounts(Answer):
    """Of POST /sweep: how many records were what."""

    running: int
    waiting: int
    resent: int
    begun_anew: int
    given_up: int
    cleaning: int
    left_over: int
    changed: int


class DocumentPage(Answer):
    """Of GET /documents: the newest first."""

    documents: list[Document]
    next_cursor: str | None = None


class Counts(Answer):
    """Of GET /counts: how many documents there are by status; of those in `incomplete` at least so many."""

    documents: dict[Status, int]
    incomplete: list[Status]


class Unparseable(Answer):
    """A message that is neither a dead letter nor an operation."""

    reason: str
    excerpt: str


class DeadLetterEntry(Answer):
    """A message in a dead letter queue."""

    message_id: str
    age_seconds: int
    operation: Operation | None = None
    doc_hash: str | None = None
    version: int | None = None
    task: str | None = None
    error: ErrorDetail | None = None
    failed_at: str | None = None
    redrives: int | None = None
    execution_arn: str | None = None
    unparseable: Unparseable | None = None


class DeadLetterQueueContent(Answer):
    """A dead letter queue, and some of what lies in it."""

    branch: str
    visible: int
    in_flight: int
    letters: list[DeadLetterEntry]


class DeadLetters(Answer):
    """Of GET /dead-letters."""

    queues: list[DeadLetterQueueContent]


class SkippedLetter(Answer):
    """A letter that was not redriven, and why."""

    message_id: str
    doc_hash: str
    version: int
    verdict: str
    """`drop` or `wait`."""
    reason: str


class Redriven(Answer):
    """Of POST /dead-letters/{branch}/redrive."""

    branch: str
    redriven: int
    superseded: int
    waiting: int
    unparseable: int
    skipped: list[SkippedLetter]
    executions: list[str]
    more: bool

    @classmethod
    def nothing(cls, branch: str) -> Self:
        """Before the first request."""
        return cls(
            branch=branch, redriven=0, superseded=0, waiting=0, unparseable=0, skipped=[], executions=[], more=False
        )

    def and_then(self, later: Self) -> Self:
        """This and a later answer as one. What stays in the queue is counted as the later one has it."""
        return later.model_copy(
            update={
                "redriven": self.redriven + later.redriven,
                "superseded": self.superseded + later.superseded,
                "skipped": [*(skipped for skipped in self.skipped if skipped.verdict == "drop"), *later.skipped],
                "executions": [*self.executions, *later.executions],
            }
        )


class RedriveRun(Answer):
    """Of GET /redrives/{name}."""

    name: str
    execution_arn: str
    status: str
    outcomes: dict[str, int]
    error: ErrorDetail | None = None


class RunStarted(Answer):
    """Of POST /reconcile, /rebuild and /reindex."""

    id: str
    execution_arn: str
    status: str


class FollowedRun(RunStarted):
    """Of GET /reconcile/{id}, /rebuild/{id} and /reindex/{id}: how far it is."""

    error: ErrorDetail | None = None


class Tally(Answer):
    """How many of a kind were found, and how many of those are repaired or on their way."""

    found: int
    repaired: int


class ReconciliationCounts(Answer):
    """How much was looked at, and what came of it."""

    documents: int
    vectors: int
    backups: int
    sources: int = 0
    in_motion: int
    kinds: dict[str, Tally]


class ReconciliationReport(Answer):
    """What a reconciliation found so far, until it is `done`."""

    repair: bool
    contents: bool
    done: bool
    updated_at: str
    found: int
    unrepaired: int
    counts: ReconciliationCounts


class Finding(Answer):
    """Something that is wrong with a version of a document, or with an id that is of none."""

    kind: str
    doc_hash: str | None = None
    version: int | None = None
    count: int
    examples: list[str]
    reason: str
    repair: str


class Reconciliation(FollowedRun):
    """Of GET /reconcile/{id}, with a part of the findings."""

    report: ReconciliationReport | None = None
    findings: list[Finding]
    next_cursor: str | None = None


class RebuildCounts(Answer):
    """How much a rebuild looked at, and what came of it."""

    objects: dict[str, int]
    documents: int
    chunks: int
    late: int
    incomplete: int
    unrestored: int
    in_motion: int
    moved: int
    unmoved: int
    left: int


class RebuildProblem(Answer):
    """Chunks of a served version that could not be restored for one reason."""

    fate: str
    doc_hash: str
    version: int
    count: int
    example: str
    reason: str


class RebuildReport(Answer):
    """What a rebuild came to so far, until it is `done`."""

    index: str
    source: str
    done: bool
    updated_at: str
    sound: bool
    counts: RebuildCounts
    problems: list[RebuildProblem]


class Rebuild(FollowedRun):
    """Of GET /rebuild/{id}."""

    report: RebuildReport | None = None


class LeftDocuments(Answer):
    """How many documents stay where they are for one reason, and the first ones."""

    count: int
    examples: list[str]


class ReindexCounts(Answer):
    """What came of a reindex so far."""

    moved: int
    from_backups: int
    documents: int
    served_here: int
    left: dict[str, LeftDocuments]


class ReindexReport(Answer):
    """Where a reindex stands, until it is `done`."""

    index: str
    done: bool
    updated_at: str
    counts: ReindexCounts
    under_way: int
    still_named: list[str]
    retired: list[str]
    unmoved: int


class Reindex(FollowedRun):
    """Of GET /reindex/{id}."""

    report: ReindexReport | None = None


class IndexEntry(Answer):
    """A vector index, by its card."""

    name: str
    state: str
    """`live`, `retiring` or `retired`."""
    model: str
    dimension: int
    chunk_max_tokens: int
    chunk_overlap_tokens: int
    extractor_version: int = 1
    created_at: str


class Indexes(Answer):
    """Of GET /indexes. `documents` are those of a part of the records that are served from each."""

    deployed: str
    indexes: list[IndexEntry]
    documents: dict[str, int]
    next_cursor: str | None = None


class DeletedIndex(Answer):
    """Of DELETE /indexes/{name}."""

    name: str
    status: str


class SearchHit(Answer):
    """A passage that a search found. `score` is the cosine similarity, -1 to 1."""

    doc_hash: str
    version: int
    chunk_id: str
    score: float
    text: str
    title: str | None = None
    heading: str | None = None
    page: int | None = None
    metadata: dict[str, Any] = {}


class ReadQuery(Answer):
    """How the model read a query: in one window, or, if it was longer than the model reads, in several."""

    windows: int


class SearchResults(Answer):
    """Of POST /search: the nearest first. `took_ms` is the time in the function, in milliseconds."""

    results: list[SearchHit]
    query: ReadQuery
    took_ms: float
