"""The token that goes with a command, and the commands that print one, or sign a webhook."""

import json
import stat
import time
from functools import partial
from pathlib import Path

import jwt
import pytest

from bloomweaver.auth.roles import Role
from bloomweaver.auth.signatures import verify
from bloomweaver.auth.signing_keys import SigningKeys
from bloomweaver.auth.tokens import Principal, TokenRules, TokenVerifier
from cli import options
from cli.client import Api
from local.config import StackConfig
from local.issuer import AUDIENCE, ISSUER, PARTY, SESSION_SECONDS, LocalIssuer
from tests.cli.conftest import Command
from tests.cli.fake_api import FakeApi, problem
from tests.cli.test_stack_commands import write_descriptor

HOUR_SECONDS = 3600


@pytest.fixture
def stack_issuer(tmp_path: Path) -> LocalIssuer:
    """That of a stack in `tmp_path`."""
    made = LocalIssuer(StackConfig(directory=tmp_path).issuer)
    made.key_set()
    return made


def who(stack_issuer: LocalIssuer, token: str) -> Principal:
    """Whom the API takes the bearer for."""
    rules = TokenRules(ISSUER, AUDIENCE, frozenset({PARTY}), "role", 10)
    keys = SigningKeys(lambda: json.dumps(stack_issuer.key_set()).encode(), time.monotonic, lambda _: None)
    return TokenVerifier(rules, keys).verify(token)


def sent_token(api: FakeApi) -> str | None:
    return api.requests[-1].headers.get("Authorization")


@pytest.mark.parametrize("role", Role)
def test_a_token_is_printed_that_the_api_takes(
    command: Command, tmp_path: Path, stack_issuer: LocalIssuer, role: Role
) -> None:
    run = command("token", "--role", role, "--minutes", 5, "--dir", tmp_path)
    principal = who(stack_issuer, run.stdout.strip())
    assert principal.role is role
    assert 0 < principal.expires_at - time.time() <= 5 * 60
    assert command("token", "--dir", tmp_path, "--json").json()["role"] == "admin"


def test_without_a_stack_there_is_no_token(command: Command, tmp_path: Path) -> None:
    run = command("token", "--dir", tmp_path)
    assert run.exit_code == 1
    assert "bloomweaver up" in run.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_role_that_is_none_is_wrong_use(command: Command, tmp_path: Path, stack_issuer: LocalIssuer) -> None:
    assert command("token", "--role", "owner", "--dir", tmp_path).exit_code == 2


def test_keys_and_secrets_are_their_owners_alone(tmp_path: Path, stack_issuer: LocalIssuer) -> None:
    stack_issuer.webhook_secret()
    folder = StackConfig(directory=tmp_path).issuer
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {
        "signing-key.pem": 0o600,
        "webhook-secret": 0o600,
    }
    assert set(stack_issuer.key_set()["keys"][0]) == {"kty", "key_ops", "n", "e", "kid", "alg", "use"}


def test_commands_send_the_same_token_for_a_while(stack_issuer: LocalIssuer) -> None:
    token = stack_issuer.session_token(Role.ADMIN)
    lasts = jwt.decode(token, options={"verify_signature": False})
    assert lasts["exp"] - lasts["iat"] == SESSION_SECONDS + HOUR_SECONDS
    # Another process would come to the same one.
    assert token == LocalIssuer(stack_issuer._directory).session_token(Role.ADMIN) or time.time() % SESSION_SECONDS < 5


def test_a_command_sends_the_token_of_its_stack(
    command: Command, api: FakeApi, tmp_path: Path, stack_issuer: LocalIssuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(options, "StackConfig", partial(StackConfig, directory=tmp_path))
    write_descriptor(tmp_path, api.url)
    command("status", "doc")
    sent = sent_token(api)
    assert sent is not None
    assert who(stack_issuer, sent.removeprefix("Bearer ")).role is Role.ADMIN


def test_the_token_of_a_stack_goes_to_no_other_api(on_api: Command, api: FakeApi, stack_issuer: LocalIssuer) -> None:
    on_api("status", "doc")
    assert sent_token(api) is None


def test_a_variable_holds_the_token(on_api: Command, api: FakeApi, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BLOOMWEAVER_TOKEN", "of-mine")
    on_api("status", "doc")
    assert sent_token(api) == "Bearer of-mine"


def test_an_upload_goes_without_the_token(api: FakeApi) -> None:
    with Api(api.url, token=lambda: "of-mine") as client:
        client.put_upload(client.request_upload(4), b"text")
    asked, uploaded = api.requests
    assert asked.headers["Authorization"] == "Bearer of-mine"
    assert "Authorization" not in uploaded.headers


def test_who_is_refused_is_told_where_the_token_comes_from(on_api: Command, api: FakeApi) -> None:
    api.scripted["GET /v1/documents/doc"].append(problem(401, "the request needs a valid token"))
    run = on_api("status", "doc")
    assert run.exit_code == 1
    assert "BLOOMWEAVER_TOKEN" in run.stderr


def test_signed_headers_are_those_of_the_body(command: Command, tmp_path: Path, stack_issuer: LocalIssuer) -> None:
    body = tmp_path / "note.json"
    body.write_bytes(b'{"operation": "DELETE", "doc_hash": "note"}\n')
    options = command("sign", body, "--id", "msg_1", "--dir", tmp_path).stdout.split()
    assert options[::2] == ["-H", "-H", "-H"]
    headers = {name: [value] for name, _, value in (option.partition(":") for option in options[1::2])}
    assert verify(headers, body.read_bytes(), [stack_issuer.webhook_secret_bytes()], time.time()).id == "msg_1"
    printed = command("sign", body, "--dir", tmp_path, "--json").json()
    assert set(printed) == set(headers)
    assert printed["webhook-id"] != "msg_1"


def test_a_body_that_is_not_there_is_told(command: Command, tmp_path: Path, stack_issuer: LocalIssuer) -> None:
    run = command("sign", tmp_path / "none.json", "--dir", tmp_path)
    assert run.exit_code == 1
    assert "none.json" in run.stderr
