"""A message: a question, and its answer as references to the passages that it is made of.

No passage is kept with an answer. What a model wrote is kept as words; what is quoted is a place in a passage, and is
put together when it is read.
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Discriminator, Field

from bloomweaver.clock import seconds_between
from bloomweaver.keys import ChunkPlace, vector_place

LOST_AFTER_SECONDS = 3660.0
"""A run ends by its own time limit before that. A message that is running for longer has lost its run."""


class MessageStatus(StrEnum):
    """How far the answer to a question is."""

    RUNNING = "running"
    COMPLETE = "complete"
    INCOMPLETE = "incomplete"
    """It was stopped, or what was to write it did not come to its end."""
    FAILED = "failed"
    """There is no answer, and the same question may well have one later."""
    WITHHELD = "withheld"
    """It rests on a document that was deleted."""
    NO_ANSWER = "no_answer"
    """The documents do not say."""


class _Kept(BaseModel):
    # No error tells what is in it.
    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)


class Reference(_Kept):
    """A passage that an answer was made from."""

    key: str
    """What it is called in the prompt, and nowhere else."""
    doc_hash: str
    version: int
    chunk_id: str

    @property
    def place(self) -> ChunkPlace | None:
        """Where it stands in its document; none for an id that Bloomweaver never gave."""
        return vector_place(f"{self.doc_hash}#{self.chunk_id}")


class EarlierAnswer(_Kept):
    """A message of the same chat whose answer was in the prompt."""

    id: str
    attempt: int
    """Which of its answers: it may have been asked again since."""


class Words(_Kept):
    """What a model wrote."""

    kind: Literal["words"] = "words"
    text: str


class Cited(_Kept):
    """A place at which passages are cited."""

    kind: Literal["cited"] = "cited"
    references: tuple[int, ...]
    """Their places in the message's `references`."""


class Quoted(_Kept):
    """A part of a passage, as it stands there."""

    kind: Literal["quoted"] = "quoted"
    reference: int
    """The passage's place in the message's `references`."""
    start: int
    """In code points from the start of the passage's text."""
    end: int
    """The first code point after it."""


Part = Annotated[Words | Cited | Quoted, Discriminator("kind")]


class Failure(_Kept):
    """Why there is no answer, or not a whole one. The words are ours, and have nothing of a question or a document."""

    type: str
    message: str


class Used(_Kept):
    """What an answer took, made once."""

    tokens_in: int
    """Of the prompt."""
    tokens_out: int
    """Of what was written."""
    estimated: bool = False
    """The generator did not say, or not all of it: three bytes are taken for a token."""
    cost: float | None = Field(default=None, exclude_if=lambda cost: cost is None)
    """In US dollars, by the prices of when it was written. It is left out where they are not known."""


class Rating(StrEnum):
    """What the asker thinks of an answer."""

    UP = "up"
    DOWN = "down"


class Feedback(_Kept):
    """What the asker said of an answer."""

    rating: Rating
    comment: str | None = None
    at: str


class Ending(_Kept):
    """What an answer will be once it is fenced."""

    status: MessageStatus
    error: Failure | None = None


class Message(_Kept):
    """A message. It is replaced as a whole, on the condition that its `revision` is the one that was read."""

    owner: str
    chat_id: str
    id: str
    revision: int = Field(default=1, ge=1)
    question: str
    role: str = ""
    """The asker's: what is searched is what it may see."""
    status: MessageStatus = MessageStatus.RUNNING
    attempt: int = Field(default=1, ge=1)
    """How often an answer was asked for. A run of another attempt writes nothing."""
    rounds: int = 0
    """How often the answer of this attempt was made anew, since what it rested on was gone."""
    generator: str | None = None
    looked_for: str | None = None
    """The question, made whole from the ones before it."""
    earlier: tuple[EarlierAnswer, ...] = ()
    """What was in the prompt of the chat, the oldest first."""
    references: tuple[Reference, ...] = ()
    """Every passage that was given to the generator, cited or not."""
    rests_on: dict[str, int] = {}
    """Every document that the answer rests on, by its id, with the lowest version: those of the passages, and those
    that the earlier answers in its prompt rest on."""
    parts: tuple[Part, ...] = ()
    ending: Ending | None = None
    error: Failure | None = None
    used: Used | None = None
    feedback: Feedback | None = None
    asked_at: str
    started_at: str
    """Of the latest attempt."""
    updated_at: str
    ended_at: str | None = None
    expires_at: int
    """In seconds since 1970. The table may give it for longer."""

    def status_at(self, now: str) -> MessageStatus:
        """How far it is: one whose run was lost is at its end, with what was written."""
        if self.status is MessageStatus.RUNNING and seconds_between(self.started_at, now) > LOST_AFTER_SECONDS:
            return MessageStatus.INCOMPLETE if self.parts else MessageStatus.FAILED
        return self.status

    def is_running(self, now: str) -> bool:
        """Whether somebody is at work on the answer."""
        return self.status_at(now) is MessageStatus.RUNNING

    @property
    def is_erased(self) -> bool:
        """Whether nothing is kept any more of an answer that was withheld."""
        return self.status is MessageStatus.WITHHELD and not self.parts and not self.references

    @property
    def run_name(self) -> str:
        """The name of the execution that answers: one for each attempt."""
        return f"{self.chat_id}-{self.id}-{self.attempt}"


def resting_on(references: Iterable[Reference], *others: Mapping[str, int]) -> dict[str, int]:
    """What an answer rests on that is made from these passages, and from answers that rest on the others."""
    found: dict[str, int] = {}
    pairs = [(each.doc_hash, each.version) for each in references]
    for doc_hash, version in (*pairs, *(pair for other in others for pair in other.items())):
        found[doc_hash] = min(version, found.get(doc_hash, version))
    return found
