"""Who may call the API as it is deployed: tokens, roles and signatures, through API Gateway and its authorizer."""

import json
import time
from typing import Any

import httpx
import pytest
from botocore.exceptions import ClientError
from cryptography.hazmat.primitives import serialization

from bloomweaver.auth.headers import Headers
from bloomweaver.auth.roles import PERMISSIONS, Role
from bloomweaver.auth.routes import ROUTES
from bloomweaver.auth.signatures import signature
from local.issuer import LocalIssuer
from tests.auth import issuer, test_signatures
from tests.auth.test_tokens import ATTACKS as BAD_TOKENS
from tests.e2e.running_stack import RUN_SECONDS, RunningStack
from tests.e2e.waiting import wait_for
from tests.template.template import template

pytestmark = pytest.mark.vector_store("lancedb")


def call(stack: RunningStack, method: str, path: str, headers: Any = None, content: bytes = b"{}") -> httpx.Response:
    body = content if method == "POST" else None
    return httpx.request(method, f"{stack.descriptor.api_url}{path}", headers=headers, content=body, timeout=60)


def bearer(stack: RunningStack, role: Role) -> dict[str, str]:
    return {"Authorization": f"Bearer {stack.descriptor.token(role)}"}


def path_of(template: str) -> str:
    return template.replace("{doc_hash}", "nobody").replace("{branch}", "nowhere").replace("{", "").replace("}", "")


def signed(stack: RunningStack, body: bytes, id_: str, after: int = 0) -> dict[str, str]:
    secret = LocalIssuer(stack.config.issuer).webhook_secret_bytes()
    timestamp = int(time.time()) + after
    return {
        "webhook-id": id_,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": signature(secret, id_, timestamp, body),
    }


def note(doc_hash: str, content: str) -> bytes:
    body = {"operation": "UPDATE", "doc_hash": doc_hash, "content_type": "text/plain", "content": content}
    return json.dumps(body).encode()


def test_health_is_open_and_nothing_else(stack: RunningStack) -> None:
    assert call(stack, "GET", "/health").status_code == 200
    for method, path in ROUTES:
        assert call(stack, method, path_of(path)).status_code == 401, (method, path)


@pytest.mark.parametrize("role", [Role.VIEWER, Role.EDITOR])
def test_a_role_is_refused_what_it_may_not_and_nothing_else(stack: RunningStack, role: Role) -> None:
    # One token for all of them: after the first, API Gateway has the authorizer's answer.
    for (method, path), permission in ROUTES.items():
        status = call(stack, method, path_of(path), bearer(stack, role)).status_code
        assert (status == 403) == (permission not in PERMISSIONS[role]), (method, path, status)
        assert status < 500


@pytest.fixture
def forger(stack: RunningStack, monkeypatch: pytest.MonkeyPatch) -> None:
    """Has the attack tables use what this stack trusts, so that only what they do wrong is wrong."""
    key = serialization.load_pem_private_key((stack.config.issuer / "signing-key.pem").read_bytes(), password=None)
    monkeypatch.setitem(issuer.KEYS, issuer.KEY_ID, key)
    monkeypatch.setattr(test_signatures, "SECRET", LocalIssuer(stack.config.issuer).webhook_secret_bytes())
    monkeypatch.setattr(test_signatures, "NOW", int(time.time()))


NOT_HTTP = {"nothing", "a line break"}


@pytest.mark.usefixtures("forger")
def test_bad_tokens_are_refused(stack: RunningStack) -> None:
    good = {"Authorization": f"Bearer {issuer.token()}"}
    assert call(stack, "GET", "/documents?status=indexed", good).status_code == 200
    for name in BAD_TOKENS.keys() - NOT_HTTP:
        headers = [(b"Authorization", b"Bearer " + BAD_TOKENS[name]().encode(errors="surrogatepass"))]
        for method, path in (("GET", "/documents?status=indexed"), ("POST", "/webhook")):
            assert call(stack, method, path, headers).status_code == 401, (name, path)


def test_a_header_twice_is_refused_though_one_is_good(stack: RunningStack) -> None:
    good = bearer(stack, Role.ADMIN)["Authorization"]
    assert call(stack, "GET", "/documents?status=indexed", {"Authorization": good}).status_code == 200
    for pair in ((good, "Bearer x"), ("Bearer x", good), (good, good)):
        headers = [("Authorization", value) for value in pair]
        assert call(stack, "GET", "/documents?status=indexed", headers).status_code == 401
        assert call(stack, "POST", "/webhook", headers).status_code == 401


def test_tricks_with_method_and_path_do_not_get_past_the_policy_that_is_kept(stack: RunningStack) -> None:
    viewer = bearer(stack, Role.VIEWER)
    assert call(stack, "GET", "/documents?status=indexed", viewer).status_code == 200
    for method, path in (
        ("POST", "/documents/../sweep"),
        ("POST", "/documents/%2e%2e/sweep"),
        ("POST", "//sweep"),
        ("POST", "/sweep/"),
        ("POST", "/Sweep"),
        ("POST", "/search/../sweep"),
        ("POST", "/dead-letters/..%2f..%2fsearch/redrive"),
        ("POST", "/dead-letters/pinecone%2fredrive"),
        ("PUT", "/documents/nobody"),
        ("DELETE", "/documents/nobody"),
        ("HEAD", "/sweep"),
        ("GET", "/sweep"),
    ):
        assert call(stack, method, path, viewer).status_code in (401, 403, 404), (method, path)


@pytest.mark.usefixtures("forger")
def test_bad_signatures_are_refused(stack: RunningStack) -> None:
    def status(headers: Headers) -> int:
        sent = [(name, value.encode()) for name, values in headers.items() for value in values]
        return call(stack, "POST", "/webhook", sent, test_signatures.BODY).status_code

    assert status(test_signatures.signed()) == 404, "let in, and there is no such document"
    for name, attack in test_signatures.ATTACKS.items():
        assert status(attack()) == 401, name


def test_a_machine_sends_a_document_with_its_signature(stack: RunningStack, doc_hash: str) -> None:
    old, new = note(doc_hash, "The bells ring at six."), note(doc_hash, "The bells ring at seven.")
    first = signed(stack, old, f"msg-{doc_hash}-1")
    assert call(stack, "POST", "/webhook", first, old).status_code == 202
    assert call(stack, "POST", "/webhook", signed(stack, new, f"msg-{doc_hash}-2"), new).json()["version"] == 2
    assert call(stack, "POST", "/webhook", first, old).status_code == 409
    # The sender itself saw no answer, and sends it again.
    again = call(stack, "POST", "/webhook", signed(stack, old, f"msg-{doc_hash}-1", after=1), old)
    assert (again.status_code, again.json()["version"]) == (202, 1)
    assert stack.api.document(doc_hash).version == 2
    # It leaves no run behind, which would meet the troubles of the next test.
    wait_for(lambda: stack.api.document(doc_hash).indexed_version == 2, RUN_SECONDS, "it is indexed")


def test_another_stacks_token_and_secret_are_refused(stack: RunningStack, tmp_path: Any, doc_hash: str) -> None:
    other = LocalIssuer(tmp_path)
    headers = {"Authorization": f"Bearer {other.session_token(Role.ADMIN)}"}
    assert call(stack, "GET", "/documents?status=indexed", headers).status_code == 401
    assert call(stack, "POST", "/webhook", headers).status_code == 401


@pytest.mark.parametrize(
    ("parameters", "said"),
    [
        ({}, "OidcIssuer is empty"),
        ({"OidcIssuer": "https://issuer.example"}, "OidcAudience and OidcAuthorizedParties are both empty"),
        ({"OidcIssuer": "http://issuer.example", "OidcAudience": "x"}, "https URL"),
    ],
)
def test_nothing_is_deployed_that_is_open(stack: RunningStack, parameters: dict[str, str], said: str) -> None:
    whole = template()
    # What stands before all resources, with one of them.
    ours = {name: entry for name, entry in whole["Parameters"].items() if name.startswith("Oidc")}
    body = {"Parameters": ours, "Rules": whole["Rules"], "Resources": {"Queue": {"Type": "AWS::SQS::Queue"}}}
    with pytest.raises(ClientError, match=said):
        stack.client("cloudformation").create_stack(
            StackName="open",
            TemplateBody=json.dumps(body),
            Parameters=[{"ParameterKey": name, "ParameterValue": value} for name, value in parameters.items()],
        )
