"""What the owner of chats does with them: the rules behind the routes."""

import time
import uuid
from collections.abc import Callable
from functools import partial
from typing import Any

from bloomweaver.chats.allowance import Allowance
from bloomweaver.chats.changing import change_chat, change_message
from bloomweaver.chats.chat import Chat, is_chat_id, is_message_id, message_id
from bloomweaver.chats.finding import has_words, words_of
from bloomweaver.chats.message import Failure, Feedback, Message, MessageStatus
from bloomweaver.chats.ports import AnswerRuns, ChatPage, ChatTable, MessagePage, task_of
from bloomweaver.chats.requests import ChatPatch, NewChat, NewFeedback
from bloomweaver.errors import AnswerRunning, NotRunning, RecordContended, TransientError, UnknownChat, UnknownMessage
from bloomweaver.ports import Clock

TITLE_CHARACTERS = 80
"""Of the first question, that are a chat's title where it has none."""
LOOKED_AT = 500
"""Chats that a page of a search looks at, at most."""
_DAY = 86400
STOPPED = Failure(type="Stopped", message="you stopped it")
NOT_STARTED = Failure(type="NotStarted", message="its run could not be started; ask again")


class Desk:
    """The chats of one subject."""

    def __init__(
        self,
        table: ChatTable,
        runs: AnswerRuns,
        allowance: Allowance,
        clock: Clock,
        *,
        owner: str,
        role: str,
        kept_days: int,
        new_id: Callable[[], str] = lambda: uuid.uuid4().hex,
        seconds: Callable[[], float] = time.time,
    ) -> None:
        """Chats are kept for `kept_days` after they were last asked, messages after they were."""
        self._table = table
        self._runs = runs
        self._allowance = allowance
        self._clock = clock
        self._owner = owner
        self._role = role
        self._kept_days = kept_days
        self._new_id = new_id
        self._seconds = seconds

    def open(self, asked: NewChat) -> Chat:
        """Make a chat."""
        now = self._clock()
        chat = Chat(
            owner=self._owner,
            id=self._new_id(),
            title=asked.title,
            folder=asked.folder,
            filter=asked.filter,
            created_at=now,
            active_at=now,
            expires_at=self._expiry(),
        )
        if not self._table.put_chat(chat, None):
            raise RecordContended("the id of a new chat was taken")
        return chat

    def chats(self, limit: int, cursor: str | None, title: str | None = None) -> ChatPage:
        """One's own chats; with `title` those that have all its words in theirs. Raises `InvalidCursor`."""
        words = words_of(title or "")
        return self._table.chats(
            self._owner,
            limit,
            cursor,
            wanted=lambda chat: not self._is_over(chat) and has_words(chat.title, words),
            look_at=LOOKED_AT if words else limit,
        )

    def chat(self, chat_id: str) -> Chat:
        """A chat of one's own. Raises `UnknownChat`."""
        chat = self._table.chat(self._owner, chat_id) if is_chat_id(chat_id) else None
        if chat is None or self._is_over(chat):
            raise UnknownChat("there is no such chat")
        return chat

    def change(self, chat_id: str, patch: ChatPatch) -> Chat:
        """Change its title, or where its later answers are looked for. Raises `UnknownChat`."""
        self.chat(chat_id)
        changes: dict[str, Any] = {name: getattr(patch, name) for name in patch.model_fields_set}
        changes["active_at"] = self._clock()
        return change_chat(self._table, self._owner, chat_id, lambda chat: chat.model_copy(update=changes))

    def delete(self, chat_id: str) -> None:
        """Remove the chat with all that was asked and answered in it. Raises `UnknownChat`."""
        self.chat(chat_id)
        self._table.delete(self._owner, chat_id)

    def ask(self, chat_id: str, question: str) -> Message:
        """Have a question answered. Raises `UnknownChat`, `AnswerRunning`, `LimitReached` and `StorageUnavailable`."""
        chat = self.chat(chat_id)
        now = self._clock()
        if chat.latest is not None:
            latest = self._table.message(self._owner, chat_id, chat.latest)
            if latest is not None and latest.is_running(now):
                raise AnswerRunning("the question before is still being answered: wait for it, or stop it")
        self._allowance.take(self._owner)
        message = Message(
            owner=self._owner,
            chat_id=chat_id,
            id=message_id(chat.serial + 1),
            question=question,
            role=self._role,
            asked_at=now,
            started_at=now,
            updated_at=now,
            expires_at=self._expiry(),
        )
        asked = chat.model_copy(
            update={
                "revision": chat.revision + 1,
                "serial": chat.serial + 1,
                "title": chat.title or _title(question),
                "active_at": now,
                # No message outlives its chat, whatever the setting was when it was asked.
                "expires_at": max(chat.expires_at, self._expiry()),
            }
        )
        if not self._table.ask(asked, chat, message):
            raise AnswerRunning("another question was asked in this chat at the same time")
        self._start(message)
        return message

    def message(self, chat_id: str, message_id: str) -> Message:
        """A message of one's own. Raises `UnknownChat` and `UnknownMessage`."""
        self.chat(chat_id)
        known = is_message_id(message_id)
        message = self._table.message(self._owner, chat_id, message_id) if known else None
        if message is None or message.expires_at <= self._seconds():
            raise UnknownMessage("the chat has no such message")
        return message

    def messages(self, chat_id: str, limit: int, cursor: str | None) -> MessagePage:
        """The messages of a chat. Raises `UnknownChat`."""
        self.chat(chat_id)
        page = self._table.messages(self._owner, chat_id, limit, cursor)
        now = self._seconds()
        return MessagePage([each for each in page.messages if each.expires_at > now], page.cursor)

    def stop(self, chat_id: str, message_id: str) -> Message:
        """End the work on an answer; what was written is kept. Raises as `message` does, and `NotRunning`."""
        self.message(chat_id, message_id)
        return change_message(self._table, self._owner, chat_id, message_id, self._stopped)

    def again(self, chat_id: str, message_id: str) -> Message:
        """Have the same question answered anew, in the place of the answer. Raises as `message` does, `AnswerRunning`,
        `LimitReached` and `StorageUnavailable`."""
        chat = self.chat(chat_id)
        self._anew(self.message(chat_id, message_id), chat)  # before it takes a place
        self._allowance.take(self._owner)
        anew = partial(self._anew, chat=chat)
        message = change_message(self._table, self._owner, chat_id, message_id, anew)
        self._start(message)
        return message

    def feedback(self, chat_id: str, message_id: str, said: NewFeedback) -> Message:
        """Note what the asker thinks of an answer. Raises as `message` does."""
        self.message(chat_id, message_id)
        feedback = Feedback(rating=said.rating, comment=said.comment, at=self._clock())
        return change_message(
            self._table,
            self._owner,
            chat_id,
            message_id,
            lambda message: message.model_copy(update={"feedback": feedback}),
        )

    def _stopped(self, message: Message) -> Message:
        now = self._clock()
        if not message.is_running(now):
            raise NotRunning("the answer is at its end already")
        return _ended(message, MessageStatus.INCOMPLETE, STOPPED, now)

    def _anew(self, message: Message, chat: Chat) -> Message:
        now = self._clock()
        if message.is_running(now):
            raise AnswerRunning("the question is still being answered: wait for it, or stop it")
        empty: dict[str, Any] = {
            "parts": (),
            "references": (),
            "rests_on": {},
            "earlier": (),
            "ending": None,
            "error": None,
        }
        empty |= {"looked_for": None, "used": None, "feedback": None, "ended_at": None, "generator": None}
        return message.model_copy(
            update={
                **empty,
                "status": MessageStatus.RUNNING,
                "attempt": message.attempt + 1,
                "rounds": 0,
                "role": self._role,
                "started_at": now,
                "updated_at": now,
                "expires_at": min(self._expiry(), chat.expires_at),
            }
        )

    def _start(self, message: Message) -> None:
        try:
            self._runs.start(message.run_name, task_of(message))
        except TransientError:
            self._give_up(message)
            raise

    def _give_up(self, message: Message) -> None:
        """Have a message that has no run say so, instead of looking as if it had one."""

        def given_up(current: Message) -> Message:
            if current.attempt != message.attempt or not current.is_running(self._clock()):
                return current
            return _ended(current, MessageStatus.FAILED, NOT_STARTED, self._clock())

        change_message(self._table, message.owner, message.chat_id, message.id, given_up)

    def _expiry(self) -> int:
        return int(self._seconds()) + self._kept_days * _DAY

    def _is_over(self, chat: Chat) -> bool:
        return chat.expires_at <= self._seconds()


def _ended(message: Message, status: MessageStatus, error: Failure, now: str) -> Message:
    return message.model_copy(
        update={"status": status, "error": error, "ending": None, "updated_at": now, "ended_at": now}
    )


def _title(question: str) -> str:
    text = " ".join(question.split())
    return text if len(text) <= TITLE_CHARACTERS else f"{text[: TITLE_CHARACTERS - 1].rstrip()}…"
