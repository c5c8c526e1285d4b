"""The reindex's state machine in Step Functions."""

from typing import Any

from bloomweaver.adapters.aws_errors import transient_as
from bloomweaver.adapters.named_executions import find_execution
from bloomweaver.errors import StorageUnavailable
from bloomweaver.ports import ReindexRun


class ReindexExecutions:
    """Implements `Reindexes` with a Step Functions client."""

    def __init__(self, client: Any, state_machine_arn: str) -> None:
        self._client = client
        self._state_machine_arn = state_machine_arn

    def start(self, name: str) -> ReindexRun:
        """See `Reindexes`."""
        with transient_as(StorageUnavailable, "starting the reindex"):
            arn = self._client.start_execution(stateMachineArn=self._state_machine_arn, name=name, input="{}")[
                "executionArn"
            ]
        return ReindexRun(name=name, arn=arn, status="running")

    def find(self, name: str) -> ReindexRun | None:
        """See `Reindexes`."""
        found = find_execution(self._client, self._state_machine_arn, name)
        if found is None:
            return None
        return ReindexRun(name=name, arn=found.arn, status=found.status, error=found.error)
