"""The rebuild's state machine in Step Functions."""

import json
from typing import Any

from pydantic import ValidationError

from bloomweaver.adapters.aws_errors import transient_as
from bloomweaver.adapters.named_executions import find_execution
from bloomweaver.errors import StorageUnavailable
from bloomweaver.models.dead_letter import StateError
from bloomweaver.models.record import ErrorDetail
from bloomweaver.ports import RebuildRun

INTERRUPTED = "RebuildInterrupted"
"""The error of an execution that caught one; its cause is what it caught."""


class RebuildExecutions:
    """Implements `Rebuilds` with a Step Functions client."""

    def __init__(self, client: Any, state_machine_arn: str) -> None:
        self._client = client
        self._state_machine_arn = state_machine_arn

    def start(self, name: str, source: str) -> RebuildRun:
        """See `Rebuilds`."""
        given = json.dumps({"source": source})
        with transient_as(StorageUnavailable, "starting the rebuild"):
            arn = self._client.start_execution(stateMachineArn=self._state_machine_arn, name=name, input=given)[
                "executionArn"
            ]
        return RebuildRun(name=name, arn=arn, status="running")

    def find(self, name: str) -> RebuildRun | None:
        """See `Rebuilds`."""
        found = find_execution(self._client, self._state_machine_arn, name)
        if found is None:
            return None
        return RebuildRun(name, found.arn, found.status, _caught(found.error) if found.error else None)


def _caught(error: ErrorDetail) -> ErrorDetail:
    """What the execution caught, in the place of the error that it ended with."""
    if error.type != INTERRUPTED:
        return error
    try:
        return StateError.model_validate_json(error.message).detail()
    except ValidationError:
        return error
