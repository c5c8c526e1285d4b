"""The rebuild's state machine in Step Functions."""

from dataclasses import replace

from pydantic import ValidationError

from bloomweaver.adapters.named_executions import NamedExecutions
from bloomweaver.models.dead_letter import StateError
from bloomweaver.models.record import ErrorDetail
from bloomweaver.ports import Run

INTERRUPTED = "RebuildInterrupted"
"""The error of an execution that caught one; its cause is what it caught."""


class RebuildExecutions(NamedExecutions):
    """Implements `Rebuilds`."""

    def start(self, name: str, source: str) -> Run:
        """See `Rebuilds`."""
        return self._start(name, {"source": source})

    def find(self, name: str) -> Run | None:
        """See `Runs`."""
        run = super().find(name)
        return replace(run, error=_caught(run.error)) if run and run.error else run


def _caught(error: ErrorDetail) -> ErrorDetail:
    """What the execution caught, in the place of the error that it ended with."""
    if error.type != INTERRUPTED:
        return error
    try:
        return StateError.model_validate_json(error.message).detail()
    except ValidationError:
        return error
