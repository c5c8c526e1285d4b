"""What several tests expect of a run, in one place."""

import json
from collections.abc import Sequence
from typing import Any

from bloomweaver.models.dead_letter import BranchTask, DeadLetter
from bloomweaver.models.record import Branch, DocumentRecord
from tests.statemachines.interpreters import Run

WRITE = ("PineconeWriter/write", "S3Writer/write")
REMOVE = ("PineconeWriter/remove", "S3Writer/remove")
STEP_FUNCTIONS_PAYLOAD_BYTES = 256 * 1024


def identity(record: DocumentRecord) -> dict[str, Any]:
    """What every task is told."""
    return {
        "doc_hash": record.doc_hash,
        "version": record.version,
        "attempt": record.attempt,
        "operation": record.operation.value,
        "correlation_id": record.correlation_id,
    }


def assert_called(run: Run, *steps: str | Sequence[str]) -> None:
    """The functions were called in this order and no more; the calls of one step come in any order."""
    called, expected = run.called(), [[step] if isinstance(step, str) else sorted(step) for step in steps]
    found: list[list[str]] = []
    for step in expected:
        found.append(sorted(called[: len(step)]))
        called = called[len(step) :]
    assert (found, called) == (expected, [])


def assert_succeeded(run: Run, ended_in: str) -> None:
    """The run ended well, in this state, and left no dead letter."""
    assert (run.status, run.ended_in, run.error, run.cause) == ("SUCCEEDED", ended_in, None, None)
    assert run.dead_letters == {"pinecone": [], "s3": []}
    assert len(json.dumps(run.output)) < STEP_FUNCTIONS_PAYLOAD_BYTES


def assert_failed(run: Run, error: str, message: str) -> None:
    """The run failed for good with this error, and said so."""
    assert (run.status, run.ended_in, run.error) == ("FAILED", "Failed", error)
    assert message in (run.cause or "")


def assert_dead_lettered(run: Run, *branches: str, message: str) -> None:
    """The run ended as dead-lettered for a reason that a person can read; each branch has one letter, no other any."""
    assert (run.status, run.ended_in, run.error) == ("FAILED", "DeadLettered", "DeadLettered")
    assert run.cause == message
    assert {branch: len(letters) for branch, letters in run.dead_letters.items()} == {
        branch: int(branch in branches) for branch in ("pinecone", "s3")
    }


def letter(run: Run, record: DocumentRecord, branch: str, task: str, error: str) -> DeadLetter:
    """The dead letter of `branch`, with what every one of them holds."""
    (text,) = run.dead_letters[branch]
    found = DeadLetter.model_validate_json(text)
    assert set(json.loads(text)) == {
        *("branch", "task", "doc_hash", "version", "operation", "correlation_id"),
        *("error", "execution_arn", "failed_at"),
        "artifacts" if task == "write" else "stale",
    }
    assert (found.branch, found.task, found.error.type) == (Branch(branch), BranchTask(task), error)
    assert (found.doc_hash, found.version) == (record.doc_hash, record.version)
    assert (found.operation, found.correlation_id) == (record.operation, record.correlation_id)
    assert found.execution_arn == run.arn
    assert found.failed_at.startswith("20")
    return found
