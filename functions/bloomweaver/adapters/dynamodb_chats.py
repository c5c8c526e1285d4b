"""Chats and their messages in DynamoDB, one table for both.

| partition (`owner`) | sort (`item`) | what |
|---|---|---|
| the owner | `chat#` and the chat's id | a chat |
| the owner | `message#`, the chat's id, `#` and the message's | a message |
| `document#` and a document's id | owner, chat and message, with `#` between | that the message may rest on it |

The owner is in the key of all that is shown, so that nobody else's request finds anything. Chats alone have
`active_at`, and so are alone in the index that lists them; messages have `running` and `running_since` for as long as
they are being answered. What is over DynamoDB removes, some time after `expires_at`. What was counted for owners is
there too: see `dynamodb_usage`.
"""

import base64
import binascii
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from botocore.exceptions import ClientError

from bloomweaver.adapters.aws_errors import error_code, transient_as
from bloomweaver.adapters.chat_keys import (
    chat_item,
    key,
    message_item,
    message_place,
    noted,
    noted_place,
    of_noted_place,
)
from bloomweaver.chats.chat import Chat
from bloomweaver.chats.message import Message, MessageStatus
from bloomweaver.chats.ports import ChatPage, MessagePage, MessagePlace, place_of
from bloomweaver.errors import InvalidCursor, StorageUnavailable

INDEX = "owner-active_at"
RUNNING_INDEX = "running-running_since"
BATCH_WRITE_LIMIT = 25
_RUNNING = {"S": "running"}
_LOST = {"ConditionalCheckFailedException", "TransactionCanceledException", "TransactionConflictException"}
_NAMES = {"#owner": "owner", "#item": "item"}
_UNCHANGED = {"ConditionExpression": "revision = :known"}


class DynamoDbChats:
    """Implements `ChatTable` with a DynamoDB client."""

    def __init__(self, client: Any, table: str) -> None:
        self._client = client
        self._table = table

    def chat(self, owner: str, chat_id: str) -> Chat | None:
        """See `ChatTable`."""
        item = self._get(owner, chat_item(chat_id))
        return Chat.model_validate_json(item["chat"]["S"]) if item else None

    def chats(
        self, owner: str, limit: int, cursor: str | None, *, wanted: Callable[[Chat], bool], look_at: int
    ) -> ChatPage:
        """See `ChatTable`."""
        request: dict[str, Any] = {
            "TableName": self._table,
            "IndexName": INDEX,
            "KeyConditionExpression": "#owner = :owner",
            "ExpressionAttributeNames": {"#owner": "owner"},
            "ExpressionAttributeValues": {":owner": {"S": owner}},
            "ScanIndexForward": False,
            "Limit": look_at,
        }
        if cursor is not None:
            request["ExclusiveStartKey"] = _from_cursor(owner, cursor)
        with transient_as(StorageUnavailable, "listing chats"):
            answer = self._client.query(**request)
        found = [Chat.model_validate_json(item["chat"]["S"]) for item in answer["Items"]]
        page = [chat for chat in found if wanted(chat)]
        if len(page) > limit:
            last = page[limit - 1]
            return ChatPage(page[:limit], _to_cursor(last.active_at, chat_item(last.id)))
        key = answer.get("LastEvaluatedKey")
        return ChatPage(page, _to_cursor(key["active_at"]["S"], key["item"]["S"]) if key else None)

    def put_chat(self, chat: Chat, replaces: Chat | None) -> bool:
        """See `ChatTable`."""
        return self._put(self._chat_put(chat, replaces))

    def message(self, owner: str, chat_id: str, message_id: str) -> Message | None:
        """See `ChatTable`."""
        item = self._get(owner, message_item(chat_id, message_id))
        return Message.model_validate_json(item["message"]["S"]) if item else None

    def messages(
        self, owner: str, chat_id: str, limit: int, cursor: str | None, *, newest_first: bool = False
    ) -> MessagePage:
        """See `ChatTable`."""
        request = self._messages_of(owner, chat_id)
        request |= {"Limit": limit, "ScanIndexForward": not newest_first}
        if cursor is not None:
            request["ExclusiveStartKey"] = key(owner, message_item(chat_id, cursor))
        with transient_as(StorageUnavailable, "reading the messages of a chat"):
            answer = self._client.query(**request)
        found = [Message.model_validate_json(item["message"]["S"]) for item in answer["Items"]]
        return MessagePage(found, found[-1].id if found and "LastEvaluatedKey" in answer else None)

    def put_message(self, message: Message, replaces: Message) -> bool:
        """See `ChatTable`."""
        put = self._message_put(message)
        put |= {**_UNCHANGED, "ExpressionAttributeValues": {":known": {"N": str(replaces.revision)}}}
        return self._put(put)

    def ask(self, chat: Chat, replaces: Chat, message: Message) -> bool:
        """See `ChatTable`."""
        put = {**self._message_put(message), "ConditionExpression": "attribute_not_exists(revision)"}
        try:
            with transient_as(StorageUnavailable, "keeping a question"):
                self._client.transact_write_items(TransactItems=[{"Put": self._chat_put(chat, replaces)}, {"Put": put}])
        except ClientError as error:
            if error_code(error) in _LOST:
                return False
            raise
        return True

    def note_rests(self, message: Message, rests_on: Mapping[str, int]) -> None:
        """See `ChatTable`."""
        place = noted_place(place_of(message))
        items = [
            {
                **key(noted(doc_hash), place),
                "version": {"N": str(version)},
                "expires_at": {"N": str(message.expires_at)},
            }
            for doc_hash, version in rests_on.items()
        ]
        self._write_all([{"PutRequest": {"Item": item}} for item in items], "noting what an answer rests on")

    def resting_on(self, doc_hash: str, below: int) -> list[MessagePlace]:
        """See `ChatTable`."""
        request: dict[str, Any] = {
            "TableName": self._table,
            "KeyConditionExpression": "#owner = :document",
            "FilterExpression": "version < :below",
            "ExpressionAttributeNames": {"#owner": "owner"},
            "ExpressionAttributeValues": {":document": {"S": noted(doc_hash)}, ":below": {"N": str(below)}},
            "ConsistentRead": True,
        }
        while True:
            with transient_as(StorageUnavailable, "reading which answers rest on a document"):
                answer = self._client.query(**request)
            if answer["Items"] or "LastEvaluatedKey" not in answer:
                return [of_noted_place(item["item"]["S"]) for item in answer["Items"]]
            request["ExclusiveStartKey"] = answer["LastEvaluatedKey"]

    def forget_rest(self, doc_hash: str, below: int, place: MessagePlace) -> None:
        """See `ChatTable`."""
        try:
            with transient_as(StorageUnavailable, "forgetting what an answer rested on"):
                self._client.delete_item(
                    TableName=self._table,
                    Key=key(noted(doc_hash), noted_place(place)),
                    ConditionExpression="version < :below",
                    ExpressionAttributeValues={":below": {"N": str(below)}},
                )
        except ClientError as error:
            if error_code(error) not in _LOST:  # it rests on a newer version meanwhile
                raise

    def forget_rests(self, place: MessagePlace, doc_hashes: Iterable[str]) -> None:
        """See `ChatTable`."""
        keys = [key(noted(doc_hash), noted_place(place)) for doc_hash in doc_hashes]
        self._write_all([{"DeleteRequest": {"Key": key}} for key in keys], "forgetting what an answer rested on")

    def delete(self, owner: str, chat_id: str) -> None:
        """See `ChatTable`."""
        # Messages first, so that a call which breaks off can be repeated; and again, for one that was asked meanwhile.
        self._delete_messages(owner, chat_id)
        with transient_as(StorageUnavailable, "deleting a chat"):
            self._client.delete_item(TableName=self._table, Key=key(owner, chat_item(chat_id)))
        self._delete_messages(owner, chat_id)

    def running_since(self, before: str, most: int) -> list[MessagePlace]:
        """See `ChatTable`."""
        with transient_as(StorageUnavailable, "looking for answers whose run was lost"):
            answer = self._client.query(
                TableName=self._table,
                IndexName=RUNNING_INDEX,
                KeyConditionExpression="running = :running AND running_since < :before",
                ExpressionAttributeValues={":running": _RUNNING, ":before": {"S": before}},
                Limit=most,
            )
        return [message_place(item) for item in answer["Items"]]

    def _delete_messages(self, owner: str, chat_id: str) -> None:
        """Remove the messages of a chat, and what is noted of what they rest on."""
        for message in self._all_messages(owner, chat_id):
            place = noted_place(place_of(message))
            keys = [key(noted(doc_hash), place) for doc_hash in message.rests_on]
            # The message last, so that a call which breaks off finds it again.
            keys.append(key(owner, message_item(chat_id, message.id)))
            self._write_all([{"DeleteRequest": {"Key": key}} for key in keys], "deleting the messages of a chat")

    def _write_all(self, requests: Sequence[dict[str, Any]], what: str) -> None:
        for start in range(0, len(requests), BATCH_WRITE_LIMIT):
            left: Sequence[dict[str, Any]] = requests[start : start + BATCH_WRITE_LIMIT]
            while left:
                with transient_as(StorageUnavailable, what):
                    answer = self._client.batch_write_item(RequestItems={self._table: left})
                unprocessed = answer.get("UnprocessedItems", {}).get(self._table, [])
                if len(unprocessed) == len(left):
                    raise StorageUnavailable(f"{what}: DynamoDB took nothing")
                left = unprocessed

    def _all_messages(self, owner: str, chat_id: str) -> Iterator[Message]:
        request = self._messages_of(owner, chat_id)
        while True:
            with transient_as(StorageUnavailable, "reading the messages of a chat"):
                answer = self._client.query(**request)
            yield from (Message.model_validate_json(item["message"]["S"]) for item in answer["Items"])
            if "LastEvaluatedKey" not in answer:
                return
            request["ExclusiveStartKey"] = answer["LastEvaluatedKey"]

    def _messages_of(self, owner: str, chat_id: str) -> dict[str, Any]:
        return {
            "TableName": self._table,
            "KeyConditionExpression": "#owner = :owner AND begins_with(#item, :messages)",
            "ExpressionAttributeNames": _NAMES,
            "ExpressionAttributeValues": {":owner": {"S": owner}, ":messages": {"S": message_item(chat_id, "")}},
            "ConsistentRead": True,
        }

    def _get(self, owner: str, item: str) -> dict[str, Any] | None:
        with transient_as(StorageUnavailable, "reading a chat"):
            answer = self._client.get_item(TableName=self._table, Key=key(owner, item), ConsistentRead=True)
        found: dict[str, Any] | None = answer.get("Item")
        return found

    def _put(self, put: dict[str, Any]) -> bool:
        try:
            with transient_as(StorageUnavailable, "keeping a chat"):
                self._client.put_item(**put)
        except ClientError as error:
            if error_code(error) in _LOST:
                return False
            raise
        return True

    def _chat_put(self, chat: Chat, replaces: Chat | None) -> dict[str, Any]:
        put: dict[str, Any] = {
            "TableName": self._table,
            "Item": {
                **key(chat.owner, chat_item(chat.id)),
                "revision": {"N": str(chat.revision)},
                "active_at": {"S": chat.active_at},
                "expires_at": {"N": str(chat.expires_at)},
                "chat": {"S": chat.model_dump_json()},
            },
        }
        if replaces is None:
            return {**put, "ConditionExpression": "attribute_not_exists(revision)"}
        return put | _UNCHANGED | {"ExpressionAttributeValues": {":known": {"N": str(replaces.revision)}}}

    def _message_put(self, message: Message) -> dict[str, Any]:
        is_running = message.status is MessageStatus.RUNNING
        return {
            "TableName": self._table,
            "Item": {
                **key(message.owner, message_item(message.chat_id, message.id)),
                "revision": {"N": str(message.revision)},
                "expires_at": {"N": str(message.expires_at)},
                "message": {"S": message.model_dump_json()},
                **({"running": _RUNNING, "running_since": {"S": message.started_at}} if is_running else {}),
            },
        }


def _to_cursor(active_at: str, item: str) -> str:
    place = json.dumps([active_at, item])
    return base64.urlsafe_b64encode(place.encode()).decode()


def _from_cursor(owner: str, cursor: str) -> dict[str, Any]:
    try:
        active_at, item = json.loads(base64.b64decode(cursor, altchars=b"-_", validate=True))
    except (binascii.Error, ValueError, TypeError) as error:
        raise InvalidCursor("no page gave out this cursor") from error
    if not (isinstance(active_at, str) and isinstance(item, str) and active_at and item.startswith("chat#")):
        raise InvalidCursor("no page gave out this cursor")
    return {**key(owner, item), "active_at": {"S": active_at}}
