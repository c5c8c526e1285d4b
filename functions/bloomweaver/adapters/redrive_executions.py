"""The redrive's state machine in Step Functions."""

import json
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from bloomweaver.adapters.aws_errors import transient_as
from bloomweaver.adapters.named_executions import find_execution
from bloomweaver.errors import StorageUnavailable
from bloomweaver.models.dead_letter import DeadLetterQueue, LetterInHand
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
        found = find_execution(self._client, self._state_machine_arn, name)
        if found is None:
            return None
        outcomes = found.output.get("outcomes", ()) if found.output else ()
        return RedriveRun(name=name, arn=found.arn, status=found.status, outcomes=outcomes, error=found.error)
