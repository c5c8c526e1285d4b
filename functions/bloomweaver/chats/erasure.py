"""What the run of a deletion does to answers: those that rest on the document are erased.

They were withheld as read from the deletion on. An answer that is still being made is ended too: so nothing that was
made of the document is written after this.
"""

from bloomweaver.chats.changing import change_message
from bloomweaver.chats.message import Message, MessageStatus
from bloomweaver.chats.ports import ChatTable, MessagePlace
from bloomweaver.errors import UnknownMessage
from bloomweaver.ports import Clock


def erase_answers(table: ChatTable, clock: Clock, doc_hash: str, deleted_version: int) -> int:
    """Erase all answers that rest on a version of the document below the deleted one. Returns how many there were.

    Raises `StorageUnavailable` and `RecordContended`; repeating it is safe.
    """
    number = 0
    while places := table.resting_on(doc_hash, deleted_version):
        number += sum(erase_answer(table, clock, place, doc_hash, deleted_version) for place in places)
    return number


def erase_answer(table: ChatTable, clock: Clock, place: MessagePlace, doc_hash: str, deleted_version: int) -> bool:
    """Erase an answer if it rests on a version of the document below the deleted one, and forget that it may. Whether
    it is erased. Raises as `erase_answers` does."""

    def erased(message: Message) -> Message:
        if message.rests_on.get(doc_hash, deleted_version) >= deleted_version:
            return message  # it was answered anew, from other documents or a newer one
        return message.model_copy(
            update={
                "status": MessageStatus.WITHHELD,
                "parts": (),
                "references": (),
                "looked_for": None,
                "ending": None,
                "error": None,
                "updated_at": clock(),
                "ended_at": message.ended_at or clock(),
            }
        )

    try:
        changed = change_message(table, place.owner, place.chat_id, place.message_id, erased)
        is_erased = changed.status is MessageStatus.WITHHELD
    except UnknownMessage:  # the chat was deleted
        is_erased = False
    # Afterwards, so that a call which breaks off finds it again.
    table.forget_rest(doc_hash, deleted_version, place)
    return is_erased
