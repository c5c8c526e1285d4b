"""The Store state: the answer gets the status that it ends with, and so does one that failed."""

from collections.abc import Callable

from bloomweaver.answering.working import Working
from bloomweaver.chats.message import Ending, Failure, Message, MessageStatus
from bloomweaver.chats.ports import AnswerTask, ChatTable
from bloomweaver.ports import Clock

_NOT_ENDED = Ending(
    status=MessageStatus.INCOMPLETE,
    error=Failure(type="GeneratorEndedEarly", message="the answer broke off without an end"),
)
_WORDS = {
    "GeneratorUnavailable": "what writes answers cannot be reached, or failed",
    "GeneratorOverloaded": "what writes answers has too much to do",
    "GeneratorRejected": "what writes answers refused to: its model, address or key is not right",
    "VectorIndexUnavailable": "the index of the documents cannot be reached",
    "VectorIndexThrottled": "the index of the documents is asked too often",
    "VectorIndexRejected": "the index of the documents refused the search",
    "StorageUnavailable": "what is kept of chats or documents cannot be reached",
    "ModelUnavailable": "the model that searches cannot be loaded",
    "States.Timeout": "it took too long",
}
"""What went wrong, by the error's name. An error's own words may have something of a question in them."""
_ANY = "something went wrong that the logs tell of"


class Storing:
    """Ends answers."""

    def __init__(self, table: ChatTable, clock: Clock) -> None:
        self._table = table
        self._clock = clock

    def end(self, task: AnswerTask) -> MessageStatus:
        """End the answer as it was fenced. Raises `AnswerOvertaken`, `RecordContended` and `StorageUnavailable`."""

        def ended(message: Message) -> Message:
            ending = message.ending or _NOT_ENDED
            return self._ended(message, ending)

        return self._change(task, ended)

    def fail(self, task: AnswerTask, error: str) -> MessageStatus:
        """End an answer whose run met an error of that name: what was written is kept. Raises as `end` does."""
        failure = Failure(type=error, message=f"{_WORDS.get(error, _ANY)}; ask again")

        def failed(message: Message) -> Message:
            status = MessageStatus.INCOMPLETE if message.parts else MessageStatus.FAILED
            return self._ended(message, Ending(status=status, error=failure))

        return self._change(task, failed)

    def _change(self, task: AnswerTask, rule: Callable[[Message], Message]) -> MessageStatus:
        return Working(self._table, task, self._clock).change(rule).status

    def _ended(self, message: Message, ending: Ending) -> Message:
        return message.model_copy(
            update={"status": ending.status, "error": ending.error, "ending": None, "ended_at": self._clock()}
        )
