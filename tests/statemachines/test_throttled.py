"""Lambda has no place for a function, or none of its network yet: the run waits, and says nothing of its document."""

from itertools import repeat

import pytest

from bloomweaver.models.record import Operation, Status
from bloomweaver.recovery.rules import NOT_INVOKED
from tests.statemachines.expectations import assert_succeeded
from tests.statemachines.interpreters import Interpreter
from tests.statemachines.pipeline import Pipeline, accepted
from tests.statemachines.tasks import RuntimeFailure, Script

TRIES = 36
ERRORS = (
    "Lambda.TooManyRequestsException",
    "Lambda.EC2ThrottledException",
    "Lambda.ENILimitReachedException",
    "Lambda.SubnetIPAddressLimitReachedException",
    "Lambda.ResourceNotReadyException",
    "Lambda.ENINotReadyException",
    "Lambda.ResourceConflictException",
)
TASKS = {
    "update": ("Claim", "Chunk", "Embed", "PineconeWriter/write", "S3Writer/write", "Publish"),
    "delete": ("Claim", "PineconeWriter/remove", "S3Writer/remove", "Settle"),
}
EVERY_TASK = [(name, task) for name, found in TASKS.items() for task in found]


def document(name: str) -> Pipeline:
    """A document with a version that is served and one on its way."""
    operation = Operation.DELETE if name == "delete" else Operation.UPDATE
    record = accepted(operation, version=2, indexed_version=1, chunk_count=2)
    return Pipeline(record.model_copy(update={"stale": {"1": {"other": 2}}}))


@pytest.mark.parametrize("error", ERRORS)
def test_a_function_that_is_not_ready_for_minutes_is_called_until_it_is(interpreter: Interpreter, error: str) -> None:
    script: Script = {"Embed": [RuntimeFailure(error, "")] * TRIES}

    run = interpreter.run("create", Pipeline(accepted(Operation.CREATE)), script)

    assert_succeeded(run, "Indexed")


@pytest.mark.parametrize(("name", "task"), EVERY_TASK, ids=lambda value: value)
def test_a_run_that_finds_no_place_for_half_an_hour_ends_without_failing_its_document(
    interpreter: Interpreter, name: str, task: str
) -> None:
    pipeline = document(name)

    run = interpreter.run(name, pipeline, {task: repeat(RuntimeFailure(ERRORS[0], "Rate exceeded"))})

    assert (run.status, run.error) == ("FAILED", NOT_INVOKED)
    assert "does not count this attempt" in (run.cause or "")
    assert run.dead_letters == {"pinecone": [], "s3": []}
    assert "RecordFailure" not in run.called()
    assert pipeline.record.status in (Status.QUEUED, Status.PROCESSING, Status.DELETING)
    assert pipeline.record.error is None
