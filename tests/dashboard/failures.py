"""Runs that fail for a known reason: a document of which no text can be taken, and one that leaves a dead letter."""

from typing import Any

from bloomweaver import keys
from cli.answers import Accepted
from tests.e2e.running_stack import RunningStack

LETTER = "lighthouse-log"
"""The document with a dead letter in the pictures."""


def run_id(accepted: Accepted) -> str:
    """What the run of an accepted operation is looked up by."""
    return f"{accepted.operation.lower()}-{keys.execution_name(accepted.doc_hash, accepted.version)}"


def broken(stand: RunningStack, doc_hash: str, **fields: Any) -> Accepted:
    """Send a PDF that is none, and return once its run has failed."""
    accepted = stand.submit(doc_hash, "<html>This is no PDF.</html>", content_type="application/pdf", **fields)
    assert stand.execution(accepted).error == "ExtractionFailed"
    return accepted


def dead_lettered(stand: RunningStack, doc_hash: str, **fields: Any) -> Accepted:
    """Send a document whose backups cannot be written, and return once they lie in the dead letter queue."""
    with stand.function_environment("s3_writer", BACKUPS_BUCKET="no-such-bucket"):
        accepted = stand.submit(doc_hash, f"The harbour master of {doc_hash} counts the ropes.", **fields)
        assert stand.execution(accepted).error == "DeadLettered"
    return accepted
