"""Noting progress: as few writes as there is something to show, and never in the way of who works."""

import pytest

from bloomweaver.errors import StorageUnavailable
from bloomweaver.models.record import Branch
from bloomweaver.models.run import RunEntry, RunStatus, StateMachine, run_id
from bloomweaver.pipeline.wake import Found
from bloomweaver.progress.notes import Attempt, Cut, Part, Step
from bloomweaver.progress.noting import EVERY_SECONDS, Noting
from bloomweaver.progress.progress import ProgressUnit
from tests.live.memory_live import Time
from tests.progress.memory_progress import MemoryProgress

ATTEMPT = Attempt("doc", 1, 0)


class World:
    """Who notes, and where."""

    def __init__(self) -> None:
        self.time = Time(100.0)
        self.table = MemoryProgress(self.time)
        self.reported: list[StorageUnavailable] = []
        self.noting = Noting(self.table, self.reported.append)

    def index(self, sizes: list[int], *, awaited: bool = False) -> None:
        """Note what the states of a run of so many batches do."""
        batches = range(len(sizes))
        self.noting.cut(ATTEMPT, Cut("index", sum(sizes), 0), batches)
        for batch, size in enumerate(sizes):
            self.noting.embedded(
                ATTEMPT, "index", Part(str(batch), size), batch_count=len(sizes), awaited=awaited and batch == 0
            )
        for branch in Branch:
            self.noting.written(ATTEMPT, "index", branch, batches)


@pytest.fixture
def world() -> World:
    return World()


@pytest.mark.parametrize("sizes", [[], [7]])
def test_a_document_of_one_batch_has_no_notes(world: World, sizes: list[int]) -> None:
    world.index(sizes)
    assert (world.table.writes, world.table.kept) == (0, {})


def test_a_larger_one_has_one_when_it_is_cut_one_a_batch_and_one_a_branch(world: World) -> None:
    world.index([32, 32, 5])
    notes = world.table.kept[ATTEMPT].notes
    assert world.table.writes == 1 + 3 + 2
    assert (notes.embedded, notes.written, notes.step) == (69, frozenset(Branch), 6)


@pytest.mark.parametrize("found", [Found.NONE, Found.UP])
def test_where_there_is_no_fleet_or_one_is_up_nobody_waits_for_an_instance(world: World, found: Found) -> None:
    world.noting.woken(ATTEMPT, found)
    assert world.table.kept == {}


def test_who_waited_for_an_instance_does_no_more_when_a_batch_is_embedded(world: World) -> None:
    world.noting.woken(ATTEMPT, Found.ASLEEP)
    since = world.time()
    world.time.seconds += 30
    world.noting.woken(ATTEMPT, Found.STARTING)
    assert world.table.kept[ATTEMPT].notes.waking_since == since
    world.index([7], awaited=True)
    assert world.table.kept[ATTEMPT].notes.waking_since is None


def test_a_batch_of_before_the_document_was_cut_anew_is_not_counted(world: World) -> None:
    world.noting.cut(ATTEMPT, Cut("old", 64, 0), range(2))
    world.noting.embedded(ATTEMPT, "old", Part("0", 32), batch_count=2, awaited=False)
    world.noting.cut(ATTEMPT, Cut("new", 80, 0), range(3))
    world.noting.embedded(ATTEMPT, "old", Part("1", 32), batch_count=2, awaited=False)
    notes = world.table.kept[ATTEMPT].notes
    assert (notes.cut, notes.embedded) == (Cut("new", 80, 0), 0)


def test_the_same_cut_once_more_forgets_nothing(world: World) -> None:
    world.index([32, 32])
    world.noting.cut(ATTEMPT, Cut("index", 64, 0), range(2))
    assert world.table.kept[ATTEMPT].notes.embedded == 64


def step(done: int, phase: str = "moving") -> Step:
    return Step(StateMachine.REINDEX, phase, ProgressUnit.DOCUMENTS, done, 10)


def test_steps_are_noted_where_they_are_new_and_not_too_often(world: World) -> None:
    say = world.noting.steps("one", monotonic=lambda: world.time.seconds)
    for done in (0, 1, 2):
        say(step(done))
    assert world.table.writes == 1
    world.time.seconds += EVERY_SECONDS
    say(step(0))
    assert world.table.writes == 1, "it is the same"
    say(step(3))
    say(step(3, "ending"))
    assert world.table.writes == 3, "another phase is told at once"
    notes = world.table.operations(["one"])["one"]
    assert (notes.phase, notes.done, notes.of) == ("ending", 3, 10)


def ended(machine: StateMachine, status: RunStatus) -> RunEntry:
    time = Time(0.0)()
    return RunEntry(
        id=run_id(machine, "one"), state_machine=machine, name="one", status=status, started_at=time, ended_at=time
    )


def test_that_an_operation_is_over_is_noted_and_nothing_after_that(world: World) -> None:
    world.noting.step("one", step(3))
    world.noting.run(ended(StateMachine.REINDEX, RunStatus.FAILED))
    world.noting.step("one", step(4))
    notes = world.table.operations(["one"])["one"]
    assert (notes.status, notes.done) == (RunStatus.FAILED, 3)


def test_of_a_run_of_a_document_nothing_is_noted_since_its_record_says_it(world: World) -> None:
    world.noting.run(ended(StateMachine.UPDATE, RunStatus.FAILED))
    assert world.table.writes == 0


def test_what_cannot_be_noted_is_reported_and_stops_nobody(world: World) -> None:
    world.table.failing = True
    world.index([32, 32])
    world.noting.woken(ATTEMPT, Found.ASLEEP)
    world.noting.step("one", step(1))
    world.noting.done("one", Part("a", 1))
    world.noting.run(ended(StateMachine.REINDEX, RunStatus.FAILED))
    assert len(world.reported) == 5 + 4
