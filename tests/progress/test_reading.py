"""Reading progress: only what may be there is asked for, and nothing that cannot be read is wrong."""

import pytest

from bloomweaver.errors import StorageUnavailable
from bloomweaver.models.record import DocumentRecord, Operation, Status
from bloomweaver.progress.notes import Attempt, Cut, Part
from bloomweaver.progress.progress import State
from tests.live.documents import accepted, goes_on
from tests.live.memory_live import Time
from tests.progress.memory_progress import MemoryDepths, MemoryProgress, reading


class World:
    """Notes, queues, and who reads them."""

    def __init__(self) -> None:
        self.time = Time(100.0)
        self.table = MemoryProgress(self.time)
        self.depths = MemoryDepths({Operation.CREATE: 12})
        self.reported: list[StorageUnavailable] = []
        self.reading = reading(self.time, self.table, self.depths, self.reported.append)

    def record(self, doc_hash: str, status: Status = Status.PROCESSING) -> DocumentRecord:
        record = accepted(None, self.time(), doc_hash)
        if status is Status.QUEUED:
            return record
        return goes_on(record, status, self.time()).model_copy(update={"execution_arn": "arn"})


@pytest.fixture
def world() -> World:
    return World()


def test_documents_at_rest_cost_nothing(world: World) -> None:
    assert world.reading.of_documents([world.record("a", Status.INDEXED), world.record("b", Status.FAILED)]) == {}
    assert (world.table.reads, world.depths.asked) == (0, [])


def test_notes_are_read_of_what_is_worked_on_and_queues_of_what_waits(world: World) -> None:
    world.table.cut(Attempt("big", 1, 0), Cut("index", 64, 0))
    world.table.embedded(Attempt("big", 1, 0), "index", Part("0", 32))
    records = [world.record("big"), world.record("small"), world.record("late", Status.QUEUED)]
    found = world.reading.of_documents(records)
    assert {name: (each.state, each.done, each.waiting) for name, each in found.items()} == {
        "big": ("running", 32, None),
        "small": ("running", None, None),
        "late": ("queued", None, 12),
    }
    assert (world.table.reads, world.depths.asked) == (1, [Operation.CREATE])


@pytest.mark.parametrize("other", [Attempt("doc", 2, 0), Attempt("doc", 1, 1), Attempt("other", 1, 0)])
def test_notes_of_another_attempt_are_not_shown(world: World, other: Attempt) -> None:
    world.table.cut(other, Cut("index", 64, 0))
    progress = world.reading.of_document(world.record("doc"))
    assert progress is not None
    assert (progress.done, progress.of) == (None, None)


def test_notes_that_cannot_be_read_are_not_shown_and_that_is_all(world: World) -> None:
    world.table.cut(Attempt("doc", 1, 0), Cut("index", 64, 0))
    world.table.failing = True
    progress = world.reading.of_document(world.record("doc"))
    assert progress is not None
    assert (progress.state, progress.done) == (State.RUNNING, None)
    assert world.reading.of_operation("one") is None
    assert len(world.reported) == 2
