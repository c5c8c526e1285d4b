"""RECONCILE: call after call until everything was looked at, each with what the one before came to."""

from itertools import repeat
from typing import Any

import pytest

from bloomweaver.errors import BackupUnavailable, StorageUnavailable, VectorIndexThrottled, VectorIndexUnavailable
from bloomweaver.models.reconciliation import Counts, Kind, Phase, Progress, Tally
from tests.statemachines import definitions
from tests.statemachines.interpreters import Interpreter, Run
from tests.statemachines.tasks import Payload, Script, Tasks

CALLS = (
    Progress(phase=Phase.RECORDS, cursor="doc-7", parts=1, counts=Counts(documents=100)),
    Progress(phase=Phase.LISTS, cursor="WyJhIiwgImIiXQ==", parts=1, tallies=1, counts=Counts(documents=140, entries=9)),
    Progress(phase=Phase.FOLDERS, parts=1, tallies=2, counts=Counts(documents=140, entries=99, folders=7)),
    Progress(
        phase=Phase.VECTORS, index="bloomweaver", cursor="doc#v000001-00000", parts=1, counts=Counts(documents=140)
    ),
    Progress(phase=Phase.BACKUPS, cursor="doc/v000001-00000.json", parts=2, counts=Counts(documents=140, vectors=9)),
    Progress(
        phase=Phase.DONE,
        parts=2,
        counts=Counts(documents=140, vectors=9, backups=8, kinds={Kind.ORPHAN_VECTORS: Tally(found=1, repaired=1)}),
    ),
)


def reconcile(interpreter: Interpreter, script: Script | None = None, *, repair: bool = True) -> tuple[Run, Tasks]:
    """Run the definition with a function that answers as `CALLS` says."""

    def answer(function: str, payload: Payload) -> Any:
        assert function == "Compare"
        came_from = Progress.model_validate(payload["progress"])
        place = next((index for index, call in enumerate(CALLS) if call == came_from), -1)
        return CALLS[place + 1].model_dump(mode="json")

    tasks = Tasks(answer, script or {})
    run = interpreter.execute(definitions.load("reconcile"), {"repair": repair, "contents": False, "share": 7}, tasks)
    return run, tasks


@pytest.mark.parametrize("repair", [True, False])
def test_each_call_goes_on_where_the_one_before_ended(interpreter: Interpreter, repair: bool) -> None:
    run, tasks = reconcile(interpreter, repair=repair)

    assert (run.status, run.ended_in) == ("SUCCEEDED", "Reconciled")
    assert [Progress.model_validate(call.payload["progress"]) for call in tasks.calls] == [Progress(), *CALLS[:-1]]
    assert Progress.model_validate(run.output["progress"]) == CALLS[-1]
    ordered = [{key: value for key, value in call.payload.items() if key != "progress"} for call in tasks.calls]
    name = run.arn.rpartition(":")[2]
    assert ordered == [{"reconciliation": name, "repair": repair, "contents": False, "share": 7}] * len(CALLS)


def test_it_outlives_transient_errors(interpreter: Interpreter) -> None:
    failures = [BackupUnavailable("503"), VectorIndexUnavailable("503"), VectorIndexThrottled("429")]
    run, _ = reconcile(interpreter, {"Compare": [*failures, StorageUnavailable("503")]})

    assert (run.status, run.ended_in) == ("SUCCEEDED", "Reconciled")


def test_what_fails_for_good_is_no_success(interpreter: Interpreter) -> None:
    run, _ = reconcile(interpreter, {"Compare": repeat(KeyError("no such key"))})

    assert (run.status, run.ended_in, run.error) == ("FAILED", "Interrupted", "ReconcileInterrupted")
    assert "no such key" in (run.cause or "")
