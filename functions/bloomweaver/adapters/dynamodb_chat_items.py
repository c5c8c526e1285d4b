"""The table of chats, looked through as a whole: see `dynamodb_chats` for what is in it."""

import json
import time
from collections.abc import Callable, Collection, Sequence
from typing import Any

from bloomweaver.adapters.aws_errors import transient_as
from bloomweaver.adapters.chat_keys import (
    NOTED,
    chat_item,
    key,
    message_item,
    of_noted_place,
)
from bloomweaver.chats.message import Message
from bloomweaver.chats.ports import ChatItems, MessagePlace, RestNote, place_of
from bloomweaver.errors import StorageUnavailable

BATCH_GET_LIMIT = 100


class DynamoDbChatItems:
    """Implements `ChatItemsTable` with a DynamoDB client."""

    def __init__(self, client: Any, table: str, seconds: Callable[[], float] = time.time) -> None:
        self._client = client
        self._table = table
        self._seconds = seconds

    def scan(self, limit: int, cursor: str | None) -> ChatItems:
        """See `ChatItemsTable`."""
        request: dict[str, Any] = {"TableName": self._table, "Limit": limit}
        if cursor is not None:
            request["ExclusiveStartKey"] = key(*json.loads(cursor))
        with transient_as(StorageUnavailable, "looking through chats"):
            answer = self._client.scan(**request)
        now = self._seconds()
        items = [item for item in answer["Items"] if int(item["expires_at"]["N"]) > now]
        last = answer.get("LastEvaluatedKey")
        return ChatItems(
            [Message.model_validate_json(item["message"]["S"]) for item in items if "message" in item],
            [_note(item) for item in items if item["owner"]["S"].startswith(NOTED)],
            len(answer["Items"]),
            json.dumps([last["owner"]["S"], last["item"]["S"]]) if last else None,
        )

    def existing_chats(self, chats: Collection[tuple[str, str]]) -> set[tuple[str, str]]:
        """See `ChatItemsTable`."""
        items = self._get_many([key(owner, chat_item(chat_id)) for owner, chat_id in chats], ["owner", "item"])
        return {(item["owner"]["S"], item["item"]["S"].removeprefix("chat#")) for item in items}

    def messages_at(self, places: Collection[MessagePlace]) -> dict[MessagePlace, Message]:
        """See `ChatItemsTable`."""
        keys = [key(place.owner, message_item(place.chat_id, place.message_id)) for place in places]
        found = [Message.model_validate_json(item["message"]["S"]) for item in self._get_many(keys, ["message"])]
        return {place_of(each): each for each in found}

    def _get_many(self, keys: Sequence[dict[str, Any]], names: Sequence[str]) -> list[dict[str, Any]]:
        """Those of the items that are there, with these attributes (consistent reads)."""
        found: list[dict[str, Any]] = []
        for start in range(0, len(keys), BATCH_GET_LIMIT):
            left: Sequence[dict[str, Any]] = keys[start : start + BATCH_GET_LIMIT]
            while left:
                asked = {
                    "Keys": left,
                    "ConsistentRead": True,
                    "ProjectionExpression": ", ".join(f"#{name}" for name in names),
                    "ExpressionAttributeNames": {f"#{name}": name for name in names},
                }
                with transient_as(StorageUnavailable, "reading chats"):
                    answer = self._client.batch_get_item(RequestItems={self._table: asked})
                got = answer["Responses"].get(self._table, [])
                found += got
                unprocessed = answer.get("UnprocessedKeys", {}).get(self._table, {}).get("Keys", [])
                if len(unprocessed) == len(left):
                    raise StorageUnavailable("reading chats: DynamoDB gave nothing")
                left = unprocessed
        return found


def _note(item: dict[str, Any]) -> RestNote:
    return RestNote(item["owner"]["S"].removeprefix(NOTED), of_noted_place(item["item"]["S"]))
