"""The Generate state: a generator's stream becomes the parts of an answer, which are written each second."""

import time
from collections.abc import Callable, Iterable
from collections.abc import Generator as Stream
from contextlib import closing
from dataclasses import dataclass
from typing import cast

from bloomweaver.answering.citation_stream import CitationStream
from bloomweaver.answering.ports import Ended, Event, Generator, GeneratorLimits, Listeners, NothingSaid, Piece, Quote
from bloomweaver.answering.prompt import NO_ANSWER, Prompt, PromptPassage, Turn
from bloomweaver.answering.reading import Reading
from bloomweaver.answering.served import ServedPassages
from bloomweaver.answering.working import Working
from bloomweaver.chats.message import (
    Cited,
    Ending,
    Failure,
    Message,
    MessageStatus,
    Part,
    Quoted,
    Reference,
    Used,
    Words,
)
from bloomweaver.chats.ports import AnswerTask, ChatTable
from bloomweaver.errors import GeneratorRejected, TransientError
from bloomweaver.ports import Clock

WRITE_SECONDS = 1.0
"""How often what there is so far is written."""
ANSWER_MAX_CHARACTERS = 40_000
"""What goes on for longer is cut. An item of the table has room for ten times as much."""
_COMPLETE = Ending(status=MessageStatus.COMPLETE)
_NO_ANSWER = Ending(status=MessageStatus.NO_ANSWER)


@dataclass(frozen=True)
class Generated:
    """What the state came to."""

    status: MessageStatus
    made_up: int
    """How many keys were cited that were not given."""


class Generation:
    """Has answers written."""

    def __init__(
        self,
        table: ChatTable,
        passages: ServedPassages,
        reading: Reading,
        generator: Generator,
        limits: GeneratorLimits,
        listeners: Listeners,
        clock: Clock,
        *,
        seconds: float,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """A generator that is not done after so many `seconds` is left, and what there is so far is kept."""
        self._table = table
        self._passages = passages
        self._reading = reading
        self._generator = generator
        self._limits = limits
        self._listeners = listeners
        self._clock = clock
        self._seconds = seconds
        self._monotonic = monotonic

    def run(self, task: AnswerTask) -> Generated:
        """Write a message's answer.

        Raises `AnswerOvertaken`, what the table and the vector stores raise, and what the generator failed with before
        it had written anything: a later try begins anew.
        """
        working = Working(self._table, task, self._clock)
        message = working.message()
        served = self._passages.read(message.rests_on)
        texts = self._passages.texts(message.references, served)
        # Of those that are gone by now, or replaced, the generator is given nothing.
        given = [place for place, each in enumerate(message.references) if each in texts]
        if not given:
            self._write(working, [], _NO_ANSWER, None)
            return Generated(MessageStatus.NO_ANSWER, 0)
        whole = not self._limits.reads_earlier_answers and message.looked_for
        prompt = Prompt(
            question=whole or message.question,
            passages=[
                PromptPassage(each.key, texts[each].text, texts[each].title, texts[each].heading)
                for each in (message.references[place] for place in given)
            ],
            turns=self._turns(message),
            answer_tokens=self._limits.answer_tokens,
        )
        return self._generate(working, message, prompt, given)

    def _turns(self, message: Message) -> list[Turn]:
        found = (self._table.message(message.owner, message.chat_id, id_) for id_ in message.earlier)
        # One that was answered anew since may rest on what is not noted here.
        noted = (each for each in found if each is not None and _covers(message, each))
        whole = [each for each in noted if each.status is MessageStatus.COMPLETE]
        return [Turn(each.question, text) for each, text in self._reading.plain(whole) if text]

    def _generate(self, working: Working, message: Message, prompt: Prompt, given: list[int]) -> Generated:
        answer = _Answer(message.references, given)
        began = written = self._monotonic()
        ending: Ending | None = None
        try:
            with closing(cast("Stream[Event, None, None]", self._generator.answer(prompt))) as events:
                for event in events:
                    ending = answer.take(event)
                    now = self._monotonic()
                    if ending is None and now - began > self._seconds:
                        ending = _incomplete("GeneratorTooSlow", "the answer took too long, and was ended")
                    if ending is not None:
                        break
                    if now - written >= WRITE_SECONDS:
                        written = now
                        self._write(working, answer.so_far(), None, None)
        except (TransientError, GeneratorRejected) as error:
            if not answer.has_begun:
                raise
            ending = _incomplete(type(error).__name__, "what wrote the answer failed in the middle of it")
        answer.end()
        if ending is None:
            ending = _incomplete("GeneratorEndedEarly", "the answer broke off without an end")
        if answer.says_nothing:
            ending = _NO_ANSWER
        parts = [] if ending.status is MessageStatus.NO_ANSWER else answer.parts()
        self._write(working, parts, ending, answer.used)
        return Generated(ending.status, answer.made_up)

    def _write(self, working: Working, parts: Iterable[Part], ending: Ending | None, used: Used | None) -> None:
        update = {"parts": tuple(parts), "ending": ending, "used": used, "generator": self._generator.name}
        self._listeners.tell(working.change(lambda current: current.model_copy(update=update)))


def _covers(message: Message, earlier: Message) -> bool:
    """Whether the message is known to rest on all that the earlier one rests on."""
    return all(message.rests_on.get(doc_hash, version + 1) <= version for doc_hash, version in earlier.rests_on.items())


class _Answer:
    """What has been written so far."""

    def __init__(self, references: Iterable[Reference], given: list[int]) -> None:
        self._given = given
        keys = {each.key: place for place, each in enumerate(references) if place in set(given)}
        self._stream = CitationStream(keys)
        self._parts: list[Part] = []
        self._characters = 0
        self.used: Used | None = None

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
                self._add(self._stream.feed(event.text))
                if self._characters > ANSWER_MAX_CHARACTERS:
                    return _incomplete("AnswerTooLong", "the answer was longer than an answer may be, and was cut")
            case Quote():
                if self._parts:
                    self._add([Words(text="\n\n")])
                self._parts.append(Quoted(reference=self._given[event.passage], start=event.start, end=event.end))
            case NothingSaid():
                return _NO_ANSWER
            case Ended():
                if event.tokens_in is not None or event.tokens_out is not None:
                    self.used = Used(tokens_in=event.tokens_in, tokens_out=event.tokens_out)
                cut = _incomplete("AnswerTooLong", "the generator came to the most that it may write")
                return _COMPLETE if event.whole else cut
        return None

    def end(self) -> None:
        """Nothing follows."""
        self._add(self._stream.end())

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


def _incomplete(type_: str, message: str) -> Ending:
    return Ending(status=MessageStatus.INCOMPLETE, error=Failure(type=type_, message=message))
