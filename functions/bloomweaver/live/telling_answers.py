"""Tells the owner of a chat how far an answer is that is being written, with its text.

It may be told late or never, and what is told harms nobody if it comes twice: a message can be read at any time. So an
answer never waits for it, and never fails with it.
"""

from collections.abc import Callable

from bloomweaver.chats.message import Message
from bloomweaver.errors import TransientError
from bloomweaver.live.connection import Connection
from bloomweaver.live.messages import ENVELOPE_BYTES, FRAME_MAX_BYTES, AnswerMessage, Frame
from bloomweaver.live.ports import ConnectionTable, Poster
from bloomweaver.live.topics import Topic, TopicKind
from bloomweaver.ports import Clock


class AnswerTelling:
    """Implements `Listeners`."""

    def __init__(
        self,
        connections: ConnectionTable,
        poster: Poster,
        clock: Clock,
        report: Callable[[TransientError], None],
        show: Callable[[Message], str],
    ) -> None:
        """`show` gives the text of an answer, checked as it is read. `report` is told why nobody was told."""
        self._connections = connections
        self._poster = poster
        self._clock = clock
        self._report = report
        self._show = show

    def tell(self, message: Message) -> None:
        """See `Listeners`."""
        try:
            if hearing := self._hearing(message):
                said = self._said(message)
                self._poster.post({each.id: [_frame(each).to_json([said])] for each in hearing})
        except TransientError as error:
            self._report(error)

    def _hearing(self, message: Message) -> list[Connection]:
        topic, now = _topic(message), self._clock()
        return [each for each in self._connections.all() if each.hears(topic, message.owner) and not each.is_over(now)]

    def _said(self, message: Message) -> str:
        said = AnswerMessage(
            topic=str(_topic(message)),
            at=message.updated_at,
            revision=message.revision,
            message_id=message.id,
            status=message.status,
            text=self._show(message),
        )
        whole = said.to_json()
        if len(whole.encode()) <= FRAME_MAX_BYTES - ENVELOPE_BYTES:
            return whole
        return said.model_copy(update={"text": None}).to_json()


def _topic(message: Message) -> Topic:
    return Topic(TopicKind.CHAT, message.chat_id)


def _frame(connection: Connection) -> Frame:
    return Frame(cursor=str(connection.cursor) if connection.cursor is not None else None)
