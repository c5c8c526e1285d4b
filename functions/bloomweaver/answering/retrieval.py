"""The Retrieve state: the passages that an answer is made from, chosen and noted by reference."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bloomweaver.answering.follow_up import made_whole
from bloomweaver.answering.keys import new_keys
from bloomweaver.answering.passages import PromptPassage, together
from bloomweaver.answering.ports import GeneratorLimits
from bloomweaver.answering.prompt import INSTRUCTIONS, tokens_of, within_budget
from bloomweaver.answering.reading import Reading
from bloomweaver.answering.working import Working
from bloomweaver.chats.message import EarlierAnswer, Message, MessageStatus, Reference, resting_on
from bloomweaver.chats.ports import AnswerTask, ChatTable, place_of
from bloomweaver.errors import AnswerOvertaken
from bloomweaver.ports import Clock
from bloomweaver.search.answer import SearchHit
from bloomweaver.search.request import QUERY_MAX_CHARACTERS, SearchRequest
from bloomweaver.search.search import Search

PASSAGES_MAX = 12
"""Passages that a generator is given, at most."""
TURNS_MAX = 4
"""Earlier questions that it is given, at most."""
TURNS_SHARE = 0.25
"""The part of the budget that they may take."""


@dataclass(frozen=True)
class Retrieved:
    """What the state came to."""

    passages: int
    dropped: int
    """Hits that the indexes held and that may not be shown."""


class Retrieval:
    """Chooses passages."""

    def __init__(
        self, table: ChatTable, search: Search, reading: Reading, limits: GeneratorLimits, clock: Clock
    ) -> None:
        self._table = table
        self._search = search
        self._reading = reading
        self._limits = limits
        self._clock = clock

    def run(self, task: AnswerTask) -> Retrieved:
        """Choose the passages of a message's answer.

        Raises `AnswerOvertaken`, and what a search and the table raise.
        """
        working = Working(self._table, task, self._clock)
        message = working.message()
        chat = self._table.chat(task.owner, task.chat_id)
        if chat is None:
            raise AnswerOvertaken("the chat was deleted")
        earlier = self._earlier(message)
        looked_for = made_whole(message.question, [each.question for each in earlier], QUERY_MAX_CHARACTERS)
        request = SearchRequest(
            query=looked_for,
            top_k=PASSAGES_MAX,
            folder=chat.folder,
            filter=chat.filter,
        )
        found = self._search.run(request, message.role)
        budget = self._limits.context_tokens - self._limits.answer_tokens
        budget -= tokens_of(INSTRUCTIONS) + tokens_of(message.question)
        turns = self._turns(earlier, int(budget * TURNS_SHARE)) if self._limits.reads_earlier_answers else []
        budget -= sum(tokens_of(each.question) + tokens_of(text) for each, text in turns)
        references = _chosen(found.answer.results, budget)
        rests_on = resting_on(references, *(each.rests_on for each, _ in turns))
        # Before anything is made of the passages: the run of a deletion finds by it what it has to erase.
        self._table.note_rests(message, rests_on)
        chosen = {
            "looked_for": looked_for,
            "references": tuple(references),
            "earlier": tuple(EarlierAnswer(id=each.id, attempt=each.attempt) for each, _ in turns),
            "rests_on": rests_on,
            "parts": (),
            "ending": None,
        }
        try:
            working.change(lambda current: current.model_copy(update=chosen))
        except AnswerOvertaken:
            if self._table.message(task.owner, task.chat_id, task.message_id) is None:
                # Whoever deleted the chat could not know of these.
                self._table.forget_rests(place_of(message), rests_on)
            raise
        return Retrieved(len(references), found.dropped)

    def _earlier(self, message: Message) -> list[Message]:
        """The questions that were asked before this one, the oldest first."""
        page = self._table.messages(message.owner, message.chat_id, TURNS_MAX, cursor=message.id, newest_first=True)
        return page.messages[::-1]

    def _turns(self, earlier: Sequence[Message], tokens: int) -> list[tuple[Message, str]]:
        """The latest of the earlier messages that have a whole answer which still stands, as many as fit."""
        shown = self._reading.plain(each for each in earlier if each.status is MessageStatus.COMPLETE)
        newest_first = [(each, text) for each, text in reversed(shown) if text]
        number = within_budget((f"{each.question}\n{text}" for each, text in newest_first), tokens)
        return newest_first[:number][::-1]


def _chosen(hits: Iterable[SearchHit], tokens: int) -> list[Reference]:
    """The best of the hits that fit into the budget together, with keys; no text twice."""
    distinct: dict[str, SearchHit] = {}
    for hit in hits:
        distinct.setdefault(" ".join(hit.text.split()), hit)
    passages: list[PromptPassage] = []
    references: list[Reference] = []
    for key, hit in zip(new_keys(), distinct.values(), strict=False):
        reference = Reference(key=key, doc_hash=hit.doc_hash, version=hit.version, chunk_id=hit.chunk_id)
        passages.append(PromptPassage(key, hit.text, hit.title, hit.heading, reference.place))
        if tokens_of(together(passages)) > tokens:
            break
        references.append(reference)
    return references
