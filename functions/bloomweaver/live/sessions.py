"""What happens on a connection: it is opened with a ticket, says what it watches, asks what changed, and ends.

Nothing that a client sends is without an answer, but what follows the end of its connection. Answers are posted like
messages: so whoever does not read them is found out.
"""

from dataclasses import replace

from bloomweaver.errors import InvalidCursor, TicketRefused, TransientError
from bloomweaver.live import endings
from bloomweaver.live.actions import Action, NotUnderstood, Ping, Renew, Subscribe, Unsubscribe, read
from bloomweaver.live.changes import Changes, ChangesPage
from bloomweaver.live.connection import CONNECTIONS_MAX, FAULTS_MAX, LONGEST_SECONDS, TOPICS_MAX, Connection
from bloomweaver.live.cursor import Cursor, earlier
from bloomweaver.live.messages import Frame, FrameError, pack
from bloomweaver.live.ports import ConnectionTable, Delivery, Poster
from bloomweaver.live.tickets import Tickets
from bloomweaver.live.topics import Topic
from bloomweaver.ports import Clock

STALLED = FrameError(
    code="stalled", detail="what changed cannot be read at the moment, so what is shown may be old; ping again soon"
)


class Sessions:
    """Connections, as they are opened, used and closed."""

    def __init__(
        self, tickets: Tickets, connections: ConnectionTable, changes: Changes, poster: Poster, clock: Clock
    ) -> None:
        self._tickets = tickets
        self._connections = connections
        self._changes = changes
        self._poster = poster
        self._clock = clock

    def connect(self, id: str, ticket: str | None) -> Connection:
        """Open a connection. One too many is opened, too, so that its client can be told. Raises `TicketRefused` and
        `StorageUnavailable`."""
        taken = self._tickets.take(ticket)
        now = self._clock()
        theirs = [each for each in self._connections.all() if each.subject == taken.subject and each.counts(now)]
        opened = Connection(
            id=id,
            subject=taken.subject,
            opened_at=now,
            ends_at=min(taken.token_ends_at, earlier(now, -LONGEST_SECONDS)),
            pinged_at=now,
            is_one_too_many=len(theirs) >= CONNECTIONS_MAX,
        )
        self._connections.open(opened)
        return opened

    def disconnect(self, id: str) -> None:
        """Forget a connection that is closed. Raises `StorageUnavailable`."""
        self._connections.remove(id)

    def receive(self, id: str, text: str) -> str:
        """Do what was sent over a connection, and answer. Returns what it was, for the log."""
        try:
            return self._receive(id, text)
        except TransientError as error:
            self._say(id, Frame(cursor=None, error=STALLED))
            return f"stalled: {type(error).__name__}"

    def _receive(self, id: str, text: str) -> str:
        connection = self._connections.get(id)
        if connection is None:
            return self._end(id, endings.GIVEN_UP)
        if (why := endings.of(connection, self._clock())) is not None:
            return self._end(id, why)
        try:
            action = read(text)
        except NotUnderstood as error:
            return self._fault(connection, None, FrameError(code="not_understood", detail=str(error)))
        return self._do(connection, action)

    def _do(self, connection: Connection, action: Action) -> str:
        match action:
            case Subscribe():
                return self._subscribe(connection, action)
            case Unsubscribe():
                topic = Topic.parse(action.topic)
                self._connections.ignore(connection.id, topic)
                self._answer(connection, action, [], connection.cursor, topic)
            case Ping():
                return self._ping(connection, action)
            case Renew():
                return self._renew(connection, action)
        return action.action

    def _subscribe(self, connection: Connection, action: Subscribe) -> str:
        topic = Topic.parse(action.topic)
        if topic not in connection.topics and len(connection.topics) >= TOPICS_MAX:
            detail = f"a connection watches at most {TOPICS_MAX} topics"
            return self._fault(connection, action, FrameError(code="too_many_topics", detail=detail))
        known = connection.cursor or self._changes.start()
        after = Cursor.parse(action.after) if action.after is not None else known
        # Of all that it watches, what it may not have been told yet.
        cursor = min(known, after, key=lambda each: each.place)
        self._connections.watch(connection.id, topic, cursor)
        stands = [each.to_json() for each in self._changes.stands(topic)]
        self._answer(connection, action, stands, cursor, topic)
        return action.action

    def _ping(self, connection: Connection, action: Ping) -> str:
        after = Cursor.parse(action.after) if action.after is not None else connection.cursor
        try:
            if after is not None and connection.topics:
                page = self._changes.after(connection.topics, after)
            else:
                # A subscription may be on its way yet, whose topic is not told up to anywhere else.
                page = ChangesPage([], after or self._changes.start())
        except InvalidCursor as error:
            return self._fault(connection, action, FrameError(code="invalid_cursor", detail=str(error)))
        self._connections.told(connection.id, page.cursor, self._clock())
        self._answer(connection, action, [each.to_json() for each in page.messages], page.cursor, None, page)
        return action.action

    def _renew(self, connection: Connection, action: Renew) -> str:
        try:
            taken = self._tickets.take(action.ticket)
            if taken.subject != connection.subject:
                raise TicketRefused("the ticket is of another subject")
        except TicketRefused as error:
            detail = "the ticket was used before, is too old, or was given to somebody else"
            self._fault(connection, action, FrameError(code="ticket_refused", detail=detail))
            return f"renewal refused: {error}"
        ends_at = min(taken.token_ends_at, earlier(connection.opened_at, -LONGEST_SECONDS))
        self._connections.renew(connection.id, ends_at)
        self._answer(replace(connection, ends_at=ends_at), action, [], connection.cursor, None)
        return action.action

    def _answer(
        self,
        connection: Connection,
        action: Action,
        messages: list[str],
        cursor: Cursor | None,
        topic: Topic | None,
        page: ChangesPage | None = None,
    ) -> None:
        """Post an answer. Of several frames only the last one says that all is told."""
        *first, last = pack(messages) or [[]]
        texts = [Frame(cursor=_text(connection.cursor)).to_json(each) for each in first]
        answer = Frame(
            cursor=_text(cursor),
            answer=action.action,
            topic=str(topic) if topic is not None else None,
            more=page is not None and page.more,
            reload=page is not None and page.reload,
            ends_at=connection.ends_at,
        )
        self._post(connection.id, [*texts, answer.to_json(last)])

    def _fault(self, connection: Connection, action: Action | None, error: FrameError) -> str:
        if self._connections.count_fault(connection.id) >= FAULTS_MAX:
            return self._end(connection.id, endings.TOO_MANY_FAULTS)
        answer = action.action if action is not None else None
        self._say(connection.id, Frame(cursor=_text(connection.cursor), answer=answer, error=error))
        return f"refused: {error.code}"

    def _end(self, id: str, why: FrameError) -> str:
        self._say(id, Frame(cursor=None, error=why))
        self._poster.end(id)
        self._connections.remove(id)
        return f"ended: {why.detail}"

    def _say(self, id: str, frame: Frame) -> None:
        self._poster.post({id: [frame.to_json()]})

    def _post(self, id: str, texts: list[str]) -> None:
        delivery = self._poster.post({id: texts})[id]
        if delivery is not Delivery.DELIVERED:
            # Whoever does not read the answers to what it sends would wait for them for ever.
            self._poster.end(id)
            self._connections.remove(id)


def _text(cursor: Cursor | None) -> str | None:
    return str(cursor) if cursor is not None else None
