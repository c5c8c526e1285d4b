"""`events/`: one for every function, which its handler takes, and which lead one document all the way."""

import json
from collections import defaultdict
from pathlib import Path
from typing import Any

import boto3
import pytest

from bloomweaver.errors import BloomweaverError
from bloomweaver.metrics import own
from bloomweaver.metrics.figures import Deployment, figures_of
from bloomweaver.models.dead_letter import DeadLetterQueue
from bloomweaver.ports import Embedded
from bloomweaver.settings import settings
from local.containers.results import read_result
from local.containers.sequence import EVENTS, STEPS, Step
from tests.auth.issuer import token
from tests.handlers.conftest import REGION, LambdaContext, Services, load
from tests.template.observability import own_metrics
from tests.template.template import resources
from wiring import dependencies

FUNCTIONS = {entry["Handler"].partition(".")[0] for entry in resources("AWS::Serverless::Function").values()}


class EncoderEmbedder:
    """Embeds with the model itself, in the place of the service."""

    def embed(self, texts: list[str]) -> Embedded:
        vectors = [list(vector) for vector in dependencies.encoder("minilm").encode_passages(texts)]
        return Embedded(vectors, tokens=len(texts))


@pytest.fixture
def pipeline(services: Services, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The services with dead letter queues, state machines that run nothing, an index and an embedder."""
    sqs = boto3.client("sqs", region_name=REGION)
    for name in DeadLetterQueue:
        monkeypatch.setenv(f"{name.upper()}_DLQ_URL", sqs.create_queue(QueueName=f"{name}-dlq")["QueueUrl"])
    states = boto3.client("stepfunctions", region_name=REGION)
    definition = json.dumps({"StartAt": "End", "States": {"End": {"Type": "Succeed"}}})
    for name in ("create", "update", "delete", "redrive", "reconcile", "rebuild", "reindex", "folder_change", "answer"):
        made = states.create_state_machine(
            name=name, definition=definition, roleArn="arn:aws:iam::123456789012:role/unused"
        )
        monkeypatch.setenv(f"{name.upper()}_STATE_MACHINE_ARN", made["stateMachineArn"])
    monkeypatch.setenv("VECTOR_STORE", "lancedb")
    monkeypatch.setenv("LANCEDB_URI", str(tmp_path))
    monkeypatch.setenv("RECONCILE_QUIET_SECONDS", "0")
    settings.cache_clear()
    dependencies.vector_store().create()
    monkeypatch.setattr(dependencies, "embedder", EncoderEmbedder)


def test_every_function_has_an_event_and_a_step() -> None:
    assert {path.stem for path in EVENTS.glob("*.json")} == FUNCTIONS
    assert sorted(step.function for step in STEPS) == sorted(FUNCTIONS)


def test_the_events_lead_one_document_through_every_function(pipeline: None) -> None:
    for step in STEPS:
        assert not (complaint := _complaint(step)), complaint


def test_alarms_and_dashboard_look_at_metrics_that_the_functions_send(
    pipeline: None, capsys: pytest.CaptureFixture[str]
) -> None:
    # A fleet that is broken is in test_wake.py.
    assert own_metrics() - {"FleetNeverReady"} <= _sent(capsys)["service",]


def test_figures_are_made_of_metrics_that_the_functions_send(
    pipeline: None, capsys: pytest.CaptureFixture[str]
) -> None:
    sent = _sent(capsys)
    names = {name for of in sent.values() for name in of}
    deployment = Deployment(stack="test", stage="v1", queues={}, dead_letter_queues={}, fleet_group="")
    queries = [q for figure in figures_of(deployment) for q in figure.queries if q.namespace == own.NAMESPACE]
    assert names >= {query.name for query in queries} - NOT_OF_THIS_DOCUMENT
    for query in queries:
        dimensions = tuple(sorted(name for name, _ in query.dimensions))
        assert all(dimensions == of for of, found in sent.items() if query.name in found)


NOT_OF_THIS_DOCUMENT = {
    # In test_metrics.py.
    own.REQUESTS_REFUSED,
    own.REQUESTS_FAILED,
    own.DOCUMENTS_EDITED,
    own.DOCUMENTS_DELETED,
    "DocumentsPartial",
    # In test_chats_models.py: nobody asks anything here.
    own.ANSWER_TOKENS_READ,
    own.ANSWER_TOKENS_WRITTEN,
    # Nothing is kept while something changed a moment ago.
    own.SEARCHES_FROM_CACHE,
}


def _sent(capsys: pytest.CaptureFixture[str]) -> dict[tuple[str, ...], set[str]]:
    """The names of the metrics that the functions send, by those of their dimensions."""
    for step in STEPS:
        _complaint(step)
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines() if '"_aws"' in line]
    names: dict[tuple[str, ...], set[str]] = defaultdict(set)
    for entry in (entry for line in lines for entry in line["_aws"]["CloudWatchMetrics"]):
        for dimensions in entry["Dimensions"]:
            names[tuple(sorted(dimensions))] |= {metric["Name"] for metric in entry["Metrics"]}
    return names


def _complaint(step: Step) -> str:
    event: dict[str, Any] = json.loads(step.event(token()))
    try:
        answer = load(step.function).handler(event, LambdaContext())
    except BloomweaverError as error:
        answer = {"errorType": type(error).__name__, "errorMessage": str(error)}  # as Lambda has it
    result = read_result(0, json.dumps(answer), "", step.says, step.raises)
    return "" if result.passed else f"{step.function}: {result.detail}"
