"""What is said of how far something is: one shape for documents and for operations on many of them."""

from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from bloomweaver.models.record import Branch

STALLED_SECONDS = 600.0
"""What has shown nothing new for so long is stalled. No call of a function takes as long, nor does what is tried again
where a service is busy for a moment."""
WAKING_SECONDS = 145
"""For so long, at most, a fleet that sleeps usually takes until its first vectors: see docs/fleet.md."""


class State(StrEnum):
    """What something that is not over does. That it is stalled is no state: it is told by `Progress.stalled_after`."""

    QUEUED = "queued"
    """Nothing works on it yet: it waits for its turn."""
    WAKING = "waking"
    """It waits for an instance of the embedding service, of which there is none."""
    RUNNING = "running"


class ProgressUnit(StrEnum):
    """What is counted."""

    PASSAGES = "passages"
    DOCUMENTS = "documents"
    ENTRIES = "entries"
    """Of the lists."""
    FOLDERS = "folders"
    VECTORS = "vectors"
    BACKUPS = "backups"
    SOURCES = "sources"
    CHAT_ITEMS = "chat_items"
    """Chats, messages, and notes of what these rest on."""
    LETTERS = "letters"
    """Dead letters."""


class PressAction(StrEnum):
    """Something that a person can have done."""

    SWEEP = "sweep"
    """POST /sweep"""
    SHOW_RUNS = "show_runs"
    """GET /documents/{doc_hash}/runs"""
    SHOW_RUN = "show_run"
    """GET /runs/{id}"""


class Press(BaseModel):
    """What a person can press where something is stalled."""

    model_config = ConfigDict(frozen=True)

    action: PressAction
    why: str
    """What that does, in words for people."""


class Progress(BaseModel):
    """How far something is that is not over. Counts are of real things: there is none without something counted."""

    model_config = ConfigDict(frozen=True)

    state: State
    step: int
    """Grows with all that changes here, for as long as the revision is the same. It counts nothing else."""
    at: str
    """When this was last true, or new; ISO 8601, UTC, as every time here."""
    since: str
    """Since when it is in this state."""
    phase: str | None = None
    """What it is at; null where that is not known."""
    done: int | None = None
    """Never more than `of`."""
    of: int | None = None
    """Null where nobody knows yet how many there are; never 0."""
    unit: ProgressUnit | None = None
    """What `done` and `of` count."""
    reused: int | None = None
    """Of the passages that are done, those whose vectors were taken over from the version before."""
    written: list[Branch] = []
    """Where all passages of a large document are written."""
    waiting: int | None = None
    """While it is queued: about how many operations wait in the same queue. Null where that could not be asked."""
    usual_seconds: int | None = None
    """While it is waking: how long that usually takes, at most."""
    stalled_after: str | None = None
    """If nothing newer came by then, it is stalled. Null while it waits for its turn behind others."""
    press: Press
    """What helps where it is stalled."""
