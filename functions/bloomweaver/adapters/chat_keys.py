"""Keys of the table of chats: see `dynamodb_chats`."""

from typing import Any

from bloomweaver.chats.ports import MessagePlace

NOTED = "document#"
_CHAT = "chat#"
_MESSAGE = "message#"


def key(owner: str, item: str) -> dict[str, Any]:
    """Of an item."""
    return {"owner": {"S": owner}, "item": {"S": item}}


def chat_item(chat_id: str) -> str:
    """What a chat is called in its owner's partition."""
    return f"{_CHAT}{chat_id}"


def message_item(chat_id: str, message_id: str) -> str:
    """What a message is called in its owner's partition. Without its id: what all of the chat begin with."""
    return f"{_MESSAGE}{chat_id}#{message_id}"


def message_place(item: dict[str, Any]) -> MessagePlace:
    """Which message an item is of."""
    return MessagePlace(item["owner"]["S"], *item["item"]["S"].removeprefix(_MESSAGE).split("#"))


def changed_chat(item: dict[str, Any]) -> tuple[str, str] | None:
    """Which chat an item is, by owner and id; none if it is something else."""
    name: str = item["item"]["S"]
    return (item["owner"]["S"], name.removeprefix(_CHAT)) if name.startswith(_CHAT) else None


def changed_message(item: dict[str, Any]) -> MessagePlace | None:
    """Which message an item is; none if it is something else."""
    return message_place(item) if item["item"]["S"].startswith(_MESSAGE) else None


def noted(doc_hash: str) -> str:
    """The partition of what may rest on a document."""
    return f"{NOTED}{doc_hash}"


def noted_place(place: MessagePlace) -> str:
    """What a message is called in such a partition."""
    return f"{place.owner}#{place.chat_id}#{place.message_id}"


def of_noted_place(item: str) -> MessagePlace:
    """Which message is called that."""
    return MessagePlace(*item.split("#"))
