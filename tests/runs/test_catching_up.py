"""Runs of which nobody said that they ended: looked up, a bounded number, and kept as they are."""

from bloomweaver.models.run import RunStatus, StateMachine
from bloomweaver.runs.catching_up import FORGOTTEN, catch_up
from tests.runs.memory_runs import MemoryHistories, MemoryRuns, entry

NOW = "2026-11-29T12:30:00.000000+00:00"
OLD = "2026-11-29T12:19:00.000000+00:00"
YOUNG = "2026-11-29T12:21:00.000000+00:00"


def look(table: MemoryRuns, histories: MemoryHistories, looks_max: int = 100, seconds: float = 20.0) -> int:
    ticks = iter(range(10_000))
    return catch_up(
        table,
        histories,
        lambda: NOW,
        after_minutes=10,
        looks_max=looks_max,
        seconds=seconds,
        monotonic=lambda: float(next(ticks)),
    )


def test_a_run_that_ended_unheard_of_is_listed_as_it_ended() -> None:
    table, histories = MemoryRuns(), MemoryHistories()
    for name, started_at in (("over-1", OLD), ("on-1", OLD), ("young-1", YOUNG)):
        table.put(entry(name, started_at=started_at))
    histories.add(entry("over-1", RunStatus.FAILED, started_at=OLD, error_type="Wrong"))
    histories.add(entry("on-1", started_at=OLD))
    assert look(table, histories) == 1
    assert sorted(histories.looks) == ["create-on-1", "create-over-1"]
    kept = table.entries["create-over-1"]
    assert (kept.status, kept.error_type) == (RunStatus.FAILED, "Wrong")
    assert table.entries["create-on-1"].status is RunStatus.RUNNING
    assert look(table, histories) == 0


def test_a_run_that_step_functions_forgot_is_over() -> None:
    table = MemoryRuns()
    table.put(entry("gone", machine=StateMachine.REBUILD, started_at=OLD))
    assert look(table, MemoryHistories()) == 1
    kept = table.entries["rebuild-gone"]
    assert (kept.status, kept.ended_at, kept.error_type) == (RunStatus.ABORTED, NOW, FORGOTTEN)


def test_no_more_are_looked_up_than_may_be_and_the_oldest_first() -> None:
    table, histories = MemoryRuns(), MemoryHistories()
    for number in range(120):
        running = entry(
            f"doc-{number + 1}", started_at=f"2026-11-29T10:{number // 60:02}:{number % 60:02}.000000+00:00"
        )
        table.put(running)
        histories.add(running)
    look(table, histories, looks_max=70, seconds=1000.0)
    assert histories.looks == [f"create-doc-{number + 1}" for number in range(70)]
    histories.looks.clear()
    look(table, histories, seconds=10.0)
    assert 0 < len(histories.looks) < 12
