"""Signing in on one machine: codes, sessions and refresh tokens, and what is not given."""

from dataclasses import replace
from pathlib import Path

import jwt
import pytest

from bloomweaver.auth.roles import Role
from local.authorization import (
    CODE_SECONDS,
    SESSION_SECONDS,
    AuthorizationError,
    AuthorizationRequest,
    AuthorizationServer,
    Tokens,
)
from local.issuer import DASHBOARD, LocalIssuer

# Of RFC 7636, appendix B.
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
PAGE = "http://127.0.0.1:8080/auth/callback"
REQUEST = AuthorizationRequest(
    client_id=DASHBOARD,
    redirect_uri=PAGE,
    response_type="code",
    scope="openid offline_access",
    state="s",
    nonce="n",
    code_challenge=CHALLENGE,
    code_challenge_method="S256",
)


class Clock:
    """A time that moves when a test says so."""

    def __init__(self) -> None:
        self.now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def server(tmp_path: Path, clock: Clock) -> AuthorizationServer:
    return AuthorizationServer(LocalIssuer(tmp_path), clock)


def signed_in(server: AuthorizationServer, role: Role = Role.EDITOR) -> Tokens:
    return server.exchange(server.code(server.sign_in(role), REQUEST), DASHBOARD, PAGE, VERIFIER)


def refused(error: pytest.ExceptionInfo[AuthorizationError]) -> str:
    return error.value.code


@pytest.mark.parametrize("role", Role)
def test_tokens_name_the_role_that_was_chosen(server: AuthorizationServer, role: Role) -> None:
    tokens = signed_in(server, role)
    access, identity = (
        jwt.decode(token, options={"verify_signature": False}) for token in (tokens.access_token, tokens.id_token)
    )
    assert (access["role"], access["azp"]) == (role, DASHBOARD)
    assert (identity["role"], identity["aud"], identity["nonce"]) == (role, DASHBOARD, "n")
    assert identity["aud"] != access["aud"], "the API must not take an ID token"


def test_a_code_is_good_once(server: AuthorizationServer) -> None:
    code = server.code(server.sign_in(Role.VIEWER), REQUEST)
    server.exchange(code, DASHBOARD, PAGE, VERIFIER)
    with pytest.raises(AuthorizationError) as error:
        server.exchange(code, DASHBOARD, PAGE, VERIFIER)
    assert refused(error) == "invalid_grant"


@pytest.mark.parametrize(
    ("client_id", "redirect_uri", "verifier"),
    [("other", PAGE, VERIFIER), (DASHBOARD, PAGE + "2", VERIFIER), (DASHBOARD, PAGE, "x" * 43), (DASHBOARD, PAGE, "")],
)
def test_a_code_is_of_no_use_to_another(
    server: AuthorizationServer, client_id: str, redirect_uri: str, verifier: str
) -> None:
    code = server.code(server.sign_in(Role.ADMIN), REQUEST)
    with pytest.raises(AuthorizationError):
        server.exchange(code, client_id, redirect_uri, verifier)
    with pytest.raises(AuthorizationError):  # it was shown to somebody, so it is gone
        server.exchange(code, DASHBOARD, PAGE, VERIFIER)


def test_a_code_ends(server: AuthorizationServer, clock: Clock) -> None:
    code = server.code(server.sign_in(Role.ADMIN), REQUEST)
    clock.now += CODE_SECONDS + 1
    with pytest.raises(AuthorizationError):
        server.exchange(code, DASHBOARD, PAGE, VERIFIER)


def test_a_refresh_token_gives_tokens_once_each(server: AuthorizationServer) -> None:
    first = signed_in(server)
    second = server.refresh(first.refresh_token)
    third = server.refresh(second.refresh_token)
    assert len({first.refresh_token, second.refresh_token, third.refresh_token}) == 3


def test_one_that_is_used_twice_ends_the_session(server: AuthorizationServer) -> None:
    first = signed_in(server)
    second = server.refresh(first.refresh_token)
    for token in (first.refresh_token, second.refresh_token):
        with pytest.raises(AuthorizationError) as error:
            server.refresh(token)
        assert refused(error) == "invalid_grant"


@pytest.mark.parametrize("token", ["", "made up", "ü"])
def test_one_that_was_never_given_is_refused(server: AuthorizationServer, token: str) -> None:
    server.sign_in(Role.ADMIN)  # a session that has no refresh token yet
    with pytest.raises(AuthorizationError):
        server.refresh(token)


def test_who_signs_out_has_nothing_any_more(server: AuthorizationServer) -> None:
    session = server.sign_in(Role.ADMIN)
    tokens = server.exchange(server.code(session, REQUEST), DASHBOARD, PAGE, VERIFIER)
    waiting = server.code(session, REQUEST)
    server.sign_out(session)
    assert not server.is_signed_in(session)
    with pytest.raises(AuthorizationError) as error:
        server.code(session, REQUEST)
    assert refused(error) == "login_required"
    with pytest.raises(AuthorizationError):
        server.exchange(waiting, DASHBOARD, PAGE, VERIFIER)
    with pytest.raises(AuthorizationError):
        server.refresh(tokens.refresh_token)


def test_a_session_ends(server: AuthorizationServer, clock: Clock) -> None:
    session = server.sign_in(Role.ADMIN)
    tokens = server.exchange(server.code(session, REQUEST), DASHBOARD, PAGE, VERIFIER)
    clock.now += SESSION_SECONDS + 1
    assert not server.is_signed_in(session)
    with pytest.raises(AuthorizationError):
        server.refresh(tokens.refresh_token)


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"scope": "profile"}, "invalid_scope"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge": ""}, "invalid_request"),
    ],
)
def test_only_a_code_with_a_secret_of_the_page_is_given(changed: dict[str, str], code: str) -> None:
    REQUEST.check()
    with pytest.raises(AuthorizationError) as error:
        replace(REQUEST, **changed).check()
    assert refused(error) == code
