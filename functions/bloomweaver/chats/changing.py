"""How a message or a chat changes: read it, let a rule say what it becomes, store that if nobody was faster."""

from collections.abc import Callable

from bloomweaver.chats.chat import Chat
from bloomweaver.chats.message import Message
from bloomweaver.chats.ports import ChatTable
from bloomweaver.errors import RecordContended, UnknownChat, UnknownMessage

ATTEMPTS = 10
"""Each lost race means that another writer got through, so a few are plenty."""


def change_message(
    table: ChatTable, owner: str, chat_id: str, message_id: str, rule: Callable[[Message], Message]
) -> Message:
    """Replace the message by what `rule` makes of it, and return that. A rule that returns its argument changes
    nothing.

    Raises what the rule raises, `UnknownMessage`, `RecordContended` and `StorageUnavailable`.
    """
    for _ in range(ATTEMPTS):
        current = table.message(owner, chat_id, message_id)
        if current is None:
            raise UnknownMessage(f"the chat has no message '{message_id}'")
        changed = rule(current)
        if changed is current:
            return current
        changed = changed.model_copy(update={"revision": current.revision + 1})
        if table.put_message(changed, current):
            return changed
    raise RecordContended(f"{ATTEMPTS} attempts to change a message each met another writer")


def change_chat(table: ChatTable, owner: str, chat_id: str, rule: Callable[[Chat], Chat]) -> Chat:
    """Replace the chat by what `rule` makes of it, and return that.

    Raises what the rule raises, `UnknownChat`, `RecordContended` and `StorageUnavailable`.
    """
    for _ in range(ATTEMPTS):
        current = table.chat(owner, chat_id)
        if current is None:
            raise UnknownChat("there is no such chat")
        changed = rule(current).model_copy(update={"revision": current.revision + 1})
        if table.put_chat(changed, current):
            return changed
    raise RecordContended(f"{ATTEMPTS} attempts to change a chat each met another writer")
