"""What a generator has written of an answer so far: its parts, how it ended, and what it took."""

import math
from collections.abc import Iterable

from bloomweaver.answering.citation_stream import CitationStream
from bloomweaver.answering.ports import Ended, Event, NothingSaid, Piece, Quote
from bloomweaver.answering.prices import TokenPrices, cost_of
from bloomweaver.answering.prompt import BYTES_PER_TOKEN, NO_ANSWER
from bloomweaver.answering.prompting import MadePrompt
from bloomweaver.chats.message import (
    Cited,
    Ending,
    Failure,
    MessageStatus,
    Part,
    Quoted,
    Reference,
    Used,
    Words,
)

ANSWER_MAX_CHARACTERS = 40_000
"""What goes on for longer is cut. An item of the table has room for ten times as much."""
NO_ANSWER_ENDING = Ending(status=MessageStatus.NO_ANSWER)
NOTHING_USED = Used(tokens_in=0, tokens_out=0, cost=0.0)
COMPLETE = Ending(status=MessageStatus.COMPLETE)


class WrittenAnswer:
    """What has been written so far."""

    def __init__(self, references: Iterable[Reference], made: MadePrompt) -> None:
        self._made = made
        keys = {each.key: place for place, each in enumerate(references) if place in set(made.given)}
        self._stream = CitationStream(keys)
        self._parts: list[Part] = []
        self._characters = 0
        self._bytes = 0
        self._ended: Ended | None = None

    @property
    def made_up(self) -> int:
        return self._stream.made_up

    @property
    def has_begun(self) -> bool:
        return bool(self._parts)

    @property
    def says_nothing(self) -> bool:
        """Whether it is the word for that the passages do not say, or nothing at all."""
        return all(isinstance(part, Words) for part in self._parts) and self._words().strip() in ("", NO_ANSWER)

    def take(self, event: Event) -> Ending | None:
        """Note what comes; the ending if that was the last."""
        match event:
            case Piece():
                self._characters += len(event.text)
                self._bytes += len(event.text.encode())
                self._add(self._stream.feed(event.text))
                if self._characters > ANSWER_MAX_CHARACTERS:
                    return incomplete("AnswerTooLong", "the answer was longer than an answer may be, and was cut")
            case Quote():
                if self._parts:
                    self._add([Words(text="\n\n")])
                reference = self._made.given[event.passage]
                self._parts.append(Quoted(reference=reference, start=event.start, end=event.end))
            case NothingSaid():
                return NO_ANSWER_ENDING
            case Ended():
                self._ended = event
                cut = incomplete("AnswerTooLong", "the generator came to the most that it may write")
                return COMPLETE if event.whole else cut
        return None

    def end(self) -> None:
        """Nothing follows."""
        self._add(self._stream.end())

    def used(self, prices: TokenPrices | None) -> Used:
        """What it took so far, as the generator says, or rather too much."""
        if not self._made.tokens:
            return NOTHING_USED
        told = self._ended or Ended()
        # A server that counts nothing may say 0: a prompt has tokens.
        tokens_in = told.tokens_in or self._made.tokens
        tokens_out = told.tokens_out if told.tokens_out is not None else math.ceil(self._bytes / BYTES_PER_TOKEN)
        return Used(
            tokens_in=tokens_in,
            tokens_out=tokens_out,
            estimated=not told.tokens_in or told.tokens_out is None,
            cost=cost_of(prices, tokens_in, tokens_out),
        )

    def so_far(self) -> list[Part]:
        """What may be shown: not what may yet become the word for that the passages do not say."""
        only_words = all(isinstance(part, Words) for part in self._parts)
        if only_words and NO_ANSWER.startswith(self._words().strip()):
            return []
        return self.parts()

    def parts(self) -> list[Part]:
        """All of it."""
        return _bounded(self._parts)

    def _words(self) -> str:
        return "".join(part.text for part in self._parts if isinstance(part, Words))

    def _add(self, parts: Iterable[Words | Cited]) -> None:
        for part in parts:
            last = self._parts[-1] if self._parts else None
            if isinstance(part, Words) and isinstance(last, Words):
                self._parts[-1] = Words(text=last.text + part.text)
            else:
                self._parts.append(part)


def _bounded(parts: Iterable[Part]) -> list[Part]:
    """The parts up to the most characters that an answer may have."""
    left, found = ANSWER_MAX_CHARACTERS, list[Part]()
    for part in parts:
        if isinstance(part, Words):
            part = Words(text=part.text[:left])
            left -= len(part.text)
        found.append(part)
        if left <= 0:
            break
    return found


def incomplete(type_: str, message: str) -> Ending:
    """The ending of an answer that is not whole."""
    return Ending(status=MessageStatus.INCOMPLETE, error=Failure(type=type_, message=message))
