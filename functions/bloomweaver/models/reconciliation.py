"""What a reconciliation finds, where it stands between two calls, and its report."""

from enum import StrEnum

from pydantic import BaseModel, ConfigDict


class Kind(StrEnum):
    """What can be wrong."""

    MISSING_VECTORS = "missing_vectors"
    """Chunks of a served version that the vector index does not hold."""
    MISSING_BACKUPS = "missing_backups"
    """Chunks of a served version without a backup."""
    BROKEN_BACKUPS = "broken_backups"
    """Backups of a served version that cannot be read, or are not of their chunk."""
    WRONG_COUNTS = "wrong_counts"
    """Served versions that a store holds more chunks of than their record says: counted once for each store."""
    MISSING_SOURCES = "missing_sources"
    """Served versions without a source; documents from before sources were kept have none."""
    ORPHAN_VECTORS = "orphan_vectors"
    """Vectors that no record knows of."""
    ORPHAN_BACKUPS = "orphan_backups"
    """Objects in the backups bucket that no record knows of."""
    ORPHAN_SOURCES = "orphan_sources"
    """Objects in the sources bucket that no record knows of."""
    UNLISTED_DOCUMENTS = "unlisted_documents"
    """Documents that the lists do not have as their records are, or not with all entries: counted by document."""
    ORPHAN_ENTRIES = "orphan_entries"
    """Entries of lists that are of no document, or of one that is elsewhere."""
    WRONG_FOLDER_COUNTS = "wrong_folder_counts"
    """Folders whose number is not that of the documents that are listed in and below them."""

    UNERASED_ANSWERS = "unerased_answers"
    """Answers that rest on a document whose deletion is done, and are still kept. They are withheld as read."""
    LOST_ANSWERS = "lost_answers"
    """Answers that are kept as being made, and whose run is over."""
    ORPHAN_CHAT_ITEMS = "orphan_chat_items"
    """Messages of chats that are not there, and notes of what messages rest on that are not."""


class Repair(StrEnum):
    """What was done about a finding."""

    NOT_ASKED = "not_asked"
    REMOVED = "removed"
    """Answers are erased, or ended with what was written."""
    RESTORED = "restored"
    """Vectors were written from their backups, a source from the request or the backups, entries of lists from the
    record, or a folder's number from what is listed."""
    RUN_AGAIN = "run_again"
    """What the document was made of was accepted again as its next version, which replaces what is wrong."""
    IMPOSSIBLE = "impossible"
    """See the reason."""


class Finding(BaseModel):
    """Something that is wrong with one version of a document, or with an id that is of none."""

    model_config = ConfigDict(frozen=True)

    kind: Kind
    doc_hash: str | None
    version: int | None
    count: int
    """Of vectors, backups, sources, entries, answers or items of chats; 1 for `wrong_counts`, `unlisted_documents` and
    `wrong_folder_counts`."""
    examples: list[str]
    """The first ids, keys, lists or folders."""
    reason: str
    repair: Repair = Repair.NOT_ASKED


class Phase(StrEnum):
    """What a reconciliation goes through, in this order."""

    RECORDS = "records"
    LISTS = "lists"
    """Before the stores: of what is found there a tombstone may be written."""
    FOLDERS = "folders"
    """Those whose number did not seem right."""
    VECTORS = "vectors"
    BACKUPS = "backups"
    SOURCES = "sources"
    CHATS = "chats"
    DONE = "done"


class Tally(BaseModel):
    """How many of a kind were found, and how many of those are repaired or on their way."""

    model_config = ConfigDict(frozen=True)

    found: int = 0
    repaired: int = 0


class Counts(BaseModel):
    """How much was looked at so far, and what came of it."""

    model_config = ConfigDict(frozen=True)

    documents: int = 0
    served: int = 0
    """Of the documents, those of which a version is served."""
    chunks: int = 0
    """Of those versions."""
    vectors: int = 0
    backups: int = 0
    sources: int = 0
    entries: int = 0
    folders: int = 0
    chat_items: int = 0
    """Chats, messages, and notes of what these rest on."""
    in_motion: int = 0
    """How often a document or a folder was left alone since it was changing; up to once for each page and store."""
    kinds: dict[Kind, Tally] = {kind: Tally() for kind in Kind}

    @property
    def found(self) -> int:
        """Everything that is wrong."""
        return sum(tally.found for tally in self.kinds.values())

    @property
    def unrepaired(self) -> int:
        """What is still wrong."""
        return self.found - sum(tally.repaired for tally in self.kinds.values())


class Progress(BaseModel):
    """Where a reconciliation stands: all that the next call needs to go on."""

    model_config = ConfigDict(frozen=True)

    phase: Phase = Phase.RECORDS
    index: str | None = None
    """The vector index that `cursor` is of, in the phase of the vectors; none before the first."""
    cursor: str | None = None
    parts: int = 0
    """Parts of the findings that are written."""
    tallies: int = 0
    """How often the numbers of folders were noted, as far as they are counted."""
    counts: Counts = Counts()


class Report(BaseModel):
    """The object `reports/reconcile/{id}/report.json`. Its numbers are so far, until `done`."""

    model_config = ConfigDict(frozen=True)

    id: str
    repair: bool
    contents: bool
    """Whether backups were read, and not only looked for."""
    done: bool
    updated_at: str
    parts: int
    counts: Counts


class FindingsPart(BaseModel):
    """The object `reports/reconcile/{id}/findings-{part}.json`."""

    model_config = ConfigDict(frozen=True)

    findings: list[Finding]
