"""What the dashboard's server answers on one machine: files, the policy, the API behind it, and the issuer."""

import json
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
from starlette.testclient import TestClient

from local.dashboard.app import create_app
from local.issuer import DASHBOARD, LocalIssuer
from tests.local.test_authorization import CHALLENGE, VERIFIER

ORIGIN = "http://127.0.0.1:8080"
ASKED = {
    "client_id": DASHBOARD,
    "redirect_uri": f"{ORIGIN}/auth/callback",
    "response_type": "code",
    "scope": "openid offline_access",
    "state": "the-state",
    "nonce": "n",
    "code_challenge": CHALLENGE,
    "code_challenge_method": "S256",
}


class EchoHandler(BaseHTTPRequestHandler):
    """An API that answers with what it was asked."""

    def _echo(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        told = {"method": self.command, "path": self.path, "headers": dict(self.headers), "body": body}
        answer = json.dumps(told).encode()
        self.send_response(418)
        self.send_header("Content-Type", "application/problem+json")
        self.send_header("Retry-After", "7")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def do_GET(self) -> None:
        self._echo()

    def do_PATCH(self) -> None:
        self._echo()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def site(tmp_path: Path) -> Path:
    folder = tmp_path / "site"
    (folder / "_astro").mkdir(parents=True)
    (folder / "index.html").write_text("<!doctype html><title>Bloomweaver</title>")
    (folder / "_astro" / "main.abc.js").write_text("console.log(1)")
    (folder / "icon.svg").write_text("<svg/>")
    return folder


@pytest.fixture
def open_dashboard(site: Path, tmp_path: Path) -> Iterator[Callable[[str], TestClient]]:
    clients = []

    def opened(api_url: str) -> TestClient:
        app = create_app(site, api_url, LocalIssuer(tmp_path / "issuer"))
        client = TestClient(app, base_url=ORIGIN, follow_redirects=False)
        client.__enter__()
        clients.append(client)
        return client

    yield opened
    for client in clients:
        client.__exit__(None, None, None)


@pytest.fixture
def dashboard(open_dashboard: Callable[[str], TestClient]) -> TestClient:
    return open_dashboard("http://127.0.0.1:9/v1")


@pytest.fixture
def echo(open_dashboard: Callable[[str], TestClient]) -> Iterator[TestClient]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), EchoHandler)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield open_dashboard(f"http://127.0.0.1:{server.server_port}/v1")
    finally:
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize("path", ["/", "/documents", "/documents/a-b_c", "/search?q=x.js", "/auth/callback"])
def test_every_path_of_the_router_is_the_page(dashboard: TestClient, path: str) -> None:
    answer = dashboard.get(path)
    assert answer.status_code == 200
    assert "<title>Bloomweaver" in answer.text
    assert answer.headers["cache-control"] == "no-cache"


@pytest.mark.parametrize("path", ["/_astro/gone.js", "/gone.js", "/_astro/../../issuer/signing-key.pem", "/.env"])
def test_a_file_that_is_not_there_is_no_page(dashboard: TestClient, path: str) -> None:
    assert dashboard.get(path).status_code == 404


def test_hashed_files_are_kept_and_sent_small(dashboard: TestClient) -> None:
    answer = dashboard.get("/_astro/main.abc.js")
    assert "immutable" in answer.headers["cache-control"]
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.text == "console.log(1)"
    assert "content-encoding" not in dashboard.get("/_astro/main.abc.js", headers={"accept-encoding": ""}).headers


def test_the_policy_takes_nothing_from_the_page_itself(dashboard: TestClient) -> None:
    headers = dashboard.get("/documents").headers
    policy = dict(part.split(" ", 1) for part in headers["content-security-policy"].split("; "))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == "'self'"
    assert policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert policy["connect-src"] == "'self' ws://127.0.0.1:9 http://127.0.0.1:9"
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"


def test_another_name_that_leads_here_is_refused(dashboard: TestClient) -> None:
    assert dashboard.get("/", headers={"host": "evil.example"}).status_code == 400


def test_a_request_goes_to_the_api_and_its_answer_back_as_they_are(echo: TestClient) -> None:
    answer = echo.patch(
        "/api/documents/a%2Fb?x=1&y=%26",
        content=b"body",
        headers={"authorization": "Bearer t", "cookie": "c=1", "origin": ORIGIN, "x-correlation-id": "id"},
    )
    assert (answer.status_code, answer.headers["retry-after"]) == (418, "7")
    assert answer.headers["content-type"] == "application/problem+json"
    asked = answer.json()
    assert (asked["method"], asked["path"], asked["body"]) == ("PATCH", "/v1/documents/a%2Fb?x=1&y=%26", "body")
    names = {name.lower(): value for name, value in asked["headers"].items()}
    assert (names["authorization"], names["x-correlation-id"]) == ("Bearer t", "id")
    assert "cookie" not in names
    assert "origin" not in names


def test_an_api_that_does_not_answer_is_told_in_its_own_form(dashboard: TestClient) -> None:
    answer = dashboard.get("/api/counts")
    assert answer.status_code == 502
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["detail"]


def sign_in(dashboard: TestClient, role: str = "editor", **headers: str) -> dict[str, list[str]]:
    answer = dashboard.post("/issuer/authorize", data={**ASKED, "role": role}, headers={"origin": ORIGIN, **headers})
    assert answer.status_code == 303
    address = urlsplit(answer.headers["location"])
    assert f"{address.scheme}://{address.netloc}{address.path}" == ASKED["redirect_uri"]
    return parse_qs(address.query)


def exchange(dashboard: TestClient, code: str) -> dict[str, str]:
    form = {"grant_type": "authorization_code", "code": code, "code_verifier": VERIFIER}
    page = {"client_id": DASHBOARD, "redirect_uri": ASKED["redirect_uri"]}
    answer = dashboard.post("/issuer/token", data={**form, **page})
    assert answer.headers["cache-control"] == "no-store"
    given: dict[str, str] = answer.json()
    return given


def test_a_person_chooses_a_role_and_gets_tokens(dashboard: TestClient) -> None:
    page = dashboard.get("/issuer/authorize", params=ASKED)
    assert page.status_code == 200
    assert all(f'value="{role}"' in page.text for role in ("viewer", "editor", "admin"))
    assert "script" not in page.headers["content-security-policy"]
    given = sign_in(dashboard)
    assert given["state"] == ["the-state"]
    tokens = exchange(dashboard, given["code"][0])
    key = jwt.PyJWKSet.from_dict(dashboard.get("/issuer/keys").json()).keys[0]
    claims = jwt.decode(tokens["access_token"], key, ["RS256"], audience="bloomweaver")
    assert claims["role"] == "editor"


def test_who_is_signed_in_comes_back_without_a_page(dashboard: TestClient) -> None:
    silent = {**ASKED, "prompt": "none"}
    before = parse_qs(urlsplit(dashboard.get("/issuer/authorize", params=silent).headers["location"]).query)
    assert before["error"] == ["login_required"]
    sign_in(dashboard, "viewer")
    after = parse_qs(urlsplit(dashboard.get("/issuer/authorize", params=silent).headers["location"]).query)
    assert exchange(dashboard, after["code"][0])["access_token"]


def test_the_session_is_a_cookie_that_no_page_reads(dashboard: TestClient) -> None:
    answer = dashboard.post("/issuer/authorize", data={**ASKED, "role": "admin"}, headers={"origin": ORIGIN})
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert "path=/issuer" in cookie


def test_who_signs_out_is_asked_again(dashboard: TestClient) -> None:
    sign_in(dashboard)
    assert dashboard.get("/issuer/sign-out").headers["location"] == f"{ORIGIN}/signed-out"
    assert dashboard.get("/issuer/authorize", params=ASKED).status_code == 200


@pytest.mark.parametrize(
    "changed",
    [
        {"redirect_uri": "https://evil.example/auth/callback"},
        {"redirect_uri": f"{ORIGIN}/documents"},
        {"redirect_uri": f"{ORIGIN}/auth/callback/../x"},
        {"client_id": "other"},
    ],
)
def test_another_page_gets_no_code_and_nobody_is_sent_there(dashboard: TestClient, changed: dict[str, str]) -> None:
    sign_in(dashboard)
    answer = dashboard.get("/issuer/authorize", params={**ASKED, **changed})
    assert answer.status_code == 400
    assert "location" not in answer.headers


@pytest.mark.parametrize("origin", ["https://evil.example", "null", ""])
def test_a_form_from_another_site_signs_nobody_in(dashboard: TestClient, origin: str) -> None:
    given = sign_in(dashboard, "admin", origin=origin)
    assert given["error"] == ["access_denied"]
    assert "code" not in given


def test_no_other_role_is_given(dashboard: TestClient) -> None:
    assert sign_in(dashboard, "root")["error"] == ["invalid_request"]


def test_what_is_sent_to_the_page_stands_there_as_text(dashboard: TestClient) -> None:
    page = dashboard.get("/issuer/authorize", params={**ASKED, "state": '"><script>alert(1)</script>'})
    assert "<script>" not in page.text


@pytest.mark.parametrize("form", [{"grant_type": "password"}, {}, {"grant_type": "refresh_token"}])
def test_the_token_endpoint_says_what_was_wrong(dashboard: TestClient, form: dict[str, str]) -> None:
    answer = dashboard.post("/issuer/token", data=form)
    assert answer.status_code == 400
    assert answer.json()["error"] in {"unsupported_grant_type", "invalid_grant"}
