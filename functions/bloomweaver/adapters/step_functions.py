"""The three state machines in Step Functions."""

from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError

from bloomweaver.adapters.aws_errors import error_code, transient_as
from bloomweaver.adapters.named_executions import stop_time
from bloomweaver.errors import StorageUnavailable
from bloomweaver.models.message import OperationMessage
from bloomweaver.models.record import Operation
from bloomweaver.ports import Execution


class StepFunctionsExecutions:
    """Implements `Executions` with a Step Functions client."""

    def __init__(self, client: Any, state_machine_arns: Mapping[Operation, str]) -> None:
        self._client = client
        self._state_machine_arns = state_machine_arns

    def start(self, message: OperationMessage) -> None:
        """See `Executions`."""
        try:
            with transient_as(StorageUnavailable, "starting the execution"):
                self._client.start_execution(
                    stateMachineArn=self._state_machine_arns[message.operation],
                    name=message.execution_name,
                    input=message.model_dump_json(),
                )
        except ClientError as error:
            # A message that was delivered twice. The first delivery's execution is the one that counts.
            if error_code(error) != "ExecutionAlreadyExists":
                raise

    def arn_of(self, message: OperationMessage) -> str:
        """See `Executions`."""
        machine = self._state_machine_arns[message.operation]
        return f"{machine.replace(':stateMachine:', ':execution:')}:{message.execution_name}"

    def look_up(self, arn: str) -> Execution | None:
        """See `Executions`."""
        try:
            with transient_as(StorageUnavailable, "looking the execution up"):
                found = self._client.describe_execution(executionArn=arn)
        except ClientError as error:
            if error_code(error) == "ExecutionDoesNotExist":
                return None
            raise
        return Execution(
            status=found["status"], stopped_at=stop_time(found), error=found.get("error"), cause=found.get("cause")
        )
