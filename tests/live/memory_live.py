"""Tickets and connections in memory, and somebody who posts to clients that can be looked at."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from bloomweaver.errors import StorageUnavailable
from bloomweaver.live.connection import Connection
from bloomweaver.live.cursor import Cursor
from bloomweaver.live.ports import Delivery, Ticket
from bloomweaver.live.topics import Topic

BEGINNING = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass
class Time:
    """A clock that goes when it is told to."""

    seconds: float = 0.0

    def __call__(self) -> str:
        return self.at(self.seconds)

    def at(self, seconds: float) -> str:
        """The time so many seconds after the beginning."""
        return (BEGINNING + timedelta(seconds=seconds)).isoformat(timespec="microseconds")

    def epoch(self, seconds: float) -> int:
        """The same in seconds since 1970."""
        return int(BEGINNING.timestamp() + seconds)


@dataclass
class MemoryTickets:
    """Implements `TicketTable`."""

    tickets: dict[str, Ticket] = field(default_factory=dict)

    def put(self, digest: str, ticket: Ticket) -> None:
        """See `TicketTable`."""
        self.tickets[digest] = ticket

    def take(self, digest: str) -> Ticket | None:
        """See `TicketTable`."""
        return self.tickets.pop(digest, None)


@dataclass
class MemoryConnections:
    """Implements `ConnectionTable`. `failing` refuses every request; `reads` counts those of all connections."""

    connections: dict[str, Connection] = field(default_factory=dict)
    faults: dict[str, int] = field(default_factory=dict)
    failing: bool = False
    reads: int = 0

    def open(self, connection: Connection) -> None:
        """See `ConnectionTable`."""
        self.connections[connection.id] = connection

    def get(self, id: str) -> Connection | None:
        """See `ConnectionTable`."""
        if self.failing:
            raise StorageUnavailable("the table is not there")
        return self.connections.get(id)

    def all(self) -> list[Connection]:
        """See `ConnectionTable`."""
        self.reads += 1
        return list(self.connections.values())

    def watch(self, id: str, topic: Topic, cursor: Cursor) -> None:
        """See `ConnectionTable`."""
        self._change(id, lambda one: replace(one, topics=one.topics | {topic}, cursor=cursor))

    def ignore(self, id: str, topic: Topic) -> None:
        """See `ConnectionTable`."""
        self._change(id, lambda one: replace(one, topics=one.topics - {topic}))

    def told(self, id: str, cursor: Cursor, pinged_at: str) -> None:
        """See `ConnectionTable`."""
        self._change(id, lambda one: replace(one, cursor=cursor, pinged_at=pinged_at))

    def renew(self, id: str, ends_at: str) -> None:
        """See `ConnectionTable`."""
        self._change(id, lambda one: replace(one, ends_at=ends_at))

    def count_fault(self, id: str) -> int:
        """See `ConnectionTable`."""
        self.faults[id] = self.faults.get(id, 0) + 1
        return self.faults[id]

    def remove(self, id: str) -> None:
        """See `ConnectionTable`."""
        self.connections.pop(id, None)

    def _change(self, id: str, change: Any) -> None:
        if id in self.connections:
            self.connections[id] = change(self.connections[id])


@dataclass
class MemoryPoster:
    """Implements `Poster`. What is posted to a connection in `becomes` has the fate that stands there."""

    posted: dict[str, list[str]] = field(default_factory=dict)
    becomes: dict[str, Delivery] = field(default_factory=dict)
    ended: list[str] = field(default_factory=list)

    def post(self, frames: Mapping[str, Sequence[str]]) -> dict[str, Delivery]:
        """See `Poster`."""
        fates = {id: self.becomes.get(id, Delivery.DELIVERED) for id in frames}
        for id, texts in frames.items():
            if fates[id] is Delivery.DELIVERED:
                self.posted.setdefault(id, []).extend(texts)
        return fates

    def end(self, id: str) -> None:
        """See `Poster`."""
        self.ended.append(id)

    def take(self, id: str) -> list[dict[str, Any]]:
        """The frames that came to a connection since the last time."""
        return [json.loads(text) for text in self.posted.pop(id, [])]
