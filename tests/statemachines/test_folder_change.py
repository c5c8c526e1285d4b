"""FOLDER CHANGE: call after call until nothing is left to do, each with what the one before came to."""

from itertools import repeat
from typing import Any

from bloomweaver.errors import FolderChangeOvertaken, RecordContended, StorageUnavailable
from bloomweaver.models.folder_change import (
    FolderChange,
    FolderChangeCounts,
    FolderChangePhase,
    FolderChangeProgress,
    FolderOperation,
    NotChanged,
)
from bloomweaver.models.left import LeftDocuments
from tests.statemachines import definitions
from tests.statemachines.interpreters import Interpreter, Run
from tests.statemachines.tasks import Payload, Script, Tasks

AT = "2026-02-01T00:00:00.000000+00:00"
CHANGE = FolderChange(operation=FolderOperation.MOVE, folder="/a", to="/b", asked_at=AT)
KNOWN = FolderChangeCounts(documents=4)
CALLS = (
    FolderChangeProgress(begun=True, cursor="next", unsettled=True, accepted={"doc-5": 2}, counts=KNOWN),
    FolderChangeProgress(begun=True, caught_up=True, looked=True, counts=KNOWN.model_copy(update={"done": 3})),
    FolderChangeProgress(
        phase=FolderChangePhase.DONE,
        begun=True,
        caught_up=True,
        looked=True,
        counts=KNOWN.model_copy(
            update={"done": 3, "left": {NotChanged.NO_CONTENT: LeftDocuments(count=1, examples=["doc-9"])}}
        ),
    ),
)


def change(interpreter: Interpreter, script: Script | None = None) -> tuple[Run, Tasks]:
    """Run the definition with a function that answers as `CALLS` says."""

    def answer(function: str, payload: Payload) -> Any:
        assert function == "ChangeFolder"
        came_from = FolderChangeProgress.model_validate(payload["progress"])
        place = next((index for index, call in enumerate(CALLS) if call == came_from), -1)
        return CALLS[place + 1].model_dump(mode="json")

    tasks = Tasks(answer, script or {})
    given = {"change": CHANGE.model_dump(mode="json")}
    return interpreter.execute(definitions.load("folder_change"), given, tasks), tasks


def test_each_call_goes_on_where_the_one_before_ended(interpreter: Interpreter) -> None:
    run, tasks = change(interpreter)

    assert (run.status, run.ended_in) == ("SUCCEEDED", "Changed")
    came_from = [FolderChangeProgress.model_validate(call.payload["progress"]) for call in tasks.calls]
    assert came_from == [FolderChangeProgress(), *CALLS[:-1]]
    assert FolderChangeProgress.model_validate(run.output["progress"]) == CALLS[-1]
    assert {call.payload["folder_change"] for call in tasks.calls} == {run.arn.rpartition(":")[2]}
    assert {FolderChange.model_validate(call.payload["change"]) for call in tasks.calls} == {CHANGE}


def test_it_outlives_transient_errors(interpreter: Interpreter) -> None:
    run, _ = change(interpreter, {"ChangeFolder": [StorageUnavailable("503"), RecordContended("again")]})

    assert (run.status, run.ended_in) == ("SUCCEEDED", "Changed")


def test_one_that_was_overtaken_stops_at_once(interpreter: Interpreter) -> None:
    run, tasks = change(interpreter, {"ChangeFolder": repeat(FolderChangeOvertaken("not in the register"))})

    assert (run.status, run.ended_in, run.error) == ("FAILED", "Interrupted", "FolderChangeInterrupted")
    assert "FolderChangeOvertaken" in (run.cause or "")
    assert len(tasks.calls) == 1
