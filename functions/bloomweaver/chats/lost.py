"""Answers whose run was lost: once no run may go on for so long, they are at their end, and say so.

As read they are from that moment on; here they become so in the table.
"""

from datetime import datetime, timedelta

from bloomweaver.chats.changing import change_message
from bloomweaver.chats.message import LOST_AFTER_SECONDS, Failure, Message
from bloomweaver.chats.ports import ChatTable, MessagePlace
from bloomweaver.errors import UnknownMessage
from bloomweaver.ports import Clock

LOST = Failure(type="RunLost", message="what was to answer did not come to its end; ask again")


def is_lost(message: Message, now: str) -> bool:
    """Whether the message waits for a run that is over."""
    return message.status_at(now) is not message.status


def settle_all(table: ChatTable, clock: Clock, most: int) -> int:
    """End the answers whose run was lost, so many at most, the oldest first. Returns how many there were. Raises
    `StorageUnavailable` and `RecordContended`."""
    before = datetime.fromisoformat(clock()) - timedelta(seconds=LOST_AFTER_SECONDS)
    places = table.running_since(before.isoformat(timespec="microseconds"), most)
    return sum(settle(table, clock, place) for place in places)


def settle(table: ChatTable, clock: Clock, place: MessagePlace) -> bool:
    """End an answer if its run was lost; what was written is kept. Whether it was. Raises `StorageUnavailable` and
    `RecordContended`."""
    was_lost = False

    def settled(message: Message) -> Message:
        nonlocal was_lost
        now = clock()
        was_lost = is_lost(message, now)
        if not was_lost:
            return message
        ended = {"status": message.status_at(now), "error": LOST, "ending": None, "updated_at": now, "ended_at": now}
        return message.model_copy(update=ended)

    try:
        change_message(table, place.owner, place.chat_id, place.message_id, settled)
    except UnknownMessage:  # the chat was deleted
        return False
    return was_lost
