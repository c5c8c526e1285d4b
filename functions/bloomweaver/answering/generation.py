"""The Generate state: a generator's stream becomes the parts of an answer, which are written each second."""

import time
from collections.abc import Callable, Iterable
from collections.abc import Generator as Stream
from contextlib import closing
from dataclasses import dataclass
from typing import cast

from bloomweaver.answering.ports import Event, Generator, Listeners, Meter
from bloomweaver.answering.prices import TokenPrices
from bloomweaver.answering.prompt import Prompt
from bloomweaver.answering.prompting import MadePrompt, Prompting
from bloomweaver.answering.working import Working
from bloomweaver.answering.written import NO_ANSWER_ENDING, NOTHING_USED, WrittenAnswer, incomplete
from bloomweaver.chats.message import Ending, Message, MessageStatus, Part, Used
from bloomweaver.chats.ports import AnswerTask, ChatTable
from bloomweaver.errors import AnswerOvertaken, GeneratorRejected, TransientError
from bloomweaver.ports import Clock

WRITE_SECONDS = 1.0
"""How often what there is so far is written."""


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
        prompting: Prompting,
        generator: Generator,
        meter: Meter,
        listeners: Listeners,
        clock: Clock,
        *,
        seconds: float,
        prices: TokenPrices | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """A generator that is not done after so many `seconds` is left, and what there is so far is kept."""
        self._table = table
        self._prompting = prompting
        self._generator = generator
        self._meter = meter
        self._listeners = listeners
        self._clock = clock
        self._seconds = seconds
        self._prices = prices
        self._monotonic = monotonic

    def run(self, task: AnswerTask) -> Generated:
        """Write a message's answer. One that was written by the call before, whose end was not heard of, is left as it
        is.

        Raises `AnswerOvertaken`, what the table and the vector stores raise, and what the generator failed with before
        it had written anything: a later try begins anew.
        """
        working = Working(self._table, task, self._clock)
        message = working.message()
        if message.ending is not None:
            self._meter.count(message, message.used or NOTHING_USED)
            return Generated(message.ending.status, 0)
        made = self._prompting.to_write(message)
        if not made.given:
            self._end(working, [], NO_ANSWER_ENDING, NOTHING_USED)
            return Generated(MessageStatus.NO_ANSWER, 0)
        return self._generate(working, message, made)

    def _generate(self, working: Working, message: Message, made: MadePrompt) -> Generated:
        answer = WrittenAnswer(message.references, made)
        try:
            ending = self._ending_of(working, made.prompt, answer)
            parts = [] if ending.status is MessageStatus.NO_ANSWER else answer.parts()
            self._end(working, parts, ending, answer.used(self._prices))
        except AnswerOvertaken:
            # Nobody waits for it, and what was read and written of it was all the same.
            self._meter.count(message, answer.used(self._prices))
            raise
        return Generated(ending.status, answer.made_up)

    def _ending_of(self, working: Working, prompt: Prompt, answer: WrittenAnswer) -> Ending:
        """Have the answer written, and say what it is. Raises what fails before anything is written."""
        try:
            ending = self._listen(working, prompt, answer)
        except (TransientError, GeneratorRejected) as error:
            if not answer.has_begun:
                raise
            ending = incomplete(type(error).__name__, "what wrote the answer failed in the middle of it")
        answer.end()
        return NO_ANSWER_ENDING if answer.says_nothing else ending

    def _listen(self, working: Working, prompt: Prompt, answer: WrittenAnswer) -> Ending:
        """Have the answer written, up to its end. Raises what the generator raises, and what writing does."""
        began = written = self._monotonic()
        with closing(cast("Stream[Event, None, None]", self._generator.answer(prompt))) as events:
            for event in events:
                ending = answer.take(event)
                if ending is not None:
                    return ending
                now = self._monotonic()
                if now - began > self._seconds:
                    return incomplete("GeneratorTooSlow", "the answer took too long, and was ended")
                if now - written >= WRITE_SECONDS:
                    written = now
                    self._write(working, answer.so_far(), None, answer.used(self._prices))
        return incomplete("GeneratorEndedEarly", "the answer broke off without an end")

    def _end(self, working: Working, parts: Iterable[Part], ending: Ending, used: Used) -> None:
        """Write all of it. Only then is it counted: a call that breaks off in between finds the ending, and counts
        it."""
        self._meter.count(self._write(working, parts, ending, used), used)

    def _write(self, working: Working, parts: Iterable[Part], ending: Ending | None, used: Used) -> Message:
        update = {"parts": tuple(parts), "ending": ending, "used": used, "generator": self._generator.name}
        message = working.change(lambda current: current.model_copy(update=update))
        self._listeners.tell(message)
        return message
