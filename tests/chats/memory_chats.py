"""Chats in memory."""

from collections.abc import Callable, Collection, Iterable, Mapping

from bloomweaver.chats.allowance import AllowanceLimits
from bloomweaver.chats.chat import Chat
from bloomweaver.chats.message import Message, MessageStatus
from bloomweaver.chats.ports import (
    AnswerTask,
    ChatItems,
    ChatPage,
    MessagePage,
    MessagePlace,
    RestNote,
    place_of,
)
from bloomweaver.errors import StorageUnavailable

OWNER = "0" * 32
NOW = "2026-01-01T00:00:00.000000+00:00"


class MemoryChats:
    """Implements `ChatTable` and `ChatItemsTable`."""

    def __init__(self) -> None:
        self.all_chats: dict[tuple[str, str], Chat] = {}
        self.all_messages: dict[tuple[str, str, str], Message] = {}
        self.rests: dict[tuple[str, MessagePlace], int] = {}
        self.failing_notes = False
        self.written: list[Message] = []
        """Every state of a message that was stored, in order."""

    def chat(self, owner: str, chat_id: str) -> Chat | None:
        return self.all_chats.get((owner, chat_id))

    def chats(
        self, owner: str, limit: int, cursor: str | None, *, wanted: Callable[[Chat], bool], look_at: int
    ) -> ChatPage:
        own = sorted((chat for chat in self.all_chats.values() if chat.owner == owner), key=lambda chat: chat.active_at)
        start = int(cursor or 0)
        newest_first = own[::-1]
        places = range(start, min(start + look_at, len(newest_first)))
        found = [place for place in places if wanted(newest_first[place])]
        end = found[limit - 1] + 1 if len(found) > limit else places.stop
        page = [newest_first[place] for place in found[:limit]]
        return ChatPage(page, str(end) if end < len(newest_first) else None)

    def put_chat(self, chat: Chat, replaces: Chat | None) -> bool:
        current = self.all_chats.get((chat.owner, chat.id))
        if (current.revision if current else None) != (replaces.revision if replaces else None):
            return False
        self.all_chats[chat.owner, chat.id] = chat
        return True

    def message(self, owner: str, chat_id: str, message_id: str) -> Message | None:
        return self.all_messages.get((owner, chat_id, message_id))

    def messages(
        self, owner: str, chat_id: str, limit: int, cursor: str | None, *, newest_first: bool = False
    ) -> MessagePage:
        of_chat = sorted(key[2] for key in self.all_messages if key[:2] == (owner, chat_id))
        ids = of_chat[::-1] if newest_first else of_chat
        following = [id_ for id_ in ids if cursor is None or ((id_ < cursor) if newest_first else (id_ > cursor))]
        page = following[:limit]
        found = [self.all_messages[owner, chat_id, id_] for id_ in page]
        return MessagePage(found, page[-1] if len(following) > limit else None)

    def put_message(self, message: Message, replaces: Message) -> bool:
        key = (message.owner, message.chat_id, message.id)
        current = self.all_messages.get(key)
        if current is None or current.revision != replaces.revision:
            return False
        self._keep(message)
        return True

    def ask(self, chat: Chat, replaces: Chat, message: Message) -> bool:
        if (message.owner, message.chat_id, message.id) in self.all_messages or not self.put_chat(chat, replaces):
            return False
        self._keep(message)
        return True

    def delete(self, owner: str, chat_id: str) -> None:
        self.all_chats.pop((owner, chat_id), None)
        for key in [key for key in self.all_messages if key[:2] == (owner, chat_id)]:
            self.rests = {noted: version for noted, version in self.rests.items() if noted[1] != MessagePlace(*key)}
            del self.all_messages[key]

    def note_rests(self, message: Message, rests_on: Mapping[str, int]) -> None:
        if self.failing_notes:
            raise StorageUnavailable("no notes today")
        place = MessagePlace(message.owner, message.chat_id, message.id)
        self.rests |= {(doc_hash, place): version for doc_hash, version in rests_on.items()}

    def resting_on(self, doc_hash: str, below: int) -> list[MessagePlace]:
        found = [place for (noted, place), version in self.rests.items() if noted == doc_hash and version < below]
        return found[:2]

    def forget_rest(self, doc_hash: str, below: int, place: MessagePlace) -> None:
        if self.rests.get((doc_hash, place), below) < below:
            del self.rests[doc_hash, place]

    def running_since(self, before: str, most: int) -> list[MessagePlace]:
        running = [each for each in self.all_messages.values() if each.status is MessageStatus.RUNNING]
        late = sorted((each for each in running if each.started_at < before), key=lambda each: each.started_at)
        return [place_of(each) for each in late[:most]]

    def scan(self, limit: int, cursor: str | None) -> ChatItems:
        messages = [self.all_messages[key] for key in sorted(self.all_messages)]
        notes = [RestNote(doc_hash, place) for doc_hash, place in self.rests]
        start = int(cursor or 0)
        items = [*messages, *notes]
        page = items[start : start + limit]
        more = len(items) > start + limit
        return ChatItems(
            [each for each in page if isinstance(each, Message)],
            [each for each in page if isinstance(each, RestNote)],
            len(page),
            str(start + limit) if more else None,
        )

    def existing_chats(self, chats: Collection[tuple[str, str]]) -> set[tuple[str, str]]:
        return {each for each in chats if each in self.all_chats}

    def messages_at(self, places: Collection[MessagePlace]) -> dict[MessagePlace, Message]:
        found = {place_of(each): each for each in self.all_messages.values()}
        return {place: found[place] for place in places if place in found}

    def forget_rests(self, place: MessagePlace, doc_hashes: Iterable[str]) -> None:
        for doc_hash in doc_hashes:
            self.rests.pop((doc_hash, place), None)

    def _keep(self, message: Message) -> None:
        # As it comes back from a table: what cannot be kept as JSON is found out.
        kept = Message.model_validate_json(message.model_dump_json())
        assert kept == message
        self.all_messages[message.owner, message.chat_id, message.id] = kept
        self.written.append(kept)


class MemoryUsage:
    """Implements `UsageTable`."""

    def __init__(self) -> None:
        self.places: dict[tuple[str, str], int] = {}
        self.used: dict[tuple[str, str], int] = {}
        self.added: set[str] = set()

    def take_place(self, owner: str, minute: str, of: int) -> bool:
        taken = self.places.get((owner, minute), 0)
        if taken >= of:
            return False
        self.places[owner, minute] = taken + 1
        return True

    def tokens(self, owner: str, day: str) -> int:
        return self.used.get((owner, day), 0)

    def add_tokens(self, owner: str, day: str, written: str, tokens: int) -> bool:
        if written in self.added:
            return False
        self.added.add(written)
        self.used[owner, day] = self.tokens(owner, day) + tokens
        return True


NO_LIMITS = AllowanceLimits(questions_per_minute=0, tokens_per_day=0)


class MemoryAnswerRuns:
    """Implements `AnswerRuns`: notes what was started."""

    def __init__(self) -> None:
        self.started: dict[str, AnswerTask] = {}
        self.failing = False

    def start(self, name: str, task: AnswerTask) -> None:
        if self.failing:
            raise StorageUnavailable("no runs today")
        self.started[name] = task
