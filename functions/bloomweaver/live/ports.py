"""What live messages need from outside: the table of tickets and connections, and who posts to connections."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from bloomweaver.live.connection import Connection
from bloomweaver.live.cursor import Cursor
from bloomweaver.live.topics import Topic


@dataclass(frozen=True)
class Ticket:
    """What a ticket stands for. Times are in the form of `Clock`."""

    subject: str
    """Who asked for it."""
    good_until: str
    token_ends_at: str
    """When the token ends that it was asked for with, and so what is opened with it."""


class Delivery(StrEnum):
    """What became of what was posted to a connection."""

    DELIVERED = "delivered"
    """API Gateway took it, which does not say that the client did."""
    GONE = "gone"
    """There is no such connection any more."""
    MISSED = "missed"
    """It was not taken. The client asks for what it missed."""


class TicketTable(Protocol):
    """The tickets. Raises `StorageUnavailable` where they cannot be reached."""

    def put(self, digest: str, ticket: Ticket) -> None:
        """Keep a ticket."""

    def take(self, digest: str) -> Ticket | None:
        """Remove the ticket and return it: to one caller alone. None if there is none."""


class ConnectionTable(Protocol):
    """The connections. Raises `StorageUnavailable` where they cannot be reached.

    What changes a connection that is not there any more does nothing.
    """

    def open(self, connection: Connection) -> None:
        """Keep a new connection."""

    def get(self, id: str) -> Connection | None:
        """The connection as it is now (a consistent read)."""

    def all(self) -> list[Connection]:
        """Every connection (consistent reads): one small request where there is none."""

    def watch(self, id: str, topic: Topic, cursor: Cursor) -> None:
        """Have the connection watch a topic too, told up to the cursor."""

    def ignore(self, id: str, topic: Topic) -> None:
        """Have the connection watch a topic no more."""

    def told(self, id: str, cursor: Cursor, pinged_at: str) -> None:
        """Note how far the connection is told, and that it is there."""

    def renew(self, id: str, ends_at: str) -> None:
        """Have the connection end at another time."""

    def count_fault(self, id: str) -> int:
        """Count something that was not understood. Returns how many there were by now."""

    def remove(self, id: str) -> None:
        """Forget a connection."""


class Poster(Protocol):
    """Posts to connections."""

    def post(self, frames: Mapping[str, Sequence[str]]) -> dict[str, Delivery]:
        """Post frames to connections, each one's in order, and several at a time. What became of it, by connection; of
        one where a frame was not taken those after it are not posted."""

    def end(self, id: str) -> None:
        """End a connection, if it is there."""
