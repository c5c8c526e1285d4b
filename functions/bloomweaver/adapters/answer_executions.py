"""The state machine of answers in Step Functions."""

from typing import Any

from botocore.exceptions import ClientError

from bloomweaver.adapters.aws_errors import error_code, transient_as
from bloomweaver.chats.ports import AnswerTask
from bloomweaver.errors import StorageUnavailable


class AnswerExecutions:
    """Implements `AnswerRuns` with a Step Functions client."""

    def __init__(self, client: Any, state_machine_arn: str) -> None:
        self._client = client
        self._state_machine_arn = state_machine_arn

    def start(self, name: str, task: AnswerTask) -> None:
        """See `AnswerRuns`."""
        try:
            with transient_as(StorageUnavailable, "starting the run of an answer"):
                self._client.start_execution(
                    stateMachineArn=self._state_machine_arn, name=name, input=task.model_dump_json()
                )
        except ClientError as error:
            if error_code(error) != "ExecutionAlreadyExists":
                raise
