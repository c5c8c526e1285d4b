"""Has a set's questions answered by the states of `answer`, in process: documents in LanceDB, the chat in memory."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import cast

from benchmarks.ask.sets import Question, words
from benchmarks.errors import RunError
from benchmarks.retrieval.indexing import DOCUMENT, VERSION, IndexedSet, Model
from bloomweaver.answering.generation import Generation
from bloomweaver.answering.limits import EXTRACTIVE
from bloomweaver.answering.ports import Generator
from bloomweaver.answering.prompting import Prompting
from bloomweaver.answering.reading import Reading
from bloomweaver.answering.retrieval import Retrieval
from bloomweaver.answering.served import ServedPassages
from bloomweaver.answering.storing import Storing
from bloomweaver.chats.chat import Chat, message_id
from bloomweaver.chats.message import Message, MessageStatus, Used
from bloomweaver.chats.ports import AnswerTask, ChatTable, MessagePage, task_of
from bloomweaver.clock import now
from bloomweaver.models.chunk import Candidate
from bloomweaver.search.search import Search
from bloomweaver.settings import Settings

_OWNER = "0" * 32
_CHAT = "0" * 32
_NEVER = 1 << 40
ANSWER_SECONDS = 600.0
"""What is measured is how good an answer is, however long it takes."""
HALF_OF_IT = 0.5
"""A quote that is cut off counts if it has at least this part of the sentence's words."""


@dataclass(frozen=True)
class Answered:
    """What came of a question."""

    question: Question
    answerable: bool
    """Whether the document that answers was in the chat's scope."""
    says_nothing: bool
    """Whether the answer is that the documents do not say."""
    given: tuple[str, ...]
    """The passages that the generator was given."""
    quotes: tuple[str, ...]
    not_literal: int
    """How many quotes do not stand in the passage that they are cited with, as the index has it."""
    not_given: int
    """How many citations are of passages that the generator was not given."""

    @property
    def was_given(self) -> bool:
        """Whether a passage with a sentence that answers was among those given."""
        return any(words(answer) in words(text) for answer in self.question.answers for text in self.given)

    @property
    def is_quoted(self) -> bool:
        """Whether a sentence that answers is quoted: all of it, or one half at least."""
        quotes = [words(quote) for quote in self.quotes]
        return any(_covers(quote, words(answer)) for quote in quotes for answer in self.question.answers)


class Answers:
    """Answers questions of one set, one after the other."""

    def __init__(self, indexed: IndexedSet, model: Model, generator: Generator) -> None:
        self._document_of = {id_: doc_hash for doc_hash, id_ in indexed.documents.items()}
        table = cast(ChatTable, _OneQuestion())
        passages = ServedPassages(indexed.standings, indexed.stores)
        search = Search(
            indexed.standings,
            indexed.stores,
            lambda _: model,
            depth=int(Settings.model_fields["search_depth"].default),
            candidates_max=int(Settings.model_fields["search_candidates_max"].default),
        )
        self._table = table
        self._store = indexed.store
        self._reading = Reading(passages, now)
        self._retrieval = Retrieval(table, search, self._reading, EXTRACTIVE, now)
        prompting = Prompting(table, passages, self._reading, EXTRACTIVE)
        self._generation = Generation(table, prompting, generator, _Nobody(), _Nobody(), now, seconds=ANSWER_SECONDS)
        self._storing = Storing(table, now)

    def answer(self, question: Question, *, answerable: bool) -> Answered:
        """The answer in a chat about all documents, or about all but the one that answers. Raises `RunError` if it is
        neither an answer nor that there is none."""
        task = self._ask(question, answerable=answerable)
        self._retrieval.run(task)
        self._generation.run(task)
        self._storing.end(task)
        message = self._table.message(task.owner, task.chat_id, task.message_id)
        assert message is not None
        [shown] = self._reading.shown([message])
        if shown.status not in (MessageStatus.COMPLETE, MessageStatus.NO_ANSWER):
            raise RunError(f"the answer to {question.text!r} is {shown.status}: {shown.error}")
        given = self._stored((each.doc_hash, each.chunk_id) for each in message.references)
        cited = [(each.doc_hash, each.chunk_id) for each in shown.citations]
        stored = self._stored(cited)
        return Answered(
            question=question,
            answerable=answerable,
            says_nothing=shown.status is MessageStatus.NO_ANSWER,
            given=tuple(given.values()),
            quotes=tuple(each.quote or "" for each in shown.citations),
            not_literal=sum(
                not each.quote or each.quote not in stored.get(place, "")
                for each, place in zip(shown.citations, cited, strict=True)
            ),
            not_given=sum(place not in given for place in cited),
        )

    def _stored(self, places: Iterable[tuple[str, str]]) -> dict[tuple[str, str], str]:
        """The texts of passages as the index has them, by document and passage."""
        candidates = [
            Candidate(id=f"{doc_hash}#{chunk_id}", doc_hash=doc_hash, version=VERSION, score=0.0)
            for doc_hash, chunk_id in dict.fromkeys(places)
        ]
        return {(hit.doc_hash, hit.chunk_id): hit.text for hit in self._store.complete(candidates)}

    def _ask(self, question: Question, *, answerable: bool) -> AnswerTask:
        document = self._document_of[question.document]
        at = now()
        chat = Chat(
            owner=_OWNER,
            id=_CHAT,
            filter=None if answerable else {DOCUMENT: {"$ne": document}},
            serial=1,
            created_at=at,
            active_at=at,
            expires_at=_NEVER,
        )
        message = Message(
            owner=_OWNER,
            chat_id=_CHAT,
            id=message_id(1),
            question=question.text,
            asked_at=at,
            started_at=at,
            updated_at=at,
            expires_at=_NEVER,
        )
        self._table.ask(chat, chat, message)
        return task_of(message)


class _OneQuestion:
    """The part of `ChatTable` that answering needs, with one question in one chat."""

    def __init__(self) -> None:
        self._chat: Chat | None = None
        self._message: Message | None = None

    def chat(self, owner: str, chat_id: str) -> Chat | None:
        return self._chat

    def ask(self, chat: Chat, replaces: Chat, message: Message) -> bool:
        self._chat, self._message = chat, message
        return True

    def message(self, owner: str, chat_id: str, message_id: str) -> Message | None:
        return self._message

    def messages(
        self, owner: str, chat_id: str, limit: int, cursor: str | None, *, newest_first: bool = False
    ) -> MessagePage:
        return MessagePage([], None)

    def put_message(self, message: Message, replaces: Message) -> bool:
        self._message = message
        return True

    def note_rests(self, message: Message, rests_on: Mapping[str, int]) -> None:
        pass


class _Nobody:
    """Implements `Listeners` and `Meter`: nobody watches, and nobody counts."""

    def tell(self, message: Message) -> None:
        pass

    def count(self, message: Message, used: Used) -> None:
        pass


def _covers(quote: str, answer: str) -> bool:
    return answer in quote or (quote in answer and len(quote.split()) >= HALF_OF_IT * len(answer.split()) > 0)
