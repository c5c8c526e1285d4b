"""Dispatch holds its place while what it started is at work, and lets go of it where Lambda has none for that."""

from collections.abc import Iterable
from typing import Any

import pytest

from bloomweaver.models.message import OperationMessage
from bloomweaver.models.record import DocumentRecord, Operation, Status
from bloomweaver.pipeline import dispatch
from tests.fakes import MemoryRecords

NOW = "2026-01-01T00:00:00.000000+00:00"
HOLD, LET_GO = 25.0, 5.0


class Time:
    """`time`, as far as dispatch uses it: it passes by sleeping alone. `at` has things happen."""

    def __init__(self) -> None:
        self.now = 0.0
        self.at: list[tuple[float, Any]] = []

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        for when, happening in list(self.at):
            if when <= self.now:
                self.at.remove((when, happening))
                happening()


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Time:
    passing = Time()
    monkeypatch.setattr(dispatch, "time", passing)
    return passing


def record(name: str, **changes: Any) -> DocumentRecord:
    plain = DocumentRecord(
        doc_hash=name, version=1, status=Status.QUEUED, operation=Operation.CREATE, correlation_id="c",
        created_at=NOW, updated_at=NOW,
    )  # fmt: skip
    return plain.model_copy(update=changes)


CLAIMED = {"status": Status.PROCESSING, "execution_arn": "arn"}
INDEXED = {"status": Status.INDEXED, "execution_arn": "arn", "indexed_version": 1}


def hold(records: MemoryRecords, names: Iterable[str]) -> bool:
    messages = [OperationMessage.of(records.records[name]) for name in names]
    return dispatch.hold(records, messages, HOLD, LET_GO)


def becomes(records: MemoryRecords, name: str, changes: dict[str, Any]) -> Any:
    return lambda: records.records.update({name: record(name, **changes)})


def test_a_place_is_held_until_the_run_has_ended(time: Time) -> None:
    records = MemoryRecords({"a": record("a")})
    time.at = [(1.0, becomes(records, "a", CLAIMED)), (12.0, becomes(records, "a", INDEXED))]
    assert hold(records, ["a"])
    assert 12.0 <= time.now < 13.5


def test_a_run_that_takes_long_is_held_for_no_longer_than_that(time: Time) -> None:
    assert hold(MemoryRecords({"a": record("a", **CLAIMED)}), ["a"])
    assert time.now == pytest.approx(HOLD)


@pytest.mark.parametrize("status", [Status.QUEUED, Status.DELETING])
def test_a_place_is_let_go_where_a_run_does_not_come_to_its_first_function(time: Time, status: Status) -> None:
    records = MemoryRecords({"a": record("a", **CLAIMED), "b": record("b", status=status)})
    assert not hold(records, ["a", "b"])
    assert LET_GO <= time.now <= LET_GO + dispatch.POLL_SECONDS_MAX
