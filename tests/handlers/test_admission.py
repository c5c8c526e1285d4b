"""Who may POST to /webhook and /uploads: a token that may write, or a machine's signature of the body."""

import gzip
import json
import time
from typing import Any

import boto3
import pytest

from bloomweaver.auth.signatures import signature
from bloomweaver.errors import StorageUnavailable
from tests.auth.issuer import ServedKeys, key_set, token
from tests.auth.test_signatures import ATTACKS as BAD_SIGNATURES
from tests.auth.test_tokens import ATTACKS as BAD_TOKENS
from tests.handlers.conftest import PREVIOUS_SECRET, REGION, SECRET, WEBHOOK_SECRET, Answer, Services, call, load

GOOD: dict[str, Any] = {
    "operation": "CREATE",
    "doc_hash": "doc-1",
    "content_type": "text/plain",
    "content": "Some text.",
}
BODY = json.dumps(GOOD).encode()
OTHER = json.dumps(GOOD | {"content": "Other text."}).encode()


def signed(body: bytes = BODY, id_: str = "msg_1", after: int = 0, secret: bytes = SECRET) -> dict[str, str]:
    timestamp = int(time.time()) + after
    return {
        "webhook-id": id_,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": signature(secret, id_, timestamp, body),
    }


def webhook(body: bytes = BODY, headers: dict[str, str] | None = None, **more: Any) -> Answer:
    return call("webhook", "POST", "/webhook", body, headers=headers, token=None, **more)


def bearer(**changes: Any) -> dict[str, str]:
    return {"Authorization": f"Bearer {token(**changes)}"}


def assert_nothing_was_taken(services: Services) -> None:
    assert services.messages() == []
    assert services.artifact_keys() == []
    assert services.record_count() == 0


@pytest.mark.parametrize("role", ["editor", "admin"])
def test_a_token_that_may_write_is_let_in(services: Services, role: str) -> None:
    assert webhook(headers=bearer(role=role)).status == 202


def test_a_good_token_is_to_be_sent_again_while_the_issuer_is_down(services: Services, issuer: ServedKeys) -> None:
    issuer.answer = (503, b"")
    try:
        answer = webhook(headers=bearer())
    finally:
        issuer.answer = (200, key_set())
    assert answer.status == 503
    assert answer.headers["Retry-After"]
    assert_nothing_was_taken(services)


@pytest.mark.parametrize("function", ["webhook", "uploads"])
def test_a_token_that_may_not_write_is_refused(services: Services, function: str) -> None:
    for role in ("viewer", "owner", None):
        answer = call(function, "POST", f"/{function}", GOOD, headers=bearer(role=role), token=None)
        assert answer.status == 403
    assert_nothing_was_taken(services)


@pytest.mark.parametrize("function", ["webhook", "uploads"])
def test_nobody_is_refused(services: Services, function: str) -> None:
    answer = call(function, "POST", f"/{function}", GOOD, token=None)
    assert answer.status == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert_nothing_was_taken(services)


def test_a_bad_token_is_refused(services: Services) -> None:
    for name, attack in BAD_TOKENS.items():
        assert webhook(headers={"Authorization": f"Bearer {attack()}"}).status == 401, name
    assert_nothing_was_taken(services)


def test_a_bad_signature_is_refused(signed_webhooks: Services) -> None:
    for name, attack in BAD_SIGNATURES.items():
        answer = call("webhook", "POST", "/webhook", BODY, token=None, multi_headers=attack())
        assert answer.status == 401, name
    assert_nothing_was_taken(signed_webhooks)


@pytest.mark.parametrize("function", ["webhook", "uploads"])
def test_a_signature_is_let_in(signed_webhooks: Services, function: str) -> None:
    body = BODY if function == "webhook" else b'{"size": 5}'
    answer = call(function, "POST", f"/{function}", body, headers=signed(body), token=None)
    assert answer.status in (201, 202)


def test_the_signature_is_over_the_bytes_as_they_were_sent(signed_webhooks: Services) -> None:
    compressed = gzip.compress(BODY)
    assert webhook(compressed, signed(BODY)).status == 401
    assert webhook(compressed, signed(compressed)).status == 202


def test_both_secrets_of_a_rotation_are_good(signed_webhooks: Services) -> None:
    assert webhook(headers=signed(secret=PREVIOUS_SECRET)).status == 202
    assert webhook(headers=signed(id_="msg_2", secret=bytes(32))).status == 401


def test_a_token_and_a_signature_are_one_too_many(signed_webhooks: Services) -> None:
    assert webhook(headers=signed() | bearer()).status == 401
    assert webhook(headers={"webhook-id": "msg_1"} | bearer()).status == 401
    assert_nothing_was_taken(signed_webhooks)


def test_a_token_twice_is_refused(services: Services) -> None:
    good = f"Bearer {token()}"
    answer = call("webhook", "POST", "/webhook", BODY, token=None, multi_headers={"authorization": [good, good]})
    assert answer.status == 401


def test_a_replay_is_refused(signed_webhooks: Services) -> None:
    headers = signed()
    assert webhook(headers=headers).status == 202
    answer = webhook(headers=headers)
    assert (answer.status, answer.body["errors"][0]["field"]) == (409, "webhook-id")


def test_an_old_request_cannot_be_replayed_after_a_newer_one(signed_webhooks: Services) -> None:
    old = signed(BODY, "msg_1")
    webhook(BODY, old)
    assert webhook(OTHER, signed(OTHER, "msg_2")).body["version"] == 2
    assert webhook(BODY, old).status == 409
    assert signed_webhooks.record_count() == 1


def test_what_failed_is_done_when_its_sender_repeats_it(
    signed_webhooks: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = load("webhook")

    def broken() -> Any:
        raise StorageUnavailable("the table is down")

    headers = signed()
    with monkeypatch.context() as patch:
        patch.setattr(module, "_ingest", broken)
        assert webhook(headers=headers).status == 503
    assert webhook(headers=headers).status == 409, "as it was it may be anybody's"
    assert webhook(headers=signed(after=1)).status == 202
    assert len(signed_webhooks.messages()) == 1


def test_what_was_done_is_answered_again_and_not_done_again(signed_webhooks: Services) -> None:
    first = webhook(headers=signed())
    # Something newer came meanwhile, which must stay.
    assert webhook(OTHER, signed(OTHER, "msg_2")).body["version"] == 2
    again = webhook(headers=signed(after=1))
    assert (again.status, again.body) == (first.status, first.body)
    assert len(signed_webhooks.messages()) == 2


def test_an_id_cannot_be_used_for_another_body_after_a_success(signed_webhooks: Services) -> None:
    webhook(headers=signed())
    assert webhook(OTHER, signed(OTHER, after=1)).status == 409


def test_a_refused_request_may_be_sent_again(signed_webhooks: Services) -> None:
    delete = json.dumps({"operation": "DELETE", "doc_hash": "doc-1"}).encode()
    assert webhook(delete, signed(delete)).status == 404
    webhook(headers=bearer())
    assert webhook(delete, signed(delete, after=1)).status == 202


def test_an_id_that_came_on_one_route_is_free_on_the_other(signed_webhooks: Services) -> None:
    headers = signed()
    assert call("uploads", "POST", "/uploads", BODY, headers=headers, token=None).status == 422
    assert webhook(headers=headers).status == 202


@pytest.mark.parametrize("value", ["hunter2", "{}", None])
def test_a_missing_secret_is_told_in_one_sentence(signed_webhooks: Services, value: str | None) -> None:
    client = boto3.client("secretsmanager", region_name=REGION)
    if value is None:
        client.delete_secret(SecretId=WEBHOOK_SECRET, ForceDeleteWithoutRecovery=True)
    else:
        client.put_secret_value(SecretId=WEBHOOK_SECRET, SecretString=value)
    answer = webhook(headers=signed())
    assert answer.status == 500
    assert "secret" in answer.body["detail"]
    assert "hunter2" not in str(answer.body)
    # People are let in all the same.
    assert webhook(headers=bearer()).status == 202


def test_a_token_that_expired_while_the_gateway_kept_its_policy_is_refused(services: Services) -> None:
    def documents(expires_at: float) -> Answer:
        context = {"role": "viewer", "expires_at": str(int(expires_at))}
        return call("documents", "GET", "/documents/doc-1", authorizer=context)

    assert documents(time.time() + 30).status == 404
    assert documents(time.time() - 30).status == 401
