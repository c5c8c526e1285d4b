"""Tickets: good once, for a minute, and to nobody who reads the table."""

import pytest

from bloomweaver.errors import TicketRefused
from bloomweaver.live.tickets import Tickets
from tests.live.memory_live import MemoryTickets, Time


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def table() -> MemoryTickets:
    return MemoryTickets()


@pytest.fixture
def tickets(table: MemoryTickets, time: Time) -> Tickets:
    return Tickets(table, time)


def test_a_ticket_is_good_once(tickets: Tickets, time: Time) -> None:
    ticket, good_until = tickets.give("ada", time.epoch(3600))
    assert good_until == time.at(60)
    taken = tickets.take(ticket)
    assert (taken.subject, taken.token_ends_at) == ("ada", time.at(3600))
    with pytest.raises(TicketRefused, match="used before"):
        tickets.take(ticket)


def test_a_ticket_is_good_for_a_minute(tickets: Tickets, time: Time) -> None:
    first, second = (tickets.give("ada", time.epoch(3600))[0] for _ in range(2))
    time.seconds = 59.9
    tickets.take(first)
    time.seconds = 60
    with pytest.raises(TicketRefused, match="too old"):
        tickets.take(second)


def test_a_ticket_is_not_good_for_longer_than_its_token(tickets: Tickets, time: Time) -> None:
    ticket, good_until = tickets.give("ada", time.epoch(20))
    assert good_until == time.at(20)
    time.seconds = 20
    with pytest.raises(TicketRefused):
        tickets.take(ticket)


@pytest.mark.parametrize("made_up", [None, "", "x" * 43, "x" * 42, "x" * 100_000, "../" * 14 + "x", "\0" * 43])
def test_a_ticket_that_was_never_given_is_refused(tickets: Tickets, time: Time, made_up: str | None) -> None:
    tickets.give("ada", time.epoch(3600))
    with pytest.raises(TicketRefused):
        tickets.take(made_up)


def test_the_table_does_not_have_the_ticket(tickets: Tickets, table: MemoryTickets, time: Time) -> None:
    ticket, _ = tickets.give("ada", time.epoch(3600))
    assert ticket not in repr(table)
    assert len(table.tickets) == 1
