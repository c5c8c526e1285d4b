"""Messages as they are shown: put together from references, and checked, each time they are read."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bloomweaver.answering.served import Served, ServedPassages
from bloomweaver.chats.answers import Citation, CitationState, ShownMessage
from bloomweaver.chats.lost import LOST
from bloomweaver.chats.message import Cited, Failure, Message, MessageStatus, Part, Quoted, Reference, Words
from bloomweaver.models.chunk import Hit
from bloomweaver.ports import Clock

READ_AGAIN_MAX = 3
"""How often records are read again, since a document was replaced before its passages were read."""
NO_ANSWER_TEXT = "The documents do not say."
NOT_SERVED = "[…]"
"""Stands for a quote of a version that is served no more."""
WITHHELD = Failure(type="Withheld", message="a document that this answer was made from was deleted; ask again")


@dataclass
class _Assembled:
    """An answer's text, and where which passage is cited in it."""

    text: str = ""
    places: dict[tuple[int, int, int], list[int]] = field(default_factory=dict)
    """By reference, and of a quote by its start and end: where in the text it is cited. A whole passage has 0 and 0."""

    def cite(self, reference: int, start: int = 0, end: int = 0) -> None:
        """Put the number of a citation to the end of the text."""
        at = self.places.setdefault((reference, start, end), [])
        at.append(len(self.text))
        number = list(self.places).index((reference, start, end)) + 1
        self.text += f"[{number}]"


class Reading:
    """Shows messages."""

    def __init__(self, passages: ServedPassages, clock: Clock) -> None:
        self._passages = passages
        self._clock = clock

    def shown(self, messages: Iterable[Message]) -> list[ShownMessage]:
        """The messages as they may be shown now. Raises `StorageUnavailable` and what the vector stores raise."""
        messages = list(messages)
        served, texts = self._read(messages)
        return [self._shown(each, served, texts) for each in messages]

    def plain(self, messages: Iterable[Message]) -> list[tuple[Message, str]]:
        """The answers that still stand, each with its text without citations; in the order of the messages."""
        messages = list(messages)
        served, texts = self._read(messages)
        return [(each, _without_citations(each, texts)) for each in messages if not served.withdrawn(each.rests_on)]

    def _read(self, messages: Sequence[Message]) -> tuple[Served, Mapping[Reference, Hit]]:
        """What is served of what the messages rest on, with the passages that they cite."""
        documents = {doc_hash for each in messages for doc_hash in each.rests_on}
        for _ in range(READ_AGAIN_MAX):
            served = self._passages.read(documents)
            standing = [each for each in messages if not served.withdrawn(each.rests_on)]
            cited = [each.references[number] for each in standing for number in _cited(each.parts)]
            texts = self._passages.texts(cited, served)
            current = {each for each in cited if served.state(each.doc_hash, each.version) is CitationState.CURRENT}
            if current <= texts.keys():
                break
        return served, texts

    def _shown(self, message: Message, served: Served, texts: Mapping[Reference, Hit]) -> ShownMessage:
        status, error, ended_at = message.status_at(self._clock()), message.error, message.ended_at
        if status is not message.status:
            error, ended_at = LOST, message.started_at
        assembled = _assembled(message, texts)
        text, citations = assembled.text, _citations(message, assembled, served, texts)
        if status is MessageStatus.NO_ANSWER:
            text = NO_ANSWER_TEXT
        if status is MessageStatus.WITHHELD or served.withdrawn(message.rests_on):
            text = ""
            if status is MessageStatus.RUNNING:
                citations = []  # the fence has it made anew
            else:
                status, error = MessageStatus.WITHHELD, WITHHELD
                citations = [each.model_copy(update=_NOTHING_OF_IT) for each in citations]
        superseded = (
            served.state(doc_hash, version) is CitationState.SUPERSEDED
            for doc_hash, version in message.rests_on.items()
        )
        return ShownMessage(
            chat_id=message.chat_id,
            message_id=message.id,
            status=status,
            question=message.question,
            text=text,
            citations=citations,
            rests_on_superseded=any(superseded),
            generator=message.generator,
            attempt=message.attempt,
            used=message.used,
            error=error,
            feedback=message.feedback,
            asked_at=message.asked_at,
            started_at=message.started_at,
            ended_at=ended_at,
        )


_NOTHING_OF_IT: dict[str, Any] = {"title": None, "heading": None, "quote": None, "at": []}


def _cited(parts: Iterable[Part]) -> Iterable[int]:
    for part in parts:
        match part:
            case Cited():
                yield from part.references
            case Quoted():
                yield part.reference


def _assembled(message: Message, texts: Mapping[Reference, Hit]) -> _Assembled:
    found = _Assembled()
    for part in message.parts:
        match part:
            case Words():
                found.text += part.text
            case Cited():
                for reference in part.references:
                    found.cite(reference)
            case Quoted():
                found.text += f"{_quote(message, part, texts) or NOT_SERVED} "
                found.cite(part.reference, part.start, part.end)
    return found


def _without_citations(message: Message, texts: Mapping[Reference, Hit]) -> str:
    said = (
        part.text if isinstance(part, Words) else _quote(message, part, texts)
        for part in message.parts
        if not isinstance(part, Cited)
    )
    return "".join(text or "" for text in said).strip()


def _quote(message: Message, part: Quoted, texts: Mapping[Reference, Hit]) -> str | None:
    hit = texts.get(message.references[part.reference])
    return hit.text[part.start : part.end] if hit else None


def _citations(
    message: Message, assembled: _Assembled, served: Served, texts: Mapping[Reference, Hit]
) -> list[Citation]:
    found: list[Citation] = []
    for number, ((place, start, end), at) in enumerate(assembled.places.items(), 1):
        reference = message.references[place]
        hit = texts.get(reference)
        found.append(
            Citation(
                number=number,
                doc_hash=reference.doc_hash,
                version=reference.version,
                chunk_id=reference.chunk_id,
                state=served.state(reference.doc_hash, reference.version),
                title=hit.title if hit else None,
                heading=hit.heading if hit else None,
                quote=(hit.text[start:end] if end else hit.text) if hit else None,
                at=at,
            )
        )
    return found
