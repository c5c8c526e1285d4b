"""How far a rebuild is: batches count once, and of how many the records say."""

import pytest

from bloomweaver.errors import StorageUnavailable
from bloomweaver.models.rebuild import ListedObject, Phase, RebuildCounts, RebuildProgress
from bloomweaver.ports import RecordPage
from bloomweaver.progress.progress import ProgressUnit
from bloomweaver.rebuilding import steps
from bloomweaver.rebuilding.steps import first_step, part_of, step_of
from tests.fakes import MemoryRecords
from tests.library.test_following import record


def records() -> MemoryRecords:
    served = record("served", indexed_version=2, chunk_count=7, stale={"1": {"a": 3, "b": 3}})
    never = record("never", indexed_version=0, chunk_count=0, stale={"1": {"a": 4}})
    return MemoryRecords({each.doc_hash: each for each in (served, never)})


def test_of_how_many_backups_the_records_say() -> None:
    step = first_step(records())
    assert (step.unit, step.done, step.of) == (ProgressUnit.BACKUPS, None, 7 + 3 + 4)


def test_where_they_are_too_many_to_count_nobody_says_of_how_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(steps, "RECORDS_PAGE", 1)
    monkeypatch.setattr(steps, "COUNT_SECONDS", 0.0)
    assert first_step(records()).of is None


def test_a_rebuild_does_not_wait_for_what_is_only_shown() -> None:
    class Failing(MemoryRecords):
        def scan(self, limit: int, cursor: str | None) -> RecordPage:
            raise StorageUnavailable("the table is not there")

    assert first_step(Failing({})).of is None


def test_a_batch_is_the_same_part_each_time_and_another_one_is_not() -> None:
    batches = [[ListedObject(key=f"doc/{batch}-{number}") for number in range(5)] for batch in range(50)]
    parts = {str(part_of(batch)) for batch in [*batches, *batches]}
    assert len(parts) == 50
    assert all(part.startswith("5:") for part in parts)


def test_after_the_batches_documents_are_counted_and_switched() -> None:
    counts = RebuildCounts(documents=9, moved=3, unmoved=1)
    looked = step_of(RebuildProgress(phase=Phase.RECORDS, counts=counts))
    assert (looked.unit, looked.done, looked.of) == (ProgressUnit.DOCUMENTS, 9, None)
    switched = step_of(RebuildProgress(phase=Phase.SWITCH, counts=counts))
    assert (switched.done, switched.of) == (4, 9)
