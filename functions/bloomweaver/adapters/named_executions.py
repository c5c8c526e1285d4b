"""Executions in Step Functions that are looked up by their names."""

import json
from datetime import UTC
from typing import Any

from botocore.exceptions import ClientError

from bloomweaver import keys
from bloomweaver.adapters.aws_errors import error_code, transient_as
from bloomweaver.errors import StorageUnavailable
from bloomweaver.models.record import ErrorDetail
from bloomweaver.ports import Run


class NamedExecutions:
    """Implements `Runs` with a Step Functions client."""

    def __init__(self, client: Any, state_machine_arn: str) -> None:
        self._client = client
        self._state_machine_arn = state_machine_arn

    def find(self, name: str) -> Run | None:
        """See `Runs`."""
        described = self._describe(name)
        return None if described is None else self._run(name, described)

    def _start(self, name: str, given: Any) -> Run:
        """Start the execution `name` with that input."""
        with transient_as(StorageUnavailable, "starting the execution"):
            started = self._client.start_execution(
                stateMachineArn=self._state_machine_arn, name=name, input=json.dumps(given)
            )
        return Run(name=name, arn=started["executionArn"], status="running")

    def _describe(self, name: str) -> dict[str, Any] | None:
        """What Step Functions says of the execution, if there was one of this name."""
        if not keys.is_execution_name(name):
            return None
        arn = f"{self._state_machine_arn.replace(':stateMachine:', ':execution:')}:{name}"
        try:
            with transient_as(StorageUnavailable, "reading the execution"):
                described: dict[str, Any] = self._client.describe_execution(executionArn=arn)
        except ClientError as error:
            if error_code(error) == "ExecutionDoesNotExist":
                return None
            raise
        return described

    def _run(self, name: str, described: dict[str, Any]) -> Run:
        status = described["status"].lower()
        error = None
        if status not in ("running", "succeeded"):
            reason = described.get("cause") or f"the execution ended as {status}"
            error = ErrorDetail(type=described.get("error") or status, message=reason)
        stopped_at = stop_time(described)
        return Run(name=name, arn=described["executionArn"], status=status, error=error, stopped_at=stopped_at)


def stop_time(described: dict[str, Any]) -> str | None:
    """When an execution ended, by what Step Functions says of it, in the form of `Clock`; none while it runs."""
    stopped = described.get("stopDate")
    return stopped.astimezone(UTC).isoformat(timespec="microseconds") if stopped else None
