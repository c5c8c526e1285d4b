"""A run's hold on its message: it reads and writes it as long as the message waits for this attempt."""

from collections.abc import Callable

from bloomweaver.chats.changing import change_message
from bloomweaver.chats.message import Message, MessageStatus
from bloomweaver.chats.ports import AnswerTask, ChatTable
from bloomweaver.errors import AnswerOvertaken, UnknownMessage
from bloomweaver.ports import Clock


class Working:
    """The message of one run."""

    def __init__(self, table: ChatTable, task: AnswerTask, clock: Clock) -> None:
        self._table = table
        self._task = task
        self._clock = clock

    def message(self) -> Message:
        """The message as it is now. Raises `AnswerOvertaken` where nobody waits for this attempt any more."""
        message = self._table.message(self._task.owner, self._task.chat_id, self._task.message_id)
        if message is None:
            raise AnswerOvertaken("the message was deleted")
        return self._waiting(message)

    def change(self, rule: Callable[[Message], Message]) -> Message:
        """Replace the message by what `rule` makes of it. Raises `AnswerOvertaken`, `RecordContended` and
        `StorageUnavailable`."""

        def checked(current: Message) -> Message:
            changed = rule(self._waiting(current))
            return changed.model_copy(update={"updated_at": self._clock()})

        task = self._task
        try:
            return change_message(self._table, task.owner, task.chat_id, task.message_id, checked)
        except UnknownMessage as error:
            raise AnswerOvertaken("the message was deleted") from error

    def _waiting(self, message: Message) -> Message:
        if message.attempt != self._task.attempt or message.status is not MessageStatus.RUNNING:
            raise AnswerOvertaken("the message was stopped, has ended, or is answered anew")
        return message
