"""After the last fault: what an operator does until all is well, or nothing moves any more."""

import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http import HTTPStatus

from bloomweaver.models.record import Status
from cli.answers import Document
from cli.client import Api, ApiError
from faults.model import Model
from faults.stand import Stand

_WAIT_SECONDS = 20.0
"""After that a round is begun although something still runs: it may hang."""
QUEUES = ("pinecone", "s3", "create", "update", "delete")
POLL_SECONDS = 1.0
_ROUND_SECONDS = 2.0
_UNDER_WAY = (Status.QUEUED, Status.PROCESSING, Status.DELETING)


@dataclass
class Recovered:
    """What was done."""

    dead_letters: Counter[str] = field(default_factory=Counter)
    """That lay in each dead letter queue when the faults stopped."""
    redriven: int = 0
    superseded: int = 0
    """Dead letters that were dropped, since nothing was left to do."""
    swept: Counter[str] = field(default_factory=Counter)
    """Records by what the sweep made of them."""
    retried: int = 0
    """Documents that had failed and were sent again."""
    seconds: float = 0.0


class Recovery:
    """Redrives, sweeps and sends again, round after round."""

    def __init__(self, stand: Stand, model: Model, report: Callable[[str], None]) -> None:
        self._stand = stand
        self._model = model
        self._report = report
        self._done = Recovered()

    def run(self, seconds: float) -> Recovered:
        """Return when nothing is left to do, or after about `seconds`."""
        began = time.monotonic()
        deadline = began + seconds
        depths = queue_depths(self._stand)
        self._done.dead_letters.update({name: sum(depth) for name, depth in depths.items() if "DLQ" in name})
        with self._stand.open_api() as api:
            while time.monotonic() < deadline:
                self._wait_for_runs(min(deadline, time.monotonic() + _WAIT_SECONDS))
                left = self._round(api)
                if not left:
                    break
                self._report("left: " + ", ".join(f"{count} {what}" for what, count in left.items()))
                time.sleep(_ROUND_SECONDS)
        self._done.seconds = time.monotonic() - began
        return self._done

    def _round(self, api: Api) -> dict[str, int]:
        """Do what can be done now. Returns what is left."""
        letters = sum(self._redrive(api, queue) for queue in QUEUES)
        self._done.swept.update(api.sweep().model_dump(exclude={"running", "waiting"}))
        failed = _documents(api, Status.FAILED)
        for document in failed:
            self._retry(api, document)
        waiting = {status.value: len(_documents(api, status)) for status in (*_UNDER_WAY, Status.PARTIAL)}
        left = {
            "dead letters": letters,
            "failed": len(failed),
            **waiting,
            "messages": self._messages(),
            "with something to remove": self._leftovers(),
        }
        return {what: count for what, count in left.items() if count}

    def _redrive(self, api: Api, queue: str) -> int:
        lying = api.dead_letters(queue, limit=1).queues[0].visible
        if not lying:
            return 0
        answer = api.redrive(queue)
        self._done.redriven += answer.redriven
        self._done.superseded += answer.superseded
        return lying

    def _leftovers(self) -> int:
        """Documents of which something may lie about that is not served, which the sweep removes when it is time."""
        pages = (
            self._stand.client("dynamodb")
            .get_paginator("scan")
            .paginate(
                TableName=self._stand.outputs["DocumentsTableName"],
                FilterExpression="attribute_exists(leftovers)",
                ConsistentRead=True,
            )
        )
        return sum(page["Count"] for page in pages)

    def _retry(self, api: Api, document: Document) -> None:
        try:
            accepted = api.retry(document.doc_hash)
        except ApiError as error:
            if error.status == HTTPStatus.CONFLICT:
                return  # it is not failed any more: the list may lag
            raise
        self._model.retried(document.doc_hash, accepted.operation, accepted.version - 1, accepted.version)
        self._done.retried += 1

    def _wait_for_runs(self, deadline: float) -> None:
        """Return when no execution runs and no message waits to start one."""
        while time.monotonic() < deadline and (self._messages() or running_executions(self._stand)):
            time.sleep(POLL_SECONDS)

    def _messages(self) -> int:
        return sum(sum(depth) for name, depth in queue_depths(self._stand).items() if "DLQ" not in name)


def running_executions(stand: Stand) -> list[str]:
    """The ARNs of all executions that run."""
    paginator = stand.client("stepfunctions").get_paginator("list_executions")
    machines = [value for name, value in stand.outputs.items() if name.endswith("StateMachineArn")]
    return [
        execution["executionArn"]
        for machine in machines
        for page in paginator.paginate(stateMachineArn=machine, statusFilter="RUNNING")
        for execution in page["executions"]
    ]


def failed_attempts(stand: Stand) -> int:
    """How many attempts at tasks failed in all executions: each was retried, or caught in the end."""
    client = stand.client("stepfunctions")
    machines = [value for name, value in stand.outputs.items() if name.endswith("StateMachineArn")]

    def failures(arn: str) -> int:
        pages = client.get_paginator("get_execution_history").paginate(executionArn=arn)
        return sum(event["type"] == "TaskFailed" for page in pages for event in page["events"])

    arns = [
        execution["executionArn"]
        for machine in machines
        for page in client.get_paginator("list_executions").paginate(stateMachineArn=machine)
        for execution in page["executions"]
    ]
    with ThreadPoolExecutor(4) as pool:
        return sum(pool.map(failures, arns))


def queue_depths(stand: Stand) -> dict[str, tuple[int, int]]:
    """Of each queue by its output's name: how many messages can be received, and how many are in hand."""
    sqs = stand.client("sqs")
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    depths = {}
    for output, url in stand.outputs.items():
        if output.endswith(("QueueUrl", "DLQUrl")):
            found = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
            depths[output.removesuffix("Url")] = (int(found[names[0]]), int(found[names[1]]))
    return depths


def _documents(api: Api, status: Status) -> list[Document]:
    documents: list[Document] = []
    cursor: str | None = None
    while True:
        page = api.documents(status, cursor=cursor)
        documents += page.documents
        cursor = page.next_cursor
        if cursor is None:
            return documents
