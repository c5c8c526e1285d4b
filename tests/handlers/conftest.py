"""The handlers as Lambda calls them, on AWS services that moto plays in this process."""

import base64
import importlib
import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import boto3
import botocore.loaders
import botocore.session
import moto.core.models
import pytest
from moto import mock_aws

from bloomweaver.adapters import embedding_model
from bloomweaver.auth.routes import SIGNED
from bloomweaver.clock import now
from bloomweaver.indexes.cards import admit
from bloomweaver.settings import settings
from embedding_service.encoder.encoder import Encoder
from tests.api_description.conformance import complaints, operation_of, template_of
from tests.auth.issuer import AUDIENCE, ISSUER, PARTY, ServedKeys, serve_keys
from tests.auth.issuer import token as make_token
from tests.handlers import empty_services
from wiring import dependencies

REGION = "us-east-1"
WEBHOOK_SECRET = "webhook"
SOURCE_IP = "192.0.2.7"
ADMIN = {"principalId": "tester", "role": "admin", "expires_at": "4102444800"}
"""What the authorizer says of an admin."""
LIVE_HOST = f"live1.execute-api.{REGION}.amazonaws.com"
SECRET = bytes(range(32))
PREVIOUS_SECRET = bytes(range(32, 64))
_DESCRIPTIONS = botocore.loaders.create_loader()
_make_client: Callable[..., Any] = boto3.client
_clients: dict[str, Any] = {}
"""Clients by what they were made with. To make one takes longer than most tests do."""


@dataclass
class LambdaContext:
    """What Powertools reads of a Lambda context."""

    function_name: str = "test"
    memory_limit_in_mb: int = 128
    invoked_function_arn: str = "arn:aws:lambda:us-east-1:123456789012:function:test"
    aws_request_id: str = "request-1"


@dataclass
class Answer:
    """An API answer, read."""

    status: int
    headers: dict[str, str]
    body: Any


@dataclass
class Services:
    """The services behind the handlers, to look into."""

    queue_urls: dict[str, str]

    def messages(self) -> list[dict[str, Any]]:
        """Take what lies in the three queues."""
        client = boto3.client("sqs", region_name=REGION)
        found = []
        for url in self.queue_urls.values():
            for message in client.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", []):
                found.append(json.loads(message["Body"]))
                client.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return found

    def artifact_keys(self) -> list[str]:
        """What lies in the artifacts bucket."""
        listed = boto3.client("s3", region_name=REGION).list_objects_v2(Bucket="artifacts")
        return [entry["Key"] for entry in listed.get("Contents", [])]

    def record_count(self) -> int:
        """How many documents have a record."""
        count: int = boto3.client("dynamodb", region_name=REGION).scan(TableName="documents")["Count"]
        return count


@pytest.fixture(scope="session")
def issuer() -> Iterator[ServedKeys]:
    """Whom tokens come from."""
    with serve_keys() as served:
        yield served


@pytest.fixture
def services(monkeypatch: pytest.MonkeyPatch, issuer: ServedKeys) -> Iterator[Services]:
    """Fresh services, and handlers that have not seen others."""
    for name, value in {
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": REGION,
        "DOCUMENTS_TABLE": "documents",
        "STATUS_INDEX": "status-updated_at",
        "LEFTOVERS_INDEX": "leftovers-updated_at",
        "INDEXES_TABLE": "indexes",
        "ARTIFACTS_BUCKET": "artifacts",
        "BACKUPS_BUCKET": "backups",
        "SOURCES_BUCKET": "sources",
        "MODELS_BUCKET": "models",
        "BODY_MAX_BYTES": "100000",
        "DISPATCH_HOLD_SECONDS": "0",
        "OIDC_ISSUER": ISSUER,
        "OIDC_JWKS_URL": issuer.url,
        "OIDC_AUDIENCE": AUDIENCE,
        "OIDC_AUTHORIZED_PARTIES": f"https://other.example, {PARTY}",
        "WEBHOOK_SECRET_ARN": WEBHOOK_SECRET,
        "DELIVERIES_TABLE": "deliveries",
        "SEARCH_CACHE_TABLE": "search-cache",
        "LISTING_TABLE": "listing",
        "RUNS_TABLE": "runs",
        "AUDIT_TABLE": "audit",
        **{
            f"{name.upper()}_STATE_MACHINE_ARN": f"arn:aws:states:us-east-1:123456789012:stateMachine:{name}"
            for name in (
                "create",
                "update",
                "delete",
                "redrive",
                "reconcile",
                "rebuild",
                "reindex",
                "folder_change",
                "answer",
            )
        },
        "CHATS_TABLE": "chats",
        "STACK_NAME": "test",
        "API_STAGE": "v1",
        "RUN_CHANGES_QUEUE_URL": "https://queue.amazonaws.com/123456789012/run-changes",
        "LIVE_TABLE": "live",
        "PROGRESS_TABLE": "progress",
        "LIVE_URL": f"wss://{LIVE_HOST}/live",
        "LIVE_CONNECTIONS_URL": f"https://{LIVE_HOST}/live",
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    # moto would watch thousands of addresses for requests of other libraries than botocore, which nothing here makes.
    monkeypatch.setattr(moto.core.models, "RESPONSES_METHODS", [])
    with mock_aws(config={"stepfunctions": {"execute_state_machine": False}}):
        monkeypatch.setattr(boto3, "client", _shared_client)
        monkeypatch.setattr(embedding_model, "Encoder", _shared_encoder)
        urls = empty_services.set_up(REGION)
        for name, url in urls.items():
            monkeypatch.setenv(f"{name.upper()}_QUEUE_URL", url)
        forget()
        yield Services(urls)
    forget()


def _share_descriptions() -> None:
    """Have boto3 read the description of each service once and not for every client, which takes longer than a test."""
    session = botocore.session.get_session()
    session.register_component("data_loader", _DESCRIPTIONS)
    boto3.setup_default_session(botocore_session=session)


def _shared_client(service: str, **options: Any) -> Any:
    """`boto3.client`, once for the same in all tests: moto answers a client of a test before as well."""
    config = options.get("config")
    given = {**options, "config": config and sorted(config._user_provided_options.items())}
    around = {name: value for name, value in os.environ.items() if name.startswith("AWS_")}
    key = repr((service, sorted(given.items()), sorted(around.items())))
    if key not in _clients:
        _share_descriptions()
        _clients[key] = _make_client(service, **options)
    return _clients[key]


def _shared_encoder(model: str, *, model_dir: Path | None, streams: int) -> Encoder:
    """`Encoder`, once in all tests for a model that the environment has. Those of other folders are made by tests."""
    if model_dir is None:
        return _installed_encoder(model, streams)
    return Encoder(model, model_dir=model_dir, streams=streams)


@cache
def _installed_encoder(model: str, streams: int) -> Encoder:
    return Encoder(model, streams=streams)


@pytest.fixture
def signed_webhooks(services: Services) -> Services:
    """The services, with what checking a signature needs."""
    empty_services.create_table(boto3.client("dynamodb", region_name=REGION), "deliveries", "delivery")
    secrets = {"current": base64.b64encode(SECRET).decode(), "previous": base64.b64encode(PREVIOUS_SECRET).decode()}
    boto3.client("secretsmanager", region_name=REGION).create_secret(
        Name=WEBHOOK_SECRET, SecretString=json.dumps(secrets)
    )
    return services


@pytest.fixture
def index_card(services: Services) -> None:
    """The card of the index, as the first run writes it when it has seen that there is such an index."""
    admit(dependencies.indexes(), settings().vector_index_name, settings().index_settings, now)
    forget()


def forget() -> None:
    """Have the next call of a function be the first of its process."""
    # A process of Lambda's keeps its adapters for life; here each test is a process of its own.
    settings.cache_clear()
    for name in vars(dependencies).values():
        if hasattr(name, "cache_clear"):
            name.cache_clear()
    for module in [name for name in sys.modules if name.endswith(".handler") and "." in name]:
        del sys.modules[module]


def load(function: str) -> Any:
    """The handler module of a function."""
    return importlib.import_module(f"{function}.handler")


def call(
    function: str,
    method: str,
    path: str,
    body: bytes | str | dict[str, Any] | None = None,
    headers: dict[str, str] | None = None,
    query: dict[str, str] | None = None,
    *,
    token: str | None = "",
    multi_headers: Mapping[str, Sequence[str]] | None = None,
    authorizer: dict[str, str] | None = None,
    source_ip: str = SOURCE_IP,
) -> Answer:
    """Call an API function as API Gateway does: the body in base64, since every type counts as binary.

    It gets a good token if none is given, and no token for none, and an admin's authorization. What it answers has to
    be as it is described.
    """
    headers = dict(headers or {})
    if token is not None:
        headers["Authorization"] = f"Bearer {token or make_token()}"
    data = json.dumps(body) if isinstance(body, dict) else body
    raw = data.encode() if isinstance(data, str) else data
    resource = template_of(method, path)
    if authorizer is None and (method, resource) not in SIGNED:
        authorizer = ADMIN
    event = {
        "resource": resource,
        "path": path,
        "httpMethod": method,
        "headers": headers,
        "multiValueHeaders": {name: [value] for name, value in headers.items()} | dict(multi_headers or {}),
        "queryStringParameters": query,
        "multiValueQueryStringParameters": {name: [value] for name, value in (query or {}).items()},
        "pathParameters": None,
        "requestContext": {
            "requestId": "gateway-1",
            "stage": "v1",
            "httpMethod": method,
            "path": f"/v1{path}",
            "identity": {"sourceIp": source_ip},
        }
        | ({"authorizer": authorizer} if authorizer else {}),
        "body": base64.b64encode(raw).decode() if raw is not None else None,
        "isBase64Encoded": raw is not None,
    }
    answer = load(function).handler(event, LambdaContext())
    flat = {name: values[0] for name, values in answer.get("multiValueHeaders", {}).items()}
    encoded = answer.get("isBase64Encoded")
    read = base64.b64decode(answer["body"]) if encoded else json.loads(answer["body"] or "null")
    if operation := operation_of(method, path):
        assert not complaints(operation, answer["statusCode"], flat, read)
    return Answer(answer["statusCode"], flat, read)
