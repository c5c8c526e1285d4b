"""Secrets are read once a minute, so that a new one needs no deployment; and what is wrong with one is told."""

import json
from typing import Any

import boto3
import pytest
from botocore.config import Config
from moto import mock_aws

from bloomweaver.adapters.secrets_manager import KEPT_SECONDS, SecretsManager
from bloomweaver.errors import ConfigurationError, StorageUnavailable
from bloomweaver.vector_stores.pinecone_key import parse_key

REGION = "us-east-1"


class Counting:
    """A client of Secrets Manager that counts what it is asked for."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self.asked = 0

    def get_secret_value(self, **arguments: Any) -> Any:
        self.asked += 1
        return self._client.get_secret_value(**arguments)


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> Any:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    with mock_aws():
        yield boto3.client("secretsmanager", region_name=REGION)


def test_a_rotated_key_is_seen_within_a_minute_and_asked_for_no_more_often(client: Any) -> None:
    arn = client.create_secret(Name="pinecone", SecretString=json.dumps({"api_key": "first"}))["ARN"]
    now = [0.0]
    counting = Counting(client)
    secrets = SecretsManager(counting, lambda: now[0])
    assert parse_key(secrets.text(arn)) == "first"
    client.put_secret_value(SecretId=arn, SecretString=json.dumps({"api_key": "second"}))
    now[0] = KEPT_SECONDS - 1
    assert parse_key(secrets.text(arn)) == "first"
    assert counting.asked == 1
    now[0] = KEPT_SECONDS
    assert parse_key(secrets.text(arn)) == "second"
    assert counting.asked == 2


def test_a_secret_that_is_not_there_is_named(client: Any) -> None:
    with pytest.raises(ConfigurationError, match="no-such-secret"):
        SecretsManager(client).text("no-such-secret")


def test_a_secrets_manager_that_does_not_answer_is_asked_again_by_the_workflow() -> None:
    nowhere = boto3.client(
        "secretsmanager",
        region_name=REGION,
        endpoint_url="http://127.0.0.1:1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
        # Without more tries, which wait.
        config=Config(retries={"total_max_attempts": 1}),
    )
    with pytest.raises(StorageUnavailable):
        SecretsManager(nowhere).text("any")


@pytest.mark.parametrize(
    "text", ["pc-key", "[]", '"pc-key"', "{}", '{"api_key": ""}', '{"api_key": 1}', '{"key": "pc-key"}']
)
def test_a_secret_of_another_form_is_refused_and_not_shown(text: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        parse_key(text)
    assert "pc-key" not in str(caught.value)
    assert "api_key" in str(caught.value)
