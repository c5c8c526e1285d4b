"""A document's record and what the functions answer about it: the handlers' answers, by the pipeline's own rules.

So a definition is held against what the functions really take and return, not against a copy of it.
"""

import itertools
from collections.abc import Callable, Sequence
from typing import Any

from bloomweaver.documents import lifecycle
from bloomweaver.documents.lifecycle import BranchResult, Ending
from bloomweaver.models.dead_letter import BranchTask, BranchWork, StateError, VersionArtifacts
from bloomweaver.models.message import OperationMessage
from bloomweaver.models.record import Branch, DocumentRecord, Operation, Outcome, StaleVersion, Status
from bloomweaver.pipeline.wake import wake
from bloomweaver.recovery import mending
from tests.fakes import INDEX, MODEL, MemoryFleet
from tests.statemachines.tasks import Payload

NOW = "2026-01-01T00:00:00.000000+00:00"
_numbers = itertools.count(1)


def accepted(operation: str, version: int = 1, **changes: Any) -> DocumentRecord:
    """The record of a document after the webhook accepted `operation`."""
    record = DocumentRecord(
        doc_hash="doc_1",
        version=version,
        status=Status.DELETING if operation == Operation.DELETE else Status.QUEUED,
        operation=Operation(operation),
        index=INDEX,
        correlation_id=f"correlation-{next(_numbers)}",
        created_at=NOW,
        updated_at=NOW,
    )
    return record.model_copy(update=changes)


class Pipeline:
    """The functions, on one record in memory."""

    def __init__(
        self,
        record: DocumentRecord,
        *,
        artifacts: VersionArtifacts | None = None,
        stale_limit: int = 50,
        fleet: MemoryFleet | None = None,
    ) -> None:
        self.record = record
        self.artifacts = artifacts or VersionArtifacts(
            model=MODEL, index=INDEX, chunk_count=5, batches=[0, 1, 2], reused=0
        )
        self.fleet = fleet
        self._stale_limit = stale_limit
        self.message = OperationMessage.of(record)
        """What starts the execution."""

    def overtake(self, _: Payload) -> None:
        """A newer UPDATE is accepted."""
        self.record = self.record.model_copy(
            update={"version": self.record.version + 1, "status": Status.QUEUED, "operation": Operation.UPDATE}
        )

    def answer(self, function: str, payload: Payload) -> Any:
        """What the function returns. Raises what it raises."""
        return getattr(self, f"_{function}")(payload)

    def _Claim(self, payload: Payload) -> Any:  # noqa: N802  named as in the template, here and below
        claimed = payload["version"], payload["attempt"], payload["execution_arn"]
        match Operation(payload["operation"]):
            case Operation.DELETE:
                return self._ended(*lifecycle.claim_delete(self.record, *claimed, NOW, self._stale_limit))
            case Operation.CLEAN:
                return self._ended(*lifecycle.claim_clean(self.record, *claimed, NOW, self._stale_limit))
            case _:
                return self._ended(*lifecycle.claim(self.record, *claimed, NOW))

    def _Chunk(self, payload: Payload) -> Any:  # noqa: N802
        lifecycle.fence(self.record, payload["version"], payload["attempt"])
        changed, _ = lifecycle.register(
            self.record, payload["version"], payload["attempt"], self.artifacts.chunk_count, self.artifacts.index
        )
        self.record = changed or self.record
        return self.artifacts.model_dump(mode="json")

    def _Embed(self, payload: Payload) -> Any:  # noqa: N802
        assert payload["batch"] in self.artifacts.batches
        return {"embedded": 2}

    def _Wake(self, payload: Payload) -> Any:  # noqa: N802
        assert payload["batch"] in self.artifacts.batches
        return {"state": wake(self.fleet)}

    def _PineconeWriter(self, payload: Payload) -> Any:  # noqa: N802
        return self._branch(payload, mending.fence_write)

    def _S3Writer(self, payload: Payload) -> Any:  # noqa: N802
        return self._branch(payload, mending.fence_backup)

    def _Publish(self, payload: Payload) -> Any:  # noqa: N802
        changed, ending = lifecycle.publish(
            self.record, payload["version"], payload["attempt"], _results(payload),
            payload["model"], payload["index"], NOW, self._stale_limit,
        )  # fmt: skip
        return self._ended(changed, ending)

    def _Settle(self, payload: Payload) -> Any:  # noqa: N802
        changed, ending = lifecycle.settle(
            self.record, Operation(payload["operation"]), payload["version"], payload["attempt"], _stale(payload),
            _results(payload), NOW, self._stale_limit,
        )  # fmt: skip
        return self._ended(changed, ending)

    def _Mend(self, payload: Payload) -> Any:  # noqa: N802
        work = BranchWork.model_validate(payload)
        changed, mended = mending.mend(self.record, work, NOW, self._stale_limit)
        self.record = changed or self.record
        return mended.model_dump(mode="json")

    def _RecordFailure(self, payload: Payload) -> Any:  # noqa: N802
        error = StateError.model_validate(payload["error"])
        changed, _ = lifecycle.fail(
            self.record, Operation(payload["operation"]), payload["version"], payload["attempt"], error.detail(), NOW
        )
        self.record = changed or self.record
        return {}

    def _branch(self, payload: Payload, fence: Callable[[DocumentRecord | None, int, str], DocumentRecord]) -> Any:
        if BranchTask(payload["task"]) is BranchTask.REMOVE:
            return {"outcome": Outcome.REMOVED, "count": sum(stale.chunk_count for stale in _stale(payload))}
        artifacts = VersionArtifacts.model_validate(payload["artifacts"])
        fence(self.record, payload["version"], artifacts.index)
        return {"outcome": Outcome.WRITTEN, "count": artifacts.chunk_count}

    def _ended(self, changed: DocumentRecord | None, ending: Ending) -> Any:
        self.record = changed or self.record
        return ending.model_dump(mode="json")


def _results(payload: Payload) -> dict[Branch, BranchResult]:
    return {Branch(name): BranchResult.model_validate(result) for name, result in payload["branches"].items()}


def _stale(payload: Payload) -> Sequence[StaleVersion]:
    return [StaleVersion.model_validate(entry) for entry in payload["stale"]]
