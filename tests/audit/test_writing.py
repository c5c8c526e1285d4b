"""How entries are written, and which of them a minute has room for."""

from http import HTTPStatus

import pytest

from bloomweaver.audit import writing
from bloomweaver.audit.bounds import PLACES
from bloomweaver.audit.entries import NOBODY, Asked, Outcome
from bloomweaver.audit.routes import Action
from bloomweaver.errors import StorageUnavailable
from tests.audit.memory_audit import MemoryAudit, asked

NOW = "2026-11-30T12:00:00.000000+00:00"
LATER = "2026-11-30T12:01:00.000000+00:00"


def refuse(log: MemoryAudit, address: str, at: str = NOW, action: Action = Action.SUBMIT, *, bounded: bool) -> None:
    unknown = Asked(action, NOBODY, "c", source_ip=address)
    writing.write_refusal(log, lambda: at, unknown, HTTPStatus.UNAUTHORIZED, "Unauthenticated", bounded=bounded)


def test_an_operation_is_unknown_until_its_ending_is_written() -> None:
    log = MemoryAudit()
    entry = writing.begin(log, lambda: NOW, asked(action=Action.REINDEX), target="second")
    assert log.entries == {entry.id: entry}
    assert (entry.outcome, entry.target, entry.ended_at) == (Outcome.UNKNOWN, "second", None)
    writing.end(log, lambda: LATER, entry, Outcome.ACCEPTED, runs=["reindex-7"])
    ended = log.entries[entry.id].ended(log.ended[entry.id])
    assert (ended.outcome, ended.runs, ended.at, ended.ended_at) == (Outcome.ACCEPTED, ["reindex-7"], NOW, LATER)


def test_what_cannot_be_written_is_said() -> None:
    with pytest.raises(StorageUnavailable):
        writing.begin(MemoryAudit(failing=True), lambda: NOW, asked())


def test_a_minute_has_a_few_places_for_what_anybody_can_cause() -> None:
    log = MemoryAudit()
    for number in range(1000):
        refuse(log, f"192.0.{number // 250}.{number % 250}", bounded=True)
    assert 1 < len(log.entries) <= PLACES
    kept = dict(log.entries)
    refuse(log, "192.0.0.0", bounded=True)
    assert log.entries == kept


def test_one_address_does_not_take_the_places_of_others() -> None:
    log = MemoryAudit()
    for number in range(100):
        refuse(log, "192.0.2.7", bounded=True)
        if not number:
            assert len(log.entries) == 1
    assert len(log.entries) == 1
    refuse(log, "192.0.2.7", at=LATER, bounded=True)
    refuse(log, "192.0.2.7", action=Action.UPLOAD, bounded=True)
    assert len(log.entries) == 3


def test_refusals_of_those_who_are_known_are_all_written() -> None:
    log = MemoryAudit()
    for _ in range(2 * PLACES):
        refuse(log, "192.0.2.7", bounded=False)
    assert len(log.entries) == 2 * PLACES
