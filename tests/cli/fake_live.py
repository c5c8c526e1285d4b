"""Live messages on a free port of loopback: real WebSockets, and the core's own rules on stores in memory."""

import threading
import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from socket import SHUT_RDWR
from typing import Any
from urllib.parse import parse_qs, urlsplit

from websockets.exceptions import ConnectionClosed
from websockets.sync.server import ServerConnection, serve

from bloomweaver import clock
from bloomweaver.errors import TicketRefused
from bloomweaver.live.changes import Changes
from bloomweaver.live.chat_news import ChatNews
from bloomweaver.live.ports import Delivery
from bloomweaver.live.sessions import Sessions
from bloomweaver.live.telling import Telling
from bloomweaver.live.tickets import Tickets
from local.ports import LOOPBACK
from tests.chats.memory_chats import MemoryChats
from tests.fakes import MemoryRecords
from tests.live.memory_live import MemoryConnections, MemoryTickets
from tests.progress.memory_progress import MemoryProgress, reading


class _Sockets:
    """Implements `Poster` on the sockets that are open."""

    def __init__(self) -> None:
        self.open: dict[str, ServerConnection] = {}

    def post(self, frames: Mapping[str, Sequence[str]]) -> dict[str, Delivery]:
        return {id: self._post(id, texts) for id, texts in frames.items()}

    def _post(self, id: str, texts: Sequence[str]) -> Delivery:
        try:
            for text in texts:
                self.open[id].send(text)
        except (KeyError, ConnectionClosed):
            return Delivery.GONE
        return Delivery.DELIVERED

    def end(self, id: str) -> None:
        if id in self.open:
            self.open[id].close()


class FakeLive:
    """Connections, and what can happen to them."""

    def __init__(self, records: MemoryRecords) -> None:
        self.records = records
        self.token_seconds = 3600.0
        """How long the tokens are good that tickets are asked for with."""
        self.refuses = False
        """Whether no connection is opened."""
        self.deaf = False
        """Whether nothing that comes is answered."""
        self.received: list[str] = []
        self.opened = 0
        self.url = ""
        self.connections = MemoryConnections()
        self._lock = threading.Lock()
        self._sockets = _Sockets()
        self._tickets = Tickets(MemoryTickets(), clock.now)
        self.progress = MemoryProgress(clock.now)
        reads = reading(clock.now, self.progress)
        changes = Changes(records, reads, clock.now)
        self._sessions = Sessions(self._tickets, self.connections, changes, self._sockets, clock.now)
        news = ChatNews(MemoryChats(), clock.now)
        self._telling = Telling(self.connections, records, reads, news, self._sockets, clock.now)

    def ticket(self) -> dict[str, Any]:
        """What POST /live/ticket answers."""
        ticket, good_until = self._tickets.give("ada", int(time.time() + self.token_seconds))
        return {"url": self.url, "ticket": ticket, "expires_at": good_until}

    def tell(self, *doc_hashes: str, operations: Sequence[str] = ()) -> None:
        """Tell that documents have changed, and operations gone on."""
        with self._lock:
            self._telling.tell(doc_hashes, operations)

    def cut(self) -> None:
        """End every connection as a broken network does: without a word."""
        for socket in list(self._sockets.open.values()):
            with suppress(OSError):
                # Whoever waits for what comes hears of it too, which closing alone does not tell.
                socket.socket.shutdown(SHUT_RDWR)
                socket.socket.close()

    def handle(self, socket: ServerConnection) -> None:
        """Serve a connection."""
        id = uuid.uuid4().hex
        assert socket.request is not None
        query = parse_qs(urlsplit(socket.request.path).query)
        try:
            with self._lock:
                if self.refuses:
                    raise TicketRefused("nobody is let in")
                self._sessions.connect(id, query.get("ticket", [None])[0])
                self.opened += 1
        except TicketRefused:
            socket.close(1008)
            return
        self._sockets.open[id] = socket
        try:
            for text in socket:
                assert isinstance(text, str)
                self.received.append(text)
                if not self.deaf:
                    with self._lock:
                        self._sessions.receive(id, text)
        except (ConnectionClosed, OSError):
            pass
        finally:
            del self._sockets.open[id]
            self.connections.remove(id)


@contextmanager
def serve_live(records: MemoryRecords) -> Iterator[FakeLive]:
    """Live messages about these records."""
    live = FakeLive(records)
    with serve(live.handle, LOOPBACK, 0) as server:
        port = server.socket.getsockname()[1]
        live.url = f"ws://{LOOPBACK}:{port}/live"
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield live
        live.cut()
        server.shutdown()
