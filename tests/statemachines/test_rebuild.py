"""REBUILD: one preparation, every backup in batches, and calls of the verification until everything was looked at.

moto does not know the `ItemBatcher` of a Distributed Map: its runs go without that state. MiniStack runs all of it.
"""

from datetime import datetime
from itertools import repeat
from typing import Any

import pytest

from bloomweaver.errors import (
    BackupUnavailable,
    RebuildRunning,
    StorageUnavailable,
    VectorIndexRejected,
    VectorIndexThrottled,
    VectorIndexUnavailable,
)
from bloomweaver.models.rebuild import Fate, Phase, RebuildCounts, RebuildProgress
from tests.statemachines import definitions
from tests.statemachines.interpreters import Interpreter, Run
from tests.statemachines.tasks import Payload, RuntimeFailure, Script, Tasks

KEYS = [f"doc-{number:03d}/v000001-00000.json" for number in range(7)]
CALLS = (
    RebuildProgress(phase=Phase.RECORDS, cursor=None, counts=RebuildCounts(objects={Fate.RESTORED: 7})),
    RebuildProgress(
        phase=Phase.RECORDS, cursor="doc-003", counts=RebuildCounts(objects={Fate.RESTORED: 7}, documents=4, chunks=4)
    ),
    RebuildProgress(phase=Phase.DONE, counts=RebuildCounts(objects={Fate.RESTORED: 7}, documents=7, chunks=7)),
)


def rebuild(interpreter: Interpreter, script: Script | None = None, *, per_batch: int = 3) -> tuple[Run, Tasks]:
    """Run the definition over `KEYS`, with functions that answer as `CALLS` says."""

    def answer(function: str, payload: Payload) -> Any:
        if function == "PrepareRebuild":
            return {"max_concurrency": 2}
        if function == "Restore":
            return {"restored": len(payload["items"])}
        assert function == "VerifyRebuild"
        came_from = RebuildProgress.model_validate(payload["progress"])
        place = next((index for index, call in enumerate(CALLS) if call == came_from), -1)
        return CALLS[place + 1].model_dump(mode="json")

    definition = definitions.load("rebuild")
    if interpreter.batches_items:
        definition["States"]["RestoreBackups"]["ItemBatcher"]["MaxItemsPerBatch"] = per_batch
    else:
        definition["States"]["RestoreBackups"] = {"Type": "Pass", "Next": "Verify"}
    tasks = Tasks(answer, script or {})
    return interpreter.execute(definition, {"source": "old"}, tasks, backups=dict.fromkeys(KEYS, b"{}")), tasks


@pytest.fixture
def batching(interpreter: Interpreter) -> Interpreter:
    """An interpreter that runs the whole definition."""
    if not interpreter.batches_items:
        pytest.skip("moto does not know ItemBatcher")
    return interpreter


def test_every_call_goes_on_where_the_one_before_ended(interpreter: Interpreter) -> None:
    run, _ = rebuild(interpreter)
    assert (run.status, run.ended_in) == ("SUCCEEDED", "Rebuilt")
    name = run.arn.rpartition(":")[2]
    assert run.payloads("PrepareRebuild") == [{"rebuild": name, "source": "old"}]
    calls = run.payloads("VerifyRebuild")
    assert [RebuildProgress.model_validate(call["progress"]) for call in calls] == [RebuildProgress(), *CALLS[:-1]]
    assert {(call["rebuild"], call["source"]) for call in calls} == {(name, "old")}
    for call in calls:
        assert datetime.fromisoformat(call["started_at"]).tzinfo is not None
    assert RebuildProgress.model_validate(run.output["progress"]) == CALLS[-1]
    # Nothing of the batches travels on.
    assert set(run.output) == {"rebuild", "source", "plan", "progress"}


def test_every_backup_is_in_one_batch(batching: Interpreter) -> None:
    run, _ = rebuild(batching)
    given = run.payloads("Restore")
    batches = sorted([item["key"] for item in payload["items"]] for payload in given)
    assert batches == [KEYS[:3], KEYS[3:6], KEYS[6:]]
    assert {item["size"] for payload in given for item in payload["items"]} == {2}
    name = run.arn.rpartition(":")[2]
    assert {(payload["rebuild"], payload["source"]) for payload in given} == {(name, "old")}


def test_a_batch_outlives_transient_errors(batching: Interpreter) -> None:
    failures = [BackupUnavailable("503"), VectorIndexUnavailable("503"), VectorIndexThrottled("429")]
    died = RuntimeFailure("Runtime.ExitError", "it died")
    run, _ = rebuild(batching, {"Restore": [*failures, StorageUnavailable("503"), died]}, per_batch=7)
    assert (run.status, run.ended_in) == ("SUCCEEDED", "Rebuilt")
    batches = run.payloads("Restore")
    assert len(batches) == 6
    assert all(batch == batches[0] for batch in batches)


def test_a_batch_that_fails_for_good_is_no_success(batching: Interpreter) -> None:
    run, _ = rebuild(batching, {"Restore": repeat(KeyError("no such key"))})
    assert (run.status, run.ended_in, run.error) == ("FAILED", "Interrupted", "RebuildInterrupted")
    assert "VerifyRebuild" not in run.called()


def test_preparation_and_verification_outlive_transient_errors(interpreter: Interpreter) -> None:
    failures = [VectorIndexUnavailable("503"), VectorIndexThrottled("429"), StorageUnavailable("503")]
    script = {"PrepareRebuild": failures, "VerifyRebuild": [*failures, BackupUnavailable("503")]}
    run, _ = rebuild(interpreter, script)
    assert (run.status, run.ended_in) == ("SUCCEEDED", "Rebuilt")


@pytest.mark.parametrize(
    "error", [VectorIndexRejected("the index has vectors of 768 numbers, not 384"), RebuildRunning("'x' is running")]
)
def test_what_the_preparation_refuses_ends_it_before_anything_is_written(
    interpreter: Interpreter, error: Exception
) -> None:
    run, _ = rebuild(interpreter, {"PrepareRebuild": [error]})
    assert (run.status, run.ended_in, run.error) == ("FAILED", "Interrupted", "RebuildInterrupted")
    assert str(error) in (run.cause or "")
    assert run.called() == ["PrepareRebuild"]


def test_a_verification_that_fails_for_good_is_no_success(interpreter: Interpreter) -> None:
    run, _ = rebuild(interpreter, {"VerifyRebuild": repeat(KeyError("no such key"))})
    assert (run.status, run.ended_in, run.error) == ("FAILED", "Interrupted", "RebuildInterrupted")
    assert "no such key" in (run.cause or "")
