"""Answers whose run was lost are ended in the table too, and no others."""

from datetime import datetime, timedelta

import pytest

from bloomweaver.chats.desk import Desk
from bloomweaver.chats.lost import LOST, settle_all
from bloomweaver.chats.message import LOST_AFTER_SECONDS, MessageStatus, Words
from bloomweaver.chats.requests import NewChat
from tests.chats.test_desk import Owners

BEGAN = datetime.fromisoformat("2026-01-01T00:00:00.000000+00:00")


@pytest.fixture
def owners() -> Owners:
    return Owners()


def running(desk: Desk) -> tuple[str, str]:
    chat = desk.open(NewChat()).id
    return chat, desk.ask(chat, "Where?").id


def later(seconds: float) -> str:
    return (BEGAN + timedelta(seconds=seconds)).isoformat(timespec="microseconds")


def test_one_that_waits_for_longer_than_a_run_may_take_is_ended(owners: Owners) -> None:
    desk = owners.desk()
    chat, message = running(desk)
    written_chat, written = running(desk)
    kept = desk.message(written_chat, written)
    owners.table.put_message(kept.model_copy(update={"parts": (Words(text="In the"),)}), kept)
    assert settle_all(owners.table, lambda: later(LOST_AFTER_SECONDS), 10) == 0
    assert settle_all(owners.table, lambda: later(LOST_AFTER_SECONDS + 1), 10) == 2
    ended, partly = desk.message(chat, message), desk.message(written_chat, written)
    assert (ended.status, ended.error, ended.ended_at) == (
        MessageStatus.FAILED,
        LOST,
        later(LOST_AFTER_SECONDS + 1),
    )
    assert (partly.status, partly.parts) == (MessageStatus.INCOMPLETE, (Words(text="In the"),))
    assert settle_all(owners.table, lambda: later(LOST_AFTER_SECONDS + 1), 10) == 0


def test_a_sweep_ends_so_many_at_most(owners: Owners) -> None:
    for _ in range(3):
        running(owners.desk())
    now = later(LOST_AFTER_SECONDS + 1)
    assert [settle_all(owners.table, lambda: now, 2) for _ in range(3)] == [2, 1, 0]


def test_one_that_is_answered_anew_or_deleted_meanwhile_is_left_alone(owners: Owners) -> None:
    desk = owners.desk()
    chat, message = running(desk)
    gone, _ = running(desk)
    now = later(LOST_AFTER_SECONDS + 1)
    listed = owners.table.running_since

    def meanwhile(before: str, most: int) -> object:
        found = listed(before, most)
        owners.seconds = LOST_AFTER_SECONDS + 1
        desk.again(chat, message)
        desk.delete(gone)
        return found

    owners.table.running_since = meanwhile  # type: ignore[method-assign, assignment]
    assert settle_all(owners.table, lambda: now, 10) == 0
    again = desk.message(chat, message)
    assert (again.status, again.error, again.ended_at) == (MessageStatus.RUNNING, None, None)
