"""Puts the prompt of a message together, from what is served now: for the generator, and for the owner who looks at it.

What is kept of a prompt is references: passages, and earlier answers of the chat.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from bloomweaver.answering.passages import PromptPassage
from bloomweaver.answering.ports import GeneratorLimits
from bloomweaver.answering.prompt import Prompt, Turn, tokens_of
from bloomweaver.answering.reading import NOT_SERVED, Reading
from bloomweaver.answering.served import ServedPassages
from bloomweaver.chats.answers import CitationState, GivenPassage, PromptMessage, ShownPrompt
from bloomweaver.chats.message import Message, MessageStatus, Reference
from bloomweaver.chats.ports import ChatTable
from bloomweaver.errors import AnswerWithheld
from bloomweaver.models.chunk import Hit


@dataclass(frozen=True)
class MadePrompt:
    """A prompt, and which of the message's references are in it, by their places, in the prompt's order."""

    prompt: Prompt
    given: list[int]
    tokens: int
    """That the generator reads, rather too many; 0 where it uses none."""


class Prompting:
    """Makes prompts."""

    def __init__(self, table: ChatTable, passages: ServedPassages, reading: Reading, limits: GeneratorLimits) -> None:
        self._table = table
        self._passages = passages
        self._reading = reading
        self._limits = limits

    def to_write(self, message: Message) -> MadePrompt:
        """The prompt for the generator. Of passages that are gone by now, or replaced, it has nothing.

        Raises what the table and the vector stores raise.
        """
        texts = self._passages.texts(message.references, self._passages.read(message.rests_on))
        given = [place for place, each in enumerate(message.references) if each in texts]
        whole = not self._limits.reads_earlier_answers and message.looked_for
        prompt = Prompt(
            question=whole or message.question,
            passages=[_passage(message.references[place], texts) for place in given],
            turns=self._turns(message),
            answer_tokens=self._limits.answer_tokens,
        )
        said = prompt.messages() if self._limits.uses_tokens else []
        return MadePrompt(prompt, given, sum(tokens_of(each["content"]) for each in said))

    def to_show(self, message: Message) -> ShownPrompt:
        """The prompt for the message's owner. What is served no more has its place in it, and no text.

        Raises `AnswerWithheld`, and what the table and the vector stores raise.
        """
        served = self._passages.read(message.rests_on)
        if message.status is MessageStatus.WITHHELD or served.withdrawn(message.rests_on):
            raise AnswerWithheld("withheld: a document that the answer was made from was deleted; ask again")
        texts = self._passages.texts(message.references, served)
        turns = self._turns(message)
        prompt = Prompt(
            question=message.question, passages=[_passage(each, texts) for each in message.references], turns=turns
        )
        # Whoever is given a prompt has read something of it.
        is_written = message.used is not None and message.used.tokens_in > 0
        passages = [_given(each, texts) for each in message.references]
        is_current = all(each.state is CitationState.CURRENT for each in passages)
        return ShownPrompt(
            chat_id=message.chat_id,
            message_id=message.id,
            generator=message.generator,
            messages=[PromptMessage.model_validate(said) for said in prompt.messages()] if is_written else [],
            passages=passages,
            whole=is_current and len(turns) == len(message.earlier),
        )

    def _turns(self, message: Message) -> list[Turn]:
        """The earlier answers as they were given: one that was made anew since rests on what is not noted here."""
        found = ((each, self._table.message(message.owner, message.chat_id, each.id)) for each in message.earlier)
        same = [earlier for each, earlier in found if earlier is not None and earlier.attempt == each.attempt]
        whole = [each for each in same if each.status is MessageStatus.COMPLETE]
        return [Turn(each.question, text) for each, text in self._reading.plain(whole) if text]


def _passage(reference: Reference, texts: Mapping[Reference, Hit]) -> PromptPassage:
    hit = texts.get(reference)
    if hit is None:
        return PromptPassage(reference.key, NOT_SERVED)
    return PromptPassage(reference.key, hit.text, hit.title, hit.heading, reference.place)


def _given(reference: Reference, texts: Mapping[Reference, Hit]) -> GivenPassage:
    hit = texts.get(reference)
    return GivenPassage(
        key=reference.key,
        doc_hash=reference.doc_hash,
        version=reference.version,
        chunk_id=reference.chunk_id,
        # Nothing of it is withdrawn: that would be withheld.
        state=CitationState.CURRENT if hit else CitationState.SUPERSEDED,
        title=hit.title if hit else None,
    )
