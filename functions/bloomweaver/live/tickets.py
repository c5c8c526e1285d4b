"""Tickets: what a connection is opened and renewed with. Each is good once, and for a minute.

A browser cannot send a token when it opens a WebSocket, other than in the URL, which others may see and keep. A ticket
that was used is worth nothing to them. The table has its digest alone.
"""

import hashlib
import re
import secrets
from datetime import UTC, datetime, timedelta

from bloomweaver.errors import TicketRefused
from bloomweaver.live.ports import Ticket, TicketTable
from bloomweaver.ports import Clock

GOOD_SECONDS = 60
_BYTES = 32
_TICKET = re.compile(r"[A-Za-z0-9_-]{43}")


class Tickets:
    """Gives out tickets, and takes each once."""

    def __init__(self, table: TicketTable, clock: Clock) -> None:
        self._table = table
        self._clock = clock

    def give(self, subject: str, token_expires_at: int) -> tuple[str, str]:
        """A new ticket, and until when it is good. `token_expires_at` is in seconds since the epoch.

        Raises `StorageUnavailable`.
        """
        token_ends_at = datetime.fromtimestamp(token_expires_at, UTC).isoformat(timespec="microseconds")
        later = datetime.fromisoformat(self._clock()) + timedelta(seconds=GOOD_SECONDS)
        good_until = min(later.isoformat(timespec="microseconds"), token_ends_at)
        ticket = secrets.token_urlsafe(_BYTES)
        self._table.put(_digest(ticket), Ticket(subject, good_until, token_ends_at))
        return ticket, good_until

    def take(self, ticket: str | None) -> Ticket:
        """What the ticket stands for, which nobody can use any more.

        Raises `TicketRefused`, with a reason for the log and for nobody else, and `StorageUnavailable`.
        """
        if ticket is None or not _TICKET.fullmatch(ticket):
            raise TicketRefused("there is no ticket, or it has another form")
        taken = self._table.take(_digest(ticket))
        if taken is None:
            raise TicketRefused("nobody was given the ticket, or it was used before")
        if self._clock() >= taken.good_until:
            raise TicketRefused("the ticket is too old")
        return taken


def _digest(ticket: str) -> str:
    # It is as long as a key, so that a plain digest tells nobody what it is of.
    return hashlib.sha256(ticket.encode()).hexdigest()
