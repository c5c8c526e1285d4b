"""What answering needs from outside."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from bloomweaver.answering.prompt import Prompt
from bloomweaver.chats.message import Message, Used
from bloomweaver.ports import QueryEncoder


class TextEncoder(QueryEncoder, Protocol):
    """The model, in process, for queries and for what answers them."""

    def encode_passages(self, texts: Sequence[str]) -> Sequence[Sequence[float]]:
        """The vectors of texts. What is longer than the model reads is cut."""


@dataclass(frozen=True)
class Piece:
    """Some of what a model writes."""

    text: str


@dataclass(frozen=True)
class Quote:
    """A part of a passage of the prompt."""

    passage: int
    """Its place in `Prompt.passages`."""
    start: int
    end: int


@dataclass(frozen=True)
class NothingSaid:
    """The passages do not answer the question. Nothing follows."""


@dataclass(frozen=True)
class Ended:
    """The answer is at its end. A stream without it was cut."""

    whole: bool = True
    """False where the generator came to the most that it may write."""
    tokens_in: int | None = None
    """None where the generator did not say."""
    tokens_out: int | None = None


Event = Piece | Quote | NothingSaid | Ended


@dataclass(frozen=True)
class GeneratorLimits:
    """What fits into a generator."""

    context_tokens: int
    """Of prompt and answer together."""
    answer_tokens: int
    """Of the answer, at most."""
    reads_earlier_answers: bool
    """Whether the chat's last turns are given to it."""
    uses_tokens: bool = True
    """Whether it is a model, whose tokens are counted."""


class Listeners(Protocol):
    """Those who watch a chat."""

    def tell(self, message: Message) -> None:
        """Tell them how far the answer is that is being written. Raises nothing: who is not told reads it."""


class Meter(Protocol):
    """Counts what answers take."""

    def count(self, message: Message, used: Used) -> None:
        """Count what it took to write the message's answer, in this attempt and round: once, however often it is said.
        Raises `StorageUnavailable` and `RecordContended`."""


class Generator(Protocol):
    """Writes answers. Raises `GeneratorUnavailable` and `GeneratorOverloaded` where a later try may succeed, also in
    the middle of an answer, and `GeneratorRejected` where it would not."""

    @property
    def name(self) -> str:
        """What it is called in a message."""

    def answer(self, prompt: Prompt) -> Iterator[Event]:
        """The answer, as it comes. Closing the iterator ends the work on it."""
