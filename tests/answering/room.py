"""A shelf of documents in memory, a chat, and the states of `answer` with whatever generator a test has."""

from collections.abc import Callable, Iterator, Sequence

from bloomweaver.answering.fence import Fence, Verdict
from bloomweaver.answering.generation import Generation
from bloomweaver.answering.ports import Event, Generator, GeneratorLimits
from bloomweaver.answering.prices import TokenPrices
from bloomweaver.answering.prompt import Prompt
from bloomweaver.answering.prompting import Prompting
from bloomweaver.answering.reading import Reading
from bloomweaver.answering.retrieval import Retrieval
from bloomweaver.answering.served import ServedPassages
from bloomweaver.answering.storing import Storing
from bloomweaver.chats.allowance import Allowance, count_tokens
from bloomweaver.chats.answers import ShownMessage, ShownPrompt
from bloomweaver.chats.desk import Desk
from bloomweaver.chats.message import Message, Used
from bloomweaver.chats.ports import AnswerTask, task_of
from bloomweaver.chats.requests import NewChat
from bloomweaver.errors import StorageUnavailable
from bloomweaver.models.record import Operation, Status
from bloomweaver.ports import EncodedQuery
from tests.chats.memory_chats import NO_LIMITS, OWNER, MemoryAnswerRuns, MemoryChats, MemoryUsage
from tests.fakes import INDEX, MemoryEpochs, MemoryIndexes, MemoryStandings, Ticks, memory_stores
from tests.search.shelf import Shelf

LIMITS = GeneratorLimits(context_tokens=4000, answer_tokens=500, reads_earlier_answers=True)
Script = Callable[[Prompt], Iterator[Event]]


class Scripted:
    """Implements `Generator`: writes what the test says, and keeps the prompts."""

    name = "scripted"

    def __init__(self, script: Script) -> None:
        self.script = script
        self.prompts: list[Prompt] = []

    def answer(self, prompt: Prompt) -> Iterator[Event]:
        self.prompts.append(prompt)
        yield from self.script(prompt)


class Watchers:
    """Implements `Listeners`: keeps what they were told."""

    def __init__(self) -> None:
        self.told: list[Message] = []

    def tell(self, message: Message) -> None:
        self.told.append(message)


class Metered:
    """Implements `Meter`, and keeps what was new to it."""

    def __init__(self, table: MemoryUsage) -> None:
        self.table = table
        self.counted: list[Used] = []
        self.failing = False

    def count(self, message: Message, used: Used) -> None:
        if self.failing:
            raise StorageUnavailable("nothing is counted today")
        if count_tokens(self.table, message, used):
            self.counted.append(used)


class WordEncoder:
    """Implements `TextEncoder`: a text's vector says which of some words it has."""

    WORDS = ("tide", "tables", "cabinet", "harbour", "moon", "boat", "price")

    def encode_query(self, text: str) -> EncodedQuery:
        return EncodedQuery(self._vector(text))

    def encode_passages(self, texts: Sequence[str]) -> list[list[float]]:
        return [self._vector(text) for text in texts]

    def _vector(self, text: str) -> list[float]:
        return [float(word in text.lower()) for word in self.WORDS] + [0.1]


class Room:
    """One owner's chats, with documents."""

    def __init__(
        self, generator: Generator, *, limits: GeneratorLimits = LIMITS, prices: TokenPrices | None = None
    ) -> None:
        self.shelf = Shelf()
        self.table = MemoryChats()
        self.usage = MemoryUsage()
        self.meter = Metered(self.usage)
        self.runs = MemoryAnswerRuns()
        self.clock = Ticks()
        self.allowance = Allowance(self.usage, self.clock, NO_LIMITS)
        self.watchers = Watchers()
        self.now = 1_000_000.0
        self.monotonic = 0.0
        standings = MemoryStandings(self.shelf.records, MemoryEpochs())
        passages = ServedPassages(standings, memory_stores({INDEX: self.shelf.vectors}, MemoryIndexes()))
        self.reading = Reading(passages, self.clock)
        self.retrieval = Retrieval(self.table, self.shelf.search, self.reading, limits, self.clock)
        self.prompting = Prompting(self.table, passages, self.reading, limits)
        self.generation = Generation(
            self.table,
            self.prompting,
            generator,
            self.meter,
            self.watchers,
            self.clock,
            seconds=60.0,
            prices=prices,
            monotonic=lambda: self.monotonic,
        )
        self.fence = Fence(self.table, standings, self.clock)
        self.storing = Storing(self.table, self.clock)

    def desk(self, owner: str = OWNER) -> Desk:
        """Whose chats they are."""
        return Desk(
            self.table,
            self.runs,
            self.allowance,
            self.clock,
            owner=owner,
            role="viewer",
            kept_days=30,
            seconds=lambda: self.now,
        )

    def chat(self, **asked: object) -> str:
        """The id of a new chat."""
        return self.desk().open(NewChat.model_validate(asked)).id

    def ask(self, question: str, chat_id: str | None = None) -> AnswerTask:
        """Ask, without an answer yet."""
        return task_of(self.desk().ask(chat_id or self.chat(), question))

    def run(self, task: AnswerTask) -> ShownMessage:
        """Answer, as the state machine does."""
        while True:
            self.retrieval.run(task)
            self.generation.run(task)
            if self.fence.run(task) is Verdict.STANDS:
                break
        self.storing.end(task)
        return self.read(task)

    def answer(self, question: str, chat_id: str | None = None) -> ShownMessage:
        """Ask, and read the answer."""
        return self.run(self.ask(question, chat_id))

    def kept(self, task: AnswerTask) -> Message:
        """The message as it is kept."""
        message = self.table.message(task.owner, task.chat_id, task.message_id)
        assert message is not None
        return message

    def read(self, task: AnswerTask) -> ShownMessage:
        """The message as it is shown now."""
        [shown] = self.reading.shown([self.kept(task)])
        return shown

    def prompt(self, task: AnswerTask) -> ShownPrompt:
        """What the message was made from, as it is shown now."""
        return self.prompting.to_show(self.kept(task))

    def delete(self, doc_hash: str) -> None:
        """Accept the deletion of a document, as the webhook does: nothing has run yet."""
        record = self.shelf.records.records[doc_hash]
        version = record.version + 1
        self.shelf.records.records[doc_hash] = record.model_copy(
            update={
                "version": version,
                "deleted_version": version,
                "operation": Operation.DELETE,
                "status": Status.DELETING,
            }
        )

    def send_again(self, doc_hash: str, text: str) -> None:
        """Publish a document anew, after its deletion or not."""
        record = self.shelf.records.records[doc_hash]
        self.shelf.put(doc_hash, text, 1.0, record.version + 1)
        made = self.shelf.records.records[doc_hash]
        self.shelf.records.records[doc_hash] = made.model_copy(update={"deleted_version": record.deleted_version})
