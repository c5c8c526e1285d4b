"""`events/`: one for every function, which its handler takes, and which lead one document all the way."""

import json
from pathlib import Path
from typing import Any

import boto3
import pytest

from bloomweaver.errors import BloomweaverError
from bloomweaver.models.dead_letter import DeadLetterQueue
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

    def embed(self, texts: list[str]) -> list[list[float]]:
        from embedding_service.encoder.encoder import Encoder

        return [list(map(float, vector)) for vector in Encoder("minilm", streams=1).encode(texts)]


@pytest.fixture
def pipeline(services: Services, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The services with dead letter queues, state machines that run nothing, an index and an embedder."""
    sqs = boto3.client("sqs", region_name=REGION)
    for name in DeadLetterQueue:
        monkeypatch.setenv(f"{name.upper()}_DLQ_URL", sqs.create_queue(QueueName=f"{name}-dlq")["QueueUrl"])
    states = boto3.client("stepfunctions", region_name=REGION)
    definition = json.dumps({"StartAt": "End", "States": {"End": {"Type": "Succeed"}}})
    for name in ("create", "update", "delete", "redrive", "reconcile", "rebuild", "reindex", "folder_change"):
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
    for step in STEPS:
        _complaint(step)
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines() if '"_aws"' in line]
    sent = [entry for line in lines for entry in line["_aws"]["CloudWatchMetrics"]]
    assert all(entry["Dimensions"] == [["service"]] for entry in sent)
    # A fleet that is broken is in test_wake.py.
    assert own_metrics() - {"FleetNeverReady"} <= {metric["Name"] for entry in sent for metric in entry["Metrics"]}


def _complaint(step: Step) -> str:
    event: dict[str, Any] = json.loads(step.event(token()))
    try:
        answer = load(step.function).handler(event, LambdaContext())
    except BloomweaverError as error:
        answer = {"errorType": type(error).__name__, "errorMessage": str(error)}  # as Lambda has it
    result = read_result(0, json.dumps(answer), "", step.says, step.raises)
    return "" if result.passed else f"{step.function}: {result.detail}"
