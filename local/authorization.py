"""How a person signs in on one machine: an OpenID Connect authorization server with PKCE, and roles for accounts.

It keeps sessions, codes and refresh tokens in memory, so all end with its process. It knows nothing of HTTP; the routes
are in `local.dashboard.issuer_routes`. Tokens are made by `local.issuer`, as those of commands are.
"""

import hashlib
import secrets
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass, field
from hmac import compare_digest

from bloomweaver.auth.roles import Role
from local.issuer import DASHBOARD, LocalIssuer

CODE_SECONDS = 60
SESSION_SECONDS = 12 * 3600
TOKEN_SECONDS = 600
KEPT = 1000
"""Of sessions and of codes at a time: who asks for more loses the oldest."""


class AuthorizationError(Exception):
    """What OAuth answers with: `code` is one of RFC 6749's or OpenID Connect's error codes."""

    def __init__(self, code: str, description: str) -> None:
        super().__init__(description)
        self.code = code
        self.description = description


@dataclass(frozen=True)
class AuthorizationRequest:
    """What a page asks the authorization endpoint for."""

    client_id: str
    redirect_uri: str
    response_type: str
    scope: str
    state: str
    nonce: str
    code_challenge: str
    code_challenge_method: str
    prompt: str = ""

    def check(self) -> None:
        """Raises `AuthorizationError` if it asks for something else than a code with PKCE."""
        if self.response_type != "code":
            raise AuthorizationError("unsupported_response_type", "response_type has to be 'code'")
        if "openid" not in self.scope.split():
            raise AuthorizationError("invalid_scope", "scope has to name 'openid'")
        if self.code_challenge_method != "S256" or len(self.code_challenge) != 43:
            raise AuthorizationError("invalid_request", "a code_challenge of the method S256 is needed")


@dataclass(frozen=True)
class Tokens:
    """What the token endpoint answers with. `expires_in` is in seconds."""

    access_token: str
    id_token: str
    refresh_token: str
    expires_in: int = TOKEN_SECONDS


@dataclass
class _Session:
    role: Role
    ends_at: float
    refresh_token: str = ""
    """The one that is good; each use makes another."""
    used: set[str] = field(default_factory=set)
    """Those that were good before: whoever sends one of them has stolen it, or was stolen from."""


@dataclass(frozen=True)
class _Code:
    session: str
    request: AuthorizationRequest
    ends_at: float


class AuthorizationServer:
    """Signs people in by the role that they choose. `now` gives seconds since the epoch."""

    def __init__(self, issuer: LocalIssuer, now: Callable[[], float] = time.time) -> None:
        self._issuer = issuer
        self._now = now
        self._sessions: dict[str, _Session] = {}
        self._codes: dict[str, _Code] = {}

    def sign_in(self, role: Role) -> str:
        """Begin a session. Returns its secret, for a cookie."""
        secret = secrets.token_urlsafe(32)
        self._sessions[secret] = _Session(role, self._now() + SESSION_SECONDS)
        _keep_newest(self._sessions)
        return secret

    def sign_out(self, session: str) -> None:
        """End a session, with all that was given for it. One that is not known is none."""
        self._sessions.pop(session, None)

    def is_signed_in(self, session: str) -> bool:
        """Whether there is such a session, and it has not ended."""
        return self._session(session) is not None

    def code(self, session: str, request: AuthorizationRequest) -> str:
        """A code for the page that asks, good once. Raises `AuthorizationError`."""
        if self._session(session) is None:
            raise AuthorizationError("login_required", "nobody is signed in")
        code = secrets.token_urlsafe(32)
        self._codes[code] = _Code(session, request, self._now() + CODE_SECONDS)
        _keep_newest(self._codes)
        return code

    def exchange(self, code: str, client_id: str, redirect_uri: str, verifier: str) -> Tokens:
        """Tokens for a code, of who can show the secret that it was asked for with. Raises `AuthorizationError`."""
        given = self._codes.pop(code, None)
        if given is None or given.ends_at < self._now():
            raise AuthorizationError("invalid_grant", "the code is not known, was used, or is too old")
        request = given.request
        if (client_id, redirect_uri) != (request.client_id, request.redirect_uri):
            raise AuthorizationError("invalid_grant", "the code was given to another page")
        if not compare_digest(_challenge(verifier), request.code_challenge):
            raise AuthorizationError("invalid_grant", "code_verifier does not match code_challenge")
        return self._tokens(given.session, request.nonce)

    def refresh(self, refresh_token: str) -> Tokens:
        """New tokens for a refresh token, which is good once. Raises `AuthorizationError`.

        One that was used before ends its session: there are two who have it, and nobody can say who is who.
        """
        for secret, session in list(self._sessions.items()):
            if refresh_token in session.used:
                self.sign_out(secret)
            elif refresh_token and compare_digest(session.refresh_token.encode(), refresh_token.encode()):
                return self._tokens(secret, "")
        raise AuthorizationError("invalid_grant", "the refresh token is not known, or was used")

    def _tokens(self, secret: str, nonce: str) -> Tokens:
        session = self._session(secret)
        if session is None:
            raise AuthorizationError("invalid_grant", "the session has ended")
        if session.refresh_token:
            session.used.add(session.refresh_token)
        session.refresh_token = secrets.token_urlsafe(32)
        minutes = TOKEN_SECONDS / 60
        return Tokens(
            access_token=self._issuer.token(session.role, minutes, DASHBOARD),
            id_token=self._issuer.identity(session.role, minutes, nonce),
            refresh_token=session.refresh_token,
        )

    def _session(self, secret: str) -> _Session | None:
        session = self._sessions.get(secret)
        return session if session is not None and session.ends_at > self._now() else None


def _challenge(verifier: str) -> str:
    return urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")


def _keep_newest(kept: dict[str, object] | dict[str, _Session] | dict[str, _Code]) -> None:
    while len(kept) > KEPT:
        del kept[next(iter(kept))]
