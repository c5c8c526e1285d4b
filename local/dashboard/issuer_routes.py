"""The authorization server over HTTP: discovery, sign-in page, tokens, sign-out. For the dashboard alone."""

import hashlib
import html
from base64 import b64encode
from dataclasses import asdict
from http import HTTPStatus
from string import Template
from urllib.parse import parse_qsl, urlencode

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from bloomweaver.auth.roles import Role
from bloomweaver.auth.signing_keys import ALGORITHM
from local.authorization import SESSION_SECONDS, AuthorizationError, AuthorizationRequest, AuthorizationServer, Tokens
from local.config import REPOSITORY
from local.issuer import DASHBOARD, ISSUER, LocalIssuer

PREFIX = "/issuer"
COOKIE = "bloomweaver_session"
CALLBACK_PATHS = ("/auth/callback", "/auth/popup")
"""Of the dashboard: where a code may be sent, and nowhere else."""
_FIELDS = tuple(name for name in AuthorizationRequest.__dataclass_fields__)
_PAGE = Template((REPOSITORY / "local" / "dashboard" / "sign_in.html").read_text())
_STYLE = (REPOSITORY / "local" / "dashboard" / "sign_in.css").read_text()
_MAY = {
    Role.VIEWER: "Reads: documents, search, runs.",
    Role.EDITOR: "Also sends, edits and deletes documents.",
    Role.ADMIN: "Also operates: folders, redrives, indexes.",
}


class IssuerRoutes:
    """The endpoints of `server`, whose tokens are signed by `issuer`."""

    def __init__(self, server: AuthorizationServer, issuer: LocalIssuer) -> None:
        self._server = server
        self._issuer = issuer

    def routes(self) -> list[Route]:
        """What to serve."""
        return [
            Route(f"{PREFIX}/.well-known/openid-configuration", self.discovery),
            Route(f"{PREFIX}/keys", self.keys),
            Route(f"{PREFIX}/authorize", self.authorize, methods=["GET", "POST"]),
            Route(f"{PREFIX}/token", self.token, methods=["POST"]),
            Route(f"{PREFIX}/sign-out", self.sign_out),
        ]

    async def discovery(self, request: Request) -> Response:
        """What a client has to know, as OpenID Connect Discovery has it."""
        base = _origin(request) + PREFIX
        return JSONResponse(
            {
                "issuer": ISSUER,
                "authorization_endpoint": f"{base}/authorize",
                "token_endpoint": f"{base}/token",
                "end_session_endpoint": f"{base}/sign-out",
                "jwks_uri": f"{base}/keys",
                "response_types_supported": ["code"],
                "grant_types_supported": ["authorization_code", "refresh_token"],
                "code_challenge_methods_supported": ["S256"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": [ALGORITHM],
                "token_endpoint_auth_methods_supported": ["none"],
                "scopes_supported": ["openid", "offline_access"],
            }
        )

    async def keys(self, _: Request) -> Response:
        """The public key."""
        return JSONResponse(self._issuer.key_set())

    async def authorize(self, request: Request) -> Response:
        """Give a code to who is signed in; show the page to who is not, or take what was chosen on it."""
        given = await _form(request) if request.method == "POST" else dict(request.query_params)
        asked = _request_of(given)
        if asked.client_id != DASHBOARD or asked.redirect_uri not in _callbacks(request):
            return HTMLResponse("This page may not ask for a sign-in.", HTTPStatus.BAD_REQUEST)
        try:
            asked.check()
            if request.method == "POST":
                return self._signed_in(request, asked, given.get("role"))
            session = request.cookies.get(COOKIE, "")
            prompts = asked.prompt.split()
            if "none" in prompts or (not prompts and self._server.is_signed_in(session)):
                return _redirect(asked, code=self._server.code(session, asked))
        except AuthorizationError as error:
            return _redirect(asked, error=error.code, error_description=error.description)
        return _page(asked)

    def _signed_in(self, request: Request, asked: AuthorizationRequest, role: str | None) -> Response:
        # Another site could send a form, and have somebody signed in whom it chose.
        if request.headers.get("origin") != _origin(request):
            raise AuthorizationError("access_denied", "the form was sent from another page")
        if role is None or role not in set(Role):
            raise AuthorizationError("invalid_request", "there is no such role")
        session = self._server.sign_in(Role(role))
        answer = _redirect(asked, code=self._server.code(session, asked))
        answer.set_cookie(COOKIE, session, max_age=SESSION_SECONDS, path=PREFIX, httponly=True, samesite="lax")
        return answer

    async def token(self, request: Request) -> Response:
        """Tokens for a code or a refresh token."""
        try:
            tokens = self._tokens(await _form(request))
        except AuthorizationError as error:
            return _uncached({"error": error.code, "error_description": error.description}, HTTPStatus.BAD_REQUEST)
        return _uncached({**asdict(tokens), "token_type": "Bearer", "scope": "openid offline_access"}, HTTPStatus.OK)

    def _tokens(self, form: dict[str, str]) -> Tokens:
        match form.get("grant_type"):
            case "authorization_code":
                return self._server.exchange(
                    form.get("code", ""),
                    form.get("client_id", ""),
                    form.get("redirect_uri", ""),
                    form.get("code_verifier", ""),
                )
            case "refresh_token":
                return self._server.refresh(form.get("refresh_token", ""))
        raise AuthorizationError("unsupported_grant_type", "grant_type is authorization_code or refresh_token")

    async def sign_out(self, request: Request) -> Response:
        """End the session, and go back to the dashboard."""
        self._server.sign_out(request.cookies.get(COOKIE, ""))
        answer = RedirectResponse(f"{_origin(request)}/signed-out", HTTPStatus.SEE_OTHER)
        answer.delete_cookie(COOKIE, path=PREFIX)
        return answer


async def _form(request: Request) -> dict[str, str]:
    return dict(parse_qsl((await request.body()).decode(errors="replace"), keep_blank_values=True))


def _request_of(given: dict[str, str]) -> AuthorizationRequest:
    return AuthorizationRequest(**{name: given.get(name, "") for name in _FIELDS})


def _origin(request: Request) -> str:
    return f"http://{request.url.netloc}"


def _callbacks(request: Request) -> set[str]:
    return {_origin(request) + path for path in CALLBACK_PATHS}


def _redirect(asked: AuthorizationRequest, **answer: str) -> RedirectResponse:
    query = urlencode({**answer, "state": asked.state, "iss": ISSUER})
    return RedirectResponse(
        f"{asked.redirect_uri}?{query}", HTTPStatus.SEE_OTHER, headers={"Cache-Control": "no-store"}
    )


def _page(asked: AuthorizationRequest) -> Response:
    hidden = "".join(
        f'<input type="hidden" name="{name}" value="{html.escape(value)}">'
        for name, value in asdict(asked).items()
        if name != "prompt"
    )
    buttons = "".join(
        f'<button name="role" value="{role.value}"><strong>{role.value.capitalize()}</strong>'
        f"<span>{html.escape(may)}</span></button>"
        for role, may in _MAY.items()
    )
    style = b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
    return HTMLResponse(
        _PAGE.substitute(style=_STYLE, hidden=hidden, buttons=buttons),
        headers={
            "Content-Security-Policy": f"default-src 'none'; style-src 'sha256-{style}'; form-action 'self'; "
            "frame-ancestors 'none'; base-uri 'none'",
            "Cache-Control": "no-store",
        },
    )


def _uncached(body: dict[str, object], status: HTTPStatus) -> Response:
    return JSONResponse(body, status, headers={"Cache-Control": "no-store"})
