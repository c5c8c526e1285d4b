"""The reconciliation's state machine in Step Functions."""

import json
import uuid
from typing import Any

from bloomweaver.adapters.aws_errors import transient_as
from bloomweaver.adapters.named_executions import find_execution
from bloomweaver.errors import StorageUnavailable
from bloomweaver.ports import ReconciliationRun


class ReconcileExecutions:
    """Implements `Reconciliations` with a Step Functions client."""

    def __init__(self, client: Any, state_machine_arn: str) -> None:
        self._client = client
        self._state_machine_arn = state_machine_arn

    def start(self, *, repair: bool, contents: bool) -> ReconciliationRun:
        """See `Reconciliations`."""
        name = str(uuid.uuid4())
        given = json.dumps({"repair": repair, "contents": contents})
        with transient_as(StorageUnavailable, "starting the reconciliation"):
            arn = self._client.start_execution(stateMachineArn=self._state_machine_arn, name=name, input=given)[
                "executionArn"
            ]
        return ReconciliationRun(name=name, arn=arn, status="running")

    def find(self, name: str) -> ReconciliationRun | None:
        """See `Reconciliations`."""
        found = find_execution(self._client, self._state_machine_arn, name)
        if found is None:
            return None
        return ReconciliationRun(name=name, arn=found.arn, status=found.status, error=found.error)
