"""Whatever is sent to a route, valid or not, its function answers as the API's description says, and never with a 5xx.

schemathesis makes the requests from docs/openapi.json. `tests/e2e/test_openapi.py` does the same through API Gateway.
"""

import base64
import json
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import boto3
import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from requests import PreparedRequest, Request

from bloomweaver.api_description.openapi_file import OPENAPI_FILE
from bloomweaver.auth.routes import Route
from bloomweaver.models.dead_letter import DeadLetterQueue
from tests.api_description.any_request import CHECKS, requests
from tests.auth.issuer import token
from tests.handlers.conftest import ADMIN, REGION, LambdaContext, Services, forget, load
from tests.template.template import resources
from wiring import dependencies

schema = schemathesis.openapi.from_path(OPENAPI_FILE, config=requests(few=10))

FUNCTIONS: dict[Route, str] = {
    (event["Properties"]["Method"].upper(), event["Properties"]["Path"]): properties["Handler"].partition(".")[0]
    for properties in resources("AWS::Serverless::Function").values()
    for event in properties.get("Events", {}).values()
    if event["Type"] == "Api"
}
REQUEST = {"method", "url", "headers", "params", "data", "json", "files"}
"""What of a request schemathesis makes, the rest being how it is sent."""


@pytest.fixture
def whole(signed_webhooks: Services, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The services with dead letter queues, state machines that run nothing, and an index."""
    sqs, states = boto3.client("sqs", region_name=REGION), boto3.client("stepfunctions", region_name=REGION)
    for name in DeadLetterQueue:
        monkeypatch.setenv(f"{name.upper()}_DLQ_URL", sqs.create_queue(QueueName=f"{name}-dlq")["QueueUrl"])
    definition = json.dumps({"StartAt": "End", "States": {"End": {"Type": "Succeed"}}})
    for name in ("create", "update", "delete", "redrive", "reconcile", "rebuild", "reindex", "folder_change", "answer"):
        made = states.create_state_machine(
            name=name, definition=definition, roleArn="arn:aws:iam::123456789012:role/unused"
        )
        monkeypatch.setenv(f"{name.upper()}_STATE_MACHINE_ARN", made["stateMachineArn"])
    monkeypatch.setenv("VECTOR_STORE", "lancedb")
    monkeypatch.setenv("LANCEDB_URI", str(tmp_path))
    forget()
    dependencies.vector_store().create()


@schema.parametrize()
@settings(suppress_health_check=list(HealthCheck))
def test_a_function_answers_as_it_is_described(case: schemathesis.Case, whole: None) -> None:
    made = case.as_transport_kwargs(base_url="http://api.test/v1", headers={"Authorization": f"Bearer {token()}"})
    request = Request(**{name: value for name, value in made.items() if name in REQUEST}).prepare()
    function = FUNCTIONS[case.method.upper(), case.path]
    answer = load(function).handler(_event(request, case.path), LambdaContext())
    case.validate_response(_response(request, answer), checks=CHECKS)


def _event(request: PreparedRequest, resource: str) -> dict[str, Any]:
    """What API Gateway makes of the request."""
    url = urlsplit(str(request.url))
    query = parse_qs(url.query, keep_blank_values=True)
    body = request.body.encode() if isinstance(request.body, str) else request.body
    path = url.path.removeprefix("/v1")
    headers = {name: _text(value) for name, value in request.headers.items()}
    return {
        "resource": resource,
        "path": path,
        "httpMethod": request.method,
        "headers": headers,
        "multiValueHeaders": {name: [value] for name, value in headers.items()},
        "queryStringParameters": {name: values[-1] for name, values in query.items()} or None,
        "multiValueQueryStringParameters": query or None,
        "pathParameters": None,
        "requestContext": {
            "requestId": "gateway-1",
            "stage": "v1",
            "httpMethod": request.method,
            "path": url.path,
            "authorizer": ADMIN,
        },
        "body": base64.b64encode(body).decode() if body else None,
        "isBase64Encoded": bool(body),
    }


def _text(value: Any) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)


def _response(request: PreparedRequest, answer: dict[str, Any]) -> schemathesis.Response:
    body = answer["body"] or ""
    return schemathesis.Response(
        answer["statusCode"],
        headers=answer["multiValueHeaders"],
        content=base64.b64decode(body) if answer.get("isBase64Encoded") else body.encode(),
        request=request,
        elapsed=0.0,
        verify=False,
    )
