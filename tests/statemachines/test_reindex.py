"""REINDEX: call after call until everything is moved, each with what the one before came to."""

from itertools import repeat
from typing import Any

from bloomweaver.errors import BackupUnavailable, StorageUnavailable, VectorIndexThrottled, VectorIndexUnavailable
from bloomweaver.models.left import LeftDocuments
from bloomweaver.models.reindexing import Left, ReindexCounts, ReindexPhase, ReindexProgress
from tests.statemachines import definitions
from tests.statemachines.interpreters import Interpreter, Run
from tests.statemachines.tasks import Payload, Script, Tasks

CALLS = (
    ReindexProgress(cursor="doc-7", accepted=["doc-5", "doc-7"], unsettled=True, patience=9, retiring=["old"]),
    ReindexProgress(
        scanned=True, watched=["doc-2"], patience=8, named=["old"], retired=["older"], counts=ReindexCounts(moved=2)
    ),
    ReindexProgress(
        phase=ReindexPhase.DONE,
        counts=ReindexCounts(moved=2, left={Left.FAILED: LeftDocuments(count=1, examples=["doc-9"])}),
    ),
)


def reindex(interpreter: Interpreter, script: Script | None = None) -> tuple[Run, Tasks]:
    """Run the definition with a function that answers as `CALLS` says."""

    def answer(function: str, payload: Payload) -> Any:
        assert function == "Move"
        came_from = ReindexProgress.model_validate(payload["progress"])
        place = next((index for index, call in enumerate(CALLS) if call == came_from), -1)
        return CALLS[place + 1].model_dump(mode="json")

    tasks = Tasks(answer, script or {})
    run = interpreter.execute(definitions.load("reindex"), {}, tasks)
    return run, tasks


def test_each_call_goes_on_where_the_one_before_ended(interpreter: Interpreter) -> None:
    run, tasks = reindex(interpreter)

    assert (run.status, run.ended_in) == ("SUCCEEDED", "Reindexed")
    came_from = [ReindexProgress.model_validate(call.payload["progress"]) for call in tasks.calls]
    assert came_from == [ReindexProgress(), *CALLS[:-1]]
    assert ReindexProgress.model_validate(run.output["progress"]) == CALLS[-1]
    assert {call.payload["reindex"] for call in tasks.calls} == {run.arn.rpartition(":")[2]}


def test_it_outlives_transient_errors(interpreter: Interpreter) -> None:
    failures = [BackupUnavailable("503"), VectorIndexUnavailable("503"), VectorIndexThrottled("429")]
    run, _ = reindex(interpreter, {"Move": [*failures, StorageUnavailable("503")]})

    assert (run.status, run.ended_in) == ("SUCCEEDED", "Reindexed")


def test_what_fails_for_good_is_no_success(interpreter: Interpreter) -> None:
    run, _ = reindex(interpreter, {"Move": repeat(KeyError("no such key"))})

    assert (run.status, run.ended_in, run.error) == ("FAILED", "Interrupted", "ReindexInterrupted")
    assert "no such key" in (run.cause or "")
