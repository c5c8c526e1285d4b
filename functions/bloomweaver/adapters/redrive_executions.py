"""The redrive's state machine in Step Functions."""

import json
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from botocore.exceptions import ClientError

from bloomweaver.adapters.aws_errors import error_code, transient_as
from bloomweaver.errors import StorageUnavailable
from bloomweaver.models.dead_letter import DeadLetterQueue, LetterInHand
from bloomweaver.models.record import ErrorDetail
from bloomweaver.ports import RedriveRun


class RedriveExecutions:
    """Implements `Redrives` with a Step Functions client."""

    def __init__(self, client: Any, state_machine_arn: str, queue_urls: Mapping[DeadLetterQueue, str]) -> None:
        self._client = client
        self._state_machine_arn = state_machine_arn
        self._queue_urls = queue_urls

    def start(self, queue: DeadLetterQueue, letters: Sequence[LetterInHand]) -> RedriveRun:
        """See `Redrives`."""
        name = f"{queue}-{uuid.uuid4()}"
        given = {
            "queue_url": self._queue_urls[queue],
            "letters": [letter.model_dump(mode="json") for letter in letters],
        }
        with transient_as(StorageUnavailable, "starting the redrive"):
            arn = self._client.start_execution(
                stateMachineArn=self._state_machine_arn, name=name, input=json.dumps(given)
            )["executionArn"]
        return RedriveRun(name=name, arn=arn, status="running")

    def find(self, name: str) -> RedriveRun | None:
        """See `Redrives`."""
        arn = f"{self._state_machine_arn.replace(':stateMachine:', ':execution:')}:{name}"
        try:
            with transient_as(StorageUnavailable, "reading the redrive"):
                found = self._client.describe_execution(executionArn=arn)
        except ClientError as error:
            if error_code(error) in ("ExecutionDoesNotExist", "InvalidArn"):
                return None
            raise
        status = found["status"].lower()
        output = json.loads(found["output"]) if status == "succeeded" else {}
        reason = found.get("cause") or f"the execution ended as {status}"
        return RedriveRun(
            name=name,
            arn=arn,
            status=status,
            outcomes=output.get("outcomes", ()),
            error=ErrorDetail(type=found.get("error") or status, message=reason)
            if status not in ("running", "succeeded")
            else None,
        )
