"""The API as it is deployed is as its description says, whatever is sent to it.

schemathesis makes the requests from docs/openapi.json; `make fuzz-api` makes many more. What they start is waited for,
and what they index is deleted, so that other tests find the stack as it was.
"""

import json
from collections.abc import Iterator

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, settings

from bloomweaver.api_description.openapi_file import OPENAPI_FILE
from tests.api_description.any_request import CHECKS, requests
from tests.api_description.conformance import complaints, operation_of
from tests.e2e.running_stack import RUN_SECONDS, RunningStack
from tests.e2e.waiting import wait_for

pytestmark = pytest.mark.vector_store("lancedb")

CALM_SECONDS = 5 * RUN_SECONDS
QUEUES = ("CreateQueueUrl", "UpdateQueueUrl", "DeleteQueueUrl")

schema = schemathesis.openapi.from_path(OPENAPI_FILE, config=requests(few=8))


class Sent:
    """The documents that were sent, and what is to be done about them."""

    def __init__(self, stack: RunningStack) -> None:
        self.doc_hashes: set[str] = set()
        self._stack = stack

    def clear(self) -> None:
        """Delete them, when all that was started has ended."""
        wait_for(self._is_calm, CALM_SECONDS, "everything that was started has ended")
        for doc_hash in self.doc_hashes:
            self._stack.api.delete(doc_hash)
        wait_for(self._is_calm, CALM_SECONDS, "every document that was sent is deleted")

    def _is_calm(self) -> bool:
        # A message is in its queue until its execution runs, and something else may send one before it ends.
        return self._nothing_runs() and self._nothing_waits() and self._nothing_runs()

    def _nothing_runs(self) -> bool:
        client, outputs = self._stack.client("stepfunctions"), self._stack.descriptor.outputs
        machines = [arn for name, arn in outputs.items() if name.endswith("StateMachineArn")]
        return not any(
            client.list_executions(stateMachineArn=arn, statusFilter="RUNNING", maxResults=1)["executions"]
            for arn in machines
        )

    def _nothing_waits(self) -> bool:
        client, outputs = self._stack.client("sqs"), self._stack.descriptor.outputs
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        found = [
            client.get_queue_attributes(QueueUrl=outputs[name], AttributeNames=names)["Attributes"] for name in QUEUES
        ]
        return not any(int(attributes[name]) for attributes in found for name in names)


@pytest.fixture(scope="module")
def sent(stack: RunningStack) -> Iterator[Sent]:
    """What the tests below send, cleared away at the end."""
    sent = Sent(stack)
    yield sent
    sent.clear()


@schema.parametrize()
@settings(suppress_health_check=list(HealthCheck))
def test_every_answer_is_as_it_is_described(case: schemathesis.Case, stack: RunningStack, sent: Sent) -> None:
    headers = {"Authorization": f"Bearer {stack.descriptor.token()}"}
    response = case.call(base_url=stack.descriptor.api_url, headers=headers)
    if case.path == "/webhook" and response.status_code == httpx.codes.ACCEPTED:
        sent.doc_hashes.add(response.json()["doc_hash"])
    case.validate_response(response, checks=CHECKS)


def test_the_description_is_served_to_everybody(stack: RunningStack) -> None:
    response = httpx.get(f"{stack.descriptor.api_url}/openapi.json", timeout=60)
    assert response.status_code == 200
    assert response.headers["Content-Type"] == "application/json"
    assert response.json() == json.loads(OPENAPI_FILE.read_text())


def test_answers_about_what_there_is_are_as_they_are_described(stack: RunningStack, doc_hash: str) -> None:
    stack.index(doc_hash, "The tide tables lie in the blue cabinet.", metadata={"place": "harbour", "shelf": 3})
    asked = [
        ("GET", f"/documents/{doc_hash}", None),
        ("GET", f"/documents/{doc_hash}/content", None),
        ("GET", f"/documents/{doc_hash}/passages?limit=1", None),
        ("GET", "/documents?status=indexed&limit=2", None),
        ("GET", f"/documents/{doc_hash}/removal", None),
        ("POST", f"/documents/{doc_hash}/retry", None),
        ("POST", "/search", {"query": "where are the tide tables", "filter": {"shelf": {"$gte": 2}}}),
        ("GET", "/indexes", None),
        *(("GET", f"/{kind}/{run}", None) for kind, run in _runs(stack)),
        ("DELETE", f"/indexes/{stack.config.index_name}", None),
        ("POST", "/webhook", {"operation": "DELETE", "doc_hash": doc_hash}),
        ("GET", f"/documents/{doc_hash}/removal", None),
        ("GET", f"/documents/{doc_hash}/content", None),
    ]
    statuses = []
    for method, path, body in asked:
        headers = {"Authorization": f"Bearer {stack.descriptor.token()}"}
        response = httpx.request(method, f"{stack.descriptor.api_url}{path}", headers=headers, json=body, timeout=60)
        operation = operation_of(method, path.partition("?")[0])
        assert operation is not None
        found = response.json() if "json" in response.headers["Content-Type"] else response.content
        assert not complaints(operation, response.status_code, response.headers, found), (method, path)
        statuses.append(response.status_code)
    assert statuses == [200, 200, 200, 409, 409, 200, 200, 200, 200, 200, 409, 202, 200, 404]


def _runs(stack: RunningStack) -> list[tuple[str, str]]:
    """A run of each kind that can be followed, once it has ended."""
    api = stack.api
    started = [
        ("reconcile", api.reconcile().id, api.reconciliation),
        ("rebuild", api.rebuild().id, api.rebuild_run),
        ("reindex", api.reindex().id, api.reindexing),
    ]
    for kind, run, look in started:
        wait_for(lambda look=look, run=run: look(run).status != "running", RUN_SECONDS, f"the {kind} {run} has ended")
    return [(kind, run) for kind, run, _ in started]
