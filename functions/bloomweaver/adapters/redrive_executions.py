"""The redrive's state machine in Step Functions."""

import json
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from bloomweaver.adapters.named_executions import NamedExecutions
from bloomweaver.models.dead_letter import DeadLetterQueue, LetterInHand
from bloomweaver.ports import RedriveRun, Run


class RedriveExecutions(NamedExecutions):
    """Implements `Redrives`."""

    def __init__(self, client: Any, state_machine_arn: str, queue_urls: Mapping[DeadLetterQueue, str]) -> None:
        super().__init__(client, state_machine_arn)
        self._queue_urls = queue_urls

    def start(self, queue: DeadLetterQueue, letters: Sequence[LetterInHand]) -> RedriveRun:
        """See `Redrives`."""
        given = {
            "queue_url": self._queue_urls[queue],
            "letters": [letter.model_dump(mode="json") for letter in letters],
        }
        return _with_outcomes(self._start(f"{queue}-{uuid.uuid4()}", given), ())

    def find(self, name: str) -> RedriveRun | None:
        """See `Redrives`."""
        described = self._describe(name)
        if described is None:
            return None
        run = self._run(name, described)
        output = json.loads(described["output"]) if run.status == "succeeded" else {}
        return _with_outcomes(run, output.get("outcomes", ()))


def _with_outcomes(run: Run, outcomes: Sequence[str]) -> RedriveRun:
    return RedriveRun(run.name, run.arn, run.status, run.error, run.stopped_at, outcomes)
